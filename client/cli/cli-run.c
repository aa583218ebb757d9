/*
 * cli-run.c - dialtone run: one program inside the VPN, without root and without the system's
 * dialing service. The program has a network of its own (cli-place.h); a helper that is only this
 * user makes the connection in it. The program outlives the call, without a network then.
 *
 * Standard output is the program's: what is told goes to standard error.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli-call.h"
#include "cli-place.h"
#include "dt-failure.h"
#include "profile-learn.h"
#include "profile-memory.h"
#include "ras.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_CANNOT_EXECUTE = 126, EXIT_NOT_FOUND = 127, EXIT_SIGNAL = 128 }; /* as a shell */

struct run {
    struct cli_call call;
    struct cli_place place;
    char **argv;
    GPid running; /* 0: not yet, or no more */
    gboolean began;
    gboolean quiet; /* --json was wanted, and there was the object */
    int status;     /* the exit status, when it has begun */
};

static void
on_exit_of_program(GPid pid, gint status, gpointer user_data)
{
    struct run *r = user_data;

    (void)pid;
    r->running = 0;
    r->status = WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
    if (!r->call.ended)
        cli_call_stop(&r->call);
}

static void
start_program(struct run *r)
{
    const int err = cli_place_start(&r->place);

    r->began = TRUE;
    r->running = r->place.child;
    r->place.child = 0; /* the watch waits for it */
    g_child_watch_add(r->running, on_exit_of_program, r);
    if (err == 0)
        return;
    g_autofree char *shown = cli_shown(r->argv[0]);
    g_printerr("dialtone run: %s: %s\n", shown, g_strerror(err));
}

/* --- hooks of the call --- */

static DtDialerClient *
helper_of_ours(void *ctx, GError **error)
{
    const struct run *r = ctx;

    return cli_client_in(r->call.options->verbose ? CLI_HELPER_OWN_VERBOSE : CLI_HELPER_OWN,
                         &r->place.ns, error);
}

static void
tell(void *ctx, const char *line)
{
    const struct run *r = ctx;

    if (!cli_json && !r->quiet)
        g_printerr("%s\n", line);
}

static void
on_up(void *ctx, GVariant *properties)
{
    struct run *r = ctx;

    if (r->began)
        return;
    if (cli_json && properties != NULL)
        cli_print_json_to(stderr, cli_status_node(properties));
    r->quiet = cli_json;
    cli_json = FALSE; /* standard output is the program's */
    start_program(r);
}

/* Once the program runs, standard output and the exit status are its own. */
static int
on_ended(void *ctx, const struct cli_call *call, GVariant *properties)
{
    const struct run *r = ctx;
    const guint32 number = dt_connection_get_error(call->connection);

    (void)properties;
    if (!r->began)
        return -1;
    if (!call->stop && number != RAS_OK) {
        g_autofree char *text = dt_dialer_client_error_number(number);
        g_printerr(_("Error %s: %s"), text,
                   dt_failure_text(number, dt_connection_get_details(call->connection)));
        g_printerr("\n");
    }
    return CLI_FAILED;
}

/* --- signals --- */

/* What the terminal sends it has sent to the program as well. */
static gboolean
on_signals(gint fd, GIOCondition condition, gpointer user_data)
{
    struct run *r = user_data;
    struct signalfd_siginfo info;

    (void)condition;
    if (read(fd, &info, sizeof info) != sizeof info)
        return G_SOURCE_CONTINUE;
    if (r->running > 0 && info.ssi_code != SI_KERNEL)
        kill(r->running, (int)info.ssi_signo);
    else if (r->running == 0)
        cli_call_stop(&r->call);
    return G_SOURCE_CONTINUE;
}

/* For all threads that there will be; the helper and the program have their own mask. */
static int
take_signals(void)
{
    static const int taken[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
    sigset_t set;

    sigemptyset(&set);
    for (gsize i = 0; i < G_N_ELEMENTS(taken); i++)
        sigaddset(&set, taken[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* --- the command --- */

static int
call_and_wait(const struct cli_command *command, const Profile *p, struct run *r)
{
    const int fd = take_signals();
    const guint source = fd < 0 ? 0 : g_unix_fd_add(fd, G_IO_IN, on_signals, r);
    int result = cli_call_prepare(command, p, &r->call);

    if (result < 0)
        result = cli_call_run(&r->call);
    r->call.ended = TRUE;
    if (r->running > 0)
        g_printerr("%s\n", _("The program goes on without a network."));
    while (r->running > 0)
        g_main_context_iteration(NULL, TRUE);
    if (source > 0)
        g_source_remove(source);
    if (fd >= 0)
        close(fd);
    return r->began ? r->status : result;
}

static int
run(const struct cli_command *command, const char *name, const struct cli_dial_options *options,
    char **argv)
{
    static const struct cli_call_hooks hooks = {
        .client = helper_of_ours, .line = tell, .up = on_up, .ended = on_ended};
    GError *error = NULL;
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(Profile) p = profile_store_find(store, name, &error);
    struct run r = {.argv = argv,
                    .call = {.options = options,
                             .hooks = &hooks,
                             .ctx = &r,
                             .stay = TRUE,
                             .apart = TRUE,
                             .interactive = cli_call_may_ask(options)}};

    if (p == NULL)
        return cli_fail(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    if (geteuid() == 0)
        return cli_fail_number(RAS_ACCESS_DENIED, _("“dialtone run” is not for root."),
                               _("Run it as a user, or use “dialtone dial --foreground”."), NULL);
    if (access("/dev/net/tun", R_OK | W_OK) < 0) {
        g_autofree char *text = g_strdup_printf("/dev/net/tun: %s", g_strerror(errno));
        return cli_fail_number(
            RAS_ACCESS_DENIED, _("This user may not open /dev/net/tun."),
            _("On most computers everybody may (mode 0666); the administrator can set it so."),
            text);
    }
    if (*p->dial_first != '\0' && !options->direct)
        return cli_fail_number(
            RAS_BAD_PROFILE,
            _("The profile goes through another connection, and only the dialing service does "
              "that."),
            _("Use “dialtone dial”; or connect the other one, and add --direct."), NULL);
    if (!cli_place_make(&r.place, argv, &error))
        return cli_fail(error, RAS_ACCESS_DENIED);
    if (r.place.ns.resolv_conf < 0)
        g_printerr("%s\n", _("Names cannot be resolved: there is no /etc/resolv.conf here."));
    profile_memory_recall(p);
    const int result = call_and_wait(command, p, &r);
    profile_learn(store, p, r.call.details, NULL);
    cli_call_clear(&r.call);
    cli_place_clear(&r.place);
    return result;
}

/* Options of the program must not be taken for ours. Returns what follows "--", or NULL. */
static char **
split(int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++) {
        if (!g_str_equal(argv[i], "--"))
            continue;
        *argc = i;
        return argv[i + 1] == NULL ? NULL : &argv[i + 1];
    }
    return NULL;
}

int
cli_run(const struct cli_command *command, int argc, char **argv)
{
    struct cli_dial_options o = {0};
    const GOptionEntry more[] = {{"verbose", 'v', 0, G_OPTION_ARG_NONE, &o.verbose,
                                  N_("The log of the dialing service on standard error"), NULL},
                                 {NULL}};
    char **program = split(&argc, argv);
    g_autofree char **own = g_memdup2(argv, sizeof *argv * (gsize)argc + sizeof *argv);
    char **args = own;
    int result = CLI_USAGE;

    own[argc] = NULL;
    if (cli_dial_options_parse(command, &o, more, &argc, &args))
        result = program != NULL ? run(command, args[1], &o, program)
                                 : cli_usage(command, "%s", _("a COMMAND is missing, after “--”"));
    cli_dial_options_clear(&o);
    return result;
}
