/* profile-first.c - see profile-first.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-first.h"

#include "profile-plan.h"

#include <glib/gi18n-lib.h>

static gboolean
is_same(const Profile *a, const Profile *b)
{
    return a->system == b->system && g_str_equal(a->id, b->id);
}

/* Two legs, and not in a circle. */
static gboolean
may_be_first(const Profile *p, const Profile *first, GError **error)
{
    if (is_same(p, first))
        g_set_error(error, PROFILE_PLAN_ERROR, PROFILE_PLAN_ERROR_INVALID,
                    _("The profile wants itself to be up before."));
    else if (*first->dial_first != '\0')
        g_set_error(error, PROFILE_PLAN_ERROR, PROFILE_PLAN_ERROR_INVALID,
                    _("The profile wants “%s” to be up before, and that one wants “%s”. Two "
                      "connections, one through the other, are all there is."),
                    first->name, first->dial_first);
    else
        return TRUE;
    return FALSE;
}

enum profile_first
profile_first_find(ProfileStore *store, const Profile *p, gboolean system, Profile **ret_first,
                   GError **error)
{
    GError *why = NULL;

    *ret_first = NULL;
    if (*p->dial_first == '\0')
        return PROFILE_FIRST_NONE;
    g_autoptr(Profile) first = system ? profile_store_find_system(store, p->dial_first, &why)
                                      : profile_store_find(store, p->dial_first, &why);
    if (g_error_matches(why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
        g_error_free(why); /* the line of another computer: the one entry was imported without it */
        return PROFILE_FIRST_BY_HAND;
    }
    if (first == NULL) {
        g_propagate_prefixed_error(error, why, "%s ",
                                   _("The profile wants another connection to be up before."));
        return PROFILE_FIRST_BAD;
    }
    if (!may_be_first(p, first, error))
        return PROFILE_FIRST_BAD;
    if (first->kind != PROFILE_VPN)
        return PROFILE_FIRST_BY_HAND;
    *ret_first = g_steal_pointer(&first);
    return PROFILE_FIRST_DIAL;
}

char *
profile_first_by_hand_text(const Profile *p)
{
    return g_strdup_printf(_("The profile wants the connection “%s” to be up before. There is none "
                             "of this name here, or it is a telephone or broadband line, which "
                             "this version does not dial: connect it yourself."),
                           p->dial_first);
}
