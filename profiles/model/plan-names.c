/* plan-names.c - see plan-names.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-names.h"

#include <strings.h>

static bool
suffix_valid(const struct plan_name *name)
{
    if (memchr(name->suffix, 0, sizeof name->suffix) == NULL)
        return false;
    return net_name_valid(name->suffix) || (!name->search && strcmp(name->suffix, ".") == 0);
}

bool
plan_names_add(struct plan_names *names, const char *suffix, bool search)
{
    struct plan_name name = {.search = search};
    const size_t n = strnlen(suffix, sizeof name.suffix);

    if (n == sizeof name.suffix)
        return false;
    memcpy(name.suffix, suffix, n);
    if (!suffix_valid(&name))
        return false;
    for (unsigned i = 0; i < names->n; i++)
        if (strcasecmp(names->name[i].suffix, suffix) == 0) {
            names->name[i].search |= search;
            return true;
        }
    if (names->n == PLAN_MAX_NAMES)
        return false;
    names->name[names->n++] = name;
    return true;
}

bool
plan_names_add_server(struct plan_names *names, uint32_t address)
{
    if (!net_ip4_usable(address))
        return false;
    for (unsigned i = 0; i < names->n_servers; i++)
        if (names->servers[i] == address)
            return true;
    if (names->n_servers == NET_MAX_SERVERS)
        return false;
    names->servers[names->n_servers++] = address;
    return true;
}

bool
plan_names_valid(const struct plan_names *names)
{
    if (names->n > PLAN_MAX_NAMES || names->n_servers > NET_MAX_SERVERS)
        return false;
    for (unsigned i = 0; i < names->n; i++)
        if (!suffix_valid(&names->name[i]))
            return false;
    for (unsigned i = 0; i < names->n_servers; i++)
        if (!net_ip4_usable(names->servers[i]))
            return false;
    return true;
}
