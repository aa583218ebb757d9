/* dt-no-tray.c - dt-tray.h in a program that was built without a tray. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "dt-tray.h"

struct _DtTray {
    GObject parent_instance;
};

G_DEFINE_TYPE(DtTray, dt_tray, G_TYPE_OBJECT)

static void
dt_tray_class_init(DtTrayClass *klass)
{
    (void)klass;
}

static void
dt_tray_init(DtTray *self)
{
    (void)self;
}

DtTray *
dt_tray_new(GtkApplication *application)
{
    (void)application;
    return g_object_new(DT_TYPE_TRAY, NULL);
}

void
dt_tray_set_calls(DtTray *self, GPtrArray *calls)
{
    (void)self, (void)calls;
}

void
dt_tray_set_picture(DtTray *self, const char *name, const char *path)
{
    (void)self, (void)name, (void)path;
}
