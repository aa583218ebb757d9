/* profile.c - see profile.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"

#include "profile-fields.h"
#include "profile-plan.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>

enum { EAP_TYPE_MSCHAPV2 = 26 };

enum { ENCRYPTION_TYPE_NONE = 0 };

static void
server_free(gpointer data)
{
    struct profile_server *s = data;

    g_free(s->label);
    g_free(s->address);
    g_free(s);
}

static void
action_free(gpointer data)
{
    struct profile_action *a = data;

    g_free(a->event);
    g_free(a->command);
    g_free(a->description);
    g_free(a);
}

static void
other_free(gpointer data)
{
    struct profile_other *o = data;

    g_free(o->file);
    g_free(o->section);
    g_free(o->key);
    g_free(o->value);
    g_free(o);
}

Profile *
profile_new(void)
{
    Profile *p = g_new0(Profile, 1);

    p->id = g_strdup("");
    for (guint i = 0; i < profile_n_fields; i++) {
        const struct profile_field *f = &profile_fields[i];
        if (f->type == FIELD_TEXT)
            *field_text(f, p) = g_strdup("");
        else
            field_set_number(f, p, f->fallback);
    }
    p->servers = g_ptr_array_new_with_free_func(server_free);
    p->routes = g_ptr_array_new_with_free_func(g_free);
    p->actions = g_ptr_array_new_with_free_func(action_free);
    p->others = g_ptr_array_new_with_free_func(other_free);
    p->notes = g_ptr_array_new_with_free_func(g_free);
    p->files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    return p;
}

void
profile_free(Profile *p)
{
    if (p == NULL)
        return;
    g_free(p->id);
    for (guint i = 0; i < profile_n_fields; i++)
        if (profile_fields[i].type == FIELD_TEXT)
            g_free(*field_text(&profile_fields[i], p));
    g_ptr_array_unref(p->servers);
    g_ptr_array_unref(p->routes);
    g_ptr_array_unref(p->actions);
    g_ptr_array_unref(p->others);
    g_ptr_array_unref(p->notes);
    g_hash_table_unref(p->files);
    g_free(p);
}

static void
copy_lists(Profile *to, const Profile *from)
{
    GHashTableIter iter;
    gpointer name, bytes;

    for (guint i = 0; i < from->servers->len; i++) {
        const struct profile_server *s = from->servers->pdata[i];
        profile_add_server(to, s->label, s->address);
    }
    for (guint i = 0; i < from->actions->len; i++) {
        const struct profile_action *a = from->actions->pdata[i];
        profile_add_action(to, a->event, a->command, a->description);
        ((struct profile_action *)to->actions->pdata[i])->replaced = a->replaced;
    }
    for (guint i = 0; i < from->others->len; i++) {
        const struct profile_other *o = from->others->pdata[i];
        profile_add_other(to, o->file, o->section, o->key, o->value);
    }
    for (guint i = 0; i < from->routes->len; i++)
        g_ptr_array_add(to->routes, g_strdup(from->routes->pdata[i]));
    for (guint i = 0; i < from->notes->len; i++)
        g_ptr_array_add(to->notes, g_strdup(from->notes->pdata[i]));
    g_hash_table_iter_init(&iter, from->files);
    while (g_hash_table_iter_next(&iter, &name, &bytes))
        g_hash_table_insert(to->files, g_strdup(name), g_bytes_ref(bytes));
}

Profile *
profile_copy(const Profile *from)
{
    Profile *to = profile_new();

    profile_set(&to->id, from->id);
    to->system = from->system;
    for (guint i = 0; i < profile_n_fields; i++) {
        const struct profile_field *f = &profile_fields[i];
        if (f->type == FIELD_TEXT)
            profile_set(field_text(f, to), *field_text(f, (Profile *)from));
        else
            field_set_number(f, to, field_number(f, from));
    }
    copy_lists(to, from);
    return to;
}

void
profile_set(char **field, const char *value)
{
    char *old = *field;

    *field = g_strdup(value == NULL ? "" : value);
    g_free(old);
}

void
profile_add_server(Profile *p, const char *label, const char *address)
{
    if (p->servers->len == PROFILE_MAX_SERVERS)
        return;
    struct profile_server *s = g_new0(struct profile_server, 1);
    s->label = g_strdup(label);
    s->address = g_strdup(address);
    g_ptr_array_add(p->servers, s);
}

void
profile_add_action(Profile *p, const char *event, const char *command, const char *description)
{
    if (p->actions->len == PROFILE_MAX_ACTIONS)
        return;
    struct profile_action *a = g_new0(struct profile_action, 1);
    a->event = g_strdup(event);
    a->command = g_strdup(command);
    a->description = g_strdup(description == NULL ? "" : description);
    g_ptr_array_add(p->actions, a);
}

void
profile_add_other(Profile *p, const char *file, const char *section, const char *key,
                  const char *value)
{
    if (p->others->len == PROFILE_MAX_OTHERS)
        return;
    struct profile_other *o = g_new0(struct profile_other, 1);
    o->file = g_strdup(file);
    o->section = g_strdup(section);
    o->key = g_strdup(key);
    o->value = g_strdup(value);
    g_ptr_array_add(p->others, o);
}

void
profile_note(Profile *p, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    char *shown = g_malloc(strlen(text) + 1);

    ras_printable(shown, strlen(text) + 1, text, strlen(text)); /* file names can hold anything */
    g_ptr_array_add(p->notes, shown);
    va_end(args);
}

/* --- what the settings mean --- */

/* MS-RRASM 2.2.2, VpnStrategy. IKEv2 (7, and within 6, 8, 14) is none of ours. PPTP is dialed only
 * where the profile asks for it in the first place: nobody who blocks the others gets to choose it.
 */
static const struct strategy {
    enum plan_protocol order[PLAN_MAX_PROTOCOLS]; /* that the profile wishes for */
    enum plan_protocol dial[PLAN_MAX_PROTOCOLS];  /* SSTP stands in for what is not there yet */
} strategies[] = {
    [0] = {{PLAN_SSTP, PLAN_L2TP_IPSEC, PLAN_PPTP}, {PLAN_SSTP}},
    [1] = {{PLAN_PPTP}, {PLAN_PPTP}},
    [2] = {{PLAN_PPTP, PLAN_L2TP_IPSEC}, {PLAN_PPTP, PLAN_SSTP}},
    [3] = {{PLAN_L2TP_IPSEC}, {0}},
    [4] = {{PLAN_L2TP_IPSEC, PLAN_PPTP}, {PLAN_SSTP}},
    [5] = {{PLAN_SSTP}, {PLAN_SSTP}},
    [6] = {{PLAN_SSTP, PLAN_PPTP, PLAN_L2TP_IPSEC}, {PLAN_SSTP}},
    [7] = {{0}, {0}},
    [8] = {{PLAN_PPTP, PLAN_L2TP_IPSEC}, {PLAN_SSTP}},
    [9] = {{0}, {PLAN_SSTP}},
    [10] = {{0}, {PLAN_SSTP}},
    [11] = {{0}, {PLAN_SSTP}},
    [12] = {{PLAN_PPTP, PLAN_SSTP}, {PLAN_SSTP, PLAN_PPTP}},
    [13] = {{PLAN_L2TP_IPSEC, PLAN_SSTP}, {PLAN_SSTP}},
    [14] = {{PLAN_SSTP}, {PLAN_SSTP}},
    [15] = {{PLAN_SSTP, PLAN_L2TP_IPSEC, PLAN_PPTP}, {PLAN_SSTP}},
};

static const struct strategy *
strategy_of(const Profile *p)
{
    const guint n = p->dun.vpn_strategy;

    return n < G_N_ELEMENTS(strategies) ? &strategies[n] : &strategies[0];
}

static guint
copy_protocols(const enum plan_protocol *from, enum plan_protocol ret[PLAN_MAX_PROTOCOLS])
{
    guint n = 0;

    while (n < PLAN_MAX_PROTOCOLS && from[n] != 0) {
        ret[n] = from[n];
        n++;
    }
    return n;
}

guint
profile_protocols(const Profile *p, enum plan_protocol ret[PLAN_MAX_PROTOCOLS])
{
    return copy_protocols(strategy_of(p)->order, ret);
}

guint
profile_dialable(const Profile *p, enum plan_protocol ret[PLAN_MAX_PROTOCOLS])
{
    return copy_protocols(strategy_of(p)->dial, ret);
}

gboolean
profile_dials(const Profile *p, enum plan_protocol protocol)
{
    enum plan_protocol order[PLAN_MAX_PROTOCOLS];
    const guint n = profile_dialable(p, order);

    for (guint i = 0; i < n; i++)
        if (order[i] == protocol)
            return TRUE;
    return FALSE;
}

const char *
profile_protocol_name(enum plan_protocol protocol)
{
    static const char *const names[] = {
        [PLAN_SSTP] = "SSTP", [PLAN_L2TP_IPSEC] = "L2TP/IPsec", [PLAN_PPTP] = "PPTP"};

    return protocol < G_N_ELEMENTS(names) && names[protocol] != NULL ? names[protocol] : "";
}

const char *
profile_protocol_weakness(enum plan_protocol protocol)
{
    return protocol == PLAN_PPTP ? _("PPTP can be decrypted by whoever records it.") : NULL;
}

/* "Advanced security": the methods that are ticked. MS-CHAP version 1 and SPAP are not spoken here;
 * a profile with nothing but those gets MS-CHAPv2, which is stronger. */
static unsigned
auth_advanced(const struct profile_dun *d)
{
    unsigned auth = 0;

    if (d->pap)
        auth |= PLAN_AUTH_PAP;
    if (d->chap)
        auth |= PLAN_AUTH_CHAP_MD5;
    if (d->mschap || d->mschap2 || d->w95mschap || d->spap)
        auth |= PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2;
    if (d->eap && (d->custom_auth_key == EAP_TYPE_MSCHAPV2 || d->custom_auth_key == 0))
        auth |= PLAN_AUTH_EAP_MSCHAPV2;
    return auth;
}

static unsigned
auth_basic(const struct profile_dun *d)
{
    unsigned auth = PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2;

    if (!d->pw_encrypt_ms && !d->data_encrypt)
        auth |= PLAN_AUTH_CHAP_MD5;
    if (!d->pw_encrypt_ms && !d->data_encrypt && !d->pw_encrypt)
        auth |= PLAN_AUTH_PAP;
    return auth;
}

unsigned
profile_auth(const Profile *p)
{
    const struct profile_dun *d = &p->dun;
    const gboolean ticked =
        d->pap || d->spap || d->chap || d->mschap || d->mschap2 || d->w95mschap || d->eap;

    return ticked || d->enforce_custom ? auth_advanced(d) : auth_basic(d);
}

/* --- what a person should know --- */

G_GNUC_PRINTF(2, 3)
static void
warn(GPtrArray *list, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(list, g_strdup_vprintf(format, args));
    va_end(args);
}

static void
warn_protocol(const Profile *p, GPtrArray *list)
{
    enum plan_protocol dial[PLAN_MAX_PROTOCOLS];
    const enum plan_protocol first = strategy_of(p)->order[0];
    const guint n = profile_dialable(p, dial);

    if (n == 0)
        warn(list, _("This profile asks for %s only, which is not available yet."),
             first == 0 ? "IKEv2" : profile_protocol_name(first));
    else if (first != dial[0])
        warn(list,
             _("This profile prefers another VPN protocol. This version dials it with SSTP."));
    if (profile_dials(p, PLAN_PPTP))
        warn(list, "%s", profile_protocol_weakness(PLAN_PPTP));
}

static void
warn_auth(const Profile *p, GPtrArray *list)
{
    const unsigned auth = profile_auth(p);
    const gboolean pptp = profile_dials(p, PLAN_PPTP);

    if ((auth & PLAN_AUTH_PAP) != 0 && pptp)
        warn(list, _("The profile allows to send the password as it is (PAP). With PPTP this is "
                     "never done."));
    else if ((auth & PLAN_AUTH_PAP) != 0)
        warn(list,
             _("The password may be sent to the server as it is (PAP). It is sent only inside the "
               "encrypted link, after the server's certificate was checked."));
    if (auth == 0)
        warn(list, _("The profile asks for a way to sign in that is not available yet."));
    if ((p->dun.mschap || p->dun.spap || p->dun.w95mschap) && !p->dun.mschap2)
        warn(list,
             _("The profile asks for an outdated way to sign in. MS-CHAPv2 is used instead."));
    if (p->dun.encryption_type != ENCRYPTION_TYPE_NONE)
        return;
    if (pptp)
        warn(list, _("The profile asks for no encryption: with PPTP, everybody on the way can "
                     "read along."));
    else
        warn(list,
             _("The profile asks for no encryption. The connection is encrypted all the same."));
}

/* Keys with which a file might wish the certificate check away: said, and not obeyed. */
static gboolean
wants_no_check(const struct profile_other *o)
{
    g_autofree char *key = g_utf8_casefold(o->key, -1);
    static const char *const words[] = {
        "nocert",   "skipcert",        "ignorecert", "disablecert",  "verifycert", "ekucheck",
        "insecure", "allowselfsigned", "checkcert",  "norevocation", "trustall"};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(key, words[i]) != NULL)
            return TRUE;
    return FALSE;
}

static void
warn_certificate(const Profile *p, GPtrArray *list)
{
    if (*p->ca_pem != '\0')
        warn(list,
             _("The profile brings its own certificate authority: only servers with a certificate "
               "from it are accepted."));
    if (*p->pin != '\0')
        warn(list,
             _("Only one certificate is accepted, by its fingerprint; its name and its issuer are "
               "not checked."));
    for (guint i = 0; i < p->others->len; i++)
        if (wants_no_check(p->others->pdata[i])) {
            warn(list, _("The profile asks for a weaker check of the server's certificate. This is "
                         "not done: the certificate is always checked."));
            return;
        }
}

static void
warn_actions(const Profile *p, GPtrArray *list)
{
    guint n = 0;

    for (guint i = 0; i < p->actions->len; i++)
        n += !((const struct profile_action *)p->actions->pdata[i])->replaced;
    if (n > 0)
        warn(list,
             g_dngettext(GETTEXT_PACKAGE,
                         "The profile wants to run a program (%u). It is listed, and never run.",
                         "The profile wants to run programs (%u). They are listed, and never run.",
                         n),
             n);
}

GPtrArray *
profile_warnings(const Profile *p)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

    warn_protocol(p, list);
    warn_auth(p, list);
    warn_certificate(p, list);
    if (p->dun.gateway_on_remote)
        warn(list, _("While connected, all traffic of this computer goes through the VPN."));
    warn_actions(p, list);
    for (guint i = 0; i < p->notes->len; i++)
        g_ptr_array_add(list, g_strdup(p->notes->pdata[i]));
    return list;
}

gboolean
profile_validate(const Profile *p, GError **error)
{
    const struct plan_request as_it_stands = {.user = "user"};
    struct dial_plan plan;
    struct credentials credentials;

    if (!profile_plan(p, &as_it_stands, &plan, &credentials, error))
        return FALSE;
    dial_plan_clear(&plan);
    credentials_wipe(&credentials);
    return TRUE;
}
