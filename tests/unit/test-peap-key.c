/* test-peap-key.c - the keys of PEAPv0. SPDX-License-Identifier: GPL-3.0-or-later */
#include "peap-key.h"

#include "ppp-test.h"

enum { MAC_AT = 40, TLV = 60 };

static struct rd
v(const char *name)
{
    return vec("peap.txt", name);
}

static void
test_published(void)
{
    static const char *const tlvs[] = {"request", "response"};
    struct peap_key k;
    uint8_t tlv[TLV], mac[PEAP_KEY_MAC], csk[PEAP_KEY_CSK];

    peap_key_compound(v("tk").p, v("isk").p, &k);
    assert_octets(k.ipmk, sizeof k.ipmk, v("ipmk"));
    assert_octets(k.cmk, sizeof k.cmk, v("cmk"));
    for (guint i = 0; i < G_N_ELEMENTS(tlvs); i++) {
        memcpy(tlv, v(tlvs[i]).p, sizeof tlv);
        memset(tlv + MAC_AT, 0, PEAP_KEY_MAC);
        peap_key_mac(&k, rd_over(tlv, sizeof tlv), mac);
        assert_octets(mac, sizeof mac, rd_over(v(tlvs[i]).p + MAC_AT, PEAP_KEY_MAC));
    }
    peap_key_session(&k, csk);
    assert_octets(csk, 32, v("peer-send"));
    assert_octets(csk + 32, 32, v("peer-receive"));
}

static void
test_own(void)
{
    static const uint8_t none[PEAP_KEY_ISK];
    struct peap_key k;

    peap_key_compound(v("tk").p, none, &k);
    assert_octets(k.cmk, sizeof k.cmk, v("cmk-without"));
    peap_key_compound(v("tk").p, v("isk-mschapv2").p, &k);
    assert_octets(k.ipmk, sizeof k.ipmk, v("ipmk-mschapv2"));
    assert_octets(k.cmk, sizeof k.cmk, v("cmk-mschapv2"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/peap-key/published", test_published);
    g_test_add_func("/peap-key/own", test_own);
    return g_test_run();
}
