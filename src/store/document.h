/* The document library (R13-R15, R41): documents, their versions, and the files handed in with
 * them. */
#ifndef STORE_DOCUMENT_H
#define STORE_DOCUMENT_H

#include "store/row.h"

enum { STORE_TEXTS = 5 };

struct store_document {
    struct str tenant;
    int64_t id;
    struct str code;
    struct str kind;
    struct str department;      /* code */
    int64_t year;               /* of an annual plan, else 0 */
    struct str plan;            /* number of an annual plan, as tasks name it; '' */
    struct str openness;        /* model_openness (R115) */
    struct str openness_reason; /* inside */
    int64_t grade;              /* enum model_grade */
    int64_t at;
    struct str actor;
};
/* Adds a document; its versions follow. ERR_DUPLICATE for a code or plan number that is taken. */
MUST enum err store_document_add(struct db_tx *tx, const struct store_document *row);
/* The document of an annual plan by the plan's number: id and code. ERR_MISSING. */
MUST enum err store_document_by_plan(struct store_document *out, struct arena *arena,
                                     struct db_tx *tx, struct str tenant, struct str plan);
/* Sets year and number of an annual plan; row: tenant, id, year, plan. */
MUST enum err store_document_plan(struct db_tx *tx, const struct store_document *row);
/* Sets who may have it; row: tenant, id, openness, openness_reason. */
MUST enum err store_document_openness(struct db_tx *tx, const struct store_document *row);

/* Sets its grade; row: tenant, id, grade. */
MUST enum err store_document_grade(struct db_tx *tx, const struct store_document *row);

/* A version with what it says of its document. */
struct store_version {
    int64_t id;
    struct store_document document;
    struct str department_name;
    int64_t version;
    struct str title;
    struct str number; /* 文号 */
    struct str item;   /* code of the item it belongs to, '' */
    int32_t effective_on;
    struct str texts[STORE_TEXTS];
    struct str reason;   /* of an annual plan's version: why it adjusts the one before */
    struct str approver; /* likewise: who approved it, an office or a meeting */
    struct str state;    /* draft, submitted, published, replaced, withdrawn */
    struct str note;     /* why it was returned or withdrawn */
    int64_t revision;    /* grows with each saving of a draft */
    int64_t at;
    struct str actor; /* who saved it last */
    struct str submitted_by;
    int64_t published_at;
    struct str published_by;
    int64_t idx; /* of its log entry, -1: none */
};
/* All versions of all documents without their texts, newest document first, then newest version.
 * Here and below what is graded above the clearance is not there (store/reach.h). */
MUST enum err store_versions(struct store_version **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, struct str tenant, int64_t clearance);
/* All versions of one document with their texts, newest first; none where there is no such code. */
struct store_version_find {
    struct str tenant;
    struct str code;
    int64_t clearance;
};
MUST enum err store_versions_of(struct store_version **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, const struct store_version_find *find);
/* Adds a version; ERR_DUPLICATE when the document has one of that number. */
MUST enum err store_version_add(struct db_tx *tx, const struct store_version *row);
/* Overwrites a draft whose revision is row->revision - 1. ERR_CONFLICT when it is another. */
MUST enum err store_version_save(struct db_tx *tx, const struct store_version *row);
/* Moves a version from one state to row->state, with note, submitted_by, published_*, idx.
 * ERR_CONFLICT when it is no longer in that state. */
MUST enum err store_version_move(struct db_tx *tx, const struct store_version *row,
                                 struct str from);

/* A check form in force: the published version of a document of kind form. */
struct store_form {
    struct str code;
    struct str title;
    struct str department; /* code */
    struct str department_name;
};
/* All of them, by title and code. */
MUST enum err store_forms(struct store_form **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, struct str tenant, int64_t clearance);

/* A file handed in. */
struct store_attachment {
    struct str tenant;
    int64_t id;
    struct str resource; /* documents, commissions */
    int64_t owner;       /* id of the version, of the commission */
    struct str name;
    struct str kind; /* pdf, xlsx, png, jpeg */
    int64_t size;
    struct str digest; /* SHA-256, hex: its blob */
    int64_t at;
    struct str actor;
    struct str original; /* of a picture: SHA-256, hex, of what was handed in; else '' */
    struct str sealed;   /* of a picture: the blob that holds it encrypted; else '' */
    int64_t scanned_at;  /* 0: no virus scanner was asked */
    int64_t grade;       /* its own; that of its owner holds as well */
};
MUST enum err store_attachment_add(struct db_tx *tx, const struct store_attachment *row);
/* Those of one owner that were not removed, oldest first. */
MUST enum err store_attachments(struct store_attachment **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, const struct store_attachment *owner,
                                int64_t clearance);
/* One by id that was not removed. ERR_MISSING. */
MUST enum err store_attachment_get(struct store_attachment *out, struct arena *arena,
                                   struct db_tx *tx, struct str tenant, int64_t id,
                                   int64_t clearance);
/* Takes one away (its row and its blob stay). row: tenant, id, at, actor. ERR_MISSING. */
MUST enum err store_attachment_remove(struct db_tx *tx, const struct store_attachment *row);

#endif
