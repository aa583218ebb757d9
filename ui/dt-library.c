/* dt-library.c - see dt-library.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-library"

#include "dt-library.h"

/* What one reading found. */
struct found {
    GPtrArray *items;    /* ProfileSummary */
    GHashTable *by_name; /* borrowed from those */
    GPtrArray *problems; /* char * */
};

struct _DtLibrary {
    GObject parent_instance;

    ProfileStore *store;
    struct found *found;       /* NULL: not read yet */
    GCancellable *cancellable; /* cancelled in dispose */
    gboolean reading, again;   /* in the thread; the store changed since that began */
};

G_DEFINE_TYPE(DtLibrary, dt_library, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
found_free(gpointer data)
{
    struct found *found = data;

    g_hash_table_unref(found->by_name);
    g_ptr_array_unref(found->items);
    g_ptr_array_unref(found->problems);
    g_free(found);
}

/* ---- in the thread ------------------------------------------------------------------------ */

static void
read_in_thread(GTask *task, gpointer source, gpointer store, GCancellable *cancellable)
{
    struct found *found = g_new0(struct found, 1);

    (void)source, (void)cancellable;
    found->items = profile_store_summaries(store, &found->problems);
    found->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = found->items->len; i > 0; i--) { /* the first of a name stays */
        ProfileSummary *item = found->items->pdata[i - 1];
        g_hash_table_replace(found->by_name, item->name, item);
    }
    g_task_return_pointer(task, found, found_free);
}

/* ---- in the main loop --------------------------------------------------------------------- */

static void refresh(DtLibrary *self);

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    DtLibrary *self = DT_LIBRARY(source);
    struct found *found = g_task_propagate_pointer(G_TASK(result), NULL);

    (void)user_data;
    self->reading = FALSE;
    if (found == NULL)
        return; /* cancelled */
    g_clear_pointer(&self->found, found_free);
    self->found = found;
    g_signal_emit(self, signals[CHANGED], 0);
    if (self->again)
        refresh(self);
}

static void
refresh(DtLibrary *self)
{
    self->again = self->reading;
    if (self->reading || self->store == NULL)
        return;
    self->reading = TRUE;

    g_autoptr(GTask) task = g_task_new(self, self->cancellable, on_read, NULL);
    g_task_set_task_data(task, g_object_ref(self->store), g_object_unref);
    g_task_run_in_thread(task, read_in_thread);
}

const GPtrArray *
dt_library_get_items(DtLibrary *self)
{
    return self->found != NULL ? self->found->items : NULL;
}

const char *
dt_library_get_problem(DtLibrary *self)
{
    return self->found != NULL && self->found->problems->len > 0 ? self->found->problems->pdata[0]
                                                                 : NULL;
}

const ProfileSummary *
dt_library_find(DtLibrary *self, const char *name)
{
    return self->found != NULL ? g_hash_table_lookup(self->found->by_name, name) : NULL;
}

static void
dt_library_dispose(GObject *object)
{
    DtLibrary *self = DT_LIBRARY(object);

    g_cancellable_cancel(self->cancellable);
    if (self->store != NULL)
        g_signal_handlers_disconnect_by_data(self->store, self);
    g_clear_object(&self->store);
    G_OBJECT_CLASS(dt_library_parent_class)->dispose(object);
}

static void
dt_library_finalize(GObject *object)
{
    DtLibrary *self = DT_LIBRARY(object);

    g_clear_object(&self->cancellable);
    g_clear_pointer(&self->found, found_free);
    G_OBJECT_CLASS(dt_library_parent_class)->finalize(object);
}

static void
dt_library_class_init(DtLibraryClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dt_library_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_library_finalize;
    signals[CHANGED] = g_signal_new("changed", DT_TYPE_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
}

static void
dt_library_init(DtLibrary *self)
{
    self->cancellable = g_cancellable_new();
}

DtLibrary *
dt_library_new(ProfileStore *store)
{
    DtLibrary *self = g_object_new(DT_TYPE_LIBRARY, NULL);

    self->store = g_object_ref(store);
    g_signal_connect_object(store, "changed", G_CALLBACK(refresh), self, G_CONNECT_SWAPPED);
    refresh(self);
    return self;
}
