/* ike-id.c - see ike-id.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ike-id.h"

#include "ike-id-dn.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <strings.h>

#include "ras.h"

static bool
id_set(struct ike_id *id, uint8_t type, struct rd value)
{
    if (value.bad || value.left > sizeof id->value)
        return false;
    *id = (struct ike_id){.type = type, .len = (uint16_t)value.left};
    if (value.left > 0)
        memcpy(id->value, value.p, value.left);
    return true;
}

static int
digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 32) >= 'a' && (c | 32) <= 'f')
        return (c | 32) - 'a' + 10;
    return -1;
}

static bool
key_id_from_hex(const char *hex, struct ike_id *ret)
{
    uint8_t octets[IKE_ID_MAX];
    const size_t n = strlen(hex) / 2;

    if (n == 0 || n > sizeof octets || strlen(hex) % 2 != 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        const int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        octets[i] = (uint8_t)(high << 4 | low);
    }
    return id_set(ret, IKE_ID_KEY_ID, rd_over(octets, n));
}

bool
ike_id_from_text(const char *text, struct ike_id *ret)
{
    uint8_t octets[16];
    const size_t n = strlen(text);

    if (n == 0) {
        *ret = (struct ike_id){0};
        return true;
    }
    if (inet_pton(AF_INET, text, octets) == 1)
        return id_set(ret, IKE_ID_IPV4, rd_over(octets, 4));
    if (inet_pton(AF_INET6, text, octets) == 1)
        return id_set(ret, IKE_ID_IPV6, rd_over(octets, 16));
    if (strncmp(text, "@#", 2) == 0)
        return key_id_from_hex(text + 2, ret);
    if (strncmp(text, "keyid:", 6) == 0)
        return n > 6 && id_set(ret, IKE_ID_KEY_ID, rd_over(text + 6, n - 6));
    if (text[0] != '@' && strchr(text, '=') != NULL && ike_id_dn_from_text(text, ret))
        return true;
    if (text[0] == '@')
        return n > 1 && id_set(ret, IKE_ID_FQDN, rd_over(text + 1, n - 1));
    return id_set(ret, strchr(text, '@') != NULL ? IKE_ID_USER_FQDN : IKE_ID_FQDN,
                  rd_over(text, n));
}

void
ike_id_from_address(const struct ike_address *a, struct ike_id *ret)
{
    if (a->family == 6)
        id_set(ret, IKE_ID_IPV6, rd_over(a->octets, 16));
    else
        id_set(ret, IKE_ID_IPV4, rd_over(a->octets, 4));
}

bool
ike_id_from_ident(const struct ike_ident *ident, struct ike_id *ret)
{
    return id_set(ret, ident->type, ident->value);
}

bool
ike_id_equal(const struct ike_id *a, const struct ike_id *b)
{
    if (a->type == IKE_ID_DN && b->type == IKE_ID_DN)
        return ike_id_dn_equal(rd_over(a->value, a->len), rd_over(b->value, b->len), true);
    if (a->type != b->type || a->len != b->len)
        return false;
    if (a->type == IKE_ID_FQDN || a->type == IKE_ID_USER_FQDN)
        return strncasecmp((const char *)a->value, (const char *)b->value, a->len) == 0;
    return memcmp(a->value, b->value, a->len) == 0;
}

void
ike_id_text(const struct ike_id *id, char *ret, size_t size)
{
    char text[INET6_ADDRSTRLEN];

    if (id->type == IKE_ID_IPV4 && inet_ntop(AF_INET, id->value, text, sizeof text) != NULL)
        snprintf(ret, size, "%s", text);
    else if (id->type == IKE_ID_IPV6 && inet_ntop(AF_INET6, id->value, text, sizeof text) != NULL)
        snprintf(ret, size, "%s", text);
    else if (id->type == IKE_ID_FQDN || id->type == IKE_ID_USER_FQDN || id->type == IKE_ID_KEY_ID)
        ras_printable(ret, size, id->value, id->len);
    else if (id->type == IKE_ID_DN)
        ike_id_dn_text(rd_over(id->value, id->len), ret, size);
    else
        snprintf(ret, size, "identity of type %u", id->type);
}

void
ike_id_put(struct wr *w, const struct ike_id *id, uint8_t protocol, uint16_t port)
{
    wr_u8(w, id->type);
    wr_u8(w, protocol);
    wr_be16(w, port);
    wr_bytes(w, id->value, id->len);
}
