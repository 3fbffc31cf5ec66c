/* Conclusions of others that a result rests on (采信, R44): see result.h. Their body and number are
 * public with the result, so neither may carry a personal number. */
#include "office/result_place.h"

#include "base/time.h"
#include "ids/person.h"
#include "model/resource.h"

enum { ADOPTION_TEXT = 300 };

static bool adoption_given(const struct office_adoption *in)
{
    return in->kind.len > 0 || in->number.len > 0 || in->body.len > 0 || in->made_on != 0;
}

static enum err adoption_words(struct errand *e, struct str text, const char *what,
                               const char *option)
{
    if (text.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "采信的结论必须写明%s（%s）；没有录入", what,
                         option);
    if (text.len > ADOPTION_TEXT)
        return fault_set(&e->fault, ERR_INPUT, "采信结论的%s过长，最多约100字；没有录入", what);
    if (ids_idcard_inside(text) || ids_phone_inside(text))
        return fault_set(&e->fault, ERR_INPUT,
                         "采信结论的%s会公示，不能含身份证号或手机号；没有录入", what);
    return ERR_OK;
}

enum err result_adoption(struct store_adoption *out, struct errand *e,
                         const struct office_adoption *in, const struct store_result *result)
{
    const struct field_word *kind = model_word_by_text(model_adoption_kinds, in->kind);
    bool needed = str_eq(result->method, STR("adopted"));
    *out = (struct store_adoption){0};
    if (!adoption_given(in))
        return needed ? fault_set(&e->fault, ERR_INPUT,
                                  "检查方式是采用他人结论的，必须写明采信的结论"
                                  "（--adopt 种类 --adopt-body 机构 --adopt-number 文号 "
                                  "--adopt-date 日期）；没有录入")
                      : ERR_OK;
    if (kind == NULL)
        return fault_set(&e->fault, ERR_INPUT,
                         "采信结论的种类“%.*s”不认识，请填 其他部门的检查结论、生效司法文书 或 "
                         "专业机构鉴定意见（--adopt）；没有录入",
                         STR_ARG(in->kind));
    struct str body = str_trim(in->body);
    struct str number = str_trim(in->number);
    TRY(adoption_words(e, body, "出具机构", "--adopt-body"));
    TRY(adoption_words(e, number, "文号或案号", "--adopt-number"));
    if (in->made_on == 0)
        return fault_set(&e->fault, ERR_INPUT, "采信的结论必须写明日期（--adopt-date）；没有录入");
    if (in->made_on > result->result_on)
        return fault_set(&e->fault, ERR_INPUT,
                         "采信结论的日期晚于结果日期，结果产生时它还没有作出或生效；没有录入");
    *out = (struct store_adoption){.tenant = e->office->tenant,
                                   .kind = str_of(kind->code),
                                   .number = number,
                                   .body = body,
                                   .made_on = in->made_on};
    return ERR_OK;
}

struct str office_adoption_text(struct arena *arena, const struct store_adoption *a)
{
    struct buf text = {0};
    struct str out;
    struct str kind = model_text(model_adoption_kinds, a->kind);
    buf_printf(&text, "采信%.*s：%.*s，%.*s，", STR_ARG(kind), STR_ARG(a->body),
               STR_ARG(a->number));
    date_format(&text, a->made_on);
    return arena_keep(&out, arena, &text, ERR_OK) == ERR_OK ? out : (struct str){NULL, 0};
}
