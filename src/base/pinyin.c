/* First letters of readings: see pinyin.h. */
#include "base/pinyin.h"

#include "base/utf8.h"

static char pinyin_initial(uint32_t cp)
{
    if (cp >= PINYIN_FIRST && cp <= PINYIN_LAST)
        return (char)pinyin_table[cp - PINYIN_FIRST];
    if (cp >= 'A' && cp <= 'Z')
        return (char)(cp - 'A' + 'a');
    bool plain = (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9');
    return plain ? (char)cp : '\0';
}

void pinyin_initials(struct buf *out, struct str text)
{
    uint32_t cp = 0;
    while (utf8_next(&cp, &text) == ERR_OK) {
        char letter = pinyin_initial(cp);
        if (letter != '\0')
            buf_char(out, letter);
    }
}
