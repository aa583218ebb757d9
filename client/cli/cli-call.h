/*
 * cli-call.h - one call by a command of the command line: its options, what is known before it
 * begins (plan and credentials), and its course, told a line a stage. dial, run and diagnose differ
 * in the hooks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "cli.h"
#include "own-cert.h"

struct cli_dial_options {
    char *user, *domain, *server, *password_file, *new_password_file, *psk_file, *ca_file, *pin,
        *eap_pin;
    char *cert_file, *key_file, *cert_password_file, *tunnel_secret_file;
    char *proxy, *proxy_password_file;
    char *first_user, *first_password_file, *first_psk_file, *first_ca_file; /* of the first leg */
    gboolean password_stdin, foreground, direct, redial, verbose, for_everybody;
};

/* Of NAME, these options and @more. False: wrong usage, and it was said. */
gboolean cli_dial_options_parse(const struct cli_command *command, struct cli_dial_options *ret,
                                const GOptionEntry *more, int *argc, char ***argv);
void cli_dial_options_clear(struct cli_dial_options *o);
/* May a person be asked at the terminal for what they leave open? */
gboolean cli_call_may_ask(const struct cli_dial_options *o);

struct cli_call;

/* Each may be NULL, for what dial does. */
struct cli_call_hooks {
    DtDialerClient *(*client)(void *ctx, GError **error); /* the helper to ask */
    void (*line)(void *ctx, const char *line);            /* instead of printing it */
    void (*up)(void *ctx, GVariant *properties);          /* each time that it is connected */
    void (*refused)(void *ctx, GError *error);            /* it did not begin; takes @error */
    /* Tells how it ended; @properties may be NULL. Returns the exit status, or -1: as dial does. */
    int (*ended)(void *ctx, const struct cli_call *call, GVariant *properties);
};

struct cli_call {
    const struct cli_dial_options *options;
    const struct cli_call_hooks *hooks; /* or NULL */
    void *ctx;                          /* for them */
    gboolean stay;                      /* until the call ends, not only until it is up */
    gboolean apart;                     /* in a network of its own: not all can be dialed */
    gboolean leg;         /* the first of a double dial: questions say whose they are */
    gboolean interactive; /* questions may be put to a person */
    gboolean if_known;    /* what is missing, and may not be asked for, is CLI_CALL_UNKNOWN */
    gboolean told_weakness;

    const Profile *profile; /* of cli_call_prepare(); the caller's */
    struct dial_plan plan;
    struct credentials credentials;

    struct cli_call *before; /* the first leg, while it is dialed: cli_call_stop() stops that */
    DtDialerClient *client;  /* both until cli_call_clear() */
    DtConnection *connection;
    guint32 waited;     /* the attempt whose wait was announced */
    guint printed;      /* the last stage line that was printed */
    guint32 tried;      /* the last failed attempt that was told */
    gboolean told;      /* a line of an attempt, since the last error or since it began */
    gboolean connected; /* now */
    gboolean was_up, began;
    GVariant *details; /* of the connection, when it was up last; NULL: it was not */
    gboolean stop;     /* somebody wants the end */
    gboolean leave;    /* that, or the call has ended: no use in asking on */
    guint32 answering; /* the question that is being answered */
    gboolean ended;
    int result;
};

/* The certificate that the options name; of the profile's, the key that they name. May ask for a
 * pass phrase; doubts are told. On success own_cert_clear() it. */
gboolean cli_cert_read(const Profile *p, struct cli_call *c, struct own_cert *ret, GError **error);
/* Only ->plan, and the names and the key in ->credentials, by the options but for @user and
 * @domain. FALSE:
 * @error has no number of its own unless *ret_number is. */
gboolean cli_call_plan(const Profile *p, struct cli_call *c, const char *user, const char *domain,
                       guint32 *ret_number, GError **error);
enum { CLI_CALL_UNKNOWN = -2 };
/* Fills ->plan and ->credentials; asks for what is missing if it may. An exit status,
 * CLI_CALL_UNKNOWN, or -1: go on. */
int cli_call_prepare(const struct cli_command *command, const Profile *p, struct cli_call *c);
/* Its proxy has a user name; FALSE: the person at the terminal typed none. */
gboolean cli_call_wants_proxy_password(const struct cli_call *c);
gboolean cli_call_ask_proxy_password(struct cli_call *c);
/* ->client, if it is not there yet: the helper that is asked. */
gboolean cli_call_client(struct cli_call *c, GError **error);
/* Dials; runs the main context until the call is up, or has ended when it is to stay. A person is
 * asked for the proxy's password again after the proxy refused it, and it is dialed anew. */
int cli_call_run(struct cli_call *c);
/* Hang up politely; the second time: wait for nobody. */
void cli_call_stop(struct cli_call *c);
void cli_call_clear(struct cli_call *c); /* wipes */
