/* Temporary files that crashed programs left behind. */
#ifndef VAULT_LITTER_H
#define VAULT_LITTER_H

#include <stddef.h>
#include <stdint.h>

/* Removes the regular files of dir whose name holds mark (NULL: all of them) and that nobody has
 * written to for min_age seconds: another process may be writing a younger one. A missing folder is
 * no error, a file that cannot be removed stays. Tells how many went. */
size_t vault_litter_remove(const char *dir, const char *mark, int64_t min_age);

#endif
