/*
 * test-ike-parts.c - identities, vendor ids and NAT-D, fragments.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-frag.h"
#include "ike-id.h"
#include "ike-natt.h"
#include "ike-test.h"

static void
test_id_texts(void)
{
    static const struct {
        const char *text;
        guint8 type;
        guint len;
        const char *shown;
    } cases[] = {
        {"", 0, 0, "identity of type 0"},
        {"198.51.100.7", IKE_ID_IPV4, 4, "198.51.100.7"},
        {"2001:db8::1", IKE_ID_IPV6, 16, "2001:db8::1"},
        {"vpn.example.com", IKE_ID_FQDN, 15, "vpn.example.com"},
        {"@group", IKE_ID_FQDN, 5, "group"},
        {"anna@example.com", IKE_ID_USER_FQDN, 16, "anna@example.com"},
        {"1.2.3", IKE_ID_FQDN, 5, "1.2.3"},
        {"a\033[31m", IKE_ID_FQDN, 6, "a?[31m"},
        {"keyid:branch 7", IKE_ID_KEY_ID, 8, "branch 7"},
        {"@#4a6F65", IKE_ID_KEY_ID, 3, "Joe"},
        {"CN=gw,O=Example", IKE_ID_DN, 33, "CN=gw,O=Example"},
        {" CN = gw , O= Example Ltd ", IKE_ID_DN, 37, "CN=gw,O=Example Ltd"},
        {"CN=a\\,b\\+c,2.5.4.10=d", IKE_ID_DN, 30, "CN=a\\,b\\+c,O=d"},
        {"CN=gw+OU=x,C=DE", IKE_ID_DN, 0, "CN=gw+OU=x,C=DE"},
        {"CN=a\003b", IKE_ID_DN, 0, "CN=a\\03b"},
        {"a=b", IKE_ID_FQDN, 3, "a=b"}, /* no type that there is */
        {"CN=gw,", IKE_ID_FQDN, 6, "CN=gw,"},
        {"CN=", IKE_ID_FQDN, 3, "CN="},
        {"CN=gw\\", IKE_ID_FQDN, 6, "CN=gw\\"},
        {"C=Germany", IKE_ID_FQDN, 9, "C=Germany"}, /* a country has two letters */
    };
    char longest[IKE_ID_MAX + 2], text[64];
    struct ike_id id;

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(ike_id_from_text(cases[i].text, &id));
        g_assert_cmpint(id.type, ==, cases[i].type);
        if (cases[i].len > 0 || cases[i].type == 0)
            g_assert_cmpint(id.len, ==, cases[i].len);
        ike_id_text(&id, text, sizeof text);
        g_assert_cmpstr(text, ==, cases[i].shown);
    }
    g_assert_false(ike_id_from_text("@", &id));
    g_assert_false(ike_id_from_text("keyid:", &id));
    g_assert_false(ike_id_from_text("@#", &id));
    g_assert_false(ike_id_from_text("@#123", &id));
    g_assert_false(ike_id_from_text("@#12x4", &id));
    memset(longest, 'a', sizeof longest);
    longest[IKE_ID_MAX + 1] = '\0';
    g_assert_false(ike_id_from_text(longest, &id));
    longest[IKE_ID_MAX] = '\0';
    g_assert_true(ike_id_from_text(longest, &id));
}

static void
test_id_equal(void)
{
    struct ike_id a, b;

    ike_id_from_text("VPN.example.com", &a);
    ike_id_from_text("vpn.EXAMPLE.com", &b);
    g_assert_true(ike_id_equal(&a, &b));
    b.type = IKE_ID_KEY_ID;
    g_assert_false(ike_id_equal(&a, &b));
    a.type = IKE_ID_KEY_ID; /* octets, not a name */
    g_assert_false(ike_id_equal(&a, &b));
    ike_id_from_text("vpn.example.co", &b);
    g_assert_false(ike_id_equal(&a, &b));
    ike_id_from_text("198.51.100.1", &a);
    ike_id_from_text("198.51.100.2", &b);
    g_assert_false(ike_id_equal(&a, &b));
}

/* RFC 5280 section 7.1: case and spaces do not count; the order does, but for who wrote it
 * backwards. */
static void
test_id_names(void)
{
    static const struct {
        const char *a, *b;
        gboolean equal;
    } cases[] = {
        {"CN=gw,O=Example", "CN=gw,O=Example", TRUE},
        {"CN=gw,O=Example", "cn=GW,o=example", TRUE},
        {"CN=gw,O=Example  Ltd", "CN=gw,O=Example Ltd", TRUE},
        {"CN=gw,O=Example", "O=Example,CN=gw", TRUE},
        {"CN=gw,E=a@b.example,S=x", "cn=gw,emailaddress=a@b.example,st=x", TRUE},
        {"CN=gw,O=Example", "CN=gw", FALSE},
        {"CN=gw,O=Example", "CN=gw2,O=Example", FALSE},
        {"CN=gw,O=Example", "CN=gw,OU=Example", FALSE},
        {"CN=gw,OU=a,O=b", "CN=gw,O=b,OU=a", FALSE},
        {"CN=gw+OU=a,O=b", "OU=a+CN=gw,O=b", TRUE},
        {"CN=gw+OU=a,O=b", "CN=gw,OU=a,O=b", FALSE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct ike_id a, b;

        g_test_message("%s, %s", cases[i].a, cases[i].b);
        g_assert_true(ike_id_from_text(cases[i].a, &a) && ike_id_from_text(cases[i].b, &b));
        g_assert_cmpint(ike_id_equal(&a, &b), ==, cases[i].equal);
        g_assert_cmpint(ike_id_equal(&b, &a), ==, cases[i].equal);
        b.value[b.len++] = 0; /* octets behind it */
        g_assert_false(ike_id_equal(&a, &b));
        b.len = 1;
        g_assert_false(ike_id_equal(&a, &b));
    }
}

static struct rd
vendor_message(guint8 *buf, gsize cap, const struct ike_features *answer)
{
    struct ike_wr m;

    ike_wr_begin(&m, buf, cap, &(struct ike_header){.exchange = IKE_MAIN});
    ike_wr_payload(&m, IKE_PL_NONCE, rd_over("x", 1));
    if (answer != NULL)
        ike_vendor_answer(&m, answer);
    else
        ike_vendor_offer(&m);
    return ike_wr_done(&m);
}

static struct ike_features
features_of(struct rd r)
{
    struct ike_features f;
    struct ike_header h;
    struct ike_payloads p;

    g_assert_true(ike_header_get(&r, &h));
    g_assert_true(ike_payloads_get(r, h.next, false, &p));
    ike_vendor_get(&p, &f);
    return f;
}

static void
test_vendors(void)
{
    guint8 buf[512];
    const struct ike_features strongswan = features_of(vector("t1", "msg2"));
    const struct ike_features ours = features_of(vendor_message(buf, sizeof buf, NULL));

    g_assert_true(strongswan.natt == IKE_NATT_RFC && strongswan.dpd && strongswan.fragments);
    g_assert_true(ours.natt == IKE_NATT_RFC && ours.dpd && ours.fragments);
    for (guint i = 0; i < 12; i++) { /* the answer names what the other end has, no more */
        const struct ike_features f = {i % 3, i / 3 & 1, i / 6 & 1};
        const struct ike_features got = features_of(vendor_message(buf, sizeof buf, &f));

        g_assert_true(got.natt == f.natt && got.dpd == f.dpd && got.fragments == f.fragments);
    }
    g_assert_cmpint(ike_natd_type(IKE_NATT_RFC), ==, 20);
    g_assert_cmpint(ike_natd_type(IKE_NATT_DRAFT), ==, 130);
    g_assert_cmpint(ike_natoa_type(IKE_NATT_RFC), ==, 21);
    g_assert_cmpint(ike_natoa_type(IKE_NATT_DRAFT), ==, 131);
}

/* [MS-IKEE]'s values, and what other vendors make of them. */
static void
test_vendor_values(void)
{
    static const struct {
        const char *hex;
        struct ike_features want;
    } cases[] = {
        {"4a131c81070358455c5728f20e95452f", {IKE_NATT_RFC, false, false}},
        {"90cb80913ebb696e086381b5ec427b1f", {IKE_NATT_DRAFT, false, false}},
        {"cd60464335df21f87cfdb2fc68b6a448", {IKE_NATT_DRAFT, false, false}},
        {"7d9419a65310ca6f2c179d9215529d56", {IKE_NATT_DRAFT, false, false}},
        {"4485152d18b6bbcd0be8a8469579ddcc", {IKE_NATT_NONE, false, false}}, /* -00 */
        {"4048b7d56ebce88525e7de7f00d6c2d3", {IKE_NATT_NONE, false, true}},
        {"4048b7d56ebce88525e7de7f00d6c2d380000000", {IKE_NATT_NONE, false, true}},
        {"afcad71368a1f1c96b8696fc77570100", {IKE_NATT_NONE, true, false}},
        {"1e2b516905991c7d7c96fcbfb587e46100000009", {IKE_NATT_NONE, false, false}},
        {"4a131c81070358455c5728f20e954500", {IKE_NATT_NONE, false, false}},
        {"4a131c81070358455c5728f20e9545", {IKE_NATT_NONE, false, false}},
        {"4a131c81070358455c5728f20e95452f00", {IKE_NATT_NONE, false, false}},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint8 id[32], buf[128];
        const gsize n = strlen(cases[i].hex) / 2;
        struct ike_wr m;

        for (gsize k = 0; k < n; k++)
            id[k] = (guint8)(g_ascii_xdigit_value(cases[i].hex[2 * k]) << 4 |
                             g_ascii_xdigit_value(cases[i].hex[2 * k + 1]));
        ike_wr_begin(&m, buf, sizeof buf, &(struct ike_header){.exchange = IKE_MAIN});
        ike_wr_payload(&m, IKE_PL_VENDOR, rd_over(id, n));
        const struct ike_features got = features_of(ike_wr_done(&m));
        g_assert_true(got.natt == cases[i].want.natt && got.dpd == cases[i].want.dpd &&
                      got.fragments == cases[i].want.fragments);
    }
}

static void
test_natd(void)
{
    static const enum hash_alg algs[] = {HASH_SHA1, HASH_SHA1, HASH_SHA1, HASH_SHA256, HASH_SHA1};
    const struct ike_address responder = {4, {198, 51, 100, 2}, 500};

    for (guint i = 0; i < 5; i++) {
        struct ike_header h = {0};
        guint8 got[HASH_MAX_SIZE];

        memcpy(h.cky_i, vector(captured[i], "icookie").p, 8);
        memcpy(h.cky_r, vector(captured[i], "rcookie").p, 8);
        ike_natd(algs[i], &h, &responder, 500, got);
        g_assert_rd(rd_over(got, hash_size(algs[i])), vector(captured[i], "NAT-D responder"));
        ike_natd(algs[i], &h, &responder, 4500, got);
        g_assert_cmpint(memcmp(got, vector(captured[i], "NAT-D responder").p, 20), !=, 0);
    }
}

/* The body of a fragment: id, number, last. */
static bool
add(struct ike_frags *f, guint16 id, guint8 number, bool last, struct rd data, GBytes **ret)
{
    static guint8 buf[70000];
    guint8 *whole = NULL;
    gsize n = 0;
    struct ike_wr m;

    ike_wr_begin(&m, buf, sizeof buf, &(struct ike_header){.exchange = IKE_MAIN});
    ike_wr_open(&m, IKE_PL_FRAGMENT);
    wr_be16(&m.w, id);
    wr_u8(&m.w, number);
    wr_u8(&m.w, last);
    wr_rd(&m.w, data);
    ike_wr_close(&m);
    struct rd r = wr_done(&m.w);
    rd_take(&r, IKE_HEADER_SIZE);
    if (!rd_ok(&r) || !ike_frags_add(f, r, IKE_PL_FRAGMENT, &whole, &n))
        return false;
    if (ret != NULL)
        *ret = g_bytes_new(whole, n);
    free(whole);
    return true;
}

#define TEXT(t) rd_over(t, strlen(t))

static void
test_fragments_cut(void)
{
    struct ike_frags f = {0};
    guint8 buf[1280], message[5000] = {0};
    const gsize sizes[] = {29, 1200, 1201, 2400, 2401, 5000};

    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct ike_header h = {.exchange = IKE_MAIN, .flags = IKE_FLAG_ENCRYPTED};
        struct ike_wr m;
        guint8 *whole = NULL;
        gsize n = 0;
        guint pieces = 0;
        bool done = false;

        ike_wr_begin(&m, message, sizeof message, &h);
        while (m.w.len < sizes[i])
            wr_u8(&m.w, (guint8)m.w.len);
        const struct rd bytes = ike_wr_done(&m);
        for (guint number = 1; !done; number++) {
            struct rd piece = ike_frag_cut(bytes, 7, number, buf, sizeof buf);

            g_assert_cmpuint(piece.left, >, 0);
            g_assert_true(ike_header_get(&piece, &h));
            g_assert_cmpint(h.flags, ==, 0);
            g_assert_cmpint(h.next, ==, IKE_PL_FRAGMENT);
            done = ike_frags_add(&f, piece, h.next, &whole, &n);
            pieces++;
        }
        g_assert_cmpuint(pieces, ==, (sizes[i] + 1199) / 1200);
        g_assert_rd(rd_over(whole, n), bytes);
        g_assert_cmpuint(ike_frag_cut(bytes, 7, pieces + 1, buf, sizeof buf).left, ==, 0);
        free(whole);
    }
    ike_frags_clear(&f);
}

static void
test_fragments_order(void)
{
    struct ike_frags f = {0};
    g_autoptr(GBytes) whole = NULL;

    g_assert_false(add(&f, 1, 3, true, TEXT("ghi"), NULL)); /* the last one first */
    g_assert_false(add(&f, 1, 1, false, TEXT("abc"), NULL));
    g_assert_false(add(&f, 1, 1, false, TEXT("xyz"), NULL)); /* again: the first one counts */
    g_assert_true(add(&f, 1, 2, false, TEXT("def"), &whole));
    g_assert_cmpmem(g_bytes_get_data(whole, NULL), g_bytes_get_size(whole), "abcdefghi", 9);
    g_assert_null(f.buf);
    g_clear_pointer(&whole, g_bytes_unref);
    g_assert_true(add(&f, 2, 1, true, TEXT("alone"), &whole));
    g_assert_cmpmem(g_bytes_get_data(whole, NULL), g_bytes_get_size(whole), "alone", 5);
}

static void
test_K10(void)
{
    struct ike_frags f = {0};
    g_autoptr(GBytes) whole = NULL;
    static guint8 big[60000];

    g_assert_false(add(&f, 1, 0, false, TEXT("zero"), NULL)); /* there is no number 0 */
    g_assert_false(add(&f, 1, 1, true, TEXT(""), NULL));      /* nothing in it */
    g_assert_null(f.buf);
    /* the last one twice, with different numbers */
    g_assert_false(add(&f, 1, 2, true, TEXT("b"), NULL));
    g_assert_false(add(&f, 1, 3, true, TEXT("c"), NULL));
    g_assert_null(f.buf);
    /* one behind the last */
    g_assert_false(add(&f, 1, 2, true, TEXT("b"), NULL));
    g_assert_false(add(&f, 1, 4, false, TEXT("d"), NULL));
    g_assert_null(f.buf);
    /* and the last one before one that is there */
    g_assert_false(add(&f, 1, 4, false, TEXT("d"), NULL));
    g_assert_false(add(&f, 1, 2, true, TEXT("b"), NULL));
    g_assert_null(f.buf);
    /* another id begins anew */
    g_assert_false(add(&f, 1, 1, false, TEXT("a"), NULL));
    g_assert_false(add(&f, 2, 2, true, TEXT("B"), NULL));
    g_assert_true(add(&f, 2, 1, false, TEXT("A"), &whole));
    g_assert_cmpmem(g_bytes_get_data(whole, NULL), g_bytes_get_size(whole), "AB", 2);
    /* more than 64 kB */
    g_assert_false(add(&f, 3, 1, false, rd_over(big, sizeof big), NULL));
    g_assert_nonnull(f.buf);
    g_assert_false(add(&f, 3, 2, true, rd_over(big, 6000), NULL));
    g_assert_null(f.buf);
    /* all 255, and a gap is never filled by itself */
    for (guint i = 255; i > 1; i--)
        g_assert_false(add(&f, 4, (guint8)i, i == 255, TEXT("x"), NULL));
    g_clear_pointer(&whole, g_bytes_unref);
    g_assert_true(add(&f, 4, 1, false, TEXT("x"), &whole));
    g_assert_cmpuint(g_bytes_get_size(whole), ==, 255);
    ike_frags_clear(&f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(hash_init());
    g_test_add_func("/ike-parts/id-texts", test_id_texts);
    g_test_add_func("/ike-parts/id-equal", test_id_equal);
    g_test_add_func("/ike-parts/identities-that-are-names", test_id_names);
    g_test_add_func("/ike-parts/vendors", test_vendors);
    g_test_add_func("/ike-parts/vendor-values", test_vendor_values);
    g_test_add_func("/ike-parts/NAT-D", test_natd);
    g_test_add_func("/ike-parts/fragments-cut", test_fragments_cut);
    g_test_add_func("/ike-parts/fragments-order", test_fragments_order);
    g_test_add_func("/ike-parts/K10-fragments", test_K10);
    return g_test_run();
}
