/*
 * Fuzz target: mount whatever lies in the region, and use what a mount made of it.
 *
 * Held for every input: a mount ends with one of its answers within its bound of reads; what is
 * foreign or newer is left as it was; what the first mount answers, a second one answers too, and
 * never that the region is foreign, where no more than a granule is damaged; a set that answered
 * NACRE_OK is what a get finds; the chip is never misused; no sanitizer has anything to say.
 *
 * Input: a byte for the bed (fuzz_bed.h), a script for the image (image.h), then calls.
 */
#include "tests/fuzz/image.h"

#include <string.h>

#define CALLS_MAX 60u
#define VALUE_MAX 120u

static struct fuzz_bed bed;
static bool is_light; /* little of the image is not as a store left it */

static void get_back(uint32_t key, const uint8_t *value, uint32_t n)
{
    uint8_t found[NACRE_VALUE_BYTES_MAX];
    uint32_t length = 0;
    const enum nacre_err err = nacre_get(&bed.store, key, found, sizeof found, &length);
    if (err == NACRE_OK && length == n && memcmp(found, value, n) == 0) return;
    fuzz_wrong("key %u was set to %u bytes; get answers %d, %u bytes", key, n, (int)err, length);
}

static void call_set(struct fuzz_input *input)
{
    uint8_t value[VALUE_MAX];
    const uint32_t key = fuzz_byte(input) % 16u;
    const uint32_t n = fuzz_byte(input) % VALUE_MAX;
    const uint8_t fill = fuzz_byte(input);
    for (uint32_t i = 0; i < n; i++) value[i] = (uint8_t)(fill ^ i);
    if (nacre_set(&bed.store, key, value, n) == NACRE_OK) get_back(key, value, n);
}

static void call_remove(struct fuzz_input *input)
{
    uint32_t length;
    const uint32_t key = fuzz_byte(input) % 16u;
    if (nacre_remove(&bed.store, key) != NACRE_OK) return;
    const enum nacre_err err = nacre_get(&bed.store, key, NULL, 0, &length);
    if (err != NACRE_NOT_FOUND) fuzz_wrong("key %u was removed; get answers %d", key, (int)err);
}

/* The power goes, without an unmount or with one, and comes back. */
static bool call_boot(bool unmount)
{
    static struct fuzz_answers before;
    static struct fuzz_answers now;
    fuzz_answers_take(&bed, &before);
    if (unmount) (void)nacre_unmount(&bed.store);
    const enum nacre_err err = fuzz_bed_mount(&bed);
    const bool may_be_lost = !is_light && fuzz_is_left(err); /* the marks of all units, say */
    if (!fuzz_is_readable(err) && !may_be_lost) {
        fuzz_wrong("a mount that follows a mount answers %d", (int)err);
    }
    if (may_be_lost) return false;
    fuzz_answers_take(&bed, &now);
    if (is_light) fuzz_answers_agree(&now, &before);
    return err == NACRE_OK;
}

static void calls(struct fuzz_input *input)
{
    for (uint32_t i = 0; i < CALLS_MAX && input->left != 0; i++) {
        bool more;
        const uint32_t choice = fuzz_byte(input);
        if (choice < 160u) call_set(input);
        else if (choice < 190u) call_remove(input);
        else if (choice < 220u) (void)nacre_idle(&bed.store, &more);
        else if (choice < 240u) sim_nor_pass_us(bed.sim, 30000u);
        else if (!call_boot(choice % 2u != 0)) return;
    }
}

/* Nothing may have been programmed or erased, and the bytes stand. */
static void expect_untouched(const uint8_t *before, enum nacre_err err)
{
    static uint8_t now[FUZZ_REGION_MAX];
    sim_nor_peek(bed.sim, 0, now, bed.sim->bytes);
    if (bed.sim->counters.programs != 0 || bed.sim->counters.erases != 0 ||
        memcmp(now, before, bed.sim->bytes) != 0) {
        fuzz_wrong("mount answers %d and has changed the region", (int)err);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static uint8_t image[FUZZ_REGION_MAX];
    struct fuzz_input input = { bytes, n };
    fuzz_bed_open(&bed, fuzz_byte(&input));
    is_light = image_build(&bed, &input) <= IMAGE_LIGHT;
    sim_nor_peek(bed.sim, 0, image, bed.sim->bytes);
    enum nacre_err err = fuzz_bed_mount(&bed);
    if (fuzz_is_readable(err)) {
        if (call_boot(false)) calls(&input);
        if (fuzz_is_readable(fuzz_bed_mount(&bed))) (void)call_boot(false);
    } else if (fuzz_is_left(err)) {
        expect_untouched(image, err);
        err = nacre_format(&bed.store, &bed.cfg);
        if (err != NACRE_OK) fuzz_wrong("format answers %d", (int)err);
        calls(&input);
    }
    fuzz_bed_check_chip(&bed);
    fuzz_bed_close(&bed);
    return 0;
}
