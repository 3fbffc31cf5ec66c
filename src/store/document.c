/* The document library: see document.h. */
#include "store/document.h"

#include "store/reach.h"

static const char DOCUMENT_ADD[] =
    "INSERT INTO document (tenant, id, code, kind, department, year, plan, at, actor, openness,"
    " openness_reason, grade) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

enum err store_document_add(struct db_tx *tx, const struct store_document *row)
{
    return db_run(tx, NULL, DOCUMENT_ADD,
                  DB_ARGS(db_text(row->tenant), db_int(row->id), db_text(row->code),
                          db_text(row->kind), db_text(row->department), db_int(row->year),
                          db_text(row->plan), db_int(row->at), db_text(row->actor),
                          db_text(row->openness), db_text(row->openness_reason),
                          db_int(row->grade)));
}

static const char DOCUMENT_BY_PLAN[] =
    STORE_WHOLE "SELECT id, code FROM document WHERE tenant = $1 AND plan = $2 AND plan <> ''";

static enum err document_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_document *d = out;
    bool failed = false;
    d->id = db_col_int(rows, 0);
    d->code = store_text(rows, 1, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_document_by_plan(struct store_document *out, struct arena *arena, struct db_tx *tx,
                                struct str tenant, struct str plan)
{
    return store_one(out, arena, tx, DOCUMENT_BY_PLAN, DB_ARGS(db_text(tenant), db_text(plan)),
                     document_fill);
}

static const char DOCUMENT_PLAN[] =
    "UPDATE document SET year = $3, plan = $4 WHERE tenant = $1 AND id = $2";

enum err store_document_plan(struct db_tx *tx, const struct store_document *row)
{
    return db_run(
        tx, NULL, DOCUMENT_PLAN,
        DB_ARGS(db_text(row->tenant), db_int(row->id), db_int(row->year), db_text(row->plan)));
}

static const char DOCUMENT_OPENNESS[] =
    "UPDATE document SET openness = $3, openness_reason = $4 WHERE tenant = $1 AND id = $2";

enum err store_document_openness(struct db_tx *tx, const struct store_document *row)
{
    return db_run(tx, NULL, DOCUMENT_OPENNESS,
                  DB_ARGS(db_text(row->tenant), db_int(row->id), db_text(row->openness),
                          db_text(row->openness_reason)));
}

static const char DOCUMENT_GRADE[] = "UPDATE document SET grade = $3 WHERE tenant = $1 AND id = $2";

enum err store_document_grade(struct db_tx *tx, const struct store_document *row)
{
    return db_run(tx, NULL, DOCUMENT_GRADE,
                  DB_ARGS(db_text(row->tenant), db_int(row->id), db_int(row->grade)));
}

#define VERSION_HEAD                                                                               \
    "SELECT v.id, v.document, d.code, d.kind, d.department, p.name, v.version, v.title, v.number," \
    " v.item, v.effective_on, v.state, v.note, v.revision, v.at, v.actor, v.submitted_by,"         \
    " v.published_at, v.published_by, v.idx, d.year, d.plan, v.reason, v.approver,"                \
    " d.openness, d.openness_reason, d.grade"
#define VERSION_FROM                                                                               \
    " FROM document_version v JOIN document d ON d.tenant = v.tenant AND d.id = v.document"        \
    " LEFT JOIN department p ON p.tenant = d.tenant AND p.code = d.department"                     \
    " WHERE v.tenant = $1"

static const char VERSIONS[] =
    STORE_WHOLE VERSION_HEAD ", '', '', '', '', ''" VERSION_FROM STORE_CLEARED(
        "d.grade", "$2") " ORDER BY v.document DESC, v.version DESC";
static const char VERSIONS_OF[] = STORE_WHOLE VERSION_HEAD
    ", v.text1, v.text2, v.text3, v.text4, v.text5" VERSION_FROM
    " AND d.code = $2" STORE_CLEARED("d.grade", "$3") " ORDER BY v.version DESC";

static enum err version_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_version *v = out;
    bool failed = false;
    v->id = db_col_int(rows, 0);
    v->document.id = db_col_int(rows, 1);
    v->document.code = store_text(rows, 2, arena, &failed);
    v->document.kind = store_text(rows, 3, arena, &failed);
    v->document.department = store_text(rows, 4, arena, &failed);
    v->department_name = store_text(rows, 5, arena, &failed);
    v->version = db_col_int(rows, 6);
    v->title = store_text(rows, 7, arena, &failed);
    v->number = store_text(rows, 8, arena, &failed);
    v->item = store_text(rows, 9, arena, &failed);
    v->effective_on = (int32_t)db_col_int(rows, 10);
    v->state = store_text(rows, 11, arena, &failed);
    v->note = store_text(rows, 12, arena, &failed);
    v->revision = db_col_int(rows, 13);
    v->at = db_col_int(rows, 14);
    v->actor = store_text(rows, 15, arena, &failed);
    v->submitted_by = store_text(rows, 16, arena, &failed);
    v->published_at = db_col_int(rows, 17);
    v->published_by = store_text(rows, 18, arena, &failed);
    v->idx = db_col_int(rows, 19);
    v->document.year = db_col_int(rows, 20);
    v->document.plan = store_text(rows, 21, arena, &failed);
    v->reason = store_text(rows, 22, arena, &failed);
    v->approver = store_text(rows, 23, arena, &failed);
    v->document.openness = store_text(rows, 24, arena, &failed);
    v->document.openness_reason = store_text(rows, 25, arena, &failed);
    v->document.grade = db_col_int(rows, 26);
    for (int i = 0; i < STORE_TEXTS; i++)
        v->texts[i] = store_text(rows, 27 + i, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const struct store_shape version_shape = {sizeof(struct store_version), version_fill};

enum err store_versions(struct store_version **out, size_t *count, struct arena *arena,
                        struct db_tx *tx, struct str tenant, int64_t clearance)
{
    return store_array((void **)out, count, arena, tx, &version_shape, VERSIONS,
                       DB_ARGS(db_text(tenant), db_int(clearance)));
}

enum err store_versions_of(struct store_version **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, const struct store_version_find *find)
{
    return store_array(
        (void **)out, count, arena, tx, &version_shape, VERSIONS_OF,
        DB_ARGS(db_text(find->tenant), db_text(find->code), db_int(find->clearance)));
}

static const char VERSION_ADD[] =
    "INSERT INTO document_version (tenant, id, document, version, title, number, item,"
    " effective_on, text1, text2, text3, text4, text5, state, note, revision, at, actor,"
    " submitted_by, published_at, published_by, idx, reason, approver) VALUES ($1, $2, $3, $4, $5,"
    " $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)";

enum err store_version_add(struct db_tx *tx, const struct store_version *v)
{
    return db_run(
        tx, NULL, VERSION_ADD,
        DB_ARGS(db_text(v->document.tenant), db_int(v->id), db_int(v->document.id),
                db_int(v->version), db_text(v->title), db_text(v->number), db_text(v->item),
                db_int(v->effective_on), db_text(v->texts[0]), db_text(v->texts[1]),
                db_text(v->texts[2]), db_text(v->texts[3]), db_text(v->texts[4]), db_text(v->state),
                db_text(v->note), db_int(v->revision), db_int(v->at), db_text(v->actor),
                db_text(v->submitted_by), db_int(v->published_at), db_text(v->published_by),
                db_int(v->idx), db_text(v->reason), db_text(v->approver)));
}

static const char VERSION_SAVE[] =
    "UPDATE document_version SET title = $3, number = $4, item = $5, effective_on = $6,"
    " text1 = $7, text2 = $8, text3 = $9, text4 = $10, text5 = $11, revision = $12, at = $13,"
    " actor = $14, reason = $15, approver = $16"
    " WHERE tenant = $1 AND id = $2 AND state = 'draft' AND revision = $12 - 1";

enum err store_version_save(struct db_tx *tx, const struct store_version *v)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, VERSION_SAVE,
               DB_ARGS(db_text(v->document.tenant), db_int(v->id), db_text(v->title),
                       db_text(v->number), db_text(v->item), db_int(v->effective_on),
                       db_text(v->texts[0]), db_text(v->texts[1]), db_text(v->texts[2]),
                       db_text(v->texts[3]), db_text(v->texts[4]), db_int(v->revision),
                       db_int(v->at), db_text(v->actor), db_text(v->reason),
                       db_text(v->approver))));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

static const char VERSION_MOVE[] =
    "UPDATE document_version SET state = $4, note = $5, submitted_by = $6, published_at = $7,"
    " published_by = $8, idx = $9 WHERE tenant = $1 AND id = $2 AND state = $3";

enum err store_version_move(struct db_tx *tx, const struct store_version *v, struct str from)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, VERSION_MOVE,
               DB_ARGS(db_text(v->document.tenant), db_int(v->id), db_text(from), db_text(v->state),
                       db_text(v->note), db_text(v->submitted_by), db_int(v->published_at),
                       db_text(v->published_by), db_int(v->idx))));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

/* --- check forms --- */

static const char FORMS[] =
    STORE_WHOLE "SELECT d.code, v.title, d.department, p.name" VERSION_FROM
                " AND d.kind = 'form' AND v.state = 'published'" STORE_CLEARED(
                    "d.grade", "$2") " ORDER BY v.title, d.code";

static enum err form_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_form *f = out;
    bool failed = false;
    f->code = store_text(rows, 0, arena, &failed);
    f->title = store_text(rows, 1, arena, &failed);
    f->department = store_text(rows, 2, arena, &failed);
    f->department_name = store_text(rows, 3, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_forms(struct store_form **out, size_t *count, struct arena *arena, struct db_tx *tx,
                     struct str tenant, int64_t clearance)
{
    static const struct store_shape shape = {sizeof(struct store_form), form_fill};
    return store_array((void **)out, count, arena, tx, &shape, FORMS,
                       DB_ARGS(db_text(tenant), db_int(clearance)));
}

/* --- files --- */

static const char ATTACHMENT_ADD[] =
    "INSERT INTO attachment (tenant, id, resource, owner, name, kind, size, digest, at, actor,"
    " original, sealed, scanned_at, grade, removed_at, removed_by)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, '')";

enum err store_attachment_add(struct db_tx *tx, const struct store_attachment *row)
{
    return db_run(tx, NULL, ATTACHMENT_ADD,
                  DB_ARGS(db_text(row->tenant), db_int(row->id), db_text(row->resource),
                          db_int(row->owner), db_text(row->name), db_text(row->kind),
                          db_int(row->size), db_text(row->digest), db_int(row->at),
                          db_text(row->actor), db_text(row->original), db_text(row->sealed),
                          db_int(row->scanned_at), db_int(row->grade)));
}

#define ATTACHMENT_COLUMNS                                                                         \
    "SELECT id, resource, owner, name, kind, size, digest, at, actor, original, sealed, "          \
    "scanned_at, grade"

static const char ATTACHMENTS[] = STORE_WHOLE ATTACHMENT_COLUMNS
    " FROM attachment WHERE tenant = $1 AND resource = $2 AND owner = $3"
    " AND removed_at = 0" STORE_CLEARED("grade", "$4") " ORDER BY id";
static const char ATTACHMENT_GET[] = STORE_WHOLE ATTACHMENT_COLUMNS
    " FROM attachment WHERE tenant = $1 AND id = $2 AND removed_at = 0" STORE_CLEARED("grade",
                                                                                      "$3");

static enum err attachment_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_attachment *a = out;
    bool failed = false;
    a->id = db_col_int(rows, 0);
    a->resource = store_text(rows, 1, arena, &failed);
    a->owner = db_col_int(rows, 2);
    a->name = store_text(rows, 3, arena, &failed);
    a->kind = store_text(rows, 4, arena, &failed);
    a->size = db_col_int(rows, 5);
    a->digest = store_text(rows, 6, arena, &failed);
    a->at = db_col_int(rows, 7);
    a->actor = store_text(rows, 8, arena, &failed);
    a->original = store_text(rows, 9, arena, &failed);
    a->sealed = store_text(rows, 10, arena, &failed);
    a->scanned_at = db_col_int(rows, 11);
    a->grade = db_col_int(rows, 12);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_attachments(struct store_attachment **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, const struct store_attachment *owner,
                           int64_t clearance)
{
    static const struct store_shape shape = {sizeof(struct store_attachment), attachment_fill};
    return store_array((void **)out, count, arena, tx, &shape, ATTACHMENTS,
                       DB_ARGS(db_text(owner->tenant), db_text(owner->resource),
                               db_int(owner->owner), db_int(clearance)));
}

enum err store_attachment_get(struct store_attachment *out, struct arena *arena, struct db_tx *tx,
                              struct str tenant, int64_t id, int64_t clearance)
{
    return store_one(out, arena, tx, ATTACHMENT_GET,
                     DB_ARGS(db_text(tenant), db_int(id), db_int(clearance)), attachment_fill);
}

static const char ATTACHMENT_REMOVE[] = "UPDATE attachment SET removed_at = $3, removed_by = $4"
                                        " WHERE tenant = $1 AND id = $2 AND removed_at = 0";

enum err store_attachment_remove(struct db_tx *tx, const struct store_attachment *row)
{
    uint64_t changed = 0;
    TRY(db_run(
        tx, &changed, ATTACHMENT_REMOVE,
        DB_ARGS(db_text(row->tenant), db_int(row->id), db_int(row->at), db_text(row->actor))));
    return changed == 1 ? ERR_OK : ERR_MISSING;
}
