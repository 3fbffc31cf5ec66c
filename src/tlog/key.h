/* Room-private: what note.c needs of keys. */
#ifndef TLOG_KEY_H
#define TLOG_KEY_H

#include "base/str.h"

/* Whether a key may have this name in a signature line: not empty, UTF-8, no Unicode space, no
 * plus, no control character (signed-note, "Format"). */
bool key_name_ok(struct str name);

#endif
