/* sunlot serve: the public portal. Opens the office, a second view of it that can only read, and
 * the server; then this thread waits for signals and, in between, brings imported objects into the
 * search index. SIGTERM and SIGINT stop it gracefully, SIGHUP reads the
 * settings anew and forgets every cached page. */
#include "cmd/cmd.h"

#include "base/clamd.h"
#include "base/nice.h"
#include "base/time.h"
#include "office/account.h"
#include "office/audit.h"
#include "office/catalogue.h"
#include "office/job.h"
#include "office/personal.h"
#include "office/portal.h"
#include "office/roster.h"
#include "page/page.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SERVE_GRACE = 10, SERVE_TICK = 3, SERVE_PORT = 8080, SERVE_NO_PORT = UINT16_MAX + 1 };

#define SERVE_DESK "/desk"

struct serve {
    struct cmd *cmd;
    struct office reader;
    struct page_site site;
    struct web_server *server;
    struct web_server *desk; /* the workbench at an address of its own; NULL: at the portal's */
    struct office_runner *runner; /* of jobs */
    struct fault fault;
    struct str address;
    struct str proxy;
    uint64_t port;
    struct str desk_address;
    uint64_t desk_port;
    struct str desk_allow;
    struct str clamd;      /* where the virus scanner listens, as typed */
    const char *scanner;   /* likewise; NULL: there is none */
    struct net_list allow; /* from where the workbench may be used, where desk_allow is given */
};

/* As many open files as the system lets us have: a connection is one. */
static void serve_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Pages of every size come and go in several threads: with an arena a thread and a threshold that
 * moves, as glibc has them, what is resident grows for hours by half of what is used. */
static void serve_memory(void)
{
#ifdef M_ARENA_MAX
    enum { SERVE_LARGE = 256 << 10 }; /* from this size on memory goes back when it is freed */
    (void)mallopt(M_ARENA_MAX, 2);
    (void)mallopt(M_MMAP_THRESHOLD, SERVE_LARGE);
    (void)mallopt(M_TRIM_THRESHOLD, SERVE_LARGE);
#endif
}

/* Signals are taken by serve_wait alone: blocked before any thread is made, all inherit it. */
static void serve_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    sigprocmask(SIG_BLOCK, set, NULL);
}

/* One batch of the search index. A failure is told in the log and tried again at the next tick. */
static bool serve_follow(struct serve *s)
{
    struct arena arena = {0};
    struct errand e = {
        .office = &s->cmd->office, .arena = &arena, .actor = STR("serve"), .now = time_now()};
    bool more = false;
    enum err err = roster_warm(&e);
    if (err == ERR_OK)
        err = office_search_follow(&more, &e);
    if (err != ERR_OK)
        log_event(&s->cmd->log, LOG_WARN, "search-follow",
                  LOG_PAIRS(log_err(err), log_str("words", str_of(e.fault.text))));
    arena_free(&arena);
    return err == ERR_OK && more;
}

static void serve_renew(struct serve *s)
{
    struct fault fault = {0};
    enum err err = page_site_renew(&s->site, &fault);
    if (err != ERR_OK)
        log_event(&s->cmd->log, LOG_WARN, "renew",
                  LOG_PAIRS(log_err(err), log_str("words", str_of(fault.text))));
}

/* Once a day, and at the start: binds the days of the audit that are over, suspends accounts that
 * nobody uses, lets items begin and end whose day has come, seals numbers from before. A failure is
 * told in the log and tried again an hour later. Returns when it is due next. */
static int64_t serve_daily(struct serve *s)
{
    struct arena arena = {0};
    int64_t now = time_now();
    struct errand e = {
        .office = &s->cmd->office, .arena = &arena, .actor = STR("serve"), .now = now};
    uint64_t days = 0;
    uint64_t accounts = 0;
    uint64_t items = 0;
    uint64_t numbers = 0;
    enum err err = office_audit_close(&days, &e);
    if (err == ERR_OK)
        err = office_account_sweep(&accounts, &e);
    if (err == ERR_OK)
        err = office_items_follow(&items, &e);
    if (err == ERR_OK)
        err = office_personal_sweep(&numbers, &e);
    if (err != ERR_OK)
        log_event(&s->cmd->log, LOG_ERROR, "daily",
                  LOG_PAIRS(log_err(err), log_str("words", str_of(e.fault.text))));
    arena_free(&arena);
    return err == ERR_OK ? time_of_date(date_of_time(now) + 1) : now + 3600 * TIME_SECOND;
}

static void serve_wait(struct serve *s, const sigset_t *set)
{
    bool more = true;
    int64_t due = 0;
    nice_step_back(NICE_BACKGROUND);
    for (;;) {
        const struct timespec tick = {more ? 0 : SERVE_TICK, 0};
        int got = sigtimedwait(set, NULL, &tick);
        if (got == SIGTERM || got == SIGINT)
            return;
        if (got == SIGHUP)
            serve_renew(s);
        if (time_now() >= due)
            due = serve_daily(s);
        more = serve_follow(s);
    }
}

static enum err serve_start(struct serve *s)
{
    struct cmd *cmd = s->cmd;
    char *address = arena_cstr(&cmd->arena, s->address);
    char *proxy = s->proxy.len > 0 ? arena_cstr(&cmd->arena, s->proxy) : NULL;
    if (address == NULL || (s->proxy.len > 0 && proxy == NULL))
        return ERR_MEMORY;
    cmd->office.clamd = s->scanner;
    TRY(office_search_open(&cmd->errand));
    TRY(office_reader_open(&s->reader, &cmd->office, &s->fault));
    TRY(page_site_open(&s->site, &s->reader, &cmd->office, &s->fault));
    struct web_config config = {.address = address,
                                .port = (uint16_t)s->port,
                                .proxy = proxy,
                                .quick = db_local(s->reader.db),
                                .routes = page_routes,
                                .error_page = page_error,
                                .version = page_site_version,
                                .guard = page_guard,
                                .fields = page_fields,
                                .admit = page_admit,
                                .ctx = &s->site,
                                .log = &cmd->log};
    struct web_config desk = config;
    bool limited = s->desk_allow.data != NULL;
    bool apart = s->desk_port != SERVE_NO_PORT;
    desk.address = arena_cstr(&cmd->arena, s->desk_address);
    desk.port = (uint16_t)s->desk_port;
    desk.closed = limited ? SERVE_DESK : NULL;
    desk.closed_but = &s->allow;
    config.closed = apart || limited ? SERVE_DESK : NULL;
    config.closed_but = apart ? NULL : &s->allow;
    if (desk.address == NULL)
        return ERR_MEMORY;
    TRY(office_runner_start(&s->runner, &cmd->office));
    TRY(web_server_start(&s->server, &config, &s->fault));
    return apart ? web_server_start(&s->desk, &desk, &s->fault) : ERR_OK;
}

static void serve_print_page(struct str address, unsigned port, const char *path, const char *what)
{
    bool v6 = str_find_char(address, ':') >= 0;
    printf("  http://%s%.*s%s:%u/%-10s  %s\n", v6 ? "[" : "", STR_ARG(address), v6 ? "]" : "", port,
           path, what);
}

static void serve_print(const struct serve *s)
{
    static const char *const pages[][2] = {{"", "首页：年度数字、查企业"},
                                           {"draws", "抽取：经过、承诺、公开材料"},
                                           {"results", "抽查结果"},
                                           {"statistics", "统计与推算"},
                                           {"verify", "核验"},
                                           {"open", "开放数据"}};
    printf("公示平台已启动（按 Ctrl+C 停止），请用浏览器打开：\n");
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        serve_print_page(s->address, web_server_port(s->server), pages[i][0], pages[i][1]);
    serve_print_page(s->desk != NULL ? s->desk_address : s->address,
                     web_server_port(s->desk != NULL ? s->desk : s->server), "desk",
                     "工作台（登录）");
    fflush(stdout);
}

static void serve_stop(struct serve *s)
{
    web_server_stop(s->desk, SERVE_GRACE);
    web_server_stop(s->server, SERVE_GRACE);
    office_runner_stop(s->runner);
    page_site_close(&s->site);
    office_reader_close(&s->reader);
}

/* Where files are scanned; the office learns it once it is open (serve_start). */
static enum err serve_scanner(struct serve *s)
{
    if (s->clamd.data == NULL)
        return ERR_OK;
    s->scanner = arena_cstr(&s->cmd->arena, s->clamd);
    return s->scanner != NULL ? clamd_place(s->scanner, &s->fault) : ERR_MEMORY;
}

int cmd_serve(struct cmd *cmd, int argc, char **argv)
{
    struct serve s = {.cmd = cmd,
                      .address = STR("127.0.0.1"),
                      .port = SERVE_PORT,
                      .desk_address = STR("127.0.0.1"),
                      .desk_port = SERVE_NO_PORT};
    struct cmd_list words;
    bool quiet = false;
    sigset_t set;
    const struct cmd_option options[] = {
        {"--address", CMD_TEXT, &s.address},      {"--port", CMD_COUNT, &s.port},
        {"--proxy", CMD_TEXT, &s.proxy},          {"--desk-address", CMD_TEXT, &s.desk_address},
        {"--desk-port", CMD_COUNT, &s.desk_port}, {"--desk-allow", CMD_TEXT, &s.desk_allow},
        {"--clamd", CMD_TEXT, &s.clamd},          {"--quiet", CMD_FLAG, &quiet}};
    const struct cmd_syntax syntax = {
        options, sizeof options / sizeof options[0], 0, 0,
        "  sunlot [--data 目录] serve [--address 地址] [--port 端口] [--proxy 地址] [--quiet]\n"
        "         [--desk-port 端口] [--desk-address 地址] [--desk-allow 网段,…]\n"
        "         [--clamd 套接字或地址:端口]\n"
        "    --address  监听的 IP 地址，默认 127.0.0.1\n"
        "    --port     端口，默认 8080；0 由系统指定\n"
        "    --proxy    前置服务器（nginx）的 IP 地址，只相信它给出的 X-Forwarded-For\n"
        "    --desk-port     工作台另用一个端口，公示端口不再有 /desk；与 --desk-address（默认\n"
        "                    127.0.0.1）一起可以只在内网监听\n"
        "    --desk-allow    只有这些 IP 地址或网段能打开工作台，如 10.1.0.0/16,192.0.2.7\n"
        "    --clamd         上传的文件都经本机的查毒程序 ClamAV（clamd）检查后才接收，如\n"
        "                    /run/clamav/clamd.ctl 或 127.0.0.1:3310\n"
        "    --quiet    不写访问日志（默认写到标准错误，一行一条 JSON）"};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    if (s.port > UINT16_MAX || s.desk_port > SERVE_NO_PORT)
        return cmd_fail(fault_set(&s.fault, ERR_USAGE, "端口应在 0 到 65535 之间"), &s.fault);
    if (s.desk_allow.data != NULL && net_list_parse(&s.allow, s.desk_allow, &s.fault) != ERR_OK)
        return cmd_fail(s.fault.err, &s.fault);
    if (serve_scanner(&s) != ERR_OK)
        return cmd_fail(s.fault.err, &s.fault);
    serve_files();
    serve_memory();
    serve_signals(&set);
    if (cmd->log.fd < 0 && !quiet)
        cmd->log.fd = log_open(STDERR_FILENO);
    code = cmd_open(cmd);
    if (code != CMD_OK)
        return code;
    enum err err = serve_start(&s);
    if (err == ERR_OK) {
        serve_print(&s);
        cmd_guard_print(cmd);
        serve_wait(&s, &set);
    }
    serve_stop(&s);
    return err == ERR_OK ? CMD_OK
                         : cmd_fail(err, s.fault.text[0] != '\0' ? &s.fault : &cmd->errand.fault);
}
