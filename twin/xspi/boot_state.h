/*
 * Named start states: what ST's boot stage (Boot_XIP of STM32CubeH7RS for the STM32H7S78-DK)
 * leaves in the controllers, the I/O manager and the chips when it jumps to the application.
 * Traced from ST's prebuilt images; they differ by release.
 */
#ifndef TWIN_XSPI_BOOT_STATE_H
#define TWIN_XSPI_BOOT_STATE_H

#include <stdint.h>

#include "twin/chip/nor.h"
#include "twin/chip/psram.h"
#include "twin/xspi/xspi.h"
#include "twin/xspi/xspim.h"

enum boot_state {
    BOOT_STATE_1_0_0,
    BOOT_STATE_1_2_0,   /* also 1.1.0 */
    BOOT_STATE_BETWEEN, /* commit 5f0b3560, between 1.2.0 and 1.3.0 */
    BOOT_STATE_1_3_0,
    BOOT_STATE_RWW,     /* the read-while-write example: both controllers on port 2, no PSRAM */
    BOOT_STATE_COUNT,
};

/* The release, for a report; state < BOOT_STATE_COUNT. The text is static. */
const char *boot_state_name(enum boot_state state);

struct boot_state_board {
    struct xspi *xspi1;
    struct xspi *xspi2;
    struct xspim *xspim;
    struct nor *nor;     /* has power */
    struct psram *psram; /* has power; may be NULL */
};

/*
 * Reset both controllers, then set them, the I/O manager and the chips. The flash's window is
 * mapped and not touched yet. In BOOT_STATE_RWW the PSRAM is left alone.
 */
void boot_state_apply(enum boot_state state, const struct boot_state_board *board, uint64_t now_ps);

#endif
