/*
 * helper-guard.h - nobody on the local network may speak to the address that the tunnel gave us.
 *
 * The kernel answers for each of its addresses on every interface, so a neighbour could find out
 * that there is a tunnel, and meddle with what goes through it (CVE-2019-14899). One nftables table
 * for each interface drops what comes for its address from elsewhere. It needs the nft program; a
 * computer without it does without.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* 0, or a negative errno (-ENOENT: there is no nft here; -EOPNOTSUPP: the kernel has no nftables).
 */
int helper_guard_add(const char *ifname, uint32_t address);
int helper_guard_remove(const char *ifname);

bool helper_guard_possible(void);          /* there is an nft */
int helper_guard_run(const char *ruleset); /* as nft -f reads it; the same results */
