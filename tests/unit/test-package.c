/* test-package.c - cabinets and self-extracting programs, made here and spoilt in every way.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "package.h"

#include "cab-make.h"
#include "cmak.h"
#include "import.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include <string.h>

static GHashTable *
new_files(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
}

static void
add(GHashTable *files, const char *name, const char *text)
{
    g_hash_table_insert(files, g_strdup(name), g_bytes_new(text, strlen(text)));
}

/* A fixture's folder as the wizard packs it: its files side by side. */
static GHashTable *
fixture(const char *name)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "fixtures", "cmak", name, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    GHashTable *files = new_files();
    const char *entry;

    while ((entry = g_dir_read_name(dir)) != NULL) {
        g_autofree char *file = g_build_filename(path, entry, NULL);
        char *text;
        gsize n;
        if (g_file_get_contents(file, &text, &n, NULL))
            g_hash_table_insert(files, g_strdup(entry), g_bytes_new_take(text, n));
    }
    return files;
}

static GBytes *
cabinet(GHashTable *files)
{
    g_autoptr(GError) error = NULL;
    GBytes *bytes = package_write(files, &error);

    g_assert_no_error(error);
    return bytes;
}

/* A program of Windows: something, the cabinet, something. */
static GBytes *
program(GBytes *cab)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    gsize n;
    const guint8 *data = g_bytes_get_data(cab, &n);
    guint8 junk[5000] = "MZ\x90";

    memcpy(junk + 1000, "MSCF not one", 12); /* the letters are in the program's own code too */
    g_byte_array_append(out, junk, sizeof junk);
    g_byte_array_append(out, data, (guint)n);
    g_byte_array_append(out, junk + 3, 300);
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

static void
what_was_written_is_read(void)
{
    g_autoptr(GHashTable) files = new_files();
    g_autoptr(GString) large = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < 100000; i++)
        g_string_append_printf(large, "%u ", i * 7919);
    add(files, "a.cms", "[Profile Format]\r\nVersion=4\r\n");
    add(files, "VPN/b.txt", large->str);
    add(files, "Größe.txt", "x");
    add(files, "empty.txt", "");
    g_autoptr(GBytes) cab = cabinet(files), again = cabinet(files);
    g_autoptr(GHashTable) read = package_read(cab, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(cab, again));
    g_assert_true(package_is(cab));
    GHashTableIter iter;
    gpointer name, bytes;
    g_hash_table_iter_init(&iter, files);
    while (g_hash_table_iter_next(&iter, &name, &bytes)) {
        g_test_message("%s", (char *)name);
        if (g_bytes_get_size(bytes) == 0)
            continue; /* libgcab leaves these out */
        g_assert_nonnull(g_hash_table_lookup(read, name));
        g_assert_true(g_bytes_equal(g_hash_table_lookup(read, name), bytes));
    }
}

static void
a_profile_in_a_program(void)
{
    g_autoptr(GHashTable) files = fixture("college");
    g_autoptr(GError) error = NULL;

    add(files, "cmstp.exe", "MZ, never looked at");
    add(files, "advpack.dll", "MZ");
    add(files, "instcm.inf", "[Strings]\r\nServiceName=\"not this one\"\r\n");
    g_autoptr(GBytes) cab = cabinet(files);
    g_autoptr(GBytes) exe = program(cab);
    g_autoptr(GHashTable) read = package_read(exe, &error);
    g_assert_no_error(error);
    g_assert_null(g_hash_table_lookup(read, "cmstp.exe"));
    g_assert_null(g_hash_table_lookup(read, "advpack.dll"));
    g_autoptr(Profile) p = cmak_load_files(read, NULL, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(p->name, ==, "Example College VPN");
    g_assert_cmpstr(((struct profile_server *)p->servers->pdata[0])->address, ==,
                    "vpn.example.edu");
}

/* Names of files in the code page of the profile, which its .inf tells, or who imports it. */
static void
names_in_a_code_page(void)
{
    static const char cms[] =
        "[Profile Format]\r\nVersion=4\r\n[Connection Manager]\r\n"
        "ServiceName=\xcc\xee\xf1\xea\xe2\xe0\r\nLogo=\xcb\xee\xe3\xee.bmp\r\n"
        "Tunnel=1\r\nTunnelAddress=vpn.example.test\r\n";
    const char *const pairs[] = {
        "m.cms", cms, "m.inf", "[Strings]\r\nDisplayLCID=1049\r\n", "\xcb\xee\xe3\xee.bmp",
        "BM",    NULL};
    const char *const untold[] = {"m.cms", cms, "\xcb\xee\xe3\xee.bmp", "BM", NULL};
    g_autofree char *dir = g_dir_make_tmp("dialtone-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "a.cab", NULL);

    for (guint i = 0; i < 2; i++) {
        g_autoptr(GBytes) cab = cab_make(CAB_STORED, i == 0 ? pairs : untold);
        g_autoptr(GError) error = NULL;

        g_assert_true(g_file_set_contents(path, g_bytes_get_data(cab, NULL),
                                          (gssize)g_bytes_get_size(cab), NULL));
        g_autoptr(Import) import = import_open_as(path, i == 0 ? 0 : 1251, &error);
        g_assert_no_error(error);
        g_autoptr(Profile) p = import_profile(import, 0, &error);
        g_assert_cmpstr(p->name, ==, "Москва");
        g_assert_cmpstr(p->logo, ==, "Лого.bmp");
        g_assert_nonnull(g_hash_table_lookup(p->files, "Лого.bmp"));
        g_assert_cmpuint(p->notes->len, ==, 0);
    }
    g_unlink(path);
    g_rmdir(dir);
}

/* What IExpress built: a program with the cabinet in its resources, LZX as a rule. */
static void
each_way_to_pack(void)
{
    static const char cms[] = "[Profile Format]\r\nVersion=4\r\n[Connection Manager]\r\n"
                              "ServiceName=Packed\r\nTunnel=1\r\nTunnelAddress=vpn.example.edu\r\n";
    g_autofree char *large = g_malloc(100001);
    const char *const pairs[] = {"cmstp.exe", "MZ",      "large.txt", large, "Packed.cms",
                                 cms,         "odd.txt", "odd",       NULL};

    for (guint i = 0; i < 100000; i++) /* over frames of 32 KiB */
        large[i] = (char)(' ' + i * 7919 % 90);
    large[100000] = '\0';
    for (int kind = CAB_STORED; kind <= CAB_LZX_UNCOMPRESSED; kind++) {
        g_autoptr(GBytes) cab = cab_make(kind, pairs), exe = cab_in_program(cab);
        GBytes *const both[] = {cab, exe};

        for (gsize i = 0; i < G_N_ELEMENTS(both); i++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(GHashTable) read = package_read(both[i], &error);

            g_test_message("kind %d, %s", kind, i == 0 ? "bare" : "in a program");
            g_assert_no_error(error);
            g_assert_true(package_is(both[i]));
            g_assert_cmpuint(g_hash_table_size(read), ==, 3);
            GBytes *text = g_hash_table_lookup(read, "large.txt");
            g_assert_cmpmem(g_bytes_get_data(text, NULL), g_bytes_get_size(text), large, 100000);
            g_autoptr(Profile) p = cmak_load_files(read, NULL, 0, &error);
            g_assert_no_error(error);
            g_assert_cmpstr(p->name, ==, "Packed");
        }
    }
}

/* F2: an LZX stream spoilt at each octet: an error, or files of the size that was promised. */
static void
spoilt_lzx(void)
{
    static const char *const pairs[] = {"a.cms", "[Profile Format]\r\nVersion=4\r\n", NULL};

    for (int kind = CAB_LZX_VERBATIM; kind <= CAB_LZX_UNCOMPRESSED; kind++) {
        g_autoptr(GBytes) cab = cab_make(kind, pairs);
        gsize n;
        const guint8 *data = g_bytes_get_data(cab, &n);

        for (gsize i = 0; i < n; i++) {
            g_autoptr(GBytes) cut = g_bytes_new(data, i);
            g_assert_null(package_read(cut, NULL));
            for (guint bit = 0; bit < 8; bit++) {
                g_autofree guint8 *copy = g_memdup2(data, n);
                copy[i] ^= (guint8)(1u << bit);
                g_autoptr(GBytes) flipped = g_bytes_new_take(g_steal_pointer(&copy), n);
                g_autoptr(GError) error = NULL;
                g_autoptr(GHashTable) read = package_read(flipped, &error);
                g_assert_true((read == NULL) == (error != NULL));
            }
        }
    }
}

/* F1: what is called so that it would be written somewhere else is not even unpacked. */
static void
names_that_lead_elsewhere(void)
{
    static const char *const bad[] = {
        "../../etc/passwd", "a/../../b.txt", "/etc/x.txt", "C:/x.txt",       "a/NUL.txt",
        "com1.txt",         "a//b.txt",      ".hidden",    "esc\033[2J.txt", "..\\..\\evil.txt",
        "\\\\host\\x.txt",  "\\x.txt",       "C:x.txt",    "x.txt:stream"};
    g_autoptr(GHashTable) files = new_files();
    g_autofree char *long_name = g_strnfill(240, 'n'), *longer = g_strnfill(256, 'n');

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        add(files, bad[i], "x");
    add(files, long_name, "x");
    add(files, "good.cms", "x");
    add(files, "empty.txt", "");
    g_autoptr(GBytes) cab = cabinet(files);
    g_autoptr(GHashTable) read = package_read(cab, NULL);
    g_assert_cmpuint(g_hash_table_size(read), ==, 3);
    g_assert_nonnull(g_hash_table_lookup(read, "good.cms"));
    g_assert_cmpuint(g_bytes_get_size(g_hash_table_lookup(read, "empty.txt")), ==, 0);
    g_assert_nonnull(g_hash_table_lookup(read, long_name));
    g_hash_table_remove_all(files);
    add(files, longer, "x");
    g_autoptr(GBytes) cab1 = cabinet(files);
    g_assert_null(package_read(cab1, NULL));
    g_hash_table_remove_all(files);
    add(files, "A.txt", "upper case sorts first");
    add(files, "a.TXT", "x");
    g_autoptr(GBytes) cab2 = cabinet(files);
    g_autoptr(GHashTable) read2 = package_read(cab2, NULL);
    g_assert_cmpuint(g_hash_table_size(read2), ==, 1);
    g_assert_nonnull(g_hash_table_lookup(read2, "A.txt"));
}

/* F1: a NUL ends a name, and octets that are no UTF-8 are of some code page. */
static void
names_of_octets(void)
{
    static const char *const last[] = {"a.cms", "x", "b?c.txt", "y", NULL};
    static const char *const first[] = {"b?c.txt", "y", "a.cms", "x", NULL};
    static const char *const others[] = {"b\xfcro.txt", "y", "\xff\xfe.txt", "z", NULL};
    const char *const *const both[] = {last, first};

    for (gsize i = 0; i < G_N_ELEMENTS(both); i++) {
        g_autoptr(GBytes) cab = cab_make(CAB_STORED, both[i]);
        const gsize n = g_bytes_get_size(cab);
        g_autofree guint8 *data = g_memdup2(g_bytes_get_data(cab, NULL), n);
        guint8 *mark = memchr(data, '?', n);

        g_assert_nonnull(mark);
        *mark = '\0';
        g_autoptr(GBytes) cut = g_bytes_new(data, n);
        g_autoptr(GError) error = NULL;
        g_autoptr(GHashTable) read = package_read(cut, &error);
        g_assert_true((read == NULL) == (error != NULL));
        g_assert_true((read != NULL) == (both[i] == last)); /* else what follows is no header */
        if (read != NULL) {
            g_assert_cmpuint(g_hash_table_size(read), ==, 2);
            g_assert_nonnull(g_hash_table_lookup(read, "b"));
        }
    }
    g_autoptr(GBytes) cab = cab_make(CAB_STORED, others);
    g_autoptr(GHashTable) read = package_read(cab, NULL);
    g_assert_cmpuint(g_hash_table_size(read), ==, 2);
    g_assert_nonnull(g_hash_table_lookup(read, "büro.txt"));
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, read);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        g_assert_true(g_utf8_validate(name, -1, NULL));
}

static guint32
le32_at(const GByteArray *a, guint at)
{
    return (guint32)a->data[at] | (guint32)a->data[at + 1] << 8 | (guint32)a->data[at + 2] << 16 |
           (guint32)a->data[at + 3] << 24;
}

static void
add_le32(GByteArray *a, guint at, guint32 more)
{
    const guint32 value = le32_at(a, at) + more;

    for (guint i = 0; i < 4; i++)
        a->data[at + i] = (guint8)(value >> (8 * i));
}

/* [MS-CAB] 2.1: of several disks. @flags: 1 there is one before, 2 there is one after; @folder of
 * the first file, which is @longer than what is here. */
static GBytes *
on_several_disks(GBytes *cab, guint8 flags, guint16 folder, guint32 longer)
{
    static const char names[] = "other.cab\0disk"; /* with the NUL at its end */
    enum { SIZE = 8, FILES = 16, FLAGS = 30, HEADER = 36, FILE_FOLDER = 8 };
    GByteArray *out = g_byte_array_new();
    gsize n;
    const guint8 *data = g_bytes_get_data(cab, &n);
    guint32 more = 0;

    g_byte_array_append(out, data, HEADER);
    for (guint8 bit = 1; bit <= 2; bit++)
        if ((flags & bit) != 0) {
            g_byte_array_append(out, (const guint8 *)names, sizeof names);
            more += sizeof names;
        }
    g_byte_array_append(out, data + HEADER, (guint)(n - HEADER));
    out->data[FLAGS] |= flags;
    add_le32(out, SIZE, more);
    add_le32(out, FILES, more);
    add_le32(out, HEADER + more, more); /* where the first folder's data begin */
    const guint file = le32_at(out, FILES);
    add_le32(out, file, longer);
    out->data[file + FILE_FOLDER] = (guint8)folder;
    out->data[file + FILE_FOLDER + 1] = (guint8)(folder >> 8);
    return g_byte_array_free_to_bytes(out);
}

/* F2: a cabinet of a set: what is whole in it is read; what is not is told. */
static void
a_part_of_a_set(void)
{
    static const char *const pairs[] = {"a.cms", "[Profile Format]\r\nVersion=4\r\n", NULL};
    static const struct {
        guint8 flags;
        guint16 folder;
        guint32 longer;
        gboolean whole;
    } rows[] = {{2, 0, 0, TRUE},       {1, 0, 0, TRUE},           {2, 0xFFFE, 40000, FALSE},
                {1, 0xFFFD, 0, FALSE}, {3, 0xFFFF, 40000, FALSE}, {0, 0xFFFE, 40000, FALSE},
                {2, 7, 0, FALSE}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) cab = cab_make(CAB_STORED, pairs);
        g_autoptr(GBytes) part =
            on_several_disks(cab, rows[i].flags, rows[i].folder, rows[i].longer);
        g_autoptr(GError) error = NULL;
        g_autoptr(GHashTable) read = package_read(part, &error);

        g_test_message("%zu: %s", i, error == NULL ? "read" : error->message);
        g_assert_true((read != NULL) == rows[i].whole);
        g_assert_true((error == NULL) == rows[i].whole);
        if (!rows[i].whole && rows[i].flags != 0 && rows[i].folder != 7)
            g_assert_nonnull(strstr(error->message, "several cabinets"));
    }
}

/* F2: small when packed, and large; and many. */
static void
bombs(void)
{
    g_autoptr(GHashTable) files = new_files(), many = new_files();
    g_autoptr(GError) error = NULL;
    g_autofree char *zeros = g_malloc0(PACKAGE_MAX_SIZE + 1);

    g_hash_table_insert(files, g_strdup("a.cms"), g_bytes_new(zeros, PACKAGE_MAX_SIZE + 1));
    g_autoptr(GBytes) cab = cabinet(files);
    g_assert_cmpuint(g_bytes_get_size(cab), <, 100000);
    g_assert_null(package_read(cab, &error));
    g_assert_error(error, PACKAGE_ERROR, PACKAGE_ERROR_TOO_LARGE);
    g_clear_error(&error);
    for (guint i = 0; i <= PACKAGE_MAX_FILES; i++) {
        g_autofree char *name = g_strdup_printf("%u.txt", i);
        add(many, name, "x");
    }
    g_autoptr(GBytes) cab2 = cabinet(many);
    g_assert_null(package_read(cab2, &error));
    g_assert_error(error, PACKAGE_ERROR, PACKAGE_ERROR_TOO_LARGE);
    g_hash_table_remove(many, "0.txt");
    g_autoptr(GBytes) cab3 = cabinet(many);
    g_autoptr(GHashTable) read = package_read(cab3, NULL);
    g_assert_cmpuint(g_hash_table_size(read), ==, PACKAGE_MAX_FILES);
}

/* F2: a small file behind much that is not wanted would have to wait until that is unpacked. */
static void
far_behind(void)
{
    g_autoptr(GHashTable) files = new_files();
    g_autoptr(GError) error = NULL;
    const gsize much = 4 * PACKAGE_MAX_SIZE;

    g_hash_table_insert(files, g_strdup("a.exe"), g_bytes_new_take(g_malloc0(much), much));
    add(files, "b.cms", "[Profile Format]\r\nVersion=4\r\n");
    g_autoptr(GBytes) cab = cabinet(files);
    g_assert_null(package_read(cab, &error));
    g_assert_error(error, PACKAGE_ERROR, PACKAGE_ERROR_TOO_LARGE);
}

/* F2: cut off at each place, and each octet changed: an error, or the files as they were, never
 * others (the cabinet has check sums), and never a crash. */
static void
damaged(void)
{
    g_autoptr(GHashTable) files = new_files();
    gsize n;

    add(files, "a.cms", "[Profile Format]\r\nVersion=4\r\n[Connection Manager]\r\n");
    add(files, "b.txt", "bbbbbbbbbbbbbbbbbbbbbbbbbb");
    g_autoptr(GBytes) cab = cabinet(files);
    const guint8 *data = g_bytes_get_data(cab, &n);
    for (gsize i = 0; i < n; i++) {
        g_autoptr(GBytes) cut = g_bytes_new(data, i);
        g_autoptr(GHashTable) none = package_read(cut, NULL);
        g_assert_null(none);
        for (guint bit = 0; bit < 8; bit++) {
            g_autofree guint8 *copy = g_memdup2(data, n);
            copy[i] ^= (guint8)(1u << bit);
            g_autoptr(GBytes) flipped = g_bytes_new(copy, n);
            g_autoptr(GError) error = NULL;
            g_autoptr(GHashTable) read = package_read(flipped, &error);
            g_assert_true((read == NULL) == (error != NULL));
        }
    }
    g_autoptr(GBytes) nothing = g_bytes_new_static("MZ", 2);
    g_autoptr(GError) error = NULL;
    g_assert_null(package_read(nothing, &error));
    g_assert_error(error, PACKAGE_ERROR, PACKAGE_ERROR_NONE);
}

/* F2: a file may hold several cabinets, and the one with a profile is read; but not any number of
 * them is looked through for it. */
static void
many_cabinets(void)
{
    static const char *const empty[] = {"x.txt", "x", NULL};
    static const char *const pairs[] = {"a.cms", "[Profile Format]\r\nVersion=4\r\n", NULL};
    g_autoptr(GBytes) other = cab_make(CAB_STORED, empty), last = cab_make(CAB_STORED, pairs);
    gsize n, m;
    const guint8 *of_other = g_bytes_get_data(other, &n), *of_last = g_bytes_get_data(last, &m);

    for (guint before = 15; before <= 16; before++) {
        GByteArray *out = g_byte_array_new();
        for (guint i = 0; i < before; i++)
            g_byte_array_append(out, of_other, (guint)n);
        g_byte_array_append(out, of_last, (guint)m);
        g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(out);
        g_autoptr(GHashTable) read = package_read(bytes, NULL);
        g_assert_cmpuint(g_hash_table_size(read), ==, 1);
        g_assert_nonnull(g_hash_table_lookup(read, before == 15 ? "a.cms" : "x.txt"));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/package/code-page", names_in_a_code_page);
    g_test_add_func("/package/round-trip", what_was_written_is_read);
    g_test_add_func("/package/iexpress", each_way_to_pack);
    g_test_add_func("/package/F2-lzx", spoilt_lzx);
    g_test_add_func("/package/program", a_profile_in_a_program);
    g_test_add_func("/package/F1-names", names_that_lead_elsewhere);
    g_test_add_func("/package/F1-octets", names_of_octets);
    g_test_add_func("/package/F2-set", a_part_of_a_set);
    g_test_add_func("/package/F2-bombs", bombs);
    g_test_add_func("/package/F2-far-behind", far_behind);
    g_test_add_func("/package/F2-damaged", damaged);
    g_test_add_func("/package/F2-cabinets", many_cabinets);
    return g_test_run();
}
