/* JSON: an append-only writer of our own, and jansson with limits to read.
 *
 * Why an own writer: answers are built straight into a buffer, without a tree (jansson's tree costs
 * 145 us for a list page, this 10), and every text in it comes out safe for logs and pages. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include <jansson.h>

/* SECURITY.md IN6. */
enum { JSON_DEPTH_MAX = 32, JSON_SIZE_MAX = 1024 * 1024 };
#define JSON_INT_MAX (INT64_C(1) << 53)

/* Writer state; zero-initialise and give it a buffer with json_write_begin. A misuse (value without
 * key, two keys, wrong end, too deep) or bad content is kept and told once, by json_write_end. */
struct json_writer {
    struct buf *out;
    enum err err;
    int depth;
    uint64_t objects;  /* bit n: level n+1 is an object */
    uint64_t nonempty; /* bit n: level n+1 has a member already */
    bool keyed;        /* a key waits for its value */
    bool done;         /* the one top value is complete */
};

/* Starts one JSON value at the end of out. */
void json_write_begin(struct json_writer *w, struct buf *out);
/* ERR_STATE if the calls did not make exactly one whole value, ERR_UTF8 / ERR_RANGE / ERR_LIMIT for
 * bad text, numbers or depth, ERR_MEMORY. The buffer's content is to be dropped then. */
MUST enum err json_write_end(struct json_writer *w);

/* Each begins or ends a level; ends must match. At most JSON_DEPTH_MAX levels. */
void json_write_object(struct json_writer *w);
void json_write_object_end(struct json_writer *w);
void json_write_array(struct json_writer *w);
void json_write_array_end(struct json_writer *w);
/* Inside an object, before each value. */
void json_write_key(struct json_writer *w, const char *key);
/* Text must be valid UTF-8; control, bidi and line-separator characters are written \uXXXX. */
void json_write_str(struct json_writer *w, struct str text);
/* Within +-2^53 (larger identifiers are written as text), else ERR_RANGE. */
void json_write_int(struct json_writer *w, int64_t number);
void json_write_bool(struct json_writer *w, bool value);
void json_write_null(struct json_writer *w);
/* A whole parsed value, members in their order. */
void json_write_value(struct json_writer *w, const json_t *value);

/* A key and its value in one line. */
void json_pair_str(struct json_writer *w, const char *key, struct str text);
void json_pair_int(struct json_writer *w, const char *key, int64_t number);
void json_pair_bool(struct json_writer *w, const char *key, bool value);

/* Appends text as a JSON string with its quotes. Invalid bytes become U+FFFD. */
void json_escape(struct buf *out, struct str text);

/* Parses an object or array by the rules of SECURITY.md IN6: at most JSON_SIZE_MAX bytes, depth 32,
 * no duplicate keys, valid UTF-8 without lone surrogates or NUL, integers within +-2^53. Free with
 * json_decref. ERR_FORMAT, ERR_LIMIT, ERR_RANGE, ERR_DUPLICATE, ERR_UTF8, with line and reason in
 * fault. */
MUST enum err json_parse(json_t **out, struct str text, struct fault *fault);
/* The same with another size limit, for our own larger files. */
MUST enum err json_parse_sized(json_t **out, struct str text, size_t limit, struct fault *fault);
/* A string member of an object as a slice into it; absent or no string: data NULL. */
struct str json_member_str(const json_t *object, const char *key);

#endif
