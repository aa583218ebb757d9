/*
 * ras-mschap.h - the authenticator of MS-CHAPv2 (RFC 2759), for CHAP and for EAP: judges values,
 * says which text to answer with. Framing is its callers'.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ras-env.h"

enum { RAS_MSCHAP_TEXT = 1200, RAS_MSCHAP_TRIES = 3 };

struct ras_mschap {
    uint8_t challenge[16];
    uint8_t tries;   /* answers with R=1 so far */
    bool may_change; /* E=648 or 709 was said: a change of password is expected */
};

struct ras_mschap_verdict {
    bool success, again; /* again: a further answer is awaited, to the challenge in the text */
    bool changed;        /* a new password was taken */
    uint32_t error;      /* 691 and friends */
    char user[RAS_NAME]; /* as the client sent it, printable */
    uint8_t keys[32];    /* success: the client's send key, then its receive key */
    uint8_t hlak[32];    /* and that of SSTP's crypto binding */
    size_t n_text;
    char text[RAS_MSCHAP_TEXT]; /* S=... or E=... */
};

void ras_mschap_begin(struct ras_mschap *m, const struct ras_env *env);
/* @value: the 49 octets of a Response. False: malformed. */
bool ras_mschap_response(struct ras_mschap *m, const struct ras_env *env, struct rd value,
                         struct rd name, struct ras_mschap_verdict *ret);
/* @body: the 582 octets of a Change-Password packet. @user: of the Response before it. */
bool ras_mschap_change(struct ras_mschap *m, const struct ras_env *env, struct rd body,
                       const char *user, struct ras_mschap_verdict *ret);
