/* helper-state.c - see helper-state.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-state.h"

#define TO(state) (1u << STATE_##state)
#define ENDS      (TO(IDLE) | TO(WAITING) | TO(CONNECTING) | TO(DISCONNECTING))

/* clang-format off */
static const struct {
    const char *name;
    unsigned next; /* where it may go from here */
} states[] = {
    [STATE_IDLE] =           {"idle", TO(DIALING) | TO(CONNECTING)},
    [STATE_DIALING] =        {"dialing", ENDS},
    [STATE_CONNECTING] =     {"connecting", ENDS | TO(AUTHENTICATING) | TO(REGISTERING)},
    [STATE_AUTHENTICATING] = {"authenticating", ENDS | TO(REGISTERING)},
    [STATE_REGISTERING] =    {"registering", ENDS | TO(CONNECTED)},
    [STATE_CONNECTED] =      {"connected", TO(IDLE) | TO(WAITING) | TO(DISCONNECTING)},
    [STATE_WAITING] =        {"waiting", TO(CONNECTING) | TO(IDLE)},
    [STATE_DISCONNECTING] =  {"disconnecting", TO(IDLE)},
};
/* clang-format on */

const char *
helper_state_name(enum helper_state state)
{
    return states[state].name;
}

bool
helper_state_may_follow(enum helper_state from, enum helper_state to)
{
    return (states[from].next & 1u << to) != 0;
}
