/*
 * replay.c - run a fuzz target over saved inputs: how every past crash stays an ordinary test.
 * Prints TAP, one test case a file; a crash ends it before its "ok". No corpus is a failure.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static gboolean
replay(const char *path)
{
    g_autofree char *text = NULL;
    gsize n;

    if (!g_file_get_contents(path, &text, &n, NULL))
        return FALSE;
    g_autofree guint8 *exact = g_memdup2(text, n); /* no NUL for ASan to forgive */
    LLVMFuzzerTestOneInput(exact, n);
    return TRUE;
}

int
main(int argc, char **argv)
{
    unsigned cases = 0, failed = 0;

    for (int i = 1; i < argc; i++) {
        g_autoptr(GDir) dir = g_dir_open(argv[i], 0, NULL);
        const char *name;

        while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
            g_autofree char *path = g_build_filename(argv[i], name, NULL);
            const gboolean ok = replay(path);

            g_print("%s %u - %s\n", ok ? "ok" : "not ok", ++cases, name);
            failed += !ok;
        }
    }
    g_print("1..%u\n", cases);
    return failed > 0 || cases == 0;
}
