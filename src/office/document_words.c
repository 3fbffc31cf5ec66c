/* The words of the document library: kinds, states, headings. */
#include "office/document.h"

#include "model/resource.h"

const struct field_word office_document_kinds[] = {{"plan", "年度抽查工作计划（本部门）", NULL},
                                                   {"joint", "年度抽查工作计划（部门联合）", NULL},
                                                   {"guide", "抽查工作指引", NULL},
                                                   {"rule", "抽查工作细则（抽查规则）", NULL},
                                                   {"scheme", "抽查实施方案", NULL},
                                                   {"form", "检查表", NULL},
                                                   {"expert", "专家库管理办法", NULL},
                                                   {"entry", "结果录入和公示规定", NULL},
                                                   {"other", "其他制度文件", NULL},
                                                   {NULL, NULL, NULL}};

const struct field_word office_document_states[] = {
    {"draft", "草稿", NULL},       {"submitted", "待审核发布", NULL},
    {"published", "已发布", NULL}, {"replaced", "已被新版代替", NULL},
    {"withdrawn", "已废止", NULL}, {NULL, NULL, NULL}};

bool office_document_is_plan(struct str kind)
{
    return str_eq(kind, STR("plan")) || str_eq(kind, STR("joint"));
}

const char *office_document_heading(struct str kind, size_t text)
{
    static const char *const plan[STORE_TEXTS] = {"总体要求", "抽查安排", "组织实施",
                                                  "结果公示和运用"};
    static const char *const rule[STORE_TEXTS] = {"抽查原则", "抽查任务", "检查方式",
                                                  "抽查结果公示", "督查考核"};
    static const char *const scheme[STORE_TEXTS] = {"职责分工和时限", "抽查程序", "操作流程",
                                                    "检查方法", "工作标准"};
    if (text >= STORE_TEXTS)
        return NULL;
    if (office_document_is_plan(kind))
        return plan[text];
    if (str_eq(kind, STR("rule")))
        return rule[text];
    if (str_eq(kind, STR("scheme")))
        return scheme[text];
    if (str_eq(kind, STR("form")))
        return text == 0 ? "填写说明" : NULL;
    return text == 0 ? "正文" : NULL;
}
