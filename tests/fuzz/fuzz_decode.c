/*
 * Fuzz target: two readers of the same bytes. What a mount finds in a region, the decoder of the
 * tests, which was written from docs/format.md, finds there too; and the other way round.
 *
 * Held where no more than a granule is damaged: both say of the same regions that they are foreign,
 * newer or a store. Held for every input that says nothing that no store can say:
 * where both find a store, every key has the same value or none for both.
 *
 * Input: a byte for the bed (fuzz_bed.h), a script for the image (image.h).
 */
#include "tests/fuzz/image.h"
#include "tests/support/decode.h"

#include <string.h>

static struct fuzz_bed bed;
static struct decode decode;

static void agree_on_state(enum nacre_err err)
{
    const bool is_newer = err == NACRE_NEWER_FORMAT;
    const bool is_foreign = err == NACRE_FOREIGN || err == NACRE_OTHER_GEOMETRY;
    if (is_newer != (decode.state == DECODE_NEWER) ||
        is_foreign != (decode.state == DECODE_FOREIGN)) {
        fuzz_wrong("mount answers %d, the decoder finds state %d", (int)err, (int)decode.state);
    }
}

/* Where bits were lost, the store may say so, and what it still gives is marked as old. */
static void agree_on_key(uint32_t key)
{
    uint8_t found[NACRE_VALUE_BYTES_MAX];
    uint32_t n = 0;
    const struct decode_value *const value = &decode.values[decode_index(key)];
    const enum nacre_err err = nacre_get(&bed.store, key, found, sizeof found, &n);
    const bool is_equal = value->is_set && n == value->n && memcmp(found, value->bytes, n) == 0;
    if (err == NACRE_DAMAGED) return;
    if (err == NACRE_NOT_FOUND && !value->is_set) return;
    if (err == NACRE_OK && is_equal && !value->is_stale) return;
    if (err == NACRE_STALE && is_equal) return;
    fuzz_wrong("key %u: get answers %d, %u bytes; the decoder finds %d, stale %d, %u bytes", key,
               (int)err, n, value->is_set, value->is_stale, value->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static uint8_t image[FUZZ_REGION_MAX];
    struct fuzz_input input = { bytes, n };
    fuzz_bed_open(&bed, fuzz_byte(&input));
    const struct nacre_geometry *const geometry = &bed.sim->medium.geometry;
    const uint32_t spoilt = image_build(&bed, &input);
    sim_nor_peek(bed.sim, 0, image, bed.sim->bytes);
    if (bed.lane_count == 1u) decode_region(&decode, image, FUZZ_UNIT_BYTES, bed.lane_units);
    else {
        decode_two_lanes(&decode, image, FUZZ_UNIT_BYTES, geometry->unit_count,
                         geometry->cut_bytes);
    }
    enum nacre_err err = fuzz_bed_mount(&bed);
    if (spoilt <= IMAGE_LIGHT) agree_on_state(err);
    if (spoilt == IMAGE_WILD || decode.state != DECODE_STORE) err = NACRE_FOREIGN;
    for (uint32_t key = 0; err == NACRE_OK && key < DECODE_KEYS; key++) agree_on_key(key);
    fuzz_bed_check_chip(&bed);
    fuzz_bed_close(&bed);
    return 0;
}
