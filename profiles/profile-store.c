/* profile-store.c - see profile-store.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-store.h"

#include "dir-file.h"
#include "profile-file.h"
#include "profile-store-private.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_DIR   "/etc/dialtone/profiles"
#define MAX_PROFILES 32768
#define MAX_ID       48
#define MAX_FILES    4096
#define MAX_KEPT     (16 * 1024 * 1024)

struct _ProfileStore {
    GObject parent;
    char *dirs[2]; /* the user's, the system's */
    GFileMonitor *monitors[2];
    guint idle_changed;
};

enum { SIGNAL_CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(ProfileStore, profile_store, G_TYPE_OBJECT)

/* --- being told of changes --- */

static gboolean
emit_changed(gpointer user_data)
{
    ProfileStore *self = user_data;

    self->idle_changed = 0;
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
    return G_SOURCE_REMOVE;
}

/* One save is several events: one signal. */
static void
on_monitor(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
           gpointer user_data)
{
    ProfileStore *self = user_data;

    (void)monitor, (void)file, (void)other, (void)event;
    if (self->idle_changed == 0)
        self->idle_changed = g_idle_add(emit_changed, self);
}

static void
watch(ProfileStore *self, guint which)
{
    g_autoptr(GFile) dir = g_file_new_for_path(self->dirs[which]);

    if (self->monitors[which] != NULL)
        return;
    self->monitors[which] = g_file_monitor_directory(dir, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
    if (self->monitors[which] != NULL)
        g_signal_connect(self->monitors[which], "changed", G_CALLBACK(on_monitor), self);
}

/* --- object --- */

static void
profile_store_finalize(GObject *object)
{
    ProfileStore *self = PROFILE_STORE(object);

    g_clear_handle_id(&self->idle_changed, g_source_remove);
    for (guint i = 0; i < 2; i++) {
        if (self->monitors[i] != NULL)
            g_signal_handlers_disconnect_by_data(self->monitors[i], self);
        g_clear_object(&self->monitors[i]);
        g_free(self->dirs[i]);
    }
    G_OBJECT_CLASS(profile_store_parent_class)->finalize(object);
}

static void
profile_store_class_init(ProfileStoreClass *class)
{
    G_OBJECT_CLASS(class)->finalize = profile_store_finalize;
    signals[SIGNAL_CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
profile_store_init(ProfileStore *self)
{
    (void)self;
}

static const char *
usual_system_dir(void)
{
    const char *chosen = g_getenv("DIALTONE_SYSTEM_PROFILES");

    return chosen != NULL && g_path_is_absolute(chosen) ? chosen : SYSTEM_DIR;
}

ProfileStore *
profile_store_new(const char *user_dir, const char *system_dir)
{
    ProfileStore *self = g_object_new(PROFILE_TYPE_STORE, NULL);

    self->dirs[0] = user_dir != NULL
                        ? g_strdup(user_dir)
                        : g_build_filename(g_get_user_data_dir(), "dialtone", "profiles", NULL);
    self->dirs[1] = g_strdup(system_dir != NULL ? system_dir : usual_system_dir());
    watch(self, 0);
    watch(self, 1);
    return self;
}

/* --- reading --- */

static GBytes *
read_bytes(int dir, const char *id, GError **error)
{
    g_autofree char *name = g_strconcat(id, "/" PROFILE_NAME, NULL);

    return dir_file_read(dir, name, PROFILE_FILE_MAX, error);
}

static Profile *
read_profile(int dir, const char *id, gboolean system, GError **error)
{
    g_autoptr(GBytes) bytes = read_bytes(dir, id, error);
    Profile *p = bytes == NULL ? NULL : profile_file_read(bytes, error);

    if (p == NULL)
        return NULL;
    profile_set(&p->id, id);
    p->system = system;
    if (*p->name == '\0')
        profile_set(&p->name, id);
    return p;
}

/* As fast as it goes for a file of ours, in full for any other. */
static ProfileSummary *
read_summary(int dir, const char *id, gboolean system, GError **error)
{
    g_autoptr(GBytes) bytes = read_bytes(dir, id, error);
    ProfileSummary *s = bytes == NULL ? NULL : profile_summary_read(bytes);

    if (bytes != NULL && s == NULL) {
        g_autoptr(Profile) p = profile_file_read(bytes, error);
        s = p == NULL ? NULL : profile_summary_of(p);
    }
    if (s == NULL)
        return NULL;
    g_free(s->id);
    s->id = g_strdup(id);
    s->system = system;
    if (*s->name == '\0') {
        g_free(s->name);
        s->name = g_strdup(id);
    }
    return s;
}

struct listed {
    gpointer item; /* a Profile, or a ProfileSummary */
    char *key;     /* of its name in the order of the language */
    const char *id;
    gboolean system;
};

static int
compare_listed(gconstpointer a, gconstpointer b)
{
    const struct listed *x = a, *y = b;

    if (x->system != y->system)
        return x->system ? 1 : -1;
    const int by_name = strcmp(x->key, y->key);
    return by_name != 0 ? by_name : strcmp(x->id, y->id);
}

static char *
cannot_read(const char *id, const GError *error)
{
    char shown[MAX_ID * 2];

    ras_printable(shown, sizeof shown, id, strlen(id));
    return g_strdup_printf(_("The profile in %s cannot be read. %s"), shown, error->message);
}

/* A folder of ours: its name is an id. Leftovers of an interrupted save begin with a dot. */
static void
list_folder(const char *path, struct listed (*read)(int, const char *, gboolean, GError **),
            gboolean system, GArray *list, GPtrArray *problems)
{
    g_autoptr(GError) why = NULL;
    const int dir = dir_open(path, &why);
    g_autoptr(GPtrArray) ids = dir < 0 ? NULL : dir_list(dir, TRUE, MAX_PROFILES, &why);

    if (why != NULL && !g_error_matches(why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        g_ptr_array_add(problems,
                        g_strdup_printf(_("Connections cannot be read. %s"), why->message));
    for (guint i = 0; ids != NULL && i < ids->len; i++) {
        g_autoptr(GError) error = NULL;
        const struct listed l = read(dir, ids->pdata[i], system, &error);

        if (l.item != NULL)
            g_array_append_val(list, l);
        else
            g_ptr_array_add(problems, cannot_read(ids->pdata[i], error));
    }
    if (dir >= 0)
        close(dir);
}

static struct listed
listed_profile(int dir, const char *id, gboolean system, GError **error)
{
    Profile *p = read_profile(dir, id, system, error);

    return p == NULL ? (struct listed){0}
                     : (struct listed){p, g_utf8_collate_key(p->name, -1), p->id, system};
}

static struct listed
listed_summary(int dir, const char *id, gboolean system, GError **error)
{
    ProfileSummary *s = read_summary(dir, id, system, error);

    return s == NULL ? (struct listed){0}
                     : (struct listed){s, g_utf8_collate_key(s->name, -1), s->id, system};
}

static GPtrArray *
list_all(ProfileStore *store, struct listed (*read)(int, const char *, gboolean, GError **),
         GDestroyNotify destroy, GPtrArray **ret_problems)
{
    GPtrArray *items = g_ptr_array_new_with_free_func(destroy);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(struct listed));

    list_folder(store->dirs[0], read, FALSE, list, problems);
    list_folder(store->dirs[1], read, TRUE, list, problems);
    g_array_sort(list, compare_listed);
    for (guint i = 0; i < list->len; i++) {
        const struct listed *l = &g_array_index(list, struct listed, i);
        g_ptr_array_add(items, l->item);
        g_free(l->key);
    }
    if (ret_problems != NULL)
        *ret_problems = g_steal_pointer(&problems);
    return items;
}

GPtrArray *
profile_store_list(ProfileStore *store, GPtrArray **ret_problems)
{
    return list_all(store, listed_profile, (GDestroyNotify)profile_free, ret_problems);
}

GPtrArray *
profile_store_summaries(ProfileStore *store, GPtrArray **ret_problems)
{
    return list_all(store, listed_summary, (GDestroyNotify)profile_summary_free, ret_problems);
}

enum match { MATCH_ID, MATCH_NAME, MATCH_CASELESS, N_MATCHES };

static gboolean
matches(const ProfileSummary *p, const char *name, enum match how)
{
    if (how == MATCH_ID)
        return g_str_equal(p->id, name);
    if (how == MATCH_NAME)
        return g_str_equal(p->name, name);
    g_autofree char *a = g_utf8_casefold(p->name, -1), *b = g_utf8_casefold(name, -1);
    return g_str_equal(a, b);
}

static gboolean
is_absent(const GError *why)
{
    return g_error_matches(why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
           g_error_matches(why, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY) ||
           g_error_matches(why, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG);
}

/* An id is the name of a folder: no need to read them all. NULL without an @error: there is none.
 * One of the user's that cannot be read is not another one, such as everybody's. */
static Profile *
find_id(ProfileStore *store, const char *id, guint first, GError **error)
{
    if (*id == '\0' || *id == '.' || strchr(id, '/') != NULL)
        return NULL;
    for (guint i = first; i < G_N_ELEMENTS(store->dirs); i++) {
        GError *why = NULL;
        const int dir = dir_open(store->dirs[i], &why);
        Profile *p = dir < 0 ? NULL : read_profile(dir, id, i == 1, &why);

        if (dir >= 0)
            close(dir);
        if (p != NULL)
            return p;
        if (!is_absent(why)) {
            g_autofree char *text = cannot_read(id, why);
            g_set_error_literal(error, why->domain, why->code, text);
            g_error_free(why);
            return NULL;
        }
        g_error_free(why);
    }
    return NULL;
}

/* The one that is meant; NULL: none. The user's own come first; FALSE: there are several. */
static gboolean
choose(const GPtrArray *list, const char *name, enum match how, gboolean system,
       const ProfileSummary **ret, GError **error)
{
    const ProfileSummary *found = NULL;
    char shown[256];

    for (guint i = 0; i < list->len; i++) {
        const ProfileSummary *p = list->pdata[i];
        if (!matches(p, name, how) || (system && !p->system))
            continue;
        if (found != NULL && found->system == p->system) {
            ras_printable(shown, sizeof shown, name, strlen(name));
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                        _("There are several connections called “%s”: use their id (%s, %s)."),
                        shown, found->id, p->id);
            return FALSE;
        }
        found = found != NULL ? found : p;
    }
    *ret = found;
    return TRUE;
}

/* @system: only those. */
static Profile *
find(ProfileStore *store, const char *name, gboolean system, GError **error)
{
    GError *why = NULL;
    Profile *by_id = find_id(store, name, system ? 1 : 0, &why);

    if (by_id != NULL || why != NULL) {
        if (why != NULL)
            g_propagate_error(error, why);
        return by_id;
    }
    g_autoptr(GPtrArray) list = profile_store_summaries(store, NULL);
    char shown[256];

    for (int how = MATCH_ID; how < N_MATCHES && g_utf8_validate(name, -1, NULL); how++) {
        const ProfileSummary *found = NULL;

        if (!choose(list, name, how, system, &found, error))
            return NULL;
        if (found == NULL)
            continue;
        const int dir = dir_open(store->dirs[found->system], error);
        Profile *p = dir < 0 ? NULL : read_profile(dir, found->id, found->system, error);
        if (dir >= 0)
            close(dir);
        return p;
    }
    ras_printable(shown, sizeof shown, name, strlen(name));
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                system ? _("There is no connection for everybody called “%s”.")
                       : _("There is no connection called “%s”."),
                shown);
    return NULL;
}

Profile *
profile_store_find(ProfileStore *store, const char *name, GError **error)
{
    return find(store, name, FALSE, error);
}

Profile *
profile_store_find_system(ProfileStore *store, const char *name, GError **error)
{
    return find(store, name, TRUE, error);
}

GBytes *
profile_store_read_file(ProfileStore *store, const Profile *p, const char *name, GError **error)
{
    GBytes *kept = g_hash_table_lookup(p->files, name);
    GBytes *bytes = NULL;

    if (kept != NULL)
        return g_bytes_ref(kept);
    const int dir = dir_open(store->dirs[p->system], error);
    if (dir < 0)
        return NULL;
    const int folder = dir_open_child(dir, p->id, FALSE, error);
    const int files = folder < 0 ? -1 : dir_open_child(folder, FILES_NAME, FALSE, error);
    if (files >= 0)
        bytes = dir_file_read(files, name, MAX_KEPT, error);
    if (files >= 0)
        close(files);
    if (folder >= 0)
        close(folder);
    close(dir);
    return bytes;
}

/* --- writing --- */

char *
profile_store_id_from_name(const char *name)
{
    g_autofree char *ascii = g_str_to_ascii(name, "C");
    GString *id = g_string_new(NULL);

    for (const char *p = ascii; *p != '\0' && id->len < MAX_ID; p++) {
        if (g_ascii_isalnum(*p))
            g_string_append_c(id, g_ascii_tolower(*p));
        else if (id->len > 0 && id->str[id->len - 1] != '-')
            g_string_append_c(id, '-');
    }
    while (id->len > 0 && id->str[id->len - 1] == '-')
        g_string_truncate(id, id->len - 1);
    if (id->len == 0)
        g_string_append(id, "connection");
    return g_string_free(id, FALSE);
}

gboolean
profile_store_write_folder(int dir, const char *hidden, const Profile *p, GBytes *text,
                           gboolean sync, GError **error)
{
    gboolean (*const write)(int, const char *, GBytes *, GError **) =
        sync ? dir_file_write : dir_file_create;
    const int folder = dir_open_child(dir, hidden, TRUE, error);
    GHashTableIter iter;
    gpointer name, bytes;
    gboolean ok = folder >= 0;

    if (!ok)
        return FALSE;
    const int files = dir_open_child(folder, FILES_NAME, TRUE, error);
    ok = files >= 0;
    g_hash_table_iter_init(&iter, p->files);
    while (ok && g_hash_table_iter_next(&iter, &name, &bytes))
        ok = strchr(name, '/') == NULL && write(files, name, bytes, error);
    ok = ok && write(folder, PROFILE_NAME, text, error);
    if (files >= 0)
        close(files);
    close(folder);
    return ok;
}

/* No folder takes the place of one that has something in it, on any file system: of two front ends
 * that save the same new name, each gets its own. */
char *
profile_store_publish(int dir, const char *hidden, const char *base, GError **error)
{
    for (guint n = 1; n <= MAX_PROFILES; n++) {
        g_autofree char *id = n == 1 ? g_strdup(base) : g_strdup_printf("%s-%u", base, n);

        if (renameat(dir, hidden, dir, id) == 0)
            return g_steal_pointer(&id);
        if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
            break;
    }
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s", g_strerror(errno));
    return NULL;
}

void
profile_store_withdraw(int dir, const char *id, const char *hidden)
{
    renameat(dir, id, dir, hidden);
}

static gboolean
publish(int dir, const char *hidden, Profile *p, GError **error)
{
    g_autofree char *base = profile_store_id_from_name(p->name);
    g_autofree char *id = profile_store_publish(dir, hidden, base, error);

    if (id == NULL)
        return FALSE;
    if (!dir_sync(dir, error)) {
        profile_store_withdraw(dir, id, hidden);
        return FALSE;
    }
    profile_set(&p->id, id);
    return TRUE;
}

static gboolean
save_new(int dir, Profile *p, GBytes *text, GError **error)
{
    g_autofree char *hidden = dir_hidden_name(DIR_NEW);

    if (profile_store_write_folder(dir, hidden, p, text, TRUE, error) &&
        publish(dir, hidden, p, error)) {
        p->system = FALSE;
        g_hash_table_remove_all(p->files);
        return TRUE;
    }
    dir_remove(dir, hidden, NULL);
    return FALSE;
}

static gboolean
save_old(int dir, const Profile *p, GBytes *text, GError **error)
{
    const int folder = dir_open_child(dir, p->id, FALSE, error);
    gboolean ok;

    if (folder < 0)
        return FALSE;
    dir_sweep(folder);
    ok = g_hash_table_size(p->files) == 0 ? dir_file_write(folder, PROFILE_NAME, text, error)
                                          : profile_store_replace(folder, p, text, error);
    close(folder);
    /* The watchers look at the folder of folders: let them see that something happened in it. */
    if (ok)
        futimens(dir, NULL);
    return ok;
}

static gboolean
fetch_from(int files, Profile *p, GError **error)
{
    g_autoptr(GPtrArray) names = dir_list(files, FALSE, MAX_FILES, error);

    for (guint i = 0; names != NULL && i < names->len; i++) {
        if (g_hash_table_contains(p->files, names->pdata[i]))
            continue;
        GBytes *bytes = dir_file_read(files, names->pdata[i], MAX_KEPT, error);
        if (bytes == NULL)
            return FALSE;
        g_hash_table_insert(p->files, g_strdup(names->pdata[i]), bytes);
    }
    return names != NULL;
}

gboolean
profile_store_fetch_files(ProfileStore *store, Profile *p, GError **error)
{
    g_autofree char *path = g_build_filename(store->dirs[p->system], p->id, FILES_NAME, NULL);
    GError *why = NULL;

    if (*p->id == '\0')
        return TRUE;
    const int files = dir_open(path, &why);

    if (g_error_matches(why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) { /* it keeps none */
        g_error_free(why);
        return TRUE;
    }
    if (files < 0) {
        g_propagate_error(error, why);
        return FALSE;
    }
    const gboolean ok = fetch_from(files, p, error);
    close(files);
    return ok;
}

int
profile_store_open(ProfileStore *store, GError **error)
{
    if (g_mkdir_with_parents(store->dirs[0], 0700) < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", store->dirs[0],
                    g_strerror(errno));
        return -1;
    }
    watch(store, 0);
    const int dir = dir_open(store->dirs[0], error);
    if (dir >= 0)
        dir_sweep(dir);
    return dir;
}

static gboolean
save(ProfileStore *store, Profile *p, GError **error)
{
    g_autoptr(GBytes) text = profile_file_write(p);
    gboolean ok;

    const int dir = profile_store_open(store, error);
    if (dir < 0)
        return FALSE;
    if (p->system) /* what the system's keeps goes with the user's copy */
        ok = profile_store_fetch_files(store, p, error) && save_new(dir, p, text, error);
    else
        ok = *p->id == '\0' ? save_new(dir, p, text, error) : save_old(dir, p, text, error);
    close(dir);
    return ok;
}

gboolean
profile_store_save(ProfileStore *store, Profile *p, GError **error)
{
    if (save(store, p, error))
        return TRUE;
    g_prefix_error(error, "%s ", _("The connection cannot be saved."));
    return FALSE;
}

gboolean
profile_store_delete(ProfileStore *store, const Profile *p, GError **error)
{
    g_autofree char *hidden = dir_hidden_name(DIR_OLD);
    gboolean ok;

    if (p->system || *p->id == '\0') {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                            _("This connection belongs to everybody on this computer. Only an "
                              "administrator can remove it."));
        return FALSE;
    }
    const int dir = dir_open(store->dirs[0], error);
    if (dir < 0) {
        g_prefix_error(error, "%s ", _("The connection cannot be removed."));
        return FALSE;
    }
    /* Gone at once for everybody who looks, then emptied. */
    ok = renameat(dir, p->id, dir, hidden) == 0;
    if (!ok)
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", p->id,
                    g_strerror(errno));
    if (ok && !dir_sync(dir, error)) {
        profile_store_withdraw(dir, hidden, p->id);
        ok = FALSE;
    }
    if (ok) /* it is no connection any more: what cannot be emptied now, dir_sweep() tries again */
        dir_remove(dir, hidden, NULL);
    else
        g_prefix_error(error, "%s ", _("The connection cannot be removed."));
    close(dir);
    return ok;
}

static gboolean
name_taken(const GPtrArray *list, const char *name, gboolean system)
{
    for (guint i = 0; i < list->len; i++) {
        const ProfileSummary *s = list->pdata[i];
        if ((s->system || !system) && matches(s, name, MATCH_CASELESS))
            return TRUE;
    }
    return FALSE;
}

static char *
free_name(ProfileStore *store, const char *name, gboolean system)
{
    g_autoptr(GPtrArray) list = profile_store_summaries(store, NULL);
    char *candidate = g_strdup(name);

    for (guint n = 2; name_taken(list, candidate, system); n++) {
        g_free(candidate);
        candidate = g_strdup_printf("%s (%u)", name, n);
    }
    return candidate;
}

char *
profile_store_free_name(ProfileStore *store, const char *name)
{
    return free_name(store, name, FALSE);
}

char *
profile_store_free_system_name(ProfileStore *store, const char *name)
{
    return free_name(store, name, TRUE);
}
