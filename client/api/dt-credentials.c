/* dt-credentials.c - see dt-credentials.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-credentials.h"

#include "dt-plan.h"
#include "dt-ras-error.h"

static const struct {
    const char *key;
    size_t offset;
    enum { TEXT, SECRET, KEY } type; /* char[PLAN_MAX_TEXT], struct secret, struct plan_key */
} credential_keys[] = {
    {"user", offsetof(struct credentials, user), TEXT},
    {"domain", offsetof(struct credentials, domain), TEXT},
    {"password", offsetof(struct credentials, password), SECRET},
    {"new-password", offsetof(struct credentials, new_password), SECRET},
    {"proxy-user", offsetof(struct credentials, proxy_user), TEXT},
    {"proxy-password", offsetof(struct credentials, proxy_password), SECRET},
    {"psk", offsetof(struct credentials, psk), SECRET},
    {"l2tp-secret", offsetof(struct credentials, l2tp_secret), SECRET},
    {"private-key", offsetof(struct credentials, key), KEY},
};

static const char *
credential_text(gsize i, const void *at)
{
    switch (credential_keys[i].type) {
    case TEXT:
        break;
    case SECRET:
        return (const char *)((const struct secret *)at)->data;
    case KEY:
        return (const char *)((const struct plan_key *)at)->pem;
    }
    return at;
}

static bool
credential_set(gsize i, GVariant *value, void *at)
{
    gsize n;
    const char *text = g_variant_get_string(value, &n);

    switch (credential_keys[i].type) {
    case TEXT:
        break;
    case SECRET:
        return secret_set_text(at, text);
    case KEY:
        return plan_key_set(at, rd_over(text, n));
    }
    return dt_plan_text(value, at, PLAN_MAX_TEXT);
}

GVariant *
dt_credentials_to_variant(const struct credentials *credentials)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    for (gsize i = 0; credentials != NULL && i < G_N_ELEMENTS(credential_keys); i++) {
        const char *at = (const char *)credentials + credential_keys[i].offset;
        const char *text = credential_text(i, at);
        const bool given = *text != '\0' || (&credentials->new_password == (const void *)at &&
                                             credentials->has_new_password);
        if (given)
            g_variant_builder_add(&b, "{sv}", credential_keys[i].key, g_variant_new_string(text));
    }
    return g_variant_builder_end(&b);
}

static bool
credential_get(const char *key, GVariant *value, struct credentials *c)
{
    gsize i = 0;

    while (i < G_N_ELEMENTS(credential_keys) && !g_str_equal(credential_keys[i].key, key))
        i++;
    if (i == G_N_ELEMENTS(credential_keys) || !g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
        return false;

    void *at = (char *)c + credential_keys[i].offset;
    if (at == &c->new_password)
        c->has_new_password = true;
    return credential_set(i, value, at);
}

bool
dt_credentials_from_variant(GVariant *variant, struct credentials *ret, GError **error)
{
    struct credentials c = {0};
    const char *key,
        *why = "The secrets have an unknown key, another type than 's', or are too long.";
    GVariant *value;
    GVariantIter iter;
    bool ok = g_variant_is_of_type(variant, G_VARIANT_TYPE_VARDICT);

    if (ok)
        g_variant_iter_init(&iter, variant);
    while (ok && g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        ok = credential_get(key, value, &c);
        g_variant_unref(value);
    }
    ok = ok && credentials_valid(&c, &why);
    if (ok)
        *ret = c;
    else
        dt_ras_error_set(error, RAS_BAD_PROFILE, "%s", why);
    credentials_wipe(&c);
    return ok;
}

void
dt_credentials_wipe_variant(GVariant *variant)
{
    if (g_variant_is_container(variant)) {
        for (gsize i = 0; i < g_variant_n_children(variant); i++) {
            g_autoptr(GVariant) child = g_variant_get_child_value(variant, i);
            dt_credentials_wipe_variant(child);
        }
    } else if (g_variant_is_of_type(variant, G_VARIANT_TYPE_STRING)) {
        gsize n;
        const char *text = g_variant_get_string(variant, &n);
        explicit_bzero((char *)text, n);
    }
}
