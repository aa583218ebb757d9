/* dt-tray.c - see dt-tray.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-tray"

#undef GTK_DISABLE_DEPRECATED /* app-indicator.h names GtkStatusIcon */
#include "dt-tray.h"

#include "dt-call.h"

#include <glib/gi18n.h>
#include <libayatana-appindicator/app-indicator.h>

enum { MAX_NAME = 60 };

/* Two lines of the menu. */
struct entry {
    DtTray *tray;
    DtCall *call;
    GtkWidget *state, *action; /* of the menu */
};

struct _DtTray {
    GObject parent_instance;

    GtkApplication *application; /* not owned */
    AppIndicator *indicator;     /* NULL: there is no session bus */
    GPtrArray *entries;          /* struct entry */
    GHashTable *pictures;        /* name of a connection -> path */
};

G_DEFINE_TYPE(DtTray, dt_tray, G_TYPE_OBJECT)

static void
entry_free(gpointer data)
{
    struct entry *e = data;

    g_signal_handlers_disconnect_by_data(e->call, e);
    g_object_unref(e->call);
    g_free(e);
}

static gboolean
is_idle(DtCall *call)
{
    return dt_call_get_look(call)->form && !dt_call_is_starting(call);
}

/* The busiest of them decides. */
static void
show_icon(DtTray *self)
{
    const char *icon = "network-vpn-disconnected-symbolic";
    g_autofree char *text = g_strdup(_("Disconnected"));

    for (guint i = 0; i < self->entries->len; i++) {
        DtCall *call = ((struct entry *)self->entries->pdata[i])->call;
        if (is_idle(call))
            continue;
        const gboolean up = dt_call_get_look(call)->connected;
        const char *own = g_hash_table_lookup(self->pictures, dt_call_get_name(call));
        g_free(text);
        text = dt_call_get_status_text(call);
        icon = !up ? "network-vpn-acquiring-symbolic" : own != NULL ? own : "network-vpn-symbolic";
        if (!up)
            break;
    }
    app_indicator_set_icon_full(self->indicator, icon, text);
    app_indicator_set_title(self->indicator, text);
}

static void
show_entry(struct entry *e)
{
    g_autofree char *name = dt_call_get_title(e->call, MAX_NAME);
    g_autofree char *status = dt_call_get_status_text(e->call);
    /* Translators: the name of a connection, and its state */
    g_autofree char *state = g_strdup_printf(_("%s: %s"), name, status);
    const gboolean idle = is_idle(e->call);
    g_autofree char *action = g_strdup_printf(idle ? _("Connect %s…") : _("Disconnect %s"), name);

    gtk_menu_item_set_label(GTK_MENU_ITEM(e->state), state);
    gtk_menu_item_set_label(GTK_MENU_ITEM(e->action), action);
    gtk_widget_set_visible(e->state, !idle);
    gtk_widget_set_sensitive(e->action,
                             !g_str_equal(dt_call_get_look(e->call)->state, "disconnecting"));
}

static void
on_changed(struct entry *e)
{
    show_entry(e);
    show_icon(e->tray);
}

static void
on_action(struct entry *e)
{
    if (is_idle(e->call))
        g_action_group_activate_action(G_ACTION_GROUP(e->tray->application), "open-connection",
                                       g_variant_new_string(dt_call_get_name(e->call)));
    else
        dt_call_hang_up(e->call);
}

static void
on_connections(DtTray *self)
{
    g_action_group_activate_action(G_ACTION_GROUP(self->application), "show-connections", NULL);
}

static void
on_quit(DtTray *self)
{
    g_action_group_activate_action(G_ACTION_GROUP(self->application), "quit", NULL);
}

static GtkWidget *
append(GtkWidget *menu, const char *label, GCallback activate, gpointer data)
{
    GtkWidget *item =
        label != NULL ? gtk_menu_item_new_with_label(label) : gtk_separator_menu_item_new();

    if (activate != NULL)
        g_signal_connect_swapped(item, "activate", activate, data);
    gtk_widget_show(item);
    gtk_menu_shell_append(GTK_MENU_SHELL(menu), item);
    return item;
}

static gboolean
has_just(DtTray *self, GPtrArray *calls)
{
    gboolean same = self->entries->len == calls->len;

    for (guint i = 0; same && i < calls->len; i++)
        same = ((struct entry *)self->entries->pdata[i])->call == calls->pdata[i];
    return same;
}

void
dt_tray_set_calls(DtTray *self, GPtrArray *calls)
{
    if (self->indicator == NULL || has_just(self, calls))
        return;
    GtkWidget *menu = gtk_menu_new();
    g_ptr_array_set_size(self->entries, 0);
    for (guint i = 0; i < calls->len; i++) {
        struct entry *e = g_new0(struct entry, 1);

        e->tray = self;
        e->call = g_object_ref(calls->pdata[i]);
        e->state = append(menu, "", NULL, NULL);
        gtk_widget_set_sensitive(e->state, FALSE);
        e->action = append(menu, "", G_CALLBACK(on_action), e);
        g_signal_connect_swapped(e->call, "changed", G_CALLBACK(on_changed), e);
        g_ptr_array_add(self->entries, e);
        show_entry(e);
    }
    append(menu, NULL, NULL, NULL);
    append(menu, _("Connections…"), G_CALLBACK(on_connections), self);
    append(menu, _("Quit"), G_CALLBACK(on_quit), self);
    app_indicator_set_menu(self->indicator, GTK_MENU(menu)); /* takes it */
    show_icon(self);
    app_indicator_set_status(self->indicator, calls->len > 0 ? APP_INDICATOR_STATUS_ACTIVE
                                                             : APP_INDICATOR_STATUS_PASSIVE);
}

void
dt_tray_set_picture(DtTray *self, const char *name, const char *path)
{
    if (path != NULL)
        g_hash_table_insert(self->pictures, g_strdup(name), g_strdup(path));
    else
        g_hash_table_remove(self->pictures, name);
    if (self->indicator != NULL && self->entries->len > 0) /* it has no place before */
        show_icon(self);
}

static void
dt_tray_dispose(GObject *object)
{
    DtTray *self = DT_TRAY(object);

    g_clear_pointer(&self->entries, g_ptr_array_unref);
    g_clear_object(&self->indicator);
    G_OBJECT_CLASS(dt_tray_parent_class)->dispose(object);
}

static void
dt_tray_finalize(GObject *object)
{
    g_hash_table_unref(DT_TRAY(object)->pictures);
    G_OBJECT_CLASS(dt_tray_parent_class)->finalize(object);
}

static void
dt_tray_class_init(DtTrayClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dt_tray_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_tray_finalize;
}

static void
dt_tray_init(DtTray *self)
{
    self->entries = g_ptr_array_new_with_free_func(entry_free);
    self->pictures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

DtTray *
dt_tray_new(GtkApplication *application)
{
    DtTray *self = g_object_new(DT_TYPE_TRAY, NULL);

    self->application = application;
    if (g_application_get_dbus_connection(G_APPLICATION(application)) != NULL)
        self->indicator =
            app_indicator_new("org.dialtone.Dialer", "network-vpn-disconnected-symbolic",
                              APP_INDICATOR_CATEGORY_COMMUNICATIONS);
    return self;
}
