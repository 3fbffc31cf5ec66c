/* Mustache templates (the public spec), parsed once at start. {{name}} is escaped; templates that
 * are parsed as portal templates may not use {{{ or {{& at all, so there is no way around escaping.
 */
#ifndef WEB_TEMPLATE_H
#define WEB_TEMPLATE_H

#include "base/arena.h"
#include "base/buf.h"

enum web_value_kind { WEB_NOTHING, WEB_TEXT, WEB_TRUE, WEB_LIST, WEB_OBJECT };

/* The name of a member; names of the same slot are a chain from the newest to the oldest. */
struct web_name {
    struct str text;
    uint32_t mark; /* length and three characters; names with different marks differ */
    uint16_t slot;
    uint16_t older; /* from 1; 0: none */
};
/* Length and three characters tell the names of a page apart well enough. In the header, so that
 * the compiler works out what is known of a literal. */
enum { WEB_NAME_SLOTS = 32 };
static inline struct web_name web_name_of(struct str text)
{
    const unsigned char *c = (const unsigned char *)text.data;
    uint32_t mark = (uint32_t)(text.len & 0xFF);
    if (text.len > 0)
        mark |=
            (uint32_t)c[0] << 24 | (uint32_t)c[text.len / 2] << 16 | (uint32_t)c[text.len - 1] << 8;
    uint32_t mixed =
        (mark & 0xFF) + (mark >> 24) * 7 + (mark >> 16 & 0xFF) * 3 + (mark >> 8 & 0xFF) * 5;
    return (struct web_name){text, mark, (uint16_t)(mixed % WEB_NAME_SLOTS), 0};
}
static inline bool web_name_eq(const struct web_name *a, const struct web_name *b)
{
    return a->mark == b->mark && str_eq(a->text, b->text);
}

/* A model: what a template is filled with. Made in an arena by the functions below. */
struct web_value {
    enum web_value_kind kind;
    struct str text;          /* WEB_TEXT */
    struct web_value **items; /* WEB_LIST: elements; WEB_OBJECT: values; they never move */
    struct web_name *names;   /* WEB_OBJECT */
    uint16_t *newest;         /* WEB_OBJECT: for each slot of names the newest in it, from 1 */
    size_t count;
    size_t cap;
};

/* Setters on an object (or on a zeroed value, which becomes one). Texts are borrowed: they must
 * live as long as the model. A failed allocation makes the value WEB_NOTHING and is told by
 * web_model_err. */
struct web_model {
    struct arena *arena;
    struct web_value root;
    bool failed;
};
void web_model_init(struct web_model *m, struct arena *arena);
void web_set_value(struct web_model *m, struct web_value *object, struct web_name name,
                   enum web_value_kind kind, struct str text);
static inline void web_set(struct web_model *m, struct web_value *object, const char *name,
                           struct str text)
{
    web_set_value(m, object, web_name_of(str_of(name)), WEB_TEXT, text);
}
static inline void web_set_flag(struct web_model *m, struct web_value *object, const char *name,
                                bool on)
{
    web_set_value(m, object, web_name_of(str_of(name)), on ? WEB_TRUE : WEB_NOTHING,
                  (struct str){NULL, 0});
}
/* Decimal with no grouping. */
void web_set_count(struct web_model *m, struct web_value *object, const char *name, int64_t n);
/* A nested object or list under name; never NULL (a scratch value when out of memory). */
struct web_value *web_set_object(struct web_model *m, struct web_value *object, const char *name);
struct web_value *web_set_list(struct web_model *m, struct web_value *object, const char *name);
/* A new object element of a list. */
struct web_value *web_list_add(struct web_model *m, struct web_value *list);
MUST enum err web_model_err(const struct web_model *m);

/* The text of a member; empty where it has none of that name. */
struct str web_text(const struct web_value *object, const char *name);
/* Appends a text as {{name}} writes it. */
void web_escape(struct buf *out, struct str text);

struct web_template;
/* Gives the text of a partial {{>name}}; an empty slice with data NULL where there is none (then it
 * renders as nothing, as the spec says). */
typedef struct str web_partial(void *ctx, struct str name);

struct web_template_options {
    bool strict;          /* portal: {{{, {{&, changed delimiters and partials that are not there
                           * are refused (ERR_FORMAT) */
    web_partial *partial; /* may be NULL */
    void *ctx;
    /* {{NAME.KEY}} with this NAME is put in when the template is parsed, from the object below; a
     * KEY that is not there is ERR_FORMAT. NULL: none. */
    const char *fixed;
    const struct web_value *fixed_texts;
};
/* Parses text, which must outlive the template, into the arena. ERR_FORMAT with row in fault. */
MUST enum err web_template_parse(struct web_template **out, struct arena *arena, struct str text,
                                 const struct web_template_options *options, struct fault *fault);
/* Appends the rendered text. */
MUST enum err web_template_render(struct buf *out, const struct web_template *t,
                                  const struct web_value *model);

#endif
