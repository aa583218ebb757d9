/*
 * ike-start.c - the first contact: what is tried when nobody answers, or says no. Each step is a
 * main mode of its own; those before it are still listened to.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-priv.h"

#include <stdio.h>

static const struct {
    unsigned tier;
    enum ike_port port;
    unsigned times; /* sent again */
} steps[] = {
    {0, IKE_500, 2},  /* 0.8 + 1.6 + 3.2 s */
    {1, IKE_500, 1},  /* a shorter list: 2.4 s */
    {1, IKE_4500, 1}, /* a firewall that lets only UDP 4500 pass */
    {2, IKE_500, 1},  /* what is rarely wanted */
    {3, IKE_500, 1},  /* the shortest */
};
#define STEPS (sizeof steps / sizeof *steps)

/* The tier that this server took the last time comes first; the whole list then comes second,
 * because it may be another server by now. */
static unsigned
tier_of(const struct ike *k, unsigned step)
{
    if (k->phase1 != NULL)
        return 0;
    if (step == 0)
        return k->phase1_tier;
    return step == 1 && k->phase1_tier != 0 ? 0 : steps[step].tier;
}

void
ike_start_step(struct ike *k)
{
    ike_main_begin(k, false, tier_of(k, k->step), steps[k->step].port, steps[k->step].times);
}

static void
nobody(struct ike *k)
{
    uint16_t hint = 0;

    for (unsigned i = 0; i < IKE_SAS; i++)
        if (k->sas[i].state == IKE_SA_SENT_1 && k->sas[i].hint == IKE_HINT_NOTIFY)
            hint = k->sas[i].hint_type;
    for (unsigned i = 0; i < IKE_SAS; i++)
        if (k->sas[i].state != IKE_SA_FREE)
            ike_sa_free(k, &k->sas[i]);
    if (hint == IKE_N_NO_PROPOSAL_CHOSEN)
        ike_finish(k, RAS_OAKLEY_GENERAL_PROCESSING,
                   "IKE: NO-PROPOSAL-CHOSEN in phase 1: the server takes no %s with any of %s",
                   k->cfg.auth == IKE_AUTH_PSK ? "pre-shared key" : "certificate",
                   k->phase1 != NULL ? "the profile's proposals"
                                     : "AES/3DES, SHA-1/SHA-2, ECP-256/384, MODP-1024/2048");
    else if (hint != 0)
        ike_finish(k, RAS_OAKLEY_GENERAL_PROCESSING, "IKE: message 1 was answered by %s",
                   ike_notify_name(hint));
    else
        ike_finish(k, RAS_VPN_TIMEOUT, "IKE: no answer on UDP 500, nor on UDP 4500");
}

/* @failed got no answer. */
void
ike_start_next(struct ike *k, const struct ike_sa *failed)
{
    if (failed->rekey) {
        ike_sa_failed(k, (struct ike_sa *)failed, RAS_LINK_FAILURE, "no answer to message 1");
        return;
    }
    if (failed->rekey || k->up)
        return;
    while (++k->step < STEPS) {
        if (k->phase1 != NULL && steps[k->step].port == IKE_500)
            continue; /* there is one list only */
        ike_start_step(k);
        return;
    }
    nobody(k);
}

/* The server took up @sa: the other attempts are forgotten. */
void
ike_start_answered(struct ike *k, const struct ike_sa *sa)
{
    for (unsigned i = 0; i < IKE_SAS; i++)
        if (&k->sas[i] != sa && k->sas[i].state == IKE_SA_SENT_1 && !k->sas[i].rekey)
            ike_sa_free(k, &k->sas[i]);
}
