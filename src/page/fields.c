/* The fields of forms: see fields.h. */
#include "page/fields.h"

#include "model/resource.h"
#include "page/desk.h"

#include <string.h>

/* Of a form about rows picked in a list (desk_picked_form). */
#define FIELDS_PICKED " which filter total keys sure"
/* The conditions of the lists of people and commissions, carried to their exports. */
#define FIELDS_PEOPLE " q department category standing validity state speciality area kind"
/* Of every form of the workbench: desk_hidden and the idempotency key. */
#define FIELDS_DESK "csrf came key"

enum { FIELDS_NAME = 40 };

const struct fields_row fields_rows[] = {
    {"feedback-post", "key subject text contact", NULL, NULL, NULL},
    {"desk-sign-in-post", "to action name password keep.*", NULL, NULL, NULL},
    {"desk-setup-post",
     "code name0 person0 password0 name1 person1 password1 name2 person2 password2", NULL, NULL,
     NULL},
    {"desk-large", "back", NULL, NULL, NULL},
    {"desk-sign-out", "all", NULL, NULL, NULL},
    {"desk-password-post", "old password again", NULL, NULL, NULL},
    {"desk-sessions-end", "session", NULL, NULL, NULL},
    {"desk-lists-save", "list back size reset c-*", NULL, NULL, NULL},
    {"desk-account-add", "name person department inspector phone version", NULL, NULL, NULL},
    {"desk-account-edit-post", "person department inspector phone version", NULL, NULL, NULL},
    {"desk-account-state", "state", NULL, NULL, NULL},
    {"desk-account-reset", "", NULL, NULL, NULL},
    {"desk-account-end", "session", NULL, NULL, NULL},
    {"desk-account-grant", "role", NULL, NULL, NULL},
    {"desk-account-revoke", "role", NULL, NULL, NULL},
    {"desk-account-clearance", "clearance", NULL, NULL, NULL},
    {"desk-feedback-save", "seen state note", NULL, NULL, NULL},
    {"desk-feedback-reveal", "reason", NULL, NULL, NULL},
    {"desk-approval-decide", "decision words", NULL, NULL, NULL},
    {"desk-approval-file", "", NULL, NULL, NULL},
    {"desk-due-export-post", "format q department task state col-#", NULL, NULL, NULL},
    {"desk-job-cancel", "", NULL, NULL, NULL},
    {"desk-import-objects-post", "department division", NULL, NULL, NULL},
    {"desk-import-objects-act", "act c#", NULL, NULL, NULL},
    {"desk-import-inspectors-post", "department division", NULL, NULL, NULL},
    {"desk-import-inspectors-act", "act c#", NULL, NULL, NULL},
    {"desk-import-items-post", "department", NULL, NULL, NULL},
    {"desk-import-items-act", "act c#", NULL, NULL, NULL},
    {"desk-import-libraries-post", "library", NULL, NULL, NULL},
    {"desk-import-libraries-act", "act c#", NULL, NULL, NULL},
    {"desk-import-labels-post", "", NULL, NULL, NULL},
    {"desk-import-labels-act", "act c#", NULL, NULL, NULL},
    {"desk-import-commissions-post", "department", NULL, NULL, NULL},
    {"desk-import-commissions-act", "act c#", NULL, NULL, NULL},
    {"desk-import-superior-post", "list", NULL, NULL, NULL},
    {"desk-import-superior-act", "act c#", NULL, NULL, NULL},
    {"desk-import-meetings-post", "department", NULL, NULL, NULL},
    {"desk-import-meetings-act", "act c#", NULL, NULL, NULL},
    {"desk-import-issuances-post", "department", NULL, NULL, NULL},
    {"desk-import-issuances-act", "act c#", NULL, NULL, NULL},
    {"desk-import-courses-post", "department", NULL, NULL, NULL},
    {"desk-import-courses-act", "act c#", NULL, NULL, NULL},
    {"desk-reference-post", "department", NULL, NULL, NULL},
    {"desk-department-add", "", &model_departments, NULL, NULL},
    {"desk-department-save", "", &model_departments, NULL, "code"},
    {"desk-object-add", "", &model_objects, NULL, NULL},
    {"desk-object-save", "was reason", &model_objects, NULL, "number"},
    {"desk-object-label", "word reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-object-unlabel", "word reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-object-place", "library reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-object-displace", "library reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-object-export-order", "format filter", &model_objects, "c-", NULL},
    {"desk-object-state", "was state reason", NULL, NULL, NULL},
    {"desk-object-department", "department remove", NULL, NULL, NULL},
    {"desk-object-library", "library licence what valid_until contact phone remove", NULL, NULL,
     NULL},
    {"desk-object-reveal", "reason", NULL, NULL, NULL},
    {"desk-label-add", "word theme subject state job", NULL, NULL, NULL},
    {"desk-label-save", "theme state job", NULL, NULL, NULL},
    {"desk-library-add", "name department basis state job grade", NULL, NULL, NULL},
    {"desk-library-save", "name department basis state job grade", NULL, NULL, NULL},
    {"desk-library-grade", "grade reason", NULL, NULL, NULL},
    {"desk-library-export-order", "format", NULL, NULL, NULL},
    {"desk-item-withdraw", "reason", NULL, NULL, NULL},
    {"desk-draft-add", "version kind code reason", &model_items, NULL, "compiler"},
    {"desk-draft-save", "version kind code reason", &model_items, NULL, "compiler"},
    {"desk-drafts-publish", "effective_on words" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-draft-submit", "version", NULL, NULL, NULL},
    {"desk-draft-drop", "version", NULL, NULL, NULL},
    {"desk-draft-review", "version words do", NULL, NULL, NULL},
    {"desk-superior-claim", "department" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-superior-decline", "reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-superior-assign", "department reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-outside-add", "department object checked_on source ground note", NULL, NULL, NULL},
    {"desk-setting-save", "value basis confirm", NULL, NULL, NULL},
    {"desk-dictionary-save", "word synonyms closed basis", NULL, NULL, NULL},
    {"desk-commission-add", "", &model_commissions, NULL, NULL},
    {"desk-commission-save", "", &model_commissions, NULL, "code department grade"},
    {"desk-commission-export-post", "format col-#" FIELDS_PEOPLE FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-commissions-cancel", "reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-meeting-add", "", &model_meetings, NULL, "code state"},
    {"desk-meeting-save", "reason", &model_meetings, NULL, "code state department grade"},
    {"desk-meeting-export-post", "format filter", &model_meetings, "c-", NULL},
    {"desk-meeting-withdraw-post", "reason", NULL, NULL, NULL},
    {"desk-meeting-grade", "grade reason", NULL, NULL, NULL},
    {"desk-meeting-file-add", "grade", NULL, NULL, NULL},
    {"desk-meeting-file-remove", "", NULL, NULL, NULL},
    {"desk-meeting-file-original", "", NULL, NULL, NULL},
    {"desk-issuance-add", "", &model_issuances, NULL, "code state"},
    {"desk-issuance-save", "reason", &model_issuances, NULL, "code state department grade"},
    {"desk-issuance-export-post", "format filter", &model_issuances, "c-", NULL},
    {"desk-issuance-withdraw-post", "reason", NULL, NULL, NULL},
    {"desk-issuance-grade", "grade reason", NULL, NULL, NULL},
    {"desk-issuance-file-add", "grade", NULL, NULL, NULL},
    {"desk-issuance-file-remove", "", NULL, NULL, NULL},
    {"desk-issuance-file-original", "", NULL, NULL, NULL},
    {"desk-course-add", "", &model_courses, NULL, "code state"},
    {"desk-course-save", "reason", &model_courses, NULL, "code state department grade"},
    {"desk-course-export-post", "format filter", &model_courses, "c-", NULL},
    {"desk-course-withdraw-post", "reason", NULL, NULL, NULL},
    {"desk-course-grade", "grade reason", NULL, NULL, NULL},
    {"desk-course-file-add", "grade", NULL, NULL, NULL},
    {"desk-course-file-remove", "", NULL, NULL, NULL},
    {"desk-course-file-original", "", NULL, NULL, NULL},
    {"desk-document-add",
     "department revision title number item effective_on year plan approver openness "
     "openness_reason grade text#",
     NULL, NULL, NULL},
    {"desk-document-save",
     "reason revision title number item effective_on year plan approver openness openness_reason "
     "grade text#",
     NULL, NULL, NULL},
    {"desk-documents-publish", FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-documents-withdraw", "reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-document-submit", "", NULL, NULL, NULL},
    {"desk-document-step", "act reason openness off grade", NULL, NULL, NULL},
    {"desk-document-file-add", "grade", NULL, NULL, NULL},
    {"desk-document-file-remove", "", NULL, NULL, NULL},
    {"desk-document-file-original", "", NULL, NULL, NULL},
    {"desk-commission-grade", "grade reason", NULL, NULL, NULL},
    {"desk-commission-file-add", "grade", NULL, NULL, NULL},
    {"desk-commission-file-remove", "", NULL, NULL, NULL},
    {"desk-commission-file-original", "", NULL, NULL, NULL},
    {"desk-inspector-add", "", &model_inspectors, NULL, "state reason"},
    {"desk-inspector-save", "", &model_inspectors, NULL, "department"},
    {"desk-inspector-export-post",
     "format col-# plain reason act proof_password" FIELDS_PEOPLE FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-inspectors-leave", "reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-inspectors-return", "reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-inspectors-label", "word reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-inspectors-unlabel", "word reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-expert-export-post",
     "format col-# plain reason act proof_password" FIELDS_PEOPLE FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-experts-leave", "reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-experts-return", "reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-experts-label", "word reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-experts-unlabel", "word reason" FIELDS_PICKED, NULL, NULL, NULL},
    {"desk-inspector-state", "state reason", NULL, NULL, NULL},
    {"desk-inspector-reveal", "reason", NULL, NULL, NULL},
    {"desk-interest-add", "object kind reason", NULL, NULL, NULL},
    {"desk-interest-end", "declared reason", NULL, NULL, NULL},
    {"desk-calendar-upload", "basis", NULL, NULL, NULL},
    {"desk-calendar-confirm", "year days basis", NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* Numbers of persons in full; and whose rows they are, where only the office reaches them all. */
const struct fields_limit fields_limits[] = {
    {"desk-inspector-export-post", "plain", MODEL_PERMISSION_PERSON_UNMASK, MODEL_SCOPE_OWN},
    {"desk-inspector-export-post", "reason", MODEL_PERMISSION_PERSON_UNMASK, MODEL_SCOPE_OWN},
    {"desk-inspector-export-post", "act", MODEL_PERMISSION_PERSON_UNMASK, MODEL_SCOPE_OWN},
    {"desk-expert-export-post", "plain", MODEL_PERMISSION_PERSON_UNMASK, MODEL_SCOPE_OWN},
    {"desk-expert-export-post", "reason", MODEL_PERMISSION_PERSON_UNMASK, MODEL_SCOPE_OWN},
    {"desk-expert-export-post", "act", MODEL_PERMISSION_PERSON_UNMASK, MODEL_SCOPE_OWN},
    {"desk-draft-add", "department", MODEL_PERMISSION_ITEM_EDIT, MODEL_SCOPE_ALL},
    {"desk-draft-save", "department", MODEL_PERMISSION_ITEM_EDIT, MODEL_SCOPE_ALL},
    {"desk-outside-add", "department", MODEL_PERMISSION_ITEM_EDIT, MODEL_SCOPE_ALL},
    {"desk-superior-claim", "department", MODEL_PERMISSION_ITEM_EDIT, MODEL_SCOPE_ALL},
    {"desk-superior-assign", "department", MODEL_PERMISSION_ITEM_EDIT, MODEL_SCOPE_ALL},
    {NULL, NULL, MODEL_PERMISSION_SELF, MODEL_SCOPE_NONE},
};

const struct fields_row *fields_find(const struct web_route *route)
{
    for (const struct fields_row *row = fields_rows; row->route != NULL; row++)
        if (strcmp(row->route, route->name) == 0)
            return row;
    return NULL;
}

static bool fields_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.len > 0;
}

/* Is the name the word, or of the family that the word stands for? */
static bool fields_fits(struct str name, struct str word)
{
    char last = word.data[word.len - 1];
    struct str head = str_sub(word, 0, word.len - 1);
    if (last != '#' && last != '*')
        return str_eq(name, word);
    if (!str_starts(name, head))
        return false;
    struct str rest = str_sub(name, head.len, SIZE_MAX);
    return last == '*' ? rest.len > 0 : fields_digits(rest);
}

static bool fields_among(struct str name, const char *words)
{
    struct str rest = str_of(words);
    struct str word;
    while (str_cut(&word, &rest, ' '))
        if (word.len > 0 && fields_fits(name, word))
            return true;
    return false;
}

static bool fields_of(struct str name, const struct fields_row *row)
{
    struct str before = str_of(row->before != NULL ? row->before : "");
    if (row->of == NULL || !str_starts(name, before))
        return false;
    struct str rest = str_sub(name, before.len, SIZE_MAX);
    for (size_t i = 0; i < row->of->count; i++)
        if (str_eq(rest, str_of(row->of->fields[i].name)))
            return row->but == NULL || !fields_among(rest, row->but);
    return false;
}

/* What the shell of the workbench puts into a form, or what a route's flags bring with them. */
static bool fields_common(const struct web_route *route, struct str name)
{
    return (str_starts(str_of(route->name), STR("desk-")) && fields_among(name, FIELDS_DESK)) ||
           ((route->flags & WEB_FORM) != 0 && str_eq(name, STR("again"))) ||
           ((route->flags & WEB_PROVE) != 0 && str_eq(name, STR("proof_password")));
}

bool fields_known(const struct web_route *route, struct str name)
{
    const struct fields_row *row = fields_find(route);
    return row != NULL &&
           (fields_common(route, name) || fields_among(name, row->own) || fields_of(name, row));
}

bool fields_open(const struct web_route *route, struct str name, unsigned roles,
                 enum model_grade clearance)
{
    for (const struct fields_limit *l = fields_limits; l->route != NULL; l++)
        if (strcmp(l->route, route->name) == 0 && str_eq(name, str_of(l->field)))
            return model_permission_scope(l->permission, roles, clearance) >= l->scope;
    return true;
}

/* The name as it may be told: whatever else was sent is nobody's word. */
static struct str fields_told(struct str name)
{
    bool plain = name.len <= FIELDS_NAME;
    for (size_t i = 0; i < name.len && plain; i++)
        plain = name.data[i] > ' ' && name.data[i] <= '~';
    return plain ? name : STR("（不能显示的名称）");
}

enum err fields_denied(const struct web_request *request, const char *route,
                       const struct fault *fault)
{
    const struct desk *desk = desk_of(request);
    struct errand e = desk_errand(request);
    office_session_act(&e, &desk->session, &desk->scope);
    return office_session_denied(&e, str_of(route), str_of(fault_text(fault)));
}

enum err page_fields(const struct web_request *request, const struct web_route *route,
                     struct fault *fault)
{
    const struct desk *desk = route->permit != 0 ? desk_of(request) : NULL;
    for (size_t i = 0; i < request->field_count; i++) {
        struct str name = request->fields[i].name;
        enum err err = ERR_OK;
        if (!fields_known(route, name))
            err = fault_set(fault, ERR_INPUT, "这个表单没有“%.*s”这一项，没有执行",
                            STR_ARG(fields_told(name)));
        else if (desk != NULL && !fields_open(route, name, desk->session.roles,
                                              (enum model_grade)desk->session.clearance))
            err = fault_set(fault, ERR_FORBIDDEN, "您的角色不能填写“%.*s”这一项，没有执行",
                            STR_ARG(fields_told(name)));
        if (err != ERR_OK && desk != NULL)
            TRY(fields_denied(request, route->name, fault));
        TRY(err);
    }
    return ERR_OK;
}
