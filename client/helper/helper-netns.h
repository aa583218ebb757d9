/*
 * helper-netns.h - a network that belongs to one program alone (`dialtone run`): the helper, who
 * is then the user, stays in the network of the computer, where the servers are, and makes the
 * interface in another network namespace.
 *
 * Sockets and interfaces belong to the namespace of the thread that opened them and stay there.
 * So only opening has to be done over there, by a thread that lives as long as that takes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

/* Who made the namespaces; all -1: nobody, it is the network of the computer. */
struct helper_place {
    int user_ns, net_ns; /* descriptors */
    int resolv_conf;     /* the resolver's file over there, open for writing */
};

/* Become privileged in @user_ns, which another process of this user made, and nowhere else. Before
 * there is a second thread. 0 or a negative errno. */
int helper_netns_join(int user_ns);
/* Runs @fn in @net_ns (-1: here); returns what it does, or a negative errno. */
int helper_netns_call(int net_ns, int (*fn)(void *ctx), void *ctx);
