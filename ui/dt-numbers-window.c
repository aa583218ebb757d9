/* dt-numbers-window.c - see dt-numbers-window.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-numbers-window"

#include "dt-numbers-window.h"

#include "dt-format.h"
#include "dt-lister.h"
#include "dt-picture.h"
#include "dt-profile-task.h"
#include "profile-books.h"
#include "profile-filter.h"
#include "profile-sieve.h"

#include <glib/gi18n.h>

#include <string.h>

/* More than anybody looks through in a menu; the search finds the rest. */
enum { MAX_TEXT = 120, MAX_MESSAGE = 400, MAX_COUNTRIES = 500, MAX_REGIONS = 1000 };
/* PBLogo, as Connection Manager has it. */
enum { LOGO_WIDTH = 114, LOGO_HEIGHT = 304 };

/* U+200E: among letters from right to left a "+" would come behind its digits. */
#define LEFT_TO_RIGHT "\342\200\216"

struct book {
    CpsBook *book;
    char *reference;
    struct cps_report report;
};

struct found {         /* what the thread has read */
    GPtrArray *books;  /* struct book */
    GArray *countries; /* guint32, ascending */
};

struct row { /* of the list */
    guint book, pop;
};

struct _DtNumbersWindow {
    GtkDialog parent_instance;

    GtkStack *pages;
    GtkLabel *problem_label, *more_label, *errors_label, *message_label;
    GtkImage *book_image;
    GtkComboBoxText *country_combo, *region_combo, *service_combo;
    GtkWidget *service_caption, *more_check;
    GtkEntry *search_entry;
    GtkTreeView *numbers_view;

    ProfileStore *store;
    Profile *profile;
    struct found *found; /* NULL until it was read */
    GArray *rows;        /* struct row */
    DtLister *lister;
    GCancellable *cancellable; /* cancelled in dispose */
    gboolean filling;          /* the menus are being filled: no change of a person's */
};

G_DEFINE_TYPE(DtNumbersWindow, dt_numbers_window, GTK_TYPE_DIALOG)

enum { CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

gboolean
dt_numbers_window_is_for(const Profile *profile)
{
    return *profile->pb_file != '\0' || *profile->references != '\0';
}

char *
dt_numbers_window_text(guint country, const char *area, const char *number)
{
    g_autofree char *text = *number == '\0' ? g_strdup("")
                            : *area == '\0' ? g_strdup_printf("+%u %s", country, number)
                                            : g_strdup_printf("+%u %s %s", country, area, number);

    return dt_format_foreign(text, MAX_TEXT);
}

/* ---- in the thread ------------------------------------------------------------------------ */

static void
book_free(gpointer data)
{
    struct book *b = data;

    cps_book_free(b->book);
    g_free(b->reference);
    g_free(b);
}

static void
found_free(gpointer data)
{
    struct found *found = data;

    g_ptr_array_unref(found->books);
    g_array_unref(found->countries);
    g_free(found);
}

static int
by_number(gconstpointer a, gconstpointer b)
{
    const guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;

    return x < y ? -1 : x > y;
}

static void
add_countries(struct found *found, const CpsBook *book)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < found->countries->len; i++)
        g_hash_table_add(seen, GUINT_TO_POINTER(g_array_index(found->countries, guint32, i)));
    for (guint i = 0; i < cps_book_count(book) && found->countries->len < MAX_COUNTRIES; i++) {
        const guint32 country = cps_book_pop(book, i)->country;
        if (g_hash_table_add(seen, GUINT_TO_POINTER(country)))
            g_array_append_val(found->countries, country);
    }
    g_array_sort(found->countries, by_number);
}

static void
read_in_thread(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    const struct dt_profile_task *job = task_data;
    GError *error = NULL;
    g_autoptr(GPtrArray) books = profile_books(job->store, job->profile, &error);

    (void)source, (void)cancellable;
    if (books == NULL) {
        g_task_return_error(task, error);
        return;
    }
    struct found *found = g_new0(struct found, 1);
    found->books = g_ptr_array_new_with_free_func(book_free);
    found->countries = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = 0; i < books->len; i++) {
        const struct profile_book *from = books->pdata[i];
        struct book *b = g_new0(struct book, 1);

        b->reference = g_strdup(from->reference);
        b->book = cps_book_read(from->pbk, from->pbr, &b->report);
        g_ptr_array_add(found->books, b);
        add_countries(found, b->book);
    }
    g_task_return_pointer(task, found, found_free);
}

/* ---- the list ----------------------------------------------------------------------------- */

static const struct book *
book_of(DtNumbersWindow *self, const struct row *row)
{
    return self->found->books->pdata[row->book];
}

static const struct cps_pop *
pop_at(DtNumbersWindow *self, guint i, const struct book **ret_book)
{
    const struct row *row = &g_array_index(self->rows, struct row, i);

    *ret_book = book_of(self, row);
    return cps_book_pop((*ret_book)->book, row->pop);
}

static DtListerRow
read_row(gpointer source, guint i)
{
    const struct book *b;
    const struct cps_pop *pop = pop_at(source, i, &b);
    g_autofree char *number = dt_numbers_window_text(pop->country, pop->area, pop->number);
    g_autofree char *name = dt_format_foreign(pop->name, MAX_TEXT);

    return (DtListerRow){.text = g_strdup_printf("%s  %s", name, number),
                         .detail =
                             dt_format_foreign(cps_book_region(b->book, pop->region), MAX_TEXT)};
}

static const char *
chosen_of(GtkComboBoxText *combo)
{
    return gtk_combo_box_get_active_id(GTK_COMBO_BOX(combo));
}

/* "" stands for all. */
static const char *
wish_of(GtkComboBoxText *combo)
{
    const char *id = chosen_of(combo);

    return id == NULL || *id == '\0' ? NULL : id + 1;
}

static guint32
country_of(DtNumbersWindow *self)
{
    const char *wish = wish_of(self->country_combo);
    guint64 number = 0;

    if (wish != NULL)
        g_ascii_string_to_unsigned(wish, 10, 0, G_MAXUINT32, &number, NULL);
    return (guint32)number;
}

static void
add_book(DtNumbersWindow *self, guint n, enum profile_sieve_list list)
{
    const struct book *b = self->found->books->pdata[n];
    const char *service = wish_of(self->service_combo);
    struct profile_sieve sieve = {.wished.country = country_of(self)};

    if (!profile_sieve_region(&sieve, b->book, wish_of(self->region_combo)))
        return;
    profile_sieve_lists(&sieve, self->profile, b->reference);
    if (service != NULL)
        profile_sieve_service(&sieve, self->profile, service);
    for (guint i = 0; i < cps_book_count(b->book); i++) {
        const struct row row = {n, i};
        if (profile_sieve_list(&sieve, cps_book_pop(b->book, i)) == list)
            g_array_append_val(self->rows, row);
    }
}

static void
show_list(DtNumbersWindow *self)
{
    const gboolean more = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->more_check));

    if (self->filling)
        return;
    g_clear_object(&self->lister); /* it reads the rows */
    g_array_set_size(self->rows, 0);
    for (guint i = 0; i < self->found->books->len; i++)
        add_book(self, i, PROFILE_SIEVE_FIRST);
    for (guint i = 0; i < self->found->books->len && more; i++)
        add_book(self, i, PROFILE_SIEVE_MORE);
    self->lister = dt_lister_new(self->numbers_view, self->search_entry, read_row, self);
    dt_lister_fill(self->lister, self->rows->len, 0);
}

/* ---- the menus ---------------------------------------------------------------------------- */

/* The id of a choice begins with a letter, so that a name which is "" is none of "all". */
static void
append(GtkComboBoxText *combo, const char *value, const char *text)
{
    g_autofree char *id = value == NULL ? g_strdup("") : g_strconcat("=", value, NULL);
    g_autofree char *shown = dt_format_foreign(text, MAX_TEXT);

    gtk_combo_box_text_append(combo, id, shown);
}

static void
fill_countries(DtNumbersWindow *self)
{
    const GArray *countries = self->found->countries;

    append(self->country_combo, NULL, _("All countries"));
    for (guint i = 0; i < countries->len; i++) {
        const guint32 country = g_array_index(countries, guint32, i);
        g_autofree char *id = g_strdup_printf("=%" G_GUINT32_FORMAT, country);
        g_autofree char *text = g_strconcat(LEFT_TO_RIGHT "+", id + 1, NULL);

        gtk_combo_box_text_append(self->country_combo, id, text);
    }
    gtk_combo_box_set_active(GTK_COMBO_BOX(self->country_combo), countries->len > 0 ? 1 : 0);
}

static void
add_regions(DtNumbersWindow *self, const CpsBook *book, GHashTable *seen, guint32 country)
{
    const guint n = cps_book_regions(book);
    g_autofree gboolean *used = g_new0(gboolean, n + 1);

    for (guint i = 0; i < cps_book_count(book); i++) {
        const struct cps_pop *pop = cps_book_pop(book, i);
        if (pop->region <= n && (country == 0 || pop->country == country))
            used[pop->region] = TRUE;
    }
    for (guint i = 1; i <= n && g_hash_table_size(seen) < MAX_REGIONS; i++) {
        const char *name = cps_book_region(book, i);
        if (used[i] && g_hash_table_add(seen, (gpointer)name))
            append(self->region_combo, name, name);
    }
}

static void
fill_regions(DtNumbersWindow *self)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    self->filling = TRUE;
    gtk_combo_box_text_remove_all(self->region_combo);
    append(self->region_combo, NULL, _("All regions"));
    for (guint i = 0; i < self->found->books->len; i++)
        add_regions(self, ((const struct book *)self->found->books->pdata[i])->book, seen,
                    country_of(self));
    gtk_combo_box_set_active(GTK_COMBO_BOX(self->region_combo), 0);
    gtk_widget_set_sensitive(GTK_WIDGET(self->region_combo), g_hash_table_size(seen) > 0);
    self->filling = FALSE;
}

static void
fill_services(DtNumbersWindow *self)
{
    const GPtrArray *types = self->profile->service_types;

    append(self->service_combo, NULL, _("All services"));
    for (guint i = 0; i < types->len; i++) {
        const struct profile_service_type *t = types->pdata[i];
        append(self->service_combo, t->text, t->text);
    }
    gtk_combo_box_set_active(GTK_COMBO_BOX(self->service_combo), 0);
    gtk_widget_set_visible(self->service_caption, types->len > 0);
    gtk_widget_set_visible(GTK_WIDGET(self->service_combo), types->len > 0);
}

/* "More access numbers", where the profile has a second list. */
static gboolean
has_more(DtNumbersWindow *self)
{
    gboolean more = FALSE;

    for (guint i = 0; i < self->found->books->len; i++) {
        struct profile_sieve sieve = {0};
        profile_sieve_lists(&sieve, self->profile,
                            ((const struct book *)self->found->books->pdata[i])->reference);
        more |= sieve.has_more;
    }
    return more;
}

static void
on_country_changed(DtNumbersWindow *self)
{
    if (self->filling || self->found == NULL)
        return;
    fill_regions(self);
    show_list(self);
}

static void
on_wish_changed(DtNumbersWindow *self)
{
    if (self->found != NULL)
        show_list(self);
}

/* ---- the selected one --------------------------------------------------------------------- */

static void
add_line(GString *text, const char *label, const char *value)
{
    g_autofree char *shown = dt_format_foreign(value, MAX_TEXT);

    if (*shown != '\0')
        g_string_append_printf(text, "%s%s %s", text->len > 0 ? "\n" : "", label, shown);
}

static char *
speed_of(const struct cps_pop *pop)
{
    if (pop->max_speed == 0)
        return g_strdup("");
    if (pop->min_speed == 0 || pop->min_speed == pop->max_speed)
        return g_strdup_printf(_("%u bit/s"), pop->max_speed);
    return g_strdup_printf(_("%u to %u bit/s"), pop->min_speed, pop->max_speed);
}

/* Set bits say "not so", but for the surcharge. */
static char *
kinds_of(const struct cps_pop *pop)
{
    const char *const kinds[] = {(pop->flags & CPS_NOT_MODEM) == 0 ? _("Modem") : NULL,
                                 (pop->flags & CPS_NOT_ISDN) == 0 ? _("ISDN") : NULL,
                                 (pop->flags & CPS_SURCHARGE) != 0 ? _("with a surcharge") : NULL};
    g_autoptr(GString) text = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (kinds[i] != NULL)
            g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", kinds[i]);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
on_selected(DtNumbersWindow *self)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const struct book *b;
    guint i;

    if (self->lister != NULL && dt_lister_get_selected(self->lister, &i)) {
        const struct cps_pop *pop = pop_at(self, i, &b);
        g_autofree char *number = dt_numbers_window_text(pop->country, pop->area, pop->number);
        g_autofree char *kinds = kinds_of(pop), *speed = speed_of(pop);

        add_line(text, _("Access number:"), number);
        add_line(text, _("Region:"), cps_book_region(b->book, pop->region));
        add_line(text, _("For:"), kinds);
        add_line(text, _("Speed:"), speed);
        add_line(text, _("Dial-up entry:"), pop->dun);
    }
    gtk_label_set_text(self->more_label, text->str);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, text->len > 0);
}

static void
on_row_activated(DtNumbersWindow *self)
{
    gtk_window_activate_default(GTK_WINDOW(self));
}

static void
dt_numbers_window_response(GtkDialog *dialog, int response)
{
    DtNumbersWindow *self = DT_NUMBERS_WINDOW(dialog);
    const struct book *b;
    guint i;

    if (response == GTK_RESPONSE_OK && self->lister != NULL &&
        dt_lister_get_selected(self->lister, &i)) {
        const struct cps_pop *pop = pop_at(self, i, &b);
        g_signal_emit(self, signals[CHOSEN], 0, pop->country, pop->area, pop->number);
    }
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

/* ---- the object --------------------------------------------------------------------------- */

/* What the format's rules for errors leave out: said, because else nobody would miss it. */
static void
show_errors(DtNumbersWindow *self)
{
    guint entries = 0;
    gboolean cut = FALSE;

    for (guint i = 0; i < self->found->books->len; i++) {
        const struct cps_report *r = &((const struct book *)self->found->books->pdata[i])->report;
        entries += r->entries;
        cut |= r->rest || r->all;
    }
    g_autofree char *text =
        cut ? g_strdup(_("An error in the phone book ends it early: numbers are missing."))
            : g_strdup_printf(ngettext("%u number with an error is left out.",
                                       "%u numbers with an error are left out.", entries),
                              entries);
    gtk_label_set_text(self->errors_label, text);
    gtk_widget_set_visible(GTK_WIDGET(self->errors_label), cut || entries > 0);
}

static void
on_picture(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GdkPixbuf) picture = dt_picture_decode_finish(result, &error);

    (void)user_data;
    if (picture != NULL) {
        gtk_image_set_from_pixbuf(DT_NUMBERS_WINDOW(source)->book_image, picture);
        gtk_widget_show(GTK_WIDGET(DT_NUMBERS_WINDOW(source)->book_image));
    } else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_debug("the picture of the phone book cannot be shown: %s", error->message);
    }
}

/* PBMessage and PBLogo: the administrator's words and picture. */
static void
show_own(DtNumbersWindow *self)
{
    g_autofree char *message = dt_format_foreign(self->profile->pb_message, MAX_MESSAGE);
    g_autoptr(GBytes) logo = NULL;

    gtk_label_set_text(self->message_label, message);
    gtk_widget_set_visible(GTK_WIDGET(self->message_label), *message != '\0');
    if (*self->profile->pb_logo != '\0')
        logo = profile_store_read_file(self->store, self->profile, self->profile->pb_logo, NULL);
    if (logo != NULL)
        dt_picture_decode_async(self, logo, "bmp", LOGO_WIDTH, LOGO_HEIGHT, self->cancellable,
                                on_picture, NULL);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    struct found *found = g_task_propagate_pointer(G_TASK(result), &error);

    (void)user_data;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;

    DtNumbersWindow *self = DT_NUMBERS_WINDOW(source);

    if (found == NULL) {
        g_autofree char *shown = dt_format_foreign(error->message, 400);
        gtk_label_set_text(self->problem_label, shown);
        gtk_stack_set_visible_child_name(self->pages, "problem");
        return;
    }
    self->found = found;
    self->filling = TRUE;
    fill_countries(self);
    fill_services(self);
    gtk_widget_set_visible(self->more_check, has_more(self));
    fill_regions(self);
    show_errors(self);
    gtk_stack_set_visible_child_name(self->pages, "numbers");
    show_list(self);
    gtk_widget_grab_focus(GTK_WIDGET(self->numbers_view));
}

static void
dt_numbers_window_dispose(GObject *object)
{
    DtNumbersWindow *self = DT_NUMBERS_WINDOW(object);

    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->lister);
    g_clear_object(&self->store);
    G_OBJECT_CLASS(dt_numbers_window_parent_class)->dispose(object);
}

static void
dt_numbers_window_finalize(GObject *object)
{
    DtNumbersWindow *self = DT_NUMBERS_WINDOW(object);

    g_clear_object(&self->cancellable);
    g_clear_pointer(&self->found, found_free);
    g_clear_pointer(&self->profile, profile_free);
    g_array_unref(self->rows);
    G_OBJECT_CLASS(dt_numbers_window_parent_class)->finalize(object);
}

static void
dt_numbers_window_class_init(DtNumbersWindowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dt_numbers_window_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_numbers_window_finalize;
    GTK_DIALOG_CLASS(klass)->response = dt_numbers_window_response;
    signals[CHOSEN] =
        g_signal_new("chosen", DT_TYPE_NUMBERS_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/numbers-window.ui");
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, pages);
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, problem_label);
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, more_label);
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, message_label);
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, book_image);
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, errors_label);
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, country_combo);
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, region_combo);
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, service_combo);
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, service_caption);
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, more_check);
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, search_entry);
    gtk_widget_class_bind_template_child(widget_class, DtNumbersWindow, numbers_view);
    gtk_widget_class_bind_template_callback(widget_class, on_country_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_wish_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_selected);
    gtk_widget_class_bind_template_callback(widget_class, on_row_activated);
}

static void
dt_numbers_window_init(DtNumbersWindow *self)
{
    self->cancellable = g_cancellable_new();
    self->rows = g_array_new(FALSE, FALSE, sizeof(struct row));
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, FALSE);
}

GtkWidget *
dt_numbers_window_new(GtkWindow *parent, ProfileStore *store, const Profile *profile)
{
    DtNumbersWindow *self =
        g_object_new(DT_TYPE_NUMBERS_WINDOW, "transient-for", parent, "use-header-bar", 0, NULL);

    self->store = g_object_ref(store);
    self->profile = profile_copy(profile);
    show_own(self);
    dt_profile_task_run(g_task_new(self, self->cancellable, on_read, NULL), store, profile,
                        read_in_thread);
    return GTK_WIDGET(self);
}
