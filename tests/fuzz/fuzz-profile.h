/*
 * fuzz-profile.h - what must hold for every profile, whatever file it was read from: its texts are
 * UTF-8 that can be shown, it survives the store's file, and its plan is safe or refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-file.h"
#include "profile-plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* abort(), which the fuzzer catches and keeps the input for; a trap it does not. */
static inline void
broken(const char *what)
{
    fprintf(stderr, "%s\n", what);
    abort();
}

static inline void
check_text(const char *text)
{
    if (text == NULL || !g_utf8_validate(text, -1, NULL))
        broken("text that is not UTF-8");
    for (; *text != '\0'; text++)
        if ((guchar)*text < ' ' && *text != '\n')
            broken("a control character");
}

static inline void
check_profile(const Profile *p)
{
    const struct plan_request request = {.user = "user"};
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    g_autoptr(GBytes) text = profile_file_write(p);
    g_autoptr(Profile) again = profile_file_read(text, NULL);
    struct dial_plan plan;
    struct credentials credentials;

    for (guint i = 0; i < warnings->len; i++)
        check_text(warnings->pdata[i]);
    if (again == NULL)
        broken("what was written cannot be read");
    g_autoptr(GBytes) text2 = profile_file_write(again);
    if (!g_bytes_equal(text, text2))
        broken("what was read is not what was written");
    if (!profile_plan(p, &request, &plan, &credentials, NULL))
        return;
    if (!dial_plan_valid(&plan, NULL) || plan.pin_set)
        broken("a plan that is not safe");
    dial_plan_clear(&plan);
}
