/*
 * Stop mode, as far as this example goes: it sleeps until an interrupt comes. A product of your own
 * stops its clocks here, and restores them before it returns. Flash, stacks and the code that runs
 * from RAM must keep their bytes, and XSPI2 its registers: nacre_nor_resume looks.
 */
#include "examples/rtos/product.h"

void product_stop_mode(void)
{
    __asm volatile("dsb\n\twfi" ::: "memory");
}
