/*
 * helper-redial.h - is a call that failed, or was cut off, worth another attempt? Pure decisions.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "ras.h"

/* A call that was up for so long was a good one: what cuts it off then begins a count of its own.
 * One that is cut off sooner, over and over, comes to the end of its redials. */
#define HELPER_REDIAL_STEADY (60 * USEC_PER_SEC)

/* Would another server, or the same one a little later, say the same? Then it is not asked: a wrong
 * password that is repeated locks the account, and a false certificate is a reason to stop. */
bool helper_redial_is_final(enum ras_error error);

/* Of a call that was up: did it end without anybody here wanting it to? */
bool helper_redial_is_cut(enum ras_error error);

/* Redials that count as used when a call that was up for @up is cut off. @used: since Connect;
 * @first: it is the first time since then. */
unsigned helper_redial_used(unsigned used, bool first, usec_t up);
