/* dns-name.c - see dns-name.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns-name.h"

#include <strings.h>

enum {
    JUMPS_MAX = 64, /* each goes backwards, so this is generous */
    POINTER = 0xc0,
    LABEL_MAX = 63,
};

bool
dns_name_read(struct rd all, size_t *at, char ret[static NET_MAX_NAME])
{
    struct wr name = wr_over(ret, NET_MAX_NAME - 1);
    size_t pos = *at, lowest = *at, jumps = 0;
    bool jumped = false;

    for (;;) {
        if (all.bad || pos >= all.left)
            return false;
        const uint8_t c = all.p[pos];
        if (c >= POINTER) {
            if (all.left - pos < 2)
                return false;
            const size_t to = (size_t)(c & 0x3f) << 8 | all.p[pos + 1];
            if (to >= lowest || ++jumps > JUMPS_MAX)
                return false;
            if (!jumped)
                *at = pos + 2;
            jumped = true;
            pos = lowest = to;
            continue;
        }
        if (c > LABEL_MAX || c >= all.left - pos)
            return false;
        if (c == 0)
            break;
        if (name.len > 0)
            wr_u8(&name, '.');
        wr_bytes(&name, all.p + pos + 1, c);
        pos += c + 1u;
    }
    if (!jumped)
        *at = pos + 1;
    if (name.bad || memchr(ret, '\0', name.len) != NULL)
        return false;
    ret[name.len] = '\0';
    return true;
}

void
dns_name_put(struct wr *w, const char *name)
{
    while (*name != '\0') {
        const size_t n = strcspn(name, ".");
        wr_u8(w, (uint8_t)n);
        wr_bytes(w, name, n);
        name += n + (name[n] == '.');
    }
    wr_u8(w, 0);
}

bool
dns_name_within(const char *name, const char *domain)
{
    const size_t n = strlen(name), d = strlen(domain);

    if (d > n || strcasecmp(name + n - d, domain) != 0)
        return false;
    return d == n || d == 0 || name[n - d - 1] == '.';
}

bool
dns_name_same(const char *name, const char *other)
{
    return strcasecmp(name, other) == 0;
}

unsigned
dns_name_labels(const char *name)
{
    unsigned n = *name != '\0';

    for (; *name != '\0'; name++)
        n += *name == '.';
    return n;
}
