/* cli-json.c - see cli-json.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli-json.h"

void
cli_json_text(JsonBuilder *b, const char *key, const char *value)
{
    json_builder_set_member_name(b, key);
    json_builder_add_string_value(b, value == NULL ? "" : value);
}

void
cli_json_flag(JsonBuilder *b, const char *key, gboolean value)
{
    json_builder_set_member_name(b, key);
    json_builder_add_boolean_value(b, value);
}

void
cli_json_number(JsonBuilder *b, const char *key, gint64 value)
{
    json_builder_set_member_name(b, key);
    json_builder_add_int_value(b, value);
}

void
cli_json_texts(JsonBuilder *b, const char *key, const GPtrArray *texts)
{
    json_builder_set_member_name(b, key);
    json_builder_begin_array(b);
    for (guint i = 0; i < texts->len; i++)
        json_builder_add_string_value(b, texts->pdata[i]);
    json_builder_end_array(b);
}
