/*
 * cab-make.h - cabinets as tools of Windows make them, which no tool of Linux does: LZX and stored
 * folders ([MS-CAB]; LZX: [MS-PATCH] 2.6), and the program of IExpress around one, with the cabinet
 * as its resource CABINET (PE format).
 *
 * LZX as simple as it may be: literals alone, each of eight bits (a verbatim block), or octets as
 * they are (an uncompressed block). SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

enum cab_kind { CAB_STORED, CAB_LZX_VERBATIM, CAB_LZX_UNCOMPRESSED };

/* @pairs: name, text, name, text..., NULL. */
GBytes *cab_make(enum cab_kind kind, const char *const *pairs);
GBytes *cab_in_program(GBytes *cab);
