/*
 * A minimal boot stage in internal flash: the guard, then clocks, XSPI2 and the jump to the
 * application in the flash that it maps. It shows where the guard belongs; a product takes its own
 * boot stage, with more care for power, protection and updates.
 *
 * Register values are those that ST's Boot_XIP of STM32CubeH7RS 1.3.0 leaves on the STM32H7S78-DK
 * (traced), so that the application finds the same clocks and the same mapped read.
 */
#ifndef EXAMPLES_BOOT_GUARD_STAGE_H
#define EXAMPLES_BOOT_GUARD_STAGE_H

#include <stdbool.h>

#include "examples/boot-guard/boot_guard.h"

#define STAGE_REG(addr) (*(volatile uint32_t *)(addr))

/* What the guard found, at the start of the stage's RAM: for a debugger or the application. */
extern struct boot_guard_report stage_report;

/* The file with_guard.c, with_guard_strobe.c or without_guard.c. False: there is no flash. */
bool stage_guard(void);

/* Core 600 MHz from PLL1, buses 300 and 150 MHz, 200 MHz for XSPI2 from PLL2. Once after reset. */
void stage_start_clocks(void);

/*
 * The flash of the board, idle in SPI mode, goes to octal DTR and is mapped at 0x70000000.
 *
 * Context  clocks are started; a chip in another state does not take the command, and the window
 *          then shows what that state makes of a read
 */
void stage_map_flash(void);

#endif
