/*
 * rule: vector-dark
 * title: A fault handler that nobody placed
 * broken: HardFault is live at all times; the default handler lies in flash.
 * cure: Write one in RAM that stops where a debugger can see it.
 * config: live HardFault
 * config: vectors ram_vectors
 * live: 3
 */
#include "tests/check_corpus/board.h"

extern void Idle_Handler(void);

typedef void (*vector)(void);
__attribute__((aligned(128))) const volatile vector ram_vectors[18]
    __attribute__((section(".data.vectors"))) = {[3] = Idle_Handler};

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
