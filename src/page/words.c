/* The text table as pages ask for it: by key, and by what a dictionary says in Chinese. Sorted once
 * at start, so that a page which asks a hundred times spends some microseconds on it. */
#include "page/page.h"

#include <stdlib.h>

/* A word in both languages. */
struct page_term {
    struct str asked; /* its key; of said_ rows the Chinese */
    struct str said[2];
};

struct page_terms {
    struct page_term *items;
    size_t count;
};

struct page_words {
    struct page_terms by_key;
    struct page_terms by_chinese;
};

static int term_compare(const void *a, const void *b)
{
    return str_cmp(((const struct page_term *)a)->asked, ((const struct page_term *)b)->asked);
}

static void terms_add(struct page_terms *terms, struct str asked, struct str zh, struct str en)
{
    terms->items[terms->count++] = (struct page_term){asked, {zh, en}};
}

/* Sorts; one that is asked for by two rows must be the same in both. */
static enum err terms_sort(struct page_terms *terms, struct fault *fault)
{
    qsort(terms->items, terms->count, sizeof *terms->items, term_compare);
    for (size_t i = 1; i < terms->count; i++) {
        const struct page_term *a = &terms->items[i - 1];
        const struct page_term *b = &terms->items[i];
        if (str_eq(a->asked, b->asked) && !str_eq(a->said[1], b->said[1]))
            return fault_set(fault, ERR_FORMAT, "文字表 strings.csv 中“%.*s”有两种译文",
                             STR_ARG(a->asked));
    }
    return ERR_OK;
}

enum err page_words_make(struct page_site *site, struct fault *fault)
{
    const struct web_value *zh = &site->words[0];
    const struct web_value *en = &site->words[1];
    struct page_words *words = arena_alloc(&site->arena, sizeof *words);
    size_t room = zh->count + 1;
    if (words == NULL)
        return ERR_MEMORY;
    *words = (struct page_words){
        {arena_array(&site->arena, room, sizeof(struct page_term)), 0},
        {arena_array(&site->arena, room, sizeof(struct page_term)), 0},
    };
    if (words->by_key.items == NULL || words->by_chinese.items == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < zh->count; i++) {
        terms_add(&words->by_key, zh->names[i].text, zh->items[i]->text, en->items[i]->text);
        if (str_starts(zh->names[i].text, STR("said_")))
            terms_add(&words->by_chinese, zh->items[i]->text, zh->items[i]->text,
                      en->items[i]->text);
    }
    site->sorted = words;
    TRY(terms_sort(&words->by_key, fault));
    return terms_sort(&words->by_chinese, fault);
}

/* 0 Chinese, 1 English. */
static int words_language(const struct page *p)
{
    return page_english(p) ? 1 : 0;
}

static struct str terms_find(const struct page_terms *terms, struct str asked, int language)
{
    const struct page_term wanted = {.asked = asked};
    const struct page_term *found =
        bsearch(&wanted, terms->items, terms->count, sizeof wanted, term_compare);
    return found != NULL ? found->said[language] : asked;
}

bool page_english(const struct page *p)
{
    return str_eq(p->request->language, STR("en")) && !str_starts(p->request->path, STR("/desk"));
}

struct str page_word(const struct page *p, const char *key)
{
    return terms_find(&p->site->sorted->by_key, str_of(key), words_language(p));
}

struct str page_said(const struct page *p, struct str zh)
{
    return page_english(p) ? page_said_english(p->site, zh) : zh;
}

struct str page_said_english(const struct page_site *site, struct str zh)
{
    return terms_find(&site->sorted->by_chinese, zh, 1);
}

/* Is the text what the row says, with anything where the row has {}? */
static bool term_fits(const struct page_term *term, struct str text)
{
    ptrdiff_t at = str_find(term->asked, STR("{}"));
    if (at < 0)
        return false;
    struct str head = str_sub(term->asked, 0, (size_t)at);
    struct str tail = str_sub(term->asked, (size_t)at + 2, SIZE_MAX);
    return text.len >= head.len + tail.len && str_starts(text, head) && str_ends(text, tail);
}

struct str page_said_fault(const struct page *p, struct str zh)
{
    struct str said = page_said(p, zh);
    const struct page_terms *terms = &p->site->sorted->by_chinese;
    if (!page_english(p) || !str_eq(said, zh))
        return said;
    for (size_t i = 0; i < terms->count; i++)
        if (term_fits(&terms->items[i], zh))
            return terms->items[i].said[1];
    return zh;
}
