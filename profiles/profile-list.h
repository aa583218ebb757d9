/*
 * profile-list.h - the parts of a profile: network entries, lists, and where each value comes from.
 *
 * An origin belongs to the name of a value: "Connection Manager/RedialCount" for a typed field
 * (profile_field_name()), "Server/vpn.example.com", "Route/10.0.0.0/8" for what stands in a list.
 * It remembers the value as it was imported, so that a value that somebody changed since is told
 * from one that the file said.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

typedef struct profile Profile;

enum profile_limits {
    PROFILE_MAX_SERVERS = 256,
    PROFILE_MAX_OTHERS = 4096,
    PROFILE_MAX_ACTIONS = 256,
    PROFILE_MAX_DNS = 256, /* suffixes, and rules */
    PROFILE_MAX_NOTES = 256,
};

/* [Server&], [TCP/IP&] and [Networking&] of one entry: the VPN, or the line dialed before it. */
struct profile_dun {
    gboolean network_logon;      /* NetworkLogon */
    gboolean sw_compress;        /* SW_Compress */
    gboolean disable_lcp;        /* Disable_LCP: no LCP extensions */
    gboolean ipv4, ipv6;         /* Negotiate_TCP/IP, Negotiate_IPv6 */
    gboolean ipx, netbeui;       /* Negotiate_IPX, Negotiate_NetBEUI */
    gboolean secure_local_files; /* SecureLocalFiles */
    gboolean pw_encrypt;         /* PW_Encrypt: no PAP */
    gboolean pw_encrypt_ms;      /* PW_EncryptMS: MS-CHAP only */
    gboolean data_encrypt;       /* DataEncrypt */
    gboolean custom_security;    /* Custom_Security: the Require_ keys count, if any is set */
    gboolean enforce_custom;     /* EnforceCustomSecurity: they alone count */
    guint encryption_type;       /* EncryptionType: 0 none, 1 require, 2 maximum, 3 optional */
    gboolean pap, spap, chap, mschap, mschap2, w95mschap, eap; /* Require_... */
    guint custom_auth_key;                  /* CustomAuthKey: the EAP type; 26 is EAP-MSCHAPv2 */
    char *custom_auth_data;                 /* CustomAuthData: of the EAP type, in hexadecimal */
    gboolean ip_header_compress;            /* IP_Header_Compress */
    gboolean gateway_on_remote;             /* Gateway_On_Remote */
    gboolean class_route;                   /* DisableClassBasedDefaultRoute, the other way round */
    gboolean specify_servers;               /* Specify_Server_Address */
    char *dns1, *dns2, *wins1, *wins2;      /* DNS_Address, DNS_Alt_Address, WINS_... */
    gboolean specify_servers6;              /* of IPv6: Ipv6NameAssign 2 of phone books */
    char *dns6_1, *dns6_2;                  /* Ipv6DnsAddress, Ipv6Dns2Address */
    gboolean specify_ip;                    /* Specify_IP_Address */
    char *ip_address;                       /* IP_Address */
    char *dns_suffix;                       /* DnsSuffix */
    gboolean register_dns, register_suffix; /* this computer's name, with the far end's DNS */
    gboolean register_wins;                 /* and WINS: see dial-plan.h */
    gboolean vpn_entry;                     /* VpnEntry */
    guint vpn_strategy;                     /* VpnStrategy, 0..15; see profile_protocols() */
    gboolean use_preshared_key;             /* UsePreSharedKey: IPsec proves itself with a key */
    char *script;                           /* [Scripting&] Name: of a terminal; never run */
};

/* Of EAP-TLS and PEAP: of this program, as plan-eap.h has them. */
struct profile_eap {
    char *identity, *names, *roots, *pin; /* "": none */
    gboolean unbound;
};

/* The number that is dialed when the first one does not answer. */
struct profile_number {
    char *number, *area_code, *region, *service_type;
    guint country_code;
    gboolean use_dialing_rules;
};

struct profile_server { /* TunnelAddress, or a line of the VPN file */
    char *label;        /* "": show the address */
    char *address;      /* host, host:port, or https://host:port/path?query */
};

struct profile_action { /* "connect action": shown, never run */
    char *event;        /* the section: "Pre-Connect Actions" */
    char *command;      /* as written */
    char *description;
    char *key;         /* in the section: "0"; "": a line without one */
    gboolean replaced; /* this program does the same itself (routes, updates) */
};

struct profile_dns_rule { /* a name and all below it are asked from these servers */
    char *domain;         /* "corp.example.com", no leading dot */
    char *servers;        /* "10.0.0.1 10.0.0.2"; "": those of the VPN */
};

struct profile_other { /* a setting without a meaning here */
    char *file, *section, *key, *value;
};
void profile_other_free(gpointer other); /* a GDestroyNotify */

struct profile_origin {
    char *file, *section, *key; /* "rasphone.pbk", "Office", "VpnStrategy"; key "": the section */
    char *value;                /* as this program read it */
};

void profile_lists_init(Profile *p);
void profile_lists_clear(Profile *p);
void profile_lists_copy(Profile *to, const Profile *from);

void profile_vpn_alone(Profile *p); /* a VPN, and no line that is dialed before it */

/* More than PROFILE_MAX_... are left out. */
void profile_add_server(Profile *p, const char *label, const char *address);
void profile_add_action(Profile *p, const char *event, const char *command,
                        const char *description);
void profile_add_other(Profile *p, const char *file, const char *section, const char *key,
                       const char *value);
void profile_note(Profile *p, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* That ->encoding is a code page which nobody told. */
void profile_note_guess(Profile *p);
void profile_add_dns_rule(Profile *p, const char *domain, const char *servers);
void profile_add_dns_search(Profile *p, const char *suffix);

void profile_set_origin(Profile *p, const char *name, const char *file, const char *section,
                        const char *key, const char *value);
/* NULL: the default, or typed in by the user. */
const struct profile_origin *profile_origin(const Profile *p, const char *name);
