/* tunnel-sstp.c - a session inside TLS. See tunnel.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "tunnel.h"

#include <stdio.h>

static void
check(struct tunnel *t, enum pump_result result)
{
    tunnel_check(t, result, &t->sstp.tls.end, "TLS stream");
}

static bool
prepare(struct tunnel *t)
{
    struct tunnel_over_tls *l = &t->sstp;

    if (!io_tls_prepare(&l->tls, &t->start.plan, tunnel_server(t)->host)) {
        tunnel_end_with(t, &l->tls.end);
        return false;
    }
    if (!pump_stream_init(&l->pump, &t->pump, &l->tls)) {
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "no memory for the buffers");
        return false;
    }
    return true;
}

static void
start_session(struct tunnel *t)
{
    const struct tls_verify *v = &t->sstp.tls.verify;
    struct session_link_info info = {0};

    pump_stream_restart(&t->sstp.pump);
    memcpy(info.leaf_sha256, v->leaf_sha256, sizeof info.leaf_sha256);
    memcpy(info.leaf_sha1, v->leaf_sha1, sizeof info.leaf_sha1);
    tunnel_random(info.guid, sizeof info.guid);
    tunnel_start_session(t, &info);
}

static void
shake(struct tunnel *t)
{
    struct tunnel_over_tls *l = &t->sstp;

    switch (io_tls_handshake(&l->tls)) {
    case IO_TLS_OK:
        l->shaken = true;
        control_log(t->control_fd, 6, "event: tls-up, version: %s, cipher: %s, server: %s",
                    io_tls_version(&l->tls), io_tls_cipher(&l->tls), l->tls.verify.subject);
        tunnel_send_status(t, "");
        start_session(t);
        break;
    case IO_TLS_AGAIN:
        loop_watch(&t->loop, &t->server, EPOLLIN | (io_tls_blocked(&l->tls) ? EPOLLOUT : 0));
        break;
    case IO_TLS_CLOSED:
    case IO_TLS_FAILED:
        tunnel_send_status(t, ""); /* whose certificate it was: a person may want to accept it */
        tunnel_end_with(t, &l->tls.end);
        break;
    }
}

static void
connected(struct tunnel *t)
{
    tcp_path_start(&t->sstp.path, &t->loop, t->server.fd, t->control_fd, t->address->family != 4);
    if (io_tls_start(&t->sstp.tls, t->server.fd))
        shake(t);
    else
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "TLS cannot be started");
}

static void
readable(struct tunnel *t)
{
    if (!t->sstp.shaken)
        shake(t);
    else if (t->session != NULL)
        check(t, pump_stream_receive(&t->sstp.pump, t->loop.now));
}

static void
packets(struct tunnel *t)
{
    check(t, pump_stream_send(&t->sstp.pump));
}

static void
flush(struct tunnel *t)
{
    struct pump_stream *pump = &t->sstp.pump;

    if (pump->more)
        check(t, pump_stream_receive(pump, t->loop.now));
    check(t, pump_stream_flush(pump));
}

static void
watch(struct tunnel *t)
{
    const struct pump_stream *pump = &t->sstp.pump;
    const bool wanted = pump_stream_wants_socket(pump);

    loop_watch(&t->loop, &t->server,
               (wanted ? EPOLLIN : 0) | (io_tls_blocked(&t->sstp.tls) ? EPOLLOUT : 0));
    if (t->pump.open)
        loop_watch(&t->loop, &t->tun, pump_stream_wants_tun(pump) ? EPOLLIN : 0);
    if (pump->more && wanted)
        loop_again(&t->loop);
    tcp_path_sent(&t->sstp.path, t->pump.stats.packets_out);
}

static void
describe(const struct tunnel *t, struct tunnel_status *ret)
{
    const struct io_tls *tls = &t->sstp.tls;

    if (t->sstp.shaken)
        snprintf(ret->encryption, sizeof ret->encryption, "%s %s", io_tls_version(tls),
                 io_tls_cipher(tls));
    snprintf(ret->server_name, sizeof ret->server_name, "%s", tls->verify.subject);
    memcpy(ret->leaf_sha256, tls->verify.leaf_sha256, sizeof ret->leaf_sha256);
}

static void
configured(struct tunnel *t)
{
    io_tls_drop_authorities(&t->sstp.tls); /* no handshake follows any more */
}

static void
drop(struct tunnel *t)
{
    if (t->ended)
        io_tls_close(&t->sstp.tls);
    t->sstp.shaken = false;
    tcp_path_stop(&t->sstp.path);
}

static void
clear(struct tunnel *t)
{
    pump_stream_clear(&t->sstp.pump);
    io_tls_clear(&t->sstp.tls);
}

const struct tunnel_link tunnel_sstp = {
    .prepare = prepare,
    .connected = connected,
    .readable = readable,
    .packets = packets,
    .flush = flush,
    .watch = watch,
    .describe = describe,
    .configured = configured,
    .drop = drop,
    .clear = clear,
    .second = "in the TLS handshake",
};
