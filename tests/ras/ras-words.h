/*
 * ras-words.h - a line cut into words: what users files and scripts are written in.
 * Blanks and tabs part words, double quotes hold them together, `#` outside of quotes ends the
 * line. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The next word of *@line in @out; false at the end of the line, or when the word does not fit or a
 * quote is not closed (*ret_bad is then true). */
static inline bool
ras_word_next(const char **line, char *out, size_t cap, bool *ret_bad)
{
    const char *p = *line;
    size_t n = 0;
    bool quoted = false;

    while (*p == ' ' || *p == '\t')
        p++;
    if (*p == '\0' || *p == '\n' || *p == '\r' || *p == '#')
        return false;
    for (; *p != '\0' && *p != '\n' && *p != '\r'; p++) {
        if (*p == '"') {
            quoted = !quoted;
            continue;
        }
        if (!quoted && (*p == ' ' || *p == '\t'))
            break;
        if (n + 1 >= cap) {
            *ret_bad = true;
            return false;
        }
        out[n++] = *p;
    }
    out[n] = '\0';
    *line = p;
    *ret_bad = *ret_bad || quoted;
    return !quoted;
}

/* A whole decimal or 0x number up to 32 bits. */
static inline bool
ras_word_number(const char *word, uint32_t *ret)
{
    const bool hex = word[0] == '0' && word[1] == 'x';
    const char *p = hex ? word + 2 : word;
    uint64_t v = 0;

    if (*p == '\0')
        return false;
    for (; *p != '\0'; p++) {
        const int c = *p | 0x20;
        const int digit = *p >= '0' && *p <= '9'        ? *p - '0'
                          : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                        : 99;
        if (digit >= (hex ? 16 : 10))
            return false;
        v = v * (hex ? 16 : 10) + (uint64_t)digit;
        if (v > UINT32_MAX)
            return false;
    }
    *ret = (uint32_t)v;
    return true;
}
