/* cmak.c - see cmak.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmak.h"

#include "cmak-loader.h"
#include "cmak-own.h"
#include "cmak-parts.h"
#include "eap-config.h"
#include "profile-fields.h"
#include "profile-filter.h"
#include "ras.h"
#include "text-decode.h"

#include <glib/gi18n-lib.h>

#include <string.h>

G_DEFINE_QUARK(cmak - error - quark, cmak_error)

/* --- finding the files --- */

G_GNUC_PRINTF(3, 4)
static gboolean
fail(GError **error, enum cmak_error code, const char *format, ...)
{
    va_list args;
    char shown[512];

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    ras_printable(shown, sizeof shown, text, strlen(text));
    g_set_error_literal(error, CMAK_ERROR, code, shown);
    return FALSE;
}

static gboolean
has_suffix(const char *name, const char *suffix)
{
    const gsize n = strlen(name), m = strlen(suffix);

    return n > m && g_ascii_strcasecmp(name + n - m, suffix) == 0;
}

/* "VPN/Example.cms" -> "Example" */
static char *
stem_of(const char *name)
{
    const char *slash = strrchr(name, '/'), *base = slash == NULL ? name : slash + 1;
    const char *dot = strrchr(base, '.');

    return g_strndup(base, dot == NULL ? strlen(base) : (gsize)(dot - base));
}

static const char *
sibling(const struct cmak_loader *l, const char *stem, const char *suffix)
{
    g_autofree char *name = g_strconcat(stem, suffix, NULL);

    return cmak_source_resolve(l->source, name);
}

static gboolean
read_part(struct cmak_loader *l, int which, const char *name, GError **error)
{
    g_autoptr(GError) why = NULL;
    gsize n;

    l->part[which].name = name;
    l->part[which].bytes = cmak_source_read(l->source, name, INI_MAX_FILE, &why);
    if (l->part[which].bytes == NULL)
        return fail(error, CMAK_ERROR_UNSAFE, _("A file of the profile cannot be read. %s"),
                    why->message);
    const void *bytes = g_bytes_get_data(l->part[which].bytes, &n);
    l->part[which].ini = ini_parse(bytes, n, l->codepage, error);
    if (l->part[which].ini == NULL)
        return FALSE;
    if (ini_truncated(l->part[which].ini))
        profile_note(l->p, _("%s has more in it than a profile can have; the rest was left out."),
                     name);
    return TRUE;
}

/* Decimal, as the wizard writes it, or as other tools do in four hexadecimal digits ("0411"): the
 * languages of Windows begin with 1025. */
static guint
codepage_of(const Ini *inf, const char *key)
{
    const char *text = ini_get(inf, "Strings", key);
    const gboolean prefixed = text != NULL && g_ascii_strncasecmp(text, "0x", 2) == 0;
    const char *digits = prefixed ? text + 2 : text;
    guint64 lcid = 0;

    if (text == NULL)
        return 0;
    if (prefixed || (strlen(text) == 4 && *text == '0'))
        g_ascii_string_to_unsigned(digits, 16, 0, G_MAXUINT16, &lcid, NULL);
    else
        lcid = (guint64)CLAMP(ini_number(text, 0), 0, G_MAXUINT32);
    return lcid <= G_MAXUINT16 ? text_codepage_of_lcid((guint)lcid) : 0;
}

static guint
codepage_of_inf(const Ini *inf)
{
    const guint shown = codepage_of(inf, "DisplayLCID");

    return shown != 0 ? shown : codepage_of(inf, "CmLCID");
}

guint
cmak_codepage(GBytes *inf)
{
    gsize n;
    const void *data = g_bytes_get_data(inf, &n);
    g_autoptr(Ini) ini = data == NULL ? NULL : ini_parse(data, n, 0, NULL);

    return ini == NULL ? 0 : codepage_of_inf(ini);
}

/* The .inf comes first: it tells the language, and so the code page of all files. */
static gboolean
read_inf(struct cmak_loader *l, const char *name, GError **error)
{
    if (!read_part(l, INF, name, error))
        return FALSE;
    if (l->is_told)
        return TRUE;
    l->codepage = codepage_of_inf(l->part[INF].ini);
    if (l->codepage == 0)
        return TRUE;
    g_clear_pointer(&l->part[INF].ini, ini_free);
    g_clear_pointer(&l->part[INF].bytes, g_bytes_unref);
    return read_part(l, INF, name, error);
}

static gboolean
check_format(const struct cmak_loader *l, int which, GError **error)
{
    if (l->part[which].ini == NULL ||
        ini_get(l->part[which].ini, "Profile Format", "Version") != NULL)
        return TRUE;
    return fail(error, CMAK_ERROR_DAMAGED,
                _("The service profile is damaged: %s does not tell its [Profile Format] Version."),
                l->part[which].name);
}

/* The one file in the folder to begin with. */
static const char *
choose_start(const struct cmak_loader *l, GError **error)
{
    static const char *const suffixes[] = {".cmp", ".cms", ".inf"};

    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autoptr(GPtrArray) found = cmak_source_with_suffix(l->source, suffixes[i]);
        if (found->len == 1)
            return found->pdata[0];
        if (found->len > 1) {
            fail(error, CMAK_ERROR_AMBIGUOUS,
                 _("There are several profiles in this folder (%s, %s…). Name one of the files."),
                 (char *)found->pdata[0], (char *)found->pdata[1]);
            return NULL;
        }
    }
    fail(error, CMAK_ERROR_MISSING,
         _("There is no Connection Manager profile (.cmp, .cms or .inf) in this folder."));
    return NULL;
}

static gboolean
missing(GError **error, const char *who, const char *what)
{
    return fail(error, CMAK_ERROR_MISSING,
                _("The profile is incomplete: %s names the file %s, which is not there."), who,
                what);
}

/* From .cmp to its .cms by CMSFile=. */
static gboolean
follow_cmp(struct cmak_loader *l, const char *cmp, const char **ret_cms, GError **error)
{
    const char *wanted;

    if (!read_part(l, CMP, cmp, error) || !check_format(l, CMP, error))
        return FALSE;
    wanted = ini_get(l->part[CMP].ini, "Connection Manager", "CMSFile");
    if (wanted != NULL && *wanted != '\0') {
        if (!cmak_source_name_safe(wanted))
            return fail(error, CMAK_ERROR_UNSAFE,
                        _("%s names a file outside the profile's folder: %s."), cmp, wanted);
        *ret_cms = cmak_source_resolve(l->source, wanted);
        return *ret_cms != NULL || missing(error, cmp, wanted);
    }
    g_autofree char *stem = stem_of(cmp);
    *ret_cms = sibling(l, stem, ".cms");
    if (*ret_cms != NULL)
        return TRUE;
    g_autofree char *guess = g_strconcat(stem, ".cms", NULL);
    return missing(error, cmp, guess);
}

/* The profile's file name, by which its files are called. */
static char *
stem_to_use(const struct cmak_loader *l, const char *start)
{
    const Ini *inf = l->part[INF].ini;
    const char *named = inf == NULL ? NULL : ini_get(inf, "Strings", "ShortSvcName");

    return named != NULL && *named != '\0' ? ini_expand(inf, named) : stem_of(start);
}

static gboolean
find_parts(struct cmak_loader *l, const char *start, GError **error)
{
    g_autofree char *first = stem_of(start);
    const char *inf = has_suffix(start, ".inf") ? start : sibling(l, first, ".inf");

    if (inf != NULL && !read_inf(l, inf, error))
        return FALSE;

    g_autofree char *stem = has_suffix(start, ".inf") ? stem_to_use(l, start) : g_strdup(first);
    const char *cmp = has_suffix(start, ".cmp") ? start : sibling(l, stem, ".cmp");
    const char *cms = has_suffix(start, ".cms") ? start : NULL;
    const char *followed = NULL;

    if (cmp != NULL && !follow_cmp(l, cmp, &followed, error))
        return FALSE;
    if (cms == NULL)
        cms = followed != NULL ? followed : sibling(l, stem, ".cms");
    if (cms == NULL) {
        g_autofree char *guess = g_strconcat(stem, ".cms", NULL);
        return missing(error, start, guess);
    }
    if (!read_part(l, CMS, cms, error) || !check_format(l, CMS, error))
        return FALSE;
    profile_set(&l->p->short_name, stem);
    return TRUE;
}

/* --- typed fields --- */

static const struct ini_entry *
entry_in(const struct cmak_loader *l, int which, const char *section, const char *key)
{
    const struct ini_entry *e =
        l->part[which].ini == NULL ? NULL : ini_find(l->part[which].ini, section, key);

    if (e != NULL)
        g_hash_table_add(l->used, (gpointer)e);
    return e;
}

struct found {
    const struct ini_entry *entry; /* NULL: nowhere */
    int which;
    char *section; /* owned */
};

static void
look(const struct cmak_loader *l, int which, const char *section, const char *key, struct found *f)
{
    const struct ini_entry *e = entry_in(l, which, section, key);

    if (e == NULL || f->entry != NULL)
        return;
    *f = (struct found){e, which, g_strdup(section)};
}

/* Both files are asked, so that a key counts as known in both. */
static struct found
entry_of(const struct cmak_loader *l, const struct profile_field *f, const char *dun)
{
    const char *section = field_section(f->scope);
    const int first = f->scope == SCOPE_USER || f->scope == SCOPE_LOGGING ? CMP : CMS;
    struct found found = {0};

    if (f->scope == SCOPE_CM || f->scope == SCOPE_USER || f->scope == SCOPE_ISP ||
        f->scope == SCOPE_LOGGING) {
        look(l, first, section, f->key, &found);
        look(l, first == CMP ? CMS : CMP, section, f->key, &found);
        return found;
    }
    g_autofree char *named = g_strconcat(section, "&", dun, NULL);
    look(l, CMS, named, f->key, &found);
    if (found.entry == NULL && f->scope <= SCOPE_SCRIPTING)
        look(l, CMS, section, f->key, &found);
    return found;
}

static gboolean
parse_number(const char *text, gint64 *ret)
{
    if (g_ascii_strcasecmp(text, "yes") == 0 || g_ascii_strcasecmp(text, "true") == 0)
        *ret = 1;
    else if (g_ascii_strcasecmp(text, "no") == 0 || g_ascii_strcasecmp(text, "false") == 0)
        *ret = 0;
    else
        *ret = ini_number(text, G_MININT64);
    return *ret != G_MININT64;
}

static void
take_found(struct cmak_loader *l, const struct profile_field *f, const struct found *found)
{
    const struct ini_entry *e = found->entry;
    const char *key = f->scope == SCOPE_OWN && e != NULL ? e->key : f->key;
    gboolean taken = TRUE;
    gint64 number;

    if (e == NULL || (*e->value == '\0' && f->type != FIELD_TEXT))
        taken = FALSE;
    else if (f->type == FIELD_TEXT)
        profile_set(field_text(f, l->p), e->value);
    else if (!parse_number(e->value, &number) || !field_set_number(f, l->p, number)) {
        taken = FALSE;
        profile_note(l->p, _("%s=%s is not a possible value; %u is used."), key, e->value,
                     field_number(f, l->p));
    }
    if (taken)
        field_set_origin(f, l->p, cmak_base_name(l->part[found->which].name), found->section, key);
}

static void
take_field(struct cmak_loader *l, const struct profile_field *f, const char *dun)
{
    struct found found = entry_of(l, f, dun);

    take_found(l, f, &found);
    g_free(found.section);
}

/* The numbers that the user chose, of a .cmp: the first, and the one to try when it is busy. The
 * spelling differs between versions; the first that is there counts. */
static void
take_numbers(struct cmak_loader *l)
{
    static const struct {
        const char *key, *field;
    } keys[] = {
        {"PhoneNumber", "PhoneNumber"},
        {"Phone", "PhoneNumber"},
        {"Phone0", "PhoneNumber"},
        {"AreaCode", "AreaCode"},
        {"AreaCode0", "AreaCode"},
        {"Country", "CountryCode"},
        {"CountryCode", "CountryCode"},
        {"Country0", "CountryCode"},
        {"Region", "Region"},
        {"Region0", "Region"},
        {"ServiceType", "ServiceType"},
        {"ServiceType0", "ServiceType"},
        {"UseDialingRules", "UseDialingRules"},
        {"UseDialingRules0", "UseDialingRules"},
        {"Device", "Device"},
        {"Modem", "Device"},
        {"Phone1", "BackupPhoneNumber"},
        {"BackupPhoneNumber", "BackupPhoneNumber"},
        {"AreaCode1", "BackupAreaCode"},
        {"Country1", "BackupCountryCode"},
        {"Region1", "BackupRegion"},
        {"ServiceType1", "BackupServiceType"},
        {"UseDialingRules1", "BackupUseDialingRules"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const struct profile_field *f = field_find(SCOPE_OWN, keys[i].field);
        g_autofree char *name = field_name(f);
        struct found found = {0};

        if (profile_origin(l->p, name) != NULL)
            continue;
        look(l, CMP, "Connection Manager", keys[i].key, &found);
        look(l, CMS, "Connection Manager", keys[i].key, &found);
        take_found(l, f, &found);
        g_free(found.section);
    }
}

/* The name behind "Server&" and its kin that describes the VPN. */
static char *
vpn_entry_name(struct cmak_loader *l)
{
    const struct ini_entry *tunnel = entry_in(l, CMS, "Connection Manager", "TunnelDUN");
    const struct ini_entry *dun = entry_in(l, CMS, "Connection Manager", "DUN");
    const GPtrArray *sections = ini_sections(l->part[CMS].ini);

    if (tunnel != NULL && *tunnel->value != '\0')
        return g_strdup(tunnel->value);
    for (guint i = 0; i < sections->len; i++) {
        const struct ini_section *s = sections->pdata[i];
        if (g_ascii_strncasecmp(s->name, "Networking&", 11) == 0 &&
            ini_get_int(l->part[CMS].ini, s->name, "VpnEntry", 0) == 1)
            return g_strdup(s->name + 11);
    }
    return g_strdup(dun != NULL ? dun->value : "");
}

/* Some write it beside PreSharedKeyFile. */
static void
take_key_flag(struct cmak_loader *l)
{
    const struct profile_field *f = field_find(SCOPE_NETWORKING, "UsePreSharedKey");
    struct found found = {0};

    if (profile_origin(l->p, "Networking/UsePreSharedKey") == NULL) {
        look(l, CMS, "Connection Manager", f->key, &found);
        take_found(l, f, &found);
        g_free(found.section);
    }
}

static void
take_fields(struct cmak_loader *l)
{
    const struct ini_entry *line = entry_in(l, CMS, "Connection Manager", "DUN");
    const char *isp = line == NULL ? "" : line->value;
    g_autofree char *dun = vpn_entry_name(l);
    const gboolean two = *isp != '\0' && g_ascii_strcasecmp(isp, dun) != 0;

    for (guint i = 0; i < profile_n_fields; i++) {
        const enum field_scope scope = profile_fields[i].scope;
        const gboolean of_line = scope >= SCOPE_ISP_SERVER && scope <= SCOPE_ISP_SCRIPTING;

        if (scope != SCOPE_OWN && (two || !of_line))
            take_field(l, &profile_fields[i], of_line ? isp : dun);
    }
    l->p->format_version =
        (guint)CLAMP(ini_get_int(l->part[CMS].ini, "Profile Format", "Version", 4), 0, 255);
    entry_in(l, CMS, "Profile Format", "Version");
    entry_in(l, CMP, "Profile Format", "Version");
    entry_in(l, CMP, "Connection Manager", "CMSFile");
    if (l->part[INF].ini != NULL && *l->p->name == '\0') {
        const char *name = ini_get(l->part[INF].ini, "Strings", "ServiceName");
        g_autofree char *text = ini_expand(l->part[INF].ini, name == NULL ? "" : name);
        profile_set(&l->p->name, text);
    }
    if (*l->p->name == '\0')
        profile_set(&l->p->name, l->p->short_name);
    /* Nothing but the wizard's choices of a dial-up profile would say otherwise. */
    if (l->p->direct && !l->p->dialup)
        l->p->connection_type = 1;
}

/* What Windows keeps of EAP; our own section may say it better. */
static void
take_eap(struct cmak_loader *l)
{
    const struct profile_origin *o = profile_origin(l->p, "Server/CustomAuthData");

    if (o == NULL)
        return;
    const struct eap_config c = {l->p, o->file, o->section, o->key};
    eap_config_custom_hex(&c, l->p->dun.custom_auth_data);
}

/* --- servers, routes, certificates --- */

/* The user's own choice (.cmp), else the first address of the .cms, is dialed first. */
static void
begin_with(Profile *p, const char *address, const char *file)
{
    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *s = p->servers->pdata[i];
        if (g_ascii_strcasecmp(s->address, address) == 0) {
            p->server = i;
            field_set_origin(field_find(SCOPE_OWN, "Server"), p, file, "Connection Manager",
                             "TunnelAddress");
            return;
        }
    }
}

static gboolean
take_servers(struct cmak_loader *l, GError **error)
{
    const struct ini_entry *cms = entry_in(l, CMS, "Connection Manager", "TunnelAddress");
    const struct ini_entry *cmp = entry_in(l, CMP, "Connection Manager", "TunnelAddress");
    const struct ini_entry *file = entry_in(l, CMS, "Connection Manager", "TunnelFile");
    const char *address = cmp != NULL && *cmp->value != '\0' ? cmp->value
                          : cms != NULL                      ? cms->value
                                                             : "";
    const char *address_file =
        cmak_base_name(l->part[cmp != NULL && *cmp->value != '\0' ? CMP : CMS].name);
    const char *name = NULL;
    gsize n;

    if (file != NULL && *file->value != '\0') {
        g_autoptr(GBytes) bytes = cmak_keep_file(l, file->value, INI_MAX_FILE, &name);
        if (bytes == NULL && *address == '\0')
            return missing(error, l->part[CMS].name, file->value);
        const void *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &n);
        g_autoptr(Ini) vpn = data == NULL ? NULL : ini_parse(data, n, l->codepage, NULL);
        if (vpn != NULL && cmak_take_servers(l->p, vpn, name))
            begin_with(l->p, address, address_file);
    }
    if (l->p->servers->len == 0 && *address != '\0') {
        g_autofree char *origin = g_strconcat("Server/", address, NULL);

        profile_add_server(l->p, "", address);
        profile_set_origin(l->p, origin, address_file, "Connection Manager", "TunnelAddress",
                           address);
    }
    if (l->p->servers->len == 0 && !l->p->tunnel && l->p->dialup) {
        l->p->kind = PROFILE_DIALUP; /* it has no VPN in it */
        field_set_origin(field_find(SCOPE_OWN, "Kind"), l->p, cmak_base_name(l->part[CMS].name),
                         "Connection Manager", "Tunnel");
    }
    return TRUE;
}

/* The text in a file that our own section names. NULL: it names none, or that cannot be read;
 * *ret_bad is a file that is no text in UTF-8. */
static char *
own_file(struct cmak_loader *l, const char *key, gsize max, const char **ret_bad)
{
    const struct ini_entry *e = entry_in(l, CMS, CMAK_OWN_SECTION, key);
    const char *name;
    gsize n;

    *ret_bad = NULL;
    if (e == NULL || *e->value == '\0')
        return NULL;
    g_autoptr(GBytes) bytes = cmak_keep_file(l, e->value, max, &name);
    const char *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &n);
    if (data != NULL && g_utf8_validate(data, (gssize)n, NULL))
        return g_strndup(data, n);
    *ret_bad = data == NULL ? NULL : name;
    return NULL;
}

/* Authorities that come with the profile. They narrow the trust to this server's issuer, and the
 * user is told. And the script that finds a web proxy. */
static void
take_own_files(struct cmak_loader *l)
{
    const char *bad;
    g_autofree char *ca = own_file(l, "CertificateAuthorities", PLAN_MAX_CA, &bad), *pac = NULL;

    if (ca != NULL)
        profile_set(&l->p->ca_pem, ca);
    if (bad != NULL)
        profile_note(l->p, _("%s is not a file of certificates in the PEM format."), bad);
    pac = own_file(l, CMAK_OWN_PAC, INI_MAX_FILE, &bad);
    if (bad != NULL)
        profile_note(l->p, _("A file of the profile cannot be read. %s"), bad);
    if (pac == NULL)
        return;
    profile_set(&l->p->web_proxy_pac, pac);
    field_set_origin(field_find(SCOPE_OWN, "WebProxyScriptText"), l->p,
                     cmak_base_name(l->part[CMS].name), CMAK_OWN_SECTION, CMAK_OWN_PAC);
}

/* Our own section in a .cms, which Connection Manager ignores. */
static void
take_own_section(struct cmak_loader *l)
{
    const struct ini_section *own = ini_find_section(l->part[CMS].ini, CMAK_OWN_SECTION);

    take_own_files(l);
    for (guint i = 0; own != NULL && i < own->entries->len; i++) {
        const struct ini_entry *e = own->entries->pdata[i];
        if (!g_hash_table_contains(l->used, e) &&
            cmak_own_take(l->p, cmak_base_name(l->part[CMS].name), e))
            g_hash_table_add(l->used, (gpointer)e);
    }
}

/* --- the rest --- */

static void
take_filters(struct cmak_loader *l)
{
    const char *const sections[] = {"ISP", "Service Types"};

    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
        const struct ini_section *s = ini_find_section(l->part[CMS].ini, sections[i]);
        for (guint n = 0; s != NULL && n < s->entries->len; n++) {
            const struct ini_entry *e = s->entries->pdata[n];
            if (!cmak_is_secret(e->key) &&
                profile_filter_take(l->p, cmak_base_name(l->part[CMS].name), s->name, e->key,
                                    e->value))
                g_hash_table_add(l->used, (gpointer)e);
        }
    }
}

static void
take_section(struct cmak_loader *l, int which, const struct ini_section *s)
{
    const gboolean actions = cmak_is_action_section(s->name);

    for (guint i = 0; i < s->entries->len; i++) {
        const struct ini_entry *e = s->entries->pdata[i];

        if (cmak_is_secret(e->key) || g_hash_table_contains(l->used, e) ||
            (actions && (strchr(e->key, '&') == NULL || cmak_is_description(s, e))))
            continue;
        profile_add_other(l->p, cmak_base_name(l->part[which].name), s->name, e->key, e->value);
    }
}

/* Most of an .inf is about copying files and the registry of Windows. */
static gboolean
inf_section_matters(const char *name)
{
    static const char *const sections[] = {"Strings", "CMAK Status", "Extra Files",
                                           "Merge Profiles", "CmDial32.Dll"};

    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++)
        if (g_ascii_strcasecmp(name, sections[i]) == 0)
            return TRUE;
    return cmak_is_action_section(name);
}

static void
take_actions(struct cmak_loader *l)
{
    for (int i = 0; i < N_PARTS; i++) {
        const int which = (const int[N_PARTS]){CMS, INF, CMP}[i];
        const GPtrArray *sections =
            l->part[which].ini == NULL ? NULL : ini_sections(l->part[which].ini);
        for (guint n = 0; sections != NULL && n < sections->len; n++) {
            const struct ini_section *s = sections->pdata[n];
            if (cmak_is_action_section(s->name))
                cmak_take_actions(l->p, s);
        }
    }
}

static void
take_others(struct cmak_loader *l)
{
    for (int which = CMS; which >= INF; which--) {
        const GPtrArray *sections =
            l->part[which].ini == NULL ? NULL : ini_sections(l->part[which].ini);
        for (guint i = 0; sections != NULL && i < sections->len; i++) {
            const struct ini_section *s = sections->pdata[i];
            if (which != INF || inf_section_matters(s->name))
                take_section(l, which, s);
        }
    }
    const GPtrArray *sections = l->part[CMP].ini == NULL ? NULL : ini_sections(l->part[CMP].ini);
    for (guint i = 0; sections != NULL && i < sections->len; i++)
        take_section(l, CMP, sections->pdata[i]);
}

/* Items for the menu beside the clock: programs of Windows. They stay among the other settings. */
static void
note_menu(struct cmak_loader *l)
{
    const struct ini_section *menu = ini_find_section(l->part[CMS].ini, "Menu Options");

    if (menu != NULL && menu->entries->len > 0)
        profile_note(l->p, _("The profile adds programs to the menu beside the clock. They are "
                             "listed, and never run."));
}

static void
tell_encoding(struct cmak_loader *l)
{
    const char *encoding = ini_encoding(l->part[CMS].ini);

    profile_set(&l->p->encoding, encoding);
    if (l->codepage == 0)
        profile_note_guess(l->p);
}

static Profile *
load(const struct cmak_source *source, const char *start, guint codepage, GError **error)
{
    g_autoptr(Profile) p = profile_new();
    struct cmak_loader l = {
        .source = source, .p = p, .codepage = codepage, .is_told = codepage != 0};
    gboolean ok = FALSE;

    l.used = g_hash_table_new(NULL, NULL);
    if (start == NULL)
        start = choose_start(&l, error);
    if (start != NULL && find_parts(&l, start, error)) {
        take_fields(&l);
        take_eap(&l);
        take_key_flag(&l);
        take_numbers(&l);
        cmak_take_files(&l);
        ok = take_servers(&l, error);
        take_actions(&l);
        cmak_take_action_files(&l);
        cmak_take_key_file(&l);
        cmak_take_merged(&l);
        note_menu(&l);
        take_own_section(&l);
        take_filters(&l);
        take_others(&l);
        profile_set(&p->source, cmak_base_name(l.part[CMS].name));
        tell_encoding(&l);
    }
    g_hash_table_unref(l.used);
    for (int i = 0; i < N_PARTS; i++) {
        ini_free(l.part[i].ini);
        g_clear_pointer(&l.part[i].bytes, g_bytes_unref);
    }
    return ok ? g_steal_pointer(&p) : NULL;
}

Profile *
cmak_load_files(GHashTable *files, const char *name, guint codepage, GError **error)
{
    struct cmak_source *source = cmak_source_of_files(files);
    Profile *p = load(source, name, codepage, error);

    cmak_source_free(source);
    return p;
}

Profile *
cmak_load(const char *path, guint codepage, GError **error)
{
    const gboolean folder = g_file_test(path, G_FILE_TEST_IS_DIR);
    g_autofree char *dir = folder ? g_strdup(path) : g_path_get_dirname(path);
    g_autofree char *name = folder ? NULL : g_path_get_basename(path);
    struct cmak_source *source;
    Profile *p;

    if (!folder && !has_suffix(name, ".cmp") && !has_suffix(name, ".cms") &&
        !has_suffix(name, ".inf")) {
        fail(error, CMAK_ERROR_MISSING,
             _("%s is neither a folder nor a file of a Connection Manager profile (.cmp, .cms, "
               ".inf)."),
             path);
        return NULL;
    }
    source = cmak_source_of_folder(dir, error);
    if (source == NULL)
        return NULL;
    p = load(source, name, codepage, error);
    cmak_source_free(source);
    return p;
}
