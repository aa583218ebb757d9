/* impair.c - see impair.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "impair.h"

#include <stdlib.h>
#include <string.h>

enum { ETHERNET_HEADER = 14 }; /* never damaged: a frame must still find its way */

void
impair_init(struct impair *w, const struct impair_config *config)
{
    *w = (struct impair){.config = *config, .random = config->seed};
}

void
impair_clear(struct impair *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->heap[i].bytes);
    free(w->heap);
    *w = (struct impair){0};
}

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t
next_random(struct impair *w)
{
    uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static bool
chance(struct impair *w, uint32_t per_million)
{
    return per_million > 0 && next_random(w) % 1000000 < per_million;
}

static bool
earlier(const struct impair_frame *a, const struct impair_frame *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void
swap(struct impair_frame *a, struct impair_frame *b)
{
    const struct impair_frame t = *a;

    *a = *b;
    *b = t;
}

static void
heap_add(struct impair *w, struct impair_frame f)
{
    size_t i = w->n++;

    if (w->n > w->cap) {
        w->cap = w->cap > 0 ? 2 * w->cap : 64;
        w->heap = realloc(w->heap, w->cap * sizeof *w->heap);
        if (w->heap == NULL)
            abort();
    }
    w->heap[i] = f;
    for (; i > 0 && earlier(&w->heap[i], &w->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&w->heap[i], &w->heap[(i - 1) / 2]);
}

static void
put_on_wire(struct impair *w, usec_t due, const void *frame, size_t len)
{
    struct impair_frame f = {.due = due, .order = w->order++, .len = len, .bytes = malloc(len)};

    if (f.bytes == NULL)
        abort();
    memcpy(f.bytes, frame, len);
    if (len > ETHERNET_HEADER && chance(w, w->config.corrupt)) {
        const uint64_t bit = next_random(w) % ((len - ETHERNET_HEADER) * 8);

        f.bytes[ETHERNET_HEADER + bit / 8] ^= (uint8_t)(1u << bit % 8);
        w->count[IMPAIR_CORRUPTED]++;
    }
    heap_add(w, f);
}

/* When the frame has left at the configured rate; false when too much is waiting already. */
static bool
serialize(struct impair *w, usec_t now, size_t len, usec_t *ret_left)
{
    const uint64_t rate = w->config.rate;

    *ret_left = now;
    if (rate == 0)
        return true;
    if (w->wire_free < now)
        w->wire_free = now;
    if ((w->wire_free - now) * rate / 8 / USEC_PER_SEC > w->config.queue)
        return false;
    w->wire_free += len * 8 * USEC_PER_SEC / rate;
    *ret_left = w->wire_free;
    return true;
}

bool
impair_counts(const void *frame, size_t len)
{
    const uint8_t *const p = frame;

    return len >= ETHERNET_HEADER + 20 && p[12] == 0x08 && p[13] == 0x00 &&
           p[ETHERNET_HEADER + 9] != 1;
}

/* By chance, or because its turn has come. */
static bool
is_lost(struct impair *w, const void *frame, size_t len)
{
    const bool chosen =
        w->config.lose > 0 && impair_counts(frame, len) && ++w->counted == w->config.lose;

    return chance(w, w->config.loss) || chosen;
}

enum impair_act
impair_push(struct impair *w, usec_t now, const void *frame, size_t len)
{
    const uint64_t corrupted = w->count[IMPAIR_CORRUPTED];
    enum impair_act act = IMPAIR_PASSED;
    usec_t due;

    w->octets += len;
    if (is_lost(w, frame, len)) {
        w->count[IMPAIR_LOST]++;
        return IMPAIR_LOST;
    }
    if (!serialize(w, now, len, &due)) {
        w->count[IMPAIR_OVERFLOWED]++;
        return IMPAIR_OVERFLOWED;
    }
    due += w->config.delay;
    if (chance(w, w->config.duplicate)) {
        put_on_wire(w, due, frame, len);
        w->count[act = IMPAIR_DUPLICATED]++;
    }
    if (chance(w, w->config.reorder)) {
        due += w->config.reorder_by;
        w->count[act = IMPAIR_REORDERED]++;
    }
    put_on_wire(w, due, frame, len);
    if (w->count[IMPAIR_CORRUPTED] != corrupted)
        act = IMPAIR_CORRUPTED;
    w->count[IMPAIR_PASSED] += act == IMPAIR_PASSED;
    return act;
}

bool
impair_pop(struct impair *w, usec_t now, struct impair_frame *ret)
{
    size_t i = 0;

    if (w->n == 0 || w->heap[0].due > now)
        return false;
    *ret = w->heap[0];
    w->heap[0] = w->heap[--w->n];
    while (2 * i + 1 < w->n) {
        size_t child = 2 * i + 1;

        if (child + 1 < w->n && earlier(&w->heap[child + 1], &w->heap[child]))
            child++;
        if (!earlier(&w->heap[child], &w->heap[i]))
            break;
        swap(&w->heap[i], &w->heap[child]);
        i = child;
    }
    return true;
}

usec_t
impair_deadline(const struct impair *w)
{
    return w->n > 0 ? w->heap[0].due : NEVER;
}

const char *
impair_act_name(enum impair_act act)
{
    static const char *const names[IMPAIR_N_ACTS] = {
        [IMPAIR_PASSED] = "passed",         [IMPAIR_LOST] = "lost",
        [IMPAIR_OVERFLOWED] = "overflowed", [IMPAIR_DUPLICATED] = "duplicated",
        [IMPAIR_REORDERED] = "reordered",   [IMPAIR_CORRUPTED] = "corrupted",
    };

    return names[act];
}
