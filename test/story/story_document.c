/* The document library and commissions of third parties, on both databases (R13-R15, R41-R43): who
 * sees a draft, who may publish, what a version keeps, what stands in the log, which files are
 * taken. */
#include "story.h"

#include "base/file.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "office/attachment.h"
#include "office/commission.h"
#include "office/document.h"

#include <stdio.h>
#include <string.h>

#define PDF "%PDF-1.4\n1 0 obj<<>>endobj\nstartxref\n9\n%%EOF\n"

/* The errand of a person with that reach; department NULL: everywhere. */
static struct errand *as(struct course *c, const char *actor, const char *department)
{
    return course_as(c, actor, department != NULL ? MODEL_SCOPE_DEPARTMENT : MODEL_SCOPE_ALL,
                     department);
}

static struct errand *clerk(struct course *c)
{
    return as(c, "chen", "SCJG");
}

static struct errand *reviewer(struct course *c)
{
    return as(c, "li", "SCJG");
}

static struct office_document_edit rule(void)
{
    return (struct office_document_edit){
        .kind = STR("rule"),
        .department = STR("SCJG"),
        .title = STR("抽查工作细则"),
        .number = STR("沁市监〔2026〕9号"),
        .texts = {STR("公开。"), STR("任务。"), STR("方式。"), STR("公示。"), STR("考核。")}};
}

static struct str drafted(struct course *c, const struct office_document_edit *edit)
{
    struct str code = STR("");
    enum err err = office_document_save(&code, clerk(c), edit);
    if (err != ERR_OK)
        print_message("# %s\n", c->s->e.fault.text);
    assert_int_equal(err, ERR_OK);
    return code;
}

/* A document as somebody of a department sees it who may edit and publish there. */
static enum err seen(struct course *c, struct office_document_page *page, struct str code,
                     const char *department)
{
    struct errand *e = as(c, "wang", department);
    struct office_scope scope = e->scope;
    const struct office_document_reach reach = {&scope, &scope};
    return office_document_get(page, e, &reach, code);
}

static struct str published(struct course *c)
{
    const struct office_document_edit edit = rule();
    struct str code = drafted(c, &edit);
    assert_int_equal(office_document_submit(clerk(c), code), ERR_OK);
    assert_int_equal(office_document_publish(reviewer(c), code), ERR_OK);
    return code;
}

/* --- documents --- */

static void R14_a_rule_lacks_none_of_its_five_headings_when_it_is_submitted(void **state)
{
    static const char *const headings[] = {"抽查原则", "抽查任务", "检查方式", "抽查结果公示",
                                           "督查考核"};
    struct course *c = *state;
    for (size_t i = 0; i < 5; i++) {
        struct office_document_edit edit = rule();
        edit.texts[i] = STR("  ");
        struct str code = drafted(c, &edit);
        assert_int_equal(office_document_submit(clerk(c), code), ERR_INPUT);
        assert_non_null(strstr(c->s->e.fault.text, headings[i]));
        assert_string_equal(office_document_heading(STR("rule"), i), headings[i]);
    }
    struct office_document_edit scheme = rule();
    scheme.kind = STR("scheme");
    scheme.number = STR("");
    struct str code = drafted(c, &scheme);
    assert_int_equal(office_document_submit(clerk(c), code), ERR_INPUT);
    assert_non_null(strstr(c->s->e.fault.text, "文号"));
}

static void a_draft_is_seen_by_its_department_alone_and_not_by_the_public(void **state)
{
    struct course *c = *state;
    const struct office_document_edit edit = rule();
    struct str code = drafted(c, &edit);
    struct office_document_page page;
    struct office_document *rows = NULL;
    size_t count = 9;
    assert_int_equal(seen(c, &page, code, "SCJG"), ERR_OK);
    assert_int_equal(seen(c, &page, code, "XFJY"), ERR_MISSING);
    assert_int_equal(office_document_public(&page, clerk(c), code, 0), ERR_MISSING);
    assert_int_equal(office_documents_public(&rows, &count, clerk(c)), ERR_OK);
    assert_int_equal(count, 0);
    struct str other = code;
    assert_int_equal(office_document_save(&other, as(c, "zhao", "XFJY"), &edit), ERR_MISSING);
    assert_int_equal(office_document_submit(as(c, "zhao", "XFJY"), code), ERR_MISSING);
    assert_int_equal(office_document_submit(clerk(c), code), ERR_OK);
    assert_int_equal(office_document_publish(as(c, "zhao", "XFJY"), code), ERR_MISSING);
    assert_int_equal(office_documents_public(&rows, &count, clerk(c)), ERR_OK);
    assert_int_equal(count, 0);
}

static void nobody_publishes_what_he_wrote_or_submitted(void **state)
{
    struct course *c = *state;
    const struct office_document_edit edit = rule();
    struct str code = drafted(c, &edit);
    assert_int_equal(office_document_publish(reviewer(c), code), ERR_STATE);
    assert_int_equal(office_document_submit(clerk(c), code), ERR_OK);
    assert_int_equal(office_document_publish(clerk(c), code), ERR_FORBIDDEN);
    assert_int_equal(office_document_return(reviewer(c), code, STR("")), ERR_INPUT);
    assert_int_equal(office_document_return(reviewer(c), code, STR("请写明比例")), ERR_OK);
    assert_int_equal(office_document_submit(as(c, "zheng", "SCJG"), code), ERR_OK);
    assert_int_equal(office_document_publish(clerk(c), code), ERR_FORBIDDEN);
    assert_int_equal(office_document_publish(as(c, "zheng", "SCJG"), code), ERR_FORBIDDEN);
    assert_int_equal(office_document_publish(reviewer(c), code), ERR_OK);
    assert_int_equal(office_document_publish(reviewer(c), code), ERR_STATE);
}

static void an_edit_of_what_is_published_is_a_new_version_and_the_older_one_stays(void **state)
{
    struct course *c = *state;
    struct str code = published(c);
    struct office_document_edit edit = rule();
    struct office_document_page page;
    edit.title = STR("抽查工作细则（修订）");
    assert_int_equal(office_document_save(&code, clerk(c), &edit), ERR_OK);
    assert_int_equal(office_document_public(&page, clerk(c), code, 0), ERR_OK);
    assert_int_equal(page.count, 1);
    assert_true(str_eq(page.versions[0].title, STR("抽查工作细则")));
    assert_int_equal(office_document_submit(clerk(c), code), ERR_OK);
    assert_int_equal(office_document_save(&code, clerk(c), &edit), ERR_STATE);
    assert_int_equal(office_document_publish(reviewer(c), code), ERR_OK);
    assert_int_equal(office_document_public(&page, clerk(c), code, 0), ERR_OK);
    assert_int_equal(page.count, 2);
    assert_true(str_eq(page.versions[0].title, STR("抽查工作细则（修订）")));
    assert_true(str_eq(page.versions[1].title, STR("抽查工作细则")));
    assert_true(str_eq(page.versions[1].state, STR("replaced")));
    assert_int_equal(office_document_withdraw(reviewer(c), code, STR("由省级细则代替")), ERR_OK);
    assert_int_equal(office_document_public(&page, clerk(c), code, 0), ERR_OK);
    assert_true(str_eq(page.versions[0].state, STR("withdrawn")));
    assert_int_equal(office_document_withdraw(reviewer(c), code, STR("再次")), ERR_STATE);
}

static void two_who_edit_one_draft_do_not_overwrite_each_other(void **state)
{
    struct course *c = *state;
    struct office_document_edit edit = rule();
    struct str code = drafted(c, &edit);
    edit.revision = 1;
    edit.title = STR("甲改的");
    assert_int_equal(office_document_save(&code, clerk(c), &edit), ERR_OK);
    edit.title = STR("乙改的");
    assert_int_equal(office_document_save(&code, as(c, "zheng", "SCJG"), &edit), ERR_CONFLICT);
    assert_string_equal(course_text(c, "SELECT title FROM document_version"), "甲改的");
    edit.revision = 2;
    assert_int_equal(office_document_save(&code, as(c, "zheng", "SCJG"), &edit), ERR_OK);
    assert_int_equal(course_number(c, "SELECT count(id) FROM document_version"), 1);
}

static void what_was_published_stands_in_the_log_with_its_digest(void **state)
{
    struct course *c = *state;
    struct str code = published(c);
    /* worked out by hand from office/document.h: netstrings, then SHA-256 */
    static const char bytes[] =
        "9:SCJG-D001,1:1,4:rule,4:SCJG,18:抽查工作细则,23:沁市监〔2026〕9号,0:,0:,"
        "9:公开。,9:任务。,9:方式。,9:公示。,9:考核。,";
    uint8_t hash[CRYPTO_HASH];
    struct buf want = {0};
    crypto_sha256(hash, str_of(bytes));
    buf_printf(
        &want,
        "sunlot-document/1 publication\ntenant 410882\ndocument SCJG-D001\nversion 1\nsha256 ");
    buf_hex(&want, hash, sizeof hash);
    buf_char(&want, '\n');
    assert_true(str_eq(course_bytes(c, "SELECT body FROM log_entry ORDER BY idx DESC LIMIT 1"),
                       buf_view(&want)));
    buf_free(&want);
    assert_int_equal(course_number(c, "SELECT count(id) FROM document_version WHERE idx ="
                                      " (SELECT max(idx) FROM log_entry)"),
                     1);
    assert_int_equal(office_document_withdraw(reviewer(c), code, STR("废止")), ERR_OK);
    assert_true(str_starts(course_bytes(c, "SELECT body FROM log_entry ORDER BY idx DESC LIMIT 1"),
                           STR("sunlot-document/1 withdrawal\n")));
    assert_int_equal(course_sound(c, NULL), ERR_OK);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action LIKE 'document-%'"),
                     4);
}

static void a_double_press_makes_one_document(void **state)
{
    struct course *c = *state;
    const struct office_document_edit edit = rule();
    for (int i = 0; i < 2; i++) {
        struct str code = STR("");
        struct errand *e = clerk(c);
        e->key = STR("desk-1-xyz");
        assert_int_equal(office_document_save(&code, e, &edit), ERR_OK);
        assert_true(str_eq(code, STR("SCJG-D001")));
    }
    assert_int_equal(course_number(c, "SELECT count(id) FROM document"), 1);
}

/* --- files --- */

static void IN9_a_file_is_what_its_bytes_say_whole_and_without_what_runs(void **state)
{
    (void)state;
    static const char png[] = "\x89PNG\r\n\x1A\n\0\0\0\0IEND\xAE\x42\x60\x82";
    static const char jpeg[] = "\xFF\xD8\xFF\xE0\0\4\1\2\xFF\xDA\0\4\1\2\x55\xFF\xD9";
    static const struct {
        struct str bytes;
        const char *name;
        const char *kind; /* NULL: refused */
    } cases[] = {
        {STR(PDF), "报告.pdf", "pdf"},
        {STR(PDF), "报告.PDF", "pdf"},
        {STR(PDF), "报告.png", NULL},
        {STR(PDF), "报告", NULL},
        {STR("%PDF-1.4\nohne Ende"), "a.pdf", NULL},
        {STR("%PDF-1.4 /OpenAction<</S/JavaScript>>\nstartxref\n9\n%%EOF"), "a.pdf", NULL},
        {STR("%PDF-1.4 /Launch\nstartxref\n9\n%%EOF"), "a.pdf", NULL},
        {{png, sizeof png - 1}, "a.png", "png"},
        {{png, sizeof png - 2}, "a.png", NULL},
        {STR("\x89PNG\r\n\x1A\n\0\0\0\0IEND\xAE\x42\x60\x82<script>"), "a.png", NULL},
        {{jpeg, sizeof jpeg - 1}, "a.jpg", "jpeg"},
        {{jpeg, sizeof jpeg - 1}, "a.jpeg", "jpeg"},
        {STR("\xFF\xD8\xFF\xE0\0\4\1\2\xFF\xD9<?php"), "a.jpg", NULL},
        {STR("PK\x03\x04 xl/workbook.xml xl/vbaProject.bin"), "a.xlsx", NULL},
        {STR("PK\x03\x04 word/document.xml"), "a.xlsx", NULL},
        {STR("<svg xmlns='http://www.w3.org/2000/svg'/>"), "a.svg", NULL},
        {STR("<html><script>1</script>"), "a.pdf", NULL},
        {STR("MZ\x90"), "a.pdf", NULL},
        {STR(""), "a.pdf", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fault fault = {0};
        const char *kind = NULL;
        enum err err = office_attachment_kind(&kind, cases[i].bytes, str_of(cases[i].name), &fault);
        if (err != (cases[i].kind != NULL ? ERR_OK : ERR_UNSUPPORTED))
            fail_msg("case %zu is %s", i, err_code(err));
        if (cases[i].kind != NULL)
            assert_string_equal(kind, cases[i].kind);
    }
}

static enum err attached(struct course *c, struct errand *e, struct str document, const char *name,
                         const char *bytes)
{
    const struct office_attachment_place place = {.document = document};
    const struct office_attachment_file file = {story_file(c->s, "upload.bin", bytes),
                                                str_of(name)};
    return office_attachment_add(e, &place, &file);
}

static void a_files_bytes_come_back_to_those_who_may_see_the_version(void **state)
{
    struct course *c = *state;
    const struct office_document_edit edit = rule();
    struct str code = drafted(c, &edit);
    struct store_attachment a;
    const char *path = NULL;
    struct buf bytes = {0};
    assert_int_equal(attached(c, clerk(c), code, "细则.pdf", PDF), ERR_OK);
    assert_int_equal(attached(c, as(c, "zhao", "XFJY"), code, "细则.pdf", PDF), ERR_MISSING);
    assert_int_equal(attached(c, clerk(c), code, "../细则.pdf", PDF), ERR_INPUT);
    assert_int_equal(attached(c, clerk(c), code, "细则.exe", "MZ"), ERR_UNSUPPORTED);
    int64_t id = course_number(c, "SELECT id FROM attachment");
    const struct office_attachment_place public = {.document = code};
    assert_int_equal(office_attachment_open(&a, &path, clerk(c), &public, id), ERR_MISSING);
    assert_int_equal(office_document_submit(clerk(c), code), ERR_OK);
    assert_int_equal(attached(c, clerk(c), code, "二.pdf", PDF), ERR_STATE);
    assert_int_equal(office_document_publish(reviewer(c), code), ERR_OK);
    assert_int_equal(office_attachment_open(&a, &path, clerk(c), &public, id), ERR_OK);
    assert_int_equal(file_read(&bytes, path, 1 << 20), ERR_OK);
    assert_true(str_eq(buf_view(&bytes), STR(PDF)));
    buf_free(&bytes);
    assert_int_equal(office_attachment_remove(clerk(c), &public, id), ERR_STATE);
    /* the next version begins with it, and may do without */
    assert_int_equal(office_document_save(&code, clerk(c), &edit), ERR_OK);
    assert_int_equal(course_number(c, "SELECT count(id) FROM attachment"), 2);
    int64_t copy = course_number(c, "SELECT max(id) FROM attachment");
    assert_int_equal(office_attachment_remove(clerk(c), &public, copy), ERR_OK);
    assert_int_equal(office_attachment_remove(clerk(c), &public, copy), ERR_MISSING);
    assert_int_equal(office_attachment_open(&a, &path, clerk(c), &public, id), ERR_OK);
}

/* One grey pixel, and words beside it. */
static const unsigned char picture_bytes[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b,
    0x55, 0x00, 0x00, 0x00, 0x0d, 0x74, 0x45, 0x58, 0x74, 0x41, 0x75, 0x74, 0x68, 0x6f, 0x72, 0x00,
    0x4b, 0x41, 0x4e, 0x41, 0x52, 0x49, 0x88, 0x23, 0xa1, 0xec, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x44,
    0x41, 0x54, 0x78, 0x01, 0x01, 0x02, 0x00, 0xfd, 0xff, 0x00, 0x7f, 0x00, 0x81, 0x00, 0x80, 0x7c,
    0x4b, 0x6c, 0xa3, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
#define PICTURE_WORDS "KANARI"

static void IN10_a_picture_is_given_out_as_a_copy_and_its_original_to_editors(void **state)
{
    struct course *c = *state;
    const struct office_document_edit edit = rule();
    const struct str picture = {(const char *)picture_bytes, sizeof picture_bytes};
    struct str code = drafted(c, &edit);
    const struct office_attachment_place place = {.document = code};
    struct store_attachment a;
    const char *path = NULL;
    struct buf bytes = {0};
    const char *upload = story_file(c->s, "upload.bin", "");
    assert_int_equal(file_write_plain(upload, picture, 0600), ERR_OK);
    const struct office_attachment_file file = {upload, STR("照片.png")};
    assert_int_equal(office_attachment_add(clerk(c), &place, &file), ERR_OK);
    assert_int_equal(office_document_submit(clerk(c), code), ERR_OK);
    assert_int_equal(office_document_publish(reviewer(c), code), ERR_OK);
    /* the next version begins with it */
    assert_int_equal(office_document_save(&code, clerk(c), &edit), ERR_OK);
    int64_t ids[] = {course_number(c, "SELECT min(id) FROM attachment"),
                     course_number(c, "SELECT max(id) FROM attachment")};
    assert_int_equal(office_attachment_open(&a, &path, clerk(c), &place, ids[0]), ERR_OK);
    assert_int_equal(file_read(&bytes, path, 1 << 20), ERR_OK);
    assert_true(bytes.len > 0 && str_find(buf_view(&bytes), STR(PICTURE_WORDS)) < 0);
    for (size_t i = 0; i < 2; i++) {
        bytes.len = 0;
        assert_int_equal(office_attachment_original(&a, &bytes, clerk(c), &place, ids[i]), ERR_OK);
        assert_true(str_eq(buf_view(&bytes), picture));
        bytes.len = 0;
        assert_int_equal(
            office_attachment_original(&a, &bytes, as(c, "zhao", "XFJY"), &place, ids[i]),
            ERR_MISSING);
        assert_int_equal(bytes.len, 0);
    }
    buf_free(&bytes);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action ="
                                      " 'attachment-original' AND actor = 'chen'"),
                     2);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action ="
                                      " 'attachment-original'"),
                     2);
}

static void IN10_a_picture_from_before_copies_were_made_is_not_given_out(void **state)
{
    struct course *c = *state;
    const struct office_document_edit edit = rule();
    struct str code = drafted(c, &edit);
    const struct office_attachment_place place = {.document = code};
    struct store_attachment a;
    const char *path = NULL;
    struct buf bytes = {0};
    assert_int_equal(attached(c, clerk(c), code, "细则.pdf", PDF), ERR_OK);
    int64_t id = course_number(c, "SELECT id FROM attachment");
    story_run(c->s, "UPDATE attachment SET kind = 'png'");
    assert_int_equal(office_document_submit(clerk(c), code), ERR_OK);
    assert_int_equal(office_document_publish(reviewer(c), code), ERR_OK);
    assert_int_equal(office_attachment_open(&a, &path, clerk(c), &place, id), ERR_STATE);
    assert_int_equal(office_attachment_original(&a, &bytes, clerk(c), &place, id), ERR_OK);
    assert_true(str_eq(buf_view(&bytes), STR(PDF)));
    buf_free(&bytes);
}

static void a_file_over_the_setting_is_refused(void **state)
{
    struct course *c = *state;
    const struct office_document_edit edit = rule();
    struct str code = drafted(c, &edit);
    size_t size = (1 << 20) + 1;
    char *large = arena_alloc(&c->s->arena, size + 64);
    assert_non_null(large);
    memset(large, ' ', size);
    memcpy(large, "%PDF-1.4\n", 9);
    memcpy(large + size - 20, "startxref\n9\n%%EOF\n  ", 20);
    assert_int_equal(
        office_setting_change(clerk(c), MODEL_SETTING_ATTACHMENT_MIB, STR("1"), STR("试验")),
        ERR_OK);
    assert_int_equal(attached(c, clerk(c), code, "大.pdf", large), ERR_LIMIT);
    assert_int_equal(course_number(c, "SELECT count(id) FROM attachment"), 0);
}

/* --- who may have it --- */

static enum err opened(struct errand *e, struct str code, const char *openness, const char *reason)
{
    const struct office_document_openness to = {str_of(openness), str_of(reason), true};
    return office_document_openness(e, code, &to);
}

static size_t public_count(struct course *c)
{
    struct office_document *rows = NULL;
    size_t count = 0;
    assert_int_equal(office_documents_public(&rows, &count, clerk(c)), ERR_OK);
    return count;
}

static void R115_only_what_is_for_everybody_is_published(void **state)
{
    static const char *const kept[] = {"request", "closed"};
    struct course *c = *state;
    struct office_document_edit edit = rule();
    struct office_document_page page;
    for (size_t i = 0; i < 2; i++) {
        edit.openness = str_of(kept[i]);
        edit.openness_reason = STR("《政府信息公开条例》第十六条");
        edit.revision = 0;
        struct str code = drafted(c, &edit);
        assert_int_equal(office_document_submit(clerk(c), code), ERR_OK);
        assert_int_equal(office_document_publish(reviewer(c), code), ERR_STATE);
        assert_non_null(strstr(c->s->e.fault.text, i == 0 ? "依申请公开" : "不予公开"));
        assert_int_equal(office_document_public(&page, clerk(c), code, 0), ERR_MISSING);
        /* until somebody who publishes says otherwise */
        assert_int_equal(opened(reviewer(c), code, "open", ""), ERR_OK);
        assert_int_equal(office_document_publish(reviewer(c), code), ERR_OK);
    }
    assert_int_equal(public_count(c), 2);
    assert_int_equal(course_number(c, "SELECT count(id) FROM document WHERE openness = 'open'"), 2);
}

static void R115_whoever_drafts_says_who_may_have_it_and_why_nobody(void **state)
{
    struct course *c = *state;
    struct office_document_edit edit = rule();
    struct str code = STR("");
    edit.openness = STR("secret");
    assert_int_equal(office_document_save(&code, clerk(c), &edit), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "openness");
    edit.openness = STR("closed");
    assert_int_equal(office_document_save(&code, clerk(c), &edit), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "openness_reason");
    edit.openness = STR("");
    code = drafted(c, &edit);
    assert_string_equal(course_text(c, "SELECT openness FROM document"), "open");
    edit.openness = STR("request");
    edit.revision = 1;
    assert_int_equal(office_document_save(&code, clerk(c), &edit), ERR_OK);
    assert_string_equal(course_text(c, "SELECT openness FROM document"), "request");
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'document-save'"
                                      " AND old_value LIKE '%\"openness\":\"open\"%'"
                                      " AND new_value LIKE '%\"openness\":\"request\"%'"),
                     1);
    /* annual plans are for everybody, whatever was typed */
    edit = (struct office_document_edit){.kind = STR("plan"),
                                         .department = STR("SCJG"),
                                         .title = STR("计划"),
                                         .year = 2026,
                                         .openness = STR("request")};
    code = drafted(c, &edit);
    assert_string_equal(course_text(c, "SELECT openness FROM document WHERE kind = 'plan'"),
                        "open");
    assert_int_equal(opened(reviewer(c), code, "request", ""), ERR_STATE);
    assert_non_null(strstr(c->s->e.fault.text, "主动公开"));
}

static void R115_what_is_for_fewer_leaves_the_portal_whole_and_comes_back(void **state)
{
    struct course *c = *state;
    const struct office_document_edit edit = rule();
    struct office_document_page page;
    struct store_attachment a;
    const char *path = NULL;
    struct str code = drafted(c, &edit);
    const struct office_attachment_place public = {.document = code};
    assert_int_equal(attached(c, clerk(c), code, "细则.pdf", PDF), ERR_OK);
    int64_t id = course_number(c, "SELECT id FROM attachment");
    assert_int_equal(office_document_submit(clerk(c), code), ERR_OK);
    assert_int_equal(office_document_publish(reviewer(c), code), ERR_OK);
    assert_int_equal(office_document_save(&code, clerk(c), &edit), ERR_OK);
    assert_int_equal(office_document_submit(clerk(c), code), ERR_OK);
    assert_int_equal(office_document_publish(reviewer(c), code), ERR_OK);
    assert_int_equal(office_document_public(&page, clerk(c), code, 0), ERR_OK);
    assert_int_equal(page.count, 2);
    int64_t logged = course_number(c, "SELECT count(idx) FROM log_entry");
    /* told before it happens, by those who publish there, with a reason */
    const struct office_document_openness untold = {STR("closed"), STR("含个人信息"), false};
    assert_int_equal(office_document_openness(reviewer(c), code, &untold), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "off");
    assert_non_null(strstr(c->s->e.fault.text, "撤下"));
    assert_int_equal(opened(reviewer(c), code, "closed", " "), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "openness_reason");
    assert_int_equal(opened(as(c, "zhao", "XFJY"), code, "closed", "含个人信息"), ERR_MISSING);
    assert_int_equal(opened(reviewer(c), code, "open", ""), ERR_STATE);
    assert_int_equal(public_count(c), 1);
    for (int i = 0; i < 2; i++) { /* pressed twice */
        struct errand *e = reviewer(c);
        e->key = STR("desk-1-openness");
        assert_int_equal(opened(e, code, "closed", "含个人信息"), ERR_OK);
    }
    assert_int_equal(public_count(c), 0);
    for (int64_t version = 0; version <= 2; version++)
        assert_int_equal(office_document_public(&page, clerk(c), code, version), ERR_MISSING);
    assert_int_equal(office_attachment_open(&a, &path, clerk(c), &public, id), ERR_MISSING);
    /* inside it is where it was, and a draft does not change who may have it */
    assert_int_equal(seen(c, &page, code, "SCJG"), ERR_OK);
    assert_true(str_eq(page.versions[0].document.openness_reason, STR("含个人信息")));
    struct office_document_edit again = rule();
    again.openness = STR("open");
    assert_int_equal(office_document_save(&code, clerk(c), &again), ERR_FORBIDDEN);
    again.openness = STR("closed");
    assert_int_equal(office_document_save(&code, clerk(c), &again), ERR_OK);
    assert_int_equal(public_count(c), 0);
    assert_int_equal(course_number(c, "SELECT count(idx) FROM log_entry"), logged + 1);
    assert_true(str_eq(course_bytes(c, "SELECT body FROM log_entry ORDER BY idx DESC LIMIT 1"),
                       STR("sunlot-document/1 openness\ntenant 410882\ndocument SCJG-D001\n"
                           "openness closed\n")));
    assert_int_equal(course_number(c,
                                   "SELECT count(id) FROM audit WHERE action = 'document-openness'"
                                   " AND outcome = 'done' AND detail = '含个人信息'"
                                   " AND old_value LIKE '%\"openness\":\"open\"%'"
                                   " AND new_value LIKE '%\"openness\":\"closed\"%'"),
                     1);
    assert_int_equal(opened(reviewer(c), code, "open", ""), ERR_OK);
    assert_int_equal(office_document_public(&page, clerk(c), code, 0), ERR_OK);
    assert_int_equal(page.count, 2);
    assert_int_equal(office_attachment_open(&a, &path, clerk(c), &public, id), ERR_OK);
    assert_int_equal(course_sound(c, NULL), ERR_OK);
}

static void R115_the_list_finds_documents_by_who_may_have_them(void **state)
{
    struct course *c = *state;
    struct office_document_edit edit = rule();
    struct office_document *rows = NULL;
    struct office_document_find find = {.openness = STR("request")};
    size_t count = 0;
    (void)published(c);
    edit.openness = STR("request");
    struct str code = drafted(c, &edit);
    struct errand *e = as(c, "wang", "SCJG");
    struct office_scope scope = e->scope;
    const struct office_document_reach reach = {&scope, &scope};
    assert_int_equal(office_documents(&rows, &count, e, &reach, &find), ERR_OK);
    assert_int_equal(count, 1);
    assert_true(str_eq(rows[0].newest.document.code, code));
    find.openness = STR("open");
    assert_int_equal(office_documents(&rows, &count, e, &reach, &find), ERR_OK);
    assert_int_equal(count, 1);
    find.openness = STR("closed");
    assert_int_equal(office_documents(&rows, &count, e, &reach, &find), ERR_OK);
    assert_int_equal(count, 0);
}

/* --- commissions --- */

static void commission(struct str values[MODEL_COMMISSION_COUNT])
{
    for (size_t i = 0; i < MODEL_COMMISSION_COUNT; i++)
        values[i] = STR("");
    values[MODEL_COMMISSION_CODE] = STR("沁市监委〔2026〕1号");
    values[MODEL_COMMISSION_KIND] = STR("test");
    values[MODEL_COMMISSION_BODY] = STR("省计量院");
    values[MODEL_COMMISSION_QUALIFICATION] = STR("CNAS L0001");
    values[MODEL_COMMISSION_MATTER] = STR("加油机检定");
    values[MODEL_COMMISSION_DEPARTMENT] = STR("SCJG");
    values[MODEL_COMMISSION_BEGINS_ON] = STR("2026-03-02");
    values[MODEL_COMMISSION_STATE] = STR("active");
}

static void R43_who_commissions_pays_and_a_finished_one_says_what_came_of_it(void **state)
{
    struct course *c = *state;
    struct str values[MODEL_COMMISSION_COUNT];
    struct office_commission_page page;
    int64_t id = 0;
    commission(values);
    assert_int_equal(office_commission_save(&id, clerk(c), values), ERR_OK);
    assert_int_equal(office_commission_get(&page, clerk(c), id), ERR_OK);
    const struct str *v = page.commission.record.values;
    assert_true(str_eq(v[MODEL_COMMISSION_PAYER], STR("市场监督管理局")));
    assert_int_equal(office_commission_get(&page, as(c, "zhao", "XFJY"), id), ERR_MISSING);
    assert_int_equal(office_commission_save(&id, as(c, "zhao", "XFJY"), values), ERR_MISSING);
    values[MODEL_COMMISSION_STATE] = STR("done");
    assert_int_equal(office_commission_save(&id, clerk(c), values), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "conclusion");
    values[MODEL_COMMISSION_CONCLUSION] = STR("三台合格，一台不合格");
    values[MODEL_COMMISSION_ENDS_ON] = STR("2026-03-01");
    assert_int_equal(office_commission_save(&id, clerk(c), values), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "ends_on");
    values[MODEL_COMMISSION_ENDS_ON] = STR("2026-03-09");
    assert_int_equal(office_commission_save(&id, clerk(c), values), ERR_OK);
    assert_int_equal(office_commission_get(&page, clerk(c), id), ERR_OK);
    assert_int_equal(page.change_count, 1);
    id = 0;
    assert_int_equal(office_commission_save(&id, clerk(c), values),
                     ERR_INPUT); /* its code is taken */
    assert_string_equal(c->s->e.fault.field, "code");
}

static void fees_are_money_and_experts_are_experts(void **state)
{
    static const char *const bad[] = {"一万", "-5", "1,000", "12.345",
                                      "12.",  ".5", "012",   "12345678901"};
    static const char *const good[] = {"0", "12000", "12000.5", "0.50"};
    struct course *c = *state;
    struct str values[MODEL_COMMISSION_COUNT];
    int64_t id = 0;
    commission(values);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        values[MODEL_COMMISSION_FEE] = str_of(bad[i]);
        assert_int_equal(office_commission_save(&id, clerk(c), values), ERR_INPUT);
        assert_string_equal(c->s->e.fault.field, "fee");
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        values[MODEL_COMMISSION_FEE] = str_of(good[i]);
        assert_int_equal(office_commission_save(&id, clerk(c), values), ERR_OK);
    }
    values[MODEL_COMMISSION_EXPERT] = STR("SCJG-001"); /* an officer */
    assert_int_equal(office_commission_save(&id, clerk(c), values), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "expert");
}

static void a_commissions_report_is_given_to_its_department_alone(void **state)
{
    struct course *c = *state;
    struct str values[MODEL_COMMISSION_COUNT];
    struct store_attachment a;
    const char *path = NULL;
    int64_t id = 0;
    commission(values);
    assert_int_equal(office_commission_save(&id, clerk(c), values), ERR_OK);
    const struct office_attachment_place place = {.row = id};
    const struct office_attachment_file file = {story_file(c->s, "r.pdf", PDF), STR("报告.pdf")};
    assert_int_equal(office_attachment_add(as(c, "zhao", "XFJY"), &place, &file), ERR_MISSING);
    assert_int_equal(office_attachment_add(clerk(c), &place, &file), ERR_OK);
    int64_t number = course_number(c, "SELECT id FROM attachment");
    assert_int_equal(office_attachment_open(&a, &path, clerk(c), &place, number), ERR_OK);
    assert_int_equal(office_attachment_open(&a, &path, as(c, "zhao", "XFJY"), &place, number),
                     ERR_MISSING);
    /* nor by way of a document */
    struct str code = published(c);
    const struct office_attachment_place round = {.document = code};
    assert_int_equal(office_attachment_open(&a, &path, clerk(c), &round, number), ERR_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(R14_a_rule_lacks_none_of_its_five_headings_when_it_is_submitted),
        COURSE_TEST(a_draft_is_seen_by_its_department_alone_and_not_by_the_public),
        COURSE_TEST(nobody_publishes_what_he_wrote_or_submitted),
        COURSE_TEST(an_edit_of_what_is_published_is_a_new_version_and_the_older_one_stays),
        COURSE_TEST(two_who_edit_one_draft_do_not_overwrite_each_other),
        COURSE_TEST(what_was_published_stands_in_the_log_with_its_digest),
        COURSE_TEST(a_double_press_makes_one_document),
        cmocka_unit_test(IN9_a_file_is_what_its_bytes_say_whole_and_without_what_runs),
        COURSE_TEST(a_files_bytes_come_back_to_those_who_may_see_the_version),
        COURSE_TEST(IN10_a_picture_is_given_out_as_a_copy_and_its_original_to_editors),
        COURSE_TEST(IN10_a_picture_from_before_copies_were_made_is_not_given_out),
        COURSE_TEST(a_file_over_the_setting_is_refused),
        COURSE_TEST(R115_only_what_is_for_everybody_is_published),
        COURSE_TEST(R115_whoever_drafts_says_who_may_have_it_and_why_nobody),
        COURSE_TEST(R115_what_is_for_fewer_leaves_the_portal_whole_and_comes_back),
        COURSE_TEST(R115_the_list_finds_documents_by_who_may_have_them),
        COURSE_TEST(R43_who_commissions_pays_and_a_finished_one_says_what_came_of_it),
        COURSE_TEST(fees_are_money_and_experts_are_experts),
        COURSE_TEST(a_commissions_report_is_given_to_its_department_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
