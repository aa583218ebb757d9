/*
 * cli-diagnose.h - dialtone diagnose: steps, each with what was found, and what to make of them.
 *
 *     cli-diagnose.c          the command: what is tried, in which order, and the verdict
 *     cli-diagnose-steps.c    a step is kept, shown as a line, and as JSON
 *     cli-diagnose-probe.c    the way to the servers, by dialtone-probe
 *     cli-diagnose-service.c  this computer: the dialing service, permissions
 *     cli-diagnose-vpn.c      is another VPN in the way?
 *     cli-diagnose-call.c     a real call, and what passes through its tunnel
 *     cli-inside.c            the sockets for the latter
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "cli-call.h"
#include "probe-msg.h"

/* Of a step and of the verdict: as in probe-msg.h. SKIP: it was not tried. */
struct cli_step {
    const char *stage, *name; /* for scripts; static: "network", "tls" */
    const char *title;        /* for people, translated; NULL: as @name */
    char *place;              /* "SSTP vpn.example.test 198.51.100.2"; NULL: none */
    enum probe_state state;
    const char *protocol; /* "sstp", "l2tp-ipsec", "l2tp", "pptp"; NULL */
    const char *server;   /* its name; NULL; the plan's */
    char *address;
    char *text;   /* what was found, in words (translated); may be NULL */
    char *detail; /* the same for those who know the matter; may be NULL */
    guint32 error;
    const char *advice; /* NULL: that of @error */
    gint64 ms;          /* -1: it takes no time */
};

struct cli_diagnosis {
    const Profile *profile;
    const struct cli_dial_options *options;
    struct cli_call call;        /* ->plan from the beginning; the rest when it is made */
    gboolean json;               /* told at the end, as one object */
    gboolean watched;            /* by a person: what a probe finds is shown as it is found */
    char through[PLAN_MAX_TEXT]; /* of two legs: the first, which is up; "": there is one leg */
    GArray *steps;               /* struct cli_step */
    gboolean reachable;          /* one of the ways in the plan, as far as a probe sees */
    guint32 unreachable;         /* why the first of them is not */
    gboolean called;
    guint32 result; /* of the call, or why there was none: RAS_OK, or an error */
    JsonNode *status;
};

/* Takes what is owned. Without --json it is shown at once. */
void cli_step_add(struct cli_diagnosis *d, struct cli_step step);
/* The most common: words only, or words of an error. */
void cli_step_say(struct cli_diagnosis *d, const char *stage, const char *name, const char *title,
                  enum probe_state state, const char *text);
void cli_step_fail(struct cli_diagnosis *d, const char *stage, const char *name, const char *title,
                   guint32 error, const char *text, const char *detail);
gboolean cli_steps_have(const struct cli_diagnosis *d, const char *stage, enum probe_state state);
void cli_steps_json(JsonBuilder *b, const struct cli_diagnosis *d); /* a value */
const char *cli_protocol_shown(const char *protocol);               /* "L2TP/IPsec" */
void cli_steps_clear(struct cli_diagnosis *d);

/* Stages, in this order. */
void cli_diagnose_probe(struct cli_diagnosis *d);
/* FALSE: no call can be made. */
gboolean cli_diagnose_service(struct cli_diagnosis *d);
/* Of that stage. @client NULL: there are no connections of our own. */
void cli_diagnose_others(struct cli_diagnosis *d, DtDialerClient *client);
/* What is known is enough (or was asked for), or a step tells that it is not. @wanted: it was asked
 * for by name. */
void cli_diagnose_call(const struct cli_command *command, struct cli_diagnosis *d, gboolean wanted);
