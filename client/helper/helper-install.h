/*
 * helper-install.h - InstallProfile and RemoveProfile of org.dialtone.Dialer1.xml: checked, judged
 * by polkit, and then written (helper-store.h) in a thread, so that no call waits for the disk.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dt-dbus.h"
#include "helper-bouncer.h"
#include "helper-store.h"

struct helper_install;

/* Answers both methods of @dialer. @store NULL: nobody may. All are borrowed and live longer. */
struct helper_install *helper_install_new(DtDialer *dialer, struct helper_bouncer *bouncer,
                                          struct helper_store *store);
/* Waits for what is being written. NULL is fine. */
void helper_install_free(struct helper_install *i);
