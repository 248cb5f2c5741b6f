/*
 * The vectors that are in force while the flash cannot be read.
 */
#ifndef NACRE_PORTS_STM32H7RS_VECTORS_H
#define NACRE_PORTS_STM32H7RS_VECTORS_H

#include <stdint.h>

#define NACRE_RAM_NMI 2u
#define NACRE_RAM_FAULT 3u
#define NACRE_RAM_FAULT_LAST 6u /* UsageFault */
#define NACRE_RAM_STRAY 0u
#define NACRE_RAM_VECTOR_COUNT 4u

/*
 * NMI and HardFault. With PRIMASK set no other is taken: interrupts are masked, and what else goes
 * wrong is made a HardFault. Where interrupts stay live the table is another one, made of these:
 * first, where the stack pointer of a reset would be, is what serves all that must not come.
 */
extern void (*const nacre_ram_vectors[NACRE_RAM_VECTOR_COUNT])(void);

/* Not 0: an NMI came in the blackout; it is set pending again for the application's own handler. */
extern volatile uint32_t nacre_ram_nmi_came;

#endif
