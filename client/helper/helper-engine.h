/*
 * helper-engine.h - is there hardware for AES that only the kernel can use? The kernel's list of
 * algorithms has the answer (linux/cryptouser.h): of each driver its priority, and a flag for those
 * that are neither instructions of the processor nor software.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <netlink/msg.h>
#include <stdbool.h>
#include <stdint.h>

enum { HELPER_ENGINE_NAMES = 4 }; /* of algorithms that ESP with AES is made of */

/* For each name the driver that the kernel would take. */
struct helper_engine {
    struct {
        uint32_t priority;
        bool hardware;
    } best[HELPER_ENGINE_NAMES];
};

/* False as well where the kernel does not say (CONFIG_CRYPTO_USER). */
bool helper_engine_probe(void);

/* Its parts, for tests: one entry of the list, a CRYPTO_MSG_NEWALG; and whether it is so. */
void helper_engine_note(struct nlmsghdr *h, void *engine);
bool helper_engine_there(const struct helper_engine *e);
