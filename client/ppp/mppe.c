/* mppe.c - see mppe.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "mppe.h"

/* RFC 3078 section 7.3. The interim key encrypts itself, weak strengths get their known octets,
 * and RC4 starts again with the result. */
static void
change_key(struct mppe *m)
{
    mppe_key_next(m->start, m->strength, m->session);
}

static void
use_key(struct mppe *m)
{
    legacy_rc4_key(&m->rc4, rd_over(m->session, m->key_size));
}

void
mppe_init(struct mppe *m, const uint8_t start[static 16], enum mppe_strength strength,
          bool stateless)
{
    *m = (struct mppe){
        .strength = strength,
        .stateless = stateless,
        .flush = true,
        .credit = MPPE_CREDIT_MAX,
        .key_size = mppe_key_size(strength),
    };
    memcpy(m->start, start, sizeof m->start);
    mppe_key_session(start, strength, m->session);
    mppe_ahead_init(&m->ahead, start, strength);
    use_key(m);
}

void
mppe_wipe(struct mppe *m)
{
    explicit_bzero(m, sizeof *m);
}

/* Stateless: before every packet, the first one too. Stateful: before each whose count ends in ff
 * (RFC 3078 sections 7.1, 8.1). */
static bool
key_changes(const struct mppe *m, uint16_t count)
{
    return m->stateless || (count & 0xff) == 0xff;
}

/* Is the key stream of the next packet, of @n octets, at hand, or worth to be made beforehand? */
static bool
is_ahead(struct mppe *m, size_t n)
{
    if (!m->stateless || n > MPPE_AHEAD_MOST)
        return false;
    if (m->ahead.left == 0 && n >= MPPE_AHEAD_LEAST)
        mppe_ahead_make(&m->ahead, m->session, n);
    return m->ahead.left > 0;
}

static void
encrypt(struct mppe *m, uint8_t *plain, size_t n)
{
    if (is_ahead(m, n)) {
        mppe_ahead_run(&m->ahead, plain, n);
        mppe_ahead_take(&m->ahead, m->session);
        return;
    }
    if (key_changes(m, m->count)) {
        change_key(m);
        mppe_ahead_drop(&m->ahead);
    }
    if (key_changes(m, m->count) || m->flush)
        use_key(m);
    legacy_rc4_run(&m->rc4, plain, n, plain);
}

void
mppe_seal(struct mppe *m, uint8_t *plain, size_t n, uint16_t bits)
{
    struct wr w = wr_over(plain - MPPE_HEADER, MPPE_HEADER);

    encrypt(m, plain, n);
    m->flush |= key_changes(m, m->count);
    bits = (uint16_t)(bits | MPPE_ENCRYPTED | (m->flush ? MPPE_FLUSHED : 0));
    wr_be16(&w, (uint16_t)(bits | m->count));
    m->count = (m->count + 1) & MPPE_COUNT;
    m->flush = false;
}

bool
mppe_flushes(const struct mppe *m)
{
    return m->flush || key_changes(m, m->count);
}

void
mppe_reset(struct mppe *m)
{
    m->flush = true;
}

/* Does this look like what a peer encrypts: IPv4 or IPv6, the only protocols that are ever agreed
 * on inside MPPE's range of 0021 to 00fa (RFC 3078 section 3), and then a packet of that version?
 */
static bool
plausible(struct rd plain)
{
    unsigned protocol = rd_u8(&plain);

    if ((protocol & 1) == 0)
        protocol = protocol << 8 | rd_u8(&plain);
    const uint8_t version = rd_u8(&plain) >> 4;
    if (!rd_ok(&plain))
        return false;
    return (protocol == 0x21 && version == 4) || (protocol == 0x57 && version == 6);
}

/* Bring the keys forward to @count. False: it demands more than it may. */
static bool
advance(struct mppe *m, uint16_t count, unsigned steps)
{
    unsigned changes = 0;

    for (unsigned i = 1; i <= steps; i++)
        changes += key_changes(m, (uint16_t)(count - steps + i));
    if (changes > m->credit)
        return false;
    m->credit -= changes;
    for (unsigned i = 0; i < changes; i++)
        change_key(m);
    return true;
}

static enum mppe_opened
open_stateful(struct mppe *m, uint16_t header, unsigned steps)
{
    if (header & MPPE_FLUSHED) {
        if (!advance(m, header & MPPE_COUNT, steps))
            return MPPE_DROPPED;
        use_key(m);
        m->lost = false;
    } else if (steps != 1 || m->lost) {
        m->lost = true;
        return MPPE_NEEDS_RESET;
    }
    return MPPE_OPENED;
}

enum mppe_opened
mppe_open(struct mppe *m, uint8_t *data, size_t n, struct rd *ret, uint16_t *ret_bits)
{
    struct rd r = rd_over(data, n);
    const uint16_t header = rd_be16(&r);
    const uint16_t count = header & MPPE_COUNT;
    uint8_t before[16];
    /* The count before the first packet's is taken to be one less than 0. */
    const uint16_t last = m->started ? m->count : MPPE_COUNT;
    const unsigned steps = (unsigned)(count - last) & MPPE_COUNT;

    if (!rd_ok(&r) || r.left == 0 || !(header & MPPE_ENCRYPTED) || steps == 0)
        return MPPE_DROPPED;
    memcpy(before, m->session, sizeof before);
    const bool ahead = steps == 1 && m->credit > 0 && is_ahead(m, r.left);
    if (m->stateless) {
        if (!(header & MPPE_FLUSHED) || (!ahead && !advance(m, count, steps)))
            return MPPE_DROPPED;
        m->credit -= ahead;
        if (!ahead)
            use_key(m);
    } else {
        const enum mppe_opened state = open_stateful(m, header, steps);
        if (state != MPPE_OPENED)
            return state;
    }

    uint8_t *const plain = data + MPPE_HEADER;
    if (ahead)
        mppe_ahead_run(&m->ahead, plain, r.left);
    else
        legacy_rc4_run(&m->rc4, plain, r.left, plain);
    if (!(header & MPPE_COMPRESSED) && !plausible(r)) {
        memcpy(m->session, before, sizeof before);
        m->lost = !m->stateless; /* there the key stream has moved as well */
        return m->stateless ? MPPE_DROPPED : MPPE_NEEDS_RESET;
    }
    if (ahead)
        mppe_ahead_take(&m->ahead, m->session);
    else
        mppe_ahead_drop(&m->ahead);
    m->count = count;
    m->started = true;
    m->credit =
        m->credit + MPPE_CREDIT < MPPE_CREDIT_MAX ? m->credit + MPPE_CREDIT : MPPE_CREDIT_MAX;
    *ret = r;
    *ret_bits = header & (uint16_t)~MPPE_COUNT;
    return MPPE_OPENED;
}
