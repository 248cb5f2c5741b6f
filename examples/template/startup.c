/*
 * Start-up of the stand-in: what ST's startup_stm32h7s7xx.s does, in C.
 */
#include <stdint.h>

#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define CPACR_FPU_FULL 0x00F00000u

typedef void handler(void);

extern uint32_t _estack[];
extern uint32_t _sdata[], _edata[];
extern const uint32_t _sidata[];
extern uint32_t _sbss[], _ebss[];

int main(void);
void Reset_Handler(void);

static void Default_Handler(void)
{
    for (;;) {
    }
}

__attribute__((noreturn)) void Reset_Handler(void)
{
    const uint32_t *from = _sidata;

    CPACR |= CPACR_FPU_FULL;
    __asm volatile("dsb\n\tisb");
    for (uint32_t *to = _sdata; to < _edata; to++) {
        *to = *from++;
    }
    for (uint32_t *to = _sbss; to < _ebss; to++) {
        *to = 0;
    }
    (void)main();
    for (;;) {
    }
}

struct vectors {
    uint32_t *stack;
    handler *exceptions[15];
};

__attribute__((section(".isr_vector"), used)) static const struct vectors vectors = {
    .stack = _estack,
    .exceptions = {Reset_Handler, Default_Handler, Default_Handler, Default_Handler,
                   Default_Handler, Default_Handler, 0, 0, 0, 0, Default_Handler, Default_Handler,
                   0, Default_Handler, Default_Handler},
};
