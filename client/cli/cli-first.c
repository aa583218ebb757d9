/* cli-first.c - see cli-first.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli-first.h"

#include "dt-ras-error.h"
#include "profile-first.h"
#include "profile-learn.h"
#include "profile-memory.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>

struct cli_first {
    ProfileStore *store;
    Profile *profile;
    struct cli_dial_options options;
    struct cli_call call;
    gboolean dialed;
};

static void
tell(void *ctx, const char *line)
{
    const struct cli_first *f = ctx;
    g_autofree char *name = cli_shown(f->profile->name);

    if (cli_json)
        return;
    g_print("%s: %s\n", name, line);
    fflush(stdout);
}

static void
on_up(void *ctx, GVariant *properties)
{
    (void)ctx, (void)properties; /* the status is that of the second leg */
}

/* As the error of the connection that was asked for, and with the name of the one that it is of. */
static int
fail(const struct cli_first *f, guint32 number, const char *text, const char *detail)
{
    g_autofree char *said = g_strdup_printf("“%s”: %s", f->profile->name, text);

    return cli_fail_number(number, said, dt_dialer_client_error_advice(number), detail);
}

static int
on_ended(void *ctx, const struct cli_call *call, GVariant *properties)
{
    const guint32 number = dt_connection_get_error(call->connection);

    (void)properties;
    return fail(ctx, number, dt_dialer_client_error_text(number),
                dt_connection_get_error_detail(call->connection));
}

static void
on_refused(void *ctx, GError *error)
{
    const guint32 number = dt_ras_error_number(error);

    fail(ctx, number != RAS_OK ? number : RAS_RASMAN_CANNOT_INITIALIZE, error->message, NULL);
    g_error_free(error);
}

static const struct cli_call_hooks hooks = {
    .line = tell, .up = on_up, .refused = on_refused, .ended = on_ended};

gboolean
cli_first_is_up(DtDialerClient *client, const Profile *first, char ret_name[static PLAN_MAX_TEXT])
{
    ras_printable(ret_name, PLAN_MAX_TEXT, first->name, strlen(first->name));
    DtConnection *c = dt_dialer_client_find_any(client, ret_name);

    return c != NULL && g_strcmp0(dt_connection_get_state(c), "connected") == 0;
}

static int
dial(struct cli_first *f)
{
    g_autofree char *name = cli_shown(f->profile->name);

    if (!cli_json) {
        g_print(_("Dialing %s…"), name);
        g_print("\n");
    }
    const int result = cli_call_run(&f->call);
    profile_learn(f->store, f->profile, f->call.details, NULL);
    f->dialed = result == CLI_OK;
    return f->dialed ? -1 : result;
}

/* Whether it is up is the helper's to say, before anybody is asked for a password. */
static int
bring_up(const struct cli_command *command, struct cli_first *f, struct cli_call *second)
{
    GError *error = NULL;

    if (!cli_call_client(second, &error))
        return cli_fail(error, RAS_RASMAN_CANNOT_INITIALIZE);
    if (cli_first_is_up(second->client, f->profile, second->plan.through))
        return -1;
    f->call.client = g_object_ref(second->client);
    second->before = &f->call;
    profile_memory_recall(f->profile);
    int result = cli_call_prepare(command, f->profile, &f->call);
    if (result == -1)
        result = dial(f);
    second->before = NULL;
    if (result == -1 && second->stop)
        result = cli_fail_number(RAS_USER_DISCONNECTION,
                                 dt_dialer_client_error_text(RAS_USER_DISCONNECTION), "", NULL);
    return result;
}

static struct cli_first *
first_new(ProfileStore *store, Profile *profile, const struct cli_call *second)
{
    const struct cli_dial_options *o = second->options;
    struct cli_first *f = g_new0(struct cli_first, 1);

    f->store = g_object_ref(store);
    f->profile = profile;
    f->options = (struct cli_dial_options){.user = o->first_user,
                                           .password_file = o->first_password_file,
                                           .psk_file = o->first_psk_file,
                                           .ca_file = o->first_ca_file,
                                           .foreground = o->foreground,
                                           .redial = o->redial,
                                           .verbose = o->verbose,
                                           .for_everybody = o->for_everybody};
    f->call = (struct cli_call){.options = &f->options,
                                .hooks = &hooks,
                                .ctx = f,
                                .leg = TRUE,
                                .interactive = cli_call_may_ask(&f->options)};
    return f;
}

int
cli_first_dial(const struct cli_command *command, ProfileStore *store, struct cli_call *c,
               struct cli_first **ret)
{
    g_autoptr(Profile) first = NULL;
    GError *error = NULL;
    int result = -1;

    *ret = NULL;
    switch (c->options->direct ? PROFILE_FIRST_NONE
                               : profile_first_find(store, c->profile, c->options->for_everybody,
                                                    &first, &error)) {
    case PROFILE_FIRST_NONE:
        break;
    case PROFILE_FIRST_BY_HAND: {
        g_autofree char *text = profile_first_by_hand_text(c->profile);
        g_printerr("%s\n", text);
        break;
    }
    case PROFILE_FIRST_BAD:
        result = cli_fail(error, RAS_BAD_PROFILE);
        break;
    case PROFILE_FIRST_DIAL:
        *ret = first_new(store, g_steal_pointer(&first), c);
        result = bring_up(command, *ret, c);
        c->plan.end_through = (*ret)->dialed;
        break;
    }
    return result;
}

void
cli_first_free(struct cli_first *f, const struct cli_call *c)
{
    if (f == NULL)
        return;
    /* The helper ends it behind the second leg, had there been one. */
    if (f->dialed && c->connection == NULL && f->call.connection != NULL)
        dt_connection_call_disconnect_sync(f->call.connection, NULL, NULL);
    cli_call_clear(&f->call);
    profile_free(f->profile);
    g_object_unref(f->store);
    g_free(f);
}
