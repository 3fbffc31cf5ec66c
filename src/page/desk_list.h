/* Lists of the workbench: filter bar, chosen columns, page size, paging by key, sorting headings,
 * rows picked for batch actions. One description and a few calls make a list; all of it works
 * without script.
 *
 *     static const struct desk_filter thing_filters[] = {
 *         {"q", "名称", DESK_FILTER_TEXT, NULL, false},
 *         {"state", "状态", DESK_FILTER_SELECT, thing_states, false},
 *         {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};
 *     enum { THING_NAME, THING_STATE, THING_AT };
 *     static const struct desk_column thing_columns[] = {
 *         [THING_NAME] = {"name", "名称", DESK_COLUMN_TEXT, false, true},
 *         [THING_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
 *         [THING_AT] = {"at", "登记时间", DESK_COLUMN_TIME, true, false},
 *         {NULL, NULL, DESK_COLUMN_TEXT, false, false}};
 *     static const struct desk_list_kind thing_list = {
 *         "things", "/desk/things", "名单", "个名称", thing_filters, thing_columns};
 *
 *     desk_begin(&p, request, "/desk/things", "名单");
 *     struct desk_list list;
 *     struct desk_found found = {0};
 *     err = desk_list_begin(&list, &p, &thing_list);
 *     ... ask the office for list.size rows behind list.after (or before list.before), in the order
 *     of list.sort and list.down, with the conditions of web_param(request, "q") ... For rows that
 *     are all in memory, in their order, desk_list_window says which of them are this page.
 *     desk_list_button(&list, "新建", STR("/desk/things/new"));
 *     for each: desk_list_row(&list, key, name);
 *               desk_list_link(&list, THING_NAME, name, href);
 *               desk_list_text(&list, THING_STATE, ...);
 *               desk_list_act(&list, "修改", edit_href);
 *     desk_list_end(&list, &found, "还没有名称。点“新建”登记第一个。");
 *     return page_end(reply, &p, "desk_things");
 *
 * and ui/page/desk_things.mustache is {{>desk_head}} {{>desk_list}} {{>desk_foot}}. The name of the
 * list (its columns and page size are remembered per account under it) stands in a row of the table
 * desk_list_names in desk_list.c.
 *
 * The way back. Links made by desk_list_link and desk_list_act carry the list's own query (filter,
 * order, place) as the parameter `came`. desk_begin takes it from the address or the form;
 * {{>desk_hidden}} of every form and desk_done hand it on; a link of your own in a detail page's
 * template appends {{came_query}} ("?came=..." or nothing); desk_list_home gives the list's address
 * with it, for the breadcrumb, the form's "back" and what is done with the row.
 *
 * Batch actions. desk_list_batch adds a button; its rows can then be picked, on the page or all
 * that fit the filter. Its route is a POST marked WEB_PICKS. The handler calls desk_picked, which
 * gives the keys, or the filter as a request whose parameters are read just like those of the list.
 * Show a form with desk_picked_form in it first; when that is sent back, picked.sure is true.
 *
 * Departments that have no row are shown with zero where a page counts by department: count over
 * the departments, look the rows up; not the other way round. */
#ifndef PAGE_DESK_LIST_H
#define PAGE_DESK_LIST_H

#include "page/desk.h"

enum { DESK_COLUMNS = 48, DESK_PAGE = 50, DESK_PAGE_MOST = 2000 };

enum desk_filter_kind { DESK_FILTER_TEXT, DESK_FILTER_SELECT, DESK_FILTER_DATE };

/* One condition of the filter bar; an array of them ends with name NULL. */
struct desk_filter {
    const char *name; /* of the parameter; not after, before, sort, came, done */
    const char *label;
    enum desk_filter_kind kind;
    const struct field_word *words; /* of a select; NULL: only what desk_list_option adds */
    bool more;                      /* folded away until it is used */
};

enum desk_column_kind {
    DESK_COLUMN_TEXT,
    DESK_COLUMN_NUMBER,
    DESK_COLUMN_TIME /* and numbers of things: never broken */
};

/* One column; an array of them ends with name NULL, the first is always shown. */
struct desk_column {
    const char *name; /* lower-case letters and -: kept in the preference */
    const char *label;
    enum desk_column_kind kind;
    bool later;  /* shown only when it is chosen */
    bool sorted; /* its heading sorts */
};

struct desk_list_kind {
    const char *name;  /* lower-case letters and -: of the preference */
    const char *path;  /* the list's address */
    const char *label; /* 用户列表: for those who don't see it */
    const char *noun;  /* 个用户: behind the total */
    const struct desk_filter *filters;
    const struct desk_column *columns;
};

struct desk_list {
    struct page *p;
    const struct desk_list_kind *kind;
    size_t size;                    /* rows of a page */
    struct str after;               /* key of the row behind which the page begins; or empty */
    struct str before;              /* key of the row before which it ends; or empty */
    const struct desk_column *sort; /* whose heading was pressed; NULL: the list's own order */
    bool down;                      /* descending */
    bool filtered;                  /* a condition is set */
    struct str query;               /* filter and order as in an address, without '?' */
    struct str came;                /* query and place, ready as value of the parameter came */
    uint64_t shown;                 /* bits of the columns */
    struct web_value *object;       /* the model's object "list" */
    struct web_value *rows;
    struct web_value *acts;
    struct web_value *cells[DESK_COLUMNS]; /* of the present row; NULL: not shown */
};

/* What was found. */
struct desk_found {
    int64_t total;
    bool more;        /* total is surpassed */
    bool has_before;  /* there are rows before these */
    bool has_behind;  /* there are rows behind these */
    struct str first; /* key of the first row shown */
    struct str last;
};

/* Starts the list of a page: columns and page size as the account chose them, place and order from
 * the address, the filter bar with what was typed. */
MUST enum err desk_list_begin(struct desk_list *list, struct page *p,
                              const struct desk_list_kind *kind);
/* One more choice of a select of the filter bar. */
void desk_list_option(struct desk_list *list, const char *filter, struct str value,
                      struct str text);
/* A button above the table; desk_list_button_query: with the filter in its address (exports). */
void desk_list_button(struct desk_list *list, const char *label, struct str href);
void desk_list_button_query(struct desk_list *list, const char *label, struct str href);
/* A batch action: rows can be picked. action: its POST route. */
void desk_list_batch(struct desk_list *list, const char *label, struct str action);

/* The next row. key: of paging and picking, no comma; label: what the row is called. */
void desk_list_row(struct desk_list *list, struct str key, struct str label);
/* Adds to a cell of the row; a column that is not shown is passed over. Several go side by side. */
void desk_list_text(struct desk_list *list, int column, struct str text);
void desk_list_count(struct desk_list *list, int column, int64_t n);
void desk_list_tag(struct desk_list *list, int column, struct str text, bool bad);
void desk_list_link(struct desk_list *list, int column, struct str text, struct str href);
/* Long text behind a word that opens it. */
void desk_list_fold(struct desk_list *list, int column, struct str label, struct str text);
/* One more link in the row's last cell (操作). */
void desk_list_act(struct desk_list *list, const char *label, struct str href);
/* Is the column shown? For cells that are dear to make. */
bool desk_list_shows(const struct desk_list *list, int column);

/* Which of rows that are all in memory stand on this page: [*from, *until). keys: of all that fit,
 * in order. Fills found. */
void desk_list_window(struct desk_found *found, size_t *from, size_t *until,
                      const struct desk_list *list, const struct str *keys, size_t count);
/* Rows that are all in memory, with an int64_t as key in each. */
struct desk_ids {
    const void *rows;
    size_t count;
    size_t size;
    size_t id; /* where it lies in a row */
};
#define DESK_IDS(rows, count, type, id)                                                            \
    (&(struct desk_ids){rows, count, sizeof(type), offsetof(type, id)})
/* Their keys, for desk_list_window. */
MUST enum err desk_list_keys(struct str **keys, struct page *p, const struct desk_ids *ids);
/* The place and size of the page, of a list whose keys are numbers and whose rows are read newest
 * first. */
struct store_window desk_list_place(const struct desk_list *list);
/* Ends it. empty: what to do first where there is nothing at all. */
void desk_list_end(struct desk_list *list, const struct desk_found *found, const char *empty);

/* The address of a list as the person left it (see above). */
struct str desk_list_home(struct page *p, const char *path);
/* A link of a detail page or a form with the way back in it. */
struct str desk_list_on(struct page *p, struct str href);

/* --- rows picked --- */

struct desk_picked {
    bool all;                   /* all that fit the filter */
    bool sure;                  /* the form with desk_picked_form came back */
    int64_t total;              /* how many the person was shown, with all */
    const struct str *keys;     /* without all */
    size_t count;               /* of keys, or total */
    struct str query;           /* the filter as in an address */
    struct web_request request; /* this request with the filter's parameters as its own */
};
/* Reads what was picked. ERR_INPUT with words where nothing was. */
MUST enum err desk_picked(struct desk_picked *out, struct page *p);
/* Carries it through a form, and back. */
void desk_picked_form(struct desk_form *form, const struct desk_picked *picked);

#endif
