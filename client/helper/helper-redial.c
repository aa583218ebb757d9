/* helper-redial.c - see helper-redial.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-redial.h"

static bool
contains(const enum ras_error *errors, size_t n, enum ras_error error)
{
    for (size_t i = 0; i < n; i++)
        if (errors[i] == error)
            return true;
    return false;
}

bool
helper_redial_is_final(enum ras_error error)
{
    static const enum ras_error worth_another_try[] = {
        RAS_PORT_DISCONNECTED,
        RAS_DISCONNECTION,
        RAS_REMOTE_DISCONNECTION,
        RAS_PPP_TIMEOUT,
        RAS_PPP_NO_RESPONSE,
        RAS_PPP_LCP_TERMINATED,
        RAS_VPN_GRE_BLOCKED,
        RAS_VPN_DISCONNECT,
        RAS_VPN_REFUSED,
        RAS_VPN_TIMEOUT,
        RAS_LINK_FAILURE,
        RAS_DNSNAME_NOT_RESOLVABLE,
        RAS_CANNOT_CONNECT_PROXY,
        RAS_BAD_ADDRESS_SPECIFIED,
        RAS_OAKLEY_GENERAL_PROCESSING,
        RAS_INVALID_SERVER_RESPONSE,
        RAS_ILLEGAL_MESSAGE,
        RAS_PPP_NO_PROTOCOLS_CONFIGURED,
        RAS_FAILED_TO_ENCRYPT,
    };

    return !contains(worth_another_try, sizeof worth_another_try / sizeof *worth_another_try,
                     error);
}

/* A server that closes a call in words may have reached a limit of its own, or may be starting
 * again: it is asked once more, and means it if it says no. Not in the list: a tunnel process that
 * misbehaved, and a call that was not used (828). */
bool
helper_redial_is_cut(enum ras_error error)
{
    static const enum ras_error cuts[] = {
        RAS_PORT_DISCONNECTED, RAS_DISCONNECTION,   RAS_REMOTE_DISCONNECTION,
        RAS_PPP_TIMEOUT,       RAS_PPP_NO_RESPONSE, RAS_PPP_LCP_TERMINATED,
        RAS_VPN_DISCONNECT,    RAS_LINK_FAILURE,    RAS_ILLEGAL_MESSAGE,
    };

    return contains(cuts, sizeof cuts / sizeof *cuts, error);
}

unsigned
helper_redial_used(unsigned used, bool first, usec_t up)
{
    return first || up >= HELPER_REDIAL_STEADY ? 0 : used;
}
