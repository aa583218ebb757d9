/* failing-calls.c - see failing-calls.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "failing-calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const failing_calls[] = {"open",      "openat", "mkdirat", "write",     "fsync",
                                     "fdatasync", "syncfs", "close",   "renameat",  "renameat2",
                                     "read",      "fstat",  "flock",   "ftruncate", NULL};

static struct fault {
    const char *call;
    guint nth, seen;
    int number;
    gboolean always, reached;
} armed, also;

void
failing_calls_arm(const char *call, guint nth, int number, gboolean always)
{
    armed = (struct fault){call, nth, 0, number, always, FALSE};
}

void
failing_calls_also(const char *call, guint nth, int number)
{
    also = (struct fault){call, nth, 0, number, FALSE, FALSE};
}

gboolean
failing_calls_disarm(void)
{
    armed.call = also.call = NULL;
    return armed.reached;
}

static gboolean
reaches(struct fault *fault, const char *call)
{
    if (fault->call == NULL || strcmp(call, fault->call) != 0 || ++fault->seen < fault->nth ||
        (fault->seen > fault->nth && !fault->always))
        return FALSE;
    fault->reached = TRUE;
    if (fault->number == FAILING_CALLS_CRASH)
        _exit(FAILING_CALLS_CRASH & 0xff);
    errno = fault->number;
    return TRUE;
}

static gboolean
fails(const char *call)
{
    return reaches(&armed, call) || reaches(&also, call);
}

/* clang-format off: the linker's names, one shape */
#define WRAP(type, name, parameters, arguments, call)                                              \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return fails(call) ? -1 : __real_##name arguments;                                         \
    }

/* Nobody pulls the plug here: there is no disk to be waited for. */
#define SYNC(name)                                                                                 \
    int __wrap_##name(int fd);                                                                     \
    int __wrap_##name(int fd)                                                                      \
    {                                                                                              \
        (void)fd;                                                                                  \
        return fails(#name) ? -1 : 0;                                                              \
    }

WRAP(int, mkdirat, (int dir, const char *name, mode_t mode), (dir, name, mode), "mkdirat")
SYNC(fsync)
SYNC(fdatasync)
SYNC(syncfs)
WRAP(int, flock, (int fd, int how), (fd, how), "flock")
WRAP(int, ftruncate, (int fd, off_t n), (fd, n), "ftruncate")
WRAP(int, ftruncate64, (int fd, off_t n), (fd, n), "ftruncate")
WRAP(int, fstat, (int fd, struct stat *st), (fd, st), "fstat")
WRAP(int, fstat64, (int fd, struct stat *st), (fd, st), "fstat")
WRAP(ssize_t, read, (int fd, void *out, size_t n), (fd, out, n), "read")
WRAP(ssize_t, pread64, (int fd, void *out, size_t n, off_t at), (fd, out, n, at), "read")
WRAP(int, renameat, (int from, const char *a, int to, const char *b), (from, a, to, b), "renameat")
WRAP(int, renameat2, (int from, const char *a, int to, const char *b, unsigned flags),
     (from, a, to, b, flags), "renameat2")
/* clang-format on */

int __real_open64(const char *name, int flags, ...);
int __wrap_open64(const char *name, int flags, ...);
int __real_openat64(int dir, const char *name, int flags, ...);
int __wrap_openat64(int dir, const char *name, int flags, ...);
int __real_close(int fd);
int __wrap_close(int fd);
ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);

int
__wrap_open64(const char *name, int flags, ...)
{
    va_list args;

    va_start(args, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    if ((flags & O_CREAT) == 0 && armed.always)
        return __real_open64(name, flags, mode);
    return fails("open") ? -1 : __real_open64(name, flags, mode);
}

int
__wrap_openat64(int dir, const char *name, int flags, ...)
{
    va_list args;

    va_start(args, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    if ((flags & O_CREAT) == 0 && armed.always) /* what is there is still there on a full disk */
        return __real_openat64(dir, name, flags, mode);
    return fails("openat") ? -1 : __real_openat64(dir, name, flags, mode);
}

/* The descriptor is gone all the same, as with Linux. */
int
__wrap_close(int fd)
{
    if (!fails("close"))
        return __real_close(fd);
    const int number = errno;
    __real_close(fd);
    errno = number;
    return -1;
}

/* What a full disk does: some of it, and then no more. */
ssize_t
__wrap_write(int fd, const void *bytes, size_t n)
{
    if (!fails("write"))
        return __real_write(fd, bytes, n);
    const int number = errno;
    const ssize_t half = n < 2 ? -1 : __real_write(fd, bytes, n / 2);
    errno = number;
    if (armed.always || half < 0)
        return -1;
    armed.nth = armed.seen + 1; /* the rest of it is what fails */
    armed.reached = FALSE;
    return half;
}
