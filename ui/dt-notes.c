/* dt-notes.c - see dt-notes.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-notes.h"

enum { MAX_NOTES = 32 };

static const char key[] = "dt-notes";

const GPtrArray *
dt_notes_of(DtConnection *connection)
{
    return g_object_get_data(G_OBJECT(connection), key);
}

void
dt_notes_add(DtConnection *connection, const char *text)
{
    GPtrArray *notes = g_object_get_data(G_OBJECT(connection), key);

    if (notes == NULL) {
        notes = g_ptr_array_new_with_free_func(g_free);
        g_object_set_data_full(G_OBJECT(connection), key, notes, (GDestroyNotify)g_ptr_array_unref);
    }
    if (notes->len == MAX_NOTES)
        g_ptr_array_remove_index(notes, 0);
    g_ptr_array_add(notes, g_strdup_printf("%" G_GINT64_FORMAT " note %s",
                                           g_get_real_time() / G_USEC_PER_SEC, text));
}
