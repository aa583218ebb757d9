/*
 * eap-mschapv2.h - MS-CHAPv2 inside EAP, type 26 (draft-kamath-pppext-eap-mschapv2, [MS-CHAP]):
 * RFC 2759's packets with a type octet before them.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "mschapv2.h"

enum eap_mschapv2_op {
    EAP_MSCHAPV2_CHALLENGE = 1,
    EAP_MSCHAPV2_RESPONSE,
    EAP_MSCHAPV2_SUCCESS,
    EAP_MSCHAPV2_FAILURE,
    EAP_MSCHAPV2_CHANGE = 7,
};

enum eap_method_result {
    EAP_METHOD_IGNORE,  /* not well formed, or not now: no answer */
    EAP_METHOD_RESPOND, /* the response's type-data is written */
    EAP_METHOD_PROVED,  /* and written; Success may follow */
    EAP_METHOD_REFUSED, /* ->failure; retry, change or give up */
    EAP_METHOD_UNPROVEN,
    EAP_METHOD_UNUSABLE,
};

struct eap_mschapv2 {
    struct mschapv2 core;
    enum eap_mschapv2_state {
        EAP_MSCHAPV2_IDLE,
        EAP_MSCHAPV2_ANSWERED,
        EAP_MSCHAPV2_PERSON, /* a failure awaits new credentials */
        EAP_MSCHAPV2_DONE,
        EAP_MSCHAPV2_GAVE_UP,
    } state;
    uint8_t id;
    struct mschapv2_failure failure;
};

void eap_mschapv2_init(struct eap_mschapv2 *m, const struct rng *rng);
enum eap_method_result eap_mschapv2_input(struct eap_mschapv2 *m, const struct ppp_credentials *c,
                                          struct rd type_data, struct wr *reply);
enum eap_method_result eap_mschapv2_retry(struct eap_mschapv2 *m, const struct ppp_credentials *c,
                                          struct wr *reply);
enum eap_method_result eap_mschapv2_change(struct eap_mschapv2 *m, const struct ppp_credentials *c,
                                           struct wr *reply);
void eap_mschapv2_give_up(struct eap_mschapv2 *m, struct wr *reply);
