/* test-helper-journal.c - what is on disk before it is done. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#include "helper-journal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
    char *directory;
    GString *undone;
};

static void
setup(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->directory = g_dir_make_tmp("dialtone-journal-XXXXXX", NULL);
    f->undone = g_string_new(NULL);
}

static char *
only_file(struct fixture *f)
{
    g_autoptr(GDir) dir = g_dir_open(f->directory, 0, NULL);
    const char *name = g_dir_read_name(dir);

    return name == NULL ? NULL : g_build_filename(f->directory, name, NULL);
}

static void
teardown(struct fixture *f, gconstpointer data)
{
    char *path;

    (void)data;
    while ((path = only_file(f)) != NULL) {
        g_unlink(path);
        g_free(path);
    }
    g_rmdir(f->directory);
    g_free(f->directory);
    g_string_free(f->undone, TRUE);
}

static void
note(void *ctx, const struct undo *u)
{
    struct fixture *f = ctx;
    char text[52];

    switch (u->kind) {
    case UNDO_LINK:
    case UNDO_RESOLVED:
    case UNDO_RESOLVCONF:
    case UNDO_GUARD:
        g_string_append_printf(f->undone, "%u %s %u\n", u->kind, u->link.name, u->link.ifindex);
        break;
    case UNDO_RULE:
        g_string_append_printf(f->undone, "rule %u %u %d %s %u %u %d %u\n", u->rule.family,
                               u->rule.preference, u->rule.unmarked,
                               net_route_text(&u->rule.to, text), u->rule.source_port,
                               u->rule.destination_port, u->rule.protocol, u->rule.table);
        break;
    case UNDO_XFRM:
        g_string_append_printf(f->undone, "xfrm %d %02x%02x %02x%02x %x\n",
                               u->xfrm.family == AF_INET6, u->xfrm.local[0], u->xfrm.local[15],
                               u->xfrm.remote[0], u->xfrm.remote[15], u->xfrm.reqid);
        break;
    case UNDO_ROUTE:
        g_string_append_printf(f->undone, "route %u %s %u %u\n", u->route.type,
                               net_route_text(&u->route.to, text), u->route.metric,
                               u->route.ifindex);
        break;
    }
}

static const struct undo four[] = {
    {.kind = UNDO_LINK, .link = {17, "vpn0"}},
    {.kind = UNDO_RULE,
     .rule = {4, 5471, true, {4, 32, {203, 0, 113, 5}}, 6, 443, 40000, HELPER_TABLE}},
    {.kind = UNDO_ROUTE,
     .route = {HELPER_ROUTE_UNREACHABLE, {6, 10, {0xfe, 0x80}}, UINT32_MAX, 17}},
    {.kind = UNDO_XFRM, .xfrm = {AF_INET6, {0x20, [15] = 0x0a}, {0xfd, [15] = 0x05}, 0x64740001}},
};

#define FOUR_BACKWARDS                                                                             \
    "xfrm 1 200a fd05 64740001\n"                                                                  \
    "route 1 fe80::/10 4294967295 17\nrule 4 5471 1 203.0.113.5/32 443 40000 6 25716\n1 vpn0 17\n"

static struct helper_journal *
open_with_four(struct fixture *f)
{
    int err = 0;
    struct helper_journal *j = helper_journal_open(f->directory, note, f, &err);

    g_assert_cmpint(err, ==, 0);
    g_assert_nonnull(j);
    for (gsize i = 0; i < G_N_ELEMENTS(four); i++)
        g_assert_cmpint(helper_journal_intend(j, &four[i]), ==, 0);
    return j;
}

static void
test_undo(struct fixture *f, gconstpointer data)
{
    (void)data;
    helper_journal_undo(open_with_four(f), note, f);
    g_assert_cmpstr(f->undone->str, ==, FOUR_BACKWARDS);
    g_assert_null(only_file(f));
    helper_journal_undo(NULL, note, f);
}

/* A process that records four changes, and is killed. */
static void
die_with_four(struct fixture *f)
{
    const pid_t pid = fork();

    if (pid == 0) {
        open_with_four(f);
        kill(getpid(), SIGKILL);
    }
    waitpid(pid, NULL, 0);
}

static void
test_recover(struct fixture *f, gconstpointer data)
{
    (void)data;
    die_with_four(f);
    g_assert_cmpint(helper_journal_recover(f->directory, note, f), ==, 1);
    g_assert_cmpstr(f->undone->str, ==, FOUR_BACKWARDS);
    g_assert_cmpint(helper_journal_recover(f->directory, note, f), ==, 0);
}

/* Killed while it starts a program, whose process has the lock until its exec: that is waited for.
 */
static void
test_S1_lock_of_a_child(struct fixture *f, gconstpointer data)
{
    (void)data;
    for (unsigned how = 0; how < 2; how++) {
        const pid_t pid = fork();
        if (pid == 0) {
            open_with_four(f);
            if (fork() == 0) {
                poll(NULL, 0, 50);
                _exit(0);
            }
            kill(getpid(), SIGKILL);
        }
        waitpid(pid, NULL, 0);
        g_string_truncate(f->undone, 0);
        if (how == 0) {
            g_assert_cmpint(helper_journal_recover(f->directory, note, f), ==, 1);
        } else { /* who takes the slot waits as well, instead of taking the next */
            int err;
            struct helper_journal *j = helper_journal_open(f->directory, note, f, &err);
            g_assert_nonnull(j);
            g_assert_cmpuint(helper_journal_slot(j), ==, 0);
            g_assert_cmpstr(f->undone->str, ==, FOUR_BACKWARDS);
            helper_journal_undo(j, note, f);
        }
        g_assert_cmpstr(f->undone->str, ==, FOUR_BACKWARDS);
    }
}

/* A helper that starts while another one lives leaves it alone. */
static void
test_living_helper(struct fixture *f, gconstpointer data)
{
    int err;

    (void)data;
    struct helper_journal *first = open_with_four(f);
    g_assert_cmpint(helper_journal_recover(f->directory, note, f), ==, 0);
    struct helper_journal *second = helper_journal_open(f->directory, note, f, &err);
    g_assert_cmpstr(f->undone->str, ==, "");
    g_assert_cmpuint(helper_journal_slot(first), !=, helper_journal_slot(second));
    helper_journal_undo(second, note, f);
    g_assert_cmpstr(f->undone->str, ==, "");
    helper_journal_undo(first, note, f);
}

static void
test_dead_helpers_slot_is_taken(struct fixture *f, gconstpointer data)
{
    int err;

    (void)data;
    die_with_four(f);
    struct helper_journal *j = helper_journal_open(f->directory, note, f, &err);
    g_assert_cmpuint(helper_journal_slot(j), ==, 0);
    g_assert_cmpstr(f->undone->str, ==, FOUR_BACKWARDS);
    helper_journal_undo(j, note, f);
    g_assert_cmpstr(f->undone->str, ==, FOUR_BACKWARDS); /* and not once more */
}

/* Cut at every octet, as a crash of the whole computer might: whole records count, no others. */
static void
test_torn(struct fixture *f, gconstpointer data)
{
    g_autofree char *bytes = NULL;
    gsize n, last = 0;

    (void)data;
    die_with_four(f);
    g_autofree char *path = only_file(f);
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    for (gsize cut = 0; cut <= n; cut++) {
        g_string_truncate(f->undone, 0);
        g_assert_true(g_file_set_contents(path, bytes, (gssize)cut, NULL));
        helper_journal_recover(f->directory, note, f);
        gsize lines = 0;
        for (const char *c = f->undone->str; *c != '\0'; c++)
            lines += *c == '\n';
        g_assert_cmpuint(lines, >=, last);
        g_assert_true(g_str_has_suffix(FOUR_BACKWARDS, f->undone->str));
        last = lines;
    }
    g_assert_cmpuint(last, ==, 4);
}

/* A route of another table is undone there; a record of a helper that knew one table is read. */
static void
test_table(struct fixture *f, gconstpointer data)
{
    struct undo u = four[2], got;
    uint8_t bytes[128];
    struct wr w = wr_over(bytes, sizeof bytes);

    (void)f, (void)data;
    undo_put(&w, &u);
    const size_t before = w.len;
    struct rd r = wr_done(&w);
    g_assert_true(undo_get(&r, &got));
    g_assert_cmpuint(got.route.table, ==, 0);
    u.route.table = HELPER_OUTER_TABLE;
    w = wr_over(bytes, sizeof bytes);
    undo_put(&w, &u);
    g_assert_cmpuint(w.len, ==, before + 4);
    r = wr_done(&w);
    g_assert_true(undo_get(&r, &got));
    g_assert_cmpuint(got.route.table, ==, HELPER_OUTER_TABLE);
    r = rd_over(bytes, before + 2);
    g_assert_false(undo_get(&r, &got));
}

/* Any octet changed: nothing breaks, and nothing but records of a right form is undone. */
static void
test_damaged(struct fixture *f, gconstpointer data)
{
    g_autofree char *bytes = NULL;
    gsize n;

    (void)data;
    die_with_four(f);
    g_autofree char *path = only_file(f);
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    for (gsize at = 0; at < n; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[at] ^= (char)(1 << bit);
            g_assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
            helper_journal_recover(f->directory, note, f);
            bytes[at] ^= (char)(1 << bit);
        }
    }
}

/* Of another boot: its links and rules are gone, and what has their numbers now is not ours. */
static void
test_other_boot(struct fixture *f, gconstpointer data)
{
    g_autofree char *bytes = NULL;
    gsize n;

    (void)data;
    die_with_four(f);
    g_autofree char *path = only_file(f);
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    bytes[20] ^= 1; /* in the boot id */
    g_assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
    g_assert_cmpint(helper_journal_recover(f->directory, note, f), ==, 1);
    g_assert_cmpstr(f->undone->str, ==, "");
    g_assert_null(only_file(f));
}

static void
test_slots_run_out(struct fixture *f, gconstpointer data)
{
    struct helper_journal *all[HELPER_SLOTS];
    int err = 0;

    (void)data;
    for (int i = 0; i < HELPER_SLOTS; i++) {
        all[i] = helper_journal_open(f->directory, note, f, &err);
        g_assert_cmpuint(helper_journal_slot(all[i]), ==, (unsigned)i);
    }
    g_assert_null(helper_journal_open(f->directory, note, f, &err));
    g_assert_cmpint(err, ==, -EBUSY);
    for (int i = 0; i < HELPER_SLOTS; i++)
        helper_journal_undo(all[i], note, f);
}

/* Of a network that is one program's: nothing on disk, and a half written record hides no other. */
static void
test_in_memory(struct fixture *f, gconstpointer data)
{
    const struct undo link = {.kind = UNDO_LINK, .link = {7, "vpn7"}};
    const struct undo resolved = {.kind = UNDO_RESOLVED, .link = {7, "vpn7"}};
    int err = 0;

    (void)data;
    struct helper_journal *j = helper_journal_open(NULL, note, f, &err);
    struct helper_journal *other = helper_journal_open(NULL, note, f, &err);
    g_assert_nonnull(j);
    g_assert_nonnull(other);
    g_assert_cmpint(helper_journal_intend(j, &link), ==, 0);
    g_assert_cmpint(helper_journal_intend(j, &resolved), ==, 0);
    helper_journal_undo(other, note, f);
    g_assert_cmpstr(f->undone->str, ==, "");
    helper_journal_undo(j, note, f);
    g_assert_cmpstr(f->undone->str, ==, "4 vpn7 7\n1 vpn7 7\n");
    g_assert_null(only_file(f));
}

/* S6, and a directory that others could write to. */
static void
test_bad_directory(struct fixture *f, gconstpointer data)
{
    int err = 0;

    (void)data;
    g_assert_null(helper_journal_open("/proc/dialtone", note, f, &err));
    g_assert_cmpint(err, <, 0);
    g_chmod(f->directory, 0777);
    g_assert_null(helper_journal_open(f->directory, note, f, &err));
    g_assert_cmpint(err, ==, -EPERM);
    g_assert_cmpint(helper_journal_recover(f->directory, note, f), ==, -EPERM);

    g_autofree char *link = g_strconcat(f->directory, "-link", NULL);
    g_chmod(f->directory, 0700);
    g_assert_cmpint(symlink(f->directory, link), ==, 0);
    g_assert_null(helper_journal_open(link, note, f, &err));
    g_unlink(link);
}

#define ADD(path, fn) g_test_add("/helper-journal/" path, struct fixture, NULL, setup, fn, teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("undo", test_undo);
    ADD("S1-recover", test_recover);
    ADD("S1-lock-of-a-child", test_S1_lock_of_a_child);
    ADD("living-helper", test_living_helper);
    ADD("dead-helpers-slot-is-taken", test_dead_helpers_slot_is_taken);
    ADD("S1-torn", test_torn);
    ADD("table", test_table);
    ADD("damaged", test_damaged);
    ADD("other-boot", test_other_boot);
    ADD("slots-run-out", test_slots_run_out);
    ADD("in-memory", test_in_memory);
    ADD("S6-bad-directory", test_bad_directory);
    return g_test_run();
}
