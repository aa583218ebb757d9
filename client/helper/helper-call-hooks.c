/* helper-call-hooks.c - see helper-call-hooks.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-call-hooks.h"

#define OF_CALL "dialtone-hooks"

void
helper_call_hooks_init(struct helper_call_hooks *h, struct helper_hooks *runner,
                       struct helper_log *log, GObject *call, void (*changed)(void *call))
{
    *h = (struct helper_call_hooks){.runner = runner, .log = log, .call = call, .changed = changed};
    h->troubles = g_ptr_array_new_with_free_func(g_free);
    g_object_set_data(call, OF_CALL, h);
}

void
helper_call_hooks_clear(struct helper_call_hooks *h)
{
    g_clear_pointer(&h->env, g_strfreev);
    g_clear_pointer(&h->troubles, g_ptr_array_unref);
}

static void
on_result(GObject *call, const struct hook_result *r)
{
    struct helper_call_hooks *h = g_object_get_data(call, OF_CALL);
    g_autofree char *trouble = r == NULL ? NULL : hook_trouble(r);
    const char *says = r == NULL || r->text[0] == '\0' ? "" : " It says: ";

    if (r == NULL)
        return;
    if (trouble == NULL) {
        helper_log(h->log, LOG_INFO, "Hook %s: done.%s%s", r->name, says, r->text);
        return;
    }
    helper_log(h->log, LOG_WARNING, "Hook %s.%s%s", trouble, says, r->text);
    g_ptr_array_add(h->troubles, g_steal_pointer(&trouble));
    h->changed(call);
}

static void
begin(struct helper_call_hooks *h, const char *action, char **environment)
{
    g_ptr_array_set_size(h->troubles, 0);
    if (!helper_hooks_begin(h->runner, h->call, action, (const char *const *)environment,
                            on_result))
        helper_log(h->log, LOG_WARNING, "Hooks (%s) are not run: too many wait.", action);
}

void
helper_call_hooks_up(struct helper_call_hooks *h, const struct helper_attempt *attempt,
                     const struct dial_plan *plan, enum plan_protocol protocol, const char *path,
                     uid_t owner)
{
    const struct hook_env_facts facts = {
        .path = path, .owner = owner, .protocol = protocol, .plan = plan, .attempt = attempt};

    if (h->runner == NULL)
        return;
    g_clear_pointer(&h->env, g_strfreev);
    h->env = hook_env(&facts);
    begin(h, "up", h->env);
}

void
helper_call_hooks_down(struct helper_call_hooks *h, unsigned error)
{
    if (h->env == NULL)
        return;
    g_auto(GStrv) environment = hook_env_ended(h->env, error);
    g_clear_pointer(&h->env, g_strfreev);
    begin(h, "down", environment);
}
