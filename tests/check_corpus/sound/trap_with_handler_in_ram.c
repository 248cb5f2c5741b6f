/*
 * rule: svc-dark vector-dark
 * title: A trap whose handler lies in RAM
 * sound: The table and HardFault's handler, which waits for a debugger, lie in RAM.
 * config: vectors ram_vectors
 * config: live HardFault
 * inputs: 0 3
 */
#include "tests/check_corpus/board.h"

RAM void HardFault_Handler(void)
{
    for (;;) {
        OUTPUT = 1;
    }
}

typedef void (*vector)(void);
__attribute__((aligned(128))) const volatile vector ram_vectors[18]
    __attribute__((section(".data.vectors"))) = {[3] = HardFault_Handler};

RAM int root(int input)
{
    if (input == 3) __builtin_trap();
    return input;
}

int main(void)
{
    VTOR = (uint32_t)ram_vectors;
    OUTPUT = (uint32_t)root((int)INPUT);
    return 0;
}
