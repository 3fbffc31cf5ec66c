/* The audit log for those who read it, and its days in the public log (SECURITY.md AU1, AU2).
 *
 * When a day (China time) is over, its rows are bound by one entry of the transparency log:
 *
 *   sunlot-audit/1 day
 *   tenant 410882
 *   day 2026-11-20
 *   first N         id of the day's first row: the one behind the last day's, ids have no gap
 *   count N         rows of the day
 *   root HEX        RFC 6962 root over the rows in the order of their ids
 *
 * A row's leaf is its values as netstrings (decimal length, ':', bytes, ','), in this order: id, at
 * (UTC microseconds), actor, action, target, detail, role, department, address, request, outcome,
 * value before, value after. A day without rows has no entry. The log shows the root alone: no
 * name, no address. Whoever changes, deletes, inserts or reorders a row afterwards is found by
 * office_check, which names the first day that no longer holds. */
#ifndef OFFICE_AUDIT_H
#define OFFICE_AUDIT_H

#include "office/office.h"
#include "store/audit.h"

/* Rows that match, newest first; and how many match in all. */
MUST enum err office_audit_find(struct store_audit **out, size_t *count, struct errand *e,
                                const struct store_audit_find *find);
MUST enum err office_audit_count(int64_t *out, struct errand *e,
                                 const struct store_audit_find *find);
/* Notes that rows leave the house: exports, unmasking. */
MUST enum err office_audit_note(struct errand *e, struct str action, struct str target,
                                struct str detail);
/* Binds every day that is over and not bound yet; *days says how many. */
MUST enum err office_audit_close(uint64_t *days, struct errand *e);
/* The bound days, oldest first. */
MUST enum err office_audit_days(struct store_audit_digest **out, size_t *count, struct errand *e);
/* Every bound day against its rows and its log entry. ERR_DAMAGED names the first that fails. */
MUST enum err office_audit_check(uint64_t *days, struct errand *e);

#endif
