/*
 * helper-object.h - an object on the bus, whose properties are told only to those who may see them.
 *
 * What a user is connected to is not for the other users of the computer. So Get and GetAll pass
 * the bouncer like any method, and changes are never broadcast: PropertiesChanged goes to each
 * program that asked with GetAll and was answered, as long as it is on the bus. A front end's proxy
 * asks when it is made, so it sees no difference.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-bouncer.h"

struct helper_object;

struct helper_object_setup {
    GDBusConnection *connection;
    struct helper_bouncer *bouncer;   /* borrowed; lives longer */
    GDBusInterfaceSkeleton *skeleton; /* borrowed; answers the methods, never exported itself */
    const char *path;
    uid_t owner;
    bool for_everybody; /* all may see it */
    /* What @viewer sees, an a{sv} (floating is fine); NULL: the skeleton's properties. */
    GVariant *(*view)(void *ctx, uid_t viewer);
    void *ctx;
};

struct helper_object *helper_object_new(const struct helper_object_setup *setup, GError **error);
void helper_object_free(struct helper_object *o); /* off the bus; NULL is fine */
DEFINE_CLEANUP(struct helper_object, helper_object_free)

const char *helper_object_path(const struct helper_object *o);

/* Tell what has changed now; else it is told when the main loop is idle. NULL is fine. */
void helper_object_flush(struct helper_object *o);
