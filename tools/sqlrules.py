"""What SQL may look like here: one text that SQLite, PostgreSQL and its relatives all accept.

faults(sql) names what a statement does that one of them refuses or does differently. The list is
the house's, CONTRIBUTING.md says why each stands in it.
"""
import re

# How a string literal that is SQL begins. Capitals, so that no sentence for people is taken for one.
STATEMENT = re.compile(
    r"\s*(?:SELECT\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\b|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM\b"
    r"|CREATE\s+(?:TEMP\w*\s+|UNIQUE\s+|VIRTUAL\s+|UNLOGGED\s+)?(?:TABLE|INDEX|VIEW|TRIGGER|SEQUENCE)\b"
    r"|(?:ALTER|DROP|LOCK)\s+(?:TABLE|INDEX|VIEW|TRIGGER)\b|WITH\s+(?:RECURSIVE\s+)?\w+[^;]*\bAS\s*\("
    r"|REPLACE\s+INTO\b|COPY\s+\w|TRUNCATE\s+\w|DECLARE\s+\w+[^;]*\bCURSOR\b|FETCH\s+\w"
    r"|WHERE\s+\w+\s*(?:[=<>]|IN\b|LIKE\b)|ORDER\s+BY\s+\w|GROUP\s+BY\s+\w|(?:LEFT|INNER)\s+JOIN\s+\w"
    r"|(?:AND|OR)\s+\w+\s*[=<>]+\s*\$\d)")
# The same in small letters needs a second word that prose has not.
SMALL = re.compile(
    r"\s*(?:select\s[^;]+\sfrom\s+\w+(?:\s+(?:where|order\s+by|group\s+by|limit)\s|\s*;)"
    r"|insert\s+into\s+\w+\s*(?:\(|values\b|select\b)|delete\s+from\s+\w+\s+where\s+\w+\s*[=<>]"
    r"|update\s+\w+\s+set\s+\w+\s*=|create\s+(?:unique\s+)?(?:table|index)\s+\w+[^;]*\()")
# Transactions and the database's own settings: db/ only.
CONTROL = re.compile(
    r"\s*(?:PRAGMA\s+\w|SAVEPOINT\b|RELEASE\b|ROLLBACK\b|BEGIN\b|COMMIT\b|SET\s+(?:LOCAL|SESSION|\w+)"
    r"\s|START\s+TRANSACTION|CLOSE\s+\w|VACUUM\b|ANALYZE\b|REINDEX\b|ATTACH\b)")
TABLE = re.compile(r"\b(?:FROM|INTO|JOIN|UPDATE|TABLE(?:\s+IF\s+NOT\s+EXISTS)?|COPY|TRUNCATE)\s+(\w+)", re.I)
OWN_TABLES = re.compile(r"schema_migration|pg_|information_schema|sqlite_|pragma_")

# pattern (of the masked statement), what to say
FAULTS = [(re.compile(p, re.I), why) for p, why in (
    (r"\bON\s+CONFLICT\b|\bON\s+DUPLICATE\s+KEY\b", "ON CONFLICT: use db_upsert"),
    (r"\bINSERT\s+OR\b|\bREPLACE\s+INTO\b|\bUPDATE\s+OR\b", "INSERT OR/REPLACE is SQLite's alone: use db_upsert"),
    (r"\bRETURNING\b", "RETURNING: ids are known beforehand"),
    (r"\b(?:BIG|SMALL)?SERIAL\b|\bAUTO_?INCREMENT\b|\bIDENTITY\b|\bNEXTVAL\b|\bSEQUENCE\b",
     "ids are made by the program, not by the database"),
    (r"\blast_insert_rowid\b|\browid\b|\bctid\b|\boid\b", "no hidden row ids"),
    (r"\bILIKE\b|\bSIMILAR\s+TO\b|\bGLOB\b|\bREGEXP\b|(?<![<>=!])~", "only LIKE is known to all"),
    (r"::", "a ::cast is PostgreSQL's alone: use CAST(x AS t)"),
    (r"\b(?:UPDATE|DELETE\s+FROM|TRUNCATE)\s+audit\b", "what stands in the audit is never changed or taken away"),
    (r"\bOFFSET\b", "OFFSET reads all it skips: page by key"),
    (r"\brandom\s*\(|\bRAND\s*\(|\bTABLESAMPLE\b", "nobody can verify the database's randomness"),
    (r"->|@>|<@|\bjsonb?(?:_\w+)?\b", "JSON is text that C parses"),
    (r"\b(?:TRUE|FALSE|BOOLEAN|BOOL)\b", "booleans are INTEGER 0/1"),
    (r"\bFULL\s+(?:OUTER\s+)?JOIN\b|\bRIGHT\s+(?:OUTER\s+)?JOIN\b|\bNATURAL\b", "only INNER and LEFT JOIN"),
    (r"\bDISTINCT\s+ON\b", "DISTINCT ON is PostgreSQL's alone"),
    (r"\bFILTER\s*\(", "FILTER: use SUM(CASE WHEN ... END)"),
    (r"\bLATERAL\b|\bGROUPING\s+SETS\b|\bROLLUP\b|\bgenerate_series\b", "not in all databases"),
    (r"\bSELECT\s+(?:DISTINCT\s+)?(?:\w+\.)?\*", "SELECT *: name the columns"),
    (r"\bFOR\s+(?:NO\s+KEY\s+)?(?:UPDATE|SHARE)\b|\bLOCK\s+TABLE\b|\badvisory\b|\bLISTEN\b|\bNOTIFY\b",
     "no row or table locks: compare a version column"),
    (r"\bTRIGGER\b|\bPROCEDURE\b|\bFUNCTION\b|\bMATERIALIZED\b", "logic stands in C"),
    (r"\b(?:now|strftime|julianday|datetime|date|unixepoch)\s*\(|\bCURRENT_(?:TIMESTAMP|DATE|TIME)\b|\bINTERVAL\b",
     "time comes from the program"),
    (r"\b(?:IFNULL|ISNULL|NVL|IIF)\s*\(", "use COALESCE or CASE"),
    (r"\b(?:group_concat|string_agg|array_agg|instr|strpos|printf|format)\s*\(", "not in both databases: do it in C"),
    (r"(?:=|<>|!=)\s*NULL\b", "a comparison with NULL is never true: use IS NULL"),
    (r"\bMATCH\b|@@|\btsvector\b|\bto_ts\w+|\bUSING\s+(?:gin|gist|fts5)\b|\bVIRTUAL\b",
     "full text search is each database's own"),
    (r"\bWITHOUT\s+ROWID\b|\bSTRICT\b|\bIF\s+NOT\s+EXISTS\b", "not one text for both databases"),
    (r"\bCOLLATE\s+(?!BINARY|\"C\"|C\b)\w+|\bNOCASE\b", "only byte order is the same everywhere"),
    (r"==|`", "= compares, and names need no quotes"),
    (r"%(?:\.\*)?(?:[sdux]|l+[dux]|z[du])\b", "a statement is not put together by printf"),
    (r"\bDEFERRABLE\b|\bDEFERRED\b", "a commit that fails would fail for its whole group"),
)]
# types: the driver reads INTEGER and BLOB (capitals) as BIGINT and bytea where that is needed
TYPES = re.compile(r"^\s*\w+\s+(\w+)")
MOST_PARAMETERS = 999
GOOD_TYPES = ("INTEGER", "TEXT", "BLOB")


def masked(sql):
    """The statement without comments, its string constants emptied, its length unchanged."""
    sql = re.sub(r"--[^\n]*|/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), sql, flags=re.S)
    return re.sub(r"'(?:[^']|'')*'", lambda m: "'" + re.sub(r"[^\n]", "_", m.group()[1:-1]) + "'", sql)


def is_sql(text):
    text = re.sub(r"^\s*/\*.*?\*/", "", text)
    return bool(STATEMENT.match(text) or SMALL.match(text) or CONTROL.match(text))


def allowed_in_db(text):
    """Transaction control, the database's own catalogue, the list of migrations, and beginnings of
    statements whose table the caller names."""
    if CONTROL.match(text):
        return True
    return all(OWN_TABLES.match(name) for name in TABLE.findall(text))


def faults(sql, whole=True):
    """[(offset, what is wrong)] of one statement, or of a piece of one."""
    text = masked(sql)
    found = [(m.start(), why) for pattern, why in FAULTS for m in [pattern.search(text)] if m]
    if whole:
        found += without_order(text) + parameter_faults(text)
    if re.match(r"\s*CREATE\s+TABLE\b", text):
        found += column_faults(text)
    return found


def without_order(text):
    """A LIMIT needs an ORDER BY before it in the same bracket."""
    for m in re.finditer(r"\bLIMIT\b", text, re.I):
        level, i = 0, m.start()
        while i > 0 and level >= 0:
            i -= 1
            level += {")": 1, "(": -1}.get(text[i], 0)
        if not re.search(r"\bORDER\s+BY\b", text[i:m.start()], re.I):
            return [(m.start(), "LIMIT without ORDER BY: any rows may come")]
    return []


def parameter_faults(text):
    """Parameters are $1 to $n without a gap (the driver binds by number), and not too many."""
    if re.search(r"\?\d*(?=[\s,)]|$)", text):
        return [(text.index("?"), "parameters are written $1, $2, ...")]
    uses = {int(m.group(1)): m.start() for m in re.finditer(r"\$(\d+)", text)}
    if uses and max(uses) > MOST_PARAMETERS:
        return [(uses[max(uses)], "more than %d parameters: work in batches" % MOST_PARAMETERS)]
    gaps = [n for n in range(1, max(uses, default=0)) if n not in uses]
    return [(uses[max(uses)], "$%d is left out" % gaps[0])] if gaps else []


def column_faults(text):
    """Columns of a new table: of three types, never NULL."""
    opening = text.find("(")
    found, level, start = [], 0, opening + 1
    for i in range(opening, len(text)):
        level += {"(": 1, ")": -1}.get(text[i], 0)
        if opening >= 0 and (level == 1 and text[i] == "," or level == 0):
            found += [(start + at, why) for at, why in column_fault(text[start:i])]
            start = i + 1
        if level == 0:
            break
    return found


def column_fault(column):
    at = len(column) - len(column.lstrip())
    if re.match(r"\s*(?:PRIMARY|UNIQUE|FOREIGN|CHECK|CONSTRAINT)\b", column):
        return []
    kind = TYPES.match(column)
    if not kind or kind.group(1) not in GOOD_TYPES:
        return [(at, "a column is INTEGER, TEXT or BLOB, in capitals")]
    if not re.search(r"\bNOT\s+NULL\b", column):
        return [(at, "a column is NOT NULL: some databases take '' for NULL")]
    return []
