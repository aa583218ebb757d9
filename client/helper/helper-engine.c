/* helper-engine.c - see helper-engine.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-engine.h"

#include "helper-netlink.h"

#include <linux/cryptouser.h>
#include <string.h>

/* The kernel's own header has this, and the list tells it: "CRYPTO_ALG_KERN_DRIVER_ONLY". */
#define KERN_DRIVER_ONLY 0x1000u

static const char *const names[HELPER_ENGINE_NAMES] = {
    "cbc(aes)",
    "rfc4106(gcm(aes))",
    "authenc(hmac(sha1),cbc(aes))",
    "authenc(hmac(sha256),cbc(aes))",
};

void
helper_engine_note(struct nlmsghdr *h, void *engine)
{
    struct helper_engine *e = engine;
    struct crypto_user_alg *const alg = nlmsg_data(h);
    const struct nlattr *priority;

    if (h->nlmsg_type != CRYPTO_MSG_NEWALG || !nlmsg_valid_hdr(h, sizeof *alg))
        return;
    priority = nlmsg_find_attr(h, sizeof *alg, CRYPTOCFGA_PRIORITY_VAL);
    if (priority == NULL || nla_len(priority) < (int)sizeof(uint32_t))
        return;
    const uint32_t value = nla_get_u32(priority);

    for (size_t i = 0; i < HELPER_ENGINE_NAMES; i++) {
        if (strncmp(alg->cru_name, names[i], sizeof alg->cru_name) != 0 ||
            value <= e->best[i].priority)
            continue;
        e->best[i].priority = value;
        e->best[i].hardware = (alg->cru_flags & KERN_DRIVER_ONLY) != 0;
    }
}

bool
helper_engine_there(const struct helper_engine *e)
{
    bool there = false;

    for (size_t i = 0; i < HELPER_ENGINE_NAMES; i++)
        there |= e->best[i].hardware;
    return there;
}

bool
helper_engine_probe(void)
{
    CLEANUP(helper_netlink_free) struct helper_netlink *nl = helper_netlink_new(NETLINK_CRYPTO);
    const struct crypto_user_alg any = {.cru_name = ""};
    struct helper_engine e = {0};

    return nl != NULL &&
           helper_netlink_talk(
               nl, helper_netlink_request(CRYPTO_MSG_GETALG, NLM_F_DUMP, &any, sizeof any),
               helper_engine_note, &e) == 0 &&
           helper_engine_there(&e);
}
