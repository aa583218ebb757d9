/*
 * ras-names.h - the name servers behind the practice server: DNS as far as dynamic update needs it
 * (RFC 2136), and WINS (RFC 1002). They keep nothing: what they were told is in the events. Pure;
 * malformed packets are not answered.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ras-env.h"

/* Is @packet for one of them? */
bool ras_names_is(const struct ras_config *config, struct rd packet);
/* The answer to it, a whole packet; .text of the event says what it was asked: "dns zone NAME",
 * "dns add NAME", "dns remove NAME", "wins add NAME<00>", "wins remove NAME<20>".
 */
bool ras_names_answer(const struct ras_env *env, struct rd packet, struct wr *reply,
                      char ret_text[static 128]);
