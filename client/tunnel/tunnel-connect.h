/*
 * tunnel-connect.h - the way to the server, or to the proxy before it: its addresses, and a socket
 * to one of them, which the helper opens. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>

struct control_msg;
struct tunnel;

bool tunnel_resolve(struct tunnel *t); /* blocks until there are addresses, or the end is set */
void tunnel_connect(struct tunnel *t); /* later: tunnel_connected() */
void tunnel_on_socket(struct tunnel *t, const struct control_msg *m, int fd); /* takes @fd */
void tunnel_connect_stop(struct tunnel *t);
void tunnel_connect_timed_out(struct tunnel *t);       /* sets the end */
bool tunnel_has_other_address(const struct tunnel *t); /* not tried yet */
void tunnel_connect_next(struct tunnel *t);            /* that one */
