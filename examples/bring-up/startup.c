/*
 * Vectors and start-up. What runs from RAM is copied first; nacre_port_adopt compares the copy.
 * No interrupt is ever taken, so the table ends behind the core's exceptions.
 */
#include "examples/start/start.h"

#include <stddef.h>
#include <stdint.h>

extern uint32_t stack_top[];

int main(void);
void Reset_Handler(void);

__attribute__((noreturn)) void Reset_Handler(void)
{
    start_memories();
    (void)main();
    start_fault();
    __builtin_unreachable();
}

__attribute__((section(".isr_vector"), used)) static void *const vectors[16] = {
    stack_top, Reset_Handler, start_fault, start_fault, start_fault, start_fault, start_fault, NULL,
    NULL, NULL, NULL, start_fault, start_fault, NULL, start_fault, start_fault};
