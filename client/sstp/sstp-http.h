/*
 * sstp-http.h - the HTTP exchange before SSTP ([MS-SSTP] sections 3.2.4.1 and 4.1): one request
 * without an end, one reply of which only the header matters.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "ras.h"

#define SSTP_HTTP_PATH "/sra_{BA195980-CD49-458b-9E23-C84EE0ADCD75}/"

enum {
    SSTP_HTTP_MAX_REQUEST = 1024,
    SSTP_HTTP_MAX_REPLY = 16 * 1024, /* all header lines of one reply, 1xx ones included */
    SSTP_HTTP_MAX_LINE = 512,        /* what is looked at of one line; the rest is skipped */
};

struct sstp_http_target {
    const char *host;       /* name or literal address, IPv6 without brackets */
    uint16_t port;          /* 443 is left out of the Host header */
    const char *path_query; /* "" or "?tenantid=..." */
    const uint8_t *guid;    /* 16 octets of SSTPCORRELATIONID */
};

/* False (and nothing written): a text that cannot be in a header (threats H9), or no room. */
bool sstp_http_request(struct wr *w, const struct sstp_http_target *target);

enum sstp_http_state {
    SSTP_HTTP_MORE,     /* the header is not complete */
    SSTP_HTTP_ACCEPTED, /* 200: what follows the used octets is SSTP */
    SSTP_HTTP_REFUSED,  /* .end says why */
};

struct sstp_http_reply { /* zero it to begin */
    enum sstp_http_state state;
    struct ras_end end;
    uint16_t code;
    size_t total; /* octets of header so far */
    uint16_t n_line;
    char line[SSTP_HTTP_MAX_LINE];
    bool cut; /* this line was longer than what is kept of it */
    bool after_status, html, length_seen, chunked, location;
    uint64_t length;
    char reason[32], server[40];
};

/* Feed what came. Returns how many octets belonged to the header; never one more, so a glued first
 * packet is kept (threats H8). */
size_t sstp_http_reply_input(struct sstp_http_reply *r, const void *bytes, size_t n);
