/* The runner of stories: see story.h. It keeps the rules that hold at every step; what a step does
 * stands in story_acts.c. */
#include "story.h"

#include "base/file.h"
#include "base/time.h"
#include "crypto/hash.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COURSE_COLUMNS = 40 };

/* --- the digest --- */

static enum err digest_table(struct crypto_sha256 *hash, struct db_tx *tx, const char *table)
{
    char sql[100];
    struct db_rows *rows = NULL;
    /* the last column is for tables of three */
    snprintf(sql, sizeof sql, "SELECT t.*, 0 FROM %s t ORDER BY 1, 2, 3, 4", table);
    TRY(db_query(&rows, tx, sql, DB_NONE));
    enum err err;
    while ((err = db_next(rows)) == ERR_OK) {
        for (int i = 0; i < COURSE_COLUMNS; i++) {
            struct str cell = db_col_text(rows, i);
            crypto_sha256_add(hash, (struct str){(const char *)&cell.len, sizeof cell.len});
            crypto_sha256_add(hash, cell);
        }
    }
    db_done(rows);
    return err == ERR_END ? ERR_OK : err;
}

struct digest {
    struct course *c;
    uint8_t *out;
};

static enum err digest_work(struct db_tx *tx, void *ctx)
{
    struct digest *d = ctx;
    struct crypto_sha256 hash;
    crypto_sha256_init(&hash);
    for (size_t i = 0; i < d->c->table_count; i++) {
        crypto_sha256_add(&hash, str_of(d->c->tables[i]));
        TRY(digest_table(&hash, tx, d->c->tables[i]));
    }
    crypto_sha256_final(d->out, &hash);
    return ERR_OK;
}

void course_digest(uint8_t digest[32], struct course *c)
{
    struct digest d = {c, digest};
    assert_int_equal(db_read(c->s->office.db, "digest", digest_work, &d, NULL), ERR_OK);
}

struct holds {
    struct course *c;
    const char *words;
    size_t count;
};

static enum err holds_table(struct holds *h, struct db_tx *tx, const char *table)
{
    char sql[100];
    struct db_rows *rows = NULL;
    snprintf(sql, sizeof sql, "SELECT t.*, 0 FROM %s t", table);
    TRY(db_query(&rows, tx, sql, DB_NONE));
    enum err err;
    while ((err = db_next(rows)) == ERR_OK)
        for (int i = 0; i < COURSE_COLUMNS; i++)
            h->count += str_find(db_col_text(rows, i), str_of(h->words)) >= 0;
    db_done(rows);
    return err == ERR_END ? ERR_OK : err;
}

static enum err holds_work(struct db_tx *tx, void *ctx)
{
    struct holds *h = ctx;
    h->count = 0;
    for (size_t i = 0; i < h->c->table_count; i++)
        TRY(holds_table(h, tx, h->c->tables[i]));
    return ERR_OK;
}

size_t course_holds(struct course *c, const char *words)
{
    struct holds h = {c, words, 0};
    assert_int_equal(db_read(c->s->office.db, "holds", holds_work, &h, NULL), ERR_OK);
    return h.count;
}

/* --- looking --- */

const char *course_path(struct course *c, const char *name)
{
    struct str path = arena_printf(&c->s->arena, "%s/%s", c->s->rig.dir, name);
    assert_non_null(path.data);
    return path.data;
}

/* The query with '%s' replaced by the draw's number. */
static const char *course_sql(struct course *c, const char *sql)
{
    const char *at = strstr(sql, "%s");
    if (at == NULL)
        return sql;
    return arena_printf(&c->s->arena, "%.*s%.*s%s", (int)(at - sql), sql, STR_ARG(c->draw), at + 2)
        .data;
}

int64_t course_number(struct course *c, const char *sql)
{
    return story_number(c->s, course_sql(c, sql));
}

const char *course_text(struct course *c, const char *sql)
{
    return story_text(c->s, course_sql(c, sql));
}

const struct office_draw *course_show(struct course *c)
{
    struct office_draw *draw = arena_alloc(&c->s->arena, sizeof *draw);
    assert_non_null(draw);
    struct errand e = c->s->e;
    e.scope = OFFICE_SCOPE_WHOLE; /* a command, whoever is at the workbench just now */
    enum err err = office_draw_show(draw, &e, c->draw);
    if (err != ERR_OK)
        fail_msg("draw show: %s", fault_text(&e.fault));
    return draw;
}

struct str course_object(struct course *c, const char *text)
{
    uint64_t at = 0;
    if (text == NULL)
        return str_range(NULL, 0);
    if (strlen(text) > 4 || str_u64(&at, str_of(text)) != ERR_OK || at == 0)
        return str_of(text);
    const struct office_draw *draw = course_show(c);
    if (at > draw->visit_count)
        fail_msg("there are only %zu visits", draw->visit_count);
    return draw->visits[at - 1].pool_id;
}

struct str course_seated(struct course *c, size_t visit, const char *department, int n)
{
    const struct office_draw *draw = course_show(c);
    assert_in_range(visit, 1, draw->visit_count);
    struct str object = draw->visits[visit - 1].pool_id;
    for (size_t i = 0; i < draw->seat_count; i++)
        if (str_eq(draw->seats[i].pool_id, object) &&
            str_eq(draw->seats[i].department, str_of(department)) && --n == 0)
            return draw->seats[i].inspector;
    return str_range(NULL, 0);
}

struct course_bytes {
    struct course *c;
    const char *sql;
    struct str bytes;
};

static enum err bytes_work(struct db_tx *tx, void *ctx)
{
    struct course_bytes *b = ctx;
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, b->sql, DB_NONE));
    enum err err = db_next(rows);
    if (err == ERR_OK)
        b->bytes = arena_str(&b->c->s->arena, db_col_text(rows, 0));
    db_done(rows);
    return err == ERR_END ? ERR_OK : err;
}

struct str course_bytes(struct course *c, const char *sql)
{
    struct course_bytes b = {c, course_sql(c, sql), {NULL, 0}};
    assert_int_equal(db_read(c->s->office.db, "bytes", bytes_work, &b, NULL), ERR_OK);
    return b.bytes;
}

struct str course_file(struct course *c, const char *name)
{
    char sql[300];
    struct buf bytes = {0};
    snprintf(sql, sizeof sql,
             "SELECT f.digest FROM draw_file f JOIN draw d ON d.tenant = f.tenant AND d.id = f.draw"
             " WHERE d.number = '%.*s' AND f.name = '%s'",
             STR_ARG(c->draw), name);
    struct str blob = course_bytes(c, sql);
    if (blob.len != 32)
        return str_range(NULL, 0);
    const uint8_t *digest = (const uint8_t *)blob.data;
    struct buf path = {0};
    buf_printf(&path, "%s/blobs/%02x/", c->s->dir, digest[0]);
    buf_hex(&path, digest, 32);
    enum err err = file_read(&bytes, buf_cstr(&path), 1 << 26);
    if (err != ERR_OK)
        fail_msg("%s: %s", buf_cstr(&path), err_code(err));
    struct str text = arena_str(&c->s->arena, buf_view(&bytes));
    buf_free(&bytes);
    buf_free(&path);
    return text;
}

/* --- what holds at every step --- */

/* The number of entries that the signed checkpoint covers: its second line. */
static uint64_t course_log_size(struct course *c)
{
    char path[200];
    struct buf note = {0};
    uint64_t size = 0;
    snprintf(path, sizeof path, "%s/log/checkpoint", c->s->dir);
    if (file_read(&note, path, 1 << 16) == ERR_OK) {
        struct str rest = buf_view(&note);
        struct str line;
        assert_true(str_cut(&line, &rest, '\n') && str_cut(&line, &rest, '\n'));
        assert_int_equal(str_u64(&size, line), ERR_OK);
    }
    buf_free(&note);
    return size;
}

static bool is_chinese(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0xe4 && (unsigned char)*text <= 0xe9)
            return true;
    return false;
}

static void must_hold_words(const struct step *step, const char *text)
{
    struct str rest = str_of(step->words);
    struct str word;
    while (str_cut(&word, &rest, ';'))
        if (str_find(str_of(text), word) < 0)
            fail_msg("[%s] “%.*s” is not said in: %s", step->label, STR_ARG(word), text);
}

static void must_be_refused(struct course *c, const struct step *step, enum err err)
{
    const char *text = fault_text(&c->s->e.fault);
    if (err != step->want)
        fail_msg("[%s] is %s, should be %s: %s", step->label, err == ERR_OK ? "ok" : err_code(err),
                 step->want == ERR_OK ? "ok" : err_code(step->want), err == ERR_OK ? "" : text);
    if (err == ERR_OK)
        return;
    if (!is_chinese(text))
        fail_msg("[%s] says nothing in Chinese: %s", step->label, text);
    if (step->words != NULL)
        must_hold_words(step, text);
}

static void must_be_logged(struct course *c, const struct step *step)
{
    uint64_t signed_entries = course_log_size(c);
    uint64_t entries = (uint64_t)course_number(c, "SELECT count(idx) FROM log_entry");
    if (signed_entries != entries)
        fail_msg("[%s] %llu entries in the database, %llu under the checkpoint", step->label,
                 (unsigned long long)entries, (unsigned long long)signed_entries);
}

void course_step(struct course *c, const struct step *step)
{
    uint8_t before[32];
    uint8_t after[32];
    int64_t audit = course_number(c, "SELECT count(id) FROM audit");
    c->clock += (int64_t)step->days * TIME_DAY + TIME_SECOND;
    c->s->e = (struct errand){.office = &c->s->office,
                              .arena = &c->s->arena,
                              .actor = str_of(step->by != NULL ? step->by : "经办员"),
                              .key = str_of(step->key),
                              .now = c->clock};
    /* What is to stay the same is looked at afresh; else the last step's digest will do. */
    if (step->want != ERR_OK || step->still)
        course_digest(c->digest, c);
    memcpy(before, c->digest, sizeof before);
    enum err err = step->act(c, step->arg);
    must_be_refused(c, step, err);
    course_digest(after, c);
    bool same = memcmp(before, after, sizeof before) == 0;
    memcpy(c->digest, after, sizeof after);
    if ((err != ERR_OK || step->still) && !same)
        fail_msg("[%s] changed a table", step->label);
    audit = course_number(c, "SELECT count(id) FROM audit") - audit;
    if (err == ERR_OK && !step->still && (same || audit < 1))
        fail_msg("[%s] left %s", step->label, same ? "no trace" : "no audit row");
    must_be_logged(c, step);
}

void course_run(struct course *c, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        course_step(c, &steps[i]);
}

/* --- setting up --- */

/* Every table there is, but for the migrations' own. */
static enum err tables_work(struct db_tx *tx, void *ctx)
{
    struct course *c = ctx;
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx,
                 c->s->rig.postgres
                     ? "SELECT table_name FROM information_schema.tables WHERE table_schema ="
                       " 'public' AND table_name <> 'schema_migration' ORDER BY 1"
                     : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE"
                       " 'sqlite%' AND name <> 'schema_migration' ORDER BY 1",
                 DB_NONE));
    enum err err;
    while ((err = db_next(rows)) == ERR_OK && c->table_count < COURSE_TABLES)
        c->tables[c->table_count++] = arena_cstr(&c->s->arena, db_col_text(rows, 0));
    db_done(rows);
    return err == ERR_END ? ERR_OK : ERR_LIMIT;
}

int course_setup_empty(void **state)
{
    struct course *c = calloc(1, sizeof *c);
    void *story = NULL;
    /* Hundreds of syncs a story: in memory, where the machine has room for it. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("SUNLOT_TEST_DIR", "/dev/shm", 0);
    if (c == NULL || story_setup(&story) != 0)
        return -1;
    c->s = story;
    c->clock = COURSE_START;
    assert_int_equal(db_read(c->s->office.db, "tables", tables_work, c, NULL), ERR_OK);
    assert_true(c->table_count >= 26);
    *state = c;
    return 0;
}

struct errand *course_as(struct course *c, const char *actor, enum model_scope level,
                         const char *department)
{
    struct errand *e = &c->s->e;
    c->clock += TIME_SECOND;
    e->fault = (struct fault){0};
    e->key = STR("");
    e->now = c->clock;
    e->actor = str_of(actor);
    e->scope = (struct office_scope){
        .level = level, .clearance = MODEL_GRADE_SENSITIVE, .department = str_of(department)};
    return e;
}

int course_setup(void **state)
{
    if (course_setup_empty(state) != 0)
        return -1;
    const struct step county[] = {{.label = "the county's registries", .act = course_county}};
    COURSE_RUN((struct course *)*state, county);
    return 0;
}

int course_teardown(void **state)
{
    struct course *c = *state;
    void *story = c->s;
    story_teardown(&story);
    free(c);
    return 0;
}

/* --- other programs --- */

static pid_t course_start(const char *output, const char *const *words)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    int fd = open(output, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0)
        execvp(words[0], (char *const *)(uintptr_t)words);
    _exit(127);
}

static int course_wait(const char **text, struct course *c, pid_t child, const char *output)
{
    int status = 0;
    struct buf bytes = {0};
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(file_read(&bytes, output, 1 << 24), ERR_OK);
    *text = arena_cstr(&c->s->arena, buf_view(&bytes));
    buf_free(&bytes);
    if (!WIFEXITED(status))
        fail_msg("a program died of signal %d: %s", WTERMSIG(status), *text);
    return WEXITSTATUS(status);
}

int course_spawn(const char **text, struct course *c, const char *const *words)
{
    const char *output = course_path(c, "output-1");
    return course_wait(text, c, course_start(output, words), output);
}

void course_spawn_both(int codes[2], const char *text[2], struct course *c,
                       const char *const *first, const char *const *second)
{
    const char *output[] = {course_path(c, "output-1"), course_path(c, "output-2")};
    pid_t one = course_start(output[0], first);
    pid_t two = course_start(output[1], second);
    codes[0] = course_wait(&text[0], c, one, output[0]);
    codes[1] = course_wait(&text[1], c, two, output[1]);
}
