/* ras-script.c - see ras-script.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-script.h"
#include "bytes.h"
#include "ccp.h"
#include "net-config.h"
#include "ras-words.h"

enum value { NO_VALUE, NUMBER, MAY_NUMBER, ADDRESS, TEXT, HEX, ENCRYPTION };

struct word {
    const char *name;
    enum value value;
};

/* clang-format off */
static const struct word faults[RAS_N_FAULTS] = {
    [RAS_FAULT_HTTP_STATUS]        = {"http-status", NUMBER},
    [RAS_FAULT_HTTP_PORTAL]        = {"http-portal", NO_VALUE},
    [RAS_FAULT_HTTP_ENDLESS]       = {"http-endless", NO_VALUE},
    [RAS_FAULT_HTTP_LONG_LINE]     = {"http-long-line", NO_VALUE},
    [RAS_FAULT_HTTP_GARBAGE]       = {"http-garbage", NO_VALUE},
    [RAS_FAULT_HTTP_CONTINUE]      = {"http-continue", NO_VALUE},
    [RAS_FAULT_HTTP_NO_LENGTH]     = {"http-no-length", NO_VALUE},
    [RAS_FAULT_HTTP_LATE]          = {"http-late", NO_VALUE},
    [RAS_FAULT_HTTP_CLOSE_EARLY]   = {"http-close-early", NO_VALUE},
    [RAS_FAULT_FRAGMENT]           = {"fragment", NUMBER},
    [RAS_FAULT_SSTP_NAK]           = {"sstp-nak", NUMBER},
    [RAS_FAULT_SSTP_HASH]          = {"sstp-hash", NUMBER},
    [RAS_FAULT_SSTP_NO_ACK]        = {"sstp-no-ack", NO_VALUE},
    [RAS_FAULT_REFUSE_BINDING]     = {"refuse-binding", NO_VALUE},
    [RAS_FAULT_MUTE_ECHO]          = {"mute-echo", NO_VALUE},
    [RAS_FAULT_ECHO_STORM]         = {"echo-storm", NUMBER},
    [RAS_FAULT_DATA_EARLY]         = {"data-early", NO_VALUE},
    [RAS_FAULT_LCP_NAK]            = {"lcp-nak", NO_VALUE},
    [RAS_FAULT_LCP_LOOP]           = {"lcp-loop", NO_VALUE},
    [RAS_FAULT_LCP_OFFERS]         = {"lcp-offers", NO_VALUE},
    [RAS_FAULT_NO_AUTH]            = {"no-auth", NO_VALUE},
    [RAS_FAULT_CHAP_WRONG_PROOF]   = {"chap-wrong-proof", NO_VALUE},
    [RAS_FAULT_CHAP_NO_PROOF]      = {"chap-no-proof", NO_VALUE},
    [RAS_FAULT_CHAP_LOWER_PROOF]   = {"chap-lower-proof", NO_VALUE},
    [RAS_FAULT_CHAP_RETRY]         = {"chap-retry", NO_VALUE},
    [RAS_FAULT_CHAP_EARLY_SUCCESS] = {"chap-early-success", NO_VALUE},
    [RAS_FAULT_CHAP_LONG_FAILURE]  = {"chap-long-failure", NO_VALUE},
    [RAS_FAULT_RECHALLENGE]        = {"rechallenge", NUMBER},
    [RAS_FAULT_EAP_EARLY_SUCCESS]  = {"eap-early-success", NO_VALUE},
    [RAS_FAULT_PEAP_UNBOUND]       = {"peap-unbound", NO_VALUE},
    [RAS_FAULT_PEAP_WRONG_BINDING] = {"peap-wrong-binding", NO_VALUE},
    [RAS_FAULT_PEAP_EARLY_SUCCESS] = {"peap-early-success", NO_VALUE},
    [RAS_FAULT_IPCP_NAK]           = {"ipcp-nak", MAY_NUMBER},
    [RAS_FAULT_IPCP_ADDRESS]       = {"ipcp-address", ADDRESS},
    [RAS_FAULT_IPCP_DNS]           = {"ipcp-dns", ADDRESS},
    [RAS_FAULT_IPCP_REJECT]        = {"ipcp-reject", NO_VALUE},
    [RAS_FAULT_CCP_OFFER]          = {"ccp-offer", NO_VALUE},
    [RAS_FAULT_DHCP_MUTE]          = {"dhcp-mute", NO_VALUE},
    [RAS_FAULT_DHCP_ROUTES]        = {"dhcp-routes", NUMBER},
    [RAS_FAULT_DHCP_GARBAGE]       = {"dhcp-garbage", NO_VALUE},
    [RAS_FAULT_DHCP_LOSE]          = {"dhcp-lose", NUMBER},
    [RAS_FAULT_DHCP_DOMAIN]        = {"dhcp-domain", TEXT},
    [RAS_FAULT_NAMES_LOSE]         = {"names-lose", NUMBER},
    [RAS_FAULT_NAMES_FORGED]       = {"names-forged", NO_VALUE},
    [RAS_FAULT_NAMES_RCODE]        = {"names-rcode", NUMBER},
    [RAS_FAULT_LCP_MUTE]           = {"lcp-mute", NO_VALUE},
    [RAS_FAULT_CCP_REJECT]         = {"ccp-reject", NO_VALUE},
    [RAS_FAULT_PPPD]               = {"as-pppd", NO_VALUE},
    [RAS_FAULT_MPPE]               = {"mppe", ENCRYPTION},
    [RAS_FAULT_MPPE_ONLY]          = {"mppe-only", ENCRYPTION},
    [RAS_FAULT_PPTP_MUTE]          = {"pptp-mute", NO_VALUE},
    [RAS_FAULT_PPTP_START]         = {"pptp-start", NUMBER},
    [RAS_FAULT_PPTP_CALL]          = {"pptp-call", NUMBER},
    [RAS_FAULT_GRE_SILENT]         = {"gre-silent", NO_VALUE},
    [RAS_FAULT_GRE_LOSE]           = {"gre-lose", NUMBER},
    [RAS_FAULT_GRE_DOUBLE]         = {"gre-double", NUMBER},
    [RAS_FAULT_GRE_SWAP]           = {"gre-swap", NUMBER},
    [RAS_FAULT_GRE_WINDOW]         = {"gre-window", NUMBER},
    [RAS_FAULT_L2TP_MUTE]          = {"l2tp-mute", NO_VALUE},
    [RAS_FAULT_L2TP_STOP]          = {"l2tp-stop", NUMBER},
    [RAS_FAULT_L2TP_CALL]          = {"l2tp-call", NUMBER},
    [RAS_FAULT_L2TP_NUMBERED]      = {"l2tp-numbered", NO_VALUE},
    [RAS_FAULT_L2TP_HIDE]          = {"l2tp-hide", NO_VALUE},
    [RAS_FAULT_IKE_MUTE]           = {"ike-mute", NO_VALUE},
    [RAS_FAULT_IKE_PSK]            = {"ike-psk", NO_VALUE},
    [RAS_FAULT_IKE_PROPOSAL]       = {"ike-proposal", NO_VALUE},
    [RAS_FAULT_ESP_PROPOSAL]       = {"esp-proposal", NO_VALUE},
};

static const struct word actions[RAS_N_ACTIONS] = {
    [RAS_ACT_SILENCE]        = {"silence", NO_VALUE},
    [RAS_ACT_CLOSE]          = {"close", NO_VALUE},
    [RAS_ACT_RESET]          = {"reset", NO_VALUE},
    [RAS_ACT_ABORT]          = {"abort", MAY_NUMBER},
    [RAS_ACT_DISCONNECT]     = {"disconnect", MAY_NUMBER},
    [RAS_ACT_LCP_TERMINATE]  = {"lcp-terminate", NO_VALUE},
    [RAS_ACT_IPCP_TERMINATE] = {"ipcp-terminate", NO_VALUE},
    [RAS_ACT_LCP_FLOOD]      = {"lcp-flood", NUMBER},
    [RAS_ACT_LCP_AGAIN]      = {"lcp-again", NUMBER},
    [RAS_ACT_IPCP_AGAIN]     = {"ipcp-again", NO_VALUE},
    [RAS_ACT_RAW]            = {"raw", HEX},
    [RAS_ACT_FRAME]          = {"frame", HEX},
    [RAS_ACT_CALL_CLEAR]     = {"call-clear", NO_VALUE},
    [RAS_ACT_WAN_ERROR]      = {"wan-error", NUMBER},
    [RAS_ACT_CCP_TERMINATE]  = {"ccp-terminate", NO_VALUE},
    [RAS_ACT_CCP_RESETS]     = {"ccp-resets", NUMBER},
    [RAS_ACT_PLAIN]          = {"plain", NO_VALUE},
    [RAS_ACT_IKE_REKEY]      = {"ike-rekey", NO_VALUE},
    [RAS_ACT_IKE_DELETE]     = {"ike-delete", NO_VALUE},
    [RAS_ACT_ESP_DELETE]     = {"esp-delete", NO_VALUE},
    [RAS_ACT_L2TP_CDN]       = {"l2tp-cdn", MAY_NUMBER},
    [RAS_ACT_L2TP_STOPCCN]   = {"l2tp-stopccn", MAY_NUMBER},
};

static const struct word stages[RAS_N_STAGES] = {
    [RAS_STAGE_HTTP]     = {"http", NO_VALUE},
    [RAS_STAGE_REQUEST]  = {"request", NO_VALUE},
    [RAS_STAGE_LCP]      = {"lcp", NO_VALUE},
    [RAS_STAGE_RESPONSE] = {"response", NO_VALUE},
    [RAS_STAGE_AUTH]     = {"auth", NO_VALUE},
    [RAS_STAGE_BOUND]    = {"bound", NO_VALUE},
    [RAS_STAGE_UP]       = {"up", NO_VALUE},
};
/* clang-format on */

const char *
ras_script_fault_name(enum ras_fault fault)
{
    return faults[fault].name;
}

const char *
ras_script_action_name(enum ras_action action)
{
    return actions[action].name;
}

static bool
look_up(const struct word *table, size_t n, const char *name, unsigned *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(table[i].name, name) == 0) {
            *ret = (unsigned)i;
            return true;
        }
    }
    return false;
}

static int
hex_digit(char c)
{
    const char *all = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(all, c | 0x20) : NULL;

    return at != NULL ? (int)(at - all) : -1;
}

bool
ras_script_hex(const char *text, struct wr *ret)
{
    for (; text[0] != '\0'; text += 2) {
        const int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0)
            return false;
        wr_u8(ret, (uint8_t)(high << 4 | low));
    }
    return !ret->bad;
}

/* \n and \xNN: what a person cannot write on a line. */
static bool
unescape(char *text)
{
    char *out = text;

    for (const char *p = text; *p != '\0'; p++) {
        if (p[0] != '\\') {
            *out++ = *p;
        } else if (p[1] == 'n') {
            *out++ = '\n';
            p++;
        } else if (p[1] == 'x' && hex_digit(p[2]) >= 0 && hex_digit(p[3]) >= 0) {
            *out++ = (char)(hex_digit(p[2]) << 4 | hex_digit(p[3]));
            p += 3;
        } else {
            return false;
        }
    }
    *out = '\0';
    return true;
}

bool
ras_script_mppe(const char *text, uint32_t *ret)
{
    static const struct {
        const char *name;
        uint32_t bits;
    } words[] = {
        {"128", CCP_MPPE_128}, {"56", CCP_MPPE_56}, {"40", CCP_MPPE_40},
        {"mppc", CCP_MPPC},    {"none", 0},         {"stateless", CCP_MPPE_STATELESS},
    };

    for (*ret = 0;; text++) {
        const size_t n = strcspn(text, ",");
        bool known = false;

        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            if (strlen(words[i].name) == n && strncmp(words[i].name, text, n) == 0) {
                *ret |= words[i].bits;
                known = true;
            }
        }
        text += n;
        if (!known || *text == '\0')
            return known;
    }
}

static bool
take_value(struct ras_script_line *l, enum value value, const char **rest, bool *bad)
{
    uint8_t octets[RAS_SCRIPT_TEXT / 2];
    struct wr w = wr_over(octets, sizeof octets);
    const bool given = ras_word_next(rest, l->text, sizeof l->text, bad);

    switch (value) {
    case NO_VALUE:
        return !given;
    case MAY_NUMBER:
        return !given || ras_word_number(l->text, &l->number);
    case NUMBER:
        return given && ras_word_number(l->text, &l->number);
    case ADDRESS:
        return given && net_ip4_parse(l->text, &l->number);
    case TEXT:
        return given && unescape(l->text);
    case ENCRYPTION:
        return given && ras_script_mppe(l->text, &l->number);
    case HEX:
        return given && ras_script_hex(l->text, &w);
    }
    return false;
}

/* "STAGE [+MS] ACTION", after "at" */
static bool
take_act(struct ras_script_line *l, const char **rest, enum value *ret_value, bool *bad)
{
    char word[RAS_SCRIPT_TEXT];
    unsigned i;

    l->is_act = true;
    if (!ras_word_next(rest, word, sizeof word, bad) || !look_up(stages, RAS_N_STAGES, word, &i))
        return false;
    l->stage = i;
    if (!ras_word_next(rest, word, sizeof word, bad))
        return false;
    if (word[0] == '+' &&
        (!ras_word_number(word + 1, &l->delay_ms) || !ras_word_next(rest, word, sizeof word, bad)))
        return false;
    if (!look_up(actions, RAS_N_ACTIONS, word, &i))
        return false;
    l->action = i;
    *ret_value = actions[i].value;
    return true;
}

bool
ras_script_add_line(struct ras_script *s, const char *line, const char **ret_why)
{
    struct ras_script_line l = {0};
    char word[RAS_SCRIPT_TEXT];
    enum value value = NO_VALUE;
    unsigned i;
    bool bad = false;

    *ret_why = "a word is too long, or a quote is not closed";
    if (!ras_word_next(&line, word, sizeof word, &bad))
        return !bad;
    *ret_why = "\"call\" needs a number and what follows";
    if (strcmp(word, "call") == 0 &&
        (!ras_word_next(&line, word, sizeof word, &bad) || !ras_word_number(word, &l.call) ||
         !ras_word_next(&line, word, sizeof word, &bad)))
        return false;

    if (strcmp(word, "at") == 0) {
        *ret_why = "\"at\" needs a known stage and a known action";
        if (!take_act(&l, &line, &value, &bad))
            return false;
    } else {
        *ret_why = "unknown fault";
        if (!look_up(faults, RAS_N_FAULTS, word, &i))
            return false;
        l.fault = i;
        value = faults[i].value;
    }
    *ret_why = "the value is missing, not wanted, or not of the right kind";
    if (!take_value(&l, value, &line, &bad) || bad || ras_word_next(&line, word, sizeof word, &bad))
        return false;
    *ret_why = "too many lines";
    if (s->n == RAS_SCRIPT_MAX)
        return false;
    s->v[s->n++] = l;
    return true;
}

const struct ras_script_line *
ras_script_fault(const struct ras_script *s, enum ras_fault fault, uint32_t call)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct ras_script_line *l = &s->v[i];
        if (!l->is_act && l->fault == fault && (l->call == 0 || l->call == call))
            return l;
    }
    return NULL;
}
