/*
 * cli-first.h - double dial: the connection that a profile wants to be up before it. It is dialed
 * if it is not up; the helper hangs it up again after the one that goes through it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "cli-call.h"

struct cli_first;

/* The helper's name for @first; TRUE: it is up, one's own or everybody's. */
gboolean cli_first_is_up(DtDialerClient *client, const Profile *first,
                         char ret_name[static PLAN_MAX_TEXT]);

/* Before cli_call_run(@c), after cli_call_prepare(). An exit status, or -1: go on; then c->plan
 * says what to go through, and *ret what was dialed for it, if anything. */
int cli_first_dial(const struct cli_command *command, ProfileStore *store, struct cli_call *c,
                   struct cli_first **ret);
/* When cli_call_run() has returned. One that was dialed in vain is hung up. NULL is fine. */
void cli_first_free(struct cli_first *f, const struct cli_call *c);
