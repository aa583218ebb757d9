/*
 * helper-esp.h - the associations that the kernel holds for one dial, at the tunnel's request.
 *
 * The addresses are those of the socket to UDP 4500 that the helper has opened for this dial; the
 * tunnel names none. With the first ESP_MSG_USE, in this order: the undo record; the socket for
 * L2TP, blocked both ways; the associations; the policies that let through what is in ESP; the
 * connection; ESP in UDP. The tunnel has the socket only after all of it, and what fails is taken
 * back at once: so nothing of L2TP can leave in the clear (threats L7, L8), and the tunnel can
 * still do ESP itself. Later pairs are made before the older are broken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-journal.h"
#include "helper-xfrm.h"

enum helper_esp_mode {
    HELPER_ESP_AUTO, /* the kernel where it has an engine, and the processor no instructions */
    HELPER_ESP_KERNEL,
    HELPER_ESP_USER,
};

/* What was found on this computer. */
struct helper_esp_probe {
    bool xfrm;         /* the kernel has IPsec */
    bool instructions; /* the processor has some for AES */
    bool engine;       /* so has other hardware, for the kernel only */
};

/* The kernel, or a test. As in helper-xfrm.h. */
struct helper_esp_ops {
    int (*open)(const struct helper_xfrm_ends *ends, uint16_t port, bool encapsulated, int *ret_fd);
    int (*add)(const struct helper_xfrm_ends *ends, const struct helper_xfrm_sa *sa);
    int (*remove)(const struct helper_xfrm_ends *ends, bool outbound, uint32_t spi);
    int (*block)(int fd);
    int (*require)(int fd, const struct helper_xfrm_ends *ends, uint32_t spi_out);
    int (*connect)(int fd, const struct helper_xfrm_ends *ends);
    int (*encapsulate)(int float_fd, bool on);
};

extern const struct helper_esp_ops helper_esp_kernel;

struct helper_esp;

/* "auto", "kernel", "user". */
bool helper_esp_mode_from_text(const char *text, enum helper_esp_mode *ret);
/* Is the kernel to do it, by @mode and by what there is? */
bool helper_esp_choice(enum helper_esp_mode mode, const struct helper_esp_probe *p);
bool helper_esp_wanted(enum helper_esp_mode mode); /* the same, and looks what there is */

struct helper_esp *helper_esp_new(const struct helper_esp_ops *ops, struct helper_journal *journal);
/* Closes; what is in the kernel is the journal's to undo. NULL is fine. */
void helper_esp_free(struct helper_esp *e);
/* The tunnel was given @float_fd, a connected UDP socket to port 4500: the latest counts,
 * and what there was with an earlier one is gone. */
void helper_esp_use_float(struct helper_esp *e, int float_fd);
/* 0 or a negative errno, and nothing of @m is done then. *ret_fd: a socket for the tunnel, which
 * stays ours, or -1. */
int helper_esp_serve(struct helper_esp *e, const struct esp_msg *m, int *ret_fd);
bool helper_esp_in_use(const struct helper_esp *e); /* the kernel does ESP for this dial */
