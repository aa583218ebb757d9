/*
 * ppp-auth-method.h - the ways to prove who one is, as a set, and what is proved with.
 * The bits are those of enum plan_auth (client/session asserts it); this folder does not know
 * plans.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "secret.h"

enum ppp_auth_method {
    PPP_AUTH_PAP = 1 << 0,
    PPP_AUTH_CHAP_MD5 = 1 << 1,
    PPP_AUTH_MSCHAPV2 = 1 << 2,
    PPP_AUTH_EAP_MSCHAPV2 = 1 << 3,
    PPP_AUTH_NONE = 1 << 4,
    PPP_AUTH_EAP_TLS = 1 << 5,
    PPP_AUTH_PEAP = 1 << 6,

    PPP_AUTH_BY_TLS = PPP_AUTH_EAP_TLS | PPP_AUTH_PEAP,
    /* LCP knows only that it is EAP, and calls all of it PPP_AUTH_EAP_MSCHAPV2. */
    PPP_AUTH_EAP = PPP_AUTH_EAP_MSCHAPV2 | PPP_AUTH_BY_TLS,
    PPP_AUTH_KEYED = PPP_AUTH_MSCHAPV2 | PPP_AUTH_EAP, /* what leaves keys for MPPE */
};

enum { PPP_NAME_MAX = 255 }; /* the most that PAP's and EAP's length octets hold */

struct ppp_credentials {
    char name[PPP_NAME_MAX + 1]; /* as sent: "user", "DOMAIN\user", "user@realm"; UTF-8 */
    struct secret password, new_password;
    bool has_new_password;
};

/* @domain may be empty or NULL. False: together longer than PPP_NAME_MAX; unchanged. */
bool ppp_credentials_set(struct ppp_credentials *c, const char *user, const char *domain,
                         const struct secret *password, const struct secret *new_password);
void ppp_credentials_wipe(struct ppp_credentials *c);

const char *ppp_auth_method_name(enum ppp_auth_method method); /* "MS-CHAPv2" */
/* The value of LCP's option 3 that names a method; an unknown one is 0. */
enum ppp_auth_method ppp_auth_method_parse(struct rd option_value);
void ppp_auth_method_put(struct wr *w, enum ppp_auth_method method);
