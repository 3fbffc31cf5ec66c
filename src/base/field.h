/* One description of a resource, many uses (DESIGN.md section 3): a resource is a table of fields;
 * import headings, checks, export columns, masking and, later, forms and JSON are read off it. */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include "base/str.h"

enum field_kind {
    FIELD_TEXT,   /* any text on one line */
    FIELD_LONG,   /* text that may hold line breaks */
    FIELD_NUMBER, /* an identifier such as USCC or 15-digit registration number: never a quantity */
    FIELD_DIVISION, /* administrative division: a 6/9/12-digit code or a name */
    FIELD_DATE,     /* stored as YYYY-MM-DD */
    FIELD_COUNT,    /* whole number >= 0 */
    FIELD_RATIO,    /* NUM/DEN, written 3%, 3‰, 0.03 or 3/100 in files */
    FIELD_CODE,     /* one word of a dictionary */
    FIELD_LIST,     /* several words, separated in files by 、，,；;| or line breaks */
    FIELD_BOOL      /* 是/否 */
};

enum field_mask {
    MASK_NONE,
    MASK_PERSON, /* a person's name: shown to those with business there */
    MASK_PHONE,
    MASK_IDCARD,
    MASK_SECRET /* never shown to the public in any form (risk class) */
};

/* A dictionary word: the code we store, its Chinese text, synonyms found in files ('|' between). */
struct field_word {
    const char *code;
    const char *text;
    const char *synonyms;
};

struct field {
    const char *name;  /* column and JSON name, English */
    const char *label; /* Chinese heading we write */
    enum field_kind kind;
    bool required;
    uint32_t max; /* most bytes of a value, 0 = 2000 */
    enum field_mask mask;
    const char *headings;           /* headings found in the wild, '|' between; label is implied */
    const struct field_word *words; /* FIELD_CODE: ends with code NULL */
    const char *hint;               /* how to fill it in, for the template */
};

struct resource {
    const char *name;  /* objects */
    const char *label; /* 检查对象名录库 */
    const struct field *fields;
    size_t count;
};

#endif
