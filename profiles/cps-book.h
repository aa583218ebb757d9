/*
 * cps-book.h - a phone book of Connection Point Services: points of presence (.pbk) and their
 * regions (.pbr). MS-CPSP 2.1 and 2.2, the rules for errors included: an error costs a field, an
 * entry, the rest of the file, or all of it, and what it cost is counted and said.
 *
 * Text is ASCII in the specification; other octets are kept as UTF-8 or Windows' code page 1252.
 * Bounded: CPS_MAX_FILE octets, CPS_MAX_POPS entries. One block of memory holds all texts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#define CPS_MAX_FILE    (64 * 1024 * 1024)
#define CPS_MAX_POPS    1000000
#define CPS_MAX_REGIONS 65536

enum cps_limits { CPS_MAX_NAME = 31, CPS_MAX_AREA = 11, CPS_MAX_NUMBER = 41, CPS_MAX_DUN = 50 };

enum cps_flag { /* MS-CPSP 2.1, POP Flag; a set bit is what the name says */
                CPS_NOT_SIGN_ON = 1 << 0,
                CPS_SIGN_UP = 1 << 1,
                CPS_NOT_MODEM = 1 << 2,
                CPS_NOT_ISDN = 1 << 3,
                CPS_CUSTOM_1 = 1 << 4,
                CPS_NOT_MULTICAST = 1 << 5,
                CPS_SURCHARGE = 1 << 6,
                CPS_CUSTOM_2 = 1 << 7,
};

struct cps_pop {
    guint32 index, country, region; /* region 0: all */
    guint32 min_speed, max_speed, flags;
    const char *name, *area, *number, *dun; /* of the book; "" when absent */
};

struct cps_report { /* what the rules for errors cost */
    guint fields, entries;
    gboolean rest; /* an error ended the reading: line @line */
    gboolean all;  /* an error made the whole file void: line @line */
    guint line;
};

typedef struct cps_book CpsBook;

/* @pbr may be NULL. Never NULL: what cannot be read is an empty book, and the report says why. */
CpsBook *cps_book_read(GBytes *pbk, GBytes *pbr, struct cps_report *ret_report);
void cps_book_free(CpsBook *book); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CpsBook, cps_book_free)

guint cps_book_count(const CpsBook *book);
const struct cps_pop *cps_book_pop(const CpsBook *book, guint i);
guint cps_book_regions(const CpsBook *book);
const char *cps_book_region(const CpsBook *book, guint region); /* from 1; "" for 0: all regions */

struct cps_filter { /* [ISP] Mask&name=, Match&name=, and what the person chose; 0: any */
    guint32 mask, match;
    guint32 country, region;
};
/* A point of presence without a region is in each of its country. */
gboolean cps_pop_passes(const struct cps_pop *pop, const struct cps_filter *filter);

GBytes *cps_book_write(const CpsBook *book);
GBytes *cps_book_write_regions(const CpsBook *book);
