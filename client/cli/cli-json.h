/*
 * cli-json.h - one member of a JSON object: its name and its value. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

void cli_json_text(JsonBuilder *b, const char *key, const char *value); /* NULL becomes "" */
void cli_json_flag(JsonBuilder *b, const char *key, gboolean value);
void cli_json_number(JsonBuilder *b, const char *key, gint64 value);
void cli_json_texts(JsonBuilder *b, const char *key, const GPtrArray *texts); /* char * */
