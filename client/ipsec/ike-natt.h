/*
 * ike-natt.h - what the ends say they can do, by vendor ids; and how they find a NAT between them
 * (RFC 3947 section 3, its drafts 02 and 03, [MS-IKEE] section 6, RFC 3706 section 5.1).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "hash.h"
#include "ike-config.h"
#include "ike-msg.h"

enum ike_natt { IKE_NATT_NONE, IKE_NATT_DRAFT, IKE_NATT_RFC };

struct ike_features {
    enum ike_natt natt;
    bool dpd, fragments;
};

/* The payload numbers of that dialect. */
uint8_t ike_natd_type(enum ike_natt natt);
uint8_t ike_natoa_type(enum ike_natt natt);

void ike_vendor_offer(struct ike_wr *m);
void ike_vendor_answer(struct ike_wr *m, const struct ike_features *peer);
void ike_vendor_get(const struct ike_payloads *p, struct ike_features *ret);
/* What a later message says besides. */
void ike_vendor_add(const struct ike_payloads *p, struct ike_features *ret);

/* NAT-D: hash(CKY-I | CKY-R | IP | port). */
void ike_natd(enum hash_alg alg, const struct ike_header *cookies, const struct ike_address *a,
              uint16_t port, uint8_t *ret);
