/*
 * Vectors and start-up. All of it runs from flash, as in an ordinary application.
 *
 * The boot stage jumps here with caches off and the flash mapped. What runs from RAM is copied
 * before anything else, for nacre_nor_open refuses to work without it.
 */
#include "examples/brightness/board.h"

#include <stdint.h>

#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define CPACR_FPU_FULL 0x00F00000u
#define IRQ_COUNT 156u /* CMSIS stm32h7s7xx.h: the last is 155 */

typedef void handler(void);

extern uint32_t stack_top[];
extern uint32_t nacre_ram_start[], nacre_ram_copy_end[];
extern const uint32_t nacre_ram_load[];
extern uint32_t data_start[], data_end[];
extern const uint32_t data_load[];
extern uint32_t bss_start[], bss_end[];

int main(void);
void Reset_Handler(void);

static void fault(void)
{
    for (;;) {
    }
}

static void copy(uint32_t *to, const uint32_t *end, const uint32_t *from)
{
    while (to < end) {
        *to++ = *from++;
    }
}

static void clear(uint32_t *to, const uint32_t *end)
{
    while (to < end) {
        *to++ = 0;
    }
}

__attribute__((noreturn)) void Reset_Handler(void)
{
    CPACR |= CPACR_FPU_FULL;
    __asm volatile("dsb\n\tisb");
    copy(nacre_ram_start, nacre_ram_copy_end, nacre_ram_load);
    copy(data_start, data_end, data_load);
    clear(bss_start, bss_end);
    __asm volatile("dsb\n\tisb");
    (void)main();
    for (;;) {
    }
}

struct vectors {
    uint32_t *stack;
    handler *exceptions[15];
    handler *interrupts[IRQ_COUNT];
};

__attribute__((section(".isr_vector"), used)) static const struct vectors vectors = {
    .stack = stack_top,
    .exceptions = {Reset_Handler, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0,
                   fault, board_on_tick},
    .interrupts = {[BOARD_IRQ_TIM6] = board_on_fast_timer, [BOARD_IRQ_UART4] = board_on_uart},
};
