/* helper-log.c - see helper-log.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-log.h"

#include "ras.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_LINES = 300, /* some ten attempts */
    MAX_TEXT = 512,
};

struct helper_log {
    char *name;
    GQueue lines;
};

static const char *const level_names[] = {
    [LOG_ERR] = "error", [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
    [LOG_INFO] = "info", [LOG_DEBUG] = "debug",
};

struct helper_log *
helper_log_new(const char *name)
{
    struct helper_log *log = g_new0(struct helper_log, 1);
    g_autofree char *escaped = g_strescape(name, NULL);

    log->name = g_strdup_printf("connection=\"%s\" ", escaped);
    g_queue_init(&log->lines);
    return log;
}

void
helper_log_free(struct helper_log *log)
{
    if (log == NULL)
        return;
    g_queue_clear_full(&log->lines, g_free);
    g_free(log->name);
    g_free(log);
}

static void
to_stderr(const struct helper_log *log, int level, const char *text)
{
    static int in_journal = -1;

    if (in_journal < 0)
        in_journal = getenv("JOURNAL_STREAM") != NULL;
    if (in_journal && level == LOG_DEBUG)
        return; /* it stays with the connection; GetLog shows it */
    if (in_journal)
        fprintf(stderr, "<%d>%s%s\n", level, log == NULL ? "" : log->name, text);
    else if (level < LOG_DEBUG || getenv("DIALTONE_DEBUG") != NULL)
        fprintf(stderr, "dialtoned: %s: %s%s\n", level_names[level], log == NULL ? "" : log->name,
                text);
}

void
helper_log(struct helper_log *log, int level, const char *format, ...)
{
    char text[MAX_TEXT];
    va_list args;

    va_start(args, format);
    g_autofree char *raw = g_strdup_vprintf(format, args);
    va_end(args);

    level = CLAMP(level, LOG_ERR, LOG_DEBUG);
    ras_printable(text, sizeof text, raw, strlen(raw));
    to_stderr(log, level, text);
    if (log == NULL)
        return;
    g_queue_push_tail(&log->lines, g_strdup_printf("%" G_GINT64_FORMAT " %s %s",
                                                   g_get_real_time() / G_USEC_PER_SEC,
                                                   level_names[level], text));
    if (log->lines.length > MAX_LINES)
        g_free(g_queue_pop_head(&log->lines));
}

char **
helper_log_lines(const struct helper_log *log)
{
    GStrvBuilder *b = g_strv_builder_new();

    for (const GList *l = log->lines.head; l != NULL; l = l->next)
        g_strv_builder_add(b, l->data);
    char **lines = g_strv_builder_end(b);
    g_strv_builder_unref(b);
    return lines;
}
