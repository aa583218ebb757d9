/* esp-replay.c - see esp-replay.h (the ring of words is RFC 6479's). SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "esp-replay.h"

enum { WORDS = ESP_REPLAY_WINDOW / 64 + 1 };

bool
esp_replay_fresh(const struct esp_replay *r, uint32_t sequence)
{
    if (sequence == 0)
        return false;
    if (sequence > r->highest)
        return true;
    if (r->highest - sequence >= ESP_REPLAY_WINDOW)
        return false;
    return (r->seen[sequence / 64 % WORDS] >> sequence % 64 & 1) == 0;
}

bool
esp_replay_accept(struct esp_replay *r, uint32_t sequence)
{
    if (!esp_replay_fresh(r, sequence))
        return false;
    if (sequence > r->highest) {
        const uint32_t from = r->highest / 64, words = sequence / 64 - from;

        for (uint32_t i = 1; i <= words && i <= WORDS; i++)
            r->seen[(from + i) % WORDS] = 0;
        r->highest = sequence;
    }
    r->seen[sequence / 64 % WORDS] |= UINT64_C(1) << sequence % 64;
    return true;
}
