/*
 * test-ras-calls.c - whole calls in memory: the client's session against the practice server, no
 * network, a virtual clock. Every way to sign in, every way to fail, every fault of ras-script.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "ras-core.h"
#include "session.h"

#define LATENCY (5 * USEC_PER_MSEC)

struct row {
    const char *name, *auth, *user, *password, *new_password;
    unsigned plan_auth;
    const char *faults[3];
    enum ras_error error; /* RAS_OK: the call comes up, and stays for @stay */
    usec_t within;        /* virtual time to the end; 0: 65 s */
    usec_t stay;
    bool only4;       /* no IPv6 that could carry the call alone */
    unsigned configs; /* told to the owner: at least */
    uint64_t most_up; /* octets that the client may say in all */
    bool wrong_leaf;  /* the client sees another certificate than the server shows */
};

struct pipe {
    uint8_t bytes[512 * 1024];
    size_t n;
    uint64_t total;
};

struct world {
    struct ras_config config;
    struct ras_users users;
    struct ras_pool pool;
    struct rng rng;
    uint32_t seed;
    struct dial_plan plan;
    struct credentials credentials, answer;
    struct session *session;
    struct ras_core *core;
    usec_t now;
    struct pipe up, down;
    bool link_gone, session_ended, is_up;
    unsigned configs, asked;
    struct ras_end end;
    struct net_config net;
    char auth_name[64];
    unsigned server_events; /* 1 << type */
    uint32_t refused;
    size_t pings;
};

static void
fill_random(void *ctx, void *out, size_t n)
{
    uint32_t *seed = ctx;
    uint8_t *p = out;

    for (size_t i = 0; i < n; i++) {
        *seed = *seed * 1664525 + 1013904223;
        p[i] = (uint8_t)(*seed >> 24);
    }
}

static void
set_auth(struct ras_config *c, const char *list)
{
    static const struct {
        const char *name;
        enum ppp_auth_method method;
    } names[] = {{"pap", PPP_AUTH_PAP},
                 {"chap-md5", PPP_AUTH_CHAP_MD5},
                 {"mschapv2", PPP_AUTH_MSCHAPV2},
                 {"eap-mschapv2", PPP_AUTH_EAP_MSCHAPV2}};
    g_auto(GStrv) words = g_strsplit(list, ",", -1);

    c->n_auth = 0;
    for (char **w = words; *w != NULL; w++)
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
            if (strcmp(*w, names[i].name) == 0)
                c->auth[c->n_auth++] = names[i].method;
}

static struct world *
world_new(const struct row *row)
{
    static const char *const users[] = {
        "alice \"Grüße 🔑 1\"",
        "bob secret disabled",
        "carol secret hours",
        "dave secret nodialin",
        "erin secret expired",
        "frank secret retry",
        "gina secret expired minlength=8",
    };
    struct world *w = g_new0(struct world, 1);
    struct session_link_info info = {.host = "vpn.example.test"};
    const char *why = NULL;

    w->seed = 1;
    w->rng = (struct rng){.fill = fill_random, .ctx = &w->seed};
    ras_config_init(&w->config);
    w->config.users = &w->users;
    w->config.pool = &w->pool;
    w->config.dns[0] = 0x0a090035;
    w->config.nbns[0] = 0x0a090036;
    g_assert_true(ras_pool_add(&w->pool, "10.9.0.10-10.9.0.40"));
    for (size_t i = 0; i < G_N_ELEMENTS(users); i++)
        g_assert_true(ras_users_add_line(&w->users, users[i], &why));
    if (row->auth != NULL)
        set_auth(&w->config, row->auth);
    for (size_t i = 0; i < G_N_ELEMENTS(row->faults) && row->faults[i] != NULL; i++)
        if (!ras_script_add_line(&w->config.script, row->faults[i], &why))
            g_error("%s: %s", row->faults[i], why);
    memset(w->config.cert_sha256, 0xc2, 32);
    memset(w->config.cert_sha1, 0xc1, 20);
    memset(info.leaf_sha256, row->wrong_leaf ? 0xbd : 0xc2, 32);
    memset(info.leaf_sha1, 0xc1, 20);

    dial_plan_init(&w->plan);
    w->plan.auth = row->plan_auth != 0 ? row->plan_auth : PLAN_AUTH_MSCHAPV2;
    w->plan.dhcp_inform = true;
    w->plan.ipv6 = !row->only4;
    strcpy(w->credentials.user, row->user != NULL ? row->user : "alice");
    secret_set_text(&w->credentials.password, row->password != NULL ? row->password : "Grüße 🔑 1");
    w->session = session_new(&w->plan, PLAN_SSTP, &w->credentials, &w->rng, 0);
    w->core = ras_core_new(&w->config, PLAN_SSTP, &w->rng, 1, 0);
    session_link_up(w->session, 0, &info);
    return w;
}

static void
world_free(struct world *w)
{
    session_free(w->session);
    ras_core_free(w->core);
    g_assert_cmpuint(ras_pool_free_count(&w->pool), ==, w->pool.n);
    credentials_wipe(&w->credentials);
    dial_plan_clear(&w->plan);
    ras_users_wipe(&w->users);
    g_free(w);
}

static void
append(struct pipe *p, struct rd bytes)
{
    g_assert_cmpuint(bytes.left, <=, sizeof p->bytes - p->n);
    memcpy(p->bytes + p->n, bytes.p, bytes.left);
    p->n += bytes.left;
    p->total += bytes.left;
}

static void
take(struct pipe *p, size_t used)
{
    memmove(p->bytes, p->bytes + used, p->n - used);
    p->n -= used;
}

static void
answer_credentials(struct world *w, const struct row *row, enum ras_error reason)
{
    w->asked++;
    if (reason == RAS_PASSWD_EXPIRED || reason == RAS_CHANGING_PASSWORD) {
        if (row->new_password == NULL || w->asked > 2) {
            session_credentials(w->session, w->now, NULL);
            return;
        }
        w->answer = w->credentials;
        w->answer.has_new_password = true;
        secret_set_text(&w->answer.new_password, row->new_password);
        session_credentials(w->session, w->now, &w->answer);
        return;
    }
    if (row->new_password == NULL) { /* the second attempt's password */
        session_credentials(w->session, w->now, NULL);
        return;
    }
    w->answer = w->credentials;
    secret_set_text(&w->answer.password, row->new_password);
    session_credentials(w->session, w->now, &w->answer);
}

static void
client_events(struct world *w, const struct row *row)
{
    struct session_event e;

    while (session_poll_event(w->session, &e)) {
        switch (e.type) {
        case SESSION_WANTS_CREDENTIALS:
            answer_credentials(w, row, e.reason);
            break;
        case SESSION_CONFIG:
            w->configs++;
            w->net = *e.config;
            g_assert_true(net_config_valid(&w->net));
            session_registered(w->session, w->now);
            break;
        case SESSION_UP:
            w->is_up = true;
            g_strlcpy(w->auth_name, e.auth_name, sizeof w->auth_name);
            break;
        case SESSION_ENDED:
            w->session_ended = true;
            w->end = e.end;
            break;
        case SESSION_STAGE:
        case SESSION_INFORMED:
        case SESSION_ESP:
        case SESSION_EARLY_REFUSED:
            break;
        }
    }
}

static void
server_events(struct world *w)
{
    struct ras_core_event e;

    while (ras_core_poll_event(w->core, &e)) {
        w->server_events |= 1u << e.type;
        g_test_message("%u ms: server event %d %u %s", (unsigned)(w->now / 1000), e.type, e.number,
                       e.text);
        if (e.type == RAS_EVENT_REFUSED)
            w->refused = e.number;
    }
}

/* One exchange of what is on its way; false: nothing was. */
static bool
exchange(struct world *w, const struct row *row)
{
    static struct session_packets packets;
    struct session_output out;
    struct rd piece;
    const uint64_t before = w->up.total + w->down.total;

    while (session_poll_output(w->session, &out))
        append(&w->up, out.bytes);
    if (!w->link_gone)
        take(&w->up, ras_core_receive(w->core, w->now, w->up.bytes, w->up.n, &packets));
    server_events(w);
    /* a piece at a time, as a slow network might */
    for (int i = 0; i < 400 && !w->link_gone && ras_core_poll_output(w->core, &piece); i++) {
        append(&w->down, piece);
        take(&w->down, session_receive(w->session, w->now, CHANNEL_STREAM, w->down.bytes, w->down.n,
                                       &packets));
        w->pings += packets.n;
    }
    client_events(w, row);
    if (!w->link_gone && ras_core_wants_close(w->core)) {
        const struct ras_end why = {RAS_VPN_DISCONNECT, "the server closed the connection"};
        w->link_gone = true;
        session_link_lost(w->session, w->now, &why);
        client_events(w, row);
    }
    return w->up.total + w->down.total != before;
}

static void
play(struct world *w, const struct row *row, usec_t until)
{
    while (!w->session_ended && w->now < until) {
        if (exchange(w, row)) {
            w->now += LATENCY;
            continue;
        }
        usec_t next = usec_min(session_deadline(w->session), ras_core_deadline(w->core));
        next = usec_min(next, until);
        w->now = next > w->now ? next : w->now + 1;
        session_expire(w->session, w->now);
        ras_core_expire(w->core, w->now);
        client_events(w, row);
        server_events(w);
    }
}

static void
run_row(const void *data)
{
    const struct row *row = data;
    struct world *w = world_new(row);
    const usec_t limit = row->within != 0 ? row->within : 65 * USEC_PER_SEC;

    if (row->error == RAS_OK) {
        while (!w->is_up && !w->session_ended && w->now < limit)
            play(w, row, w->now + 10 * USEC_PER_MSEC);
        g_assert_cmpstr(w->end.detail, ==, "");
        g_assert_true(w->is_up);
        g_assert_true(w->server_events & 1u << RAS_EVENT_BOUND);
        g_assert_cmphex(w->net.peer4, ==, w->config.address);
        g_assert_cmphex(w->net.local4, ==, ras_core_client4(w->core));
        if (row->stay != 0) {
            play(w, row, w->now + row->stay);
            g_assert_cmpstr(w->end.detail, ==, "");
        }
        g_assert_false(w->session_ended);
        g_assert_cmpuint(w->configs, >=, row->configs);
        const struct ras_user *user = ras_users_find(&w->users, w->credentials.user);
        g_assert_false(user->expired);
        if (w->server_events & 1u << RAS_EVENT_PASSWORD_CHANGED)
            g_assert_cmpmem(user->password.data, user->password.len, row->new_password,
                            strlen(row->new_password));
        if (row->most_up != 0)
            g_assert_cmpuint(w->up.total, <, row->most_up);
        session_close(w->session, w->now);
        play(w, row, w->now + 20 * USEC_PER_SEC);
        g_assert_true(w->session_ended);
        g_assert_cmpint(w->end.error, ==, RAS_USER_DISCONNECTION);
    } else {
        play(w, row, limit + row->stay);
        g_test_message("%u %s, after %u ms, %u bytes down", w->end.error, w->end.detail,
                       (unsigned)(w->now / 1000), (unsigned)w->down.total);
        g_assert_true(w->session_ended);
        g_assert_cmpuint(w->end.error, ==, row->error);
    }
    ras_core_lost(w->core, w->now);
    server_events(w);
    g_assert_true(w->server_events & 1u << RAS_EVENT_ENDED);
    world_free(w);
}

#define V2  PLAN_AUTH_MSCHAPV2
#define EAP PLAN_AUTH_EAP_MSCHAPV2
#define PAP PLAN_AUTH_PAP
#define MD5 PLAN_AUTH_CHAP_MD5
#define ANY (V2 | EAP | PAP | MD5)
#define S   USEC_PER_SEC

/* clang-format off */
static const struct row rows[] = {
    /* every way to sign in, of whatever is offered first */
    {"up/pap", "pap", .plan_auth = PAP},
    {"up/chap-md5", "chap-md5", .plan_auth = MD5},
    {"up/mschapv2", "mschapv2", .plan_auth = V2},
    {"up/eap-mschapv2", "eap-mschapv2", .plan_auth = EAP},
    {"up/naks-to-what-is-allowed", "pap,chap-md5,eap-mschapv2,mschapv2", .plan_auth = V2},
    {"up/domain", "mschapv2", "CORP\\alice"},
    {"up/eap-domain", "eap-mschapv2", "CORP\\alice", .plan_auth = EAP},
    {"up/stays-for-an-hour", "mschapv2", .stay = 3600 * S},

    /* failure, in numbers that a help desk knows */
    {"691/mschapv2", "mschapv2", .password = "wrong", .error = 691},
    {"691/eap-mschapv2", "eap-mschapv2", .password = "wrong", .plan_auth = EAP, .error = 691},
    {"691/chap-md5", "chap-md5", .password = "wrong", .plan_auth = MD5, .error = 691},
    {"691/pap", "pap", .password = "wrong", .plan_auth = PAP, .error = 691},
    {"691/pap-same-length", "pap", .password = "Grüße 🔑 2", .plan_auth = PAP, .error = 691},
    {"691/unknown-user", "mschapv2", "mallory", .error = 691},
    {"691/retry-then-nobody", "mschapv2", "frank", "wrong", .error = 691},
    {"691/retry-then-right", "mschapv2", "frank", "wrong", "secret"},
    {"691/eap-retry-then-right", "eap-mschapv2", "frank", "wrong", "secret", EAP},
    {"691/retry-for-ever-is-bounded", "mschapv2", "frank", "wrong", "wronger", .faults = {"chap-retry"}, .error = 691},
    {"646", "mschapv2", "carol", "secret", .error = 646},
    {"646/eap", "eap-mschapv2", "carol", "secret", .plan_auth = EAP, .error = 646},
    {"647", "mschapv2", "bob", "secret", .error = 647},
    {"649", "mschapv2", "dave", "secret", .error = 649},
    {"648/nobody-answers", "mschapv2", "erin", "secret", .error = 648},
    {"648/changed", "mschapv2", "erin", "secret", "a new one, ü🔑"},
    {"648/eap-changed", "eap-mschapv2", "erin", "secret", "a new one, ü🔑", EAP},
    {"709/too-short", "mschapv2", "gina", "secret", "short", .error = 709},
    {"919/pap-only", "pap", .plan_auth = V2, .error = 919},
    {"919/nothing-in-common", "pap,chap-md5", .plan_auth = V2 | EAP, .error = 919},
    {"919/asks-for-none", "mschapv2", .faults = {"no-auth"}, .error = 919},
    {"734/at-lcp", "mschapv2", .faults = {"at lcp lcp-terminate"}, .error = 734},
    {"718/silent-at-response", "mschapv2", .faults = {"at response silence"}, .error = 718, .within = 130 * S},
    {"718/silent-after-auth", "mschapv2", .faults = {"at auth silence"}, .error = 718, .within = 130 * S},
    {"718/silent-at-lcp", "mschapv2", .faults = {"at lcp silence"}, .error = 718, .within = 130 * S},
    {"721/no-ack", "mschapv2", .faults = {"sstp-no-ack"}, .error = 721, .within = 70 * S},
    {"720/ipcp-rejected", "mschapv2", .plan_auth = V2, .faults = {"ipcp-reject"}, .error = 720, .only4 = true},
    {"binding-refused/closed", "mschapv2", .faults = {"refuse-binding"}, .error = RAS_CONNECTION_ABORTED},
    {"binding-refused/aborted", "mschapv2", .wrong_leaf = true, .error = RAS_CONNECTION_ABORTED},

    /* HTTP (threats H7, H8, H10) */
    {"http/302", .faults = {"http-status 302"}, .error = RAS_CAPTIVE_PORTAL},
    {"http/401", .faults = {"http-status 401"}, .error = RAS_INVALID_SERVER_RESPONSE},
    {"http/503", .faults = {"http-status 503"}, .error = RAS_INVALID_SERVER_RESPONSE},
    {"http/portal", .faults = {"http-portal"}, .error = RAS_CAPTIVE_PORTAL},
    {"http/garbage", .faults = {"http-garbage"}, .error = RAS_INVALID_SERVER_RESPONSE},
    {"http/endless", .faults = {"http-endless"}, .error = RAS_INVALID_SERVER_RESPONSE, .within = 31 * S},
    {"http/long-line", .faults = {"http-long-line"}, .error = RAS_INVALID_SERVER_RESPONSE},
    {"http/continue-first", .faults = {"http-continue"}},
    {"http/no-length", .faults = {"http-no-length"}},
    {"http/fragments", .faults = {"fragment 1"}},
    {"http/fragments-of-seven", .faults = {"fragment 7"}},

    /* SSTP */
    {"sstp/nak-then-ack", .faults = {"sstp-nak 2"}},
    {"sstp/nak-for-ever", .faults = {"sstp-nak 99"}, .error = RAS_DISCONNECTION},
    {"sstp/H4-no-known-hash", .faults = {"sstp-hash 4"}, .error = RAS_INVALID_SERVER_RESPONSE},
    {"sstp/H4-no-hash", .faults = {"sstp-hash 0"}, .error = RAS_INVALID_SERVER_RESPONSE},
    {"sstp/sha1", .faults = {"sstp-hash 1"}},
    {"sstp/H6-data-early", .faults = {"data-early"}},
    {"sstp/H6-echo-storm", .faults = {"echo-storm 20000"}, .stay = 5 * S},
    {"sstp/H6-mute-echo", .faults = {"mute-echo"}, .error = RAS_LINK_FAILURE, .within = 200 * S},
    {"sstp/H1-broken-stream", .faults = {"at up +1000 raw 20000000"}, .error = RAS_LINK_FAILURE},
    {"sstp/aborted", .faults = {"at up abort 5"}, .error = RAS_LINK_FAILURE},
    {"sstp/disconnected", .faults = {"at up +1000 disconnect"}, .error = RAS_REMOTE_DISCONNECTION},
    {"sstp/closed", .faults = {"at up +1000 close"}, .error = RAS_VPN_DISCONNECT},

    /* PPP */
    {"ppp/A5-wrong-proof", .faults = {"chap-wrong-proof"}, .error = RAS_UNABLE_TO_AUTHENTICATE_SERVER},
    {"ppp/A5-no-proof", .faults = {"chap-no-proof"}, .error = RAS_UNABLE_TO_AUTHENTICATE_SERVER},
    {"ppp/A5-lower-case-proof", .faults = {"chap-lower-proof"}, .error = RAS_UNABLE_TO_AUTHENTICATE_SERVER},
    {"ppp/A5-eap-wrong-proof", "eap-mschapv2", .plan_auth = EAP, .faults = {"chap-wrong-proof"}, .error = RAS_UNABLE_TO_AUTHENTICATE_SERVER},
    {"ppp/A6-success-before-response", "mschapv2", .faults = {"chap-early-success"}},
    {"ppp/A7-long-failure", .password = "wrong", .faults = {"chap-long-failure"}, .error = 691},
    {"ppp/A8-rechallenged", "mschapv2", .faults = {"rechallenge 60000"}, .stay = 600 * S},
    {"ppp/P5-lcp-nak-for-ever", .faults = {"lcp-nak"}, .error = 718},
    {"ppp/P5-ipcp-nak-for-ever", .faults = {"ipcp-nak"}, .error = 718, .only4 = true},
    {"ppp/P8-loop", .faults = {"lcp-loop"}, .error = RAS_PPP_LOOPBACK_DETECTED},
    {"ppp/P17-ccp-offered", .faults = {"ccp-offer"}},
    {"ppp/P18-renegotiated-for-ever", .faults = {"at up lcp-again 1000"}, .error = 734},
    {"ppp/P6-lcp-flood", "mschapv2", .faults = {"at up +1000 lcp-flood 20000"}, .stay = 30 * S, .most_up = 64 * 1024},
    {"ppp/I3-address-changes", .faults = {"at up +1000 ipcp-again"}, .stay = 10 * S, .configs = 2},
    {"ppp/I1-loopback-address", .faults = {"ipcp-address 127.0.0.1"}, .error = 720, .only4 = true},
    {"ppp/I2-loopback-dns", .faults = {"ipcp-dns 127.0.0.1"}},
    {"ppp/ipcp-terminated", .faults = {"at up ipcp-terminate"}, .error = 720, .within = 130 * S, .only4 = true},
    {"ppp/lcp-terminated", .faults = {"at up +1000 lcp-terminate"}, .error = 734},

    /* DHCP */
    {"dhcp/mute", .faults = {"dhcp-mute"}},
    {"dhcp/I6-10000-routes", .faults = {"dhcp-routes 10000"}},
    {"dhcp/I6-garbage", .faults = {"dhcp-garbage"}},
    {"dhcp/I7-domain", .faults = {"dhcp-domain \"a.test\\nnameserver 6.6.6.6\""}},
};
/* clang-format on */

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strdup_printf("/ras/calls/%s", rows[i].name);
        g_test_add_data_func(path, &rows[i], run_row);
    }
    return g_test_run();
}
