/* The document library (R13-R15, R41, R62-R70): annual plans, guides, rules, schemes. A version is
 * drafted, submitted, published by somebody else, and never changed afterwards: an edit of a
 * published document is a new version. Publishing (and withdrawing) writes one entry into the
 * transparency log:
 *
 *   sunlot-document/1 publication
 *   tenant 410882
 *   document SCJG-D001
 *   version N
 *   sha256 HEX      of the version
 *
 * so that the portal can show since when it has said what it says. withdrawal stands in place of
 * publication where a document no longer holds. The SHA-256 is over the version as netstrings
 * (decimal length, ':', bytes, ','): code, version, kind, department, title, number, item,
 * effective date (YYYY-MM-DD or empty), the five texts, of an annual plan its year, its number, the
 * reason of the adjustment and the approver, then name and SHA-256 in hex of each file in the order
 * of its id.
 *
 * An annual plan (kinds plan and joint, R64) is of a year and has the number that tasks and results
 * name; both are fixed with its first publication. Each version names who approved it, and from the
 * second on why it adjusts the plan (R70). A version's texts hold one line for each thing planned,
 * so that versions are compared line by line; whoever makes plans of structured rows writes them as
 * such lines.
 *
 * Drafts are seen by those who may edit or publish for their department; published versions by
 * everybody who may see the library, and by the public where the document is for everybody.
 *
 * Who may have a document (公开属性, R115: 主动公开, 依申请公开, 不予公开) is said of the document,
 * not of a version; annual plans are for everybody. Only what is for everybody is published; what
 * becomes less than that leaves the portal with all its versions and files, and comes back with
 * them. Where a version has been public, either writes an entry into the log:
 *
 *   sunlot-document/1 openness
 *   tenant 410882
 *   document SCJG-D001
 *   openness open|request|closed
 *
 * Beside it stands the document's grade (安全标记, AC7): above the clearance of who looks a
 * document is not there at all. Only what is public by its grade, with all its files, is published,
 * so that whatever is on the portal is; the grade of that is raised only after it left the portal.
 * What the audit keeps of a sensitive document's texts and reasons is their SHA-256; why its grade
 * was changed stands there in words.
 */
#ifndef OFFICE_DOCUMENT_H
#define OFFICE_DOCUMENT_H

#include "base/field.h"
#include "office/office.h"
#include "store/document.h"

/* Kinds: plan, joint, guide, rule, scheme, form (which is its file), expert, entry, other. */
extern const struct field_word office_document_kinds[];
/* Is it for everybody (主动公开, R115)? The others are not on the portal, however they stand. */
bool office_document_for_all(const struct store_document *d);
/* Is a document of this kind an annual plan? */
bool office_document_is_plan(struct str kind);
/* States of versions. */
extern const struct field_word office_document_states[];
/* The headings of a kind's texts (rules: the five of R14); NULL where there is none. */
const char *office_document_heading(struct str kind, size_t text);

/* Who looks: what he may edit and publish decides which drafts he sees. */
struct office_document_reach {
    const struct office_scope *edit;
    const struct office_scope *publish;
};

/* A document with its newest version that may be seen. */
struct office_document {
    struct store_version newest; /* without texts */
    int64_t published;           /* the version in force, 0: none */
};
struct office_document_find {
    struct str text; /* part of title or number */
    struct str kind;
    struct str department;
    struct str state; /* of the newest version */
    struct str openness;
    struct str grade; /* code */
};
MUST enum err office_documents(struct office_document **out, size_t *count, struct errand *e,
                               const struct office_document_reach *reach,
                               const struct office_document_find *find);

/* One with all versions that may be seen, newest first, and the newest one's files. ERR_MISSING. */
struct office_document_page {
    struct store_version *versions;
    size_t count;
    struct store_attachment *files;
    size_t file_count;
};
MUST enum err office_document_get(struct office_document_page *out, struct errand *e,
                                  const struct office_document_reach *reach, struct str code);
/* The same for the public: published, replaced and withdrawn versions; files of version `version`
 * (0: the newest). Within any errand. ERR_MISSING. */
MUST enum err office_document_public(struct office_document_page *out, struct errand *e,
                                     struct str code, int64_t version);
/* Documents with a public version, annual plans left out, by department, kind and title. */
MUST enum err office_documents_public(struct office_document **out, size_t *count,
                                      struct errand *e);
/* Annual plans with a public version, by department, kind, number. */
MUST enum err office_plans_public(struct office_document **out, size_t *count, struct errand *e);

/* What is drafted. code empty: a new document, and its code is given back in *code. revision: of
 * the draft that was shown, so that nobody's work is overwritten (ERR_CONFLICT). A document whose
 * newest version is published gets a new version. ERR_INPUT with fault.field. e->scope: of editing.
 */
struct office_document_edit {
    struct str kind;
    struct str department;
    struct str title;
    struct str number;
    struct str item;
    int32_t effective_on;
    struct str texts[STORE_TEXTS];
    int64_t year;        /* of annual plans only, as the next three; of one that was published */
    struct str plan;     /* year and number are left as they are */
    struct str reason;   /* from the second version on */
    struct str approver; /* an office or a meeting */
    struct str openness; /* code, empty: for everybody; left as it is once a version was public, */
    struct str openness_reason; /* as this; asked for where it is for nobody */
    struct str grade; /* code of model_grades, empty: as it is, of a new one the setting's; until */
                      /* a version was public, and lowered only by office_document_grade */
    int64_t revision;
};
MUST enum err office_document_save(struct str *code, struct errand *e,
                                   const struct office_document_edit *edit);
/* draft -> submitted: complete, or ERR_INPUT naming what is missing. e->scope: of editing. */
MUST enum err office_document_submit(struct errand *e, struct str code);
/* submitted -> draft, with the reason. e->scope: of publishing. */
MUST enum err office_document_return(struct errand *e, struct str code, struct str reason);
/* submitted -> published; the version in force before becomes replaced. Whoever wrote or submitted
 * it may not publish it; ERR_STATE for one that is not for everybody or whose grade, or that of a
 * file, is not public (at the field grade). e->scope: of publishing. */
MUST enum err office_document_publish(struct errand *e, struct str code);
/* Says anew who may have the document, whatever its state. What is public leaves the portal, which
 * the person must have been told (`off`). e->scope: of publishing. ERR_INPUT with fault.field;
 * ERR_STATE for an annual plan, and where nothing changes. */
struct office_document_openness {
    struct str openness; /* code of model_openness */
    struct str reason;   /* asked for where it is for nobody */
    bool off;
};
MUST enum err office_document_openness(struct errand *e, struct str code,
                                       const struct office_document_openness *to);
/* The grade with which the person's new document begins, for the form. */
MUST enum err office_document_grade_first(enum model_grade *out, struct errand *e);
/* Grades the document anew (AC7), whatever its state; lower than it was only with a reason.
 * e->scope: of publishing. ERR_INPUT with fault.field grade or reason, above his clearance too;
 * ERR_STATE (at grade) for an annual plan, one that is on the portal, and where nothing changes. */
struct office_document_grade {
    struct str grade; /* code of model_grades */
    struct str reason;
};
MUST enum err office_document_grade(struct errand *e, struct str code,
                                    const struct office_document_grade *to);
/* published -> withdrawn, with the reason; it stays public with that mark. e->scope: publishing. */
MUST enum err office_document_withdraw(struct errand *e, struct str code, struct str reason);

#endif
