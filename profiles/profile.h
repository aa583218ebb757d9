/*
 * profile.h - a connection as an administrator described it and the user completed it.
 *
 * Typed fields for everything that has a meaning here; what has none is kept as "other settings".
 * The names in comments are the keys of a Connection Manager profile (.cms, .cmp) that a field
 * comes from. Holds no secret. Texts are UTF-8, never NULL ("" when absent), owned by the profile;
 * set them with profile_set().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "dial-plan.h"

typedef struct profile Profile;

enum profile_limits {
    PROFILE_MAX_SERVERS = 256,
    PROFILE_MAX_OTHERS = 4096,
    PROFILE_MAX_ACTIONS = 256,
};

struct profile_server { /* TunnelAddress, or a line of the VPN file */
    char *label;        /* "": show the address */
    char *address;      /* host, host:port, or https://host:port/path?query */
};

struct profile_action { /* "connect action": shown, never run */
    char *event;        /* the section: "Pre-Connect Actions" */
    char *command;      /* as written */
    char *description;
    gboolean replaced; /* this program does the same itself (routes, updates) */
};

struct profile_other { /* a setting without a meaning here */
    char *file, *section, *key, *value;
};

/* [Server&], [TCP/IP&] and [Networking&] of the VPN entry. */
struct profile_dun {
    gboolean network_logon;      /* NetworkLogon */
    gboolean sw_compress;        /* SW_Compress */
    gboolean disable_lcp;        /* Disable_LCP: no LCP extensions */
    gboolean ipv4, ipv6;         /* Negotiate_TCP/IP, Negotiate_IPv6 */
    gboolean secure_local_files; /* SecureLocalFiles */
    gboolean pw_encrypt;         /* PW_Encrypt: no PAP */
    gboolean pw_encrypt_ms;      /* PW_EncryptMS: MS-CHAP only */
    gboolean data_encrypt;       /* DataEncrypt */
    gboolean custom_security;    /* Custom_Security: the Require_ keys count */
    gboolean enforce_custom;     /* EnforceCustomSecurity: they alone count */
    guint encryption_type;       /* EncryptionType: 0 none, 1 require, 2 maximum, 3 optional */
    gboolean pap, spap, chap, mschap, mschap2, w95mschap, eap; /* Require_... */
    guint custom_auth_key;             /* CustomAuthKey: the EAP type; 26 is EAP-MSCHAPv2 */
    gboolean ip_header_compress;       /* IP_Header_Compress */
    gboolean gateway_on_remote;        /* Gateway_On_Remote */
    gboolean class_route;              /* DisableClassBasedDefaultRoute, the other way round */
    gboolean specify_servers;          /* Specify_Server_Address */
    char *dns1, *dns2, *wins1, *wins2; /* DNS_Address, DNS_Alt_Address, WINS_... */
    gboolean specify_ip;               /* Specify_IP_Address */
    char *ip_address;                  /* IP_Address */
    char *dns_suffix;                  /* DnsSuffix */
    gboolean vpn_entry;                /* VpnEntry */
    guint vpn_strategy;                /* VpnStrategy, 0..15; see profile_protocols() */
    gboolean use_preshared_key;        /* UsePreSharedKey */
};

struct profile {
    char *id;        /* of the store; "" until saved there */
    gboolean system; /* in /etc: for everybody, read only */
    char *source;    /* the file that it was imported from */
    char *encoding;  /* how that file's text was read */

    char *name;                                 /* ServiceName */
    char *short_name;                           /* ShortSvcName: the profile's file name */
    char *service_message;                      /* ServiceMessage: support text */
    guint format_version;                       /* [Profile Format] Version */
    char *logo, *icon, *small_icon, *tray_icon; /* names of kept files; "": none */
    char *help_file, *licence_file;             /* same */

    /* User name and password */
    char *user_prefix, *user_suffix; /* realm: UserNamePrefix, UserNameSuffix */
    gboolean hide_user, hide_password, hide_domain, hide_remember_password;
    gboolean hide_dial_automatically, hide_advanced_tab, hide_tray_icon;
    gboolean user_optional, password_optional, domain_optional;
    guint max_user, max_password, max_domain; /* characters; 0: no limit */
    guint password_handling;                  /* PasswordHandling, as written */
    gboolean use_same_user_name, disable_ics, check_os_components, enable_logging;

    /* What the user chose the last time (.cmp; the store) */
    char *user, *domain;
    gboolean remember_password, dial_automatically;
    guint server; /* index into servers */

    /* Where to */
    GPtrArray *servers;              /* struct profile_server */
    char *server_message;            /* of the VPN file: text above the list */
    gboolean choose_server;          /* the user picks one; else all are tried in order */
    gboolean tunnel, dialup, direct; /* Tunnel, Dialup, Direct */
    guint connection_type;           /* ConnectionType */
    struct profile_dun dun;
    GPtrArray *routes; /* char *: "10.0.0.0/8": split tunnel */

    /* TLS and proxy: of this program, not of Connection Manager */
    char *ca_pem;   /* the only authorities; "": the system's */
    char *pin;      /* SHA-256 of the server's certificate, 64 hex digits; "": none */
    char *tls_name; /* "": the server's */
    guint proxy;    /* enum plan_proxy */
    char *proxy_host, *proxy_user;
    guint proxy_port;
    gboolean accept_early_data; /* learned: this server takes POST and first packet in one flight */

    /* Redial and idle */
    guint redial_count, redial_delay; /* RedialCount, RedialDelay (seconds) */
    guint idle_timeout;               /* IdleTimeout, minutes; 0: never */

    GPtrArray *actions; /* struct profile_action */
    GPtrArray *others;  /* struct profile_other */
    GPtrArray *notes;   /* char *: what the import could not take over, translated */
    GHashTable *files;  /* name -> GBytes: kept files, while importing; the store reads lazily */
};

Profile *profile_new(void); /* the defaults of a Connection Manager VPN profile */
Profile *profile_copy(const Profile *p);
void profile_free(Profile *p); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Profile, profile_free)

void profile_set(char **field, const char *value); /* frees the old; NULL becomes "" */
void profile_add_server(Profile *p, const char *label, const char *address);
void profile_add_action(Profile *p, const char *event, const char *command,
                        const char *description);
void profile_add_other(Profile *p, const char *file, const char *section, const char *key,
                       const char *value);
void profile_note(Profile *p, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Is it complete? Says what is wrong in words. A profile that is not may still be kept. */
gboolean profile_validate(const Profile *p, GError **error);
/* What a person should know before using it: weak sign-in, all traffic through the VPN, connect
 * actions that are not run, a protocol that is not available. Translated; free the array. */
GPtrArray *profile_warnings(const Profile *p);
/* The protocols of the strategy, in order, those not available in this release included. */
guint profile_protocols(const Profile *p, enum plan_protocol ret[PLAN_MAX_PROTOCOLS]);
/* What can be dialed now, in order: 0 means none (the warnings say so). */
guint profile_dialable(const Profile *p, enum plan_protocol ret[PLAN_MAX_PROTOCOLS]);
gboolean profile_dials(const Profile *p, enum plan_protocol protocol);
const char *profile_protocol_name(enum plan_protocol protocol);     /* "SSTP"; "" if unknown */
const char *profile_protocol_weakness(enum plan_protocol protocol); /* translated; NULL: none */
unsigned profile_auth(const Profile *p);                            /* enum plan_auth, or'ed */
