/*
 * sandbox.h - what the tunnel gives up, in the order it gives it up (threats 4.2). After
 * sandbox_enter() the process computes, and reads and writes the descriptors that it has or is
 * given: no file, no new socket, no other address, no program, no other process.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum sandbox_mode {
    SANDBOX_KILL, /* a forbidden system call ends the process */
    SANDBOX_DENY, /* it fails with EPERM: for tests, and for builds with sanitizers */
};

/* Landlock, as far as this kernel has it, then seccomp. 0 or a negative errno. */
int sandbox_enter(enum sandbox_mode mode);
