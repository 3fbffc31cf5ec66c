/* What row-level security shows of each table: see guard.h.
 *
 * A table with departments of its own shows those of the reach; what hangs on rows shows where they
 * are seen, as the policies of those tables hold within a condition as well. What is read by whole
 * statements alone (STORE_WHOLE) shows nothing. No condition may lead back to its own table: the
 * server refuses that. */
#include "store/guard.h"

/* The settings are read once a statement. The reach is compared byte by byte, as by the clause: the
 * database's collation is C. */
#define HELD(column)                                                                               \
    column " = ANY (CAST((SELECT string_to_array(current_setting('sunlot.departments', true),"     \
           " chr(31))) AS text[]))"
#define MINE(column) column " = (SELECT NULLIF(current_setting('sunlot.inspector', true), ''))"
#define SEEN(other, condition) "EXISTS (SELECT 1 FROM " other " s WHERE " condition ")"

const struct db_guard store_guards[STORE_GUARDS] = {
    {"adoption", NULL},
    {"approval", HELD("department")},
    {"attachment", NULL},
    {"commission", HELD("department")},
    {"conflict", SEEN("inspector", "s.tenant = conflict.tenant AND s.id = conflict.inspector")},
    {"correction", NULL},
    {"course", HELD("department")},
    {"document", HELD("department")},
    {"document_version",
     SEEN("document", "s.tenant = document_version.tenant AND s.id = document_version.document")},
    {"draw", SEEN("seat", "s.tenant = draw.tenant AND s.draw = draw.id")},
    {"draw_entry", NULL},
    {"draw_file", NULL},
    {"draw_stratum", NULL},
    {"feedback", HELD("department")},
    {"followup", NULL},
    {"import_job", HELD("department")},
    {"inspector", HELD("department") " OR " MINE("code")},
    {"issuance", HELD("department")},
    {"item_draft", HELD("department")},
    {"item_step", NULL},
    /* what nobody has taken up is there for all departments to take */
    {"item_superior", "department = '' OR " HELD("department")},
    {"job", HELD("department")},
    {"library", HELD("department") " OR " SEEN("library_row", "s.tenant = library.tenant"
                                                              " AND s.library = library.id")},
    {"library_row", SEEN("object", "s.tenant = library_row.tenant AND s.id = library_row.object")},
    {"meeting", HELD("department")},
    {"object", HELD("department") " OR " SEEN("object_department", "s.tenant = object.tenant"
                                                                   " AND s.object = object.id")},
    {"object_department", HELD("department")},
    {"object_label",
     SEEN("object", "s.tenant = object_label.tenant AND s.id = object_label.object")},
    {"outside_check", HELD("department")},
    {"recusal", NULL},
    {"redaction", HELD("department")},
    {"reference_object", HELD("department")},
    {"registry_change", NULL},
    {"result", HELD("department")},
    {"seat", HELD("department") " OR " MINE("inspector")},
    {"seat_change", NULL},
    {"task",
     HELD("department") " OR " SEEN(
         "task_part",
         "s.tenant = task.tenant AND s.task = "
         "task.id") " OR " SEEN("task_item", "s.tenant = task.tenant AND s.task = "
                                             "task.id") " OR " SEEN("draw", "s.tenant = "
                                                                            "task.tenant AND "
                                                                            "s.task = "
                                                                            "task.id")},
    {"task_item", HELD("department")},
    {"task_part", HELD("department")},
    {"task_quota", NULL},
    {"upload", HELD("department")},
    {"upload_mapping", HELD("department")},
    {"visit", SEEN("result", "s.tenant = visit.tenant AND s.visit = visit.id") " OR " SEEN(
                  "seat", "s.tenant = visit.tenant AND s.draw = visit.draw"
                          " AND s.pool_id = visit.pool_id")},
};
