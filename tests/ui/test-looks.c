/*
 * test-looks.c - what can be said of the looks without eyes: no text is cut off, none is left in
 * English, and all can be read, light and dark. Run once a language and direction: LANGUAGE,
 * DIALTONE_TEST_RTL.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dt-certificate-dialog.h"
#include "dt-everybody.h"
#include "dt-failure-view.h"
#include "dt-help-dialog.h"
#include "dt-ipsec-dialog.h"
#include "dt-key-dialog.h"
#include "dt-password-dialog.h"
#include "dt-properties-window.h"
#include "ras.h"

#include <glib/gi18n.h>
#include <math.h>

enum { DEADLINE_S = 60 };

#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* ---- texts -------------------------------------------------------------------------------- */

static void
fault(GString *faults, const char *what, const char *text)
{
    g_string_append_printf(faults, "%s: “%s”; ", what, text);
}

static void
look_at_label(GtkLabel *label, GString *faults)
{
    PangoLayout *layout = gtk_label_get_layout(label);
    const char *raw = gtk_label_get_label(label), *text = gtk_label_get_text(label);
    int width, height;

    pango_layout_get_pixel_size(layout, &width, &height);
    if (pango_layout_is_ellipsized(layout) ||
        width > gtk_widget_get_allocated_width(GTK_WIDGET(label)) ||
        height > gtk_widget_get_allocated_height(GTK_WIDGET(label)))
        fault(faults, "cut off", text);
    if (*raw != '\0' && !g_str_equal(gettext(raw), raw))
        fault(faults, "not translated", raw);
}

static void
look_at_entry(GtkEntry *entry, GString *faults)
{
    const char *text = gtk_entry_get_placeholder_text(entry);
    const gboolean rtl = gtk_widget_get_direction(GTK_WIDGET(entry)) == GTK_TEXT_DIR_RTL;
    PangoRectangle drawn;
    GdkRectangle area;
    int x;

    if (text == NULL || gtk_entry_get_text_length(entry) > 0)
        return;
    pango_layout_get_pixel_extents(gtk_entry_get_layout(entry), NULL, &drawn);
    gtk_entry_get_text_area(entry, &area);
    gtk_entry_get_layout_offsets(entry, &x, NULL);
    const int left = x + drawn.x, right = left + drawn.width;
    if (pango_layout_is_ellipsized(gtk_entry_get_layout(entry)) || left < area.x ||
        right > area.x + area.width)
        fault(faults, "hint cut off", text);
    if (rtl ? right < area.x + area.width : left > area.x)
        fault(faults, "hint at the wrong end", text);
}

static void
look_at(GtkWidget *widget, gpointer user_data)
{
    if (!gtk_widget_get_mapped(widget))
        return;
    if (GTK_IS_LABEL(widget))
        look_at_label(GTK_LABEL(widget), user_data);
    else if (GTK_IS_ENTRY(widget))
        look_at_entry(GTK_ENTRY(widget), user_data);
    if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), look_at, user_data);
}

static gboolean
on_deadline(gpointer late)
{
    *(gboolean *)late = TRUE;
    return G_SOURCE_REMOVE;
}

static gboolean
on_tick(gpointer unused)
{
    (void)unused;
    return G_SOURCE_CONTINUE; /* wakes the loop, so that it is looked at again */
}

/* Sizes settle with the frames that follow: it is whole when there is no fault any more. */
static void
assert_looks_good(GtkWidget *widget)
{
    gboolean late = FALSE, good = FALSE;
    const guint deadline = g_timeout_add_seconds(DEADLINE_S, on_deadline, &late);
    const guint tick = g_timeout_add(5, on_tick, NULL);

    while (!good) {
        g_autoptr(GString) faults = g_string_new(NULL);

        g_main_context_iteration(NULL, TRUE);
        look_at(widget, faults);
        good = gtk_widget_get_mapped(widget) && faults->len == 0;
        if (late && !good)
            g_error("after %d s still: %s", DEADLINE_S, faults->str);
    }
    g_source_remove(tick);
    if (!late)
        g_source_remove(deadline);
}

static void
assert_window_looks_good(GtkWidget *window)
{
    gtk_widget_show(window);
    assert_looks_good(window);
    gtk_widget_destroy(window);
}

static Profile *
profile_of_l2tp(void)
{
    Profile *profile = profile_new();

    profile_set(&profile->name, "Example");
    profile_add_server(profile, "", "vpn.example.edu");
    profile->dun.vpn_strategy = 3;
    return profile;
}

static void
test_dialogs(void)
{
    g_autoptr(Profile) profile = profile_of_l2tp();
    const struct dt_certificate c = {.server = "vpn.example.edu", .sha256 = SHA256};
    const struct dt_certificate eap = {"vpn.example.edu", SHA256,    TRUE, "nps.example.edu",
                                       "Example Root CA", 1893456000};

    assert_window_looks_good(dt_password_dialog_new(NULL, "Example", RAS_PASSWD_EXPIRED));
    assert_window_looks_good(dt_key_dialog_new(NULL, "Example", DT_KEY_PSK));
    assert_window_looks_good(dt_key_dialog_new(NULL, "Example", DT_KEY_TUNNEL));
    assert_window_looks_good(dt_key_dialog_new_proxy(NULL, profile, FALSE));
    assert_window_looks_good(dt_key_dialog_new_proxy(NULL, profile, TRUE));
    assert_window_looks_good(dt_certificate_dialog_new(NULL, RAS_CERT_E_UNTRUSTEDROOT, &c));
    assert_window_looks_good(dt_certificate_dialog_new(NULL, RAS_CERT_E_UNTRUSTEDROOT, &eap));
    assert_window_looks_good(dt_everybody_ask(NULL, "Example"));
    assert_window_looks_good(dt_ipsec_dialog_new(NULL, profile));
    profile->use_certificate = TRUE;
    assert_window_looks_good(dt_ipsec_dialog_new(NULL, profile));
}

static void
test_help(void)
{
    g_autofree char *folder = g_dir_make_tmp("dialtone-XXXXXX", NULL);
    g_autoptr(ProfileStore) store = profile_store_new(folder, folder);
    g_autoptr(Profile) profile = profile_of_l2tp();

    profile_set(&profile->service_message, "555-0100");
    assert_window_looks_good(dt_help_dialog_new(NULL, store, profile));
    profile_set(&profile->help_file, "example-corporation-how-to-connect.chm");
    assert_window_looks_good(dt_help_dialog_new(NULL, store, profile));
    rmdir(folder);
}

static void
find_notebook(GtkWidget *widget, gpointer user_data)
{
    GtkWidget **found = user_data;

    if (GTK_IS_NOTEBOOK(widget))
        *found = widget;
    else if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), find_notebook, found);
}

static void
count_hints(GtkWidget *widget, gpointer n)
{
    if (GTK_IS_ENTRY(widget))
        *(guint *)n += gtk_entry_get_placeholder_text(GTK_ENTRY(widget)) != NULL;
    else if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), count_hints, n);
}

/* They come when the keyring has answered, or not: @wanted of them. */
static void
wait_for_hints(GtkWidget *window, guint wanted)
{
    gboolean late = FALSE;
    const guint deadline = g_timeout_add_seconds(DEADLINE_S, on_deadline, &late);

    for (guint n = 0; n < wanted; count_hints(window, &n)) {
        g_main_context_iteration(NULL, TRUE);
        g_assert_false(late);
        n = 0;
    }
    g_source_remove(deadline);
}

/* Of the hints, too, which are shown in a page that was not on the screen when they came. */
static void
test_properties(void)
{
    g_autofree char *folder = g_dir_make_tmp("dialtone-XXXXXX", NULL);
    g_autoptr(ProfileStore) store = profile_store_new(folder, folder);
    g_autoptr(Profile) profile = profile_of_l2tp();
    GtkWidget *window, *notebook = NULL;

    profile->dun.vpn_strategy = 0; /* SSTP, too: with a proxy */
    profile->proxy = PLAN_PROXY_HTTP;
    window = dt_properties_window_new(NULL, store, profile);
    find_notebook(window, &notebook);
    g_assert_nonnull(notebook);
    gtk_widget_show(window);
    wait_for_hints(window, 2);
    for (int i = 0; i < gtk_notebook_get_n_pages(GTK_NOTEBOOK(notebook)); i++) {
        gtk_notebook_set_current_page(GTK_NOTEBOOK(notebook), i);
        assert_looks_good(window);
    }
    gtk_widget_destroy(window);
    rmdir(folder);
}

static void
test_failure(void)
{
    static const guint32 numbers[] = {RAS_AUTHENTICATION_FAILURE, RAS_CERT_E_UNTRUSTEDROOT,
                                      RAS_OAKLEY_NO_CERT, RAS_VPN_TIMEOUT};

    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
        GtkWidget *view = g_object_new(DT_TYPE_FAILURE_VIEW, "visible", TRUE, NULL);

        gtk_container_add(GTK_CONTAINER(window), view);
        dt_failure_view_show(DT_FAILURE_VIEW(view), numbers[i], NULL, "the cause", TRUE);
        assert_window_looks_good(window);
    }
}

/* ---- colours ------------------------------------------------------------------------------ */

/* WCAG 2.1, "relative luminance" and "contrast ratio". */
static double
channel(double c)
{
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double
luminance(const GdkRGBA *c)
{
    return 0.2126 * channel(c->red) + 0.7152 * channel(c->green) + 0.0722 * channel(c->blue);
}

static GdkRGBA
over(const GdkRGBA *top, double opacity, const GdkRGBA *below)
{
    const double a = top->alpha * opacity;

    return (GdkRGBA){top->red * a + below->red * (1 - a), top->green * a + below->green * (1 - a),
                     top->blue * a + below->blue * (1 - a), 1};
}

static void
assert_contrast(const GdkRGBA *a, const GdkRGBA *b, double least)
{
    const double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

    g_assert_cmpfloat(MAX(x, y) / MIN(x, y), >=, least);
}

static GdkRGBA
named(GtkStyleContext *style, const char *name)
{
    GdkRGBA colour = {0};

    g_assert_true(gtk_style_context_lookup_color(style, name, &colour));
    return colour;
}

static void
check_colours(void)
{
    GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL), *dim = gtk_label_new("x");
    GtkStyleContext *style = gtk_widget_get_style_context(dim);
    double opacity;
    GdkRGBA text;

    gtk_container_add(GTK_CONTAINER(window), dim);
    const GdkRGBA ground = named(style, "theme_bg_color"), error = named(style, "error_color");
    const GdkRGBA failure = over(&error, 0.08, &ground); /* as style.css has it */
    gtk_style_context_get_color(style, GTK_STATE_FLAG_NORMAL, &text);
    assert_contrast(&text, &ground, 7);
    assert_contrast(&text, &failure, 7);
    gtk_style_context_add_class(style, "dim-label");
    gtk_style_context_get(style, GTK_STATE_FLAG_NORMAL, "opacity", &opacity, NULL);
    const GdkRGBA seen = over(&text, opacity, &ground);
    assert_contrast(&seen, &ground, 4.5);
    const GdkRGBA ink = named(style, "theme_selected_fg_color"),
                  banner = named(style, "theme_selected_bg_color");
    assert_contrast(&ink, &banner, 3);
    gtk_widget_destroy(window);
}

static void
test_colours(void)
{
    GtkSettings *settings = gtk_settings_get_default();

    for (int dark = 0; dark <= 1; dark++) {
        g_object_set(settings, "gtk-application-prefer-dark-theme", dark, NULL);
        check_colours();
    }
    g_object_set(settings, "gtk-application-prefer-dark-theme", FALSE, NULL);
}

static void
use_our_style(void)
{
    g_autoptr(GtkCssProvider) css = gtk_css_provider_new();

    gtk_css_provider_load_from_resource(css, "/org/dialtone/Dialer/ui/style.css");
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(), GTK_STYLE_PROVIDER(css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_unsetenv("GTK_THEME");
    if (!gtk_init_check(&argc, &argv)) {
        g_print("1..0 # SKIP there is no display\n");
        return 0;
    }
    bindtextdomain(GETTEXT_PACKAGE, g_getenv("DIALTONE_LOCALEDIR"));
    textdomain(GETTEXT_PACKAGE);
    if (g_strcmp0(g_getenv("LANGUAGE"), "de") == 0)
        g_assert_cmpstr(_("Security"), ==, "Sicherheit"); /* else nothing below would be proved */
    if (g_getenv("DIALTONE_TEST_RTL") != NULL)
        gtk_widget_set_default_direction(GTK_TEXT_DIR_RTL);
    use_our_style();
    g_test_add_func("/looks/dialogs", test_dialogs);
    g_test_add_func("/looks/help", test_help);
    g_test_add_func("/looks/properties", test_properties);
    g_test_add_func("/looks/failures", test_failure);
    g_test_add_func("/looks/colours", test_colours);
    return g_test_run();
}
