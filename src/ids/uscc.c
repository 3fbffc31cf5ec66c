/* Check characters: GB 32100-2015 (mod 31) over GB 11714 (mod 11), and ISO 7064 MOD 11,10 of the
 * former 15-digit registration number.
 *
 * Invariants: nothing here changes case or repairs; a code is judged as the bytes that were given.
 * The mod-31 weights are 3^(i-1) mod 31; since 31 is prime every single wrong character and every
 * swap of two unlike ones is found. */
#include "ids/number.h"

#include <string.h>

enum { USCC_MOD = 31, ORG_FIRST = 8, ORG_LEN = 9 };

static const char uscc_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* Value of a USCC character, -1 for one outside the 31. */
static int uscc_value(char c)
{
    const char *at = c ? strchr(uscc_alphabet, c) : NULL;
    return at ? (int)(at - uscc_alphabet) : -1;
}

/* Check value over the first 17 characters, or -1 if one is outside the alphabet. */
static int uscc_sum(const char *code)
{
    unsigned sum = 0, weight = 1;
    for (size_t i = 0; i < IDS_USCC_LEN - 1; i++) {
        int value = uscc_value(code[i]);
        if (value < 0)
            return -1;
        sum += (unsigned)value * weight;
        weight = weight * 3 % USCC_MOD;
    }
    return (int)((USCC_MOD - sum % USCC_MOD) % USCC_MOD);
}

/* The check character of 8 characters of an organisation code (GB 11714). */
static char org_digit(const char *org)
{
    static const unsigned weights[ORG_LEN - 1] = {3, 7, 9, 10, 5, 8, 4, 2};
    unsigned sum = 0;
    for (size_t i = 0; i < ORG_LEN - 1; i++) {
        char c = org[i];
        unsigned value = c >= 'A' ? (unsigned)(c - 'A') + 10 : (unsigned)(c - '0');
        sum += value * weights[i];
    }
    return "0X987654321"[sum % 11];
}

enum ids_check ids_uscc_check(struct str code)
{
    if (code.len != IDS_USCC_LEN)
        return IDS_BAD_LENGTH;
    int expected = uscc_sum(code.data);
    int found = uscc_value(code.data[IDS_USCC_LEN - 1]);
    if (expected < 0 || found < 0)
        return IDS_BAD_CHARACTER;
    if (expected != found)
        return IDS_BAD_DIGIT;
    const char *org = code.data + ORG_FIRST;
    return org_digit(org) == org[ORG_LEN - 1] ? IDS_VALID : IDS_VALID_ORG_MISMATCH;
}

enum err ids_uscc_make(char out[IDS_USCC_LEN], struct str stem)
{
    if (stem.len != IDS_USCC_LEN - 1)
        return ERR_INPUT;
    int check = uscc_sum(stem.data);
    if (check < 0)
        return ERR_INPUT;
    memcpy(out, stem.data, IDS_USCC_LEN - 1);
    out[IDS_USCC_LEN - 1] = uscc_alphabet[check];
    return ERR_OK;
}

enum err ids_uscc_compose(char out[IDS_USCC_LEN], struct str head, struct str division,
                          struct str organisation)
{
    if (head.len != 2 || division.len != 6 || organisation.len != ORG_LEN - 1)
        return ERR_INPUT;
    for (size_t i = 0; i < organisation.len; i++)
        if (uscc_value(organisation.data[i]) < 0)
            return ERR_INPUT;
    char stem[IDS_USCC_LEN - 1];
    memcpy(stem, head.data, 2);
    memcpy(stem + 2, division.data, 6);
    memcpy(stem + ORG_FIRST, organisation.data, ORG_LEN - 1);
    stem[IDS_USCC_LEN - 2] = org_digit(organisation.data);
    return ids_uscc_make(out, str_range(stem, sizeof stem));
}

/* The digit that ISO 7064 MOD 11,10 puts behind `count` digits; -1 if one is no digit. */
static int mod11_10(const char *digits, size_t count)
{
    unsigned p = 10;
    for (size_t i = 0; i < count; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return -1;
        unsigned sum = (p + (unsigned)(digits[i] - '0')) % 10;
        p = (sum ? sum : 10) * 2 % 11;
    }
    return (int)((11 - p) % 10);
}

enum ids_check ids_regno15_check(struct str code)
{
    if (code.len != IDS_REGNO_LEN)
        return IDS_BAD_LENGTH;
    char last = code.data[IDS_REGNO_LEN - 1];
    int expected = mod11_10(code.data, IDS_REGNO_LEN - 1);
    if (expected < 0 || last < '0' || last > '9')
        return IDS_BAD_CHARACTER;
    return last - '0' == expected ? IDS_VALID : IDS_BAD_DIGIT;
}

enum err ids_regno15_make(char out[IDS_REGNO_LEN], struct str stem)
{
    int check = stem.len == IDS_REGNO_LEN - 1 ? mod11_10(stem.data, stem.len) : -1;
    if (check < 0)
        return ERR_INPUT;
    memcpy(out, stem.data, stem.len);
    out[IDS_REGNO_LEN - 1] = (char)('0' + check);
    return ERR_OK;
}
