/* From a scope to a reach: see reach.h. */
#include "office/reach.h"

enum err office_reach(struct store_reach *out, struct errand *e)
{
    const struct office_scope *scope = &e->scope;
    struct buf text = {0};
    *out = (struct store_reach){scope->level == MODEL_SCOPE_ALL, {"", 0}};
    bool below = scope->level == MODEL_SCOPE_BELOW;
    bool own = below || scope->level == MODEL_SCOPE_DEPARTMENT;
    if (!own || scope->department.len == 0)
        return ERR_OK;
    buf_char(&text, '\x1F');
    buf_str(&text, scope->department);
    buf_char(&text, '\x1F');
    for (size_t i = 0; below && i < scope->department_count; i++) {
        buf_str(&text, scope->departments[i]);
        buf_char(&text, '\x1F');
    }
    enum err err = buf_err(&text);
    if (err == ERR_OK)
        out->codes = arena_str(e->arena, buf_view(&text));
    buf_free(&text);
    return err == ERR_OK && out->codes.data == NULL ? ERR_MEMORY : err;
}

bool office_reach_has(const struct store_reach *reach, struct str department)
{
    struct str rest = reach->codes;
    struct str one;
    if (reach->all)
        return true;
    while (department.len > 0 && str_cut(&one, &rest, '\x1F'))
        if (str_eq(one, department))
            return true;
    return false;
}
