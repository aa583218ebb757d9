/*
 * ras-script.h - how the practice server misbehaves when it is told to.
 *
 * A script is a list of lines; `#` starts a comment. Two kinds:
 *     FAULT [VALUE]                    a habit, for the whole call        chap-wrong-proof
 *     at STAGE [+MS] ACTION [VALUE]    one act, when a call gets there    at up +500 lcp-terminate
 * and either may begin with `call N`, to apply to the Nth call only. On a command line each --fault
 * is one such line. ras-script.c has the table of the words.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum ras_fault {
    RAS_FAULT_HTTP_STATUS,  /* 302, 401, 407, 503: with a page, a Location, a challenge */
    RAS_FAULT_HTTP_PORTAL,  /* 200 and a page of HTML */
    RAS_FAULT_HTTP_ENDLESS, /* headers for ever */
    RAS_FAULT_HTTP_LONG_LINE,
    RAS_FAULT_HTTP_GARBAGE,
    RAS_FAULT_HTTP_CONTINUE, /* 100 Continue before the 200 */
    RAS_FAULT_HTTP_NO_LENGTH,
    RAS_FAULT_HTTP_LATE, /* the 200 waits for the Call-Connect-Request: they leave glued together */
    RAS_FAULT_HTTP_CLOSE_EARLY, /* closes when the Call-Connect-Request comes with the POST */
    RAS_FAULT_FRAGMENT,         /* every write is VALUE octets, a TLS record each */
    RAS_FAULT_SSTP_NAK,         /* VALUE Naks before the Ack */
    RAS_FAULT_SSTP_HASH,        /* VALUE is the bitmask it offers, however wrong */
    RAS_FAULT_SSTP_NO_ACK,
    RAS_FAULT_REFUSE_BINDING, /* closes after CALL_CONNECTED, whatever it says */
    RAS_FAULT_MUTE_ECHO,      /* neither answers nor asks, of both kinds of echo */
    RAS_FAULT_ECHO_STORM,     /* VALUE echo requests at once, of both kinds */
    RAS_FAULT_DATA_EARLY,     /* IP packets before CALL_CONNECTED */
    RAS_FAULT_LCP_NAK,        /* endless Naks of the MRU */
    RAS_FAULT_LCP_LOOP,       /* sends LCP back as it came */
    RAS_FAULT_LCP_OFFERS,     /* asks for a callback and multilink too, as RRAS does */
    RAS_FAULT_NO_AUTH,        /* asks for none */
    RAS_FAULT_CHAP_WRONG_PROOF,
    RAS_FAULT_CHAP_NO_PROOF,
    RAS_FAULT_CHAP_LOWER_PROOF,
    RAS_FAULT_CHAP_RETRY,         /* E=691 R=1 for ever */
    RAS_FAULT_CHAP_EARLY_SUCCESS, /* before any response */
    RAS_FAULT_CHAP_LONG_FAILURE,  /* a failure text as long as a frame, with escapes */
    RAS_FAULT_RECHALLENGE,        /* every VALUE ms while connected, under a new name */
    RAS_FAULT_EAP_EARLY_SUCCESS,
    RAS_FAULT_PEAP_UNBOUND,
    RAS_FAULT_PEAP_WRONG_BINDING,
    RAS_FAULT_PEAP_EARLY_SUCCESS,
    RAS_FAULT_IPCP_NAK,     /* VALUE Naks, or endless ones, a new address each time */
    RAS_FAULT_IPCP_ADDRESS, /* VALUE is the address it gives */
    RAS_FAULT_IPCP_DNS,
    RAS_FAULT_IPCP_REJECT, /* Protocol-Reject of IPCP */
    RAS_FAULT_CCP_OFFER,   /* asks for MPPE and MPPC with every bit */
    RAS_FAULT_DHCP_MUTE,
    RAS_FAULT_DHCP_ROUTES, /* VALUE routes, as far as a frame holds them */
    RAS_FAULT_DHCP_GARBAGE,
    RAS_FAULT_DHCP_LOSE,    /* as many questions of a call are not heard */
    RAS_FAULT_DHCP_DOMAIN,  /* VALUE is the domain, with \n and \x1b as escapes */
    RAS_FAULT_NAMES_LOSE,   /* as many questions of a call to DNS and WINS are not heard, */
    RAS_FAULT_NAMES_FORGED, /* or answered from another address than was asked */
    RAS_FAULT_NAMES_RCODE,  /* VALUE is what both answer to a name */
    RAS_FAULT_LCP_MUTE,     /* neither says nor takes a word of LCP */
    RAS_FAULT_CCP_REJECT,   /* Protocol-Reject of CCP */
    RAS_FAULT_PPPD,         /* as pppd where it wants MPPE: it ends the call when CCP leaves Opened,
                               answers a Reset-Request only there, and has no addresses before */
    RAS_FAULT_MPPE,         /* VALUE: of 128,56,40,mppc: what it can; none: nothing */
    RAS_FAULT_MPPE_ONLY,    /* VALUE: the same and "stateless": that, and nothing else */
    RAS_FAULT_PPTP_MUTE,    /* no Start-Control-Connection-Reply */
    RAS_FAULT_PPTP_START,   /* VALUE is the result in Start-Control-Connection-Reply */
    RAS_FAULT_PPTP_CALL,    /* VALUE is the result in Outgoing-Call-Reply */
    RAS_FAULT_GRE_SILENT,   /* neither sends nor takes GRE */
    RAS_FAULT_GRE_LOSE,     /* VALUE of a thousand GRE packets to the client are lost, */
    RAS_FAULT_GRE_DOUBLE,   /* sent twice, */
    RAS_FAULT_GRE_SWAP,     /* or after the next one */
    RAS_FAULT_GRE_WINDOW,   /* as mpd: drops what would be more than VALUE unacknowledged packets */
    RAS_FAULT_L2TP_MUTE,    /* takes no word of L2TP */
    RAS_FAULT_L2TP_STOP,    /* VALUE is the result in StopCCN, instead of SCCRP */
    RAS_FAULT_L2TP_CALL,    /* VALUE is the result in CDN, instead of ICRP */
    RAS_FAULT_L2TP_NUMBERED, /* data has sequence numbers */
    RAS_FAULT_L2TP_HIDE,     /* hides what may be hidden: with a secret only */
    RAS_FAULT_IKE_MUTE,      /* takes no word of IKE nor of ESP */
    RAS_FAULT_IKE_PSK,       /* has another key */
    RAS_FAULT_IKE_PROPOSAL,  /* wants in phase 1 what nobody offers */
    RAS_FAULT_ESP_PROPOSAL,  /* the same in phase 2 */
    RAS_N_FAULTS,
};

enum ras_stage {
    RAS_STAGE_HTTP,     /* the whole request is here */
    RAS_STAGE_REQUEST,  /* CALL_CONNECT_REQUEST is here, the Ack not yet sent */
    RAS_STAGE_LCP,      /* LCP is open */
    RAS_STAGE_RESPONSE, /* the client's answer to the challenge is here */
    RAS_STAGE_AUTH,     /* the client is authenticated and has been told */
    RAS_STAGE_BOUND,    /* CALL_CONNECTED is here and right */
    RAS_STAGE_UP,       /* IPCP is open */
    RAS_N_STAGES,
};

enum ras_action {
    RAS_ACT_SILENCE, /* read on, say nothing more */
    RAS_ACT_CLOSE,
    RAS_ACT_RESET,
    RAS_ACT_ABORT, /* SSTP abort, VALUE is the status */
    RAS_ACT_DISCONNECT,
    RAS_ACT_LCP_TERMINATE,
    RAS_ACT_IPCP_TERMINATE,
    RAS_ACT_LCP_FLOOD,     /* VALUE Configure-Requests, all new */
    RAS_ACT_LCP_AGAIN,     /* renegotiates VALUE times, one after the other */
    RAS_ACT_IPCP_AGAIN,    /* a new address */
    RAS_ACT_RAW,           /* VALUE is hex, into the stream */
    RAS_ACT_FRAME,         /* VALUE is hex, as a PPP frame */
    RAS_ACT_CALL_CLEAR,    /* PPTP's Call-Clear-Request, from the server */
    RAS_ACT_WAN_ERROR,     /* PPTP's WAN-Error-Notify with VALUE errors of each kind */
    RAS_ACT_CCP_TERMINATE, /* encryption is taken back */
    RAS_ACT_CCP_RESETS,    /* VALUE Reset-Requests at once */
    RAS_ACT_PLAIN,         /* an IP packet in the clear, whatever was agreed */
    RAS_ACT_IKE_REKEY,     /* a new pair of associations, from the server */
    RAS_ACT_IKE_DELETE,    /* phase 1 alone */
    RAS_ACT_ESP_DELETE,    /* the pair of associations alone */
    RAS_ACT_L2TP_CDN,      /* the call alone, VALUE is the result */
    RAS_ACT_L2TP_STOPCCN,  /* the tunnel alone, the same */
    RAS_N_ACTIONS,
};

enum { RAS_SCRIPT_MAX = 16, RAS_SCRIPT_TEXT = 256 };

struct ras_script {
    size_t n;
    struct ras_script_line {
        bool is_act;
        uint32_t call;        /* 0: every one */
        enum ras_fault fault; /* when not is_act */
        enum ras_stage stage; /* when is_act */
        enum ras_action action;
        uint32_t delay_ms;
        uint32_t number; /* VALUE as a number or an address, 0 when there is none */
        char text[RAS_SCRIPT_TEXT];
    } v[RAS_SCRIPT_MAX];
};

/* False: not a line of a script, or one too many; *ret_why is a static text. */
bool ras_script_add_line(struct ras_script *s, const char *line, const char **ret_why);
/* The line that gives @fault to @call, or NULL. */
const struct ras_script_line *ras_script_fault(const struct ras_script *s, enum ras_fault fault,
                                               uint32_t call);
/* Appends the octets that @text names; false: not hex, or no room. */
bool ras_script_hex(const char *text, struct wr *ret);
/* "128,40,mppc" as CCP_MPPE_* bits; false: an unknown word. */
bool ras_script_mppe(const char *text, uint32_t *ret);
const char *ras_script_fault_name(enum ras_fault fault);
const char *ras_script_action_name(enum ras_action action);
