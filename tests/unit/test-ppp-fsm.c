/*
 * test-ppp-fsm.c - the automaton against the RFC's own table, and each cell against what it does
 * on the wire. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ppp-fsm-table.h"

#include "ppp-wire.h"

static const char *const event_names[PPP_N_EVENTS] = {
    [UP] = "Up",       [DOWN] = "Down",     [OPEN] = "Open",     [CLOSE] = "Close",
    [TIMEOUT] = "TO+", [GIVE_UP] = "TO-",   [RCR_GOOD] = "RCR+", [RCR_BAD] = "RCR-",
    [RCA] = "RCA",     [RCN] = "RCN",       [RTR] = "RTR",       [RTA] = "RTA",
    [RUC] = "RUC",     [RXJ_GOOD] = "RXJ+", [RXJ_BAD] = "RXJ-",  [RXR] = "RXR",
};

static const struct {
    const char *name;
    unsigned bit;
} actions[] = {
    {"tlu", TLU}, {"tld", TLD}, {"tls", TLS}, {"tlf", TLF}, {"irc", IRC},
    {"zrc", ZRC}, {"scr", SCR}, {"sca", SCA}, {"scn", SCN}, {"str", STR},
    {"sta", STA}, {"scj", SCJ}, {"ser", SER},
};

/* "irc,scr,sca/8" or "5r" or "-" */
static struct ppp_cell
parse_cell(const char *text)
{
    struct ppp_cell cell = {0, PPP_ILLEGAL};
    const char *slash = strchr(text, '/');

    if (g_str_equal(text, "-"))
        return cell;
    cell.next = (uint8_t)g_ascii_digit_value(slash ? slash[1] : text[0]);
    if (slash) {
        g_autofree char *list = g_strndup(text, (gsize)(slash - text));
        g_auto(GStrv) names = g_strsplit(list, ",", -1);
        for (guint i = 0; names[i]; i++) {
            guint a = 0;

            while (a < G_N_ELEMENTS(actions) && !g_str_equal(names[i], actions[a].name))
                a++;
            g_assert_cmpuint(a, <, G_N_ELEMENTS(actions));
            cell.actions |= (uint16_t)actions[a].bit;
        }
    }
    return cell;
}

static void
test_table_is_the_rfcs(void)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "vectors", "rfc1661-4.1.txt", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    guint compared = 0;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);

    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint l = 0; lines[l]; l++) {
        g_auto(GStrv) words = g_strsplit(lines[l], " ", -1);
        for (guint ev = 0; ev < PPP_N_EVENTS && words[0]; ev++) {
            if (!g_str_equal(words[0], event_names[ev]))
                continue;
            for (guint s = 0; s < 10; s++, compared++) {
                const struct ppp_cell want = parse_cell(words[1 + s]);
                g_test_message("%s in state %u: %s", words[0], s, words[1 + s]);
                g_assert_cmphex(ppp_table[ev][s].actions, ==, want.actions);
                g_assert_cmpuint(ppp_table[ev][s].next, ==, want.next);
            }
        }
    }
    g_assert_cmpuint(compared, ==, 10 * PPP_N_EVENTS);
}

/* A protocol with one option, type 1; it accepts the value 1, naks 2 with 1, rejects the rest. */
static struct toy {
    struct ppp_fsm fsm;
    struct ppp_queue q;
    guint resets, naked, rejected;
    uint8_t ask;
} toy;

static void
toy_reset(struct ppp_fsm *f)
{
    (void)f;
    toy.resets++;
}

static void
toy_request(struct ppp_fsm *f, struct wr *opts)
{
    (void)f;
    ppp_option_put(opts, 1, &toy.ask, 1);
}

static void
toy_naked(struct ppp_fsm *f, struct rd opts)
{
    (void)f, (void)opts;
    toy.naked++;
}

static void
toy_rejected(struct ppp_fsm *f, struct rd opts)
{
    (void)f, (void)opts;
    toy.rejected++;
}

static enum ppp_verdict
toy_judge(struct ppp_fsm *f, struct rd opts, bool stubborn, struct wr *reply)
{
    struct ppp_judgement j;
    struct ppp_option o;

    (void)f;
    ppp_judge_begin(&j, stubborn, reply);
    while (ppp_option_next(&opts, &o)) {
        if (o.type == 1 && o.value.left == 1 && o.value.p[0] == 2)
            ppp_judge_nak(&j, &o, (uint8_t[]){1}, 1);
        else if (o.type != 1 || o.value.left != 1 || o.value.p[0] != 1)
            ppp_judge_reject(&j, &o);
    }
    return ppp_judge_end(&j);
}

static enum ppp_extension
toy_extension(struct ppp_fsm *f, usec_t now, uint8_t code, uint8_t id, struct rd body,
              struct ppp_reply *reply)
{
    (void)f, (void)now, (void)id;
    if (code != 9)
        return PPP_EXT_UNKNOWN;
    reply->code = 10;
    wr_rd(&reply->body, body);
    return PPP_EXT_RECEIVED;
}

static const struct ppp_fsm_ops toy_ops = {
    .protocol = 0x8001,
    .reset = toy_reset,
    .request = toy_request,
    .naked = toy_naked,
    .rejected = toy_rejected,
    .judge = toy_judge,
    .extension = toy_extension,
};

enum { NOW = 1000000 };

static void
toy_init(void)
{
    memset(&toy, 0, sizeof toy);
    toy.ask = 7;
    ppp_fsm_init(&toy.fsm, &toy_ops, &toy.q);
}

static void
toy_opened(void)
{
    toy_init();
    ppp_fsm_open(&toy.fsm, NOW);
    ppp_fsm_lower_up(&toy.fsm, NOW);
    expect_frame(&toy.q, "8001 01010007 010307");
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("01210007 010301")));
    expect_frame(&toy.q, "8001 02210007 010301");
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("02010007 010307")));
    g_assert_cmpint(toy.fsm.state, ==, PPP_OPENED);
    g_assert_cmphex(ppp_fsm_take_notes(&toy.fsm), ==, PPP_NOTE_UP | PPP_NOTE_STARTED);
    expect_nothing(&toy.q);
}

static void
fire(enum ppp_event ev)
{
    static const char *const frames[PPP_N_EVENTS] = {
        [RCR_GOOD] = "01210007 010301",
        [RCR_BAD] = "01210007 010302",
        [RCA] = "02050007 010307",
        [RCN] = "03050007 010309",
        [RTR] = "05210004",
        [RTA] = "06050004",
        [RUC] = "2a210004",
        [RXJ_GOOD] = "07210005 2a",
        [RXJ_BAD] = "07210005 01",
        [RXR] = "09210004",
    };

    switch (ev) {
    case UP:
        ppp_fsm_lower_up(&toy.fsm, NOW);
        break;
    case DOWN:
        ppp_fsm_lower_down(&toy.fsm, NOW);
        break;
    case OPEN:
        ppp_fsm_open(&toy.fsm, NOW);
        break;
    case CLOSE:
        ppp_fsm_close(&toy.fsm, NOW);
        break;
    case TIMEOUT:
        ppp_fsm_expire(&toy.fsm, NOW);
        break;
    case GIVE_UP:
        toy.fsm.restarts_left = 0;
        ppp_fsm_expire(&toy.fsm, NOW);
        break;
    default:
        g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex(frames[ev])));
        break;
    }
}

/* What went out and what was noted, as the RFC's actions. */
static unsigned
seen_actions(void)
{
    static const unsigned of_code[] = {
        [PPP_CONF_REQ] = SCR, [PPP_CONF_ACK] = SCA, [PPP_CONF_NAK] = SCN, [PPP_CONF_REJ] = SCN,
        [PPP_TERM_REQ] = STR, [PPP_TERM_ACK] = STA, [PPP_CODE_REJ] = SCJ, [10] = SER,
    };
    const unsigned notes = ppp_fsm_take_notes(&toy.fsm);
    unsigned seen = 0;
    uint8_t type;
    struct rd data;

    while (ppp_queue_next(&toy.q, &type, &data)) {
        g_assert_cmpuint(data.p[4], <, G_N_ELEMENTS(of_code));
        seen |= of_code[data.p[4]];
    }
    seen |= notes & PPP_NOTE_UP ? TLU : 0;
    seen |= notes & PPP_NOTE_DOWN ? TLD : 0;
    seen |= notes & PPP_NOTE_STARTED ? TLS : 0;
    seen |= notes & PPP_NOTE_FINISHED ? TLF : 0;
    return seen;
}

/* P7, P12: each of the 160 cells, as it shows on the wire. An answer is stale, and dropped, unless
 * one is awaited; so the crossed cells are reached with a request that awaits one. */
static void
test_every_cell(void)
{
    for (guint ev = 0; ev < PPP_N_EVENTS; ev++) {
        for (guint s = PPP_INITIAL; s <= PPP_OPENED; s++) {
            const struct ppp_cell cell = ppp_table[ev][s];
            const bool illegal = cell.next == PPP_ILLEGAL;
            const unsigned counted = IRC | ZRC;
            const bool runs = s >= PPP_CLOSING && s <= PPP_ACK_SENT;

            g_test_message("%s in state %u", event_names[ev], s);
            toy_init();
            toy.fsm.state = s;
            toy.fsm.restarts_left = 5;
            toy.fsm.deadline = runs ? NOW : NEVER;
            toy.fsm.request_pending = true;
            toy.fsm.request_id = 5;
            toy.fsm.request_len = 3;
            memcpy(toy.fsm.request, (uint8_t[]){1, 3, 7}, 3);
            fire(ev);
            g_assert_cmpuint(toy.fsm.state, ==, illegal ? s : cell.next);
            g_assert_cmphex(seen_actions(), ==, illegal ? 0 : cell.actions & ~counted);

            const guint sent = (cell.actions & (SCR | STR)) != 0;
            guint left = ev == GIVE_UP ? 0 : 5;

            if (!illegal && cell.actions & IRC)
                left = cell.actions & STR ? 2 : 10;
            if (!illegal && cell.actions & ZRC)
                left = 0;
            g_assert_cmpuint(toy.fsm.restarts_left, ==, illegal ? left : left - sent);
            g_assert_true((toy.fsm.deadline != NEVER) ==
                          (toy.fsm.state >= PPP_CLOSING && toy.fsm.state <= PPP_ACK_SENT));
        }
    }
}

static void
test_malformed_frames_are_dropped(void)
{
    static const struct {
        const char *why, *frame;
    } rows[] = {
        {"P2: nothing", ""},
        {"P2: no length", "0101"},
        {"P2: header length below four", "01010003 010301"},
        {"P2: longer than the frame", "010100ff 010301"},
        {"P1: option length 0", "01010007 010001"},
        {"P1: option length 1", "01010007 010101"},
        {"P2: option beyond the packet", "01010007 01ff01"},
        {"P2: half an option", "01010005 01"},
        {"an answer with a broken option", "02010007 010101"},
        {"a Code-Reject of nothing", "07010004"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].why);
        toy_opened();
        g_assert_false(ppp_fsm_input(&toy.fsm, NOW, hex(rows[i].frame)));
        g_assert_cmpint(toy.fsm.state, ==, PPP_OPENED);
        expect_nothing(&toy.q);
    }
    toy_opened(); /* P3: padding behind the packet is no part of it */
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("01220007 010301 deadbeef")));
    g_assert_cmpint(toy.fsm.state, ==, PPP_ACK_SENT);
}

/* P4: an Ack counts only if it is the request, octet for octet. */
static void
test_ack_must_be_the_request(void)
{
    static const struct {
        const char *why, *ack;
    } rows[] = {
        {"another value", "02010007 010308"},
        {"another type", "02010007 020307"},
        {"nothing at all", "02010004"},
        {"one option more", "0201000a 010307 020301"},
        {"another identifier", "02020007 010307"},
        {"cut value", "02010006 0102"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].why);
        toy_init();
        ppp_fsm_open(&toy.fsm, NOW);
        ppp_fsm_lower_up(&toy.fsm, NOW);
        g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex(rows[i].ack)));
        g_assert_cmpint(toy.fsm.state, ==, PPP_REQ_SENT);
        g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("02010007 010307")));
        g_assert_cmpint(toy.fsm.state, ==, PPP_ACK_RCVD);
    }
}

/* A late or a second answer says nothing about the request that is out now. */
static void
test_stale_answers_are_dropped(void)
{
    toy_opened();
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("02010007 010307")));
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("03010007 010309")));
    g_assert_cmpint(toy.fsm.state, ==, PPP_OPENED);
    g_assert_cmpuint(toy.naked, ==, 0);
    expect_nothing(&toy.q);
}

/* What was acknowledged comes again: its sender has not had the Ack. It gets it, and no more. */
static void
test_repeated_request(void)
{
    toy_opened();
    for (int i = 0; i < 3; i++) {
        g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("01210007 010301")));
        expect_frame(&toy.q, "8001 02210007 010301");
        expect_nothing(&toy.q);
        g_assert_cmpint(toy.fsm.state, ==, PPP_OPENED);
        g_assert_cmphex(ppp_fsm_take_notes(&toy.fsm), ==, 0);
    }
    g_assert_cmpuint(toy.resets, ==, 1);
    /* A peer that counts from the start again each time cannot be told from it, but waits for a
     * request of ours. */
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("01210007 010301")));
    expect_frame(&toy.q, "8001 01020007 010307");
    expect_frame(&toy.q, "8001 02210007 010301");
    g_assert_cmphex(ppp_fsm_take_notes(&toy.fsm), ==, PPP_NOTE_DOWN);
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("02020007 010307")));
    drain(&toy.q);
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("01210007 010301"))); /* counted afresh */
    expect_frame(&toy.q, "8001 02210007 010301");
    expect_nothing(&toy.q);
}

/* The same Identifier with other octets, or the same octets under another: a new negotiation. */
static void
test_another_request_in_opened(void)
{
    static const char *const rows[] = {"01220007 010301", "01210004", "0121000a 010301 010301"};

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        toy_opened();
        g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex(rows[i])));
        expect_frame(&toy.q, "8001 01020007 010307");
        g_assert_cmpint(toy.fsm.state, ==, PPP_ACK_SENT);
        g_assert_cmphex(ppp_fsm_take_notes(&toy.fsm), ==, PPP_NOTE_DOWN);
    }
}

/* pppd answers what comes before its layer is open with a Terminate-Ack. When it asks, it is open:
 * our request goes again with the answer, and not when the timer says so. */
static void
test_too_early(void)
{
    toy_init();
    ppp_fsm_open(&toy.fsm, NOW);
    ppp_fsm_lower_up(&toy.fsm, NOW);
    expect_frame(&toy.q, "8001 01010007 010307");
    for (usec_t at = NOW; toy.fsm.restarts_left > 5;) {
        g_assert_true(ppp_fsm_input(&toy.fsm, at, hex("06010004")));
        expect_nothing(&toy.q);
        at = ppp_fsm_deadline(&toy.fsm);
        ppp_fsm_expire(&toy.fsm, at);
        expect_frame(&toy.q, "8001 01010007 010307");
    }
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("06010004")));
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("01210007 010301")));
    expect_frame(&toy.q, "8001 01010007 010307");
    expect_frame(&toy.q, "8001 02210007 010301");
    expect_nothing(&toy.q);
    g_assert_cmpuint(ppp_fsm_deadline(&toy.fsm), ==, NOW + USEC_PER_SEC); /* as for the first */
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("01220007 010301")));  /* once is enough */
    expect_frame(&toy.q, "8001 02220007 010301");
    expect_nothing(&toy.q);
}

/* Who yields answers the peer's request before its own next one goes; if none comes, that one goes
 * a little later by itself. */
static void
test_yields(void)
{
    for (int comes = 0; comes < 2; comes++) {
        toy_init();
        toy.fsm.yields = true;
        ppp_fsm_open(&toy.fsm, NOW);
        ppp_fsm_lower_up(&toy.fsm, NOW);
        expect_frame(&toy.q, "8001 01010007 010307");
        g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("03010007 010309")));
        expect_nothing(&toy.q);
        if (comes) {
            g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("01210007 010301")));
            expect_frame(&toy.q, "8001 02210007 010301");
        } else {
            g_assert_cmpuint(ppp_fsm_deadline(&toy.fsm), ==, NOW + 100 * USEC_PER_MSEC);
            ppp_fsm_expire(&toy.fsm, NOW + 100 * USEC_PER_MSEC);
        }
        expect_frame(&toy.q, "8001 01020007 010307");
        expect_nothing(&toy.q);
        /* The peer's request was first, or is of no interest now: nobody waits. */
        g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("01220007 010301")));
        expect_frame(&toy.q, "8001 02220007 010301");
        expect_nothing(&toy.q);
        g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("04020007 010307")));
        expect_frame(&toy.q, "8001 01030007 010307");
        expect_nothing(&toy.q);
    }
}

/* P5: Nak after Nak after Nak. */
static void
test_endless_naks_end(void)
{
    guint requests = 0;

    toy_init();
    ppp_fsm_open(&toy.fsm, NOW);
    ppp_fsm_lower_up(&toy.fsm, NOW);
    while (toy.fsm.state == PPP_REQ_SENT && requests < 100) {
        const struct rd request = next_frame(&toy.q);
        uint8_t nak[] = {3, request.p[3], 0, 7, 1, 3, 9};

        requests++;
        g_assert_true(ppp_fsm_input(&toy.fsm, NOW, rd_over(nak, sizeof nak)));
    }
    g_assert_cmpuint(requests, ==, 11); /* the first, and ten rounds */
    g_assert_cmpint(toy.fsm.state, ==, PPP_STOPPED);
    g_assert_true(toy.fsm.notes & PPP_NOTE_TIMEOUT);
}

/* P5: from our side: five Naks, then a Reject. */
static void
test_our_naks_become_rejects(void)
{
    toy_init();
    ppp_fsm_open(&toy.fsm, NOW);
    ppp_fsm_lower_up(&toy.fsm, NOW);
    drain(&toy.q);
    for (int i = 0; i < 5; i++) {
        g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("01210007 010302")));
        expect_frame(&toy.q, "8001 03210007 010301");
    }
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("01210007 010302")));
    expect_frame(&toy.q, "8001 04210007 010302");
}

static void
test_requests_back_off_and_end(void)
{
    usec_t now = NOW, last = NOW, gap = 0;
    guint requests = 0;

    toy_init();
    ppp_fsm_open(&toy.fsm, now);
    ppp_fsm_lower_up(&toy.fsm, now);
    while (toy.fsm.state == PPP_REQ_SENT && requests < 100) {
        const struct rd frame = next_frame(&toy.q);

        g_assert_cmpuint(frame.p[3], ==, 1); /* one identifier for all copies */
        requests++;
        g_assert_cmpuint(now - last, >=, gap); /* never faster than before */
        if (requests == 3)
            g_assert_cmpuint(now - last, ==, 2 * USEC_PER_SEC);
        gap = now - last;
        last = now;
        now = ppp_fsm_deadline(&toy.fsm);
        if (requests == 1)
            g_assert_cmpuint(now - NOW, <=, USEC_PER_SEC);
        ppp_fsm_expire(&toy.fsm, now);
    }
    g_assert_cmpuint(requests, ==, 10);
    g_assert_cmpuint(now - NOW, <=, 30 * USEC_PER_SEC);
    g_assert_cmphex(toy.fsm.notes, ==, PPP_NOTE_STARTED | PPP_NOTE_FINISHED | PPP_NOTE_TIMEOUT);
    g_assert_cmpuint(ppp_fsm_deadline(&toy.fsm), ==, NEVER);
}

/* The time allowed runs out even if the peer keeps the talk alive. */
static void
test_talk_without_agreement_ends(void)
{
    usec_t now = NOW;
    guint id = 0;

    toy_init();
    ppp_fsm_open(&toy.fsm, now);
    ppp_fsm_lower_up(&toy.fsm, now);
    while (toy.fsm.state >= PPP_REQ_SENT && now < NOW + 120 * USEC_PER_SEC) {
        uint8_t request[] = {1, (uint8_t)id++, 0, 7, 1, 3, 9};

        g_assert_true(ppp_fsm_input(&toy.fsm, now, rd_over(request, sizeof request)));
        drain(&toy.q);
        now += USEC_PER_SEC / 2;
        ppp_fsm_expire(&toy.fsm, now);
    }
    g_assert_cmpuint(now - NOW, <=, 31 * USEC_PER_SEC);
    g_assert_true(toy.fsm.notes & PPP_NOTE_TIMEOUT);
}

/* P5: and so if each round comes late, and sets the counters back. */
static void
test_slow_rounds_end(void)
{
    usec_t now = NOW, next_nak = NOW;

    toy_init();
    ppp_fsm_open(&toy.fsm, now);
    ppp_fsm_lower_up(&toy.fsm, now);
    while (toy.fsm.state >= PPP_REQ_SENT) {
        if (now >= next_nak) {
            uint8_t nak[] = {3, toy.fsm.request_id, 0, 7, 1, 3, 9};

            g_assert_true(ppp_fsm_input(&toy.fsm, now, rd_over(nak, sizeof nak)));
            next_nak += 5 * USEC_PER_SEC;
        }
        now += USEC_PER_SEC / 10;
        ppp_fsm_expire(&toy.fsm, now);
        drain(&toy.q);
        g_assert_cmpuint(now - NOW, <=, 31 * USEC_PER_SEC);
    }
    g_assert_cmpuint(now - NOW, >=, 29 * USEC_PER_SEC);
    g_assert_true(toy.fsm.notes & PPP_NOTE_TIMEOUT);
}

/* On a stream nothing is lost: a slow server is not asked again before the RFC's three seconds,
 * whatever the round trip. */
static void
test_reliable_carrier(void)
{
    toy_init();
    ppp_fsm_set_reliable(&toy.fsm);
    ppp_fsm_hint_rtt(&toy.fsm, 1000);
    ppp_fsm_open(&toy.fsm, NOW);
    ppp_fsm_lower_up(&toy.fsm, NOW);
    g_assert_cmpuint(ppp_fsm_deadline(&toy.fsm), ==, NOW + 3 * USEC_PER_SEC);
}

/* But one that dropped our request, since it was not ready, and then sends its own, is asked again
 * when the answer is overdue: once, and not if it is one of those that are slow (they yield). */
static void
test_reliable_carrier_unready_peer(void)
{
    for (int yields = 0; yields < 2; yields++) {
        const usec_t late = NOW + USEC_PER_SEC;

        toy_init();
        ppp_fsm_set_reliable(&toy.fsm);
        ppp_fsm_hint_rtt(&toy.fsm, 100000);
        toy.fsm.yields = yields;
        ppp_fsm_open(&toy.fsm, NOW);
        ppp_fsm_lower_up(&toy.fsm, NOW);
        expect_frame(&toy.q, "8001 01010007 010307");
        g_assert_true(ppp_fsm_input(&toy.fsm, late, hex("01210007 010301")));
        expect_frame(&toy.q, "8001 02210007 010301");
        if (yields) {
            g_assert_cmpuint(ppp_fsm_deadline(&toy.fsm), ==, NOW + 3 * USEC_PER_SEC);
            break;
        }
        g_assert_cmpuint(ppp_fsm_deadline(&toy.fsm), ==, late + 400000);
        ppp_fsm_expire(&toy.fsm, late + 400000);
        expect_frame(&toy.q, "8001 01010007 010307");
        g_assert_true(ppp_fsm_input(&toy.fsm, late + 400000, hex("01210007 010301")));
        expect_frame(&toy.q, "8001 02210007 010301");
        g_assert_cmpuint(ppp_fsm_deadline(&toy.fsm), ==, late + 400000 + 3 * USEC_PER_SEC);
    }
}

static void
test_timer_follows_the_round_trip(void)
{
    toy_init();
    ppp_fsm_open(&toy.fsm, NOW);
    ppp_fsm_lower_up(&toy.fsm, NOW);
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW + 100000, hex("03010007 010309")));
    g_assert_cmpuint(toy.fsm.rtt, ==, 100000);
    g_assert_cmpuint(toy.fsm.deadline, ==, NOW + 100000 + 400000);
    ppp_fsm_hint_rtt(&toy.fsm, 0);
    g_assert_cmpuint(toy.fsm.first_period, ==, 250000);
    ppp_fsm_hint_rtt(&toy.fsm, UINT32_MAX);
    g_assert_cmpuint(toy.fsm.first_period, ==, 3000000);
}

/* The answer to a request that was sent twice measures nothing (Karn). */
static void
test_retransmission_is_not_measured(void)
{
    toy_init();
    ppp_fsm_open(&toy.fsm, NOW);
    ppp_fsm_lower_up(&toy.fsm, NOW);
    ppp_fsm_expire(&toy.fsm, NOW + USEC_PER_SEC);
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW + USEC_PER_SEC + 1000, hex("02010007 010307")));
    g_assert_cmpint(toy.fsm.state, ==, PPP_ACK_RCVD);
    g_assert_cmpuint(toy.fsm.rtt, ==, 0);
}

/* But what follows waits as long as that one did, until an answer comes to what was sent once. */
static void
test_longer_period_holds(void)
{
    const usec_t answer = NOW + 1050000;

    toy_init();
    ppp_fsm_open(&toy.fsm, NOW);
    ppp_fsm_lower_up(&toy.fsm, NOW);
    ppp_fsm_expire(&toy.fsm, NOW + USEC_PER_SEC);
    g_assert_true(ppp_fsm_input(&toy.fsm, answer, hex("03010007 010309")));
    g_assert_cmpuint(toy.fsm.deadline, ==, answer + 2 * USEC_PER_SEC);
    g_assert_true(ppp_fsm_input(&toy.fsm, answer + 20000, hex("03020007 010308")));
    g_assert_cmpuint(toy.fsm.rtt, ==, 20000);
    g_assert_cmpuint(toy.fsm.first_period, ==, 250000);
}

/* P16: a Reject holds what fits; an Ack that would not fit is none. */
static void
test_answers_fit_a_frame(void)
{
    uint8_t big[4 + 50 * 255] = {1, 0x21, (uint8_t)(sizeof big >> 8), (uint8_t)sizeof big};
    struct rd frame;

    for (int i = 0; i < 50; i++) {
        big[4 + 255 * i] = 99;
        big[4 + 255 * i + 1] = 255;
    }
    toy_opened();
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, rd_over(big, sizeof big)));
    drain(&toy.q); /* Opened: our own request went before it */
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, rd_over(big, sizeof big)));
    frame = next_frame(&toy.q);
    g_assert_cmpuint(frame.p[2], ==, PPP_CONF_REJ);
    g_assert_cmpuint(frame.left - 2, ==, 4 + 5 * 255);
    expect_nothing(&toy.q);

    for (size_t i = 4; i + 3 <= sizeof big; i += 3)
        memcpy(big + i, (uint8_t[]){1, 3, 1}, 3);
    g_assert_false(ppp_fsm_input(&toy.fsm, NOW, rd_over(big, sizeof big)));
    g_assert_cmpint(toy.fsm.state, ==, PPP_REQ_SENT);
}

static void
test_code_reject_is_cut(void)
{
    uint8_t big[3000] = {42, 1, 3000 >> 8, 3000 & 0xff};

    toy_opened();
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, rd_over(big, sizeof big)));
    g_assert_cmpuint(next_frame(&toy.q).left, ==, PPP_FRAME_MAX - 2 - 4 + 4);
}

/* P11, and: which codes the peer does not know is remembered. */
static void
test_code_reject(void)
{
    toy_opened();
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("07010009 0901000500")));
    g_assert_cmpint(toy.fsm.state, ==, PPP_OPENED);
    g_assert_cmphex(toy.fsm.rejected_codes, ==, 1 << 9);
    g_assert_true(ppp_fsm_input(&toy.fsm, NOW, hex("07020008 01010004")));
    g_assert_cmpint(toy.fsm.state, ==, PPP_STOPPING);
    g_assert_true(toy.fsm.notes & PPP_NOTE_REJECTED);
}

/* Every octet of a good request changed, and every shorter form of it: never more than one answer,
 * and it is well formed. */
static void
test_flip_and_truncate(void)
{
    static const uint8_t good[] = {1, 0x21, 0, 17, 1, 3, 1, 1, 3, 2, 2, 7, 1, 2, 3, 4, 5};
    uint8_t type;
    struct rd data;

    for (size_t n = 0; n < sizeof good; n++) {
        toy_opened();
        ppp_fsm_input(&toy.fsm, NOW, keep(good, n));
        drain(&toy.q);
    }
    for (size_t at = 0; at < sizeof good; at++) {
        for (guint bits = 1; bits < 256; bits++) {
            uint8_t bad[sizeof good];
            guint frames = 0;

            memcpy(bad, good, sizeof good);
            bad[at] ^= (uint8_t)bits;
            toy_opened();
            ppp_fsm_input(&toy.fsm, NOW, keep(bad, sizeof good));
            while (ppp_queue_next(&toy.q, &type, &data)) {
                g_assert_cmpuint((guint)(data.p[6] << 8 | data.p[7]), ==, data.left - 4);
                frames++;
            }
            g_assert_cmpuint(frames, <=, 2); /* Opened: a request of ours, and the answer */
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp-fsm/table-is-the-rfcs", test_table_is_the_rfcs);
    g_test_add_func("/ppp-fsm/P7-P12-every-cell", test_every_cell);
    g_test_add_func("/ppp-fsm/P1-P2-P3-malformed-frames", test_malformed_frames_are_dropped);
    g_test_add_func("/ppp-fsm/P4-ack-must-be-the-request", test_ack_must_be_the_request);
    g_test_add_func("/ppp-fsm/stale-answers-are-dropped", test_stale_answers_are_dropped);
    g_test_add_func("/ppp-fsm/repeated-request", test_repeated_request);
    g_test_add_func("/ppp-fsm/another-request-in-opened", test_another_request_in_opened);
    g_test_add_func("/ppp-fsm/too-early", test_too_early);
    g_test_add_func("/ppp-fsm/yields", test_yields);
    g_test_add_func("/ppp-fsm/P5-endless-naks-end", test_endless_naks_end);
    g_test_add_func("/ppp-fsm/P5-our-naks-become-rejects", test_our_naks_become_rejects);
    g_test_add_func("/ppp-fsm/requests-back-off-and-end", test_requests_back_off_and_end);
    g_test_add_func("/ppp-fsm/talk-without-agreement-ends", test_talk_without_agreement_ends);
    g_test_add_func("/ppp-fsm/P5-slow-rounds-end", test_slow_rounds_end);
    g_test_add_func("/ppp-fsm/reliable-carrier", test_reliable_carrier);
    g_test_add_func("/ppp-fsm/reliable-carrier-unready-peer", test_reliable_carrier_unready_peer);
    g_test_add_func("/ppp-fsm/timer-follows-the-round-trip", test_timer_follows_the_round_trip);
    g_test_add_func("/ppp-fsm/retransmission-is-not-measured", test_retransmission_is_not_measured);
    g_test_add_func("/ppp-fsm/longer-period-holds", test_longer_period_holds);
    g_test_add_func("/ppp-fsm/P16-answers-fit-a-frame", test_answers_fit_a_frame);
    g_test_add_func("/ppp-fsm/code-reject-is-cut", test_code_reject_is_cut);
    g_test_add_func("/ppp-fsm/P11-code-reject", test_code_reject);
    g_test_add_func("/ppp-fsm/flip-and-truncate", test_flip_and_truncate);
    return g_test_run();
}
