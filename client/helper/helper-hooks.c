/* helper-hooks.c - see helper-hooks.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-hooks.h"

#include "helper-spawn.h"
#include "tunnel-msg.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdlib.h>
#include <unistd.h>

enum { JOBS_MAX = 64, RESULTS_PER_TURN = 16 };

struct job {
    struct helper_hooks *owner;
    GWeakRef call;
    const void *key; /* the call; compared, never followed */
    struct hook_event event;
    helper_hooks_told told;
    struct helper_child *child; /* NULL: its turn has not come */
    int socket;
    guint source, idle;
};

struct helper_hooks {
    GQueue jobs; /* struct job, oldest first */
    char *folders[HOOK_FOLDERS];
    void (*on_idle)(void *ctx);
    void *on_idle_ctx;
};

static void start_what_may(struct helper_hooks *h);

struct helper_hooks *
helper_hooks_new(void)
{
    struct helper_hooks *h = g_new0(struct helper_hooks, 1);
    const char *by_hand = secure_getenv("DIALTONE_HOOKS");

    g_queue_init(&h->jobs);
    if (by_hand != NULL && *by_hand == '/') {
        h->folders[0] = g_strdup(by_hand);
        h->folders[1] = NULL;
    } else {
        h->folders[0] = g_strdup("/etc/dialtone/hooks.d");
        h->folders[1] = g_strdup(HOOKSDIR);
    }
    return h;
}

static void
job_free(struct job *job)
{
    g_clear_handle_id(&job->source, g_source_remove);
    g_clear_handle_id(&job->idle, g_source_remove);
    if (job->socket >= 0)
        close(job->socket);
    helper_child_leave(job->child); /* it kills all that it runs, and ends; only it knows what */
    hook_event_clear(&job->event);
    g_weak_ref_clear(&job->call);
    g_free(job);
}

void
helper_hooks_free(struct helper_hooks *h)
{
    struct job *job;

    if (h == NULL)
        return;
    while ((job = g_queue_pop_head(&h->jobs)) != NULL)
        job_free(job);
    for (gsize i = 0; i < G_N_ELEMENTS(h->folders); i++)
        g_free(h->folders[i]);
    g_free(h);
}

static void
tell(struct job *job, const struct hook_result *result)
{
    g_autoptr(GObject) call = g_weak_ref_get(&job->call);

    if (call != NULL)
        job->told(call, result);
}

/* True: there may be more. */
static bool
hear_one(struct job *job)
{
    uint8_t bytes[HOOK_NAME + HOOK_TEXT + 16];
    struct hook_result result;
    size_t n;
    const int err = wire_recv(job->socket, bytes, sizeof bytes, &n, NULL);

    if (err == -EAGAIN)
        return false;
    struct rd r = rd_over(bytes, err < 0 ? 0 : n);
    if (err < 0 || !hook_result_get(&r, &result)) {
        g_clear_handle_id(&job->source, g_source_remove);
        close(job->socket);
        job->socket = -1;
        return false;
    }
    tell(job, &result);
    return true;
}

static gboolean
on_socket(int fd, GIOCondition condition, gpointer data)
{
    struct job *job = data;

    (void)fd, (void)condition;
    for (int i = 0; i < RESULTS_PER_TURN && hear_one(job); i++)
        ;
    return job->source != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
end_job(struct job *job)
{
    struct helper_hooks *h = job->owner;

    tell(job, NULL);
    g_queue_remove(&h->jobs, job);
    job_free(job);
    start_what_may(h);
    if (g_queue_is_empty(&h->jobs) && h->on_idle != NULL)
        h->on_idle(h->on_idle_ctx);
}

static void
on_gone(void *ctx, const char *how)
{
    struct job *job = ctx;

    while (job->socket >= 0 && hear_one(job)) /* its last words may still lie there */
        ;
    if (!g_str_equal(how, "exit status 0")) {
        struct hook_result r = {.outcome = HOOK_REFUSED, .name = "hooks.d"};
        g_snprintf(r.text, sizeof r.text, "what runs them ended: %s", how);
        tell(job, &r);
    }
    end_job(job);
}

static gboolean
on_not_started(gpointer data)
{
    struct job *job = data;

    job->idle = 0;
    on_gone(job, "it could not be started");
    return G_SOURCE_REMOVE;
}

static void
start(struct job *job)
{
    g_autofree uint8_t *bytes = g_malloc(HOOK_MSG_MAX);
    g_autoptr(GError) error = NULL;
    struct wr w = wr_over(bytes, HOOK_MSG_MAX);

    hook_event_put(&w, &job->event);
    job->child = helper_child_spawn_self("--hooks", on_gone, job, &job->socket, &error);
    if (job->child == NULL) {
        job->idle = g_idle_add(on_not_started, job);
        return;
    }
    job->source = g_unix_fd_add(job->socket, G_IO_IN | G_IO_HUP, on_socket, job);
    wire_send(job->socket, wr_done(&w), -1); /* if not, it ends at once, and tells by that */
}

/* Each call's oldest. */
static void
start_what_may(struct helper_hooks *h)
{
    for (GList *l = h->jobs.head; l != NULL; l = l->next) {
        struct job *job = l->data;
        bool first = true;

        for (GList *k = h->jobs.head; k != l; k = k->next)
            first &= ((struct job *)k->data)->key != job->key;
        if (first && job->child == NULL && job->idle == 0)
            start(job);
    }
}

static bool
any_folder(const struct helper_hooks *h)
{
    for (gsize i = 0; i < G_N_ELEMENTS(h->folders); i++)
        if (h->folders[i] != NULL && access(h->folders[i], F_OK) == 0)
            return true;
    return false;
}

bool
helper_hooks_begin(struct helper_hooks *h, GObject *call, const char *action,
                   const char *const *environment, helper_hooks_told told)
{
    if (!any_folder(h))
        return true; /* no process for nothing */
    if (g_queue_get_length(&h->jobs) >= JOBS_MAX)
        return false;

    struct job *job = g_new0(struct job, 1);
    struct hook_event *e = &job->event;
    job->owner = h;
    job->key = call;
    job->told = told;
    job->socket = -1;
    g_weak_ref_init(&job->call, call);
    e->seconds = HOOK_SECONDS;
    e->all_seconds = HOOK_ALL_SECONDS;
    g_strlcpy(e->action, action, sizeof e->action);
    for (gsize i = 0; i < G_N_ELEMENTS(h->folders); i++)
        if (h->folders[i] != NULL)
            e->folders[e->n_folders++] = strdup(h->folders[i]);
    for (; *environment != NULL && e->n_env < HOOK_ENV; environment++)
        e->env[e->n_env++] = strdup(*environment);
    g_queue_push_tail(&h->jobs, job);
    start_what_may(h);
    return true;
}

bool
helper_hooks_idle(const struct helper_hooks *h)
{
    return h == NULL || h->jobs.length == 0;
}

void
helper_hooks_watch(struct helper_hooks *h, void (*idle)(void *ctx), void *ctx)
{
    if (h == NULL)
        return;
    h->on_idle = idle;
    h->on_idle_ctx = ctx;
}

char *
hook_trouble(const struct hook_result *r)
{
    switch (r->outcome) {
    case HOOK_EXITED:
        return r->number == 0 ? NULL : g_strdup_printf("%s: exit status %u", r->name, r->number);
    case HOOK_KILLED:
        return g_strdup_printf("%s: signal %u", r->name, r->number);
    case HOOK_LATE:
        return g_strdup_printf("%s: killed, it took longer than it may", r->name);
    case HOOK_REFUSED:
        return g_strdup_printf("%s: not run", r->name);
    }
    return NULL;
}
