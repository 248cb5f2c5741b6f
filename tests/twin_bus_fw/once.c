/*
 * The smallest image on a bus: reads byte 0 of the EEPROM at address 50h, says it, and writes it
 * back counted up. "found=999" if it is not acknowledged. Written from the registers' descriptions.
 */
#include "tests/twin_fw/fw.h"

#define I2C1(offset) REG(0x40005400u + (offset))
#define GPIOB(offset) REG(0x58020400u + (offset))

static int wait(uint32_t flag)
{
    uint32_t isr = 0;
    do {
        isr = I2C1(0x18);
        if ((isr & 1u << 4) != 0u) return -1;
    } while ((isr & flag) == 0u);
    return 0;
}

static int send(uint8_t byte)
{
    if (wait(1u << 1) != 0) return -1;
    I2C1(0x28) = byte;
    return 0;
}

int main(void)
{
    RCC_APB1ENR1 |= 1u << 21;
    REG(0x58024540u) |= 1u << 1;
    GPIOB(0x04) |= 1u << 6 | 1u << 9;
    GPIOB(0x20) |= 4u << 24;
    GPIOB(0x24) |= 4u << 4;
    GPIOB(0x00) &= ~(1u << 12 | 1u << 18);
    I2C1(0x10) = 0x20002749u;
    I2C1(0x00) = 1u;
    I2C1(0x04) = 0xA0u | 2u << 16 | 1u << 13;
    if (send(0) != 0 || send(0) != 0 || wait(1u << 6) != 0) {
        put_line("found", 999);
        return 0;
    }
    I2C1(0x04) = 0xA0u | 1u << 10 | 1u << 16 | 1u << 25 | 1u << 13;
    (void)wait(1u << 2);
    const uint8_t found = (uint8_t)I2C1(0x24);
    put_line("found", found);
    (void)wait(1u << 5);
    I2C1(0x1C) = 1u << 5;
    I2C1(0x04) = 0xA0u | 3u << 16 | 1u << 25 | 1u << 13;
    (void)send(0);
    (void)send(0);
    (void)send((uint8_t)(found + 1u));
    (void)wait(1u << 5);
    for (uint32_t i = 0; i < 2000000u; i++) { /* the write cycle */
        __asm volatile("nop");
    }
    return 0;
}
