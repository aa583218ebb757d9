/* eap-blob.c - see eap-config.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "eap-config.h"

#include "bytes.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>

enum {
    TYPE_TLS = 13,
    TYPE_PEAP = 25,
    SHA1_SIZE = 20,
    ROOT_SIZE = 4 + SHA1_SIZE, /* TrustedCertHashInfo: its length, and the SHA-1 */
    HEAD_SIZE = 8,             /* Version and Size, which counts them */
    UNCHECKED = 2,             /* of Flags: NoValidateServerCert of both structures */
    UNCHECKED_NAME = 4,
};

struct blob {
    GString *roots; /* digits, SHA1_SIZE * 2 of each root */
    char *names;
    guint32 flags;
    gint64 inner; /* the method inside of PEAP; -1: none */
};

static guint32
le32(struct rd *r)
{
    const guint32 value = rd_be32(r);

    return GUINT32_SWAP_LE_BE(value);
}

/* One of nothing (of EAP-TLS, when there is none) has a length of 0, or a SHA-1 of zeros. */
static void
take_root(struct rd *r, struct blob *b)
{
    static const guint8 none[SHA1_SIZE];
    const guint32 n = le32(r);
    const struct rd sha1 = rd_take(r, SHA1_SIZE);

    r->bad |= n != SHA1_SIZE && n != 0;
    if (r->bad || memcmp(sha1.p, none, SHA1_SIZE) == 0)
        return;
    r->bad |= n == 0;
    for (gsize i = 0; i < SHA1_SIZE; i++)
        g_string_append_printf(b->roots, "%02x", sha1.p[i]);
}

static void
take_roots(struct rd *r, guint32 n, struct blob *b)
{
    r->bad |= n > r->left / ROOT_SIZE;
    for (guint32 i = 0; i < n && rd_ok(r); i++)
        take_root(r, b);
}

/* UTF-16 up to its NUL. NULL: it is none. */
static char *
take_text(struct rd *r)
{
    g_autoptr(GArray) units = g_array_new(TRUE, FALSE, sizeof(gunichar2));

    while (rd_ok(r)) {
        const guint16 read = rd_be16(r);
        const gunichar2 unit = GUINT16_SWAP_LE_BE(read);
        if (unit == 0)
            break;
        g_array_append_val(units, unit);
    }
    char *text = g_utf16_to_utf8((const gunichar2 *)units->data, units->len, NULL, NULL, NULL);
    r->bad |= text == NULL;
    return text;
}

/* EAPTLS_CONN_PROPERTIES (2.2.3.1.1). The first root stands by itself; whether NumberOfCAs counts
 * it is told by what is left. */
static void
take_tls(struct rd *r, struct blob *b)
{
    const gsize size = r->left;

    r->bad |= le32(r) != 2 || le32(r) != size;
    b->flags = le32(r);
    take_root(r, b);
    b->names = take_text(r);
    guint32 n = le32(r);
    if (n > 0 && r->left == (gsize)(n - 1) * ROOT_SIZE)
        n--;
    take_roots(r, n, b);
    r->bad |= !rd_done(r);
}

/* PEAP_TLS_PHASE1_CONN_PROPERTIES (2.2.3.1.2.1) */
static void
take_phase1(struct rd *r, struct blob *b)
{
    r->bad |= le32(r) != 1;

    const guint32 size = le32(r);
    struct rd part = rd_take(r, size < HEAD_SIZE ? G_MAXSIZE : size - HEAD_SIZE);
    b->flags = le32(&part);
    take_roots(&part, le32(&part), b);
    b->names = take_text(&part);
    r->bad |= !rd_done(&part);
}

/* PEAP_INNER_METHOD_PROPERTY (2.2.3.1.2.2) */
static void
take_inner(struct rd *r, struct blob *b)
{
    r->bad |= le32(r) != 1;

    const guint32 size = le32(r);
    struct rd part = rd_take(r, size < HEAD_SIZE ? G_MAXSIZE : size - HEAD_SIZE);
    b->inner = le32(&part);
    r->bad |= part.bad;
}

/* PEAP_CONN_PROP (2.2.3.1.2). Size counts more than is there; behind the parts come a name for the
 * identity, and what fills up. */
static void
take_peap(struct rd *r, struct blob *b)
{
    const gsize all = r->left;

    r->bad |= le32(r) != 1;
    const guint32 size = le32(r), n_inner = le32(r);
    rd_take(r, 4); /* Flags */
    r->bad |= n_inner > 1;
    take_phase1(r, b);
    if (n_inner == 1)
        take_inner(r, b);
    r->bad |= size < all - r->left;
}

static void
apply(const struct eap_config *c, const struct blob *b)
{
    for (gsize i = 0; i < b->roots->len; i += 2 * SHA1_SIZE) {
        g_autofree char *root = g_strndup(b->roots->str + i, 2 * SHA1_SIZE);
        eap_config_add_root(c, root);
    }
    const gsize n = strlen(b->names);
    g_autofree char *shown = g_malloc(n + 1);
    ras_printable(shown, n + 1, b->names, n);
    eap_config_add_names(c, g_strstrip(shown));
    if ((b->flags & (UNCHECKED | UNCHECKED_NAME)) != 0)
        eap_config_note_unchecked(c);
    if (b->inner >= 0)
        eap_config_note_inner(c, b->inner);
}

static void
take_blob(const struct eap_config *c, guint type, struct rd r)
{
    struct blob b = {.roots = g_string_new(NULL), .inner = -1};

    r.bad |= r.left > EAP_CONFIG_MAX;
    if (type == TYPE_TLS)
        take_tls(&r, &b);
    else
        take_peap(&r, &b);
    if (rd_ok(&r))
        apply(c, &b);
    else
        profile_note(c->p,
                     _("The EAP settings in %s are not read (type %u). The authentication server's "
                       "certificate must come from an authority that this computer trusts, and be "
                       "for the VPN server's name."),
                     c->key, type);
    g_string_free(b.roots, TRUE);
    g_free(b.names);
}

/* Others have no certificate of a server, or are not spoken here. */
static gboolean
checks_a_server(guint type)
{
    return type == TYPE_TLS || type == TYPE_PEAP;
}

void
eap_config_custom(const struct eap_config *c, const guint8 *octets, gsize n)
{
    const guint type = c->p->dun.custom_auth_key;
    struct rd r = rd_over(octets, n), magic = rd_take(&r, 4);

    if (!c->p->dun.eap || !checks_a_server(type))
        return;
    const guint32 of = le32(&r), size = le32(&r);
    r.bad |= magic.bad || memcmp(magic.p, "1DBC", 4) != 0 || of != type || size != r.left;
    take_blob(c, type, r);
}

/* NULL: something else. */
static GByteArray *
octets_of(const char *hex)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    for (; *hex != '\0'; hex += 2) {
        if (!g_ascii_isxdigit(hex[0]) || !g_ascii_isxdigit(hex[1]) || out->len > EAP_CONFIG_MAX)
            return NULL;
        const guint8 octet =
            (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
        g_byte_array_append(out, &octet, 1);
    }
    return g_steal_pointer(&out);
}

void
eap_config_custom_hex(const struct eap_config *c, const char *hex)
{
    g_autoptr(GByteArray) octets = octets_of(hex);

    if (*hex != '\0')
        eap_config_custom(c, octets == NULL ? NULL : octets->data,
                          octets == NULL ? 0 : octets->len);
}

void
eap_config_blob_hex(const struct eap_config *c, guint type, const char *hex)
{
    g_autoptr(GByteArray) octets = octets_of(hex);

    if (checks_a_server(type))
        take_blob(c, type,
                  octets == NULL ? (struct rd){.bad = true} : rd_over(octets->data, octets->len));
}
