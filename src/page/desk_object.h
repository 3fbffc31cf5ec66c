/* What the pages of the object registry share: the filter as it stands in an address, departments
 * by their names. */
#ifndef PAGE_DESK_OBJECT_H
#define PAGE_DESK_OBJECT_H

#include "office/library.h"
#include "office/object.h"
#include "page/desk_list.h"
#include "store/department.h"

/* The filter's parameters of a request (of the list, of an export, of rows picked) as a query;
 * texts in the request's arena. */
struct office_object_query desk_object_query(struct page *p, const struct web_request *request);
/* The address of an object's page. */
struct str desk_object_href(struct page *p, struct str pool_id, const char *more);

struct desk_departments {
    struct store_department *rows;
    size_t count;
};
/* All departments, for names; those that the errand's scope reaches, for drop-downs. */
MUST enum err desk_departments_all(struct desk_departments *out, struct page *p);
MUST enum err desk_departments_mine(struct desk_departments *out, struct page *p);
/* The name of a department, its code where there is none. */
struct str desk_department_name(const struct desk_departments *all, struct str code);

#endif
