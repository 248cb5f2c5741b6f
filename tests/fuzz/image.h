/*
 * What lies in the region before a mount: bytes as the input has them, or what a script of the
 * input makes of a blank or a used region. The script knows docs/format.md, so that its records
 * and marks have the check sums that they need to be believed; a bit of each spoils them.
 *
 * Script: a byte says on what it starts (IMAGE_RAW: the rest of the input is the region; else a
 * blank region or one that a store used for a while), then commands up to IMAGE_END.
 */
#ifndef TESTS_FUZZ_IMAGE_H
#define TESTS_FUZZ_IMAGE_H

#include "tests/fuzz/fuzz_bed.h"
#include "tests/fuzz/fuzz_input.h"

/* The base: what the script starts from. */
enum image_base {
    IMAGE_BLANK = 0,
    IMAGE_RAW = 255, /* any other: a region that was used so much */
};

/* Commands, in the low four bits; the high ones are arguments. */
enum image_command {
    IMAGE_MARK,    /* + 0x10 of a wrong check sum, + 0x20 of any generation: unit, lap, oldest */
    IMAGE_RECORD,  /* + 0x10 as above, + 0x20 at a slot, + 0x40 control: key, info, ... */
    IMAGE_COMMIT,  /* the note that makes a unit count */
    IMAGE_GRANULE, /* place, 16 bytes */
    IMAGE_FILL,    /* place, count, byte */
    IMAGE_FLIP,    /* place, bit */
    IMAGE_COPY,    /* to, from, count */
    IMAGE_UNIT,    /* records follow in this unit, as if of this lap */
    IMAGE_LANE,    /* what follows goes to lane A, B or both */
    IMAGE_RESEAL,  /* the check sum of the record or mark at a place is made right */
    IMAGE_END = 15,
};

#define IMAGE_LIGHT 1u
#define IMAGE_WILD UINT32_MAX /* it says what no store can say */

/*
 * Lay the image into the chip of a bed, and take what it takes from the input.
 *
 * Returns  how many granules of it are not as a store left them. Beyond IMAGE_LIGHT such bytes may
 *          contradict themselves as they like: several marks lost, good check sums over lies
 */
uint32_t image_build(struct fuzz_bed *bed, struct fuzz_input *input);

/*
 * Make a record of a value as it would lie at a place, for values that look like records.
 *
 * granule  16 bytes
 */
void image_make_granule(uint8_t *granule, uint32_t key, uint32_t generation, uint32_t place,
                        uint32_t unit_count);

#endif
