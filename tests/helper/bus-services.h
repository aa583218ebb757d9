/*
 * bus-services.h - a private system bus with our bus policy, and the real polkitd with our actions
 * and the rules of a test; front ends of several users on it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "harness.h"

/* Both as root. @rules: a file of polkit's rules. */
void bus_services_start(const char *rules);
void bus_services_stop(void);
/* polkitd answers nobody, until it does again. */
void bus_services_hold_polkit(bool held);
/* The helper of @h is a service on it. After harness_setup(). */
void bus_services_use(struct harness *h);

/* A front end, of @user. */
struct front_end {
    GDBusConnection *bus;
    DtDialer *dialer;
};

struct front_end front_end_of(struct harness *h, const char *user);
void front_end_close(struct front_end *f);
DtConnection *dial_as(const struct front_end *f, const struct dial_plan *plan, GError **error);
DtConnection *see_as(const struct front_end *f, DtConnection *c);
void assert_denied(GError *error); /* frees it */
