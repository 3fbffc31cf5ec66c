/* The resources, each described once: see resource.h. Headings come from the files that agencies
 * really send (items/header_variants_in_the_wild.csv, the platforms of REQUIREMENTS.md D). */
#include "model/resource.h"

#include "model/permission.h"

#define COUNT(fields) (sizeof(fields) / sizeof((fields)[0]))

static const struct field object_fields[MODEL_OBJECT_COUNT] = {
    [MODEL_OBJECT_NUMBER] =
        {"number", "统一社会信用代码", FIELD_NUMBER, false, 64, MASK_NONE,
         "统一社会信用代码/注册号|注册号/统一社会信用代码|社会信用代码|信用代码|统一代码|注册号|"
         "工商注册号|营业执照号|营业执照注册号|统一社会信用代码（注册号）|编号代码",
         NULL, "18位统一社会信用代码或15位注册号；产品、项目等没有号码的可空"},
    [MODEL_OBJECT_NAME] =
        {"name", "检查对象名称", FIELD_TEXT, true, 600, MASK_NONE,
         "名称|企业名称|单位名称|市场主体名称|主体名称|经营者名称|公司名称|被检查单位|对象名称|"
         "企业（单位）名称|学校名称|字号名称",
         NULL, "营业执照上的全称"},
    [MODEL_OBJECT_KIND] = {"kind", "对象类别", FIELD_CODE, false, 64, MASK_NONE,
                           "主体类别|对象类型|市场主体类型|主体类型|检查对象类别",
                           model_object_kinds,
                           "企业、个体工商户、农民专业合作社、产品、项目等；空则按代码判断"},
    [MODEL_OBJECT_TYPE] = {"type", "企业类型", FIELD_TEXT, false, 200, MASK_NONE,
                           "公司类型|经济类型|单位类型", NULL, "登记的企业类型"},
    [MODEL_OBJECT_STATE] = {"state", "登记状态", FIELD_CODE, false, 64, MASK_NONE,
                            "企业状态|经营状态|主体状态|状态|登记状况|存续状态",
                            model_object_states, "存续、吊销、注销、撤销、迁出；空则为存续"},
    [MODEL_OBJECT_DIVISION] =
        {"division", "行政区划", FIELD_DIVISION, false, 64, MASK_NONE,
         "行政区划代码|登记机关行政区划代码|所在区县|区县|所属区域|住所所在行政区划|属地|区划|"
         "行政区划编码",
         NULL, "6位行政区划代码或名称；空则用本地区划"},
    [MODEL_OBJECT_ADDRESS] =
        {"address", "地址", FIELD_TEXT, false, 1000, MASK_NONE,
         "住所|经营场所|住所（经营场所）|注册地址|企业地址|经营地址|单位地址|地址/住所|生产地址|"
         "所在地",
         NULL, "住所或经营场所"},
    [MODEL_OBJECT_INDUSTRY] = {"industry", "行业代码", FIELD_TEXT, false, 200, MASK_NONE,
                               "行业|所属行业|行业门类|国民经济行业|行业类别|行业大类|行业类型",
                               NULL, "GB/T 4754 代码，如 C14、5211"},
    [MODEL_OBJECT_BUSINESS] = {"business", "经营范围", FIELD_LONG, false, 16000, MASK_NONE,
                               "经营范围及方式|主营业务|经营项目|许可经营项目", NULL, ""},
    [MODEL_OBJECT_ESTABLISHED] = {"established", "成立日期", FIELD_DATE, false, 40, MASK_NONE,
                                  "注册日期|登记日期|开业日期|核准日期|成立时间", NULL,
                                  "2016-01-05"},
    [MODEL_OBJECT_RISK] = {"risk", "信用风险类别", FIELD_CODE, false, 64, MASK_SECRET,
                           "信用风险等级|风险等级|信用风险分类|风险类别|信用等级|信用类别",
                           model_risks, "A低、B一般、C较高、D高"},
    [MODEL_OBJECT_RISK_ON] = {"risk_on", "分类日期", FIELD_DATE, false, 40, MASK_SECRET,
                              "风险分类日期|评定日期", NULL, ""},
    [MODEL_OBJECT_OBSERVED_UNTIL] = {"observed_until", "观察期至", FIELD_DATE, false, 40,
                                     MASK_SECRET, "观察期截止|观察期截止日期", NULL, ""},
    [MODEL_OBJECT_DEPARTMENT] = {"department", "监管部门", FIELD_TEXT, false, 300, MASK_NONE,
                                 "主管部门|责任部门|监管责任部门|行业主管部门|管辖单位", NULL,
                                 "部门名称或代码"},
    [MODEL_OBJECT_LABELS] = {"labels", "监管标签", FIELD_LIST, false, 1000, MASK_NONE,
                             "标签|对应专项库监管标签|专项库名称|专项库|对象标签", NULL,
                             "多个用顿号分隔"},
};

static const struct field inspector_fields[MODEL_INSPECTOR_COUNT] = {
    [MODEL_INSPECTOR_NAME] = {"name", "姓名", FIELD_TEXT, true, 100, MASK_PERSON,
                              "人员姓名|执法人员姓名|检查人员姓名|执法人员", NULL, ""},
    [MODEL_INSPECTOR_DEPARTMENT] =
        {"department", "单位", FIELD_TEXT, false, 300, MASK_NONE,
         "工作单位|所在单位|执法单位|单位名称|所在部门|部门|执法机关|所属单位|"
         "所在业务部门（机构）",
         NULL, "部门名称或代码"},
    [MODEL_INSPECTOR_POSITION] = {"position", "职务", FIELD_TEXT, false, 200, MASK_NONE,
                                  "担任职务|职务职级|职位", NULL, ""},
    [MODEL_INSPECTOR_CATEGORY] = {"category", "人员类别", FIELD_CODE, false, 64, MASK_NONE,
                                  "人员性质|身份|编制类别|人员身份", model_categories,
                                  "行政执法人员、日常监管人员、辅助人员、专家"},
    [MODEL_INSPECTOR_CERTIFICATE] =
        {"certificate", "执法证号", FIELD_NUMBER, false, 64, MASK_SECRET,
         "执法证编号|行政执法证号|执法证件号|行政执法证编号|执法证件编号|省执法证编号|执法证号码",
         NULL, ""},
    [MODEL_INSPECTOR_VALID_UNTIL] = {"valid_until", "执法证有效期至", FIELD_DATE, false, 40,
                                     MASK_NONE,
                                     "执法证有效期|有效期至|证件有效期|有效期|有效期截止", NULL,
                                     "2027-12-31"},
    [MODEL_INSPECTOR_ISSUER] = {"issuer", "发证机关", FIELD_TEXT, false, 300, MASK_NONE,
                                "执法证发证机关|颁发机关", NULL, ""},
    [MODEL_INSPECTOR_CERTIFICATE2] = {"certificate2", "第二执法证号", FIELD_NUMBER, false, 64,
                                      MASK_SECRET, "工商执法证编号|部门执法证编号", NULL, ""},
    [MODEL_INSPECTOR_VALID_UNTIL2] = {"valid_until2", "第二执法证有效期至", FIELD_DATE, false, 40,
                                      MASK_NONE, "工商执法证有效期|部门执法证有效期", NULL, ""},
    [MODEL_INSPECTOR_SPECIALITIES] = {"specialities", "业务专长", FIELD_LIST, false, 1000,
                                      MASK_NONE,
                                      "专长|执法领域|岗位大类|执法资质|执法类别|业务领域", NULL,
                                      "多个用顿号分隔"},
    [MODEL_INSPECTOR_AREAS] = {"areas", "检查区域", FIELD_LIST, false, 400, MASK_NONE,
                               "地区|负责区域|执法区域|片区", NULL, "行政区划代码或名称；空则不限"},
    [MODEL_INSPECTOR_PHONE] = {"phone", "手机号", FIELD_TEXT, false, 40, MASK_PHONE,
                               "联系电话|电话|手机", NULL, ""},
    [MODEL_INSPECTOR_STATE] = {"state", "人员状态", FIELD_CODE, false, 40, MASK_NONE,
                               "执法人员状态|状态|在岗状态", model_person_states, "在岗、离岗"},
    [MODEL_INSPECTOR_REASON] = {"reason", "状态原因", FIELD_TEXT, false, 300, MASK_NONE,
                                "变动原因|原因", NULL, "调出、退休等"},
    [MODEL_INSPECTOR_INSTITUTION] = {"institution", "专家所在机构", FIELD_TEXT, false, 300,
                                     MASK_NONE, "专家工作单位|依托机构|推荐单位", NULL,
                                     "检测机构、科研院所等；专家填写"},
    [MODEL_INSPECTOR_TERM_UNTIL] = {"term_until", "聘期至", FIELD_DATE, false, 40, MASK_NONE,
                                    "聘任期至|聘期截止|聘期", NULL, "专家填写"},
};

static const struct field item_fields[MODEL_ITEM_COUNT] = {
    [MODEL_ITEM_COMPILER] = {"compiler", "编制单位", FIELD_TEXT, false, 300, MASK_NONE,
                             "编制单位名称|发起部门|牵头部门|部门|发起或实施部门", NULL, ""},
    [MODEL_ITEM_NUMBER] = {"number", "序号", FIELD_TEXT, false, 64, MASK_NONE,
                           "编号|事项编号|事项编码|code", NULL, ""},
    [MODEL_ITEM_CATEGORY] = {"category", "抽查类别", FIELD_TEXT, false, 600, MASK_NONE,
                             "抽查项目/抽查类别|抽查领域|抽查事项名称|大项|检查类别|行业|category",
                             NULL, ""},
    [MODEL_ITEM_NAME] =
        {"name", "抽查事项", FIELD_TEXT, true, 8000, MASK_NONE,
         "抽查项目/抽查事项|抽查子项|检查事项|事项名称|小项|随机抽查事项|抽查事项内容", NULL, ""},
    [MODEL_ITEM_OBJECTS] = {"objects", "检查对象", FIELD_TEXT, false, 2000, MASK_NONE,
                            "抽查对象|抽查对象范围|联查对象", NULL, ""},
    [MODEL_ITEM_CLASS] = {"class", "事项类别", FIELD_CODE, false, 64, MASK_NONE,
                          "事项性质|重点/一般|检查事项类别", model_item_classes,
                          "重点检查事项、一般检查事项；空则为一般"},
    [MODEL_ITEM_METHODS] = {"methods", "检查方式", FIELD_TEXT, false, 600, MASK_NONE,
                            "抽查方式|检查方法", NULL, ""},
    [MODEL_ITEM_SUBJECT] = {"subject", "检查主体", FIELD_TEXT, false, 1000, MASK_NONE,
                            "抽查主体|实施主体|抽查主体(层级)|抽查层级", NULL, ""},
    [MODEL_ITEM_CONTENT] = {"content", "检查内容", FIELD_LONG, false, 8000, MASK_NONE, "抽查内容",
                            NULL, ""},
    [MODEL_ITEM_BASIS] = {"basis", "检查依据", FIELD_LONG, false, 30000, MASK_NONE,
                          "抽查依据|法律依据|依据|检查（抽查）依据", NULL, ""},
    [MODEL_ITEM_RATIO] = {"ratio", "抽查比例", FIELD_TEXT, false, 2000, MASK_NONE,
                          "检查比例|比例|抽查比例及频次", NULL, ""},
    [MODEL_ITEM_FREQUENCY] = {"frequency", "抽查频次", FIELD_TEXT, false, 2000, MASK_NONE,
                              "频次|检查频次", NULL, ""},
    [MODEL_ITEM_CAP] = {"cap", "抽查比例上限", FIELD_RATIO, false, 40, MASK_NONE, "比例上限", NULL,
                        "一般检查事项必填上限；空则用系统设置"},
    [MODEL_ITEM_DEPARTMENT] = {"department", "实施部门", FIELD_TEXT, false, 300, MASK_NONE,
                               "认领部门|责任部门|执行部门", NULL, ""},
    [MODEL_ITEM_PARTNERS] = {"partners", "配合部门", FIELD_TEXT, false, 600, MASK_NONE,
                             "参与部门|联查部门|协同部门", NULL, ""},
    [MODEL_ITEM_LABELS] = {"labels", "适用标签", FIELD_LIST, false, 1000, MASK_NONE,
                           "适用对象标签|对应标签|对应监管标签", NULL,
                           "检查对象须有其中一个标签才适用；空则适用于全部对象"},
    [MODEL_ITEM_FORM] =
        {"form", "检查表", FIELD_TEXT, false, 600, MASK_NONE,
         "检查表单|检查表名称|检查文书|现场检查表", NULL,
         "检查时填写的表的名称，如：基础检查表、食品销售者检查表；与文件资料中已发布的"
         "检查表同名的自动关联"},
    [MODEL_ITEM_FORM_CODE] = {"form_code", "检查表编号", FIELD_TEXT, false, 64, MASK_NONE,
                              "检查表代码|检查表文件编号", NULL,
                              "检查表在文件资料中的编号；填写名称的可空"},
};

static const struct field department_fields[MODEL_DEPARTMENT_COUNT] = {
    [MODEL_DEPARTMENT_CODE] = {"code", "部门代码", FIELD_TEXT, true, 24, MASK_NONE,
                               "部门编码|代码|编码|dept_code|单位代码", NULL, "大写字母、数字和 -"},
    [MODEL_DEPARTMENT_NAME] = {"name", "部门名称", FIELD_TEXT, true, 300, MASK_NONE,
                               "部门|单位名称|名称|dept_name|机构名称", NULL, ""},
    [MODEL_DEPARTMENT_PARENT] = {"parent", "上级部门", FIELD_TEXT, false, 300, MASK_NONE,
                                 "上级单位|上级", NULL, ""},
    [MODEL_DEPARTMENT_LEVEL] = {"level", "层级", FIELD_TEXT, false, 40, MASK_NONE, "级别", NULL,
                                "省、市、县"},
    [MODEL_DEPARTMENT_DIVISION] = {"division", "行政区划", FIELD_DIVISION, false, 64, MASK_NONE,
                                   "行政区划代码|区划", NULL, ""},
    [MODEL_DEPARTMENT_LEADER] = {"leader", "主管领导", FIELD_TEXT, false, 100, MASK_PERSON,
                                 "分管领导", NULL, ""},
    [MODEL_DEPARTMENT_SECTION] = {"section", "责任科室", FIELD_TEXT, false, 200, MASK_NONE, "科室",
                                  NULL, ""},
    [MODEL_DEPARTMENT_PERSON] = {"person", "责任人员", FIELD_TEXT, false, 100, MASK_PERSON,
                                 "责任人", NULL, ""},
    [MODEL_DEPARTMENT_LIAISON] = {"liaison", "联络员", FIELD_TEXT, false, 100, MASK_PERSON,
                                  "信息联络员", NULL, ""},
    [MODEL_DEPARTMENT_PHONE] = {"phone", "联系电话", FIELD_TEXT, false, 60, MASK_PHONE, "电话",
                                NULL, ""},
    [MODEL_DEPARTMENT_STATE] = {"state", "部门状态", FIELD_TEXT, false, 40, MASK_NONE, "状态", NULL,
                                "空则为有效"},
    [MODEL_DEPARTMENT_ALIASES] = {"aliases", "简称、别称", FIELD_LIST, false, 600, MASK_NONE,
                                  "简称|别称|部门简称|曾用名", NULL,
                                  "抽查事项清单里的叫法，如：市场监管部门、市监局；多个用顿号分隔"},
};

/* How confidential a row is (AC7). */
#define GRADE_FIELD                                                                                \
    {                                                                                              \
        "grade", "安全标记", FIELD_CODE, false, 40, MASK_NONE, "密级标记|安全等级", model_grades,  \
            "公开、内部、敏感；空则新登记的按设置，已登记的不变"          \
    }

static const struct field commission_fields[MODEL_COMMISSION_COUNT] = {
    [MODEL_COMMISSION_CODE] = {"code", "委托编号", FIELD_TEXT, true, 64, MASK_NONE,
                               "编号|委托书编号", NULL, "本单位的委托书编号，建好后不能更改"},
    [MODEL_COMMISSION_KIND] = {"kind", "委托类别", FIELD_CODE, true, 64, MASK_NONE, "类别",
                               model_commission_kinds, ""},
    [MODEL_COMMISSION_BODY] = {"body", "受托机构", FIELD_TEXT, true, 300, MASK_NONE,
                               "第三方机构|机构名称", NULL, "全称"},
    [MODEL_COMMISSION_QUALIFICATION] = {"qualification", "资质", FIELD_TEXT, true, 600, MASK_NONE,
                                        "资质证书|资质名称及证号", NULL,
                                        "资质名称和证书编号，如 CMA 231020xxxxxx"},
    [MODEL_COMMISSION_MATTER] = {"matter", "委托事项", FIELD_LONG, true, 2000, MASK_NONE, "事项",
                                 NULL, ""},
    [MODEL_COMMISSION_DEPARTMENT] = {"department", "委托单位", FIELD_TEXT, true, 300, MASK_NONE,
                                     "委托部门", NULL, "部门名称或代码"},
    [MODEL_COMMISSION_PAYER] = {"payer", "付费单位", FIELD_TEXT, false, 300, MASK_NONE, "付款单位",
                                NULL, "谁委托、谁付费；空则为委托单位"},
    [MODEL_COMMISSION_CONTRACT] = {"contract", "合同编号", FIELD_TEXT, false, 200, MASK_NONE,
                                   "政府采购合同编号", NULL, "政府购买服务的填合同编号"},
    [MODEL_COMMISSION_FEE] = {"fee", "费用（元）", FIELD_TEXT, false, 40, MASK_NONE, "费用|金额",
                              NULL, "如 12000 或 12000.50"},
    [MODEL_COMMISSION_TASK] = {"task", "抽查任务编号", FIELD_TEXT, false, 64, MASK_NONE, "任务编号",
                               NULL, "为哪次抽查委托；可空"},
    [MODEL_COMMISSION_EXPERT] = {"expert", "专家编号", FIELD_TEXT, false, 64, MASK_NONE, "专家",
                                 NULL, "受聘专家在名录库中的编号；可空"},
    [MODEL_COMMISSION_BEGINS_ON] = {"begins_on", "开始日期", FIELD_DATE, true, 40, MASK_NONE,
                                    "委托日期", NULL, ""},
    [MODEL_COMMISSION_ENDS_ON] = {"ends_on", "结束日期", FIELD_DATE, false, 40, MASK_NONE,
                                  "截止日期", NULL, ""},
    [MODEL_COMMISSION_CONCLUSION] = {"conclusion", "结论", FIELD_LONG, false, 4000, MASK_NONE,
                                     "报告结论", NULL, "完成时必填；报告作为附件上传"},
    [MODEL_COMMISSION_STATE] = {"state", "委托状态", FIELD_CODE, false, 40, MASK_NONE, "状态",
                                model_commission_states, "进行中、已完成、已取消"},
    [MODEL_COMMISSION_GRADE] = GRADE_FIELD,
};

/* What the three registers have at the same places (enum model_register_field). */
#define REGISTER_FIELDS(title, title_headings, day, day_headings, whose, whose_headings)           \
    [MODEL_REGISTER_CODE] = {"code", "登记编号", FIELD_TEXT,                                       \
                             false,  64,         MASK_NONE,                                        \
                             "编号", NULL,       "系统编号；新登记的留空，更改已登记的照填"},      \
    [MODEL_REGISTER_TITLE] = {"title",   title,          FIELD_TEXT, true,  600,                   \
                              MASK_NONE, title_headings, NULL,       "全称"},                      \
    [MODEL_REGISTER_DATE] = {"date",    day,          FIELD_DATE, true,        40,                 \
                             MASK_NONE, day_headings, NULL,       "2026-03-18"},                   \
    [MODEL_REGISTER_DEPARTMENT] = {"department",   whose, FIELD_TEXT,      true, 300, MASK_NONE,   \
                                   whose_headings, NULL,  "部门名称或代码"},                       \
    [MODEL_REGISTER_STATE] = {"state",                                                             \
                              "登记状态",                                                          \
                              FIELD_CODE,                                                          \
                              false,                                                               \
                              40,                                                                  \
                              MASK_NONE,                                                           \
                              "状态",                                                              \
                              model_register_states,                                               \
                              "有效、作废；空则为有效"},                                           \
    [MODEL_REGISTER_GRADE] = GRADE_FIELD

static const struct field meeting_fields[MODEL_MEETING_COUNT] = {
    REGISTER_FIELDS("会议名称", "名称|会议", "会议日期", "日期|会议时间|时间|召开日期|召开时间",
                    "召集单位", "召集部门|召开单位|组织单位|主办单位|单位|部门"),
    [MODEL_MEETING_KIND] = {"kind", "会议类别", FIELD_CODE, true, 64, MASK_NONE, "类别|会议类型",
                            model_meeting_kinds,
                            "联席会议、联席会议办公室会议、部署推进会、其他会议"},
    [MODEL_MEETING_ATTENDEES] = {"attendees", "参加部门", FIELD_LIST, false, 2000, MASK_NONE,
                                 "参会部门|参会单位|参加单位|与会部门", NULL,
                                 "部门名称或代码，多个用顿号分隔"},
    [MODEL_MEETING_PLACE] = {"place", "会议地点", FIELD_TEXT, false, 300, MASK_NONE, "地点|会议室",
                             NULL, ""},
    [MODEL_MEETING_MINUTES] = {"minutes", "会议纪要文号", FIELD_TEXT, false, 200, MASK_NONE,
                               "纪要|会议纪要|纪要文号", NULL,
                               "纪要的文号；已放入文件资料的，也可以填它的编号"},
    [MODEL_MEETING_NOTE] = {"note", "备注", FIELD_LONG, false, 2000, MASK_NONE,
                            "会议内容|主要内容|说明", NULL, ""},
};

static const struct field issuance_fields[MODEL_ISSUANCE_COUNT] = {
    REGISTER_FIELDS("文件名称", "名称|文件标题|标题", "印发日期", "日期|发文日期|成文日期|印发时间",
                    "发文单位", "发文部门|发文机关|印发单位|印发部门|单位|部门"),
    [MODEL_ISSUANCE_NUMBER] = {"number", "文号", FIELD_TEXT, true, 200, MASK_NONE,
                               "文件文号|发文字号|文件编号", NULL, "如：示双随机办〔2026〕1号"},
    [MODEL_ISSUANCE_LEVEL] = {"level", "级别", FIELD_CODE, true, 64, MASK_NONE,
                              "文件级别|层级|发文级别", model_issuance_levels,
                              "省级、市级、县级、乡级"},
    [MODEL_ISSUANCE_NOTE] = {"note", "备注", FIELD_LONG, false, 2000, MASK_NONE, "主要内容|说明",
                             NULL, ""},
};

static const struct field course_fields[MODEL_COURSE_COUNT] = {
    REGISTER_FIELDS("培训名称", "名称|培训班名称|培训班|培训主题", "培训日期",
                    "日期|培训时间|时间|举办日期|举办时间", "组织单位",
                    "组织部门|培训部门|主办单位|举办单位|单位|部门"),
    [MODEL_COURSE_KIND] = {"kind", "培训类别", FIELD_CODE, true, 64, MASK_NONE, "类别|培训类型",
                           model_course_kinds,
                           "执法人员业务、管理人员系统操作、标准宣贯、其他培训"},
    [MODEL_COURSE_PEOPLE] = {"people", "培训人数", FIELD_COUNT, true, 20, MASK_NONE,
                             "人数|参训人数|培训人次|培训人员数量", NULL, "实际参加的人数"},
    [MODEL_COURSE_HOURS] = {"hours", "学时", FIELD_COUNT, false, 20, MASK_NONE, "课时|培训学时",
                            NULL, "整数"},
    [MODEL_COURSE_TEACHER] = {"teacher", "授课人", FIELD_TEXT, false, 300, MASK_NONE,
                              "讲师|授课老师|主讲人", NULL, ""},
    [MODEL_COURSE_CONTENT] = {"content", "培训内容", FIELD_LONG, false, 4000, MASK_NONE,
                              "内容|课程内容", NULL, ""},
    [MODEL_COURSE_TASK] = {"task", "抽查任务编号", FIELD_TEXT, false, 64, MASK_NONE, "任务编号",
                           NULL, "为哪次抽查培训；可空"},
    [MODEL_COURSE_NOTE] = {"note", "备注", FIELD_LONG, false, 2000, MASK_NONE, "说明", NULL, ""},
};

static const struct field library_fields[MODEL_LIBRARY_COUNT] = {
    [MODEL_LIBRARY_NAME] = {"library", "专项库", FIELD_TEXT, false, 200, MASK_NONE,
                            "专项库名称|所属专项库|列入专项库|监管库|库名称", NULL,
                            "已在工作台新建的专项库；空则为上传时选择的专项库"},
    [MODEL_LIBRARY_NUMBER] =
        {"number", "统一社会信用代码或编号", FIELD_NUMBER, false, 64, MASK_NONE,
         "统一社会信用代码|统一社会信用代码/注册号|注册号/统一社会信用代码|社会信用代码|信用代码|"
         "统一代码|注册号|工商注册号|营业执照号|营业执照注册号|统一社会信用代码（注册号）|"
         "检查对象编号|对象编号",
         NULL, "名录库中的号码；没有号码的填 SL- 开头的编号或只填名称"},
    [MODEL_LIBRARY_OBJECT] =
        {"name", "检查对象名称", FIELD_TEXT, false, 600, MASK_NONE,
         "名称|企业名称|单位名称|市场主体名称|主体名称|经营者名称|公司名称|被检查单位|对象名称|"
         "企业（单位）名称|持证单位|持证单位名称|使用单位|使用单位名称|被许可人|被许可人名称",
         NULL, "没有填号码的，按名称在名录库中查找，须一字不差"},
    [MODEL_LIBRARY_LICENCE] =
        {"licence", "许可证号", FIELD_NUMBER, false, 200, MASK_NONE,
         "许可证编号|许可证书编号|许可编号|证书编号|证件编号|许可证件号|许可文件编号|证照编号|"
         "资质证书编号|使用登记证编号|登记证编号|备案编号",
         NULL, "一张许可证一行；没有许可证的可空"},
    [MODEL_LIBRARY_WHAT] =
        {"what", "许可事项", FIELD_TEXT, false, 600, MASK_NONE,
         "许可项目|许可内容|许可范围|许可类别|许可证名称|许可文件名称|证书名称|经营项目|设备种类|"
         "类别",
         NULL, "许可什么，如：食品经营、危险化学品经营"},
    [MODEL_LIBRARY_VALID_UNTIL] =
        {"valid_until", "有效期至", FIELD_DATE, false, 40, MASK_NONE,
         "有效期|有效期截止|有效期止|有效期限|有效期截止日期|许可截止日期|到期日期|有效日期", NULL,
         "2027-12-31；长期有效的写“长期”"},
    [MODEL_LIBRARY_CONTACT] = {"contact", "联系人", FIELD_TEXT, false, 600, MASK_PERSON,
                               "联系人姓名|负责人|安全负责人", NULL, ""},
    [MODEL_LIBRARY_PHONE] = {"phone", "电话", FIELD_TEXT, false, 200, MASK_PHONE,
                             "联系电话|联系人电话|手机号|手机", NULL, ""},
};

static const struct field label_fields[MODEL_LABEL_COUNT] = {
    [MODEL_LABEL_WORD] = {"word", "标签", FIELD_TEXT, true, 200, MASK_NONE,
                          "标签名称|监管标签|标签词|标签内容|标签字", NULL,
                          "最多40个字；不能含顿号、逗号、分号、引号或竖线"},
    [MODEL_LABEL_THEME] = {"theme", "主题", FIELD_TEXT, false, 200, MASK_NONE,
                           "标签主题|标签类别|标签分类|标签类型|分类|类别|领域", NULL,
                           "同一主题的标签列在一起，如：行业、风险、专项"},
    [MODEL_LABEL_SUBJECT] = {"subject", "用途", FIELD_CODE, false, 64, MASK_NONE,
                             "标签用途|标注对象|适用于", model_label_subjects,
                             "检查对象、检查人员；空则为检查对象"},
    [MODEL_LABEL_STATE] = {"state", "状态", FIELD_CODE, false, 64, MASK_NONE, "标签状态",
                           model_label_states, "在用、停用；空则为在用"},
};

static const struct field result_fields[MODEL_RESULT_COUNT] = {
    [MODEL_RESULT_PLAN_NUMBER] = {"plan_number", "抽查计划编号", FIELD_TEXT, false, 0, MASK_NONE,
                                  "", NULL, ""},
    [MODEL_RESULT_PLAN_NAME] = {"plan_name", "抽查计划名称", FIELD_TEXT, false, 0, MASK_NONE, "",
                                NULL, ""},
    [MODEL_RESULT_TASK_NUMBER] = {"task_number", "抽查任务编号", FIELD_TEXT, false, 0, MASK_NONE,
                                  "", NULL, ""},
    [MODEL_RESULT_TASK_NAME] = {"task_name", "抽查任务名称", FIELD_TEXT, false, 0, MASK_NONE, "",
                                NULL, ""},
    [MODEL_RESULT_TYPE] = {"type", "抽查类型", FIELD_CODE, false, 0, MASK_NONE, "",
                           model_task_types, ""},
    [MODEL_RESULT_AUTHORITY] = {"authority", "抽查机关", FIELD_TEXT, false, 0, MASK_NONE, "", NULL,
                                ""},
    [MODEL_RESULT_DATE] = {"date", "抽查完成日期", FIELD_DATE, false, 0, MASK_NONE, "", NULL, ""},
    [MODEL_RESULT_OBJECT_NUMBER] = {"object_number", "统一社会信用代码", FIELD_NUMBER, false, 0,
                                    MASK_NONE, "", NULL, ""},
    [MODEL_RESULT_OBJECT_NAME] = {"object_name", "检查对象名称", FIELD_TEXT, false, 0, MASK_NONE,
                                  "", NULL, ""},
    [MODEL_RESULT_ITEM] = {"item", "检查事项", FIELD_TEXT, false, 0, MASK_NONE, "", NULL, ""},
    [MODEL_RESULT_TEXT] = {"result", "检查结果", FIELD_CODE, false, 0, MASK_NONE, "",
                           model_result_codes, ""},
};

const struct resource model_objects = {"objects", "检查对象名录库", object_fields,
                                       COUNT(object_fields)};
const struct resource model_inspectors = {"inspectors", "执法检查人员名录库", inspector_fields,
                                          COUNT(inspector_fields)};
const struct resource model_items = {"items", "随机抽查事项清单", item_fields, COUNT(item_fields)};
const struct resource model_superior = {"superior", "上级抽查事项清单", item_fields,
                                        COUNT(item_fields)};
const struct resource model_departments = {"departments", "部门", department_fields,
                                           COUNT(department_fields)};
const struct resource model_commissions = {"commissions", "第三方委托", commission_fields,
                                           COUNT(commission_fields)};
const struct resource model_meetings = {"meetings", "会议登记簿", meeting_fields,
                                        COUNT(meeting_fields)};
const struct resource model_issuances = {"issuances", "印发文件登记簿", issuance_fields,
                                         COUNT(issuance_fields)};
const struct resource model_courses = {"courses", "业务培训登记簿", course_fields,
                                       COUNT(course_fields)};
const struct resource model_libraries = {"libraries", "专项库", library_fields,
                                         COUNT(library_fields)};
const struct resource model_labels = {"labels", "标签字库", label_fields, COUNT(label_fields)};
const struct resource model_results = {"results", "双随机抽查结果信息", result_fields,
                                       COUNT(result_fields)};
