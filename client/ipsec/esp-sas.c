/* esp-sas.c - see esp-sas.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp-sas.h"

static void
drop(struct esp_sas *s, size_t at)
{
    if (s->out == s->pairs[at].out)
        s->out = NULL;
    esp_in_free(s->pairs[at].in);
    esp_out_free(s->pairs[at].out);
    s->pairs[at] = (struct esp_pair){0};
}

void
esp_sas_clear(struct esp_sas *s)
{
    for (size_t i = 0; i < ESP_SAS_IN; i++)
        drop(s, i);
    explicit_bzero(s, sizeof *s);
}

static struct esp_pair *
find(struct esp_sas *s, uint32_t spi)
{
    for (size_t i = 0; i < ESP_SAS_IN; i++) {
        if (s->pairs[i].in != NULL && esp_in_spi(s->pairs[i].in) == spi)
            return &s->pairs[i];
    }
    return NULL;
}

bool
esp_sas_accept(struct esp_sas *s, const struct esp_keys *in)
{
    size_t last = ESP_SAS_IN - 1;

    if (find(s, in->spi) != NULL) /* a second time: what it has seen stays seen */
        return true;

    struct esp_in *const new_in = esp_in_new(in);
    if (new_in == NULL)
        return false;
    if (s->out != NULL && s->out == s->pairs[last].out)
        last--;
    drop(s, last);
    memmove(&s->pairs[1], &s->pairs[0], last * sizeof s->pairs[0]);
    s->pairs[0] = (struct esp_pair){.in = new_in};
    return true;
}

bool
esp_sas_prepare(struct esp_sas *s, const struct esp_keys *in, const struct esp_keys *out,
                const struct rng *rng)
{
    struct esp_pair *const pair = find(s, in->spi);

    if (pair != NULL && pair->out != NULL)
        return true;
    CLEANUP(esp_out_free) struct esp_out *new_out = esp_out_new(out, rng);

    if (new_out == NULL || !esp_sas_accept(s, in))
        return false;
    find(s, in->spi)->out = TAKE(new_out);
    return true;
}

bool
esp_sas_add(struct esp_sas *s, const struct esp_keys *in, const struct esp_keys *out,
            const struct rng *rng)
{
    if (!esp_sas_prepare(s, in, out, rng))
        return false;
    s->out = find(s, in->spi)->out;
    s->suite = out->suite;
    return true;
}

void
esp_sas_remove(struct esp_sas *s, uint32_t spi_in)
{
    struct esp_pair *const pair = find(s, spi_in);

    if (pair == NULL)
        return;
    const size_t at = (size_t)(pair - s->pairs);

    drop(s, at);
    memmove(pair, pair + 1, (ESP_SAS_IN - 1 - at) * sizeof *pair);
    s->pairs[ESP_SAS_IN - 1] = (struct esp_pair){0};
}

bool
esp_sas_ready(const struct esp_sas *s)
{
    return s->out != NULL;
}

bool
esp_sas_near_end(const struct esp_sas *s)
{
    return s->out != NULL && esp_out_near_end(s->out);
}

size_t
esp_sas_seal(struct esp_sas *s, struct esp_packet *packets, size_t n)
{
    return s->out == NULL ? 0 : esp_seal(s->out, packets, n);
}

size_t
esp_sas_seal_with(struct esp_sas *s, uint32_t spi_in, struct esp_packet *packets, size_t n)
{
    const struct esp_pair *const pair = find(s, spi_in);

    return pair == NULL || pair->out == NULL ? 0 : esp_seal(pair->out, packets, n);
}

bool
esp_sas_sends_with(const struct esp_sas *s, uint32_t spi_in)
{
    const struct esp_pair *const pair = find((struct esp_sas *)s, spi_in);

    return pair != NULL && pair->out != NULL && pair->out == s->out;
}

/* @good packets could be opened. */
static void
note(struct esp_sas *s, struct esp_pair *pair, size_t good)
{
    const struct esp_pair *const other = s->heard != 0 ? find(s, s->heard) : NULL;

    if (good == 0 || pair->heard)
        return;
    pair->heard = true;
    if (other == NULL || pair < other)
        s->heard = esp_in_spi(pair->in);
}

/* Packets of one association mostly come together: as many as do are opened at once. */
size_t
esp_sas_open(struct esp_sas *s, struct esp_packet *packets, size_t n)
{
    size_t good = 0, run;

    for (size_t from = 0; from < n; from += run) {
        const uint32_t spi = esp_spi(rd_over(packets[from].p, packets[from].n));
        struct esp_pair *const pair = find(s, spi);
        size_t opened = 0;

        for (run = 1; from + run < n; run++) {
            const struct esp_packet *next = &packets[from + run];

            if (esp_spi(rd_over(next->p, next->n)) != spi)
                break;
        }
        if (pair != NULL) {
            opened = esp_open(pair->in, packets + from, run);
            note(s, pair, opened);
        }
        for (size_t i = 0; i < run && pair == NULL; i++)
            packets[from + i].n = 0;
        good += opened;
    }
    s->dropped += n - good;
    return good;
}
