/*
 * ppp-creds.h - the user of RFC 2759 section 9.2, for tests.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ppp-auth-method.h"
#include "ppp-test.h"

static inline void
creds(struct ppp_credentials *c, const char *user, const char *password, const char *new_password)
{
    struct secret old = {0}, new = {0};

    g_assert_true(secret_set_text(&old, password));
    g_assert_true(secret_set_text(&new, new_password));
    *c = (struct ppp_credentials){0};
    g_assert_true(ppp_credentials_set(c, user, NULL, &old, new_password != NULL ? &new : NULL));
}

static inline struct rd
mv(const char *name)
{
    return vec("mschapv2.txt", name);
}
