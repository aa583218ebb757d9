/* eap-xml.c - see eap-config.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "eap-config.h"

#include "ini.h"
#include "profile-fields.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>

enum { MAX_DEPTH = 32, EAP_MSCHAPV2 = 26 };

static void
origin(const struct eap_config *c, enum field_scope scope, const char *field)
{
    field_set_origin(field_find(scope, field), c->p, c->file, c->section, c->key);
}

static void
keep(const struct eap_config *c, const char *value)
{
    profile_add_other(c->p, c->file, c->section, c->key, value);
}

static void
add_to(char **list, const char *value)
{
    g_autofree char *both = **list == '\0' ? g_strdup(value) : g_strjoin(";", *list, value, NULL);

    profile_set(list, both);
}

/* "" is one of Windows' values, and means that none is asked for. A regular expression, which
 * Windows takes as well, is kept as it is, and then no name matches it. */
void
eap_config_add_names(const struct eap_config *c, const char *names)
{
    if (*names == '\0')
        return;
    add_to(&c->p->eap.names, names);
    origin(c, SCOPE_OWN, "EapServerNames");
}

void
eap_config_add_root(const struct eap_config *c, const char *digits)
{
    if (*digits == '\0' || strstr(c->p->eap.roots, digits) != NULL)
        return;
    add_to(&c->p->eap.roots, digits);
    origin(c, SCOPE_OWN, "EapAuthorities");
}

void
eap_config_note_unchecked(const struct eap_config *c)
{
    profile_note(c->p, _("The profile does without a check of the authentication server's "
                         "certificate. This is not done: it is always checked."));
}

void
eap_config_note_inner(const struct eap_config *c, gint64 type)
{
    if (type != EAP_MSCHAPV2)
        profile_note(c->p, _("The profile wants another method inside of PEAP than MS-CHAPv2, "
                             "which this program does not have."));
}

/* ---- the elements ---- */

static void
take_type(const struct eap_config *c, const char *value)
{
    if (field_set_number(field_find(SCOPE_SERVER, "CustomAuthKey"), c->p, ini_number(value, 0)))
        origin(c, SCOPE_SERVER, "CustomAuthKey");
}

/* "AB cd ...": the SHA-1 of a root's certificate. */
static void
take_root(const struct eap_config *c, const char *value)
{
    g_autoptr(GString) digits = g_string_new(NULL);

    for (; *value != '\0'; value++)
        if (*value != ' ' && *value != ':')
            g_string_append_c(digits, *value);
    eap_config_add_root(c, digits->str);
}

static void
take_identity(const struct eap_config *c, const char *value)
{
    profile_set(&c->p->eap.identity, value);
    origin(c, SCOPE_OWN, "EapIdentity");
}

static gboolean
is_true(const char *value)
{
    return g_ascii_strcasecmp(value, "true") == 0 || g_str_equal(value, "1");
}

/* Windows does without unless it is told not to; and so has a profile to say it. */
static void
take_binding(const struct eap_config *c, const char *value)
{
    c->p->eap.unbound = !is_true(value);
    origin(c, SCOPE_OWN, "EapWithoutBinding");
}

static void
take_validation(const struct eap_config *c, const char *value)
{
    if (!is_true(value))
        eap_config_note_unchecked(c);
    keep(c, value);
}

static void
take_inner_type(const struct eap_config *c, const char *value)
{
    eap_config_note_inner(c, ini_number(value, 0));
    keep(c, value);
}

/* The type stands before it. */
static void
take_blob(const struct eap_config *c, const char *value)
{
    keep(c, value);
    eap_config_blob_hex(c, c->p->dun.custom_auth_key, value);
}

#define EAP_TYPE "Config/Eap/EapType"

static const struct {
    const char *path;
    void (*take)(const struct eap_config *c, const char *value);
} rows[] = {
    {"EapMethod/Type", take_type},
    {"ConfigBlob", take_blob},
    {EAP_TYPE "/ServerValidation/ServerNames", eap_config_add_names},
    {EAP_TYPE "/ServerValidation/TrustedRootCA", take_root},
    {EAP_TYPE "/RequireCryptoBinding", take_binding},
    {EAP_TYPE "/Eap/Type", take_inner_type},
    {EAP_TYPE "/PeapExtensions/PerformServerValidation", take_validation},
    {EAP_TYPE "/TLSExtensions/PerformServerValidation", take_validation},
    {EAP_TYPE "/PerformServerValidation", take_validation},
    {EAP_TYPE "/PeapExtensions/IdentityPrivacy/AnonymousUserName", take_identity},
};

gboolean
eap_config_element(const struct eap_config *c, const char *path, const char *value)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_equal(rows[i].path, path)) {
            rows[i].take(c, value);
            return TRUE;
        }
    return FALSE;
}

/* ---- one that stands by itself ---- */

struct reader {
    const struct eap_config *c;
    GPtrArray *path; /* char *: local names of the open elements below EapHostConfig */
    guint depth, configs;
    GString *text; /* of the innermost */
    gboolean leaf;
};

static void
on_start(GMarkupParseContext *context, const char *element, const char **names, const char **values,
         gpointer user_data, GError **error)
{
    struct reader *r = user_data;
    const char *colon = strchr(element, ':');
    const char *name = colon == NULL ? element : colon + 1;

    (void)context, (void)names, (void)values;
    if (r->depth++ == MAX_DEPTH)
        g_set_error_literal(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE,
                            _("The elements of the file are too deep in each other."));
    if (r->depth == 1)
        r->configs += g_str_equal(name, "EapHostConfig");
    else
        g_ptr_array_add(r->path, g_strdup(name));
    g_string_truncate(r->text, 0);
    r->leaf = TRUE;
}

static void
on_text(GMarkupParseContext *context, const char *text, gsize n, gpointer user_data, GError **error)
{
    struct reader *r = user_data;

    (void)context, (void)error;
    g_string_append_len(r->text, text, (gssize)n);
}

static void
end_leaf(struct reader *r)
{
    g_autoptr(GString) path = g_string_new(NULL);
    g_autofree char *value = g_malloc(r->text->len + 1);

    for (guint i = 0; i < r->path->len; i++)
        g_string_append_printf(path, "%s%s", i > 0 ? "/" : "", (const char *)r->path->pdata[i]);
    ras_printable(value, r->text->len + 1, r->text->str, r->text->len);
    g_strstrip(value);

    g_autofree char *key = g_strconcat(r->c->key, "/", path->str, NULL);
    const struct eap_config c = {r->c->p, r->c->file, r->c->section, key};
    if (!eap_config_element(&c, path->str, value) && *value != '\0')
        keep(&c, value);
}

static void
on_end(GMarkupParseContext *context, const char *element, gpointer user_data, GError **error)
{
    struct reader *r = user_data;

    (void)context, (void)element, (void)error;
    if (r->leaf && r->depth > 1 && r->configs == 1)
        end_leaf(r);
    r->leaf = FALSE;
    g_string_truncate(r->text, 0);
    if (r->depth-- > 1)
        g_ptr_array_set_size(r->path, (int)r->path->len - 1);
}

static void
forget(Profile *p)
{
    profile_set(&p->eap.names, "");
    profile_set(&p->eap.roots, "");
    profile_set(&p->eap.identity, "");
    p->eap.unbound = FALSE;
}

gboolean
eap_config_xml(const struct eap_config *c, const char *xml, GError **error)
{
    static const GMarkupParser parser = {on_start, on_end, on_text, NULL, NULL};
    struct reader r = {.c = c, .path = g_ptr_array_new_with_free_func(g_free)};
    g_autoptr(GMarkupParseContext) context =
        g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &r, NULL);

    r.text = g_string_new(NULL);
    forget(c->p);
    gboolean ok = strlen(xml) <= EAP_CONFIG_MAX;
    if (!ok)
        g_set_error_literal(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE,
                            _("A setting for EAP is too long."));
    ok = ok && g_markup_parse_context_parse(context, xml, -1, error) &&
         g_markup_parse_context_end_parse(context, error);
    if (ok && r.configs != 1) {
        g_set_error_literal(error, G_MARKUP_ERROR, G_MARKUP_ERROR_EMPTY,
                            _("There is no EapHostConfig in it."));
        ok = FALSE;
    }
    if (!ok) /* half of it is none of it */
        forget(c->p);
    g_ptr_array_unref(r.path);
    g_string_free(r.text, TRUE);
    return ok;
}
