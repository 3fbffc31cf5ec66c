/* Results: entered by those who were there, approved by somebody else, published within the days
 * that the law sets, each into the public log (R80, R87, R103, R106-R111). */
#ifndef OFFICE_RESULT_H
#define OFFICE_RESULT_H

#include "office/office.h"
#include "store/result.h"

/* Which result is meant: an object of a draw, an item of its task (code). */
struct office_result_key {
    struct str draw;
    struct str pool_id;
    struct str item; /* empty, where allowed: all items */
};

/* A conclusion of somebody else that a result rests on (采信, R44); kind empty: there is none.
 * Shown with the result on the business's page; neither in the national columns nor in the log. */
struct office_adoption {
    struct str kind;   /* code or text of model_adoption_kinds */
    struct str body;   /* who made it */
    struct str number; /* 文号, 案号, number of the report */
    int32_t made_on;   /* of a court document: when it took effect */
};
/* What is kept of it, in words, in the arena; data NULL when out of memory. */
struct str office_adoption_text(struct arena *arena, const struct store_adoption *a);

/* A result as entered. Nothing is prefilled: code and method must be given. */
struct office_result_entry {
    struct office_result_key key;
    struct str code;      /* 01-08 or its text */
    struct str method;    /* code or text of 检查方式 */
    struct str note;      /* what was found; asked for unless nothing was found */
    int32_t result_on;    /* date the result was signed, 0: today */
    struct str inspector; /* code: must hold a seat of the item's department in this visit */
    struct office_adoption adoption; /* must be given with the method 采用其他部门结论... */
};
struct office_result_due {
    int32_t due_on;
    bool estimated;
    uint64_t kept; /* parts that stay kept back as in the version before (R110) */
};
/* ERR_FORBIDDEN for one who was not assigned (R107); ERR_STATE when a result stands already, or
 * before the teams are assigned; ERR_INPUT. *out tells the last day for publication. */
MUST enum err office_result_enter(struct office_result_due *out, struct errand *e,
                                  const struct office_result_entry *entry);

/* Enters a newer version of a published result, which then goes the way of any other: approved by
 * another, published; the older one stays public and is marked. entry as above, but for result_on:
 * 0 keeps the older date. ERR_INPUT without a reason or where nothing differs, unless a part of it
 * is told or kept back, which its approver may then decide anew; ERR_STATE where no published
 * result stands or a correction is under way. */
MUST enum err office_result_correct(struct office_result_due *out, struct errand *e,
                                    const struct office_result_entry *entry, struct str reason);

/* The approver is the errand's actor and not the author. An empty item approves all entered ones of
 * the object. *count gets how many. ERR_STATE for a correction that corrects nothing. */
MUST enum err office_result_approve(uint64_t *count, struct errand *e,
                                    const struct office_result_key *key);
/* Sends results back to the author with a reason; they are then entered anew as a new version. */
MUST enum err office_result_return(uint64_t *count, struct errand *e,
                                   const struct office_result_key *key, struct str reason);
/* Why results are withheld (R110). Of it only the kind is ever told, and counted, in public. */
struct office_exemption {
    struct str kind;   /* code or text of model_exemption_kinds */
    struct str ground; /* the provision and what it means here */
};
/* Exempts results from publication; the actor is the approver, who is not the author. ERR_INPUT
 * without kind or ground. */
MUST enum err office_result_exempt(uint64_t *count, struct errand *e,
                                   const struct office_result_key *key,
                                   const struct office_exemption *exemption);

/* Keeps parts of results from publication while the conclusion is published (R110): in their place
 * the public is told the kind of the ground and its provision, nothing else. Parts of a result are
 * the conclusion that it rests on (采信的结论) and the reason of a correction (更正理由); of what
 * followed it, the document's number (文书文号) and the remarks (处置说明). */
struct office_redaction {
    struct str parts;  /* codes or texts of model_result_parts, commas between */
    struct str kind;   /* code or text of model_exemption_kinds */
    struct str ground; /* in the approver's words; stays inside */
};
/* Of results that are entered or approved; once published, only of a correction, and then in every
 * version. The actor decides and is not the author. A later version keeps back the same parts until
 * that is decided anew. An empty item means all that have the part. *count gets how many parts.
 * ERR_INPUT without part, kind or ground; ERR_FORBIDDEN; ERR_STATE. */
MUST enum err office_result_redact(uint64_t *count, struct errand *e,
                                   const struct office_result_key *key,
                                   const struct office_redaction *redaction);
/* Takes that back, of results that are entered and not approved yet. */
MUST enum err office_result_unredact(uint64_t *count, struct errand *e,
                                     const struct office_result_key *key, struct str parts,
                                     struct str reason);

/* Publishes the approved results of a draw (or of one object): objects all of whose items are
 * approved or exempt, at once (R80). */
struct office_published {
    uint64_t visits;    /* published now */
    uint64_t results;   /* published now */
    uint64_t exempt;    /* of these visits, not published */
    uint64_t waiting;   /* visits whose items are not all in or approved */
    uint64_t corrected; /* published results corrected now */
    int64_t idx;        /* place of the publication in the log, -1 when nothing was published */
};
MUST enum err office_result_publish(struct office_published *out, struct errand *e, struct str draw,
                                    struct str pool_id);

/* Publishes what followed a published finding (R112, R113), at once, as an entry of its own in the
 * log; the errand's actor approves it and is not the author. Only added to: the newest tells how
 * the matter stands. *idx gets its place in the log. ERR_INPUT for words that the dictionaries lack
 * or a closed matter without document; ERR_STATE where no finding is published. */
struct office_follow {
    struct office_result_key key;
    struct str measure;               /* code or text of 后续处置 */
    struct str state;                 /* 未完结 or 已完结 */
    int32_t happened_on;              /* 0: today */
    struct str document;              /* its number (文号) */
    struct str note;                  /* at most 600 bytes; public */
    struct str inspector;             /* code of the author */
    struct office_redaction withheld; /* of document and note; parts empty: nothing (R110) */
};
MUST enum err office_result_follow(int64_t *idx, struct errand *e, const struct office_follow *f);

/* How many results stand in each state, and how many of the unpublished ones are overdue (R111). */
MUST enum err office_result_counts(struct store_result_counts *out, struct errand *e);

/* Exports the published results in the national columns to path, whose ending tells the format
 * (.csv .json .jsonl .xlsx). *count gets the rows. */
MUST enum err office_result_export(uint64_t *count, struct errand *e, const char *path);

#endif
