/* esp-sas.c - see esp-sas.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp-sas.h"

void
esp_sas_clear(struct esp_sas *s)
{
    esp_out_free(s->out);
    for (size_t i = 0; i < ESP_SAS_IN; i++)
        esp_in_free(s->in[i]);
    explicit_bzero(s, sizeof *s);
}

static struct esp_in *
find(const struct esp_sas *s, uint32_t spi)
{
    for (size_t i = 0; i < ESP_SAS_IN; i++) {
        if (s->in[i] != NULL && esp_in_spi(s->in[i]) == spi)
            return s->in[i];
    }
    return NULL;
}

bool
esp_sas_accept(struct esp_sas *s, const struct esp_keys *in)
{
    if (find(s, in->spi) != NULL) /* a second time: what it has seen stays seen */
        return true;

    struct esp_in *const new_in = esp_in_new(in);
    if (new_in == NULL)
        return false;
    esp_in_free(s->in[ESP_SAS_IN - 1]);
    memmove(&s->in[1], &s->in[0], (ESP_SAS_IN - 1) * sizeof s->in[0]);
    s->in[0] = new_in;
    return true;
}

bool
esp_sas_add(struct esp_sas *s, const struct esp_keys *in, const struct esp_keys *out,
            const struct rng *rng)
{
    CLEANUP(esp_out_free) struct esp_out *new_out = esp_out_new(out, rng);

    if (new_out == NULL || !esp_sas_accept(s, in))
        return false;
    esp_out_free(s->out);
    s->out = TAKE(new_out);
    s->out_pair = in->spi;
    s->suite = out->suite;
    return true;
}

void
esp_sas_remove(struct esp_sas *s, uint32_t spi_in)
{
    for (size_t i = 0; i < ESP_SAS_IN; i++) {
        if (s->in[i] == NULL || esp_in_spi(s->in[i]) != spi_in)
            continue;
        esp_in_free(s->in[i]);
        memmove(&s->in[i], &s->in[i + 1], (ESP_SAS_IN - 1 - i) * sizeof s->in[0]);
        s->in[ESP_SAS_IN - 1] = NULL;
        break;
    }
    if (s->out != NULL && s->out_pair == spi_in) {
        esp_out_free(s->out);
        s->out = NULL;
    }
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

/* Packets of one association mostly come together: as many as do are opened at once. */
size_t
esp_sas_open(struct esp_sas *s, struct esp_packet *packets, size_t n)
{
    size_t good = 0, run;

    for (size_t from = 0; from < n; from += run) {
        const uint32_t spi = esp_spi(rd_over(packets[from].p, packets[from].n));
        struct esp_in *in = find(s, spi);

        for (run = 1; from + run < n; run++) {
            const struct esp_packet *next = &packets[from + run];

            if (esp_spi(rd_over(next->p, next->n)) != spi)
                break;
        }
        if (in != NULL)
            good += esp_open(in, packets + from, run);
        else
            for (size_t i = 0; i < run; i++)
                packets[from + i].n = 0;
    }
    s->dropped += n - good;
    return good;
}
