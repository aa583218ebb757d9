/*
 * test-ike-proposal.c - what is offered in both phases, what of an answer is taken, what we choose.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-phase2.h"
#include "ike-test.h"

#define LIFE 28800

/* The SA payload's body that @m has been given. */
static struct rd
sa_body(struct ike_wr *m)
{
    struct rd r = ike_wr_done(m);
    struct ike_header h;
    struct ike_payloads p;

    g_assert_true(ike_header_get(&r, &h));
    g_assert_true(ike_payloads_get(r, h.next, false, &p));
    return ike_payload_find(&p, IKE_PL_SA, 0);
}

static struct rd
offer1(const struct ike_suites *s, unsigned method)
{
    static guint8 buf[2048];
    struct ike_wr m;

    ike_wr_begin(&m, buf, sizeof buf, &(struct ike_header){.exchange = IKE_MAIN});
    ike_suites_offer(s, method, LIFE, &m);
    return sa_body(&m);
}

/* What strongSwan offered in t1 to t4 is what we would write for the same suite. */
static void
test_like_captured(void)
{
    for (guint i = 0; i < 5; i++) {
        const struct ike_suites one = {1, {captured_suites[i]}};
        static guint8 buf[256];
        struct ike_wr m;
        struct ike_suite got;
        guint32 life;

        ike_wr_begin(&m, buf, sizeof buf, &(struct ike_header){.exchange = IKE_MAIN});
        ike_suites_offer(&one, i == 4 ? 3 : 1, 15840, &m);
        struct rd ours = sa_body(&m);
        struct rd theirs = vector(captured[i], "SAi_b");
        struct ike_offer a, b;

        g_assert_true(ike_offer_get(ours, IKE_PHASE_1, &a));
        g_assert_true(ike_offer_get(theirs, IKE_PHASE_1, &b));
        g_assert_cmpmem(a.v[0].attr, sizeof a.v[0].attr, b.v[0].attr, sizeof b.v[0].attr);
        g_assert_cmpint(a.v[0].seconds, ==, b.v[0].seconds);
        g_assert_rd(ours, theirs);
        g_assert_true(ike_suites_check(&one, i == 4 ? 3 : 1, LIFE, theirs, &got, &life));
        g_assert_cmpmem(&got, sizeof got, &captured_suites[i], sizeof got);
        g_assert_cmpint(life, ==, 15840);
    }
}

static void
test_tiers(void)
{
    static const char *const windows[] = {
        "AES-256-CBC SHA-1 ECP-384", "AES-128-CBC SHA-1 ECP-256", "AES-256-CBC SHA-1 MODP-2048",
        "3DES-CBC SHA-1 MODP-2048",  "3DES-CBC SHA-1 MODP-1024",
    };
    struct ike_suites all, list;
    char text[48];

    ike_suites_tier(&all, 0, 0);
    g_assert_cmpint(all.n, ==, 16);
    ike_suite_text(&all.v[0], text, sizeof text);
    g_assert_cmpstr(text, ==, "AES-256-CBC SHA-384 ECP-384");
    ike_suites_tier(&list, 1, 0);
    g_assert_cmpint(list.n, ==, G_N_ELEMENTS(windows));
    for (guint i = 0; i < list.n; i++) {
        ike_suite_text(&list.v[i], text, sizeof text);
        g_assert_cmpstr(text, ==, windows[i]);
    }
    for (guint tier = 0; tier < IKE_PHASE1_TIERS; tier++) {
        ike_suites_tier(&list, tier, 0);
        for (guint i = 0; i < list.n; i++) { /* each is in the whole list, or rarely wanted */
            guint k = 0;

            while (k < all.n && memcmp(&all.v[k], &list.v[i], sizeof all.v[k]) != 0)
                k++;
            g_assert_cmpint(k < all.n, ==, tier != 2);
        }
        g_assert_cmpint(offer1(&list, 1).left, <, 1000); /* datagrams stay whole */
    }
    ike_suites_tier(&list, 2, 0);
    g_assert_cmpint(list.n, ==, 21);
    /* Strong to weak: no MODP-1024 before a better group, no 3DES before AES in the same group. */
    gboolean modp1024 = FALSE;
    for (guint i = 0; i < all.n; i++) {
        modp1024 |= all.v[i].group == DH_MODP_1024;
        g_assert_true(!modp1024 || all.v[i].group == DH_MODP_1024);
        for (guint k = i + 1; k < all.n; k++)
            g_assert_false(all.v[i].encryption == IKE_ENC_3DES &&
                           all.v[k].encryption == IKE_ENC_AES && all.v[i].group == all.v[k].group &&
                           all.v[i].hash == all.v[k].hash);
    }
}

static void
test_refused(void)
{
    struct ike_suites list;
    struct ike_child_suites child;

    for (guint tier = 0; tier < IKE_PHASE1_TIERS; tier++) {
        ike_suites_tier(&list, tier, IKE_WEAK_3DES | IKE_WEAK_MODP1024);
        for (guint i = 0; i < list.n; i++)
            g_assert_cmpint(ike_suite_weak(&list.v[i]) & (IKE_WEAK_3DES | IKE_WEAK_MODP1024), ==,
                            0);
    }
    ike_suites_tier(&list, 1, IKE_WEAK_SHA1);
    g_assert_cmpint(list.n, ==, 0);
    ike_child_suites_tier(&child, 0, IKE_WEAK_SHA1 | IKE_WEAK_3DES);
    g_assert_cmpint(child.n, ==, 4);
    g_assert_false(ike_suites_parse(&list, "3des-sha1-modp1024", IKE_WEAK_3DES));
}

static void
test_texts(void)
{
    static const char *const bad[] = {
        "",
        "aes256",
        "aes256-sha1",
        "aes256-sha1-modp768",
        "des-sha1-modp1024",
        "aes256-md5-modp1024",
        "aes256-sha1-modp1024-x",
        "aes256-sha1-modp1024,",
        ",",
        "aes256-sha1-modp1024,,aes256-sha1-modp1024",
        "-",
        "--",
        "null-sha1-modp2048",
        " aes256-sha1-modp1024",
    };
    static const char *const bad_child[] = {
        "",
        "aes256",
        "des-sha1",
        "null-sha1",
        "aes256-sha1-modp2048",
        "aes256-md5",
        "-sha1",
        "aes256-",
        "aes256-sha1,",
        ",",
        "aes256gcm16-sha1",
        "aes256gcm8",
        "aes512-sha1",
    };
    struct ike_suites list;
    struct ike_child_suites child;

    g_assert_true(ike_suites_parse(&list, "aes256-sha2_256-ecp384,3des-sha1-modp1024", 0));
    g_assert_cmpint(list.n, ==, 2);
    g_assert_cmpint(list.v[0].hash, ==, IKE_HASH_SHA256);
    g_assert_cmpint(list.v[1].encryption, ==, IKE_ENC_3DES);
    g_assert_cmpint(ike_suite_weak(&list.v[1]), ==,
                    IKE_WEAK_3DES | IKE_WEAK_SHA1 | IKE_WEAK_MODP1024);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("%s", bad[i]);
        g_assert_false(ike_suites_parse(&list, bad[i], 0));
    }
    g_assert_true(ike_child_suites_parse(&child, "aes128gcm16,aes256-sha1,3des-sha1", 0));
    g_assert_cmpint(child.n, ==, 3);
    g_assert_cmpint(child.v[0].cipher, ==, ESP_AES_GCM_16);
    g_assert_cmpint(child.v[1].key_bits, ==, 256);
    g_assert_cmpint(child.v[2].cipher, ==, ESP_3DES_CBC);
    for (guint i = 0; i < G_N_ELEMENTS(bad_child); i++) {
        g_test_message("%s", bad_child[i]);
        g_assert_false(ike_child_suites_parse(&child, bad_child[i], 0));
    }
}

/* Answers to an offer of AES-256 SHA-256 MODP-2048 or 3DES SHA-1 MODP-1024, by PSK. */
static void
test_answers1(void)
{
    static const struct {
        const char *why, *hex;
        gboolean good;
    } cases[] = {
#define SA1(proposal)          "0000000100000001" proposal
#define P1(length, transforms) "000000" length "010100" transforms
#define T1(length, attributes) "000000" length "01010000" attributes
#define GOOD_ATTRS             "80010007800e0100800200048004000e80030001800b0001"
        {"as offered", SA1(P1("2c", "01" T1("24", GOOD_ATTRS "800c7080"))), TRUE},
        {"a shorter life", SA1(P1("2c", "01" T1("24", GOOD_ATTRS "800c0e10"))), TRUE},
        {"the life in four octets", SA1(P1("30", "01" T1("28", GOOD_ATTRS "000c000400007080"))),
         TRUE},
        {"no life at all", SA1(P1("24", "01" T1("1c", "80010007800e0100800200048004000e80030001"))),
         TRUE},
        {"K3: life 0", SA1(P1("2c", "01" T1("24", GOOD_ATTRS "800c0000"))), FALSE},
        {"a longer life: ours counts", SA1(P1("2c", "01" T1("24", GOOD_ATTRS "800c7081"))), TRUE},
        {"a life in kilobytes too, which is the server's to mind",
         SA1(P1("34", "01" T1("2c", GOOD_ATTRS "800c7080800b0002800c1000"))), TRUE},
        {"K3: a life of 2^64", SA1(P1("34", "01" T1("2c", GOOD_ATTRS "000c00080100000000000000"))),
         FALSE},
        {"K3: AES with another key",
         SA1(P1("2c", "01" T1("24", "80010007800e0080800200048004000e80030001800b0001800c7080"))),
         FALSE},
        {"K3: no key length",
         SA1(P1("28", "01" T1("20", "80010007800200048004000e80030001800b0001800c7080"))), FALSE},
        {"K3: SHA-1, which was offered with 3DES only",
         SA1(P1("2c", "01" T1("24", "80010007800e0100800200028004000e80030001800b0001800c7080"))),
         FALSE},
        {"K3: an attribute that we did not send",
         SA1(P1("30", "01" T1("28", GOOD_ATTRS "800c7080800d0001"))), FALSE},
        {"K3: an attribute twice", SA1(P1("30", "01" T1("28", GOOD_ATTRS "800c708080010007"))),
         FALSE},
        {"K3: an unknown attribute", SA1(P1("30", "01" T1("28", GOOD_ATTRS "800c7080c0010001"))),
         FALSE},
        {"K4: DES",
         SA1(P1("28", "01" T1("20", "80010001800200048004000e80030001800b0001800c7080"))), FALSE},
        {"K4: group 1",
         SA1(P1("2c", "01" T1("24", "80010007800e0100800200048004000180030001800b0001800c7080"))),
         FALSE},
        {"K4: RSA encryption",
         SA1(P1("2c", "01" T1("24", "80010007800e0100800200048004000e80030004800b0001800c7080"))),
         FALSE},
        {"K4: RSA signatures, to an offer of PSK",
         SA1(P1("2c", "01" T1("24", "80010007800e0100800200048004000e80030003800b0001800c7080"))),
         FALSE},
        {"K4: no encryption",
         SA1(P1("28", "01" T1("20", "80010000800200048004000e80030001800b0001800c7080"))), FALSE},
        {"two transforms",
         SA1(P1("50", "02"
                      "03000024"
                      "01010000" GOOD_ATTRS "800c7080"
                      "00000024"
                      "01010000" GOOD_ATTRS "800c7080")),
         FALSE},
        {"a count that is wrong", SA1(P1("2c", "02" T1("24", GOOD_ATTRS "800c7080"))), FALSE},
        {"another DOI", "0000000200000001" P1("2c", "01" T1("24", GOOD_ATTRS "800c7080")), FALSE},
        {"another situation", "0000000100000002" P1("2c", "01" T1("24", GOOD_ATTRS "800c7080")),
         FALSE},
        {"protocol ESP",
         SA1("0000002c010300"
             "01" T1("24", GOOD_ATTRS "800c7080")),
         FALSE},
        {"a transform that is not KEY_IKE",
         SA1(P1("2c", "01"
                      "00000024"
                      "01020000" GOOD_ATTRS "800c7080")),
         FALSE},
        {"an attribute cut off", SA1(P1("2a", "01" T1("22", GOOD_ATTRS "800c"))), FALSE},
        {"octets behind the proposal", SA1(P1("2c", "01" T1("24", GOOD_ATTRS "800c7080")) "00"),
         FALSE},
        {"empty", "", FALSE},
        {"no proposal", "0000000100000001", FALSE},
    };
    struct ike_suites list;

    g_assert_true(ike_suites_parse(&list, "aes256-sha256-modp2048,3des-sha1-modp1024", 0));
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint8 body[128];
        gsize n = strlen(cases[i].hex) / 2;
        struct ike_suite got = {0};
        guint32 life = 0;

        for (gsize k = 0; k < n; k++)
            body[k] = (guint8)(g_ascii_xdigit_value(cases[i].hex[2 * k]) << 4 |
                               g_ascii_xdigit_value(cases[i].hex[2 * k + 1]));
        g_test_message("%s", cases[i].why);
        g_assert_cmpint(ike_suites_check(&list, 1, LIFE, rd_over(body, n), &got, &life), ==,
                        cases[i].good);
        g_assert_cmpint(got.hash, ==, cases[i].good ? IKE_HASH_SHA256 : 0);
        g_assert_cmpint(life > 0, ==, cases[i].good);
        g_assert_cmpint(life, <=, LIFE);
    }
}

/* Each octet of a good answer changed to each value: nothing but what was offered is ever taken. */
static void
test_answer_flips(void)
{
    struct ike_suites all, one = {1, {captured_suites[2]}};
    const struct rd good = offer1(&one, 1);
    guint taken = 0;

    ike_suites_tier(&all, 0, 0);
    for (gsize at = 0; at < good.left; at++)
        for (guint v = 0; v < 256; v++) {
            g_autofree guint8 *copy = g_memdup2(good.p, good.left);
            struct ike_suite got;
            guint32 life;

            copy[at] = (guint8)v;
            if (!ike_suites_check(&all, 1, LIFE, rd_over(copy, good.left), &got, &life))
                continue;
            taken++;
            g_assert_cmpint(life, >, 0);
            g_assert_cmpint(life, <=, LIFE);
            guint k = 0;
            while (k < all.n && memcmp(&all.v[k], &got, sizeof got) != 0)
                k++;
            g_assert_cmpint(k, <, all.n);
        }
    g_assert_cmpint(taken, >, good.left); /* the unchanged ones, at least */
}

static void
test_choose1(void)
{
    struct ike_suites offered, ours;
    struct ike_offer offer;
    struct ike_suite got;
    guint8 buf[256];
    struct ike_wr m;
    guint32 life;

    /* the peer would have it weak to strong; we choose by our own order */
    g_assert_true(ike_suites_parse(
        &offered, "3des-sha1-modp1024,aes128-sha1-modp2048,aes256-sha256-ecp384", 0));
    g_assert_true(ike_offer_get(offer1(&offered, 1), IKE_PHASE_1, &offer));
    ike_suites_tier(&ours, 0, 0);
    const struct ike_transform *t = ike_suites_choose(&ours, 1u << 1, &offer, &got);
    g_assert_nonnull(t);
    g_assert_cmpint(got.group, ==, DH_ECP_384);
    g_assert_null(ike_suites_choose(&ours, 1u << 3, &offer, &got)); /* not by that method */

    ike_wr_begin(&m, buf, sizeof buf, &(struct ike_header){.exchange = IKE_MAIN});
    ike_phase1_answer(t, &m);
    const struct rd answer = sa_body(&m);
    g_assert_true(ike_suites_check(&offered, 1, LIFE, answer, &got, &life));
    g_assert_cmpint(got.group, ==, DH_ECP_384);

    g_assert_true(ike_suites_parse(&ours, "aes256-sha384-ecp384", 0));
    g_assert_null(ike_suites_choose(&ours, 1u << 1, &offer, &got));
}

static const struct ike_terms udp = {.encapsulation = IKE_ENCAP_UDP_TRANSPORT, .seconds = 3600};

static struct rd
offer2(const struct ike_child_suites *s, const struct ike_terms *terms, guint32 spi)
{
    static guint8 buf[1024];
    struct ike_wr m;

    ike_wr_begin(&m, buf, sizeof buf, &(struct ike_header){.exchange = IKE_QUICK});
    ike_child_offer(s, terms, spi, &m);
    return sa_body(&m);
}

static void
test_captured2(void)
{
    static const char *const texts[] = {"aes128-sha1", "3des-sha1", "aes256-sha1", "aes128gcm16",
                                        "aes256-sha1"};
    const struct ike_terms terms = {.encapsulation = IKE_ENCAP_UDP_TRANSPORT, .seconds = 3960};

    for (guint i = 0; i < 5; i++) {
        struct ike_child_suites list;
        struct rd spi = vector(captured[i], "SPI_i");
        const guint32 spi_i = rd_be32(&spi);
        struct esp_suite got;
        struct ike_terms got_terms;
        guint32 got_spi;

        g_assert_true(ike_child_suites_parse(&list, texts[i], 0));
        g_assert_rd(offer2(&list, &terms, spi_i), vector(captured[i], "QM SA_b"));
        g_assert_true(ike_child_check(&list, &terms, vector(captured[i], "QM SA_b"), &got,
                                      &got_terms, &got_spi));
        g_assert_cmpint(got_spi, ==, spi_i);
        g_assert_cmpmem(&got, sizeof got, &list.v[0], sizeof got);
        g_assert_cmpint(got_terms.seconds, ==, 3960);
    }
}

static void
test_answers2(void)
{
    static const struct {
        const char *why, *text;
        struct ike_terms terms;
        guint32 spi;
        gboolean good;
    } cases[] = {
        {"as offered", "aes256-sha1", {4, 0, 3600}, 0x1000, TRUE},
        {"a shorter life", "aes256-sha1", {4, 0, 600}, 0x1000, TRUE},
        {"another of the offered", "aes128gcm16", {4, 0, 3600}, 0x1000, TRUE},
        {"a longer life: ours counts", "aes256-sha1", {4, 0, 3601}, 0x1000, TRUE},
        {"K3: one that was not offered", "aes128-sha1", {4, 0, 3600}, 0x1000, FALSE},
        {"K9: tunnel instead of transport", "aes256-sha1", {3, 0, 3600}, 0x1000, FALSE},
        {"K9: raw instead of UDP", "aes256-sha1", {2, 0, 3600}, 0x1000, FALSE},
        {"K9: the draft's number", "aes256-sha1", {61444, 0, 3600}, 0x1000, FALSE},
        {"a group that was not asked for", "aes256-sha1", {4, 14, 3600}, 0x1000, FALSE},
        {"K9: SPI 0", "aes256-sha1", {4, 0, 3600}, 0, FALSE},
        {"a reserved SPI", "aes256-sha1", {4, 0, 3600}, 255, FALSE},
        {"K3: life 0", "aes256-sha1", {4, 0, 0}, 0x1000, FALSE},
        {"two transforms", "aes256-sha1,aes128gcm16", {4, 0, 3600}, 0x1000, FALSE},
    };
    struct ike_child_suites list, answer;

    g_assert_true(ike_child_suites_parse(&list, "aes128gcm16,aes256-sha1", 0));
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct esp_suite got;
        struct ike_terms terms;
        guint32 spi;

        g_test_message("%s", cases[i].why);
        g_assert_true(ike_child_suites_parse(&answer, cases[i].text, 0));
        const struct rd sa = offer2(&answer, &cases[i].terms, cases[i].spi);
        g_assert_cmpint(ike_child_check(&list, &udp, sa, &got, &terms, &spi), ==, cases[i].good);
        if (cases[i].good)
            g_assert_cmpuint(terms.seconds, <=, udp.seconds);
    }
}

static void
test_choose2(void)
{
    struct ike_child_suites offered, ours;
    struct ike_offer offer;
    struct esp_suite got;
    struct ike_terms terms;
    guint32 spi;
    guint8 buf[256];
    struct ike_wr m;
    const struct ike_terms pfs = {IKE_ENCAP_UDP_TRANSPORT, DH_ECP_256, 3600};
    const struct ike_terms odd = {IKE_ENCAP_UDP_TRANSPORT, 1, 3600};

    ike_child_suites_tier(&ours, 0, 0);
    g_assert_true(ike_child_suites_parse(&offered, "3des-sha1,aes256-sha1", 0));
    g_assert_true(ike_offer_get(offer2(&offered, &pfs, 0xabcdef01), IKE_PHASE_2, &offer));
    const struct ike_transform *t = ike_child_choose(&ours, &udp, &offer, &got, &terms, &spi);
    g_assert_nonnull(t);
    g_assert_cmpint(got.key_bits, ==, 256);
    g_assert_cmpint(terms.group, ==, DH_ECP_256);
    g_assert_cmpint(terms.seconds, ==, 3600);
    g_assert_cmpuint(spi, ==, 0xabcdef01);
    ike_wr_begin(&m, buf, sizeof buf, &(struct ike_header){.exchange = IKE_QUICK});
    ike_child_answer(t, 0x12345678, &m);
    g_assert_true(ike_child_check(&offered, &pfs, sa_body(&m), &got, &terms, &spi));
    g_assert_cmpuint(spi, ==, 0x12345678);

    g_assert_true(ike_offer_get(offer2(&offered, &odd, 0xabcdef01), IKE_PHASE_2, &offer));
    g_assert_null(ike_child_choose(&ours, &udp, &offer, &got, &terms, &spi));
    g_assert_true(ike_offer_get(offer2(&offered, &pfs, 0), IKE_PHASE_2, &offer));
    g_assert_null(ike_child_choose(&ours, &udp, &offer, &got, &terms, &spi));
}

/* Proposals of one number belong together (AH and ESP): never taken for ESP alone. */
static void
test_conjoined(void)
{
    static guint8 buf[256];
    struct ike_offer offer;
    struct ike_child_suites ours;
    struct esp_suite got;
    struct ike_terms terms;
    struct ike_sa_wr sa;
    struct ike_wr m;
    guint32 spi;

    ike_child_suites_tier(&ours, 0, 0);
    for (guint8 second = 1; second <= 2; second++) {
        ike_wr_begin(&m, buf, sizeof buf, &(struct ike_header){.exchange = IKE_QUICK});
        ike_sa_begin(&sa, &m);
        for (guint i = 0; i < 2; i++) {
            ike_sa_proposal(&sa, i == 0 ? 1 : second, i == 0 ? IKE_PROTO_ESP : IKE_PROTO_AH,
                            rd_over("abcd", 4));
            ike_sa_transform(&sa, 1, i == 0 ? 12 : 3);
            ike_attr_put(&m.w, IKE_A2_KEY_LENGTH, 128);
            ike_attr_put(&m.w, IKE_A2_AUTH, 2);
            ike_attr_put(&m.w, IKE_A2_ENCAPSULATION, 4);
        }
        ike_sa_end(&sa);
        g_assert_true(ike_offer_get(sa_body(&m), IKE_PHASE_2, &offer));
        g_assert_cmpint(offer.proposals, ==, 2);
        g_assert_cmpint(ike_child_choose(&ours, &udp, &offer, &got, &terms, &spi) != NULL, ==,
                        second == 2);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ike-proposal/phase-1-as-captured", test_like_captured);
    g_test_add_func("/ike-proposal/tiers", test_tiers);
    g_test_add_func("/ike-proposal/weak-ones-refused", test_refused);
    g_test_add_func("/ike-proposal/texts", test_texts);
    g_test_add_func("/ike-proposal/K3-K4-phase-1-answers", test_answers1);
    g_test_add_func("/ike-proposal/K3-K4-any-octet-changed", test_answer_flips);
    g_test_add_func("/ike-proposal/phase-1-choice", test_choose1);
    g_test_add_func("/ike-proposal/phase-2-as-captured", test_captured2);
    g_test_add_func("/ike-proposal/K3-K9-phase-2-answers", test_answers2);
    g_test_add_func("/ike-proposal/phase-2-choice", test_choose2);
    g_test_add_func("/ike-proposal/conjoined-proposals", test_conjoined);
    return g_test_run();
}
