/*
 * plan-auth.h - the ways to sign in that a dial plan may allow.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

enum plan_auth { /* a set of what may be used; never weakened by what the server asks */
                 PLAN_AUTH_PAP = 1 << 0,
                 PLAN_AUTH_CHAP_MD5 = 1 << 1,
                 PLAN_AUTH_MSCHAPV2 = 1 << 2,
                 PLAN_AUTH_EAP_MSCHAPV2 = 1 << 3,
                 PLAN_AUTH_NONE = 1 << 4, /* a server that asks for no authentication is accepted */
                 PLAN_AUTH_EAP_TLS = 1 << 5,
                 PLAN_AUTH_PEAP = 1 << 6, /* version 0, with EAP-MSCHAPv2 inside */
                 PLAN_AUTH_ALL = (1 << 7) - 1,
                 PLAN_AUTH_BY_TLS = PLAN_AUTH_EAP_TLS | PLAN_AUTH_PEAP,
                 /* what leaves keys for MPPE */
                 PLAN_AUTH_KEYED = PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2 | PLAN_AUTH_BY_TLS,
};
