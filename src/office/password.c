/* The password policy: see password.h.
 *
 * Why no list of thousands of leaked passwords: what a policy of ten or twelve characters lets
 * through of such lists is common words or a name in pinyin with digits around them, a walk over
 * the keyboard, or a repetition; these are recognised as such, in any spelling. data/passwords.csv
 * holds the words; joined with each other, with names and with digits they are millions. (Debian's
 * cracklib-runtime has a dictionary under the LGPL, which would bind this program; wamerican holds
 * 100,000 ordinary words, most of which nobody guesses first.) */
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

/* How long a syllable of pinyin begins a text, each length as a bit; by initials and finals, some
 * more than there are. */
static uint32_t password_syllables(struct str text)
{
    static const char *const initials[] = {"",   "b",  "p", "m", "f", "d", "t", "n",
                                           "l",  "g",  "k", "h", "j", "q", "x", "zh",
                                           "ch", "sh", "r", "z", "c", "s", "y", "w"};
    static const char *const finals[] = {
        "a",  "o",  "e",  "ai",  "ei",  "ao",  "ou",  "an",   "en",   "ang", "eng", "er",
        "i",  "u",  "v",  "ui",  "iu",  "ie",  "ue",  "ve",   "in",   "un",  "ing", "ong",
        "ia", "ua", "uo", "iao", "ian", "uai", "uan", "iang", "uang", "iong"};
    enum { ALONE = 12 }; /* finals that stand without an initial */
    uint32_t lengths = 0;
    for (size_t i = 0; i < sizeof initials / sizeof initials[0]; i++) {
        size_t head = strlen(initials[i]);
        size_t most = i == 0 ? ALONE : sizeof finals / sizeof finals[0];
        if (!str_starts(text, str_of(initials[i])))
            continue;
        for (size_t f = 0; f < most; f++)
            if (str_starts(str_sub(text, head, SIZE_MAX), str_of(finals[f])))
                lengths |= UINT32_C(1) << (head + strlen(finals[f]));
    }
    return lengths;
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

/* Listed words that begin a text, their lengths as bits. */
static uint32_t password_words(struct str text)
{
    struct str rest = model_data_find("passwords.csv");
    struct str line;
    uint32_t lengths = 0;
    while (str_cut(&line, &rest, '\n')) {
        struct str word = str_trim(line);
        if (word.len > 1 && word.len < 32 && str_starts(text, word))
            lengths |= UINT32_C(1) << word.len;
    }
    return lengths;
}

/* Is a word nothing but common words and a name's worth of pinyin: adminadmin, woaini, wangwei,
 * mimazhangsan? least[i] is the smallest number of syllables that reach i, NONE: it is not
 * reached. */
static bool password_joined(struct str word)
{
    enum { NAME = 3, NONE = 255, LONGEST = 64 };
    uint8_t least[LONGEST + 32];
    if (word.len > LONGEST)
        return false;
    memset(least, NONE, sizeof least);
    least[0] = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (least[i] == NONE)
            continue;
        struct str rest = str_sub(word, i, SIZE_MAX);
        uint32_t words = password_words(rest);
        uint32_t syllables = least[i] < NAME ? password_syllables(rest) : 0;
        for (size_t n = 1; n < 32; n++) {
            bool listed = (words >> n & 1) != 0;
            uint8_t cost = (uint8_t)(least[i] + (listed ? 0 : 1));
            if ((listed || (syllables >> n & 1) != 0) && cost < least[i + n])
                least[i + n] = cost;
        }
    }
    return least[word.len] != NONE;
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
    *common = *common || password_joined(core) || password_joined(password_core(spelt));
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
