/*
 * io-raw.h - what a raw IPv4 socket hands out: the packet with its header (raw(7)).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

/* The payload of an IPv4 packet (RFC 791): what lies between its header and its total length, which
 * may be less than was received. False: it is none, or not whole. */
bool io_raw_payload(struct rd packet, struct rd *ret);
