/* ras-names.c - see ras-names.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-names.h"

#include "dns-name.h"
#include "inner-udp.h"

#include <stdio.h>
#include <string.h>

enum {
    DNS = 53,
    NBNS = 137,
    TYPE_SOA = 6,
    NXDOMAIN = 3,
    OPCODE_UPDATE = 0x2800,
    CLASS_IN = 1,
    NBNS_ENCODED = 34,
    NBNS_RELEASE = 0x3000,
    OPCODE = 0x7800,
};

static bool
is_one_of(const uint32_t list[static 2], uint32_t address)
{
    return address != 0 && (list[0] == address || list[1] == address);
}

/* An update, or the question which zone a computer's name is in. Any other is for a server behind a
 * TUN, also what `dialtone diagnose` asks to see whether there is one: for the domain, or the root.
 */
static bool
is_ours(const struct ras_config *config, struct rd dns)
{
    char name[NET_MAX_NAME];
    struct rd r = dns;
    size_t at = 12;

    rd_be16(&r);
    const uint16_t flags = rd_be16(&r);
    if (!dns_name_read(dns, &at, name) || (flags & 0x8000) != 0)
        return false;
    r = rd_over(dns.p + at, dns.left - at);
    if ((flags & OPCODE) == OPCODE_UPDATE)
        return true;
    return rd_be16(&r) == TYPE_SOA && name[0] != '\0' && strcmp(name, config->domain) != 0;
}

bool
ras_names_is(const struct ras_config *config, struct rd packet)
{
    struct inner_udp u;

    if (config->real_names || !inner_udp_read(packet, &u))
        return false;
    return (u.to_port == DNS && is_one_of(config->dns, u.to) && is_ours(config, u.data)) ||
           (u.to_port == NBNS && is_one_of(config->nbns, u.to));
}

static uint32_t
value_of(const struct ras_env *env, enum ras_fault fault)
{
    const struct ras_script_line *line = ras_env_fault(env, fault);

    return line != NULL ? line->number : 0;
}

static void
put_counts(struct wr *w, uint16_t a, uint16_t b, uint16_t c, uint16_t d)
{
    wr_be16(w, a);
    wr_be16(w, b);
    wr_be16(w, c);
    wr_be16(w, d);
}

/* "No such name": with the SOA of the zone that it would be in. */
static void
answer_zone(const struct ras_env *env, uint16_t id, const char *name, struct wr *w)
{
    const bool reverse = dns_name_within(name, "in-addr.arpa");

    wr_be16(w, id);
    wr_be16(w, 0x8580 | NXDOMAIN);
    put_counts(w, 1, 0, 1, 0);
    dns_name_put(w, name);
    wr_be16(w, TYPE_SOA);
    wr_be16(w, CLASS_IN);
    dns_name_put(w, reverse ? "10.in-addr.arpa" : env->config->domain);
    wr_be16(w, TYPE_SOA);
    wr_be16(w, CLASS_IN);
    wr_be32(w, 600);
    wr_be16(w, 22);
    wr_bytes(w, (const uint8_t[22]){0}, 22);
}

/* The first record of the update section says what it is about; the prerequisite stands before. */
static bool
answer_update(const struct ras_env *env, struct rd all, uint16_t id, size_t at, struct wr *w,
              char text[static 128])
{
    char name[NET_MAX_NAME];
    struct rd counts = rd_over(all.p + 4, 8);
    const bool zone = rd_be16(&counts) == 1;

    rd_be16(&counts);
    const bool add = rd_be16(&counts) == 2;
    at += 4; /* type and class of the zone */
    if (!zone || at > all.left || !dns_name_read(all, &at, name))
        return false;
    snprintf(text, 128, "dns %s %.100s", add ? "add" : "remove", name);
    wr_be16(w, id);
    wr_be16(w, (uint16_t)(0xa800 | (value_of(env, RAS_FAULT_NAMES_RCODE) & 15)));
    put_counts(w, 0, 0, 0, 0);
    return true;
}

static bool
answer_dns(const struct ras_env *env, struct rd all, struct wr *w, char text[static 128])
{
    char name[NET_MAX_NAME];
    struct rd r = all;
    const uint16_t id = rd_be16(&r);
    const uint16_t flags = rd_be16(&r);
    size_t at = 12;

    if (all.left < 16 || (flags & 0x8000) != 0 || !dns_name_read(all, &at, name))
        return false;
    if ((flags & OPCODE) == OPCODE_UPDATE)
        return answer_update(env, all, id, at, w, text);
    snprintf(text, 128, "dns zone %.100s", name);
    answer_zone(env, id, name, w);
    return true;
}

/* The name as text: "PC<00>". */
static void
nbns_text(struct rd encoded, char out[static 24])
{
    char name[16];
    size_t n = 15;

    rd_u8(&encoded);
    for (size_t i = 0; i < sizeof name; i++) {
        const uint8_t high = rd_u8(&encoded), low = rd_u8(&encoded);
        name[i] = (char)((high - 'A') << 4 | ((low - 'A') & 15));
    }
    while (n > 0 && name[n - 1] == ' ')
        n--;
    snprintf(out, 24, "%.*s<%02x>", (int)n, name, (uint8_t)name[15]);
}

static bool
answer_wins(const struct ras_env *env, struct rd all, struct wr *w, char text[static 128])
{
    struct rd r = all;
    const uint16_t id = rd_be16(&r);
    const uint16_t flags = rd_be16(&r);
    char name[24];

    rd_take(&r, 8);
    const struct rd encoded = rd_take(&r, NBNS_ENCODED);
    rd_take(&r, 4 + 2 + 4 + 4 + 2); /* question; pointer, type, class, lifetime, length */
    const struct rd data = rd_take(&r, 6);
    if (!rd_done(&r) || (flags & 0x8000) != 0)
        return false;
    nbns_text(encoded, name);
    const bool remove = (flags & OPCODE) == NBNS_RELEASE;
    snprintf(text, 128, "wins %s %s", remove ? "remove" : "add", name);
    wr_be16(w, id);
    wr_be16(w, (uint16_t)(0x8580 | (flags & OPCODE) | (value_of(env, RAS_FAULT_NAMES_RCODE) & 15)));
    put_counts(w, 0, 1, 0, 0);
    wr_rd(w, encoded);
    wr_be16(w, 0x20);
    wr_be16(w, CLASS_IN);
    wr_be32(w, 300000);
    wr_be16(w, 6);
    wr_rd(w, data);
    return true;
}

bool
ras_names_answer(const struct ras_env *env, struct rd packet, struct wr *reply,
                 char ret_text[static 128])
{
    struct inner_udp u;

    if (!inner_udp_read(packet, &u))
        return false;
    const bool forged = ras_env_fault(env, RAS_FAULT_NAMES_FORGED) != NULL;
    const struct inner_udp way = {
        .from = u.to + forged, .to = u.from, .from_port = u.to_port, .to_port = u.from_port};
    inner_udp_begin(reply, &way);
    const bool answered = u.to_port == DNS ? answer_dns(env, u.data, reply, ret_text)
                                           : answer_wins(env, u.data, reply, ret_text);
    inner_udp_end(reply);
    return answered && !reply->bad;
}
