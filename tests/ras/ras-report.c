/* ras-report.c - see ras-report.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-report.h"

#include <inttypes.h>
#include <stdio.h>

static enum ras_report_format format;

static const char *const names[] = {
    [RAS_EVENT_HTTP] = "http",           [RAS_EVENT_REQUEST] = "request",
    [RAS_EVENT_LCP_UP] = "lcp-up",       [RAS_EVENT_AUTHENTICATED] = "authenticated",
    [RAS_EVENT_REFUSED] = "refused",     [RAS_EVENT_PASSWORD_CHANGED] = "password-changed",
    [RAS_EVENT_BOUND] = "bound",         [RAS_EVENT_BINDING_REFUSED] = "binding-refused",
    [RAS_EVENT_IPCP_UP] = "ipcp-up",     [RAS_EVENT_IPCP_DOWN] = "ipcp-down",
    [RAS_EVENT_IPV6CP_UP] = "ipv6cp-up", [RAS_EVENT_DHCP_INFORM] = "dhcp-inform",
    [RAS_EVENT_NAME] = "name",           [RAS_EVENT_IPSEC] = "ipsec",
    [RAS_EVENT_FAULT] = "fault",         [RAS_EVENT_ENDED] = "ended",
};

void
ras_report_init(enum ras_report_format f)
{
    format = f;
    setvbuf(stdout, NULL, _IOLBF, 0);
}

static void
put_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if (format == RAS_REPORT_JSON && (*text == '"' || *text == '\\'))
            putchar('\\');
        putchar(*text);
    }
}

void
ras_report(const char *event, uint32_t call, int64_t number, const char *text)
{
    const bool json = format == RAS_REPORT_JSON;

    printf(json ? "{\"event\": \"%s\"" : "event: %s", event);
    if (call != 0)
        printf(json ? ", \"call\": %" PRIu32 : ", call: %" PRIu32, call);
    if (number >= 0)
        printf(json ? ", \"number\": %" PRId64 : ", number: %" PRId64, number);
    if (text != NULL && text[0] != '\0') {
        fputs(json ? ", \"text\": \"" : ", text: ", stdout);
        put_text(text);
        if (json)
            putchar('"');
    }
    puts(json ? "}" : "");
}

void
ras_report_event(uint32_t call, const struct ras_core_event *e)
{
    char text[sizeof e->text + 40];

    snprintf(text, sizeof text, "%s", e->text);
    if (e->type == RAS_EVENT_IPCP_UP)
        net_ip4_text(e->address, text);
    if (e->type == RAS_EVENT_IPV6CP_UP)
        snprintf(text, sizeof text, "%02x%02x:%02x%02x:%02x%02x:%02x%02x", e->id[0], e->id[1],
                 e->id[2], e->id[3], e->id[4], e->id[5], e->id[6], e->id[7]);
    ras_report(names[e->type], call,
               e->type == RAS_EVENT_HTTP || e->type == RAS_EVENT_REFUSED || e->number != 0
                   ? (int64_t)e->number
                   : -1,
               text);
}
