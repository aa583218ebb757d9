/* secret.c - see secret.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "secret.h"

bool
secret_set(struct secret *s, struct rd bytes)
{
    if (bytes.bad || bytes.left > SECRET_MAX)
        return false;
    secret_wipe(s);
    if (bytes.left > 0)
        memcpy(s->data, bytes.p, bytes.left);
    s->len = (uint16_t)bytes.left;
    return true;
}

bool
secret_set_text(struct secret *s, const char *text)
{
    return secret_set(s, rd_over(text, text == NULL ? 0 : strlen(text)));
}

void
secret_wipe(struct secret *s)
{
    explicit_bzero(s, sizeof *s);
}

bool
secret_equal(const void *a, const void *b, size_t n)
{
    const volatile uint8_t *x = a, *y = b;
    unsigned diff = 0;

    for (size_t i = 0; i < n; i++)
        diff |= (unsigned)(x[i] ^ y[i]);
    return diff == 0;
}
