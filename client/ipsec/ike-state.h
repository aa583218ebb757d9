/*
 * ike-state.h - the parts of struct ike: phase 1 (ike_sa), quick mode exchanges (ike_quick), and
 * the pairs of ESP associations that these brought forth (ike_child). SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "ike-frag.h"
#include "ike-id.h"
#include "ike-keys.h"
#include "ike-natt.h"
#include "ike-phase2.h"

enum {
    IKE_SAS = 8,
    IKE_QUICKS = 8,
    IKE_CHILDREN = 16,
    IKE_QUEUE = 32, /* datagrams and events that wait to be fetched */
    IKE_SA_BODY_MAX = 4096,
    IKE_SEEN = 2048, /* message ids that are remembered: some hours of them */
    IKE_DATAGRAM_MAX = 65535,
};

struct ike_blob {
    uint8_t *p;
    size_t n;
};

struct ike_value { /* a public value or a nonce */
    size_t n;
    uint8_t p[DH_MAX_SIZE];
};

static inline struct rd
ike_value_rd(const struct ike_value *v)
{
    return rd_over(v->p, v->n);
}

/* Our last message of an exchange: sent again until it is answered, or when the one that it answers
 * comes again (row K12). */
struct ike_sent {
    struct ike_blob bytes;
    enum ike_port port;
    usec_t due, wait;                /* NEVER: not by time */
    unsigned left, said;             /* how often yet; how often it was sent */
    uint8_t answers[HASH_SHA1_SIZE]; /* digest of the message that it answers */
    bool is_answer;
};

enum ike_sa_state { /* SENT_n: our message n is out */
                    IKE_SA_FREE,
                    IKE_SA_SENT_1,
                    IKE_SA_SENT_2,
                    IKE_SA_SENT_3,
                    IKE_SA_SENT_4,
                    IKE_SA_SENT_5,
                    IKE_SA_UP,
                    IKE_SA_STATES,
};

enum ike_hint {
    IKE_HINT_NONE,
    IKE_HINT_NOTIFY,
    IKE_HINT_INSIDE, /* a notify under the keys of this exchange, without a HASH */
    IKE_HINT_GARBLED,
    IKE_HINT_STILL_4,
};

struct ike_sa {
    enum ike_sa_state state;
    bool initiator, rekey;
    bool retired; /* another has taken its place: nothing is begun on it */
    uint8_t cky_i[IKE_COOKIE_SIZE], cky_r[IKE_COOKIE_SIZE];
    enum ike_port port;
    struct ike_suites offered;
    unsigned tier, method;
    struct ike_suite suite;
    uint32_t seconds;
    uint8_t sa_b[IKE_SA_BODY_MAX];
    size_t sa_b_n;
    struct dh *dh;
    struct ike_value ke_i, ke_r, ni, nr;
    struct ike_keys keys;
    uint8_t iv[CIPHER_BLOCK_MAX]; /* of phase 1; once up, what phase 2 begins with */
    struct ike_features peer;
    bool floated, nat_here;
    struct ike_sent sent;
    struct ike_blob message_3; /* to ask with: does the peer still wait for message 5? */
    enum ike_port port_3;
    uint8_t message_4[HASH_SHA1_SIZE]; /* digest: it comes again when it does */
    enum ike_hint
        hint; /* what an unprotected message said: believed only when nothing better came */
    uint16_t hint_type;
    uint32_t seen[IKE_SEEN];
    unsigned seen_at;
    uint32_t replied_id; /* the last INFORMATIONAL that had an answer, and the answer */
    struct ike_sent replied;
    usec_t begun_at, up_at, retired_at, rekey_at, expires_at, delete_at;
    uint32_t dpd_seq, dpd_first, dpd_peer_seq;
    unsigned dpd_tries;
    bool dpd_peer_known;
};

enum ike_quick_state { IKE_QUICK_FREE, IKE_QUICK_SENT_1, IKE_QUICK_SENT_2, IKE_QUICK_DONE };

struct ike_quick {
    enum ike_quick_state state;
    bool initiator, rekey;
    bool beside; /* another that has no answer, with another list */
    struct ike_sa *sa;
    uint32_t msgid, spi_in, spi_out;
    uint8_t iv[CIPHER_BLOCK_MAX];
    struct ike_value ni, nr;
    struct ike_child_suites offered;
    unsigned tier;
    struct esp_suite suite;
    struct ike_terms terms;
    struct dh *dh;
    struct ike_sent sent;
    usec_t begun_at;
    usec_t free_at; /* of one that is done: until then its last message is repeated on demand */
};

struct ike_child {
    bool used, initiator, confirmed;
    bool retired; /* another has taken its place */
    bool spared;  /* which had not given a sign then */
    bool alone;   /* there was no other when it came: it cannot be one of two that collided */
    bool waits;   /* for a sign that the peer has it; what was there before is sent with */
    bool encapsulated;
    unsigned asked;                  /* times that message 3 was said again for want of a sign */
    uint8_t phase1[IKE_COOKIE_SIZE]; /* the initiator's cookie of the phase 1 that it came of */
    struct esp_keys in, out;
    uint32_t seconds, kilobytes;
    usec_t begun_at, born_at, rekey_at, expires_at, delete_at;
    usec_t sign_at, patience; /* NEVER: it was there, or is not waited for any more */
};
