/* pptp-msg.c - see pptp-msg.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "pptp-msg.h"

#define MAGIC           0x1a2b3c4du
#define CONTROL_MESSAGE 1
#define HEADER          12

/* A run of octets: a number of 1, 2 or 4, a text of 64, or (without an offset) reserved. */
struct field {
    uint8_t size;
    bool kept;
    uint16_t offset;
};

#define FIELDS_MAX 14
#define F(member)                                                                                  \
    {                                                                                              \
        sizeof((struct pptp_msg){0}.member), true, offsetof(struct pptp_msg, member)               \
    }
#define SKIP(n)                                                                                    \
    {                                                                                              \
        n, false, 0                                                                                \
    }
#define START F(framing), F(bearer), F(max_channels), F(firmware), F(host), F(vendor)

/* clang-format off */
static const struct {
    uint8_t length; /* of the whole message */
    struct field fields[FIELDS_MAX];
} layouts[PPTP_TYPES] = {
    [PPTP_SCCRQ]   = {156, {F(version), SKIP(2), START}},
    [PPTP_SCCRP]   = {156, {F(version), F(result), F(error), START}},
    [PPTP_STOPRQ]  = {16,  {F(reason), SKIP(3)}},
    [PPTP_STOPRP]  = {16,  {F(result), F(error), SKIP(2)}},
    [PPTP_ECHORQ]  = {16,  {F(echo_id)}},
    [PPTP_ECHORP]  = {20,  {F(echo_id), F(result), F(error), SKIP(2)}},
    [PPTP_OCRQ]    = {168, {F(call_id), F(serial), F(min_bps), F(max_bps), F(bearer), F(framing),
                            F(window), F(delay), F(phone_length), SKIP(2), SKIP(64),
                            F(subaddress)}},
    [PPTP_OCRP]    = {32,  {F(call_id), F(peer_call_id), F(result), F(error), F(cause), F(speed),
                            F(window), F(delay), F(channel)}},
    [PPTP_ICRQ]    = {220, {F(call_id), F(serial), F(bearer), F(channel), SKIP(4), SKIP(64),
                            SKIP(64), F(subaddress)}},
    [PPTP_ICRP]    = {24,  {F(call_id), F(peer_call_id), F(result), F(error), F(window), F(delay),
                            SKIP(2)}},
    [PPTP_ICCN]    = {28,  {F(peer_call_id), SKIP(2), F(speed), F(window), F(delay), F(framing)}},
    [PPTP_CLEAR]   = {16,  {F(call_id), SKIP(2)}},
    [PPTP_DISCONN] = {148, {F(call_id), F(result), F(error), F(cause), SKIP(2), SKIP(128)}},
    [PPTP_WANERR]  = {40,  {F(peer_call_id), SKIP(2), F(errors[0]), F(errors[1]), F(errors[2]),
                            F(errors[3]), F(errors[4]), F(errors[5])}},
    [PPTP_SLI]     = {24,  {F(peer_call_id), SKIP(2), F(send_accm), F(receive_accm)}},
};
/* clang-format on */

static void
get_field(struct rd *r, const struct field *f, struct pptp_msg *m)
{
    uint8_t *at = (uint8_t *)m + f->offset;
    struct rd bytes = rd_take(r, f->size);

    if (!f->kept || bytes.bad)
        return;
    if (f->size == 2)
        *(uint16_t *)(void *)at = rd_be16(&bytes);
    else if (f->size == 4)
        *(uint32_t *)(void *)at = rd_be32(&bytes);
    else
        memcpy(at, bytes.p, f->size);
}

static void
put_field(struct wr *w, const struct field *f, const struct pptp_msg *m)
{
    static const uint8_t zeros[128];
    const uint8_t *at = f->kept ? (const uint8_t *)m + f->offset : zeros;

    if (f->kept && f->size == 2)
        wr_be16(w, *(const uint16_t *)(const void *)at);
    else if (f->kept && f->size == 4)
        wr_be32(w, *(const uint32_t *)(const void *)at);
    else
        wr_bytes(w, at, f->size);
}

enum pptp_cut
pptp_msg_cut(struct rd *stream, struct pptp_msg *ret)
{
    struct rd peek = *stream;
    const uint16_t length = rd_be16(&peek);
    const uint16_t kind = rd_be16(&peek);
    const uint32_t magic = rd_be32(&peek);
    const uint16_t type = rd_be16(&peek);

    if (stream->left < HEADER)
        return PPTP_CUT_MORE;
    if (kind != CONTROL_MESSAGE || magic != MAGIC || type == 0 || type >= PPTP_TYPES ||
        length != layouts[type].length)
        return PPTP_CUT_BROKEN;
    if (stream->left < length)
        return PPTP_CUT_MORE;

    struct rd whole = rd_take(stream, length);
    struct pptp_msg m = {.type = (enum pptp_type)type};
    rd_take(&whole, HEADER);
    for (const struct field *f = layouts[type].fields;
         f < layouts[type].fields + FIELDS_MAX && f->size > 0; f++)
        get_field(&whole, f, &m);
    *ret = m;
    return PPTP_CUT_MESSAGE;
}

void
pptp_msg_put(struct wr *w, const struct pptp_msg *m)
{
    wr_be16(w, layouts[m->type].length);
    wr_be16(w, CONTROL_MESSAGE);
    wr_be32(w, MAGIC);
    wr_be16(w, (uint16_t)m->type);
    wr_be16(w, 0);
    for (const struct field *f = layouts[m->type].fields;
         f < layouts[m->type].fields + FIELDS_MAX && f->size > 0; f++)
        put_field(w, f, m);
}
