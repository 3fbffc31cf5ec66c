/* Dictionaries and the words that a place adds: see setting.h. */
#include "office/setting.h"

#include "base/json.h"
#include "base/utf8.h"
#include "model/resource.h"
#include "sheet/value.h"

#include <string.h>

enum { WORD_MOST = 120, SYNONYMS_MOST = 600 };

const struct office_dictionary office_dictionaries[] = {
    {"methods", "检查方式", "国办发〔2015〕58号；各地事项清单", model_methods, true},
    {"item-classes", "事项类别", "舞政〔2020〕2号 二(二)", model_item_classes, false},
    {"result-codes", "抽查结果", "国家企业信用信息公示系统数据标准（八种）", model_result_codes,
     false},
    {"measures", "后续处置", "新政办〔2019〕54号 二(九)", model_measures, false},
    {"measure-states", "处置状态", "新政办〔2019〕54号 二(九)", model_measure_states, false},
    {"sources", "检查来源", "新政办〔2019〕54号 二(六)", model_sources, false},
    {"task-types", "抽查类型", "国家企业信用信息公示系统数据标准", model_task_types, false},
    {"object-kinds", "检查对象类别", "新政办〔2019〕54号 二(二)", model_object_kinds, false},
    {"object-states", "登记状态", "国家企业信用信息公示系统数据标准", model_object_states, false},
    {"risks", "信用风险类别", "国市监信发〔2022〕6号", model_risks, false},
    {"categories", "人员类别", "沁双随〔2025〕2号 二(二)", model_categories, false},
    {"person-states", "人员状态", "新政办〔2019〕54号 二(二)", model_person_states, false},
    {"exclusions", "不参加抽取的原因", "新政办〔2019〕54号 二(六)", model_exclusions, false},
    {"skip-reasons", "无法检查的原因", "本地规定", model_skip_reasons, false},
    {"exemptions", "不予公示的情形",
     "舞政〔2020〕2号 二(六)；新政办〔2019〕54号 二(八)；《政府信息公开条例》第十四条、第十五条",
     model_exemption_kinds, false},
    {NULL, NULL, NULL, NULL, false},
};

const struct office_dictionary *office_dictionary_find(struct str id)
{
    for (const struct office_dictionary *d = office_dictionaries; d->id != NULL; d++)
        if (str_eq(id, str_of(d->id)))
            return d;
    return NULL;
}

static size_t words_count(const struct field_word *words)
{
    size_t count = 0;
    while (words[count].code != NULL)
        count++;
    return count;
}

/* Is this the newest version of its word? Words stand by word, newest first. */
static bool word_newest(const struct store_word *rows, size_t i)
{
    return i == 0 || !str_eq(rows[i].word, rows[i - 1].word);
}

enum err office_words(const struct field_word **out, struct errand *e, struct db_tx *tx,
                      const char *id)
{
    const struct office_dictionary *d = office_dictionary_find(str_of(id));
    struct store_word *rows = NULL;
    size_t count = 0;
    size_t used = words_count(d->words);
    TRY(store_words(&rows, &count, e->arena, tx, e->office->tenant, str_of(id)));
    struct field_word *all = arena_array(e->arena, used + count + 1, sizeof *all);
    if (all == NULL)
        return ERR_MEMORY;
    memcpy(all, d->words, used * sizeof *all);
    for (size_t i = 0; i < count; i++) {
        if (!word_newest(rows, i) || !str_eq(rows[i].state, STR("active")))
            continue;
        const char *word = arena_cstr(e->arena, rows[i].word);
        const char *synonyms = arena_cstr(e->arena, rows[i].synonyms);
        if (word == NULL || synonyms == NULL)
            return ERR_MEMORY;
        all[used++] = (struct field_word){word, word, rows[i].synonyms.len > 0 ? synonyms : NULL};
    }
    all[used] = (struct field_word){NULL, NULL, NULL};
    *out = all;
    return ERR_OK;
}

enum err office_words_unify(struct str *list, struct arena *arena, const struct field_word *words)
{
    struct str rest = *list;
    struct str word;
    struct str out = STR("");
    while (sheet_list_next(&word, &rest)) {
        const struct field_word *known = sheet_word_find(words, word);
        struct str text = known != NULL ? str_of(known->text) : word;
        out = out.len == 0 ? text : arena_printf(arena, "%.*s、%.*s", STR_ARG(out), STR_ARG(text));
        if (out.data == NULL)
            return ERR_MEMORY;
    }
    *list = out;
    return ERR_OK;
}

struct words_work {
    struct errand *e;
    struct store_word **out;
    size_t *count;
    struct str id;
};

static enum err words_read(struct db_tx *tx, void *ctx)
{
    struct words_work *w = ctx;
    return store_words(w->out, w->count, w->e->arena, tx, w->e->office->tenant, w->id);
}

enum err office_word_versions(struct store_word **out, size_t *count, struct errand *e,
                              struct str id)
{
    struct words_work w = {e, out, count, id};
    return office_read(e, "words", words_read, &w);
}

/* --- changing --- */

struct word_work {
    struct errand *e;
    const struct office_dictionary *dictionary;
    struct store_word row;
};

static enum err word_text(struct errand *e, struct str text, const char *field, size_t most)
{
    bool marked = str_find_char(text, '|') >= 0 || str_find_char(text, ',') >= 0;
    if (text.len <= most && !utf8_has_deceptive(text) && !marked)
        return ERR_OK;
    return fault_at(&e->fault, field, ERR_INPUT, "文字过长，或含有 | 、逗号和不能显示的字符");
}

/* Synonyms as they are kept, '|' between; none may be a shipped word or one of its synonyms. */
static enum err word_synonyms(struct str *out, struct errand *e, const struct office_dictionary *d,
                              struct str typed)
{
    struct str rest = typed;
    struct str one;
    *out = STR("");
    while (sheet_list_next(&one, &rest)) {
        TRY(word_text(e, one, "synonyms", WORD_MOST));
        if (sheet_word_find(d->words, one) != NULL)
            return fault_at(&e->fault, "synonyms", ERR_INPUT, "“%.*s”已是另一个词的写法",
                            STR_ARG(one));
        *out =
            out->len == 0 ? one : arena_printf(e->arena, "%.*s|%.*s", STR_ARG(*out), STR_ARG(one));
        if (out->data == NULL)
            return ERR_MEMORY;
    }
    if (out->len > SYNONYMS_MOST)
        return fault_at(&e->fault, "synonyms", ERR_INPUT, "同义词过多");
    return ERR_OK;
}

static enum err word_run(struct db_tx *tx, void *ctx)
{
    struct word_work *w = ctx;
    struct errand *e = w->e;
    struct store_word *rows = NULL;
    size_t count = 0;
    bool done = false;
    struct str outcome;
    struct str before = STR("");
    TRY(office_once(&done, &outcome, e, tx, STR("dictionary-change")));
    if (done)
        return ERR_OK;
    TRY(store_words(&rows, &count, e->arena, tx, e->office->tenant, w->row.dictionary));
    w->row.version = 1;
    for (size_t i = 0; i < count; i++)
        if (word_newest(rows, i) && str_eq(rows[i].word, w->row.word)) {
            w->row.version = rows[i].version + 1;
            before = rows[i].synonyms;
        }
    TRY(store_word_add(tx, e->office->tenant, &w->row));
    struct buf old = {0}, new = {0};
    json_escape(&old, before);
    json_escape(&new, w->row.synonyms);
    const struct office_audit_row audit = {
        .action = STR("dictionary-change"),
        .target = w->row.word,
        .detail = w->row.basis,
        .outcome = STR("done"),
        .before = w->row.version > 1
                      ? arena_printf(e->arena, "{\"synonyms\":%.*s}", STR_ARG(buf_view(&old)))
                      : STR(""),
        .after = arena_printf(e->arena, "{\"state\":\"%.*s\",\"synonyms\":%.*s}",
                              STR_ARG(w->row.state), STR_ARG(buf_view(&new)))};
    bool failed = buf_err(&old) != ERR_OK || buf_err(&new) != ERR_OK || audit.before.data == NULL ||
                  audit.after.data == NULL;
    buf_free(&old);
    buf_free(&new);
    TRY(failed ? ERR_MEMORY : office_audit_add(e, tx, &audit));
    return office_once_done(e, tx, STR("dictionary-change"), STR(""));
}

enum err office_word_change(struct errand *e, const struct office_word_edit *edit)
{
    struct word_work w = {.e = e, .dictionary = office_dictionary_find(edit->dictionary)};
    struct str word = str_trim(edit->word);
    struct str basis = str_trim(edit->basis);
    if (w.dictionary == NULL)
        return fault_set(&e->fault, ERR_MISSING, "没有这个字典");
    if (!w.dictionary->grows)
        return fault_set(&e->fault, ERR_STATE, "“%s”由国家标准或规定确定，不能在本地增加",
                         w.dictionary->label);
    if (word.len == 0)
        return fault_at(&e->fault, "word", ERR_INPUT, "请填写词");
    TRY(word_text(e, word, "word", WORD_MOST));
    if (sheet_word_find(w.dictionary->words, word) != NULL)
        return fault_at(&e->fault, "word", ERR_INPUT, "字典里已有这个词，或它是其中一词的写法");
    if (basis.len == 0)
        return fault_at(&e->fault, "basis", ERR_INPUT, "请写明依据");
    TRY(word_text(e, basis, "basis", SYNONYMS_MOST));
    w.row = (struct store_word){.dictionary = edit->dictionary,
                                .word = word,
                                .state = edit->closed ? STR("closed") : STR("active"),
                                .basis = basis,
                                .actor = e->actor,
                                .at = e->now};
    TRY(word_synonyms(&w.row.synonyms, e, w.dictionary, edit->synonyms));
    return office_write(e, "dictionary-change", word_run, &w);
}
