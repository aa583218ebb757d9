/*
 * cli-diagnose.c - dialtone diagnose: stage by stage, what works and what does not, and what to do.
 * See cli-diagnose.h. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli-diagnose.h"
#include "cli-first.h"

#include "cli-json.h"
#include "cli-profile.h"
#include "profile-first.h"
#include "profile-memory.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>
#include <unistd.h>

/* --- the profile --- */

static void
tell_profile(struct cli_diagnosis *d)
{
    const Profile *p = d->profile;
    g_autoptr(ProfileSummary) summary = profile_summary_of(p);
    g_autofree char *protocols = cli_protocol_names(summary);
    g_autofree char *servers = d->options->server != NULL ? g_strdup(d->options->server)
                                                          : g_strjoinv(", ", summary->servers);
    g_autofree char *text = g_strdup_printf("%s: %s", protocols, servers);
    g_autoptr(GPtrArray) warnings = profile_warnings(p);

    cli_step_say(d, "profile", "servers", _("Profile"), PROBE_OK, text);
    for (guint i = 0; i < warnings->len; i++)
        cli_step_say(d, "profile", "note", _("Profile"), PROBE_WARN, warnings->pdata[i]);
}

/* Of two legs the first has to be up, for otherwise the second's server is looked for where it is
 * not. FALSE: it is not. */
static gboolean
find_first(struct cli_diagnosis *d, ProfileStore *store)
{
    g_autoptr(Profile) first = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    const enum profile_first what =
        d->options->direct ? PROFILE_FIRST_NONE
                           : profile_first_find(store, d->profile, FALSE, &first, &error);

    if (what == PROFILE_FIRST_NONE)
        return TRUE;
    if (what == PROFILE_FIRST_BY_HAND) {
        text = profile_first_by_hand_text(d->profile);
        cli_step_say(d, "profile", "first", _("First leg"), PROBE_WARN, text);
        return TRUE;
    }
    if (what == PROFILE_FIRST_DIAL && cli_call_client(&d->call, &error)) {
        const gboolean up = cli_first_is_up(d->call.client, first, d->through);
        text = g_strdup_printf(up ? _("“%s” is connected; this connection goes through it.")
                                  : _("“%s” has to be connected before: connect it, and diagnose "
                                      "again, or leave it out with --direct."),
                               d->through);
        if (up) {
            cli_step_say(d, "profile", "first", _("First leg"), PROBE_OK, text);
            return TRUE;
        }
    }
    d->unreachable = what == PROFILE_FIRST_BAD ? RAS_BAD_PROFILE : RAS_PORT_DISCONNECTED;
    cli_step_fail(d, "profile", "first", _("First leg"), d->unreachable,
                  text != NULL ? text : error->message, NULL);
    return FALSE;
}

/* What would be dialed. A name that is not known yet does not matter before the call. */
static gboolean
make_plan(struct cli_diagnosis *d)
{
    static const char somebody[] = "x";
    const struct cli_dial_options *o = d->options;
    const Profile *p = d->profile;
    g_autoptr(GError) error = NULL;
    guint32 number;
    const char *user = o->user != NULL || *p->user != '\0' ? o->user : somebody;
    const char *domain = o->domain != NULL || *p->domain != '\0' ? o->domain : somebody;

    if (cli_call_plan(p, &d->call, user, domain, &number, &error))
        return TRUE;
    cli_step_fail(d, "profile", "problem", _("Profile"), number, error->message, NULL);
    d->unreachable = number;
    return FALSE;
}

/* --- the verdict --- */

struct verdict {
    enum probe_state state;
    guint32 error;
    const char *text;
};

/* A call is the best of witnesses; without one, the service and one open way are needed. */
static struct verdict
judge(const struct cli_diagnosis *d, gboolean service)
{
    const gboolean notes =
        cli_steps_have(d, NULL, PROBE_WARN) || cli_steps_have(d, NULL, PROBE_FAIL);

    if (d->called && d->result == RAS_OK)
        return (struct verdict){notes ? PROBE_WARN : PROBE_OK, RAS_OK,
                                notes ? _("The connection works; see the notes above.")
                                      : _("The connection works.")};
    if (d->called && d->result == RAS_USER_DISCONNECTION)
        return (struct verdict){
            PROBE_FAIL, d->result,
            _("The call was hung up before it was known whether the connection works.")};
    if (d->called)
        return (struct verdict){PROBE_FAIL, d->result, _("The connection does not work.")};
    if (!d->reachable)
        return (struct verdict){PROBE_FAIL, d->unreachable, _("The connection cannot work.")};
    if (!service || cli_steps_have(d, "service", PROBE_FAIL))
        return (struct verdict){PROBE_FAIL, RAS_RASMAN_CANNOT_INITIALIZE,
                                _("A server can be reached, but this computer cannot dial.")};
    if (cli_steps_have(d, "call", PROBE_FAIL))
        return (struct verdict){PROBE_FAIL, d->result, _("No call could be made.")};
    return (struct verdict){
        notes ? PROBE_WARN : PROBE_OK, RAS_OK,
        notes ? _("A server can be reached; see the notes above. User name, password and what "
                  "comes after them were not tried.")
              : _("A server can be reached. User name, password and what comes after them were "
                  "not tried.")};
}

static void
print_json(struct cli_diagnosis *d, const struct verdict *v)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    static const char *const words[] = {
        [PROBE_OK] = "ok", [PROBE_WARN] = "warn", [PROBE_FAIL] = "fail"};

    json_builder_begin_object(b);
    cli_json_text(b, "name", d->profile->name);
    cli_json_flag(b, "ok", v->state != PROBE_FAIL);
    cli_json_text(b, "verdict", words[v->state]);
    cli_json_text(b, "verdict_text", v->text);
    cli_json_flag(b, "called", d->called);
    cli_json_number(b, "error", v->error);
    cli_json_text(b, "error_text", v->error == RAS_OK ? "" : dt_dialer_client_error_text(v->error));
    cli_json_text(b, "advice", v->error == RAS_OK ? "" : dt_dialer_client_error_advice(v->error));
    json_builder_set_member_name(b, "steps");
    cli_steps_json(b, d);
    json_builder_set_member_name(b, "status");
    if (d->status != NULL)
        json_builder_add_value(b, g_steal_pointer(&d->status));
    else
        json_builder_add_null_value(b);
    json_builder_end_object(b);
    cli_print_json(json_builder_get_root(b));
}

static int
conclude(struct cli_diagnosis *d, gboolean service)
{
    const struct verdict v = judge(d, service);

    if (d->json)
        print_json(d, &v);
    else
        g_print("\n%s\n", v.text);
    if (v.state != PROBE_FAIL)
        return CLI_OK;
    g_autofree char *number = dt_dialer_client_error_number(v.error);
    fflush(stdout);
    g_printerr(_("Error %s: %s"), number, dt_dialer_client_error_text(v.error));
    g_printerr("\n");
    return CLI_FAILED;
}

/* --- the command --- */

enum call { CALL_IF_KNOWN, CALL_WANTED, CALL_NEVER };

static int
diagnose(const struct cli_command *command, const char *name,
         const struct cli_dial_options *options, enum call wanted)
{
    GError *error = NULL;
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(Profile) p = profile_store_find(store, name, &error);
    gboolean service = TRUE;

    if (p == NULL)
        return cli_fail(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    profile_memory_recall(p); /* as the next call will */
    struct cli_diagnosis d = {.profile = p,
                              .options = options,
                              .call = {.options = options},
                              .json = cli_json,
                              .watched = !cli_json && isatty(STDOUT_FILENO),
                              .steps = g_array_new(FALSE, TRUE, sizeof(struct cli_step))};
    cli_json = FALSE; /* one object, at the end */
    tell_profile(&d);
    if (find_first(&d, store) && make_plan(&d)) {
        cli_diagnose_probe(&d);
        service = cli_diagnose_service(&d);
        if (service && wanted != CALL_NEVER)
            cli_diagnose_call(command, &d, wanted == CALL_WANTED);
        else
            cli_step_say(&d, "call", "call", _("Call"), PROBE_SKIP, _("None was made."));
    }
    const int result = conclude(&d, service);
    g_clear_pointer(&d.status, json_node_unref);
    cli_steps_clear(&d);
    cli_call_clear(&d.call);
    return result;
}

int
cli_diagnose(const struct cli_command *command, int argc, char **argv)
{
    struct cli_dial_options o = {0};
    gboolean dial = FALSE, no_dial = FALSE;
    const GOptionEntry more[] = {
        {"dial", 0, 0, G_OPTION_ARG_NONE, &dial,
         N_("Make a call, and ask at the terminal for what it takes"), NULL},
        {"no-dial", 0, 0, G_OPTION_ARG_NONE, &no_dial,
         N_("Make no call, whatever is known for one"), NULL},
        {"foreground", 'f', 0, G_OPTION_ARG_NONE, &o.foreground,
         N_("As root, without the system's dialing service"), NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &o.verbose,
         N_("With --foreground: the log of the dialing service on standard error"), NULL},
        {NULL}};
    int result = CLI_USAGE;

    if (cli_dial_options_parse(command, &o, more, &argc, &argv))
        result = dial && no_dial
                     ? cli_usage(command, "%s", _("--dial and --no-dial exclude each other"))
                     : diagnose(command, argv[1], &o,
                                dial      ? CALL_WANTED
                                : no_dial ? CALL_NEVER
                                          : CALL_IF_KNOWN);
    cli_dial_options_clear(&o);
    return result;
}
