/* test-profile-filter.c - filters of access numbers: what is taken, what is left, and the store.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-filter.h"

#include "profile-file.h"
#include "profile.h"

static void
same_settings(const Profile *p, const Profile *q)
{
    g_autoptr(GPtrArray) a = profile_filter_settings(p), b = profile_filter_settings(q);

    g_assert_cmpuint(a->len, ==, b->len);
    for (guint i = 0; i < a->len; i++) {
        const struct profile_setting *s = a->pdata[i], *t = b->pdata[i];
        g_assert_cmpstr(s->section, ==, t->section);
        g_assert_cmpstr(s->key, ==, t->key);
        g_assert_cmpstr(s->value, ==, t->value);
    }
}

static void
what_is_taken(void)
{
    static const struct {
        const char *section, *key, *value;
        gboolean taken;
    } rows[] = {
        {"ISP", "Mask&SignOn", "0x0041", TRUE},
        {"isp", "MATCH&SIGNON", "64", TRUE},
        {"ISP", "Mask&SignOn", "0x0001", FALSE}, /* the first one counts */
        {"ISP", "Mask&", "0x0001", FALSE},
        {"ISP", "Mask&a", "", FALSE},
        {"ISP", "Mask&a", "0x", FALSE},
        {"ISP", "Mask&a", "0x0g", FALSE},
        {"ISP", "Mask&a", "-1", FALSE},
        {"ISP", "Mask&a", "4294967296", FALSE},
        {"ISP", "Mask&a", "0x100000000", FALSE},
        {"ISP", "Mask&all", "0xFFFFFFFF", TRUE},
        {"ISP", "FilterA&", "SignOn", TRUE},
        {"ISP", "FilterA&Roaming", "", TRUE},
        {"ISP", "FilterB&roaming", "all", TRUE},
        {"ISP", "FilterB&ROAMING", "all", FALSE},
        {"ISP", "CMSFile&Roaming", "r.cms", TRUE},
        {"ISP", "PBFile", "a.pbk", FALSE},
        {"Connection Manager", "Mask&b", "1", FALSE},
        {"Service Types", "Mödem", "SignOn", TRUE},
        {"Service Types", "MÖDEM", "SignOn", FALSE},
        {"service types", "Everything", "", TRUE},
        {"Service Types", "", "SignOn", FALSE},
    };
    g_autoptr(Profile) p = profile_new();

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("[%s] %s=%s", rows[i].section, rows[i].key, rows[i].value);
        g_assert_cmpint(
            profile_filter_take(p, "a.cms", rows[i].section, rows[i].key, rows[i].value), ==,
            rows[i].taken);
    }
    const struct profile_filter *f = profile_filter_find(p, "signon");
    g_assert_cmpuint(f->mask, ==, 0x41);
    g_assert_cmpuint(f->match, ==, 0x40);
    g_assert_cmpuint(profile_filter_find(p, "all")->mask, ==, G_MAXUINT32);
    g_assert_false(profile_filter_find(p, "all")->has_match);
    g_assert_cmpstr(profile_filter_reference(p, "Roaming")->filter_b, ==, "all");
    g_assert_cmpstr(profile_filter_service(p, "mödem")->filter, ==, "SignOn");
    g_assert_cmpstr(profile_origin(p, "ISP/Match&SignOn")->key, ==, "MATCH&SIGNON");

    g_autoptr(Profile) copy = profile_copy(p);
    same_settings(p, copy);
    g_autoptr(GBytes) bytes = profile_file_write(p);
    g_autoptr(Profile) q = profile_file_read(bytes, NULL);
    same_settings(p, q);
    g_assert_cmpuint(q->others->len, ==, 0);
    g_assert_cmpstr(profile_origin(q, "ISP/Match&SignOn")->file, ==, "a.cms");
}

/* More than the model holds is not taken, and so not lost. */
static void
bounded(void)
{
    g_autoptr(Profile) p = profile_new();

    for (guint i = 0; i <= PROFILE_MAX_FILTERS; i++) {
        const gboolean fits = i < PROFILE_MAX_FILTERS;
        g_autofree char *mask = g_strdup_printf("Mask&%u", i);
        g_autofree char *list = g_strdup_printf("FilterA&%u", i);

        g_assert_cmpint(profile_filter_take(p, NULL, "ISP", mask, "1"), ==, fits);
        g_assert_cmpint(profile_filter_take(p, NULL, "ISP", list, "x"), ==, fits);
        g_assert_cmpint(profile_filter_take(p, NULL, "Service Types", mask, "x"), ==, fits);
    }
    g_autoptr(GBytes) bytes = profile_file_write(p);
    g_autoptr(Profile) q = profile_file_read(bytes, NULL);
    same_settings(p, q);
}

/* A store of an older version has them among the other settings; those of other files stay. */
static void
an_older_store(void)
{
    static const char text[] =
        "[Profile]\nVersion=1\n"
        "[Other 0]\nFile=Old.CMS\nSection=ISP\nKey=Mask&SignOn\nValue=0x0001\n"
        "[Other 1]\nFile=Old.CMS\nSection=ISP\nKey=Unknown\nValue=1\n"
        "[Other 2]\nFile=rasphone.pbk\nSection=Service Types\nKey=Odd\nValue=1\n"
        "[Other 3]\nFile=Old.CMS\nSection=Service Types\nKey=Modem\nValue=SignOn\n";
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, sizeof text - 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) p = profile_file_read(bytes, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(profile_filter_find(p, "SignOn")->mask, ==, 1);
    g_assert_cmpstr(profile_filter_service(p, "Modem")->filter, ==, "SignOn");
    g_assert_cmpuint(p->service_types->len, ==, 1);
    g_assert_cmpstr(profile_origin(p, "ISP/Mask&SignOn")->file, ==, "Old.CMS");
    g_assert_cmpuint(p->others->len, ==, 2);
    g_assert_cmpstr(((struct profile_other *)p->others->pdata[0])->key, ==, "Unknown");
    g_assert_cmpstr(((struct profile_other *)p->others->pdata[1])->file, ==, "rasphone.pbk");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-filter/taken", what_is_taken);
    g_test_add_func("/profile-filter/bounded", bounded);
    g_test_add_func("/profile-filter/older-store", an_older_store);
    return g_test_run();
}
