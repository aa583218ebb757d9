/* rasphone-profile.c - see rasphone-profile.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "rasphone-profile.h"

#include "ini.h"
#include "profile-others.h"
#include "profile-plan.h"
#include "ras.h"
#include "rasphone-blob.h"

#include <glib/gi18n-lib.h>

#include <string.h>

enum how {
    AS_TEXT,
    AS_ADDRESS, /* text; 0.0.0.0 means none; @arg 6: "::" does */
    AS_NUMBER,
    AS_NOT, /* 0 or 1, the other way round */
    AS_BIT, /* @arg is the bit */
    AS_NOT_BIT,
    AS_EQUAL, /* TRUE: it is @arg; FALSE is written as @no */
    AS_ENCRYPTION,
    AS_MINUTES, /* of seconds; and the rest of them: */
    AS_SECONDS,
};

/* MS-RRASM 2.2.2.2, and for what that leaves to the client, what clients write. AuthRestrictions
 * counts its bits from 1 there; its example (544: CHAP and MS-CHAPv2) shows the values. IpDnsFlags'
 * 2 and 4 are the suffix of the entry, and of the server. IpNBTFlags is not read: 1 is what each
 * entry has, and says nothing of who wants this computer to be known by name. */
static const struct row {
    const char *key;
    enum rasphone_part part;
    enum how how;
    guint arg, no;
    enum field_scope scope;
    const char *field;
} rows[] = {
    /* clang-format off */
    {"Type", PART_ENTRY, AS_NUMBER, 0, 0, SCOPE_OWN, "Kind"},
    {"VpnStrategy", PART_ENTRY, AS_NUMBER, 0, 0, SCOPE_NETWORKING, "VpnStrategy"},
    {"ExcludedProtocols", PART_ENTRY, AS_NOT_BIT, 4, 0, SCOPE_SERVER, "Negotiate_TCP/IP"},
    {"ExcludedProtocols", PART_ENTRY, AS_NOT_BIT, 8, 0, SCOPE_SERVER, "Negotiate_IPv6"},
    {"LcpExtensions", PART_ENTRY, AS_NOT, 0, 0, SCOPE_SERVER, "Disable_LCP"},
    {"DataEncryption", PART_ENTRY, AS_ENCRYPTION, 0, 0, SCOPE_SERVER, "EncryptionType"},
    {"SwCompression", PART_ENTRY, AS_NUMBER, 0, 0, SCOPE_SERVER, "SW_Compress"},
    {"BindMsNetClient", PART_ENTRY, AS_NUMBER, 0, 0, SCOPE_SERVER, "NetworkLogon"},
    {"ShareMsFilePrint", PART_ENTRY, AS_NOT, 0, 0, SCOPE_SERVER, "SecureLocalFiles"},
    {"CustomAuthKey", PART_ENTRY, AS_NUMBER, 0, 0, SCOPE_SERVER, "CustomAuthKey"},
    {"AuthRestrictions", PART_ENTRY, AS_BIT, 8, 0, SCOPE_SERVER, "Require_PAP"},
    {"AuthRestrictions", PART_ENTRY, AS_BIT, 16, 0, SCOPE_SERVER, "Require_SPAP"},
    {"AuthRestrictions", PART_ENTRY, AS_BIT, 32, 0, SCOPE_SERVER, "Require_CHAP"},
    {"AuthRestrictions", PART_ENTRY, AS_BIT, 64, 0, SCOPE_SERVER, "Require_MSCHAP"},
    {"AuthRestrictions", PART_ENTRY, AS_BIT, 128, 0, SCOPE_SERVER, "Require_EAP"},
    {"AuthRestrictions", PART_ENTRY, AS_BIT, 512, 0, SCOPE_SERVER, "Require_MSCHAP2"},
    {"AuthRestrictions", PART_ENTRY, AS_BIT, 1024, 0, SCOPE_SERVER, "Require_W95MSCHAP"},
    {"RedialAttempts", PART_ENTRY, AS_NUMBER, 0, 0, SCOPE_USER, "RedialCount"},
    {"RedialSeconds", PART_ENTRY, AS_NUMBER, 0, 0, SCOPE_USER, "RedialDelay"},
    {"RedialOnLinkFailure", PART_ENTRY, AS_NUMBER, 0, 0, SCOPE_USER, "RedialOnLinkFailure"},
    {"IdleDisconnectSeconds", PART_ENTRY, AS_MINUTES, 0, 0, SCOPE_USER, "IdleTimeout"},
    {"IdleDisconnectSeconds", PART_ENTRY, AS_SECONDS, 0, 0, SCOPE_OWN, "IdleSeconds"},
    {"PrerequisiteEntry", PART_ENTRY, AS_TEXT, 0, 0, SCOPE_OWN, "DialFirst"},
    {"PreviewDomain", PART_ENTRY, AS_NOT, 0, 0, SCOPE_CM, "HideDomain"},
    {"CacheCredentials", PART_ENTRY, AS_NOT, 0, 0, SCOPE_CM, "HideRememberPassword"},
    {"ShowMonitorIconInTaskBar", PART_ENTRY, AS_NOT, 0, 0, SCOPE_CM, "HideTrayIcon"},
    {"IpPrioritizeRemote", PART_ENTRY, AS_NUMBER, 0, 0, SCOPE_TCPIP, "Gateway_On_Remote"},
    {"IpHeaderCompression", PART_ENTRY, AS_NUMBER, 0, 0, SCOPE_TCPIP, "IP_Header_Compress"},
    {"IpAssign", PART_ENTRY, AS_EQUAL, 2, 1, SCOPE_TCPIP, "Specify_IP_Address"},
    {"IpAddress", PART_ENTRY, AS_ADDRESS, 0, 0, SCOPE_TCPIP, "IP_Address"},
    {"IpNameAssign", PART_ENTRY, AS_EQUAL, 2, 1, SCOPE_TCPIP, "Specify_Server_Address"},
    {"IpDnsAddress", PART_ENTRY, AS_ADDRESS, 0, 0, SCOPE_TCPIP, "DNS_Address"},
    {"IpDns2Address", PART_ENTRY, AS_ADDRESS, 0, 0, SCOPE_TCPIP, "DNS_Alt_Address"},
    {"IpWinsAddress", PART_ENTRY, AS_ADDRESS, 0, 0, SCOPE_TCPIP, "WINS_Address"},
    {"IpWins2Address", PART_ENTRY, AS_ADDRESS, 0, 0, SCOPE_TCPIP, "WINS_Alt_Address"},
    {"Ipv6NameAssign", PART_ENTRY, AS_EQUAL, 2, 1, SCOPE_TCPIP, "Specify_IPv6_Server_Address"},
    {"Ipv6DnsAddress", PART_ENTRY, AS_ADDRESS, 6, 0, SCOPE_TCPIP, "IPv6_DNS_Address"},
    {"Ipv6Dns2Address", PART_ENTRY, AS_ADDRESS, 6, 0, SCOPE_TCPIP, "IPv6_DNS_Alt_Address"},
    {"IpDnsSuffix", PART_ENTRY, AS_TEXT, 0, 0, SCOPE_TCPIP, "DnsSuffix"},
    {"IpDnsFlags", PART_ENTRY, AS_BIT, 1, 0, SCOPE_OWN, "RegisterDNS"},
    {"IpDnsFlags", PART_ENTRY, AS_BIT, 6, 0, SCOPE_OWN, "RegisterSuffix"},
    {"IpSecFlags", PART_ENTRY, AS_BIT, 1, 0, SCOPE_NETWORKING, "UsePreSharedKey"},
    {"DisableClassBasedDefaultRoute", PART_ENTRY, AS_NUMBER, 0, 0, SCOPE_TCPIP,
     "DisableClassBasedDefaultRoute"},
    {"Device", PART_MEDIA, AS_TEXT, 0, 0, SCOPE_OWN, "Device"},
    {"AreaCode", PART_NUMBER, AS_TEXT, 0, 0, SCOPE_OWN, "AreaCode"},
    {"CountryCode", PART_NUMBER, AS_NUMBER, 0, 0, SCOPE_OWN, "CountryCode"},
    {"UseDialingRules", PART_NUMBER, AS_NUMBER, 0, 0, SCOPE_OWN, "UseDialingRules"},
    /* clang-format on */
};

/* DataEncryption of each EncryptionType. */
static const guint data_encryption[] = {0, 256, 512, 8};
enum { REQUIRED_BY_NT4 = 1, ENCRYPTION_REQUIRED = 1 }; /* NT 4 has 0 or 1; never less than that */

/* --- from the entry --- */

struct reader {
    const RasphoneEntry *e;
    const char *file;
    Profile *p;
    GHashTable *used; /* struct rasphone_line */
};

static gboolean
number_of(const struct row *row, guint value, guint *ret)
{
    switch (row->how) {
    case AS_NUMBER:
        *ret = value;
        return TRUE;
    case AS_NOT:
        *ret = value == 0;
        return TRUE;
    case AS_BIT:
        *ret = (value & row->arg) != 0;
        return TRUE;
    case AS_NOT_BIT:
        *ret = (value & row->arg) == 0;
        return TRUE;
    case AS_EQUAL:
        *ret = value == row->arg;
        return TRUE;
    case AS_MINUTES:
        *ret = value / 60;
        return TRUE;
    case AS_SECONDS:
        *ret = value % 60;
        return TRUE;
    case AS_ENCRYPTION:
        for (*ret = 0; *ret < G_N_ELEMENTS(data_encryption); (*ret)++)
            if (data_encryption[*ret] == value)
                return TRUE;
        *ret = ENCRYPTION_REQUIRED;
        return value == REQUIRED_BY_NT4;
    case AS_TEXT:
    case AS_ADDRESS:
        break;
    }
    return FALSE;
}

static const char *
no_address(const struct row *row)
{
    return row->arg == 6 ? "::" : "0.0.0.0";
}

/* Windows reads 32 bits, and -1 is how it says "none". */
static gboolean
parse_value(const char *text, guint *ret)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    const gint64 number = ini_number(trimmed, G_MININT64);

    if (number == G_MININT64 || number < G_MININT32)
        return FALSE;
    *ret = number == -1 || number == G_MAXUINT32 ? 0 : (guint)number;
    return TRUE;
}

static void
take_row(struct reader *r, const struct row *row)
{
    const struct profile_field *f = field_find(row->scope, row->field);
    struct rasphone_line *line = rasphone_line(r->e, row->part, -1, row->key);
    guint value, number;

    if (line == NULL)
        return;
    if (profile_field_used(f)) /* else it stands among the other settings, as it is written */
        g_hash_table_add(r->used, line);
    if (row->how == AS_TEXT || row->how == AS_ADDRESS) {
        const gboolean none =
            row->how == AS_ADDRESS && g_str_equal(g_strstrip(line->value), no_address(row));
        profile_set(field_text(f, r->p), none ? "" : line->value);
    } else if (*line->value == '\0') {
        return;
    } else if (!parse_value(line->value, &value) || !number_of(row, value, &number) ||
               !field_set_number(f, r->p, number)) {
        profile_note(r->p, _("%s=%s is not a possible value; %u is used."), line->key, line->value,
                     field_number(f, r->p));
        return;
    }
    field_set_origin(f, r->p, r->file, r->e->name, line->key);
}

static gboolean
device_is(const RasphoneEntry *e, const char *what)
{
    for (guint i = 0; i < e->lines->len; i++) {
        const struct rasphone_line *line = e->lines->pdata[i];
        if (line->part == PART_DEVICE && g_str_equal(line->key, "DEVICE") &&
            g_ascii_strcasecmp(line->value, what) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
guessed(struct reader *r, enum field_scope scope, const char *field, const char *key)
{
    field_set_origin(field_find(scope, field), r->p, r->file, r->e->name, key);
}

/* NT 4 and what other programs write know no Type; the device tells. */
static void
guess_kind(struct reader *r)
{
    const struct rasphone_line *device = rasphone_line(r->e, PART_MEDIA, -1, "Device");
    /* The VPN of NT 4 is PPTP; it says so in the name of its device only. */
    const gboolean nt4 = device != NULL && g_ascii_strcasecmp(device->value, "RASPPTPM") == 0;

    if (rasphone_line(r->e, PART_ENTRY, -1, "Type") == NULL) {
        r->p->kind = nt4 || device_is(r->e, "vpn") ? PROFILE_VPN
                     : device_is(r->e, "PPPoE")    ? PROFILE_BROADBAND
                                                   : PROFILE_DIALUP;
        guessed(r, SCOPE_OWN, "Kind", "DEVICE");
    }
    if (nt4 && rasphone_line(r->e, PART_ENTRY, -1, "VpnStrategy") == NULL) {
        r->p->dun.vpn_strategy = 1;
        guessed(r, SCOPE_NETWORKING, "VpnStrategy", "Device");
    }
}

static void
add_server(struct reader *r, const char *label, const struct rasphone_line *line)
{
    g_autofree char *address = g_strstrip(g_strdup(line->value));
    g_autofree char *origin = g_strconcat("Server/", address, NULL);

    if (*address == '\0')
        return;
    profile_add_server(r->p, label, address);
    profile_set_origin(r->p, origin, r->file, r->e->name, line->key, address);
}

/* The number that counts: the first that there is. NULL: no such line. */
static struct rasphone_line *
number_line(const RasphoneEntry *e)
{
    for (guint i = 0; i < e->lines->len; i++) {
        struct rasphone_line *line = e->lines->pdata[i];
        g_autofree char *number = g_strstrip(g_strdup(line->value));

        if (line->part == PART_NUMBER && g_str_equal(line->key, "PhoneNumber") && *number != '\0')
            return line;
    }
    return rasphone_line(e, PART_NUMBER, -1, "PhoneNumber");
}

static gboolean
has_server(const Profile *p, const char *address)
{
    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *s = p->servers->pdata[i];
        if (g_ascii_strcasecmp(s->address, address) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Several numbers are tried one after the other. A list of servers is chosen from, and the number
 * is the one that was chosen: it is tried first. */
static void
take_servers(struct reader *r)
{
    const GPtrArray *lines = r->e->lines;
    const struct rasphone_line *chosen = number_line(r->e);

    for (guint i = 0; i < lines->len; i++) {
        const struct rasphone_line *line = lines->pdata[i];
        const struct rasphone_line *next = i + 1 < lines->len ? lines->pdata[i + 1] : NULL;

        if (line->part != PART_ENTRY || !g_str_equal(line->key, "ServerListServerName"))
            continue;
        const gboolean named = next != NULL && g_str_equal(next->key, "ServerListFriendlyName");
        add_server(r, named ? next->value : "", line);
        g_hash_table_add(r->used, (gpointer)line);
        if (named)
            g_hash_table_add(r->used, (gpointer)next);
    }
    const gboolean listed = r->p->servers->len > 0;
    if (listed && chosen != NULL && !has_server(r->p, chosen->value))
        add_server(r, "", chosen);
    for (guint i = 0; i < r->p->servers->len; i++) {
        const struct profile_server *s = r->p->servers->pdata[i];
        if (chosen != NULL && g_ascii_strcasecmp(s->address, chosen->value) == 0)
            r->p->server = i;
    }
    if (listed && chosen != NULL)
        guessed(r, SCOPE_OWN, "Server", "PhoneNumber");
    for (guint i = 0; i < lines->len; i++) {
        const struct rasphone_line *line = lines->pdata[i];

        if (line->part != PART_NUMBER || !g_str_equal(line->key, "PhoneNumber"))
            continue;
        g_hash_table_add(r->used, (gpointer)line);
        if (!listed)
            add_server(r, "", line);
    }
}

static void
take_number(struct reader *r)
{
    struct rasphone_line *line = number_line(r->e);

    if (line == NULL)
        return;
    g_hash_table_add(r->used, line);
    profile_set(&r->p->phone_number, line->value);
    field_set_origin(field_find(SCOPE_OWN, "PhoneNumber"), r->p, r->file, r->e->name, line->key);
}

static void
take_auth(struct reader *r)
{
    const struct rasphone_line *line = rasphone_line(r->e, PART_ENTRY, -1, "AuthRestrictions");
    const struct profile_dun *d = &r->p->dun;

    if (line != NULL)
        r->p->dun.custom_security = r->p->dun.enforce_custom =
            d->pap || d->spap || d->chap || d->mschap || d->mschap2 || d->w95mschap || d->eap;
}

/* A dialer of somebody's own: a library of Windows, listed as what it is. */
static void
take_custom_dialer(struct reader *r)
{
    static const char *const keys[] = {"CustomDialDll", "CustomRasDialDll"};

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        struct rasphone_line *line = rasphone_line(r->e, PART_ENTRY, -1, keys[i]);
        if (line == NULL || *line->value == '\0')
            continue;
        g_hash_table_add(r->used, line);
        profile_add_action(r->p, line->key, line->value, NULL);
    }
}

static void
take_others(struct reader *r)
{
    static const char *const suffixes[] = {[PART_ENTRY] = "",
                                           [PART_NETCOMPONENTS] = "/NETCOMPONENTS",
                                           [PART_MEDIA] = "/MEDIA",
                                           [PART_DEVICE] = "/DEVICE",
                                           [PART_NUMBER] = "/PhoneNumber"};

    for (guint i = 0; i < r->e->lines->len; i++) {
        const struct rasphone_line *line = r->e->lines->pdata[i];
        g_autofree char *section = g_strconcat(r->e->name, suffixes[line->part], NULL);

        if (*line->value == '\0' || g_hash_table_contains(r->used, line))
            continue;
        profile_add_other(r->p, r->file, section, line->key, line->value);
    }
}

/* The key of L2TP is in the registry of Windows as a rule; where a file has it, it goes to the
 * keyring and not into ours. */
static void
keep_entry(struct reader *r)
{
    RasphoneEntry *e = (RasphoneEntry *)r->e;

    for (guint i = 0; i < e->lines->len; i++) {
        struct rasphone_line *line = e->lines->pdata[i];

        if (g_ascii_strcasecmp(line->key, "PreSharedKey") != 0 || *line->value == '\0')
            continue;
        g_hash_table_add(r->used, line);
        if (r->p->found_psk.len == 0 && secret_set_text(&r->p->found_psk, line->value)) {
            r->p->dun.use_preshared_key = TRUE;
            guessed(r, SCOPE_NETWORKING, "UsePreSharedKey", "PreSharedKey");
        }
        rasphone_set_line(e, line, "");
    }
    g_hash_table_insert(r->p->files, g_strdup(RASPHONE_KEPT), rasphone_entry_write(e));
}

Profile *
rasphone_profile(const RasphoneEntry *e, const char *file)
{
    Profile *p = profile_new();
    struct reader r = {e, file, p, g_hash_table_new(NULL, NULL)};

    profile_set(&p->name, e->name);
    profile_set(&p->source, file);
    profile_set(&p->encoding, e->encoding);
    p->tunnel = TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        take_row(&r, &rows[i]);
    guess_kind(&r);
    take_auth(&r);
    if (p->kind == PROFILE_VPN) /* what comes before it is an entry of its own */
        profile_vpn_alone(p);
    if (p->kind == PROFILE_VPN)
        take_servers(&r);
    else
        take_number(&r);
    rasphone_blob_take(p, e, file, r.used);
    take_custom_dialer(&r);
    keep_entry(&r);
    if (e->codepage == 0)
        profile_note_guess(p);
    take_others(&r);
    g_hash_table_unref(r.used);
    return p;
}

/* --- back --- */

/* Windows 10's entry of a VPN, with what every version of Windows reads. */
static const char blank[] =
    "[]\r\nEncoding=1\r\nPBVersion=6\r\nType=2\r\nAutoLogon=0\r\nUseRasCredentials=1\r\n"
    "DialParamsUID=0\r\nBaseProtocol=1\r\nVpnStrategy=0\r\nExcludedProtocols=0\r\n"
    "LcpExtensions=1\r\nDataEncryption=8\r\nSwCompression=0\r\nSkipDoubleDialDialog=0\r\n"
    "DialMode=0\r\nOverridePref=15\r\nRedialAttempts=3\r\nRedialSeconds=60\r\n"
    "IdleDisconnectSeconds=0\r\nRedialOnLinkFailure=0\r\nCallbackMode=0\r\n"
    "DisableIKENameEkuCheck=0\r\nAuthenticateServer=0\r\nShareMsFilePrint=1\r\n"
    "BindMsNetClient=1\r\nSharedPhoneNumbers=0\r\nPrerequisiteEntry=\r\nPrerequisitePbk=\r\n"
    "PreviewUserPw=1\r\nPreviewDomain=1\r\nPreviewPhoneNumber=0\r\nShowDialingProgress=1\r\n"
    "ShowMonitorIconInTaskBar=1\r\nCustomAuthKey=0\r\nAuthRestrictions=512\r\n"
    "IpPrioritizeRemote=1\r\nIpInterfaceMetric=0\r\nIpHeaderCompression=0\r\n"
    "IpAddress=0.0.0.0\r\nIpDnsAddress=0.0.0.0\r\nIpDns2Address=0.0.0.0\r\n"
    "IpWinsAddress=0.0.0.0\r\nIpWins2Address=0.0.0.0\r\nIpAssign=1\r\nIpNameAssign=1\r\n"
    "IpDnsFlags=0\r\nIpNBTFlags=1\r\nIpSecFlags=0\r\nIpDnsSuffix=\r\n"
    "Ipv6NameAssign=1\r\nIpv6DnsAddress=::\r\nIpv6Dns2Address=::\r\n"
    "DisableClassBasedDefaultRoute=0\r\nCacheCredentials=1\r\n\r\n"
    "NETCOMPONENTS=\r\nms_msclient=1\r\nms_server=1\r\n\r\n"
    "MEDIA=rastapi\r\nPort=VPN2-0\r\nDevice=\r\n\r\n"
    "DEVICE=vpn\r\nPhoneNumber=\r\nAreaCode=\r\nCountryCode=0\r\nCountryID=0\r\n"
    "UseDialingRules=0\r\nComment=\r\nFriendlyName=\r\nLastSelectedPhone=0\r\n"
    "PromoteAlternates=0\r\nTryNextAlternateOnFail=1\r\n\r\n";

/* The number to write: what the key has now, with this field's part of it. */
static guint
value_of(const struct row *row, guint now, guint number)
{
    switch (row->how) {
    case AS_NUMBER:
        return number;
    case AS_NOT:
        return number == 0;
    case AS_BIT:
        return number != 0 ? now | row->arg : now & ~row->arg;
    case AS_NOT_BIT:
        return number == 0 ? now | row->arg : now & ~row->arg;
    case AS_EQUAL:
        return number != 0 ? row->arg : row->no;
    case AS_MINUTES:
        return number * 60 + now % 60;
    case AS_SECONDS:
        return now / 60 * 60 + number;
    case AS_ENCRYPTION:
        return data_encryption[MIN(number, G_N_ELEMENTS(data_encryption) - 1)];
    case AS_TEXT:
    case AS_ADDRESS:
        break;
    }
    g_assert_not_reached();
}

static gboolean
put_row(RasphoneEntry *e, const struct row *row, const struct profile_field *f, const Profile *p)
{
    const struct rasphone_line *line = rasphone_line(e, row->part, -1, row->key);
    guint now = 0;

    if (row->how == AS_TEXT || row->how == AS_ADDRESS) {
        const char *text = *field_text(f, (Profile *)p);
        const gboolean none = row->how == AS_ADDRESS && *text == '\0';
        return rasphone_set(e, row->part, row->key, none ? no_address(row) : text);
    }
    if (line != NULL)
        parse_value(line->value, &now);
    g_autofree char *text = g_strdup_printf("%u", value_of(row, now, field_number(f, p)));
    return rasphone_set(e, row->part, row->key, text);
}

static gboolean
changed(const Profile *p, const struct profile_field *f)
{
    g_autofree char *name = field_name(f), *value = field_value(f, p);
    const struct profile_origin *o = profile_origin(p, name);

    if (o != NULL)
        return !g_str_equal(o->value, value);
    if (f->type == FIELD_TEXT)
        return *value != '\0';
    return field_number(f, p) != f->fallback;
}

/* Where it dials; NULL: it does not say. */
static const char *
address_of(const Profile *p)
{
    const guint at = p->server;

    if (p->kind != PROFILE_VPN)
        return p->phone_number;
    return at < p->servers->len ? ((struct profile_server *)p->servers->pdata[at])->address : NULL;
}

/* What says the same in other words, such as another letter case, stays as it was. */
static gboolean
put_server(RasphoneEntry *e, const Profile *p, const Profile *before)
{
    struct rasphone_line *line = number_line(e);
    const char *address = address_of(p);

    if (address == NULL || line == NULL)
        return TRUE;
    if (before != NULL && g_strcmp0(address_of(before), address) == 0)
        return TRUE;
    return rasphone_set_line(e, line, address);
}

static gboolean
put_all(RasphoneEntry *e, const Profile *p, const Profile *before)
{
    const gboolean fresh = before == NULL;
    gboolean ok = put_server(e, p, before);

    for (gsize i = 0; ok && i < G_N_ELEMENTS(rows); i++) {
        const struct profile_field *f = field_find(rows[i].scope, rows[i].field);
        if (fresh || changed(p, f))
            ok = put_row(e, &rows[i], f, p);
    }
    if (fresh && p->servers->len > 1)
        g_ptr_array_add(e->added, g_strdup_printf("NumServers=%u", p->servers->len));
    if (fresh && p->servers->len > 1)
        for (guint i = 0; ok && i < p->servers->len; i++) {
            const struct profile_server *s = p->servers->pdata[i];
            g_ptr_array_add(e->added, g_strconcat("ServerListServerName=", s->address, NULL));
            g_ptr_array_add(e->added, g_strconcat("ServerListFriendlyName=", s->label, NULL));
        }
    return ok;
}

GPtrArray *
rasphone_profile_losses(const Profile *p)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    const char *name = *p->user != '\0' ? p->user : _("NAME");
    g_autofree char *whole = profile_plan_user(p, name);

    if (strcmp(whole, name) != 0)
        g_ptr_array_add(
            list, g_strdup_printf(
                      _("A phone book adds nothing to a user name. Type it in full: %s."), whole));
    if (p->routes->len > 0)
        g_ptr_array_add(
            list, g_strdup_printf(
                      g_dngettext(GETTEXT_PACKAGE, "%u route of the profile is not written.",
                                  "%u routes of the profile are not written.", p->routes->len),
                      p->routes->len));
    if (p->dns_search->len > 0)
        g_ptr_array_add(list, g_strdup(_("The suffixes to look for short names in are not "
                                         "written.")));
    if (p->dns_rules->len > 0)
        g_ptr_array_add(list, g_strdup(_("Which names the VPN's name servers are asked for is not "
                                         "written.")));
    if (*p->ca_pem != '\0' || *p->pin != '\0')
        g_ptr_array_add(list, g_strdup(_("Windows checks the server's certificate against the "
                                         "authorities of the computer, and not as this profile "
                                         "says.")));
    return list;
}

static GBytes *
blank_entry(const Profile *p)
{
    GString *text = g_string_new(blank);

    g_string_insert(text, 1, p->name);
    return g_string_free_to_bytes(text);
}

GBytes *
rasphone_profile_write(const Profile *p, GBytes *original, GError **error)
{
    g_autoptr(GBytes) bytes = original != NULL ? g_bytes_ref(original) : blank_entry(p);
    const gint64 codepage =
        g_str_has_prefix(p->encoding, "CP") ? ini_number(p->encoding + 2, 0) : 0;
    g_autoptr(Rasphone) book = rasphone_parse(bytes, (guint)CLAMP(codepage, 0, G_MAXUINT16), error);

    if (book == NULL)
        return NULL;
    g_autoptr(RasphoneEntry) e = rasphone_entry(book, 0), old = rasphone_entry(book, 0);
    g_autoptr(Profile) before = original == NULL ? NULL : rasphone_profile(old, p->source);
    if (!put_all(e, p, before)) {
        g_set_error(error, RASPHONE_ERROR, RASPHONE_ERROR_EMPTY,
                    _("The entry is in a code page (%s) that cannot hold what was changed."),
                    e->encoding);
        return NULL;
    }
    return rasphone_entry_write(e);
}
