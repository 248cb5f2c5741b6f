/*
 * The flash inside the microcontroller as a medium: for a store in sectors that the boot stage does
 * not need.
 *
 * A word is a granule: 16 bytes with an error-correcting code, programmed once. A cut leaves a word
 * whose code may be broken; that is read as zeros and is no error (nacre/medium.h), so one lane is
 * enough. One bank: what is read from this flash while a word is programmed or a unit erased stands
 * still until that has ended, code and vectors included. A read of the medium waits for an erase
 * first. docs/media.md says what that means for interrupts.
 *
 * So the code of a blackout must lie elsewhere: a save into the running flash that meets an erase
 * here would keep that flash dark and interrupts masked until the erase has ended. That is refused
 * where it can be told; a blackout with a linker script of its own is not found out.
 */
#ifndef NACRE_MEDIA_MCU_FLASH_H
#define NACRE_MEDIA_MCU_FLASH_H

#include "nacre/check.h"
#include "nacre/err.h"
#include "nacre/mcu_port.h"
#include "nacre/medium.h"

#include <stdbool.h>
#include <stdint.h>

/* A part of the flash that is somebody else's, as the core sees it. */
struct nacre_mcu_range {
    uint32_t core_addr;
    uint32_t bytes;
};

struct nacre_mcu_flash_cfg {
    struct nacre_mcu_range region;     /* the store's: whole units */
    const struct nacre_mcu_range *used; /* the boot stage, code that runs from there; not kept */
    uint32_t used_count;               /* 1 or more: say what the flash holds */
};

struct nacre_mcu_flash {
    struct nacre_medium medium; /* first: the store sees only this */
    struct nacre_mcu_port *port;
    uint32_t flash_addr;        /* of the region */
    bool is_erasing;
    bool is_untold;             /* an erase has ended by a read that waited for it */
    enum nacre_err erase_result; /* while is_untold */
};

/*
 * Make a medium of some units of this flash. Nothing is written; its content stays.
 *
 * flash    the caller's; must not be moved afterwards
 * port     opened; kept; one medium at a time uses it
 * Returns  NACRE_OK
 *          NACRE_BAD_ARGUMENT      a pointer is null, or nothing is named as used
 *          NACRE_NO_REGION         the region has no bytes
 *          NACRE_REGION_OUTSIDE    it does not lie in this flash, or ends beyond it
 *          NACRE_REGION_UNALIGNED  it does not start and end at a unit
 *          NACRE_REGION_IN_IMAGE   it overlaps what is used, what the core runs after a reset, or
 *                                  code of this program
 *          NACRE_PART_PROTECTED    a unit of it is write-protected or hidden
 *          NACRE_FLASH_CACHED      the MPU lets the core not write there, or into its cache alone
 *          NACRE_FLASH_RUNS_BLACKOUT  code of the blackout lies in this flash, as far as the
 *                                  linker script says so (nacre_ram.ld)
 *          after each of these *flash is unchanged; port->mismatch tells more of the last four
 * Context  thread only, as all that is called through the medium
 */
NACRE_MUST_CHECK enum nacre_err nacre_mcu_flash_open(struct nacre_mcu_flash *flash,
                                                     struct nacre_mcu_port *port,
                                                     const struct nacre_mcu_flash_cfg *cfg);

#endif
