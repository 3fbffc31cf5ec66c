/* Substring search over names: see search.h.
 *
 * 示例县甲 is indexed as the words 示例 例县 县甲 甲 (the last character alone, so that one
 * character is always the beginning of a word); 例县 is asked for as the phrase "例县", 示例县 as
 * "示例 例县", 县 as the prefix 县*; of several words each must be there, and the database goes
 * through the one that the fewest names hold. Behind them stand the object's division (county and
 * township, in a province the city too), kind, state and section as words that begin with a
 * character for private use, which no folded name holds.
 *
 * Neither database's own reading of text is used, because they differ: SQLite's tokenizer `ascii`
 * cuts at blanks alone, since a folded name holds no other ASCII mark, and PostgreSQL is given its
 * tsvector and tsquery in their text forms, each word quoted with its place. */
#include "store/search.h"

#include "base/utf8.h"
#include "store/label.h"

#include <string.h>

enum { SEARCH_CHARS = 600 };

/* Each kind of mark begins with its own character for private use. */
#define MARK_DIVISION "\xEE\x80\x81"
#define MARK_KIND "\xEE\x80\x82"
#define MARK_STATE "\xEE\x80\x83"
#define MARK_SECTION "\xEE\x80\x84"

static bool search_sqlite(const char *dialect)
{
    return strcmp(dialect, "sqlite") == 0;
}

/* --- words --- */

/* Folded characters that count: digits, letters and 〇; no signs, no spaces, no private ones. */
static bool search_counts(uint32_t cp)
{
    static const uint32_t signs[][2] = {
        {0x2000, 0x2BFF}, {0x3000, 0x3004}, {0x3008, 0x3020}, {0xE000, 0xF8FF}, {0xFE10, 0xFFFF}};
    if (cp < 0xC0)
        return (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z');
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (cp >= signs[i][0] && cp <= signs[i][1])
            return false;
    return true;
}

/* What counts of a text in its compatibility form. data NULL when out of memory. */
static struct str search_keep(struct arena *arena, struct str rest)
{
    struct buf out = {0};
    uint32_t cp = 0;
    while (rest.len > 0) {
        const char *from = rest.data;
        if (utf8_next(&cp, &rest) != ERR_OK)
            break;
        if (search_counts(cp))
            buf_add(&out, from, (size_t)(rest.data - from));
    }
    struct str copy =
        buf_err(&out) == ERR_OK ? arena_str(arena, buf_view(&out)) : str_range(NULL, 0);
    buf_free(&out);
    return copy;
}

struct str store_search_fold(struct arena *arena, struct str text)
{
    struct str folded;
    if (utf8_nfkc_fold(&folded, arena, text) != ERR_OK)
        return str_range(NULL, 0);
    return search_keep(arena, folded);
}

/* The next word; blanks of every kind are one in the compatibility form. */
static bool search_cut_word(struct str *word, struct str *rest)
{
    size_t end = 0;
    while (rest->len > 0 && (unsigned char)rest->data[0] <= ' ')
        *rest = str_sub(*rest, 1, SIZE_MAX);
    while (end < rest->len && (unsigned char)rest->data[end] > ' ')
        end++;
    *word = str_sub(*rest, 0, end);
    *rest = str_sub(*rest, end, SIZE_MAX);
    return word->len > 0;
}

static void search_word_add(struct store_search_words *out, struct str word)
{
    size_t at = out->count;
    while (at > 0 && out->words[at - 1].len < word.len) {
        out->words[at] = out->words[at - 1];
        at--;
    }
    out->words[at] = word;
    out->count++;
}

/* Leaves out what a longer word holds already, or an equal one before it. */
static void search_words_thin(struct store_search_words *words)
{
    size_t kept = 0;
    for (size_t i = 0; i < words->count; i++) {
        bool held = false;
        for (size_t k = 0; k < kept; k++)
            held = held || str_find(words->words[k], words->words[i]) >= 0;
        if (!held)
            words->words[kept++] = words->words[i];
    }
    words->count = kept;
}

enum err store_search_cut(struct store_search_words *out, struct arena *arena, struct str text)
{
    struct str rest;
    struct str word;
    *out = (struct store_search_words){0};
    TRY(utf8_nfkc_fold(&rest, arena, text));
    while (search_cut_word(&word, &rest)) {
        struct str kept = search_keep(arena, word);
        if (kept.data == NULL)
            return ERR_MEMORY;
        if (kept.len == 0)
            continue;
        if (out->count == STORE_SEARCH_WORDS)
            return ERR_LIMIT;
        search_word_add(out, kept);
    }
    search_words_thin(out);
    return ERR_OK;
}

/* Where each character of a folded text begins; one more for its end. */
static size_t search_cut(size_t at[SEARCH_CHARS + 1], struct str folded)
{
    size_t count = 0;
    for (size_t i = 0; i < folded.len && count < SEARCH_CHARS; i++)
        if (((unsigned char)folded.data[i] & 0xC0) != 0x80)
            at[count++] = i;
    at[count] = folded.len;
    return count;
}

/* Words for the index: with a blank between them, or as a tsvector 'word':place. */
struct search_words {
    struct buf text;
    bool sqlite;
    size_t count;
};

static void words_begin(struct search_words *w)
{
    if (w->count++ > 0)
        buf_char(&w->text, ' ');
    if (!w->sqlite)
        buf_char(&w->text, '\'');
}

static void words_end(struct search_words *w)
{
    if (!w->sqlite)
        buf_printf(&w->text, "':%zu", w->count);
}

static void words_name(struct search_words *w, struct str folded)
{
    size_t at[SEARCH_CHARS + 1];
    size_t count = search_cut(at, folded);
    for (size_t i = 0; i < count; i++) {
        size_t end = i + 2 <= count ? at[i + 2] : at[i + 1];
        words_begin(w);
        buf_str(&w->text, str_range(folded.data + at[i], end - at[i]));
        words_end(w);
    }
}

/* A mark's value: letters and digits alone, in lower case, as SQLite's tokenizer takes them. */
static void mark_value(struct buf *out, const char *mark, struct str value)
{
    buf_cat(out, mark);
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            buf_char(out, c);
    }
}

static void words_mark(struct search_words *w, const char *mark, struct str value)
{
    if (value.len == 0)
        return;
    words_begin(w);
    mark_value(&w->text, mark, value);
    words_end(w);
}

/* The lengths of division codes that are marked: cities only where there are several of them. */
static size_t mark_lengths(size_t lengths[3], struct str tenant)
{
    size_t count = 0;
    if (str_ends(tenant, STR("0000")))
        lengths[count++] = 4;
    lengths[count++] = 6;
    lengths[count++] = 9;
    return count;
}

static void words_division(struct search_words *w, struct str tenant, struct str division)
{
    size_t lengths[3];
    size_t count = mark_lengths(lengths, tenant);
    for (size_t i = 0; i < count; i++)
        if (division.len >= lengths[i])
            words_mark(w, MARK_DIVISION, str_sub(division, 0, lengths[i]));
}

static void query_and(struct buf *query, bool sqlite)
{
    if (query->len > 0)
        buf_cat(query, sqlite ? " AND " : " & ");
}

/* The query for a folded word: a phrase of its pairs, or the prefix of its only character. */
static void search_query(struct buf *out, bool sqlite, struct str folded)
{
    size_t at[SEARCH_CHARS + 1];
    size_t count = search_cut(at, folded);
    const char *quote = sqlite ? "\"" : "'";
    if (count == 1) {
        buf_printf(out, "%s%.*s%s%s", quote, STR_ARG(folded), quote, sqlite ? "*" : ":*");
        return;
    }
    for (size_t i = 0; i + 1 < count; i++) {
        if (i > 0)
            buf_cat(out, sqlite ? " + " : " <-> ");
        buf_printf(out, "%s%.*s%s", quote, (int)(at[i + 2] - at[i]), folded.data + at[i], quote);
    }
}

/* --- making and following ---
 *
 * Following also writes the label rows of objects that were there before the table was. */

/* check: allow sql — each database has its own full-text engine; this file hides which one it is */
static const char MAKE_SQLITE[] =
    "CREATE VIRTUAL TABLE IF NOT EXISTS object_mark USING fts5(words, columnsize=0, prefix='1',"
    " tokenize='ascii')";
/* check: allow sql — PostgreSQL's side of the same index */
static const char MAKE_POSTGRESQL[] =
    "CREATE TABLE IF NOT EXISTS object_mark (id BIGINT PRIMARY KEY, words tsvector NOT NULL)";
/* check: allow sql — PostgreSQL's side of the same index */
static const char MAKE_POSTGRESQL_INDEX[] =
    "CREATE INDEX IF NOT EXISTS object_mark_gin ON object_mark USING gin (words)";

/* The index as it was before it held marks; it is made anew from the registry. */
static const char DROP_OLD[] = "DROP TABLE IF EXISTS object_word";

enum err store_search_make(struct db_tx *tx, const char *dialect)
{
    TRY(db_run(tx, NULL, DROP_OLD, DB_NONE));
    if (search_sqlite(dialect))
        return db_run(tx, NULL, MAKE_SQLITE, DB_NONE);
    TRY(db_run(tx, NULL, MAKE_POSTGRESQL, DB_NONE));
    return db_run(tx, NULL, MAKE_POSTGRESQL_INDEX, DB_NONE);
}

static const char MARK_GET[] = "SELECT value FROM counter WHERE tenant = $1 AND name = 'mark-job'"
                               " AND year = 0";
static const char MARK_GET_ID[] = "SELECT value FROM counter WHERE tenant = $1"
                                  " AND name = 'mark-id' AND year = 0";
static const char MARK_SET[] = "UPDATE counter SET value = $3 WHERE tenant = $1 AND name = $2"
                               " AND year = 0";
static const char MARK_NEW[] = "INSERT INTO counter (tenant, name, year, value)"
                               " VALUES ($1, $2, 0, $3)";
static const char PENDING[] = "SELECT id FROM object WHERE tenant = $1"
                              " AND (job, id) > ($2, $3)"
                              " ORDER BY job, id LIMIT 1";
static const char FOLLOW[] = "SELECT id, job, name, division, kind, state, industry, labels"
                             " FROM object"
                             " WHERE tenant = $1"
                             " AND (job, id) > ($2, $3) ORDER BY job, id LIMIT $4";
/* check: allow sql — the row id of a full-text table is its only key */
static const char DROP_SQLITE[] = "DELETE FROM object_mark WHERE rowid = $1";
static const char DROP_POSTGRESQL[] = "DELETE FROM object_mark WHERE id = $1";
/* check: allow sql — the row id of a full-text table is its only key */
static const char PUT_SQLITE[] = "INSERT INTO object_mark (rowid, words) VALUES ($1, $2)";
/* check: allow sql — a word list is given to PostgreSQL as its own type */
static const char PUT_POSTGRESQL[] = "INSERT INTO object_mark (id, words)"
                                     " VALUES ($1, CAST($2 AS tsvector))";

static enum err search_mark(int64_t *out, struct db_tx *tx, const char *sql, struct str tenant)
{
    *out = 0;
    enum err err = store_one(out, NULL, tx, sql, DB_ARGS(db_text(tenant)), store_fill_int);
    return err == ERR_MISSING ? ERR_OK : err;
}

static enum err search_mark_set(struct db_tx *tx, struct str tenant, struct str name, int64_t value)
{
    return db_upsert(tx, MARK_SET, MARK_NEW,
                     DB_ARGS(db_text(tenant), db_text(name), db_int(value)));
}

enum err store_search_pending(bool *out, struct db_tx *tx, struct str tenant)
{
    int64_t job = 0;
    int64_t id = 0;
    int64_t found = 0;
    TRY(search_mark(&job, tx, MARK_GET, tenant));
    TRY(search_mark(&id, tx, MARK_GET_ID, tenant));
    enum err err = store_one(&found, NULL, tx, PENDING,
                             DB_ARGS(db_text(tenant), db_int(job), db_int(id)), store_fill_int);
    *out = err == ERR_OK;
    return err == ERR_MISSING ? ERR_OK : err;
}

struct search_row {
    int64_t id;
    int64_t job;
    struct str name;
    struct str division;
    struct str kind;
    struct str state;
    struct str industry;
    struct str labels;
};

static enum err search_row_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct search_row *row = out;
    row->id = db_col_int(rows, 0);
    row->job = db_col_int(rows, 1);
    row->name = store_text(rows, 2, arena, &failed);
    row->division = store_text(rows, 3, arena, &failed);
    row->kind = store_text(rows, 4, arena, &failed);
    row->state = store_text(rows, 5, arena, &failed);
    row->industry = store_text(rows, 6, arena, &failed);
    row->labels = store_text(rows, 7, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static void search_marks(struct search_words *w, const struct store_search_source *source,
                         const struct search_row *row)
{
    const struct industry *industry = industry_find(source->industries, row->industry);
    words_division(w, source->tenant, row->division);
    words_mark(w, MARK_KIND, row->kind);
    words_mark(w, MARK_STATE, row->state);
    if (industry != NULL)
        words_mark(w, MARK_SECTION, str_range(&industry->section, 1));
}

static enum err search_put(struct db_tx *tx, const struct store_search_source *source,
                           const struct search_row *row, struct arena *arena)
{
    struct search_words words = {.sqlite = search_sqlite(source->dialect)};
    bool sqlite = words.sqlite;
    struct str folded = store_search_fold(arena, row->name);
    if (folded.data == NULL)
        return ERR_MEMORY;
    words_name(&words, folded);
    search_marks(&words, source, row);
    enum err err = buf_err(&words.text);
    if (err == ERR_OK)
        err = db_run(tx, NULL, sqlite ? DROP_SQLITE : DROP_POSTGRESQL, DB_ARGS(db_int(row->id)));
    if (err == ERR_OK)
        err = db_run(tx, NULL, sqlite ? PUT_SQLITE : PUT_POSTGRESQL,
                     DB_ARGS(db_int(row->id), db_text(buf_view(&words.text))));
    buf_free(&words.text);
    return err;
}

/* A lock of PostgreSQL until the transaction ends; SQLite is never asked for it. */
static const char HOLD_POSTGRESQL[] = "SELECT 1 FROM pg_advisory_xact_lock_shared(7236833)";
/* The same lock, alone, if nobody holds it. */
static const char ALONE_POSTGRESQL[] =
    "SELECT CASE WHEN pg_try_advisory_xact_lock(7236833) THEN 1 ELSE 0 END";

enum err store_search_hold(struct db_tx *tx, const char *dialect)
{
    int64_t held = 0;
    if (search_sqlite(dialect))
        return ERR_OK;
    return store_one(&held, NULL, tx, HOLD_POSTGRESQL, DB_NONE, store_fill_int);
}

/* Is no transaction under way that could still bring smaller numbers? */
static enum err search_alone(bool *alone, struct db_tx *tx, const char *dialect)
{
    int64_t got = 1;
    if (!search_sqlite(dialect))
        TRY(store_one(&got, NULL, tx, ALONE_POSTGRESQL, DB_NONE, store_fill_int));
    *alone = got == 1;
    return ERR_OK;
}

enum err store_search_follow(uint64_t *done, struct arena *arena, struct db_tx *tx,
                             const struct store_search_source *source, int64_t most)
{
    int64_t job = 0;
    int64_t id = 0;
    struct search_row *rows = NULL;
    size_t count = 0;
    struct str tenant = source->tenant;
    bool alone = false;
    const struct store_shape shape = {sizeof *rows, search_row_fill};
    *done = 0;
    TRY(search_alone(&alone, tx, source->dialect));
    if (!alone)
        return ERR_OK;
    TRY(search_mark(&job, tx, MARK_GET, tenant));
    TRY(search_mark(&id, tx, MARK_GET_ID, tenant));
    TRY(store_array((void **)&rows, &count, arena, tx, &shape, FOLLOW,
                    DB_ARGS(db_text(tenant), db_int(job), db_int(id), db_int(most))));
    for (size_t i = 0; i < count; i++) {
        TRY(search_put(tx, source, &rows[i], arena));
        if (rows[i].labels.len > 0)
            TRY(store_object_labels_put(tx, tenant, rows[i].id, rows[i].labels));
    }
    *done = count;
    if (count == 0)
        return ERR_OK;
    TRY(search_mark_set(tx, tenant, STR("mark-job"), rows[count - 1].job));
    return search_mark_set(tx, tenant, STR("mark-id"), rows[count - 1].id);
}

/* --- finding --- */

/* check: allow sql — CROSS JOIN keeps SQLite from asking the index once an object, and its rows
 * come in the order of their ids, so that a page costs a page */
static const char FIND_SQLITE[] =
    "SELECT " STORE_PUBLIC_OBJECT " FROM object_mark w CROSS JOIN object o WHERE o.tenant = $1"
    " AND o.id = w.rowid AND w.words MATCH $2 AND w.rowid > $3"
    " AND o.division >= $4 AND o.division < $5 ORDER BY w.rowid LIMIT $6";
/* check: allow sql — PostgreSQL's side of the same question */
static const char FIND_POSTGRESQL[] =
    "SELECT " STORE_PUBLIC_OBJECT
    " FROM object_mark w JOIN object o ON o.tenant = $1 AND o.id = w.id"
    " WHERE w.words @@ CAST($2 AS tsquery) AND o.id > $3"
    " AND o.division >= $4 AND o.division < $5 ORDER BY o.id LIMIT $6";

static void query_mark(struct buf *query, bool sqlite, const char *mark, struct str value)
{
    if (value.len == 0)
        return;
    query_and(query, sqlite);
    buf_char(query, sqlite ? '"' : '\'');
    mark_value(query, mark, value);
    buf_char(query, sqlite ? '"' : '\'');
}

/* The longest marked code that the division begins with; the statement looks at the rest. */
static void query_division(struct buf *query, bool sqlite, const struct store_search *s)
{
    size_t lengths[3];
    size_t count = mark_lengths(lengths, s->tenant);
    while (count > 0 && lengths[count - 1] > s->division.len)
        count--;
    if (count > 0)
        query_mark(query, sqlite, MARK_DIVISION, str_sub(s->division, 0, lengths[count - 1]));
}

static void query_make(struct buf *query, bool sqlite, const struct store_search *s,
                       const struct store_search_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        query_and(query, sqlite);
        search_query(query, sqlite, words->words[i]);
    }
    query_division(query, sqlite, s);
    query_mark(query, sqlite, MARK_KIND, s->kind);
    query_mark(query, sqlite, MARK_STATE, s->state);
    query_mark(query, sqlite, MARK_SECTION, s->section);
}

enum err store_search_find(struct store_public_object **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, const char *dialect, const struct store_search *s)
{
    bool sqlite = search_sqlite(dialect);
    struct store_search_words words;
    struct str end = arena_printf(arena, "%.*s~", STR_ARG(s->division));
    struct buf query = {0};
    const struct store_shape shape = {sizeof **out, store_public_object_fill};
    *out = NULL;
    *count = 0;
    if (end.data == NULL)
        return ERR_MEMORY;
    TRY(store_search_cut(&words, arena, s->text));
    if (words.count == 0 && s->text.len > 0)
        return ERR_OK;
    query_make(&query, sqlite, s, &words);
    enum err err = buf_err(&query);
    if (err == ERR_OK && query.len > 0)
        err = store_array((void **)out, count, arena, tx, &shape,
                          sqlite ? FIND_SQLITE : FIND_POSTGRESQL,
                          DB_ARGS(db_text(s->tenant), db_text(buf_view(&query)), db_int(s->after),
                                  db_text(s->division), db_text(end), db_int(s->most)));
    buf_free(&query);
    return err;
}
