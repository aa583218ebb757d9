/* profile-memory.c - see profile-memory.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-memory.h"

#include "dir-file.h"
#include "profile-file.h"
#include "profile-learn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "learned.ini"
#define DIGEST    "Profile"

enum { MAX_FILE = 256 * 1024, MAX_HOST = 255 };

static char *
folder_path(void)
{
    return g_build_filename(g_get_user_state_dir(), "dialtone", NULL);
}

static int
open_folder(gboolean create, GError **error)
{
    g_autofree char *path = folder_path();

    if (!create || g_mkdir_with_parents(path, 0700) == 0)
        return dir_open(path, error);
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path, g_strerror(errno));
    return -1;
}

/* Empty when there is none, or when it is damaged: what is learned next is kept again. */
static GKeyFile *
load(int dir)
{
    GKeyFile *file = g_key_file_new();
    g_autoptr(GBytes) bytes = dir < 0 ? NULL : dir_file_read(dir, FILE_NAME, MAX_FILE, NULL);

    if (bytes == NULL || g_key_file_load_from_bytes(file, bytes, G_KEY_FILE_NONE, NULL))
        return file;
    g_key_file_free(file);
    return g_key_file_new();
}

/* Of a folder that an administrator made by hand, too, which may be called anything. */
static char *
group_of(const Profile *p)
{
    return g_uri_escape_string(p->id, NULL, FALSE);
}

void
profile_memory_clear_fields(Profile *p)
{
    p->last_protocol = p->ipsec_remembered = p->dhcp_silent_calls = 0;
    profile_set(&p->last_server, "");
    profile_set(&p->ipsec_remembered_for, "");
    profile_set(&p->dhcp_silent_for, "");
}

/* Of all that it says, but for what is learned, and what this person typed and chose. */
static char *
digest_of(const Profile *p)
{
    g_autoptr(Profile) plain = profile_copy(p);

    profile_memory_clear_fields(plain);
    profile_set(&plain->user, "");
    profile_set(&plain->domain, "");
    plain->remember_password = plain->dial_automatically = FALSE;
    g_autoptr(GBytes) text = profile_file_write(plain);
    return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, text);
}

static gboolean
is_of(GKeyFile *file, const char *group, const Profile *p)
{
    g_autofree char *kept = g_key_file_get_string(file, group, DIGEST, NULL);
    g_autofree char *now = kept == NULL ? NULL : digest_of(p);

    return kept != NULL && g_str_equal(kept, now);
}

static guint
number(GKeyFile *file, const char *group, const char *key, guint max)
{
    const guint64 value = g_key_file_get_uint64(file, group, key, NULL);

    return value <= max ? (guint)value : 0;
}

static void
take_host(GKeyFile *file, const char *group, const char *key, char **text)
{
    g_autofree char *value = g_key_file_get_string(file, group, key, NULL);

    profile_set(text, value != NULL && strlen(value) <= MAX_HOST ? value : "");
}

void
profile_memory_recall(Profile *p)
{
    if (!p->system)
        return;
    const int dir = open_folder(FALSE, NULL);
    g_autoptr(GKeyFile) file = load(dir);
    g_autofree char *group = group_of(p);

    if (dir >= 0)
        close(dir);
    if (!is_of(file, group, p))
        return;
    p->last_protocol = number(file, group, "LastProtocol", PLAN_PPTP);
    take_host(file, group, "LastServer", &p->last_server);
    p->ipsec_remembered = number(file, group, "IPsecRemembered", G_MAXUINT32);
    take_host(file, group, "IPsecRememberedFor", &p->ipsec_remembered_for);
    p->dhcp_silent_calls = number(file, group, "DHCPSilentCalls", PROFILE_DHCP_SILENT);
    take_host(file, group, "DHCPSilentFor", &p->dhcp_silent_for);
}

static gboolean
put(int dir, GKeyFile *file, GError **error)
{
    gsize len;
    char *text = g_key_file_to_data(file, &len, NULL);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, len);

    return dir_file_write(dir, FILE_NAME, bytes, error);
}

/* The oldest are the first: each that teaches something is put behind the others. */
static void
make_room(GKeyFile *file, const char *group)
{
    gsize n = 0;

    g_key_file_remove_group(file, group, NULL);
    g_auto(GStrv) groups = g_key_file_get_groups(file, &n);
    for (gsize i = 0; i + PROFILE_MEMORY_CONNECTIONS <= n; i++)
        g_key_file_remove_group(file, groups[i], NULL);
}

gboolean
profile_memory_keep(const Profile *p, GError **error)
{
    g_return_val_if_fail(p->system, FALSE);
    const int dir = open_folder(TRUE, error);

    if (dir < 0)
        return FALSE;
    g_autoptr(GKeyFile) file = load(dir);
    g_autofree char *group = group_of(p), *digest = digest_of(p);
    make_room(file, group);
    g_key_file_set_string(file, group, DIGEST, digest);
    g_key_file_set_uint64(file, group, "LastProtocol", p->last_protocol);
    g_key_file_set_string(file, group, "LastServer", p->last_server);
    g_key_file_set_uint64(file, group, "IPsecRemembered", p->ipsec_remembered);
    g_key_file_set_string(file, group, "IPsecRememberedFor", p->ipsec_remembered_for);
    g_key_file_set_uint64(file, group, "DHCPSilentCalls", p->dhcp_silent_calls);
    g_key_file_set_string(file, group, "DHCPSilentFor", p->dhcp_silent_for);
    dir_sweep(dir);
    const gboolean ok = put(dir, file, error);
    close(dir);
    return ok;
}

void
profile_memory_forget(const Profile *p)
{
    const int dir = p->system ? open_folder(FALSE, NULL) : -1;

    if (dir < 0)
        return;
    g_autoptr(GKeyFile) file = load(dir);
    g_autofree char *group = group_of(p);
    g_autoptr(GError) error = NULL;
    if (g_key_file_remove_group(file, group, NULL) && !put(dir, file, &error))
        g_debug("what was learned of “%s” is still there: %s", p->name, error->message);
    close(dir);
}
