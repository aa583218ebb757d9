/*
 * fuzz-eap-tls.c - EAP with methods by TLS: its fragments, and what PEAP carries inside, which no
 * fuzzer gets to through TLS. Who proves nothing is never believed (threats A10, A13, A14).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eap.h"
#include "fuzz-ppp.h"

static struct ppp_queue q;
static struct ppp_credentials user;
static struct ras_end fault;
static struct eap_tls_side side = {.fault = &fault, .has_cert = true};

static void
outside(struct eap *eap, struct rd *in)
{
    const struct rd frame = fuzz_frame(in);

    if (eap_input(eap, &user, frame) == EAP_RESULT_PROVED)
        abort();
    if (eap->sent_len > EAP_PACKET_MAX)
        abort();
    free((void *)frame.p);
    fuzz_drain(&q);
}

static void
inside(struct eap_peap *peap, struct eap_mschapv2 *inner, struct rd *in)
{
    static const uint8_t msk[64] = {1};
    uint8_t buf[EAP_PEAP_PLAIN];
    struct wr answer = wr_over(buf, sizeof buf);
    const struct rd plain = fuzz_frame(in);
    const enum eap_peap_result what = eap_peap_input(peap, inner, &user, msk, plain, &answer);

    if ((what == EAP_PEAP_ANSWER && answer.bad) ||
        (what == EAP_PEAP_FAILED && peap->end.error == RAS_OK) || peap->state == EAP_PEAP_DONE)
        abort();
    free((void *)plain.p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd in = rd_over(data, size);
    struct secret password = {0};
    struct eap_peap peap;
    struct eap eap;

    if (side.ctx == NULL)
        side.ctx = SSL_CTX_new(TLS_client_method());
    if (side.ctx == NULL || !secret_set_text(&password, "clientPass") ||
        !ppp_credentials_set(&user, "User", "CORP", &password, NULL))
        abort();
    SSL_CTX_set_verify(side.ctx, SSL_VERIFY_PEER, NULL);
    q.head = q.tail = 0;
    fuzz_random = 3;
    eap_start(&eap, &fuzz_rng, &q);
    eap_allow(&eap, PPP_AUTH_EAP_TLS | PPP_AUTH_PEAP, &side);
    eap_peap_init(&peap, &fuzz_rng, rd_u8(&in) & 1);
    while (in.left > 0 && rd_ok(&in)) {
        if (rd_u8(&in) & 1)
            inside(&peap, &eap.method, &in);
        else
            outside(&eap, &in);
    }
    eap_clear(&eap);
    return 0;
}
