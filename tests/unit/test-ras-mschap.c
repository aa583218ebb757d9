/* test-ras-mschap.c - the practice server judges changes of password: each part of the packet that
 * proves something is proved to matter. SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "mschap.h"
#include "ras-mschap.h"

enum { BODY = 516 + 16 + 16 + 8 + 24 + 2, SEALED = 0, OLD_HASH = 516, PEER = 532, NT = 556 };

static const char old_password[] = "secret", new_password[] = "another secret";

struct fixture {
    struct ras_config config;
    struct ras_users users;
    struct rng rng;
    struct ras_env env;
    struct ras_mschap m;
    struct ras_mschap_verdict verdict;
    uint8_t body[BODY];
};

static void
fill_sevens(void *ctx, void *out, size_t n)
{
    (void)ctx;
    memset(out, 7, n);
}

static struct rd
text(const char *s)
{
    return rd_over(s, strlen(s));
}

static void
answer(const uint8_t challenge[static 16], const char *password, const uint8_t *peer, uint8_t *nt)
{
    uint8_t hash[16];

    g_assert_true(mschap_nt_hash(text(password), hash));
    mschap_nt_response(challenge, peer, text("erin"), hash, nt);
}

/* A first Response with the old password: 648, and the packet that a client would change it with.
 */
static struct fixture *
fixture_new(void)
{
    struct fixture *f = g_new0(struct fixture, 1);
    uint8_t value[49] = {0}, filler[512];
    const char *why;

    ras_config_init(&f->config);
    f->config.users = &f->users;
    g_assert_true(ras_users_add_line(&f->users, "erin secret expired minlength=8", &why));
    f->rng.fill = fill_sevens;
    f->env = (struct ras_env){.config = &f->config, .rng = &f->rng, .call = 1};
    ras_mschap_begin(&f->m, &f->env);
    answer(f->m.challenge, old_password, value, value + 24);
    g_assert_true(ras_mschap_response(&f->m, &f->env, rd_over(value, sizeof value), text("erin"),
                                      &f->verdict));
    g_assert_cmpuint(f->verdict.error, ==, 648);
    g_assert_true(f->verdict.again);

    memset(filler, 1, sizeof filler);
    g_assert_true(mschap_encrypted_password(text(new_password), text(old_password), filler,
                                            f->body + SEALED));
    g_assert_true(
        mschap_encrypted_hash(text(new_password), text(old_password), f->body + OLD_HASH));
    answer(f->m.challenge, new_password, f->body + PEER, f->body + NT);
    return f;
}

static bool
change(struct fixture *f, size_t n)
{
    return ras_mschap_change(&f->m, &f->env, rd_over(f->body, n), "erin", &f->verdict);
}

static void
test_changed(void)
{
    struct fixture *f = fixture_new();

    g_assert_true(change(f, BODY));
    g_assert_true(f->verdict.success && f->verdict.changed);
    g_assert_cmpmem(f->users.v[0].password.data, f->users.v[0].password.len, new_password,
                    strlen(new_password));
    g_free(f);
}

static void
test_every_proof_counts(void)
{
    static const size_t at[] = {SEALED + 500, SEALED + 512, OLD_HASH, OLD_HASH + 15,
                                PEER,         NT,           NT + 23};

    for (size_t i = 0; i < G_N_ELEMENTS(at); i++) {
        struct fixture *f = fixture_new();

        f->body[at[i]] ^= 0x40;
        g_assert_true(change(f, BODY));
        g_test_message("octet %zu", at[i]);
        g_assert_false(f->verdict.success);
        g_assert_cmpuint(f->verdict.error, ==, 691);
        g_assert_cmpmem(f->users.v[0].password.data, f->users.v[0].password.len, old_password,
                        strlen(old_password));
        g_free(f);
    }
}

static void
test_malformed_or_untimely(void)
{
    struct fixture *f = fixture_new();

    for (size_t n = 0; n < BODY; n++)
        g_assert_false(change(f, n));
    f->m.may_change = false; /* nobody said 648 */
    g_assert_false(change(f, BODY));
    g_free(f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ras/mschap/changed", test_changed);
    g_test_add_func("/ras/mschap/every-proof-counts", test_every_proof_counts);
    g_test_add_func("/ras/mschap/malformed-or-untimely", test_malformed_or_untimely);
    return g_test_run();
}
