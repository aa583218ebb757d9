/*
 * vectors.h - files of test vectors, tests/vectors/NAME.txt: lines "name: hex", '#' comments.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* The octets of @name in @file; a missing one ends the test. */
static inline GBytes *
vectors_get(const char *file, const char *name)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "vectors", file, NULL);
    g_autofree char *text = NULL;
    g_autofree char *prefix = g_strconcat(name, ": ", NULL);
    g_autoptr(GError) error = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (!g_str_has_prefix(*line, prefix))
            continue;
        const char *hex = *line + strlen(prefix);
        GByteArray *bytes = g_byte_array_new();

        for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
            const guint8 octet =
                (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
            g_byte_array_append(bytes, &octet, 1);
        }
        return g_byte_array_free_to_bytes(bytes);
    }
    g_error("%s: no vector '%s'", file, name);
}
