/* Files carried inside the program: the migrations of schema/ and the facts of data/. */
#ifndef MODEL_EMBED_H
#define MODEL_EMBED_H

#include "base/str.h"

struct embed_file {
    const char *name; /* base name, NULL in the last row */
    const char *data;
    size_t size;
};

/* The migrations (NNNN-name.sql) and the CSV files of data/, each sorted by name. */
extern const struct embed_file model_schema[];
extern const struct embed_file model_data[];

/* Content of one embedded file of data/, or an empty slice with data NULL if there is none. */
struct str model_data_find(const char *name);

#endif
