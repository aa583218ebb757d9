/*
 * test-nbns-register.c - this computer's names with the far end's WINS servers.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nbns-register.h"

#include "inner-test.h"
#include "vectors.h"

#define FILE_NAME "registration.txt"

struct world {
    struct nbns_register r;
    struct rng rng;
    uint8_t next;
    usec_t now;
    uint8_t sent_bytes[NBNS_PACKET_MAX];
    struct inner_udp sent;
};

static void
begin(struct world *w, const struct nbns_names *names)
{
    *w = (struct world){.now = 1000, .next = 1};
    w->rng = (struct rng){.fill = count_up, .ctx = &w->next};
    nbns_register_begin(&w->r, w->now, names);
}

/* One name less than usual: the computer's two. */
static void
begin_usual(struct world *w)
{
    const struct nbns_names names = {
        .computer = "VPNCLIENT", .address = OURS, .n_servers = 2, .servers = {THEIRS, SECOND}};

    begin(w, &names);
}

static bool
read_sent(struct world *w, bool sent, const struct wr *out)
{
    if (!sent)
        return false;
    g_assert_true(inner_udp_read(wr_done(out), &w->sent));
    g_assert_cmpuint(w->sent.from, ==, OURS);
    g_assert_cmpuint(w->sent.from_port, ==, 137);
    g_assert_cmpuint(w->sent.to_port, ==, 137);
    return true;
}

static bool
sends(struct world *w)
{
    struct wr out = wr_over(w->sent_bytes, sizeof w->sent_bytes);

    return read_sent(w, nbns_register_next(&w->r, w->now, &w->rng, &out), &out);
}

static bool
releases(struct world *w)
{
    struct wr out = wr_over(w->sent_bytes, sizeof w->sent_bytes);

    return read_sent(w, nbns_register_release(&w->r, &w->rng, &out), &out);
}

/* The answer to the last packet: flags, lifetime. */
static struct rd
answer(const struct world *w, uint8_t buf[static 128], uint16_t flags, uint32_t ttl)
{
    struct wr out = wr_over(buf, 128);

    wr_bytes(&out, w->sent.data.p, 2);
    wr_be16(&out, flags);
    wr_be32(&out, 1);
    wr_be32(&out, 0);
    wr_bytes(&out, w->sent.data.p + 12, NBNS_ENCODED);
    wr_be32(&out, 0x00200001);
    wr_be32(&out, ttl);
    wr_be16(&out, 6);
    wr_be16(&out, 0x6000);
    wr_be32(&out, OURS);
    return wr_done(&out);
}

static bool
hears(struct world *w, uint16_t flags, uint32_t ttl)
{
    const struct inner_udp u = back(&w->sent);
    uint8_t data[128], packet[1500];

    return nbns_register_takes(&w->r, w->now, packet_of(packet, &u, answer(w, data, flags, ttl)));
}

static uint8_t
sent_suffix(const struct world *w)
{
    const uint8_t *end = w->sent.data.p + 12 + NBNS_ENCODED - 3;

    return (uint8_t)((end[0] - 'A') << 4 | (end[1] - 'A'));
}

/* --- messages --- */

static void
check(const char *vector, uint16_t id, const struct nbns_name *name, enum nbns_kind kind)
{
    g_autoptr(GBytes) expected = vectors_get(FILE_NAME, vector);
    uint8_t buf[128];
    struct wr w = wr_over(buf, sizeof buf);

    nbns_put(&w, id, name, OURS, kind);
    g_assert_cmpmem(buf, w.len, g_bytes_get_data(expected, NULL), g_bytes_get_size(expected));
}

static void
test_vectors(void)
{
    const struct nbns_name fred = {.text = "FRED", .suffix = 0x20}, client = {.text = "VPNCLIENT"},
                           group = {.text = "WORKGROUP", .group = true};
    g_autoptr(GBytes) expected = vectors_get(FILE_NAME, "nbns-fred-20");
    uint8_t buf[NBNS_ENCODED];
    struct wr w = wr_over(buf, sizeof buf);

    nbns_encode(&w, &fred);
    g_assert_cmpmem(buf, w.len, g_bytes_get_data(expected, NULL), g_bytes_get_size(expected));
    check("nbns-register", 0x1001, &client, NBNS_REGISTER);
    check("nbns-register-group", 0x1002, &group, NBNS_REGISTER);
    check("nbns-release", 0x1003, &client, NBNS_RELEASE);
}

static void
test_answer_vectors(void)
{
    const struct nbns_name client = {.text = "VPNCLIENT"},
                           server = {.text = "VPNCLIENT", .suffix = 0x20};
    static const struct {
        const char *vector;
        uint8_t rcode;
        uint32_t ttl;
    } rows[] = {{"nbns-positive", NBNS_OK, 300000}, {"nbns-active", NBNS_ACT_ERR, 0}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) bytes = vectors_get(FILE_NAME, rows[i].vector);
        const struct rd r = rd_over(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
        struct nbns_answer a;

        g_assert_true(nbns_read(r, 0x1001, &client, &a));
        g_assert_cmpuint(a.rcode, ==, rows[i].rcode);
        g_assert_cmpuint(a.ttl, ==, rows[i].ttl);
        g_assert_false(a.wait);
        g_assert_false(nbns_read(r, 0x1002, &client, &a));
        g_assert_false(nbns_read(r, 0x1001, &server, &a));
        for (size_t n = 0; n < r.left; n++)
            g_assert_false(nbns_read(rd_over(r.p, n), 0x1001, &client, &a));
    }
}

static void
test_names_of_hosts(void)
{
    static const struct {
        const char *host, *name; /* NULL: none */
    } rows[] = {
        {"vpnclient", "VPNCLIENT"},
        {"pc-17.corp.example", "PC-17"},
        {"a-name-longer-than-fifteen", "A-NAME-LONGER-T"},
        {"exactly15octets", "EXACTLY15OCTETS"},
        {"", NULL},
        {"-a", NULL},
        {"under_score", NULL},
        {"sp ace", NULL},
        {"\xc3\xa4", NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char name[NBNS_NAME];
        g_assert_cmpint(nbns_name_from(rows[i].host, name), ==, rows[i].name != NULL);
        g_assert_cmpstr(name, ==, rows[i].name == NULL ? "" : rows[i].name);
    }
}

/* --- one computer --- */

static void
test_registered(void)
{
    struct world w;

    begin_usual(&w);
    g_assert_true(sends(&w));
    g_assert_cmphex(sent_suffix(&w), ==, 0x00);
    g_assert_true(hears(&w, 0xad80, 300000));
    g_assert_false(hears(&w, 0xad86, 0)); /* a second word on it */
    g_assert_cmpint(nbns_register_outcome(&w.r), ==, NET_REGISTER_NONE);
    g_assert_true(sends(&w));
    g_assert_cmphex(sent_suffix(&w), ==, 0x20);
    g_assert_true(hears(&w, 0xad80, 300000));
    g_assert_false(sends(&w));
    g_assert_cmpint(nbns_register_outcome(&w.r), ==, NET_REGISTERED);

    /* Again at half of its life. */
    g_assert_cmpuint(nbns_register_deadline(&w.r), ==, w.now + 150000 * USEC_PER_SEC);
    w.now = nbns_register_deadline(&w.r);
    g_assert_true(sends(&w) && hears(&w, 0xad86, 0));
    g_assert_cmpint(nbns_register_outcome(&w.r), ==, NET_REGISTER_TAKEN);
}

/* A lifetime of nothing, of a moment, and of for ever. */
static void
test_lifetimes(void)
{
    static const struct {
        uint32_t ttl, again; /* seconds; 0: never */
    } rows[] = {{0, 0}, {1, 900}, {4000, 2000}, {UINT32_MAX, 3 * 24 * 3600}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct world w;
        begin_usual(&w);
        w.r.n = 1;
        g_assert_true(sends(&w) && hears(&w, 0xad80, rows[i].ttl));
        g_assert_cmpuint(nbns_register_deadline(&w.r), ==,
                         rows[i].again == 0 ? NEVER : w.now + rows[i].again * USEC_PER_SEC);
    }
}

static void
test_each_answer(void)
{
    static const struct {
        uint16_t flags;
        enum net_registered outcome; /* NONE: the next server is asked */
    } rows[] = {
        {0xad80, NET_REGISTERED},     {0xad81, NET_REGISTER_NONE},
        {0xad82, NET_REGISTER_NONE},  {0xad83, NET_REGISTER_NONE},
        {0xad84, NET_REGISTER_NONE},  {0xad85, NET_REGISTER_REFUSED},
        {0xad86, NET_REGISTER_TAKEN}, {0xad87, NET_REGISTER_TAKEN},
        {0xad00, NET_REGISTER_TAKEN}, /* "challenge the owner": no RA */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct world w;
        begin_usual(&w);
        w.r.n = 1;
        g_assert_true(sends(&w) && hears(&w, rows[i].flags, 0));
        g_assert_cmpint(nbns_register_outcome(&w.r), ==, rows[i].outcome);
        g_assert_cmpint(sends(&w), ==, rows[i].outcome == NET_REGISTER_NONE);
        if (rows[i].outcome == NET_REGISTER_NONE)
            g_assert_cmpuint(w.sent.to, ==, SECOND);
    }
}

/* A server that has to ask somebody else first may take the time that it says, within bounds. */
static void
test_wack(void)
{
    static const struct {
        uint32_t ttl, wait;
    } rows[] = {{5, 5}, {0, 1}, {UINT32_MAX, 60}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct world w;
        begin_usual(&w);
        w.r.n = 1;
        g_assert_true(sends(&w) && hears(&w, 0xbc00, rows[i].ttl));
        g_assert_cmpuint(nbns_register_deadline(&w.r), ==, w.now + rows[i].wait * USEC_PER_SEC);
        g_assert_false(sends(&w));
        g_assert_true(hears(&w, 0xad80, 300000));
        g_assert_cmpint(nbns_register_outcome(&w.r), ==, NET_REGISTERED);
    }
}

/* "Wait" for ever: the tries that are left are all there is. */
static void
test_wack_without_end(void)
{
    struct world w;
    unsigned sent = 0;

    begin_usual(&w);
    w.r.n = 1;
    while (nbns_register_deadline(&w.r) != NEVER && sent < 100) {
        w.now = MAX(w.now, nbns_register_deadline(&w.r));
        if (!sends(&w))
            continue;
        sent++;
        hears(&w, 0xbc00, 60);
    }
    g_assert_cmpuint(sent, ==, 6);
    g_assert_cmpint(nbns_register_outcome(&w.r), ==, NET_REGISTER_SILENT);
}

/* Three times, 1.5 s apart, of each server. */
static void
test_silence_is_bounded(void)
{
    struct world w;
    unsigned sent = 0, to_second = 0;

    begin_usual(&w);
    w.r.n = 1;
    while (nbns_register_deadline(&w.r) != NEVER && sent < 100) {
        w.now = MAX(w.now, nbns_register_deadline(&w.r));
        const bool one = sends(&w);
        sent += one;
        to_second += one && w.sent.to == SECOND;
    }
    g_assert_cmpuint(sent, ==, 6);
    g_assert_cmpuint(to_second, ==, 3);
    g_assert_cmpuint(w.now, ==, 1000 + 6 * 1500 * USEC_PER_MSEC);
    g_assert_cmpint(nbns_register_outcome(&w.r), ==, NET_REGISTER_SILENT);
}

static void
test_forged_answers(void)
{
    struct world w;
    uint8_t data[128], buf[1500];

    begin_usual(&w);
    g_assert_true(sends(&w));
    const struct inner_udp right = back(&w.sent);
    const struct rd good = answer(&w, data, 0xad80, 300000);
    struct inner_udp wrong[4] = {right, right, right, right};
    wrong[0].from = SECOND;
    wrong[1].to ^= 1;
    wrong[2].from_port = 138;
    wrong[3].to_port = 138;
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(nbns_register_takes(&w.r, w.now, packet_of(buf, &wrong[i], good)));
    const struct rd packet = packet_of(buf, &right, good);
    for (size_t i = 0; i < packet.left; i++) {
        buf[i] ^= 0x40;
        g_assert_false(nbns_register_takes(&w.r, w.now, packet));
        buf[i] ^= 0x40;
    }
    g_assert_true(nbns_register_takes(&w.r, w.now, packet));
}

/* A group that is full, or is another's name, takes nothing from the computer's own. */
static void
test_group(void)
{
    const struct nbns_names names = {.computer = "PC",
                                     .workgroup = "CORP",
                                     .address = OURS,
                                     .n_servers = 1,
                                     .servers = {THEIRS}};
    struct world w;

    begin(&w, &names);
    for (unsigned i = 0; i < 3; i++) {
        g_assert_true(sends(&w));
        g_assert_true(hears(&w, i < 2 ? 0xad80 : 0xad86, 300000));
    }
    g_assert_false(sends(&w));
    g_assert_cmpint(nbns_register_outcome(&w.r), ==, NET_REGISTERED);
}

static void
test_nothing_to_do(void)
{
    const struct nbns_names nobody = {.computer = "PC", .address = OURS},
                            nameless = {.address = OURS, .n_servers = 1, .servers = {THEIRS}};
    struct world w;

    begin(&w, &nobody);
    g_assert_false(sends(&w));
    g_assert_cmpint(nbns_register_outcome(&w.r), ==, NET_REGISTER_NO_SERVER);
    begin(&w, &nameless);
    g_assert_false(sends(&w));
    g_assert_cmpint(nbns_register_outcome(&w.r), ==, NET_REGISTER_NO_NAME);
    nbns_register_init(&w.r);
    g_assert_cmpint(nbns_register_outcome(&w.r), ==, NET_REGISTER_NONE);
    g_assert_cmpuint(nbns_register_deadline(&w.r), ==, NEVER);
}

static void
test_release(void)
{
    struct world w;

    begin_usual(&w);
    g_assert_false(releases(&w)); /* nobody was told */
    begin_usual(&w);
    g_assert_true(sends(&w) && hears(&w, 0xad80, 300000));
    g_assert_true(sends(&w)); /* not answered, but perhaps heard */
    g_assert_true(releases(&w));
    g_assert_cmphex(sent_suffix(&w), ==, 0x00);
    g_assert_cmphex(w.sent.data.p[2], ==, 0x30);
    g_assert_true(releases(&w));
    g_assert_cmphex(sent_suffix(&w), ==, 0x20);
    g_assert_false(releases(&w));
    g_assert_false(sends(&w));
    g_assert_cmpuint(nbns_register_deadline(&w.r), ==, NEVER);

    begin_usual(&w);
    g_assert_true(sends(&w) && hears(&w, 0xad86, 0) && sends(&w) && hears(&w, 0xad85, 0));
    g_assert_false(releases(&w)); /* it never was ours */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nbns-register/vectors", test_vectors);
    g_test_add_func("/nbns-register/answer-vectors", test_answer_vectors);
    g_test_add_func("/nbns-register/names-of-hosts", test_names_of_hosts);
    g_test_add_func("/nbns-register/registered", test_registered);
    g_test_add_func("/nbns-register/lifetimes", test_lifetimes);
    g_test_add_func("/nbns-register/each-answer", test_each_answer);
    g_test_add_func("/nbns-register/wack", test_wack);
    g_test_add_func("/nbns-register/wack-without-end", test_wack_without_end);
    g_test_add_func("/nbns-register/silence-is-bounded", test_silence_is_bounded);
    g_test_add_func("/nbns-register/I2-forged-answers", test_forged_answers);
    g_test_add_func("/nbns-register/group", test_group);
    g_test_add_func("/nbns-register/nothing-to-do", test_nothing_to_do);
    g_test_add_func("/nbns-register/release", test_release);
    return g_test_run();
}
