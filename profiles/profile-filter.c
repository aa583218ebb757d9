/* profile-filter.c - see profile-filter.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-filter.h"

#include "profile.h"

#include <string.h>

static const char isp[] = "ISP", services[] = "Service Types";

enum kind { MASK, MATCH, CMS_FILE, FILTER_A, FILTER_B, SERVICE_TYPE, N_KINDS };

static const char *const prefixes[] = {
    [MASK] = "Mask&",        [MATCH] = "Match&",      [CMS_FILE] = "CMSFile&",
    [FILTER_A] = "FilterA&", [FILTER_B] = "FilterB&", [SERVICE_TYPE] = ""};

static void
filter_free(gpointer data)
{
    struct profile_filter *f = data;

    g_free(f->name);
    g_free(f);
}

static void
reference_free(gpointer data)
{
    struct profile_reference *r = data;

    g_free(r->name);
    g_free(r->cms_file);
    g_free(r->filter_a);
    g_free(r->filter_b);
    g_free(r);
}

static void
service_free(gpointer data)
{
    struct profile_service_type *s = data;

    g_free(s->text);
    g_free(s->filter);
    g_free(s);
}

static void
setting_free(gpointer data)
{
    struct profile_setting *s = data;

    g_free(s->section);
    g_free(s->key);
    g_free(s->value);
    g_free(s);
}

void
profile_filter_init(Profile *p)
{
    p->filters = g_ptr_array_new_with_free_func(filter_free);
    p->number_lists = g_ptr_array_new_with_free_func(reference_free);
    p->service_types = g_ptr_array_new_with_free_func(service_free);
}

void
profile_filter_clear(Profile *p)
{
    g_ptr_array_unref(p->filters);
    g_ptr_array_unref(p->number_lists);
    g_ptr_array_unref(p->service_types);
}

void
profile_filter_copy(Profile *to, const Profile *from)
{
    g_autoptr(GPtrArray) settings = profile_filter_settings(from);

    for (guint i = 0; i < settings->len; i++) {
        const struct profile_setting *s = settings->pdata[i];
        profile_filter_take(to, NULL, s->section, s->key, s->value);
    }
}

/* --- by name --- */

/* As an .ini file compares its keys. */
static gboolean
same_name(const char *a, const char *b)
{
    if (g_str_is_ascii(a) && g_str_is_ascii(b))
        return g_ascii_strcasecmp(a, b) == 0;
    g_autofree char *x = g_utf8_casefold(a, -1), *y = g_utf8_casefold(b, -1);
    return g_str_equal(x, y);
}

/* Each struct begins with its name. */
static gpointer
find(const GPtrArray *list, const char *name)
{
    for (guint i = 0; i < list->len; i++)
        if (same_name(*(char *const *)list->pdata[i], name))
            return list->pdata[i];
    return NULL;
}

const struct profile_filter *
profile_filter_find(const Profile *p, const char *name)
{
    return find(p->filters, name);
}

const struct profile_reference *
profile_filter_reference(const Profile *p, const char *name)
{
    return find(p->number_lists, name);
}

const struct profile_service_type *
profile_filter_service(const Profile *p, const char *text)
{
    return find(p->service_types, text);
}

/* --- one setting --- */

/* "0x0041" or "65" */
static gboolean
parse_bits(const char *text, guint32 *ret)
{
    const gboolean hex = g_ascii_strncasecmp(text, "0x", 2) == 0;
    const char *digits = hex ? text + 2 : text;
    guint64 number = 0;

    if (*digits == '\0' || strlen(digits) > 10)
        return FALSE;
    for (const char *c = digits; *c != '\0'; c++) {
        const int digit = hex ? g_ascii_xdigit_value(*c) : g_ascii_digit_value(*c);
        if (digit < 0)
            return FALSE;
        number = number * (hex ? 16 : 10) + (guint)digit;
    }
    *ret = (guint32)number;
    return number <= G_MAXUINT32;
}

static const char *
take_bits(Profile *p, const char *name, gboolean mask, const char *value)
{
    struct profile_filter *f = find(p->filters, name);
    guint32 bits;

    if (*name == '\0' || !parse_bits(value, &bits) ||
        (f != NULL && (mask ? f->has_mask : f->has_match)) ||
        (f == NULL && p->filters->len == PROFILE_MAX_FILTERS))
        return NULL;
    if (f == NULL) {
        f = g_new0(struct profile_filter, 1);
        f->name = g_strdup(name);
        g_ptr_array_add(p->filters, f);
    }
    *(mask ? &f->has_mask : &f->has_match) = TRUE;
    *(mask ? &f->mask : &f->match) = bits;
    return f->name;
}

static char **
text_of(struct profile_reference *r, enum kind kind)
{
    return kind == CMS_FILE ? &r->cms_file : kind == FILTER_A ? &r->filter_a : &r->filter_b;
}

static const char *
take_text(Profile *p, const char *name, enum kind kind, const char *value)
{
    struct profile_reference *r = find(p->number_lists, name);

    if ((r != NULL && *text_of(r, kind) != NULL) ||
        (r == NULL && p->number_lists->len == PROFILE_MAX_FILTERS))
        return NULL;
    if (r == NULL) {
        r = g_new0(struct profile_reference, 1);
        r->name = g_strdup(name);
        g_ptr_array_add(p->number_lists, r);
    }
    *text_of(r, kind) = g_strdup(value);
    return r->name;
}

static const char *
take_service(Profile *p, const char *text, const char *filter)
{
    if (*text == '\0' || find(p->service_types, text) != NULL ||
        p->service_types->len == PROFILE_MAX_FILTERS)
        return NULL;
    struct profile_service_type *s = g_new0(struct profile_service_type, 1);
    s->text = g_strdup(text);
    s->filter = g_strdup(filter);
    g_ptr_array_add(p->service_types, s);
    return s->text;
}

/* How many octets of @key say what it is. */
static gsize
kind_of(const char *section, const char *key, enum kind *ret)
{
    *ret = SERVICE_TYPE;
    if (g_ascii_strcasecmp(section, services) == 0)
        return 0;
    for (*ret = MASK; *ret < N_KINDS; ++*ret)
        if (g_ascii_strcasecmp(section, isp) == 0 && *ret != SERVICE_TYPE &&
            g_ascii_strncasecmp(key, prefixes[*ret], strlen(prefixes[*ret])) == 0)
            return strlen(prefixes[*ret]);
    return 0;
}

gboolean
profile_filter_take(Profile *p, const char *file, const char *section, const char *key,
                    const char *value)
{
    enum kind kind;
    const char *name = key + kind_of(section, key, &kind), *taken;

    if (kind == N_KINDS)
        return FALSE;
    taken = kind == SERVICE_TYPE            ? take_service(p, name, value)
            : kind == MASK || kind == MATCH ? take_bits(p, name, kind == MASK, value)
                                            : take_text(p, name, kind, value);
    if (taken != NULL && file != NULL) {
        g_autofree char *origin =
            g_strconcat(kind == SERVICE_TYPE ? services : isp, "/", prefixes[kind], taken, NULL);
        profile_set_origin(p, origin, file, section, key, value);
    }
    return taken != NULL;
}

/* --- all settings --- */

static void
add(GPtrArray *list, const char *section, const char *before, const char *name, const char *value)
{
    struct profile_setting *s;

    if (value == NULL)
        return;
    s = g_new(struct profile_setting, 1);
    s->section = g_strdup(section);
    s->key = g_strconcat(before, name, NULL);
    s->value = g_strdup(value);
    g_ptr_array_add(list, s);
}

static void
add_bits(GPtrArray *list, const char *before, const char *name, guint32 bits)
{
    g_autofree char *value = g_strdup_printf("0x%04x", bits);

    add(list, isp, before, name, value);
}

GPtrArray *
profile_filter_settings(const Profile *p)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(setting_free);

    for (guint i = 0; i < p->filters->len; i++) {
        const struct profile_filter *f = p->filters->pdata[i];
        if (f->has_mask)
            add_bits(list, prefixes[MASK], f->name, f->mask);
        if (f->has_match)
            add_bits(list, prefixes[MATCH], f->name, f->match);
    }
    for (guint i = 0; i < p->number_lists->len; i++) {
        const struct profile_reference *r = p->number_lists->pdata[i];
        add(list, isp, prefixes[CMS_FILE], r->name, r->cms_file);
        add(list, isp, prefixes[FILTER_A], r->name, r->filter_a);
        add(list, isp, prefixes[FILTER_B], r->name, r->filter_b);
    }
    for (guint i = 0; i < p->service_types->len; i++) {
        const struct profile_service_type *s = p->service_types->pdata[i];
        add(list, services, "", s->text, s->filter);
    }
    return list;
}
