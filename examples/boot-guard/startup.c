/*
 * Vectors and start-up of the stage. Nothing is copied: code and constants stay in internal flash.
 */
#include <stdint.h>

typedef void handler(void);

extern uint32_t stack_top[];
extern uint32_t bss_start[], bss_end[];

int main(void);
void Reset_Handler(void);

static void fault(void)
{
    for (;;) {
    }
}

__attribute__((noreturn)) void Reset_Handler(void)
{
    for (volatile uint32_t *word = bss_start; word < bss_end; word++) *word = 0;
    (void)main();
    fault();
    __builtin_unreachable();
}

struct vectors {
    uint32_t *stack;
    handler *exceptions[15];
};

__attribute__((section(".isr_vector"), used)) static const struct vectors vectors = {
    .stack = stack_top,
    .exceptions = {Reset_Handler, fault, fault, fault, fault, fault},
};
