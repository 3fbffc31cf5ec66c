/* The catalogue of open data (R18, ECOSYSTEM c.3): DCAT 2 as JSON-LD, with all that DCAT-AP 2.1.1
 * makes mandatory or recommends and that is known here. Texts are Chinese, those of our own in
 * English as well. Addresses are those by which the reader came, so no copy of it is kept. */
#include "page/open.h"

#include "base/json.h"
#include "base/time.h"

#include <string.h>

/* Of the vocabularies that DCAT-AP prescribes. */
#define CATALOG_EU "http://publications.europa.eu/resource/authority/"
#define CATALOG_IANA "https://www.iana.org/assignments/media-types/"

struct catalog {
    struct json_writer out;
    struct page *p;
    struct str base; /* https://example.gov.cn */
    int64_t began;   /* the log's first entry; 0: there is none */
    int64_t changed; /* its last */
};

/* A dataset of one year, or of all (0). */
struct catalog_set {
    const struct open_set *set;
    int year;
    struct str name; /* results-2026 */
};

static struct arena *catalog_arena(const struct catalog *c)
{
    return c->p->request->arena;
}

/* An address of this site. */
static struct str catalog_url(const struct catalog *c, const char *path, struct str more)
{
    return arena_printf(catalog_arena(c), "%.*s%s%.*s", STR_ARG(c->base), path, STR_ARG(more));
}

/* --- values --- */

static void catalog_types(struct catalog *c, const char *first, const char *second)
{
    json_write_key(&c->out, "@type");
    json_write_array(&c->out);
    json_write_str(&c->out, str_of(first));
    if (second != NULL)
        json_write_str(&c->out, str_of(second));
    json_write_array_end(&c->out);
}

static void catalog_ref(struct catalog *c, const char *key, struct str iri)
{
    json_write_key(&c->out, key);
    json_write_object(&c->out);
    json_pair_str(&c->out, "@id", iri);
    json_write_object_end(&c->out);
}

static void catalog_value(struct catalog *c, struct str value, const char *kind, const char *of)
{
    json_write_object(&c->out);
    json_pair_str(&c->out, "@value", value);
    json_pair_str(&c->out, kind, str_of(of));
    json_write_object_end(&c->out);
}

static void catalog_typed(struct catalog *c, const char *key, const char *type, struct str value)
{
    json_write_key(&c->out, key);
    catalog_value(c, value, "@type", type);
}

static void catalog_time(struct catalog *c, const char *key, int64_t us)
{
    struct buf text = {0};
    if (us == 0)
        return;
    time_format(&text, us);
    catalog_typed(c, key, "xsd:dateTime", buf_view(&text));
    buf_free(&text);
}

/* A Chinese text, and the English where the text table has it; `year` behind both unless 0. */
static void catalog_said(struct catalog *c, struct str zh, int year)
{
    struct arena *arena = catalog_arena(c);
    struct str en = page_said_english(c->p->site, zh);
    bool both = !str_eq(en, zh);
    if (year > 0) {
        zh = arena_printf(arena, "%.*s %d", STR_ARG(zh), year);
        en = arena_printf(arena, "%.*s %d", STR_ARG(en), year);
    }
    catalog_value(c, zh, "@language", "zh-CN");
    if (both)
        catalog_value(c, en, "@language", "en");
}

static void catalog_text(struct catalog *c, const char *key, struct str zh, int year)
{
    json_write_key(&c->out, key);
    json_write_array(&c->out);
    catalog_said(c, zh, year);
    json_write_array_end(&c->out);
}

/* --- who, where, on what terms --- */

static struct str catalog_publisher_name(const struct catalog *c)
{
    struct str name = page_site_text(c->p->site, MODEL_SETTING_SITE_ORGANISER);
    return name.len > 0 ? name : page_site_name(c->p->site);
}

static void catalog_publisher(struct catalog *c, bool whole)
{
    struct str iri = catalog_url(c, "/", STR("#publisher"));
    if (!whole) {
        catalog_ref(c, "dcterms:publisher", iri);
        return;
    }
    json_write_key(&c->out, "dcterms:publisher");
    json_write_object(&c->out);
    json_pair_str(&c->out, "@id", iri);
    catalog_types(c, "foaf:Agent", "foaf:Organization");
    json_write_key(&c->out, "foaf:name");
    catalog_value(c, catalog_publisher_name(c), "@language", "zh-CN");
    catalog_ref(c, "foaf:homepage", catalog_url(c, "/", STR("")));
    json_write_object_end(&c->out);
}

/* A telephone number as an address: its digits, signs left out. */
static struct str catalog_phone(const struct catalog *c)
{
    struct str text = page_site_text(c->p->site, MODEL_SETTING_SITE_PHONE);
    struct buf out = {0};
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '-' || (text.data[i] >= '0' && text.data[i] <= '9') ||
            (text.data[i] == '+' && out.len == 0))
            buf_char(&out, text.data[i]);
    struct str tel = arena_printf(catalog_arena(c), "tel:%.*s", STR_ARG(buf_view(&out)));
    buf_free(&out);
    return tel;
}

static void catalog_contact(struct catalog *c)
{
    struct str host = page_site_text(c->p->site, MODEL_SETTING_SITE_MAIL);
    struct str box;
    bool mail = str_cut(&box, &host, '@') && host.len > 0;
    struct str phone = catalog_phone(c);
    json_write_key(&c->out, "dcat:contactPoint");
    json_write_object(&c->out);
    json_pair_str(&c->out, "@id", catalog_url(c, "/feedback", STR("#contact")));
    catalog_types(c, "vcard:Kind", "vcard:Organization");
    json_write_key(&c->out, "vcard:fn");
    catalog_value(c, catalog_publisher_name(c), "@language", "zh-CN");
    catalog_ref(c, "vcard:hasURL", catalog_url(c, "/feedback", STR("")));
    if (mail)
        catalog_ref(c, "vcard:hasEmail",
                    arena_printf(catalog_arena(c), "mailto:%.*s@%.*s", STR_ARG(page_url(c->p, box)),
                                 STR_ARG(page_url(c->p, host))));
    if (phone.len > sizeof "tel:" - 1)
        catalog_ref(c, "vcard:hasTelephone", phone);
    json_write_object_end(&c->out);
}

/* The address of the terms: the one that is set, else where the page of open data tells them. */
static struct str catalog_licence(const struct catalog *c)
{
    struct str url = page_site_text(c->p->site, MODEL_SETTING_OPEN_LICENCE_URL);
    return url.len > 0 ? url : catalog_url(c, "/open", STR("#licence"));
}

static void catalog_terms(struct catalog *c, bool whole)
{
    struct str text = page_site_text(c->p->site, MODEL_SETTING_OPEN_LICENCE);
    if (text.len == 0)
        return;
    if (!whole) {
        catalog_ref(c, "dcterms:license", catalog_licence(c));
        return;
    }
    json_write_key(&c->out, "dcterms:license");
    json_write_object(&c->out);
    json_pair_str(&c->out, "@id", catalog_licence(c));
    catalog_types(c, "dcterms:LicenseDocument", NULL);
    catalog_text(c, "dcterms:title", text, 0);
    json_write_object_end(&c->out);
}

static void catalog_language(struct catalog *c)
{
    catalog_ref(c, "dcterms:language", STR(CATALOG_EU "language/ZHO"));
}

static void catalog_place(struct catalog *c)
{
    struct str code = c->p->site->reader->tenant;
    json_write_key(&c->out, "dcterms:spatial");
    json_write_object(&c->out);
    catalog_types(c, "dcterms:Location", NULL);
    json_pair_str(&c->out, "dcterms:identifier", code);
    json_write_key(&c->out, "rdfs:label");
    catalog_value(c, page_division(c->p, code), "@language", "zh-CN");
    json_write_object_end(&c->out);
}

/* --- a dataset --- */

static void catalog_distribution(struct catalog *c, const struct catalog_set *s,
                                 const struct open_format *format)
{
    struct arena *arena = catalog_arena(c);
    struct str file = arena_printf(arena, "%.*s.%s", STR_ARG(s->name), format->ending);
    struct str type = str_of(format->type);
    struct str media;
    const char *kind = format->format == SHEET_CSV    ? CATALOG_EU "file-type/CSV"
                       : format->format == SHEET_JSON ? CATALOG_EU "file-type/JSON"
                                                      : CATALOG_EU "file-type/XLSX";
    int64_t size = open_size(c->p, s->set, s->year, format);
    (void)str_cut(&media, &type, ';');
    json_write_object(&c->out);
    json_pair_str(&c->out, "@id", catalog_url(c, "/open#", file));
    catalog_types(c, "dcat:Distribution", NULL);
    json_pair_str(&c->out, "dcterms:title", file);
    catalog_ref(c, "dcat:accessURL", catalog_url(c, "/open", STR("")));
    catalog_ref(c, "dcat:downloadURL", catalog_url(c, "/open/", file));
    catalog_ref(c, "dcat:mediaType", arena_printf(arena, CATALOG_IANA "%.*s", STR_ARG(media)));
    catalog_ref(c, "dcterms:format", str_of(kind));
    if (size >= 0)
        catalog_typed(c, "dcat:byteSize", "xsd:decimal",
                      arena_printf(arena, "%lld", (long long)size));
    catalog_language(c);
    catalog_time(c, "dcterms:modified", c->changed);
    catalog_terms(c, false);
    json_write_object_end(&c->out);
}

/* The year that it covers; the list of items has no end. */
static void catalog_temporal(struct catalog *c, const struct catalog_set *s)
{
    struct arena *arena = catalog_arena(c);
    if (s->year == 0)
        return;
    json_write_key(&c->out, "dcterms:temporal");
    json_write_object(&c->out);
    catalog_types(c, "dcterms:PeriodOfTime", NULL);
    catalog_typed(c, "dcat:startDate", "xsd:date", arena_printf(arena, "%d-01-01", s->year));
    catalog_typed(c, "dcat:endDate", "xsd:date", arena_printf(arena, "%d-12-31", s->year));
    json_write_object_end(&c->out);
}

/* When its address first gave a file: since the log began, and not before its year did. */
static int64_t catalog_issued(const struct catalog *c, const struct catalog_set *s)
{
    int64_t from = 0;
    int64_t until = 0;
    if (s->year > 0)
        office_year(&from, &until, s->year);
    return c->began > from ? c->began : from;
}

static void catalog_keywords(struct catalog *c, const struct catalog_set *s)
{
    struct str rest = str_of(s->set->keywords);
    struct str word;
    json_write_key(&c->out, "dcat:keyword");
    json_write_array(&c->out);
    while (str_cut(&word, &rest, ','))
        catalog_said(c, word, 0);
    json_write_array_end(&c->out);
}

static void catalog_set(struct catalog *c, const struct open_set *set, int year)
{
    struct str path = open_base(catalog_arena(c), set, year);
    const struct catalog_set s = {set, year, str_sub(path, sizeof "/open/" - 1, SIZE_MAX)};
    json_write_object(&c->out);
    json_pair_str(&c->out, "@id", catalog_url(c, "/open#", s.name));
    catalog_types(c, "dcat:Dataset", NULL);
    json_pair_str(&c->out, "dcterms:identifier", s.name);
    catalog_text(c, "dcterms:title", str_of(set->label), year);
    catalog_text(c, "dcterms:description", str_of(set->about), 0);
    catalog_publisher(c, false);
    catalog_contact(c);
    catalog_time(c, "dcterms:issued", catalog_issued(c, &s));
    catalog_time(c, "dcterms:modified", c->changed);
    catalog_language(c);
    catalog_ref(c, "dcat:theme", STR(CATALOG_EU "data-theme/GOVE"));
    catalog_keywords(c, &s);
    catalog_place(c);
    catalog_temporal(c, &s);
    catalog_ref(c, "dcterms:accrualPeriodicity", STR(CATALOG_EU "frequency/UPDATE_CONT"));
    catalog_ref(c, "dcterms:accessRights", STR(CATALOG_EU "access-right/PUBLIC"));
    catalog_ref(c, "dcat:landingPage", catalog_url(c, "/open", STR("")));
    json_write_key(&c->out, "dcat:distribution");
    json_write_array(&c->out);
    for (size_t i = 0; i < OPEN_FORMATS; i++)
        catalog_distribution(c, &s, &open_formats[i]);
    json_write_array_end(&c->out);
    json_write_object_end(&c->out);
}

/* When an entry of the log was there for all to see; 0 where there is none. */
static int64_t catalog_logged(const struct page *p, uint64_t index)
{
    int64_t time = 0;
    return vault_times_get(&time, p->site->times, index) == ERR_OK ? time : 0;
}

/* The years that have rows, and the present one of each list. */
static enum err catalog_sets(struct catalog *c)
{
    int now = date_year(date_of_time(c->p->request->now));
    json_write_key(&c->out, "dcat:dataset");
    json_write_array(&c->out);
    for (size_t i = 0; i < OPEN_SETS; i++) {
        const struct open_set *set = &open_sets[i];
        unsigned seen = 1;
        if (set->yearly)
            TRY(open_years(&seen, c->p, set, now));
        seen |= 1;
        for (int n = 0; n < OPEN_YEARS; n++)
            if ((seen >> n & 1U) != 0)
                catalog_set(c, set, set->yearly ? now - n : 0);
    }
    json_write_array_end(&c->out);
    return ERR_OK;
}

/* --- the catalogue --- */

static void catalog_context(struct catalog *c)
{
    static const char *const prefixes[][2] = {
        {"dcat", "http://www.w3.org/ns/dcat#"},
        {"dcterms", "http://purl.org/dc/terms/"},
        {"foaf", "http://xmlns.com/foaf/0.1/"},
        {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
        {"vcard", "http://www.w3.org/2006/vcard/ns#"},
        {"xsd", "http://www.w3.org/2001/XMLSchema#"},
    };
    json_write_key(&c->out, "@context");
    json_write_object(&c->out);
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        json_pair_str(&c->out, prefixes[i][0], str_of(prefixes[i][1]));
    json_write_object_end(&c->out);
}

static void catalog_title(struct catalog *c)
{
    struct str name = page_site_name(c->p->site);
    json_write_key(&c->out, "dcterms:title");
    json_write_array(&c->out);
    catalog_value(c, arena_printf(catalog_arena(c), "%.*s双随机、一公开数据", STR_ARG(name)),
                  "@language", "zh-CN");
    catalog_value(c, STR("Open data of random inspections"), "@language", "en");
    json_write_array_end(&c->out);
}

static void catalog_head(struct catalog *c)
{
    catalog_context(c);
    json_pair_str(&c->out, "@id", catalog_url(c, "/catalog.jsonld", STR("#catalog")));
    catalog_types(c, "dcat:Catalog", NULL);
    catalog_title(c);
    catalog_text(
        c, "dcterms:description",
        STR("双随机、一公开监管的抽查事项、任务、抽取、结果、更正和后续处置，每年一个文件，"
            "随公示更新；每一步抽取和每一次公示都可在公开日志中核对。"),
        0);
    catalog_publisher(c, true);
    catalog_ref(c, "foaf:homepage", catalog_url(c, "/open", STR("")));
    catalog_terms(c, true);
    catalog_language(c);
    catalog_time(c, "dcterms:issued", c->began);
    catalog_time(c, "dcterms:modified", c->changed);
    catalog_place(c);
    catalog_ref(c, "dcat:themeTaxonomy", STR(CATALOG_EU "data-theme"));
}

enum err page_catalog(struct web_reply *reply, const struct web_request *request,
                      struct fault *fault)
{
    struct page p;
    struct catalog c = {.p = &p};
    uint64_t size = 0;
    page_begin(&p, request, "/open", STR(""));
    if (str_u64(&size, page_log_size(&p)) != ERR_OK)
        return ERR_DAMAGED;
    c.base = arena_printf(request->arena, "%s://%.*s", request->scheme, STR_ARG(request->host));
    c.began = catalog_logged(&p, 0);
    c.changed = catalog_logged(&p, size - 1);
    reply->type = "application/ld+json; charset=utf-8";
    reply->open_data = true;
    json_write_begin(&c.out, &reply->body);
    json_write_object(&c.out);
    catalog_head(&c);
    enum err err = catalog_sets(&c);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    json_write_object_end(&c.out);
    return json_write_end(&c.out);
}
