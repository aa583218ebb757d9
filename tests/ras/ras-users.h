/*
 * ras-users.h - who may dial the practice server, and what becomes of them when they try.
 *
 * A users file has one account a line: NAME PASSWORD [STATE...], fields separated by blanks or
 * tabs, `#` starts a comment; a field in double quotes may hold blanks. STATE is one of disabled
 * (647), hours (646), nodialin (649), expired (648: may choose a new password), retry (a wrong
 * password is answered with R=1: try again on this link), address=A.B.C.D, minlength=N (a new
 * password that is shorter is refused with 709).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "secret.h"

enum { RAS_MAX_USERS = 64, RAS_USER_NAME = 64 };

struct ras_user {
    char name[RAS_USER_NAME]; /* without a domain; compared without regard to ASCII case */
    struct secret password;
    uint32_t refuse;  /* 0, or 646, 647, 649: told after the password was right */
    bool expired;     /* 648 */
    bool retry;       /* R=1 on 691 */
    uint16_t minimum; /* octets of a new password */
    uint32_t address; /* 0: from the pool */
};

struct ras_users {
    size_t n;
    struct ras_user v[RAS_MAX_USERS];
};

/* Adds the account that one line describes; an empty line or a comment adds none. False: the line
 * makes no sense, or there is no room; *ret_why is a static text. */
bool ras_users_add_line(struct ras_users *u, const char *line, const char **ret_why);
/* As typed, with or without DOMAIN\ before it. NULL: unknown. */
struct ras_user *ras_users_find(struct ras_users *u, const char *name);
void ras_users_wipe(struct ras_users *u);
