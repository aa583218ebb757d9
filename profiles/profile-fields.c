/* profile-fields.c - see profile-fields.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-fields.h"

#include "profile-learn.h"

#define AT(member)                 G_STRUCT_OFFSET(struct profile, member)
#define TEXT(member)               FIELD_TEXT, AT(member), 0, 0, 0
#define BOOL(member, fallback)     FIELD_BOOL, AT(member), fallback, 0, 1
#define NOT(member, fallback)      FIELD_NOT, AT(member), fallback, 0, 1
#define NUM(member, fallback, max) FIELD_NUMBER, AT(member), fallback, 0, max

/* Of an entry of [Server&], [TCP/IP&], [Networking&]; there can be two, for the VPN and for the
 * line dialed before it. */
/* clang-format off */
#define DUN_FIELDS(server, tcpip, networking, scripting, dun) \
    {server, "NetworkLogon", BOOL(dun.network_logon, 1)}, \
    {server, "SW_Compress", BOOL(dun.sw_compress, 1)}, \
    {server, "Disable_LCP", BOOL(dun.disable_lcp, 0)}, \
    {server, "Negotiate_TCP/IP", BOOL(dun.ipv4, 1)}, \
    {server, "Negotiate_IPv6", BOOL(dun.ipv6, 1)}, \
    {server, "Negotiate_IPX", BOOL(dun.ipx, 0)}, \
    {server, "Negotiate_NetBEUI", BOOL(dun.netbeui, 0)}, \
    {server, "SecureLocalFiles", BOOL(dun.secure_local_files, 0)}, \
    {server, "PW_Encrypt", BOOL(dun.pw_encrypt, 1)}, \
    {server, "PW_EncryptMS", BOOL(dun.pw_encrypt_ms, 1)}, \
    {server, "DataEncrypt", BOOL(dun.data_encrypt, 0)}, \
    {server, "Custom_Security", BOOL(dun.custom_security, 1)}, \
    {server, "EnforceCustomSecurity", BOOL(dun.enforce_custom, 0)}, \
    {server, "EncryptionType", NUM(dun.encryption_type, 3, 3)}, \
    {server, "Require_PAP", BOOL(dun.pap, 0)}, \
    {server, "Require_SPAP", BOOL(dun.spap, 0)}, \
    {server, "Require_CHAP", BOOL(dun.chap, 0)}, \
    {server, "Require_MSCHAP", BOOL(dun.mschap, 0)}, \
    {server, "Require_MSCHAP2", BOOL(dun.mschap2, 0)}, \
    {server, "Require_W95MSCHAP", BOOL(dun.w95mschap, 0)}, \
    {server, "Require_EAP", BOOL(dun.eap, 0)}, \
    {server, "CustomAuthKey", NUM(dun.custom_auth_key, 0, 255)}, \
    {server, "CustomAuthData", TEXT(dun.custom_auth_data)}, \
    {tcpip, "IP_Header_Compress", BOOL(dun.ip_header_compress, 1)}, \
    {tcpip, "Gateway_On_Remote", BOOL(dun.gateway_on_remote, 1)}, \
    {tcpip, "DisableClassBasedDefaultRoute", NOT(dun.class_route, 0)}, \
    {tcpip, "Specify_Server_Address", BOOL(dun.specify_servers, 0)}, \
    {tcpip, "DNS_Address", TEXT(dun.dns1)}, \
    {tcpip, "DNS_Alt_Address", TEXT(dun.dns2)}, \
    {tcpip, "WINS_Address", TEXT(dun.wins1)}, \
    {tcpip, "WINS_Alt_Address", TEXT(dun.wins2)}, \
    {tcpip, "Specify_IPv6_Server_Address", BOOL(dun.specify_servers6, 0)}, \
    {tcpip, "IPv6_DNS_Address", TEXT(dun.dns6_1)}, \
    {tcpip, "IPv6_DNS_Alt_Address", TEXT(dun.dns6_2)}, \
    {tcpip, "Specify_IP_Address", BOOL(dun.specify_ip, 0)}, \
    {tcpip, "IP_Address", TEXT(dun.ip_address)}, \
    {tcpip, "DnsSuffix", TEXT(dun.dns_suffix)}, \
    {networking, "VpnEntry", BOOL(dun.vpn_entry, 1)}, \
    {networking, "VpnStrategy", NUM(dun.vpn_strategy, 0, 15)}, \
    {networking, "UsePreSharedKey", BOOL(dun.use_preshared_key, 0)}, \
    {scripting, "Name", TEXT(dun.script)},
/* clang-format on */

/* Defaults: "Connection Manager keys" and "Networking keys" of the Windows Server documentation
 * where it tells; the safer side where it does not. For FIELD_NOT the default is the key's. */
const struct profile_field profile_fields[] = {
    /* clang-format off */
    {SCOPE_CM, "ServiceName", TEXT(name)},
    {SCOPE_CM, "ServiceMessage", TEXT(service_message)},
    {SCOPE_CM, "Logo", TEXT(logo)},
    {SCOPE_CM, "Icon", TEXT(icon)},
    {SCOPE_CM, "SmallIcon", TEXT(small_icon)},
    {SCOPE_CM, "TrayIcon", TEXT(tray_icon)},
    {SCOPE_CM, "HelpFile", TEXT(help_file)},
    {SCOPE_CM, "PBLogo", TEXT(pb_logo)},
    {SCOPE_CM, "PBMessage", TEXT(pb_message)},
    {SCOPE_CM, "Version", NUM(pb_version, 0, G_MAXINT32)},
    {SCOPE_CM, "DownloadDelay", NUM(download_delay, 15, 86400)},
    {SCOPE_CM, "DUN", TEXT(isp_name)},
    {SCOPE_CM, "TunnelDUN", TEXT(dun_name)},
    {SCOPE_CM, "TunnelReferences", BOOL(tunnel_references, 0)},
    {SCOPE_CM, "UserNamePrefix", TEXT(user_prefix)},
    {SCOPE_CM, "UserNameSuffix", TEXT(user_suffix)},
    {SCOPE_CM, "HideUserName", BOOL(hide_user, 0)},
    {SCOPE_CM, "HidePassword", BOOL(hide_password, 0)},
    {SCOPE_CM, "HideDomain", BOOL(hide_domain, 0)},
    {SCOPE_CM, "HideRememberPassword", BOOL(hide_remember_password, 0)},
    {SCOPE_CM, "HideDialAutomatically", BOOL(hide_dial_automatically, 0)},
    {SCOPE_CM, "HideAdvancedTab", BOOL(hide_advanced_tab, 0)},
    {SCOPE_CM, "HideTrayIcon", BOOL(hide_tray_icon, 0)},
    {SCOPE_CM, "HideBalloonTips", BOOL(hide_balloon_tips, 0)},
    {SCOPE_CM, "HideInternetUsername", BOOL(hide_isp_user, 0)},
    {SCOPE_CM, "HideInternetPassword", BOOL(hide_isp_password, 0)},
    {SCOPE_CM, "HideRememberInternetPassword", BOOL(hide_remember_isp_password, 0)},
    {SCOPE_CM, "ResetPassword", TEXT(reset_password)},
    {SCOPE_CM, "UserNameOptional", BOOL(user_optional, 0)},
    {SCOPE_CM, "PasswordOptional", BOOL(password_optional, 0)},
    {SCOPE_CM, "DomainOptional", BOOL(domain_optional, 1)},
    {SCOPE_CM, "MaxUserName", NUM(max_user, 0, PLAN_MAX_TEXT - 1)},
    {SCOPE_CM, "MaxPassword", NUM(max_password, 0, SECRET_MAX)},
    {SCOPE_CM, "MaxDomain", NUM(max_domain, 0, PLAN_MAX_TEXT - 1)},
    {SCOPE_CM, "PasswordHandling", NUM(password_handling, 0, 255)},
    {SCOPE_CM, "UseSameUserName", BOOL(use_same_user_name, 0)},
    {SCOPE_CM, "DisableICS", BOOL(disable_ics, 0)},
    {SCOPE_CM, "CheckOSComponents", BOOL(check_os_components, 1)},
    {SCOPE_CM, "Tunnel", BOOL(tunnel, 0)},
    {SCOPE_CM, "Dialup", BOOL(dialup, 1)},
    {SCOPE_CM, "Direct", BOOL(direct, 1)},

    {SCOPE_USER, "UserName", TEXT(user)},
    {SCOPE_USER, "Domain", TEXT(domain)},
    {SCOPE_USER, "InternetUserName", TEXT(isp_user)},
    {SCOPE_USER, "RememberInternetPassword", BOOL(remember_isp_password, 0)},
    {SCOPE_USER, "RememberPassword", BOOL(remember_password, 0)},
    {SCOPE_USER, "DialAutomatically", BOOL(dial_automatically, 0)},
    {SCOPE_USER, "ConnectionType", NUM(connection_type, 0, 1)},
    {SCOPE_USER, "RedialCount", NUM(redial_count, 3, 999)},
    {SCOPE_USER, "RedialDelay", NUM(redial_delay, 5, 3600)},
    {SCOPE_USER, "RedialOnLinkFailure", BOOL(redial_on_drop, 0)},
    {SCOPE_USER, "IdleTimeout", NUM(idle_timeout, 0, 100000)},
    {SCOPE_USER, "IdleThreshold", NUM(idle_threshold, 0, G_MAXINT32)},
    {SCOPE_USER, "EnableLogging", BOOL(enable_logging, 1)},

    {SCOPE_ISP, "PBFile", TEXT(pb_file)},
    {SCOPE_ISP, "RegionFile", TEXT(region_file)},
    {SCOPE_ISP, "PBURL", TEXT(pb_url)},
    {SCOPE_ISP, "References", TEXT(references)},

    {SCOPE_LOGGING, "FileDirectory", TEXT(log_folder)},
    {SCOPE_LOGGING, "MaxFileSize", NUM(log_size, 0, G_MAXINT32)},

    DUN_FIELDS(SCOPE_SERVER, SCOPE_TCPIP, SCOPE_NETWORKING, SCOPE_SCRIPTING, dun)
    DUN_FIELDS(SCOPE_ISP_SERVER, SCOPE_ISP_TCPIP, SCOPE_ISP_NETWORKING, SCOPE_ISP_SCRIPTING, isp)

    {SCOPE_OWN, "Source", TEXT(source)},
    {SCOPE_OWN, "Encoding", TEXT(encoding)},
    {SCOPE_OWN, "ShortName", TEXT(short_name)},
    {SCOPE_OWN, "Kind", FIELD_NUMBER, AT(kind), PROFILE_VPN, PROFILE_DIALUP, PROFILE_BROADBAND},
    {SCOPE_OWN, "FormatVersion", NUM(format_version, 4, 255)},
    {SCOPE_OWN, "LicenceFile", TEXT(licence_file)},
    {SCOPE_OWN, "Server", NUM(server, 0, PROFILE_MAX_SERVERS - 1)},
    {SCOPE_OWN, "ServerMessage", TEXT(server_message)},
    {SCOPE_OWN, "ChooseServer", BOOL(choose_server, 0)},
    {SCOPE_OWN, "LastServer", TEXT(last_server)},
    {SCOPE_OWN, "CertificateAuthorities", TEXT(ca_pem)},
    {SCOPE_OWN, "CertificatePin", TEXT(pin)},
    {SCOPE_OWN, "CertificateName", TEXT(tls_name)},
    {SCOPE_OWN, "EapIdentity", TEXT(eap.identity)},
    {SCOPE_OWN, "EapServerNames", TEXT(eap.names)},
    {SCOPE_OWN, "EapAuthorities", TEXT(eap.roots)},
    {SCOPE_OWN, "EapPin", TEXT(eap.pin)},
    {SCOPE_OWN, "EapWithoutBinding", BOOL(eap.unbound, 0)},
    {SCOPE_OWN, "ProtocolOrder", NUM(protocol_order, 0, 333)},
    {SCOPE_OWN, "OnlyProtocol", NUM(only_protocol, 0, PLAN_PPTP)},
    {SCOPE_OWN, "RefusedSignIn", NUM(refused_auth, 0, 255)},
    {SCOPE_OWN, "MoreEncryption", NUM(more_encryption, 0, 2)},
    {SCOPE_OWN, "Proxy", NUM(proxy, PLAN_PROXY_NONE, PLAN_PROXY_SOCKS5)},
    {SCOPE_OWN, "ProxyHost", TEXT(proxy_host)},
    {SCOPE_OWN, "ProxyPort", NUM(proxy_port, 0, 65535)},
    {SCOPE_OWN, "ProxyUser", TEXT(proxy_user)},
    {SCOPE_OWN, "WebProxy", TEXT(web_proxy)},
    {SCOPE_OWN, "WebProxyExceptions", TEXT(web_proxy_except)},
    {SCOPE_OWN, "WebProxyScript", TEXT(web_proxy_script)},
    {SCOPE_OWN, "WebProxyScriptText", TEXT(web_proxy_pac)},
    {SCOPE_OWN, "WebProxyDetect", BOOL(web_proxy_detect, 0)},
    {SCOPE_OWN, "WebProxyBrowserOnly", BOOL(web_proxy_browser_only, 0)},
    {SCOPE_OWN, "UseWebProxy", BOOL(use_web_proxy, 1)},
    {SCOPE_OWN, "AcceptEarlyData", BOOL(accept_early_data, 0)},
    {SCOPE_OWN, "LastProtocol", NUM(last_protocol, 0, PLAN_PPTP)},
    {SCOPE_OWN, "MergedFiles", TEXT(merged_files)},
    {SCOPE_OWN, "ServerListURL", TEXT(server_list_url)},
    {SCOPE_OWN, "UpdateLists", BOOL(update_lists, 1)},
    {SCOPE_OWN, "IPsec", BOOL(ipsec, 1)},
    {SCOPE_OWN, "UseCertificate", BOOL(use_certificate, 0)},
    {SCOPE_OWN, "IPsecPFS", BOOL(ipsec_pfs, 0)},
    {SCOPE_OWN, "IPsecEncapsulation", BOOL(ipsec_encap, 1)},
    {SCOPE_OWN, "IPsecRemembered", NUM(ipsec_remembered, 0, G_MAXUINT32)},
    {SCOPE_OWN, "IPsecRememberedFor", TEXT(ipsec_remembered_for)},
    {SCOPE_OWN, "DHCPSilentCalls", NUM(dhcp_silent_calls, 0, PROFILE_DHCP_SILENT)},
    {SCOPE_OWN, "DHCPSilentFor", TEXT(dhcp_silent_for)},
    {SCOPE_OWN, "L2TPPort1701", BOOL(l2tp_port_1701, 1)},
    {SCOPE_OWN, "RegisterDNS", BOOL(dun.register_dns, 0)},
    {SCOPE_OWN, "RegisterSuffix", BOOL(dun.register_suffix, 0)},
    {SCOPE_OWN, "RegisterWINS", BOOL(dun.register_wins, 0)},
    {SCOPE_OWN, "Certificate", TEXT(cert_pem)},
    {SCOPE_OWN, "IPsecLocalId", TEXT(ipsec_local_id)},
    {SCOPE_OWN, "IPsecRemoteId", TEXT(ipsec_remote_id)},
    {SCOPE_OWN, "IdleSeconds", NUM(idle_seconds, 0, 59)},
    {SCOPE_OWN, "DialFirst", TEXT(dial_first)},
    {SCOPE_OWN, "PhoneNumber", TEXT(phone_number)},
    {SCOPE_OWN, "AreaCode", TEXT(area_code)},
    {SCOPE_OWN, "CountryCode", NUM(country_code, 0, 99999)},
    {SCOPE_OWN, "UseDialingRules", BOOL(use_dialing_rules, 0)},
    {SCOPE_OWN, "Device", TEXT(device)},
    {SCOPE_OWN, "Region", TEXT(region)},
    {SCOPE_OWN, "ServiceType", TEXT(service_type)},
    {SCOPE_OWN, "BackupPhoneNumber", TEXT(backup.number)},
    {SCOPE_OWN, "BackupAreaCode", TEXT(backup.area_code)},
    {SCOPE_OWN, "BackupCountryCode", NUM(backup.country_code, 0, 99999)},
    {SCOPE_OWN, "BackupRegion", TEXT(backup.region)},
    {SCOPE_OWN, "BackupServiceType", TEXT(backup.service_type)},
    {SCOPE_OWN, "BackupUseDialingRules", BOOL(backup.use_dialing_rules, 0)},
    /* clang-format on */
};
const guint profile_n_fields = G_N_ELEMENTS(profile_fields);

const char *
field_group(enum field_scope scope)
{
    switch (scope) {
    case SCOPE_CM:
    case SCOPE_USER:
        return "Connection Manager";
    case SCOPE_SERVER:
        return "Server";
    case SCOPE_TCPIP:
        return "TCP/IP";
    case SCOPE_NETWORKING:
        return "Networking";
    case SCOPE_SCRIPTING:
        return "Scripting";
    case SCOPE_ISP:
        return "ISP";
    case SCOPE_LOGGING:
        return "Logging";
    case SCOPE_ISP_SERVER:
        return "Dial-up Server";
    case SCOPE_ISP_TCPIP:
        return "Dial-up TCP/IP";
    case SCOPE_ISP_NETWORKING:
        return "Dial-up Networking";
    case SCOPE_ISP_SCRIPTING:
        return "Dial-up Scripting";
    case SCOPE_OWN:
        return "Dialtone";
    }
    g_assert_not_reached();
}

const char *
field_section(enum field_scope scope)
{
    switch (scope) {
    case SCOPE_ISP_SERVER:
        return field_group(SCOPE_SERVER);
    case SCOPE_ISP_TCPIP:
        return field_group(SCOPE_TCPIP);
    case SCOPE_ISP_NETWORKING:
        return field_group(SCOPE_NETWORKING);
    case SCOPE_ISP_SCRIPTING:
        return field_group(SCOPE_SCRIPTING);
    case SCOPE_CM:
    case SCOPE_USER:
    case SCOPE_SERVER:
    case SCOPE_TCPIP:
    case SCOPE_NETWORKING:
    case SCOPE_SCRIPTING:
    case SCOPE_ISP:
    case SCOPE_LOGGING:
    case SCOPE_OWN:
        break;
    }
    return field_group(scope);
}

char **
field_text(const struct profile_field *f, Profile *p)
{
    return &G_STRUCT_MEMBER(char *, p, f->offset);
}

guint
field_number(const struct profile_field *f, const Profile *p)
{
    if (f->type == FIELD_NUMBER)
        return G_STRUCT_MEMBER(guint, p, f->offset);

    const gboolean set = G_STRUCT_MEMBER(gboolean, p, f->offset);
    return f->type == FIELD_NOT ? !set : set;
}

gboolean
field_set_number(const struct profile_field *f, Profile *p, gint64 number)
{
    if (f->type == FIELD_NUMBER) {
        if (number < f->min || number > f->max)
            return FALSE;
        G_STRUCT_MEMBER(guint, p, f->offset) = (guint)number;
        return TRUE;
    }
    G_STRUCT_MEMBER(gboolean, p, f->offset) = (number != 0) != (f->type == FIELD_NOT);
    return TRUE;
}

char *
field_name(const struct profile_field *f)
{
    return g_strconcat(field_group(f->scope), "/", f->key, NULL);
}

char *
field_value(const struct profile_field *f, const Profile *p)
{
    return f->type == FIELD_TEXT ? g_strdup(*field_text(f, (Profile *)p))
                                 : g_strdup_printf("%u", field_number(f, p));
}

void
field_set_origin(const struct profile_field *f, Profile *p, const char *file, const char *section,
                 const char *key)
{
    g_autofree char *name = field_name(f), *value = field_value(f, p);

    profile_set_origin(p, name, file, section, key, value);
}

const struct profile_field *
field_find(enum field_scope scope, const char *key)
{
    for (guint i = 0; i < profile_n_fields; i++)
        if (profile_fields[i].scope == scope && g_str_equal(profile_fields[i].key, key))
            return &profile_fields[i];
    return NULL;
}
