/* dt-web-proxy.c - see dt-web-proxy.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-web-proxy"

#include "dt-web-proxy.h"

#include "desktop-proxy.h"
#include "dt-proxy-guard.h"

#include <glib-unix.h>

#include <signal.h>

static const int signals[] = {SIGTERM, SIGINT, SIGHUP};

struct _DtWebProxy {
    GObject parent_instance;

    GApplication *application; /* not owned: it owns this */
    ProfileStore *store;
    DtLibrary *library;
    GPtrArray *up;                        /* char *: names, in the order in which they came up */
    char *in_use;                         /* what is set, as text; NULL: nothing */
    DtProxyGuard *guard;                  /* while it is set; NULL: there is none */
    guint sources[G_N_ELEMENTS(signals)]; /* while it is set */
};

G_DEFINE_TYPE(DtWebProxy, dt_web_proxy, G_TYPE_OBJECT)

static gboolean
on_signal(gpointer application)
{
    g_application_quit(application);
    return G_SOURCE_CONTINUE;
}

static void
listen_for_signals(DtWebProxy *self, gboolean listen)
{
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
        if (listen && self->sources[i] == 0)
            self->sources[i] = g_unix_signal_add(signals[i], on_signal, self->application);
        else if (!listen)
            g_clear_handle_id(&self->sources[i], g_source_remove);
    }
}

/* Two that are the same set the same. */
static char *
text_of(const Profile *p)
{
    return g_strdup_printf("%s\n%s\n%d\n%s\n%s", p->web_proxy, p->web_proxy_except,
                           p->web_proxy_detect, p->web_proxy_script, p->web_proxy_pac);
}

/* NULL: it has none, or it is not wanted. */
static Profile *
with_proxy(DtWebProxy *self, const char *name)
{
    const ProfileSummary *item = dt_library_find(self->library, name);
    g_autoptr(Profile) p = item == NULL ? NULL : profile_store_find(self->store, item->id, NULL);
    struct web_proxy w;

    if (p == NULL || !p->use_web_proxy || !web_proxy_of(p, &w))
        return NULL;
    web_proxy_clear(&w);
    return g_steal_pointer(&p);
}

static void
be_guarded(DtWebProxy *self, gboolean wanted)
{
    if (self->guard != NULL && !(wanted && dt_proxy_guard_is_there(self->guard)))
        g_clear_pointer(&self->guard, dt_proxy_guard_end);
    if (wanted && self->guard == NULL)
        self->guard = dt_proxy_guard_start();
}

static void
set(DtWebProxy *self, const Profile *p)
{
    g_autofree char *text = text_of(p);
    g_autoptr(GError) error = NULL;
    struct web_proxy w;

    if (g_strcmp0(text, self->in_use) == 0 || !web_proxy_of(p, &w))
        return;
    listen_for_signals(self, TRUE);
    be_guarded(self, TRUE);
    if (!desktop_proxy_set(&w, p->name, &error)) {
        g_message("the web proxy of the profile is not set: %s", error->message);
        be_guarded(self, FALSE);
    }
    web_proxy_clear(&w);
    g_free(self->in_use);
    self->in_use = g_steal_pointer(&text);
}

static void
restore(DtWebProxy *self)
{
    if (self->in_use == NULL)
        return;
    desktop_proxy_restore();
    be_guarded(self, FALSE);
    g_clear_pointer(&self->in_use, g_free);
    listen_for_signals(self, FALSE);
}

void
dt_web_proxy_refresh(DtWebProxy *self)
{
    g_autoptr(Profile) p = NULL;

    for (guint i = self->up->len; i > 0 && p == NULL; i--)
        p = with_proxy(self, self->up->pdata[i - 1]);
    if (p != NULL)
        set(self, p);
    else
        restore(self);
}

void
dt_web_proxy_set_up(DtWebProxy *self, const char *name, gboolean up)
{
    guint i;
    const gboolean was_up = g_ptr_array_find_with_equal_func(self->up, name, g_str_equal, &i);

    if (up == was_up)
        return;
    if (up)
        g_ptr_array_add(self->up, g_strdup(name));
    else
        g_ptr_array_remove_index(self->up, i);
    dt_web_proxy_refresh(self);
}

static void
dt_web_proxy_dispose(GObject *object)
{
    DtWebProxy *self = DT_WEB_PROXY(object);

    if (self->in_use != NULL) {
        restore(self);
        desktop_proxy_flush();
    }
    g_clear_object(&self->store);
    g_clear_object(&self->library);
    G_OBJECT_CLASS(dt_web_proxy_parent_class)->dispose(object);
}

static void
dt_web_proxy_finalize(GObject *object)
{
    g_ptr_array_unref(DT_WEB_PROXY(object)->up);
    G_OBJECT_CLASS(dt_web_proxy_parent_class)->finalize(object);
}

static void
dt_web_proxy_class_init(DtWebProxyClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dt_web_proxy_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_web_proxy_finalize;
}

static void
dt_web_proxy_init(DtWebProxy *self)
{
    self->up = g_ptr_array_new_with_free_func(g_free);
}

DtWebProxy *
dt_web_proxy_new(GApplication *application, ProfileStore *store, DtLibrary *library)
{
    DtWebProxy *self = g_object_new(DT_TYPE_WEB_PROXY, NULL);

    self->application = application;
    self->store = g_object_ref(store);
    self->library = g_object_ref(library);
    desktop_proxy_restore();
    return self;
}
