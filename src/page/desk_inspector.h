/* Inside the pages of inspectors and experts: what the list and the pages of one share. */
#ifndef PAGE_DESK_INSPECTOR_H
#define PAGE_DESK_INSPECTOR_H

#include "office/inspector.h"
#include "page/desk_shared.h"

/* The conditions of the list as they stand in a request: parameters, or fields of the export's
 * form. */
struct office_inspector_find inspector_conditions(const struct web_request *request, bool experts);
/* Is the person an expert? */
bool inspector_is_expert(const struct store_record *record);
/* /desk/inspectors/CODE and what follows it. */
struct str inspector_href(struct page *p, struct str code, const char *more);
/* The address of the list that the person belongs to, and its name. */
const char *inspector_list_path(bool expert);
/* Until when the certificate holds, in words. */
struct str inspector_until(struct page *p, const struct office_inspector *i);

#endif
