/* dt-application.c - see dt-application.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-application"

#include "dt-application.h"

#include "desktop-proxy.h"
#include "dt-background.h"
#include "dt-choose.h"
#include "dt-dialer-client.h"
#include "dt-drop.h"
#include "dt-import-window.h"
#include "dt-logon-window.h"
#include "dt-main-window.h"
#include "dt-proxy-guard.h"
#include "dt-unfinished.h"
#include "profile-store.h"

#include <glib/gi18n.h>

struct _DtApplication {
    GtkApplication parent_instance;

    ProfileStore *store;
    DtLibrary *library;
    GPtrArray *waiting; /* char *: names to be opened once it is read; "": what activate opens */
    DtDialerClient *client; /* NULL: not there (yet) */
    gboolean client_known;  /* it will not come any more, or is there */
    DtBackground *background;
    GCancellable *cancellable;     /* cancelled in shutdown */
    GtkFileChooserNative *chooser; /* the one that is open, or NULL */
};

G_DEFINE_TYPE(DtApplication, dt_application, GTK_TYPE_APPLICATION)

static const GOptionEntry options[] = {
    {"connection", 'c', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, NULL,
     N_("Open the window of this connection"), N_("NAME")},
    {"restore-proxy", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL,
     N_("Give the desktop its own web proxy back, if nobody else will, and exit"), NULL},
    {DT_PROXY_GUARD_OPTION, 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, NULL, "", NULL},
    {"version", 'V', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_("Print the version and exit"),
     NULL},
    {G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME_ARRAY, NULL,
     N_("Profiles to import"), N_("[FILE…]")},
    {NULL},
};

static GtkWindow *
find_window(DtApplication *self, GType type, const char *name)
{
    GList *l = gtk_application_get_windows(GTK_APPLICATION(self));

    for (; l != NULL; l = l->next) {
        if (!G_TYPE_CHECK_INSTANCE_TYPE(l->data, type))
            continue;
        if (name == NULL || g_str_equal(dt_logon_window_get_name(DT_LOGON_WINDOW(l->data)), name))
            return l->data;
    }
    return NULL;
}

static void import_file(DtApplication *self, const char *path);

static void
on_dropped(const char *path, gpointer self)
{
    import_file(self, path);
}

static void
open_profile(DtApplication *self, const Profile *profile)
{
    GtkWindow *window = find_window(self, DT_TYPE_LOGON_WINDOW, profile->name);

    if (window == NULL) {
        window = GTK_WINDOW(dt_logon_window_new(GTK_APPLICATION(self), self->store, profile));
        if (self->client_known)
            dt_logon_window_set_client(DT_LOGON_WINDOW(window), self->client);
        dt_drop_accept(GTK_WIDGET(window), on_dropped, self);
    }
    gtk_window_present(window);
}

/* By id at once; a name is looked up in the library, when that was read. */
static void
open_connection(DtApplication *self, const char *name)
{
    const ProfileSummary *item = dt_library_find(self->library, name);
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) profile =
        profile_store_find(self->store, item != NULL ? item->id : name, &error);

    if (profile != NULL) {
        open_profile(self, profile);
        return;
    }
    g_printerr("dialtone-gtk: %s\n", error->message);
    g_action_group_activate_action(G_ACTION_GROUP(self), "show-connections", NULL);
}

/* Connection Manager opens the window of the connection; with none or many, the list. */
static void
open_usual(DtApplication *self)
{
    const GPtrArray *items = dt_library_get_items(self->library);

    if (items->len == 1)
        open_connection(self, ((const ProfileSummary *)items->pdata[0])->id);
    else
        g_action_group_activate_action(G_ACTION_GROUP(self), "show-connections", NULL);
}

static void
on_library_changed(DtApplication *self)
{
    g_autoptr(GPtrArray) waiting = self->waiting;

    self->waiting = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < waiting->len; i++) {
        const char *name = waiting->pdata[i];

        if (*name != '\0')
            open_connection(self, name);
        else
            open_usual(self);
        g_application_release(G_APPLICATION(self));
    }
}

/* @name "": none. */
static void
open_when_read(DtApplication *self, const char *name)
{
    g_application_hold(G_APPLICATION(self));
    g_ptr_array_add(self->waiting, g_strdup(name));
    if (dt_library_get_items(self->library) != NULL)
        on_library_changed(self);
}

static void
on_imported(DtApplication *self, const char *id)
{
    if (id != NULL)
        open_connection(self, id);
    else
        g_action_group_activate_action(G_ACTION_GROUP(self), "show-connections", NULL);
}

static void
import_file(DtApplication *self, const char *path)
{
    GtkWindow *parent = gtk_application_get_active_window(GTK_APPLICATION(self));

    while (parent != NULL && DT_IS_IMPORT_WINDOW(parent)) /* not with that of another file */
        parent = gtk_window_get_transient_for(parent);
    GtkWidget *window = dt_import_window_new(parent, self->store, self->library, path);

    if (self->client_known)
        dt_import_window_set_client(DT_IMPORT_WINDOW(window), self->client);
    gtk_application_add_window(GTK_APPLICATION(self), GTK_WINDOW(window));
    g_signal_connect_object(window, "imported", G_CALLBACK(on_imported), self, G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(window));
}

/* ---- actions ------------------------------------------------------------------------------ */

static void
on_chosen(GtkNativeDialog *dialog, int response, gpointer user_data)
{
    DtApplication *self = DT_APPLICATION(user_data);

    if (response == GTK_RESPONSE_ACCEPT) {
        g_autofree char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));

        if (path != NULL)
            import_file(self, path);
    }
    g_clear_object(&self->chooser);
}

static void
on_import(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    static const char *const patterns[] = {
        "*.[cC][mM][sS]", "*.[cC][mM][pP]", "*.[iI][nN][fF]",
        "*.[eE][xX][eE]", "*.[cC][aA][bB]", "*.[pP][bB][kK]",
        "*.[xX][mM][lL]", "*.nmconnection", NULL,
    };
    DtApplication *self = DT_APPLICATION(user_data);

    (void)action, (void)parameter;
    g_clear_object(&self->chooser);
    self->chooser = dt_choose_file(gtk_application_get_active_window(GTK_APPLICATION(self)),
                                   _("Import a Profile"), _("Profiles and phone books"), patterns);
    g_signal_connect_object(self->chooser, "response", G_CALLBACK(on_chosen), self, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(self->chooser));
}

static void
on_show_connections(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    DtApplication *self = DT_APPLICATION(user_data);
    GtkWindow *window = find_window(self, DT_TYPE_MAIN_WINDOW, NULL);

    (void)action, (void)parameter;
    if (window == NULL) {
        window = GTK_WINDOW(dt_main_window_new(GTK_APPLICATION(self), self->store, self->library));
        if (self->client_known)
            dt_main_window_set_client(DT_MAIN_WINDOW(window), self->client);
        g_signal_connect_object(window, "open-connection", G_CALLBACK(open_connection), self,
                                G_CONNECT_SWAPPED);
        dt_drop_accept(GTK_WIDGET(window), on_dropped, self);
    }
    gtk_window_present(window);
}

static void
on_about(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    GtkApplication *application = GTK_APPLICATION(user_data);

    (void)action, (void)parameter;
    gtk_show_about_dialog(
        gtk_application_get_active_window(application), "program-name", "Dialtone", "version",
        DIALTONE_VERSION, "comments", _("Connects you to your network at work"), "license-type",
        GTK_LICENSE_GPL_3_0, "logo-icon-name", "org.dialtone.Dialer", "translator-credits",
        /* Translators: your name */
        _("translator-credits"), NULL);
}

static void
on_quit(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    (void)action, (void)parameter;
    g_application_quit(G_APPLICATION(user_data));
}

static void
on_open_connection(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    (void)action;
    open_connection(DT_APPLICATION(user_data), g_variant_get_string(parameter, NULL));
}

static const GActionEntry actions[] = {
    {.name = "open-connection", .activate = on_open_connection, .parameter_type = "s"},
    {.name = "import", .activate = on_import},
    {.name = "show-connections", .activate = on_show_connections},
    {.name = "about", .activate = on_about},
    {.name = "quit", .activate = on_quit},
};

static const struct {
    const char *action;
    const char *accels[2];
} shortcuts[] = {
    {"app.import", {"<Primary>o", NULL}},
    {"app.quit", {"<Primary>q", NULL}},
    {"win.help", {"F1", NULL}},
};

/* ---- the helper --------------------------------------------------------------------------- */

static void
hand_out_client(DtApplication *self)
{
    GList *l = gtk_application_get_windows(GTK_APPLICATION(self));

    for (; l != NULL; l = l->next) {
        if (DT_IS_LOGON_WINDOW(l->data))
            dt_logon_window_set_client(DT_LOGON_WINDOW(l->data), self->client);
        else if (DT_IS_MAIN_WINDOW(l->data))
            dt_main_window_set_client(DT_MAIN_WINDOW(l->data), self->client);
        else if (DT_IS_IMPORT_WINDOW(l->data))
            dt_import_window_set_client(DT_IMPORT_WINDOW(l->data), self->client);
    }
}

static void
on_client_ready(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    DtDialerClient *client = dt_dialer_client_new_finish(result, &error);

    (void)source;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;         /* user_data is already gone: do not touch it */
    if (client == NULL) /* a window says so when somebody wants to connect */
        g_message("the system bus cannot be reached: %s", error->message);

    DtApplication *self = DT_APPLICATION(user_data);

    self->client = client;
    self->client_known = TRUE;
    dt_background_set_client(self->background, client);
    hand_out_client(self);
}

/* ---- GApplication ------------------------------------------------------------------------- */

static void
load_style(void)
{
    g_autoptr(GtkCssProvider) provider = gtk_css_provider_new();

    gtk_css_provider_load_from_resource(provider, "/org/dialtone/Dialer/ui/style.css");
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(),
                                              GTK_STYLE_PROVIDER(provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
dt_application_startup(GApplication *application)
{
    DtApplication *self = DT_APPLICATION(application);

    G_APPLICATION_CLASS(dt_application_parent_class)->startup(application);
    gtk_window_set_default_icon_name("org.dialtone.Dialer");
    gtk_icon_theme_add_resource_path(gtk_icon_theme_get_default(), "/org/dialtone/Dialer/icons");
    load_style();
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    for (gsize i = 0; i < G_N_ELEMENTS(shortcuts); i++)
        gtk_application_set_accels_for_action(GTK_APPLICATION(self), shortcuts[i].action,
                                              shortcuts[i].accels);
    self->store = profile_store_new(NULL, NULL);
    self->library = dt_library_new(self->store);
    g_signal_connect_object(self->library, "changed", G_CALLBACK(on_library_changed), self,
                            G_CONNECT_SWAPPED);
    self->background = dt_background_new(GTK_APPLICATION(self), self->store, self->library);
    dt_dialer_client_new_async(self->cancellable, on_client_ready, self);
}

static void
dt_application_shutdown(GApplication *application)
{
    DtApplication *self = DT_APPLICATION(application);

    g_cancellable_cancel(self->cancellable);
    for (GList *l = gtk_application_get_windows(GTK_APPLICATION(self)); l != NULL; l = l->next)
        gtk_widget_hide(l->data);
    dt_unfinished_wait();
    g_clear_object(&self->chooser);
    g_clear_object(&self->background);
    g_clear_object(&self->client);
    if (self->library != NULL)
        g_signal_handlers_disconnect_by_data(self->library, self);
    g_clear_object(&self->library);
    g_clear_object(&self->store);
    G_APPLICATION_CLASS(dt_application_parent_class)->shutdown(application);
}

static void
dt_application_activate(GApplication *application)
{
    open_when_read(DT_APPLICATION(application), "");
}

static int
dt_application_command_line(GApplication *application, GApplicationCommandLine *line)
{
    DtApplication *self = DT_APPLICATION(application);
    GVariantDict *given = g_application_command_line_get_options_dict(line);
    g_autofree const char **files = NULL;
    const char *name = NULL;

    if (g_variant_dict_lookup(given, "connection", "&s", &name))
        open_when_read(self, name);
    if (g_variant_dict_lookup(given, G_OPTION_REMAINING, "^a&ay", &files)) {
        for (guint i = 0; files[i] != NULL; i++) {
            g_autoptr(GFile) file = g_application_command_line_create_file_for_arg(line, files[i]);
            g_autofree char *path = g_file_get_path(file);

            if (path != NULL)
                import_file(self, path);
        }
    }
    if (name == NULL && files == NULL)
        g_application_activate(application);
    return 0;
}

static int
dt_application_handle_local_options(GApplication *application, GVariantDict *given)
{
    (void)application;
    if (g_variant_dict_contains(given, DT_PROXY_GUARD_OPTION))
        return dt_proxy_guard_run();
    if (g_variant_dict_contains(given, "restore-proxy")) {
        desktop_proxy_restore();
        desktop_proxy_flush();
        return 0;
    }
    if (!g_variant_dict_contains(given, "version"))
        return -1; /* go on */
    g_print("dialtone-gtk %s\n", DIALTONE_VERSION);
    return 0;
}

static void
dt_application_finalize(GObject *object)
{
    g_clear_object(&DT_APPLICATION(object)->cancellable);
    g_clear_pointer(&DT_APPLICATION(object)->waiting, g_ptr_array_unref);
    G_OBJECT_CLASS(dt_application_parent_class)->finalize(object);
}

static void
dt_application_class_init(DtApplicationClass *klass)
{
    GApplicationClass *application_class = G_APPLICATION_CLASS(klass);

    G_OBJECT_CLASS(klass)->finalize = dt_application_finalize;
    application_class->startup = dt_application_startup;
    application_class->shutdown = dt_application_shutdown;
    application_class->activate = dt_application_activate;
    application_class->command_line = dt_application_command_line;
    application_class->handle_local_options = dt_application_handle_local_options;
}

static void
dt_application_init(DtApplication *self)
{
    self->cancellable = g_cancellable_new();
    self->waiting = g_ptr_array_new_with_free_func(g_free);
    g_application_add_main_option_entries(G_APPLICATION(self), options);
}

DtApplication *
dt_application_new(void)
{
    return g_object_new(DT_TYPE_APPLICATION, "application-id", "org.dialtone.Dialer", "flags",
                        G_APPLICATION_HANDLES_COMMAND_LINE, NULL);
}
