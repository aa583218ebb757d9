/* test-profile-first.c - which connection is dialed before another. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "profile-first.h"

#include "profile-plan.h"

#include <stdlib.h>
#include <string.h>

struct fixture {
    char *root;
    ProfileStore *store;
};

static void
set_up(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->root = g_dir_make_tmp("dialtone-first-XXXXXX", NULL);
    g_autofree char *user = g_build_filename(f->root, "user", NULL);
    g_autofree char *system = g_build_filename(f->root, "system", NULL);
    f->store = profile_store_new(user, system);
}

static void
tear_down(struct fixture *f, gconstpointer data)
{
    g_autofree char *command = g_strdup_printf("rm -rf %s", f->root);

    (void)data;
    g_assert_finalize_object(f->store);
    g_assert_cmpint(system(command), ==, 0);
    g_free(f->root);
}

static void
save(struct fixture *f, const char *name, const char *first, enum profile_kind kind)
{
    g_autoptr(Profile) p = profile_new();
    g_autoptr(GError) error = NULL;

    profile_set(&p->name, name);
    profile_set(&p->dial_first, first);
    p->kind = kind;
    profile_add_server(p, "", "vpn.example.test");
    profile_store_save(f->store, p, &error);
    g_assert_no_error(error);
}

static void
kept_and_found(struct fixture *f, gconstpointer data)
{
    static const struct {
        const char *name;
        enum profile_first what;
        const char *first, *words; /* its name; of the error */
    } rows[] = {
        {"Home", PROFILE_FIRST_NONE, NULL, NULL},
        {"Office", PROFILE_FIRST_DIAL, "Home", NULL},
        {"Shouted", PROFILE_FIRST_DIAL, "Home", NULL},
        {"Old", PROFILE_FIRST_BY_HAND, NULL, NULL},
        {"Lost", PROFILE_FIRST_BY_HAND, NULL, NULL},
        {"Loop", PROFILE_FIRST_BAD, NULL, "wants itself"},
        {"There", PROFILE_FIRST_BAD, NULL, "that one wants “There”"},
        {"Third", PROFILE_FIRST_BAD, NULL, "that one wants “Home”"},
        {"Either", PROFILE_FIRST_BAD, NULL, "several connections called “Twin”"},
    };

    (void)data;
    save(f, "Home", "", PROFILE_VPN);
    save(f, "Line", "", PROFILE_DIALUP);
    save(f, "Twin", "", PROFILE_VPN);
    save(f, "Twin", "", PROFILE_VPN);
    save(f, "Office", "Home", PROFILE_VPN);
    save(f, "Shouted", "HOME", PROFILE_VPN);
    save(f, "Old", "Line", PROFILE_VPN);
    save(f, "Lost", "Nowhere", PROFILE_VPN);
    save(f, "Loop", "Loop", PROFILE_VPN);
    save(f, "There", "Back", PROFILE_VPN);
    save(f, "Back", "There", PROFILE_VPN);
    save(f, "Third", "Office", PROFILE_VPN);
    save(f, "Either", "Twin", PROFILE_VPN);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = profile_store_find(f->store, rows[i].name, NULL), first = NULL;
        g_autoptr(GError) error = NULL;

        g_test_message("%s", rows[i].name);
        g_assert_nonnull(p);
        g_assert_cmpint(profile_first_find(f->store, p, FALSE, &first, &error), ==, rows[i].what);
        g_assert_cmpstr(first == NULL ? NULL : first->name, ==, rows[i].first);
        g_assert_cmpint(error != NULL, ==, rows[i].words != NULL);
        if (error != NULL && strstr(error->message, rows[i].words) == NULL)
            g_error("%s", error->message);
    }
}

/* One of a user's own is none of everybody's. */
static void
everybodys_alone(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) first = NULL;
    g_autoptr(GError) error = NULL;

    (void)data;
    save(f, "Home", "", PROFILE_VPN);
    save(f, "Office", "Home", PROFILE_VPN);
    g_autoptr(Profile) p = profile_store_find(f->store, "Office", NULL);
    g_assert_cmpint(profile_first_find(f->store, p, TRUE, &first, &error), ==,
                    PROFILE_FIRST_BY_HAND);
    g_assert_no_error(error);
    g_assert_null(first);
}

static void
sentence_of_a_line(void)
{
    g_autoptr(Profile) p = profile_new();

    profile_set(&p->dial_first, "Line");
    g_autofree char *text = profile_first_by_hand_text(p);
    g_assert_nonnull(strstr(text, "“Line”"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, test)                                                                            \
    g_test_add("/profile-first/" name, struct fixture, NULL, set_up, test, tear_down)
    ADD("kept-and-found", kept_and_found);
    ADD("everybodys-alone", everybodys_alone);
    g_test_add_func("/profile-first/by-hand", sentence_of_a_line);
    return g_test_run();
}
