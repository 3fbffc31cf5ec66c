/* VERIFY.md: the shell lines of PROTOCOL.md section 10 with this draw's own numbers in them, so
 * that a reader who trusts no program of ours checks a draw with sh, sha256sum, openssl, awk and
 * sed.
 *
 * The same text stands in the full and the public bundle, so whatever needs a file that may be
 * missing asks for the file first. The numbers written here were computed by us; the shell computes
 * them again from the files, and `same` compares. */
#include "draw/bundle.h"
#include "draw/seed.h"

#include "base/arena.h"
#include "crypto/merkle.h"

/* What one text is made from, and where. */
struct guide {
    struct buf *out;
    struct arena *arena;
    const struct draw_bundle_plan *plan;
    struct draw_commitment commitment;
    size_t skips; /* so far */
    struct fault *fault;
};

/* The shell functions that all blocks use. `printf '\ooo'` is the one way to write a byte that
 * every POSIX shell knows. */
static const char head[] =
    "本文件用最常见的工具重新计算本次抽取，不需要信任任何一方的程序。在解压后的文件夹中，"
    "把下面各段命令依次粘贴到终端（sh、sha256sum、openssl、awk、sed 即可）；"
    "每一行输出都应为“相符”。公开材料包没有附的文件会自动跳过。"
    "同样的内容可用 `sunlot verify 材料包.zip --vkey 公钥` 一次核对完，"
    "包括日志证明、文件清单的根、名单的根、名额、检查组这些不便用命令行核对的部分。\n"
    "\n"
    "## 准备\n"
    "\n"
    "```sh\n"
    "BAD=0\n"
    "unhex() { for b in $(printf %s \"$1\" | sed 's/../& /g'); do printf \"\\\\$(printf %03o "
    "\"0x$b\")\"; done; }\n"
    "leaf() { (printf '\\0'; cat \"$1\") | sha256sum | cut -d' ' -f1; }\n"
    "hash() { unhex \"$1\" | sha256sum | cut -d' ' -f1; }\n"
    "hmac() { openssl dgst -sha256 -mac HMAC -macopt \"hexkey:$1\" | sed 's/.*= //'; }\n"
    "field() { sed -n \"s/^$2 //p\" \"$1\"; }\n"
    "same() { if [ \"$2\" = \"$3\" ]; then echo \"相符 $1\"; else echo \"不符 $1：$2 $3\"; BAD=1; "
    "fi; }\n"
    "ZERO=0000000000000000000000000000000000000000000000000000000000000000\n"
    "blind() { B=$(cat blinds blinds-private 2>/dev/null | awk -F'\\t' -v n=\"$1\" '$1 == n {print "
    "$2}'); printf %s \"${B:-$ZERO}\"; }\n"
    "digest() { (unhex \"$(blind \"$1\")\"; cat \"$1\") | sha256sum | cut -d' ' -f1; }\n"
    "digest_line() { (unhex \"$(blind \"$1\")\"; printf %s \"$(cat \"$1\")\") | sha256sum | cut "
    "-d' ' -f1; }\n"
    "```\n"
    "\n"
    "## 文件摘要\n"
    "\n"
    "```sh\n"
    "S=$(awk -F'\\t' '{print $2 \"  \" $1}' files.tsv | sha256sum -c --quiet --ignore-missing 2>&1 "
    "&& echo ok)\n"
    "same files.tsv \"$S\" ok\n"
    "if [ -f private.tsv ]; then\n"
    "  S=$(awk -F'\\t' '!/^#/ {print $2 \"  \" $1}' private.tsv | sha256sum -c --quiet 2>&1 && "
    "echo "
    "ok)\n"
    "  same private.tsv \"$S\" ok\n"
    "fi\n"
    "```\n";

static const char pool_block[] =
    "\n"
    "## 名单\n"
    "\n"
    "名单按字节顺序排列，行数与承诺一致。\n"
    "\n"
    "```sh\n"
    "if [ -f pool.tsv ]; then\n"
    "  S=$(LC_ALL=C sort -c pool.tsv 2>&1 && echo ok)\n"
    "  same 名单排序 \"$S\" ok\n"
    "  same 名单总数 $(wc -l < pool.tsv) \"$(field entries/01-commitment pool-size)\"\n"
    "fi\n"
    "```\n";

static const char tickets_block[] =
    "\n"
    "抽中对象的号码（只算前 20 个；改动 `head -n 20` 可以多算）：\n"
    "\n"
    "```sh\n"
    "TAB=$(printf '\\t')\n"
    "while IFS=$TAB read -r T ID; do\n"
    "  [ -n \"$ID\" ] || continue\n"
    "  same \"号码 $ID\" \"$( (printf 'object:%s' \"$ID\"; printf '\\001') | hmac \"$SEED\")\" "
    "\"$T\"\n"
    "done <<LINES\n"
    "$(head -n 20 drawn.tsv)\n"
    "LINES\n"
    "if [ -f selected.tsv ]; then\n"
    "  S=$(awk -F'\\t' '{print $3 \"\\t\" $4}' selected.tsv | LC_ALL=C sort | cmp - drawn.tsv 2>&1 "
    "&& echo ok)\n"
    "  same 抽中名单 \"$S\" ok\n"
    "fi\n"
    "```\n";

/* A hash as the shell sees it. */
static void hex_add(struct buf *out, const uint8_t hash[DRAW_HASH])
{
    buf_hex(out, hash, DRAW_HASH);
}

/* Which key of which kind of entry is the digest of which file. tail: the draw's number of the
 * skip, or the entry's round, stands between file and tail. */
struct digest_rule {
    enum draw_kind kind;
    const char *key;
    const char *command;
    const char *file;
    const char *tail;
};

static const struct digest_rule digest_rules[] = {
    {DRAW_DRAWN, "selected", "digest", "selected.tsv", NULL},
    {DRAW_TEAMS, "seats", "digest", "seats.tsv", NULL},
    {DRAW_TEAMS, "inspectors", "digest", "inspectors.tsv", NULL},
    {DRAW_TEAMS, "eligible", "digest", "eligible.tsv", NULL},
    {DRAW_ASSIGNED, "teams", "digest", "teams.tsv", NULL},
    {DRAW_SKIP, "object", "digest_line", "skip-", ".tsv"},
    {DRAW_REFILL, "leaving", "digest", "round-", "/leaving.tsv"},
    {DRAW_REFILL, "eligible", "digest", "round-", "/eligible.tsv"},
    {DRAW_REFILLED, "teams", "digest", "round-", "/teams.tsv"},
};

/* Appends `same LABEL "$(COMMAND FILE)" "$(field entries/NN-KIND KEY)"`, where the file is there.
 */
static void digest_add(struct buf *out, const struct digest_rule *rule, struct str file, size_t at)
{
    buf_printf(out, "if [ -f %.*s ]; then\n  same \"%.*s 的摘要\" \"$(%s %.*s)\" \"$(field ",
               STR_ARG(file), STR_ARG(file), rule->command, STR_ARG(file));
    draw_bundle_entry_name(out, at, rule->kind);
    buf_printf(out, " %s)\"\nfi\n", rule->key);
}

/* A heading and the beginning of a block that the reader pastes. */
static void block_open(struct guide *g, const char *title)
{
    buf_printf(g->out, "\n## %s\n\n```sh\n", title);
}

/* The end of such a block. */
static void block_close(struct guide *g)
{
    buf_cat(g->out, "```\n");
}

/* The commitment's leaf, and its number as plain text above everything. */
static void commitment_add(struct guide *g)
{
    uint8_t leaf[DRAW_HASH];
    crypto_leaf(leaf, g->plan->entries[0]);
    block_open(g, "承诺");
    buf_cat(g->out, "E=$(leaf entries/01-commitment)\nsame 承诺 \"$E\" ");
    hex_add(g->out, leaf);
    buf_char(g->out, '\n');
    block_close(g);
}

/* CODE of a round, and that hashing it leads to the code of the commitment. */
static enum err code_add(struct guide *g, uint64_t round)
{
    size_t parties = g->plan->secret_count;
    if (parties == 0) {
        buf_cat(g->out, "CODE=$ZERO\n");
        return ERR_OK;
    }
    for (size_t i = 0; i < parties; i++) {
        uint8_t code[DRAW_HASH];
        const struct draw_code *of = &g->commitment.codes[i];
        TRY(draw_code_round(code, g->plan->secrets[i], of->length, round, g->fault));
        buf_printf(g->out, "C%zu=", i + 1);
        hex_add(g->out, code);
        buf_printf(g->out, "\nC=$C%zu\nfor i in", i + 1);
        for (uint64_t k = 1; k <= round; k++)
            buf_printf(g->out, " %llu", (unsigned long long)k);
        buf_printf(g->out, "; do C=$(hash \"$C\"); done\nsame \"密码 %zu\" \"$C\" ", i + 1);
        hex_add(g->out, of->hash);
        buf_char(g->out, '\n');
    }
    if (parties == 1) {
        buf_cat(g->out, "CODE=$C1\n");
        return ERR_OK;
    }
    buf_cat(g->out, "CODE=$( (printf 'sunlot-draw/1 codes\\n'");
    for (size_t i = 0; i < parties; i++)
        buf_printf(g->out, "; unhex \"$C%zu\"", i + 1);
    buf_cat(g->out, ") | sha256sum | cut -d' ' -f1)\n");
    return ERR_OK;
}

/* SEED of a round, computed by us for the shell to compare with. */
static enum err seed_add(struct guide *g, const struct draw_beacon *beacon)
{
    struct draw_salt salt = {0};
    struct buf randomness = {0};
    uint8_t seed[DRAW_HASH];
    TRY(draw_salt_round(&salt, &g->commitment, g->plan->secrets, g->plan->secret_count,
                        beacon->round, g->fault));
    enum err err = draw_randomness(&randomness, beacon->entry, beacon->parts, beacon->part_count);
    if (err == ERR_OK)
        draw_seed_make(seed, &salt, buf_view(&randomness));
    buf_free(&randomness);
    TRY(err);
    buf_cat(g->out, "SEED=$(printf %s \"$RANDOMNESS\" | hmac \"$CODE\")\n");
    buf_printf(g->out, "same \"种子 %llu\" \"$SEED\" ", (unsigned long long)beacon->round);
    hex_add(g->out, seed);
    buf_char(g->out, '\n');
    return ERR_OK;
}

/* A beacon stands right behind the entry that asked for it, or skips stand between. */
static size_t asker_of(const struct guide *g, size_t at)
{
    enum draw_kind kind = DRAW_SKIP;
    while (at > 0 && kind == DRAW_SKIP)
        if (draw_entry_kind(&kind, g->plan->entries[--at], NULL) != ERR_OK)
            return 0;
    return at;
}

/* A round: who asked, RANDOMNESS from the beacon's parts, and CODE and SEED where secrets are
 * known. */
static enum err beacon_add(struct guide *g, size_t at)
{
    struct draw_beacon beacon = {0};
    enum draw_kind asker = DRAW_COMMITMENT;
    size_t asked = asker_of(g, at);
    TRY(draw_beacon_parse(&beacon, g->arena, g->plan->entries[at], g->fault));
    TRY(draw_entry_kind(&asker, g->plan->entries[asked], g->fault));
    buf_printf(g->out, "\n## 第 %llu 轮随机数和种子\n\n```sh\nE=$(leaf ",
               (unsigned long long)beacon.round);
    draw_bundle_entry_name(g->out, asked, asker);
    buf_cat(g->out, ")\nsame \"随机数对应的条目\" \"$E\" \"$(field ");
    draw_bundle_entry_name(g->out, at, DRAW_BEACON);
    buf_cat(g->out, " entry)\"\nRANDOMNESS=\"entry:$E/$(field ");
    draw_bundle_entry_name(g->out, at, DRAW_BEACON);
    buf_cat(g->out, " part | tr '\\n' '/')\"\n");
    if (g->plan->secret_count == g->commitment.code_count) {
        TRY(code_add(g, beacon.round));
        TRY(seed_add(g, &beacon));
    }
    block_close(g);
    if (beacon.round == 1 && g->plan->secret_count == g->commitment.code_count)
        buf_cat(g->out, tickets_block);
    return ERR_OK;
}

/* The number in the names of an entry's files: its round, or which of the draw's skips it is. */
static enum err file_number(unsigned long long *number, struct guide *g, size_t at,
                            enum draw_kind kind)
{
    struct draw_refill_entry refill = {0};
    struct draw_outcome outcome = {0};
    if (kind == DRAW_REFILL)
        TRY(draw_refill_entry_parse(&refill, g->arena, g->plan->entries[at], g->fault));
    if (kind == DRAW_REFILLED)
        TRY(draw_outcome_parse(&outcome, g->plan->entries[at], g->fault));
    *number = kind == DRAW_SKIP ? ++g->skips : kind == DRAW_REFILL ? refill.round : outcome.round;
    return ERR_OK;
}

/* The lines of one entry. */
static enum err digests_add(struct guide *g, size_t at, enum draw_kind kind)
{
    unsigned long long number = 0;
    TRY(file_number(&number, g, at, kind));
    for (size_t i = 0; i < sizeof digest_rules / sizeof digest_rules[0]; i++) {
        const struct digest_rule *rule = &digest_rules[i];
        if (rule->kind != kind)
            continue;
        struct str file = rule->tail == NULL
                              ? str_of(rule->file)
                              : arena_printf(g->arena, "%s%llu%s", rule->file, number, rule->tail);
        if (file.data == NULL)
            return ERR_MEMORY;
        digest_add(g->out, rule, file, at);
    }
    return ERR_OK;
}

/* The digests of all entries in one block, in log order. */
static enum err digests_all(struct guide *g)
{
    block_open(g, "各文件与日志中的摘要");
    for (size_t i = 0; i < g->plan->entry_count; i++) {
        enum draw_kind kind = DRAW_COMMITMENT;
        TRY(draw_entry_kind(&kind, g->plan->entries[i], g->fault));
        TRY(digests_add(g, i, kind));
    }
    block_close(g);
    return ERR_OK;
}

enum err draw_bundle_guide(struct buf *out, struct arena *arena,
                           const struct draw_bundle_plan *plan, struct fault *fault)
{
    struct guide g = {.out = out, .arena = arena, .plan = plan, .fault = fault};
    if (plan->entry_count == 0)
        return fault_set(fault, ERR_INPUT, "材料包中没有日志条目");
    TRY(draw_commitment_parse(&g.commitment, arena, plan->entries[0], fault));
    buf_printf(out, "# 自行核验抽取 %.*s\n\n", STR_ARG(g.commitment.number));
    buf_cat(out, head);
    commitment_add(&g);
    buf_cat(out, pool_block);
    for (size_t i = 1; i < plan->entry_count; i++) {
        enum draw_kind kind = DRAW_COMMITMENT;
        TRY(draw_entry_kind(&kind, plan->entries[i], fault));
        if (kind == DRAW_BEACON)
            TRY(beacon_add(&g, i));
    }
    TRY(digests_all(&g));
    block_open(&g, "结论");
    buf_cat(out, "[ \"$BAD\" = 0 ] && echo 全部相符\n");
    block_close(&g);
    return buf_err(out);
}
