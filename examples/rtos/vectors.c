/*
 * Vectors of a product with a kernel. All handlers run from flash; while the flash cannot be read
 * they are held up by the mask, and take their turn after it.
 */
#include "examples/brightness/board.h"
#include "examples/start/start.h"

#include <stdint.h>

#define IRQ_COUNT 156u /* CMSIS stm32h7s7xx.h: the last is 155 */

typedef void handler(void);

extern uint32_t stack_top[];

int main(void);
void Reset_Handler(void);

/* The kernel's, by the names that CMSIS gives. */
handler SVC_Handler;
handler PendSV_Handler;
handler SysTick_Handler;

__attribute__((noreturn)) void Reset_Handler(void)
{
    start_memories();
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
    .exceptions = {Reset_Handler, start_fault, start_fault, start_fault, start_fault, start_fault,
                   0, 0, 0, 0, SVC_Handler, start_fault, 0, PendSV_Handler, SysTick_Handler},
    .interrupts = {[BOARD_IRQ_TIM6] = board_on_fast_timer, [BOARD_IRQ_UART4] = board_on_uart},
};
