"""How far a person sees stands in SQL in one place: store/reach.h (SECURITY.md AC6).

A statement of store/ that reads a table of business rows holds one of its clauses (STORE_REACH), or
stands in WITHOUT below under the reason why it needs none; what changes or takes away rows names
them by key. A new statement with neither fails, and so do an entry that nothing needs any more and
a table that is in neither list.
"""
import re

# Rows that belong to departments: themselves, or by what they hang on.
BUSINESS = set("""
    approval object object_label object_department library library_row inspector conflict commission document
    document_version attachment task task_part task_item task_quota draw draw_entry draw_file draw_stratum
    recusal visit seat seat_change result correction followup adoption redaction item_draft item_step
    item_superior outside_check upload upload_mapping reference_object registry_change import_job job
    feedback meeting issuance course""".split())
# Rows of everybody, of one's own account, or of the program.
COMMON = set("""
    counter setting idempotency audit audit_digest log_entry log_size department item item_unit label
    publication published account account_password account_role account_preference session sign_in
    setup_code object_batch object_mark workday_year dictionary_word schema_migration""".split())

KEY = ("by the key of a row that the errand has already found within its reach, or whose department "
       "it holds against its scope (office/scope) before anything is told")
WHOLE = ("read whole and bound to the scope in memory by office/scope before anything is told: some "
         "thousands of rows, or the roster")
OPEN = "the same for everybody of the workbench: what is published, counts of departments, whether there is any object"
PORTAL = "what is public is for everybody: store/portal and the index of names decide it by publication alone"
DRAW = ("a draw computes over whole registries, and results are entered and published by commands of the "
        "server; no page of the workbench reads it")
COUNT = ("what a change of a setting for all departments touches, told to whoever may change it: counts, and of the "
         "calendar the results whose last day moves")
JOBS = "the program's own work over all rows, in nobody's name: jobs, the index, lists that follow departments"

# {reason: {file of store/: names of its statements, or the function() that holds one; :n where a table holds n}}
WITHOUT = {
    KEY: {
        "catalogue.c": "DRAFT_OPEN STEPS",
        "document.c": "DOCUMENT_BY_PLAN VERSIONS_OF ATTACHMENTS ATTACHMENT_GET",
        "draw.c": "DRAW_BY_TASK",
        "health.c": "REFERENCE_MISSING",
        "history.c": "OBJECT_CHANGES CHANGES_OBJECTS OBJECT_VISITS",
        "inspector.c": "DUTIES",
        "job.c": "JOB_GET",
        "label.c": "DEPARTMENTS",
        "library.c": "LIBRARY_GET PLACES_OF PLACE_GET PLACES_IN",
        "registry.c": "sql:2",
        "step.c": "STEP_ROWS",
        "task.c": "TASK_GET TASK_BY_ID TASK_ITEMS TASK_QUOTAS TASK_PARTS INSPECTOR_FIND INSPECTOR_ANY OBJECT_NAME",
        "upload.c": "UPLOAD_GET MAPPING_GET",
        "visit.c": "SEATS",
    },
    WHOLE: {
        "document.c": "VERSIONS",
        "health.c": "HEALTH_OBJECTS HEALTH_FURTHER HEALTH_REFERENCES HEALTH_PERSONS",
        "inspector.c": "LOADS INTEREST_TALLY",
        "job.c": "JOB_NEWEST",
        "object.c": "MARKS_ALL MARKS_OF_JOB SHARES VISITED IN_LIBRARY",
        "registry.c": "tables:6",
        "task.c": "INSPECTORS",
        "upload.c": "UPLOAD_NEWEST",
    },
    OPEN: {
        "catalogue.c": "DEPARTMENTS_BARE",
        "document.c": "FORMS",
        "registry.c": "store_object_any()",
    },
    PORTAL: {
        "draw.c": "DRAWS_DISCLOSED DRAWS_OF_OBJECT",
        "feedback.c": "FEEDBACK_OWNER",
        "portal.c": "*",
        "search.c": "FIND_SQLITE FIND_POSTGRESQL",
    },
    DRAW: {
        "draw.c": "DRAW_DISCLOSED DRAW_GET DRAW_LIST DRAW_OF_TASK ENTRIES FILES FILE_GET STRATA RECUSALS",
        "history.c": "OBJECT_GET",
        "redaction.c": "REDACTION_GET ADOPTION_BEFORE REASON_BEFORE ADOPTION_COUNT REASON_COUNT TOLD",
        "result.c": "ADOPTION_GET RESULT_GET RESULTS_OF_VISIT PUBLISHING RESULT_COUNTS CORRECTION_GET RESULT_PUBLISHED",
        "task.c": "TASK_LIST CANDIDATES VISITED VEILED CONFLICTS",
        "visit.c": "VISITS VISIT_GET",
    },
    COUNT: {
        "object.c": "store_object_count_active()",
        "setting.c": "TOUCHED:15 REACHED REACHED_VISITS DUES",
    },
    JOBS: {
        "catalogue.c": "SUPERIORS_LOOSE",
        "job.c": "JOB_OLDEST JOB_STALE",
        "label.c": "LABELS_OF_JOB",
        "personal.c": "columns:6",
        "search.c": "PENDING FOLLOW",
        "upload.c": "UPLOAD_STALE",
    },
}
# Read within the errand of a person whose reach is not all, by an answer of the workbench: on PostgreSQL these begin
# with STORE_WHOLE, or row-level security shows them no row (src/store/guard.c). All others may not: they run for
# commands, jobs in nobody's name and readers of the portal, who are not held to a reach.
BESIDE = (KEY, WHOLE, OPEN)
# Statements under the clause that need rows beyond it as well, which row-level security would keep back:
# {file: {name: why}}
BOTH = {
    "pending.c": dict.fromkeys(("PENDING", "SEATS"), "the names of drawn objects and of colleagues, whosoever they are now"),
}
CLAUSE = "<REACH>"
WHOLE_MARK = "/*whole*/"
TABLES = re.compile(r"\b(?:FROM|INTO|JOIN|UPDATE)\s+(\w+)")
MADE = re.compile(r"\bCREATE\s+TABLE\s+(\w+)", re.I)
KEYED = re.compile(r"\.?\b(?!tenant\b)\w+ (?:=|IN) \(?\$\d|\b\w+ IN \$|IN \(SELECT\b")


def allowed():
    """{(file, name): statements without the clause that it may hold; None: any number}."""
    found = {}
    for files in WITHOUT.values():
        for path, names in files.items():
            for word in names.split():
                name, _, count = word.partition(":")
                found[(path, name)] = None if name == "*" else int(count or 1)
    return found


def marked():
    """{(file, name): begins with STORE_WHOLE?} of the statements without the clause."""
    return {(path, word.partition(":")[0]): reason in BESIDE
            for reason, files in WITHOUT.items() for path, names in files.items() for word in names.split()}


def judge(masked):
    """What is wrong with a statement without the clause: None, "by key" of a write, or "read"."""
    if not set(TABLES.findall(masked)) & BUSINESS:
        return None
    if re.match(r"\s*INSERT\b", masked):
        return None  # a new row: the errand says whose it is
    if re.match(r"\s*(?:UPDATE|DELETE)\b", masked):
        where = masked.split("WHERE", 1)[1] if "WHERE" in masked else ""
        return None if "tenant" in where and KEYED.search(where) else "write"
    return "read"


def guarded(text):
    """The tables that src/store/guard.c puts under row-level security."""
    return re.findall(r'^    \{"(\w+)",', text, re.M)


def unknown_tables(sql):
    """Tables that a migration makes and that neither list names."""
    names = {name for name in MADE.findall(sql) if not re.search(r"_(?:anew|planned)$", name)}
    return sorted(names - BUSINESS - COMMON)
