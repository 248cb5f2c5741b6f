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

/* By number: 0 is the stack, 16 + n interrupt n. */
__attribute__((section(".isr_vector"), used)) static handler *const table[16u + IRQ_COUNT] = {
    [0] = (handler *)stack_top,
    [1] = Reset_Handler,
    [2] = start_fault, /* NMI */
    [3] = start_fault, /* HardFault */
    [4] = start_fault, /* MemManage */
    [5] = start_fault, /* BusFault */
    [6] = start_fault, /* UsageFault */
    [11] = SVC_Handler,
    [12] = start_fault, /* DebugMonitor */
    [14] = PendSV_Handler,
    [15] = SysTick_Handler,
    [16 + BOARD_IRQ_TIM6] = board_on_fast_timer,
    [16 + BOARD_IRQ_UART4] = board_on_uart,
};
