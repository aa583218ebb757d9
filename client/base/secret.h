/*
 * secret.h - passwords and keys: fixed size, never printed, wiped when done.
 *
 * A struct secret has no printf path and is never copied but by secret_set(). Text secrets are
 * UTF-8 without a terminator; .data is NUL-padded, so .data is also a C string as long as the
 * secret holds no NUL (secret_set_text() refuses those).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

#define SECRET_MAX 512

struct secret {
    uint16_t len;
    uint8_t data[SECRET_MAX + 1];
};

bool secret_set(struct secret *s, struct rd bytes); /* false: longer than SECRET_MAX; unchanged */
bool secret_set_text(struct secret *s, const char *text); /* false: too long; NULL is empty */
void secret_wipe(struct secret *s);
bool secret_equal(const void *a, const void *b, size_t n); /* in constant time */

static inline struct rd
secret_rd(const struct secret *s)
{
    return rd_over(s->data, s->len);
}
