/* test-profile-summary.c - a summary says what the whole profile would, or nothing.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-summary.h"

#include "profile-file.h"

#include <string.h>

static Profile *
sample(const char *name, guint servers)
{
    Profile *p = profile_new();

    profile_set(&p->name, name);
    profile_set(&p->dial_first, name); /* as hard to read */
    for (guint i = 0; i < servers; i++) {
        g_autofree char *address = g_strdup_printf("vpn%u.example.com", i);
        profile_add_server(p, i % 2 == 0 ? "" : "Label = [x]", address);
    }
    profile_add_other(p, "a.cms", "Connection Manager", "ServiceName", "not this one");
    profile_add_action(p, "Connect Actions", "Kind=9\nVersion=2", "[Server 0]");
    profile_set_origin(p, "Server/vpn0.example.com", "a.cms", "Connection Manager", "TunnelAddress",
                       "vpn0.example.com");
    return p;
}

static void
assert_same(const ProfileSummary *a, const ProfileSummary *b)
{
    g_assert_cmpstr(a->name, ==, b->name);
    g_assert_cmpuint(a->kind, ==, b->kind);
    g_assert_cmpuint(a->n_protocols, ==, b->n_protocols);
    g_assert_cmpmem(a->protocols, a->n_protocols * sizeof a->protocols[0], b->protocols,
                    b->n_protocols * sizeof b->protocols[0]);
    g_assert_true(g_strv_equal((const char *const *)a->servers, (const char *const *)b->servers));
    g_assert_cmpstr(a->dial_first, ==, b->dial_first);
}

/* TRUE: it was read, and is what the whole profile says. */
static gboolean
agrees(GBytes *bytes)
{
    g_autoptr(ProfileSummary) s = profile_summary_read(bytes);
    g_autoptr(GError) error = NULL;

    if (s == NULL)
        return FALSE;
    g_autoptr(Profile) p = profile_file_read(bytes, &error);
    g_assert_no_error(error);
    g_autoptr(ProfileSummary) whole = profile_summary_of(p);
    assert_same(s, whole);
    return TRUE;
}

static void
what_is_ours_is_read(void)
{
    static const char *const names[] = {
        "Office",          "",         " spaces ", "tab\there", "back\\slash\\s", "Größe [1] = #2",
        "; not a comment", "new\nline"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        for (guint strategy = 0; strategy <= 15; strategy++) {
            g_autoptr(Profile) p = sample(names[i], (guint)i * 3);
            p->dun.vpn_strategy = strategy;
            p->last_protocol = strategy % 4;
            p->only_protocol = (strategy + (guint)i) % 4;
            p->protocol_order = (guint[]){0, 12, 312, 333}[(strategy / 4 + (guint)i) % 4];
            p->kind = strategy % 5 == 0 ? PROFILE_BROADBAND : PROFILE_VPN;
            g_autoptr(GBytes) bytes = profile_file_write(p);
            g_assert_true(agrees(bytes));
        }
    g_autoptr(Profile) all = sample("x", PROFILE_MAX_SERVERS);
    g_autoptr(GBytes) bytes = profile_file_write(all);
    g_assert_true(agrees(bytes));
}

/* F7: whatever happened to the file, the summary is never another than the profile. */
static void
what_is_spoilt_is_left_alone(void)
{
    static const char octets[] = {'\0', '\n', '\r', ' ', '#', '=',
                                  '[',  ']',  '\\', '0', 's', (char)0xc3};
    g_autoptr(Profile) p = sample("A \\ name", 2);
    g_autoptr(GBytes) bytes = profile_file_write(p);
    guint same = 0, other = 0;
    gsize n;

    const char *data = g_bytes_get_data(bytes, &n);
    for (gsize i = 0; i < n; i++) {
        g_autoptr(GBytes) cut = g_bytes_new(data, i);
        agrees(cut);
        for (gsize k = 0; k < G_N_ELEMENTS(octets); k++) {
            g_autofree char *copy = g_memdup2(data, n);
            copy[i] = octets[k];
            g_autoptr(GBytes) spoilt = g_bytes_new(copy, n);
            same += agrees(spoilt);
            other++;
        }
    }
    g_assert_cmpuint(same, >, 0);
    g_assert_cmpuint(same, <, other);
}

static void
what_is_written_by_others(void)
{
    static const struct {
        const char *text;
        gboolean read;
    } rows[] = {
        {"[Profile]\nVersion=1\n", TRUE},
        {"[Profile]\nVersion=1", TRUE},
        {"", FALSE},
        {"[Profile]\nVersion=2\n", FALSE},
        {"[Profile]\n", FALSE},
        {"Version=1\n", FALSE},
        {"# mine\n[Profile]\nVersion=1\n", FALSE},
        {"[Profile]\nVersion=1\nVersion=1\n", FALSE},
        {"[Profile]\nVersion=1\n[Profile]\n", FALSE},
        {"[Profile]\nVersion = 1\n", FALSE},
        {"[Profile]\nVersion=1\n[Dialtone]\nKind=2\n[Dialtone]\nKind=5\n", FALSE},
        {"[Profile]\nVersion=1\n[Dialtone]\nKind=2\nKind=5\n", FALSE},
        {"[Profile]\nVersion=1\n[Dialtone]\nKind=77\n", FALSE},
        {"[Profile]\nVersion=1\n[Dialtone]\nKind=-1\n", FALSE},
        {"[Profile]\nVersion=1\n[Dialtone]\nKind=\n", FALSE},
        {"[Profile]\nVersion=1\n[Networking]\nVpnStrategy=99999999999\n", FALSE},
        {"[Profile]\nVersion=1\n[Networking]\nVpnStrategy=5\n", TRUE},
        {"[Profile]\nVersion=1\n[Server 1]\nAddress=a\n", FALSE},
        {"[Profile]\nVersion=1\n[Server 0]\nLabel=a\n", FALSE},
        {"[Profile]\nVersion=1\n[Server 0]\nLabel=a\n[Other 0]\n", FALSE},
        {"[Profile]\nVersion=1\n[Server 0]\nAddress=a\nAddress=b\n", FALSE},
        {"[Profile]\nVersion=1\n[Server 0]\nAddress=a\n[Server 0]\nAddress=b\n", FALSE},
        {"[Profile]\nVersion=1\n[Server 00]\nAddress=a\n", FALSE},
        {"[Profile]\nVersion=1\n[Server 0]\nAddress=a\\x\n", FALSE},
        {"[Profile]\nVersion=1\n[Server 0]\nAddress=a\\\n", FALSE},
        {"[Profile]\nVersion=1\n[Connection Manager]\nServiceName= x\n", FALSE},
        {"[Profile]\nVersion=1\n[Connection Manager]\nServiceName[de]=x\n", FALSE},
        {"[Profile]\nVersion=1\nnonsense\n", FALSE},
        {"[Profile]\nVersion=1\n[Odd]]\n", FALSE},
        {"[Profile]\r\nVersion=1\r\n", FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new(rows[i].text, strlen(rows[i].text));
        g_test_message("%s", rows[i].text);
        g_assert_cmpint(agrees(bytes), ==, rows[i].read);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-summary/ours", what_is_ours_is_read);
    g_test_add_func("/profile-summary/F7-spoilt", what_is_spoilt_is_left_alone);
    g_test_add_func("/profile-summary/others", what_is_written_by_others);
    return g_test_run();
}
