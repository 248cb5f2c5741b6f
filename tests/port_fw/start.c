/*
 * Start-up of the port's checks: as the example's, and a PendSV handler that calls the library.
 */
#include "examples/brightness/board.h"
#include "tests/port_fw/checks.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define CPACR_FPU_FULL 0x00F00000u

typedef void handler(void);

extern uint32_t stack_top[];
extern char nacre_ram_start[], nacre_ram_end[], nacre_ram_load[];
extern char data_start[], data_end[], data_load[];
extern char bss_start[], bss_end[];

int main(void);
void Reset_Handler(void);

static void fault(void)
{
    for (;;) {
    }
}

__attribute__((noreturn)) void Reset_Handler(void)
{
    CPACR |= CPACR_FPU_FULL;
    __asm volatile("dsb\n\tisb");
    memcpy(nacre_ram_start, nacre_ram_load, (size_t)(nacre_ram_end - nacre_ram_start));
    memcpy(data_start, data_load, (size_t)(data_end - data_start));
    memset(bss_start, 0, (size_t)(bss_end - bss_start));
    (void)main();
    for (;;) {
    }
}

struct vectors {
    uint32_t *stack;
    handler *exceptions[15];
    handler *interrupts[156];
};

__attribute__((section(".isr_vector"), used)) static const struct vectors vectors = {
    .stack = stack_top,
    .exceptions = {Reset_Handler, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0,
                   checks_in_handler, board_on_tick},
    .interrupts = {[BOARD_IRQ_TIM6] = board_on_fast_timer, [BOARD_IRQ_UART4] = board_on_uart},
};
