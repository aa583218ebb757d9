/* ppp-auth-method.c - see ppp-auth-method.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ppp-auth-method.h"

#include <stdio.h>
#include <string.h>

static const struct {
    enum ppp_auth_method method;
    const char *name;
    uint8_t len, value[3]; /* of LCP's option 3: protocol, and CHAP's algorithm */
} methods[] = {
    {PPP_AUTH_PAP, "PAP", 2, {0xc0, 0x23}},
    {PPP_AUTH_CHAP_MD5, "CHAP", 3, {0xc2, 0x23, 0x05}},
    {PPP_AUTH_MSCHAPV2, "MS-CHAPv2", 3, {0xc2, 0x23, 0x81}},
    {PPP_AUTH_EAP_MSCHAPV2, "EAP-MSCHAPv2", 2, {0xc2, 0x27}},
    {PPP_AUTH_EAP_TLS, "EAP-TLS", 2, {0xc2, 0x27}},
    {PPP_AUTH_PEAP, "PEAP", 2, {0xc2, 0x27}},
};

#define N_METHODS (sizeof methods / sizeof *methods)

const char *
ppp_auth_method_name(enum ppp_auth_method method)
{
    for (size_t i = 0; i < N_METHODS; i++) {
        if (methods[i].method == method)
            return methods[i].name;
    }
    return "none";
}

enum ppp_auth_method
ppp_auth_method_parse(struct rd option_value)
{
    for (size_t i = 0; i < N_METHODS; i++) {
        if (rd_equal(option_value, rd_over(methods[i].value, methods[i].len)))
            return methods[i].method;
    }
    return 0;
}

void
ppp_auth_method_put(struct wr *w, enum ppp_auth_method method)
{
    for (size_t i = 0; i < N_METHODS; i++) {
        if (methods[i].method == method)
            wr_bytes(w, methods[i].value, methods[i].len);
    }
}

bool
ppp_credentials_set(struct ppp_credentials *c, const char *user, const char *domain,
                    const struct secret *password, const struct secret *new_password)
{
    /* A name that says its domain or realm already is not given another. */
    const bool whole = strpbrk(user, "\\@") != NULL;
    const bool joined = domain != NULL && domain[0] != '\0' && !whole;
    const size_t n = strlen(user) + (joined ? strlen(domain) + 1 : 0);

    if (n > PPP_NAME_MAX)
        return false;
    snprintf(c->name, sizeof c->name, "%s%s%s", joined ? domain : "", joined ? "\\" : "", user);
    secret_set(&c->password, secret_rd(password));
    secret_wipe(&c->new_password);
    c->has_new_password = new_password != NULL;
    if (new_password != NULL)
        secret_set(&c->new_password, secret_rd(new_password));
    return true;
}

void
ppp_credentials_wipe(struct ppp_credentials *c)
{
    explicit_bzero(c, sizeof *c);
}
