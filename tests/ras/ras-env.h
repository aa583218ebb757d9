/*
 * ras-env.h - what every part of a call needs to know and to say: its server's configuration, its
 * randomness, and the two ways out, a PPP frame and an event. Neither may call back.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ras-core.h"

enum { RAS_NAME = 257 };

struct ras_env {
    const struct ras_config *config;
    const struct rng *rng;
    uint32_t call;
    void *owner;
    void (*send)(void *owner, uint16_t protocol, struct rd frame);
    void (*event)(void *owner, const struct ras_core_event *event);
};

static inline const struct ras_script_line *
ras_env_fault(const struct ras_env *e, enum ras_fault fault)
{
    return ras_script_fault(&e->config->script, fault, e->call);
}

static inline uint32_t
ras_env_random(const struct ras_env *e)
{
    uint32_t v;

    rng_fill(e->rng, &v, sizeof v);
    return v;
}
