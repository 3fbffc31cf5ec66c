/* Objects (R19-R29): the number is repaired and checked, the kind is derived where the file does
 * not say it, and an object without a usable number is recognised by its kind, name and address.
 *
 * What a clerk would want of a number:
 *   - lower-case letters, full-width characters, blanks and lost number formats are mended, and a
 *     USCC that only its letters' case made wrong goes in with a warning;
 *   - a wrong check character, a wrong length or a letter no USCC has is refused: it is mistyped;
 *   - an inner organisation code that does not fit only warns (64 real registrations have that);
 *   - an identity card is refused, in words that do not repeat it;
 *   - another authority's number is taken as it is, with a warning. */
#include "office/import_kind.h"

#include "base/utf8.h"
#include "crypto/hash.h"
#include "ids/number.h"

#include <string.h>

#define BIT(field) (UINT32_C(1) << (field))

/* The value of a field, for reading. */
static struct str value_of(const struct import_row *row, int field)
{
    return row->record.values[field];
}

/* Does text hold the word anywhere? */
static bool holds(struct str text, const char *word)
{
    return str_find(text, str_of(word)) >= 0;
}

/* Is the row of this kind, by the dictionary's code? */
static bool is_kind(const struct import_row *row, const char *kind)
{
    return str_eq(value_of(row, MODEL_OBJECT_KIND), str_of(kind));
}

/* Products, projects and conducts carry numbers of their own, which only look like a business's. */
static bool is_thing(const struct import_row *row)
{
    return is_kind(row, "product") || is_kind(row, "project") || is_kind(row, "conduct");
}

/* The words that labels are checked by. Without any of these columns every single row would be
 * rejected for its missing number: lists of companies by stock code, forms of one visit. */
static enum err object_open(struct import_run *run)
{
    const int32_t *columns = run->map.columns;
    if (columns[MODEL_OBJECT_NUMBER] >= 0 || columns[MODEL_OBJECT_KIND] >= 0 ||
        columns[MODEL_OBJECT_TYPE] >= 0)
        return vocabulary_load(&run->labels, &run->arena, run->e, run->tx, "objects");
    return fault_set(
        &run->e->fault, ERR_INPUT,
        "第%llu行被当作表头，其中没有“统一社会信用代码”（或注册号）列，也没有“对象类别”"
        "列，没有导入；请补上其中一列",
        (unsigned long long)run->map.heading_row);
}

/* --- the number --- */

static bool has_lower(struct str raw)
{
    for (size_t i = 0; i < raw.len; i++)
        if (raw.data[i] >= 'a' && raw.data[i] <= 'z')
            return true;
    return false;
}

/* The first character that no USCC has; 0 if there is none. */
static char foreign_character(struct str number)
{
    for (size_t i = 0; i < number.len; i++)
        if (strchr("0123456789ABCDEFGHJKLMNPQRTUWXY", number.data[i]) == NULL)
            return number.data[i];
    return 0;
}

/* Says of a wrong code what a person can look for: the length, the letter, or that something was
 * mistyped. */
static enum err refuse_uscc(struct import_run *run, struct import_row *row, struct str number,
                            enum ids_check check)
{
    char odd = foreign_character(number);
    switch (check) {
    case IDS_BAD_LENGTH:
        return import_reject(run, row, MODEL_OBJECT_NUMBER,
                             "统一社会信用代码位数不正确（应为18位，实为%zu位）", number.len);
    case IDS_BAD_CHARACTER:
        if (odd > ' ' && odd < 0x7F)
            return import_reject(run, row, MODEL_OBJECT_NUMBER,
                                 "统一社会信用代码含有不使用的字符 %c（不用 I O S V Z）", odd);
        break;
    default:
        break;
    }
    return import_reject(run, row, MODEL_OBJECT_NUMBER, "统一社会信用代码%s",
                         ids_check_text(check));
}

/* A code whose check character holds goes in; what is odd about it is said. */
static enum err judge_uscc(struct import_run *run, struct import_row *row, struct str number,
                           struct str raw)
{
    enum ids_check check = ids_uscc_check(number);
    if (!ids_check_ok(check))
        return refuse_uscc(run, row, number, check);
    if (has_lower(raw))
        TRY(import_warn(run, row, MODEL_OBJECT_NUMBER, "代码中的小写字母已改为大写"));
    if (check == IDS_VALID_ORG_MISMATCH)
        return import_warn(run, row, MODEL_OBJECT_NUMBER, "%s", ids_check_text(check));
    return ERR_OK;
}

/* Is there anything in it that a number could be made of? */
static bool has_alnum(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((text.data[i] >= '0' && text.data[i] <= '9') ||
            (text.data[i] >= 'A' && text.data[i] <= 'Z'))
            return true;
    return false;
}

/* Numbers of other authorities are kept, words instead of numbers are not; what has the length of a
 * USCC and is none was meant to be one. */
static enum err judge_other(struct import_run *run, struct import_row *row, struct str number)
{
    if (!has_alnum(number))
        return import_reject(run, row, MODEL_OBJECT_NUMBER,
                             "“%.*s”不是编号，请填写号码；没有号码的留空", STR_ARG(number));
    if (is_thing(row))
        return ERR_OK;
    if (utf8_count(number) == IDS_USCC_LEN)
        return refuse_uscc(run, row, number, IDS_BAD_CHARACTER);
    return import_warn(run, row, MODEL_OBJECT_NUMBER,
                       "编号不是统一社会信用代码或注册号，按原样保存");
}

/* A thing's number is not measured by a business's rules, unless it is a business's number. */
static enum ids_kind kind_of_number(const struct import_row *row, struct str number)
{
    enum ids_kind kind = ids_number_kind(number);
    bool alien = is_thing(row) && kind != IDS_KIND_NONE && kind != IDS_KIND_IDCARD &&
                 !(kind == IDS_KIND_USCC && ids_check_ok(ids_uscc_check(number)));
    return alien ? IDS_KIND_OTHER : kind;
}

/* Nothing to mend: 18 digits and capitals, as nearly every row has. */
static bool is_tidy(struct str raw)
{
    bool tidy = raw.len == IDS_USCC_LEN;
    for (size_t i = 0; i < raw.len && tidy; i++)
        tidy = (raw.data[i] >= '0' && raw.data[i] <= '9') ||
               (raw.data[i] >= 'A' && raw.data[i] <= 'Z');
    return tidy;
}

/* Mends the number, tells its kind and refuses what cannot be right. An absent one is judged with
 * the kind of the object. */
static enum err judge_number(struct import_run *run, struct import_row *row, enum ids_kind *kind)
{
    struct str raw = value_of(row, MODEL_OBJECT_NUMBER);
    struct str number = raw;
    struct fault *fault = &run->cell_fault;
    enum err err = ERR_OK;
    *kind = IDS_KIND_NONE;
    if (raw.len == 0)
        return ERR_OK;
    if (!is_tidy(raw))
        err = ids_number_repair(&number, &run->chunk, raw, fault);
    if (err == ERR_INPUT)
        return import_reject(run, row, MODEL_OBJECT_NUMBER, "%s", fault_text(fault));
    TRY(err);
    row->record.values[MODEL_OBJECT_NUMBER] = number;
    *kind = kind_of_number(row, number);
    switch (*kind) {
    case IDS_KIND_USCC:
        return judge_uscc(run, row, number, raw);
    case IDS_KIND_REGNO15:
        if (ids_regno15_check(number) == IDS_VALID)
            return ERR_OK;
        return import_reject(run, row, MODEL_OBJECT_NUMBER, "15位注册号%s",
                             ids_check_text(ids_regno15_check(number)));
    case IDS_KIND_IDCARD:
        return import_reject(run, row, MODEL_OBJECT_NUMBER,
                             "像是居民身份证号，不能作为检查对象的编号，请改填信用代码或留空");
    case IDS_KIND_OTHER:
        return judge_other(run, row, number);
    case IDS_KIND_OLD:
    case IDS_KIND_NONE:
        break;
    }
    return ERR_OK;
}

/* --- the kind --- */

static const char *kind_by_uscc(struct str number)
{
    if (number.data[0] == 'N' && number.data[1] != '1')
        return "cooperative";
    if (number.data[0] != '9')
        return "organisation";
    switch (number.data[1]) {
    case '2':
        return "individual";
    case '3':
        return "cooperative";
    default:
        return "enterprise";
    }
}

/* Words of the type, of an unknown kind, or of the name. NULL if they say nothing. */
static const char *kind_by_words(struct str text)
{
    static const struct {
        const char *word;
        const char *kind;
    } words[] = {
        {"个体", "individual"},         {"合作社", "cooperative"},
        {"代表机构", "foreign-office"}, {"无证", "unlicensed"},
        {"无照", "unlicensed"},         {"公司", "enterprise"},
        {"企业", "enterprise"},         {"事业", "organisation"},
        {"社会团体", "organisation"},   {"机关", "organisation"},
        {"学校", "organisation"},       {"大学", "organisation"},
        {"学院", "organisation"},       {"中学", "organisation"},
        {"小学", "organisation"},       {"幼儿园", "organisation"},
        {"医院", "organisation"},       {"卫生院", "organisation"},
        {"卫生室", "organisation"},     {"专科学校", "organisation"},
        {"村委会", "organisation"},     {"村民委员会", "organisation"},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (holds(text, words[i].word))
            return words[i].kind;
    return NULL;
}

/* In a 15-digit number the first digit of the serial tells individuals (6-9) from enterprises
 * (工商行政管理市场主体注册号编制规则, GS15-2006); NA stands in a cooperative's. */
static const char *kind_by_old_number(struct str number)
{
    if (number.len < 8)
        return NULL;
    if (str_eq(str_sub(number, 6, 2), STR("NA")))
        return "cooperative";
    return number.data[6] >= '6' && number.data[6] <= '9' ? "individual" : "enterprise";
}

/* The kind of an object that the file does not give, from the surest sign to the weakest. NULL if
 * there is none. */
static const char *derive_kind(const struct import_row *row, enum ids_kind number)
{
    if (number == IDS_KIND_USCC)
        return kind_by_uscc(value_of(row, MODEL_OBJECT_NUMBER));
    const char *kind = kind_by_words(value_of(row, MODEL_OBJECT_TYPE));
    if (number == IDS_KIND_NONE) /* a name alone is no ground to go without a number */
        return kind;
    if (kind == NULL && (number == IDS_KIND_REGNO15 || number == IDS_KIND_OLD))
        kind = kind_by_old_number(value_of(row, MODEL_OBJECT_NUMBER));
    return kind != NULL ? kind : kind_by_words(value_of(row, MODEL_OBJECT_NAME));
}

/* Settles the kind. One that the file gives stays; a derived one holds only for new objects. */
static enum err judge_kind(struct import_run *run, struct import_row *row, enum ids_kind number)
{
    struct str *value = &row->record.values[MODEL_OBJECT_KIND];
    if ((row->raw & BIT(MODEL_OBJECT_KIND)) != 0) {
        const char *meant = kind_by_words(*value);
        row->given &= ~BIT(MODEL_OBJECT_KIND);
        if (meant == NULL && number != IDS_KIND_USCC)
            return import_reject(run, row, MODEL_OBJECT_KIND, "对象类别“%.*s”无法识别",
                                 STR_ARG(*value));
        *value = str_of(meant != NULL ? meant : "");
    }
    if (value->len == 0) {
        const char *kind = derive_kind(row, number);
        *value = str_of(kind != NULL ? kind : number == IDS_KIND_NONE ? "" : "enterprise");
    }
    bool numberless = is_thing(row) || is_kind(row, "unlicensed") || is_kind(row, "organisation");
    if (number == IDS_KIND_NONE && !numberless && import_good(row))
        return import_reject(
            run, row, MODEL_OBJECT_NUMBER,
            "缺少统一社会信用代码（无证无照户、产品、项目、行为、非企业单位可以没有"
            "，请在“对象类别”写明）");
    return ERR_OK;
}

/* --- the other fields --- */

/* The division of a number's registration authority; empty where it says none: a ministry, a
 * province or city above this place, a code that nobody knows. */
static struct str number_division(const struct import_run *run, struct str number)
{
    const struct regions *all = &run->e->office->regions;
    enum ids_kind kind = ids_number_kind(number);
    struct str code = {0};
    if (kind == IDS_KIND_USCC)
        code = str_sub(number, 2, 6);
    else if (kind == IDS_KIND_REGNO15)
        code = str_sub(number, 0, 6);
    if (code.len != 6 || regions_current(&code, all, code) == REGION_UNKNOWN)
        return (struct str){0};
    struct str above = code;
    while (above.len > 2 && str_eq(str_sub(above, above.len - 2, 2), STR("00")))
        above.len -= 2;
    if (above.len < code.len && regions_within(run->e->office->tenant, above))
        return (struct str){0};
    return code;
}

/* Counts a row that lies elsewhere: a file of another place is easily taken for one's own. */
static void judge_place(struct import_run *run, struct str code)
{
    struct office_import_report *report = run->report;
    size_t at = 0;
    if (code.len < 6 || report == NULL || regions_within(code, run->e->office->tenant))
        return;
    report->abroad++;
    while (at < run->abroad_count && memcmp(run->abroad[at].code, code.data, 6) != 0)
        at++;
    if (at == IMPORT_ABROAD)
        return;
    struct import_abroad *place = &run->abroad[at];
    if (at == run->abroad_count) {
        run->abroad_count++;
        memcpy(place->code, code.data, 6);
    }
    place->rows++;
    if (place->rows <= report->abroad_most)
        return;
    report->abroad_most = place->rows;
    memcpy(report->abroad_code, place->code, sizeof place->code);
}

static enum err judge_division(struct import_run *run, struct import_row *row)
{
    struct str *value = &row->record.values[MODEL_OBJECT_DIVISION];
    if (value->len == 0) {
        if (!is_thing(row))
            judge_place(run, number_division(run, value_of(row, MODEL_OBJECT_NUMBER)));
        *value = run->division;
        return ERR_OK;
    }
    TRY(import_division(value, run, row, MODEL_OBJECT_DIVISION));
    judge_place(run, *value);
    return ERR_OK;
}

/* An industry that nobody knows costs the row its industry, not its place in the registry. */
static enum err judge_industry(struct import_run *run, struct import_row *row)
{
    struct str *value = &row->record.values[MODEL_OBJECT_INDUSTRY];
    if (value->len == 0)
        return ERR_OK;
    const struct industry *industry = industry_resolve(&run->industries, *value);
    if (industry != NULL) {
        *value = industry->code;
        return ERR_OK;
    }
    TRY(import_warn(run, row, MODEL_OBJECT_INDUSTRY, "行业“%.*s”不在国民经济行业分类中，未保存",
                    STR_ARG(str_sub(*value, 0, 90))));
    row->given &= ~BIT(MODEL_OBJECT_INDUSTRY);
    *value = (struct str){"", 0};
    return ERR_OK;
}

/* R24: who is responsible. Other places' departments are not in ours, so an unknown one stays as
 * text. */
static enum err judge_department(struct import_run *run, struct import_row *row)
{
    struct str *value = &row->record.values[MODEL_OBJECT_DEPARTMENT];
    if (value->len == 0) {
        *value = run->department;
        return ERR_OK;
    }
    struct str code = import_department_find(run, *value);
    if (code.data == NULL)
        return import_warn(run, row, MODEL_OBJECT_DEPARTMENT,
                           "监管部门“%.*s”不在部门名录中，按原文保存", STR_ARG(*value));
    *value = code;
    return ERR_OK;
}

/* Characters of the private use area are shown by the sender's fonts only (real_edge_case_names).
 */
static enum err judge_name(struct import_run *run, struct import_row *row)
{
    struct str name = value_of(row, MODEL_OBJECT_NAME);
    struct str rest = name;
    uint32_t cp;
    while (utf8_next(&cp, &rest) == ERR_OK)
        if ((cp >= 0xE000 && cp <= 0xF8FF) || cp >= 0xF0000)
            return import_warn(run, row, MODEL_OBJECT_NAME, "名称含有自造字，别处可能无法显示");
    return ERR_OK;
}

/* --- how the object is known --- */

/* The alphabet of ids in a pool (PROTOCOL 2); SL- is kept for internal ids. */
static bool fits_pool(struct str number)
{
    for (size_t i = 0; i < number.len; i++) {
        char c = number.data[i];
        bool fits = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
        if (!fits)
            return false;
    }
    return number.len > 0 && number.len <= 64 && !str_starts(number, STR("SL-"));
}

/* SHA-256 of kind|name|address, or of the number where there is one that no pool can hold. */
static enum err make_likeness(struct import_run *run, struct import_row *row)
{
    uint8_t hash[CRYPTO_HASH];
    struct crypto_sha256 h;
    struct str number = value_of(row, MODEL_OBJECT_NUMBER);
    crypto_sha256_init(&h);
    if (number.len > 0) {
        crypto_sha256_add(&h, STR("number|"));
        crypto_sha256_add(&h, number);
    } else {
        crypto_sha256_add(&h, value_of(row, MODEL_OBJECT_KIND));
        crypto_sha256_add(&h, STR("|"));
        crypto_sha256_add(&h, value_of(row, MODEL_OBJECT_NAME));
        crypto_sha256_add(&h, STR("|"));
        crypto_sha256_add(&h, value_of(row, MODEL_OBJECT_ADDRESS));
    }
    crypto_sha256_final(hash, &h);
    row->record.values[STORE_OBJECT_LIKENESS] = arena_hex(&run->chunk, hash, sizeof hash);
    return row->record.values[STORE_OBJECT_LIKENESS].data != NULL ? ERR_OK : ERR_MEMORY;
}

/* The same object twice in one file: the later row is left out. */
static enum err judge_double(struct import_run *run, struct import_row *row, enum ids_kind number)
{
    uint64_t before = 0;
    row->record.values[STORE_OBJECT_NUMBER_KIND] = str_of(ids_kind_code(number));
    if (fits_pool(value_of(row, MODEL_OBJECT_NUMBER)))
        row->record.values[STORE_OBJECT_POOL_ID] = value_of(row, MODEL_OBJECT_NUMBER);
    else
        TRY(make_likeness(run, row));
    bool pooled = value_of(row, STORE_OBJECT_POOL_ID).len > 0;
    struct str key = value_of(row, pooled ? STORE_OBJECT_POOL_ID : STORE_OBJECT_LIKENESS);
    TRY(import_seen_add(&before, &run->seen, key, row->number));
    if (before == 0)
        return ERR_OK;
    row->doubled = true;
    return import_reject(run, row, pooled ? MODEL_OBJECT_NUMBER : MODEL_OBJECT_NAME,
                         "与第%llu行重复", (unsigned long long)before);
}

/* One row by itself; what it says twice is found last, so that a bad row does not claim a number.
 */
static enum err object_judge(struct import_run *run, struct import_row *row)
{
    enum ids_kind number = IDS_KIND_NONE;
    TRY(judge_number(run, row, &number));
    TRY(judge_kind(run, row, number));
    TRY(judge_division(run, row));
    TRY(judge_industry(run, row));
    TRY(judge_department(run, row));
    TRY(judge_name(run, row));
    TRY(import_words(run, row, MODEL_OBJECT_LABELS, &run->labels));
    if (value_of(row, MODEL_OBJECT_STATE).len == 0)
        row->record.values[MODEL_OBJECT_STATE] = STR("active");
    return import_good(row) ? judge_double(run, row, number) : ERR_OK;
}

/* --- finding them in the registry --- */

struct object_lookup {
    struct import_run *run;
    struct text_map rows; /* key -> index of the row */
    int key;              /* which value is the key */
};

/* A row of the registry: the row of the chunk with the same key is the same object. */
static enum err lookup_found(void *ctx, const struct store_record *record)
{
    struct object_lookup *look = ctx;
    size_t at = text_map_get(&look->rows, record->values[look->key]);
    if (at == TEXT_MAP_NONE)
        return ERR_OK;
    struct store_record *old = arena_alloc(&look->run->chunk, sizeof *old);
    if (old == NULL)
        return ERR_MEMORY;
    *old = *record;
    look->run->rows[at].old = old;
    return ERR_OK;
}

/* Looks up all rows of the chunk whose key is the value number look->key. */
static enum err lookup_all(struct object_lookup *look)
{
    struct import_run *run = look->run;
    struct str keys[STORE_KEYS];
    size_t count = 0;
    const struct store_find find = {run->tx, run->stamp.tenant, &run->chunk, lookup_found, look, 0};
    bool by_pool_id = look->key == STORE_OBJECT_POOL_ID;
    for (size_t i = 0; i <= run->count; i++) {
        bool flush = count == STORE_KEYS || (i == run->count && count > 0);
        if (flush && by_pool_id)
            TRY(store_object_by_pool_id(&find, keys, count));
        else if (flush)
            TRY(store_object_by_likeness(&find, keys, count));
        if (flush)
            count = 0;
        if (i == run->count || !import_good(&run->rows[i]))
            continue;
        struct str key = value_of(&run->rows[i], look->key);
        if (key.len == 0)
            continue;
        TRY(text_map_put(&look->rows, &run->chunk, key, i));
        keys[count++] = key;
    }
    return ERR_OK;
}

/* By pool id, then by likeness; nothing to look for while the registry is empty. */
static enum err object_settle(struct import_run *run)
{
    if (run->fresh)
        return ERR_OK;
    struct object_lookup by_id = {run, {0}, STORE_OBJECT_POOL_ID};
    TRY(lookup_all(&by_id));
    struct object_lookup by_likeness = {run, {0}, STORE_OBJECT_LIKENESS};
    return lookup_all(&by_likeness);
}

/* An object that no pool could name gets its internal id as name. */
static enum err object_enrol(struct import_run *run, struct import_row *row)
{
    struct str *pool_id = &row->record.values[STORE_OBJECT_POOL_ID];
    if (pool_id->len > 0)
        return ERR_OK;
    *pool_id = arena_printf(&run->chunk, "SL-%lld", (long long)row->record.id);
    return pool_id->data != NULL ? ERR_OK : ERR_MEMORY;
}

const struct import_kind import_objects = {
    .table = STORE_OBJECTS,
    .department = MODEL_OBJECT_DEPARTMENT,
    .resource = &model_objects,
    .chunk = 5 * STORE_KEYS,
    .lenient = BIT(MODEL_OBJECT_KIND),
    .fixed = BIT(MODEL_OBJECT_NUMBER) | BIT(MODEL_OBJECT_KIND) | BIT(MODEL_OBJECT_STATE) |
             BIT(MODEL_OBJECT_DIVISION),
    .open = object_open,
    .judge = object_judge,
    .settle = object_settle,
    .enrol = object_enrol,
};
