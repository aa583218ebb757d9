/*
 * fake-dialtoned.c - stands in for the helper where front ends are tested: speaks the D-Bus
 * contract on the system bus (DBUS_SYSTEM_BUS_ADDRESS) or on --peer-fd, and plays the call that the
 * user name asks for. It opens nothing and dials nobody. What is installed for everybody goes to
 * DIALTONE_SYSTEM_PROFILES, or is denied: where that is not set, and while FAKE_DENIES names a file
 * that is there; with a number in it, only what comes after so many that were installed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dt-dbus.h"
#include "dt-plan.h"
#include "dt-ras-error.h"
#include "helper-store.h"
#include "ras.h"

#include <gio/gio.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH "/org/dialtone/Dialer1"

/* What each user name plays. In order; a step is taken 20 ms after the one before. */
enum step {
    END,
    CONNECTING,
    AUTHENTICATING,
    CHECK,
    ASK_NEW,
    PROXY, /* wants a password of its own */
    REGISTERING,
    UP,
    WAIT,
    CUT,
    NEXT, /* this attempt failed; on to another server */
    LAST, /* it failed too */
    FAIL,
    REFUSE, /* in the second stage, of which nothing was seen */
    CRASH,
    STAY
};

static const struct play {
    const char *user;
    enum step steps[8];
    guint32 error; /* of FAIL */
} plays[] = {
    {"alice", {CONNECTING, AUTHENTICATING, CHECK, REGISTERING, UP}, 0},
    {"quick", {UP}, 0},
    {"proxied", {CONNECTING, PROXY, AUTHENTICATING, CHECK, REGISTERING, UP}, 0},
    {"expired", {CONNECTING, AUTHENTICATING, ASK_NEW, REGISTERING, UP}, 0},
    {"dropped", {CONNECTING, AUTHENTICATING, REGISTERING, UP, FAIL}, RAS_REMOTE_DISCONNECTION},
    {"untrusted", {CONNECTING, FAIL}, RAS_CERT_E_UNTRUSTEDROOT},
    {"again", {CONNECTING, WAIT, CONNECTING, FAIL}, RAS_VPN_TIMEOUT},
    {"cut", {CONNECTING, REGISTERING, UP, CUT, CONNECTING, UP}, RAS_LINK_FAILURE},
    {"elsewhere", {CONNECTING, NEXT, CONNECTING, NEXT, CONNECTING, UP}, RAS_VPN_TIMEOUT},
    {"nowhere", {CONNECTING, NEXT, LAST}, RAS_VPN_REFUSED},
    {"alone", {CONNECTING, LAST}, RAS_VPN_TIMEOUT},
    {"swift", {REFUSE}, RAS_AUTHENTICATION_FAILURE},
    {"evil", {CONNECTING, AUTHENTICATING, FAIL}, RAS_PPP_LCP_TERMINATED},
    {"crash", {CONNECTING, CRASH}, 0},
    {"stuck", {CONNECTING, STAY}, 0},
};

struct fake {
    GMainLoop *loop;
    GDBusConnection *bus;
    DtDialer *dialer;
    DtConnection *connection;
    const struct play *play;
    guint at, timer;
    guint failed; /* attempts of this dial */
    struct dial_plan plan;
    struct credentials credentials;
};

static struct fake fake;

static gboolean on_step(gpointer user_data);

static void
next(void)
{
    fake.timer = g_timeout_add(20, on_step, NULL);
}

static void
set_state(const char *state, guint stage)
{
    dt_connection_set_state(fake.connection, state);
    dt_connection_set_stage(fake.connection, stage);
    g_dbus_interface_skeleton_flush(G_DBUS_INTERFACE_SKELETON(fake.connection));
}

static void
end_with(guint32 error, const char *detail)
{
    dt_connection_set_error(fake.connection, error);
    dt_connection_set_error_detail(fake.connection, detail);
    dt_connection_set_question(fake.connection, g_variant_new("a{sv}", NULL));
    fake.play = NULL;
    set_state("idle", dt_connection_get_stage(fake.connection));
}

static void
ask(guint32 reason)
{
    g_auto(GVariantDict) question;

    g_variant_dict_init(&question, NULL);
    if (reason != 0)
        g_variant_dict_insert(&question, "reason", "u", reason);
    dt_connection_set_question(fake.connection, g_variant_dict_end(&question));
    g_dbus_interface_skeleton_flush(G_DBUS_INTERFACE_SKELETON(fake.connection));
}

static gboolean
password_is(const struct secret *s, const char *text)
{
    return s->len == strlen(text) && memcmp(s->data, text, s->len) == 0;
}

/* Failed attempts, each with an error and a server of its own. */
static void
put_attempts(GVariantDict *d)
{
    static const char *const servers[] = {"one.example.test", "2001:db8::2"};
    static const char *const addresses[] = {"192.0.2.1", "2001:db8::2"};
    static const guint32 errors[] = {RAS_VPN_TIMEOUT, RAS_VPN_REFUSED};
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a(usssus)"));

    for (guint i = 0; i < fake.failed; i++)
        g_variant_builder_add(&b, "(usssus)", i + 1, i == 0 ? "sstp" : "l2tp-ipsec", servers[i],
                              addresses[i], errors[i], i == 0 ? "" : "raw \033[2Jtext");
    if (fake.failed > 0)
        g_variant_dict_insert_value(d, "attempts", g_variant_builder_end(&b));
    else
        g_variant_builder_clear(&b);
}

static void
another_failed(void)
{
    GVariantDict d;

    fake.failed++;
    g_variant_dict_init(&d, NULL);
    put_attempts(&d);
    dt_connection_set_details(fake.connection, g_variant_dict_end(&d));
}

static void
put_registration(GVariantDict *d)
{
    static const char *const words[][2] = {{"name", "vm.corp.example.test"},
                                           {"dns", "registered"},
                                           {"ptr", "refused"},
                                           {"wins", "new \033[2Jword"}};
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{ss}"));

    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        g_variant_builder_add(&b, "{ss}", words[i][0], words[i][1]);
    g_variant_dict_insert_value(d, "registration", g_variant_builder_end(&b));
}

static void
up(void)
{
    static const char *const dns[] = {"10.77.0.5", "10.77.0.6", NULL}, *const none[] = {NULL};
    static const char *const routes[] = {"10.0.0.0/8", NULL};
    static const char *const protocols[] = {
        [PLAN_SSTP] = "sstp", [PLAN_L2TP_IPSEC] = "l2tp-ipsec", [PLAN_PPTP] = "pptp"};
    GVariantDict d;

    g_variant_dict_init(&d, NULL);
    g_variant_dict_insert(&d, "protocol", "s", protocols[fake.plan.protocols[0]]);
    g_variant_dict_insert(&d, "server", "s", fake.plan.servers[0].host);
    g_variant_dict_insert(&d, "interface", "s", "no-such-tunnel");
    g_variant_dict_insert(&d, "local-ip", "s", "10.77.0.100");
    g_variant_dict_insert(&d, "dns", "^as", dns);
    g_variant_dict_insert(&d, "wins", "^as", none);
    g_variant_dict_insert(&d, "search", "^as", none);
    g_variant_dict_insert(&d, "routes", "^as", routes);
    g_variant_dict_insert(&d, "mtu", "u", 1400);
    g_variant_dict_insert(&d, "auth", "s", "MS-CHAPv2");
    g_variant_dict_insert(&d, "encryption", "s", "TLS 1.3 \033[31m<b>AES</b>");
    g_variant_dict_insert(&d, "connected-since", "t", (guint64)1700000000);
    put_attempts(&d);
    if (fake.plan.register_dns)
        put_registration(&d);
    dt_connection_set_details(fake.connection, g_variant_dict_end(&d));
    dt_connection_set_bytes_in(fake.connection, 123);
    dt_connection_set_bytes_out(fake.connection, 456);
    set_state("connected", 3);
}

static void
wait_a_moment(void)
{
    GVariantDict d;

    g_variant_dict_init(&d, NULL);
    g_variant_dict_insert(&d, "seconds", "u", 1);
    g_variant_dict_insert(&d, "attempt", "u", 1);
    g_variant_dict_insert(&d, "attempts", "u", 3);
    dt_connection_set_waiting(fake.connection, g_variant_dict_end(&d));
    set_state("waiting", 1);
}

static void
refuse_proxy_user(void)
{
    GVariantDict d;

    g_variant_dict_init(&d, NULL);
    g_variant_dict_insert(&d, "proxy-problem", "s", "user-refused");
    dt_connection_set_details(fake.connection, g_variant_dict_end(&d));
    end_with(RAS_CANNOT_CONNECT_PROXY, "");
}

static gboolean
on_step(gpointer user_data)
{
    const struct play *play = fake.play;
    const enum step step = play->steps[fake.at++];

    (void)user_data;
    fake.timer = 0;
    switch (step) {
    case CONNECTING:
        set_state("connecting", 1);
        break;
    case AUTHENTICATING:
        set_state("authenticating", 2);
        break;
    case CHECK:
        if (!password_is(&fake.credentials.password, "right"))
            return ask(RAS_AUTHENTICATION_FAILURE), G_SOURCE_REMOVE;
        break;
    case PROXY:
        if (!password_is(&fake.credentials.proxy_password, "sesame"))
            return refuse_proxy_user(), G_SOURCE_REMOVE;
        break;
    case ASK_NEW:
        return ask(RAS_PASSWD_EXPIRED), G_SOURCE_REMOVE;
    case REGISTERING:
        set_state("registering", 3);
        break;
    case UP:
        up();
        break;
    case WAIT:
        if (fake.plan.redial_count > 0) {
            wait_a_moment();
            break;
        }
        /* the plan wants no other try */
        end_with(play->error, "once");
        return G_SOURCE_REMOVE;
    case CUT:
        if (fake.plan.drop_redials != 2)
            return G_SOURCE_REMOVE;
        dt_connection_set_error(fake.connection, play->error);
        wait_a_moment();
        break;
    case NEXT:
        another_failed();
        set_state("connecting", 1);
        break;
    case LAST:
        another_failed();
        end_with(play->error, "");
        return G_SOURCE_REMOVE;
    case FAIL:
        end_with(play->error, "raw \033[2Jtext\n of the server \xe2\x80\xae!");
        return G_SOURCE_REMOVE;
    case REFUSE:
        dt_connection_set_stage(fake.connection, 2);
        end_with(play->error, "at once");
        return G_SOURCE_REMOVE;
    case CRASH:
        _exit(1);
    case STAY:
    case END:
        return G_SOURCE_REMOVE;
    }
    next();
    return G_SOURCE_REMOVE;
}

static gboolean
on_answer(DtConnection *c, GDBusMethodInvocation *invocation, GVariant *secrets, gpointer user_data)
{
    struct credentials answer = {0};
    const gboolean nobody = g_variant_n_children(secrets) == 0;
    GVariant *question = dt_connection_get_question(c);
    guint32 reason = 0;

    (void)user_data;
    g_variant_lookup(question, "reason", "u", &reason);
    if (!nobody && !dt_credentials_from_variant(secrets, &answer, NULL))
        abort();
    dt_connection_complete_answer(c, invocation);
    ask(0);
    if (nobody)
        end_with(reason, "");
    else if (reason == RAS_AUTHENTICATION_FAILURE && !password_is(&answer.password, "right"))
        ask(reason);
    else if (reason != RAS_AUTHENTICATION_FAILURE && !password_is(&answer.new_password, "fresh"))
        ask(RAS_CHANGING_PASSWORD);
    else
        next();
    credentials_wipe(&answer);
    return TRUE;
}

static gboolean
on_disconnect(DtConnection *c, GDBusMethodInvocation *invocation, gpointer user_data)
{
    (void)user_data;
    g_clear_handle_id(&fake.timer, g_source_remove);
    dt_connection_complete_disconnect(c, invocation);
    set_state("disconnecting", dt_connection_get_stage(c));
    end_with(RAS_USER_DISCONNECTION, "");
    return TRUE;
}

static gboolean
on_get_log(DtConnection *c, GDBusMethodInvocation *invocation, gpointer user_data)
{
    static const char *const lines[] = {"1700000000 info Dialing.", "1700000001 error a\033[2Jb\nc",
                                        NULL};

    (void)user_data;
    dt_connection_complete_get_log(c, invocation, lines);
    return TRUE;
}

static void
make_connection(void)
{
    const char *const paths[] = {PATH "/Connection/1", NULL};

    fake.connection = dt_connection_skeleton_new();
    g_object_set(fake.connection, "name", fake.plan.name, "owner", getuid(), "state", "idle", NULL);
    dt_connection_set_error_detail(fake.connection, "");
    dt_connection_set_waiting(fake.connection, g_variant_new("a{sv}", NULL));
    dt_connection_set_question(fake.connection, g_variant_new("a{sv}", NULL));
    dt_connection_set_details(fake.connection, g_variant_new("a{sv}", NULL));
    g_signal_connect(fake.connection, "handle-answer", G_CALLBACK(on_answer), NULL);
    g_signal_connect(fake.connection, "handle-disconnect", G_CALLBACK(on_disconnect), NULL);
    g_signal_connect(fake.connection, "handle-get-log", G_CALLBACK(on_get_log), NULL);
    if (!g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(fake.connection), fake.bus,
                                          paths[0], NULL))
        abort();
    dt_dialer_set_connections(fake.dialer, paths);
}

static gboolean
on_connect(DtDialer *dialer, GDBusMethodInvocation *invocation, GVariant *plan, GVariant *secrets,
           gpointer user_data)
{
    GError *error = NULL;

    (void)user_data;
    dial_plan_clear(&fake.plan);
    if (!dt_plan_from_variant(plan, &fake.plan, &error) ||
        !dt_credentials_from_variant(secrets, &fake.credentials, &error)) {
        g_dbus_method_invocation_take_error(invocation, error);
        return TRUE;
    }
    fake.play = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(plays); i++)
        if (g_str_equal(plays[i].user, fake.credentials.user))
            fake.play = &plays[i];
    if (fake.play == NULL) {
        dt_ras_error_set(&error, RAS_DIAL_ALREADY_IN_PROGRESS, "busy");
        g_dbus_method_invocation_take_error(invocation, error);
        return TRUE;
    }
    if (fake.connection == NULL)
        make_connection();
    dt_connection_set_for_everybody(fake.connection, fake.plan.for_everybody);
    dt_connection_set_error(fake.connection, 0);
    dt_connection_set_details(fake.connection, g_variant_new("a{sv}", NULL));
    g_dbus_interface_skeleton_flush(G_DBUS_INTERFACE_SKELETON(fake.connection));
    fake.at = fake.failed = 0;
    next();
    dt_dialer_complete_connect(dialer, invocation, PATH "/Connection/1");
    return TRUE;
}

static gboolean
denies(guint64 installed)
{
    const char *path = g_getenv("FAKE_DENIES");
    g_autofree char *text = NULL;

    return path != NULL && g_file_get_contents(path, &text, NULL, NULL) &&
           (*text == '\0' || installed >= g_ascii_strtoull(text, NULL, 10));
}

/* NULL: denied. */
static struct helper_store *
store_for(GDBusMethodInvocation *invocation, guint64 installed)
{
    const char *directory = g_getenv("DIALTONE_SYSTEM_PROFILES");

    if (directory != NULL && !denies(installed))
        return helper_store_new(directory);
    g_dbus_method_invocation_return_error(invocation, DT_RAS_ERROR, (int)RAS_ACCESS_DENIED,
                                          "You are not authorized to do this.");
    return NULL;
}

static gboolean
on_install(DtDialer *dialer, GDBusMethodInvocation *invocation, const char *id, GVariant *files,
           gpointer user_data)
{
    static guint64 installed;
    struct helper_store *store = store_for(invocation, installed);
    g_autofree char *new_id = NULL;
    GError *error = NULL;

    (void)user_data;
    if (store == NULL)
        return TRUE;
    if (helper_store_valid(id, files, &error) &&
        helper_store_install(store, id, files, &new_id, &error))
        installed++, dt_dialer_complete_install_profile(dialer, invocation, new_id);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    helper_store_unref(store);
    return TRUE;
}

static gboolean
on_remove(DtDialer *dialer, GDBusMethodInvocation *invocation, const char *id, gpointer user_data)
{
    struct helper_store *store = store_for(invocation, 0);
    GError *error = NULL;

    (void)user_data;
    if (store == NULL)
        return TRUE;
    if (helper_store_remove(store, id, &error))
        dt_dialer_complete_remove_profile(dialer, invocation);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    helper_store_unref(store);
    return TRUE;
}

static void
serve(GDBusConnection *bus)
{
    fake.bus = g_object_ref(bus);
    fake.dialer = dt_dialer_skeleton_new();
    dt_dialer_set_version(fake.dialer, DIALTONE_VERSION);
    g_signal_connect(fake.dialer, "handle-connect", G_CALLBACK(on_connect), NULL);
    g_signal_connect(fake.dialer, "handle-install-profile", G_CALLBACK(on_install), NULL);
    g_signal_connect(fake.dialer, "handle-remove-profile", G_CALLBACK(on_remove), NULL);
    if (!g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(fake.dialer), bus, PATH, NULL))
        abort();
    g_signal_connect_swapped(bus, "closed", G_CALLBACK(g_main_loop_quit), fake.loop);
}

static void
on_bus(GDBusConnection *bus, const char *name, gpointer user_data)
{
    (void)name, (void)user_data;
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    serve(bus);
}

int
main(int argc, char **argv)
{
    (void)DT_RAS_ERROR;
    fake.loop = g_main_loop_new(NULL, FALSE);
    if (argc == 3 && strcmp(argv[1], "--peer-fd") == 0) {
        g_autofree char *guid = g_dbus_generate_guid();
        g_autoptr(GSocket) socket = g_socket_new_from_fd(atoi(argv[2]), NULL);
        g_autoptr(GSocketConnection) stream = g_socket_connection_factory_create_connection(socket);
        GDBusConnection *bus =
            g_dbus_connection_new_sync(G_IO_STREAM(stream), guid,
                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                                           G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                       NULL, NULL, NULL);
        serve(bus);
        g_dbus_connection_start_message_processing(bus);
    } else {
        g_bus_own_name(G_BUS_TYPE_SYSTEM, "org.dialtone.Dialer1", G_BUS_NAME_OWNER_FLAGS_NONE,
                       on_bus, NULL, NULL, NULL, NULL);
    }
    g_main_loop_run(fake.loop);
    credentials_wipe(&fake.credentials);
    return 0;
}
