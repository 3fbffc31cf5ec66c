/* How far a task is, step by step (R156): read only. */
#include "page/desk_list.h"

#include "office/step.h"

static void step_row(struct page *p, struct web_value *list, const struct office_step *step,
                     const struct model_step_row *words)
{
    struct web_model *m = &p->model;
    struct web_value *row = web_list_add(m, list);
    web_set(m, row, "name", str_of(words->name));
    web_set(m, row, "what", str_of(words->what));
    web_set(m, row, "basis", str_of(words->basis));
    web_set(m, row, "detail", step->detail);
    web_set(m, row, "due", step->due_on != 0 ? page_date(p, step->due_on) : STR(""));
    web_set_flag(m, row, "done", step->done);
    web_set_flag(m, row, "next", step->next);
    web_set_flag(m, row, "late", step->late);
    web_set_flag(m, row, "estimated", step->estimated && !step->done);
}

static enum err steps_page(struct web_reply *reply, struct page *p)
{
    struct office_task_steps t;
    struct web_model *m = &p->model;
    TRY(office_task_steps(&t, &p->errand, web_capture(p->request, "number")));
    web_set(m, &m->root, "number", t.task.number);
    web_set(m, &m->root, "name", t.task.name);
    web_set(m, &m->root, "lead", t.department_name);
    web_set(m, &m->root, "from", page_date(p, t.task.visit_from));
    web_set(m, &m->root, "until", page_date(p, t.task.visit_until));
    web_set(m, &m->root, "draw", t.draw);
    web_set_flag(m, &m->root, "aborted", t.aborted);
    web_set_flag(m, &m->root, "part", !t.whole);
    web_set_count(m, &m->root, "done", (int64_t)t.done);
    web_set_count(m, &m->root, "all", MODEL_STEP_COUNT);
    struct web_value *list = web_set_list(m, &m->root, "steps");
    for (size_t i = 0; i < MODEL_STEP_COUNT; i++)
        step_row(p, list, &t.steps[i], model_step_row((enum model_step)i));
    desk_crumb(p, STR("待公示抽查结果"), desk_list_home(p, "/desk/due"));
    return page_end(reply, p, "desk_steps");
}

enum err desk_task_steps(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/due", "任务步骤");
    enum err err = steps_page(reply, &p);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
