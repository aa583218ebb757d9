/* helper-esp.c - see helper-esp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-esp.h"

#include "helper-engine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS_MAX = 8 /* two are enough, and while both ends begin to rekey, four */ };

struct pair {
    uint32_t in, out; /* SPIs; out 0: accepted only */
};

struct helper_esp {
    const struct helper_esp_ops *ops;
    struct helper_journal *journal;
    int float_fd, l2tp_fd;
    uint16_t float_port;
    struct helper_xfrm_ends ends;
    bool journaled;
    /* Of the first pair; the others must be alike. */
    bool encapsulated;
    uint16_t l2tp_port;
    uint32_t current; /* SPI that is sent with */
    size_t n;
    struct pair pairs[PAIRS_MAX];
};

const struct helper_esp_ops helper_esp_kernel = {
    .open = helper_xfrm_open,
    .add = helper_xfrm_add,
    .remove = helper_xfrm_delete,
    .block = helper_xfrm_block,
    .require = helper_xfrm_require,
    .connect = helper_xfrm_connect,
    .encapsulate = helper_xfrm_encapsulate,
};

bool
helper_esp_mode_from_text(const char *text, enum helper_esp_mode *ret)
{
    static const char *const texts[] = {
        [HELPER_ESP_AUTO] = "auto",
        [HELPER_ESP_KERNEL] = "kernel",
        [HELPER_ESP_USER] = "user",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(text, texts[i]) == 0) {
            *ret = (enum helper_esp_mode)i;
            return true;
        }
    }
    return false;
}

static bool
processor_has_aes(void)
{
#if defined __x86_64__ || defined __i386__
    return __builtin_cpu_supports("aes");
#elif defined __aarch64__
    return (getauxval(AT_HWCAP) & (1 << 3)) != 0; /* HWCAP_AES */
#else
    return false;
#endif
}

/* Where both were measured (`./run bench --compare l2tp`), with such instructions and without, user
 * space sent several times as fast and received about as fast: it encrypts many packets side by
 * side and hands over many at once, while to leave it to the kernel costs a system call each. What
 * it cannot have is an engine; beside instructions that is not worth the way there and back. */
bool
helper_esp_choice(enum helper_esp_mode mode, const struct helper_esp_probe *p)
{
    switch (mode) {
    case HELPER_ESP_USER:
        return false;
    case HELPER_ESP_KERNEL:
        return p->xfrm;
    case HELPER_ESP_AUTO:
        break;
    }
    return p->xfrm && p->engine && !p->instructions;
}

bool
helper_esp_wanted(enum helper_esp_mode mode)
{
    const bool instructions = processor_has_aes();
    const bool automatic = mode == HELPER_ESP_AUTO && !instructions;
    const struct helper_esp_probe p = {
        .xfrm = (automatic || mode == HELPER_ESP_KERNEL) && helper_xfrm_probe() == 0,
        .instructions = instructions,
        .engine = automatic && helper_engine_probe(),
    };

    return helper_esp_choice(mode, &p);
}

struct helper_esp *
helper_esp_new(const struct helper_esp_ops *ops, struct helper_journal *journal)
{
    struct helper_esp *e = calloc(1, sizeof *e);

    if (e == NULL)
        return NULL;
    e->ops = ops;
    e->journal = journal;
    e->float_fd = e->l2tp_fd = -1;
    e->ends.reqid = (uint32_t)HELPER_MARK << 16 | helper_journal_slot(journal);
    return e;
}

static void
close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void
helper_esp_free(struct helper_esp *e)
{
    if (e == NULL)
        return;
    close_one(&e->float_fd);
    close_one(&e->l2tp_fd);
    free(e);
}

bool
helper_esp_in_use(const struct helper_esp *e)
{
    return e->l2tp_fd >= 0;
}

static struct pair *
find(struct helper_esp *e, uint32_t spi_in)
{
    for (size_t i = 0; i < e->n; i++) {
        if (e->pairs[i].in == spi_in)
            return &e->pairs[i];
    }
    return NULL;
}

static int
add(struct helper_esp *e, const struct esp_msg *m, bool outbound)
{
    const struct helper_xfrm_sa sa = {
        .outbound = outbound,
        .spi = outbound ? m->spi_out : m->spi_in,
        .l2tp_port = m->local_port,
        .float_port = m->encapsulated ? e->float_port : 0,
        .cipher = m->cipher,
        .auth = m->auth,
        .key_bits = m->key_bits,
        .keys = outbound ? &m->out : &m->in,
    };

    return e->ops->add(&e->ends, &sa);
}

static void
drop(struct helper_esp *e, struct pair *p)
{
    e->ops->remove(&e->ends, false, p->in);
    if (p->out != 0)
        e->ops->remove(&e->ends, true, p->out);
    *p = e->pairs[--e->n];
}

/* The dial begins again: what there was is taken back, and its socket stays blocked. */
static void
start_anew(struct helper_esp *e)
{
    if (e->l2tp_fd >= 0)
        e->ops->block(e->l2tp_fd);
    if (e->float_fd >= 0 && e->l2tp_fd >= 0)
        e->ops->encapsulate(e->float_fd, false);
    while (e->n > 0)
        drop(e, &e->pairs[0]);
    close_one(&e->l2tp_fd);
    close_one(&e->float_fd);
}

/* The port; the address into @ret. */
static uint16_t
take_end(const struct sockaddr_storage *a, uint8_t ret[static 16])
{
    memset(ret, 0, 16);
    if (a->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)a;
        memcpy(ret, &in->sin_addr, sizeof in->sin_addr);
        return ntohs(in->sin_port);
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)a;
    memcpy(ret, &in6->sin6_addr, sizeof in6->sin6_addr);
    return ntohs(in6->sin6_port);
}

void
helper_esp_use_float(struct helper_esp *e, int float_fd)
{
    struct sockaddr_storage here = {0}, there = {0};
    socklen_t here_size = sizeof here, there_size = sizeof there;

    start_anew(e);
    if (getsockname(float_fd, (struct sockaddr *)&here, &here_size) < 0 ||
        getpeername(float_fd, (struct sockaddr *)&there, &there_size) < 0)
        return;
    if ((here.ss_family != AF_INET && here.ss_family != AF_INET6) ||
        there.ss_family != here.ss_family)
        return;
    e->float_fd = fcntl(float_fd, F_DUPFD_CLOEXEC, 0);
    e->float_port = take_end(&here, e->ends.local);
    take_end(&there, e->ends.remote);
    e->ends.family = here.ss_family;
    e->journaled = false; /* other addresses, another record */
}

static int
intend(struct helper_esp *e)
{
    const struct undo u = {.kind = UNDO_XFRM, .xfrm = e->ends};
    const int err = e->journaled ? 0 : helper_journal_intend(e->journal, &u);

    e->journaled = err == 0;
    return err;
}

static int
accept_pair(struct helper_esp *e, const struct esp_msg *m)
{
    if (e->n == PAIRS_MAX)
        return -ENOSPC;
    int err = intend(e);
    if (err == 0)
        err = add(e, m, false);
    if (err == 0)
        e->pairs[e->n++] = (struct pair){.in = m->spi_in};
    return err;
}

/* The half that goes out, and the policies that it is wanted by. */
static int
send_with(struct helper_esp *e, const struct esp_msg *m, int fd)
{
    int err = add(e, m, true);

    if (err < 0)
        return err;
    find(e, m->spi_in)->out = m->spi_out;
    err = e->ops->require(fd, &e->ends, m->spi_out);
    if (err == 0)
        e->current = m->spi_out;
    return err;
}

/* An older pair: the newest is to go. */
static int
serve_again(struct helper_esp *e, uint32_t spi_out, int fd)
{
    const int err = e->ops->require(fd, &e->ends, spi_out);

    if (err == 0)
        e->current = spi_out;
    return err;
}

static int
make_pair(struct helper_esp *e, const struct esp_msg *m, int fd)
{
    const struct pair *known = find(e, m->spi_in);
    int err = known == NULL ? accept_pair(e, m) : known->out != 0 ? -EEXIST : 0;

    if (known != NULL && known->out == m->spi_out && known->out != e->current)
        return serve_again(e, m->spi_out, fd);
    if (err < 0)
        return err;
    err = send_with(e, m, fd);
    if (err < 0)
        drop(e, find(e, m->spi_in));
    return err;
}

/* Up to here nothing of L2TP was said: what fails leaves no trace. */
static int
first_pair(struct helper_esp *e, const struct esp_msg *m)
{
    int fd = -1;
    int err = intend(e);

    if (err == 0)
        err = e->ops->open(&e->ends, m->local_port, m->encapsulated, &fd);
    if (err == 0)
        err = make_pair(e, m, fd);
    if (err == 0)
        err = e->ops->connect(fd, &e->ends);
    if (err == 0 && m->encapsulated)
        err = e->ops->encapsulate(e->float_fd, true);
    if (err == 0) {
        e->l2tp_fd = fd;
        return 0;
    }
    e->ops->encapsulate(e->float_fd, false);
    close_one(&fd);
    while (e->n > 0)
        drop(e, &e->pairs[0]);
    return err;
}

static int
use(struct helper_esp *e, const struct esp_msg *m, int *ret_fd)
{
    if (e->l2tp_fd >= 0)
        return make_pair(e, m, e->l2tp_fd);
    const int err = first_pair(e, m);
    if (err == 0)
        *ret_fd = e->l2tp_fd;
    return err;
}

static int
forget(struct helper_esp *e, uint32_t spi_in)
{
    struct pair *p = find(e, spi_in);

    if (p == NULL)
        return -ENOENT;
    if (p->out == e->current && e->l2tp_fd >= 0)
        e->ops->block(e->l2tp_fd);
    drop(e, p);
    return 0;
}

int
helper_esp_serve(struct helper_esp *e, const struct esp_msg *m, int *ret_fd)
{
    *ret_fd = -1;
    if (m->op == ESP_MSG_FORGET)
        return forget(e, m->spi_in);
    if (e->float_fd < 0)
        return -ENOTCONN;
    if ((e->n > 0 || e->l2tp_fd >= 0) &&
        (m->encapsulated != e->encapsulated || m->local_port != e->l2tp_port))
        return -EINVAL;
    e->encapsulated = m->encapsulated;
    e->l2tp_port = m->local_port;
    if (m->op == ESP_MSG_USE)
        return use(e, m, ret_fd);
    return find(e, m->spi_in) != NULL ? -EEXIST : accept_pair(e, m);
}
