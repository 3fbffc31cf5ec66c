/* Rows of special libraries (R26): an object of the registry that stands in a library, once a
 * licence. A row is known by library, object and licence number; the file says the rest. An object
 * is found by its number, without one by its exact name; one beyond the scope is not there, as are
 * libraries that the person cannot see. Objects themselves are not changed.
 *
 * The rows' table has no numbers of its own, so this kind writes it itself; what happened stands in
 * the history of the object. */
#include "office/import_kind.h"
#include "office/library_place.h"
#include "office/scope.h"

#include "base/time.h"
#include "ids/number.h"
#include "store/object.h"

#include <string.h>

#define BIT(field) (UINT32_C(1) << (field))

enum { LIBRARY_CHUNK = 4000, LIBRARY_SHOWN = 90 };

/* What stands in run->kept. */
struct library_kept {
    struct store_library_find find;
    struct store_library *rows; /* all that the person sees */
    struct text_map names;      /* -> index */
    struct str fallback;        /* name of the library of rows that name none */
};

/* --- the file --- */

static enum err open_fallback(struct import_run *run, struct library_kept *kept)
{
    struct str name = str_trim(run->job->list);
    struct fault *fault = &run->e->fault;
    if (name.len == 0 && run->map.columns[MODEL_LIBRARY_NAME] < 0)
        return fault_set(fault, ERR_INPUT,
                         "文件中没有“专项库”列，也没有选择专项库，没有导入；请选择列入哪个专项库");
    if (name.len == 0)
        return ERR_OK;
    size_t at = text_map_get(&kept->names, name);
    if (at == TEXT_MAP_NONE)
        return fault_set(fault, ERR_INPUT, "没有专项库“%.*s”，没有导入；请先在工作台新建",
                         STR_ARG(str_sub(name, 0, LIBRARY_SHOWN)));
    kept->fallback = kept->rows[at].name;
    return library_open(run->e, &kept->rows[at]);
}

static enum err library_file(struct import_run *run)
{
    const int32_t *columns = run->map.columns;
    struct library_kept *kept = arena_alloc(&run->arena, sizeof *kept);
    size_t count = 0;
    if (kept == NULL)
        return ERR_MEMORY;
    *kept = (struct library_kept){.find = {.tenant = run->stamp.tenant,
                                           .reach = {.all = true},
                                           .clearance = run->e->scope.clearance},
                                  .fallback = STR("")};
    run->kept = kept;
    if (columns[MODEL_LIBRARY_NUMBER] < 0 && columns[MODEL_LIBRARY_OBJECT] < 0)
        return fault_set(&run->e->fault, ERR_INPUT,
                         "第%llu行被当作表头，其中没有“统一社会信用代码”列，也没有“检查对象名称”"
                         "列，没有导入；请补上其中一列",
                         (unsigned long long)run->map.heading_row);
    if (run->job->scoped)
        TRY(office_reach(&kept->find.reach, run->e));
    TRY(store_library_choices(&kept->rows, &count, &run->arena, run->tx, &kept->find));
    for (size_t i = 0; i < count; i++)
        TRY(text_map_put(&kept->names, &run->arena, kept->rows[i].name, i));
    return open_fallback(run, kept);
}

/* --- one row by itself --- */

static enum err judge_number(struct import_run *run, struct import_row *row)
{
    struct str *number = &row->record.values[MODEL_LIBRARY_NUMBER];
    struct fault *fault = &run->cell_fault;
    if (number->len == 0)
        return row->record.values[MODEL_LIBRARY_OBJECT].len > 0
                   ? ERR_OK
                   : import_reject(run, row, MODEL_LIBRARY_NUMBER,
                                   "没有填写统一社会信用代码，也没有填写检查对象名称");
    if (str_starts(*number, STR("SL-"))) /* an id of our own */
        return ERR_OK;
    enum err err = ids_number_repair(number, &run->chunk, *number, fault);
    if (err == ERR_INPUT)
        return import_reject(run, row, MODEL_LIBRARY_NUMBER, "%s", fault_text(fault));
    TRY(err);
    if (ids_number_kind(*number) == IDS_KIND_IDCARD)
        return import_reject(run, row, MODEL_LIBRARY_NUMBER,
                             "像是居民身份证号，不能作为检查对象的编号，请改填信用代码");
    return ERR_OK;
}

/* 1.23E+17: a licence number that a spreadsheet took for a quantity. */
static bool is_quantity(struct str text)
{
    if (str_find(text, STR("E+")) < 0 && str_find(text, STR("e+")) < 0)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (memchr("0123456789.eE+", text.data[i], 14) == NULL)
            return false;
    return true;
}

static enum err judge_licence(struct import_run *run, struct import_row *row)
{
    struct str *licence = &row->record.values[MODEL_LIBRARY_LICENCE];
    struct fault *fault = &run->cell_fault;
    if (!is_quantity(*licence))
        return ERR_OK;
    enum err err = ids_number_repair(licence, &run->chunk, *licence, fault);
    return err == ERR_INPUT
               ? import_reject(run, row, MODEL_LIBRARY_LICENCE, "%s", fault_text(fault))
               : err;
}

static enum err judge_library(struct import_run *run, struct import_row *row)
{
    const struct library_kept *kept = run->kept;
    struct str *name = &row->record.values[MODEL_LIBRARY_NAME];
    if (name->len == 0)
        *name = kept->fallback;
    if (name->len == 0)
        return import_reject(run, row, MODEL_LIBRARY_NAME,
                             "没有写明专项库，请填写，或在上传时选择专项库");
    size_t at = text_map_get(&kept->names, *name);
    if (at == TEXT_MAP_NONE)
        return import_reject(run, row, MODEL_LIBRARY_NAME, "没有专项库“%.*s”，请先在工作台新建",
                             STR_ARG(str_sub(*name, 0, LIBRARY_SHOWN)));
    if (!str_eq(kept->rows[at].state, STR("active")))
        return import_reject(run, row, MODEL_LIBRARY_NAME, "专项库“%.*s”已停用，不能再列入",
                             STR_ARG(*name));
    return ERR_OK;
}

/* A licence without an end (长期) has no day in a library. */
static void judge_until(struct import_row *row)
{
    struct str *until = &row->record.values[MODEL_LIBRARY_VALID_UNTIL];
    if (!str_eq(*until, STR("9999-12-31")))
        return;
    *until = STR("");
    row->cleared |= BIT(MODEL_LIBRARY_VALID_UNTIL);
}

/* A phone as exports show it, 138****5678, says nothing. */
static enum err judge_phone(struct import_run *run, struct import_row *row)
{
    struct str *phone = &row->record.values[MODEL_LIBRARY_PHONE];
    if (str_find(*phone, STR("***")) < 0)
        return ERR_OK;
    *phone = STR("");
    row->given &= ~BIT(MODEL_LIBRARY_PHONE);
    return import_warn(run, row, MODEL_LIBRARY_PHONE, "遮盖的号码没有导入，原有的号码不变");
}

static enum err library_judge(struct import_run *run, struct import_row *row)
{
    TRY(judge_number(run, row));
    TRY(judge_licence(run, row));
    TRY(judge_library(run, row));
    judge_until(row);
    return judge_phone(run, row);
}

/* --- the objects --- */

struct library_look {
    struct import_run *run;
    struct store_library_object *found;
    size_t count;
    struct text_map at;    /* key -> index in found */
    struct text_map times; /* key -> how many objects bear it */
    bool by_name;
};

static struct str look_key(const struct library_look *look, const struct import_row *row)
{
    bool numbered = row->record.values[MODEL_LIBRARY_NUMBER].len > 0;
    if (numbered == look->by_name)
        return STR("");
    return row->record.values[look->by_name ? MODEL_LIBRARY_OBJECT : MODEL_LIBRARY_NUMBER];
}

/* The keys of the chunk's rows, each once. */
static enum err look_asked(struct str **keys, size_t *count, struct text_map *asked,
                           struct library_look *look)
{
    struct import_run *run = look->run;
    *count = 0;
    *keys = arena_array(&run->chunk, run->count + 1, sizeof **keys);
    if (*keys == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < run->count; i++) {
        struct str key = look_key(look, &run->rows[i]);
        if (!import_good(&run->rows[i]) || key.len == 0 ||
            text_map_get(asked, key) != TEXT_MAP_NONE)
            continue;
        TRY(text_map_put(asked, &run->chunk, key, i));
        (*keys)[(*count)++] = key;
    }
    return ERR_OK;
}

/* Numbers of the objects that bear a name that was asked for. */
struct library_named {
    const struct text_map *asked;
    struct arena *arena;
    struct str *pool_ids;
    size_t count;
    size_t cap;
};

static enum err named_each(void *ctx, const struct store_mark *mark)
{
    struct library_named *n = ctx;
    if (text_map_get(n->asked, mark->name) == TEXT_MAP_NONE)
        return ERR_OK;
    if (n->count == n->cap) {
        size_t cap = n->cap == 0 ? 256 : n->cap * 2;
        struct str *wider = arena_array(n->arena, cap, sizeof *wider);
        if (wider == NULL)
            return ERR_MEMORY;
        if (n->count > 0)
            memcpy(wider, n->pool_ids, n->count * sizeof *wider);
        n->pool_ids = wider;
        n->cap = cap;
    }
    struct str *copy = &n->pool_ids[n->count++];
    *copy = arena_str(n->arena, mark->pool_id);
    return copy->data != NULL ? ERR_OK : ERR_MEMORY;
}

/* Finds the objects of the chunk's rows. Names are in no index: one pass over the registry finds
 * who bears them, and only then who of them is within reach. */
static enum err look_all(struct library_look *look)
{
    struct import_run *run = look->run;
    struct store_library_find find = ((struct library_kept *)run->kept)->find;
    struct text_map asked = {0};
    struct library_named named = {.asked = &asked, .arena = &run->chunk};
    struct str *keys = NULL;
    TRY(look_asked(&keys, &find.key_count, &asked, look));
    find.keys = keys;
    if (look->by_name && find.key_count > 0) {
        TRY(store_object_marks(run->tx, run->stamp.tenant, 0, named_each, &named));
        find.keys = named.pool_ids;
        find.key_count = named.count;
    }
    TRY(store_library_objects(&look->found, &look->count, &run->chunk, run->tx, &find));
    for (size_t i = 0; i < look->count; i++) {
        struct str key = look->by_name ? look->found[i].name : look->found[i].pool_id;
        size_t times = text_map_get(&look->times, key);
        TRY(text_map_put(&look->at, &run->chunk, key, i));
        TRY(text_map_put(&look->times, &run->chunk, key, times == TEXT_MAP_NONE ? 1 : times + 1));
    }
    return ERR_OK;
}

/* The row's object; NULL: the row was rejected. */
static enum err look_row(const struct store_library_object **out, const struct library_look *look,
                         struct import_row *row)
{
    struct import_run *run = look->run;
    struct str key = look_key(look, row);
    size_t at = text_map_get(&look->at, key);
    int field = look->by_name ? MODEL_LIBRARY_OBJECT : MODEL_LIBRARY_NUMBER;
    *out = NULL;
    if (at == TEXT_MAP_NONE)
        return import_reject(
            run, row, field, "名录库中没有%s“%.*s”的检查对象，或者不在您的权限范围内",
            look->by_name ? "名称为" : "编号为", STR_ARG(str_sub(key, 0, 3 * LIBRARY_SHOWN)));
    if (text_map_get(&look->times, key) > 1)
        return import_reject(run, row, field,
                             "名录库中有%zu个同名的检查对象，请填写统一社会信用代码",
                             text_map_get(&look->times, key));
    *out = &look->found[at];
    return ERR_OK;
}

/* --- the rows against the library and each other --- */

static const struct store_library *row_library(const struct import_run *run,
                                               const struct import_row *row)
{
    const struct library_kept *kept = run->kept;
    return &kept->rows[text_map_get(&kept->names, row->record.values[MODEL_LIBRARY_NAME])];
}

/* The row as the library keeps it. */
static enum err row_place(struct store_library_row *out, const struct import_run *run,
                          const struct import_row *row)
{
    const struct str *values = row->record.values;
    *out = (struct store_library_row){.library = row_library(run, row)->id,
                                      .object = row->record.id,
                                      .licence = values[MODEL_LIBRARY_LICENCE],
                                      .what = values[MODEL_LIBRARY_WHAT],
                                      .contact = values[MODEL_LIBRARY_CONTACT],
                                      .phone = values[MODEL_LIBRARY_PHONE],
                                      .at = run->e->now,
                                      .actor = run->e->actor};
    struct str until = values[MODEL_LIBRARY_VALID_UNTIL];
    return until.len > 0 ? date_parse(&out->valid_until, until) : ERR_OK;
}

/* The place that is there already, as values like those of the row. */
static enum err settle_old(struct import_run *run, struct import_row *row,
                           const struct store_library_row *was)
{
    struct store_record *old = arena_alloc(&run->chunk, sizeof *old);
    struct buf day = {0};
    if (old == NULL)
        return ERR_MEMORY;
    *old = row->record; /* what it is known by is the same */
    old->values[MODEL_LIBRARY_WHAT] = was->what;
    old->values[MODEL_LIBRARY_CONTACT] = was->contact;
    old->values[MODEL_LIBRARY_PHONE] = was->phone;
    if (was->valid_until != 0)
        date_format(&day, was->valid_until);
    row->old = old;
    return arena_keep(&old->values[MODEL_LIBRARY_VALID_UNTIL], &run->chunk, &day, ERR_OK);
}

static enum err settle_twice(struct import_run *run, struct import_row *row,
                             const struct store_library_row *place)
{
    uint64_t before = 0;
    struct str key = arena_printf(&run->chunk, "%lld %lld %.*s", (long long)place->library,
                                  (long long)place->object, STR_ARG(place->licence));
    if (key.data == NULL)
        return ERR_MEMORY;
    TRY(import_seen_add(&before, &run->settled, key, row->number));
    if (before == 0)
        return ERR_OK;
    row->doubled = true;
    return import_reject(run, row, MODEL_LIBRARY_LICENCE,
                         place->licence.len > 0
                             ? "与第%llu行重复：同一专项库、检查对象和许可证号"
                             : "与第%llu行重复：有几张许可证的，每行写明许可证号",
                         (unsigned long long)before);
}

static enum err settle_row(const struct library_look *look, struct import_row *row)
{
    struct import_run *run = look->run;
    const struct store_library_object *object = NULL;
    struct store_library_row place;
    struct store_library_row was;
    struct str typed = row->record.values[MODEL_LIBRARY_OBJECT];
    TRY(look_row(&object, look, row));
    if (object == NULL)
        return ERR_OK;
    if (typed.len > 0 && !str_eq(typed, object->name))
        TRY(import_warn(run, row, MODEL_LIBRARY_OBJECT,
                        "名称与名录库中的“%.*s”不同，按编号列入，名录库没有改动",
                        STR_ARG(str_sub(object->name, 0, 3 * LIBRARY_SHOWN))));
    row->record.id = object->id;
    row->record.values[MODEL_LIBRARY_NUMBER] = object->pool_id;
    row->record.values[MODEL_LIBRARY_OBJECT] = object->name;
    TRY(row_place(&place, run, row));
    TRY(settle_twice(run, row, &place));
    if (!import_good(row))
        return ERR_OK;
    enum err err = store_library_row_get(&was, &run->chunk, run->tx, run->stamp.tenant, &place,
                                         run->e->scope.clearance);
    if (err == ERR_MISSING)
        return ERR_OK;
    TRY(err);
    TRY(library_place_open(&was, run->e, &run->chunk));
    return settle_old(run, row, &was);
}

static enum err library_settle(struct import_run *run)
{
    struct library_look by_number = {.run = run};
    struct library_look by_name = {.run = run, .by_name = true};
    TRY(look_all(&by_number));
    TRY(look_all(&by_name));
    for (size_t i = 0; i < run->count; i++) {
        struct import_row *row = &run->rows[i];
        bool numbered = row->record.values[MODEL_LIBRARY_NUMBER].len > 0;
        if (import_good(row))
            TRY(settle_row(numbered ? &by_number : &by_name, row));
    }
    return ERR_OK;
}

/* --- writing --- */

/* What the object's history says of the row. */
static enum err save_change(struct store_change *out, struct import_run *run,
                            const struct import_row *row, const struct store_library_row *place)
{
    struct str library = row_library(run, row)->name;
    *out = (struct store_change){.target = place->object,
                                 .before = STR("{}"),
                                 .reason = import_reason(run, row),
                                 .library = place->library};
    TRY(import_id(&out->id, run));
    TRY(library_place_json(&out->after, &run->chunk, library, place));
    if (row->old == NULL)
        return ERR_OK;
    struct import_row before = *row;
    struct store_library_row was;
    before.record = *row->old;
    TRY(row_place(&was, run, &before));
    return library_place_json(&out->before, &run->chunk, library, &was);
}

static enum err library_save(struct import_run *run)
{
    struct store_library_row *fresh = arena_array(&run->chunk, run->count, sizeof *fresh);
    struct store_change *changes = arena_array(&run->chunk, run->count, sizeof *changes);
    struct store_changes all = {changes, 0, STORE_OBJECTS, run->e->actor};
    struct store_library_row place;
    size_t count = 0;
    if (fresh == NULL || changes == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < run->count; i++) {
        const struct import_row *row = &run->rows[i];
        if (!import_good(row) || (row->old != NULL && row->changed == 0))
            continue;
        TRY(row_place(&place, run, row));
        TRY(save_change(&changes[all.count++], run, row, &place));
        TRY(library_place_seal(&place, run->e, &run->chunk));
        if (row->old == NULL)
            fresh[count++] = place;
        else
            TRY(store_library_row_put(run->tx, run->stamp.tenant, &place));
    }
    TRY(store_library_rows_load(run->tx, run->stamp.tenant, fresh, count));
    return store_change_add(run->tx, &run->stamp, &all);
}

const struct import_kind import_libraries = {
    .table = STORE_LIBRARIES,
    .resource = &model_libraries,
    .department = -1, /* scoped by finding the object */
    .chunk = LIBRARY_CHUNK,
    .fixed = BIT(MODEL_LIBRARY_NAME) | BIT(MODEL_LIBRARY_NUMBER) | BIT(MODEL_LIBRARY_OBJECT) |
             BIT(MODEL_LIBRARY_LICENCE),
    .open = library_file,
    .judge = library_judge,
    .settle = library_settle,
    .save = library_save,
};
