/* profile.c - see profile.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"

#include "profile-fields.h"
#include "profile-plan.h"
#include "profile-stricter.h"
#include "profile-update.h"
#include "profile-weakness.h"
#include "ras.h"
#include "web-proxy.h"

#include <glib/gi18n-lib.h>

#include <string.h>

enum { EAP_TYPE_TLS = 13, EAP_TYPE_PEAP = 25, EAP_TYPE_MSCHAPV2 = 26 };

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
    profile_lists_init(p);
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
    profile_lists_clear(p);
    secret_wipe(&p->found_psk);
    g_free(p);
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
    secret_set(&to->found_psk, secret_rd(&from->found_psk));
    profile_lists_copy(to, from);
    return to;
}

void
profile_set(char **field, const char *value)
{
    char *old = *field;

    *field = g_strdup(value == NULL ? "" : value);
    g_free(old);
}

/* --- what the settings mean --- */

/* MS-RRASM 2.2.2, VpnStrategy, with its notes on what each Windows tries. IKEv2 (7, and within 6,
 * 8, 14) is none of ours. What is "automatic" (0, 9 to 11 and 15) starts with what protects best.
 */
static const enum plan_protocol strategies[][PLAN_MAX_PROTOCOLS] = {
    [0] = {PLAN_SSTP, PLAN_L2TP_IPSEC, PLAN_PPTP},
    [1] = {PLAN_PPTP},
    [2] = {PLAN_PPTP, PLAN_L2TP_IPSEC},
    [3] = {PLAN_L2TP_IPSEC},
    [4] = {PLAN_L2TP_IPSEC, PLAN_PPTP},
    [5] = {PLAN_SSTP},
    [6] = {PLAN_SSTP, PLAN_PPTP, PLAN_L2TP_IPSEC},
    [7] = {0},
    [8] = {PLAN_PPTP, PLAN_L2TP_IPSEC},
    [9] = {PLAN_SSTP, PLAN_L2TP_IPSEC, PLAN_PPTP},
    [10] = {PLAN_SSTP, PLAN_L2TP_IPSEC, PLAN_PPTP},
    [11] = {PLAN_SSTP, PLAN_L2TP_IPSEC, PLAN_PPTP},
    [12] = {PLAN_PPTP, PLAN_SSTP},
    [13] = {PLAN_L2TP_IPSEC, PLAN_SSTP},
    [14] = {PLAN_SSTP},
    [15] = {PLAN_SSTP, PLAN_L2TP_IPSEC, PLAN_PPTP},
};

/* @turns: as many as there are, those that @order names first: nothing of it is added. */
static void
reorder(enum plan_protocol turns[PLAN_MAX_PROTOCOLS], guint order)
{
    enum plan_protocol named[PLAN_MAX_PROTOCOLS], now;
    guint n = 0, at = 0;

    for (; order != 0 && n < PLAN_MAX_PROTOCOLS; order /= 10)
        named[n++] = order % 10;
    while (n-- > 0)
        for (guint i = at; i < PLAN_MAX_PROTOCOLS && turns[i] != 0; i++)
            if (turns[i] == named[n]) {
                now = turns[i];
                memmove(turns + at + 1, turns + at, (i - at) * sizeof turns[0]);
                turns[at++] = now;
                break;
            }
}

/* @only: that one and no other. None when it is not among them (any more): whoever allowed one has
 * not allowed those that came instead. */
static guint
wished(guint kind, guint strategy, guint order, guint only,
       enum plan_protocol ret[PLAN_MAX_PROTOCOLS])
{
    enum plan_protocol turns[PLAN_MAX_PROTOCOLS];
    guint n = 0;

    memcpy(turns, strategies[strategy < G_N_ELEMENTS(strategies) ? strategy : 0], sizeof turns);
    reorder(turns, order);
    for (guint i = 0; kind == PROFILE_VPN && i < PLAN_MAX_PROTOCOLS && turns[i] != 0; i++)
        if (only == 0 || turns[i] == only)
            ret[n++] = turns[i];
    return n;
}

guint
profile_protocols(const Profile *p, enum plan_protocol ret[PLAN_MAX_PROTOCOLS])
{
    return wished(p->kind, p->dun.vpn_strategy, p->protocol_order, p->only_protocol, ret);
}

gboolean
profile_needs_domain(const Profile *p, const char *user)
{
    return !p->domain_optional && !p->hide_domain && strpbrk(user, "\\@") == NULL;
}

gboolean
profile_uses_l2tp(const Profile *p)
{
    enum plan_protocol order[PLAN_MAX_PROTOCOLS];
    const guint n = profile_protocols(p, order);

    for (guint i = 0; i < n; i++)
        if (order[i] == PLAN_L2TP_IPSEC)
            return TRUE;
    return FALSE;
}

gboolean
profile_uses_psk(const Profile *p)
{
    return p->ipsec && !p->use_certificate && profile_uses_l2tp(p);
}

guint
profile_order(guint kind, guint strategy, guint order, guint only, guint last,
              enum plan_protocol ret[PLAN_MAX_PROTOCOLS])
{
    enum plan_protocol turns[PLAN_MAX_PROTOCOLS];
    const guint n_wished = wished(kind, strategy, order, only, turns);
    guint n = 0;

    /* What connected last comes first, as Windows does it; only out of what the profile wishes. Not
     * PPTP: whoever blocks the others once would have it first ever after. */
    const guint first = last == PLAN_PPTP ? 0 : last;
    for (guint i = 0; i < n_wished; i++)
        if (turns[i] == first)
            ret[n++] = turns[i];
    for (guint i = 0; i < n_wished; i++)
        if (turns[i] != first)
            ret[n++] = turns[i];
    return n;
}

guint
profile_dialable(const Profile *p, enum plan_protocol ret[PLAN_MAX_PROTOCOLS])
{
    return profile_order(p->kind, p->dun.vpn_strategy, p->protocol_order, p->only_protocol,
                         p->last_protocol, ret);
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
    if (d->eap && d->custom_auth_key == EAP_TYPE_TLS)
        auth |= PLAN_AUTH_EAP_TLS;
    if (d->eap && d->custom_auth_key == EAP_TYPE_PEAP)
        auth |= PLAN_AUTH_PEAP;
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
    return profile_auth_offered(p) & ~p->refused_auth;
}

gboolean
profile_encryption_stricter(guint type, guint than)
{
    static const guint strength[] = {[0] = 0, [3] = 1, [1] = 2, [2] = 3};

    return strength[MIN(type, 3)] > strength[MIN(than, 3)];
}

guint
profile_encryption(const Profile *p)
{
    const guint type = p->dun.encryption_type, more = p->more_encryption;

    return more != 0 && profile_encryption_stricter(more, type) ? more : type;
}

unsigned
profile_auth_offered(const Profile *p)
{
    const struct profile_dun *d = &p->dun;
    const gboolean ticked =
        d->pap || d->spap || d->chap || d->mschap || d->mschap2 || d->w95mschap || d->eap;

    return d->custom_security && (ticked || d->enforce_custom) ? auth_advanced(d) : auth_basic(d);
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
    const guint n = profile_dialable(p, dial);
    char *unavailable = profile_plan_unavailable(p);

    if (unavailable != NULL)
        g_ptr_array_add(list, unavailable);
    else if (n > 0 && (p->dun.vpn_strategy == 8 || p->dun.vpn_strategy == 14))
        warn(list,
             _("This profile prefers IKEv2, which this program does not dial. It is dialed "
               "with %s."),
             profile_protocol_name(dial[0]));
    if (profile_dials(p, PLAN_PPTP))
        warn(list, "%s", profile_protocol_weakness(PLAN_PPTP, FALSE));
    if (profile_dials(p, PLAN_L2TP_IPSEC) && !p->ipsec)
        warn(list, "%s", profile_protocol_weakness(PLAN_L2TP_IPSEC, FALSE));
}

static void
warn_auth(const Profile *p, GPtrArray *list)
{
    const unsigned auth = profile_auth(p);
    const gboolean pptp = profile_dials(p, PLAN_PPTP);

    if ((auth & PLAN_AUTH_PAP) != 0 && pptp)
        warn(list, _("The profile allows to send the password as it is (PAP). With PPTP this is "
                     "never done."));
    else if ((auth & PLAN_AUTH_PAP) != 0 && profile_dials(p, PLAN_L2TP_IPSEC) &&
             (!p->ipsec || !p->use_certificate))
        warn(list, p->ipsec
                       ? _("The password may be sent as it is (PAP), inside IPsec. Whoever knows "
                           "the pre-shared key can pose as the server and read it.")
                       : _("The password may be sent as it is (PAP), without IPsec: everybody on "
                           "the way can read it."));
    else if ((auth & PLAN_AUTH_PAP) != 0)
        warn(list,
             _("The password may be sent to the server as it is (PAP). It is sent only inside the "
               "encrypted link, after the server's certificate was checked."));
    if (auth == 0)
        warn(list, _("The profile asks for a way to sign in that this program does not have."));
    if ((p->dun.mschap || p->dun.spap || p->dun.w95mschap) && !p->dun.mschap2)
        warn(list,
             _("The profile asks for an outdated way to sign in. MS-CHAPv2 is used instead."));
    if (profile_encryption(p) != PROFILE_ENCRYPTION_NONE)
        return;
    if (pptp)
        warn(list, _("The profile asks for no encryption: with PPTP, everybody on the way can "
                     "read along."));
    else
        warn(list,
             _("The profile asks for no encryption. The connection is encrypted all the same."));
}

/* Windows proves an L2TP computer by a certificate unless the entry says "key". */
static void
warn_ipsec(const Profile *p, GPtrArray *list)
{
    const struct profile_origin *o = profile_origin(p, "Networking/UsePreSharedKey");
    enum plan_protocol order[PLAN_MAX_PROTOCOLS];
    const gboolean first = profile_dialable(p, order) > 0 && order[0] == PLAN_L2TP_IPSEC;

    if (o != NULL && first && profile_uses_psk(p) && !p->dun.use_preshared_key)
        warn(list, _("The profile expects a certificate of this computer for L2TP/IPsec. None is "
                     "set: without one, a pre-shared key is asked for."));
}

static void
warn_line(const Profile *p, GPtrArray *list)
{
    if (*p->dial_first != '\0')
        warn(list,
             _("The connection “%s” is dialed before, this one goes through it, and it is hung up "
               "after."),
             p->dial_first);
    else if (p->kind == PROFILE_VPN && p->dialup && !p->direct)
        warn(list, _("The profile dials a phone number before the VPN. This version does not: be "
                     "connected to the internet first."));
    profile_update_warn(p, list);
}

/* The far end's name servers are asked by everybody there. */
static void
warn_registration(const Profile *p, GPtrArray *list)
{
    if (p->dun.register_dns || p->dun.register_suffix)
        warn(list, _("The name of this computer is entered in the DNS of the far end."));
    if (p->dun.register_wins)
        warn(list, _("The name of this computer is told to the WINS server of the far end."));
}

/* Keys with which a file might wish the certificate check away: said, and not obeyed. */
static gboolean
wants_no_check(const struct profile_other *o)
{
    g_autofree char *key = g_utf8_casefold(o->key, -1);
    if (*o->value == '\0' || g_str_equal(o->value, "0"))
        return FALSE;
    static const char *const words[] = {
        "nocert",   "ignore-cert", "skipcert",        "ignorecert", "disablecert",  "verifycert",
        "ekucheck", "insecure",    "allowselfsigned", "checkcert",  "norevocation", "trustall"};

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

/* Whoever runs that proxy sees where people go. */
static void
warn_web_proxy(const Profile *p, GPtrArray *list)
{
    g_autofree char *proxy = web_proxy_text(p);
    struct web_proxy w;

    web_proxy_of(p, &w);
    const enum web_proxy_mode mode = w.mode;
    web_proxy_clear(&w);
    if (proxy != NULL && p->use_web_proxy)
        warn(list,
             _("While connected, the window has the programs of this desktop use a web proxy: %s. "
               "Properties, Networking, turns that off."),
             proxy);
    else if (proxy != NULL)
        warn(list, _("The web proxy of the profile is not used, as you chose: %s."), proxy);
    if (*p->web_proxy_script != '\0' && mode != WEB_PROXY_SCRIPT)
        warn(list, _("The profile names a web proxy that cannot be used: %s."),
             p->web_proxy_script);
    if (*p->web_proxy != '\0' && mode == WEB_PROXY_SCRIPT)
        warn(list, _("The profile also names the web proxy %s. Its script comes first."),
             p->web_proxy);
    else if (*p->web_proxy != '\0' && mode != WEB_PROXY_SERVERS)
        warn(list, _("The profile names a web proxy that cannot be used: %s."), p->web_proxy);
}

/* So does whoever runs the one that the call itself goes through. */
static void
warn_proxy(const Profile *p, GPtrArray *list)
{
    if (p->proxy != PLAN_PROXY_NONE && *p->proxy_host != '\0' && profile_dials(p, PLAN_SSTP))
        warn(list, _("The call goes through the proxy server %s."), p->proxy_host);
}

static void
warn_actions(const Profile *p, GPtrArray *list)
{
    guint n = *p->reset_password != '\0';

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
    if (p->kind == PROFILE_VPN)
        warn_auth(p, list);
    warn_certificate(p, list);
    warn_ipsec(p, list);
    warn_line(p, list);
    warn_proxy(p, list);
    if (p->dun.gateway_on_remote && p->kind == PROFILE_VPN)
        warn(list, _("While connected, all traffic of this computer goes through the VPN."));
    warn_registration(p, list);
    warn_web_proxy(p, list);
    warn_actions(p, list);
    for (guint i = 0; i < p->notes->len; i++)
        g_ptr_array_add(list, g_strdup(p->notes->pdata[i]));
    return list;
}

gboolean
profile_validate(const Profile *p, GError **error)
{
    const struct plan_request as_it_stands = {.user = "user", .domain = "domain"};
    struct dial_plan plan;
    struct credentials credentials;

    if (!profile_plan(p, &as_it_stands, &plan, &credentials, error))
        return FALSE;
    dial_plan_clear(&plan);
    credentials_wipe(&credentials);
    return TRUE;
}
