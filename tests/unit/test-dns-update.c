/*
 * test-dns-update.c - this computer's name in the far end's DNS: what is asked, and what is made of
 * the answers of a server that may mean harm.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dns-update.h"

#include "dns-name.h"
#include "inner-test.h"
#include "vectors.h"

#define FILE_NAME "registration.txt"
#define NAME      "vpnclient.corp.example"

/* A client with its server, and the time. */
struct world {
    struct dns_update d;
    struct rng rng;
    uint8_t next;
    usec_t now;
    uint8_t sent_bytes[DNS_PACKET_MAX];
    struct inner_udp sent; /* the last packet */
};

static void
begin(struct world *w, const struct dns_record *record)
{
    *w = (struct world){.now = 1000, .next = 1};
    w->rng = (struct rng){.fill = count_up, .ctx = &w->next};
    dns_update_begin(&w->d, w->now, record);
}

static void
begin_usual(struct world *w)
{
    const struct dns_record record = {
        .name = NAME, .address = OURS, .n_servers = 2, .servers = {THEIRS, SECOND}};

    begin(w, &record);
}

static bool
sends(struct world *w)
{
    struct wr out = wr_over(w->sent_bytes, sizeof w->sent_bytes);

    if (!dns_update_next(&w->d, w->now, &w->rng, &out))
        return false;
    g_assert_true(inner_udp_read(wr_done(&out), &w->sent));
    g_assert_cmpuint(w->sent.from, ==, OURS);
    g_assert_cmpuint(w->sent.to_port, ==, 53);
    return true;
}

static bool
releases(struct world *w)
{
    struct wr out = wr_over(w->sent_bytes, sizeof w->sent_bytes);

    if (!dns_update_release(&w->d, &w->rng, &out))
        return false;
    g_assert_true(inner_udp_read(wr_done(&out), &w->sent));
    return true;
}

static bool
later(struct world *w)
{
    g_assert_cmpuint(w->d.deadline, !=, NEVER);
    w->now = w->d.deadline;
    return sends(w);
}

static uint16_t
sent_id(const struct world *w)
{
    struct rd r = w->sent.data;

    return rd_be16(&r);
}

static uint16_t
sent_opcode(const struct world *w)
{
    struct rd r = w->sent.data;

    rd_be16(&r);
    return rd_be16(&r) & 0x7800;
}

#define PRIMARY "ns1.corp.example"
#define OTHER   0x0a000036u

/* The answer to an SOA query: the question, and a negative answer with that zone's SOA. */
static struct rd
soa_answer(uint8_t buf[static 512], uint16_t id, unsigned rcode, const char *asked,
           const char *zone, const char *primary)
{
    const size_t n = strlen(primary);
    struct wr w = wr_over(buf, 512);

    wr_be16(&w, id);
    wr_be16(&w, (uint16_t)(0x8180 | rcode));
    wr_be32(&w, 0x00010000);
    wr_be32(&w, 0x00010000);
    dns_name_put(&w, asked);
    wr_be32(&w, 0x00060001);
    dns_name_put(&w, zone);
    wr_be32(&w, 0x00060001);
    wr_be32(&w, 3600);
    wr_be16(&w, (uint16_t)(n == 0 ? 22 : n + 23));
    dns_name_put(&w, primary);
    wr_bytes(&w, (uint8_t[21]){0}, 21);
    g_assert_false(w.bad);
    return wr_done(&w);
}

struct address {
    const char *owner;
    uint32_t value;
};

/* The answer to an A query for PRIMARY. */
static struct rd
a_answer(uint8_t buf[static 512], uint16_t id, unsigned rcode, const struct address *v, size_t n)
{
    struct wr w = wr_over(buf, 512);

    wr_be16(&w, id);
    wr_be16(&w, (uint16_t)(0x8180 | rcode));
    wr_be16(&w, 1);
    wr_be16(&w, (uint16_t)n);
    wr_be32(&w, 0);
    dns_name_put(&w, PRIMARY);
    wr_be32(&w, 0x00010001);
    for (size_t i = 0; i < n; i++) {
        dns_name_put(&w, v[i].owner);
        wr_be32(&w, 0x00010001);
        wr_be32(&w, 3600);
        wr_be16(&w, 4);
        wr_be32(&w, v[i].value);
    }
    g_assert_false(w.bad);
    return wr_done(&w);
}

static bool
takes(struct world *w, const struct inner_udp *u, struct rd data)
{
    uint8_t buf[1500];

    return dns_update_takes(&w->d, w->now, packet_of(buf, u, data));
}

static bool
answer_soa_of(struct world *w, unsigned rcode, const char *asked, const char *zone,
              const char *primary)
{
    const struct inner_udp u = back(&w->sent);
    uint8_t buf[512];

    return takes(w, &u, soa_answer(buf, sent_id(w), rcode, asked, zone, primary));
}

static bool
answer_soa(struct world *w, unsigned rcode, const char *asked, const char *zone)
{
    return answer_soa_of(w, rcode, asked, zone, "");
}

static bool
answer_a(struct world *w, unsigned rcode, const struct address *v, size_t n)
{
    const struct inner_udp u = back(&w->sent);
    uint8_t buf[512];

    return takes(w, &u, a_answer(buf, sent_id(w), rcode, v, n));
}

static bool
answer_update(struct world *w, unsigned rcode)
{
    const struct inner_udp u = back(&w->sent);
    uint8_t buf[12] = {0};
    struct wr out = wr_over(buf, sizeof buf);

    wr_be16(&out, sent_id(w));
    wr_be16(&out, (uint16_t)(0xa800 | rcode));
    return takes(w, &u, rd_over(buf, sizeof buf));
}

/* Up to the update, which is sent and not answered. */
static void
until_update(struct world *w)
{
    begin_usual(w);
    g_assert_true(sends(w));
    g_assert_cmphex(sent_opcode(w), ==, 0);
    g_assert_true(answer_soa(w, DNS_NXDOMAIN, NAME, "corp.example"));
    g_assert_true(sends(w));
    g_assert_cmphex(sent_opcode(w), ==, 0x2800);
}

/* --- messages --- */

static void
test_vectors(void)
{
    const struct dns_record record = {.name = NAME, .address = OURS};
    g_autoptr(GBytes) update = vectors_get(FILE_NAME, "dns-update");
    g_autoptr(GBytes) good = vectors_get(FILE_NAME, "dns-noerror");
    g_autoptr(GBytes) refused = vectors_get(FILE_NAME, "dns-refused");
    uint8_t buf[512];
    struct wr w = wr_over(buf, sizeof buf);

    g_assert_true(dns_update_put(&w, 0x2001, &record, "corp.example", DNS_UPDATE_ADD));
    g_assert_cmpmem(buf, w.len, g_bytes_get_data(update, NULL), g_bytes_get_size(update));
    const struct rd ok = rd_over(g_bytes_get_data(good, NULL), g_bytes_get_size(good));
    const struct rd no = rd_over(g_bytes_get_data(refused, NULL), g_bytes_get_size(refused));
    g_assert_cmpint(dns_update_read(ok, 0x2001, "corp.example"), ==, DNS_NOERROR);
    g_assert_cmpint(dns_update_read(no, 0x2001, "corp.example"), ==, DNS_REFUSED);
    g_assert_cmpint(dns_update_read(ok, 0x2002, "corp.example"), ==, -1);
    for (size_t n = 0; n < ok.left; n++)
        g_assert_cmpint(dns_update_read(rd_over(ok.p, n), 0x2001, "corp.example"), ==, -1);
}

/* A question, or the answer to another kind of question, is no answer. */
static void
test_update_answer_header(void)
{
    static const uint16_t flags[] = {0x2800, 0x8000, 0xb000, 0x0000};

    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
        const uint8_t bytes[12] = {0x20, 1, (uint8_t)(flags[i] >> 8), (uint8_t)flags[i]};
        g_assert_cmpint(dns_update_read(rd_over(bytes, 12), 0x2001, "corp.example"), ==, -1);
    }
}

/* Servers send the zone back; another zone is another's answer. */
static void
test_update_answer_zone(void)
{
    static const struct {
        const char *zone;
        int rcode;
    } rows[] = {{"corp.example", 0}, {"CORP.Example", 0}, {"evil.example", -1}, {"example", -1}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t buf[128];
        struct wr w = wr_over(buf, sizeof buf);
        wr_be32(&w, 0x2001a800);
        wr_be32(&w, 0x00010000);
        wr_be32(&w, 0);
        dns_name_put(&w, rows[i].zone);
        wr_be32(&w, 0x00060001);
        g_assert_cmpint(dns_update_read(wr_done(&w), 0x2001, "corp.example"), ==, rows[i].rcode);
    }
}

/* What takes it back names our record alone: somebody else's of that name stays. */
static void
test_remove(void)
{
    const struct dns_record a = {.name = "a.b.c", .address = OURS},
                            ptr = {.name = "a.b.c", .address = OURS, .reverse = true};
    static const uint8_t of_a[] = {0, 7,   0x28, 0,   0, 1, 0, 0, 0,   1, 0,   0, 1,   'b',
                                   1, 'c', 0,    0,   6, 0, 1, 1, 'a', 1, 'b', 1, 'c', 0,
                                   0, 1,   0,    254, 0, 0, 0, 0, 0,   4, 10,  0, 0,   2};
    static const uint8_t of_ptr[] = {0,   7,   0x28, 0,   0,   1,   0,   0,   0,   1,   0,   0,
                                     1,   'x', 0,    0,   6,   0,   1,   1,   '2', 1,   '0', 1,
                                     '0', 2,   '1',  '0', 7,   'i', 'n', '-', 'a', 'd', 'd', 'r',
                                     4,   'a', 'r',  'p', 'a', 0,   0,   12,  0,   254, 0,   0,
                                     0,   0,   0,    7,   1,   'a', 1,   'b', 1,   'c', 0};
    uint8_t buf[512];
    struct wr w = wr_over(buf, sizeof buf);

    g_assert_true(dns_update_put(&w, 7, &a, "b.c", DNS_UPDATE_REMOVE));
    g_assert_cmpmem(buf, w.len, of_a, sizeof of_a);
    w = wr_over(buf, sizeof buf);
    g_assert_true(dns_update_put(&w, 7, &ptr, "x", DNS_UPDATE_REMOVE));
    g_assert_cmpmem(buf, w.len, of_ptr, sizeof of_ptr);
}

static void
test_soa_answer(void)
{
    static const struct {
        const char *asked, *zone, *found;
        unsigned rcode;
        int read;
    } rows[] = {
        {NAME, "corp.example", "corp.example", DNS_NXDOMAIN, 0},
        {NAME, "Corp.Example", "Corp.Example", DNS_NOERROR, 0},
        {NAME, NAME, NAME, DNS_NOERROR, 0},
        {NAME, "example", "example", DNS_NXDOMAIN, 0}, /* whose turn it is to be refused is next */
        {NAME, "", "", DNS_NXDOMAIN, 0},               /* the root knows no such name */
        {NAME, "evil.example", "", DNS_NXDOMAIN, 0},
        {NAME, "orp.example", "", DNS_NXDOMAIN, 0},
        {"other.corp.example", "corp.example", "", DNS_NXDOMAIN, -1},
        {NAME, "corp.example", "", DNS_REFUSED, DNS_REFUSED},
        {NAME, "corp.example", "", DNS_SERVFAIL, DNS_SERVFAIL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct dns_zone zone;
        uint8_t buf[512];
        const struct rd r = soa_answer(buf, 9, rows[i].rcode, rows[i].asked, rows[i].zone, PRIMARY);
        g_assert_cmpint(dns_soa_read(r, 9, NAME, &zone), ==, rows[i].read);
        g_assert_cmpstr(zone.name, ==, rows[i].found);
        g_assert_cmpstr(zone.primary, ==, rows[i].found[0] != '\0' ? PRIMARY : "");
        if (rows[i].rcode == DNS_NXDOMAIN && rows[i].found[0] != '\0')
            for (size_t n = 0; n < r.left; n++) /* each truncation */
                g_assert_cmpint(dns_soa_read(rd_over(r.p, n), 9, NAME, &zone), ==, -1);
    }
}

/* A primary that cannot be asked for is none; the zone is one all the same. */
static void
test_soa_primary(void)
{
    static const char *const rows[][2] = {{"", ""},
                                          {"NS1.Corp.Example", "NS1.Corp.Example"},
                                          {"ns 1.corp.example", ""},
                                          {"-.example", ""}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct dns_zone zone;
        uint8_t buf[512];
        const struct rd r = soa_answer(buf, 9, DNS_NXDOMAIN, NAME, "corp.example", rows[i][0]);
        g_assert_cmpint(dns_soa_read(r, 9, NAME, &zone), ==, DNS_NOERROR);
        g_assert_cmpstr(zone.name, ==, "corp.example");
        g_assert_cmpstr(zone.primary, ==, rows[i][1]);
    }
}

static void
test_a_answer(void)
{
    static const struct {
        struct address v[2];
        size_t n;
        unsigned rcode;
        int read;
        uint32_t found;
    } rows[] = {
        {{{PRIMARY, SECOND}}, 1, DNS_NOERROR, 0, SECOND},
        {{{"NS1.corp.EXAMPLE", SECOND}}, 1, DNS_NOERROR, 0, SECOND},
        {{{PRIMARY, SECOND}, {PRIMARY, THEIRS}}, 2, DNS_NOERROR, 0, THEIRS}, /* who was asked */
        {{{PRIMARY, SECOND}, {PRIMARY, OURS}}, 2, DNS_NOERROR, 0, SECOND},
        {{{"ns2.corp.example", SECOND}}, 1, DNS_NOERROR, 0, 0},
        {{{PRIMARY, 0x7f000001}, {PRIMARY, 0xe0000001}}, 2, DNS_NOERROR, 0, 0},
        {{{PRIMARY, 0}}, 0, DNS_NOERROR, 0, 0},
        {{{PRIMARY, SECOND}}, 1, DNS_NXDOMAIN, DNS_NXDOMAIN, 0},
        {{{PRIMARY, SECOND}}, 1, DNS_SERVFAIL, DNS_SERVFAIL, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint32_t address = 1;
        uint8_t buf[512];
        const struct rd r = a_answer(buf, 9, rows[i].rcode, rows[i].v, rows[i].n);
        g_assert_cmpint(dns_a_read(r, 9, PRIMARY, THEIRS, &address), ==, rows[i].read);
        g_assert_cmphex(address, ==, rows[i].found);
        g_assert_cmpint(dns_a_read(r, 8, PRIMARY, THEIRS, &address), ==, -1);
        g_assert_cmpint(dns_a_read(r, 9, NAME, THEIRS, &address), ==, -1);
        for (size_t n = 0; rows[i].rcode == DNS_NOERROR && n < r.left; n++) /* each truncation */
            g_assert_cmpint(dns_a_read(rd_over(r.p, n), 9, PRIMARY, THEIRS, &address), ==, -1);
    }
}

/* RFC 1035 section 4.1.4, by somebody who means harm. */
static void
test_names(void)
{
    static const struct {
        const char *why, *bytes;
        size_t n, at;
        const char *name; /* NULL: refused */
    } rows[] = {
        {"plain", "\1a\2bc", 6, 0, "a.bc"},
        {"root", "", 1, 0, ""},
        {"pointer", "\1b\0\1a\xc0\0", 7, 3, "a.b"},
        {"pointer to itself", "\xc0\0", 2, 0, NULL},
        {"two that point at each other", "\xc0\2\xc0\0", 4, 2, NULL},
        {"a loop with a label in it", "\1a\xc0\0", 4, 0, NULL},
        {"forward", "\xc0\2\1a", 5, 0, NULL},
        {"behind the end", "\xc0\x20", 2, 0, NULL},
        {"half a pointer", "\xc0", 1, 0, NULL},
        {"reserved kind of label",
         "\x41"
         "a",
         3, 0, NULL},
        {"label longer than what is there", "\5ab", 3, 0, NULL},
        {"no end", "\1a", 2, 0, NULL},
        {"NUL", "\1\0", 3, 0, NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char name[NET_MAX_NAME];
        size_t at = rows[i].at;
        const bool good = dns_name_read(rd_over(rows[i].bytes, rows[i].n), &at, name);
        g_test_message("%s", rows[i].why);
        g_assert_cmpint(good, ==, rows[i].name != NULL);
        if (good)
            g_assert_cmpstr(name, ==, rows[i].name);
        if (good)
            g_assert_cmpuint(at, ==, rows[i].n);
    }
}

/* Pointers may make a name of any length out of few octets. */
static void
test_name_too_long(void)
{
    GByteArray *b = g_byte_array_new();
    char name[NET_MAX_NAME];
    size_t at;

    g_byte_array_append(b, (const guint8 *)"\0", 1);
    for (unsigned i = 0; i < 64; i++) {
        const guint8 label[] = {4, 'a', 'b', 'c', 'd', 0xc0, (guint8)(i == 0 ? 0 : b->len - 7)};
        g_byte_array_append(b, label, sizeof label);
    }
    at = b->len - 7 * 64;
    g_assert_true(dns_name_read(rd_over(b->data, b->len), &at, name));
    g_assert_cmpstr(name, ==, "abcd");
    at = 1 + 7 * 33;
    b->data[at + 6] = (guint8)(at - 7);
    g_assert_true(dns_name_read(rd_over(b->data, b->len), &at, name) == (strlen(name) < 254));
    at = b->len - 7;
    g_assert_false(dns_name_read(rd_over(b->data, b->len), &at, name));
    g_byte_array_unref(b);
}

static void
test_reverse_name(void)
{
    char text[DNS_REVERSE_MAX];

    g_assert_cmpstr(dns_reverse_name(0xfffefdfc, text), ==, "252.253.254.255.in-addr.arpa");
    g_assert_cmpstr(dns_reverse_name(OURS, text), ==, "2.0.0.10.in-addr.arpa");
}

/* --- one registration --- */

static void
test_registered(void)
{
    struct world w;

    until_update(&w);
    g_assert_cmpint(w.d.outcome, ==, NET_REGISTER_NONE);
    g_assert_true(answer_update(&w, DNS_NOERROR));
    g_assert_cmpint(w.d.outcome, ==, NET_REGISTERED);
    g_assert_cmpuint(w.d.deadline, ==, w.now + 24 * 3600 * USEC_PER_SEC);
    g_assert_false(answer_update(&w, DNS_REFUSED)); /* too late */
    g_assert_false(sends(&w));

    /* A day later, and again from the beginning: the zone may be another. */
    g_assert_true(later(&w));
    g_assert_cmphex(sent_opcode(&w), ==, 0);
    g_assert_cmpint(w.d.outcome, ==, NET_REGISTERED); /* as long as nobody says otherwise */
}

static void
test_each_answer(void)
{
    static const struct {
        unsigned rcode;
        enum net_registered outcome; /* NONE: the next server is asked */
    } rows[] = {
        {DNS_NOERROR, NET_REGISTERED},
        {DNS_FORMERR, NET_REGISTER_NONE},
        {DNS_SERVFAIL, NET_REGISTER_NONE},
        {DNS_NXDOMAIN, NET_REGISTER_NONE},
        {DNS_NOTIMP, NET_REGISTER_NONE},
        {DNS_REFUSED, NET_REGISTER_REFUSED},
        {DNS_YXDOMAIN, NET_REGISTER_TAKEN},
        {DNS_YXRRSET, NET_REGISTER_TAKEN},
        {DNS_NXRRSET, NET_REGISTER_TAKEN},
        {DNS_NOTAUTH, NET_REGISTER_REFUSED},
        {DNS_NOTZONE, NET_REGISTER_REFUSED},
        {11, NET_REGISTER_NONE},
        {15, NET_REGISTER_NONE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct world w;
        until_update(&w);
        g_assert_true(answer_update(&w, rows[i].rcode));
        g_assert_cmpint(w.d.outcome, ==, rows[i].outcome);
        g_assert_cmpint(sends(&w), ==, rows[i].outcome == NET_REGISTER_NONE);
        if (rows[i].outcome == NET_REGISTER_NONE)
            g_assert_cmpuint(w.sent.to, ==, SECOND);
        else if (rows[i].outcome != NET_REGISTERED)
            g_assert_cmpuint(w.d.deadline, ==, NEVER); /* no retry */
    }
}

static void
test_each_answer_about_the_zone(void)
{
    static const struct {
        unsigned rcode;
        const char *zone;
        enum net_registered outcome;
        bool more; /* something is sent at once: to the next server, or the update */
    } rows[] = {
        {DNS_NXDOMAIN, "corp.example", NET_REGISTER_NONE, true},
        {DNS_SERVFAIL, "corp.example", NET_REGISTER_NONE, true},
        {DNS_REFUSED, "corp.example", NET_REGISTER_REFUSED, false},
        {DNS_NXDOMAIN, "example", NET_REGISTER_NO_ZONE, false}, /* a top level domain */
        {DNS_NXDOMAIN, "", NET_REGISTER_NO_ZONE, false},
        {DNS_NOERROR, "other.example", NET_REGISTER_NO_ZONE, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct world w;
        begin_usual(&w);
        g_assert_true(sends(&w));
        g_assert_true(answer_soa(&w, rows[i].rcode, NAME, rows[i].zone));
        g_assert_cmpint(w.d.outcome, ==, rows[i].outcome);
        g_assert_cmpint(sends(&w), ==, rows[i].more);
    }
}

/* Up to the question for the primary's address. */
static void
until_primary(struct world *w)
{
    begin_usual(w);
    g_assert_true(sends(w));
    g_assert_true(answer_soa_of(w, DNS_NXDOMAIN, NAME, "corp.example", PRIMARY));
    g_assert_true(sends(w));
    g_assert_cmphex(sent_opcode(w), ==, 0);
    g_assert_cmphex(w->sent.to, ==, THEIRS);
}

/* RFC 2136 section 4.3: a zone is written at its primary, which is not always who was asked. */
static void
test_told_to_the_primary(void)
{
    const struct address other = {PRIMARY, OTHER};
    struct world w;

    until_primary(&w);
    g_assert_true(answer_a(&w, DNS_NOERROR, &other, 1));
    g_assert_true(sends(&w));
    g_assert_cmphex(sent_opcode(&w), ==, 0x2800);
    g_assert_cmphex(w.sent.to, ==, OTHER);
    g_assert_true(answer_update(&w, DNS_NOERROR));
    g_assert_cmpint(w.d.outcome, ==, NET_REGISTERED);
    g_assert_true(releases(&w)); /* and taken back there */
    g_assert_cmphex(w.sent.to, ==, OTHER);
}

/* Without an address of the primary, the server that named it is told. */
static void
test_primary_unknown(void)
{
    struct world w;

    for (unsigned how = 0; how < 3; how++) {
        until_primary(&w);
        if (how == 0)
            g_assert_true(answer_a(&w, DNS_NXDOMAIN, NULL, 0));
        else if (how == 1)
            g_assert_true(answer_a(&w, DNS_NOERROR, NULL, 0));
        else
            g_assert_true(later(&w)); /* no answer, twice */
        g_assert_true(how == 2 ? later(&w) : sends(&w));
        g_assert_cmphex(sent_opcode(&w), ==, 0x2800);
        g_assert_cmphex(w.sent.to, ==, THEIRS);
        g_assert_true(answer_update(&w, DNS_NOERROR));
        g_assert_cmpint(w.d.outcome, ==, NET_REGISTERED);
    }
}

/* One that cannot is not the last word, but for "no". */
static void
test_primary_each_answer(void)
{
    static const struct {
        unsigned rcode;
        enum net_registered outcome; /* NONE: the server that named it is told */
    } rows[] = {
        {DNS_NOERROR, NET_REGISTERED},     {DNS_REFUSED, NET_REGISTER_REFUSED},
        {DNS_YXRRSET, NET_REGISTER_TAKEN}, {DNS_NOTAUTH, NET_REGISTER_NONE},
        {DNS_SERVFAIL, NET_REGISTER_NONE}, {DNS_NOTIMP, NET_REGISTER_NONE},
        {DNS_NOTZONE, NET_REGISTER_NONE},
    };
    const struct address other = {PRIMARY, OTHER};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct world w;
        until_primary(&w);
        g_assert_true(answer_a(&w, DNS_NOERROR, &other, 1));
        g_assert_true(sends(&w));
        g_assert_true(answer_update(&w, rows[i].rcode));
        g_assert_cmpint(w.d.outcome, ==, rows[i].outcome);
        g_assert_cmpint(sends(&w), ==, rows[i].outcome == NET_REGISTER_NONE);
        if (rows[i].outcome == NET_REGISTER_NONE) {
            g_assert_cmphex(sent_opcode(&w), ==, 0x2800);
            g_assert_cmphex(w.sent.to, ==, THEIRS);
            g_assert_true(answer_update(&w, DNS_NOTAUTH));
            g_assert_cmpint(w.d.outcome, ==, NET_REGISTER_REFUSED);
        }
    }
}

/* Whatever is silent: the time that it all takes is bounded. */
static void
test_primary_silent(void)
{
    const struct address other = {PRIMARY, OTHER};
    struct world w;
    unsigned sent = 0;

    until_primary(&w);
    g_assert_true(answer_a(&w, DNS_NOERROR, &other, 1));
    const usec_t from = w.now;
    g_assert_true(sends(&w));
    while (w.d.deadline != NEVER && sent < 100)
        sent += later(&w);
    g_assert_cmpuint(sent, ==, 1 + 2 + 2); /* there again, here twice, the second server twice */
    g_assert_cmpint(w.d.outcome, ==, NET_REGISTER_SILENT);
    g_assert_cmpuint(w.now - from, <=, 9 * USEC_PER_SEC);
}

/* Nobody answers: twice to each server, and no more. */
static void
test_silence_is_bounded(void)
{
    struct world w;
    unsigned sent = 1, to_second = 0;

    begin_usual(&w);
    g_assert_true(sends(&w));
    while (w.d.deadline != NEVER && sent < 100) {
        const bool one = later(&w);
        sent += one;
        to_second += one && w.sent.to == SECOND;
    }
    g_assert_cmpuint(sent, ==, 4);
    g_assert_cmpuint(to_second, ==, 2);
    g_assert_cmpint(w.d.outcome, ==, NET_REGISTER_SILENT);
    g_assert_cmpuint(w.now, <=, 1000 + 6 * USEC_PER_SEC);
}

/* Only the server that was asked, from its port, to ours, under our number. */
static void
test_forged_answers(void)
{
    struct world w;
    uint8_t good[12] = {0}, buf[1500];

    until_update(&w);
    const struct inner_udp right = back(&w.sent);
    good[0] = (uint8_t)(sent_id(&w) >> 8);
    good[1] = (uint8_t)sent_id(&w);
    good[2] = 0xa8;
    struct inner_udp wrong[4] = {right, right, right, right};
    wrong[0].from = SECOND;
    wrong[1].to ^= 1;
    wrong[2].from_port = 5353;
    wrong[3].to_port ^= 1;
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(takes(&w, &wrong[i], rd_over(good, sizeof good)));
    good[1] ^= 1;
    g_assert_false(takes(&w, &right, rd_over(good, sizeof good)));
    good[1] ^= 1;

    /* Each single damaged octet, but for those that no checksum covers. */
    struct rd packet = packet_of(buf, &right, rd_over(good, sizeof good));
    for (size_t i = 0; i < packet.left; i++) {
        buf[i] ^= 0x40;
        g_assert_false(dns_update_takes(&w.d, w.now, packet));
        buf[i] ^= 0x40;
    }
    for (size_t n = 0; n < packet.left; n++)
        g_assert_false(dns_update_takes(&w.d, w.now, rd_over(buf, n)));
    g_assert_true(dns_update_takes(&w.d, w.now, packet));
    g_assert_cmpint(w.d.outcome, ==, NET_REGISTERED);
}

/* Nobody can guess number and port of the next question from those of the last. */
static void
test_numbers_are_new(void)
{
    struct world w;

    begin_usual(&w);
    g_assert_true(sends(&w));
    const uint16_t id = sent_id(&w), port = w.sent.from_port;
    g_assert_cmpuint(port, >=, 49152);
    g_assert_true(later(&w)); /* once more: the answer to the first is welcome */
    g_assert_cmpuint(sent_id(&w), ==, id);
    g_assert_true(answer_soa(&w, DNS_NXDOMAIN, NAME, "corp.example"));
    g_assert_true(sends(&w));
    g_assert_true(sent_id(&w) != id && w.sent.from_port != port);
}

static void
test_nothing_to_do(void)
{
    const struct dns_record nobody = {.name = NAME, .address = OURS},
                            nameless = {.address = OURS, .n_servers = 1, .servers = {THEIRS}};
    struct world w;

    begin(&w, &nobody);
    g_assert_cmpint(w.d.outcome, ==, NET_REGISTER_NO_SERVER);
    g_assert_false(sends(&w));
    begin(&w, &nameless);
    g_assert_cmpint(w.d.outcome, ==, NET_REGISTER_NO_NAME);
    g_assert_false(sends(&w));
    dns_update_init(&w.d);
    g_assert_cmpuint(w.d.deadline, ==, NEVER);
    g_assert_false(sends(&w));
}

/* Three names of 200 octets are more than one message may be. */
static void
test_name_too_long_for_a_message(void)
{
    struct dns_record record = {.address = OURS, .n_servers = 1, .servers = {THEIRS}};
    struct world w;

    for (size_t i = 0; i < 200; i++)
        record.name[i] = i % 50 == 49 ? '.' : 'a';
    memcpy(record.name + 200, "b.example", 10);
    begin(&w, &record);
    g_assert_true(sends(&w));
    g_assert_true(answer_soa(&w, DNS_NXDOMAIN, record.name, "b.example"));
    g_assert_false(sends(&w));
    g_assert_cmpint(w.d.outcome, ==, NET_REGISTER_NO_NAME);
}

static void
test_release(void)
{
    struct world w;

    begin_usual(&w);
    g_assert_false(releases(&w)); /* nobody was told */
    until_update(&w);
    g_assert_true(releases(&w)); /* it may have been heard */
    g_assert_cmpuint(w.sent.to, ==, THEIRS);
    g_assert_cmphex(sent_opcode(&w), ==, 0x2800);
    g_assert_false(releases(&w));
    until_update(&w);
    g_assert_true(answer_update(&w, DNS_REFUSED));
    g_assert_false(releases(&w));
    until_update(&w);
    g_assert_true(answer_update(&w, DNS_NOERROR));
    g_assert_true(releases(&w));
    g_assert_false(sends(&w));
    g_assert_cmpuint(w.d.deadline, ==, NEVER);

    /* A day later nobody answers any more: it is there all the same. */
    until_update(&w);
    g_assert_true(answer_update(&w, DNS_NOERROR));
    while (w.d.deadline != NEVER)
        later(&w);
    g_assert_cmpint(w.d.outcome, ==, NET_REGISTER_SILENT);
    g_assert_true(releases(&w));
    g_assert_cmpuint(w.sent.to, ==, THEIRS);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dns-update/vectors", test_vectors);
    g_test_add_func("/dns-update/answer-header", test_update_answer_header);
    g_test_add_func("/dns-update/answer-zone", test_update_answer_zone);
    g_test_add_func("/dns-update/remove", test_remove);
    g_test_add_func("/dns-update/soa-answer", test_soa_answer);
    g_test_add_func("/dns-update/soa-primary", test_soa_primary);
    g_test_add_func("/dns-update/a-answer", test_a_answer);
    g_test_add_func("/dns-update/told-to-the-primary", test_told_to_the_primary);
    g_test_add_func("/dns-update/primary-unknown", test_primary_unknown);
    g_test_add_func("/dns-update/primary-each-answer", test_primary_each_answer);
    g_test_add_func("/dns-update/primary-silent", test_primary_silent);
    g_test_add_func("/dns-update/names", test_names);
    g_test_add_func("/dns-update/name-too-long", test_name_too_long);
    g_test_add_func("/dns-update/reverse-name", test_reverse_name);
    g_test_add_func("/dns-update/registered", test_registered);
    g_test_add_func("/dns-update/each-answer", test_each_answer);
    g_test_add_func("/dns-update/each-answer-about-the-zone", test_each_answer_about_the_zone);
    g_test_add_func("/dns-update/silence-is-bounded", test_silence_is_bounded);
    g_test_add_func("/dns-update/I2-forged-answers", test_forged_answers);
    g_test_add_func("/dns-update/numbers-are-new", test_numbers_are_new);
    g_test_add_func("/dns-update/nothing-to-do", test_nothing_to_do);
    g_test_add_func("/dns-update/too-long-for-a-message", test_name_too_long_for_a_message);
    g_test_add_func("/dns-update/release", test_release);
    return g_test_run();
}
