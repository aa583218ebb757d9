/* helper-guard.c - see helper-guard.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-guard.h"

#include "helper-exec.h"
#include "net-config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *
nft(void)
{
    static const char *const paths[] = {"/usr/sbin/nft", "/sbin/nft"};
    const char *by_hand = geteuid() == 0 ? secure_getenv("DIALTONE_NFT") : NULL;

    if (by_hand != NULL && *by_hand == '/')
        return access(by_hand, X_OK) == 0 ? by_hand : NULL;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    return NULL;
}

bool
helper_guard_possible(void)
{
    return nft() != NULL;
}

int
helper_guard_run(const char *ruleset)
{
    const char *const run[] = {nft(), "-f", "-", NULL}, *const check[] = {nft(), "-c", "-f", "-",
                                                                          NULL};

    if (run[0] == NULL)
        return -ENOENT;
    if (helper_exec(run, ruleset) == 0)
        return 0;
    /* A kernel that cannot have a table like ours has none of them. */
    return helper_exec(check, "table inet dialtone\n") == 0 ? -EIO : -EOPNOTSUPP;
}

int
helper_guard_add(const char *ifname, uint32_t address)
{
    char ruleset[512], text[16];

    snprintf(ruleset, sizeof ruleset,
             "table inet dialtone-%s {\n"
             "  chain prerouting {\n"
             "    type filter hook prerouting priority raw; policy accept;\n"
             "    iifname != \"%s\" ip daddr %s fib saddr type != local drop\n"
             "  }\n"
             "}\n",
             ifname, ifname, net_ip4_text(address, text));
    return helper_guard_run(ruleset);
}

int
helper_guard_remove(const char *ifname)
{
    char ruleset[128];

    /* The first line makes it so that there is something to delete. */
    snprintf(ruleset, sizeof ruleset, "table inet dialtone-%s\ndelete table inet dialtone-%s\n",
             ifname, ifname);
    return helper_guard_run(ruleset);
}
