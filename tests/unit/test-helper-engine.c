/* test-helper-engine.c - the kernel's list of algorithms, read. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include <glib.h>
#include <linux/cryptouser.h>

#include "helper-engine.h"

struct entry {
    const char *name, *driver;
    guint32 priority, flags;
};

static void
note(struct helper_engine *e, const struct entry *entry, int type, gsize cut)
{
    struct crypto_user_alg alg = {.cru_flags = entry->flags};
    struct nl_msg *msg = nlmsg_alloc_simple(type, 0);

    g_strlcpy(alg.cru_name, entry->name, sizeof alg.cru_name);
    g_strlcpy(alg.cru_driver_name, entry->driver, sizeof alg.cru_driver_name);
    g_assert_cmpint(nlmsg_append(msg, &alg, sizeof alg, NLMSG_ALIGNTO), ==, 0);
    if (entry->priority != 0)
        g_assert_cmpint(nla_put_u32(msg, CRYPTOCFGA_PRIORITY_VAL, entry->priority), ==, 0);
    nlmsg_hdr(msg)->nlmsg_len -= (guint32)cut;
    helper_engine_note(nlmsg_hdr(msg), e);
    nlmsg_free(msg);
}

/* Flags: 0x80 is asynchronous, as some software is too; 0x1000 hardware. */
static void
test_lists(void)
{
    static const struct {
        const char *why;
        struct entry entries[3];
        gboolean engine;
    } rows[] = {
        {"software", {{"cbc(aes)", "cbc(aes-generic)", 100, 0x405}}, FALSE},
        {"instructions", {{"cbc(aes)", "cbc-aes-aesni", 400, 0x485}}, FALSE},
        {"an engine",
         {{"cbc(aes)", "cbc(aes-generic)", 100, 5}, {"cbc(aes)", "mv-cbc-aes", 300, 0x1085}},
         TRUE},
        {"it comes first",
         {{"cbc(aes)", "mv-cbc-aes", 300, 0x1085}, {"cbc(aes)", "cbc(aes-generic)", 100, 5}},
         TRUE},
        {"an engine that the kernel does not prefer",
         {{"cbc(aes)", "slow", 90, 0x1085}, {"cbc(aes)", "cbc(aes-generic)", 100, 5}},
         FALSE},
        {"for GCM", {{"rfc4106(gcm(aes))", "caam", 3000, 0x1083}}, TRUE},
        {"for both at once", {{"authenc(hmac(sha1),cbc(aes))", "caam", 3000, 0x1083}}, TRUE},
        {"for another cipher",
         {{"cbc(camellia)", "x", 300, 0x1085}, {"xts(aes)", "y", 300, 0x1085}},
         FALSE},
        {"without a priority", {{"cbc(aes)", "x", 0, 0x1085}}, FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct helper_engine e = {0};

        g_test_message("%s", rows[i].why);
        for (gsize j = 0; j < G_N_ELEMENTS(rows[i].entries); j++)
            if (rows[i].entries[j].name != NULL)
                note(&e, &rows[i].entries[j], CRYPTO_MSG_NEWALG, 0);
        g_assert_cmpint(helper_engine_there(&e), ==, rows[i].engine);
    }
}

static void
test_malformed(void)
{
    const struct entry entry = {"cbc(aes)", "x", 300, 0x1085};
    struct helper_engine e = {0};

    for (gsize cut = 1; cut <= sizeof(struct crypto_user_alg) + 8; cut++)
        note(&e, &entry, CRYPTO_MSG_NEWALG, cut);
    note(&e, &entry, CRYPTO_MSG_DELALG, 0);
    g_assert_false(helper_engine_there(&e));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/helper-engine/lists", test_lists);
    g_test_add_func("/helper-engine/malformed", test_malformed);
    return g_test_run();
}
