/*
 * helper-journal.h - what must be undone, on disk before it is done.
 *
 * Each connection that is being set up or is up has a slot: a file in the state directory, locked
 * as long as its helper lives. Before each change the way to undo it is written there and synced; a
 * helper that starts undoes what the files without a lock say, last change first. So a crash at any
 * point leaves either nothing, or a record of all there may be. Undoing what was never done must be
 * harmless: that is why a record holds the whole description of a thing, not its name.
 *
 * A record belongs to one network namespace and one boot.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "attr.h"
#include "helper-net.h"
#include "helper-xfrm.h"

enum undo_kind {
    UNDO_LINK = 1,
    UNDO_RULE = 2,
    UNDO_ROUTE = 3,
    UNDO_RESOLVED = 4,   /* .link */
    UNDO_RESOLVCONF = 5, /* .link */
    UNDO_GUARD = 6,      /* .link */
    UNDO_XFRM = 7,       /* .xfrm: all associations of these ends */
};

struct undo {
    enum undo_kind kind;
    union {
        struct {
            uint32_t ifindex;
            char name[IFNAMSIZ];
        } link;
        struct helper_rule rule;
        struct helper_route route;
        struct helper_xfrm_ends xfrm;
    };
};

typedef void (*helper_undo)(void *ctx, const struct undo *u);

struct helper_journal;

/* @directory NULL: in memory only, for a network that is gone when this process is.
 * A free slot in @directory (made if need be). What a dead helper left in it is undone first. NULL:
 * *ret_error is a negative errno; -EBUSY: no slot is free. */
struct helper_journal *helper_journal_open(const char *directory, helper_undo undo, void *ctx,
                                           int *ret_error);
unsigned helper_journal_slot(const struct helper_journal *j);
/* Call before the change. Not 0: do not make it. */
int helper_journal_intend(struct helper_journal *j, const struct undo *u);
/* Undoes everything, last first, frees the slot and @j. */
void helper_journal_undo(struct helper_journal *j, helper_undo undo, void *ctx);

/* Undo what dead helpers left. Returns how many connections that were, or a negative errno. */
int helper_journal_recover(const char *directory, helper_undo undo, void *ctx);

/* The form on disk, for tests. */
void undo_put(struct wr *w, const struct undo *u);
bool undo_get(struct rd *r, struct undo *ret);
