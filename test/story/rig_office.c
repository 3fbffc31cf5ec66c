/* See rig_office.h. */
#include "rig_office.h"

#include "base/file.h"
#include "base/time.h"
#include "office/job.h"

#include <unistd.h>

static void must(enum err err, const struct fault *fault, const char *what)
{
    if (err != ERR_OK)
        fail_msg("%s: %s: %s", what, err_code(err), fault_text(fault));
}

void story_open(struct story *s)
{
    struct fault fault = {0};
    must(office_open(&s->office, s->dir, NULL, &fault), &fault, "office_open");
    s->e = (struct errand){
        .office = &s->office, .arena = &s->arena, .actor = STR("测试"), .now = time_now()};
}

void story_close(struct story *s)
{
    office_close(&s->office);
    arena_free(&s->arena);
}

int story_setup(void **state)
{
    struct story *s = calloc(1, sizeof *s);
    struct fault fault = {0};
    if (s == NULL)
        return -1;
    rig_open(&s->rig);
    db_close(s->rig.db);
    s->rig.db = NULL;
    snprintf(s->dir, sizeof s->dir, "%s/data", s->rig.dir);
    const struct office_init init = {.dir = s->dir,
                                     .tenant = STR("410882"),
                                     .name = STR("沁阳市"),
                                     .origin = STR("example.gov.cn/sunlot"),
                                     .url = s->rig.postgres ? str_of(s->rig.url) : STR("")};
    must(office_init(&init, &fault), &fault, "office_init");
    story_open(s);
    *state = s;
    return 0;
}

int story_teardown(void **state)
{
    struct story *s = *state;
    story_close(s);
    rig_close(&s->rig);
    free(s);
    return 0;
}

const char *story_shared(char *path, size_t size, const char *name)
{
    const char *shared = getenv("SUNLOT_SHARED");
    snprintf(path, size, "%s/data/%s", shared != NULL ? shared : "", name);
    if (access(path, R_OK) == 0)
        return path;
    print_message("# %s is not here: not tested\n", name);
    return NULL;
}

const char *story_file(struct story *s, const char *name, const char *text)
{
    snprintf(s->path, sizeof s->path, "%s/%s", s->rig.dir, name);
    assert_int_equal(file_write_plain(s->path, str_of(text), 0600), ERR_OK);
    return s->path;
}

enum err story_import_err(struct story *s, const struct office_import *job)
{
    s->e.now = time_now();
    return office_import(&s->e, job, &s->report);
}

void story_import(struct story *s, const char *resource, const char *path)
{
    const struct office_import job = {.resource = str_of(resource), .path = path};
    must(story_import_err(s, &job), &s->e.fault, path);
}

void story_import_text(struct story *s, const char *resource, const char *text)
{
    char name[64];
    snprintf(name, sizeof name, "%s.csv", resource);
    story_import(s, resource, story_file(s, name, text));
}

static void print_problems(const char *what, const struct office_import_problem *list, size_t count)
{
    for (size_t i = 0; i < count && i < 20; i++)
        print_message("# %s %llu %.*s: %.*s\n", what, (unsigned long long)list[i].row,
                      STR_ARG(list[i].column), STR_ARG(list[i].reason));
}

void story_counts(const struct story *s, const struct story_counts *want)
{
    const struct office_import_report *r = &s->report;
    bool equal = r->seen == want->seen && r->added == want->added && r->changed == want->changed &&
                 r->same == want->same && r->rejected == want->rejected &&
                 r->warned == want->warned;
    if (equal)
        return;
    print_problems("rejected", r->problems, r->problem_count);
    print_problems("warned", r->warnings, r->warning_count);
    fail_msg("seen %llu added %llu changed %llu same %llu rejected %llu warned %llu",
             (unsigned long long)r->seen, (unsigned long long)r->added,
             (unsigned long long)r->changed, (unsigned long long)r->same,
             (unsigned long long)r->rejected, (unsigned long long)r->warned);
}

static void must_say(const struct office_import_problem *list, size_t count, uint64_t row,
                     const char *words)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].row != row)
            continue;
        if (str_find(list[i].reason, str_of(words)) < 0)
            fail_msg("row %llu: %.*s", (unsigned long long)row, STR_ARG(list[i].reason));
        return;
    }
    fail_msg("nothing is said of row %llu", (unsigned long long)row);
}

void story_problem(const struct story *s, uint64_t row, const char *words)
{
    must_say(s->report.problems, s->report.problem_count, row, words);
}

void story_warning(const struct story *s, uint64_t row, const char *words)
{
    must_say(s->report.warnings, s->report.warning_count, row, words);
}

struct story_query {
    struct story *s;
    const char *sql;
    const char *text;
};

static enum err query_text(struct db_tx *tx, void *ctx)
{
    struct story_query *q = ctx;
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, q->sql, DB_NONE));
    enum err err = db_next(rows);
    if (err == ERR_OK)
        q->text = arena_cstr(&q->s->arena, db_col_text(rows, 0));
    db_done(rows);
    return err;
}

const char *story_text(struct story *s, const char *sql)
{
    struct story_query q = {s, sql, NULL};
    if (db_read(s->office.db, "text", query_text, &q, NULL) != ERR_OK)
        fail_msg("no row: %s", sql);
    return q.text;
}

int64_t story_number(struct story *s, const char *sql)
{
    return rig_number(s->office.db, sql);
}

void story_run(struct story *s, const char *sql)
{
    rig_run(s->office.db, sql);
}

bool story_job_step(struct story *s, const _Atomic bool *stop)
{
    struct arena arena = {0};
    struct errand e = {
        .office = &s->office, .arena = &arena, .actor = STR("serve"), .now = time_now()};
    bool did = false;
    enum err err = office_job_step(&did, &e, stop);
    arena_free(&arena);
    assert_int_equal(err, ERR_OK);
    return did;
}

void story_work(struct story *s)
{
    while (story_job_step(s, NULL))
        ;
}

struct office_draft_edit story_draft(const char *category, const char *name, const char *objects)
{
    struct office_draft_edit edit = {.kind = STR("new"), .reason = STR("")};
    for (size_t i = 0; i < MODEL_ITEM_COUNT; i++)
        edit.values[i] = STR("");
    edit.values[MODEL_ITEM_CATEGORY] = str_of(category);
    edit.values[MODEL_ITEM_NAME] = str_of(name);
    edit.values[MODEL_ITEM_OBJECTS] = str_of(objects);
    edit.values[MODEL_ITEM_CLASS] = STR("general");
    edit.values[MODEL_ITEM_METHODS] = STR("实地核查");
    edit.values[MODEL_ITEM_SUBJECT] = STR("县级");
    edit.values[MODEL_ITEM_CONTENT] = STR("经营许可");
    edit.values[MODEL_ITEM_BASIS] = STR("《娱乐场所管理条例》第三条");
    return edit;
}

int64_t story_draft_version(struct story *s, int64_t id)
{
    char sql[120];
    snprintf(sql, sizeof sql, "SELECT version FROM item_draft WHERE id = %lld", (long long)id);
    return story_number(s, sql);
}
