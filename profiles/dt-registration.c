/* dt-registration.c - see dt-registration.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-registration.h"

#include <glib/gi18n-lib.h>

static const struct {
    const char *key, *label;
} rows[DT_REGISTERED] = {[DT_REGISTERED_NAME] = {"dns", N_("This computer in DNS")},
                         [DT_REGISTERED_ADDRESS] = {"ptr", N_("Its address in DNS")},
                         [DT_REGISTERED_WINS] = {"wins", N_("This computer in WINS")}};

/* The words of org.dialtone.Dialer1.xml. */
static const char *
words_of(const char *word)
{
    static const struct {
        const char *word, *text;
    } words[] = {
        {"pending", N_("not yet registered")},
        {"registered", N_("registered")},
        {"no-name", N_("not registered: it has no name that could be told")},
        {"no-server", N_("not registered: the far end named no server")},
        {"no-zone", N_("not registered: its domain has no zone there")},
        {"silent", N_("not registered: no server answered")},
        {"refused", N_("not registered: the server refused")},
        {"taken", N_("not registered: the name is in use")},
        {"failed", N_("not registered: the server could not")},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_equal(words[i].word, word))
            return _(words[i].text);
    return word;
}

const char *
dt_registration_label(enum dt_registered what)
{
    return _(rows[what].label);
}

char *
dt_registration_text(GVariant *details, enum dt_registered what)
{
    g_autoptr(GVariant) r =
        details == NULL ? NULL
                        : g_variant_lookup_value(details, "registration", G_VARIANT_TYPE("a{ss}"));
    const char *word, *name = "";

    if (r == NULL || !g_variant_lookup(r, rows[what].key, "&s", &word))
        return NULL;
    g_variant_lookup(r, "name", "&s", &name);
    const gboolean named =
        what == DT_REGISTERED_NAME && *name != '\0' && g_str_equal(word, "registered");
    return g_strdup(named ? name : words_of(word));
}
