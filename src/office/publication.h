/* Log entries about results. Each kind has numbers of its own without gaps, and the same form:
 *
 *   sunlot-result/1 KIND
 *   number TENANT-SERIAL
 *   count N
 *   root HEX        RFC 6962 root of the rows, sorted by raw bytes; TAB between columns, no LF
 *
 * KIND          a row
 * publication   the national columns: plan number and name, task number and name, type, authority,
 *               date, object's number and name, item, result
 * correction    the national columns as they are now, the leaf hash of the national columns that
 *               they replace, the reason
 * follow-up     the national columns of the result, measure, state, date, document, note
 *
 * In place of a reason, document or note that is kept back by law (R110) stands what the portal
 * shows there: 依法不予公开（KIND，PROVISION）.
 */
#ifndef OFFICE_PUBLICATION_H
#define OFFICE_PUBLICATION_H

#include "crypto/hash.h"
#include "model/resource.h"
#include "office/office.h"
#include "store/result.h"

/* A published row in words; the date is written into `date`. */
void publication_cells(struct str cells[MODEL_RESULT_COUNT], struct buf *date,
                       const struct store_published *row);
/* The row's line in the arena, with `more` columns behind the national ones: TAB-joined; TAB and
 * line breaks inside a value become blanks. data NULL when out of memory. */
struct str publication_line(struct arena *arena, const struct store_published *row,
                            const struct str *more, size_t more_count);
/* What stands in place of a part that is kept back by law (R110), in the arena: the kind of its
 * ground and the provision. data NULL when out of memory. */
struct str publication_withheld(struct arena *arena, struct str kind);
/* The lowercase hex of the leaf hash of a row's line without more columns, in the arena; data NULL
 * when out of memory. */
struct str publication_leaf(struct arena *arena, const struct store_published *row);

/* Appends the entry over the lines, which it sorts; *idx gets its place in the log. */
struct publication {
    const char *kind;
    struct str *lines;
    size_t count;
};
MUST enum err publication_append(int64_t *idx, struct errand *e, struct db_tx *tx,
                                 const struct publication *p);

#endif
