/* dt-status-page.c - see dt-status-page.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-status-page"

#include "dt-status-page.h"

#include "desktop-proxy.h"
#include "dt-format.h"
#include "dt-registration.h"
#include "profile-weakness.h"

#include <glib/gi18n.h>
#include <unistd.h>

enum { MAX_TEXT = 255, POLL_SECONDS = 1 };

struct _DtStatusPage {
    GtkBox parent_instance;

    GtkLabel *duration_label;
    GtkLabel *received_label;
    GtkLabel *sent_label;
    GtkLabel *headline_label;
    GtkWidget *others_label;
    GtkLabel *server_label;
    GtkLabel *address_label;
    GtkLabel *dns_label;
    GtkLabel *encryption_label;
    GtkLabel *round_trip_label;
    GtkLabel *proxy_label;
    GtkWidget *proxy_caption;
    GtkLabel *name_label, *address_name_label, *wins_label, *hooks_label;
    GtkWidget *name_caption, *address_name_caption, *wins_caption, *hooks_caption;
    GtkLabel *weakness_label;
    GtkLabel *message_label;
    GtkWidget *disconnect_button;

    DtConnection *connection;
    GCancellable *cancellable; /* of the poll under way; cancelled in dispose */
    gboolean polling;
    guint tick;
};

G_DEFINE_TYPE(DtStatusPage, dt_status_page, GTK_TYPE_BOX)

enum { DISCONNECT_CLICKED, PROPERTIES_CLICKED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
show_text(GtkLabel *label, const char *text)
{
    g_autofree char *safe = dt_format_foreign(text, MAX_TEXT);

    gtk_label_set_text(label, *safe != '\0' ? safe : "–");
}

static void
show_bytes(GtkLabel *label, guint64 bytes)
{
    g_autofree char *text = g_format_size(bytes);

    gtk_label_set_text(label, text);
}

static const char *
detail(GVariant *details, const char *key)
{
    const char *text = "";

    g_variant_lookup(details, key, "&s", &text);
    return text;
}

/* "a", "a (b)" or "b" */
static char *
both(const char *a, const char *b)
{
    if (*a == '\0' || *b == '\0' || g_str_equal(a, b))
        return g_strdup(*a != '\0' ? a : b);
    return g_strdup_printf("%s (%s)", a, b);
}

static void
show_weakness(DtStatusPage *self, GVariant *details)
{
    g_autoptr(GPtrArray) list = profile_call_weaknesses(details);
    g_autofree char *text = NULL;

    g_ptr_array_add(list, NULL);
    text = g_strjoinv("\n", (char **)list->pdata);
    gtk_label_set_text(self->weakness_label, text);
    gtk_widget_set_visible(GTK_WIDGET(self->weakness_label), *text != '\0');
}

/* Of a double dial: what it goes through. */
static char *
with_way(const char *server, const char *through)
{
    /* Translators: a server, and the connection that it is reached through */
    return *through == '\0' ? g_strdup(server)
                            : g_strdup_printf(_("%s, through “%s”"), server, through);
}

/* @text: NULL: there is nothing to tell. */
static void
show_row(GtkWidget *caption, GtkLabel *label, const char *text)
{
    show_text(label, text);
    gtk_widget_set_visible(GTK_WIDGET(label), text != NULL);
    gtk_widget_set_visible(caption, text != NULL);
}

/* Of this computer, by name: most connections have none of it. */
static void
show_registration(DtStatusPage *self, GVariant *details)
{
    g_autofree char *name = dt_registration_text(details, DT_REGISTERED_NAME);
    g_autofree char *address = dt_registration_text(details, DT_REGISTERED_ADDRESS);
    g_autofree char *wins = dt_registration_text(details, DT_REGISTERED_WINS);

    show_row(self->name_caption, self->name_label, name);
    show_row(self->address_name_caption, self->address_name_label, address);
    show_row(self->wins_caption, self->wins_label, wins);
}

/* An administrator's programs (dialtoned(8)): a line each. */
static void
show_hooks(DtStatusPage *self, GVariant *details)
{
    g_autofree const char **hooks = NULL;
    g_autoptr(GString) lines = g_string_new(NULL);

    if (!g_variant_lookup(details, "hooks", "^a&s", &hooks)) {
        show_row(self->hooks_caption, self->hooks_label, NULL);
        return;
    }
    show_row(self->hooks_caption, self->hooks_label, "");
    for (guint i = 0; hooks[i] != NULL; i++) {
        g_autofree char *safe = dt_format_foreign(hooks[i], MAX_TEXT);
        g_string_append_printf(lines, "%s%s", i > 0 ? "\n" : "", safe);
    }
    gtk_label_set_text(self->hooks_label, lines->str);
}

static void
show_details(DtStatusPage *self)
{
    GVariant *details =
        self->connection != NULL ? dt_connection_get_details(self->connection) : NULL;

    if (details == NULL)
        return;

    g_autofree char *server = both(detail(details, "server"), detail(details, "server-address"));
    const char *ip6 = detail(details, "local-ip6");
    const gboolean own = !g_str_has_prefix(ip6, "fe80:"); /* every link has one of those */
    g_autofree char *address = both(detail(details, "local-ip"), own ? ip6 : "");
    g_autofree char *encryption = both(detail(details, "encryption"), detail(details, "auth"));
    g_autofree const char **dns = NULL;
    g_autofree char *servers = NULL;

    if (g_variant_lookup(details, "dns", "^a&s", &dns))
        servers = g_strjoinv(", ", (char **)dns);
    g_autofree char *way = with_way(server, detail(details, "through"));
    show_text(self->server_label, way);
    show_text(self->address_label, address);
    show_text(self->dns_label, servers);
    show_text(self->encryption_label, encryption);
    show_registration(self, details);
    show_hooks(self, details);
    show_weakness(self, details);
}

static void
show_duration(DtStatusPage *self)
{
    GVariant *details =
        self->connection != NULL ? dt_connection_get_details(self->connection) : NULL;
    const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    guint64 since = 0;

    if (details == NULL || !g_variant_lookup(details, "connected-since", "t", &since))
        return;

    g_autofree char *text = dt_format_duration((guint64)MAX(now - (gint64)since, 0));

    gtk_label_set_text(self->duration_label, text);
}

static void
show_counters(DtStatusPage *self, GVariant *properties)
{
    guint64 in = 0, out = 0;
    guint32 round_trip = 0;

    g_variant_lookup(properties, "BytesIn", "t", &in);
    g_variant_lookup(properties, "BytesOut", "t", &out);
    g_variant_lookup(properties, "RoundTrip", "u", &round_trip);
    show_bytes(self->received_label, in);
    show_bytes(self->sent_label, out);
    if (round_trip == 0) {
        gtk_label_set_text(self->round_trip_label, "–");
        return;
    }
    /* Translators: milliseconds */
    g_autofree char *text = g_strdup_printf(_("%.1f ms"), round_trip / 1000.0);

    gtk_label_set_text(self->round_trip_label, text);
}

static void
on_polled(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* user_data is already gone: do not touch it */

    DtStatusPage *self = DT_STATUS_PAGE(user_data);

    self->polling = FALSE;
    if (reply == NULL) {
        g_debug("the counters could not be read: %s", error->message);
        return;
    }

    g_autoptr(GVariant) properties = g_variant_get_child_value(reply, 0);

    show_counters(self, properties);
}

static gboolean
on_tick(gpointer user_data)
{
    DtStatusPage *self = user_data;
    GDBusProxy *proxy = G_DBUS_PROXY(self->connection);

    show_duration(self);
    if (proxy == NULL || self->polling)
        return G_SOURCE_CONTINUE;
    self->polling = TRUE;
    g_dbus_connection_call(g_dbus_proxy_get_connection(proxy), g_dbus_proxy_get_name(proxy),
                           g_dbus_proxy_get_object_path(proxy), "org.freedesktop.DBus.Properties",
                           "GetAll", g_variant_new("(s)", g_dbus_proxy_get_interface_name(proxy)),
                           G_VARIANT_TYPE("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable,
                           on_polled, self);
    return G_SOURCE_CONTINUE;
}

static void
on_disconnect_clicked(DtStatusPage *self)
{
    g_signal_emit(self, signals[DISCONNECT_CLICKED], 0);
}

static void
on_properties_clicked(DtStatusPage *self)
{
    g_signal_emit(self, signals[PROPERTIES_CLICKED], 0);
}

static void
dt_status_page_map(GtkWidget *widget)
{
    DtStatusPage *self = DT_STATUS_PAGE(widget);

    GTK_WIDGET_CLASS(dt_status_page_parent_class)->map(widget);
    if (self->tick == 0)
        self->tick = g_timeout_add_seconds(POLL_SECONDS, on_tick, self);
    show_details(self);
    on_tick(self);
}

static void
dt_status_page_unmap(GtkWidget *widget)
{
    g_clear_handle_id(&DT_STATUS_PAGE(widget)->tick, g_source_remove);
    GTK_WIDGET_CLASS(dt_status_page_parent_class)->unmap(widget);
}

void
dt_status_page_set_message(DtStatusPage *self, const char *text)
{
    gtk_label_set_text(self->message_label, text != NULL ? text : "");
    gtk_widget_set_visible(GTK_WIDGET(self->message_label), text != NULL);
}

void
dt_status_page_set_profile(DtStatusPage *self, const Profile *p)
{
    g_autofree char *proxy = web_proxy_text(p), *text = NULL;
    const char *problem = proxy == NULL      ? NULL
                          : p->use_web_proxy ? desktop_proxy_problem()
                                             : _("You chose so.");

    /* Translators: a proxy, and a sentence that says why it is not used */
    text =
        problem == NULL ? g_strdup(proxy) : g_strdup_printf(_("%s – not used: %s"), proxy, problem);
    show_row(self->proxy_caption, self->proxy_label, text);
}

void
dt_status_page_focus(DtStatusPage *self)
{
    gtk_widget_grab_default(self->disconnect_button);
    gtk_widget_grab_focus(self->disconnect_button);
}

static void
show_whose(DtStatusPage *self)
{
    const gboolean everybodys =
        self->connection != NULL && dt_connection_get_for_everybody(self->connection);

    gtk_label_set_text(self->headline_label,
                       everybodys ? _("Connected for everybody") : _("Connected"));
    gtk_widget_set_visible(self->others_label,
                           everybodys && dt_connection_get_owner(self->connection) != getuid());
}

void
dt_status_page_set_connection(DtStatusPage *self, DtConnection *connection)
{
    if (connection == self->connection)
        return;
    if (self->connection != NULL) {
        g_signal_handlers_disconnect_by_data(self->connection, self);
        g_cancellable_cancel(self->cancellable);
        g_object_unref(self->cancellable);
        self->cancellable = g_cancellable_new();
        self->polling = FALSE;
    }
    g_set_object(&self->connection, connection);
    if (connection != NULL)
        g_signal_connect_object(connection, "notify::details", G_CALLBACK(show_details), self,
                                G_CONNECT_SWAPPED);
    show_whose(self);
    show_details(self);
}

static void
dt_status_page_dispose(GObject *object)
{
    DtStatusPage *self = DT_STATUS_PAGE(object);

    g_clear_handle_id(&self->tick, g_source_remove);
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    if (self->connection != NULL)
        g_signal_handlers_disconnect_by_data(self->connection, self);
    g_clear_object(&self->connection);
    G_OBJECT_CLASS(dt_status_page_parent_class)->dispose(object);
}

static void
bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/status-page.ui");
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, duration_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, received_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, sent_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, headline_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, others_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, server_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, address_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, dns_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, encryption_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, round_trip_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, proxy_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, proxy_caption);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, name_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, name_caption);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, address_name_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, address_name_caption);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, wins_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, wins_caption);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, hooks_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, hooks_caption);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, weakness_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, message_label);
    gtk_widget_class_bind_template_child(widget_class, DtStatusPage, disconnect_button);
    gtk_widget_class_bind_template_callback(widget_class, on_disconnect_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_properties_clicked);
}

static void
dt_status_page_class_init(DtStatusPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dt_status_page_dispose;
    widget_class->map = dt_status_page_map;
    widget_class->unmap = dt_status_page_unmap;
    signals[DISCONNECT_CLICKED] =
        g_signal_new("disconnect-clicked", DT_TYPE_STATUS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                     NULL, G_TYPE_NONE, 0);
    signals[PROPERTIES_CLICKED] =
        g_signal_new("properties-clicked", DT_TYPE_STATUS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                     NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_css_name(widget_class, "statuspage");
    bind_template(widget_class);
}

static void
dt_status_page_init(DtStatusPage *self)
{
    self->cancellable = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
}
