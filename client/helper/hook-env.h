/*
 * hook-env.h - what a hook learns of a call, as its environment: values of known shapes only.
 *
 * Addresses, numbers and names of domains are written by us from what they were parsed into. The
 * connection's name is a user's text: what a shell could take for more than a word's character is
 * replaced in it by "_", and so is a first hyphen. No secret, and nobody's user name, is among
 * them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-attempt.h"

#include <sys/types.h>

struct hook_env_facts {
    const char *path; /* of the connection on the bus, or NULL */
    uid_t owner;
    enum plan_protocol protocol;
    const struct dial_plan *plan;
    const struct helper_attempt *attempt; /* which is up */
};

/* "KEY=value"; g_strfreev(). */
char **hook_env(const struct hook_env_facts *facts);
/* The same with one more: the RAS number that the call ended with. */
char **hook_env_ended(char **env, unsigned error);
char *hook_env_safe(const char *text); /* g_free() */
