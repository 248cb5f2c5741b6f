/*
 * The scratch region: its place comes from the build, SCRATCH_ADDR, SCRATCH_BYTES, SCRATCH_ERASE.
 */
#include "examples/bring-up/scratch.h"

#include <stddef.h>

#define FLASH_WINDOW 0x70000000u
#define UNITS_MIN 2u
#define ERASED_WORD 0xFFFFFFFFu

extern const uint32_t image_end[]; /* of the linker script: the first byte behind the image */

const struct scratch scratch = {SCRATCH_ADDR, SCRATCH_BYTES, SCRATCH_ERASE != 0};

static bool is_blank(void)
{
    const volatile uint32_t *const words =
        (const volatile uint32_t *)(FLASH_WINDOW + scratch.addr);

    for (uint32_t i = 0; i < scratch.bytes / sizeof(uint32_t); i++) {
        if (words[i] != ERASED_WORD) return false;
    }
    return true;
}

enum nacre_err scratch_check(const struct nacre_chip *chip)
{
    const uint32_t image_bytes = (uint32_t)image_end - FLASH_WINDOW;

    if (scratch.bytes == 0) return NACRE_NO_REGION;
    if ((scratch.addr | scratch.bytes) % chip->unit_bytes != 0) return NACRE_REGION_UNALIGNED;
    if (scratch.bytes / chip->unit_bytes < UNITS_MIN) return NACRE_REGION_TOO_SMALL;
    if (scratch.addr >= chip->chip_bytes || scratch.bytes > chip->chip_bytes - scratch.addr) {
        return NACRE_REGION_OUTSIDE;
    }
    if (scratch.addr + scratch.bytes > chip->chip_bytes - chip->last_bytes) {
        return NACRE_REGION_LAST_BYTES;
    }
    if (scratch.addr < image_bytes) return NACRE_REGION_IN_IMAGE; /* the image begins at 0 */
    return scratch.may_erase || is_blank() ? NACRE_OK : NACRE_NOT_ERASED;
}
