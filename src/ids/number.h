/* Numbers of objects: which kind a number is, what spreadsheets did to it, and whether it can be
 * right. Pure: bytes in, bytes out. Sources: GB 32100-2015, GB 11714, ISO 7064, the former rule
 * for registration numbers (工商行政管理注册号编制规则), REQUIREMENTS.md B7, R19, R21. */
#ifndef IDS_NUMBER_H
#define IDS_NUMBER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { IDS_USCC_LEN = 18, IDS_REGNO_LEN = 15 };

/* What a check of one number found. IDS_VALID_ORG_MISMATCH is valid: the code's own check
 * character holds, only the organisation code inside it (characters 9-17) does not; real
 * registrations have this, so it is a warning and never an error. */
enum ids_check {
    IDS_VALID,
    IDS_VALID_ORG_MISMATCH,
    IDS_BAD_LENGTH,
    IDS_BAD_CHARACTER,
    IDS_BAD_DIGIT, /* the check digit contradicts the rest */
    IDS_BAD_DATE   /* identity card only: no such birthday */
};

enum ids_kind {
    IDS_KIND_NONE,    /* empty: products, projects, unlicensed traders (R21, R127) */
    IDS_KIND_USCC,    /* 统一社会信用代码: 18 of its 31 characters */
    IDS_KIND_REGNO15, /* 15-digit 注册号 */
    IDS_KIND_OLD,     /* 13- or 14-digit 注册号, or 469006NA110016X of a cooperative */
    IDS_KIND_IDCARD,  /* a person's identity number: must not be stored as an object's number */
    IDS_KIND_OTHER    /* anything else, taken as it is */
};

/* True for IDS_VALID and IDS_VALID_ORG_MISMATCH. */
bool ids_check_ok(enum ids_check check);
/* One Chinese clause for the error workbook, e.g. 校验位不正确. Never NULL. */
const char *ids_check_text(enum ids_check check);
/* Stable short code of a kind as stored ("uscc", "regno15", "old", "idcard", "other", "none") and
 * its Chinese name. Never NULL. */
const char *ids_kind_code(enum ids_kind kind);
const char *ids_kind_text(enum ids_kind kind);

/* Checks a code exactly as given (18 upper-case characters, GB 32100-2015). */
enum ids_check ids_uscc_check(struct str code);
/* Appends the check character to the 17 characters of `stem` (upper case, any of the 31) and
 * writes 18 characters without a NUL to out. For generated data. ERR_INPUT if stem is no stem. */
MUST enum err ids_uscc_make(char out[IDS_USCC_LEN], struct str stem);
/* Like it, from what a code is made of: department and category ("91"), 6-digit division and
 * the first 8 characters of an organisation code, whose own check character is added too. */
MUST enum err ids_uscc_compose(char out[IDS_USCC_LEN], struct str head, struct str division,
                               struct str organisation);
/* Checks 15 digits by ISO 7064 MOD 11,10. */
enum ids_check ids_regno15_check(struct str code);
/* Appends the check digit to 14 digits, 15 characters without a NUL. ERR_INPUT for other stems. */
MUST enum err ids_regno15_make(char out[IDS_REGNO_LEN], struct str stem);

/* Classifies a repaired number by its form alone; the check digit decides only between USCC and
 * identity card, which share 18 digits: a number valid as an identity card and not as USCC is
 * IDS_KIND_IDCARD. */
enum ids_kind ids_number_kind(struct str number);
/* The check that belongs to the kind; IDS_VALID for kinds without one. */
enum ids_check ids_number_check(struct str number);

/* Undoes what spreadsheets and typists do to numbers: blanks inside, full-width characters, lower
 * case, a leading apostrophe, dashes between groups, 469006600187440.0, 4.6900660018744E+14. The
 * result lives in `arena`; an empty cell gives an empty result. ERR_INPUT with words in fault when
 * digits were lost (scientific notation that hides digits, more than 15 significant digits behind
 * a rounding): nothing is guessed. */
MUST enum err ids_number_repair(struct str *out, struct arena *arena, struct str raw,
                                struct fault *fault);

#endif
