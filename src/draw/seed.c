/* Code chains, seeds, tickets: see seed.h.
 *
 * Labels are laid out in a buffer on the stack. Their parts are names of at most DRAW_LABEL_PART
 * bytes, which the parsers of pool and roster enforce; a longer one is cut here rather than let
 * past the buffer. Secret intermediate values are wiped. */
#include "draw/seed.h"

#include "crypto/wipe.h"

#include <string.h>

/* The value is copied first, so that input and output may be one array. */
void draw_code_chain(uint8_t code[DRAW_HASH], const uint8_t secret[DRAW_HASH], uint64_t times)
{
    uint8_t value[DRAW_HASH];
    memcpy(value, secret, DRAW_HASH);
    for (uint64_t i = 0; i < times; i++)
        crypto_sha256(value, draw_bytes(value, DRAW_HASH));
    memcpy(code, value, DRAW_HASH);
    crypto_wipe(value, sizeof value);
}

/* Code 1 is the one before the committed end of the chain; each later one lies further towards
 * the secret, so that opening one opens no later one. */
enum err draw_code_round(uint8_t code[DRAW_HASH], const uint8_t secret[DRAW_HASH], uint64_t length,
                         uint64_t round, struct fault *fault)
{
    if (round == 0 || round > length)
        return fault_set(fault, ERR_RANGE,
                         "密码链长度为 %llu，没有第 %llu 轮的密码；请发布中止说明后另行组织抽取",
                         (unsigned long long)length, (unsigned long long)round);
    draw_code_chain(code, secret, length - round);
    return ERR_OK;
}

/* Whoever opens another secret than the one committed to is found out. */
enum err draw_code_check(const struct draw_code *code, const uint8_t secret[DRAW_HASH],
                         struct fault *fault)
{
    uint8_t end[DRAW_HASH];
    draw_code_chain(end, secret, code->length);
    if (!crypto_hash_eq(end, code->hash))
        return fault_set(fault, ERR_PROOF, "公开的密码与承诺中的哈希不符");
    return ERR_OK;
}

/* Section 5. The words before the codes keep this hash apart from every other one. */
void draw_salt_make(struct draw_salt *salt, const uint8_t (*codes)[DRAW_HASH], size_t count)
{
    *salt = (struct draw_salt){0};
    if (count == 0)
        return;
    salt->len = DRAW_HASH;
    if (count == 1) {
        memcpy(salt->bytes, codes[0], DRAW_HASH);
        return;
    }
    struct crypto_sha256 hash;
    crypto_sha256_init(&hash);
    crypto_sha256_add(&hash, STR("sunlot-draw/1 codes\n"));
    for (size_t i = 0; i < count; i++)
        crypto_sha256_add(&hash, draw_bytes(codes[i], DRAW_HASH));
    crypto_sha256_final(salt->bytes, &hash);
}

/* A wrong secret is refused before any code is made of it. */
static enum err codes_make(uint8_t (*codes)[DRAW_HASH], const struct draw_commitment *commitment,
                           const uint8_t (*secrets)[DRAW_HASH], uint64_t round, struct fault *fault)
{
    for (size_t i = 0; i < commitment->code_count; i++) {
        const struct draw_code *code = &commitment->codes[i];
        TRY(draw_code_check(code, secrets[i], fault));
        TRY(draw_code_round(codes[i], secrets[i], code->length, round, fault));
    }
    return ERR_OK;
}

/* The codes are wiped whatever happens: they are secret until the disclosure. */
enum err draw_salt_round(struct draw_salt *salt, const struct draw_commitment *commitment,
                         const uint8_t (*secrets)[DRAW_HASH], size_t count, uint64_t round,
                         struct fault *fault)
{
    uint8_t codes[DRAW_CODES][DRAW_HASH];
    if (count != commitment->code_count || count > DRAW_CODES)
        return fault_set(fault, ERR_INPUT, "承诺中有 %zu 个密码，给出了 %zu 个",
                         commitment->code_count, count);
    enum err err = codes_make(codes, commitment, secrets, round, fault);
    if (err == ERR_OK)
        draw_salt_make(salt, (const uint8_t(*)[DRAW_HASH])codes, count);
    crypto_wipe(codes, sizeof codes);
    return err;
}

/* An empty salt is an HMAC with an empty key, 64 zeros in the shell lines. */
void draw_seed_make(uint8_t seed[DRAW_HASH], const struct draw_salt *salt, struct str randomness)
{
    crypto_hmac(seed, draw_bytes(salt->bytes, salt->len), randomness);
}

/* The bytes of a label, put together from its parts. */
struct label {
    size_t len;
    char bytes[3 * DRAW_LABEL_PART];
};

/* A part beyond its limit is cut, one beyond the buffer left out. */
static void label_add(struct label *label, struct str part)
{
    size_t len = part.len < DRAW_LABEL_PART ? part.len : DRAW_LABEL_PART;
    if (len == 0 || len > sizeof label->bytes - label->len)
        return;
    memcpy(label->bytes + label->len, part.data, len);
    label->len += len;
}

/* Canonical decimal. */
static void label_number(struct label *label, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    label_add(label, str_range(digits + at, sizeof digits - at));
}

/* The trailing 0x01 is added by crypto_ticket_make. */
static void label_ticket(uint8_t ticket[DRAW_HASH], const struct crypto_ticket *seed,
                         const struct label *label)
{
    crypto_ticket_make(ticket, seed, str_range(label->bytes, label->len));
}

size_t draw_object_label(char label[DRAW_OBJECT_LABEL + DRAW_ID_MAX], struct str id)
{
    size_t len = id.len < DRAW_ID_MAX ? id.len : DRAW_ID_MAX;
    memcpy(label, "object:", DRAW_OBJECT_LABEL);
    memcpy(label + DRAW_OBJECT_LABEL, id.data, len);
    return DRAW_OBJECT_LABEL + len;
}

void draw_ticket_object(uint8_t ticket[DRAW_HASH], const struct crypto_ticket *seed, struct str id)
{
    char label[DRAW_OBJECT_LABEL + DRAW_ID_MAX];
    size_t len = draw_object_label(label, id);
    crypto_ticket_make(ticket, seed, str_range(label, len));
}

void draw_ticket_rounding(uint8_t ticket[DRAW_HASH], const struct crypto_ticket *seed)
{
    crypto_ticket_make(ticket, seed, STR("rounding"));
}

void draw_ticket_load(uint8_t ticket[DRAW_HASH], const struct crypto_ticket *seed, uint64_t level,
                      struct str inspector)
{
    struct label label;
    label.len = 0;
    label_add(&label, STR("load|"));
    label_number(&label, level);
    label_add(&label, STR("|"));
    label_add(&label, inspector);
    label_ticket(ticket, seed, &label);
}

void draw_ticket_seat(uint8_t ticket[DRAW_HASH], const struct crypto_ticket *seed, struct str seat)
{
    struct label label;
    label.len = 0;
    label_add(&label, STR("seat|"));
    label_add(&label, seat);
    label_ticket(ticket, seed, &label);
}

void draw_ticket_pair(uint8_t ticket[DRAW_HASH], const struct crypto_ticket *seed, struct str seat,
                      struct str inspector)
{
    struct label label;
    label.len = 0;
    label_add(&label, STR("pair|"));
    label_add(&label, seat);
    label_add(&label, STR("|"));
    label_add(&label, inspector);
    label_ticket(ticket, seed, &label);
}
