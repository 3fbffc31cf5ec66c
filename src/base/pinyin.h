/* First letters of readings: 河南省 is found by hnss. The table is made at build time from ICU's
 * transliterator (tools/pinyin.py), one letter a character, the commonest reading: 行 is x, not h.
 */
#ifndef BASE_PINYIN_H
#define BASE_PINYIN_H

#include "base/buf.h"
#include "base/str.h"

enum { PINYIN_FIRST = 0x3400, PINYIN_LAST = 0x9FFF };
/* A letter a to z for each character of the range, 0 where there is no reading. */
extern const unsigned char pinyin_table[PINYIN_LAST - PINYIN_FIRST + 1];

/* Appends the initials of a text: a letter a Chinese character, ASCII letters (in lower case) and
 * digits as they are, nothing for the rest. */
void pinyin_initials(struct buf *out, struct str text);

#endif
