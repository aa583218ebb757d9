/*
 * privilege.h - how a process that the helper starts gives up being root, before it reads a byte of
 * what it was started for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdint.h>

/* No core file, no ptrace by the same uid, no new privilege by exec. 0 or a negative errno. */
int privilege_harden(void);

/* Become @uid and @gid for good, without supplementary groups; checked afterwards. Root is refused
 * (-EPERM). 0 or a negative errno. */
int privilege_drop(uint32_t uid, uint32_t gid);
