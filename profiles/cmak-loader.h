/*
 * cmak-loader.h - a Connection Manager profile on its way from its files into the model. Internal
 * to cmak.c (its settings) and cmak-files.c (the files that it names).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "cmak-source.h"
#include "ini.h"
#include "profile.h"

enum { INF, CMS, CMP, N_PARTS };

struct cmak_loader {
    const struct cmak_source *source;
    Profile *p;
    struct {
        const char *name; /* NULL: there is none */
        Ini *ini;
        GBytes *bytes;
    } part[N_PARTS];
    guint codepage;   /* 0: not known */
    gboolean is_told; /* by who imports it: not the .inf decides */
    GHashTable *used; /* struct ini_entry that have a typed field */
};

/* "VPN/logo.bmp" -> "logo.bmp" */
const char *cmak_base_name(const char *name);
/* A password or a key: neither used nor kept. */
gboolean cmak_is_secret(const char *key);
/* Into ->files, by its own name (borrowed; valid as long as the source). NULL: noted why. */
GBytes *cmak_keep_file(struct cmak_loader *l, const char *wanted, gsize max, const char **ret_name);
/* The originals, pictures, help, licence and phone books. */
void cmak_take_files(struct cmak_loader *l);
/* Routes and proxies of actions that name a file with them. */
void cmak_take_action_files(struct cmak_loader *l);
void cmak_take_key_file(struct cmak_loader *l); /* PreSharedKeyFile */
/* The profiles that References= names, as far as they are there: ->merged_files. */
void cmak_take_merged(struct cmak_loader *l);
#define CMAK_MAX_MERGED 16
