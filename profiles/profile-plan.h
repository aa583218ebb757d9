/*
 * profile-plan.h - a profile and what the user typed, made into what the helper needs.
 *
 * Nothing in a profile can weaken the check of the server's certificate: only a pin that the user
 * accepted, or certificates that the user named, replace the system's authorities.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "profile.h"

struct plan_request {          /* all optional: {0} is the profile as it stands */
    const char *user, *domain; /* as typed; NULL: those that the profile remembers */
    const char *server;        /* host[:port] or https://host[:port]/path?query instead */
    const char *proxy;         /* of SSTP, instead: [http://|socks5://][USER@]host[:port], "none" */
    const char *ca_pem;        /* instead of the profile's authorities */
    gsize ca_len;
    const char *cert_pem; /* IPsec: this computer's, instead of the profile's or of a key */
    gsize cert_len;
    const char *pin;          /* SHA-256 in hex, colons allowed */
    const char *eap_pin;      /* likewise, of the authentication server's certificate */
    gboolean end_with_caller; /* hang up when this program goes away */
    gboolean for_everybody;   /* of the computer; the profile is the system's */
};

#define PROFILE_PLAN_ERROR (profile_plan_error_quark())
GQuark profile_plan_error_quark(void);
enum profile_plan_error {
    PROFILE_PLAN_ERROR_INVALID,     /* the message says what */
    PROFILE_PLAN_ERROR_UNAVAILABLE, /* nothing in it that this program dials */
};

/* On success the caller owns *ret_plan (dial_plan_clear()) and *ret_credentials
 * (credentials_wipe()); user name and domain are set, with the realm; the secrets are the caller's
 * to set. On failure both are untouched. */
gboolean profile_plan(const Profile *p, const struct plan_request *request,
                      struct dial_plan *ret_plan, struct credentials *ret_credentials,
                      GError **error);
/* Why nothing of it can be dialed, in a sentence; NULL: something can. Free it. */
char *profile_plan_unavailable(const Profile *p);
/* The user name as it goes to the server: with the realm, unless it was typed with it. */
char *profile_plan_user(const Profile *p, const char *typed);
/* "host", "host:1443", "[2001:db8::1]:443", "https://host/path?query"; ret_path_query may be NULL.
 */
gboolean profile_plan_parse_server(const char *text, struct plan_server *ret,
                                   char **ret_path_query);
gboolean profile_plan_lists_host(const Profile *p, const char *host); /* one of its servers? */
/* What is wrong with the proxy on the way to an SSTP server, in a sentence; NULL: nothing, none is
 * used, or no SSTP is dialed. Free it. */
char *profile_proxy_problem(const Profile *p);
guint profile_proxy_port(const Profile *p); /* the usual one of its kind, if it names none */
gboolean profile_plan_parse_pin(const char *text, guint8 ret[static 32]);
