/* tls-verify.c - see tls-verify.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls-verify.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

/* What is wrong with a chain, in the order of what a person should hear first. */
static const struct fault {
    int x509;
    enum ras_error error;
} faults[] = {
    {X509_V_ERR_CERT_REVOKED, RAS_CERT_E_REVOKED},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, RAS_CERT_E_UNTRUSTEDROOT},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, RAS_CERT_E_UNTRUSTEDROOT},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, RAS_CERT_E_UNTRUSTEDROOT},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, RAS_CERT_E_UNTRUSTEDROOT},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, RAS_CERT_E_UNTRUSTEDROOT},
    {X509_V_ERR_CERT_UNTRUSTED, RAS_CERT_E_UNTRUSTEDROOT},
    {X509_V_ERR_CERT_REJECTED, RAS_CERT_E_UNTRUSTEDROOT},
    {X509_V_ERR_CERT_HAS_EXPIRED, RAS_CERT_E_EXPIRED},
    {X509_V_ERR_CERT_NOT_YET_VALID, RAS_CERT_E_EXPIRED},
    {X509_V_ERR_HOSTNAME_MISMATCH, RAS_CERT_E_CN_NO_MATCH},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, RAS_CERT_E_CN_NO_MATCH},
    {X509_V_ERR_INVALID_PURPOSE, RAS_CERT_E_WRONG_USAGE},
};

/* The number of rows that outrank whatever is not in the table: a chain that does not hold is worse
 * than a date, a name or a usage. */
enum { FAULTS_BEFORE_CHAIN = 8 };

static size_t
rank(int x509)
{
    size_t i = 0;

    while (i < sizeof faults / sizeof *faults && faults[i].x509 != x509)
        i++;
    if (i == sizeof faults / sizeof *faults)
        return FAULTS_BEFORE_CHAIN;
    return i < FAULTS_BEFORE_CHAIN ? i : i + 1;
}

static enum ras_error
fault_error(size_t at)
{
    if (at == FAULTS_BEFORE_CHAIN)
        return RAS_CERT_E_CHAINING;
    return faults[at < FAULTS_BEFORE_CHAIN ? at : at - 1].error;
}

/* ---- the authorities ---- */

static bool
load_directory(X509_STORE *store, const char *path)
{
    DIR *dir = opendir(path);
    bool any = false;

    if (dir == NULL)
        return false;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        char file[512];

        if (e->d_name[0] == '.' ||
            (size_t)snprintf(file, sizeof file, "%s/%s", path, e->d_name) >= sizeof file)
            continue;
        any |= X509_STORE_load_file(store, file) == 1;
    }
    closedir(dir);
    return any;
}

static bool
load_system(X509_STORE *store)
{
    static const char *const bundles[] = {
        "/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch */
        "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora */
        "/etc/ssl/ca-bundle.pem",             /* openSUSE */
    };
    bool any = X509_STORE_load_file(store, X509_get_default_cert_file()) == 1;

    for (size_t i = 0; !any && i < sizeof bundles / sizeof *bundles; i++)
        any = X509_STORE_load_file(store, bundles[i]) == 1;
    /* Hash links are of no use behind the sandbox: all of them are read now. */
    return any || load_directory(store, X509_get_default_cert_dir());
}

/* Certificates, and revocation lists if there are any: then the leaf is checked against them. */
static bool
load_pem(X509_STORE *store, const uint8_t *pem, size_t n)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)n);
    STACK_OF(X509_INFO) *all = bio == NULL ? NULL : PEM_X509_INFO_read_bio(bio, NULL, NULL, NULL);
    size_t certificates = 0;

    for (int i = 0; i < sk_X509_INFO_num(all); i++) {
        const X509_INFO *info = sk_X509_INFO_value(all, i);
        if (info->x509 != NULL)
            certificates += X509_STORE_add_cert(store, info->x509) == 1;
        if (info->crl != NULL && X509_STORE_add_crl(store, info->crl) == 1)
            X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
    }
    sk_X509_INFO_pop_free(all, X509_INFO_free);
    BIO_free(bio);
    return certificates > 0;
}

static bool
is_address(const char *text)
{
    struct in6_addr any;

    return inet_pton(AF_INET, text, &any) == 1 || inet_pton(AF_INET6, text, &any) == 1;
}

static bool
load_authorities(struct tls_verify *v, const struct dial_plan *plan)
{
    v->is_address = is_address(v->name);
    if (v->pinned)
        return true;
    v->store = X509_STORE_new();
    if (v->store == NULL) {
        ras_end_set(&v->end, RAS_RASMAN_CANNOT_INITIALIZE, "no memory for the authorities");
        return false;
    }
    if (plan->ca_len > 0 && !load_pem(v->store, plan->ca, plan->ca_len)) {
        ras_end_set(&v->end, RAS_BAD_PROFILE, "the profile's authorities hold no certificate");
        return false;
    }
    if (plan->ca_len == 0 && !load_system(v->store)) {
        ras_end_set(&v->end, RAS_CERT_E_UNTRUSTEDROOT, "this computer has no trusted authorities");
        return false;
    }
    ERR_clear_error();
    return true;
}

bool
tls_verify_init(struct tls_verify *v, const struct dial_plan *plan, const char *host)
{
    *v = (struct tls_verify){.pinned = plan->pin_set};
    memcpy(v->pin, plan->pin, sizeof v->pin);
    snprintf(v->name, sizeof v->name, "%s", plan->tls_name[0] != '\0' ? plan->tls_name : host);
    return load_authorities(v, plan);
}

/* Who trusts every authority of the world has to know a name: else any certificate of anybody's
 * would do. */
bool
tls_verify_init_eap(struct tls_verify *v, const struct dial_plan *plan, const char *host)
{
    const struct plan_eap *e = &plan->eap;
    const bool chosen = plan->ca_len > 0 || e->roots[0] != '\0';

    *v = (struct tls_verify){.pinned = e->pin_set};
    memcpy(v->pin, e->pin, sizeof v->pin);
    snprintf(v->name, sizeof v->name, "%s", e->names[0] != '\0' || chosen ? e->names : host);
    snprintf(v->roots, sizeof v->roots, "%s", e->roots);
    return load_authorities(v, plan);
}

void
tls_verify_clear(struct tls_verify *v)
{
    X509_STORE_free(v->store);
    v->store = NULL;
}

/* ---- the chain ---- */

static void
name_text(const X509_NAME *name, int nid, char *out, size_t cap)
{
    const int at = name == NULL ? -1 : X509_NAME_get_index_by_NID(name, nid, -1);
    unsigned char *utf8 = NULL;

    out[0] = '\0';
    if (at < 0)
        return;
    const int n =
        ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (n > 0)
        ras_printable(out, cap, utf8, (size_t)n);
    OPENSSL_free(utf8);
}

/* The common name, else the organization: something a person can recognise. */
static void
people_text(const X509_NAME *name, char *out, size_t cap)
{
    name_text(name, NID_commonName, out, cap);
    if (out[0] == '\0')
        name_text(name, NID_organizationName, out, cap);
}

static void
note_leaf(struct tls_verify *v, const X509 *leaf)
{
    unsigned n = sizeof v->leaf_sha256;

    X509_digest(leaf, EVP_sha256(), v->leaf_sha256, &n);
    n = sizeof v->leaf_sha1;
    X509_digest(leaf, EVP_sha1(), v->leaf_sha1, &n);
    people_text(X509_get_subject_name(leaf), v->subject, sizeof v->subject);
    people_text(X509_get_issuer_name(leaf), v->issuer, sizeof v->issuer);

    struct tm end = {0};
    v->until = ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &end) == 1 ? timegm(&end) : 0;
}

/* Notes every error and goes on, so that the one that matters most can be reported. */
static int
on_error(int good, X509_STORE_CTX *chain)
{
    size_t *worst = X509_STORE_CTX_get_app_data(chain);
    const size_t at = rank(X509_STORE_CTX_get_error(chain));

    if (!good && at < worst[0]) {
        worst[0] = at;
        worst[1] = (size_t)X509_STORE_CTX_get_error(chain);
    }
    return 1;
}

static void
set_chain_end(struct tls_verify *v, size_t at, int x509)
{
    ras_end_set(&v->end, fault_error(at), "%s (certificate \"%.32s\" of issuer \"%.39s\")",
                X509_verify_cert_error_string(x509), v->subject, v->issuer);
}

static bool
check_pin(struct tls_verify *v)
{
    if (secret_equal(v->pin, v->leaf_sha256, sizeof v->pin))
        return true;
    ras_end_set(&v->end, RAS_CERT_E_PINNED_MISMATCH,
                "certificate \"%.32s\" starts with SHA-256 %02x%02x%02x%02x, accepted was "
                "%02x%02x%02x%02x",
                v->subject, v->leaf_sha256[0], v->leaf_sha256[1], v->leaf_sha256[2],
                v->leaf_sha256[3], v->pin[0], v->pin[1], v->pin[2], v->pin[3]);
    return false;
}

/* One of them. libcrypto writes as ".example.com" what people write as "*.example.com". */
static bool
expect_names(const struct tls_verify *v, X509_VERIFY_PARAM *param)
{
    const char *list = v->name;
    char name[PLAN_MAX_TEXT];
    bool good = true;

    while (plan_eap_next(&list, name))
        good = X509_VERIFY_PARAM_add1_host(param, strncmp(name, "*.", 2) == 0 ? name + 1 : name,
                                           0) == 1 &&
               good;
    return good;
}

static void
hex_text(const uint8_t *octets, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", octets[i]);
}

/* Is the chain's last certificate one of those that are named? */
static bool
root_expected(struct tls_verify *v, X509_STORE_CTX *ctx)
{
    const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
    const X509 *root = sk_X509_value(chain, sk_X509_num(chain) - 1);
    const char *list = v->roots;
    char want[PLAN_MAX_TEXT], sha1[41] = "", sha256[65] = "";
    uint8_t digest[32];
    unsigned n = sizeof digest;

    if (*list == '\0')
        return true;
    if (root != NULL && X509_digest(root, EVP_sha1(), digest, &n) == 1)
        hex_text(digest, n, sha1);
    n = sizeof digest;
    if (root != NULL && X509_digest(root, EVP_sha256(), digest, &n) == 1)
        hex_text(digest, n, sha256);
    while (plan_eap_next(&list, want))
        if (strcasecmp(want, sha1) == 0 || strcasecmp(want, sha256) == 0)
            return true;
    ras_end_set(
        &v->end, RAS_CERT_E_UNTRUSTEDROOT,
        "certificate \"%.32s\" leads to the authority with SHA-1 %s, which the profile does "
        "not name",
        v->subject, sha1);
    return false;
}

static bool
set_expectations(const struct tls_verify *v, X509_STORE_CTX *chain)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(chain);

    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                               X509_CHECK_FLAG_SINGLE_LABEL_SUBDOMAINS |
                                               X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER) != 1)
        return false;
    return v->is_address ? X509_VERIFY_PARAM_set1_ip_asc(param, v->name) == 1
                         : expect_names(v, param);
}

int
tls_verify_chain(X509_STORE_CTX *chain, void *arg)
{
    struct tls_verify *v = arg;
    const X509 *leaf = X509_STORE_CTX_get0_cert(chain);
    size_t worst[2] = {SIZE_MAX, X509_V_OK};

    v->end = (struct ras_end){0};
    if (leaf == NULL) {
        ras_end_set(&v->end, RAS_CERT_E_CHAINING, "the server sent no certificate");
        return 0;
    }
    note_leaf(v, leaf);
    if (v->pinned) {
        const bool same = check_pin(v);
        X509_STORE_CTX_set_error(chain, same ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
        return same;
    }

    X509_STORE_CTX_set_app_data(chain, worst);
    X509_STORE_CTX_set_verify_cb(chain, on_error);
    const bool ran = set_expectations(v, chain) && X509_verify_cert(chain) == 1;
    if (!ran && worst[0] == SIZE_MAX) {
        worst[0] = FAULTS_BEFORE_CHAIN;
        worst[1] = X509_V_ERR_UNSPECIFIED;
    }
    X509_STORE_CTX_set_error(chain, (int)worst[1]);
    if (worst[0] == SIZE_MAX && root_expected(v, chain))
        return 1;
    if (worst[0] == SIZE_MAX) {
        X509_STORE_CTX_set_error(chain, X509_V_ERR_CERT_UNTRUSTED);
        return 0;
    }
    set_chain_end(v, worst[0], (int)worst[1]);
    return 0;
}

/* ---- the staple ---- */

bool
tls_verify_staple(struct tls_verify *v, const uint8_t *der, size_t n, STACK_OF(X509) * chain)
{
    const unsigned char *at = der;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)n);
    OCSP_BASICRESP *basic = response == NULL ? NULL : OCSP_response_get1_basic(response);
    OCSP_CERTID *id = NULL;
    int status = V_OCSP_CERTSTATUS_UNKNOWN, reason;
    ASN1_GENERALIZEDTIME *revoked, *since, *until;

    if (basic != NULL && sk_X509_num(chain) > 1)
        id = OCSP_cert_to_id(EVP_sha1(), sk_X509_value(chain, 0), sk_X509_value(chain, 1));
    const bool signed_well =
        id != NULL && v->store != NULL && OCSP_basic_verify(basic, chain, v->store, 0) == 1;
    /* An old "good" is ignored like no answer; an old "revoked" still is one. */
    if (signed_well &&
        OCSP_resp_find_status(basic, id, &status, &reason, &revoked, &since, &until) == 1 &&
        status == V_OCSP_CERTSTATUS_REVOKED)
        ras_end_set(&v->end, RAS_CERT_E_REVOKED, "revoked, says the server's own OCSP answer (%s)",
                    OCSP_crl_reason_str(reason));
    OCSP_CERTID_free(id);
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
    ERR_clear_error();
    return v->end.error == RAS_OK;
}
