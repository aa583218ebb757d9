/* plan-eap.c - see plan-eap.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-eap.h"

#include "net-config.h"
#include "ras.h"

enum { SHA1_DIGITS = 40, SHA256_DIGITS = 64 };

bool
plan_eap_next(const char **list, char ret[static PLAN_MAX_TEXT])
{
    const char *at = *list + strspn(*list, "; ");
    size_t n = strcspn(at, ";");

    if (*at == '\0')
        return false;
    *list = at + n;
    while (n > 0 && at[n - 1] == ' ')
        n--;
    if (n >= PLAN_MAX_TEXT)
        return false;
    memcpy(ret, at, n);
    ret[n] = '\0';
    return true;
}

/* A list that is there has something in it: one of separators alone would name nobody, and so
 * everybody. */
static bool
is_hollow(const char *list)
{
    return *list != '\0' && list[strspn(list, "; ")] == '\0';
}

static bool
names_valid(const char *list)
{
    char name[PLAN_MAX_TEXT];

    if (is_hollow(list))
        return false;
    while (plan_eap_next(&list, name))
        if (!net_name_valid(strncmp(name, "*.", 2) == 0 ? name + 2 : name))
            return false;
    return true;
}

static bool
roots_valid(const char *list)
{
    char root[PLAN_MAX_TEXT];

    if (is_hollow(list))
        return false;
    while (plan_eap_next(&list, root)) {
        const size_t n = strspn(root, "0123456789abcdefABCDEF");

        if (root[n] != '\0' || (n != SHA1_DIGITS && n != SHA256_DIGITS))
            return false;
    }
    return true;
}

static bool
ends(const char text[static PLAN_MAX_TEXT])
{
    return memchr(text, 0, PLAN_MAX_TEXT) != NULL;
}

const char *
plan_eap_fault(const struct plan_eap *e)
{
    char shown[PLAN_MAX_TEXT];

    if (!ends(e->identity) || !ends(e->names) || !ends(e->roots))
        return N_("A setting for EAP is too long.");
    ras_printable(shown, sizeof shown, e->identity, strlen(e->identity));
    if (strcmp(shown, e->identity) != 0)
        return N_("The name that EAP tells first has characters that cannot be sent.");
    if (!names_valid(e->names))
        return N_("A name of the authentication server is not a host name.");
    if (!roots_valid(e->roots))
        return N_("A fingerprint of an authority for EAP is not the hexadecimal digits of its "
                  "SHA-1 or SHA-256.");
    return NULL;
}

static void
put_text(struct wr *w, const char *text)
{
    const size_t n = strnlen(text, PLAN_MAX_TEXT - 1);

    wr_u8(w, (uint8_t)n);
    wr_bytes(w, text, n);
}

void
plan_eap_put(struct wr *w, const struct plan_eap *e)
{
    put_text(w, e->identity);
    put_text(w, e->names);
    put_text(w, e->roots);
    wr_u8(w, (uint8_t)((e->pin_set ? 1 : 0) | (e->unbound ? 2 : 0)));
    wr_bytes(w, e->pin, sizeof e->pin);
}

static void
get_text(struct rd *r, char ret[static PLAN_MAX_TEXT])
{
    const struct rd text = rd_take(r, rd_u8(r));

    if (text.bad || (text.left > 0 && memchr(text.p, 0, text.left) != NULL)) {
        r->bad = true;
        return;
    }
    if (text.left > 0)
        memcpy(ret, text.p, text.left);
    ret[text.left] = '\0';
}

void
plan_eap_get(struct rd *r, struct plan_eap *ret)
{
    get_text(r, ret->identity);
    get_text(r, ret->names);
    get_text(r, ret->roots);

    const uint8_t flags = rd_u8(r);
    const struct rd pin = rd_take(r, sizeof ret->pin);

    r->bad |= flags > 3;
    ret->pin_set = (flags & 1) != 0;
    ret->unbound = (flags & 2) != 0;
    if (rd_ok(r))
        memcpy(ret->pin, pin.p, sizeof ret->pin);
}
