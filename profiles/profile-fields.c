/* profile-fields.c - see profile-fields.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-fields.h"

#define AT(member)                 G_STRUCT_OFFSET(struct profile, member)
#define TEXT(member)               FIELD_TEXT, AT(member), 0, 0, 0
#define BOOL(member, fallback)     FIELD_BOOL, AT(member), fallback, 0, 1
#define NOT(member, fallback)      FIELD_NOT, AT(member), fallback, 0, 1
#define NUM(member, fallback, max) FIELD_NUMBER, AT(member), fallback, 0, max

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
    {SCOPE_CM, "UserNamePrefix", TEXT(user_prefix)},
    {SCOPE_CM, "UserNameSuffix", TEXT(user_suffix)},
    {SCOPE_CM, "HideUserName", BOOL(hide_user, 0)},
    {SCOPE_CM, "HidePassword", BOOL(hide_password, 0)},
    {SCOPE_CM, "HideDomain", BOOL(hide_domain, 0)},
    {SCOPE_CM, "HideRememberPassword", BOOL(hide_remember_password, 0)},
    {SCOPE_CM, "HideDialAutomatically", BOOL(hide_dial_automatically, 0)},
    {SCOPE_CM, "HideAdvancedTab", BOOL(hide_advanced_tab, 0)},
    {SCOPE_CM, "HideTrayIcon", BOOL(hide_tray_icon, 0)},
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
    {SCOPE_USER, "RememberPassword", BOOL(remember_password, 0)},
    {SCOPE_USER, "DialAutomatically", BOOL(dial_automatically, 0)},
    {SCOPE_USER, "ConnectionType", NUM(connection_type, 0, 1)},
    {SCOPE_USER, "RedialCount", NUM(redial_count, 3, 999)},
    {SCOPE_USER, "RedialDelay", NUM(redial_delay, 5, 3600)},
    {SCOPE_USER, "IdleTimeout", NUM(idle_timeout, 0, 100000)},
    {SCOPE_USER, "EnableLogging", BOOL(enable_logging, 1)},

    {SCOPE_SERVER, "NetworkLogon", BOOL(dun.network_logon, 1)},
    {SCOPE_SERVER, "SW_Compress", BOOL(dun.sw_compress, 1)},
    {SCOPE_SERVER, "Disable_LCP", BOOL(dun.disable_lcp, 0)},
    {SCOPE_SERVER, "Negotiate_TCP/IP", BOOL(dun.ipv4, 1)},
    {SCOPE_SERVER, "Negotiate_IPv6", BOOL(dun.ipv6, 1)},
    {SCOPE_SERVER, "SecureLocalFiles", BOOL(dun.secure_local_files, 0)},
    {SCOPE_SERVER, "PW_Encrypt", BOOL(dun.pw_encrypt, 1)},
    {SCOPE_SERVER, "PW_EncryptMS", BOOL(dun.pw_encrypt_ms, 1)},
    {SCOPE_SERVER, "DataEncrypt", BOOL(dun.data_encrypt, 0)},
    {SCOPE_SERVER, "Custom_Security", BOOL(dun.custom_security, 0)},
    {SCOPE_SERVER, "EnforceCustomSecurity", BOOL(dun.enforce_custom, 0)},
    {SCOPE_SERVER, "EncryptionType", NUM(dun.encryption_type, 3, 3)},
    {SCOPE_SERVER, "Require_PAP", BOOL(dun.pap, 0)},
    {SCOPE_SERVER, "Require_SPAP", BOOL(dun.spap, 0)},
    {SCOPE_SERVER, "Require_CHAP", BOOL(dun.chap, 0)},
    {SCOPE_SERVER, "Require_MSCHAP", BOOL(dun.mschap, 0)},
    {SCOPE_SERVER, "Require_MSCHAP2", BOOL(dun.mschap2, 0)},
    {SCOPE_SERVER, "Require_W95MSCHAP", BOOL(dun.w95mschap, 0)},
    {SCOPE_SERVER, "Require_EAP", BOOL(dun.eap, 0)},
    {SCOPE_SERVER, "CustomAuthKey", NUM(dun.custom_auth_key, 0, 255)},

    {SCOPE_TCPIP, "IP_Header_Compress", BOOL(dun.ip_header_compress, 1)},
    {SCOPE_TCPIP, "Gateway_On_Remote", BOOL(dun.gateway_on_remote, 1)},
    {SCOPE_TCPIP, "DisableClassBasedDefaultRoute", NOT(dun.class_route, 0)},
    {SCOPE_TCPIP, "Specify_Server_Address", BOOL(dun.specify_servers, 0)},
    {SCOPE_TCPIP, "DNS_Address", TEXT(dun.dns1)},
    {SCOPE_TCPIP, "DNS_Alt_Address", TEXT(dun.dns2)},
    {SCOPE_TCPIP, "WINS_Address", TEXT(dun.wins1)},
    {SCOPE_TCPIP, "WINS_Alt_Address", TEXT(dun.wins2)},
    {SCOPE_TCPIP, "Specify_IP_Address", BOOL(dun.specify_ip, 0)},
    {SCOPE_TCPIP, "IP_Address", TEXT(dun.ip_address)},
    {SCOPE_TCPIP, "DnsSuffix", TEXT(dun.dns_suffix)},

    {SCOPE_NETWORKING, "VpnEntry", BOOL(dun.vpn_entry, 1)},
    {SCOPE_NETWORKING, "VpnStrategy", NUM(dun.vpn_strategy, 0, 15)},
    {SCOPE_NETWORKING, "UsePreSharedKey", BOOL(dun.use_preshared_key, 0)},

    {SCOPE_OWN, "Source", TEXT(source)},
    {SCOPE_OWN, "Encoding", TEXT(encoding)},
    {SCOPE_OWN, "ShortName", TEXT(short_name)},
    {SCOPE_OWN, "FormatVersion", NUM(format_version, 4, 255)},
    {SCOPE_OWN, "LicenceFile", TEXT(licence_file)},
    {SCOPE_OWN, "Server", NUM(server, 0, PROFILE_MAX_SERVERS - 1)},
    {SCOPE_OWN, "ServerMessage", TEXT(server_message)},
    {SCOPE_OWN, "ChooseServer", BOOL(choose_server, 0)},
    {SCOPE_OWN, "CertificateAuthorities", TEXT(ca_pem)},
    {SCOPE_OWN, "CertificatePin", TEXT(pin)},
    {SCOPE_OWN, "CertificateName", TEXT(tls_name)},
    {SCOPE_OWN, "Proxy", NUM(proxy, PLAN_PROXY_NONE, PLAN_PROXY_SOCKS5)},
    {SCOPE_OWN, "ProxyHost", TEXT(proxy_host)},
    {SCOPE_OWN, "ProxyPort", NUM(proxy_port, 0, 65535)},
    {SCOPE_OWN, "ProxyUser", TEXT(proxy_user)},
    {SCOPE_OWN, "AcceptEarlyData", BOOL(accept_early_data, 0)},
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
    case SCOPE_OWN:
        return "Dialtone";
    }
    g_assert_not_reached();
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
