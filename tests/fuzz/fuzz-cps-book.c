/*
 * fuzz-cps-book.c - a phone book of Connection Point Services, its regions behind the first NUL:
 * what is read is within the bounds of MS-CPSP, and the same when it is written and read again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cps-book.h"

#include "fuzz-profile.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    const guint8 *nul = size == 0 ? NULL : memchr(data, 0, size);
    const gsize n = nul == NULL ? size : (gsize)(nul - data);
    g_autoptr(GBytes) pbk = g_bytes_new(data, n);
    g_autoptr(GBytes) pbr = nul == NULL ? NULL : g_bytes_new(nul + 1, size - n - 1);
    struct cps_report report;
    g_autoptr(CpsBook) book = cps_book_read(pbk, pbr, &report);

    for (guint i = 0; i < cps_book_count(book); i++) {
        const struct cps_pop *p = cps_book_pop(book, i);
        check_text(p->name);
        check_text(p->dun);
        if (p->region > cps_book_regions(book) || (p->flags & CPS_NOT_SIGN_ON) != 0 ||
            strlen(p->area) > CPS_MAX_AREA)
            broken("an entry that the rules do not let in");
    }
    g_autoptr(GBytes) written = cps_book_write(book), regions = cps_book_write_regions(book);
    g_autoptr(CpsBook) again = cps_book_read(written, regions, &report);
    if (cps_book_count(again) != cps_book_count(book) || report.all || report.rest)
        broken("what was written is not what is read");
    return 0;
}
