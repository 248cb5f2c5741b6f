/*
 * Fuzz target: two readers of the same bytes. What a mount finds in a region, the decoder of the
 * tests, which was written from docs/format.md, finds there too; and the other way round.
 *
 * Held for every input: both say of the same regions that they are foreign, newer or a store; where
 * the mount answers NACRE_OK, every key has the same value or none for both.
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
    const bool newer = decode.state == DECODE_NEWER;
    const bool foreign = decode.state == DECODE_FOREIGN;
    if (newer == (err == NACRE_NEWER_FORMAT) && foreign == (err == NACRE_FOREIGN)) return;
    fuzz_wrong("mount answers %d, the decoder finds state %d", (int)err, (int)decode.state);
}

static void agree_on_key(uint32_t key)
{
    uint8_t found[NACRE_VALUE_BYTES_MAX];
    uint32_t n = 0;
    const struct decode_value *const value = &decode.values[key];
    const enum nacre_err err = nacre_get(&bed.store, key, found, sizeof found, &n);
    if (err == NACRE_NOT_FOUND && !value->is_set) return;
    if (err == NACRE_OK && value->is_set && n == value->n && memcmp(found, value->bytes, n) == 0) {
        return;
    }
    fuzz_wrong("key %u: get answers %d, %u bytes; the decoder finds %d, %u bytes", key, (int)err, n,
               value->is_set, value->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static uint8_t image[FUZZ_REGION_MAX];
    struct fuzz_input input = { bytes, n };
    fuzz_bed_open(&bed, fuzz_byte(&input));
    (void)image_build(&bed, &input);
    sim_nor_peek(bed.sim, 0, image, bed.sim->bytes);
    decode_region(&decode, image, FUZZ_UNIT_BYTES, bed.lane_units);
    const enum nacre_err err = fuzz_bed_mount(&bed);
    agree_on_state(err);
    for (uint32_t key = 0; err == NACRE_OK && key < DECODE_KEYS; key++) agree_on_key(key);
    fuzz_bed_check_chip(&bed);
    fuzz_bed_close(&bed);
    return 0;
}
