/* Migrations: numbered texts, applied once each, with a record of what was applied.
 *
 * Invariants: a migration and its record stand in one transaction; the record holds the digest of
 * the text as written (not as translated), so a migration edited after its release is refused on
 * both databases; two processes that start at once apply each migration once. */
#include "base/buf.h"
#include "crypto/hash.h"
#include "db/driver.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

static const char *const migrate_table =
    "CREATE TABLE IF NOT EXISTS schema_migration (number INTEGER NOT NULL PRIMARY KEY, "
    "name TEXT NOT NULL, digest TEXT NOT NULL, applied_at INTEGER NOT NULL)";

struct migrate_job {
    const struct db_migration *list;
    size_t count;
    size_t at; /* the one to apply */
    struct fault *fault;
};

/* Bytes of a word, so that MY_INTEGER is not taken for INTEGER. */
static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Length of the quoted text, comment, word or single byte that sql begins with. */
static size_t token_len(struct str sql)
{
    char first = sql.data[0];
    size_t len = 1;
    if (first == '\'' || first == '"') {
        while (len < sql.len && sql.data[len] != first)
            len++;
        return len < sql.len ? len + 1 : len;
    }
    if (str_starts(sql, STR("--"))) {
        while (len < sql.len && sql.data[len] != '\n')
            len++;
        return len;
    }
    while (word_char(first) && len < sql.len && word_char(sql.data[len]))
        len++;
    return len;
}

/* Appends sql to out in the words of the driver. */
static void migrate_translate(struct buf *out, const struct db_driver *driver, struct str sql)
{
    while (sql.len > 0) {
        struct str token = str_sub(sql, 0, token_len(sql));
        if (driver->big != NULL && str_eq(token, STR("INTEGER")))
            buf_cat(out, driver->big);
        else if (driver->bytes != NULL && str_eq(token, STR("BLOB")))
            buf_cat(out, driver->bytes);
        else
            buf_str(out, token);
        sql = str_sub(sql, token.len, sql.len - token.len);
    }
}

/* True if there is something to run in it besides comments and blanks. */
static bool statement_any(struct str sql)
{
    for (sql = str_trim(sql); sql.len > 0; sql = str_trim(sql)) {
        if (!str_starts(sql, STR("--")))
            return true;
        size_t len = token_len(sql);
        sql = str_sub(sql, len, sql.len - len);
    }
    return false;
}

/* Runs one statement in the driver's words; a piece of comments only is none. */
static enum err statement_run(struct db_tx *tx, struct str sql)
{
    struct buf text = {0};
    if (!statement_any(sql))
        return ERR_OK;
    migrate_translate(&text, tx->driver, sql);
    enum err err = buf_err(&text);
    if (err == ERR_OK)
        err = db_tx_fail(tx, tx->driver->exec(tx, buf_cstr(&text)));
    buf_free(&text);
    return err;
}

/* Runs the statements of one migration, which are separated by ";\n". */
static enum err migrate_run(struct db_tx *tx, struct str sql)
{
    while (sql.len > 0) {
        ptrdiff_t end = str_find(sql, STR(";\n"));
        size_t len = end >= 0 ? (size_t)end + 1 : sql.len;
        TRY(statement_run(tx, str_sub(sql, 0, len)));
        sql = str_sub(sql, len, sql.len - len);
    }
    return ERR_OK;
}

/* SHA-256 in hex. */
static enum err migrate_digest(struct buf *out, const char *sql)
{
    uint8_t digest[CRYPTO_HASH];
    crypto_sha256(digest, str_of(sql));
    buf_hex(out, digest, sizeof digest);
    return buf_err(out);
}

/* The record that keeps a migration from being applied again. */
static enum err migrate_record(struct db_tx *tx, const struct db_migration *migration)
{
    struct buf digest = {0};
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    enum err err = migrate_digest(&digest, migration->sql);
    if (err == ERR_OK)
        err = db_run(tx, NULL,
                     "INSERT INTO schema_migration(number, name, digest, applied_at) "
                     "VALUES ($1, $2, $3, $4)",
                     DB_ARGS(db_int(migration->number), db_text(str_of(migration->name)),
                             db_text(buf_view(&digest)),
                             db_int((int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000)));
    buf_free(&digest);
    return err;
}

/* Compares one record with the list. */
static enum err record_check(const struct migrate_job *job, int64_t number, struct str digest)
{
    if (number < 1 || (uint64_t)number > job->count)
        return fault_set(job->fault, ERR_STATE,
                         "数据库由更新版本的程序建立（结构版本 %lld，本程序只到 %zu），没有改动它；"
                         "请使用新版本的程序",
                         (long long)number, job->count);
    struct buf own = {0};
    enum err err = migrate_digest(&own, job->list[number - 1].sql);
    if (err == ERR_OK && !str_eq(buf_view(&own), digest))
        err = fault_set(job->fault, ERR_STATE,
                        "数据库的第 %lld 号结构变更（%s）与本程序所带的不一致，没有改动它；"
                        "请使用与数据库相配的程序",
                        (long long)number, job->list[number - 1].name);
    buf_free(&own);
    return err;
}

/* Checks all records; *applied gets how many there are. They must be 1, 2, 3 ... without a gap. */
static enum err records_check(size_t *applied, const struct migrate_job *job, struct db_tx *tx)
{
    struct db_rows *rows = NULL;
    *applied = 0;
    TRY(db_query(&rows, tx, "SELECT number, digest FROM schema_migration ORDER BY number",
                 DB_NONE));
    enum err err = ERR_OK;
    while (err == ERR_OK && (err = db_next(rows)) == ERR_OK) {
        int64_t number = db_col_int(rows, 0);
        err = record_check(job, number, db_col_text(rows, 1));
        *applied += 1;
        if (err == ERR_OK && (uint64_t)number != *applied)
            err = fault_set(job->fault, ERR_STATE, "数据库缺少第 %zu 号结构变更，没有改动它",
                            *applied);
    }
    db_done(rows);
    return err == ERR_END ? ERR_OK : err;
}

/* Two processes that make the table at once: on PostgreSQL, IF NOT EXISTS does not keep the second
 * from failing in the catalogue, by a unique violation or in other words. It finds the table when
 * it tries again. */
static enum err prepare_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    enum err err = statement_run(tx, str_of(migrate_table));
    tx->retry = err != ERR_OK;
    return err;
}

/* Applies the next missing migration; job->at gets the number of those applied by then. */
static enum err migrate_work(struct db_tx *tx, void *ctx)
{
    struct migrate_job *job = ctx;
    size_t applied = 0;
    TRY(db_tx_fail(tx, tx->driver->lock_schema(tx)));
    TRY(records_check(&applied, job, tx));
    job->at = applied;
    if (applied == job->count)
        return ERR_OK;
    const struct db_migration *next = &job->list[applied];
    enum err err = migrate_run(tx, str_of(next->sql));
    if (err == ERR_OK)
        err = migrate_record(tx, next);
    if (err != ERR_OK && !tx->retry)
        return fault_set(job->fault, err, "第 %d 号结构变更（%s）未能执行，数据库没有改变：%.200s",
                         next->number, next->name, tx->message);
    job->at = applied + 1;
    return err;
}

/* A reader only asks how far the database is. */
static enum err read_work(struct db_tx *tx, void *ctx)
{
    struct migrate_job *job = ctx;
    return records_check(&job->at, job, tx);
}

enum err db_migrate(struct db *db, const struct db_migration *list, size_t count,
                    struct fault *fault)
{
    struct migrate_job job = {list, count, 0, fault};
    for (size_t i = 0; i < count; i++)
        if (list[i].number != (int)i + 1)
            return fault_set(fault, ERR_STATE, "程序所带的结构变更编号不连续");
    if (db_readonly(db)) {
        TRY(db_read(db, "migrate", read_work, &job, fault));
        return job.at == count ? ERR_OK
                               : fault_set(fault, ERR_STATE,
                                           "数据库结构不是最新的，请先以可写方式运行一次本程序");
    }
    TRY(db_transact(db, "migrate", prepare_work, NULL, fault));
    do
        TRY(db_transact(db, "migrate", migrate_work, &job, fault));
    while (job.at < count);
    return ERR_OK;
}
