/*
 * ras-http.h - the server's half of the HTTP exchange before SSTP ([MS-SSTP] section 3.3.5.1), and
 * the answers of everything that is not an SSTP server: portals, proxies, nonsense.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ras-env.h"
#include "ras-out.h"

enum { RAS_HTTP_MAX = 8 * 1024 };

enum ras_http_verdict {
    RAS_HTTP_MORE, /* the header is not complete */
    RAS_HTTP_OK,   /* an SSTP request; *ret_used octets were its */
    RAS_HTTP_BAD,  /* *ret_status says how to answer: 400, 404, 405, 431 */
};

enum ras_http_verdict ras_http_request(const void *bytes, size_t n, size_t *ret_used,
                                       uint16_t *ret_status);

/* An error page, with what belongs to its status: a Location, a challenge. */
void ras_http_refuse(struct ras_out *out, uint16_t status, const char *location);
void ras_http_accept(struct ras_out *out, bool with_length, bool continue_first);
/* What a script wants instead of an answer; false: nothing. *ret_endless: more of it is to be
 * written whenever there is room. */
bool ras_http_fault(struct ras_out *out, const struct ras_env *env, bool *ret_endless,
                    uint16_t *ret_status);
void ras_http_endless(struct ras_out *out);
