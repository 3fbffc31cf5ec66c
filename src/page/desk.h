/* The workbench (工作台): the shell that every page under /desk stands in, and its forms.
 *
 * A page of the workbench is a handler in src/page/desk_NAME.c, a template
 * ui/page/desk_NAME.mustache that begins with {{>desk_head}} and ends with {{>desk_foot}}, a row in
 * routes.c whose permit is DESK_PERMIT(ID) of model/permission.def, and, where it is entered from
 * the menu, a row in desk.c. The route's permit alone decides who comes in; desk_begin gives the
 * page its errand, already with the person as actor and how far the permission reaches as scope:
 * hand it on, decide nothing.
 *
 *     enum err desk_things(struct web_reply *reply, const struct web_request *request,
 *                          struct fault *fault)
 *     {
 *         struct page p;
 *         desk_begin(&p, request, "/desk/things", "名单");
 *         ... office_things(&rows, &count, &p.errand) ...
 *         ... web_set_list(&p.model, &p.model.root, "rows") ...
 *         return page_end(reply, &p, "desk_things");
 *     }
 *
 * A form: desk_form_begin, a desk_form_field for each field, page_end; on POST the same, after the
 * office refused, with desk_form_refused between (nothing typed is lost). Mark its POST row
 * WEB_FORM and ask desk_form_again first: true means that the person has just signed in anew and
 * wants to see what he typed, nothing more. Its fields stand in fields.c. A form's errand has its
 * idempotency key (hidden field key). What is done is answered by desk_done: a redirect to a page
 * that says so; a button that was refused, by its page again after desk_refused. Every POST form
 * holds {{>desk_hidden}} (CSRF token and key); the guard has checked it before a handler runs. */
#ifndef PAGE_DESK_H
#define PAGE_DESK_H

#include "office/session.h"
#include "page/page.h"

/* The session's cookie. */
#define DESK_COOKIE "__Host-s"

/* For a route's permit. */
#define DESK_PERMIT(id) (MODEL_PERMISSION_##id + 1)

/* request->session behind the guard. */
struct desk {
    struct office_session session;
    struct office_scope scope; /* of the route's permission */
};
/* The person behind a request to a guarded route. */
const struct desk *desk_of(const struct web_request *request);

/* The guard of all routes with a permit: web_config.guard. Session, same origin and CSRF token of a
 * POST, a password that must be changed, the permission and its scope; a refusal is audited. */
/* page_guard is declared in page.h. */
/* Asks the person for his password where he has not typed it lately (SECURITY.md ID11): *answered,
 * then the page that asks, with all that was typed in it, stands in the reply. The guard does it
 * for routes marked WEB_PROVE; a handler, for what only some of its answers need. Takes a hash:
 * mark the route WEB_HEAVY. */
MUST enum err desk_prove(bool *answered, struct web_reply *reply, const struct web_request *request,
                         struct errand *e, const struct office_session *session);
/* The error page within the shell; false where nobody is signed in. */
bool desk_error(struct web_reply *reply, const struct web_request *request, int status,
                const struct fault *fault);

/* Starts a page: errand, menu (what the person may enter), breadcrumb, person, watermark, hidden
 * fields, message of ?done=. nav: the href of its menu row. */
void desk_begin(struct page *p, const struct web_request *request, const char *nav,
                const char *title);
/* One more step of the breadcrumb before the title (href may be absent). */
void desk_crumb(struct page *p, struct str label, struct str href);
/* Starts a page for nobody in particular: sign-in, setup. The errand acts for nobody. */
void desk_begin_public(struct page *p, const struct web_request *request, const char *title);
/* May the person use a permission at all? For buttons that lead to another route. */
bool desk_may(const struct page *p, enum model_permission permission);
/* May he open this address (its query aside)? False where the route table has no such page. */
bool desk_opens(const struct page *p, struct str href);
/* Sets a flag in the model: desk_may under a name. */
void desk_set_may(struct page *p, const char *name, enum model_permission permission);
/* A message above the page: good, or what is wrong. */
void desk_say(struct page *p, bool good, struct str words);
/* A page that is shown again because something was refused: its status, and the errand's words
 * above it. Before the page reads anything, which empties the words. Nothing for ERR_OK. */
void desk_refused(struct web_reply *reply, struct page *p, enum err refused);
/* Redirects (303) to a page of the workbench, which then says what was done: "saved", "ended", ...
 * (the table in desk.c); where may already hold a query. */
MUST enum err desk_done(struct web_reply *reply, const struct web_request *request,
                        struct str where, const char *done);
/* The same with a number in its words: "labelled", ... */
MUST enum err desk_done_count(struct web_reply *reply, const struct web_request *request,
                              struct str where, const char *done, int64_t count);
/* Redirects (303) to the page of a job that was just ordered. */
MUST enum err desk_ordered(struct web_reply *reply, const struct web_request *request, int64_t job);
/* Redirects (303). */
void desk_go(struct web_reply *reply, struct str where);
/* A browser and its system in words (Chrome，Windows); what is not known stays as it came. */
struct str desk_agent(struct page *p, struct str agent);
/* The page of the workbench that a form's field back names, /desk where it names none. */
struct str desk_back(const struct web_request *request);
/* A whole number of a capture, param or field; 0 where it is none. */
int64_t desk_number(struct str text);
/* "BASE/ID" */
struct str desk_href(struct page *p, const char *base, int64_t id);

/* --- forms --- */

enum desk_input {
    DESK_TEXT,
    DESK_AREA,
    DESK_PASSWORD, /* the present one */
    DESK_NEW_PASSWORD,
    DESK_SELECT, /* with words, or options added by desk_form_option */
    DESK_DATE,
    DESK_CHECK, /* value "1" */
    DESK_HIDDEN
};

struct desk_field {
    const char *name;
    const char *label;
    enum desk_input kind;
    bool required;
    const char *hint;               /* NULL for none */
    const struct field_word *words; /* DESK_SELECT: ends with code NULL; may be NULL */
};

/* What is wrong with a further field. */
struct desk_wrong {
    const char *name;
    struct str words;
};
enum { DESK_WRONGS = 64 };

struct desk_form {
    struct page *p;
    struct web_value *object;
    struct web_value *fields;
    const struct fault *fault; /* what was refused; NULL: nothing */
    bool placed;               /* its words stand at a field */
    struct desk_wrong wrongs[DESK_WRONGS];
    size_t wrong_count;
};
/* Starts the page's form ({{>desk_form}}): where it posts to, its button. */
void desk_form_begin(struct desk_form *form, struct page *p, struct str action, const char *button);
/* What the office refused: its words appear at the field that the fault names, else above. Call it
 * before the fields. Sets the reply's status. */
void desk_form_refused(struct desk_form *form, struct web_reply *reply, enum err err);
/* One more field that is wrong, where the office told several at once. Before the fields. */
void desk_form_wrong(struct desk_form *form, const char *name, struct str words);
/* One field with its value: what was typed, else `value`. Gives the field's object, for
 * desk_form_option. */
struct web_value *desk_form_field(struct desk_form *form, const struct desk_field *field,
                                  struct str value);
/* One choice of a select. */
void desk_form_option(struct desk_form *form, struct web_value *field, struct str value,
                      struct str label);
/* A department's name as a choice of a select: a wide space before it for each level above it, from
 * the topmost department that is shown on. */
struct str desk_indent(struct page *p, struct str name, unsigned depth);
/* Words that a text field with a list of words is filled from: its completions are what it holds
 * with one word more. */
void desk_form_words(struct desk_form *form, struct web_value *field, const struct str *words,
                     size_t count);
/* Is this POST here only to show the form again (see above)? */
bool desk_form_again(const struct web_request *request);
/* Has a route marked WEB_FORM show its form again with what was typed, without acting: its handler
 * finds desk_form_again true. */
MUST enum err desk_form_return(struct web_reply *reply, const struct web_request *request,
                               const struct web_route *route, struct fault *fault);
/* For pages with forms of their own (without desk_form_begin): says above them that the person has
 * signed in anew. What was typed stands in the model as typed.NAME, the last part of the address
 * that it was sent to as the flag typed.at_PART, a field act as typed.act_VALUE, and what is wrong
 * with a field as wrong.NAME. */
void desk_say_again(struct page *p);
/* May the error be told at the form (4xx), so that the person mends it? */
bool desk_form_mends(enum err err);

/* --- signing in --- */

/* The sign-in page in place of a request whose session is over: what was typed travels with it. */
MUST enum err desk_sign_in_again(struct web_reply *reply, const struct web_request *request);
/* Makes the cookie of a session. */
MUST enum err desk_cookie(struct web_reply *reply, struct arena *arena, struct str token);
/* Reads the session of a token and the scope of a route's permission, as the guard does. */
MUST enum err desk_enter(struct desk **out, struct errand *e, struct str token, unsigned permit);
/* An errand of nobody, with the request's origin. */
struct errand desk_errand(const struct web_request *request);

web_handler desk_home, desk_large, desk_sign_in, desk_sign_in_post, desk_sign_out, desk_setup,
    desk_setup_post, desk_password, desk_password_post, desk_sessions, desk_sessions_end;
web_handler desk_lists_save, desk_accounts, desk_account, desk_account_new, desk_account_add,
    desk_account_edit, desk_account_state, desk_account_reset, desk_account_end, desk_account_grant,
    desk_account_revoke, desk_account_clearance, desk_matrix, desk_matrix_csv;
web_handler desk_documents, desk_document, desk_document_new, desk_document_edit,
    desk_document_submit, desk_document_step, desk_document_file_add, desk_document_file,
    desk_document_file_remove, desk_document_file_original, desk_commission_grade,
    desk_commission_file_add, desk_commission_file, desk_commission_file_remove,
    desk_commission_file_original;
web_handler desk_batch, desk_commission_export;
web_handler desk_divisions, desk_commissions, desk_commission, desk_commission_new,
    desk_commission_edit;
web_handler desk_inspectors, desk_experts, desk_inspector_groups, desk_inspector,
    desk_inspector_new, desk_inspector_edit, desk_inspector_state, desk_inspector_reveal,
    desk_inspector_export, desk_expert_export, desk_interest_new, desk_interest_end;
web_handler desk_registers, desk_register, desk_register_new, desk_register_edit,
    desk_register_withdraw, desk_register_grade, desk_register_export, desk_register_file_add,
    desk_register_file, desk_register_file_remove, desk_register_file_original;
web_handler desk_due, desk_due_export, desk_task_steps;
web_handler desk_approvals, desk_approval, desk_approval_file;
web_handler desk_feedback_list, desk_feedback, desk_feedback_reveal;
web_handler desk_audit, desk_audit_csv, desk_departments, desk_department, desk_department_new,
    desk_department_edit;
web_handler desk_jobs, desk_job, desk_job_file, desk_job_cancel;
web_handler desk_health, desk_health_missing, desk_reference, desk_reference_post, desk_guide;
web_handler desk_import, desk_import_post, desk_import_check, desk_import_act, desk_import_template;

web_handler desk_objects, desk_object, desk_object_new, desk_object_edit, desk_object_state,
    desk_object_department, desk_object_library, desk_object_reveal, desk_object_label,
    desk_object_unlabel, desk_object_place, desk_object_displace, desk_object_export, desk_labels,
    desk_label_new, desk_label_edit, desk_libraries, desk_library, desk_library_new,
    desk_library_edit, desk_library_export, desk_library_grade;

#endif
