/*
 * helper-details.h - what a front end shows of a connection: the D-Bus property Details.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-attempt.h"
#include "helper-failures.h"

struct helper_details_facts {
    const struct dial_plan *plan;
    enum plan_protocol protocol;
    const struct plan_server *server;
    const struct helper_attempt *attempt; /* NULL: none is on its way */
    const struct helper_failures *failures;
    bool carries;                   /* another connection goes through it, and comes before it */
    const GPtrArray *hook_troubles; /* char * */
    gint64 connected_since;         /* Unix time; 0: not connected */
};

/* A floating a{sv} with the keys of org.dialtone.Dialer1.xml; what is not known is left out. */
GVariant *helper_details(const struct helper_details_facts *facts);

/* "sstp", "l2tp-ipsec", "l2tp" (in the clear), "pptp". Static. */
const char *helper_protocol_text(enum plan_protocol protocol, bool ipsec);

/* "691" or "0x800B0109", in a static buffer. */
const char *helper_error_text(enum ras_error error);
