/*
 * hook-run.h - the administrator's programs at the beginning and the end of a call, one after the
 * other: `dialtoned --hooks`, a process beside the helper, which so waits for none of them.
 *
 * A hook is a regular file that only root can have written, in a folder that only root can have
 * written, and can be run. It gets one argument, what happened ("up", "down"), and values in the
 * environment. It has a time to end by; what is then left of it is killed, as it is when the helper
 * goes away: its process group, and what has made a session of its own. Of what it prints the
 * beginning is told, the rest read and dropped.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

#include <sys/types.h>

enum {
    HOOK_MAX = 64,         /* of one event */
    HOOK_NAME = 128,       /* octets of a file's name, with its NUL */
    HOOK_ENV = 48,         /* variables */
    HOOK_FOLDERS = 2,      /* a name in the first stands for the same in the next */
    HOOK_TEXT = 401,       /* of its output, and a NUL */
    HOOK_SECONDS = 20,     /* for one, */
    HOOK_ALL_SECONDS = 60, /* and all of one event */
    HOOK_MSG_MAX = 48 * 1024,
};

/* Helper -> runner: once. Seconds for one be16, for all be16, action text, folders u8 and texts,
 * variables u8 and texts "KEY=value" (texts as wire_text_put() has them). */
/* Runner -> helper: for each that was to be run; and nothing when all is done but its exit. */
enum hook_outcome {
    HOOK_EXITED,  /* number: the status */
    HOOK_KILLED,  /* number: the signal */
    HOOK_LATE,    /* it did not end in time */
    HOOK_REFUSED, /* not run: text says why */
};

struct hook_result {
    enum hook_outcome outcome;
    uint8_t number;
    char name[HOOK_NAME];
    char text[HOOK_TEXT]; /* printable */
};

void hook_result_put(struct wr *w, const struct hook_result *r);
bool hook_result_get(struct rd *r, struct hook_result *ret);

struct hook_event {
    uint16_t seconds, all_seconds;
    char action[16];
    size_t n_folders, n_env;
    const char *folders[HOOK_FOLDERS], *env[HOOK_ENV + 1]; /* NULL behind the last variable */
};

void hook_event_put(struct wr *w, const struct hook_event *e);
bool hook_event_get(struct rd *r,
                    struct hook_event *ret); /* then hook_event_clear(): its own texts */
void hook_event_clear(struct hook_event *e);

/* Why the file must not be run, or NULL; "": it is not meant to be. @owner: whose it must be. */
const char *hook_refusal(int folder, const char *name, uid_t owner);
/* Would a file of this name be a hook? Not what editors and packagers leave behind. */
bool hook_name_valid(const char *name);
/* Runs all of @e, telling each at the socket @fd. Stops when its other end is gone. In a process of
 * its own: whatever children that has are taken for what a hook has left. */
void hook_run(const struct hook_event *e, uid_t owner, int fd);
/* As `dialtoned --hooks` does it: the event comes from the socket. An exit status. */
int hook_serve(int fd, uid_t owner);
