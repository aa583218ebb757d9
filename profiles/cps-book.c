/* cps-book.c - see cps-book.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cps-book.h"

#include "ras.h"
#include "text-decode.h"

#include <string.h>

enum { MIN_COMMAS = 10, MAX_COMMAS = 11, N_FIELDS = 11 };

struct cps_book {
    GStringChunk *texts;
    GArray *pops;       /* struct cps_pop */
    GPtrArray *regions; /* const char *, of texts */
};

enum verdict { KEEP, DROP_FIELD, DROP_ENTRY, DROP_REST, DROP_ALL };

/* --- fields --- */

struct line {
    char *field[N_FIELDS]; /* in the line itself */
    CpsBook *book;
    struct cps_pop pop;
};

static gboolean
digits(const char *text)
{
    return text[strspn(text, "0123456789")] == '\0';
}

/* Empty is 0; FALSE: not a number, or none of 32 bits. */
static gboolean
number(const char *text, guint32 *ret)
{
    guint64 n = 0;

    *ret = 0;
    if (!digits(text))
        return FALSE;
    for (; *text != '\0'; text++) {
        n = n * 10 + (guint64)(*text - '0');
        if (n > G_MAXUINT32)
            return FALSE;
    }
    *ret = (guint32)n;
    return TRUE;
}

/* A mark that cannot be shown becomes a '?' for each of its octets: the text keeps the number of
 * its characters, which is what is limited. */
static const char *
keep_text(struct line *l, const char *text)
{
    if (*text == '\0')
        return "";
    const gsize n = strlen(text);
    g_autofree char *shown = g_malloc(n + 1);
    ras_printable(shown, n + 1, text, n);
    *g_utf8_offset_to_pointer(shown, MIN(g_utf8_strlen(shown, -1), g_utf8_strlen(text, -1))) = '\0';
    return g_string_chunk_insert_const(l->book->texts, shown);
}

static enum verdict
take_index(struct line *l, const char *text)
{
    return number(text, &l->pop.index) ? KEEP : DROP_REST;
}

static enum verdict
take_country(struct line *l, const char *text)
{
    if (*text == '\0')
        return DROP_ENTRY;
    return number(text, &l->pop.country) ? KEEP : DROP_ALL;
}

static enum verdict
take_region(struct line *l, const char *text)
{
    if (!number(text, &l->pop.region))
        return DROP_ALL;
    if (l->pop.region <= l->book->regions->len)
        return KEEP;
    l->pop.region = 0;
    return DROP_FIELD;
}

/* What is too long runs over into the next field, so that nothing behind it can be believed. */
static enum verdict
take_name(struct line *l, const char *text)
{
    if (g_utf8_strlen(text, -1) > CPS_MAX_NAME)
        return DROP_REST;
    l->pop.name = keep_text(l, text);
    return KEEP;
}

static enum verdict
take_area(struct line *l, const char *text)
{
    if (strlen(text) > CPS_MAX_AREA)
        return DROP_REST;
    if (!digits(text))
        return DROP_FIELD;
    l->pop.area = keep_text(l, text);
    return KEEP;
}

static enum verdict
take_access_number(struct line *l, const char *text)
{
    if (strlen(text) > CPS_MAX_NUMBER)
        return DROP_REST;
    l->pop.number = keep_text(l, text);
    return KEEP;
}

static enum verdict
take_min_speed(struct line *l, const char *text)
{
    return number(text, &l->pop.min_speed) ? KEEP : DROP_ALL;
}

static enum verdict
take_max_speed(struct line *l, const char *text)
{
    return number(text, &l->pop.max_speed) ? KEEP : DROP_ALL;
}

static enum verdict
take_reserved(struct line *l, const char *text)
{
    guint32 ignored;

    (void)l;
    return number(text, &ignored) ? KEEP : DROP_ALL;
}

/* An entry that is not for signing on is none. */
static enum verdict
take_flags(struct line *l, const char *text)
{
    if (!number(text, &l->pop.flags))
        return DROP_ALL;
    return (l->pop.flags & CPS_NOT_SIGN_ON) != 0 ? DROP_ENTRY : KEEP;
}

static enum verdict
take_dun(struct line *l, const char *text)
{
    g_autofree char *cut = g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), CPS_MAX_DUN));

    l->pop.dun = keep_text(l, cut);
    return KEEP;
}

static enum verdict (*const take[N_FIELDS])(struct line *l, const char *text) = {
    take_index,     take_country,   take_region,   take_name,  take_area, take_access_number,
    take_min_speed, take_max_speed, take_reserved, take_flags, take_dun};

/* --- lines --- */

static enum verdict
split(struct line *l, char *text)
{
    guint commas = 0;

    for (const char *c = text; *c != '\0'; c++)
        commas += *c == ',';
    if (commas > MAX_COMMAS)
        return DROP_ALL;
    if (commas < MIN_COMMAS)
        return DROP_REST;
    for (guint i = 0; i < N_FIELDS; i++) {
        l->field[i] = text;
        text += strcspn(text, ",");
        if (*text == ',')
            *text++ = '\0';
    }
    return KEEP;
}

static enum verdict
take_line(CpsBook *book, char *text, struct cps_report *report)
{
    struct line l = {.book = book, .pop = {.name = "", .area = "", .number = "", .dun = ""}};
    enum verdict worst = split(&l, text);

    for (guint i = 0; i < N_FIELDS && worst < DROP_REST; i++) {
        const enum verdict v = take[i](&l, l.field[i]);
        report->fields += v == DROP_FIELD;
        worst = MAX(worst, v);
    }
    if (worst < DROP_ENTRY)
        g_array_append_val(book->pops, l.pop);
    report->entries += worst == DROP_ENTRY;
    return worst;
}

/* The end of the next line, which becomes a terminated text; NULL: there is none. */
static char *
next_line(char **at)
{
    char *line = *at;

    if (*line == '\0')
        return NULL;
    *at += strcspn(line, "\r\n");
    while (**at == '\r' || **at == '\n')
        *(*at)++ = '\0';
    return line;
}

static void
read_pops(CpsBook *book, char *text, struct cps_report *report)
{
    char *line;
    guint n = 0;

    while ((line = next_line(&text)) != NULL) {
        n++;
        if (*line == '\0' || *line == '\x1a') /* the end that DOS' editors wrote */
            continue;
        enum verdict v = take_line(book, line, report);
        if (v < DROP_REST && book->pops->len == CPS_MAX_POPS)
            v = DROP_REST;
        if (v < DROP_REST)
            continue;
        report->line = n;
        report->rest = v == DROP_REST;
        report->all = v == DROP_ALL;
        if (report->all)
            g_array_set_size(book->pops, 0);
        return;
    }
}

/* FALSE: the first line is no number, which makes the phone book void. */
static gboolean
read_regions(CpsBook *book, char *text)
{
    const char *const separators = "\r\n,";
    guint32 count;
    char *first = text;

    text += strcspn(text, separators);
    if (*text != '\0')
        *text++ = '\0';
    if (*first == '\0' || !number(g_strstrip(first), &count))
        return FALSE;
    while (*text != '\0' && book->regions->len < MIN(count, CPS_MAX_REGIONS)) {
        char *name = text;
        text += strcspn(text, separators);
        if (*text != '\0')
            *text++ = '\0';
        if (*name == '\0')
            continue;
        struct line l = {.book = book};
        g_autofree char *cut =
            g_utf8_substring(name, 0, MIN(g_utf8_strlen(name, -1), CPS_MAX_NAME));
        g_ptr_array_add(book->regions, (gpointer)keep_text(&l, cut));
    }
    return TRUE;
}

static char *
text_of(GBytes *bytes)
{
    gsize n;
    const char *data = g_bytes_get_data(bytes, &n);
    g_autofree char *encoding = NULL;

    return text_decode(data == NULL ? "" : data, MIN(n, CPS_MAX_FILE), 0, &encoding);
}

CpsBook *
cps_book_read(GBytes *pbk, GBytes *pbr, struct cps_report *ret_report)
{
    CpsBook *book = g_new0(CpsBook, 1);
    g_autofree char *regions = pbr == NULL ? NULL : text_of(pbr), *pops = text_of(pbk);

    *ret_report = (struct cps_report){0};
    book->texts = g_string_chunk_new(64 * 1024);
    book->pops = g_array_new(FALSE, FALSE, sizeof(struct cps_pop));
    book->regions = g_ptr_array_new();
    if (regions != NULL && !read_regions(book, regions))
        ret_report->all = TRUE;
    else
        read_pops(book, pops, ret_report);
    return book;
}

void
cps_book_free(CpsBook *book)
{
    if (book == NULL)
        return;
    g_array_unref(book->pops);
    g_ptr_array_unref(book->regions);
    g_string_chunk_free(book->texts);
    g_free(book);
}

guint
cps_book_count(const CpsBook *book)
{
    return book->pops->len;
}

const struct cps_pop *
cps_book_pop(const CpsBook *book, guint i)
{
    return &g_array_index(book->pops, struct cps_pop, i);
}

guint
cps_book_regions(const CpsBook *book)
{
    return book->regions->len;
}

const char *
cps_book_region(const CpsBook *book, guint region)
{
    return region == 0 || region > book->regions->len ? "" : book->regions->pdata[region - 1];
}

gboolean
cps_pop_passes(const struct cps_pop *pop, const struct cps_filter *filter)
{
    return (pop->flags & filter->mask) == filter->match &&
           (filter->country == 0 || pop->country == filter->country) &&
           (filter->region == 0 || pop->region == 0 || pop->region == filter->region);
}

/* --- writing --- */

GBytes *
cps_book_write(const CpsBook *book)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < book->pops->len; i++) {
        const struct cps_pop *p = cps_book_pop(book, i);
        g_string_append_printf(out, "%u,%u,%u,%s,%s,%s,%u,%u,0,%u,%s\r\n", p->index, p->country,
                               p->region, p->name, p->area, p->number, p->min_speed, p->max_speed,
                               p->flags, p->dun);
    }
    return g_string_free_to_bytes(out);
}

GBytes *
cps_book_write_regions(const CpsBook *book)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%u\r\n", book->regions->len);
    for (guint i = 0; i < book->regions->len; i++)
        g_string_append_printf(out, "%s\r\n", (const char *)book->regions->pdata[i]);
    return g_string_free_to_bytes(out);
}
