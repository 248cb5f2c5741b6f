/*
 * rule: vector-dark call-dark veneer-dark
 * title: A live handler that calls flash
 * broken: NMI cannot be masked. Its handler lies in RAM and calls a function in flash.
 * cure: Place all that the handler calls in RAM.
 * config: live NMI
 * config: vectors ram_vectors
 * live: 2
 */
#include "tests/check_corpus/board.h"

static FLASH void count(void)
{
    STATUS += 1;
}

RAM void NMI_Handler(void)
{
    count();
    OUTPUT = 4;
}

typedef void (*vector)(void);
__attribute__((aligned(128))) const volatile vector ram_vectors[18]
    __attribute__((section(".data.vectors"))) = {[2] = NMI_Handler};

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
