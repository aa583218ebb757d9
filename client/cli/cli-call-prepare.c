/*
 * cli-call-prepare.c - what is known before a call: options, files, the keyring, the person at the
 * terminal: see cli-call.h. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli-call.h"

#include "profile-plan.h"
#include "profile-secret.h"
#include "profile-weakness.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>

/* --- options --- */

void
cli_dial_options_clear(struct cli_dial_options *o)
{
    char *const texts[] = {o->user,
                           o->domain,
                           o->server,
                           o->password_file,
                           o->new_password_file,
                           o->psk_file,
                           o->ca_file,
                           o->pin,
                           o->eap_pin,
                           o->cert_file,
                           o->key_file,
                           o->cert_password_file,
                           o->tunnel_secret_file,
                           o->proxy,
                           o->proxy_password_file,
                           o->first_user,
                           o->first_password_file,
                           o->first_psk_file,
                           o->first_ca_file};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
}

gboolean
cli_dial_options_parse(const struct cli_command *command, struct cli_dial_options *ret,
                       const GOptionEntry *more, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"user", 'u', 0, G_OPTION_ARG_STRING, &ret->user, N_("User name"), N_("USER")},
        {"domain", 'd', 0, G_OPTION_ARG_STRING, &ret->domain, N_("Logon domain"), N_("DOMAIN")},
        {"password-stdin", 0, 0, G_OPTION_ARG_NONE, &ret->password_stdin,
         N_("Read the password from standard input"), NULL},
        {"password-file", 0, 0, G_OPTION_ARG_FILENAME, &ret->password_file,
         N_("Read the password from the first line of FILE"), N_("FILE")},
        {"new-password-file", 0, 0, G_OPTION_ARG_FILENAME, &ret->new_password_file,
         N_("When the password has expired, change it to the first line of FILE"), N_("FILE")},
        {"server", 's', 0, G_OPTION_ARG_STRING, &ret->server,
         N_("Dial HOST instead of the profile's server"), N_("HOST")},
        {"psk-file", 0, 0, G_OPTION_ARG_FILENAME, &ret->psk_file,
         N_("Read the pre-shared key from the first line of FILE"), N_("FILE")},
        {"tunnel-secret-file", 0, 0, G_OPTION_ARG_FILENAME, &ret->tunnel_secret_file,
         N_("Read the L2TP tunnel secret from the first line of FILE"), N_("FILE")},
        {"cert-file", 0, 0, G_OPTION_ARG_FILENAME, &ret->cert_file,
         N_("IPsec, EAP-TLS: sign in by the certificate in FILE (PEM or PKCS #12)"), N_("FILE")},
        {"key-file", 0, 0, G_OPTION_ARG_FILENAME, &ret->key_file,
         N_("The private key of that certificate (PEM); without it, --cert-file has it"),
         N_("FILE")},
        {"cert-password-file", 0, 0, G_OPTION_ARG_FILENAME, &ret->cert_password_file,
         N_("Read the pass phrase of that key, or of that PKCS #12 file, from the first line of "
            "FILE"),
         N_("FILE")},
        {"proxy", 0, 0, G_OPTION_ARG_STRING, &ret->proxy,
         N_("SSTP: go through this proxy, [http://|socks5://][USER@]HOST[:PORT], or “none”"),
         N_("PROXY")},
        {"proxy-password-file", 0, 0, G_OPTION_ARG_FILENAME, &ret->proxy_password_file,
         N_("Read the password for the proxy from the first line of FILE"), N_("FILE")},
        {"ca-file", 0, 0, G_OPTION_ARG_FILENAME, &ret->ca_file,
         N_("Trust only the certificate authorities in FILE (PEM)"), N_("FILE")},
        {"pin", 0, 0, G_OPTION_ARG_STRING, &ret->pin,
         N_("Accept only the server certificate with this SHA-256"), N_("SHA256")},
        {"eap-pin", 0, 0, G_OPTION_ARG_STRING, &ret->eap_pin,
         N_("EAP: accept only the authentication server's certificate with this SHA-256"),
         N_("SHA256")},
        {"direct", 0, 0, G_OPTION_ARG_NONE, &ret->direct,
         N_("The internet is there already: dial no other connection first"), NULL},
        {"redial", 0, 0, G_OPTION_ARG_NONE, &ret->redial,
         N_("Try again as often as the profile says"), NULL},
    };
    g_autoptr(GArray) all = g_array_new(TRUE, FALSE, sizeof *entries);

    g_array_append_vals(all, entries, G_N_ELEMENTS(entries));
    for (; more->long_name != NULL; more++)
        g_array_append_val(all, *more);
    if (!cli_parse(command, (const GOptionEntry *)(void *)all->data, argc, argv, 1, 1))
        return FALSE;
    if (!ret->password_stdin || ret->password_file == NULL)
        return TRUE;
    cli_usage(command, "%s", _("--password-stdin and --password-file exclude each other"));
    return FALSE;
}

gboolean
cli_call_may_ask(const struct cli_dial_options *o)
{
    return cli_is_terminal() && !o->password_stdin && o->password_file == NULL;
}

/* --- what is known before the call --- */

/* At most one octet more than @max: that it is too long is for others to say. */
static gboolean
read_pem(const char *path, gsize max, char **ret, gsize *ret_len, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_commandline_arg(path);
    g_autoptr(GFileInputStream) in = g_file_read(file, NULL, error);
    g_autofree char *pem = g_malloc0(max + 2);

    if (in == NULL ||
        !g_input_stream_read_all(G_INPUT_STREAM(in), pem, max + 1, ret_len, NULL, error))
        return FALSE;
    *ret = g_steal_pointer(&pem);
    return TRUE;
}

static void
on_saved_password(GObject *source, GAsyncResult *result, gpointer user_data)
{
    *(GAsyncResult **)user_data = g_object_ref(result);
    (void)source;
}

/* NULL: there is no keyring, or nobody waits for it any more. */
static GAsyncResult *
look_up(const Profile *p, const char *user, const struct cli_call *d)
{
    GAsyncResult *result = NULL;

    if (g_getenv("DBUS_SESSION_BUS_ADDRESS") == NULL)
        return NULL;
    profile_secret_lookup_async(p, user, NULL, on_saved_password, &result);
    while (result == NULL && !d->stop)
        g_main_context_iteration(NULL, TRUE);
    return result;
}

static gboolean
saved(const Profile *p, const char *user, const struct cli_call *d, struct secret *ret)
{
    g_autoptr(GAsyncResult) result = look_up(p, user, d);

    return result != NULL && profile_secret_lookup_finish(result, ret, NULL) && ret->len > 0;
}

static gboolean
read_files(struct cli_call *d, GError **error)
{
    const struct cli_dial_options *o = d->options;
    const char *password = o->password_stdin ? "-" : o->password_file;

    if (password != NULL && !cli_read_secret(password, &d->credentials.password, error))
        return FALSE;
    if (o->psk_file != NULL && !cli_read_secret(o->psk_file, &d->credentials.psk, error))
        return FALSE;
    if (o->tunnel_secret_file != NULL &&
        !cli_read_secret(o->tunnel_secret_file, &d->credentials.l2tp_secret, error))
        return FALSE;
    if (o->proxy_password_file != NULL &&
        !cli_read_secret(o->proxy_password_file, &d->credentials.proxy_password, error))
        return FALSE;
    if (o->new_password_file == NULL)
        return TRUE;
    d->credentials.has_new_password =
        cli_read_secret(o->new_password_file, &d->credentials.new_password, error);
    return d->credentials.has_new_password;
}

/* From the options, the keyring, or the person. Returns an exit status, CLI_CALL_UNKNOWN, or -1 to
 * go on. */
static int
get_password(const struct cli_command *command, const Profile *p, struct cli_call *d)
{
    GError *error = NULL;

    if (!read_files(d, &error))
        return cli_fail(error, RAS_CANNOT_OPEN_PHONEBOOK);
    if (d->plan.auth == PLAN_AUTH_EAP_TLS) /* that goes by a certificate alone */
        return -1;
    if (d->options->password_stdin || d->options->password_file != NULL ||
        (p->remember_password && saved(p, d->credentials.user, d, &d->credentials.password)))
        return -1;
    if (d->interactive) {
        g_autofree char *user = cli_shown(d->credentials.user);
        g_autofree char *name = cli_shown(p->name);
        g_autofree char *label = d->leg ? g_strdup_printf(_("Password of %s for “%s”:"), user, name)
                                        : g_strdup_printf(_("Password of %s:"), user);
        if (cli_prompt(label, FALSE, &d->leave, &d->credentials.password))
            return -1;
        return cli_fail_number(RAS_USER_DISCONNECTION,
                               dt_dialer_client_error_text(RAS_USER_DISCONNECTION), "", NULL);
    }
    if (d->if_known)
        return CLI_CALL_UNKNOWN;
    if (p->password_optional)
        return -1;
    return cli_usage(command, "%s",
                     d->leg ? _("a password is needed for the connection that is dialed first: "
                                "--first-password-file, or dial it before")
                            : _("a password is needed: --password-stdin or --password-file"));
}

static gboolean
password_fits(const Profile *p, const struct secret *password)
{
    return p->max_password == 0 ||
           g_utf8_strlen((const char *)password->data, (gssize)password->len) <= p->max_password;
}

/* The pre-shared key, likewise. It is asked for only where nothing is tried before L2TP: without
 * one the other protocols of the profile still have their turn. */
static int
get_psk(const Profile *p, struct cli_call *d)
{
    if (!profile_uses_psk(p) || d->plan.ipsec != PLAN_IPSEC_PSK || d->credentials.psk.len > 0 ||
        saved(p, PROFILE_SECRET_PSK, d, &d->credentials.psk))
        return -1;
    if (!d->interactive || d->plan.protocols[0] != PLAN_L2TP_IPSEC ||
        cli_prompt(_("Pre-shared key:"), FALSE, &d->leave, &d->credentials.psk))
        return -1;
    return cli_fail_number(RAS_USER_DISCONNECTION,
                           dt_dialer_client_error_text(RAS_USER_DISCONNECTION), "", NULL);
}

/* One that the window has saved is for the profile's own proxy and user, and for no other. */
static gboolean
saved_proxy_password(const Profile *p, struct cli_call *d)
{
    return d->options->proxy == NULL &&
           saved(p, PROFILE_SECRET_PROXY, d, &d->credentials.proxy_password);
}

gboolean
cli_call_wants_proxy_password(const struct cli_call *d)
{
    return d->plan.proxy != PLAN_PROXY_NONE && d->credentials.proxy_user[0] != '\0' &&
           plan_dials(&d->plan, PLAN_SSTP);
}

gboolean
cli_call_ask_proxy_password(struct cli_call *d)
{
    g_autofree char *user = cli_shown(d->credentials.proxy_user);
    g_autofree char *label = g_strdup_printf(_("Password of %s for the proxy:"), user);

    return cli_prompt(label, FALSE, &d->leave, &d->credentials.proxy_password);
}

/* Of the proxy, for the user name that it has. Others need none. */
static int
get_proxy_password(const Profile *p, struct cli_call *d)
{
    if (!cli_call_wants_proxy_password(d) || d->credentials.proxy_password.len > 0 ||
        saved_proxy_password(p, d) || !d->interactive || cli_call_ask_proxy_password(d))
        return -1;
    return cli_fail_number(RAS_USER_DISCONNECTION,
                           dt_dialer_client_error_text(RAS_USER_DISCONNECTION), "", NULL);
}

/* Of the profile's own certificate. Without it, 786 says so, or 798. */
static void
get_own_key(const Profile *p, struct cli_call *d)
{
    const gboolean for_ipsec = profile_uses_l2tp(p) && d->plan.ipsec == PLAN_IPSEC_CERTIFICATE;
    const gboolean for_eap = (d->plan.auth & PLAN_AUTH_EAP_TLS) != 0;

    if ((!for_ipsec && !for_eap) || d->credentials.key.len > 0)
        return;
    g_autoptr(GAsyncResult) result = look_up(p, PROFILE_SECRET_KEY, d);
    if (result != NULL)
        profile_secret_lookup_key_finish(result, &d->credentials.key, NULL);
}

/* Of L2TP's tunnel. Few servers want one, so nobody is asked: 787 says that it is missing. */
static void
get_tunnel_secret(const Profile *p, struct cli_call *d)
{
    if (profile_uses_l2tp(p) && d->credentials.l2tp_secret.len == 0)
        saved(p, PROFILE_SECRET_TUNNEL, d, &d->credentials.l2tp_secret);
}

static void
say_weakness(const struct dial_plan *plan)
{
    for (unsigned i = 0; i < plan->n_protocols; i++) {
        const char *weakness =
            profile_protocol_weakness(plan->protocols[i], plan->ipsec != PLAN_IPSEC_NONE);
        if (weakness != NULL)
            g_printerr("%s\n", weakness);
    }
}

/* What can be dialed without privilege: ESP inside UDP, and no GRE. All that the program sends goes
 * into the tunnel, since it has no other way. False: nothing is left. */
static gboolean
plan_apart(struct dial_plan *plan)
{
    unsigned n = 0;

    for (unsigned i = 0; i < plan->n_protocols; i++)
        if (plan->protocols[i] != PLAN_PPTP)
            plan->protocols[n++] = plan->protocols[i];
    plan->n_protocols = (uint8_t)n;
    plan->ipsec_encap = plan->default_gateway = plan->set_dns = true;
    return n > 0;
}

gboolean
cli_call_plan(const Profile *p, struct cli_call *d, const char *user, const char *domain,
              guint32 *ret_number, GError **error)
{
    const struct cli_dial_options *o = d->options;
    struct plan_request request = {.user = user,
                                   .domain = domain,
                                   .server = o->server,
                                   .proxy = o->proxy,
                                   .pin = o->pin,
                                   .eap_pin = o->eap_pin,
                                   .end_with_caller = d->stay,
                                   .for_everybody = o->for_everybody};
    const gboolean by_options = o->cert_file != NULL || o->key_file != NULL;
    g_autofree char *ca = NULL;
    struct own_cert own = {0};

    d->profile = p;
    *ret_number = RAS_CANNOT_OPEN_PHONEBOOK;
    if (o->ca_file != NULL) {
        if (!read_pem(o->ca_file, PLAN_MAX_CA, &ca, &request.ca_len, error))
            return FALSE;
        request.ca_pem = ca;
    }
    if (by_options) {
        GError *why = NULL;

        if (!cli_cert_read(p, d, &own, &why)) {
            *ret_number = why->domain == OWN_CERT_ERROR ? RAS_OAKLEY_NO_CERT : *ret_number;
            g_propagate_error(error, why);
            return FALSE;
        }
        request.cert_pem = own.pem;
        request.cert_len = strlen(own.pem);
    }
    *ret_number = RAS_BAD_PROFILE;
    const gboolean planned = profile_plan(p, &request, &d->plan, &d->credentials, error);
    if (by_options)
        d->credentials.key = own.key;
    own_cert_clear(&own);
    return planned;
}

int
cli_call_prepare(const struct cli_command *command, const Profile *p, struct cli_call *d)
{
    const struct cli_dial_options *o = d->options;
    const char *user = o->user, *why = NULL;
    struct secret typed = {0};
    GError *error = NULL;
    guint32 number;

    if (user == NULL && *p->user == '\0' && !p->user_optional) {
        if (!d->interactive)
            return d->if_known ? CLI_CALL_UNKNOWN
                               : cli_usage(command, "%s",
                                           d->leg ? _("a user name is needed: --first-user")
                                                  : _("a user name is needed: --user"));
        if (!cli_prompt(_("User name:"), TRUE, &d->leave, &typed))
            return CLI_FAILED;
        user = (const char *)typed.data;
    }
    if (!cli_call_plan(p, d, user, o->domain, &number, &error))
        return cli_fail(error, number);
    if (d->apart && !plan_apart(&d->plan))
        return cli_fail_number(
            RAS_AUTOMATIC_VPN_FAILED,
            _("PPTP needs GRE, which only the system's dialing service may send."),
            _("Use “dialtone dial”, or a profile with SSTP or L2TP/IPsec."), NULL);
    if (!d->told_weakness)
        say_weakness(&d->plan);
    if (o->redial)
        d->plan.drop_redials = MAX(d->plan.drop_redials, d->plan.redial_count);
    else /* whoever waits for the prompt or the exit status wants to know now */
        d->plan.redial_count = 0;
    int failed = get_password(command, p, d);

    if (failed == -1 && !password_fits(p, &d->credentials.password))
        failed =
            cli_usage(command, _("the password may have at most %u characters"), p->max_password);
    if (failed == -1)
        failed = get_psk(p, d);
    if (failed == -1)
        failed = get_proxy_password(p, d);
    if (failed != -1)
        return failed;
    get_own_key(p, d);
    get_tunnel_secret(p, d);
    if (!credentials_valid(&d->credentials, &why))
        return cli_fail_number(RAS_BAD_PROFILE, _(why), "", NULL);
    return -1;
}
