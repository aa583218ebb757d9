/* ras.c - see ras.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    uint32_t number;
    const char *name, *text, *advice;
} errors[] = {
#define RAS(number, name, text, advice) {number, #name, text, advice},
#include "ras-errors.inc"
#undef RAS
};

static size_t
find(uint32_t number)
{
    size_t i = 0;

    while (i < sizeof errors / sizeof *errors && errors[i].number != number)
        i++;
    return i;
}

#define N_ERRORS (sizeof errors / sizeof *errors)

bool
ras_known(uint32_t number)
{
    return find(number) < N_ERRORS;
}

const char *
ras_error_name(enum ras_error error)
{
    const size_t i = find(error);

    return error == RAS_OK ? "OK" : i < N_ERRORS ? errors[i].name : "UNKNOWN";
}

const char *
ras_error_text(enum ras_error error)
{
    const size_t i = find(error);

    return error == RAS_OK ? ""
           : i < N_ERRORS  ? errors[i].text
                           : N_("The connection ended for an unknown reason.");
}

const char *
ras_error_advice(enum ras_error error)
{
    const size_t i = find(error);

    return i < N_ERRORS ? errors[i].advice : "";
}

void
ras_end_set(struct ras_end *end, enum ras_error error, const char *format, ...)
{
    char text[sizeof end->detail];
    va_list args;

    if (end->error != RAS_OK)
        return;
    end->error = error;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ras_printable(end->detail, sizeof end->detail, text, strlen(text)); /* it may be cut in two */
}

/* The length of the valid, harmless UTF-8 sequence at @p, or 0. */
static size_t
harmless(const uint8_t *p, size_t n)
{
    if (p[0] < 0x80)
        return p[0] >= 0x20 && p[0] != 0x7f;

    const size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    uint32_t c = p[0] & (0xffu >> (len + 1));
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

    if (p[0] < 0xc2 || p[0] > 0xf4 || len > n)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || c < 0xa0)
        return 0;
    /* bidi controls, line and paragraph separators, zero-width, byte order mark */
    if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
        (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || c == 0x061c)
        return 0;
    return len;
}

void
ras_printable(char *out, size_t cap, const void *text, size_t n)
{
    const uint8_t *p = text;
    size_t o = 0;

    while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == '\r'))
        n--; /* the end of a line says nothing */
    while (n > 0) {
        const size_t ok = harmless(p, n);
        const size_t used = ok > 0 ? ok : 1;

        if (o + used >= cap)
            break;
        for (size_t i = 0; i < used; i++)
            out[o++] = ok > 0 ? (char)p[i] : '?';
        p += used;
        n -= used;
    }
    if (cap > 0)
        out[o] = '\0';
}
