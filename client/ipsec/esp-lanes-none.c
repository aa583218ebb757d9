/* esp-lanes-none.c - esp-lanes.h without libipsec-mb. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp-lanes.h"

struct esp_lanes {
    char none;
};

struct esp_lanes *
esp_lanes_new(const struct esp_keys *keys, enum esp_way way)
{
    (void)keys;
    (void)way;
    return NULL;
}

void
esp_lanes_free(struct esp_lanes *l)
{
    (void)l;
}

size_t
esp_lanes_worth(const struct esp_lanes *l)
{
    (void)l;
    return SIZE_MAX;
}

void
esp_lanes_run(struct esp_lanes *l, struct esp_job *jobs, size_t n)
{
    (void)l;
    for (size_t i = 0; i < n; i++)
        jobs[i].good = false;
}
