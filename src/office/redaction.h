/* Parts of results that are kept from publication while the conclusion is public (R110): what can
 * be kept back, how it is told, and what becomes of it in later versions; private to the room.
 *
 * What is public of a result beside dictionary words, names and dates: the conclusion of others
 * that it rests on (adoption), the reason of a correction (reason), and of what followed it the
 * number of the document (document) and the remarks (note). These are the parts. */
#ifndef OFFICE_REDACTION_H
#define OFFICE_REDACTION_H

#include "office/result_place.h"
#include "store/redaction.h"

enum { REDACTION_PARTS = 4 };
/* A decision as judged: which parts, in the order of model_result_parts. */
struct redaction_words {
    const struct field_word *parts[REDACTION_PARTS];
    size_t count;
    const struct field_word *kind; /* NULL: the parts are told */
    struct str ground;
};
/* The parts of a result itself and of what followed one, by code; NULL at the end. */
extern const char *const redaction_own[];
extern const char *const redaction_followed[];
/* Judges the words of a decision; `of` are the parts that are possible here. Kind and ground are
 * asked for where `withhold` is set. ERR_INPUT. */
MUST enum err redaction_judge(struct redaction_words *out, struct errand *e,
                              const struct office_redaction *in, const char *const *of,
                              bool withhold);
/* Is the part among them? */
bool redaction_has(const struct redaction_words *words, const char *part);
/* Before its first publication a new version keeps back what the version before it kept back.
 * *count gets how many parts. result: tenant, id, visit, item, department, version. */
MUST enum err redaction_keep(uint64_t *count, struct errand *e, struct db_tx *tx,
                             const struct store_result *result);
/* Does a correction that changes neither result nor date change what is told of its parts? Where
 * `decided` is not set: could it? */
MUST enum err redaction_news(bool *out, struct errand *e, struct db_tx *tx,
                             const struct store_result *result, bool decided);
/* What a version that is published now keeps back no older one tells. */
MUST enum err redaction_publish(struct errand *e, struct db_tx *tx,
                                const struct store_result *result);

#endif
