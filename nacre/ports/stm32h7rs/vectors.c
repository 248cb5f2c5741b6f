/*
 * Vectors and fault handlers of a blackout.
 *
 * RUNS FROM RAM: this file is placed by the linker as a whole, the table included.
 *
 * An NMI is noted and handed on afterwards. A fault has no way back: what faulted is our own code,
 * a live handler, or a stray read of the fenced flash. Where the flash can be mapped again the
 * application's handler of it is entered as if the core had done so: same stack pointer, same
 * registers, same EXC_RETURN.
 */
#include "nacre/ports/stm32h7rs/vectors.h"

#include "nacre/port.h"
#include "nacre/ports/stm32h7rs/registers.h"

volatile uint32_t nacre_ram_nmi_came;

static void nmi(void)
{
    nacre_ram_nmi_came = 1;
}

/* What C may change was saved by the core, but for LR; VTOR is the application's afterwards. */
__attribute__((naked)) static void fault(void)
{
    __asm volatile("push {r4, lr}\n\t"
                   "bl nacre_blackout_fault\n\t"
                   "pop {r4, lr}\n\t"
                   "mrs r0, ipsr\n\t"
                   "ldr r1, =%c0\n\t"
                   "ldr r1, [r1]\n\t"
                   "ldr pc, [r1, r0, lsl #2]\n\t"
                   ".ltorg"
                   :: "i"(SCB_VTOR));
}


/* VTOR drops its seven low bits: hence the alignment. The stack pointer is not taken from here. */
__attribute__((aligned(128))) void (*const nacre_ram_vectors[NACRE_RAM_VECTOR_COUNT])(void) = {
    [NACRE_RAM_NMI] = nmi,
    [NACRE_RAM_FAULT] = fault,
    [NACRE_RAM_STRAY] = nacre_blackout_dead_end,
};
