/* Check forms: see form.h. */
#include "office/form.h"

struct forms_work {
    struct errand *e;
    struct store_form **out;
    size_t *count;
};

static enum err forms_read(struct db_tx *tx, void *ctx)
{
    struct forms_work *w = ctx;
    return store_forms(w->out, w->count, w->e->arena, tx, w->e->office->tenant,
                       w->e->scope.clearance);
}

enum err office_forms(struct store_form **out, size_t *count, struct errand *e)
{
    struct forms_work w = {e, out, count};
    return office_read(e, "forms", forms_read, &w);
}

struct form_items_work {
    struct errand *e;
    struct store_item **out;
    size_t *count;
    struct str code;
};

static enum err form_items_read(struct db_tx *tx, void *ctx)
{
    struct form_items_work *w = ctx;
    struct errand *e = w->e;
    return store_items_of_form(w->out, w->count, e->arena, tx, e->office->tenant, w->code);
}

enum err office_form_items(struct store_item **out, size_t *count, struct errand *e,
                           struct str code)
{
    struct form_items_work w = {e, out, count, code};
    return office_read(e, "form-items", form_items_read, &w);
}

const struct store_form *form_coded(const struct store_form *forms, size_t count, struct str code)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(forms[i].code, code))
            return &forms[i];
    return NULL;
}

const struct store_form *form_named(const struct store_form *forms, size_t count, struct str title,
                                    struct str department)
{
    const struct store_form *found = NULL;
    size_t several = 0;
    size_t own = 0;
    for (size_t i = 0; i < count; i++) {
        bool ours = str_eq(forms[i].department, department);
        if (!str_eq(forms[i].title, title))
            continue;
        several++;
        own += ours;
        if (found == NULL || ours)
            found = &forms[i];
    }
    return own == 1 || (own == 0 && several == 1) ? found : NULL;
}
