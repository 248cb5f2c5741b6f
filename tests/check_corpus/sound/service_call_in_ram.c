/*
 * rule: svc-dark vector-dark
 * title: A service call whose handler lies in RAM
 * sound: The table and SVC's handler lie in RAM.
 * config: vectors ram_vectors
 * config: live SVCall
 */
#include "tests/check_corpus/board.h"

RAM void SVC_Handler(void)
{
    OUTPUT = 1;
}

typedef void (*vector)(void);
__attribute__((aligned(128))) const volatile vector ram_vectors[18]
    __attribute__((section(".data.vectors"))) = {[11] = SVC_Handler};

RAM int root(int input)
{
    __asm__ volatile("svc 0" ::: "r0", "r1", "r2", "r3", "ip", "lr", "memory");
    return input;
}

int main(void)
{
    VTOR = (uint32_t)ram_vectors;
    OUTPUT = (uint32_t)root((int)INPUT);
    return 0;
}
