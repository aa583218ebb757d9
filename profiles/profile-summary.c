/* profile-summary.c - see profile-summary.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-summary.h"

#include "profile-fields.h"
#include "profile-file.h"

#include <string.h>

void
profile_summary_free(ProfileSummary *s)
{
    if (s == NULL)
        return;
    g_free(s->id);
    g_free(s->name);
    g_free(s->dial_first);
    g_strfreev(s->servers);
    g_free(s);
}

ProfileSummary *
profile_summary_of(const Profile *p)
{
    ProfileSummary *s = g_new0(ProfileSummary, 1);

    s->id = g_strdup(p->id);
    s->name = g_strdup(p->name);
    s->system = p->system;
    s->dial_first = g_strdup(p->dial_first);
    s->kind = p->kind;
    s->n_protocols = profile_dialable(p, s->protocols);
    s->servers = g_new0(char *, p->servers->len + 1);
    for (guint i = 0; i < p->servers->len; i++)
        s->servers[i] = g_strdup(((struct profile_server *)p->servers->pdata[i])->address);
    return s;
}

/* --- one pass over the text --- */

struct scan {
    const char *group; /* of the current line; n_group octets */
    gsize n_group;
    char *name;         /* ServiceName; NULL: not yet */
    char *dial_first;   /* likewise */
    gboolean versioned; /* [Profile] Version=1 */
    guint number[5];    /* of wanted[] */
    gboolean has[5];
    GPtrArray *servers;      /* char * */
    guint n_server_groups;   /* "Server 0", "Server 1"... */
    gboolean server_address; /* the current one has told its address */
    guint seen;              /* of the groups that matter: each may be there once */
};

enum { KIND, STRATEGY, ORDER, ONLY, LAST };

static const struct {
    enum field_scope scope;
    const char *key;
} wanted[] = {[KIND] = {SCOPE_OWN, "Kind"},
              [STRATEGY] = {SCOPE_NETWORKING, "VpnStrategy"},
              [ORDER] = {SCOPE_OWN, "ProtocolOrder"},
              [ONLY] = {SCOPE_OWN, "OnlyProtocol"},
              [LAST] = {SCOPE_OWN, "LastProtocol"}};

static gboolean
is(const char *text, gsize n, const char *word)
{
    return strlen(word) == n && memcmp(text, word, n) == 0;
}

static gboolean
plain(char c)
{
    return g_ascii_isalnum(c) || c == ' ' || c == '/' || c == '-' || c == '_';
}

static gboolean
all_plain(const char *text, gsize n)
{
    for (gsize i = 0; i < n; i++)
        if (!plain(text[i]))
            return FALSE;
    return n > 0 && text[0] != ' ' && text[n - 1] != ' ';
}

/* The escapes of GKeyFile; NULL: something that is none. */
static char *
unescaped(const char *text, gsize n)
{
    static const char from[] = "sntr\\", to[] = " \n\t\r\\";
    g_autofree char *out = g_malloc(n + 1);
    gsize m = 0;

    for (gsize i = 0; i < n; i++) {
        if (text[i] != '\\') {
            out[m++] = text[i];
            continue;
        }
        const char *escape = ++i < n && text[i] != '\0' ? strchr(from, text[i]) : NULL;
        if (escape == NULL)
            return NULL;
        out[m++] = to[escape - from];
    }
    out[m] = '\0';
    return g_steal_pointer(&out);
}

static gboolean
take_number(struct scan *s, guint which, const char *text, gsize n)
{
    const struct profile_field *f = field_find(wanted[which].scope, wanted[which].key);
    guint64 number = 0;

    if (n == 0 || n > 9 || s->has[which])
        return FALSE;
    for (gsize i = 0; i < n; i++) {
        if (!g_ascii_isdigit(text[i]))
            return FALSE;
        number = number * 10 + (guint64)(text[i] - '0');
    }
    if (number < f->min || number > f->max)
        return FALSE;
    s->number[which] = (guint)number;
    s->has[which] = TRUE;
    return TRUE;
}

static gboolean
take_text(char **out, const char *text, gsize n)
{
    if (*out != NULL)
        return FALSE;
    *out = unescaped(text, n);
    return *out != NULL;
}

static gboolean
in_server(const struct scan *s)
{
    return s->n_group > 7 && memcmp(s->group, "Server ", 7) == 0;
}

static gboolean
take_pair(struct scan *s, const char *key, gsize n_key, const char *value, gsize n)
{
    if (is(s->group, s->n_group, "Profile") && is(key, n_key, "Version")) {
        const gboolean first = !s->versioned;
        s->versioned = is(value, n, "1");
        return first && s->versioned;
    }
    if (is(s->group, s->n_group, "Connection Manager") && is(key, n_key, "ServiceName"))
        return take_text(&s->name, value, n);
    if (is(s->group, s->n_group, field_group(SCOPE_OWN)) && is(key, n_key, "DialFirst"))
        return take_text(&s->dial_first, value, n);
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
        if (is(s->group, s->n_group, field_group(wanted[i].scope)) && is(key, n_key, wanted[i].key))
            return take_number(s, i, value, n);
    if (in_server(s) && is(key, n_key, "Address")) {
        char *address = NULL;
        if (s->server_address || !take_text(&address, value, n))
            return FALSE;
        s->server_address = TRUE;
        g_ptr_array_add(s->servers, address);
    }
    return TRUE;
}

/* "Server 3" must be the fourth of its kind; each other that matters is there once. */
static gboolean
take_group(struct scan *s, const char *name, gsize n)
{
    static const char *const once[] = {"Profile", "Connection Manager", "Networking", "Dialtone"};

    if (in_server(s) && !s->server_address)
        return FALSE;
    s->group = name;
    s->n_group = n;
    s->server_address = FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(once); i++)
        if (is(name, n, once[i])) {
            const gboolean again = (s->seen & 1u << i) != 0;
            s->seen |= 1u << i;
            return !again;
        }
    if (!in_server(s))
        return all_plain(name, n);
    g_autofree char *expected = g_strdup_printf("Server %u", s->n_server_groups++);
    return is(name, n, expected) && s->n_server_groups <= PROFILE_MAX_SERVERS;
}

static gboolean
take_line(struct scan *s, const char *line, gsize n)
{
    const char *equals;

    if (n == 0)
        return TRUE;
    if (*line == '[')
        return line[n - 1] == ']' && take_group(s, line + 1, n - 2);
    equals = memchr(line, '=', n);
    if (s->group == NULL || equals == NULL || !all_plain(line, (gsize)(equals - line)))
        return FALSE;
    const gsize n_key = (gsize)(equals - line), n_value = n - n_key - 1;
    if (n_value > 0 && g_ascii_isspace(equals[1]))
        return FALSE;
    return take_pair(s, line, n_key, equals + 1, n_value);
}

static gboolean
take_lines(struct scan *s, const char *text, gsize n)
{
    if (!g_utf8_validate(text, (gssize)n, NULL) || memchr(text, '\r', n) != NULL)
        return FALSE;
    while (n > 0) {
        const char *end = memchr(text, '\n', n);
        const gsize line = end == NULL ? n : (gsize)(end - text);

        if (!take_line(s, text, line))
            return FALSE;
        text += line + (end != NULL);
        n -= line + (end != NULL);
    }
    return s->versioned && (!in_server(s) || s->server_address);
}

static ProfileSummary *
summary_of(struct scan *s)
{
    ProfileSummary *out = g_new0(ProfileSummary, 1);

    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
        if (!s->has[i])
            s->number[i] = field_find(wanted[i].scope, wanted[i].key)->fallback;
    out->id = g_strdup("");
    out->name = s->name != NULL ? g_steal_pointer(&s->name) : g_strdup("");
    out->dial_first = s->dial_first != NULL ? g_steal_pointer(&s->dial_first) : g_strdup("");
    out->kind = s->number[KIND];
    out->n_protocols = profile_order(s->number[KIND], s->number[STRATEGY], s->number[ORDER],
                                     s->number[ONLY], s->number[LAST], out->protocols);
    g_ptr_array_add(s->servers, NULL);
    out->servers = (char **)g_ptr_array_free(g_steal_pointer(&s->servers), FALSE);
    return out;
}

ProfileSummary *
profile_summary_read(GBytes *bytes)
{
    struct scan s = {.servers = g_ptr_array_new_with_free_func(g_free)};
    ProfileSummary *out = NULL;
    gsize n;
    const char *text = g_bytes_get_data(bytes, &n);

    if (n > 0 && take_lines(&s, text, n))
        out = summary_of(&s);
    if (s.servers != NULL)
        g_ptr_array_unref(s.servers);
    g_free(s.name);
    g_free(s.dial_first);
    return out;
}
