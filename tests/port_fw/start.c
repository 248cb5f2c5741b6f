/*
 * Start-up of the port's checks: as the example's, and a PendSV handler that calls the library.
 */
#include "examples/brightness/board.h"
#include "examples/start/start.h"
#include "tests/port_fw/checks.h"

#include <stdint.h>

typedef void handler(void);

extern uint32_t stack_top[];

int main(void);
void Reset_Handler(void);

__attribute__((noreturn)) void Reset_Handler(void)
{
    start_memories();
    (void)main();
    for (;;) {
    }
}

__attribute__((weak)) void checks_on_nmi(void)
{
    start_fault();
}

__attribute__((weak)) void checks_on_fault(void)
{
    start_fault();
}

struct vectors {
    uint32_t *stack;
    handler *exceptions[15];
    handler *interrupts[156];
};

__attribute__((section(".isr_vector"), used)) static const struct vectors vectors = {
    .stack = stack_top,
    .exceptions = {Reset_Handler, checks_on_nmi, checks_on_fault, checks_on_fault, checks_on_fault,
                   checks_on_fault, 0, 0, 0, 0, start_fault, start_fault, 0, checks_in_handler,
                   board_on_tick},
    .interrupts = {[BOARD_IRQ_TIM6] = board_on_fast_timer, [BOARD_IRQ_UART4] = board_on_uart},
};
