/*
 * What the internal flash needs of the core itself. A file of its own, so that the rest can be
 * tried on a false board.
 */
#ifndef NACRE_PORTS_STM32H7RS_MCU_FLASH_CORE_H
#define NACRE_PORTS_STM32H7RS_MCU_FLASH_CORE_H

#include "nacre/check.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_SHIELD_WORDS 4u /* a word of this flash, in words of the core */

struct nacre_shield {
    uint32_t faultmask;
    uint32_t CCR;
};

/*
 * From here to the end a bus fault of a load is not taken, but noted. Interrupts are masked, an NMI
 * is not.
 *
 * Context  privileged thread; a few loads long
 */
struct nacre_shield nacre_shield_begin(void);

/* Back to before. Returns whether there was a bus fault in between. */
NACRE_MUST_CHECK bool nacre_shield_end(const struct nacre_shield *shield);

/* Read one word of the flash; what comes of a fault is undefined. All is read when it returns. */
void nacre_shield_load(uint32_t core_addr, uint32_t *words);

/*
 * Store one word by halves, as ST's driver does, with interrupts masked: a handler that wrote there
 * would mix its bytes with these. All has left the core when it returns.
 *
 * word  16 bytes, outside this flash
 */
void nacre_flash_store(uint32_t core_addr, const uint8_t *word);

/*
 * Discard the lines of the data cache that hold the range. Never cleans: what may be written here
 * is write-through.
 */
void nacre_flash_discard(uint32_t core_addr, uint32_t n);

/* All accesses so far have been made. */
void nacre_flash_barrier(void);

#endif
