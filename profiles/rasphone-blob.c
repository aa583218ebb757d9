/* rasphone-blob.c - see rasphone-blob.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "rasphone-blob.h"

#include "eap-config.h"
#include "ini.h"

#include <glib/gi18n-lib.h>

#include <string.h>

enum {
    FAMILY_IP4 = 2,
    FAMILY_IP6 = 23,
    ROUTE_ADDRESS = 12,
    ROUTE_SIZE = 36,
    MAX_BLOB = 1024 * 1024,
};

struct blob {
    Profile *p;
    const RasphoneEntry *e;
    const char *file, *key;
    GHashTable *used;
};

/* The octets of all lines of the key, one after the other; NULL when it is no hexadecimal. */
static GByteArray *
octets(const struct blob *b)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    for (guint i = 0; i < b->e->lines->len; i++) {
        const struct rasphone_line *line = b->e->lines->pdata[i];
        const char *hex = line->value;

        if (line->part != PART_ENTRY || !g_str_equal(line->key, b->key))
            continue;
        for (; *hex != '\0' && out->len < MAX_BLOB; hex += 2) {
            if (!g_ascii_isxdigit(hex[0]) || !g_ascii_isxdigit(hex[1]))
                return NULL;
            const guint8 octet =
                (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
            g_byte_array_append(out, &octet, 1);
        }
    }
    return g_steal_pointer(&out);
}

static void
use_lines(const struct blob *b)
{
    for (guint i = 0; i < b->e->lines->len; i++) {
        struct rasphone_line *line = b->e->lines->pdata[i];
        if (line->part == PART_ENTRY && g_str_equal(line->key, b->key))
            g_hash_table_add(b->used, line);
    }
}

/* UTF-16 of visible ASCII; what ends a text (NUL) separates. NULL: something else. */
static char *
ascii_of_utf16(const GByteArray *bytes)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i + 1 < bytes->len; i += 2) {
        const guint unit = bytes->data[i] | bytes->data[i + 1] << 8;
        if (unit != 0 && (unit < ' ' || unit > '~'))
            break;
        g_string_append_c(text, unit == 0 ? ' ' : (char)unit);
    }
    if (bytes->len >= 4 && bytes->len % 2 == 0 && text->len == bytes->len / 2)
        return g_string_free(text, FALSE);
    g_string_free(text, TRUE);
    return NULL;
}

/* The words of the key's lines, whether they are written as text or as hexadecimal of it. */
static GPtrArray *
words_of(const struct blob *b)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GByteArray) bytes = octets(b);
    g_autofree char *decoded = bytes == NULL ? NULL : ascii_of_utf16(bytes);
    GString *text = g_string_new(decoded);

    for (guint i = 0; decoded == NULL && i < b->e->lines->len; i++) {
        const struct rasphone_line *line = b->e->lines->pdata[i];
        if (line->part == PART_ENTRY && g_str_equal(line->key, b->key))
            g_string_append_printf(text, " %s", line->value);
    }
    g_auto(GStrv) all = g_strsplit_set(text->str, " ,;", -1);
    for (guint i = 0; all[i] != NULL; i++)
        if (*all[i] != '\0')
            g_ptr_array_add(words, g_strdup(all[i]));
    g_string_free(text, TRUE);
    return words;
}

static void
remember(const struct blob *b, const char *list, const char *value)
{
    g_autofree char *name = g_strconcat(list, "/", value, NULL);

    profile_set_origin(b->p, name, b->file, b->e->name, b->key, value);
}

static guint
count(const struct blob *b, const char *key)
{
    const struct rasphone_line *line = rasphone_line(b->e, PART_ENTRY, -1, key);

    return line == NULL ? 0 : (guint)CLAMP(ini_number(line->value, 0), 0, PROFILE_MAX_DNS * 4);
}

static void
not_understood(const struct blob *b, guint n)
{
    if (n > 0)
        profile_note(b->p, _("%s: this is kept, but written in a way that is not understood (%u)."),
                     b->key, n);
}

static gboolean
is_domain(const char *word)
{
    const char *name = *word == '.' ? word + 1 : word;

    return net_name_valid(name) && !g_hostname_is_ip_address(name);
}

static void
take_search(const struct blob *b)
{
    g_autoptr(GPtrArray) words = words_of(b);

    for (guint i = 0; i < words->len; i++)
        if (!is_domain(words->pdata[i])) {
            not_understood(b, MAX(count(b, "NumDnsSearchSuffixes"), 1));
            return;
        }
    for (guint i = 0; i < words->len; i++) {
        profile_add_dns_search(b->p, words->pdata[i]);
        remember(b, "DNS search", words->pdata[i]);
    }
    use_lines(b);
}

/* A name, and the servers that follow it. */
static void
take_rules(const struct blob *b)
{
    g_autoptr(GPtrArray) words = words_of(b);
    const guint n = count(b, "NumNrptRules");
    guint domains = 0, odd = words->len > 0 && !is_domain(words->pdata[0]);

    for (guint i = 0; i < words->len; i++) {
        domains += is_domain(words->pdata[i]);
        odd += !is_domain(words->pdata[i]) && !g_hostname_is_ip_address(words->pdata[i]);
    }
    if (odd > 0 || domains != n || n == 0) {
        not_understood(b, words->len > 0 ? MAX(n, 1) : n);
        return;
    }
    for (guint i = 0; i < words->len;) {
        const char *domain = words->pdata[i++];
        g_autoptr(GString) servers = g_string_new(NULL);

        for (; i < words->len && !is_domain(words->pdata[i]); i++)
            g_string_append_printf(servers, "%s%s", servers->len > 0 ? " " : "",
                                   (char *)words->pdata[i]);
        profile_add_dns_rule(b->p, domain, servers->str);
        remember(b, "DNS rule", *domain == '.' ? domain + 1 : domain);
    }
    use_lines(b);
}

static gboolean
all_zero(const guint8 *p, gsize n)
{
    for (gsize i = 0; i < n; i++)
        if (p[i] != 0)
            return FALSE;
    return TRUE;
}

static guint32
le32(const guint8 *p)
{
    return p[0] | (guint32)p[1] << 8 | (guint32)p[2] << 16 | (guint32)p[3] << 24;
}

/* Metric, family, prefix length, then the address and zeros: 36 octets for both families. */
static gboolean
route_at(const guint8 *record, struct net_route *ret)
{
    const guint32 family = le32(record + 4), prefix = le32(record + 8);
    const gsize size = family == FAMILY_IP4 ? 4 : 16;
    struct net_route route = {.family = family == FAMILY_IP4 ? 4 : 6, .prefix = (guint8)prefix};

    if ((family != FAMILY_IP4 && family != FAMILY_IP6) || prefix > 128 ||
        !all_zero(record + ROUTE_ADDRESS + size, ROUTE_SIZE - ROUTE_ADDRESS - size))
        return FALSE;
    memcpy(route.address, record + ROUTE_ADDRESS, size);
    if (!net_route_valid(&route))
        return FALSE;
    *ret = route;
    return TRUE;
}

static gboolean
all_routes(const GByteArray *bytes, guint n)
{
    struct net_route route;

    if (bytes == NULL || n == 0 || bytes->len != n * ROUTE_SIZE)
        return FALSE;
    for (guint i = 0; i < n; i++)
        if (!route_at(bytes->data + i * ROUTE_SIZE, &route))
            return FALSE;
    return TRUE;
}

static void
take_routes(const struct blob *b)
{
    g_autoptr(GByteArray) bytes = octets(b);
    const guint n = count(b, "NumRoutes");

    if (!all_routes(bytes, n)) {
        not_understood(b, bytes == NULL || bytes->len > 0 ? MAX(n, 1) : n);
        return;
    }
    for (guint i = 0; i < n && b->p->routes->len < PLAN_MAX_ROUTES; i++) {
        struct net_route route;
        char text[52];

        route_at(bytes->data + i * ROUTE_SIZE, &route);
        g_ptr_array_add(b->p->routes, g_strdup(net_route_text(&route, text)));
        remember(b, "Route", text);
    }
    use_lines(b);
}

/* What EAP keeps; all of it stays among the other settings, for there is more in it than is read.
 */
static void
take_eap(const struct blob *b)
{
    const struct eap_config c = {b->p, b->file, b->e->name, b->key};
    g_autoptr(GByteArray) bytes = octets(b);

    if (rasphone_line(b->e, PART_ENTRY, -1, b->key) != NULL)
        eap_config_custom(&c, bytes == NULL ? NULL : bytes->data, bytes == NULL ? 0 : bytes->len);
}

void
rasphone_blob_take(Profile *p, const RasphoneEntry *e, const char *file, GHashTable *used)
{
    const struct blob search = {p, e, file, "DnsSuffixSearchList", used};
    const struct blob rules = {p, e, file, "NrptRules", used};
    const struct blob routes = {p, e, file, "Routes", used};
    const struct blob eap = {p, e, file, "CustomAuthData", used};

    take_search(&search);
    take_rules(&rules);
    take_routes(&routes);
    take_eap(&eap);
}
