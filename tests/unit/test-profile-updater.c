/* test-profile-updater.c - downloads for a stored connection, from a web server of the test's own
 * on the loopback interface, which stands for the tunnel. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "profile-updater.h"

#include "profile-file.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define LIST   "[VPN Servers]\nOslo=vpn3.example.test\n"
#define ROUTES "ADD 10.2.0.0 MASK 255.255.0.0 default METRIC default IF default\r\n"
#define BOOK   "1,49,0,Berlin,30,5550,9600,56000,0,0,Line\r\n"

struct fixture {
    char *root, *user, *system, *base; /* base: of addresses */
    ProfileStore *store;
    GSocketService *service;
    const char *list, *routes, *book;     /* what the server has; NULL: it never answers */
    void (*meanwhile)(struct fixture *f); /* once, while the first download is under way */
    GPtrArray *silent;                    /* connections without an answer */
    GCancellable *cancellable;
    guint asked;
};

/* --- the server --- */

struct asker {
    struct fixture *f;
    GSocketConnection *connection;
    char request[4096];
};

static void
answer(struct asker *a)
{
    struct fixture *f = a->f;
    const char *body = strstr(a->request, "/list") != NULL     ? f->list
                       : strstr(a->request, "/routes") != NULL ? f->routes
                                                               : f->book;
    void (*const meanwhile)(struct fixture *) = f->meanwhile;

    f->asked++;
    f->meanwhile = NULL;
    if (meanwhile != NULL)
        meanwhile(f);
    if (body == NULL) {
        g_ptr_array_add(f->silent, g_object_ref(a->connection));
        return;
    }
    g_autofree char *text =
        g_strdup_printf("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                        strlen(body), body);
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(a->connection));
    g_assert_true(g_output_stream_write_all(out, text, strlen(text), NULL, NULL, NULL));
    g_assert_true(g_io_stream_close(G_IO_STREAM(a->connection), NULL, NULL));
}

static void
on_request(GObject *source, GAsyncResult *result, gpointer user_data)
{
    struct asker *a = user_data;

    /* One short segment on the loopback interface. */
    g_assert_cmpint(g_input_stream_read_finish(G_INPUT_STREAM(source), result, NULL), >, 0);
    answer(a);
    g_object_unref(a->connection);
    g_free(a);
}

static gboolean
on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
            gpointer user_data)
{
    struct asker *a = g_new0(struct asker, 1);

    (void)service, (void)source;
    a->f = user_data;
    a->connection = g_object_ref(connection);
    g_input_stream_read_async(g_io_stream_get_input_stream(G_IO_STREAM(connection)), a->request,
                              sizeof a->request - 1, G_PRIORITY_DEFAULT, NULL, on_request, a);
    return TRUE;
}

static void
serve(struct fixture *f)
{
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0), at = NULL;
    g_autoptr(GError) error = NULL;

    f->service = g_socket_service_new();
    g_socket_listener_add_address(G_SOCKET_LISTENER(f->service), any, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, &at, &error);
    g_assert_no_error(error);
    f->base = g_strdup_printf("http://127.0.0.1:%u",
                              g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(at)));
    g_signal_connect(f->service, "incoming", G_CALLBACK(on_incoming), f);
}

/* --- the world --- */

static Profile *
sample(const struct fixture *f)
{
    g_autofree char *list = g_strconcat(f->base, "/list", NULL);
    g_autofree char *book = g_strconcat(f->base, "/book.pbk", NULL);
    g_autofree char *command = g_strconcat("cmroute /UPDATE_URL_PATH ", f->base, "/routes", NULL);
    Profile *p = profile_new();

    profile_set(&p->name, "Example");
    profile_add_server(p, "", "vpn1.example.test");
    profile_set_origin(p, "Server/vpn1.example.test", "vpn.txt", "VPN Servers", "", "");
    profile_set(&p->server_list_url, list);
    profile_set(&p->pb_url, book);
    profile_set(&p->pb_file, "book.pbk");
    g_hash_table_insert(p->files, g_strdup("book.pbk"),
                        g_bytes_new_static("1,49,0,A,,1,,,0,0,\n", 19));
    profile_add_action(p, "Connect Actions", command, NULL);
    return p;
}

static void
set_up(struct fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    f->root = g_dir_make_tmp("dialtone-updater-XXXXXX", NULL);
    f->user = g_build_filename(f->root, "user", NULL);
    f->system = g_build_filename(f->root, "system", NULL);
    f->store = profile_store_new(f->user, f->system);
    f->silent = g_ptr_array_new_with_free_func(g_object_unref);
    f->cancellable = g_cancellable_new();
    f->list = LIST;
    f->routes = ROUTES;
    f->book = BOOK;
    serve(f);
    g_autoptr(Profile) p = sample(f);
    profile_store_save(f->store, p, &error);
    g_assert_no_error(error);
}

static void
tear_down(struct fixture *f, gconstpointer data)
{
    g_autofree char *command = g_strdup_printf("rm -rf %s", f->root);

    (void)data;
    g_socket_service_stop(f->service);
    g_socket_listener_close(G_SOCKET_LISTENER(f->service));
    g_clear_object(&f->service);
    g_clear_object(&f->store);
    g_clear_object(&f->cancellable);
    g_clear_pointer(&f->silent, g_ptr_array_unref);
    g_assert_cmpint(system(command), ==, 0);
    g_free(f->root);
    g_free(f->user);
    g_free(f->system);
    g_free(f->base);
}

static Profile *
stored(struct fixture *f)
{
    g_autoptr(GError) error = NULL;
    Profile *p = profile_store_find(f->store, "example", &error);

    g_assert_no_error(error);
    return p;
}

static void
on_updated(GObject *source, GAsyncResult *result, gpointer user_data)
{
    (void)source;
    *(GAsyncResult **)user_data = g_object_ref(result);
}

static GPtrArray *
run(struct fixture *f, const Profile *p, const char *device, gboolean automatic, GError **error)
{
    const struct profile_updater how = {
        .store = f->store, .device = device, .automatic = automatic};
    g_autoptr(GAsyncResult) result = NULL;

    profile_updater_run_async(&how, p, f->cancellable, on_updated, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    return profile_updater_run_finish(result, error);
}

static GPtrArray *
update(struct fixture *f, const char *device)
{
    g_autoptr(Profile) p = stored(f);
    g_autoptr(GError) error = NULL;
    GPtrArray *updated = run(f, p, device, FALSE, &error);

    g_assert_no_error(error);
    return updated;
}

static const struct profile_updated *
of_kind(const GPtrArray *updated, enum profile_update_kind kind)
{
    for (guint i = 0; i < updated->len; i++)
        if (((struct profile_updated *)updated->pdata[i])->kind == kind)
            return updated->pdata[i];
    g_assert_not_reached();
}

static void
assert_all(const GPtrArray *updated, enum profile_update_result result)
{
    g_assert_cmpuint(updated->len, ==, 3);
    for (guint i = 0; i < updated->len; i++)
        g_assert_cmpint(((struct profile_updated *)updated->pdata[i])->result, ==, result);
}

static void
assert_book(struct fixture *f, const char *text)
{
    g_autoptr(Profile) p = stored(f);
    g_autoptr(GBytes) bytes = profile_store_read_file(f->store, p, "book.pbk", NULL);

    g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), text, strlen(text));
}

static void
assert_server(struct fixture *f, const char *address)
{
    g_autoptr(Profile) p = stored(f);

    g_assert_cmpuint(p->servers->len, ==, 1);
    g_assert_cmpstr(((struct profile_server *)p->servers->pdata[0])->address, ==, address);
}

/* --- the tests --- */

static void
all_that_there_is(struct fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GPtrArray) first = update(f, "lo");
    assert_all(first, PROFILE_UPDATE_CHANGED);
    assert_server(f, "vpn3.example.test");
    assert_book(f, BOOK);
    g_autoptr(Profile) p = stored(f);
    g_assert_cmpuint(p->routes->len, ==, 1);
    g_autoptr(GPtrArray) second = update(f, "lo");
    assert_all(second, PROFILE_UPDATE_SAME);
    g_assert_cmpuint(f->asked, ==, 6);
}

/* F5: not a word by http past the tunnel. */
static void
nothing_without_the_tunnel(struct fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GPtrArray) updated = update(f, NULL);
    assert_all(updated, PROFILE_UPDATE_REFUSED);
    g_autoptr(GPtrArray) gone = update(f, "no-such-device");
    assert_all(gone, PROFILE_UPDATE_REFUSED);
    g_assert_cmpuint(f->asked, ==, 0);
    assert_server(f, "vpn1.example.test");
}

static void
one_of_them_is_refused(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->list = "<html>";
    g_autoptr(GPtrArray) updated = update(f, "lo");
    g_assert_cmpint(of_kind(updated, PROFILE_UPDATE_SERVERS)->result, ==, PROFILE_UPDATE_REFUSED);
    g_assert_nonnull(of_kind(updated, PROFILE_UPDATE_SERVERS)->text);
    g_assert_cmpint(of_kind(updated, PROFILE_UPDATE_BOOK)->result, ==, PROFILE_UPDATE_CHANGED);
    g_assert_cmpint(of_kind(updated, PROFILE_UPDATE_ROUTES)->result, ==, PROFILE_UPDATE_CHANGED);
    assert_server(f, "vpn1.example.test");
    assert_book(f, BOOK);
}

static void
type_a_name(struct fixture *f)
{
    g_autoptr(Profile) p = stored(f);

    profile_set(&p->user, "anna");
    g_assert_true(profile_store_save(f->store, p, NULL));
}

static void
changed_during_the_download(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->meanwhile = type_a_name;
    g_autoptr(GPtrArray) updated = update(f, "lo");
    assert_all(updated, PROFILE_UPDATE_CHANGED);
    g_autoptr(Profile) p = stored(f);
    g_assert_cmpstr(p->user, ==, "anna");
    assert_server(f, "vpn3.example.test");
}

static void
change_the_address(struct fixture *f)
{
    g_autoptr(Profile) p = stored(f);

    profile_set(&p->server_list_url, "https://other.example.test/");
    g_assert_true(profile_store_save(f->store, p, NULL));
}

static void
another_address_meanwhile(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->meanwhile = change_the_address;
    g_autoptr(GPtrArray) updated = update(f, "lo");
    g_assert_cmpint(of_kind(updated, PROFILE_UPDATE_SERVERS)->result, ==, PROFILE_UPDATE_SAME);
    assert_server(f, "vpn1.example.test");
}

static void
remove_it(struct fixture *f)
{
    g_autoptr(Profile) p = stored(f);

    g_assert_true(profile_store_delete(f->store, p, NULL));
}

/* There is one for everybody of the same id: it is not that one which was to be updated. */
static void
removed_during_the_download(struct fixture *f, gconstpointer data)
{
    g_autoptr(ProfileStore) administrator = profile_store_new(f->system, f->user);
    g_autoptr(Profile) p = stored(f), shared = sample(f);
    g_autoptr(GError) error = NULL;

    (void)data;
    g_assert_true(profile_store_save(administrator, shared, NULL));
    g_assert_cmpstr(shared->id, ==, p->id);
    f->meanwhile = remove_it;
    g_autoptr(GPtrArray) updated = run(f, p, "lo", FALSE, &error);
    g_assert_null(updated);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    g_autoptr(GPtrArray) list = profile_store_list(f->store, NULL);
    g_assert_cmpuint(list->len, ==, 1);
    g_assert_true(((Profile *)list->pdata[0])->system);
    assert_server(f, "vpn1.example.test");
}

static void
of_two_writers_the_first(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) was = stored(f), now = stored(f);
    g_autoptr(GError) error = NULL;

    (void)data;
    type_a_name(f);
    profile_set(&now->server_message, "New.");
    g_assert_false(profile_updater_save(f->store, was, now, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_BUSY);
    g_clear_error(&error);
    g_autoptr(Profile) typed = stored(f);
    g_assert_cmpstr(typed->user, ==, "anna");
    g_assert_cmpstr(typed->server_message, ==, "");
    g_assert_true(profile_updater_save(f->store, typed, now, &error));
    g_assert_no_error(error);
}

/* What the user does not want, and what everybody shares, is not changed by itself. */
static void
not_by_itself(struct fixture *f, gconstpointer data)
{
    g_autoptr(ProfileStore) administrator = profile_store_new(f->system, f->user);
    g_autoptr(Profile) p = stored(f), shared = sample(f);
    g_autoptr(GError) error = NULL;

    (void)data;
    p->update_lists = FALSE;
    g_assert_true(profile_store_save(f->store, p, NULL));
    g_autoptr(GPtrArray) off = run(f, p, "lo", TRUE, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(off->len, ==, 0);

    profile_set(&shared->name, "Shared");
    g_assert_true(profile_store_save(administrator, shared, NULL));
    g_autoptr(Profile) system = profile_store_find(f->store, "Shared", NULL);
    g_assert_true(system->system);
    g_autoptr(GPtrArray) silent = run(f, system, "lo", TRUE, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(silent->len, ==, 0);
    g_autoptr(GPtrArray) asked = run(f, system, "lo", FALSE, &error);
    g_assert_null(asked);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    g_assert_cmpuint(f->asked, ==, 0);
    g_autoptr(GPtrArray) own = update(f, "lo"); /* whoever asks for it gets it */
    assert_all(own, PROFILE_UPDATE_CHANGED);
}

static void
cancel(struct fixture *f)
{
    g_cancellable_cancel(f->cancellable);
}

/* F5: a server that says nothing; the connection goes down meanwhile. */
static void
cancelled(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) p = stored(f);
    g_autoptr(GError) error = NULL;

    (void)data;
    f->list = NULL;
    f->meanwhile = cancel;
    g_autoptr(GPtrArray) updated = run(f, p, "lo", FALSE, &error);
    g_assert_null(updated);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpuint(f->asked, ==, 1);
    assert_server(f, "vpn1.example.test");
    g_clear_error(&error);
    profile_set(&p->pb_url, ""); /* likewise when it was the last */
    g_ptr_array_set_size(p->actions, 0);
    g_cancellable_reset(f->cancellable);
    f->meanwhile = cancel;
    g_autoptr(GPtrArray) last = run(f, p, "lo", FALSE, &error);
    g_assert_null(last);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* F7: the old book is there as it was, and nothing hidden beside it. */
static void
disk_full(struct fixture *f, gconstpointer data)
{
    g_autoptr(GString) large = g_string_new(NULL);
    struct rlimit was, small;
    const char *name;

    (void)data;
    while (large->len < 256 * 1024)
        g_string_append(large, BOOK);
    f->book = large->str;
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &was), ==, 0);
    small = was;
    small.rlim_cur = 128 * 1024;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    g_autoptr(GPtrArray) updated = update(f, "lo");
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &was), ==, 0);
    assert_all(updated, PROFILE_UPDATE_REFUSED);
    assert_server(f, "vpn1.example.test");
    assert_book(f, "1,49,0,A,,1,,,0,0,\n");
    g_autofree char *files = g_build_filename(f->user, "example", "files", NULL);
    g_autoptr(GDir) dir = g_dir_open(files, 0, NULL);
    while ((name = g_dir_read_name(dir)) != NULL)
        g_assert_cmpstr(name, ==, "book.pbk");
    g_autoptr(GPtrArray) again = update(f, "lo");
    assert_all(again, PROFILE_UPDATE_CHANGED);
    assert_book(f, large->str);
}

#define ADD(name, test)                                                                            \
    g_test_add("/profile-updater/" name, struct fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("all", all_that_there_is);
    ADD("F5-nothing-without-the-tunnel", nothing_without_the_tunnel);
    ADD("one-is-refused", one_of_them_is_refused);
    ADD("changed-during-the-download", changed_during_the_download);
    ADD("another-address-meanwhile", another_address_meanwhile);
    ADD("removed-during-the-download", removed_during_the_download);
    ADD("of-two-writers-the-first", of_two_writers_the_first);
    ADD("not-by-itself", not_by_itself);
    ADD("F5-cancelled", cancelled);
    ADD("F7-disk-full", disk_full);
    return g_test_run();
}
