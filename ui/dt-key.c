/* dt-key.c - see dt-key.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-key"

#include "dt-key.h"

#include "dt-failure.h"
#include "dt-key-dialog.h"
#include "dt-unfinished.h"
#include "profile-plan.h"
#include "profile-secret.h"
#include "ras.h"

#include <glib/gi18n.h>

struct key {
    struct secret secret;
    gboolean typed; /* here, for the next call; not from the keyring */
    gboolean keep;  /* when it has connected */
};

struct _DtKey {
    GObject parent_instance;

    struct key keys[DT_KEY_KINDS];
    struct plan_key own;
    guint reading_own;      /* of the answers below, those for it */
    gboolean tunnel_wanted; /* a server has asked for it */
    gboolean proxy_refused; /* it wanted another password in the last call */
    guint reading_proxy;    /* of the answers below, those for its password */
    gboolean proxy_changed; /* and among them is one for another proxy */
    char *proxy;   /* whose password it is: the profile's proxy and user; NULL: nobody's yet */
    guint reading; /* answers of the keyring that are still to come */
    enum dt_key_kind asked;
    GtkWidget *dialog;         /* the question that is open, or NULL */
    GCancellable *cancellable; /* cancelled in dispose */
};

G_DEFINE_TYPE(DtKey, dt_key, G_TYPE_OBJECT)

enum { READY, GIVEN, PROBLEM, N_SIGNALS };
static guint signals[N_SIGNALS];

const char *
dt_key_place(enum dt_key_kind kind)
{
    static const char *const places[DT_KEY_KINDS] = {
        [DT_KEY_PSK] = PROFILE_SECRET_PSK,
        [DT_KEY_TUNNEL] = PROFILE_SECRET_TUNNEL,
        [DT_KEY_PROXY] = PROFILE_SECRET_PROXY,
    };

    return places[kind];
}

const char *
dt_key_too_long(enum dt_key_kind kind)
{
    return kind == DT_KEY_PSK      ? _("The pre-shared key is too long.")
           : kind == DT_KEY_TUNNEL ? _("The tunnel secret is too long.")
                                   : _("The password is too long.");
}

char *
dt_key_not_saved(enum dt_key_kind kind, const char *why)
{
    if (kind == DT_KEY_PSK)
        /* Translators: %s is a sentence from the keyring */
        return g_strdup_printf(_("The pre-shared key was not saved: %s"), why);
    if (kind == DT_KEY_PROXY)
        /* Translators: %s is a sentence from the keyring */
        return g_strdup_printf(_("The password for the proxy was not saved: %s"), why);
    /* Translators: %s is a sentence from the keyring */
    return g_strdup_printf(_("The tunnel secret was not saved: %s"), why);
}

/* ---- the keyring ------------------------------------------------------------------------- */

static void
found_one(DtKey *self)
{
    if (--self->reading == 0)
        g_signal_emit(self, signals[READY], 0);
}

struct look_up {
    enum dt_key_kind kind;
    DtKeyFound callback;
    gpointer data;
};

static void
on_looked_up(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree struct look_up *l = user_data;
    g_autoptr(GError) error = NULL;
    struct secret found = {0};

    (void)source;
    profile_secret_lookup_finish(result, &found, &error);
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        l->callback(l->data, l->kind, &found);
    if (error != NULL)
        g_debug("no key was read: %s", error->message);
    secret_wipe(&found);
}

void
dt_key_look_up(const Profile *profile, enum dt_key_kind kind, GCancellable *cancellable,
               DtKeyFound callback, gpointer data)
{
    struct look_up *l = g_new(struct look_up, 1);

    *l = (struct look_up){kind, callback, data};
    profile_secret_lookup_async(profile, dt_key_place(kind), cancellable, on_looked_up, l);
}

static void
on_found(gpointer data, enum dt_key_kind kind, const struct secret *found)
{
    DtKey *self = DT_KEY(data);
    const gboolean of_another = kind == DT_KEY_PROXY && self->proxy_changed;

    if (kind == DT_KEY_PROXY && --self->reading_proxy == 0)
        self->proxy_changed = FALSE;
    if (!self->keys[kind].typed && !of_another)
        secret_set(&self->keys[kind].secret, secret_rd(found));
    found_one(self);
}

static void
on_own_found(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    struct plan_key found = {0};

    (void)source;
    profile_secret_lookup_key_finish(result, &found, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* user_data is already gone: do not touch it */

    DtKey *self = DT_KEY(user_data);

    if (error != NULL)
        g_debug("no private key was read: %s", error->message);
    self->own = found;
    explicit_bzero(&found, sizeof found);
    self->reading_own--;
    found_one(self);
}

static gboolean
uses_proxy_password(const Profile *p)
{
    return p->proxy != PLAN_PROXY_NONE && *p->proxy_user != '\0' && profile_dials(p, PLAN_SSTP);
}

/* A password is for one user of one proxy: nobody else is given it. */
static void
forget_other_proxy(DtKey *self, const Profile *p)
{
    g_autofree char *proxy =
        g_strdup_printf("%u %s %u %s", p->proxy, p->proxy_host, profile_proxy_port(p),
                        uses_proxy_password(p) ? p->proxy_user : "");
    struct key *key = &self->keys[DT_KEY_PROXY];

    if (g_strcmp0(proxy, self->proxy) == 0)
        return;
    secret_wipe(&key->secret);
    key->typed = key->keep = self->proxy_refused = FALSE;
    self->proxy_changed = self->reading_proxy > 0;
    g_free(self->proxy);
    self->proxy = g_steal_pointer(&proxy);
}

static void
load_own(DtKey *self, const Profile *profile)
{
    self->reading_own++;
    profile_secret_lookup_async(profile, PROFILE_SECRET_KEY, self->cancellable, on_own_found, self);
}

static void
load_l2tp(DtKey *self, const Profile *profile)
{
    self->reading++;
    dt_key_look_up(profile, DT_KEY_TUNNEL, self->cancellable, on_found, self);
    if (!profile->ipsec)
        return;
    self->reading++;
    if (!profile->use_certificate) {
        dt_key_look_up(profile, DT_KEY_PSK, self->cancellable, on_found, self);
        return;
    }
    load_own(self, profile);
}

void
dt_key_load(DtKey *self, const Profile *profile)
{
    const guint before = self->reading;

    forget_other_proxy(self, profile);
    if (uses_proxy_password(profile)) {
        self->reading++;
        self->reading_proxy++;
        dt_key_look_up(profile, DT_KEY_PROXY, self->cancellable, on_found, self);
    }
    explicit_bzero(&self->own, sizeof self->own);
    if (profile_uses_l2tp(profile))
        load_l2tp(self, profile);
    if ((profile_auth(profile) & PLAN_AUTH_EAP_TLS) != 0 && self->reading_own == 0) {
        self->reading++;
        load_own(self, profile);
    }
    if (self->reading == before)
        g_signal_emit(self, signals[READY], 0);
}

static void
on_kept(gpointer self, const GError *problem, enum dt_key_kind kind)
{
    if (problem == NULL)
        return;
    g_autofree char *text = dt_key_not_saved(kind, problem->message);

    g_signal_emit(self, signals[PROBLEM], 0, text);
}

static void
on_psk_kept(gpointer self, const GError *problem)
{
    on_kept(self, problem, DT_KEY_PSK);
}

static void
on_tunnel_secret_kept(gpointer self, const GError *problem)
{
    on_kept(self, problem, DT_KEY_TUNNEL);
}

static void
on_proxy_password_kept(gpointer self, const GError *problem)
{
    on_kept(self, problem, DT_KEY_PROXY);
}

void
dt_key_keep(DtKey *self, const Profile *profile, const char *protocol)
{
    static const DtUnfinishedDone kept[DT_KEY_KINDS] = {
        [DT_KEY_PSK] = on_psk_kept,
        [DT_KEY_TUNNEL] = on_tunnel_secret_kept,
        [DT_KEY_PROXY] = on_proxy_password_kept,
    };

    forget_other_proxy(self, profile); /* the profile may be another by now */
    for (enum dt_key_kind kind = DT_KEY_PSK; kind < DT_KEY_KINDS; kind++) {
        struct key *key = &self->keys[kind];

        if (kind == DT_KEY_PROXY && !g_str_equal(protocol, "sstp"))
            continue;
        if (key->typed && key->keep)
            dt_unfinished_store(profile, dt_key_place(kind), &key->secret, kept[kind], self);
        key->typed = key->keep = FALSE;
    }
}

/* ---- what a call needs ------------------------------------------------------------------- */

const char *
dt_key_get(DtKey *self, enum dt_key_kind kind)
{
    const struct secret *secret = &self->keys[kind].secret;

    return secret->len > 0 ? (const char *)secret->data : NULL;
}

const struct plan_key *
dt_key_get_own(DtKey *self)
{
    return self->own.len > 0 ? &self->own : NULL;
}

gboolean
dt_key_is_waiting(DtKey *self)
{
    return self->reading_own > 0;
}

static gboolean
is_missing(DtKey *self, const Profile *profile, enum dt_key_kind kind)
{
    enum plan_protocol order[PLAN_MAX_PROTOCOLS];

    if (dt_key_get(self, kind) != NULL)
        return FALSE;
    if (kind == DT_KEY_TUNNEL)
        return self->tunnel_wanted;
    if (kind == DT_KEY_PROXY)
        return uses_proxy_password(profile);
    return profile_uses_psk(profile) && profile_dialable(profile, order) > 0 &&
           order[0] == PLAN_L2TP_IPSEC;
}

/* DT_KEY_KINDS: none is. */
static enum dt_key_kind
first_missing(DtKey *self, const Profile *profile)
{
    enum dt_key_kind kind = DT_KEY_PSK;

    while (kind < DT_KEY_KINDS && !is_missing(self, profile, kind))
        kind++;
    return kind;
}

gboolean
dt_key_is_missing(DtKey *self, const Profile *profile)
{
    forget_other_proxy(self, profile);
    return first_missing(self, profile) < DT_KEY_KINDS;
}

static void
on_response(GtkDialog *dialog, int response, gpointer user_data)
{
    DtKey *self = DT_KEY(user_data);
    struct key *key = &self->keys[self->asked];
    const gboolean given =
        response == GTK_RESPONSE_OK &&
        secret_set_text(&key->secret, dt_key_dialog_get_key(DT_KEY_DIALOG(dialog)));

    if (given) {
        key->typed = TRUE;
        key->keep = dt_key_dialog_get_keep(DT_KEY_DIALOG(dialog));
    }
    gtk_widget_destroy(GTK_WIDGET(dialog));
    if (given)
        g_signal_emit(self, signals[GIVEN], 0);
}

void
dt_key_ask(DtKey *self, GtkWindow *parent, const Profile *profile)
{
    if (self->dialog == NULL) {
        self->asked = first_missing(self, profile);
        g_return_if_fail(self->asked < DT_KEY_KINDS);
        self->dialog = self->asked == DT_KEY_PROXY
                           ? dt_key_dialog_new_proxy(parent, profile, self->proxy_refused)
                           : dt_key_dialog_new(parent, profile->name, self->asked);
        g_signal_connect(self->dialog, "destroy", G_CALLBACK(gtk_widget_destroyed), &self->dialog);
        g_signal_connect_object(self->dialog, "response", G_CALLBACK(on_response), self, 0);
    }
    gtk_window_present(GTK_WINDOW(self->dialog));
}

static void
refuse(struct key *key)
{
    if (!key->typed)
        return;
    secret_wipe(&key->secret);
    key->typed = key->keep = FALSE;
}

void
dt_key_failed(DtKey *self, guint32 failure, GVariant *details)
{
    if (failure == RAS_OAKLEY_GENERAL_PROCESSING)
        refuse(&self->keys[DT_KEY_PSK]);
    if (failure != RAS_OK &&
        dt_failure_proxy_user(details)) {      /* another protocol may be the last */
        self->keys[DT_KEY_PROXY].typed = TRUE; /* there is no other place to change a saved one */
        refuse(&self->keys[DT_KEY_PROXY]);
        self->proxy_refused = TRUE;
    }
    if (failure != RAS_OAKLEY_AUTH_FAIL)
        return;
    refuse(&self->keys[DT_KEY_TUNNEL]);
    self->tunnel_wanted = TRUE;
}

/* ---- the object -------------------------------------------------------------------------- */

static void
dt_key_dispose(GObject *object)
{
    DtKey *self = DT_KEY(object);

    g_cancellable_cancel(self->cancellable);
    if (self->dialog != NULL)
        gtk_widget_destroy(self->dialog);
    G_OBJECT_CLASS(dt_key_parent_class)->dispose(object);
}

static void
dt_key_finalize(GObject *object)
{
    DtKey *self = DT_KEY(object);

    for (enum dt_key_kind kind = DT_KEY_PSK; kind < DT_KEY_KINDS; kind++)
        secret_wipe(&self->keys[kind].secret);
    explicit_bzero(&self->own, sizeof self->own);
    g_free(self->proxy);
    g_clear_object(&self->cancellable);
    G_OBJECT_CLASS(dt_key_parent_class)->finalize(object);
}

static void
dt_key_class_init(DtKeyClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dt_key_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_key_finalize;
    signals[READY] =
        g_signal_new("ready", DT_TYPE_KEY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[GIVEN] =
        g_signal_new("given", DT_TYPE_KEY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[PROBLEM] = g_signal_new("problem", DT_TYPE_KEY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
dt_key_init(DtKey *self)
{
    self->cancellable = g_cancellable_new();
}

DtKey *
dt_key_new(void)
{
    return g_object_new(DT_TYPE_KEY, NULL);
}
