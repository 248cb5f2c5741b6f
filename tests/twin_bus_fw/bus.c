/*
 * An image that does on the serial buses what the test asks for, see box.h. Its drivers are written
 * from the registers' descriptions (STM32H7S7 SVD file, CMSIS stm32h7s7xx.h) and share nothing with
 * the library's.
 */
#include "tests/twin_bus_fw/box.h"
#include "tests/twin_fw/fw.h"

#define RCC_APB2ENR REG(0x58024550u)
#define RCC_AHB4ENR REG(0x58024540u)
#define GPIOB(offset) REG(0x58020400u + (offset))
#define GPIOE(offset) REG(0x58021000u + (offset))
#define GPIOF(offset) REG(0x58021400u + (offset))
#define MODER 0x00u
#define OTYPER 0x04u
#define IDR 0x10u
#define BSRR 0x18u
#define AFRL 0x20u
#define AFRH 0x24u
#define I2C1(offset) REG(0x40005400u + (offset))
#define SPI4(offset) REG(0x42003400u + (offset))
#define SPI4_BYTE(offset) (*(volatile uint8_t *)(0x42003400u + (offset)))
#define SCL (1u << 6)
#define SDA (1u << 9)
#define LIMIT_CYCLES 12000000u /* 20 ms */

volatile struct box box;

static uint32_t began;

static void limit_begins(void)
{
    began = DWT_CYCCNT;
}

static int limit_is_over(void)
{
    return DWT_CYCCNT - began > LIMIT_CYCLES;
}

/* ---- pins ---- */

static void set_mode(volatile uint32_t *moder, uint32_t pin, uint32_t mode)
{
    *moder = (*moder & ~(3u << (2u * pin))) | mode << (2u * pin);
}

static void lines_to_i2c(void)
{
    GPIOB(OTYPER) |= SCL | SDA;
    GPIOB(AFRL) = (GPIOB(AFRL) & ~(0xFu << 24)) | 4u << 24;
    GPIOB(AFRH) = (GPIOB(AFRH) & ~(0xFu << 4)) | 4u << 4;
    set_mode(&GPIOB(MODER), 6, 2);
    set_mode(&GPIOB(MODER), 9, 2);
}

static void lines_to_gpio(void)
{
    GPIOB(BSRR) = SCL | SDA;
    GPIOB(OTYPER) |= SCL | SDA;
    set_mode(&GPIOB(MODER), 6, 1);
    set_mode(&GPIOB(MODER), 9, 1);
}

static void pins_to_spi(void)
{
    GPIOE(BSRR) = 1u << 10;
    GPIOF(BSRR) = 1u << 8;
    set_mode(&GPIOE(MODER), 10, 1);
    set_mode(&GPIOF(MODER), 8, 1);
    GPIOE(AFRH) = (GPIOE(AFRH) & ~0x0FFF0000u) | 0x05550000u;
    for (uint32_t pin = 12; pin <= 14u; pin++) {
        set_mode(&GPIOE(MODER), pin, 2);
    }
}

/* ---- I2C ---- */

/* Waits for one of the flags; the first error ends it. */
static uint32_t i2c_wait(uint32_t flags)
{
    limit_begins();
    while (limit_is_over() == 0) {
        const uint32_t isr = I2C1(0x18);
        box.isr = isr;
        if ((isr & 1u << 9) != 0u) return BOX_LOST;
        if ((isr & 1u << 8) != 0u) return BOX_BUS_ERROR;
        if ((isr & 1u << 12) != 0u) return BOX_TIMEOUT;
        if ((isr & 1u << 4) != 0u) return BOX_NO_ACK;
        if ((isr & flags) != 0u) return BOX_OK;
    }
    return BOX_TIMEOUT;
}

/* NBYTES and what follows for what is left; RELOAD beyond 255. */
static uint32_t piece(uint32_t left, uint32_t last)
{
    return left > 255u ? 255u << 16 | 1u << 24 : left << 16 | last;
}

static uint32_t i2c_out(uint32_t last)
{
    const uint32_t cr2 = box.address << 1;
    uint32_t result = BOX_OK;
    I2C1(0x04) = cr2 | piece(box.out_n, last) | 1u << 13;
    for (uint32_t i = 0; i < box.out_n; i++) {
        if (i != 0u && i % 255u == 0u) {
            result = i2c_wait(1u << 7);
            if (result != BOX_OK) return result;
            I2C1(0x04) = cr2 | piece(box.out_n - i, last);
        }
        result = i2c_wait(1u << 1);
        if (result != BOX_OK) return result;
        I2C1(0x28) = box.out[i];
    }
    return i2c_wait(last != 0u ? 1u << 5 : 1u << 6);
}

static uint32_t i2c_in(void)
{
    const uint32_t cr2 = box.address << 1 | 1u << 10;
    const uint32_t last = 1u << 25;
    uint32_t result = BOX_OK;
    I2C1(0x04) = cr2 | piece(box.in_n, last) | 1u << 13;
    for (uint32_t i = 0; i < box.in_n; i++) {
        if (i != 0u && i % 255u == 0u) {
            result = i2c_wait(1u << 7);
            if (result != BOX_OK) return result;
            I2C1(0x04) = cr2 | piece(box.in_n - i, last);
        }
        result = i2c_wait(1u << 2);
        if (result != BOX_OK) return result;
        box.in[i] = (uint8_t)I2C1(0x24);
    }
    return i2c_wait(1u << 5);
}

static uint32_t i2c_message(void)
{
    uint32_t result = BOX_OK;
    I2C1(0x1C) = 0x3F38u;
    I2C1(0x18) = 1u;
    if (box.out_n != 0u || box.in_n == 0u) result = i2c_out(box.in_n == 0u ? 1u << 25 : 0u);
    if (result == BOX_OK && box.in_n != 0u) result = i2c_in();
    if (result == BOX_NO_ACK) { /* the stop comes by itself */
        limit_begins();
        while ((I2C1(0x18) & 1u << 5) == 0u && limit_is_over() == 0) {
        }
        box.isr = I2C1(0x18);
    }
    return result;
}

static void pause_us(uint32_t us)
{
    const uint32_t from = DWT_CYCCNT;
    while (DWT_CYCCNT - from < us * 600u) {
    }
}

static void clocks_by_hand(void)
{
    I2C1(0x00) &= ~1u;
    lines_to_gpio();
    for (uint32_t i = 0; i < box.address && (GPIOB(IDR) & SDA) == 0u; i++) {
        GPIOB(BSRR) = SCL << 16;
        pause_us(5);
        GPIOB(BSRR) = SCL;
        pause_us(5);
        box.result = i + 1u;
    }
    GPIOB(BSRR) = SCL << 16;
    GPIOB(BSRR) = SDA << 16;
    pause_us(5);
    GPIOB(BSRR) = SCL;
    pause_us(5);
    GPIOB(BSRR) = SDA;
    pause_us(5);
    box.isr = GPIOB(IDR) & (SCL | SDA);
    lines_to_i2c();
    I2C1(0x00) |= 1u;
}

/* ---- SPI ---- */

static uint32_t spi_frame(void)
{
    const uint32_t n = box.out_n + box.in_n;
    uint32_t sent = 0;
    uint32_t got = 0;
    REG(box.address) = 1u << (box.address == 0x58021018u ? 10 + 16 : 8 + 16);
    SPI4(0x04) = n;
    SPI4(0x00) = 1u << 12 | 1u;
    SPI4(0x00) = 1u << 12 | 1u | 1u << 9;
    limit_begins();
    while (got < n && limit_is_over() == 0) {
        if (sent < n && sent - got < 8u && (SPI4(0x14) & 2u) != 0u) {
            SPI4_BYTE(0x20) = sent < box.out_n ? box.out[sent] : 0u;
            sent++;
        }
        if ((SPI4(0x14) & 1u) == 0u) continue;
        const uint8_t byte = SPI4_BYTE(0x30);
        if (got >= box.out_n) box.in[got - box.out_n] = byte;
        got++;
    }
    box.isr = SPI4(0x14);
    SPI4(0x18) = 0xFFFFu;
    SPI4(0x00) = 1u << 12;
    REG(box.address) = 1u << (box.address == 0x58021018u ? 10 : 8);
    return got == n && (box.isr & 8u) != 0u ? BOX_OK : BOX_TIMEOUT;
}

/* ---- requests ---- */

static uint32_t read_width(uint32_t address, uint32_t width)
{
    if (width == 1u) return *(volatile uint8_t *)address;
    if (width == 2u) return *(volatile uint16_t *)address;
    return REG(address);
}

static void write_width(uint32_t address, uint32_t width, uint32_t value)
{
    if (width == 1u) {
        *(volatile uint8_t *)address = (uint8_t)value;
    } else if (width == 2u) {
        *(volatile uint16_t *)address = (uint16_t)value;
    } else {
        REG(address) = value;
    }
}

static void serve(void)
{
    switch (box.op) {
    case BOX_READ:
        box.result = read_width(box.address, box.out_n);
        break;
    case BOX_WRITE:
        write_width(box.address, box.out_n, box.in_n);
        break;
    case BOX_I2C:
        box.result = i2c_message();
        break;
    case BOX_SPI:
        box.result = spi_frame();
        break;
    case BOX_CLOCKS:
        clocks_by_hand();
        break;
    default:
        I2C1(0x00) &= ~1u;
        lines_to_i2c();
        I2C1(0x00) |= 1u;
        break;
    }
}

int main(void)
{
    SCB_DEMCR |= 1u << 24;
    DWT_CTRL |= 1u;
    put_text("ready\n");
    for (;;) {
        while (box.go == 0u) {
        }
        if (box.go == 2u) { /* the buses as most tests want them */
            RCC_APB1ENR1 |= 1u << 21;
            RCC_APB2ENR |= 1u << 13;
            RCC_AHB4ENR |= 1u << 1 | 1u << 4 | 1u << 5;
            lines_to_i2c();
            pins_to_spi();
            I2C1(0x10) = box.address;
            I2C1(0x00) = 1u;
            SPI4(0x00) = 1u << 12;
            SPI4(0x08) = box.out_n << 28 | 0x00070007u;
            SPI4(0x0C) = 1u << 22 | 1u << 26 | 1u << 31;
        } else {
            serve();
        }
        box.go = 0;
        put_text("k\n");
    }
}
