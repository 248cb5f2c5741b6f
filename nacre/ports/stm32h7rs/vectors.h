/*
 * The vectors that are in force while the flash cannot be read.
 */
#ifndef NACRE_PORTS_STM32H7RS_VECTORS_H
#define NACRE_PORTS_STM32H7RS_VECTORS_H

#include <stdint.h>

#define NACRE_RAM_VECTOR_COUNT 16u

/* Stack and the 15 exceptions of the core. Interrupts are masked, so their vectors are not read. */
extern void (*const nacre_ram_vectors[NACRE_RAM_VECTOR_COUNT])(void);

/* Not 0: an NMI came in the blackout; it is set pending again for the application's own handler. */
extern volatile uint32_t nacre_ram_nmi_came;

#endif
