/*
 * Vectors and fault handlers of a blackout.
 *
 * RUNS FROM RAM: this file is placed by the linker as a whole, the table included.
 *
 * An NMI is noted and handed on afterwards. A fault has no way back: what faulted is our own code,
 * a live handler, or a stray read of the fenced flash.
 */
#include "nacre/ports/stm32h7rs/vectors.h"

#include "nacre/port.h"

volatile uint32_t nacre_ram_nmi_came;

static void nmi(void)
{
    nacre_ram_nmi_came = 1;
}

static void fault(void)
{
    nacre_blackout_fault();
}

/* VTOR drops its seven low bits: hence the alignment. The stack pointer is not taken from here. */
__attribute__((aligned(128))) void (*const nacre_ram_vectors[NACRE_RAM_VECTOR_COUNT])(void) = {
    [NACRE_RAM_NMI] = nmi,
    [NACRE_RAM_FAULT] = fault,
};
