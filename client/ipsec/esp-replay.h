/*
 * esp-replay.h - the anti-replay window of RFC 4303 section 3.4.3: which of the last 1024 sequence
 * numbers have come. Wide, because UDP_GRO, several queues and a path that balances its load
 * reorder by hundreds at the speeds this is for. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { ESP_REPLAY_WINDOW = 1024 };

struct esp_replay {
    uint32_t highest; /* that was authentic; 0: none yet */
    uint64_t
        seen[ESP_REPLAY_WINDOW / 64 + 1]; /* bit n % size of a number in the window; the one word
                                             more is what the next numbers are cleared into */
};

/* May @sequence still be new? Ask before the ICV is computed. 0 is nobody's (section 2.2). */
bool esp_replay_fresh(const struct esp_replay *r, uint32_t sequence);
/* It was authentic: true the first time, and then it is not fresh any more. */
bool esp_replay_accept(struct esp_replay *r, uint32_t sequence);
