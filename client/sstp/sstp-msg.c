/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sstp-msg.h"

#define BIT(attribute) (uint8_t)(1u << (attribute))
#define PROTOCOL       BIT(SSTP_ATTRIB_ENCAPSULATED_PROTOCOL_ID)
#define STATUS         BIT(SSTP_ATTRIB_STATUS_INFO)
#define BINDING        BIT(SSTP_ATTRIB_CRYPTO_BINDING)
#define BINDING_REQ    BIT(SSTP_ATTRIB_CRYPTO_BINDING_REQ)

/* clang-format off */
static const struct message_rule {
    const char *name;
    uint8_t allowed, required, repeated;
} messages[] = {
    [SSTP_MSG_CALL_CONNECT_REQUEST] = {"Call-Connect-Request", PROTOCOL, PROTOCOL, 0},
    [SSTP_MSG_CALL_CONNECT_ACK] = {"Call-Connect-Ack", BINDING_REQ, BINDING_REQ, 0},
    [SSTP_MSG_CALL_CONNECT_NAK] = {"Call-Connect-Nak", STATUS, STATUS, STATUS},
    [SSTP_MSG_CALL_CONNECTED] = {"Call-Connected", BINDING, BINDING, 0},
    [SSTP_MSG_CALL_ABORT] = {"Call-Abort", STATUS, 0, 0},
    [SSTP_MSG_CALL_DISCONNECT] = {"Call-Disconnect", STATUS, 0, 0},
    [SSTP_MSG_CALL_DISCONNECT_ACK] = {"Call-Disconnect-Ack", 0, 0, 0},
    [SSTP_MSG_ECHO_REQUEST] = {"Echo-Request", 0, 0, 0},
    [SSTP_MSG_ECHO_RESPONSE] = {"Echo-Response", 0, 0, 0},
};

static const struct { /* of the value, without the attribute's header */
    uint8_t shortest, longest;
} lengths[] = {
    [SSTP_ATTRIB_ENCAPSULATED_PROTOCOL_ID] = {2, 2},
    [SSTP_ATTRIB_STATUS_INFO] = {8, 72},
    [SSTP_ATTRIB_CRYPTO_BINDING] = {100, 100},
    [SSTP_ATTRIB_CRYPTO_BINDING_REQ] = {36, 36},
};

static const char *const statuses[] = {
    [SSTP_STATUS_NO_ERROR] = "no error",
    [SSTP_STATUS_DUPLICATE_ATTRIBUTE] = "an attribute came twice",
    [SSTP_STATUS_UNRECOGNIZED_ATTRIBUTE] = "an attribute is not known",
    [SSTP_STATUS_INVALID_ATTRIB_VALUE_LENGTH] = "an attribute has a wrong length",
    [SSTP_STATUS_VALUE_NOT_SUPPORTED] = "a value is not supported",
    [SSTP_STATUS_UNACCEPTED_FRAME_RECEIVED] = "a message came at the wrong time",
    [SSTP_STATUS_RETRY_COUNT_EXCEEDED] = "too many retries",
    [SSTP_STATUS_INVALID_FRAME_RECEIVED] = "a malformed message came",
    [SSTP_STATUS_NEGOTIATION_TIMEOUT] = "the negotiation took too long",
    [SSTP_STATUS_ATTRIB_NOT_SUPPORTED_IN_MSG] = "an attribute is in the wrong message",
    [SSTP_STATUS_REQUIRED_ATTRIBUTE_MISSING] = "a required attribute is missing",
    [SSTP_STATUS_STATUS_INFO_NOT_SUPPORTED_IN_MSG] = "status information is in the wrong message",
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *
sstp_status_text(uint32_t status)
{
    return status < COUNT(statuses) ? statuses[status] : "a status that nobody knows";
}

const char *
sstp_type_name(uint16_t type)
{
    return type < COUNT(messages) && messages[type].name != NULL ? messages[type].name
                                                                 : "unknown message";
}

static void
read_value(uint8_t id, struct rd value, struct sstp_message *m)
{
    switch (id) {
    case SSTP_ATTRIB_ENCAPSULATED_PROTOCOL_ID:
        m->protocol = rd_be16(&value);
        break;
    case SSTP_ATTRIB_STATUS_INFO:
        if (m->attributes & STATUS)
            break; /* a NAK may hold several: the first one counts */
        rd_take(&value, 3);
        m->status_attribute = rd_u8(&value);
        m->status = rd_be32(&value);
        break;
    case SSTP_ATTRIB_CRYPTO_BINDING:
    case SSTP_ATTRIB_CRYPTO_BINDING_REQ:
        rd_take(&value, 3);
        m->hashes = rd_u8(&value);
        m->nonce = rd_take(&value, 32);
        if (id == SSTP_ATTRIB_CRYPTO_BINDING_REQ)
            break;
        m->cert_hash = rd_take(&value, 32);
        m->mac = rd_take(&value, 32);
        break;
    }
}

/* One attribute at the front of @r. */
static enum sstp_status
read_attribute(struct rd *r, const struct message_rule *rule, struct sstp_message *m,
               uint8_t *ret_about)
{
    rd_u8(r);
    const uint8_t id = rd_u8(r);
    const size_t len = rd_be16(r) & 0x0fff;

    if (!rd_ok(r))
        return SSTP_STATUS_INVALID_FRAME_RECEIVED;
    *ret_about = id;
    if (id == SSTP_ATTRIB_NONE || id >= COUNT(lengths))
        return SSTP_STATUS_UNRECOGNIZED_ATTRIBUTE;
    if (len < 4)
        return SSTP_STATUS_INVALID_ATTRIB_VALUE_LENGTH;

    const struct rd value = rd_take(r, len - 4);

    if (!rd_ok(&value) || value.left < lengths[id].shortest || value.left > lengths[id].longest)
        return SSTP_STATUS_INVALID_ATTRIB_VALUE_LENGTH;
    if ((rule->allowed & BIT(id)) == 0)
        return id == SSTP_ATTRIB_STATUS_INFO ? SSTP_STATUS_STATUS_INFO_NOT_SUPPORTED_IN_MSG
                                             : SSTP_STATUS_ATTRIB_NOT_SUPPORTED_IN_MSG;
    if (m->attributes & BIT(id) & ~rule->repeated)
        return SSTP_STATUS_DUPLICATE_ATTRIBUTE;
    read_value(id, value, m);
    m->attributes |= BIT(id);
    return SSTP_STATUS_NO_ERROR;
}

static uint8_t
first_missing(uint8_t missing)
{
    uint8_t id = 0;

    while ((missing & BIT(id)) == 0)
        id++;
    return id;
}

enum sstp_status
sstp_message_parse(struct rd body, struct sstp_message *ret, uint8_t *ret_about)
{
    *ret = (struct sstp_message){0};
    *ret_about = SSTP_ATTRIB_NONE;
    ret->type = rd_be16(&body);
    const uint16_t n = rd_be16(&body);

    if (!rd_ok(&body))
        return SSTP_STATUS_INVALID_FRAME_RECEIVED;
    if (ret->type >= COUNT(messages) || messages[ret->type].name == NULL)
        return SSTP_STATUS_NO_ERROR; /* the call's table judges what nobody knows */

    const struct message_rule *rule = &messages[ret->type];

    for (uint16_t i = 0; i < n; i++) { /* bounded: each takes four octets, or fails */
        const enum sstp_status status = read_attribute(&body, rule, ret, ret_about);
        if (status != SSTP_STATUS_NO_ERROR)
            return status;
    }
    *ret_about = SSTP_ATTRIB_NONE;
    if (!rd_done(&body))
        return SSTP_STATUS_INVALID_FRAME_RECEIVED;

    const uint8_t missing = rule->required & (uint8_t)~ret->attributes;

    if (missing != 0) {
        *ret_about = first_missing(missing);
        return SSTP_STATUS_REQUIRED_ATTRIBUTE_MISSING;
    }
    return SSTP_STATUS_NO_ERROR;
}

static void
put_head(struct wr *w, enum sstp_type type, uint16_t len, uint16_t attributes)
{
    wr_u8(w, SSTP_VERSION);
    wr_u8(w, SSTP_CONTROL);
    wr_be16(w, len);
    wr_be16(w, (uint16_t)type);
    wr_be16(w, attributes);
}

static void
put_attribute(struct wr *w, enum sstp_attribute id, uint16_t len)
{
    wr_u8(w, 0);
    wr_u8(w, (uint8_t)id);
    wr_be16(w, len);
}

/* "three reserved octets, then this one": how three of the four attributes begin. */
static void
put_tail_octet(struct wr *w, uint8_t value)
{
    wr_bytes(w, (const uint8_t[4]){0, 0, 0, value}, 4);
}

void
sstp_put_connect_request(struct wr *w)
{
    put_head(w, SSTP_MSG_CALL_CONNECT_REQUEST, 14, 1);
    put_attribute(w, SSTP_ATTRIB_ENCAPSULATED_PROTOCOL_ID, 6);
    wr_be16(w, SSTP_PROTOCOL_PPP);
}

void
sstp_put_connect_ack(struct wr *w, uint8_t hashes, const uint8_t nonce[static 32])
{
    put_head(w, SSTP_MSG_CALL_CONNECT_ACK, 48, 1);
    put_attribute(w, SSTP_ATTRIB_CRYPTO_BINDING_REQ, 40);
    put_tail_octet(w, hashes);
    wr_bytes(w, nonce, 32);
}

void
sstp_put_connected(struct wr *w, enum sstp_hash hash, const uint8_t nonce[static 32],
                   const uint8_t cert_hash[static 32])
{
    static const uint8_t zero[32];

    put_head(w, SSTP_MSG_CALL_CONNECTED, SSTP_CONNECTED_LEN, 1);
    put_attribute(w, SSTP_ATTRIB_CRYPTO_BINDING, 104);
    put_tail_octet(w, (uint8_t)hash);
    wr_bytes(w, nonce, 32);
    wr_bytes(w, cert_hash, 32);
    wr_bytes(w, zero, sizeof zero);
}

void
sstp_put_status(struct wr *w, enum sstp_type type, uint8_t about, enum sstp_status status)
{
    put_head(w, type, 20, 1);
    put_attribute(w, SSTP_ATTRIB_STATUS_INFO, 12);
    put_tail_octet(w, about);
    wr_be32(w, status);
}

void
sstp_put_bare(struct wr *w, enum sstp_type type)
{
    put_head(w, type, 8, 0);
}
