/*
 * rule: vector-dark load-dark pointer-dark table-dark
 * title: A live handler that reads a table in flash
 * broken: Vector and handler lie in RAM; the handler reads a constant in flash.
 * cure: Place the constant in RAM.
 * config: live irq0
 * config: vectors ram_vectors
 * live: 16
 */
#include "tests/check_corpus/board.h"

static const uint32_t steps[4] = {1, 2, 4, 8};

RAM void Irq0_Handler(void)
{
    STATUS = ((const volatile uint32_t *)steps)[STATUS & 3u];
}

typedef void (*vector)(void);
__attribute__((aligned(128))) const volatile vector ram_vectors[18]
    __attribute__((section(".data.vectors"))) = {[16] = Irq0_Handler};

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
