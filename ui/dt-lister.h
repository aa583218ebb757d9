/*
 * dt-lister.h - fills the list of a GtkTreeView, a few milliseconds at a time, so that a list of
 * any length holds up no window; and leaves out what does not hold the text that is searched for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

enum dt_lister_column {                   /* of the view's model */
                        DT_LISTER_INDEX,  /* guint: of the source */
                        DT_LISTER_TEXT,   /* what is searched */
                        DT_LISTER_DETAIL, /* may be NULL */
                        DT_LISTER_WEIGHT, /* PangoWeight */
};

typedef struct {
    char *text, *detail; /* the lister frees them; fit to be shown */
    gboolean bold;
} DtListerRow;

/* Row @i of the source. */
typedef DtListerRow (*DtListerRead)(gpointer source, guint i);

#define DT_TYPE_LISTER (dt_lister_get_type())

G_DECLARE_FINAL_TYPE(DtLister, dt_lister, DT, LISTER, GObject)

/* @view: in fixed-height mode. @search may be NULL. Drop the lister before @source goes. */
DtLister *dt_lister_new(GtkTreeView *view, GtkEntry *search, DtListerRead read, gpointer source);

/* Begins again with that many rows; row @select is selected when it comes, or the first. */
void dt_lister_fill(DtLister *self, guint n, guint select);
void dt_lister_update(DtLister *self, guint i);              /* this row has changed */
gboolean dt_lister_get_selected(DtLister *self, guint *ret); /* FALSE: nothing is */

G_END_DECLS
