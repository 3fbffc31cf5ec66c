/* Embedded files: see embed.h. */
#include "model/embed.h"

struct str model_data_find(const char *name)
{
    for (const struct embed_file *f = model_data; f->name != NULL; f++)
        if (str_eq(str_of(f->name), str_of(name)))
            return str_range(f->data, f->size);
    return str_range(NULL, 0);
}
