/*
 * Writes the stored images of the present format, and one of a newer format, into a folder:
 *
 *   make_images FOLDER
 *
 * For whoever changes the format, before it is released. Exit 1 if a store did not do as it should.
 */
#include "tests/support/decode.h"
#include "tests/support/image.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

static bool write_file(const char *folder, const char *name, const uint8_t *bytes, uint32_t n)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s.img", folder, name);
    FILE *const file = fopen(path, "wb");
    if (file == NULL) return false;
    const bool ok = fwrite(bytes, 1, n, file) == n;
    return fclose(file) == 0 && ok;
}

/* The power fails in one more set, whose value no mount shall find. */
static void cut_one_set(struct sim_nor *sim, struct nacre_store *store)
{
    static jmp_buf jump;
    const struct sim_tear tear = { SIM_TEAR_BITS, 0, 3 };
    static const uint8_t value[100] = { 1 };
    if (setjmp(jump) != 0) return;
    sim_nor_cut_at(sim, 0, &tear, &jump);
    const enum nacre_err err = nacre_set(store, 0, value, sizeof value);
    (void)fprintf(stderr, "no cut: the set answered %d\n", (int)err);
}

static bool make(const struct image_kind *kind, const char *folder)
{
    static struct nacre_index_entry index[IMAGE_INDEX_COUNT];
    static struct nacre_store store;
    struct sim_nor *const sim = image_chip(kind);
    const struct nacre_store_cfg cfg = image_cfg(sim, index);
    if (kind->is_worn) sim->unit_stuck[2] = SIM_STUCK_ERASE;
    bool ok = nacre_mount(&store, &cfg) == NACRE_OK && image_fill(&store);
    if (kind->is_stale) ok = ok && image_lose(&store, &cfg);
    ok = ok && image_fault(kind, &store) == NULL;
    if (kind->is_clean) ok = nacre_unmount(&store) == NACRE_OK && ok;
    else cut_one_set(sim, &store);
    ok = ok && write_file(folder, kind->name, sim->data, sim->bytes);
    sim_nor_destroy(sim);
    if (!ok) (void)fprintf(stderr, "%s failed\n", kind->name);
    return ok;
}

/* As the first image, but with a mark of format version 2 in the unit behind the head. */
static bool make_newer(const char *folder)
{
    static struct decode decode;
    static uint8_t bytes[IMAGE_BYTES_MAX];
    const struct image_kind *const kind = &image_kinds[0];
    const uint32_t slots = kind->unit_bytes / 16u;
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s.img", folder, kind->name);
    FILE *const file = fopen(path, "rb");
    if (file == NULL) return false;
    const uint32_t n = kind->unit_bytes * kind->unit_count;
    const bool is_read = fread(bytes, 1, n, file) == n;
    (void)fclose(file);
    if (!is_read) return false;
    decode_region(&decode, bytes, kind->unit_bytes, kind->unit_count);
    const struct decode_mark mark = { decode.head + 1u, decode.oldest, 3, 2 };
    const uint32_t unit = decode.head % kind->unit_count;
    memset(bytes + unit * kind->unit_bytes, 0xff, kind->unit_bytes);
    decode_make_mark(bytes + unit * kind->unit_bytes, &mark, unit * slots, kind->unit_count);
    return write_file(folder, "v2_newer", bytes, n);
}

int main(int argc, char **argv)
{
    bool ok = argc == 2;
    for (uint32_t i = 0; ok && i < IMAGE_KINDS; i++) ok = make(&image_kinds[i], argv[1]);
    return ok && make_newer(argv[1]) ? 0 : 1;
}
