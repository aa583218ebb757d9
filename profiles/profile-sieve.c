/* profile-sieve.c - see profile-sieve.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-sieve.h"

#include "profile-filter.h"

/* FALSE: the profile names no such filter, or does not say what it is. */
static gboolean
find_filter(struct profile_sieve *s, const Profile *p, const char *name, struct cps_filter *ret)
{
    const struct profile_filter *f;

    if (name == NULL || *name == '\0')
        return FALSE;
    f = profile_filter_find(p, name);
    if (f != NULL)
        *ret = (struct cps_filter){.mask = f->mask, .match = f->match};
    else if (s->n_unknown < G_N_ELEMENTS(s->unknown))
        s->unknown[s->n_unknown++] = name;
    return f != NULL;
}

void
profile_sieve_lists(struct profile_sieve *s, const Profile *p, const char *reference)
{
    const struct profile_reference *r = profile_filter_reference(p, reference);

    if (r == NULL)
        return;
    s->has_first = find_filter(s, p, r->filter_a, &s->first);
    s->has_more = s->has_first && find_filter(s, p, r->filter_b, &s->more);
}

gboolean
profile_sieve_service(struct profile_sieve *s, const Profile *p, const char *text)
{
    const struct profile_service_type *t = profile_filter_service(p, text);

    if (t != NULL)
        find_filter(s, p, t->filter, &s->service);
    return t != NULL;
}

gboolean
profile_sieve_region(struct profile_sieve *s, const CpsBook *book, const char *name)
{
    for (guint i = 1; name != NULL && i <= cps_book_regions(book); i++)
        if (g_ascii_strcasecmp(cps_book_region(book, i), name) == 0) {
            s->wished.region = i;
            return TRUE;
        }
    return name == NULL;
}

enum profile_sieve_list
profile_sieve_list(const struct profile_sieve *s, const struct cps_pop *pop)
{
    if (!cps_pop_passes(pop, &s->wished) || !cps_pop_passes(pop, &s->service))
        return PROFILE_SIEVE_NONE;
    if (!s->has_first || cps_pop_passes(pop, &s->first))
        return PROFILE_SIEVE_FIRST;
    return s->has_more && cps_pop_passes(pop, &s->more) ? PROFILE_SIEVE_MORE : PROFILE_SIEVE_NONE;
}
