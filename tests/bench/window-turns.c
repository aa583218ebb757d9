/*
 * window-turns.c - bench-window-turns [ENTRIES]: the longest turn of the main loop while the window
 * reads a Windows phone book of that size, shows it, stores all of it, lists what was stored and
 * scrolls through it; and while it imports a profile with 100,000 points of presence: one line
 * each. Needs a display (xvfb-run).
 *
 * A turn is what lies between two waits for something to happen. Only what follows the first screen
 * of a window is measured: that is GTK's own, of any window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dt-import-window.h"
#include "dt-main-window.h"

#include <glib/gstdio.h>

#include <stdio.h>

enum { KEYS = 90, POPS = 100000, TICK_MS = 5, DEADLINE_S = 120, STEPS = 40 };

static gint64 woke, longest; /* microseconds */

static int
wait_and_count(GPollFD *fds, guint n, int timeout)
{
    const gint64 turn = woke == 0 ? 0 : g_get_monotonic_time() - woke;

    longest = MAX(longest, turn);
    const int ready = g_poll(fds, n, timeout);
    woke = g_get_monotonic_time();
    return ready;
}

static void
begin(void)
{
    woke = longest = 0;
}

static void
report(const char *what, gint64 began)
{
    printf("%s: longest turn %" G_GINT64_FORMAT ".%" G_GINT64_FORMAT " ms, of %" G_GINT64_FORMAT
           " ms\n",
           what, longest / 1000, longest % 1000 / 100, (g_get_monotonic_time() - began) / 1000);
    fflush(stdout);
    begin();
}

static gboolean
on_tick(gpointer unused)
{
    (void)unused;
    return G_SOURCE_CONTINUE;
}

static gboolean
on_deadline(gpointer unused)
{
    (void)unused;
    g_error("not done within %d s", DEADLINE_S);
    return G_SOURCE_REMOVE;
}

static void
run_for(guint ms)
{
    const gint64 end = g_get_monotonic_time() + ms * 1000;

    while (g_get_monotonic_time() < end)
        g_main_context_iteration(NULL, TRUE);
}

static void
write_book(const char *path, guint n)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < n; i++) {
        g_string_append_printf(text,
                               "[Office %u]\r\nEncoding=1\r\nPBVersion=8\r\nType=2\r\n"
                               "VpnStrategy=5\r\nIpPrioritizeRemote=1\r\n",
                               i);
        for (guint k = 0; k < KEYS; k++) /* as many keys as Windows writes */
            g_string_append_printf(text, "Setting%u=0\r\n", k);
        g_string_append_printf(text,
                               "\r\nMEDIA=rastapi\r\nPort=VPN2-0\r\nDevice=WAN Miniport (SSTP)\r\n"
                               "\r\nDEVICE=vpn\r\nPhoneNumber=vpn%u.example.com\r\n\r\n",
                               i);
    }
    g_file_set_contents(path, text->str, (gssize)text->len, NULL);
    g_string_free(text, TRUE);
}

static char *
write_profile(const char *dir)
{
    g_autofree char *inner = g_build_filename(dir, "OFFICE", NULL);
    g_autofree char *cms = g_build_filename(inner, "OFFICE.cms", NULL);
    g_autofree char *pbk = g_build_filename(inner, "OFFICE.pbk", NULL);
    char *cmp = g_build_filename(dir, "OFFICE.cmp", NULL);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < POPS; i++)
        g_string_append_printf(text,
                               "%u,%u,%u,Town number %u,%03u,555-%05u,9600,56000,0,%u,Line %u,\r\n",
                               i, 1 + i % 200, i % 50, i, i % 1000, i, i % 2 * 64, i % 4);
    g_mkdir(inner, 0700);
    g_file_set_contents(pbk, text->str, (gssize)text->len, NULL);
    g_file_set_contents(cms,
                        "[Profile Format]\r\nVersion=4\r\n[Connection "
                        "Manager]\r\nServiceName=Office\r\nTunnel=1\r\nDirect=1\r\n"
                        "TunnelAddress=vpn.example.com\r\nTunnelDUN=T\r\n"
                        "[Networking&T]\r\nVpnStrategy=5\r\n[ISP]\r\nPBFile=OFFICE\\OFFICE.pbk\r\n",
                        -1, NULL);
    g_file_set_contents(
        cmp,
        "[Profile Format]\r\nVersion=4\r\n[Connection Manager]\r\nCMSFile=OFFICE\\OFFICE.cms\r\n",
        -1, NULL);
    g_string_free(text, TRUE);
    return cmp;
}

/* The first widget of this kind, which the bench moves as a person would. */
static void
find(GtkWidget *widget, gpointer data)
{
    GtkWidget **found = data;

    if (*found == NULL && GTK_IS_TREE_VIEW(widget))
        *found = widget;
    else if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), find, data);
}

static GtkTreeView *
list_of(GtkWidget *window)
{
    GtkWidget *found = NULL;

    find(window, &found);
    return GTK_TREE_VIEW(found);
}

static guint
rows_of(GtkWidget *window)
{
    GtkTreeModel *model = gtk_tree_view_get_model(list_of(window));

    return model == NULL ? 0 : (guint)gtk_tree_model_iter_n_children(model, NULL);
}

static void
on_imported(gboolean *stored)
{
    *stored = TRUE;
}

static void
measure_import(ProfileStore *store, DtLibrary *library, const char *path, guint n)
{
    GtkWidget *window = dt_import_window_new(NULL, store, library, path);
    gboolean stored = FALSE;

    g_signal_connect_swapped(window, "imported", G_CALLBACK(on_imported), &stored);
    gtk_widget_show(window);
    run_for(300);
    begin();
    gint64 began = g_get_monotonic_time();
    while (rows_of(window) < n)
        g_main_context_iteration(NULL, TRUE);
    report("entries read and shown", began);
    began = g_get_monotonic_time();
    gtk_dialog_response(GTK_DIALOG(window), GTK_RESPONSE_APPLY);
    while (!stored)
        g_main_context_iteration(NULL, TRUE);
    report("all stored", began);
}

static void
measure_profile(ProfileStore *store, DtLibrary *library, const char *dir)
{
    g_autofree char *path = write_profile(dir);
    gboolean stored = FALSE;

    begin();
    const gint64 began = g_get_monotonic_time();
    GtkWidget *window = dt_import_window_new(NULL, store, library, path);
    g_signal_connect_swapped(window, "imported", G_CALLBACK(on_imported), &stored);
    while (!gtk_widget_get_sensitive(
        gtk_dialog_get_widget_for_response(GTK_DIALOG(window), GTK_RESPONSE_OK)))
        g_main_context_iteration(NULL, TRUE);
    gtk_dialog_response(GTK_DIALOG(window), GTK_RESPONSE_OK);
    while (!stored)
        g_main_context_iteration(NULL, TRUE);
    report("profile with its phone book read and stored", began);
}

/* Nothing that another made lies there. */
static void
clean_up(char *dir)
{
    char *const command[] = {(char *)"rm", (char *)"-r", dir, NULL};

    g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
}

static void
scroll(GtkWidget *window)
{
    GtkAdjustment *y = gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(list_of(window)));
    const gint64 began = g_get_monotonic_time();

    for (guint i = 0; i <= STEPS; i++) {
        gtk_adjustment_set_value(y, gtk_adjustment_get_upper(y) * i / STEPS);
        run_for(20);
    }
    report("scrolled from top to end", began);
}

static void
measure_list(GtkApplication *application, ProfileStore *store, DtLibrary *library, guint n)
{
    GtkWidget *window = dt_main_window_new(application, store, library);

    gtk_widget_show(window);
    run_for(300);
    begin();
    const gint64 began = g_get_monotonic_time();
    g_signal_emit_by_name(store, "changed");
    run_for(50);
    while (rows_of(window) < n)
        g_main_context_iteration(NULL, TRUE);
    run_for(3000); /* until the list was read again, and drawn */
    report("read and listed again", began);
    scroll(window);
}

int
main(int argc, char **argv)
{
    g_autofree char *dir = g_dir_make_tmp("dialtone-bench-XXXXXX", NULL);
    g_autofree char *book = g_build_filename(dir, "rasphone.pbk", NULL);
    g_autofree char *profiles = g_build_filename(dir, "profiles", NULL);
    guint64 n = 10000;

    if (argc > 1)
        g_ascii_string_to_unsigned(argv[1], 10, 2, 16384, &n, NULL);
    gtk_init(&argc, &argv);
    g_main_context_set_poll_func(NULL, wait_and_count);
    g_timeout_add(TICK_MS, on_tick, NULL);
    g_timeout_add_seconds(DEADLINE_S, on_deadline, NULL);
    write_book(book, (guint)n);
    g_autoptr(ProfileStore) store = profile_store_new(profiles, "/nonexistent");
    g_autoptr(DtLibrary) library = dt_library_new(store);
    g_autoptr(GtkApplication) application =
        gtk_application_new("org.dialtone.Bench", G_APPLICATION_NON_UNIQUE);
    g_application_register(G_APPLICATION(application), NULL, NULL);
    measure_profile(store, library, dir);
    measure_import(store, library, book, (guint)n);
    measure_list(application, store, library, (guint)n + 1);
    clean_up(dir);
    return 0;
}
