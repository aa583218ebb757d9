/* cab-make.c - see cab-make.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cab-make.h"

#include <string.h>

enum {
    FRAME = 32768,
    WINDOW_BITS = 15,
    POSITION_SLOTS = 30, /* of that window */
    LITERALS = 256,
    LENGTHS = 249,
    PRETREE = 20,
};

static void
put(GByteArray *out, guint octets, guint32 value)
{
    for (guint i = 0; i < octets; i++) {
        const guint8 octet = (guint8)(value >> (8 * i));
        g_byte_array_append(out, &octet, 1);
    }
}

/* --- LZX: words of 16 bits, least octet first, filled from their highest bit --- */

struct bits {
    GByteArray *out;
    guint word, n;
};

static void
put_bits(struct bits *b, guint n, guint32 value)
{
    while (n-- > 0) {
        b->word = b->word << 1 | (value >> n & 1);
        if (++b->n < 16)
            continue;
        put(b->out, 2, b->word);
        b->word = b->n = 0;
    }
}

static void
fill_word(struct bits *b)
{
    while (b->n > 0)
        put_bits(b, 1, 0);
}

/* Two lengths are used, 0 and @other: each has a code of one bit. */
static void
put_pretree(struct bits *b, guint other)
{
    for (guint i = 0; i < PRETREE; i++)
        put_bits(b, 4, i == 0 || i == other);
}

static void
put_verbatim_header(struct bits *b)
{
    const guint eight_from_none = 17 - 8; /* lengths are differences, modulo 17 */

    put_pretree(b, eight_from_none);
    for (guint i = 0; i < LITERALS; i++)
        put_bits(b, 1, 1);
    put_pretree(b, eight_from_none);
    for (guint i = 0; i < POSITION_SLOTS * 8; i++)
        put_bits(b, 1, 0);
    put_pretree(b, eight_from_none);
    for (guint i = 0; i < LENGTHS; i++)
        put_bits(b, 1, 0);
}

static GByteArray *
lzx_frame(enum cab_kind kind, const guint8 *data, gsize n, gsize total, gboolean first)
{
    struct bits b = {.out = g_byte_array_new()};
    const gboolean verbatim = kind == CAB_LZX_VERBATIM;

    if (first) {
        put_bits(&b, 1, 0); /* no translation of x86 calls */
        put_bits(&b, 3, verbatim ? 1 : 3);
        put_bits(&b, 24, (guint32)total);
    }
    if (first && verbatim)
        put_verbatim_header(&b);
    for (gsize i = 0; verbatim && i < n; i++)
        put_bits(&b, 8, data[i]);
    fill_word(&b);
    if (!verbatim && first)
        for (guint i = 0; i < 3; i++)
            put(b.out, 4, 1); /* R0, R1, R2 */
    if (!verbatim)
        g_byte_array_append(b.out, data, (guint)n);
    if (!verbatim && n % 2 != 0)
        put(b.out, 1, 0);
    return b.out;
}

static GByteArray *
frame(enum cab_kind kind, const guint8 *data, gsize n, gsize total, gboolean first)
{
    GByteArray *out;

    if (kind != CAB_STORED)
        return lzx_frame(kind, data, n, total, first);
    out = g_byte_array_new();
    g_byte_array_append(out, data, (guint)n);
    return out;
}

/* --- the cabinet: one folder --- */

enum { HEADER = 36, FOLDER = 8, DATA = 8 };

static guint
put_frames(GByteArray *out, enum cab_kind kind, const GString *all)
{
    guint n = 0;

    for (gsize at = 0; at < all->len; at += FRAME, n++) {
        const gsize size = MIN(all->len - at, FRAME);
        g_autoptr(GByteArray) packed =
            frame(kind, (const guint8 *)all->str + at, size, all->len, at == 0);

        put(out, 4, 0); /* no check sum */
        put(out, 2, packed->len);
        put(out, 2, (guint32)size);
        g_byte_array_append(out, packed->data, packed->len);
    }
    return n;
}

static guint
put_files(GByteArray *out, const char *const *pairs, GString *all)
{
    guint n = 0;

    for (; *pairs != NULL; pairs += 2, n++) {
        put(out, 4, (guint32)strlen(pairs[1]));
        put(out, 4, (guint32)all->len);
        put(out, 2, 0);
        put(out, 4, 0x28210000 | 0x5a87); /* any day */
        put(out, 2, 0x20);
        g_byte_array_append(out, (const guint8 *)pairs[0], (guint)strlen(pairs[0]) + 1);
        g_string_append(all, pairs[1]);
    }
    return n;
}

GBytes *
cab_make(enum cab_kind kind, const char *const *pairs)
{
    g_autoptr(GByteArray) files = g_byte_array_new(), frames = g_byte_array_new();
    g_autoptr(GString) all = g_string_new(NULL);
    GByteArray *out = g_byte_array_new();
    const guint n_files = put_files(files, pairs, all), n_frames = put_frames(frames, kind, all);

    g_byte_array_append(out, (const guint8 *)"MSCF", 4);
    put(out, 4, 0);
    put(out, 4, HEADER + FOLDER + files->len + frames->len);
    put(out, 4, 0);
    put(out, 4, HEADER + FOLDER);
    put(out, 4, 0);
    put(out, 2, 0x0103);
    put(out, 2, 1);
    put(out, 2, n_files);
    put(out, 2, 0);
    put(out, 4, 0x1234);
    put(out, 4, HEADER + FOLDER + files->len);
    put(out, 2, n_frames);
    put(out, 2, kind == CAB_STORED ? 0 : 3 | WINDOW_BITS << 8);
    g_byte_array_append(out, files->data, files->len);
    g_byte_array_append(out, frames->data, frames->len);
    return g_byte_array_free_to_bytes(out);
}

/* --- the program around it --- */

enum {
    PE_AT = 0x80,
    TEXT_AT = 0x200,
    RSRC_AT = 0x400,
    RSRC_VA = 0x2000,
    RT_RCDATA = 10,
    TREE = 3 * 24 + 16 + 16, /* three directories of one entry, a data entry, the name */
};

static void
pad_to(GByteArray *out, guint at)
{
    while (out->len < at)
        put(out, 1, 0);
}

static void
put_section(GByteArray *out, const char *name, guint va, guint size, guint at)
{
    char field[8] = {0};

    memcpy(field, name, strlen(name));
    g_byte_array_append(out, (const guint8 *)field, sizeof field);
    put(out, 4, size);
    put(out, 4, va);
    put(out, 4, size);
    put(out, 4, at);
    put(out, 4, 0);
    put(out, 4, 0);
    put(out, 4, 0);
    put(out, 4, 0x40000040);
}

static void
put_headers(GByteArray *out, guint rsrc_size)
{
    g_byte_array_append(out, (const guint8 *)"MZ", 2);
    pad_to(out, 0x3c);
    put(out, 4, PE_AT);
    pad_to(out, PE_AT);
    g_byte_array_append(out, (const guint8 *)"PE\0", 4);
    put(out, 2, 0x14c); /* i386 */
    put(out, 2, 2);     /* sections */
    pad_to(out, PE_AT + 20);
    put(out, 2, 0xe0); /* of the optional header */
    put(out, 2, 0x102);
    put(out, 2, 0x10b); /* PE32 */
    pad_to(out, PE_AT + 24 + 92);
    put(out, 4, 16); /* data directories; the third: resources */
    pad_to(out, PE_AT + 24 + 96 + 16);
    put(out, 4, RSRC_VA);
    put(out, 4, rsrc_size);
    pad_to(out, PE_AT + 24 + 0xe0);
    put_section(out, ".text", 0x1000, RSRC_AT - TEXT_AT, TEXT_AT);
    put_section(out, ".rsrc", RSRC_VA, rsrc_size, RSRC_AT);
    pad_to(out, TEXT_AT);
}

static void
put_directory(GByteArray *out, gboolean named, guint32 id, guint32 to)
{
    put(out, 4, 0);
    put(out, 4, 0);
    put(out, 4, 0);
    put(out, 2, named ? 1 : 0);
    put(out, 2, named ? 0 : 1);
    put(out, 4, id);
    put(out, 4, to);
}

GBytes *
cab_in_program(GBytes *cab)
{
    const guint32 deeper = 0x80000000, name_at = 3 * 24 + 16;
    static const char name[] = "CABINET";
    GByteArray *out = g_byte_array_new();
    gsize n;
    const guint8 *data = g_bytes_get_data(cab, &n);

    put_headers(out, (guint)(TREE + n));
    /* wextract compares with these letters, and so has them in its code. */
    g_byte_array_append(out, (const guint8 *)"MSCF\0\0\0\0\x2c", 10);
    pad_to(out, RSRC_AT);
    put_directory(out, FALSE, RT_RCDATA, deeper | 24);
    put_directory(out, TRUE, deeper | name_at, deeper | 48);
    put_directory(out, FALSE, 0x409, 72);
    put(out, 4, RSRC_VA + TREE);
    put(out, 4, (guint32)n);
    put(out, 4, 0);
    put(out, 4, 0);
    put(out, 2, sizeof name - 1);
    for (const char *c = name; *c != '\0'; c++)
        put(out, 2, (guint8)*c);
    g_byte_array_append(out, data, (guint)n);
    pad_to(out, out->len + 512); /* where a signature would be */
    return g_byte_array_free_to_bytes(out);
}
