/* Asks for pages of the workbench's list of objects as clerks do and prints how long each kind
 * took: list_times DIR NAME. Every question is asked by a person of all departments or of one,
 * sorted by number or by name, from the first page or from somewhere behind, 20 to 2,000 rows a
 * page. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "office/object.h"
#include "office/portal.h"

enum { TURNS = 24, MOST = 2000 };

static const char *const divisions[] = {"410882", "140981", "410481", "4108", "130502"};
static const char *const industries[] = {"52", "6210", "1452", "81", "01"};
static const char *const departments[] = {"D01", "D05", "D12", "D19", "D20"};
static const char *const words[] = {"食品", "学校", "长江经济带"};
static const char *const common[] = {"有限公司", "食品", "商店", "沁阳市", "大药房第"};
static const char *const rare[] = {"第20001", "第98001", "第5", "第7"};
static const char *const initials[] = {"qyssp", "wgsbh", "ypscy", "jyb"};

struct question {
    const char *name;
    void (*ask)(struct store_object_filter *filter, unsigned turn);
};

#define AT(list, turn) str_of((list)[(turn) % (sizeof(list) / sizeof((list)[0]))])

static void ask_all(struct store_object_filter *f, unsigned turn)
{
    (void)f;
    (void)turn;
}
static void ask_place(struct store_object_filter *f, unsigned turn)
{
    f->division = AT(divisions, turn);
}
static void ask_place_trade(struct store_object_filter *f, unsigned turn)
{
    f->division = AT(divisions, turn);
    f->industry = AT(industries, turn / 5);
}
static void ask_kind(struct store_object_filter *f, unsigned turn)
{
    f->kind = turn % 2 == 0 ? STR("individual") : STR("enterprise");
    f->state = STR("active");
}
static void ask_state(struct store_object_filter *f, unsigned turn)
{
    f->state = turn % 2 == 0 ? STR("revoked") : STR("closed");
    f->risk = STR("D");
}
static void ask_risk(struct store_object_filter *f, unsigned turn)
{
    f->risk = turn % 2 == 0 ? STR("D") : STR("A");
    f->division = AT(divisions, turn);
    f->industry = AT(industries, turn / 3);
}
static void ask_label(struct store_object_filter *f, unsigned turn)
{
    f->label = AT(words, turn);
}
static void ask_label_more(struct store_object_filter *f, unsigned turn)
{
    f->label = AT(words, turn);
    f->kind = STR("individual");
    f->division = AT(divisions, turn / 3);
}
static void ask_department(struct store_object_filter *f, unsigned turn)
{
    f->department = AT(departments, turn);
    f->visited = STORE_VISITED_NO;
}
static void ask_visited(struct store_object_filter *f, unsigned turn)
{
    f->visited = STORE_VISITED_YES;
    f->risk = turn % 2 == 0 ? STR("C") : STR("");
}
static void ask_common(struct store_object_filter *f, unsigned turn)
{
    f->text = AT(common, turn);
}
static void ask_rare(struct store_object_filter *f, unsigned turn)
{
    f->text = AT(rare, turn);
}
static void ask_initials(struct store_object_filter *f, unsigned turn)
{
    f->text = AT(initials, turn);
}
static void ask_text_more(struct store_object_filter *f, unsigned turn)
{
    f->text = AT(common, turn);
    f->division = AT(divisions, turn / 2);
    f->risk = STR("C");
}
static void ask_many(struct store_object_filter *f, unsigned turn)
{
    f->division = AT(divisions, turn);
    f->industry = AT(industries, turn / 2);
    f->department = AT(departments, turn / 3);
    f->risk = turn % 2 == 0 ? STR("D") : STR("B");
    f->state = turn % 3 == 0 ? STR("revoked") : STR("active");
}
static void ask_number(struct store_object_filter *f, unsigned turn)
{
    f->text = turn % 2 == 0 ? STR("91410882MA") : STR("92130502MA1");
}

static const struct question questions[] = {
    {"all", ask_all},
    {"division", ask_place},
    {"division_industry", ask_place_trade},
    {"kind_state", ask_kind},
    {"rare_state", ask_state},
    {"risk_division_industry", ask_risk},
    {"label", ask_label},
    {"label_kind_division", ask_label_more},
    {"department_not_inspected", ask_department},
    {"inspected", ask_visited},
    {"common_text", ask_common},
    {"rare_text", ask_rare},
    {"initials", ask_initials},
    {"text_division_risk", ask_text_more},
    {"five_conditions", ask_many},
    {"number", ask_number},
};
enum { QUESTIONS = sizeof questions / sizeof questions[0] };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int fail(const char *what, enum err err, const struct fault *fault)
{
    fprintf(stderr, "%s: %s %s\n", what, err_code(err), fault->text);
    return 1;
}

/* What this process itself computed; with SQLite that is all there is. */
static double worked(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* One page; the second turn of two goes on behind the first page's last row. */
static enum err one(double *ms, struct errand *e, const struct question *q, unsigned turn)
{
    static const int64_t sizes[] = {20, 50, 100, 50, 20, 2000};
    struct office_object_query query = {.filter = {.year = 2026}};
    struct office_object_list list;
    q->ask(&query.filter, turn);
    query.page.most = sizes[turn % 6];
    query.page.order = turn % 4 < 2 ? STORE_OBJECT_BY_ID : STORE_OBJECT_BY_NAME;
    e->scope =
        (struct office_scope){.level = turn % 3 == 0 ? MODEL_SCOPE_DEPARTMENT : MODEL_SCOPE_ALL,
                              .department = AT(departments, turn / 3)};
    double from = now();
    enum err err = office_object_list(&list, e, &query);
    *ms = now() - from;
    if (err != ERR_OK || turn % 2 == 0 || !list.behind)
        return err;
    query.page.id = list.rows[list.count - 1].record.id;
    from = now();
    err = office_object_list(&list, e, &query);
    *ms = now() - from;
    return err;
}

static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double part(const double *times, size_t count, double share)
{
    size_t at = (size_t)((double)count * share);
    return times[at < count ? at : count - 1];
}

static int measure(struct errand *e, const char *name)
{
    static double all[QUESTIONS * TURNS];
    size_t count = 0;
    for (size_t q = 0; q < QUESTIONS; q++) {
        double own[TURNS];
        double cpu = worked();
        for (unsigned turn = 0; turn < TURNS; turn++) {
            enum err err = one(&own[turn], e, &questions[q], turn);
            if (err != ERR_OK)
                return fail(questions[q].name, err, &e->fault);
            all[count++] = own[turn];
            arena_clear(e->arena);
        }
        qsort(own, TURNS, sizeof own[0], order);
        printf("# %s %s: median %.1f ms, longest %.1f ms, own work %.1f ms\n", name,
               questions[q].name, part(own, TURNS, 0.5), own[TURNS - 1], (worked() - cpu) / TURNS);
    }
    qsort(all, count, sizeof all[0], order);
    printf("%s_median %.1f ms - -\n", name, part(all, count, 0.5));
    printf("%s_p95 %.1f ms %.2f <=1\n", name, part(all, count, 0.95), part(all, count, 0.95) / 100);
    printf("%s_p99 %.1f ms - -\n", name, part(all, count, 0.99));
    return 0;
}

int main(int argc, char **argv)
{
    struct office office;
    struct fault fault = {0};
    struct arena arena = {0};
    bool more = true;
    if (argc != 3)
        return 2;
    enum err err = office_open(&office, argv[1], NULL, &fault);
    if (err != ERR_OK)
        return fail("open", err, &fault);
    struct errand e = {
        .office = &office, .arena = &arena, .actor = STR("bench"), .now = time_now()};
    double from = now();
    err = office_search_open(&e);
    while (err == ERR_OK && more)
        err = office_search_follow(&more, &e);
    if (err != ERR_OK)
        return fail("search", err, &e.fault);
    printf("# %s: search index in %.0f s\n", argv[2], (now() - from) / 1e3);
    int code = strcmp(argv[2], "index") == 0 ? 0 : measure(&e, argv[2]);
    office_close(&office);
    arena_free(&arena);
    return code;
}
