/* JSON reading: see json.h. jansson parses; what SECURITY.md IN6 asks beyond it is checked here:
 * depth before (jansson's own limit of 2,048 is fixed when it is compiled), integers after. */
#include "base/json.h"

#include <string.h>

/* Deepest nesting of brackets outside strings; good enough for text that is no JSON as well, since
 * that fails in the parser. */
static size_t json_depth(struct str text)
{
    size_t depth = 0;
    size_t deepest = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']'))
            depth -= depth > 0;
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest;
}

/* jansson reads 64-bit integers, JavaScript only those within +-2^53: others would change unseen on
 * their way through a browser. Recursion ends at JSON_DEPTH_MAX, checked before. */
static enum err json_ints_fit(const json_t *value)
{
    const char *key = NULL;
    json_t *member = NULL;
    json_t *own = (json_t *)(uintptr_t)value; /* jansson's iterators take no const */
    if (json_is_integer(value)) {
        json_int_t number = json_integer_value(value);
        return number > JSON_INT_MAX || number < -JSON_INT_MAX ? ERR_RANGE : ERR_OK;
    }
    for (size_t i = 0; i < json_array_size(value); i++)
        TRY(json_ints_fit(json_array_get(value, i)));
    json_object_foreach(own, key, member) TRY(json_ints_fit(member));
    return ERR_OK;
}

/* jansson's error in our errors and words; its own text is English and names its functions. */
static enum err json_error(const json_error_t *error, struct fault *fault)
{
    enum err err = ERR_FORMAT;
    const char *why = "语法不正确";
    switch (json_error_code(error)) {
    case json_error_out_of_memory:
        return ERR_MEMORY;
    case json_error_duplicate_key:
        err = ERR_DUPLICATE;
        why = "同一对象中有重复的键";
        break;
    case json_error_invalid_utf8:
        err = ERR_UTF8;
        why = "不是有效的 UTF-8 文字";
        break;
    case json_error_numeric_overflow:
        err = ERR_RANGE;
        why = "数值超出范围";
        break;
    case json_error_null_character:
    case json_error_null_byte_in_key:
        why = "含有空字符";
        break;
    case json_error_premature_end_of_input:
        why = "内容不完整";
        break;
    default:
        break;
    }
    return fault_set(fault, err, "JSON 第 %d 行第 %d 列：%s，未处理，请改正后重试", error->line,
                     error->column, why);
}

enum err json_parse_sized(json_t **out, struct str text, size_t limit, struct fault *fault)
{
    json_error_t error;
    if (text.len > limit)
        return fault_set(fault, ERR_LIMIT, "JSON 有 %zu 字节，超过允许的 %zu 字节，未处理",
                         text.len, limit);
    if (json_depth(text) > JSON_DEPTH_MAX)
        return fault_set(fault, ERR_LIMIT, "JSON 嵌套超过 %d 层，未处理", JSON_DEPTH_MAX);
    json_t *root =
        json_loadb(text.data != NULL ? text.data : "", text.len, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        return json_error(&error, fault);
    enum err err = json_ints_fit(root);
    if (err != ERR_OK) {
        json_decref(root);
        return fault_set(fault, err, "JSON 中有整数超出 ±2^53，未处理；请把这样的编号写成文字");
    }
    *out = root;
    return ERR_OK;
}

enum err json_parse(json_t **out, struct str text, struct fault *fault)
{
    return json_parse_sized(out, text, JSON_SIZE_MAX, fault);
}

struct str json_member_str(const json_t *object, const char *key)
{
    const json_t *member = json_object_get(object, key);
    if (!json_is_string(member))
        return str_range(NULL, 0);
    return str_range(json_string_value(member), json_string_length(member));
}
