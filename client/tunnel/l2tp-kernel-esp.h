/*
 * l2tp-kernel-esp.h - SESSION_ESP of the session (session-esp.h) becomes HELPER_ESP, and the
 * helper's answer the session's; with the first, the socket that L2TP goes over from then on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "session-esp.h"
#include "tunnel.h"

void l2tp_kernel_esp_ask(struct tunnel *t, const struct session_esp *e);
void l2tp_kernel_esp_answer(struct tunnel *t, const struct control_msg *m, int fd); /* takes @fd */
/* Each round: has somebody else taken the associations away? Then the call ends. */
void l2tp_kernel_esp_check(struct tunnel *t);
