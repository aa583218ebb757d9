/* helper-endpoints.c - see helper-endpoints.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-endpoints.h"

#include "helper-socket.h"

#include <netinet/in.h>
#include <string.h>

static bool
same_server(const struct helper_endpoint *a, const struct helper_endpoint *b)
{
    return a->family == b->family && memcmp(a->address, b->address, sizeof a->address) == 0;
}

/* What goes to an address beside the first socket there. */
static bool
goes_beside(struct helper_endpoint *first, const struct helper_endpoint *to, int fd)
{
    const bool raw = to->kind == SOCKET_GRE || to->kind == SOCKET_ESP;

    if (!same_server(first, to) || (!raw && to->kind != SOCKET_UDP) ||
        (!raw && first->port == to->port))
        return false;
    first->raw |= raw;
    if (!raw)
        first->float_port = helper_socket_local_port(fd);
    return true;
}

void
helper_endpoints_add(struct helper_endpoints *e, const struct helper_endpoint *to, int fd)
{
    for (int i = 0; i < e->n; i++) {
        if (goes_beside(&e->v[i], to, fd))
            return;
    }
    if (e->n == HELPER_MAX_ENDPOINTS)
        return;
    e->v[e->n] = *to;
    helper_socket_local_address(fd, e->v[e->n].local);
    e->v[e->n++].local_port = helper_socket_local_port(fd);
}

const struct helper_endpoint *
helper_endpoints_find(const struct helper_endpoints *e, const char *address)
{
    char text[INET6_ADDRSTRLEN];

    for (int i = 0; i < e->n; i++) {
        if (strcmp(helper_endpoint_text(&e->v[i], text, sizeof text), address) == 0)
            return &e->v[i];
    }
    return e->n > 0 ? &e->v[e->n - 1] : NULL;
}

const char *
helper_endpoint_kind(const struct helper_endpoint *to)
{
    static const char *const texts[] = {[SOCKET_PROXY] = "the proxy ",
                                        [SOCKET_GRE] = "GRE of ",
                                        [SOCKET_UDP] = "UDP of ",
                                        [SOCKET_ESP] = "ESP of "};
    const size_t kind = to->kind;

    return kind < sizeof texts / sizeof *texts && texts[kind] != NULL ? texts[kind] : "";
}

bool
helper_endpoints_have_ike(const struct helper_endpoints *e, const struct helper_endpoint *to)
{
    for (int i = 0; i < e->n; i++) {
        if (to->kind == SOCKET_UDP && to->port == IKE_PORT && e->v[i].kind == SOCKET_UDP &&
            e->v[i].port == IKE_PORT && same_server(&e->v[i], to))
            return true;
    }
    return false;
}

/* Do both call the same there? */
static bool
same_door(const struct helper_endpoint *a, const struct helper_endpoint *b)
{
    return a->kind == b->kind && a->port == b->port && same_server(a, b);
}

bool
helper_endpoints_displaced(const struct helper_endpoints *e, const struct helper_endpoints *other,
                           usec_t now)
{
    bool together = false;

    for (int i = 0; i < e->n * other->n; i++)
        together |= same_door(&e->v[i / other->n], &other->v[i % other->n]);
    return together && other->since > e->since && now - other->since <= HELPER_DISPLACED_WITHIN;
}
