/*
 * esp-lanes.h - ESP's transforms by libipsec-mb. Built only where that library was found; else
 * esp_lanes_new() always says no.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "esp-crypt.h"

struct esp_lanes;
/* NULL: not for this suite, not on this processor, or no memory. */
struct esp_lanes *esp_lanes_new(const struct esp_keys *keys, enum esp_way way);
void esp_lanes_free(struct esp_lanes *l); /* NULL is fine; wipes */
/* From how many packets on it is faster than one after the other. */
size_t esp_lanes_worth(const struct esp_lanes *l);
void esp_lanes_run(struct esp_lanes *l, struct esp_job *jobs, size_t n);
