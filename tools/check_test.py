#!/usr/bin/env python3
"""The checker checked: each case is a small tree of files. A line that breaks a rule bears the mark
"//!rule" ("--!rule" in SQL, "##!rule" elsewhere); the marks are taken out before the checker looks.
It must find exactly the marked lines: what it misses and what it finds too much both fail. Every C
file gets an opening comment as its first line. Prints TAP.
"""
import os
import re
import sys
import tempfile

import check
import reachrules

REACH = """
#define STORE_REACH(column) "($2 = 1 OR REPLACE($3, " column ", '') <> $3)"
#define REACH_DRAW "EXISTS (SELECT 1 FROM task t WHERE " STORE_REACH("t.department") ")"
"""
REACH_WHOLE = REACH + '#define STORE_WHOLE "/*whole*/ "\n'
GUARDS = "/* Why. */\n#include \"store/guard.h\"\n\nconst struct db_guard list[] = {\n%s" + "".join(
    '    {"%s", NULL},\n' % name for name in sorted(reachrules.BUSINESS)) + "%s};\n"
MARK = re.compile(r"[ \t]*(?://|--|##)!([\w-]+)")

CASES = [
    # ---- floors
    ("a lower floor and the own room may be included", {"src/store/a.c": """
#include "base/err.h"
#include "db/db.h"
#include "store/row.h"
#include <stdio.h>
"""}),
    ("upward and sideways includes are found", {"src/draw/a.c": """
#include "store/row.h" //!floor
#include "tlog/note.h" //!floor
#include "crypto/hash.h"
""", "src/db/b.h": """
#include "model/resource.h" //!floor
"""}),
    ("an include without its room is found", {"src/base/a.c": """
#include "err.h" //!floor
#include "../crypto/hash.h" //!floor
"""}),
    ("an include in a comment is no include", {"src/base/a.c": """
// #include "store/row.h"
/* #include "store/row.h"
 * #include "db/db.h" */
"""}),
    ("a library belongs to one room", {"src/office/a.c": """
#include <sqlite3.h> //!floor
#include <openssl/evp.h> //!floor
""", "src/db/a.c": "#include <sqlite3.h>\n", "src/crypto/a.c": "#include <openssl/evp.h>\n"}),
    ("a room without a floor is found", {"src/attic/a.c": "", "src/attic/b.c": ""},
     {("src/attic/a.c", 1, "floor"), ("src/attic/b.c", 1, "floor")}),
    ("tests may include anything", {"test/unit/a.c": '#include "office/office.h"\n#include "own.h"\n'}),
    ("a name taken by extern is found", {"src/draw/a.c": "extern int store_all(void); //!extern\nextern const char draw_made[];\n",
                                         "src/draw/a.h": "extern const int draw_table[];\n"}),
    # ---- banned calls
    ("banned calls are found", {"src/base/a.c": """
void f(char *a, const char *b)
{
    strcpy(a, b); //!strcpy
    if (sprintf(a, "%s", b) > 0) //!sprintf
        return;
    int n = atoi(b); //!atoi
    (void)(n + (int)strtok(a, b)[0]); //!strtok
    system(b); //!system
    srand(1); //!srand
    exit(1); //!exit
}
""", "test/unit/t.c": "void f(char *a)\n{\n    gets(a); //!gets\n    skip(); //!skip\n}\n"}),
    ("names of sealed draws are read through the veil alone", {"src/office/a.c": """
enum err f(void)
{
    TRY(store_visits()); //!store_visits
    return store_seats_add(); //!store_seats_add
}
""", "src/office/veil.c": """
enum err f(void)
{
    return store_visits();
}
""", "src/store/a.h": "MUST enum err store_visits(void);\n"}),
    ("a banned call in a macro is found", {"src/base/a.c": """
#define COPY(a, b) \\
    strcpy(a, b) //!strcpy
"""}),
    ("names that only look banned are fine", {"src/base/a.c": """
/* strcpy(a, b) is not used */
struct ops {
    int (*exit)(int);
};
int my_strcpy(char *a);
int draw_exit(struct ops *o)
{
    const char *text = "strcpy(a, b)";
    int system = 1;
    return o->exit(system) + my_strcpy(0) + text[0];
}
"""}),
    ("cmd may end the program, others may not", {
        "src/cmd/a.c": "int f(void)\n{\n    setlocale(0, 0);\n    exit(1);\n}\n",
        "src/picture/a.c": "int f(void)\n{\n    _exit(1);\n}\n",
        "src/web/a.c": "int f(void)\n{\n    setlocale(0, 0); //!setlocale\n    abort(); //!abort\n}\n",
        "test/unit/t.c": "int f(void)\n{\n    _exit(1);\n}\n"}),
    # ---- allowances
    ("a reason allows a breach on the same or the next line", {"src/base/a.c": """
void f(void)
{
    _exit(1); /* check: allow _exit — child after fork must not run handlers */
    /* check: allow _exit — child after fork must not run handlers */
    _exit(2);
}
"""}),
    ("an allowance above a statement holds to its end", {"src/store/a.c": """
/* check: allow sql — full text search exists on SQLite in this form only */
static const char make[] =
    "CREATE VIRTUAL TABLE IF NOT EXISTS word"
    " USING fts5(words)";
static const char more[] = "CREATE VIRTUAL TABLE IF NOT EXISTS word"; //!sql
"""}),
    ("an allowance needs a reason", {"src/base/a.c": """
void f(void)
{
    /* check: allow _exit */ //!allow
    _exit(2);
}
"""}),
    ("an allowance for another rule does not count", {"src/base/a.c": """
void f(void)
{
    /* check: allow strcpy — the sizes were compared above */ //!allow
    _exit(2); //!_exit
}
"""}),
    # ---- variables
    ("mutable file-scope variables are found", {"src/base/a.c": """
static int count; //!global
int table[4] = {1, 2}; //!global
static const char *names[] = {"a"}; //!global
static struct point { int x; } origin; //!global
static void (*hook)(int); //!global
static void (*other)(int) = 0; //!global
static _Thread_local char buffer[10]; //!global
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; //!global
void f(void)
{
    static int calls; //!global
    if (calls) {
        static const char *last; //!global
        (void)last;
    }
}
"""}),
    ("constants, types and prototypes are fine", {"src/base/a.c": """
static const int count = 3;
const char *const names[] = {"a", "b"};
static const struct { const char *a; int b; } rows[] = {{"x", 1}, {"y", 2}};
static int (*const hook)(int) = f;
struct point { int x; int y; };
enum { SIZE = 4 };
typedef int fn(void *ctx);
static int helper(const char *text);
_Static_assert(sizeof(int) == 4, "int");
static int helper(const char *text)
{
    static const char digits[] = "0123";
    int local = 0;
    return digits[local] + text[0];
}
""", "src/base/a.h": "extern const struct point base_origin;\nstruct point;\n",
        "src/base/b.h": "typedef int base_fn(void *ctx);\nbase_fn base_one, base_two;\n"}),
    ("cmd may have state", {"src/cmd/a.c": "static int stop;\n"}),
    # ---- headers
    ("a prototype without a comment is found", {"src/base/a.h": """
/* The length. */
int a_len(void);

int a_size(void); //!comment
/* Frees it. */

void a_free(void); //!comment
struct s {
    int x; /* a member */
};
void a_use(struct s *s); //!comment
"""}),
    ("one comment may stand above a group", {"src/base/a.h": """
/* Text and number. */
int a_text(void);
int a_number(int x,
             int y);
void a_one(void); /* beside it */

/* What is counted. */
struct a_stats {
    int n;
};
void a_stats_get(struct a_stats *out);
typedef int a_fn(void *ctx);
#define A_MACRO(x) f(x)
"""}),
    ("a function that can fail bears MUST", {"src/base/a.h": """
/* Opens. */
enum err a_open(void); //!must
MUST enum err a_close(void);
enum err a_fail(int row);
enum err a_hand_back(enum err err, int row);
enum err a_read(enum err *last); //!must
"""}),
    # ---- shape
    ("nesting is counted by control statements", {"src/base/a.c": """
int f(int a) //!nesting
{
    for (;;)
        while (a)
            if (a) {
                switch (a) {
                case 1:
                    return 1;
                }
            }
}
int g(int a)
{
    for (;;) {
        while (a) {
            if (a == 1) {
                return 1;
            } else if (a == 2) {
                return 2;
            } else if (a == 3)
                return 3;
            else
                return 4;
        }
    }
    do {
        a--;
    } while (a);
}
int h(int a) //!nesting
{
    EACH(a) {
        do {
            if (a)
                for (;;)
                    a++;
        } while (a);
    }
}
"""}),
    ("braces of values do not nest", {"src/base/a.c": """
int f(int a)
{
    if (a)
        for (;;)
            if (g((struct s){.x = {1, 2}}))
                h(DB_ARGS({1}, {2}));
    return a ? 1 : 2;
}
"""}),
    ("long functions and files are found", {
        "src/base/a.c": "void f(void) //!long-function\n{\n" + "    g();\n" * 118 + "}\n" +
                        "void ok(void)\n{\n" + "    g();\n" * 117 + "}\n",
        "src/base/b.c": "//\n" * 899 + "int g(void); //!long-file\n",
        "src/base/c.c": "//\n" * 899}),
    ("a conditional branch does not unbalance the braces", {"src/base/a.c": """
int f(int a)
{
#ifdef X
    if (a) {
#else
    if (!a) {
        strcpy(0, 0); //!strcpy
#endif
        return 1;
    }
    return 2;
}
static int after; //!global
"""}),
    ("more than five parameters are found, a pointer and its size being one", {"src/base/a.c": """
void f(int a, int b, int c, int d, int e, int g); //!parameters
void h(char *a, int a_len, int b, int c, const int d[], int count, int e);
void i(char **out, struct arena *arena, struct db_tx *tx, int a, int b, int c, int d, struct fault *f);
void j(struct box *b, struct fault *f, int a, int c, int d, int e, int g); //!parameters
void k(void);
"""}),
    ("a typedef of a struct is found", {"src/base/a.h": """
typedef struct a_s a_s; //!typedef
typedef enum err a_work(void *ctx);
"""}),
    ("a file opens with a comment", {"src/base/a.c": None, "src/base/b.c": ""},
     {("src/base/a.c", 1, "opening")}),
    # ---- SQL, where it stands
    ("SQL outside store is found", {"src/office/a.c": """
static const char *const q = "SELECT id FROM object WHERE tenant = $1"; //!sql
void f(void)
{
    g("DELETE FROM object"); //!sql
    g("insert into object (id) values ($1)"); //!sql
    g(" ORDER BY id"); //!sql
    g("COMMIT"); //!sql
}
#define Q "UPDATE object SET name = $1" //!sql
"""}),
    ("sentences are no SQL", {"src/office/a.c": """
void f(void)
{
    g("Select a file from the list");
    g("update the registry, then draw commit");
    g("Delete from the folder what is not needed");
    g("with a note as (far as) known");
    g("draw commit");
    g("BEGINNING");
    g("抽查结果 SELECT");
}
"""}),
    ("db has its own SQL only", {"src/db/a.c": """
void f(void)
{
    g("BEGIN IMMEDIATE");
    g("PRAGMA journal_mode=WAL");
    g("SELECT number, digest FROM schema_migration ORDER BY number");
    g("SELECT datcollate FROM pg_database WHERE datname = current_database()");
    g("INSERT INTO ");
    g("SELECT id FROM object ORDER BY id"); //!sql
}
"""}),
    # ---- SQL, how it looks
    ("SQL beyond both databases is found", {"src/store/a.c": "".join(
        'static const char q%d[] = "%s"; //!sql\n' % (n, q) for n, q in enumerate((
            "INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO NOTHING",
            "INSERT OR REPLACE INTO t (a) VALUES ($1)",
            "INSERT INTO t (a) VALUES ($1) RETURNING id",
            "SELECT a FROM t WHERE a ILIKE $1",
            "SELECT a::text FROM t",
            "SELECT a FROM t ORDER BY a LIMIT 10 OFFSET 20",
            "UPDATE audit SET actor = $1 WHERE tenant = $2 AND id = $3",
            "DELETE FROM audit WHERE tenant = $1 AND at < $2",
            "SELECT a FROM t ORDER BY random()",
            "SELECT a->>'x' FROM t",
            "SELECT a FROM t WHERE b = TRUE",
            "SELECT a FROM t FULL JOIN u ON t.a = u.a",
            "SELECT DISTINCT ON (a) a FROM t",
            "SELECT COUNT(a) FILTER (WHERE a > 0) FROM t",
            "SELECT a FROM t, LATERAL (SELECT 1) u",
            "SELECT * FROM t",
            "SELECT t.* FROM t",
            "SELECT a FROM t LIMIT 1",
            "SELECT a FROM t WHERE a IN (SELECT b FROM u LIMIT 1) ORDER BY a",
            "SELECT a FROM t WHERE a = $1 FOR UPDATE",
            "SELECT a FROM t WHERE b = NULL",
            "SELECT a FROM t WHERE b = $1000",
            "SELECT a FROM t WHERE b = $1 AND c = $3",
            "SELECT a FROM t WHERE b = ?",
            "SELECT IFNULL(a, 0) FROM t",
            "UPDATE t SET at = CURRENT_TIMESTAMP",
            "SELECT %s FROM t",
        ))) + '''
#define ROWS "SELECT id FROM object WHERE tenant = $1" ORDER
#define ORDER " ORDER BY id"
#define WHOLE "SELECT id FROM object WHERE a = $2"
#define PIECE " AND a = $3 LIMIT $4"
static const char page[] = ROWS " LIMIT $3"; //!sql
static const char whole[] = WHOLE; //!sql
static const char other[] = ROWS
    " OFFSET $2"; //!sql
#define REACH(column) "($2 = 1 OR " column " = $3)"
#define BOTH(a, b) "(" REACH(a) " OR " REACH(b) ")"
#define NEAR " AND " REACH("near") ORDER
static const char near[] = ROWS " AND " REACH("place") " AND id = $4";
static const char both[] = ROWS " AND " BOTH("place", "other") " AND id = $4";
static const char nested[] = "SELECT id FROM object WHERE tenant = $1" NEAR;
static const char gap[] = "SELECT id FROM object WHERE tenant = $1 AND " REACH("place") " AND id = $5"; //!sql
static const char far[] = "SELECT id FROM object WHERE tenant = $1 AND " BOTH("a", "b")
    " LIMIT $4"; //!sql
static const char inside[] = "SELECT id FROM object WHERE tenant = $1 AND " REACH("place::text"); //!sql
''', "schema/0001-a.sql": """
CREATE TABLE good (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL CHECK (id IN (1, 2)),
  PRIMARY KEY (tenant, id)
);
-- a remark on SERIAL;
CREATE TABLE bad (
  id SERIAL PRIMARY KEY, --!sql
  name TEXT, --!sql
  flag integer NOT NULL, --!sql
  at TIMESTAMP NOT NULL --!sql
);
CREATE TRIGGER t; --!sql
"""}),
    ("SQL that both understand is fine", {"src/store/a.c": """
#define COLUMNS "id, name"
static const char get[] = "SELECT " COLUMNS " FROM object WHERE tenant = $1 AND id = $2";
#define ROWS "SELECT " COLUMNS " FROM object WHERE tenant = $1"
static const char one[] = ROWS " AND id = $2";
static const char page[] =
    "SELECT id FROM object WHERE tenant = $1 AND id > $2"
    " AND name <> 'SERIAL ON CONFLICT * -> true %d'" /* in quotes it is data */
    " ORDER BY id LIMIT $3";
static const char sum[] = "SELECT COUNT(*), SUM(CASE WHEN a >= b THEN 1 ELSE 0 END) FROM t";
static const char twice[] = "UPDATE t SET a = $1, b = $2 WHERE a = $1 AND c = $3";
static const char later[] = "UPDATE t SET a = $3 WHERE b = $1 AND c = $2";
"""}),
    # ---- the reach
    ("business rows without the reach are found", {"src/store/reach.h": REACH, "src/store/a.c": """
#define OF "SELECT id FROM object o WHERE o.tenant = $1"
static const char bound[] = OF " AND " STORE_REACH("o.department");
static const char twice[] = "SELECT id FROM draw WHERE tenant = $1 AND " REACH_DRAW;
static const char loose[] = OF " ORDER BY o.id"; //!reach
static const char joined[] = "SELECT l.id FROM label l JOIN object_label b ON b.label = l.id WHERE l.tenant = $1"; //!reach
static const char by_hand[] = "SELECT id FROM object WHERE tenant = $1 AND ($2 = 1 OR REPLACE($3, department, '') <> $3)"; //!reach
static const char common[] = "SELECT id FROM label WHERE tenant = $1";
static const char added[] = "INSERT INTO object (tenant, id) VALUES ($1, $2)";
static const char keyed[] = "UPDATE object SET name = $3 WHERE tenant = $1 AND id = $2";
static const char all[] = "UPDATE object SET name = $2 WHERE tenant = $1"; //!reach
static const char gone[] = "DELETE FROM library_row WHERE tenant = $1 AND licence = ''"; //!reach
static const char made[] = "DELETE FROM library_row WHERE tenant = $1 AND library = $2";
enum err f(struct db_tx *tx)
{
    return db_run(tx, 0, "SELECT id FROM object WHERE tenant = $1", DB_NONE); //!reach
}
"""}),
    ("a statement in the list passes, another beside it and one more of the same name do not", {
        "src/store/reach.h": REACH_WHOLE, "src/store/step.c": """
static const char STEP_ROWS[] = STORE_WHOLE "SELECT id FROM visit WHERE tenant = $1 AND task = $2";
static const char MORE[] = "SELECT id FROM visit WHERE tenant = $1"; //!reach
""", "src/store/library.c": """
static const char LIBRARY_GET[] = STORE_WHOLE "SELECT id FROM library WHERE tenant = $1 AND id = $2";
static const char PLACES_OF[] = STORE_WHOLE "SELECT what FROM library_row WHERE tenant = $1 AND object = $2";
static const char PLACE_GET[] = STORE_WHOLE "SELECT what FROM library_row WHERE tenant = $1 AND library = $2";
static const char *const PLACES_IN[] = {STORE_WHOLE "SELECT what FROM library_row WHERE tenant = $1",
    STORE_WHOLE "SELECT licence FROM library_row WHERE tenant = $1"}; //!reach
"""}),
    ("who reads beyond the reach says so and nobody else does", {
        "src/store/reach.h": REACH_WHOLE, "src/store/step.c": """
static const char STEP_ROWS[] = STORE_WHOLE "SELECT id FROM visit WHERE tenant = $1 AND task = $2";
static const char TASK[] = STORE_WHOLE "SELECT id FROM task WHERE tenant = $1 AND " STORE_REACH("department"); //!reach
static const char COMMON[] = STORE_WHOLE "SELECT id FROM label WHERE tenant = $1"; //!reach
""", "src/store/pending.c": """
static const char PENDING[] = STORE_WHOLE "SELECT id FROM visit WHERE tenant = $1 AND " STORE_REACH("department");
static const char SEATS[] = "SELECT seat FROM seat WHERE tenant = $1 AND " STORE_REACH("department"); //!reach
"""}),
    ("an entry beside the clause that nothing needs is found", {"src/store/reach.h": REACH_WHOLE, "src/store/pending.c": """
static const char PENDING[] = STORE_WHOLE "SELECT id FROM visit WHERE tenant = $1 AND " STORE_REACH("department");
"""}, {("src/store/pending.c", 1, "reach")}),
    ("the tables under row-level security are those of business rows", {
        "src/store/guard.c": GUARDS % ('    {"label", NULL},\n', "")}, {("src/store/guard.c", 1, "reach")}),
    ("a table that is not under row-level security is found", {
        "src/store/guard.c": GUARDS.replace('    {"visit", NULL},\n', "") % ("", "")}, {("src/store/guard.c", 1, "reach")}),
    ("an entry of the list that nothing needs is found", {
        "src/store/reach.h": REACH, "src/store/step.c": "static const int none = 0;\n"}, {("src/store/step.c", 1, "reach")}),
    ("a clause of another file's macro is none of this one's", {"src/store/reach.h": REACH, "src/store/b.c": """
#define MINE "SELECT id FROM object WHERE tenant = $1 AND " STORE_REACH("department")
static const char own[] = MINE;
""", "src/store/a.c": """
#define MINE "SELECT id FROM object WHERE tenant = $1"
static const char own[] = MINE; //!reach
"""}),
    ("a new table must be said to hold business rows or not", {
        "src/store/reach.h": REACH, "schema/0001-a.sql": "CREATE TABLE object (id INTEGER NOT NULL);\n"
        "CREATE TABLE label (id INTEGER NOT NULL);\nCREATE TABLE secret_list (id INTEGER NOT NULL);\n"},
     {("schema/0001-a.sql", 1, "reach")}),
    # ---- SQL, how it is handed on
    ("SQL put together at run time is found", {"src/store/a.c": """
static const char GET[] = "SELECT a FROM t";
enum err f(struct db_tx *tx, const char *sql, struct db_rows **rows, char *made)
{
    char text[100];
    TRY(db_run(tx, 0, text, DB_NONE)); //!sql
    TRY(db_run(tx, 0, made, DB_NONE)); //!sql
    TRY(db_query(rows, tx, buf_cstr(&b), DB_NONE)); //!sql
    TRY(db_bulk_open(rows, tx, "object", made)); //!sql
    return db_upsert(tx, GET, made, DB_NONE); //!sql
}
enum err g(struct db_tx *tx, char *made)
{
    return f(tx, made, 0, 0); //!sql
}
"""}),
    ("SQL fixed at compile time is fine", {"src/store/a.c": """
#define ADD "INSERT INTO t (a) VALUES ($1)"
static const char GET[] = "SELECT a FROM t";
static const struct { const char *sql; } TABLE[] = {{"SELECT b FROM t"}};
static enum err one(struct db_tx *tx, const char *sql)
{
    return db_run(tx, 0, sql, DB_NONE);
}
enum err f(struct db_tx *tx, int kind)
{
    static const char here[] = "SELECT c FROM t";
    TRY(db_run(tx, 0, GET, DB_NONE));
    TRY(db_run(tx, 0, ADD, DB_ARGS(db_int(1), db_int(2))));
    TRY(db_run(tx, 0, kind ? "SELECT d FROM t" : GET, DB_NONE));
    TRY(db_run(tx, 0, here, DB_NONE));
    TRY(one(tx, TABLE[kind].sql));
    return one(tx, "SELECT e FROM t");
}
"""}),
    # ---- templates, things left undone
    ("unescaped template output is found", {"ui/a.mustache":
                                            "<p>{{name}}</p>\n{{{raw}}} ##!escape\n{{& raw}} ##!escape\n"}),
    ("things left undone are found", {
        "src/base/a.c": "/* TO" "DO: later */ //!unfinished\nint x_todo(void); // see list\n",
        "tools/a.py": "# FIX" "ME ##!unfinished\n",
        "docs/a.md": "mkstemp wants XXXXXX\n"}),
]


def plant(root, files):
    """Writes the files without their marks; returns what must be found."""
    expected = set()
    for path, text in files.items():
        if text is None:
            text = "int f(void);\n"
        elif path.endswith((".c", ".h")):
            text = "/* Opening. */\n" + text.lstrip("\n")
        else:
            text = text.lstrip("\n")
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            expected |= {(path, number, rule) for rule in MARK.findall(line)}
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write("\n".join(MARK.sub("", line) for line in lines))
    return expected


def run(files, more):
    with tempfile.TemporaryDirectory() as root:
        expected = plant(root, files) | more
        found = {(f.path, f.line, f.rule) for f in check.check_tree(root)}
    return ["missed: %s:%d: %s" % f for f in sorted(expected - found)] + \
        ["too much: %s:%d: %s" % f for f in sorted(found - expected)]


def main():
    print("1..%d" % len(CASES))
    bad = 0
    for number, case in enumerate(CASES, 1):
        faults = run(case[1], case[2] if len(case) > 2 else set())
        bad += bool(faults)
        print("%sok %d - check: %s" % ("not " if faults else "", number, case[0]))
        for fault in faults:
            print("# " + fault)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
