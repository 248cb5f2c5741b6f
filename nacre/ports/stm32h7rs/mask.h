/*
 * PRIMASK for a moment. Compiled into the files that use it, in RAM and in flash.
 */
#ifndef NACRE_PORTS_STM32H7RS_MASK_H
#define NACRE_PORTS_STM32H7RS_MASK_H

#include <stdint.h>

/* Hold all interrupts off; what is returned goes to nacre_unmask. */
static inline uint32_t nacre_mask(void)
{
    uint32_t primask;

    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(primask) :: "memory");
    return primask;
}

/* As it was before; what waited is taken before this returns. */
static inline void nacre_unmask(uint32_t primask)
{
    __asm volatile("msr primask, %0\n\tisb" :: "r"(primask) : "memory");
}

#endif
