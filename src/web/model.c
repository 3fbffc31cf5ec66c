/* The models that templates are filled with: see template.h. */
#include "web/template.h"

#include <string.h>

void web_model_init(struct web_model *m, struct arena *arena)
{
    *m = (struct web_model){.arena = arena, .root = {.kind = WEB_OBJECT}};
}

/* Room for one more element, names only for objects; NULL when out of memory. Elements stay where
 * they are when their parent grows, so that a page may keep filling an older one. */
static struct web_value *model_grow(struct web_model *m, struct web_value *v, bool named)
{
    struct web_value *slot = arena_alloc(m->arena, sizeof *slot);
    size_t cap = v->cap == 0 ? 8 : v->cap * 2;
    m->failed = m->failed || slot == NULL;
    if (slot == NULL || v->count < v->cap)
        return slot;
    struct web_value **items = arena_array(m->arena, cap, sizeof *items);
    struct web_name *names = named ? arena_array(m->arena, cap, sizeof *names) : NULL;
    if (items == NULL || (named && names == NULL)) {
        m->failed = true;
        return NULL;
    }
    if (named && v->newest == NULL)
        v->newest = arena_array(m->arena, WEB_NAME_SLOTS, sizeof *v->newest);
    if (named && v->newest == NULL) {
        m->failed = true;
        return NULL;
    }
    if (v->count > 0)
        memcpy(items, v->items, v->count * sizeof(struct web_value *));
    if (v->count > 0 && named)
        memcpy(names, v->names, v->count * sizeof *names);
    v->items = items;
    v->names = names;
    v->cap = cap;
    return slot;
}

/* A new value under a name. Of two with the same name the later one is found, which replaces the
 * earlier without looking for it. */
static struct web_value *model_slot(struct web_model *m, struct web_value *object,
                                    struct web_name name)
{
    object->kind = WEB_OBJECT;
    struct web_value *slot = model_grow(m, object, true);
    m->failed = m->failed || object->count == UINT16_MAX;
    if (slot == NULL || object->count == UINT16_MAX)
        return NULL;
    struct web_name *own = &object->names[object->count];
    *own = name;
    own->older = object->newest[own->slot];
    object->items[object->count++] = slot;
    object->newest[own->slot] = (uint16_t)object->count;
    return slot;
}

void web_set_value(struct web_model *m, struct web_value *object, struct web_name name,
                   enum web_value_kind kind, struct str text)
{
    struct web_value *slot = model_slot(m, object, name);
    if (slot != NULL)
        *slot = (struct web_value){.kind = kind, .text = text};
}

void web_set_count(struct web_model *m, struct web_value *object, const char *name, int64_t n)
{
    char digits[24];
    char *at = digits + sizeof digits;
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (n < 0)
        *--at = '-';
    struct str text = arena_str(m->arena, str_range(at, (size_t)(digits + sizeof digits - at)));
    m->failed = m->failed || text.data == NULL;
    web_set(m, object, name, text);
}

/* Where a value goes that has no memory: written to, never shown, because the model has failed. */
static struct web_value *model_scratch(struct web_model *m)
{
    struct web_value *scratch = arena_alloc(m->arena, sizeof *scratch);
    return scratch != NULL ? scratch : &m->root;
}

static struct web_value *model_nested(struct web_model *m, struct web_value *object,
                                      const char *name, enum web_value_kind kind)
{
    struct web_value *slot = model_slot(m, object, web_name_of(str_of(name)));
    if (slot == NULL)
        return model_scratch(m);
    *slot = (struct web_value){.kind = kind};
    return slot;
}

struct web_value *web_set_object(struct web_model *m, struct web_value *object, const char *name)
{
    return model_nested(m, object, name, WEB_OBJECT);
}

struct web_value *web_set_list(struct web_model *m, struct web_value *object, const char *name)
{
    return model_nested(m, object, name, WEB_LIST);
}

struct web_value *web_list_add(struct web_model *m, struct web_value *list)
{
    list->kind = WEB_LIST;
    struct web_value *slot = model_grow(m, list, false);
    if (slot == NULL)
        return model_scratch(m);
    list->items[list->count++] = slot;
    slot->kind = WEB_OBJECT;
    return slot;
}

enum err web_model_err(const struct web_model *m)
{
    return m->failed ? ERR_MEMORY : ERR_OK;
}
