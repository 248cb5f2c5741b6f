/*
 * rule: vector-dark
 * title: A masked handler in flash
 * sound: Only SysTick is live; the interrupt whose handler lies in flash is masked.
 * config: live SysTick
 * config: vectors ram_vectors
 * live: 15
 */
#include "tests/check_corpus/board.h"

RAM void SysTick_Handler(void)
{
    STATUS += 1;
}

void Irq0_Handler(void)
{
    STATUS += 2;
}

typedef void (*vector)(void);
__attribute__((aligned(128))) const volatile vector ram_vectors[18]
    __attribute__((section(".data.vectors"))) = {[15] = SysTick_Handler, [16] = Irq0_Handler};

RAM int root(int input)
{
    OUTPUT = 1;
    OUTPUT = 2;
    return input;
}

int main(void)
{
    VTOR = (uint32_t)ram_vectors;
    OUTPUT = (uint32_t)root((int)INPUT);
    return 0;
}
