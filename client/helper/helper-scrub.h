/*
 * helper-scrub.h - no secret stays in the buffer that it arrived in.
 *
 * GDBus reads every message into one buffer, which it keeps, and which only a message of the same
 * length overwrites. So after a message with secrets we have one sent to us: on a bus we write to
 * ourselves, and a peer's refusal names the long path that it was asked about.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

/* @invocation brought secrets; they are wiped from its own copy already. */
void helper_scrub(GDBusMethodInvocation *invocation);
