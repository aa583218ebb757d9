/*
 * test-sim-ike-vendors.c - the default offer against what servers ship with. Each row is a server
 * that takes that and nothing else. What is said of a server is out of public documentation, named
 * beside it; the test says that there is a call with such a one, and with which suites.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-priv.h"
#include "sim-ike.h"

#define SEC USEC_PER_SEC
#define MS  USEC_PER_MSEC

enum pfs { NO_PFS, ANY_PFS };

struct vendor {
    const char *whose, *source;
    const char *ike, *esp; /* strong to weak, all that it takes */
    enum pfs pfs;
    const char *proposal, *child; /* what is agreed on */
};

/* clang-format off */
static const struct vendor vendors[] = {
    {"Windows 2000, 2003", "Microsoft's KB 325158, what its L2TP client and server have",
     "3des-sha1-modp2048,3des-sha1-modp1024", "3des-sha1", NO_PFS,
     "3DES-CBC SHA-1 MODP-2048", "3DES-CBC SHA-1"},
    {"Windows Vista to 2025", "the list in ne-lab.com/platform/windows/2024/02/933, as captured",
     "aes256-sha1-ecp384,aes128-sha1-ecp256,aes256-sha1-modp2048,3des-sha1-modp2048,"
     "3des-sha1-modp1024",
     "aes256-sha1,aes128-sha1,3des-sha1", NO_PFS,
     "AES-256-CBC SHA-1 ECP-384", "AES-256-CBC SHA-1"},
    {"Windows, NegotiateDH2048_AES256=2", "Microsoft's KB 325158, for servers that were hardened",
     "aes256-sha1-modp2048", "aes256-sha1", NO_PFS,
     "AES-256-CBC SHA-1 MODP-2048", "AES-256-CBC SHA-1"},
    {"MikroTik RouterOS 6, 7", "help.mikrotik.com ROS/IPsec: defaults of profile and proposal",
     "aes128-sha1-modp2048,aes128-sha1-modp1024,3des-sha1-modp2048,3des-sha1-modp1024",
     "aes256-sha1,aes192-sha1,aes128-sha1", NO_PFS,
     "AES-128-CBC SHA-1 MODP-2048", "AES-256-CBC SHA-1"},
    {"the same, without proposal-check=obey", "pfs-group=modp1024; obey takes less (racoon.conf(5))",
     "aes128-sha1-modp2048,aes128-sha1-modp1024,3des-sha1-modp2048,3des-sha1-modp1024",
     "aes256-sha1,aes192-sha1,aes128-sha1", ANY_PFS,
     "AES-128-CBC SHA-1 MODP-2048", "AES-256-CBC SHA-1"},
    {"Meraki MX", "documentation.meraki.com MX-Z/Client_VPN/Client_VPN_Overview",
     "3des-sha1-modp1024", "aes128-sha1,3des-sha1", NO_PFS,
     "3DES-CBC SHA-1 MODP-1024", "AES-128-CBC SHA-1"},
    {"Meraki MX, for PCI-DSS 3.2.1", "the same page",
     "aes128-sha1-modp2048", "aes128-sha1", NO_PFS,
     "AES-128-CBC SHA-1 MODP-2048", "AES-128-CBC SHA-1"},
    {"SonicWall GroupVPN", "SonicOS Standard 3.0 Administrator's Guide: proposals of WAN GroupVPN",
     "3des-sha1-modp1024", "3des-sha1", NO_PFS,
     "3DES-CBC SHA-1 MODP-1024", "3DES-CBC SHA-1"},
    {"SonicWall, group 5 and PFS", "the same guide: what else its menus have",
     "aes256-sha1-modp1536", "aes256-sha1", ANY_PFS,
     "AES-256-CBC SHA-1 MODP-1536", "AES-256-CBC SHA-1"},
    {"FortiGate, as its guide sets up L2TP", "FortiOS handbook: aes256-md5 3des-sha1 aes192-sha1, "
     "dhgrp 2, pfs disable",
     "3des-sha1-modp1024,aes192-sha1-modp1024", "3des-sha1,aes192-sha1", NO_PFS,
     "3DES-CBC SHA-1 MODP-1024", "3DES-CBC SHA-1"},
    {"FortiGate, its own defaults", "FortiOS CLI reference, vpn ipsec: dhgrp 14 5, pfs enable",
     "aes128-sha256-modp2048,aes256-sha256-modp2048,aes128-sha1-modp2048,aes256-sha1-modp2048,"
     "aes128-sha256-modp1536,aes256-sha256-modp1536,aes128-sha1-modp1536,aes256-sha1-modp1536",
     "aes128-sha1,aes256-sha1,aes128-sha256,aes256-sha256,aes128gcm16,aes256gcm16", ANY_PFS,
     "AES-128-CBC SHA-256 MODP-2048", "AES-128-CBC SHA-1"},
    {"strongSwan without proposals", "docs.strongswan.org, swanctl.conf, without 25519",
     "aes128-sha256-ecp256,aes256-sha256-ecp256,aes256-sha384-ecp384,aes256-sha512-ecp521,"
     "aes128-sha256-modp3072,aes256-sha256-modp4096,aes128-sha256-modp2048",
     "aes128-sha256,aes256-sha256,aes256-sha384,aes128-sha1", NO_PFS,
     "AES-128-CBC SHA-256 ECP-256", "AES-128-CBC SHA-256"},
    {"Libreswan 4 without ike=", "ipsec.conf(5): SHA-2, SHA-1, dh14 and above; pfs=yes",
     "aes256-sha256-modp2048,aes256-sha256-modp3072,aes256-sha256-modp4096,aes256-sha512-modp2048,"
     "aes256-sha1-modp2048,aes128-sha256-modp2048,aes128-sha1-modp2048",
     "aes128-sha1,aes256-sha1,aes256-sha256,aes128-sha256", ANY_PFS,
     "AES-256-CBC SHA-256 MODP-2048", "AES-128-CBC SHA-1"},
};
/* clang-format on */

static const struct vendor *now;

static void
as_shipped(struct ike_config *client, struct ike_config *server)
{
    (void)client;
    server->phase1 = now->ike;
    server->phase2 = now->esp;
    server->pfs = now->pfs == ANY_PFS;
}

/* Of the first list, so that nobody waits for the next; only PFS takes another quick mode or more,
 * and is asked for at once the next time. */
static void
test_defaults(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(vendors); i++) {
        const struct sim_ike_params p = {
            .seed = 40 + (guint32)i, .delay = 20 * MS, .tweak = as_shipped};
        struct sim_ike sim;

        now = &vendors[i];
        g_test_message("%s (%s)", now->whose, now->source);
        sim_ike_init(&sim, &p);
        sim_ike_start(&sim);
        g_assert_true(sim_ike_settle(&sim, sim.now + 2 * SEC));
        g_assert_cmpstr(sim.client.proposal, ==, now->proposal);
        g_assert_cmpstr(sim.client.child_proposal, ==, now->child);
        g_assert_cmpuint(ike_remember(sim.client.k) >> 4 & 15, ==, 0);
        g_assert_cmpint((ike_remember(sim.client.k) & 15) >= IKE_PHASE2_LISTS, ==, now->pfs);
        sim_ike_clear(&sim);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-ike-vendors/defaults", test_defaults);
    return g_test_run();
}
