/*
 * helper-state.h - the states of a connection, and which may follow which.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>

enum helper_state {
    STATE_IDLE,
    STATE_DIALING, /* a modem's number: no VPN needs it */
    STATE_CONNECTING,
    STATE_AUTHENTICATING,
    STATE_REGISTERING,
    STATE_CONNECTED,
    STATE_WAITING,
    STATE_DISCONNECTING,
};

const char *helper_state_name(enum helper_state state); /* as on D-Bus */
bool helper_state_may_follow(enum helper_state from, enum helper_state to);
