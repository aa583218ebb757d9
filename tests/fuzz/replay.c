/*
 * replay.c - run a fuzz target over saved inputs: how every past crash stays an ordinary test.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        g_autoptr(GDir) dir = g_dir_open(argv[i], 0, NULL);
        const char *name;

        while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
            g_autofree char *path = g_build_filename(argv[i], name, NULL);
            g_autofree char *text = NULL;
            gsize n;

            if (g_file_get_contents(path, &text, &n, NULL)) {
                g_autofree guint8 *exact = g_memdup2(text, n); /* no NUL for ASan to forgive */
                LLVMFuzzerTestOneInput(exact, n);
            }
        }
    }
    return 0;
}
