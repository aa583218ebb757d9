/* dt-import-window.c - see dt-import-window.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-import-window"

#include "dt-import-window.h"

#include "dt-a11y.h"
#include "dt-everybody.h"
#include "dt-format.h"
#include "dt-import-all.h"
#include "dt-lister.h"
#include "dt-profile-text.h"
#include "dt-unfinished.h"
#include "profile-secret.h"
#include "profile-system.h"

#include <glib/gi18n.h>

enum { MAX_NAME = 120, MAX_TEXT = 400, MAX_NOTES = 40, SEARCH_FROM = 10, TICK_MS = 100 };

struct _DtImportWindow {
    GtkDialog parent_instance;

    GtkStack *pages;
    GtkLabel *problem_label;
    GtkWidget *entries_box; /* shown when the file has several */
    GtkTreeView *entries_view;
    GtkEntry *entries_search;
    GtkLabel *survey_label;
    GtkWidget *all_button, *progress_bar;
    GtkEntry *name_entry;
    GtkLabel *servers_label, *protocols_label, *auth_label, *encryption_label;
    GtkLabel *routing_label, *dns_label, *actions_label;
    GtkWidget *actions_caption;
    GtkWidget *warnings_frame;
    GtkLabel *warnings_label;
    GtkToggleButton *everybody_radio;
    GtkLabel *everybody_label, *refused_label;

    DtDialerClient *client;    /* NULL: the helper cannot be reached */
    gboolean client_known;     /* else what needs it waits */
    int waiting;               /* a response that does; 0: none */
    gboolean everybody;        /* what is being stored is for everybody */
    ProfileStore *store;       /* NULL: the window was closed */
    DtLibrary *library;        /* to tell which names are taken */
    Import *import;            /* NULL until it was read */
    DtLister *lister;          /* of its entries, when there are several */
    Profile *profile;          /* the entry that is shown; a thread has it while it is stored */
    struct dt_import_all *all; /* while all of them are stored */
    guint tick;                /* shows how far that is */
    GCancellable *cancellable; /* cancelled in dispose */
};

G_DEFINE_TYPE(DtImportWindow, dt_import_window, GTK_TYPE_DIALOG)

enum { IMPORTED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
show_own(GtkLabel *label, char *text)
{
    gtk_label_set_text(label, text);
    g_free(text);
}

static void
show_problem(DtImportWindow *self, const char *message)
{
    g_autofree char *safe = dt_format_foreign(message, MAX_TEXT);

    gtk_label_set_text(self->problem_label, safe);
    gtk_stack_set_visible_child_name(self->pages, "problem");
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, FALSE);
}

static void
add_sentences(GString *out, const GPtrArray *sentences)
{
    for (guint i = 0; i < sentences->len && i < MAX_NOTES; i++) {
        g_autofree char *safe = dt_format_foreign(sentences->pdata[i], MAX_TEXT);

        g_string_append_printf(out, "%s• %s", out->len > 0 ? "\n" : "", safe);
    }
}

static void
show_warnings(DtImportWindow *self)
{
    g_autoptr(GPtrArray) warnings = profile_warnings(self->profile);
    g_autoptr(GError) error = NULL;
    GString *out = g_string_new(NULL);

    if (!profile_validate(self->profile, &error))
        g_string_append_printf(out, "• %s", error->message);
    add_sentences(out, warnings);
    if (self->profile->found_psk.len > 0)
        g_string_append_printf(out, "%s• %s", out->len > 0 ? "\n" : "",
                               _("There is a pre-shared key in the file. It will be saved in the "
                                 "keyring."));
    gtk_label_set_text(self->warnings_label, out->str);
    gtk_widget_set_visible(self->warnings_frame, out->len > 0);
    g_string_free(out, TRUE);
}

static void
on_name_changed(DtImportWindow *self)
{
    g_autofree char *name = g_strstrip(g_strdup(gtk_entry_get_text(self->name_entry)));

    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK,
                                      *name != '\0' && self->profile != NULL);
}

static void
on_who_toggled(DtImportWindow *self)
{
    gtk_widget_set_visible(GTK_WIDGET(self->everybody_label),
                           gtk_toggle_button_get_active(self->everybody_radio));
    gtk_widget_hide(GTK_WIDGET(self->refused_label));
}

/* As far as it is known without waiting; the store has the last word. */
static char *
free_name(DtImportWindow *self, const char *wanted)
{
    char *name = g_strdup(wanted);

    for (guint n = 2; dt_library_find(self->library, name) != NULL; n++) {
        g_free(name);
        name = g_strdup_printf("%s (%u)", wanted, n);
    }
    return name;
}

static void
show_profile(DtImportWindow *self)
{
    const Profile *p = self->profile;
    g_autofree char *name = free_name(self, p->name);

    gtk_entry_set_text(self->name_entry, name);
    show_own(self->servers_label, dt_profile_text_servers(p));
    show_own(self->protocols_label, dt_profile_text_protocols(p));
    show_own(self->auth_label, dt_profile_text_auth(p));
    show_own(self->encryption_label, dt_profile_text_encryption(p));
    show_own(self->routing_label, dt_profile_text_routing(p));
    show_own(self->dns_label, dt_profile_text_dns(p));
    show_own(self->actions_label, dt_profile_text_actions(p));
    gtk_widget_set_visible(self->actions_caption, p->actions->len > 0);
    gtk_widget_set_visible(GTK_WIDGET(self->actions_label), p->actions->len > 0);
    show_warnings(self);
    gtk_stack_set_visible_child_name(self->pages, "summary");
    on_name_changed(self); /* the next entry may have the same name */
}

/* From memory: the file itself was read in the thread. */
static void
show_entry(DtImportWindow *self, guint i)
{
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&self->profile, profile_free);
    self->profile = import_profile(self->import, i, &error);
    if (self->profile != NULL)
        show_profile(self);
    else
        show_problem(self, error->message);
}

static DtListerRow
read_row(gpointer source, guint i)
{
    DtImportWindow *self = source;

    return (DtListerRow){.text = dt_format_foreign(import_name(self->import, i), MAX_NAME)};
}

static void
on_entry_chosen(DtImportWindow *self)
{
    guint i;

    if (self->store == NULL || self->lister == NULL)
        return;
    if (dt_lister_get_selected(self->lister, &i))
        show_entry(self, i);
    else
        gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, FALSE);
}

static void
on_entry_activated(DtImportWindow *self)
{
    gtk_window_activate_default(GTK_WINDOW(self));
}

/* The person chooses one; the first is shown until then. Or all of them. */
static void
show_entries(DtImportWindow *self, const struct dt_import_survey *survey)
{
    const guint n = import_count(self->import);
    g_autofree char *text = dt_import_survey_text(survey);

    gtk_label_set_text(self->survey_label, text);
    gtk_widget_show(self->entries_box);
    gtk_widget_show(self->all_button);
    gtk_widget_set_visible(GTK_WIDGET(self->entries_search), n >= SEARCH_FROM);
    self->lister = dt_lister_new(self->entries_view, self->entries_search, read_row, self);
    dt_lister_fill(self->lister, n, 0);
    gtk_widget_grab_focus(GTK_WIDGET(self->entries_view));
}

struct read {
    Import *import;
    struct dt_import_survey survey;
};

static void
read_free(gpointer data)
{
    struct read *read = data;

    import_free(read->import);
    g_free(read);
}

static void
read_in_thread(GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
    GError *error = NULL;
    Import *import = import_open(path, &error);

    (void)source;
    if (import == NULL) {
        g_task_return_error(task, error);
        return;
    }
    struct read *read = g_new0(struct read, 1);
    read->import = import;
    if (import_count(import) > 1)
        dt_import_survey(import, cancellable, &read->survey);
    g_task_return_pointer(task, read, read_free);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    struct read *read = g_task_propagate_pointer(G_TASK(result), &error);

    (void)user_data;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;

    DtImportWindow *self = DT_IMPORT_WINDOW(source);

    if (read == NULL) {
        show_problem(self, error->message);
        return;
    }
    self->import = g_steal_pointer(&read->import);
    if (import_count(self->import) > 1) {
        show_entries(self, &read->survey);
    } else {
        show_entry(self, 0);
        gtk_widget_grab_focus(GTK_WIDGET(self->name_entry));
    }
    read_free(read);
}

static void
finish(DtImportWindow *self)
{
    g_signal_emit(self, signals[IMPORTED], 0, self->all == NULL ? self->profile->id : NULL);
    gtk_widget_destroy(GTK_WIDGET(self));
}

/* The connection is there; whoever has read that goes on. */
static void
say_key_lost(DtImportWindow *self)
{
    GtkWidget *dialog = gtk_message_dialog_new(
        GTK_WINDOW(self), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_WARNING,
        GTK_BUTTONS_CLOSE, "%s",
        _("There is a pre-shared key in the file. There is no keyring to save it in: it will be "
          "asked for."));
    g_signal_connect_object(dialog, "response", G_CALLBACK(finish), self, G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(dialog));
}

static void
on_key_saved(gpointer who, const GError *problem)
{
    DtImportWindow *self = DT_IMPORT_WINDOW(who);

    if (self->store == NULL)
        return; /* it was closed meanwhile */
    if (problem == NULL) {
        finish(self);
        return;
    }
    g_message("the pre-shared key was not saved: %s", problem->message);
    say_key_lost(self);
}

static void
set_busy(DtImportWindow *self, gboolean busy)
{
    gtk_widget_set_sensitive(GTK_WIDGET(self->pages), !busy);
    gtk_widget_set_sensitive(self->all_button, !busy);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, !busy);
}

/* The person may still choose otherwise. */
static void
refuse(DtImportWindow *self, const GError *error)
{
    g_autofree char *text = dt_everybody_problem(error);

    if (self->profile == NULL) { /* the entry that is chosen cannot be read */
        show_problem(self, text);
        return;
    }
    gtk_label_set_text(self->refused_label, text);
    gtk_widget_show(GTK_WIDGET(self->refused_label));
    dt_a11y_announce(GTK_WIDGET(self->refused_label), text);
}

static void
store_in_thread(GTask *task, gpointer source, gpointer store, GCancellable *cancellable)
{
    Profile *profile = DT_IMPORT_WINDOW(source)->profile; /* nobody else looks at it now */
    g_autofree char *name = profile_store_free_name(store, profile->name);
    GError *error = NULL;

    (void)cancellable;
    profile_set(&profile->name, name);
    if (DT_IMPORT_WINDOW(source)->everybody || profile_store_save(store, profile, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

/* The key is saved before the connection is opened, so that it does not ask for what is about to be
 * there; and also when the window was closed meanwhile: the connection is stored, and its key
 * belongs to it. */
static void
after_storing(DtImportWindow *self, const GError *error)
{
    const gboolean with_key = error == NULL && self->profile->found_psk.len > 0;

    if (with_key) {
        dt_unfinished_store(self->profile, PROFILE_SECRET_PSK, &self->profile->found_psk,
                            on_key_saved, self);
        secret_wipe(&self->profile->found_psk);
    }
    dt_unfinished_end();
    if (self->store == NULL)
        return; /* it was closed meanwhile */
    if (error != NULL) {
        set_busy(self, FALSE);
        self->everybody ? refuse(self, error) : show_problem(self, error->message);
    } else if (!with_key) {
        finish(self);
    }
}

static void
on_installed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(DtImportWindow) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autofree char *id = profile_system_install_finish(DT_DIALER_CLIENT(source), result, &error);

    if (id != NULL) {
        profile_set(&self->profile->id, id);
        self->profile->system = TRUE;
    }
    after_storing(self, error);
}

static void
on_stored(GObject *source, GAsyncResult *result, gpointer user_data)
{
    DtImportWindow *self = DT_IMPORT_WINDOW(source);
    g_autoptr(GError) error = NULL;

    (void)user_data;
    g_task_propagate_boolean(G_TASK(result), &error);
    if (!self->everybody || error != NULL || self->store == NULL) {
        after_storing(self, error);
    } else if (self->client != NULL) { /* it has a name now */
        profile_system_install_async(self->client, self->store, self->profile, NULL, on_installed,
                                     g_object_ref(self));
    } else {
        error = dt_everybody_no_helper();
        after_storing(self, error);
    }
}

static void
begin_to_store(DtImportWindow *self)
{
    self->everybody = gtk_toggle_button_get_active(self->everybody_radio);
    gtk_widget_hide(GTK_WIDGET(self->refused_label));
    set_busy(self, TRUE);
}

/* The name, and who may use it, are all that the person may change here. */
static void
store_profile(DtImportWindow *self)
{
    g_autofree char *name = g_strstrip(g_strdup(gtk_entry_get_text(self->name_entry)));
    g_autoptr(GTask) task = g_task_new(self, NULL, on_stored, NULL);

    profile_set(&self->profile->name, name);
    begin_to_store(self);
    g_task_set_task_data(task, g_object_ref(self->store), g_object_unref);
    dt_unfinished_begin();
    g_task_run_in_thread(task, store_in_thread);
}

static gboolean
on_tick(gpointer user_data)
{
    DtImportWindow *self = user_data;

    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(self->progress_bar),
                                  dt_import_all_fraction(self->all));
    return G_SOURCE_CONTINUE;
}

static void
on_all_stored(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(DtImportWindow) self = user_data;
    g_autoptr(GError) error = NULL;
    gboolean keys_lost = FALSE;
    const gboolean stored = dt_import_all_finish(result, &keys_lost, &error);

    (void)source;
    g_clear_handle_id(&self->tick, g_source_remove);
    if (self->store == NULL)
        return; /* it was closed meanwhile */
    gtk_widget_hide(self->progress_bar);
    if (!stored) {
        g_clear_pointer(&self->all, dt_import_all_unref);
        set_busy(self, FALSE);
        self->everybody ? refuse(self, error) : show_problem(self, error->message);
    } else if (keys_lost) {
        say_key_lost(self);
    } else {
        finish(self);
    }
}

static void
store_all(DtImportWindow *self)
{
    begin_to_store(self);
    gtk_widget_show(self->progress_bar);
    self->all = dt_import_all_start(
        self->import, self->store,
        &(struct dt_import_all_for){.everybody = self->everybody, .client = self->client},
        self->cancellable, on_all_stored, g_object_ref(self));
    self->tick = g_timeout_add(TICK_MS, on_tick, self);
}

static void
store(DtImportWindow *self, int response)
{
    if (gtk_toggle_button_get_active(self->everybody_radio) && !self->client_known) {
        self->waiting = response;
        set_busy(self, TRUE);
        return;
    }
    self->waiting = 0;
    response == GTK_RESPONSE_OK ? store_profile(self) : store_all(self);
}

static void
dt_import_window_response(GtkDialog *dialog, int response)
{
    if (response == GTK_RESPONSE_OK || response == GTK_RESPONSE_APPLY)
        store(DT_IMPORT_WINDOW(dialog), response);
    else
        gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void
dt_import_window_dispose(GObject *object)
{
    DtImportWindow *self = DT_IMPORT_WINDOW(object);

    g_cancellable_cancel(self->cancellable);
    g_clear_handle_id(&self->tick, g_source_remove);
    g_clear_object(&self->lister);
    g_clear_object(&self->library);
    g_clear_object(&self->client);
    g_clear_object(&self->store);
    G_OBJECT_CLASS(dt_import_window_parent_class)->dispose(object);
}

static void
dt_import_window_finalize(GObject *object)
{
    DtImportWindow *self = DT_IMPORT_WINDOW(object);

    g_clear_object(&self->cancellable);
    g_clear_pointer(&self->profile, profile_free);
    g_clear_pointer(&self->import, import_free);
    g_clear_pointer(&self->all, dt_import_all_unref);
    G_OBJECT_CLASS(dt_import_window_parent_class)->finalize(object);
}

static void
bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/import-window.ui");
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, pages);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, problem_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, entries_box);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, entries_view);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, entries_search);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, survey_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, all_button);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, progress_bar);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, name_entry);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, everybody_radio);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, everybody_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, refused_label);
    gtk_widget_class_bind_template_callback(widget_class, on_who_toggled);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, servers_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, protocols_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, auth_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, encryption_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, routing_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, dns_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, actions_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, actions_caption);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, warnings_frame);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, warnings_label);
    gtk_widget_class_bind_template_callback(widget_class, on_name_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_entry_chosen);
    gtk_widget_class_bind_template_callback(widget_class, on_entry_activated);
}

static void
dt_import_window_class_init(DtImportWindowClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dt_import_window_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_import_window_finalize;
    GTK_DIALOG_CLASS(klass)->response = dt_import_window_response;
    signals[IMPORTED] = g_signal_new("imported", DT_TYPE_IMPORT_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    bind_template(GTK_WIDGET_CLASS(klass));
}

static void
dt_import_window_init(DtImportWindow *self)
{
    self->cancellable = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
}

void
dt_import_window_set_client(DtImportWindow *self, DtDialerClient *client)
{
    g_set_object(&self->client, client);
    self->client_known = TRUE;
    if (self->waiting != 0 && self->store != NULL)
        store(self, self->waiting);
}

GtkWidget *
dt_import_window_new(GtkWindow *parent, ProfileStore *store, DtLibrary *library, const char *path)
{
    DtImportWindow *self =
        g_object_new(DT_TYPE_IMPORT_WINDOW, "transient-for", parent, "use-header-bar", 0, NULL);
    g_autoptr(GTask) task = g_task_new(self, self->cancellable, on_read, NULL);

    self->store = g_object_ref(store);
    self->library = g_object_ref(library);
    g_task_set_task_data(task, g_strdup(path), g_free);
    g_task_run_in_thread(task, read_in_thread);
    return GTK_WIDGET(self);
}
