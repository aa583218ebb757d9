/*
 * ras-report.h - what happens, as lines on standard output: for people, or as JSON, one object a
 * line, for tests that wait for a condition.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ras-core.h"

enum ras_report_format { RAS_REPORT_TEXT, RAS_REPORT_JSON };

void ras_report_init(enum ras_report_format format);
void ras_report_event(uint32_t call, const struct ras_core_event *e);
/* Things that are not a call's: "listening", "accepted", "tls", "stats". @number is left out when
 * negative, @text when NULL. */
void ras_report(const char *event, uint32_t call, int64_t number, const char *text);
