/*
 * eap-peer.c - the client's EAP alone, for a server of EAP that somebody else wrote: packets as
 * hexadecimal lines, requests in, responses out. eap-radius carries them.
 *
 *     eap-peer METHOD CA CERT KEY NAMES USER PASSWORD [IDENTITY [unbound]]
 *
 * METHOD: eap-tls, peap; CA, CERT and KEY: files. Prints "eap HEX" for each response, and in the
 * end "proved MPPE-SEND MPPE-RECV" or "ended NUMBER TEXT".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "eap-trust.h"
#include "ppp-auth.h"

enum { FILE_MOST = 64 * 1024, METHOD = 1, CA, CERT, KEY, NAMES, USER, PASSWORD, IDENTITY, UNBOUND };

static void
fill(void *ctx, void *out, size_t n)
{
    (void)ctx;
    if (getrandom(out, n, 0) != (ssize_t)n)
        abort();
}

static uint8_t *
read_file(const char *path, uint32_t *ret_n)
{
    uint8_t *p = malloc(FILE_MOST);
    FILE *f = fopen(path, "re");

    if (f == NULL || p == NULL) {
        perror(path);
        exit(2);
    }
    *ret_n = (uint32_t)fread(p, 1, FILE_MOST, f);
    fclose(f);
    return p;
}

static void
print_hex(const char *what, const uint8_t *p, size_t n)
{
    printf("%s ", what);
    for (size_t i = 0; i < n; i++)
        printf("%02x", p[i]);
}

static bool
next_line(uint8_t *out, size_t *ret_n)
{
    static char line[8192];
    size_t n = 0;
    unsigned octet;

    if (fgets(line, sizeof line, stdin) == NULL)
        return false;
    while (sscanf(line + 2 * n, "%2x", &octet) == 1)
        out[n++] = (uint8_t)octet;
    *ret_n = n;
    return true;
}

static void
set_plan(struct dial_plan *plan, struct credentials *c, int argc, char **argv)
{
    uint32_t n;
    uint8_t *key = read_file(argv[KEY], &n);

    dial_plan_init(plan);
    plan->auth = strcmp(argv[METHOD], "peap") == 0 ? PLAN_AUTH_PEAP : PLAN_AUTH_EAP_TLS;
    plan->ca = read_file(argv[CA], &plan->ca_len);
    plan->cert = read_file(argv[CERT], &plan->cert_len);
    plan_key_set(&c->key, rd_over(key, n));
    free(key);
    snprintf(plan->eap.names, sizeof plan->eap.names, "%s", argv[NAMES]);
    if (argc > IDENTITY)
        snprintf(plan->eap.identity, sizeof plan->eap.identity, "%s", argv[IDENTITY]);
    plan->eap.unbound = argc > UNBOUND;
}

static void
converse(struct ppp_auth *a, struct ppp_queue *q)
{
    uint8_t packet[4096], type;
    size_t n;
    struct rd data;

    while (a->state == PPP_AUTH_RUNNING && next_line(packet, &n)) {
        ppp_auth_input(a, 1, 0xc227, rd_over(packet, n));
        if (a->state == PPP_AUTH_ASKING)
            ppp_auth_credentials(a, 1, NULL);
        while (ppp_queue_next(q, &type, &data))
            if (type == 0) {
                print_hex("eap", data.p + 4, data.left - 4);
                printf("\n");
            }
        if (a->state == PPP_AUTH_RUNNING)
            printf("next\n");
        fflush(stdout);
    }
}

int
main(int argc, char **argv)
{
    static const struct rng rng = {.fill = fill};
    static struct ppp_queue q;
    static struct ppp_auth a;
    struct dial_plan plan;
    struct credentials c = {0};
    struct ppp_credentials who = {0};
    struct ras_end why = {0};
    uint8_t msk[64];

    if (argc <= PASSWORD)
        return 2;
    set_plan(&plan, &c, argc, argv);
    struct eap_trust *trust = eap_trust_new(&plan, &c, "vpn.example.test", &why);
    if (trust == NULL) {
        printf("ended %u %s\n", why.error, why.detail);
        return 1;
    }
    secret_set_text(&c.password, argv[PASSWORD]);
    ppp_credentials_set(&who, argv[USER], NULL, &c.password, NULL);
    ppp_auth_init(&a, &rng, &q);
    a.eap_allowed = plan.auth;
    a.eap_side = &trust->side;
    ppp_auth_credentials(&a, 1, &who);
    ppp_auth_start(&a, 1, PPP_AUTH_EAP_MSCHAPV2);
    converse(&a, &q);
    if (a.state == PPP_AUTH_PROVED && eap_msk(&a.eap, msk)) {
        print_hex("proved", msk, 32);
        print_hex("", msk + 32, 32);
        printf("\n");
    } else {
        printf("ended %u %s\n", a.end.error, a.end.detail);
    }
    ppp_auth_wipe(&a);
    eap_trust_free(trust);
    credentials_wipe(&c);
    dial_plan_clear(&plan);
    return 0;
}
