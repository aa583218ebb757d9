/* dt-lister.c - see dt-lister.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-lister"

#include "dt-lister.h"

#include "dt-hint.h"

#include <string.h>

/* One turn of the main loop; a screen is drawn every 16 ms. */
enum { TURN_US = 8000, LOOK_EVERY = 16 };

struct _DtLister {
    GObject parent_instance;

    GtkTreeView *view; /* not owned: it outlives the lister, or is destroyed before its owner */
    GtkEntry *search;
    DtListerRead read;
    gpointer source;

    GtkListStore *list;
    char *wanted;  /* folded; "": all */
    guint n, next; /* rows of the source; the next to be looked at */
    guint select;  /* to be selected when it comes */
    GArray *rows;  /* GtkTreeIter by index; stamp 0: not in the list */
    guint idle;
};

G_DEFINE_TYPE(DtLister, dt_lister, G_TYPE_OBJECT)

static gboolean
is_wanted(DtLister *self, const char *text)
{
    if (*self->wanted == '\0')
        return TRUE;
    g_autofree char *folded = g_utf8_casefold(text, -1);
    return strstr(folded, self->wanted) != NULL;
}

static void
select_row(DtLister *self, GtkTreeIter *row)
{
    g_autoptr(GtkTreePath) path = gtk_tree_model_get_path(GTK_TREE_MODEL(self->list), row);

    /* The first is where a new list begins; a cursor set before the view has its size would scroll
     * it out of sight. */
    if (gtk_tree_path_get_indices(path)[0] == 0)
        gtk_tree_selection_select_path(gtk_tree_view_get_selection(self->view), path);
    else
        gtk_tree_view_set_cursor(self->view, path, NULL, FALSE);
}

static int
weight_of(const DtListerRow *row)
{
    return row->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL;
}

static void
add(DtLister *self, guint i)
{
    DtListerRow row = self->read(self->source, i);
    GtkTreeIter *iter = &g_array_index(self->rows, GtkTreeIter, i);

    if (is_wanted(self, row.text)) {
        gtk_list_store_insert_with_values(self->list, iter, -1, DT_LISTER_INDEX, i, DT_LISTER_TEXT,
                                          row.text, DT_LISTER_DETAIL, row.detail, DT_LISTER_WEIGHT,
                                          weight_of(&row), -1);
        if (i == self->select)
            select_row(self, iter);
    }
    g_free(row.text);
    g_free(row.detail);
}

/* What was wanted is not among them: the first. */
static void
select_any(DtLister *self)
{
    GtkTreeIter first;

    if (!gtk_tree_selection_get_selected(gtk_tree_view_get_selection(self->view), NULL, NULL) &&
        gtk_tree_model_get_iter_first(GTK_TREE_MODEL(self->list), &first))
        select_row(self, &first);
}

static gboolean
go_on(gpointer user_data)
{
    DtLister *self = user_data;
    const gint64 end = g_get_monotonic_time() + TURN_US;

    while (self->next < self->n) {
        add(self, self->next++);
        if (self->next % LOOK_EVERY == 0 && g_get_monotonic_time() > end)
            return G_SOURCE_CONTINUE;
    }
    self->idle = 0;
    select_any(self);
    return G_SOURCE_REMOVE;
}

/* A new list, rather than one emptied row by row under the eyes of the view. */
static void
begin(DtLister *self)
{
    g_autoptr(GtkListStore) list =
        gtk_list_store_new(4, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_INT);

    g_clear_handle_id(&self->idle, g_source_remove);
    g_set_object(&self->list, list);
    g_array_set_size(self->rows, 0);
    g_array_set_size(self->rows, self->n);
    self->next = 0;
    gtk_tree_view_set_model(self->view, GTK_TREE_MODEL(list));
    if (go_on(self) == G_SOURCE_CONTINUE)
        self->idle = g_idle_add(go_on, self);
}

void
dt_lister_fill(DtLister *self, guint n, guint select)
{
    self->n = n;
    self->select = select;
    begin(self);
}

void
dt_lister_update(DtLister *self, guint i)
{
    GtkTreeIter *iter = i < self->rows->len ? &g_array_index(self->rows, GtkTreeIter, i) : NULL;

    if (iter == NULL || iter->stamp == 0)
        return; /* it comes, or is not wanted */
    DtListerRow row = self->read(self->source, i);
    gtk_list_store_set(self->list, iter, DT_LISTER_DETAIL, row.detail, DT_LISTER_WEIGHT,
                       weight_of(&row), -1);
    g_free(row.text);
    g_free(row.detail);
}

gboolean
dt_lister_get_selected(DtLister *self, guint *ret)
{
    GtkTreeModel *model;
    GtkTreeIter iter;

    if (!gtk_tree_selection_get_selected(gtk_tree_view_get_selection(self->view), &model, &iter))
        return FALSE;
    gtk_tree_model_get(model, &iter, DT_LISTER_INDEX, ret, -1);
    return TRUE;
}

static void
on_search(DtLister *self)
{
    guint selected = self->select;

    dt_lister_get_selected(self, &selected);
    g_free(self->wanted);
    self->wanted = g_utf8_casefold(gtk_entry_get_text(self->search), -1);
    self->select = selected;
    begin(self);
}

static void
dt_lister_finalize(GObject *object)
{
    DtLister *self = DT_LISTER(object);

    g_clear_handle_id(&self->idle, g_source_remove);
    g_clear_object(&self->list);
    g_array_unref(self->rows);
    g_free(self->wanted);
    G_OBJECT_CLASS(dt_lister_parent_class)->finalize(object);
}

static void
dt_lister_class_init(DtListerClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = dt_lister_finalize;
}

static void
dt_lister_init(DtLister *self)
{
    self->rows = g_array_new(FALSE, TRUE, sizeof(GtkTreeIter));
    self->wanted = g_strdup("");
}

DtLister *
dt_lister_new(GtkTreeView *view, GtkEntry *search, DtListerRead read, gpointer source)
{
    DtLister *self = g_object_new(DT_TYPE_LISTER, NULL);

    self->view = view;
    self->search = search;
    self->read = read;
    self->source = source;
    if (search != NULL) {
        g_free(self->wanted);
        self->wanted = g_utf8_casefold(gtk_entry_get_text(search), -1);
        dt_hint_mend(search);
        g_signal_connect_object(search, "changed", G_CALLBACK(on_search), self, G_CONNECT_SWAPPED);
    }
    return self;
}
