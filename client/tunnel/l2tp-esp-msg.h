/*
 * l2tp-esp-msg.h - a SESSION_ESP as the helper wants to hear it.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "esp-msg.h"
#include "session-esp.h"

/* False: no suite. *ret: later esp_msg_wipe(). */
bool l2tp_esp_msg(const struct session_esp *e, struct esp_msg *ret);
