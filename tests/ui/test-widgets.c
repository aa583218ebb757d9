/*
 * test-widgets.c - widgets that show other people's bytes, and that none outlives its window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dt-banner.h"
#include "dt-certificate-dialog.h"
#include "dt-failure-view.h"
#include "dt-help-dialog.h"
#include "dt-log-window.h"
#include "dt-password-dialog.h"
#include "dt-profile-icon.h"
#include "dt-properties-window.h"
#include "dt-ras-error.h"
#include "dt-status-page.h"
#include "ras.h"

#include <string.h>

enum { DEADLINE_S = 20, BMP_HEADER = 54 };

static gboolean
on_deadline(gpointer unused)
{
    (void)unused;
    g_error("a test took longer than %d s", DEADLINE_S);
    return G_SOURCE_REMOVE;
}

static gboolean
on_tick(gpointer unused)
{
    (void)unused;
    return G_SOURCE_CONTINUE; /* wakes the loop, so that the condition is looked at again */
}

#define WAIT_UNTIL(condition)                                                                      \
    do {                                                                                           \
        const guint deadline = g_timeout_add_seconds(DEADLINE_S, on_deadline, NULL);               \
        const guint tick = g_timeout_add(5, on_tick, NULL);                                        \
                                                                                                   \
        while (!(condition))                                                                       \
            g_main_context_iteration(NULL, TRUE);                                                  \
        g_source_remove(tick);                                                                     \
        g_source_remove(deadline);                                                                 \
    } while (0)

/* A worker thread may hold the last reference for a moment. Takes the caller's. */
static void
assert_goes_soon(GtkWidget *widget)
{
    gpointer weak = widget;

    g_object_add_weak_pointer(G_OBJECT(widget), &weak);
    g_object_unref(widget);
    WAIT_UNTIL(weak == NULL);
}

static void
drain(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

/* Destroyed, and after all that was under way has ended, gone. */
static void
assert_goes(GtkWidget *widget)
{
    g_object_ref(widget);
    gtk_widget_destroy(widget);
    drain();
    g_assert_finalize_object(widget);
}

/* ---- the picture -------------------------------------------------------------------------- */

static void
put_le32(guint8 *at, guint32 value)
{
    value = GUINT32_TO_LE(value);
    memcpy(at, &value, sizeof value);
}

/* 24 bits a pixel, @width x @height as the header says; @pixels bytes of them really there. */
static GBytes *
bitmap(guint32 width, guint32 height, gsize pixels)
{
    guint8 *data = g_malloc0(BMP_HEADER + pixels);

    memcpy(data, "BM", 2);
    put_le32(data + 2, (guint32)(BMP_HEADER + pixels));
    put_le32(data + 10, BMP_HEADER);
    put_le32(data + 14, 40);
    put_le32(data + 18, width);
    put_le32(data + 22, height);
    data[26] = 1;
    data[28] = 24;
    return g_bytes_new_take(data, BMP_HEADER + pixels);
}

struct load {
    gboolean ended, shown;
};

static void
on_loaded(DtBanner *banner, gboolean shown, struct load *load)
{
    (void)banner;
    load->shown = shown;
    load->ended = TRUE;
}

static void
test_banner(void)
{
    static const char not_a_bitmap[] = "\x89PNG\r\n\x1a\nGIF89a";
    const struct {
        GBytes *bytes;
        gboolean shown;
    } rows[] = {
        {bitmap(4, 4, 48), TRUE},
        {bitmap(330, 141, 332 * 3 * 141), TRUE},
        {bitmap(700, 4, 700 * 3 * 4), TRUE},    /* made smaller */
        {bitmap(2100, 2, 2100 * 3 * 2), FALSE}, /* whole, and too wide */
        {bitmap(30000, 30000, 100), FALSE},     /* would need gigabytes */
        {bitmap(0x7fffffff, 0x7fffffff, 100), FALSE},
        {bitmap(0, 0, 0), FALSE},
        {bitmap(64, 64, 10), TRUE}, /* ends too early: what there is */
        {g_bytes_new_static(not_a_bitmap, sizeof not_a_bitmap), FALSE},
        {g_bytes_new_static("", 0), FALSE},
        {bitmap(4, 4, 5 * 1024 * 1024), FALSE}, /* a file larger than any picture may be */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        GtkWidget *banner = g_object_ref_sink(g_object_new(DT_TYPE_BANNER, NULL));
        struct load load = {0};

        g_signal_connect(banner, "loaded", G_CALLBACK(on_loaded), &load);
        dt_banner_load(DT_BANNER(banner), rows[i].bytes);
        WAIT_UNTIL(load.ended);
        g_test_message("picture %" G_GSIZE_FORMAT, i);
        g_assert_cmpint(load.shown, ==, rows[i].shown);
        assert_goes_soon(banner);
        g_bytes_unref(rows[i].bytes);
    }
}

/* The window may be closed while its picture is still being decoded. */
static void
test_banner_closed_early(void)
{
    g_autoptr(GBytes) bytes = bitmap(330, 141, 332 * 3 * 141);

    for (int i = 0; i < 20; i++) {
        GtkWidget *banner = g_object_ref_sink(g_object_new(DT_TYPE_BANNER, NULL));
        struct load load = {0};

        g_signal_connect(banner, "loaded", G_CALLBACK(on_loaded), &load);
        dt_banner_load(DT_BANNER(banner), bytes);
        gtk_widget_destroy(banner);
        assert_goes_soon(banner);
        g_assert_false(load.ended);
    }
}

/* ---- dialogs ------------------------------------------------------------------------------ */

/* A failed attempt, then none: the view goes away with its texts. */
static void
test_failure(void)
{
    GtkWidget *view = g_object_ref_sink(g_object_new(DT_TYPE_FAILURE_VIEW, NULL));
    const int codes[] = {G_DBUS_ERROR_SERVICE_UNKNOWN, G_DBUS_ERROR_NO_REPLY,
                         G_DBUS_ERROR_ACCESS_DENIED, G_DBUS_ERROR_LIMITS_EXCEEDED};

    dt_failure_view_show(DT_FAILURE_VIEW(view), 691, NULL, "<b>%s%n", FALSE);
    g_assert_true(gtk_widget_get_visible(view));
    dt_failure_view_show(DT_FAILURE_VIEW(view), 0, NULL, NULL, FALSE);
    g_assert_false(gtk_widget_get_visible(view));
    dt_failure_view_show(DT_FAILURE_VIEW(view), 999999, NULL, NULL, TRUE); /* of a later version */
    g_assert_true(gtk_widget_get_visible(view));
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_autoptr(GError) error = g_error_new_literal(G_DBUS_ERROR, codes[i], "\xff\x1b");

        dt_failure_view_show_error(DT_FAILURE_VIEW(view), error, NULL);
    }
    g_assert_finalize_object(view);
}

static void
test_A9_password(void)
{
    GtkWidget *dialog = dt_password_dialog_new(NULL, "<b>%s", RAS_PASSWD_EXPIRED);

    g_assert_cmpstr(dt_password_dialog_get_new(DT_PASSWORD_DIALOG(dialog)), ==, "");
    assert_goes(dialog);
}

static void
test_certificate(void)
{
    const struct dt_certificate bare = {.server = "<b>%s", .sha256 = "not hex"};
    const struct dt_certificate c = {"<b>%s", "not hex", TRUE, "<i>%n", "<u>\xff%s", G_MAXINT64};

    assert_goes(dt_certificate_dialog_new(NULL, RAS_CERT_E_UNTRUSTEDROOT, &bare));
    assert_goes(dt_certificate_dialog_new(NULL, RAS_CERT_E_UNTRUSTEDROOT, &c));
}

static void
test_help_and_log(void)
{
    static const char *const rows[][2] = {
        {"<span>call us", ""}, {"", "help.chm"}, {"", "help.sh"}, {"", "<b>.txt"}};
    g_autofree char *folder = g_dir_make_tmp("dialtone-XXXXXX", NULL);
    ProfileStore *store = profile_store_new(folder, folder);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) profile = profile_new();

        profile_set(&profile->service_message, rows[i][0]);
        profile_set(&profile->help_file, rows[i][1]);
        assert_goes(dt_help_dialog_new(NULL, store, profile));
    }
    assert_goes(dt_log_window_new(NULL, "<b>%s", NULL));
    g_assert_finalize_object(store);
    rmdir(folder);
}

/* One picture of 32 bits a pixel, as CMAK's wizard takes them. */
static GBytes *
windows_icon(guint8 side)
{
    enum { DIRECTORY = 22, HEADER = 40 };
    const gsize pixels = (gsize)side * side * 4, mask = (gsize)(side + 31) / 32 * 4 * side;
    const gsize n = DIRECTORY + HEADER + pixels + mask;
    guint8 *data = g_malloc0(n);

    data[2] = data[4] = 1; /* an icon, one */
    data[6] = data[7] = side;
    data[10] = 1;
    data[12] = 32;
    put_le32(data + 14, (guint32)(n - DIRECTORY));
    put_le32(data + 18, DIRECTORY);
    put_le32(data + DIRECTORY, HEADER);
    put_le32(data + DIRECTORY + 4, side);
    put_le32(data + DIRECTORY + 8, side * 2U);
    data[DIRECTORY + 12] = 1;
    data[DIRECTORY + 14] = 32;
    memset(data + DIRECTORY + HEADER, 0xff, pixels);
    return g_bytes_new_take(data, n);
}

static guint
n_icons(GtkWindow *window, int side)
{
    GList *list = gtk_window_get_icon_list(window);
    guint n = 0;

    for (GList *l = list; l != NULL; l = l->next)
        n += gdk_pixbuf_get_width(l->data) == side && gdk_pixbuf_get_height(l->data) == side;
    g_list_free(list);
    return n;
}

/* SmallIcon and Icon: 16 and 32, also when the file has a larger one; what is no icon is left out.
 */
static void
test_window_icons(void)
{
    g_autofree char *folder = g_dir_make_tmp("dialtone-XXXXXX", NULL);
    ProfileStore *store = profile_store_new(folder, folder);
    g_autoptr(Profile) profile = profile_new();
    GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);

    profile_set(&profile->small_icon, "small.ico");
    profile_set(&profile->icon, "icon.ico");
    g_hash_table_insert(profile->files, g_strdup("small.ico"), windows_icon(16));
    g_hash_table_insert(profile->files, g_strdup("icon.ico"), windows_icon(48));
    dt_profile_icon_show(GTK_WINDOW(window), store, profile);
    WAIT_UNTIL(n_icons(GTK_WINDOW(window), 16) == 1 && n_icons(GTK_WINDOW(window), 32) == 1);
    gtk_window_set_icon_list(GTK_WINDOW(window), NULL);
    g_hash_table_replace(profile->files, g_strdup("small.ico"), bitmap(16, 16, 16 * 16 * 3));
    dt_profile_icon_show(GTK_WINDOW(window), store, profile);
    WAIT_UNTIL(n_icons(GTK_WINDOW(window), 32) == 1);
    g_assert_cmpuint(n_icons(GTK_WINDOW(window), 16), ==, 0);
    g_object_ref(window);
    gtk_widget_destroy(window);
    assert_goes_soon(window);
    WAIT_UNTIL(G_OBJECT(store)->ref_count == 1);
    g_assert_finalize_object(store);
    rmdir(folder);
}

static void
test_properties(void)
{
    g_autofree char *folder = g_dir_make_tmp("dialtone-XXXXXX", NULL);
    ProfileStore *store = profile_store_new(folder, folder);
    g_autoptr(Profile) profile = profile_new();

    profile_set(&profile->name, "<b>%s");
    profile_add_server(profile, "", "vpn.example.edu");
    profile_add_other(profile, "a.cms", "<b>", "\x1b", "%n");
    assert_goes(dt_properties_window_new(NULL, store, profile));
    g_assert_finalize_object(store);
    rmdir(folder);
}

static void
test_status(void)
{
    GtkWidget *page = g_object_ref_sink(g_object_new(DT_TYPE_STATUS_PAGE, NULL));

    dt_status_page_set_connection(DT_STATUS_PAGE(page), NULL);
    dt_status_page_set_message(DT_STATUS_PAGE(page), "<b>");
    dt_status_page_set_message(DT_STATUS_PAGE(page), NULL);
    g_assert_finalize_object(page);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    (void)DT_RAS_ERROR;
    if (!gtk_init_check(&argc, &argv)) {
        g_print("1..0 # SKIP there is no display\n");
        return 0;
    }
    g_test_add_func("/banner/pictures", test_banner);
    g_test_add_func("/banner/closed-early", test_banner_closed_early);
    g_test_add_func("/failure-view", test_failure);
    g_test_add_func("/password-dialog/A9-empty", test_A9_password);
    g_test_add_func("/certificate-dialog/not-hex", test_certificate);
    g_test_add_func("/help-and-log", test_help_and_log);
    g_test_add_func("/window-icons", test_window_icons);
    g_test_add_func("/properties-window", test_properties);
    g_test_add_func("/status-page", test_status);
    return g_test_run();
}
