/* The password policy: see password.h.
 *
 * Why no list of thousands of leaked passwords: what a policy of ten or twelve characters lets
 * through of such lists is a common word with digits around it, a walk over the keyboard, or a
 * repetition; these three are recognised as such, in any spelling. */
#include "office/password.h"

#include "base/utf8.h"
#include "crypto/random.h"
#include "crypto/wipe.h"
#include "model/embed.h"

#include <string.h>

enum {
    MLPS_LEAST = 10,
    MLPS_KINDS = 3,
    ASVS_LEAST = 12,
    PASSWORD_MOST = 128,
    PASSWORD_DIFFERENT = 5,
    PASSWORD_WORDS = 2 /* characters: shorter words are no words */
};

enum err office_password_rule_get(struct office_password_rule *out, struct errand *e,
                                  struct db_tx *tx)
{
    uint64_t asvs = 0;
    uint64_t kib = 0;
    uint64_t passes = 0;
    TRY(office_setting_count(&asvs, e, tx, MODEL_SETTING_PASSWORD_ASVS));
    TRY(office_setting_count(&out->days, e, tx, MODEL_SETTING_PASSWORD_AGE));
    TRY(office_setting_count(&out->kept, e, tx, MODEL_SETTING_PASSWORD_KEPT));
    TRY(office_setting_count(&kib, e, tx, MODEL_SETTING_PASSWORD_KIB));
    TRY(office_setting_count(&passes, e, tx, MODEL_SETTING_PASSWORD_PASSES));
    out->asvs = asvs != 0;
    out->days = out->asvs ? 0 : out->days;
    out->cost = (struct crypto_password_cost){(uint32_t)kib, (uint32_t)passes};
    return ERR_OK;
}

const char *office_password_hint(const struct office_password_rule *rule)
{
    return rule->asvs
               ? "至少12个字符，可用汉字和空格；不能是常见密码、键盘顺序，不能含用户名、姓名"
               : "至少10个字符，大写字母、小写字母、数字、其他字符中至少三种；不能是常见密码、"
                 "键盘顺序，不能含用户名、姓名";
}

static unsigned password_kinds(struct str password)
{
    unsigned kinds = 0;
    for (size_t i = 0; i < password.len; i++) {
        unsigned char c = (unsigned char)password.data[i];
        if (c >= 'A' && c <= 'Z')
            kinds |= 1;
        else if (c >= 'a' && c <= 'z')
            kinds |= 2;
        else if (c >= '0' && c <= '9')
            kinds |= 4;
        else
            kinds |= 8;
    }
    return (kinds & 1) + (kinds >> 1 & 1) + (kinds >> 2 & 1) + (kinds >> 3 & 1);
}

/* How many of the bytes differ from all before them. */
static size_t password_different(struct str text)
{
    bool seen[256] = {false};
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        count += !seen[c];
        seen[c] = true;
    }
    return count;
}

/* The key without Shift: ! is 1, @ is 2 ... */
static char password_key(char c)
{
    static const char shifted[] = ")!@#$%^&*(";
    const char *at = c != '\0' ? strchr(shifted, c) : NULL;
    return at != NULL ? (char)('0' + (at - shifted)) : c;
}

/* Do two keys follow each other, in the alphabet, in numbers or on the keyboard, either way? */
static bool password_neighbours(char a, char b)
{
    static const char *const rows[] = {"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
                                       "1qaz",       "2wsx",       "3edc",      "4rfv",
                                       "5tgb",       "6yhn",       "7ujm"};
    char x = password_key(a);
    char y = password_key(b);
    if (x - y >= -1 && x - y <= 1)
        return true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *at = x != '\0' ? strchr(rows[i], x) : NULL;
        if (at != NULL && (at[1] == y || (at > rows[i] && at[-1] == y)))
            return true;
    }
    return false;
}

/* A walk over the keyboard, a count, a repetition: few steps lead anywhere else. */
static bool password_walk(struct str folded)
{
    size_t jumps = 0;
    for (size_t i = 1; i < folded.len; i++)
        jumps += !password_neighbours(folded.data[i - 1], folded.data[i]);
    return jumps * 3 <= folded.len;
}

static char password_plain(char c)
{
    static const char spelt[] = "0o1i3e4a5s7t@a$s!i";
    for (size_t i = 0; i + 1 < sizeof spelt; i += 2)
        if (spelt[i] == c)
            return spelt[i + 1];
    return c;
}

static bool password_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Without the digits and signs around it. */
static struct str password_core(struct str text)
{
    while (text.len > 0 && !password_letter(text.data[0]))
        text = str_sub(text, 1, SIZE_MAX);
    while (text.len > 0 && !password_letter(text.data[text.len - 1]))
        text.len--;
    return text;
}

static bool password_listed(struct str word)
{
    struct str rest = model_data_find("passwords.csv");
    struct str line;
    while (str_cut(&line, &rest, '\n'))
        if (line.len > 0 && str_eq(str_trim(line), word))
            return true;
    return false;
}

/* A common word with digits and signs around it, also where letters are spelt as digits. */
static enum err password_common(bool *common, struct str folded, struct arena *arena)
{
    char *plain = arena_cstr(arena, folded);
    if (plain == NULL)
        return ERR_MEMORY;
    struct str core = password_core(folded);
    *common = core.len == 0 || password_listed(core);
    struct str spelt = folded;
    while (spelt.len > 0 && !password_letter(spelt.data[spelt.len - 1]))
        spelt.len--;
    spelt.data = plain;
    for (size_t i = 0; i < folded.len; i++)
        plain[i] = password_plain(plain[i]);
    *common = *common || password_listed(password_core(spelt)) || password_listed(spelt);
    crypto_wipe(plain, folded.len);
    return ERR_OK;
}

static bool password_holds_word(struct str folded, struct str word, struct arena *arena)
{
    struct str small = word;
    return utf8_count(word) >= PASSWORD_WORDS && utf8_nfkc_fold(&small, arena, word) == ERR_OK &&
           str_find(folded, small) >= 0;
}

static enum err password_shape(const struct office_password_rule *rule, struct str password,
                               struct fault *fault)
{
    size_t least = rule->asvs ? ASVS_LEAST : MLPS_LEAST;
    if (!utf8_valid(password) || utf8_has_control(password))
        return fault_at(fault, "password", ERR_INPUT, "密码不能含有控制字符");
    if (utf8_count(password) < least)
        return fault_at(fault, "password", ERR_INPUT, "密码太短，至少%zu个字符", least);
    if (utf8_count(password) > PASSWORD_MOST)
        return fault_at(fault, "password", ERR_INPUT, "密码太长，最多%d个字符", PASSWORD_MOST);
    if (!rule->asvs && password_kinds(password) < MLPS_KINDS)
        return fault_at(fault, "password", ERR_INPUT,
                        "大写字母、小写字母、数字、其他字符中至少要有三种");
    return ERR_OK;
}

enum err office_password_judge(const struct office_password_rule *rule,
                               const struct office_password_owner *owner, struct str password,
                               struct arena *arena, struct fault *fault)
{
    struct str folded;
    bool common = false;
    const struct str words[] = {owner->name, owner->person, owner->place, STR("sunlot"),
                                STR("双随机")};
    TRY(password_shape(rule, password, fault));
    TRY(utf8_nfkc_fold(&folded, arena, password));
    TRY(password_common(&common, folded, arena));
    if (common || password_walk(folded) || password_different(folded) < PASSWORD_DIFFERENT)
        return fault_at(fault, "password", ERR_INPUT,
                        "这个密码太常见，容易被猜到：请不要用常用词、连续的键或重复的字符");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (password_holds_word(folded, words[i], arena))
            return fault_at(fault, "password", ERR_INPUT,
                            "密码不能含有用户名、姓名、单位名称或“双随机”");
    return ERR_OK;
}

/* Letters and digits that nobody mistakes for each other. */
enum err office_password_make(struct str *out, struct arena *arena)
{
    static const char *const sets[] = {"ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz",
                                       "23456789"};
    uint8_t noise[16];
    char *text = arena_alloc(arena, sizeof noise + 4);
    size_t len = 0;
    if (text == NULL)
        return ERR_MEMORY;
    TRY(crypto_random(noise, sizeof noise));
    for (size_t i = 0; i < sizeof noise; i++) {
        const char *set = sets[i % 3];
        if (i > 0 && i % 4 == 0)
            text[len++] = '-';
        text[len++] = set[noise[i] % strlen(set)];
    }
    crypto_wipe(noise, sizeof noise);
    *out = str_range(text, len);
    return ERR_OK;
}
