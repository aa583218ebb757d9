/*
 * helper-early.h - which servers take the first SSTP packet in the same flight as the HTTP request.
 *
 * It saves a round trip of each dial, but no specification promises it. So a server is first dialed
 * step by step; once that went well the next dial tries, and one that was refused is never tried
 * again. Remembered for as long as the helper runs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "dial-plan.h"

struct helper_early;

struct helper_early *helper_early_new(void);
void helper_early_free(struct helper_early *e); /* NULL is fine */

/* Should the next dial of @server try? */
gboolean helper_early_wanted(struct helper_early *e, const struct plan_server *server);
/* A call to @server is up. @asked: it was tried; @worked: and the server took it. */
void helper_early_learn(struct helper_early *e, const struct plan_server *server, gboolean asked,
                        gboolean worked);
