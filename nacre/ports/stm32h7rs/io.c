/*
 * Access to registers. Runs from flash.
 */
#include "nacre/ports/stm32h7rs/io.h"

#include "nacre/ports/stm32h7rs/mask.h"
#include "nacre/ports/stm32h7rs/registers.h"

uint32_t nacre_io_read(uint32_t addr)
{
    return NACRE_REG(addr);
}

void nacre_io_write(uint32_t addr, uint32_t value)
{
    NACRE_REG(addr) = value;
}

uint8_t nacre_io_read_byte(uint32_t addr)
{
    return *(const volatile uint8_t *)addr;
}

void nacre_io_write_byte(uint32_t addr, uint8_t value)
{
    *(volatile uint8_t *)addr = value;
}

void nacre_io_modify(uint32_t addr, uint32_t mask, uint32_t value)
{
    const uint32_t primask = nacre_mask();

    NACRE_REG(addr) = (NACRE_REG(addr) & ~mask) | value;
    nacre_unmask(primask);
}
