/*
 * rule: vector-dark call-dark
 * title: A live handler with helpers in RAM
 * sound: NMI, its helper and its table all lie in RAM.
 * config: live NMI HardFault
 * config: vectors ram_vectors
 * live: 2 3
 */
#include "tests/check_corpus/board.h"

static RAM uint32_t step_of(uint32_t index)
{
    return index * 3u + STATUS;
}

RAM void NMI_Handler(void)
{
    STATUS = step_of(4);
}

RAM void HardFault_Handler(void)
{
    OUTPUT = step_of(5);
}

typedef void (*vector)(void);
__attribute__((aligned(128))) const volatile vector ram_vectors[18]
    __attribute__((section(".data.vectors"))) = {[2] = NMI_Handler, [3] = HardFault_Handler};

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
