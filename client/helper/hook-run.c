/* hook-run.c - see hook-run.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "hook-run.h"

#include "clock.h"
#include "ras.h"
#include "tunnel-msg.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATH = 1024, READ_AT_ONCE = 4096, READ_AFTER_END = 64, LOOK_AGAIN_MS = 2 };

#define SWEEP_MOST (2 * USEC_PER_SEC)

/* --- which ----------------------------------------------------------------------------------- */

static bool
ends_in(const char *name, const char *end)
{
    const size_t n = strlen(name), e = strlen(end);

    return n > e && strcmp(name + n - e, end) == 0;
}

bool
hook_name_valid(const char *name)
{
    static const char *const leftovers[] = {"~",         ".bak",      ".orig",     ".rej",
                                            ".swp",      ".rpmsave",  ".rpmnew",   ".rpmorig",
                                            ".dpkg-old", ".dpkg-new", ".dpkg-tmp", ".dpkg-dist"};
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++)
        if (ends_in(name, leftovers[i]))
            return false;
    return *name != '\0' && *name != '.' && *name != '-' && strlen(name) < HOOK_NAME &&
           name[strspn(name, plain)] == '\0';
}

static bool
others_write(const struct stat *st, uid_t owner)
{
    return st->st_uid != owner || (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

const char *
hook_refusal(int folder, const char *name, uid_t owner)
{
    const int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0) {
        if (fd >= 0)
            close(fd);
        return "it cannot be looked at";
    }
    close(fd);
    if (!S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode) ? "" : "it is not a regular file";
    if ((st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
        return "";
    if (others_write(&st, owner))
        return "others than root may change it";
    if ((st.st_mode & (S_ISUID | S_ISGID)) != 0)
        return "it is setuid or setgid";
    return NULL;
}

struct hook {
    char name[HOOK_NAME];
    size_t folder;
};

struct hooks {
    size_t n;
    struct hook v[HOOK_MAX];
};

static bool
is_known(const struct hooks *h, const char *name)
{
    for (size_t i = 0; i < h->n; i++)
        if (strcmp(h->v[i].name, name) == 0)
            return true;
    return false;
}

static void
refuse(int fd, const char *name, const char *why)
{
    struct hook_result r = {.outcome = HOOK_REFUSED};
    uint8_t bytes[HOOK_NAME + HOOK_TEXT + 16];
    struct wr w = wr_over(bytes, sizeof bytes);

    ras_printable(r.name, sizeof r.name, name, strlen(name));
    snprintf(r.text, sizeof r.text, "%s", why);
    hook_result_put(&w, &r);
    wire_send(fd, wr_done(&w), -1);
}

/* A folder that is not there is no mistake; one that others may write to is not looked into. */
static int
open_folder(const char *path, uid_t owner, int fd)
{
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (folder < 0)
        return -1;
    if (fstat(folder, &st) == 0 && !others_write(&st, owner))
        return folder;
    refuse(fd, path, "others than root may change this folder");
    close(folder);
    return -1;
}

static void
collect(struct hooks *h, const char *path, size_t number, uid_t owner, int fd)
{
    const int folder = open_folder(path, owner, fd);
    DIR *dir = folder < 0 ? NULL : fdopendir(folder);
    const struct dirent *entry;

    if (folder >= 0 && dir == NULL)
        close(folder);
    while (dir != NULL && h->n < HOOK_MAX && (entry = readdir(dir)) != NULL) {
        if (!hook_name_valid(entry->d_name) || is_known(h, entry->d_name))
            continue;
        struct hook *hook = &h->v[h->n++];
        memcpy(hook->name, entry->d_name, strlen(entry->d_name) + 1);
        hook->folder = number;
    }
    if (dir != NULL)
        closedir(dir);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const struct hook *)a)->name, ((const struct hook *)b)->name);
}

/* --- one ------------------------------------------------------------------------------------- */

static usec_t
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (usec_t)t.tv_sec * USEC_PER_SEC + (usec_t)t.tv_nsec / 1000;
}

/* In the child: @out becomes stdout and stderr. Should the runner be killed, so is this. */
static void
become(const char *path, const struct hook_event *e, int out)
{
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const char *const argv[] = {path, e->action, NULL};
    sigset_t none;

    sigemptyset(&none);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
        chdir("/") < 0)
        _exit(127);
    execve(path, (char *const *)argv, (char *const *)e->env);
    _exit(127);
}

struct running {
    pid_t pid;
    int pidfd, out, socket;
    usec_t deadline;
    size_t n;
    char text[HOOK_TEXT - 1]; /* as it came */
};

static int
start(struct running *r, const char *path, const struct hook_event *e)
{
    int pair[2];

    if (pipe2(pair, O_CLOEXEC) < 0)
        return -errno;
    r->pid = fork();
    if (r->pid == 0)
        become(path, e, pair[1]);
    close(pair[1]);
    r->out = pair[0];
    r->pidfd = r->pid < 0 ? -1 : pidfd_open(r->pid, 0); /* not reaped, so it is this process */
    if (r->pid < 0) {
        close(pair[0]);
        return -EAGAIN;
    }
    setpgid(r->pid, r->pid); /* whoever of the two is first */
    fcntl(r->out, F_SETFL, O_NONBLOCK);
    return 0;
}

/* False: there is nothing more at the moment, or ever. */
static bool
read_some(struct running *r)
{
    char bytes[READ_AT_ONCE];
    const ssize_t n = read(r->out, bytes, sizeof bytes);

    if (n > 0) {
        const size_t room = sizeof r->text - r->n;
        const size_t kept = (size_t)n < room ? (size_t)n : room;
        memcpy(r->text + r->n, bytes, kept);
        r->n += kept;
    }
    if (n == 0) { /* it has closed both, and may go on all the same */
        close(r->out);
        r->out = -1;
    }
    return n > 0;
}

enum why { ENDED, LATE, ABANDONED };

static enum why
wait_for(struct running *r)
{
    for (;;) {
        struct pollfd p[] = {{.fd = r->pidfd, .events = POLLIN},
                             {.fd = r->out, .events = POLLIN},
                             {.fd = r->socket, .events = 0}}; /* but for POLLHUP */
        const usec_t at = now();
        if (at >= r->deadline)
            return LATE;
        const int ms = (int)((r->deadline - at) / 1000 + 1);
        if (poll(p, 3, ms) < 0 && errno != EINTR)
            return LATE;
        if (p[2].revents != 0)
            return ABANDONED;
        if (p[1].revents != 0)
            read_some(r);
        if (p[0].revents != 0)
            return ENDED;
    }
}

/* Kills those who are our children now. False: the kernel does not tell who they are. */
static bool
kill_children(void)
{
    char text[READ_AT_ONCE];
    const int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
    pid_t pid = 0;

    if (fd >= 0)
        close(fd);
    for (ssize_t i = 0; i < n; i++) { /* each number has a space behind it, unless it is cut off */
        if (text[i] >= '0' && text[i] <= '9') {
            pid = pid * 10 + (text[i] - '0');
        } else {
            if (pid > 0)
                kill(pid, SIGKILL); /* not reaped yet, so it is still its own */
            pid = 0;
        }
    }
    return n >= 0;
}

/* What the hook has left outside of its group (setsid) has become our child, or does so when what
 * is between us dies (PR_SET_CHILD_SUBREAPER). */
static void
sweep(void)
{
    const usec_t limit = now() + SWEEP_MOST;
    siginfo_t info;

    for (;;) {
        info.si_pid = 0;
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) < 0 && errno == ECHILD)
            return;
        if (info.si_pid != 0)
            continue;
        if (now() >= limit || !kill_children())
            return;
        poll(NULL, 0, LOOK_AGAIN_MS);
    }
}

/* The group has the number of a process that is not reaped yet, so it is no other's. */
static siginfo_t
end(struct running *r)
{
    siginfo_t info = {0};

    kill(-r->pid, SIGKILL);
    kill(r->pid, SIGKILL); /* should it not have come as far as to have a group */
    for (int i = 0; r->out >= 0 && i < READ_AFTER_END && read_some(r); i++)
        ;
    while (waitid(P_PID, (id_t)r->pid, &info, WEXITED) < 0 && errno == EINTR)
        ;
    sweep();
    if (r->out >= 0)
        close(r->out);
    if (r->pidfd >= 0)
        close(r->pidfd);
    return info;
}

/* False: nobody wants to hear of it any more. */
static bool
run_one(const struct hook *hook, const char *path, const struct hook_event *e, usec_t deadline,
        int fd)
{
    struct running r = {.socket = fd, .deadline = deadline};
    struct hook_result result = {.outcome = HOOK_LATE};
    uint8_t bytes[HOOK_NAME + HOOK_TEXT + 16];
    struct wr w = wr_over(bytes, sizeof bytes);

    if (start(&r, path, e) < 0) {
        refuse(fd, hook->name, "it cannot be started");
        return true;
    }
    const enum why why = wait_for(&r);
    const siginfo_t info = end(&r);
    if (why == ABANDONED)
        return false;
    if (why == ENDED) {
        result.outcome = info.si_code == CLD_EXITED ? HOOK_EXITED : HOOK_KILLED;
        result.number = (uint8_t)info.si_status;
    }
    snprintf(result.name, sizeof result.name, "%s", hook->name);
    while (r.n > 0 && (r.text[r.n - 1] == '\n' || r.text[r.n - 1] == ' '))
        r.n--;
    ras_printable(result.text, sizeof result.text, r.text, r.n);
    hook_result_put(&w, &result);
    return wire_send(fd, wr_done(&w), -1) == 0;
}

void
hook_run(const struct hook_event *e, uid_t owner, int fd)
{
    static struct hooks hooks;
    const usec_t end_of_all = now() + e->all_seconds * USEC_PER_SEC;
    char path[PATH];
    bool wanted = true;

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    hooks.n = 0;
    for (size_t i = 0; i < e->n_folders; i++)
        collect(&hooks, e->folders[i], i, owner, fd);
    qsort(hooks.v, hooks.n, sizeof *hooks.v, by_name);
    for (size_t i = 0; i < hooks.n && wanted; i++) {
        const struct hook *hook = &hooks.v[i];
        const char *folder = e->folders[hook->folder];
        const int at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        const char *why = at < 0 ? "" : hook_refusal(at, hook->name, owner);
        if (at >= 0)
            close(at);
        if (why == NULL && now() >= end_of_all)
            why = "the hooks before it have used up the time";
        snprintf(path, sizeof path, "%s/%s", folder, hook->name);
        if (why == NULL)
            wanted =
                run_one(hook, path, e, usec_min(now() + e->seconds * USEC_PER_SEC, end_of_all), fd);
        else if (*why != '\0')
            refuse(fd, hook->name, why);
    }
}

/* --- messages -------------------------------------------------------------------------------- */

void
hook_result_put(struct wr *w, const struct hook_result *r)
{
    wr_u8(w, (uint8_t)r->outcome);
    wr_u8(w, r->number);
    wire_text_put(w, r->name);
    wire_text_put(w, r->text);
}

bool
hook_result_get(struct rd *r, struct hook_result *ret)
{
    const uint8_t outcome = rd_u8(r);

    ret->number = rd_u8(r);
    ret->outcome = (enum hook_outcome)outcome;
    wire_text_get(r, ret->name, sizeof ret->name);
    wire_text_get(r, ret->text, sizeof ret->text);
    return rd_done(r) && outcome <= HOOK_REFUSED;
}

void
hook_event_put(struct wr *w, const struct hook_event *e)
{
    wr_be16(w, e->seconds);
    wr_be16(w, e->all_seconds);
    wire_text_put(w, e->action);
    wr_u8(w, (uint8_t)e->n_folders);
    for (size_t i = 0; i < e->n_folders; i++)
        wire_text_put(w, e->folders[i]);
    wr_u8(w, (uint8_t)e->n_env);
    for (size_t i = 0; i < e->n_env; i++)
        wire_text_put(w, e->env[i]);
}

static bool
get_texts(struct rd *r, const char **list, size_t most, size_t *ret_n)
{
    char text[PATH];
    const size_t n = rd_u8(r);

    for (*ret_n = 0; *ret_n < n; (*ret_n)++) {
        if (n > most || !wire_text_get(r, text, sizeof text))
            return false;
        list[*ret_n] = strdup(text);
        if (list[*ret_n] == NULL)
            return false;
    }
    return rd_ok(r);
}

bool
hook_event_get(struct rd *r, struct hook_event *ret)
{
    *ret = (struct hook_event){0};
    ret->seconds = rd_be16(r);
    ret->all_seconds = rd_be16(r);
    if (wire_text_get(r, ret->action, sizeof ret->action) &&
        get_texts(r, ret->folders, HOOK_FOLDERS, &ret->n_folders) &&
        get_texts(r, ret->env, HOOK_ENV, &ret->n_env) && rd_done(r))
        return true;
    hook_event_clear(ret);
    return false;
}

void
hook_event_clear(struct hook_event *e)
{
    for (size_t i = 0; i < HOOK_FOLDERS; i++)
        free((char *)e->folders[i]);
    for (size_t i = 0; i < HOOK_ENV; i++)
        free((char *)e->env[i]);
    *e = (struct hook_event){0};
}

int
hook_serve(int fd, uid_t owner)
{
    static uint8_t bytes[HOOK_MSG_MAX];
    struct hook_event event;
    size_t n;

    if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || wire_recv(fd, bytes, sizeof bytes, &n, NULL) < 0)
        return EXIT_FAILURE;
    struct rd r = rd_over(bytes, n);
    if (!hook_event_get(&r, &event))
        return EXIT_FAILURE;
    hook_run(&event, owner, fd);
    hook_event_clear(&event);
    return EXIT_SUCCESS;
}
