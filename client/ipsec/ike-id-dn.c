/* ike-id-dn.c - see ike-id-dn.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ike-id-dn.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "ike-msg.h"
#include "ras.h"

#include <stdio.h>
#include <strings.h>

enum { PART_MAX = 256, PARTS_MAX = 64 };

/* One "TYPE=value" off @text, unescaped. @ret_end: what stood behind it: ',', '+' or NUL. */
static bool
part_get(const char **text, char type[static PART_MAX], char value[static PART_MAX], char *ret_end)
{
    const char *p = *text;
    size_t n = 0, last = 0;

    p += strspn(p, " ");
    const size_t type_n = strcspn(p, " =,+\\");

    if (type_n == 0 || type_n >= PART_MAX)
        return false;
    memcpy(type, p, type_n);
    type[type_n] = '\0';
    p += type_n + strspn(p + type_n, " ");
    if (*p++ != '=')
        return false;
    for (p += strspn(p, " "); *p != '\0' && *p != ',' && *p != '+'; p++) {
        const bool escaped = *p == '\\';

        p += escaped;
        if (*p == '\0' || n == PART_MAX - 1)
            return false;
        value[n++] = *p;
        last = escaped || *p != ' ' ? n : last; /* spaces behind it are not of it */
    }
    value[last] = '\0';
    *ret_end = *p;
    *text = *p == '\0' ? p : p + 1;
    return last > 0;
}

/* OpenSSL's name of that type: case does not count, and Windows has two of its own. */
static const char *
type_known(const char *type)
{
    static const char *const rows[][2] = {
        {"CN", "CN"},          {"O", "O"},     {"OU", "OU"},   {"C", "C"},
        {"ST", "ST"},          {"S", "ST"},    {"L", "L"},     {"DC", "DC"},
        {"E", "emailAddress"}, {"T", "title"}, {"UID", "UID"}, {"emailAddress", "emailAddress"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcasecmp(type, rows[i][0]) == 0)
            return rows[i][1];
    return type;
}

bool
ike_id_dn_from_text(const char *text, struct ike_id *ret)
{
    X509_NAME *name = X509_NAME_new();
    char type[PART_MAX], value[PART_MAX], end = ',';
    bool good = name != NULL, joined = false;

    /* DER has the most specific part last: each goes before the others */
    for (unsigned n = 0; good && end != '\0'; n++) {
        good = n < PARTS_MAX && part_get(&text, type, value, &end) &&
               X509_NAME_add_entry_by_txt(name, type_known(type), MBSTRING_UTF8,
                                          (const unsigned char *)value, -1, 0, joined ? 1 : 0) == 1;
        joined = end == '+';
    }
    unsigned char *der = NULL;
    const int n = good ? i2d_X509_NAME(name, &der) : -1;

    good = n > 0 && n <= IKE_ID_MAX;
    if (good) {
        *ret = (struct ike_id){.type = IKE_ID_DN, .len = (uint16_t)n};
        memcpy(ret->value, der, (size_t)n);
    }
    OPENSSL_free(der);
    X509_NAME_free(name);
    ERR_clear_error();
    return good;
}

static X509_NAME *
name_of(struct rd der)
{
    const unsigned char *at = der.p;
    X509_NAME *name = der.bad || der.left == 0 ? NULL : d2i_X509_NAME(NULL, &at, (long)der.left);

    if (name != NULL && at != der.p + der.left) {
        X509_NAME_free(name);
        return NULL;
    }
    return name;
}

/* NULL: no memory, or parts that belong together. */
static X509_NAME *
backwards(const X509_NAME *name)
{
    X509_NAME *ret = X509_NAME_new();
    bool good = ret != NULL;

    for (int i = 0; good && i < X509_NAME_entry_count(name); i++) {
        const X509_NAME_ENTRY *const e = X509_NAME_get_entry(name, i);

        good = X509_NAME_ENTRY_set(e) == i && X509_NAME_add_entry(ret, e, 0, 0) == 1;
    }
    if (good)
        return ret;
    X509_NAME_free(ret);
    return NULL;
}

bool
ike_id_dn_equal(struct rd a, struct rd b, bool either)
{
    X509_NAME *const one = name_of(a), *const two = name_of(b);
    X509_NAME *const turned = one != NULL && either ? backwards(one) : NULL;
    const bool equal =
        one != NULL && two != NULL &&
        (X509_NAME_cmp(one, two) == 0 || (turned != NULL && X509_NAME_cmp(turned, two) == 0));

    X509_NAME_free(one);
    X509_NAME_free(two);
    X509_NAME_free(turned);
    ERR_clear_error();
    return equal;
}

void
ike_id_dn_text(struct rd der, char *ret, size_t size)
{
    X509_NAME *const name = name_of(der);
    BIO *const bio = name != NULL ? BIO_new(BIO_s_mem()) : NULL;
    char *p = NULL;
    long n = 0;

    if (bio != NULL && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0)
        n = BIO_get_mem_data(bio, &p);
    if (n > 0)
        ras_printable(ret, size, (const uint8_t *)p, (size_t)n);
    else
        snprintf(ret, size, "a distinguished name");
    BIO_free(bio);
    X509_NAME_free(name);
    ERR_clear_error();
}
