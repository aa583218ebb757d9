/*
 * dns-name.h - domain names as DNS writes them (RFC 1035 sections 3.1, 4.1.4). Pure; bounded.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "net-config.h"

/* One name of labels and pointers, at @all's octet *at; *at moves behind it. Pointers lead
 * backwards only. "": the root. False: malformed, too long, or a NUL in it. Whether it is a name
 * that a host or domain may have is net_name_valid()'s to say. */
bool dns_name_read(struct rd all, size_t *at, char ret[static NET_MAX_NAME]);
/* A name that net_name_valid() has passed, as labels. */
void dns_name_put(struct wr *w, const char *name);
/* Is @name @domain, or below it? Letter case says nothing. */
bool dns_name_within(const char *name, const char *domain);
bool dns_name_same(const char *name, const char *other);
unsigned dns_name_labels(const char *name); /* of a valid one; "": 0 */
