/*
 * ike-calls.h - what the files of struct ike call of each other; included by ike-priv.h alone.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

/* ike.c */
void ike_event_put(struct ike *k, const struct ike_event *e);
void ike_finish(struct ike *k, enum ras_error error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void ike_moved(struct ike *k); /* the message at hand was authentic */

/* ike-send.c: messages out. */
void ike_blob_set(struct ike_blob *b, struct rd bytes);
void ike_blob_clear(struct ike_blob *b);
void ike_transmit(struct ike *k, enum ike_port port, struct rd bytes, bool fragments);
void ike_sent_keep(struct ike *k, struct ike_sent *s, enum ike_port port, struct rd bytes,
                   const struct ike_in *answered);
void ike_sent_repeat(struct ike *k, struct ike_sent *s, unsigned times, bool fragments);
void ike_sent_stop(struct ike_sent *s);
void ike_sent_clear(struct ike_sent *s);
bool ike_sent_answers(const struct ike_sent *s, const struct ike_in *in);
struct rd ike_seal(const struct ike_keys *keys, uint8_t *iv, struct ike_wr *m);
/* Messages of phase 2: header and room for the HASH; then payloads; then the HASH over them. */
void ike_phase2_begin(struct ike *k, const struct ike_sa *sa, uint8_t exchange, uint32_t msgid,
                      struct ike_wr *m);
struct rd ike_phase2_end(const struct ike_sa *sa, uint32_t msgid, const struct ike_value *ni,
                         uint8_t *iv, struct ike_wr *m);
/* Decrypts into k->plain and reads the payloads; @iv moves on only when that went well. */
bool ike_open(struct ike *k, const struct ike_keys *keys, uint8_t *iv, struct rd body,
              struct ike_in *in);

/* ike-sa.c: phase 1 as a whole. */
struct ike_sa *ike_sa_new(struct ike *k, bool initiator);
void ike_sa_free(struct ike *k, struct ike_sa *sa);
struct ike_sa *ike_sa_find(struct ike *k, const struct ike_header *h);
struct ike_sa *ike_sa_current(struct ike *k); /* to begin exchanges on; NULL: none is up */
void ike_sa_up(struct ike *k, struct ike_sa *sa);
void ike_sa_failed(struct ike *k, struct ike_sa *sa, enum ras_error error, const char *why);
void ike_sa_succeed(struct ike *k); /* one is gone: was another put aside for it? */
void ike_sa_expire(struct ike *k, struct ike_sa *sa);
usec_t ike_sa_deadline(const struct ike_sa *sa);
bool ike_msgid_fresh(struct ike_sa *sa, uint32_t msgid); /* and now it is not any more */
uint32_t ike_msgid_new(struct ike *k, struct ike_sa *sa);
usec_t ike_life(struct ike *k, uint32_t seconds, bool initiator);        /* until a rekey is due */
void ike_sa_shorten(struct ike *k, struct ike_sa *sa, uint32_t seconds); /* the peer's lifetime */

/* ike-start.c: the first contact, step by step. */
void ike_start_step(struct ike *k);
void ike_start_next(struct ike *k, const struct ike_sa *failed);
void ike_start_answered(struct ike *k, const struct ike_sa *sa);

/* ike-main.c: main mode. */
void ike_main_begin(struct ike *k, bool rekey, unsigned tier, enum ike_port port, unsigned times);
void ike_main_input(struct ike *k, struct ike_in *in, struct rd body);
bool ike_main_keys(struct ike *k, struct ike_sa *sa, struct rd gxy);

/* ike-auth.c: who the ends are. */
void ike_auth_put(struct ike *k, struct ike_sa *sa, struct ike_wr *m);
enum ike_auth_result { IKE_AUTH_GOOD, IKE_AUTH_MALFORMED, IKE_AUTH_BAD };
enum ike_auth_result ike_auth_check(struct ike *k, struct ike_sa *sa, const struct ike_in *in,
                                    struct ras_end *why);
unsigned ike_auth_method(const struct ike *k);
void ike_auth_request(struct ike *k, struct ike_wr *m); /* CERTREQ */

/* ike-quick.c */
void ike_quick_begin(struct ike *k, bool rekey);
void ike_quick_repeat(struct ike *k,
                      uint32_t spi_in); /* our last message of that pair's exchange */
void ike_quick_input(struct ike *k, struct ike_sa *sa, struct ike_in *in, struct rd body);
void ike_quick_refused(struct ike *k, struct ike_sa *sa, uint32_t msgid, uint16_t type);
/* @sa was deleted before there was any pair: as if by NO-PROPOSAL-CHOSEN. True: try again. */
bool ike_quick_deserted(struct ike *k, const struct ike_sa *sa);
void ike_quick_free(struct ike_quick *q);
void ike_quick_expire(struct ike *k, struct ike_quick *q);
usec_t ike_quick_deadline(const struct ike_quick *q);

/* ike-child.c */
void ike_child_add(struct ike *k, const struct ike_quick *q, const struct esp_keys *in,
                   const struct esp_keys *out, bool confirmed);
void ike_child_gone(struct ike *k, struct ike_child *c);
void ike_child_deleted(struct ike *k, uint32_t spi);    /* by the peer */
void ike_child_confirm(struct ike *k, uint32_t spi_in); /* message 3 came */
void ike_child_shorten(struct ike *k, struct ike_child *c, uint32_t seconds);
void ike_child_sign(struct ike *k, uint32_t spi_in); /* the peer has it */
void ike_child_take(struct ike *k);                  /* the newest, whether it has or not */
bool ike_child_waits(const struct ike *k, const struct ike_sa *sa); /* one that came of @sa */
bool ike_child_lives(const struct ike *k, uint32_t spi_in);         /* and none has replaced it */
void ike_child_expire(struct ike *k, struct ike_child *c);
usec_t ike_child_deadline(const struct ike_child *c);
bool ike_child_any(const struct ike *k);
bool ike_child_hangs_on(const struct ike *k, const struct ike_sa *sa); /* that is sent with */
void ike_renew(struct ike *k);

/* ike-info.c */
void ike_info_input(struct ike *k, struct ike_sa *sa, struct ike_in *in, struct rd body);
void ike_info_notify(struct ike *k, struct ike_sa *sa, uint8_t protocol, uint16_t type,
                     struct rd spi);
void ike_info_delete_sa(struct ike *k, struct ike_sa *sa);
void ike_info_delete_child(struct ike *k, uint32_t spi_in);
void ike_dpd_expire(struct ike *k);
usec_t ike_dpd_deadline(const struct ike *k);
void ike_alive(struct ike *k); /* something authentic came */
const char *ike_notify_name(uint16_t type);
/* The peer will not keep @sa, or the pair that @n names, for as long as was agreed (RFC 2407
 * section 4.6.3.1). */
void ike_info_lifetime(struct ike *k, struct ike_sa *sa, const struct ike_notify *n);
/* Nobody vouches for it: believed when nothing better comes soon, and after our message was sent
 * once more (row K8). */
void ike_hint(struct ike *k, struct ike_sa *sa, enum ike_hint what);
