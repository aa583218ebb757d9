/*
 * test-desktop-proxy.c - the desktop's proxy is set and put back, also after a crash, and what
 * somebody else changed stays. The settings are GLib's keyfile backend in a folder of the test's.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "desktop-proxy.h"
#include "failing-calls.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <signal.h>
#include <string.h>

#define PROXY "org.gnome.system.proxy"

static char *undo;

static void
check(const char *schema, const char *key, const char *expected)
{
    g_autoptr(GSettings) s = g_settings_new(schema);
    g_autoptr(GVariant) value = g_settings_get_value(s, key);
    g_autofree char *text = g_variant_print(value, FALSE);

    g_test_message("%s %s", schema, key);
    g_assert_cmpstr(text, ==, expected);
}

static void
change(const char *schema, const char *key, const char *text)
{
    g_autoptr(GSettings) s = g_settings_new(schema);

    g_assert_true(g_settings_set_value(s, key, g_variant_parse(NULL, text, NULL, NULL, NULL)));
}

static void
set(const char *servers, const char *script, const char *pac)
{
    g_autoptr(Profile) p = profile_new();
    g_autoptr(GError) error = NULL;
    struct web_proxy w;

    profile_set(&p->web_proxy, servers);
    profile_set(&p->web_proxy_script, script);
    profile_set(&p->web_proxy_pac, pac);
    profile_set(&p->web_proxy_except, "*.corp.example");
    g_assert_true(web_proxy_of(p, &w));
    g_assert_true(desktop_proxy_set(&w, "Office", &error));
    g_assert_no_error(error);
    web_proxy_clear(&w);
}

/* As a person left it: servers of their own with a password, not in use. */
static void
leave_as_a_person(void)
{
    static const char *const all[] = {PROXY, PROXY ".http", PROXY ".https", PROXY ".ftp",
                                      PROXY ".socks"};

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        g_autoptr(GSettings) s = g_settings_new(all[i]);
        g_autoptr(GSettingsSchema) schema = NULL;
        g_object_get(s, "settings-schema", &schema, NULL);
        g_auto(GStrv) keys = g_settings_schema_list_keys(schema);
        for (guint k = 0; keys[k] != NULL; k++)
            g_settings_reset(s, keys[k]);
    }
    change(PROXY ".http", "host", "'home'");
    change(PROXY ".http", "port", "3128");
    change(PROXY ".http", "use-authentication", "true");
    change(PROXY ".http", "authentication-password", "'secret'");
}

static void
check_as_a_person_left_it(void)
{
    check(PROXY, "mode", "'none'");
    check(PROXY, "autoconfig-url", "''");
    check(PROXY, "ignore-hosts", "['localhost', '127.0.0.0/8', '::1']");
    check(PROXY ".http", "host", "'home'");
    check(PROXY ".http", "port", "3128");
    check(PROXY ".http", "use-authentication", "true");
    check(PROXY ".socks", "host", "''");
    g_assert_false(g_file_test(undo, G_FILE_TEST_EXISTS));

    g_autoptr(GSettings) s = g_settings_new(PROXY);
    g_assert_null(g_settings_get_user_value(s, "mode")); /* a default is one again */
}

static void
servers(void)
{
    leave_as_a_person();
    set("http=proxy:8080;socks=s:1", "", "");
    check(PROXY, "mode", "'manual'");
    check(PROXY ".http", "host", "'proxy'");
    check(PROXY ".http", "port", "8080");
    check(PROXY ".https", "host", "''");
    check(PROXY ".socks", "host", "'s'");
    check(PROXY, "ignore-hosts", "['*.corp.example', 'localhost', '127.0.0.0/8', '::1']");
    g_assert_true(g_file_test(undo, G_FILE_TEST_EXISTS));
    desktop_proxy_restore();
    check_as_a_person_left_it();
    desktop_proxy_restore(); /* nothing to put back */
    check_as_a_person_left_it();
}

/* Y: the password of another proxy is not offered to the profile's. */
static void
no_password_for_it(void)
{
    leave_as_a_person();
    set("proxy:8080", "", "");
    check(PROXY ".http", "use-authentication", "false");
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(undo, &text, NULL, NULL));
    g_assert_null(strstr(text, "secret"));
    desktop_proxy_restore();
    check_as_a_person_left_it();
}

static void
scripts(void)
{
    g_autofree char *pac = g_build_filename(g_get_user_state_dir(), "dialtone", "proxy.pac", NULL);
    g_autofree char *url = g_filename_to_uri(pac, NULL, NULL), *text = NULL;
    g_autofree char *shown = g_strdup_printf("'%s'", url);

    leave_as_a_person();
    set("", "http://a.example/p.pac", "");
    check(PROXY, "mode", "'auto'");
    check(PROXY, "autoconfig-url", "'http://a.example/p.pac'");
    set("", "", "function FindProxyForURL(u, h) { return 'DIRECT'; }\n"); /* instead */
    check(PROXY, "autoconfig-url", shown);
    g_assert_true(g_file_get_contents(pac, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "function FindProxyForURL"));
    desktop_proxy_restore();
    check_as_a_person_left_it();
    g_assert_false(g_file_test(pac, G_FILE_TEST_EXISTS));
}

static void
what_a_person_changes_meanwhile(void)
{
    leave_as_a_person();
    set("proxy:8080", "", "");
    change(PROXY, "mode", "'auto'");
    change(PROXY ".http", "host", "'mine'");
    desktop_proxy_restore();
    check(PROXY, "mode", "'auto'");
    check(PROXY ".http", "host", "'mine'");
    check(PROXY ".http", "port", "3128");
    g_assert_false(g_file_test(undo, G_FILE_TEST_EXISTS));
}

/* S: another process than the one that set it, and one that died in the middle of it. */
static void
after_a_crash(void)
{
    g_autofree char *record = NULL;

    leave_as_a_person();
    g_test_trap_subprocess("/desktop-proxy/S-crash/that-dies", 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_assert_true(g_file_test(undo, G_FILE_TEST_EXISTS));
    g_test_trap_subprocess("/desktop-proxy/S-crash/next", 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed();
    g_assert_false(g_file_test(undo, G_FILE_TEST_EXISTS));

    set("proxy:8080", "", "");
    g_assert_true(g_file_get_contents(undo, &record, NULL, NULL));
    desktop_proxy_restore();
    change(PROXY ".http", "port", "8080"); /* this far it came */
    g_assert_true(g_file_set_contents(undo, record, -1, NULL));
    desktop_proxy_restore();
    check_as_a_person_left_it();
}

/* Two windows: the second neither puts back what the first has set, nor sets its own. */
static void
another_program(void)
{
    leave_as_a_person();
    set("proxy:8080", "", "");
    g_test_trap_subprocess("/desktop-proxy/another/program", 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed();
    check(PROXY, "mode", "'manual'");
    check(PROXY ".http", "host", "'proxy'");
    desktop_proxy_restore();
    check_as_a_person_left_it();
}

static void
second_program(void)
{
    struct web_proxy w = {.mode = WEB_PROXY_SEARCH};
    g_autoptr(GError) error = NULL;

    if (!g_test_subprocess())
        return;
    for (int i = 0; i < 2; i++) {
        desktop_proxy_restore();
        check(PROXY, "mode", "'manual'");
        g_assert_true(g_file_test(undo, G_FILE_TEST_EXISTS));
        g_assert_false(desktop_proxy_set(&w, "Office", &error));
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_BUSY);
        g_clear_error(&error);
    }
}

static void
process_that_dies(void)
{
    if (!g_test_subprocess())
        return;
    set("proxy:8080", "", "");
    desktop_proxy_flush();
    raise(SIGKILL);
}

static void
next_process(void)
{
    if (!g_test_subprocess())
        return;
    check(PROXY, "mode", "'manual'");
    desktop_proxy_restore();
    check_as_a_person_left_it();
}

/* F: whatever is in the file, only values that the settings may have are set, and none is asked
 * for. */
static void
damaged_record(void)
{
    static const char *const texts[] = {"",
                                        "\xff\xfe",
                                        "[" PROXY "]\nset-mode=",
                                        "[" PROXY "]\nset-mode='none'\nbefore-mode='x'\n",
                                        "[" PROXY ".http]\nset-port=3128\nbefore-port=99999\n",
                                        "[" PROXY ".http]\nset-host='home'\nbefore-host=7\n"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        leave_as_a_person();
        g_assert_true(g_file_set_contents(undo, texts[i], -1, NULL));
        desktop_proxy_restore();
        check(PROXY, "mode", "'none'");
        g_assert_false(g_file_test(undo, G_FILE_TEST_EXISTS));
    }
}

/* Nothing can be remembered: nothing is changed. */
static void
no_place_for_the_record(void)
{
    g_autofree char *folder = g_path_get_dirname(undo), *aside = g_strconcat(folder, "-", NULL);
    g_autoptr(Profile) p = profile_new();
    g_autoptr(GError) error = NULL;
    struct web_proxy w;

    leave_as_a_person();
    g_assert_cmpint(g_rename(folder, aside), ==, 0);
    g_assert_true(g_file_set_contents(folder, "", 0, NULL));
    profile_set(&p->web_proxy, "proxy:8080");
    g_assert_true(web_proxy_of(p, &w));
    g_assert_false(desktop_proxy_set(&w, "Office", &error));
    g_assert_nonnull(error);
    web_proxy_clear(&w);
    g_unlink(folder);
    g_assert_cmpint(g_rename(aside, folder), ==, 0);
    check_as_a_person_left_it();
}

static gboolean
try_to_set(GError **error)
{
    g_autoptr(Profile) p = profile_new();
    struct web_proxy w;

    profile_set(&p->web_proxy_pac, "function FindProxyForURL(u, h) { return 'DIRECT'; }");
    g_assert_true(web_proxy_of(p, &w));
    const gboolean ok = desktop_proxy_set(&w, "Office", error);
    web_proxy_clear(&w);
    return ok;
}

static void
check_no_file_is_left(void)
{
    g_autofree char *folder = g_path_get_dirname(undo);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);

    g_assert_null(g_dir_read_name(dir));
}

/* F7: each call fails while the record is written: nothing is changed, no file is left, and it is
 * told. */
static void
failing_disk(void)
{
    static const char *const calls[] = {"openat", "write", "fsync", "close", "renameat"};
    guint failed = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++)
        for (guint nth = 1, more = TRUE; more; nth++) {
            g_autoptr(GError) error = NULL;

            leave_as_a_person();
            failing_calls_arm(calls[i], nth, ENOSPC, FALSE);
            const gboolean ok = try_to_set(&error);
            more = failing_calls_disarm();
            g_test_message("%s %u: %s", calls[i], nth, ok ? "done" : error->message);
            if (ok) {
                check(PROXY, "mode", "'auto'");
                desktop_proxy_restore();
            } else {
                g_assert_nonnull(strstr(error->message, g_strerror(ENOSPC)));
                failed++;
            }
            check_as_a_person_left_it();
            check_no_file_is_left();
        }
    g_assert_cmpuint(failed, >=, 10);
}

/* F7: a record that cannot be read now is what tells later how it was: it stays, and so does what
 * is set. */
static void
record_that_cannot_be_read(void)
{
    g_autoptr(GError) error = NULL;

    leave_as_a_person();
    g_assert_true(try_to_set(NULL));
    failing_calls_arm("read", 1, EIO, FALSE);
    desktop_proxy_restore();
    g_assert_true(failing_calls_disarm());
    check(PROXY, "mode", "'auto'");
    failing_calls_arm("read", 1, EIO, FALSE);
    g_assert_false(try_to_set(&error));
    g_assert_true(failing_calls_disarm());
    g_assert_nonnull(strstr(error->message, g_strerror(EIO)));
    desktop_proxy_restore();
    check_as_a_person_left_it();
    check_no_file_is_left();
}

static void
no_such_settings(void)
{
    g_test_trap_subprocess("/desktop-proxy/none/bare", 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed();
}

static void
bare_desktop(void)
{
    struct web_proxy w = {.mode = WEB_PROXY_SEARCH};
    g_autoptr(GError) error = NULL;

    if (!g_test_subprocess())
        return;
    g_assert_nonnull(desktop_proxy_problem());
    g_assert_false(desktop_proxy_set(&w, "Office", &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
    desktop_proxy_restore();
}

int
main(int argc, char **argv)
{
    g_autofree char *folder = NULL;
    gboolean bare = FALSE;

    for (int i = 1; i < argc; i++)
        bare |= g_str_equal(argv[i], "/desktop-proxy/none/bare");
    if (g_getenv("DIALTONE_TEST_STATE") == NULL) {
        folder = g_dir_make_tmp("dialtone-proxy-XXXXXX", NULL);
        g_setenv("DIALTONE_TEST_STATE", folder, TRUE);
    }
    g_setenv("GSETTINGS_BACKEND", "keyfile", TRUE);
    g_setenv("XDG_CONFIG_HOME", g_getenv("DIALTONE_TEST_STATE"), TRUE);
    g_setenv("XDG_STATE_HOME", g_getenv("DIALTONE_TEST_STATE"), TRUE);
    if (bare) {
        g_setenv("XDG_DATA_DIRS", "/nonexistent", TRUE);
        g_setenv("XDG_DATA_HOME", "/nonexistent", TRUE);
        g_unsetenv("GSETTINGS_SCHEMA_DIR");
    }
    g_test_init(&argc, &argv, NULL);
    undo = g_build_filename(g_get_user_state_dir(), "dialtone", "proxy-undo", NULL);
    if (!bare && desktop_proxy_problem() != NULL) {
        g_test_skip("gsettings-desktop-schemas is not installed");
        return 77;
    }
    g_test_add_func("/desktop-proxy/servers", servers);
    g_test_add_func("/desktop-proxy/Y-no-password", no_password_for_it);
    g_test_add_func("/desktop-proxy/scripts", scripts);
    g_test_add_func("/desktop-proxy/changed-meanwhile", what_a_person_changes_meanwhile);
    g_test_add_func("/desktop-proxy/S-crash", after_a_crash);
    g_test_add_func("/desktop-proxy/S-crash/that-dies", process_that_dies);
    g_test_add_func("/desktop-proxy/S-crash/next", next_process);
    g_test_add_func("/desktop-proxy/another", another_program);
    g_test_add_func("/desktop-proxy/another/program", second_program);
    g_test_add_func("/desktop-proxy/F-damaged-record", damaged_record);
    g_test_add_func("/desktop-proxy/no-place", no_place_for_the_record);
    g_test_add_func("/desktop-proxy/F7-failing-disk", failing_disk);
    g_test_add_func("/desktop-proxy/F7-unreadable-record", record_that_cannot_be_read);
    g_test_add_func("/desktop-proxy/none", no_such_settings);
    g_test_add_func("/desktop-proxy/none/bare", bare_desktop);
    const int result = g_test_run();
    if (folder != NULL) {
        g_autofree char *config = g_build_filename(folder, "glib-2.0", "settings", NULL);
        g_autofree char *file = g_build_filename(config, "keyfile", NULL);
        g_autofree char *parent = g_build_filename(folder, "glib-2.0", NULL);
        g_autofree char *state = g_path_get_dirname(undo);

        g_unlink(file);
        g_rmdir(config);
        g_rmdir(parent);
        g_rmdir(state);
        g_rmdir(folder);
    }
    g_free(undo);
    return result;
}
