/* helper-journal.c - see helper-journal.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-journal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "dialtone undo 1\n"

enum {
    BOOT_ID = 36,
    HEADER = sizeof MAGIC - 1 + BOOT_ID,
    MAX_RECORD = 128,
    MAX_RECORDS = 4096,
    MAX_FILE = 256 * 1024, /* more than all routes, rules and the rest together */
    LOCK_LINE = 256,       /* of /proc/locks */
    LOCK_AGAIN_MS = 5,
    LOCK_MOST_MS = 2000,
};

struct helper_journal {
    int dir, fd;
    unsigned slot, records;
    off_t size;
    char name[48];
};

static void
put_route(struct wr *w, const struct net_route *r)
{
    wr_u8(w, r->family);
    wr_u8(w, r->prefix);
    wr_bytes(w, r->address, sizeof r->address);
}

static void
get_bytes(struct rd *r, void *out, size_t n)
{
    const struct rd b = rd_take(r, n);

    if (!b.bad)
        memcpy(out, b.p, n);
}

static void
get_route(struct rd *r, struct net_route *ret)
{
    ret->family = rd_u8(r);
    ret->prefix = rd_u8(r);
    get_bytes(r, ret->address, sizeof ret->address);
}

void
undo_put(struct wr *w, const struct undo *u)
{
    wr_u8(w, (uint8_t)u->kind);
    switch (u->kind) {
    case UNDO_LINK:
    case UNDO_RESOLVED:
    case UNDO_RESOLVCONF:
    case UNDO_GUARD:
        wr_be32(w, u->link.ifindex);
        wr_bytes(w, u->link.name, sizeof u->link.name);
        break;
    case UNDO_RULE:
        wr_u8(w, u->rule.family);
        wr_be32(w, u->rule.preference);
        wr_u8(w, u->rule.unmarked);
        put_route(w, &u->rule.to);
        wr_u8(w, u->rule.protocol);
        wr_be16(w, u->rule.source_port);
        wr_be16(w, u->rule.destination_port);
        wr_be32(w, u->rule.table);
        break;
    case UNDO_ROUTE:
        wr_u8(w, (uint8_t)u->route.type);
        put_route(w, &u->route.to);
        wr_be32(w, u->route.metric);
        wr_be32(w, u->route.ifindex);
        if (u->route.table != 0) /* helpers before this one had one table, and left such records */
            wr_be32(w, u->route.table);
        break;
    case UNDO_XFRM:
        wr_u8(w, u->xfrm.family == AF_INET ? 4 : 6);
        wr_bytes(w, u->xfrm.local, sizeof u->xfrm.local);
        wr_bytes(w, u->xfrm.remote, sizeof u->xfrm.remote);
        wr_be32(w, u->xfrm.reqid);
        break;
    }
}

bool
undo_get(struct rd *r, struct undo *ret)
{
    struct undo u = {.kind = rd_u8(r)};

    switch (u.kind) {
    case UNDO_LINK:
    case UNDO_RESOLVED:
    case UNDO_RESOLVCONF:
    case UNDO_GUARD:
        u.link.ifindex = rd_be32(r);
        get_bytes(r, u.link.name, sizeof u.link.name);
        u.link.name[sizeof u.link.name - 1] = '\0';
        break;
    case UNDO_RULE:
        u.rule.family = rd_u8(r);
        u.rule.preference = rd_be32(r);
        u.rule.unmarked = rd_u8(r);
        get_route(r, &u.rule.to);
        u.rule.protocol = rd_u8(r);
        u.rule.source_port = rd_be16(r);
        u.rule.destination_port = rd_be16(r);
        u.rule.table = rd_be32(r);
        break;
    case UNDO_ROUTE:
        u.route.type = rd_u8(r);
        get_route(r, &u.route.to);
        u.route.metric = rd_be32(r);
        u.route.ifindex = rd_be32(r);
        u.route.table = r->left > 0 ? rd_be32(r) : 0;
        r->bad |= u.route.type > HELPER_ROUTE_THROW;
        break;
    case UNDO_XFRM:
        u.xfrm.family = rd_u8(r) == 4 ? AF_INET : AF_INET6;
        get_bytes(r, u.xfrm.local, sizeof u.xfrm.local);
        get_bytes(r, u.xfrm.remote, sizeof u.xfrm.remote);
        u.xfrm.reqid = rd_be32(r);
        break;
    default: /* a record of a later version, or damage */
        r->bad = true;
    }
    if (!rd_done(r))
        return false;
    *ret = u;
    return true;
}

static int
write_all(int fd, struct rd bytes)
{
    while (bytes.left > 0) {
        const ssize_t n = write(fd, bytes.p, bytes.left);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            rd_take(&bytes, (size_t)n);
    }
    return 0;
}

static int
header_write(int fd, const char boot_id[static BOOT_ID])
{
    uint8_t bytes[HEADER];
    struct wr w = wr_over(bytes, sizeof bytes);

    wr_bytes(&w, MAGIC, sizeof MAGIC - 1);
    wr_bytes(&w, boot_id, BOOT_ID);
    return write_all(fd, wr_done(&w));
}

static void
read_boot_id(char out[static BOOT_ID])
{
    const int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    memset(out, '?', BOOT_ID); /* without /proc all boots look alike */
    if (fd >= 0 && read(fd, out, BOOT_ID) != BOOT_ID)
        memset(out, '?', BOOT_ID);
    if (fd >= 0)
        close(fd);
}

/* The whole of a journal; the caller frees *ret. */
static int
read_all(int fd, uint8_t **ret, size_t *ret_n)
{
    uint8_t *bytes = malloc(MAX_FILE);
    size_t n = 0;

    if (bytes == NULL)
        return -ENOMEM;
    while (n < MAX_FILE) {
        const ssize_t got = pread(fd, bytes + n, MAX_FILE - n, (off_t)n);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR) {
            free(bytes);
            return -errno;
        }
        n += got > 0 ? (size_t)got : 0;
    }
    *ret = bytes;
    *ret_n = n;
    return 0;
}

/* Record by record, the last first. A torn one at the end is no record: its change was not made. */
static void
undo_records(struct rd records, helper_undo undo, void *ctx)
{
    struct rd found[MAX_RECORDS];
    size_t n = 0;

    while (rd_ok(&records) && records.left > 0 && n < MAX_RECORDS) {
        const struct rd one = rd_take(&records, rd_be16(&records));
        if (!one.bad)
            found[n++] = one;
    }
    while (n > 0) {
        struct undo u;
        if (undo_get(&found[--n], &u))
            undo(ctx, &u);
    }
}

/* What is in the file, if it is ours and of this boot. */
static int
undo_file(int fd, helper_undo undo, void *ctx)
{
    char boot_id[BOOT_ID];
    uint8_t *bytes = NULL;
    size_t n = 0;
    const int err = read_all(fd, &bytes, &n);

    if (err < 0)
        return err;
    read_boot_id(boot_id);
    if (n >= HEADER && memcmp(bytes, MAGIC, sizeof MAGIC - 1) == 0 &&
        memcmp(bytes + sizeof MAGIC - 1, boot_id, BOOT_ID) == 0)
        undo_records(rd_over(bytes + HEADER, n - HEADER), undo, ctx);
    free(bytes);
    return 0;
}

static int
open_directory(const char *path)
{
    struct stat st;

    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return -errno;
    const int fd = open(path, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_RDONLY);
    if (fd < 0)
        return -errno;
    /* Who can write here can have rules and links of this computer removed. */
    if (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 0022) != 0) {
        close(fd);
        return -EPERM;
    }
    return fd;
}

static int
slot_name(char *out, size_t cap, unsigned slot)
{
    struct stat st;

    if (stat("/proc/self/ns/net", &st) < 0)
        return -errno;
    snprintf(out, cap, "net%lu-%u.undo", (unsigned long)st.st_ino, slot);
    return 0;
}

/* Does the process live that has locked this file? /proc/locks has its number. If not, a child of
 * its has the descriptor until its exec closes it. */
static bool
holder_lives(const struct stat *st)
{
    FILE *f = fopen("/proc/locks", "re");
    char line[LOCK_LINE];
    unsigned long inode;
    bool lives = f == NULL;
    int pid;

    while (!lives && fgets(line, sizeof line, f) != NULL)
        lives = sscanf(line, "%*u: FLOCK %*s WRITE %d %*x:%*x:%lu", &pid, &inode) == 2 &&
                inode == st->st_ino && pid > 0 && (kill(pid, 0) == 0 || errno != ESRCH);
    if (f != NULL)
        fclose(f);
    return lives;
}

/* Lock; that of a dead helper is waited for, since it goes at once. */
static int
lock_file(int fd, struct stat *ret_st)
{
    for (int ms = 0;; ms += LOCK_AGAIN_MS) {
        if (fstat(fd, ret_st) < 0)
            return -errno;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return fstat(fd, ret_st) < 0 ? -errno : 0;
        if (errno != EWOULDBLOCK)
            return -errno;
        if (ms >= LOCK_MOST_MS || holder_lives(ret_st))
            return -EAGAIN;
        poll(NULL, 0, LOCK_AGAIN_MS);
    }
}

/* Open and lock. -EAGAIN: a living helper has it. -ENOENT: not there, and not to be made. */
static int
lock_slot(int dir, const char *name, int flags)
{
    struct stat st;

    for (;;) {
        const int fd = openat(dir, name, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
        if (fd < 0)
            return -errno;
        const int err = lock_file(fd, &st);
        if (err < 0) {
            close(fd);
            return err;
        }
        if (st.st_nlink > 0)
            return fd;
        close(fd); /* its owner removed it between our open and our lock */
    }
}

static int
take_slot(struct helper_journal *j, unsigned slot, helper_undo undo, void *ctx)
{
    char boot_id[BOOT_ID];
    int err = slot_name(j->name, sizeof j->name, slot);

    if (err < 0)
        return err;
    const int fd = lock_slot(j->dir, j->name, O_CREAT);
    if (fd < 0)
        return fd;
    read_boot_id(boot_id);
    err = undo_file(fd, undo, ctx);
    if (err == 0 && ftruncate(fd, 0) < 0)
        err = -errno;
    if (err == 0)
        err = header_write(fd, boot_id);
    if (err < 0) {
        close(fd);
        return err;
    }
    j->fd = fd;
    j->slot = slot;
    j->size = HEADER;
    return 0;
}

/* One slot: whoever has a network of their own has one call in it. */
static int
open_in_memory(struct helper_journal *j)
{
    char boot_id[BOOT_ID];

    j->dir = -1;
    j->fd = memfd_create("undo", MFD_CLOEXEC);
    if (j->fd < 0)
        return -errno;
    read_boot_id(boot_id);
    const int err = fcntl(j->fd, F_SETFL, O_APPEND) < 0 ? -errno : header_write(j->fd, boot_id);
    if (err < 0)
        close(j->fd);
    j->size = HEADER;
    return err;
}

struct helper_journal *
helper_journal_open(const char *directory, helper_undo undo, void *ctx, int *ret_error)
{
    struct helper_journal *j = calloc(1, sizeof *j);
    int err = -ENOMEM;

    if (j != NULL && directory == NULL) {
        err = open_in_memory(j);
        if (err == 0)
            return j;
        free(j);
    } else if (j != NULL) {
        err = j->dir = open_directory(directory);
        for (unsigned slot = 0; j->dir >= 0 && slot < HELPER_SLOTS; slot++) {
            err = take_slot(j, slot, undo, ctx);
            if (err == 0)
                return j;
            if (err != -EAGAIN)
                break;
        }
        if (j->dir >= 0)
            close(j->dir);
        free(j);
    }
    *ret_error = err == -EAGAIN ? -EBUSY : err;
    return NULL;
}

unsigned
helper_journal_slot(const struct helper_journal *j)
{
    return j->slot;
}

int
helper_journal_intend(struct helper_journal *j, const struct undo *u)
{
    uint8_t bytes[MAX_RECORD];
    struct wr w = wr_over(bytes, sizeof bytes);

    wr_be16(&w, 0);
    undo_put(&w, u);
    wr_patch_be16(&w, 0, (uint16_t)(w.len - 2));

    if (j->records == MAX_RECORDS)
        return -ENOSPC;
    int err = write_all(j->fd, wr_done(&w));
    if (err == 0 && fdatasync(j->fd) < 0)
        err = -errno;
    if (err < 0) {
        if (ftruncate(j->fd, j->size) < 0) /* half a record would hide those after it: no more */
            j->records = MAX_RECORDS;
        return err;
    }
    j->size += (off_t)w.len;
    j->records++;
    return 0;
}

void
helper_journal_undo(struct helper_journal *j, helper_undo undo, void *ctx)
{
    if (j == NULL)
        return;
    /* What could not be read now is there for who takes the slot next, or for the next start. */
    if (undo_file(j->fd, undo, ctx) == 0 && j->dir >= 0)
        unlinkat(j->dir, j->name, 0);
    close(j->fd);
    if (j->dir >= 0)
        close(j->dir);
    free(j);
}

int
helper_journal_recover(const char *directory, helper_undo undo, void *ctx)
{
    const int dir = open_directory(directory);
    char name[48];
    int recovered = 0;

    if (dir < 0)
        return dir;
    for (unsigned slot = 0; slot < HELPER_SLOTS; slot++) {
        const int fd = slot_name(name, sizeof name, slot) == 0 ? lock_slot(dir, name, 0) : -ENOENT;
        if (fd < 0)
            continue;
        if (undo_file(fd, undo, ctx) == 0) {
            unlinkat(dir, name, 0);
            recovered++;
        }
        close(fd);
    }
    close(dir);
    return recovered;
}
