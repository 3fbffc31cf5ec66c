/* The dictionaries of REQUIREMENTS.md section B, once. Codes are ours; texts are the field's. */
#include "model/resource.h"

#include <string.h>

const struct field_word model_object_kinds[] = {
    {"enterprise", "企业", "公司|内资企业|外资企业|企业法人"},
    {"individual", "个体工商户", "个体|个体户"},
    {"cooperative", "农民专业合作社", "合作社|农民专业合作社（联合社）"},
    {"foreign-office", "外企代表机构", "外国企业常驻代表机构|代表机构"},
    {"organisation", "非企业单位", "事业单位|社会团体|民办非企业单位|机关|其他组织|学校|医疗机构"},
    {"unlicensed", "无证无照户", "无证无照|无照经营户"},
    {"product", "产品", NULL},
    {"project", "项目", "工程项目|建设项目"},
    {"conduct", "行为", NULL},
    {NULL, NULL, NULL},
};

const struct field_word model_object_states[] = {
    {"active", "存续",
     "开业|在册|在业|正常|存续（在营、开业、在册）|存续(在营、开业、在册)|登记成立|有效|K|备案中|"
     "变更中|迁出中|歇业"},
    {"revoked", "吊销", "吊销未注销|已吊销|吊销，未注销|D|吊销企业"},
    {"closed", "注销", "已注销|注销中|X"},
    {"withdrawn", "撤销", "撤消|已撤销|C"},
    {"moved", "迁出", "已迁出"},
    {NULL, NULL, NULL},
};

const struct field_word model_risks[] = {
    {"A", "低", "低风险|A级|A类|信用风险低|A低"},
    {"B", "一般", "一般风险|B级|B类|信用风险一般|中|中风险|B一般"},
    {"C", "较高", "较高风险|C级|C类|信用风险较高|中高|C较高"},
    {"D", "高", "高风险|D级|D类|信用风险高|D高"},
    {NULL, NULL, NULL},
};

const struct field_word model_categories[] = {
    {"officer", "行政执法人员", "公务员|执法人员|行政执法类公务员|执法检查人员|参公人员"},
    {"staff", "日常监管人员", "事业人员|事业编制|具有行政执法资格的工作人员|监管人员"},
    {"assistant", "辅助人员", "辅助|协管员|专业技术人员|检验检测人员|第三方人员"},
    {"expert", "专家", "专家学者|技术专家"},
    {NULL, NULL, NULL},
};

const struct field_word model_person_states[] = {
    {"active", "在岗", "有效|在职|正常|在编"},
    {"left", "离岗", "失效|离职|调出|退休|离岗|停职|无效"},
    {NULL, NULL, NULL},
};

const struct field_word model_conflict_kinds[] = {
    {"employer", "原任职单位", NULL},
    {"relative", "近亲属经营或任职", NULL},
    {"share", "本人或家庭持股、投资", NULL},
    {"other", "其他可能影响公正的关系", NULL},
    {NULL, NULL, NULL},
};

const struct field_word model_commission_kinds[] = {
    {"test", "检验检测", "检验|检测"},
    {"audit", "财务审计", "审计"},
    {"inquiry", "调查咨询", "调查|咨询"},
    {"appraisal", "鉴定", NULL},
    {"assessment", "评估", NULL},
    {"expert", "专家服务", "购买专家服务"},
    {NULL, NULL, NULL},
};

const struct field_word model_label_subjects[] = {
    {"objects", "检查对象", "对象|企业|市场主体"},
    {"inspectors", "检查人员", "人员|执法检查人员|执法人员"},
    {NULL, NULL, NULL},
};

const struct field_word model_label_states[] = {
    {"active", "在用", "启用|有效|正常|使用中"},
    {"closed", "停用", "失效|作废|禁用"},
    {NULL, NULL, NULL},
};

const struct field_word model_commission_states[] = {
    {"active", "进行中", NULL},
    {"done", "已完成", "完成"},
    {"cancelled", "已取消", "取消"},
    {NULL, NULL, NULL},
};

const struct field_word model_register_states[] = {
    {"active", "有效", "正常"},
    {"withdrawn", "作废", "已作废"},
    {NULL, NULL, NULL},
};

const struct field_word model_meeting_kinds[] = {
    {"joint", "联席会议", "联席会议全体会议|联席会议会议"},
    {"office", "联席会议办公室会议", "办公室会议|联络员会议"},
    {"deploy", "部署推进会", "部署会|推进会|动员会|工作会议"},
    {"other", "其他会议", "其他"},
    {NULL, NULL, NULL},
};

const struct field_word model_issuance_levels[] = {
    {"province", "省级", "省"},
    {"city", "市级", "市|地市级"},
    {"county", "县级", "县|区级|县区级"},
    {"town", "乡级", "乡镇|乡镇级"},
    {NULL, NULL, NULL},
};

const struct field_word model_course_kinds[] = {
    {"business", "执法人员业务", "业务|执法业务|业务培训|执法人员业务培训"},
    {"system", "管理人员系统操作", "系统|系统操作|管理人员系统|平台操作|平台应用"},
    {"standard", "标准宣贯", "标准|规范|工作规范"},
    {"other", "其他培训", "其他"},
    {NULL, NULL, NULL},
};

const struct field_word model_adoption_kinds[] = {
    {"department", "其他部门的检查结论", "其他部门结论|部门结论|检查结论"},
    {"court", "生效司法文书", "生效文书|司法文书|裁判文书|生效裁判文书"},
    {"appraisal", "专业机构鉴定意见", "鉴定意见|鉴定结论|专业鉴定|专业鉴定意见"},
    {NULL, NULL, NULL},
};

/* The legal basis of these stands at the dictionary (office/dictionary.c). */
const struct field_word model_exemption_kinds[] = {
    {"state", "涉及国家秘密、国家安全", "国家秘密|国家安全"},
    {"trade", "涉及商业秘密", "商业秘密"},
    {"privacy", "涉及个人隐私、个人信息", "个人隐私|隐私|个人信息"},
    {"other", "其他法律法规规定不予公开", "其他|法律法规禁止公开"},
    {NULL, NULL, NULL},
};

const struct field_word model_exemption_bases[] = {
    {"state", "《政府信息公开条例》第十四条", NULL},
    {"trade", "《政府信息公开条例》第十五条", NULL},
    {"privacy", "《政府信息公开条例》第十五条", NULL},
    {"other", "《政府信息公开条例》第十四条", NULL}, /* what laws and regulations forbid */
    {NULL, NULL, NULL},
};

const struct field_word model_result_parts[] = {
    {"adoption", "采信的结论", "采信|采信结论"},
    {"reason", "更正理由", "理由"},
    {"document", "文书文号", "文号"},
    {"note", "处置说明", "说明"},
    {NULL, NULL, NULL},
};

const struct field_word model_openness[] = {
    {"open", "主动公开", NULL},
    {"request", "依申请公开", NULL},
    {"closed", "不予公开", NULL},
    {NULL, NULL, NULL},
};

const struct field_word model_item_classes[] = {
    {"key", "重点检查事项", "重点|重点事项|重点抽查事项"},
    {"general", "一般检查事项", "一般|一般事项|一般抽查事项"},
    {NULL, NULL, NULL},
};

const struct field_word model_methods[] = {
    {"site", "实地核查", "现场检查|实地检查|现场核查"},
    {"paper", "书面检查", "书面核查|书式检查"},
    {"network", "网络监测", "网络检查|网络检测|网络核查"},
    {"test", "检验检测（抽样）", "抽样检测|抽样检验|检验检测|抽样检查|抽样"},
    {"body", "委托专业机构", "专业机构核查|委托专业机构核查|专业机构检查|委托专业机构检查"},
    {"adopted", "采用其他部门结论、司法文书、专业鉴定意见", NULL},
    {NULL, NULL, NULL},
};

const struct field_word model_result_codes[] = {
    {"01", "未发现问题", NULL},
    {"02", "未按规定公示应当公示的信息", NULL},
    {"03", "公示信息隐瞒真实情况、弄虚作假", "公示信息隐瞒真实情况弄虚作假"},
    {"04", "通过登记的住所（经营场所）无法联系", NULL},
    {"05", "发现问题已责令改正", "发现问题经责令已改正"},
    {"06", "不配合检查情节严重", NULL},
    {"07", "未发现开展本次抽查涉及的经营活动", NULL},
    {"08", "发现问题待后续处理", NULL},
    {NULL, NULL, NULL},
};

bool model_result_found(struct str code)
{
    return !str_eq(code, STR("01")) && !str_eq(code, STR("07"));
}

const struct field_word model_measures[] = {
    {"none", "无需后续处置", NULL},
    {"order", "责令改正", "责令改正（跟踪）"},
    {"rectified", "整改复查合格", "整改合格|复查合格"},
    {"case", "立案查处", "立案|立案查处（移送办案机构）"},
    {"transfer", "抄告、移送其他部门", "移送其他部门|抄告|移送"},
    {"justice", "移送司法机关", "移送公安机关"},
    {"listed", "列入经营异常名录、严重违法失信名单", "列入经营异常名录|列入严重违法失信名单"},
    {"penalty", "行政处罚", "处罚"},
    {"daily", "反馈日常监管部门", NULL},
    {"other", "其他", NULL},
    {NULL, NULL, NULL},
};

const struct field_word model_measure_states[] = {
    {"open", "未完结", "办理中"},
    {"closed", "已完结", "办结"},
    {NULL, NULL, NULL},
};

const struct field_word model_sources[] = {
    {"plan", "年度计划", NULL},      {"special", "临时（有据）", "临时"},
    {"complaint", "投诉举报", NULL}, {"assigned", "转办交办", NULL},
    {"data", "数据监测", NULL},      {"patrol", "日常巡查", NULL},
    {"revisit", "回访", NULL},       {NULL, NULL, NULL},
};

const struct field_word model_quota_modes[] = {
    {"ceil", "按比例（小数进一）", NULL},
    {"fixed", "固定数量", NULL},
    {"systematic", "按比例（小数按随机数取舍）", NULL},
    {NULL, NULL, NULL},
};

const struct field_word model_task_states[] = {
    {"ready", "待抽取", NULL},  {"drawing", "抽取中", NULL}, {"visiting", "检查中", NULL},
    {"closed", "已完成", NULL}, {"aborted", "已终止", NULL}, {NULL, NULL, NULL},
};

const struct field_word model_visit_states[] = {
    {"drawn", "已抽中", NULL},
    {"assigned", "已派检查人员", NULL},
    {"entered", "结果已录入", NULL},
    {"published", "结果已公示", NULL},
    {"skipped", "已跳过", NULL},
    {"aborted", "已终止", NULL},
    {NULL, NULL, NULL},
};

const struct field_word model_task_types[] = {
    {"directed", "定向", NULL},
    {"undirected", "不定向", NULL},
    {NULL, NULL, NULL},
};

const struct field_word model_exclusions[] = {
    {"visited", "排除-本年度已查", NULL},
    {"observed", "排除-观察期", NULL},
    {"inactive", "排除-非存续", NULL},
    {NULL, NULL, NULL},
};

const struct field_word model_skip_reasons[] = {
    {"closed", "已注销", "注销"},        {"revoked", "已被吊销", "吊销"},
    {"moved", "已迁出", "迁出"},         {"suspended", "暂停营业", "歇业"},
    {"missing", "查无下落", "无法联系"}, {NULL, NULL, NULL},
};

static bool word_has(const struct field_word *word, struct str text)
{
    if (str_eq(str_of(word->text), text))
        return true;
    struct str rest = str_of(word->synonyms);
    struct str one;
    while (str_cut(&one, &rest, '|'))
        if (str_eq(one, text))
            return true;
    return false;
}

const struct field_word *model_word_by_code(const struct field_word *words, struct str code)
{
    for (; words->code != NULL; words++)
        if (str_eq(str_of(words->code), code))
            return words;
    return NULL;
}

const struct field_word *model_word_by_text(const struct field_word *words, struct str text)
{
    text = str_trim(text);
    for (const struct field_word *w = words; w->code != NULL; w++)
        if (word_has(w, text))
            return w;
    return model_word_by_code(words, text);
}

struct str model_text(const struct field_word *words, struct str code)
{
    const struct field_word *word = model_word_by_code(words, code);
    return word != NULL ? str_of(word->text) : code;
}
