/*
 * Start-up and vectors of the storm.
 */
#include "examples/brightness/board.h"
#include "examples/start/start.h"
#include "tests/storm_fw/parts.h"

#include <stddef.h>
#include <string.h>

#define IRQ_HPDMA1_CHANNEL0 64

typedef void handler(void);

extern uint32_t stack_top[];
extern char live_start[], live_end[], live_load[];

int main(void);
void Reset_Handler(void);

__attribute__((noreturn)) void Reset_Handler(void)
{
    start_memories();
    memcpy(live_start, live_load, (size_t)(live_end - live_start));
    __asm volatile("dsb\n\tisb" ::: "memory");
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
    .exceptions = {[0] = Reset_Handler, [1] = start_fault, [2] = start_fault, [3] = start_fault,
                   [4] = start_fault, [5] = start_fault, [10] = start_fault, [13] = start_fault,
                   [14] = storm_on_tick},
    .interrupts = {[BOARD_IRQ_TIM6] = storm_on_timer,
                   [BOARD_IRQ_UART4] = board_on_uart,
                   [IRQ_HPDMA1_CHANNEL0] = storm_on_dma},
};
