/* Mustache: see template.h. Debian packages no renderer for C (mustache-c and mustach are not in
 * Debian 12), so this is our own, held to the cases of the public spec.
 *
 * A template is a tree of nodes parsed once; rendering only reads it, so threads share it. Partials
 * are parsed with their parent, once for each name and indentation; a recursive partial points back
 * to itself. */
#include "web/template.h"

#include <limits.h>
#include <string.h>

enum { TEMPLATE_DEPTH = 64, TEMPLATE_PARTIALS = 256, TEMPLATE_NAME = 128 };

enum node_kind { NODE_TEXT, NODE_ESCAPED, NODE_RAW, NODE_SECTION, NODE_INVERTED, NODE_PARTIAL };

struct node {
    enum node_kind kind;
    struct str text;            /* text, or the name */
    struct web_name first_part; /* of the name, up to its first dot */
    struct node *first;
    struct node *next;
    struct web_template *partial;
};

struct web_template {
    struct node *first;
    struct str name; /* of a partial, with its indentation, to find it again */
    struct str indent;
    struct web_template *known; /* all partials of the root */
};

struct parser {
    struct arena *arena;
    const struct web_template_options *options;
    struct web_template *root;
    size_t *partials;
    struct fault *fault;
    struct str source;
    size_t at;
    struct str open; /* delimiters */
    struct str close;
    struct node **tail;
    struct node *last; /* the newest */
    struct {
        struct str name;
        struct node **tail; /* where the tree goes on behind the section */
    } stack[TEMPLATE_DEPTH];
    size_t depth;
};

/* --- values --- */

static const struct web_value *object_find(const struct web_value *object,
                                           const struct web_name *name)
{
    size_t at = object->kind == WEB_OBJECT && object->count > 0 ? object->newest[name->slot] : 0;
    for (; at > 0; at = object->names[at - 1].older)
        if (web_name_eq(&object->names[at - 1], name))
            return object->items[at - 1];
    return NULL;
}

struct str web_text(const struct web_value *object, const char *name)
{
    const struct web_name key = web_name_of(str_of(name));
    const struct web_value *found = object_find(object, &key);
    return found != NULL && found->kind == WEB_TEXT ? found->text : STR("");
}

/* What is written for a character that means something in HTML. */
static const char *const template_escapes[UCHAR_MAX + 1] = {
    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};

/* The same byte eight times. */
#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Is one of eight bytes zero? */
static bool eight_zero(uint64_t eight)
{
    return ((eight - EIGHT(0x01)) & ~eight & EIGHT(0x80)) != 0;
}

/* Are the next eight characters surely nothing to HTML? What is escaped lies in 20..27 and 3C..3F,
 * where little else of a text does. */
static bool escape_free(const char *text)
{
    uint64_t eight;
    memcpy(&eight, text, sizeof eight);
    return !eight_zero((eight & EIGHT(0xF8)) ^ EIGHT(0x20)) &&
           !eight_zero((eight & EIGHT(0xFC)) ^ EIGHT(0x3C));
}

/* Writes text from *done to before the character at `at` and what stands for that one, if anything
 * does. */
static void escape_one(struct buf *out, size_t *done, struct str text, size_t at)
{
    const char *written = template_escapes[(unsigned char)text.data[at]];
    if (written == NULL)
        return;
    buf_add(out, text.data + *done, at - *done);
    buf_cat(out, written);
    *done = at + 1;
}

void web_escape(struct buf *out, struct str text)
{
    size_t done = 0;
    for (size_t from = 0; from < text.len; from += 8) {
        size_t until = text.len - from > 8 ? from + 8 : text.len;
        if (until - from == 8 && escape_free(text.data + from))
            continue;
        for (size_t at = from; at < until; at++)
            escape_one(out, &done, text, at);
    }
    buf_add(out, text.data + done, text.len - done);
}

/* --- parsing --- */

static uint64_t parser_row(const struct parser *p, size_t at)
{
    uint64_t row = 1;
    for (size_t i = 0; i < at && i < p->source.len; i++)
        row += p->source.data[i] == '\n' ? 1 : 0;
    return row;
}

static enum err parser_error(struct parser *p, const char *what)
{
    fault_set(p->fault, ERR_FORMAT, "模板第 %llu 行：%s", (unsigned long long)parser_row(p, p->at),
              what);
    if (p->fault != NULL)
        p->fault->row = parser_row(p, p->at);
    return ERR_FORMAT;
}

static struct node *parser_add(struct parser *p, enum node_kind kind, struct str text)
{
    struct node *node = arena_alloc(p->arena, sizeof *node);
    if (node == NULL)
        return NULL;
    ptrdiff_t dot = str_find_char(text, '.');
    node->kind = kind;
    node->text = text;
    node->first_part = web_name_of(str_sub(text, 0, dot > 0 ? (size_t)dot : text.len));
    *p->tail = node;
    p->last = node;
    p->tail = &node->next;
    return node;
}

/* Text that follows text becomes one with it. */
static enum err parser_words(struct parser *p, struct str text)
{
    struct node *last = p->last;
    if (text.len == 0)
        return ERR_OK;
    if (last == NULL || last->kind != NODE_TEXT || p->tail != &last->next)
        return parser_add(p, NODE_TEXT, text) != NULL ? ERR_OK : ERR_MEMORY;
    char *both = arena_alloc(p->arena, last->text.len + text.len);
    if (both == NULL)
        return ERR_MEMORY;
    memcpy(both, last->text.data, last->text.len);
    memcpy(both + last->text.len, text.data, text.len);
    last->text = str_range(both, last->text.len + text.len);
    return ERR_OK;
}

static enum err parser_text(struct parser *p, size_t from, size_t to)
{
    return from < to ? parser_words(p, str_sub(p->source, from, to - from)) : ERR_OK;
}

/* One tag: what stands between the delimiters, and where it begins and ends in the source. */
struct tag {
    char sigil; /* one of "#^/>!=&{", or 0 */
    struct str name;
    size_t from;
    size_t to;
};

static bool tag_stands_alone(char sigil)
{
    return sigil != 0 && strchr("#^/>!=", sigil) != NULL;
}

/* Where the line before `at` begins if only blanks stand there, else `at` + 1 (not alone). */
static size_t line_head(struct str s, size_t at)
{
    size_t i = at;
    while (i > 0 && (s.data[i - 1] == ' ' || s.data[i - 1] == '\t'))
        i--;
    return i == 0 || s.data[i - 1] == '\n' ? i : at + 1;
}

/* Behind the line's end if only blanks stand between `at` and it, else 0. */
static size_t line_tail(struct str s, size_t at)
{
    while (at < s.len && (s.data[at] == ' ' || s.data[at] == '\t'))
        at++;
    if (at == s.len)
        return at;
    if (s.data[at] == '\n')
        return at + 1;
    return s.data[at] == '\r' && at + 1 < s.len && s.data[at + 1] == '\n' ? at + 2 : 0;
}

/* Finds the next tag from p->at; found is false at the end of the source. */
static enum err parser_tag(bool *found, struct tag *tag, struct parser *p)
{
    ptrdiff_t from = str_find(str_sub(p->source, p->at, SIZE_MAX), p->open);
    *found = from >= 0;
    if (!*found)
        return ERR_OK;
    tag->from = p->at + (size_t)from;
    size_t inner = tag->from + p->open.len;
    char sigil = inner < p->source.len ? p->source.data[inner] : 0;
    tag->sigil = sigil != 0 && strchr("#^/>!=&{", sigil) != NULL ? sigil : 0;
    char brace[40];
    struct str end = p->close;
    if (tag->sigil == '{' || tag->sigil == '=') {
        brace[0] = tag->sigil == '{' ? '}' : '=';
        memcpy(brace + 1, p->close.data, p->close.len);
        end = str_range(brace, p->close.len + 1);
    }
    inner += tag->sigil != 0 ? 1 : 0;
    ptrdiff_t to = str_find(str_sub(p->source, inner, SIZE_MAX), end);
    p->at = tag->from;
    if (to < 0)
        return parser_error(p, "标签没有结束");
    tag->name = str_trim(str_sub(p->source, inner, (size_t)to));
    tag->to = inner + (size_t)to + end.len;
    return ERR_OK;
}

static enum err parser_delimiters(struct parser *p, const struct tag *tag)
{
    struct str rest = tag->name;
    struct str open;
    (void)str_cut(&open, &rest, ' ');
    struct str close = str_trim(rest);
    bool bad = open.len == 0 || close.len == 0 || open.len > 32 || close.len > 32;
    if (p->options->strict || bad || str_find_char(close, ' ') >= 0)
        return parser_error(p, "不允许更改定界符");
    p->open = open;
    p->close = close;
    return ERR_OK;
}

static enum err parser_open(struct parser *p, const struct tag *tag)
{
    if (p->depth == TEMPLATE_DEPTH)
        return parser_error(p, "嵌套过深");
    struct node *node = parser_add(p, tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED, tag->name);
    if (node == NULL)
        return ERR_MEMORY;
    p->stack[p->depth].name = tag->name;
    p->stack[p->depth++].tail = p->tail;
    p->tail = &node->first;
    return ERR_OK;
}

static enum err parser_close(struct parser *p, const struct tag *tag)
{
    if (p->depth == 0 || !str_eq(p->stack[p->depth - 1].name, tag->name))
        return parser_error(p, "结束标签与开始标签不一致");
    p->tail = p->stack[--p->depth].tail;
    return ERR_OK;
}

static enum err template_parse(struct web_template *t, struct parser *p, struct str source);

/* A partial's text with each line indented, as the spec asks for standalone partial tags. */
static struct str partial_indent(struct arena *arena, struct str text, struct str indent)
{
    struct buf out = {0};
    struct str rest = text;
    while (indent.len > 0 && rest.len > 0) {
        ptrdiff_t end = str_find_char(rest, '\n');
        size_t len = end < 0 ? rest.len : (size_t)end + 1;
        buf_str(&out, indent);
        buf_str(&out, str_sub(rest, 0, len));
        rest = str_sub(rest, len, SIZE_MAX);
    }
    struct str copy = indent.len > 0 ? arena_str(arena, buf_view(&out)) : text;
    bool failed = buf_err(&out) != ERR_OK;
    buf_free(&out);
    return failed ? str_range(NULL, 0) : copy;
}

static struct web_template *partial_known(const struct parser *p, struct str name,
                                          struct str indent)
{
    for (struct web_template *t = p->root->known; t != NULL; t = t->known)
        if (str_eq(t->name, name) && str_eq(t->indent, indent))
            return t;
    return NULL;
}

static enum err parser_partial(struct parser *p, struct str name, struct str indent)
{
    const struct web_template_options *o = p->options;
    struct str text = o->partial != NULL ? o->partial(o->ctx, name) : str_range(NULL, 0);
    struct node *node = parser_add(p, NODE_PARTIAL, name);
    if (node == NULL)
        return ERR_MEMORY;
    if (text.data == NULL)
        return o->strict ? parser_error(p, "没有这个名称的部分模板") : ERR_OK;
    node->partial = partial_known(p, name, indent);
    if (node->partial != NULL)
        return ERR_OK;
    if (++*p->partials > TEMPLATE_PARTIALS)
        return parser_error(p, "部分模板过多或无限嵌套");
    struct web_template *t = arena_alloc(p->arena, sizeof *t);
    struct str source = partial_indent(p->arena, text, indent);
    if (t == NULL || source.data == NULL)
        return ERR_MEMORY;
    t->name = name;
    t->indent = indent;
    t->known = p->root->known;
    p->root->known = t;
    node->partial = t;
    struct parser inner = {.arena = p->arena,
                           .options = o,
                           .root = p->root,
                           .partials = p->partials,
                           .fault = p->fault};
    return template_parse(t, &inner, source);
}

/* Is it one of the fixed texts? Then it is put in now, escaped. */
static enum err parser_fixed(bool *fixed, struct parser *p, struct str name)
{
    const struct web_template_options *o = p->options;
    struct str rest = name;
    struct str first;
    struct buf text = {0};
    (void)str_cut(&first, &rest, '.');
    *fixed = o->fixed != NULL && rest.len > 0 && str_eq(first, str_of(o->fixed));
    if (!*fixed)
        return ERR_OK;
    const struct web_name key = web_name_of(rest);
    const struct web_value *value = object_find(o->fixed_texts, &key);
    if (value == NULL || value->kind != WEB_TEXT)
        return fault_set(p->fault, ERR_FORMAT, "模板用到的文字“%.*s”不在文字表中", STR_ARG(name));
    web_escape(&text, value->text);
    struct str kept = arena_str(p->arena, buf_view(&text));
    bool failed = buf_err(&text) != ERR_OK || kept.data == NULL;
    buf_free(&text);
    return failed ? ERR_MEMORY : parser_words(p, kept);
}

static enum err parser_value(struct parser *p, const struct tag *tag)
{
    bool raw = tag->sigil != 0;
    bool fixed = false;
    if (raw && p->options->strict)
        return parser_error(p, "门户模板不允许不转义的输出");
    if (tag->name.len == 0 || tag->name.len > TEMPLATE_NAME)
        return parser_error(p, "标签没有名称或名称过长");
    TRY(parser_fixed(&fixed, p, tag->name));
    if (fixed)
        return ERR_OK;
    return parser_add(p, raw ? NODE_RAW : NODE_ESCAPED, tag->name) ? ERR_OK : ERR_MEMORY;
}

static enum err parser_take(struct parser *p, const struct tag *tag, struct str indent)
{
    switch (tag->sigil) {
    case '!':
        return ERR_OK;
    case '=':
        return parser_delimiters(p, tag);
    case '#':
    case '^':
        return parser_open(p, tag);
    case '/':
        return parser_close(p, tag);
    case '>':
        return parser_partial(p, tag->name, indent);
    default:
        return parser_value(p, tag);
    }
}

/* Text up to the tag, then the tag; a standalone tag takes its whole line with it. */
static enum err parser_step(bool *found, struct parser *p)
{
    struct tag tag;
    size_t start = p->at;
    TRY(parser_tag(found, &tag, p));
    if (!*found) {
        TRY(parser_text(p, start, p->source.len));
        return p->depth == 0 ? ERR_OK : parser_error(p, "有标签没有结束");
    }
    size_t head = line_head(p->source, tag.from);
    size_t tail = line_tail(p->source, tag.to);
    bool alone = tag_stands_alone(tag.sigil) && head <= tag.from && head >= start && tail > 0;
    struct str indent = alone ? str_sub(p->source, head, tag.from - head) : str_range("", 0);
    TRY(parser_text(p, start, alone ? head : tag.from));
    p->at = tag.from;
    TRY(parser_take(p, &tag, indent));
    p->at = alone ? tail : tag.to;
    return ERR_OK;
}

static enum err template_parse(struct web_template *t, struct parser *p, struct str source)
{
    bool found = true;
    p->source = source;
    p->open = STR("{{");
    p->close = STR("}}");
    p->tail = &t->first;
    while (found)
        TRY(parser_step(&found, p));
    return ERR_OK;
}

enum err web_template_parse(struct web_template **out, struct arena *arena, struct str text,
                            const struct web_template_options *options, struct fault *fault)
{
    size_t partials = 0;
    *out = arena_alloc(arena, sizeof **out);
    if (*out == NULL)
        return ERR_MEMORY;
    struct parser p = {
        .arena = arena, .options = options, .root = *out, .partials = &partials, .fault = fault};
    return template_parse(*out, &p, text);
}

/* --- rendering --- */

/* The models in force, innermost last. */
struct scope {
    const struct web_value *value;
    const struct scope *outer;
    unsigned depth;
};

/* A dotted name: its first part is looked up from the inside out, the others below what was found.
 */
static const struct web_value *scope_find(const struct scope *scope, const struct node *node)
{
    const struct web_value *found = NULL;
    if (node->text.len == 1 && node->text.data[0] == '.')
        return scope->value;
    for (; scope != NULL && found == NULL; scope = scope->outer)
        found = object_find(scope->value, &node->first_part);
    size_t first = node->first_part.text.len;
    if (first == node->text.len)
        return found;
    struct str rest = str_sub(node->text, first + 1, SIZE_MAX);
    struct str part;
    while (found != NULL && str_cut(&part, &rest, '.')) {
        const struct web_name name = web_name_of(part);
        found = object_find(found, &name);
    }
    return found;
}

static bool value_holds(const struct web_value *v)
{
    if (v == NULL || v->kind == WEB_NOTHING)
        return false;
    if (v->kind == WEB_TEXT)
        return v->text.len > 0;
    return v->kind != WEB_LIST || v->count > 0;
}

static enum err render_nodes(struct buf *out, const struct node *node, const struct scope *scope);

static enum err render_inside(struct buf *out, const struct node *node,
                              const struct web_value *value, const struct scope *outer)
{
    const struct scope inner = {value, outer, outer->depth + 1};
    return inner.depth > TEMPLATE_DEPTH * 4 ? ERR_LIMIT : render_nodes(out, node, &inner);
}

/* A partial sees what its parent sees: its scope stands in place of the parent's. */
static enum err render_partial(struct buf *out, const struct web_template *partial,
                               const struct scope *scope)
{
    const struct scope same = {scope->value, scope->outer, scope->depth + 1};
    return same.depth > TEMPLATE_DEPTH * 4 ? ERR_LIMIT : render_nodes(out, partial->first, &same);
}

static enum err render_section(struct buf *out, const struct node *node, const struct scope *scope)
{
    const struct web_value *value = scope_find(scope, node);
    if (!value_holds(value))
        return ERR_OK;
    if (value->kind != WEB_LIST)
        return render_inside(out, node->first, value, scope);
    for (size_t i = 0; i < value->count; i++)
        TRY(render_inside(out, node->first, value->items[i], scope));
    return ERR_OK;
}

static enum err render_value(struct buf *out, const struct node *node, const struct scope *scope)
{
    const struct web_value *value = scope_find(scope, node);
    if (value == NULL || value->kind != WEB_TEXT)
        return ERR_OK;
    if (node->kind == NODE_ESCAPED)
        web_escape(out, value->text);
    else
        buf_str(out, value->text);
    return ERR_OK;
}

static enum err render_node(struct buf *out, const struct node *node, const struct scope *scope)
{
    switch (node->kind) {
    case NODE_TEXT:
        buf_str(out, node->text);
        return ERR_OK;
    case NODE_SECTION:
        return render_section(out, node, scope);
    case NODE_INVERTED:
        return value_holds(scope_find(scope, node)) ? ERR_OK
                                                    : render_nodes(out, node->first, scope);
    case NODE_PARTIAL:
        if (node->partial == NULL)
            return ERR_OK;
        return render_partial(out, node->partial, scope);
    default:
        return render_value(out, node, scope);
    }
}

static enum err render_nodes(struct buf *out, const struct node *node, const struct scope *scope)
{
    for (; node != NULL; node = node->next)
        TRY(render_node(out, node, scope));
    return ERR_OK;
}

enum err web_template_render(struct buf *out, const struct web_template *t,
                             const struct web_value *model)
{
    const struct scope scope = {model, NULL, 0};
    TRY(render_nodes(out, t->first, &scope));
    return buf_err(out);
}
