/*
 * The parts of the storm's firmware.
 */
#ifndef TESTS_STORM_FW_PARTS_H
#define TESTS_STORM_FW_PARTS_H

#include "nacre/core/store.h"
#include "nacre/media/nor.h"
#include "tests/storm_fw/storm.h"

#include <stdbool.h>
#include <stdint.h>

extern const struct storm_cfg storm_cfg;
extern struct storm_seen storm_seen;

/* ---- cfg.c ---- */

/* A number of storm_cfg as it lies in the flash, whatever the compiler saw. */
#define STORM_CFG(member) (*(const volatile uint32_t *)&storm_cfg.member)

/* ---- draw.c: the storm's dice ---- */

/* The next number below limit, which is 1 at least. */
uint32_t storm_draw(uint32_t limit);

#define STORM_VALUE_MAX 200u

/* The value that key has with this serial number: the number, then noise. Returns its length. */
uint32_t storm_value(uint32_t key, uint32_t serial, uint8_t *bytes);

/* ---- box.c: chip, store and what they cost ---- */

extern struct nacre_nor storm_nor;
extern struct nacre_store storm_store;

/*
 * Open and mount, format what is foreign. Where the hooks keep it from ending it is tried again,
 * until the dice let it.
 */
enum nacre_err storm_open(void);
/* May the hooks' deadline have made a call answer this? */
bool storm_is_deadline(enum nacre_err err);
/* Say which call answered what, and stand still. */
_Noreturn void storm_end(const char *call, enum nacre_err err);
/* Unmount and close, and add the figures to storm_seen. */
enum nacre_err storm_close(void);
/* The figures of nacre_nor_stats so far into storm_seen. */
void storm_note(void);
/* What the store has for the key, as a serial number: 0 for nothing. False: not as written. */
bool storm_read(uint32_t key, uint32_t *serial);

/* ---- writes.c ---- */

/* Never ends. */
void storm_write(void);

/* ---- letters.c ---- */

/* Do what letters say, one after the other; never ends. */
void storm_letters(void);

extern const struct nacre_nor_os storm_letters_os;

/* ---- masters.c: timers, DMA and what the library asks of them ---- */

extern const struct nacre_nor_hooks storm_hooks;
extern const struct nacre_nor_os storm_os;

/* Timers at their rates, priorities, and the first copy. After board_start. */
void storm_masters_start(void);
/* Microseconds, going on while the core sleeps. */
const volatile uint32_t *storm_clock(void);
/* A piece of the application's work, all of it in flash. */
void storm_work(void);

/* What nacre_port_cfg.live is to be; no handlers if the timer's is not to lie in RAM. */
struct nacre_live storm_live(void);

void storm_on_timer(void);
void storm_on_tick(void);
void storm_on_dma(void);

#endif
