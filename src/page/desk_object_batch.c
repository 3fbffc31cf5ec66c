/* What is done with many objects at once, with those that were picked or all that fit the filter:
 * labels on and off, into a special library and out of it. One form for all of them: what, and why.
 */
#include "page/desk_object.h"

struct batch {
    const char *title;
    const char *button;
    const char *done; /* words of desk.c */
    struct desk_field what;
    bool away; /* taken off, taken out */
    /* Adds the choices of `what`. */
    enum err (*choices)(struct desk_form *form, struct web_value *field, struct page *p, bool away);
    /* Does it; a large set becomes a job, whose id *job gets, else 0. */
    enum err (*run)(int64_t *job, struct office_batched *done, struct page *p,
                    const struct office_object_set *set, bool away);
};

/* --- labels --- */

static enum err label_choices(struct desk_form *form, struct web_value *field, struct page *p,
                              bool away)
{
    struct store_label *labels = NULL;
    size_t count = 0;
    TRY(office_labels(&labels, &count, &p->errand, STR("objects")));
    for (size_t i = 0; i < count; i++)
        if (away || str_eq(labels[i].state, STR("active")))
            desk_form_option(form, field, labels[i].word, labels[i].word);
    return ERR_OK;
}

/* Too many for a page that waits? */
static bool batch_large(const struct office_object_set *set)
{
    return set->pool_id_count == 0 && set->expected > OFFICE_SET_NOW;
}

static enum err label_run(int64_t *job, struct office_batched *done, struct page *p,
                          const struct office_object_set *set, bool away)
{
    const struct office_label_batch batch = {.set = *set,
                                             .word = web_field(p->request, "word"),
                                             .remove = away,
                                             .reason = web_field(p->request, "reason")};
    return batch_large(set) ? office_label_batch_order(job, &p->errand, &batch)
                            : office_label_batch(done, &p->errand, &batch);
}

/* --- special libraries --- */

static enum err library_choices(struct desk_form *form, struct web_value *field, struct page *p,
                                bool away)
{
    struct store_library *rows = NULL;
    size_t count = 0;
    TRY(office_library_choices(&rows, &count, &p->errand));
    for (size_t i = 0; i < count; i++)
        if (away || str_eq(rows[i].state, STR("active")))
            desk_form_option(form, field, page_digits(p, rows[i].id), rows[i].name);
    return ERR_OK;
}

static enum err library_run(int64_t *job, struct office_batched *done, struct page *p,
                            const struct office_object_set *set, bool away)
{
    const struct office_library_batch batch = {.set = *set,
                                               .library =
                                                   desk_number(web_field(p->request, "library")),
                                               .leave = away,
                                               .reason = web_field(p->request, "reason")};
    return batch_large(set) ? office_library_batch_order(job, &p->errand, &batch)
                            : office_library_batch(done, &p->errand, &batch);
}

/* --- the form --- */

static enum err batch_form(struct web_reply *reply, struct page *p, const struct batch *batch,
                           const struct desk_picked *picked, enum err refused)
{
    static const struct desk_field reason = {
        "reason", "原因", DESK_TEXT, true, "写入每个检查对象的变更历史", NULL};
    struct desk_form form;
    struct fault words = p->errand.fault;
    desk_form_begin(&form, p, p->request->path, batch->button);
    web_set(&p->model, form.object, "back",
            arena_printf(p->request->arena, "/desk/objects%s%.*s", picked->query.len > 0 ? "?" : "",
                         STR_ARG(picked->query)));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    struct web_value *what = desk_form_field(&form, &batch->what, STR(""));
    desk_form_option(&form, what, STR(""), STR("请选择"));
    TRY(batch->choices(&form, what, p, batch->away));
    p->errand.fault = words;
    (void)desk_form_field(&form, &reason, STR(""));
    desk_picked_form(&form, picked);
    web_set(&p->model, &p->model.root, "intro",
            arena_printf(p->request->arena, "将处理%s %zu 个检查对象。%s",
                         picked->all ? "符合条件的全部" : "勾选的", picked->count,
                         picked->all && picked->count > OFFICE_SET_NOW
                             ? "数量较多，在后台处理，可以关闭页面。"
                             : ""));
    desk_crumb(p, STR("检查对象名录库"), STR("/desk/objects"));
    return page_end(reply, p, "desk_form_page");
}

static enum err batch_page(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault, const struct batch *batch)
{
    struct page p;
    struct desk_picked picked;
    desk_begin(&p, request, "/desk/objects", batch->title);
    enum err err = desk_picked(&picked, &p);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct office_object_query query = desk_object_query(&p, &picked.request);
    const struct office_object_set set = {.query = &query,
                                          .pool_ids = picked.all ? NULL : picked.keys,
                                          .pool_id_count = picked.all ? 0 : picked.count,
                                          .expected = picked.all ? picked.total : -1};
    if (picked.sure && !desk_form_again(request)) {
        struct office_batched done = {0};
        int64_t job = 0;
        err = batch->run(&job, &done, &p, &set, batch->away);
        struct str home = arena_printf(request->arena, "/desk/objects?%.*s%s",
                                       STR_ARG(picked.query), picked.query.len > 0 ? "" : "q=");
        if (err == ERR_OK && job != 0)
            return desk_ordered(reply, request, job);
        if (err == ERR_OK)
            return desk_done_count(reply, request, home, batch->done, done.changed);
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = batch_form(reply, &p, batch, &picked, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- the four --- */

enum err desk_object_label(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    static const struct batch batch = {.title = "批量加标签",
                                       .button = "加上标签",
                                       .done = "labelled",
                                       .what = {"word", "标签", DESK_SELECT, true, NULL, NULL},
                                       .choices = label_choices,
                                       .run = label_run};
    return batch_page(reply, request, fault, &batch);
}

enum err desk_object_unlabel(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    static const struct batch batch = {.title = "批量去标签",
                                       .button = "去掉标签",
                                       .done = "unlabelled",
                                       .what = {"word", "标签", DESK_SELECT, true, NULL, NULL},
                                       .away = true,
                                       .choices = label_choices,
                                       .run = label_run};
    return batch_page(reply, request, fault, &batch);
}

enum err desk_object_place(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    static const struct batch batch = {
        .title = "批量列入专项库",
        .button = "列入",
        .done = "placed",
        .what = {"library", "专项库", DESK_SELECT, true,
                 "已在库中的保持不变；许可证号、有效期在对象的页面上填写，或用“导入专项库”补充",
                 NULL},
        .choices = library_choices,
        .run = library_run};
    return batch_page(reply, request, fault, &batch);
}

enum err desk_object_displace(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault)
{
    static const struct batch batch = {
        .title = "批量移出专项库",
        .button = "移出",
        .done = "displaced",
        .what =
            {"library", "专项库", DESK_SELECT, true,
             "对象在该库中的各行（每张许可证一行）都移出，内容（电话只留掩码）留在对象的变更历史中",
             NULL},
        .away = true,
        .choices = library_choices,
        .run = library_run};
    return batch_page(reply, request, fault, &batch);
}
