/* cli-diagnose-steps.c - see cli-diagnose.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli-diagnose.h"

#include "cli-json.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <stdio.h>

/* The same in every language: they are looked for. */
static const char *const words[PROBE_STATES] = {
    [PROBE_OK] = "ok", [PROBE_WARN] = "warn", [PROBE_FAIL] = "fail", [PROBE_SKIP] = "skip"};

const char *
cli_protocol_shown(const char *protocol)
{
    static const char *const names[][2] = {
        {"sstp", "SSTP"}, {"l2tp-ipsec", "L2TP/IPsec"}, {"l2tp", "L2TP"}, {"pptp", "PPTP"}};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_strcmp0(protocol, names[i][0]) == 0)
            return names[i][1];
    return "";
}

static const char *
advice_of(const struct cli_step *s)
{
    if (s->advice != NULL)
        return s->advice;
    return s->error == RAS_OK ? "" : dt_dialer_client_error_advice(s->error);
}

static void
print_more(const char *text)
{
    if (text != NULL && *text != '\0')
        g_print("      %s\n", text);
}

static void
print_step(const struct cli_step *s)
{
    g_autofree char *place = cli_shown(s->place), *text = cli_shown(s->text),
                    *detail = cli_shown(s->detail);
    g_autoptr(GString) line = g_string_new(NULL);

    g_string_append_printf(line, "%-4s  ", words[s->state]);
    if (*place != '\0')
        g_string_append_printf(line, "%s, ", place);
    g_string_append(line, s->title != NULL ? s->title : s->name);
    if (s->error != RAS_OK) {
        g_autofree char *number = dt_dialer_client_error_number(s->error);
        g_string_append(line, ": ");
        g_string_append_printf(line, _("Error %s: %s"), number,
                               *text != '\0' ? text : dt_dialer_client_error_text(s->error));
    } else if (*text != '\0') {
        g_string_append_printf(line, ": %s", text);
    } else if (*detail != '\0') {
        g_string_append_printf(line, ": %s", detail);
    }
    if (s->ms >= 0)
        g_string_append_printf(line, " (%" G_GINT64_FORMAT " ms)", s->ms);
    g_print("%s\n", line->str);
    print_more(advice_of(s));
    if (*detail != '\0' && (s->error != RAS_OK || *text != '\0')) {
        g_autofree char *between = g_strdup_printf("(%s)", detail);
        print_more(between);
    }
    fflush(stdout);
}

void
cli_step_add(struct cli_diagnosis *d, struct cli_step step)
{
    g_array_append_val(d->steps, step);
    if (!d->json)
        print_step(&step);
}

void
cli_step_say(struct cli_diagnosis *d, const char *stage, const char *name, const char *title,
             enum probe_state state, const char *text)
{
    cli_step_add(d, (struct cli_step){.stage = stage,
                                      .name = name,
                                      .title = title,
                                      .state = state,
                                      .text = g_strdup(text),
                                      .ms = -1});
}

void
cli_step_fail(struct cli_diagnosis *d, const char *stage, const char *name, const char *title,
              guint32 error, const char *text, const char *detail)
{
    cli_step_add(d, (struct cli_step){.stage = stage,
                                      .name = name,
                                      .title = title,
                                      .state = PROBE_FAIL,
                                      .error = error,
                                      .text = g_strdup(text),
                                      .detail = g_strdup(detail),
                                      .ms = -1});
}

gboolean
cli_steps_have(const struct cli_diagnosis *d, const char *stage, enum probe_state state)
{
    for (guint i = 0; i < d->steps->len; i++) {
        const struct cli_step *s = &g_array_index(d->steps, struct cli_step, i);

        if ((stage == NULL || g_str_equal(s->stage, stage)) && s->state == state)
            return TRUE;
    }
    return FALSE;
}

static void
add_text(JsonBuilder *b, const char *key, const char *text)
{
    g_autofree char *shown = cli_shown(text);

    cli_json_text(b, key, shown);
}

static void
add_step(JsonBuilder *b, const struct cli_step *s)
{
    json_builder_begin_object(b);
    add_text(b, "stage", s->stage);
    add_text(b, "name", s->name);
    cli_json_flag(b, "ok", s->state != PROBE_FAIL);
    add_text(b, "state", words[s->state]);
    add_text(b, "title", s->title != NULL ? s->title : s->name);
    add_text(b, "protocol", s->protocol);
    add_text(b, "server", s->server);
    add_text(b, "address", s->address);
    add_text(b, "text", s->text);
    add_text(b, "detail", s->detail);
    cli_json_number(b, "error", s->error);
    add_text(b, "error_text", s->error == RAS_OK ? "" : dt_dialer_client_error_text(s->error));
    add_text(b, "advice", advice_of(s));
    cli_json_number(b, "ms", MAX(s->ms, 0));
    json_builder_end_object(b);
}

void
cli_steps_json(JsonBuilder *b, const struct cli_diagnosis *d)
{
    json_builder_begin_array(b);
    for (guint i = 0; i < d->steps->len; i++)
        add_step(b, &g_array_index(d->steps, struct cli_step, i));
    json_builder_end_array(b);
}

void
cli_steps_clear(struct cli_diagnosis *d)
{
    for (guint i = 0; i < d->steps->len; i++) {
        struct cli_step *s = &g_array_index(d->steps, struct cli_step, i);

        g_free(s->place);
        g_free(s->address);
        g_free(s->text);
        g_free(s->detail);
    }
    g_clear_pointer(&d->steps, g_array_unref);
}
