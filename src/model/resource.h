/* The resources of the two registries, the catalogue and the organisation, each described once
 * (DESIGN.md section 3). The index of a field in its table is its MODEL_* number. */
#ifndef MODEL_RESOURCE_H
#define MODEL_RESOURCE_H

#include "base/field.h"

/* 检查对象名录库 (R19, R21, R26, R27, R29) */
enum model_object_field {
    MODEL_OBJECT_NUMBER,
    MODEL_OBJECT_NAME,
    MODEL_OBJECT_KIND,
    MODEL_OBJECT_TYPE,
    MODEL_OBJECT_STATE,
    MODEL_OBJECT_DIVISION,
    MODEL_OBJECT_ADDRESS,
    MODEL_OBJECT_INDUSTRY,
    MODEL_OBJECT_BUSINESS,
    MODEL_OBJECT_ESTABLISHED,
    MODEL_OBJECT_RISK,
    MODEL_OBJECT_RISK_ON,
    MODEL_OBJECT_OBSERVED_UNTIL,
    MODEL_OBJECT_DEPARTMENT,
    MODEL_OBJECT_LABELS,
    MODEL_OBJECT_COUNT
};

/* 执法检查人员名录库 and 专家库 (R34-R40) */
enum model_inspector_field {
    MODEL_INSPECTOR_NAME,
    MODEL_INSPECTOR_DEPARTMENT,
    MODEL_INSPECTOR_POSITION,
    MODEL_INSPECTOR_CATEGORY,
    MODEL_INSPECTOR_CERTIFICATE,
    MODEL_INSPECTOR_VALID_UNTIL,
    MODEL_INSPECTOR_ISSUER,
    MODEL_INSPECTOR_CERTIFICATE2,
    MODEL_INSPECTOR_VALID_UNTIL2,
    MODEL_INSPECTOR_SPECIALITIES,
    MODEL_INSPECTOR_AREAS,
    MODEL_INSPECTOR_PHONE,
    MODEL_INSPECTOR_STATE,
    MODEL_INSPECTOR_REASON,
    MODEL_INSPECTOR_INSTITUTION,
    MODEL_INSPECTOR_TERM_UNTIL,
    MODEL_INSPECTOR_COUNT
};

/* 随机抽查事项清单 (R1-R6, R12, R16) */
enum model_item_field {
    MODEL_ITEM_COMPILER,
    MODEL_ITEM_NUMBER,
    MODEL_ITEM_CATEGORY,
    MODEL_ITEM_NAME,
    MODEL_ITEM_OBJECTS,
    MODEL_ITEM_CLASS,
    MODEL_ITEM_METHODS,
    MODEL_ITEM_SUBJECT,
    MODEL_ITEM_CONTENT,
    MODEL_ITEM_BASIS,
    MODEL_ITEM_RATIO,
    MODEL_ITEM_FREQUENCY,
    MODEL_ITEM_CAP,
    MODEL_ITEM_DEPARTMENT,
    MODEL_ITEM_PARTNERS,
    MODEL_ITEM_LABELS,
    MODEL_ITEM_FORM,
    MODEL_ITEM_FORM_CODE, /* of the check form in the document library; empty: only a name */
    MODEL_ITEM_COUNT
};

/* 部门 (R45, R46, R143) */
enum model_department_field {
    MODEL_DEPARTMENT_CODE,
    MODEL_DEPARTMENT_NAME,
    MODEL_DEPARTMENT_PARENT,
    MODEL_DEPARTMENT_LEVEL,
    MODEL_DEPARTMENT_DIVISION,
    MODEL_DEPARTMENT_LEADER,
    MODEL_DEPARTMENT_SECTION,
    MODEL_DEPARTMENT_PERSON,
    MODEL_DEPARTMENT_LIAISON,
    MODEL_DEPARTMENT_PHONE,
    MODEL_DEPARTMENT_STATE,
    MODEL_DEPARTMENT_ALIASES, /* by which lists call it, 、 between (R12) */
    MODEL_DEPARTMENT_COUNT
};

/* 委托第三方 (R42, R43): 谁委托、谁付费 */
enum model_commission_field {
    MODEL_COMMISSION_CODE,
    MODEL_COMMISSION_KIND,
    MODEL_COMMISSION_BODY,
    MODEL_COMMISSION_QUALIFICATION,
    MODEL_COMMISSION_MATTER,
    MODEL_COMMISSION_DEPARTMENT,
    MODEL_COMMISSION_PAYER,
    MODEL_COMMISSION_CONTRACT,
    MODEL_COMMISSION_FEE,
    MODEL_COMMISSION_TASK,
    MODEL_COMMISSION_EXPERT,
    MODEL_COMMISSION_BEGINS_ON,
    MODEL_COMMISSION_ENDS_ON,
    MODEL_COMMISSION_CONCLUSION,
    MODEL_COMMISSION_STATE,
    MODEL_COMMISSION_GRADE, /* 安全标记 (AC7) */
    MODEL_COMMISSION_COUNT
};

/* The registers (登记簿, R143-R145): what all three have, at the same places */
enum model_register_field {
    MODEL_REGISTER_CODE,
    MODEL_REGISTER_TITLE,
    MODEL_REGISTER_DATE,
    MODEL_REGISTER_DEPARTMENT,
    MODEL_REGISTER_STATE,
    MODEL_REGISTER_GRADE, /* 安全标记 (AC7) */
    MODEL_REGISTER_COMMON
};
/* 会议 */
enum model_meeting_field {
    MODEL_MEETING_KIND = MODEL_REGISTER_COMMON,
    MODEL_MEETING_ATTENDEES, /* names of departments */
    MODEL_MEETING_PLACE,
    MODEL_MEETING_MINUTES, /* 文号 of the minutes, or their code in the document library */
    MODEL_MEETING_NOTE,
    MODEL_MEETING_COUNT
};
/* 印发文件 */
enum model_issuance_field {
    MODEL_ISSUANCE_NUMBER = MODEL_REGISTER_COMMON, /* 文号 */
    MODEL_ISSUANCE_LEVEL,
    MODEL_ISSUANCE_NOTE,
    MODEL_ISSUANCE_COUNT
};
/* 业务培训 */
enum model_course_field {
    MODEL_COURSE_KIND = MODEL_REGISTER_COMMON,
    MODEL_COURSE_PEOPLE,
    MODEL_COURSE_HOURS,
    MODEL_COURSE_TEACHER,
    MODEL_COURSE_CONTENT,
    MODEL_COURSE_TASK, /* before whose draw it was held (R99) */
    MODEL_COURSE_NOTE,
    MODEL_COURSE_COUNT
};

/* A place in a special library (专项库, R26): a row a licence of an object */
enum model_library_field {
    MODEL_LIBRARY_NAME,
    MODEL_LIBRARY_NUMBER,
    MODEL_LIBRARY_OBJECT,
    MODEL_LIBRARY_LICENCE,
    MODEL_LIBRARY_WHAT,
    MODEL_LIBRARY_VALID_UNTIL,
    MODEL_LIBRARY_CONTACT,
    MODEL_LIBRARY_PHONE,
    MODEL_LIBRARY_COUNT
};

/* 标签字库, as a province gives it (R27) */
enum model_label_field {
    MODEL_LABEL_WORD,
    MODEL_LABEL_THEME,
    MODEL_LABEL_SUBJECT,
    MODEL_LABEL_STATE,
    MODEL_LABEL_COUNT
};

/* 抽查结果, in the columns of the national publicity system (R109, ECOSYSTEM c.1) */
enum model_result_field {
    MODEL_RESULT_PLAN_NUMBER,
    MODEL_RESULT_PLAN_NAME,
    MODEL_RESULT_TASK_NUMBER,
    MODEL_RESULT_TASK_NAME,
    MODEL_RESULT_TYPE,
    MODEL_RESULT_AUTHORITY,
    MODEL_RESULT_DATE,
    MODEL_RESULT_OBJECT_NUMBER,
    MODEL_RESULT_OBJECT_NAME,
    MODEL_RESULT_ITEM,
    MODEL_RESULT_TEXT,
    MODEL_RESULT_COUNT
};

extern const struct resource model_objects;
extern const struct resource model_inspectors;
extern const struct resource model_items;
extern const struct resource model_superior; /* a superior's item list: the same fields (R10) */
extern const struct resource model_departments;
extern const struct resource model_commissions;
extern const struct resource model_meetings;
extern const struct resource model_issuances;
extern const struct resource model_courses;
extern const struct resource model_libraries;
extern const struct resource model_labels;
extern const struct resource model_results;

/* Dictionaries of REQUIREMENTS.md B; each ends with a row whose code is NULL. */
extern const struct field_word model_object_kinds[];
extern const struct field_word model_object_states[];
extern const struct field_word model_risks[];
extern const struct field_word model_categories[];
extern const struct field_word model_person_states[];
extern const struct field_word model_conflict_kinds[];   /* what an interest is, R91 */
extern const struct field_word model_commission_kinds[]; /* R43 */
extern const struct field_word model_commission_states[];
extern const struct field_word model_register_states[];
extern const struct field_word model_meeting_kinds[];
extern const struct field_word model_issuance_levels[];
extern const struct field_word model_course_kinds[];    /* R145 */
extern const struct field_word model_adoption_kinds[];  /* 采信, R44 */
extern const struct field_word model_exemption_kinds[]; /* why a result is withheld, R110 */
extern const struct field_word model_exemption_bases[]; /* of each kind, the provision */
extern const struct field_word model_result_parts[];    /* what can be kept back alone, R110 */
extern const struct field_word model_openness[];        /* 公开属性, R115 */
extern const struct field_word model_label_subjects[];
extern const struct field_word model_label_states[];
extern const struct field_word model_item_classes[];
extern const struct field_word model_methods[];
extern const struct field_word model_result_codes[];   /* 01-08, B1 */
extern const struct field_word model_measures[];       /* 后续处置, B3 */
extern const struct field_word model_measure_states[]; /* 未完结/已完结 */
extern const struct field_word model_sources[];        /* 检查来源, B4 */
extern const struct field_word model_quota_modes[];    /* PROTOCOL 5 */
extern const struct field_word model_task_states[];
extern const struct field_word model_visit_states[];
extern const struct field_word model_task_types[];   /* 定向/不定向 */
extern const struct field_word model_exclusions[];   /* reasons of zero-quota strata */
extern const struct field_word model_skip_reasons[]; /* why an object cannot be inspected */

/* The word with this code, or with this text or synonym (exact, after trimming). NULL if none. */
const struct field_word *model_word_by_code(const struct field_word *words, struct str code);
const struct field_word *model_word_by_text(const struct field_word *words, struct str text);
/* The Chinese text of a code; the code itself where the dictionary lacks it. */
struct str model_text(const struct field_word *words, struct str code);
/* Does a result (model_result_codes) say that something was found: neither 未发现问题 nor
 * 未发现开展本次抽查涉及的经营活动? */
bool model_result_found(struct str code);

#endif
