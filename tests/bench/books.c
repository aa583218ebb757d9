/*
 * books.c - bench-books [POPS [ENTRIES]]: how long a phone book of Connection Point Services and a
 * Windows phone book of that size take to read, and the connections of the latter to store and to
 * list; and how much memory: one line each. Stores in a folder of its own, and removes it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cps-book.h"
#include "profile-batch.h"
#include "rasphone-profile.h"

#include <glib/gstdio.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static long
peak_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void
report(const char *what, guint n, gint64 began)
{
    printf("%s: %u in %" G_GINT64_FORMAT " ms, peak %ld KiB\n", what, n,
           (g_get_monotonic_time() - began) / 1000, peak_kib());
}

static void
read_pops(guint n)
{
    GString *text = g_string_new(NULL);
    struct cps_report lost;
    guint passed = 0;

    for (guint i = 0; i < n; i++)
        g_string_append_printf(text,
                               "%u,%u,%u,Town number %u,%03u,555-%05u,9600,56000,0,%u,Line %u,\r\n",
                               i, 1 + i % 200, i % 50, i, i % 1000, i, i % 2 * 64, i % 4);
    g_autoptr(GBytes) pbk = g_string_free_to_bytes(text);
    const gint64 began = g_get_monotonic_time();
    g_autoptr(CpsBook) book = cps_book_read(pbk, NULL, &lost);
    report("points of presence, read", cps_book_count(book), began);
    const gint64 filtered = g_get_monotonic_time();
    const struct cps_filter filter = {.mask = 0x41, .match = 0x40, .country = 50};
    for (guint i = 0; i < cps_book_count(book); i++)
        passed += cps_pop_passes(cps_book_pop(book, i), &filter);
    report("points of presence, filtered", passed, filtered);
}

static void
fail_on(GError *error)
{
    if (error == NULL)
        return;
    fprintf(stderr, "%s\n", error->message);
    exit(1);
}

static void
store_and_list(const Rasphone *book)
{
    GError *error = NULL;
    g_autofree char *folder = g_dir_make_tmp("bench-books-XXXXXX", &error);
    fail_on(error);
    g_autoptr(ProfileStore) store = profile_store_new(folder, "/nonexistent");
    g_autoptr(ProfileBatch) batch = profile_batch_new(store, &error);
    fail_on(error);
    const gint64 began = g_get_monotonic_time();

    for (guint i = 0; i < MIN(rasphone_count(book), PROFILE_BATCH_MAX); i++) {
        g_autoptr(RasphoneEntry) e = rasphone_entry(book, i);
        g_autoptr(Profile) p = rasphone_profile(e, "rasphone.pbk");
        profile_batch_add(batch, p, &error);
        fail_on(error);
    }
    profile_batch_finish(batch, NULL, &error);
    fail_on(error);
    report("connections, stored", rasphone_count(book), began);
    const gint64 listed = g_get_monotonic_time();
    g_autoptr(GPtrArray) list = profile_store_summaries(store, NULL);
    report("connections, listed", list->len, listed);
    for (guint i = 0; i < list->len; i++) {
        g_autoptr(Profile) p = profile_new();
        profile_set(&p->id, ((ProfileSummary *)list->pdata[i])->id);
        profile_store_delete(store, p, NULL);
    }
    g_rmdir(folder);
}

static void
read_entries(guint n)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < n; i++) {
        g_string_append_printf(text, "[Office %u]\r\nEncoding=1\r\nType=2\r\nVpnStrategy=5\r\n", i);
        for (guint k = 0; k < 90; k++) /* as many keys as Windows writes */
            g_string_append_printf(text, "Setting%u=0\r\n", k);
        g_string_append_printf(text,
                               "\r\nMEDIA=rastapi\r\nPort=VPN2-0\r\nDevice=WAN Miniport (SSTP)\r\n"
                               "\r\nDEVICE=vpn\r\nPhoneNumber=vpn%u.example.com\r\n\r\n",
                               i);
    }
    g_autoptr(GBytes) bytes = g_string_free_to_bytes(text);
    const gint64 began = g_get_monotonic_time();
    g_autoptr(Rasphone) book = rasphone_parse(bytes, 0, NULL);
    report("entries, found", rasphone_count(book), began);
    for (guint i = 0; i < rasphone_count(book); i++) {
        g_autoptr(RasphoneEntry) e = rasphone_entry(book, i);
        profile_free(rasphone_profile(e, "rasphone.pbk"));
    }
    report("entries, read as profiles", rasphone_count(book), began);
    store_and_list(book);
}

static guint
number(int argc, char **argv, int i, guint otherwise)
{
    guint64 n = otherwise;

    if (i < argc)
        g_ascii_string_to_unsigned(argv[i], 10, 1, 1000000, &n, NULL);
    return (guint)n;
}

int
main(int argc, char **argv)
{
    read_pops(number(argc, argv, 1, 100000));
    read_entries(number(argc, argv, 2, 10000));
    return 0;
}
