/* Files handed in: see attachment.h. */
#include "office/attachment.h"

#include "base/file.h"
#include "base/utf8.h"
#include "office/commission.h"
#include "office/picture.h"
#include "office/scan.h"
#include "office/scope.h"
#include "sheet/reader.h"
#include "vault/blob.h"

#include <string.h>

enum { NAME_MOST = 200, FILES_MOST = 20 };

struct attachment {
    struct errand *e;
    const struct office_attachment_place *place;
    struct store_attachment row;
};

/* --- where it goes --- */

static struct str place_resource(const struct office_attachment_place *place)
{
    if (place->document.len > 0)
        return STR("documents");
    return str_of(place->registered != NULL ? place->registered->resource->name : "commissions");
}

static enum err place_document(struct attachment *a, struct db_tx *tx)
{
    struct errand *e = a->e;
    struct store_version *rows = NULL;
    size_t count = 0;
    const struct store_version_find find = {e->office->tenant, a->place->document,
                                            e->scope.clearance};
    TRY(store_versions_of(&rows, &count, e->arena, tx, &find));
    if (count == 0 || !office_scope_department(&e->scope, rows[0].document.department))
        return fault_set(&e->fault, ERR_MISSING, "没有这个文件");
    if (!str_eq(rows[0].state, STR("draft")))
        return fault_set(&e->fault, ERR_STATE,
                         "只有草稿可以增减附件；已发布的请先修改，形成新版本的草稿");
    a->row.resource = place_resource(a->place);
    a->row.owner = rows[0].id;
    return ERR_OK;
}

static enum err place_find(struct attachment *a, struct db_tx *tx)
{
    a->row.tenant = a->e->office->tenant;
    if (a->place->document.len > 0)
        return place_document(a, tx);
    a->row.resource = place_resource(a->place); /* whose scope was asked before the transaction */
    a->row.owner = a->place->row;
    return ERR_OK;
}

/* The scope of a commission or of a register's row is asked by its own function. */
static enum err place_check(struct errand *e, const struct office_attachment_place *place,
                            bool writes)
{
    struct office_commission_page page;
    struct office_register_page row;
    if (place->document.len > 0)
        return ERR_OK;
    if (place->registered == NULL)
        return office_commission_get(&page, e, place->row);
    TRY(office_register_get(&row, e, place->registered, place->row));
    if (writes && row.withdrawn)
        return fault_set(&e->fault, ERR_STATE, "这一条已经作废，不再增减附件");
    return ERR_OK;
}

static struct str place_target(const struct attachment *a)
{
    const struct office_attachment_place *place = a->place;
    if (place->document.len > 0)
        return place->document;
    if (place->registered != NULL)
        return arena_printf(a->e->arena, "%s-%lld", place->registered->resource->name,
                            (long long)place->row);
    return arena_printf(a->e->arena, "commission-%lld", (long long)place->row);
}

/* --- adding --- */

/* A workbook is read to its end, so that a bomb or a damaged one is found now (IN4, IN5). */
static enum err file_table(struct errand *e, const char *path)
{
    const struct sheet_limits limits = {0};
    struct sheet *sheet = NULL;
    struct sheet_row row;
    enum err err = sheet_open(&sheet, path, &limits, &e->fault);
    while (err == ERR_OK)
        err = sheet_next(&row, sheet, &e->fault);
    sheet_close(sheet);
    return err == ERR_END ? ERR_OK : err;
}

static enum err file_name(struct attachment *a, struct str name)
{
    struct str plain = str_trim(name);
    if (plain.len == 0)
        return fault_at(&a->e->fault, "file", ERR_INPUT, "请选择要上传的文件");
    if (plain.len > NAME_MOST || !utf8_valid(plain) || utf8_has_deceptive(plain) ||
        str_find_char(plain, '/') >= 0 || str_find_char(plain, '\\') >= 0)
        return fault_at(&a->e->fault, "file", ERR_INPUT, "文件名过长或含有不能用的字符，没有上传");
    a->row.name = plain;
    return ERR_OK;
}

static enum err file_keep(struct attachment *a, struct str bytes)
{
    struct errand *e = a->e;
    uint8_t digest[CRYPTO_HASH];
    const char *root = office_path(e->arena, e->office, "blobs");
    if (root == NULL)
        return ERR_MEMORY;
    TRY(vault_blob_put(digest, root, bytes));
    a->row.digest = arena_hex(e->arena, digest, sizeof digest);
    a->row.size = (int64_t)bytes.len;
    return a->row.digest.data != NULL ? ERR_OK : ERR_MEMORY;
}

struct attachment_limit {
    struct errand *e;
    uint64_t mib;
};

static enum err attachment_limit(struct db_tx *tx, void *ctx)
{
    struct attachment_limit *l = ctx;
    return office_setting_count(&l->mib, l->e, tx, MODEL_SETTING_ATTACHMENT_MIB);
}

/* What is kept of a picture is its copy, beside the sealed original. */
static enum err file_picture(struct attachment *a, const char *path, struct str bytes)
{
    struct errand *e = a->e;
    struct office_picture picture = {0};
    struct buf copy = {0};
    const char *kind = NULL;
    enum err err = office_picture_copy(&copy, e, path);
    /* its maker is not trusted: what it gave must be a picture of the same kind */
    if (err == ERR_OK)
        err = office_attachment_kind(&kind, buf_view(&copy), a->row.name, &e->fault);
    if (err == ERR_OK)
        err = office_picture_seal(&picture, e, bytes);
    if (err == ERR_OK)
        err = file_keep(a, buf_view(&copy));
    buf_free(&copy);
    a->row.original = picture.original;
    a->row.sealed = picture.sealed;
    return err;
}

static enum err file_judge(struct attachment *a, const char *path, struct str bytes)
{
    struct errand *e = a->e;
    const struct office_scan scan = {path, a->row.name, place_target(a)};
    const char *kind = NULL;
    TRY(office_attachment_kind(&kind, bytes, a->row.name, &e->fault));
    a->row.kind = str_of(kind);
    TRY(office_scan(&a->row.scanned_at, e, &scan));
    if (office_picture_is(a->row.kind))
        return file_picture(a, path, bytes);
    if (str_eq(a->row.kind, STR("xlsx")))
        TRY(file_table(e, path));
    return file_keep(a, bytes);
}

/* Reads, judges and keeps the bytes; what is refused later leaves a blob that nothing names. */
static enum err file_take(struct attachment *a, const struct office_attachment_file *file)
{
    struct errand *e = a->e;
    struct attachment_limit limit = {.e = e};
    struct buf bytes = {0};
    TRY(file_name(a, file->name));
    TRY(office_read(e, "attachment-limit", attachment_limit, &limit));
    enum err err = file_read(&bytes, file->path, (size_t)limit.mib << 20);
    if (err == ERR_LIMIT)
        fault_at(&e->fault, "file", err, "附件不能超过 %llu MiB，没有上传",
                 (unsigned long long)limit.mib);
    if (err == ERR_OK)
        err = file_judge(a, file->path, buf_view(&bytes));
    buf_free(&bytes);
    return err;
}

/* What the audit keeps: the digests of what is given out and, of a picture, of the original, and
 * how it is graded. */
static struct str attachment_digests(struct arena *arena, const struct store_attachment *row)
{
    const char *grade = model_grades[row->grade].code;
    if (row->original.len == 0)
        return arena_printf(arena, "{\"sha256\":\"%.*s\",\"grade\":\"%s\"}", STR_ARG(row->digest),
                            grade);
    return arena_printf(arena, "{\"sha256\":\"%.*s\",\"original\":\"%.*s\",\"grade\":\"%s\"}",
                        STR_ARG(row->digest), STR_ARG(row->original), grade);
}

/* A file is graded as its owner is, unless the person says more. */
static enum err attachment_grade(struct attachment *a, struct db_tx *tx)
{
    a->row.grade = MODEL_GRADE_PUBLIC;
    if (a->place->grade.len == 0)
        return ERR_OK;
    return office_scope_grade(&a->row.grade, a->e, tx, a->place->grade,
                              MODEL_SETTING_GRADE_DOCUMENT);
}

static enum err attachment_add(struct db_tx *tx, void *ctx)
{
    struct attachment *a = ctx;
    struct errand *e = a->e;
    struct store_attachment *rows = NULL;
    struct str outcome;
    size_t count = 0;
    bool done = false;
    TRY(office_once(&done, &outcome, e, tx, STR("attachment-add")));
    if (done)
        return ERR_OK;
    TRY(place_find(a, tx));
    TRY(attachment_grade(a, tx));
    TRY(store_attachments(&rows, &count, e->arena, tx, &a->row, MODEL_GRADE_SENSITIVE));
    if (count >= FILES_MOST)
        return fault_at(&e->fault, "file", ERR_LIMIT, "最多可以有 %d 个附件，没有上传", FILES_MOST);
    TRY(office_id(&a->row.id, e));
    a->row.at = e->now;
    a->row.actor = e->actor;
    TRY(store_attachment_add(tx, &a->row));
    const struct office_audit_row row = {.action = STR("attachment-add"),
                                         .target = place_target(a),
                                         .detail = a->row.name,
                                         .outcome = STR("done"),
                                         .after = attachment_digests(e->arena, &a->row)};
    TRY(office_audit_add(e, tx, &row));
    return office_once_done(e, tx, STR("attachment-add"), a->row.name);
}

enum err office_attachment_add(struct errand *e, const struct office_attachment_place *place,
                               const struct office_attachment_file *file)
{
    struct attachment a = {.e = e, .place = place};
    struct str outcome;
    bool done = false;
    TRY(place_check(e, place, true));
    TRY(office_repeated(&done, &outcome, e, STR("attachment-add")));
    if (done)
        return ERR_OK;
    TRY(file_take(&a, file));
    return office_write(e, "attachment-add", attachment_add, &a);
}

/* --- taking away --- */

static enum err attachment_remove(struct db_tx *tx, void *ctx)
{
    struct attachment *a = ctx;
    struct errand *e = a->e;
    struct store_attachment old = {0};
    int64_t id = a->row.id;
    TRY(place_find(a, tx));
    enum err err =
        store_attachment_get(&old, e->arena, tx, e->office->tenant, id, e->scope.clearance);
    bool here = err == ERR_OK && old.owner == a->row.owner && str_eq(old.resource, a->row.resource);
    if (err == ERR_MISSING || (err == ERR_OK && !here))
        return fault_set(&e->fault, ERR_MISSING, "没有这个附件");
    TRY(err);
    a->row.at = e->now;
    a->row.actor = e->actor;
    TRY(store_attachment_remove(tx, &a->row));
    const struct office_audit_row row = {.action = STR("attachment-remove"),
                                         .target = place_target(a),
                                         .detail = old.name,
                                         .outcome = STR("done"),
                                         .before = attachment_digests(e->arena, &old)};
    return office_audit_add(e, tx, &row);
}

enum err office_attachment_remove(struct errand *e, const struct office_attachment_place *place,
                                  int64_t id)
{
    struct attachment a = {.e = e, .place = place, .row = {.id = id}};
    TRY(place_check(e, place, true));
    return office_write(e, "attachment-remove", attachment_remove, &a);
}

/* --- giving out --- */

struct attachment_list {
    struct errand *e;
    struct store_attachment owner;
    struct store_attachment **out;
    size_t *count;
};

static enum err attachment_list(struct db_tx *tx, void *ctx)
{
    struct attachment_list *l = ctx;
    return store_attachments(l->out, l->count, l->e->arena, tx, &l->owner, l->e->scope.clearance);
}

enum err office_attachments(struct store_attachment **out, size_t *count, struct errand *e,
                            const struct office_attachment_place *place)
{
    struct attachment_list l = {
        e,
        {.tenant = e->office->tenant, .resource = place_resource(place), .owner = place->row},
        out,
        count};
    TRY(place_check(e, place, false));
    return office_read(e, "attachments", attachment_list, &l);
}

static enum err attachment_get(struct db_tx *tx, void *ctx)
{
    struct attachment *a = ctx;
    struct errand *e = a->e;
    bool public = a->place->document.len > 0 && a->place->reach == NULL;
    return store_attachment_get(&a->row, e->arena, tx, e->office->tenant, a->row.id,
                                public ? MODEL_GRADE_PUBLIC : e->scope.clearance);
}

/* Is the file's version one that may be seen? It is looked for whether or not there is such a file,
 * so that a document beyond the reach and one that is not there are the same. */
static enum err attachment_seen(bool *out, struct attachment *a)
{
    const struct office_document_reach *reach = a->place->reach;
    struct office_document_page page;
    enum err err = reach != NULL ? office_document_get(&page, a->e, reach, a->place->document)
                                 : office_document_public(&page, a->e, a->place->document, 0);
    *out = false;
    if (err == ERR_MISSING)
        return ERR_OK;
    TRY(err);
    for (size_t i = 0; i < page.count; i++)
        *out = *out || page.versions[i].id == a->row.owner;
    return ERR_OK;
}

/* Where the bytes of a file are. */
static enum err attachment_path(const char **path, struct errand *e,
                                const struct store_attachment *row)
{
    uint8_t digest[CRYPTO_HASH];
    struct buf text = {0};
    const char *root = office_path(e->arena, e->office, "blobs");
    TRY(str_unhex(digest, sizeof digest, row->digest));
    if (root == NULL)
        return ERR_MEMORY;
    vault_blob_path(&text, root, digest);
    *path = arena_cstr(e->arena, buf_view(&text));
    buf_free(&text);
    return *path != NULL ? ERR_OK : ERR_MEMORY;
}

enum err office_attachment_open(struct store_attachment *out, const char **path, struct errand *e,
                                const struct office_attachment_place *place, int64_t id)
{
    struct attachment a = {.e = e, .place = place, .row = {.id = id}};
    bool document = place->document.len > 0;
    bool seen = false;
    TRY(place_check(e, place, false));
    enum err err = office_read(e, "attachment", attachment_get, &a);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    if (document)
        TRY(attachment_seen(&seen, &a));
    bool here = err == ERR_OK && str_eq(a.row.resource, place_resource(place));
    if (!here || (document ? !seen : a.row.owner != place->row))
        return fault_set(&e->fault, ERR_MISSING, "没有这个附件");
    if (office_picture_is(a.row.kind) && a.row.original.len == 0)
        return fault_set(&e->fault, ERR_STATE,
                         "这张图片上传时还不能去除拍摄信息，不提供下载；"
                         "请可以修改的人员下载原件后重新上传");
    *out = a.row;
    return attachment_path(path, e, &a.row);
}

/* --- originals --- */

/* Does the file belong to the place, within the scope of editing? It is looked for whether or not
 * there is such a file (AC4). */
static enum err original_here(bool *here, struct attachment *a, struct db_tx *tx)
{
    struct errand *e = a->e;
    const struct store_version_find find = {e->office->tenant, a->place->document,
                                            e->scope.clearance};
    struct store_version *rows = NULL;
    size_t count = 0;
    *here = a->place->document.len == 0 && a->row.owner == a->place->row;
    if (a->place->document.len > 0)
        TRY(store_versions_of(&rows, &count, e->arena, tx, &find));
    for (size_t i = 0; i < count; i++)
        *here = *here || (rows[i].id == a->row.owner &&
                          office_scope_department(&e->scope, rows[i].document.department));
    *here = *here && str_eq(a->row.resource, place_resource(a->place));
    return ERR_OK;
}

static enum err original_find(struct db_tx *tx, void *ctx)
{
    struct attachment *a = ctx;
    struct errand *e = a->e;
    bool here = false;
    enum err err = store_attachment_get(&a->row, e->arena, tx, e->office->tenant, a->row.id,
                                        e->scope.clearance);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    TRY(original_here(&here, a, tx));
    if (err == ERR_MISSING || !here)
        return fault_set(&e->fault, ERR_MISSING, "没有这个附件");
    if (!office_picture_is(a->row.kind))
        return fault_set(&e->fault, ERR_MISSING, "这个附件不是图片，没有另外封存的原件");
    return ERR_OK;
}

static enum err original_audit(struct db_tx *tx, void *ctx)
{
    struct attachment *a = ctx;
    const struct office_audit_row row = {.action = STR("attachment-original"),
                                         .target = place_target(a),
                                         .detail = a->row.name,
                                         .outcome = STR("done"),
                                         .after = attachment_digests(a->e->arena, &a->row)};
    return office_audit_add(a->e, tx, &row);
}

/* One that came in before originals were sealed is its own original. */
static enum err original_read(struct buf *bytes, struct attachment *a)
{
    struct errand *e = a->e;
    const struct office_picture picture = {a->row.original, a->row.sealed};
    const char *path = NULL;
    enum err err = ERR_OK;
    if (picture.original.len > 0)
        err = office_picture_open(bytes, e, &picture);
    else
        err = attachment_path(&path, e, &a->row);
    if (err == ERR_OK && path != NULL)
        err = file_read(bytes, path, (size_t)a->row.size);
    if (err != ERR_OK)
        return fault_set(&e->fault, err, "图片“%.*s”的原件缺失或已被改动，请从备份恢复",
                         STR_ARG(a->row.name));
    return ERR_OK;
}

enum err office_attachment_original(struct store_attachment *out, struct buf *bytes,
                                    struct errand *e, const struct office_attachment_place *place,
                                    int64_t id)
{
    struct attachment a = {.e = e, .place = place, .row = {.id = id}};
    TRY(place_check(e, place, false));
    TRY(office_read(e, "attachment-original", original_find, &a));
    TRY(original_read(bytes, &a));
    *out = a.row;
    return office_write(e, "attachment-original", original_audit, &a);
}
