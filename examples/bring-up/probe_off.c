/*
 * A read of the window while nothing is mapped.
 *
 * RUNS FROM RAM, as probe.c. Faults are taken by a table of its own: the handler steps over the
 * load, which is two bytes long.
 *
 * Source   Armv7-M Architecture Reference Manual B1.5.6 (stack frame), B3.2.15 (CFSR)
 */
#include "examples/bring-up/probe_off.h"

#include "nacre/ports/stm32h7rs/registers.h"

#include <stddef.h>

#define VECTORS 16u
#define NMI 2u
#define HARD_FAULT 3u
#define MEM_MANAGE 4u
#define BUS_FAULT 5u
#define USAGE_FAULT 6u
#define CFSR_ADDR 0xE000ED28u
#define HFSR_ADDR 0xE000ED2Cu
#define ALL 0xFFFFFFFFu
#define MARK 0x5AFEC0DEu
#define WINDOW_BITS 28u

static volatile uint32_t fault_count;

/* The stacked PC is the seventh word of the frame. */
__attribute__((naked)) static void step_over(void)
{
    __asm volatile("ldr r0, [sp, #24]\n\t"
                   "adds r0, #2\n\t"
                   "str r0, [sp, #24]\n\t"
                   "ldr r0, =%c0\n\t"
                   "ldr r1, [r0]\n\t"
                   "adds r1, #1\n\t"
                   "str r1, [r0]\n\t"
                   "dsb\n\t"
                   "bx lr\n\t"
                   ".ltorg"
                   :: "i"(&fault_count));
}

__attribute__((aligned(128))) static void (*const vectors[VECTORS])(void) = {
    [NMI] = step_over,       [HARD_FAULT] = step_over,  [MEM_MANAGE] = step_over,
    [BUS_FAULT] = step_over, [USAGE_FAULT] = step_over,
};

static bool faults(const volatile uint32_t *word, uint32_t *got)
{
    uint32_t value = MARK;

    fault_count = 0;
    __asm volatile("dsb\n\tldr.n %0, [%1]\n\tdsb\n\tisb" : "+l"(value) : "l"(word) : "memory");
    *got = value;
    return fault_count != 0;
}

static void forget_fault(void)
{
    NACRE_REG(CFSR_ADDR) = ALL;
    NACRE_REG(HFSR_ADDR) = ALL;
}

static void read_unmapped(struct probe_board *board, struct probe_off *off)
{
    const struct nacre_fence whole = {.bits = WINDOW_BITS};
    const struct nacre_xspi *const xspi = (const struct nacre_xspi *)board->port.ctrl.base;

    nacre_port_fence(&board->port, NULL);
    off->has_faulted = faults(off->word, &off->got);
    nacre_port_fence(&board->port, &whole);
    off->CFSR = NACRE_REG(CFSR_ADDR);
    off->SR = xspi->SR;
    forget_fault();
}

void probe_off(struct probe_board *board, struct probe_off *off)
{
    uint32_t got;

    const bool is_dark = probe_go_dark(board);
    const uint32_t vtor = NACRE_REG(SCB_VTOR);

    NACRE_REG(SCB_VTOR) = (uint32_t)vectors;
    __asm volatile("dsb\n\tisb" ::: "memory");
    off->was_rehearsed = faults(off->word, &got);
    forget_fault();
    if (is_dark && off->was_rehearsed) read_unmapped(board, off);
    NACRE_REG(SCB_VTOR) = vtor;
    __asm volatile("dsb\n\tisb" ::: "memory");
    (void)nacre_ctrl_leave(&board->port.ctrl);
    probe_go_light(board);
}
