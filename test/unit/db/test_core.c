/* What db.h promises, statement by statement, the same on both databases. */
#include "rig.h"

static const char *const thing_table =
    "CREATE TABLE thing (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, "
    "size BIGINT CHECK (size >= 0), parent BIGINT REFERENCES thing(id))";

static const char *const thing_insert =
    "INSERT INTO thing(id, name, size, parent) VALUES ($1, $2, $3, $4)";

static enum err thing_add(struct db_tx *tx, int64_t id, const char *name, int64_t size)
{
    return db_run(tx, NULL, thing_insert,
                  DB_ARGS(db_int(id), db_text(str_of(name)), db_int(size), db_null()));
}

/* Values */

struct value_case {
    struct db_value value;
    const char *column;
};

static enum err values_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    static unsigned char all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (unsigned char)i;
    TRY(db_run(tx, NULL, "INSERT INTO v(id, n, t, b) VALUES ($1, $2, $3, $4)",
               DB_ARGS(db_int(1), db_int(INT64_MAX), db_text(STR("阳光双随机")),
                       db_blob(all, sizeof all))));
    TRY(db_run(
        tx, NULL, "INSERT INTO v(id, n, t, b) VALUES ($1, $2, $3, $4)",
        DB_ARGS(db_int(2), db_int(INT64_MIN), db_text((struct str){NULL, 0}), db_blob(NULL, 0))));
    return db_run(tx, NULL, "INSERT INTO v(id, n, t, b) VALUES ($1, $2, $3, $4)",
                  DB_ARGS(db_int(3), db_null(), db_text(STR("")), db_null()));
}

static enum err values_read(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, "SELECT n, t, b FROM v ORDER BY id", DB_NONE));
    assert_int_equal(db_next(rows), ERR_OK);
    assert_true(db_col_int(rows, 0) == INT64_MAX);
    assert_true(str_eq(db_col_text(rows, 1), STR("阳光双随机")));
    struct str all = db_col_text(rows, 2);
    assert_int_equal(all.len, 256);
    for (int i = 0; i < 256; i++)
        assert_int_equal((unsigned char)all.data[i], i);
    assert_int_equal(db_next(rows), ERR_OK);
    assert_true(db_col_int(rows, 0) == INT64_MIN);
    assert_false(db_col_null(rows, 1));
    assert_int_equal(db_col_text(rows, 1).len, 0);
    assert_false(db_col_null(rows, 2));
    assert_int_equal(db_col_text(rows, 2).len, 0);
    assert_int_equal(db_next(rows), ERR_OK);
    assert_true(db_col_null(rows, 0) && db_col_null(rows, 2) && db_col_int(rows, 0) == 0);
    assert_false(db_col_null(rows, 1));
    assert_true(db_col_null(rows, 3) && db_col_text(rows, 3).len == 0 && db_col_int(rows, 3) == 0);
    assert_int_equal(db_next(rows), ERR_END);
    assert_int_equal(db_next(rows), ERR_END);
    db_done(rows);
    return ERR_OK;
}

static void values_come_back_as_they_went_in(void **state)
{
    struct rig *rig = *state;
    struct db_migration list[] = {
        {1, "v", "CREATE TABLE v (id INTEGER NOT NULL, n INTEGER, t TEXT NOT NULL, b BLOB)"}};
    assert_int_equal(db_migrate(rig->db, list, 1, NULL), ERR_OK);
    assert_int_equal(db_transact(rig->db, "w", values_work, NULL, NULL), ERR_OK);
    assert_int_equal(db_read(rig->db, "r", values_read, NULL, NULL), ERR_OK);
}

static enum err order_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    struct db_rows *rows = NULL;
    TRY(thing_add(tx, 1, "a", 5));
    TRY(thing_add(tx, 2, "b", 6));
    TRY(db_query(&rows, tx,
                 "SELECT id FROM thing WHERE size = $2 AND name = $1 AND id >= $3 AND size >= $2",
                 DB_ARGS(db_text(STR("b")), db_int(6), db_int(0))));
    assert_int_equal(db_next(rows), ERR_OK);
    assert_int_equal(db_col_int(rows, 0), 2);
    db_done(rows);
    return ERR_OK;
}

static void parameters_may_stand_in_any_order_and_twice(void **state)
{
    struct rig *rig = *state;
    rig_run(rig->db, thing_table);
    assert_int_equal(db_transact(rig->db, "w", order_work, NULL, NULL), ERR_OK);
}

static enum err collation_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    static const char *const sorted[] = {
        "", "-a", "Z", "a", "a-b", "ab", "一", "阿", "\xF0\xA0\x80\x80"};
    struct db_rows *rows = NULL;
    for (int i = 8; i >= 0; i--)
        TRY(thing_add(tx, i, sorted[i], 0));
    TRY(db_query(&rows, tx, "SELECT name FROM thing ORDER BY name", DB_NONE));
    for (int i = 0; i < 9; i++) {
        assert_int_equal(db_next(rows), ERR_OK);
        assert_true(str_eq(db_col_text(rows, 0), str_of(sorted[i])));
    }
    db_done(rows);
    return ERR_OK;
}

static void text_is_ordered_by_its_bytes(void **state)
{
    struct rig *rig = *state;
    rig_run(rig->db, thing_table);
    assert_int_equal(db_transact(rig->db, "w", collation_work, NULL, NULL), ERR_OK);
}

/* Failures */

static enum err violations_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    TRY(thing_add(tx, 1, "one", 1));
    assert_int_equal(thing_add(tx, 1, "other", 1), ERR_DUPLICATE);
    assert_true(db_message(tx)[0] != '\0');
    assert_int_equal(thing_add(tx, 2, "one", 1), ERR_DUPLICATE);
    assert_int_equal(thing_add(tx, 2, "two", -1), ERR_INPUT);
    assert_int_equal(db_run(tx, NULL, thing_insert,
                            DB_ARGS(db_int(2), db_text(STR("two")), db_int(1), db_int(77))),
                     ERR_INPUT);
    assert_int_equal(
        db_run(tx, NULL, thing_insert, DB_ARGS(db_int(2), db_null(), db_int(1), db_null())),
        ERR_INPUT);
    TRY(thing_add(tx, 3, "three", 3));
    assert_int_equal(db_run(tx, NULL, "UPDATE thing SET name = $1 WHERE id = $2",
                            DB_ARGS(db_text(STR("one")), db_int(3))),
                     ERR_DUPLICATE);
    return ERR_OK;
}

static void a_violation_is_told_and_leaves_the_transaction_usable(void **state)
{
    struct rig *rig = *state;
    rig_run(rig->db, thing_table);
    assert_int_equal(db_transact(rig->db, "w", violations_work, NULL, NULL), ERR_OK);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM thing"), 2);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM thing WHERE name = 'three'"), 1);
}

static enum err careless_work(struct db_tx *tx, void *ctx)
{
    TRY(thing_add(tx, 1, "one", 1));
    if (db_run(tx, NULL, ctx, DB_NONE) == ERR_OK)
        return ERR_STATE;
    return ERR_OK;
}

static void a_transaction_with_a_failed_statement_is_never_committed(void **state)
{
    static const char *const bad[] = {
        "SELECT nonsense FROM",
        "INSERT INTO nowhere(id) VALUES (1)",
        "DELETE FROM thing; DELETE FROM thing",
        "",
        "SELECT id FROM thing",
        "INSERT INTO thing(id, name) VALUES ($1, 'x')",
    };
    struct rig *rig = *state;
    rig_run(rig->db, thing_table);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fault fault = {0};
        char text[100];
        snprintf(text, sizeof text, "%s", bad[i]);
        assert_int_equal(db_transact(rig->db, "w", careless_work, text, &fault), ERR_DB);
        assert_true(fault.text[0] != '\0');
        assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM thing"), 0);
    }
}

static enum err own_error_work(struct db_tx *tx, void *ctx)
{
    TRY(thing_add(tx, 1, "one", 1));
    return fault_set(ctx, ERR_STAFF, "人员不足：缺 3 人");
}

static void an_error_of_the_work_rolls_back_and_keeps_its_words(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    rig_run(rig->db, thing_table);
    assert_int_equal(db_transact(rig->db, "w", own_error_work, &fault, &fault), ERR_STAFF);
    assert_string_equal(fault_text(&fault), "人员不足：缺 3 人");
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM thing"), 0);
}

static enum err bad_text_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    struct db_value nul = db_text((struct str){"a\0b", 3});
    struct db_value cut = db_text(STR("\xE4\xB8"));
    assert_int_equal(db_run(tx, NULL, thing_insert, DB_ARGS(db_int(1), nul, db_int(1), db_null())),
                     ERR_INPUT);
    assert_int_equal(db_run(tx, NULL, thing_insert, DB_ARGS(db_int(1), cut, db_int(1), db_null())),
                     ERR_UTF8);
    struct db_rows *rows = NULL;
    assert_int_equal(db_query(&rows, tx, "SELECT id FROM thing WHERE name = $1", DB_ARGS(cut)),
                     ERR_UTF8);
    assert_null(rows);
    return thing_add(tx, 1, "fine", 1);
}

static void text_that_one_database_would_refuse_is_refused_by_both(void **state)
{
    struct rig *rig = *state;
    rig_run(rig->db, thing_table);
    assert_int_equal(db_transact(rig->db, "w", bad_text_work, NULL, NULL), ERR_OK);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM thing"), 1);
}

static enum err arguments_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    return db_run(tx, NULL, "INSERT INTO thing(id, name) VALUES ($1, $2)",
                  DB_ARGS(db_int(1), db_text(STR("a")), db_int(3)));
}

static enum err few_arguments_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    return db_run(tx, NULL, "INSERT INTO thing(id, name) VALUES ($1, $2)", DB_ARGS(db_int(1)));
}

static void a_wrong_number_of_arguments_is_an_error(void **state)
{
    struct rig *rig = *state;
    rig_run(rig->db, thing_table);
    assert_int_equal(db_transact(rig->db, "w", arguments_work, NULL, NULL), ERR_DB);
    assert_int_equal(db_transact(rig->db, "w", few_arguments_work, NULL, NULL), ERR_DB);
}

/* Counting, upsert */

static enum err changed_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    uint64_t changed = 99;
    for (int i = 0; i < 5; i++) {
        char name[8];
        snprintf(name, sizeof name, "n%d", i);
        TRY(thing_add(tx, i, name, i));
    }
    TRY(db_run(tx, &changed, "UPDATE thing SET size = size + 1 WHERE id >= $1",
               DB_ARGS(db_int(3))));
    assert_int_equal(changed, 2);
    TRY(db_run(tx, &changed, "UPDATE thing SET size = 0 WHERE id > 10", DB_NONE));
    assert_int_equal(changed, 0);
    TRY(db_run(tx, &changed, "DELETE FROM thing", DB_NONE));
    assert_int_equal(changed, 5);
    TRY(db_run(tx, &changed, "CREATE TABLE other (id BIGINT)", DB_NONE));
    assert_int_equal(changed, 0);
    return ERR_OK;
}

static void run_counts_the_rows_it_touched(void **state)
{
    struct rig *rig = *state;
    rig_run(rig->db, thing_table);
    assert_int_equal(db_transact(rig->db, "w", changed_work, NULL, NULL), ERR_OK);
}

static enum err upsert_one(struct db_tx *tx, int64_t id, const char *name, int64_t size)
{
    return db_upsert(tx, "UPDATE thing SET name = $2, size = $3 WHERE id = $1",
                     "INSERT INTO thing(id, name, size) VALUES ($1, $2, $3)",
                     DB_ARGS(db_int(id), db_text(str_of(name)), db_int(size)));
}

static enum err upsert_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    TRY(upsert_one(tx, 1, "a", 1));
    TRY(upsert_one(tx, 1, "b", 2));
    return upsert_one(tx, 2, "c", 3);
}

static enum err upsert_taken_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    return upsert_one(tx, 9, "c", 1);
}

static void upsert_inserts_once_and_updates_afterwards(void **state)
{
    struct rig *rig = *state;
    rig_run(rig->db, thing_table);
    assert_int_equal(db_transact(rig->db, "w", upsert_work, NULL, NULL), ERR_OK);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM thing"), 2);
    assert_int_equal(rig_number(rig->db, "SELECT size FROM thing WHERE name = 'b'"), 2);
    assert_int_equal(db_transact(rig->db, "w", upsert_taken_work, NULL, NULL), ERR_DUPLICATE);
}

/* Queries */

enum { MANY = 2500 };

static enum err many_add(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    struct db_bulk *bulk = NULL;
    TRY(db_bulk_open(&bulk, tx, "thing", "id, name, size"));
    for (int i = 0; i < MANY; i++) {
        char name[16];
        int len = snprintf(name, sizeof name, "n%d", i);
        struct db_value row[] = {db_int(i), db_text((struct str){name, (size_t)len}), db_int(7)};
        if (db_bulk_add(bulk, row, 3) != ERR_OK)
            break;
    }
    return db_bulk_close(bulk);
}

static void many_make(struct rig *rig)
{
    rig_run(rig->db, thing_table);
    assert_int_equal(db_transact(rig->db, "bulk", many_add, NULL, NULL), ERR_OK);
}

static enum err stream_count(struct db_tx *tx, int64_t limit)
{
    struct db_rows *rows = NULL;
    int64_t seen = 0;
    TRY(db_stream(&rows, tx, "SELECT id, name FROM thing WHERE id < $1 ORDER BY id",
                  DB_ARGS(db_int(limit))));
    for (; db_next(rows) == ERR_OK; seen++)
        assert_int_equal(db_col_int(rows, 0), seen);
    assert_int_equal(seen, limit < MANY ? limit : MANY);
    assert_int_equal(db_next(rows), ERR_END);
    db_done(rows);
    return ERR_OK;
}

static enum err stream_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    static const int64_t limits[] = {0, 1, 999, 1000, 1001, 2000, MANY, MANY + 1};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        TRY(stream_count(tx, limits[i]));
    return ERR_OK;
}

static void a_stream_gives_every_row_once_at_any_length(void **state)
{
    many_make(*state);
    assert_int_equal(db_read(((struct rig *)*state)->db, "r", stream_work, NULL, NULL), ERR_OK);
}

static const char *const by_id = "SELECT name FROM thing WHERE id = $1";

/* For each row of a stream, runs the same inner query twice at once and a statement. */
static enum err nested_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    struct db_rows *outer = NULL, *first = NULL, *second = NULL;
    TRY(db_stream(&outer, tx, "SELECT id FROM thing WHERE id < 1500 ORDER BY id", DB_NONE));
    for (int i = 0; db_next(outer) == ERR_OK; i++) {
        int64_t id = db_col_int(outer, 0);
        assert_int_equal(id, i);
        TRY(db_query(&first, tx, by_id, DB_ARGS(db_int(id))));
        TRY(db_query(&second, tx, by_id, DB_ARGS(db_int(id + 1))));
        assert_int_equal(db_next(first), ERR_OK);
        assert_int_equal(db_next(second), ERR_OK);
        assert_false(str_eq(db_col_text(first, 0), db_col_text(second, 0)));
        db_done(first);
        db_done(second);
        TRY(db_run(tx, NULL, "UPDATE thing SET size = 8 WHERE id = $1", DB_ARGS(db_int(id))));
    }
    db_done(outer);
    return ERR_OK;
}

static void other_statements_run_while_a_query_is_open(void **state)
{
    struct rig *rig = *state;
    many_make(rig);
    assert_int_equal(db_transact(rig->db, "w", nested_work, NULL, NULL), ERR_OK);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM thing WHERE size = 8"), 1500);
}

static enum err abandon_work(struct db_tx *tx, void *ctx)
{
    struct db_rows *rows = NULL, *more = NULL;
    TRY(db_stream(&rows, tx, "SELECT id FROM thing", DB_NONE));
    TRY(db_query(&more, tx, by_id, DB_ARGS(db_int(3))));
    TRY(db_next(rows));
    TRY(db_run(tx, NULL, "UPDATE thing SET size = 9 WHERE id = 1", DB_NONE));
    return *(enum err *)ctx;
}

static void queries_left_open_are_closed_behind_the_work(void **state)
{
    struct rig *rig = *state;
    enum err good = ERR_OK, bad = ERR_STATE;
    many_make(rig);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(db_transact(rig->db, "w", abandon_work, &bad, NULL), ERR_STATE);
        assert_int_equal(rig_number(rig->db, "SELECT size FROM thing WHERE id = 1"), 7);
    }
    assert_int_equal(db_transact(rig->db, "w", abandon_work, &good, NULL), ERR_OK);
    assert_int_equal(rig_number(rig->db, "SELECT size FROM thing WHERE id = 1"), 9);
}

/* 3,000 texts, more than the statement cache holds, in two rounds; and one text kept in a buffer
 * that changes under the same pointer. */
static enum err texts_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    for (int i = 0; i < 6000; i++) {
        char sql[80];
        struct db_rows *rows = NULL;
        snprintf(sql, sizeof sql, "SELECT $1 + %d + id FROM thing WHERE id = 0", i % 3000);
        TRY(db_query(&rows, tx, sql, DB_ARGS(db_int(INT64_C(5000000000)))));
        TRY(db_next(rows));
        assert_true(db_col_int(rows, 0) == INT64_C(5000000000) + i % 3000);
        db_done(rows);
    }
    return ERR_OK;
}

static void a_statement_is_known_by_its_text(void **state)
{
    struct rig *rig = *state;
    rig_run(rig->db, thing_table);
    rig_run(rig->db, "INSERT INTO thing(id, name) VALUES (0, 'zero')");
    assert_int_equal(db_read(rig->db, "r", texts_work, NULL, NULL), ERR_OK);
}

/* Reading */

static enum err write_in_read_work(struct db_tx *tx, void *ctx)
{
    enum err err = thing_add(tx, 1, "one", 1);
    *(enum err *)ctx = err;
    return err;
}

static enum err sly_write_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, "DELETE FROM thing", DB_NONE));
    enum err err = db_next(rows);
    db_done(rows);
    return err == ERR_END ? ERR_OK : err;
}

static void writing_in_a_read_transaction_is_refused(void **state)
{
    struct rig *rig = *state;
    enum err inner = ERR_OK;
    rig_run(rig->db, thing_table);
    rig_run(rig->db, "INSERT INTO thing(id, name) VALUES (0, 'zero')");
    assert_int_equal(db_read(rig->db, "r", write_in_read_work, &inner, NULL), ERR_READONLY);
    assert_int_equal(inner, ERR_READONLY);
    assert_int_equal(db_read(rig->db, "r", sly_write_work, NULL, NULL), ERR_READONLY);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM thing"), 1);
}

static enum err never_work(struct db_tx *tx, void *ctx)
{
    (void)tx;
    *(bool *)ctx = true;
    return ERR_OK;
}

static void a_readonly_database_reads_and_refuses_to_write(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    bool ran = false;
    rig_run(rig->db, thing_table);
    rig_run(rig->db, "INSERT INTO thing(id, name) VALUES (0, 'zero')");
    struct db *db = rig_again(rig, true);
    assert_int_equal(rig_number(db, "SELECT count(*) FROM thing"), 1);
    assert_int_equal(db_transact(db, "w", never_work, &ran, &fault), ERR_READONLY);
    assert_false(ran);
    assert_true(fault.text[0] != '\0');
    db_close(db);
}

struct view {
    struct db *db;
    int64_t before, after;
};

static enum err count_in(int64_t *out, struct db_tx *tx)
{
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, "SELECT count(*) FROM thing", DB_NONE));
    enum err err = db_next(rows);
    *out = db_col_int(rows, 0);
    db_done(rows);
    return err;
}

static enum err view_work(struct db_tx *tx, void *ctx)
{
    struct view *view = ctx;
    TRY(count_in(&view->before, tx));
    rig_run(view->db, "INSERT INTO thing(id, name) VALUES (1, 'meanwhile')");
    return count_in(&view->after, tx);
}

static void a_read_transaction_sees_one_moment(void **state)
{
    struct rig *rig = *state;
    struct view view = {rig->db, -1, -1};
    rig_run(rig->db, thing_table);
    assert_int_equal(db_read(rig->db, "r", view_work, &view, NULL), ERR_OK);
    assert_int_equal(view.before, 0);
    assert_int_equal(view.after, 0);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM thing"), 1);
}

/* Bulk */

static const char *const odd_texts[] = {
    "",
    "\\N",
    "\\.",
    "\\",
    "\t",
    "a\tb",
    "\n",
    "\r\n",
    "\\n",
    "NULL",
    "'",
    "\"",
    ",",
    "\b\f\v\x01\x7F",
    "阳光\t双随机\n",
    "\\x41",
    "\\\\",
    "a\\",
    "\xF0\xA0\x80\x80",
};
enum { ODD = sizeof odd_texts / sizeof odd_texts[0] };

static enum err odd_add(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    struct db_bulk *bulk = NULL;
    TRY(db_bulk_open(&bulk, tx, "odd", "id, t, b, n"));
    for (int i = 0; i < ODD; i++) {
        struct str text = str_of(odd_texts[i]);
        struct db_value row[] = {db_int(i), db_text(text), db_blob(text.data, text.len),
                                 i % 2 ? db_null() : db_int(INT64_MIN)};
        assert_int_equal(db_bulk_add(bulk, row, 4), ERR_OK);
    }
    assert_int_equal(db_run(tx, NULL, "DELETE FROM odd", DB_NONE), ERR_STATE);
    struct db_rows *rows = NULL;
    assert_int_equal(db_query(&rows, tx, "SELECT id FROM odd", DB_NONE), ERR_STATE);
    return db_bulk_close(bulk);
}

static enum err odd_read(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, "SELECT t, b, n FROM odd ORDER BY id", DB_NONE));
    for (int i = 0; i < ODD; i++) {
        TRY(db_next(rows));
        assert_true(str_eq(db_col_text(rows, 0), str_of(odd_texts[i])));
        assert_true(str_eq(db_col_text(rows, 1), str_of(odd_texts[i])));
        assert_int_equal(db_col_null(rows, 2), i % 2);
        assert_true(i % 2 || db_col_int(rows, 2) == INT64_MIN);
    }
    assert_int_equal(db_next(rows), ERR_END);
    db_done(rows);
    return ERR_OK;
}

static void a_bulk_load_keeps_every_byte(void **state)
{
    struct rig *rig = *state;
    struct db_migration list[] = {
        {1, "odd",
         "CREATE TABLE odd (id INTEGER PRIMARY KEY, t TEXT NOT NULL, b BLOB, n INTEGER)"}};
    assert_int_equal(db_migrate(rig->db, list, 1, NULL), ERR_OK);
    assert_int_equal(db_transact(rig->db, "bulk", odd_add, NULL, NULL), ERR_OK);
    assert_int_equal(db_read(rig->db, "r", odd_read, NULL, NULL), ERR_OK);
}

struct bulk_case {
    struct db_value bad[3];
    size_t count;
    enum err want;
};

/* Loads a good row, the case's row and a good row, and says ERR_OK whatever happened. */
static enum err bad_bulk_work(struct db_tx *tx, void *ctx)
{
    const struct bulk_case *test = ctx;
    struct db_bulk *bulk = NULL;
    struct db_value first[] = {db_int(1), db_text(STR("a")), db_int(1)};
    struct db_value last[] = {db_int(3), db_text(STR("c")), db_int(1)};
    TRY(db_bulk_open(&bulk, tx, "thing", "id, name, size"));
    assert_int_equal(db_bulk_add(bulk, first, 3), ERR_OK);
    enum err err = db_bulk_add(bulk, test->bad, test->count);
    if (err != ERR_OK)
        assert_int_equal(err, test->want);
    if (err != ERR_OK)
        assert_int_equal(db_bulk_add(bulk, last, 3), err);
    assert_int_equal(db_bulk_close(bulk), test->want);
    return ERR_OK;
}

static void a_bad_row_fails_the_whole_bulk_load(void **state)
{
    struct rig *rig = *state;
    struct bulk_case cases[] = {
        {{db_int(1), db_text(STR("b")), db_int(1)}, 3, ERR_DUPLICATE},
        {{db_int(2), db_text(STR("a")), db_int(1)}, 3, ERR_DUPLICATE},
        {{db_int(2), db_text(STR("b")), db_int(-1)}, 3, ERR_INPUT},
        {{db_int(2), db_null(), db_int(1)}, 3, ERR_INPUT},
        {{db_int(2), db_text(STR("b\xFF")), db_int(1)}, 3, ERR_UTF8},
        {{db_int(2), db_text(STR("b"))}, 2, ERR_DB},
    };
    rig_run(rig->db, thing_table);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(db_transact(rig->db, "bulk", bad_bulk_work, &cases[i], NULL),
                         cases[i].want);
        assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM thing"), 0);
    }
}

static enum err open_bulk_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    struct db_bulk *bulk = NULL;
    struct db_value row[] = {db_int(1), db_text(STR("a")), db_int(1)};
    TRY(db_bulk_open(&bulk, tx, "thing", "id, name, size"));
    TRY(db_bulk_add(bulk, row, 3));
    return ERR_STATE;
}

static void a_bulk_load_left_open_by_a_failing_work_leaves_nothing(void **state)
{
    struct rig *rig = *state;
    rig_run(rig->db, thing_table);
    for (int i = 0; i < 3; i++)
        assert_int_equal(db_transact(rig->db, "w", open_bulk_work, NULL, NULL), ERR_STATE);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM thing"), 0);
}

/* Watching and opening */

struct seen {
    int count;
    char name[20];
    enum err err;
    unsigned tries;
    bool message;
};

static void seen_watch(void *ctx, const struct db_event *event)
{
    struct seen *seen = ctx;
    seen->count++;
    snprintf(seen->name, sizeof seen->name, "%s", event->name);
    seen->err = event->err;
    seen->tries = event->tries;
    seen->message = event->message[0] != '\0';
}

static enum err twice_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    TRY(thing_add(tx, 1, "one", 1));
    return thing_add(tx, 1, "one", 1);
}

static void the_watch_is_told_of_each_transaction(void **state)
{
    struct rig *rig = *state;
    struct seen seen = {0};
    rig_run(rig->db, thing_table);
    db_watch_set(rig->db, seen_watch, &seen);
    assert_int_equal(db_transact(rig->db, "twice", twice_work, NULL, NULL), ERR_DUPLICATE);
    assert_string_equal(seen.name, "twice");
    assert_int_equal(seen.err, ERR_DUPLICATE);
    assert_int_equal(seen.tries, 1);
    assert_true(seen.message);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM thing"), 0);
    assert_string_equal(seen.name, "number");
    assert_int_equal(seen.count, 2);
}

static void an_address_that_cannot_be_opened_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        enum err want;
    } cases[] = {
        {"", ERR_CONFIG},
        {"sqlite:", ERR_CONFIG},
        {"/tmp/x.db", ERR_CONFIG},
        {"mysql://localhost/x", ERR_CONFIG},
        {"sqlite:/nonexistent/folder/x.db", ERR_MISSING},
        {"sqlite:/etc/passwd", ERR_DAMAGED},
        {"postgresql://nobody@/none?host=/nonexistent&connect_timeout=2", ERR_DB},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fault fault = {0};
        struct db *db = NULL;
        assert_int_equal(db_open(&db, str_of(cases[i].url), i % 2, &fault), cases[i].want);
        assert_null(db);
        assert_true(fault.text[0] != '\0');
    }
}

static void a_sound_database_passes_its_check(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    many_make(rig);
    assert_int_equal(db_check(rig->db, &fault), ERR_OK);
    assert_string_equal(db_dialect(rig->db), rig->postgres ? "postgresql" : "sqlite");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(values_come_back_as_they_went_in),
        RIG_TEST(parameters_may_stand_in_any_order_and_twice),
        RIG_TEST(text_is_ordered_by_its_bytes),
        RIG_TEST(a_violation_is_told_and_leaves_the_transaction_usable),
        RIG_TEST(a_transaction_with_a_failed_statement_is_never_committed),
        RIG_TEST(an_error_of_the_work_rolls_back_and_keeps_its_words),
        RIG_TEST(text_that_one_database_would_refuse_is_refused_by_both),
        RIG_TEST(a_wrong_number_of_arguments_is_an_error),
        RIG_TEST(run_counts_the_rows_it_touched),
        RIG_TEST(upsert_inserts_once_and_updates_afterwards),
        RIG_TEST(a_stream_gives_every_row_once_at_any_length),
        RIG_TEST(other_statements_run_while_a_query_is_open),
        RIG_TEST(queries_left_open_are_closed_behind_the_work),
        RIG_TEST(a_statement_is_known_by_its_text),
        RIG_TEST(writing_in_a_read_transaction_is_refused),
        RIG_TEST(a_readonly_database_reads_and_refuses_to_write),
        RIG_TEST(a_read_transaction_sees_one_moment),
        RIG_TEST(a_bulk_load_keeps_every_byte),
        RIG_TEST(a_bad_row_fails_the_whole_bulk_load),
        RIG_TEST(a_bulk_load_left_open_by_a_failing_work_leaves_nothing),
        RIG_TEST(the_watch_is_told_of_each_transaction),
        cmocka_unit_test(an_address_that_cannot_be_opened_says_why),
        RIG_TEST(a_sound_database_passes_its_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
