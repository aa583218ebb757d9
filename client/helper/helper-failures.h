/*
 * helper-failures.h - the attempts of one dial that failed, for who asks why, and what else was
 * tried. A call that was up and then ended is none. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <arpa/inet.h>
#include <glib.h>

#include "dial-plan.h"
#include "proxy-msg.h"
#include "ras.h"

#define HELPER_FAILURES_MAX 32 /* more than the steps of most rounds; the oldest make room */

struct helper_failure {
    unsigned number;      /* of the attempt, from 1 */
    const char *protocol; /* static: "sstp" */
    char server[PLAN_MAX_TEXT];
    char server_address[INET6_ADDRSTRLEN]; /* "": it came not so far */
    struct ras_end end;
    enum proxy_outcome proxy; /* PROXY_THROUGH: no proxy has to do with it */
};

struct helper_failures {
    struct helper_failure list[HELPER_FAILURES_MAX]; /* oldest first */
    unsigned n;
};

void helper_failures_add(struct helper_failures *f, const struct helper_failure *failure);
/* "user-refused", as org.dialtone.Dialer1.xml has it: of the last of them that a proxy did not let
 * through; "": none. */
const char *helper_failures_proxy(const struct helper_failures *f);
/* A floating a(usssus), as org.dialtone.Dialer1.xml has it. */
GVariant *helper_failures_to_variant(const struct helper_failures *f);
