/*
 * fp-state.c - lets User-Mode Linux run on a processor with more or fewer registers than it knows.
 *
 * Linux 6.1 as UML keeps the registers of its processes in 2696 octets: x87 to AVX-512 and PKRU.
 * Where the processor has more (AMX), or fewer (AMD's with AVX-512 and without PKRU), the host's
 * kernel takes the whole state or nothing (EFAULT), and the guest dies with its first process
 * ("ptrace set fp regs failed"). Preloaded, this gives the beginning of the state to UML and puts
 * what it writes at the beginning of the whole; what lies behind in the processor cannot be in use,
 * since a process has to ask for AMX first, and what lies behind in UML was never filled. The
 * layout is the uncompacted one of XSAVE, in which each part has its place (Intel SDM volume
 * 1, 13.4).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { STATE_MAX = 64 * 1024 };

static long
set_state(long pid, const struct iovec *part)
{
    static _Thread_local char whole[STATE_MAX];
    struct iovec iov = {whole, sizeof whole};

    if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, NT_X86_XSTATE, &iov) < 0)
        return -1;
    memcpy(whole, part->iov_base, part->iov_len < iov.iov_len ? part->iov_len : iov.iov_len);
    return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, &iov);
}

long
ptrace(enum __ptrace_request request, ...)
{
    va_list args;

    va_start(args, request);
    const long pid = va_arg(args, pid_t);
    void *const address = va_arg(args, void *);
    void *const data = va_arg(args, void *);
    va_end(args);
    if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE)
        return set_state(pid, data);

    /* As libc does: PEEK gives what it read in place of a result. */
    long word;
    const int peeks = request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSER;
    const long done = syscall(SYS_ptrace, request, pid, address, peeks ? &word : data);
    if (done >= 0 && peeks)
        errno = 0;
    return done >= 0 && peeks ? word : done;
}
