/*
 * plan-eap.h - of a dial plan, what EAP-TLS and PEAP need to know: whom to believe that it is the
 * authentication server. That is another computer than the VPN server, often, with a certificate
 * of its own. Authorities are those of TLS: the plan's, else the system's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "credentials.h"

struct plan_eap {
    char identity[PLAN_MAX_TEXT]; /* told before TLS protects it; "": the user's name */
    /* Names of the server, one of which its certificate must have, with ';' between; "*." stands
     * for one label. "": with authorities of the plan, or @roots, any name; else the VPN server's.
     */
    char names[PLAN_MAX_TEXT];
    /* The only roots: SHA-1 or SHA-256 as hexadecimal digits, with ';' between. "": any trusted. */
    char roots[PLAN_MAX_TEXT];
    bool pin_set;
    uint8_t pin[32]; /* of the leaf, which the user accepted: nothing else is, then */
    bool unbound;    /* PEAP without crypto binding is accepted */
};

/* What is wrong, translatable; NULL: nothing. */
const char *plan_eap_fault(const struct plan_eap *e);
/* The next of a list with ';' between, without blanks around it: *list moves on. False: no more. */
bool plan_eap_next(const char **list, char ret[static PLAN_MAX_TEXT]);

void plan_eap_put(struct wr *w, const struct plan_eap *e);
void plan_eap_get(struct rd *r, struct plan_eap *ret);
