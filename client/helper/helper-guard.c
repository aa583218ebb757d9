/* helper-guard.c - see helper-guard.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-guard.h"

#include "helper-exec.h"
#include "net-config.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

int
helper_guard_run(const char *ruleset)
{
    static const char *const paths[] = {"/usr/sbin/nft", "/sbin/nft"};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const char *const argv[] = {paths[i], "-f", "-", NULL};
        if (access(paths[i], X_OK) == 0)
            return helper_exec(argv, ruleset) == 0 ? 0 : -EIO;
    }
    return -ENOENT;
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
