/*
 * dt-credentials.h - the secrets as they cross D-Bus, an a{sv}.
 *
 * Keys of the secrets, all optional, all s: user, domain, password, new-password, proxy-user,
 * proxy-password, psk (of IPsec), l2tp-secret (of L2TP's tunnel), private-key (PEM, of cert).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "credentials.h"

/* NULL: an empty a{sv}, "nobody answers". */
GVariant *dt_credentials_to_variant(const struct credentials *credentials);
bool dt_credentials_from_variant(GVariant *variant, struct credentials *ret, GError **error);
/* Overwrite every text in @variant, which nobody may use any more (but unref). */
void dt_credentials_wipe_variant(GVariant *variant);
