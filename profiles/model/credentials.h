/*
 * credentials.h - what a dial plan leaves out: the passwords and keys of one call.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "secret.h"

enum {
    PLAN_MAX_TEXT = 256,     /* UTF-8 with its NUL */
    PLAN_MAX_KEY = 8 * 1024, /* PEM */
};

/* A private key: longer than a struct secret, and as secret. */
struct plan_key {
    uint16_t len;
    uint8_t pem[PLAN_MAX_KEY + 1]; /* not encrypted; NUL-padded */
};

/* What proves who we are. Wiped after use; never stored by the helper, never logged. */
struct credentials {
    char user[PLAN_MAX_TEXT];             /* UTF-8; as typed: "user", "user@realm" */
    char domain[PLAN_MAX_TEXT];           /* "": none */
    struct secret password, new_password; /* new: for an expired password (648) */
    bool has_new_password;
    char proxy_user[PLAN_MAX_TEXT];
    struct secret proxy_password;
    struct secret psk;         /* of IPsec */
    struct secret l2tp_secret; /* of L2TP's own tunnel authentication; empty: none */
    struct plan_key key;       /* of the plan's certificate */
};

bool plan_key_set(struct plan_key *key, struct rd pem); /* false: too long; unchanged */
void credentials_wipe(struct credentials *c);

/* Can they be sent? If not, *ret_why says why, as that of dial_plan_valid() does. */
bool credentials_valid(const struct credentials *c, const char **ret_why);

/* The wire form between helper and tunnel. get: false when malformed or not valid. */
void credentials_put(struct wr *w, const struct credentials *c);
bool credentials_get(struct rd *r, struct credentials *ret);
