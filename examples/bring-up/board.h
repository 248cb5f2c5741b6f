/*
 * The board as the measurements need it: clocks as the boot left them, a console without
 * interrupts, and a word that outlives a reset. Nothing else is set up: what is measured is the
 * board as the boot left it. Interrupts stay masked.
 */
#ifndef EXAMPLES_BRING_UP_BOARD_H
#define EXAMPLES_BRING_UP_BOARD_H

#include <stdbool.h>
#include <stdint.h>

/* From the clock registers as found; 0 where they are not as any known boot sets them. */
struct board_clocks {
    uint32_t core_mhz;
    uint32_t xspi1_mhz; /* on the wires, the PSRAM */
    uint32_t xspi2_mhz; /* the NOR chip */
    uint32_t uart_hz;
};

struct board_clocks board_clocks(void);

/*
 * Run the core and its buses from PLL1 at another speed; the flash and the PSRAM keep theirs, which
 * comes from PLL2. The console is to be started again, at its new clock.
 *
 * mhz      even, 192 to 500: PLL1 runs at twice that, which its range allows
 * Returns  false: PLL1 is not fed as the boots feed it, or did not lock, and the core is on HSI
 */
bool board_set_core_mhz(uint32_t mhz);
/* As the boot had it, after board_set_core_mhz, whatever that returned. */
bool board_restore_core_mhz(void);

/* A watchdog that resets the system after 8 s without food. Nothing but a reset stops it. */
void board_start_watchdog(void);
bool board_has_watchdog(void);
void board_feed_watchdog(void);

/* UART4 on PD0 and PD1, 115200 baud, at its clock. */
void board_start_console(uint32_t uart_hz);

/* Send, and wait until all but the last two bytes are on the wire. */
void board_send(const char *text);

/* Wait until the console has sent everything. */
void board_flush(void);

/* Is the data cache on? */
bool board_has_data_cache(void);

/* Is the PSRAM mapped, and does XSPI1 have a port of its own? */
bool board_has_psram(void);

/*
 * The step that is under way, kept over a reset by software.
 *
 * board_step_take tells the one that a reset ended, 0 if none was, and forgets it.
 */
void board_step_set(uint32_t step);
uint32_t board_step_take(void);

#endif
