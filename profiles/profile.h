/*
 * profile.h - a connection as an administrator described it and the user completed it.
 *
 * Typed fields for everything that has a meaning here; what has none is kept as "other settings".
 * The names in comments are the keys of a Connection Manager profile (.cms, .cmp) that a field
 * comes from; the readers of other formats fill in the same fields, and note where each value comes
 * from (profile-list.h). Texts are UTF-8, never NULL ("" when absent), owned by the profile; set
 * them with profile_set(). Its one secret: what an import found, on its way to the keyring.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "dial-plan.h"
#include "profile-list.h"

enum profile_kind { /* the numbers of Type= in rasphone.pbk */
                    PROFILE_DIALUP = 1,
                    PROFILE_VPN = 2,
                    PROFILE_BROADBAND = 5, /* PPPoE */
};

struct profile {
    char *id;        /* of the store; "" until saved there */
    gboolean system; /* in /etc: for everybody, read only */
    char *source;    /* the file that it was imported from */
    char *encoding;  /* how that file's text was read */

    guint kind;                                 /* enum profile_kind */
    char *name;                                 /* ServiceName */
    char *short_name;                           /* ShortSvcName: the profile's file name */
    char *service_message;                      /* ServiceMessage: support text */
    guint format_version;                       /* [Profile Format] Version */
    char *logo, *icon, *small_icon, *tray_icon; /* names of kept files; "": none */
    char *help_file, *licence_file, *pb_logo;   /* same */

    /* User name and password */
    char *user_prefix, *user_suffix; /* realm: UserNamePrefix, UserNameSuffix */
    gboolean hide_user, hide_password, hide_domain, hide_remember_password;
    gboolean hide_dial_automatically, hide_advanced_tab, hide_tray_icon;
    gboolean user_optional, password_optional, domain_optional;
    guint max_user, max_password, max_domain; /* characters; 0: no limit */
    guint password_handling;                  /* PasswordHandling, as written */
    gboolean use_same_user_name, disable_ics, check_os_components, enable_logging;
    char *log_folder; /* [Logging] FileDirectory */
    guint log_size;   /* MaxFileSize, as written */
    gboolean hide_balloon_tips, hide_isp_user, hide_isp_password, hide_remember_isp_password;
    char *reset_password; /* ResetPassword: a program; shown, never run */

    /* What the user chose the last time (.cmp; the store) */
    char *user, *domain, *isp_user; /* InternetUserName: of the line dialed before the VPN */
    gboolean remember_password, remember_isp_password, dial_automatically;
    guint server;      /* index into servers: dialed first, or alone; see choose_server */
    char *last_server; /* learned: the host that connected last */
    guint only_protocol, refused_auth, more_encryption; /* only narrow it: profile-stricter.h */

    /* Where to */
    GPtrArray *servers;                    /* struct profile_server */
    char *server_message;                  /* of the VPN file: text above the list */
    gboolean choose_server;                /* that one and no other; else all are tried in order */
    gboolean tunnel, dialup, direct;       /* Tunnel, Dialup, Direct */
    guint connection_type, protocol_order; /* ConnectionType; 312: of VpnStrategy's PPTP, SSTP.. */
    char *dun_name, *isp_name;             /* TunnelDUN, DUN */
    struct profile_dun dun, isp;           /* of the VPN; of the line dialed before it */
    GPtrArray *routes;                     /* char *: "10.0.0.0/8": split tunnel */
    GPtrArray *dns_search;                 /* char *: suffixes to look for short names in */
    GPtrArray *dns_rules; /* struct profile_dns_rule: names that the VPN's servers know */

    /* L2TP/IPsec. The key itself is in the keyring (PROFILE_SECRET_PSK) or asked for. */
    gboolean ipsec;           /* FALSE: L2TP in the clear, which only a trusted wire wants */
    gboolean use_certificate; /* the computer proves itself with a certificate, not with a key */
    gboolean ipsec_pfs, ipsec_encap, l2tp_port_1701; /* as in struct dial_plan */
    guint ipsec_remembered, dhcp_silent_calls;       /* learned: as in struct dial_plan; a count */
    char *ipsec_remembered_for, *dhcp_silent_for;    /* of these servers, and no other */
    char *ipsec_local_id, *ipsec_remote_id;          /* "": the address */
    char *cert_pem; /* the computer's certificate, and what is between it and its authority */
    struct secret found_psk; /* of the imported file; never written to one of ours */

    /* The line dialed before the VPN, or PPPoE, or another connection */
    char *phone_number, *area_code,
        *device;                  /* PhoneNumber (PPPoE: the service), AreaCode, Device */
    guint country_code;           /* CountryCode */
    gboolean use_dialing_rules;   /* UseDialingRules */
    char *region, *service_type;  /* Region, ServiceType: where the number was found */
    struct profile_number backup; /* the second number of a .cmp */
    char *dial_first;             /* PrerequisiteEntry: this connection comes up before */

    /* Phone book: [ISP] and its kin */
    char *pb_file, *region_file, *pb_url, *pb_message; /* PBFile, RegionFile, PBURL, PBMessage */
    char *server_list_url;                             /* [Settings] UpdateURL of the VPN file */
    guint pb_version, download_delay;                  /* Version, DownloadDelay (seconds) */
    gboolean tunnel_references, update_lists; /* TunnelReferences; downloads: profile-update.h */
    /* How its numbers are sorted, see profile-filter.h: struct profile_filter, _reference and
     * _service_type */
    GPtrArray *filters, *number_lists, *service_types;
    char *references, *merged_files; /* References: other profiles; kept files of theirs: "a/b" */

    /* TLS and proxy: of this program, not of Connection Manager */
    char *ca_pem;         /* the only authorities; "": the system's */
    char *pin, *tls_name; /* SHA-256 of the server's certificate, 64 hex digits; its name */
    struct profile_eap eap;
    guint proxy; /* enum plan_proxy */
    char *proxy_host, *proxy_user;
    guint proxy_port;
    gboolean accept_early_data; /* learned: this server takes POST and first packet in one flight */

    /* What web browsers should use while connected (web-proxy.h), and whether the user agrees */
    char *web_proxy, *web_proxy_except, *web_proxy_script; /* "host:port", "a;<local>", a URL */
    char *web_proxy_pac;                                   /* a script itself */
    gboolean web_proxy_detect, web_proxy_browser_only, use_web_proxy;

    /* Redial and idle */
    guint redial_count, redial_delay; /* RedialCount, RedialDelay (seconds) */
    guint idle_timeout, idle_seconds; /* IdleTimeout, minutes, and seconds more; both 0: never */
    guint idle_threshold;             /* IdleThreshold */
    gboolean redial_on_drop;          /* RedialOnLinkFailure */
    guint last_protocol;              /* learned: enum plan_protocol that connected last; 0: none */

    GPtrArray *actions;  /* struct profile_action */
    GPtrArray *others;   /* struct profile_other */
    GPtrArray *notes;    /* char *: what the import could not take over, translated */
    GHashTable *origins; /* profile-list.h: where values come from */
    GHashTable *files;   /* name -> GBytes: kept files, while importing; the store reads lazily */
};

Profile *profile_new(void); /* the defaults of a Connection Manager VPN profile */
Profile *profile_copy(const Profile *p);
void profile_free(Profile *p); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Profile, profile_free)

void profile_set(char **field, const char *value); /* frees the old; NULL becomes "" */
/* Is it complete? Says what is wrong in words. A profile that is not may still be kept. */
gboolean profile_validate(const Profile *p, GError **error);
/* What a person should know before using it: weak sign-in, all traffic through the VPN, connect
 * actions that are not run, a protocol that is not dialed here. Translated; free the array. */
GPtrArray *profile_warnings(const Profile *p);
/* The protocols in order; none: it asks for IKEv2 only, or is no VPN. */
guint profile_protocols(const Profile *p, enum plan_protocol ret[PLAN_MAX_PROTOCOLS]);
gboolean profile_needs_domain(const Profile *p, const char *user); /* typed beside this name */
gboolean profile_uses_l2tp(const Profile *p);                      /* it is one of them */
gboolean profile_uses_psk(const Profile *p);                       /* with IPsec and a shared key */
/* The order to dial them in: what connected last is first. The second: of the numbers alone. */
guint profile_dialable(const Profile *p, enum plan_protocol ret[PLAN_MAX_PROTOCOLS]);
guint profile_order(guint kind, guint strategy, guint order, guint only, guint last,
                    enum plan_protocol ret[PLAN_MAX_PROTOCOLS]);
gboolean profile_dials(const Profile *p, enum plan_protocol protocol);
const char *profile_protocol_name(enum plan_protocol protocol); /* "SSTP"; "" if unknown */
unsigned profile_auth(const Profile *p);                        /* enum plan_auth, or'ed */
