/* plan-names.c - see plan-names.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-names.h"

#include <arpa/inet.h>
#include <strings.h>

/* --- addresses --- */

/* Of a computer, and of another than this one: neither unspecified, loopback nor multicast, and no
 * IPv4 address in other clothes. */
static bool
ip6_usable(const uint8_t a[static 16])
{
    static const uint8_t none[12];

    return memcmp(a, none, 10) != 0 && a[0] != 0xff;
}

bool
plan_address_valid(const struct plan_address *a)
{
    static const uint8_t zero[12];
    const uint8_t *o = a->octets;

    if (a->family == 6)
        return ip6_usable(o);
    return a->family == 4 && memcmp(o + 4, zero, sizeof zero) == 0 &&
           net_ip4_usable((uint32_t)o[0] << 24 | (uint32_t)o[1] << 16 | (uint32_t)o[2] << 8 | o[3]);
}

struct plan_address
plan_address_of_ip4(uint32_t address)
{
    return (struct plan_address){4,
                                 {(uint8_t)(address >> 24), (uint8_t)(address >> 16),
                                  (uint8_t)(address >> 8), (uint8_t)address}};
}

bool
plan_address_parse(const char *text, struct plan_address *ret)
{
    struct plan_address a = {.family = 6};
    uint32_t address;

    if (net_ip4_parse(text, &address))
        a = plan_address_of_ip4(address);
    else if (inet_pton(AF_INET6, text, a.octets) != 1)
        return false;
    if (!plan_address_valid(&a))
        return false;
    *ret = a;
    return true;
}

char *
plan_address_text(const struct plan_address *a, char out[static 46])
{
    if (inet_ntop(a->family == 6 ? AF_INET6 : AF_INET, a->octets, out, 46) == NULL)
        out[0] = '\0';
    return out;
}

/* --- names --- */

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

static bool
add_address(struct plan_address list[static NET_MAX_SERVERS], uint8_t *n,
            const struct plan_address *a)
{
    if (!plan_address_valid(a))
        return false;
    for (unsigned i = 0; i < *n; i++)
        if (memcmp(&list[i], a, sizeof *a) == 0)
            return true;
    if (*n == NET_MAX_SERVERS)
        return false;
    list[(*n)++] = *a;
    return true;
}

bool
plan_names_add_server(struct plan_names *names, const struct plan_address *server)
{
    return add_address(names->servers, &names->n_servers, server);
}

bool
plan_names_add_dns6(struct plan_names *names, const struct plan_address *server)
{
    return server->family == 6 && add_address(names->dns6, &names->n_dns6, server);
}

bool
plan_names_valid(const struct plan_names *names)
{
    if (names->n > PLAN_MAX_NAMES || names->n_servers > NET_MAX_SERVERS ||
        names->n_dns6 > NET_MAX_SERVERS)
        return false;
    for (unsigned i = 0; i < names->n; i++)
        if (!suffix_valid(&names->name[i]))
            return false;
    for (unsigned i = 0; i < names->n_servers; i++)
        if (!plan_address_valid(&names->servers[i]))
            return false;
    for (unsigned i = 0; i < names->n_dns6; i++)
        if (names->dns6[i].family != 6 || !plan_address_valid(&names->dns6[i]))
            return false;
    return true;
}
