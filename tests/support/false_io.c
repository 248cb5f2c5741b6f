/*
 * The false board of false_io.h: time, clocks, pins, and who answers at which address.
 */
#include "tests/support/false_io.h"

#include "nacre/ports/stm32h7rs/io.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Source: CMSIS stm32h7s7xx.h. Written here again on purpose: the driver's may be wrong. */
#define I2C1 0x40005400u
#define SPI4 0x42003400u
#define GPIO_FIRST 0x58020000u
#define GPIO_END 0x58024000u
#define RCC_FIRST 0x58024540u
#define RCC_GPIOB 0x00000002u
#define RCC_GPIOE 0x00000010u
#define RCC_I2C1 0x00200000u
#define RCC_SPI4 0x00002000u
#define CYCCNT 0xE0001004u
#define SCL_PIN 6u
#define SDA_PIN 9u
#define CS_PIN 10u
#define PORT_B 1u
#define PORT_E 4u

enum { MODER, OTYPER, OSPEEDR, PUPDR, IDR, ODR, BSRR, LCKR, AFRL, AFRH, BRR };

struct false_board board;

void false_misuse(const char *what)
{
    if (board.misuses++ == 0) board.misuse = what;
}

enum false_fault false_fault_here(void)
{
    return board.wire_bytes++ == board.fault_at ? board.fault : FALSE_NO_FAULT;
}

bool false_pin_is(uint32_t port, uint32_t pin, uint32_t moder, uint32_t alternate)
{
    const uint32_t afr = board.gpio[port][AFRL + pin / 8u] >> pin % 8u * 4u & 0xFu;
    return (board.gpio[port][MODER] >> pin * 2u & 3u) == moder && (moder != 2u || afr == alternate);
}

/* ---- the wires of I2C ---- */

static bool is_let_go(uint32_t pin)
{
    if (!false_pin_is(PORT_B, pin, 1u, 0)) return true;
    return (board.gpio[PORT_B][ODR] >> pin & 1u) != 0;
}

bool false_scl_is_high(void)
{
    return is_let_go(SCL_PIN) && board.ns >= board.lines.scl_low_until;
}

bool false_sda_is_high(void)
{
    return is_let_go(SDA_PIN) && !board.lines.sda_for_good && (board.lines.sda_pattern & 1u) != 0;
}

/* What a part sees of pins that are driven by hand. */
static void wires_look(void)
{
    struct false_lines *const lines = &board.lines;
    const bool scl = false_scl_is_high();

    if (lines->was_scl_high && !scl) lines->sda_pattern = lines->sda_pattern >> 1 | 0x80000000u;
    if (!lines->was_scl_high && scl) lines->clocks++;
    const bool sda = is_let_go(SDA_PIN);
    const bool is_seen = (lines->sda_pattern & 1u) != 0 && !lines->sda_for_good;
    if (lines->was_scl_high && scl && lines->was_sda_high != sda && is_seen) {
        *(sda ? &lines->stops : &lines->starts) += 1u;
        lines->sda_pattern = UINT32_MAX; /* either ends what the part was doing */
    }
    lines->was_scl_high = scl;
    lines->was_sda_high = sda;
}

/* ---- GPIO ---- */

static bool port_is_on(uint32_t port)
{
    return (board.RCC[0] >> port & 1u) != 0;
}

static uint32_t gpio_read(uint32_t port, uint32_t index)
{
    if (!port_is_on(port)) return 0;
    if (index != IDR) return board.gpio[port][index];
    if (port != PORT_B) return board.gpio[port][ODR];
    return (uint32_t)false_scl_is_high() << SCL_PIN | (uint32_t)false_sda_is_high() << SDA_PIN;
}

static void gpio_write(uint32_t port, uint32_t index, uint32_t value)
{
    uint32_t *const words = board.gpio[port];

    if (!port_is_on(port)) return;
    if (index == BSRR) {
        words[ODR] = (words[ODR] & ~(value >> 16)) | (value & 0xFFFFu);
    } else {
        words[index] = value;
    }
    if (port == PORT_B) wires_look();
    if (port == PORT_E) {
        const bool is_driven = false_pin_is(PORT_E, CS_PIN, 1u, 0);
        false_spi_select(!is_driven || (words[ODR] >> CS_PIN & 1u) != 0);
    }
}

/* ---- every access ---- */

/* A thread that is held up: other threads run for a second, the buses go on. */
static void hold_up(void)
{
    if (board.ns < board.hold_up_at) return;
    board.hold_up_at = UINT64_MAX;
    board.hold_ups++;
    for (uint32_t i = 0; i < 1000u; i++) {
        board.ns += 1000000u;
        false_i2c_run();
        false_spi_run();
    }
}

static void access(void)
{
    board.ns += FALSE_NS_PER_ACCESS;
    false_i2c_run();
    false_spi_run();
    if (board.lines.scl_low_until != UINT64_MAX) wires_look();
}

static uint32_t core_read(uint32_t addr)
{
    if (addr == 0xE000EDFCu) return board.DEMCR;
    if (addr == 0xE0001000u) return board.DWT_CTRL | (board.counter_is_missing ? 1u << 25 : 0);
    if (addr != CYCCNT) abort();
    const bool runs = (board.DEMCR >> 24 & 1u) != 0 && (board.DWT_CTRL & 1u) != 0;
    return runs && !board.counter_stands ? (uint32_t)(board.ns * FALSE_CORE_MHZ / 1000u) : 0;
}

static uint32_t *rcc_word(uint32_t addr)
{
    if (addr == RCC_FIRST) return &board.RCC[0];
    if (addr == RCC_FIRST + 8u) return &board.RCC[1];
    if (addr == RCC_FIRST + 16u) return &board.RCC[2];
    return NULL;
}

uint32_t nacre_io_read(uint32_t addr)
{
    access();
    if (addr >= GPIO_FIRST && addr < GPIO_END) {
        return gpio_read((addr - GPIO_FIRST) / 0x400u, addr % 0x400u / 4u);
    }
    if (rcc_word(addr) != NULL) return *rcc_word(addr);
    if (addr >= 0xE0000000u) return core_read(addr);
    if (addr >= I2C1 && addr < I2C1 + 0x400u) {
        if (addr - I2C1 == 0x18u) hold_up();
        return (board.RCC[1] & RCC_I2C1) != 0 ? false_i2c_read(addr - I2C1) : 0;
    }
    if (addr >= SPI4 && addr < SPI4 + 0x400u) {
        if (addr - SPI4 == 0x14u) hold_up();
        return (board.RCC[2] & RCC_SPI4) != 0 ? false_spi_read(addr - SPI4) : 0;
    }
    fprintf(stderr, "false board: nothing answers at %08X\n", (unsigned)addr);
    abort();
}

static void core_write(uint32_t addr, uint32_t value)
{
    if (addr == 0xE000EDFCu) board.DEMCR = value;
    if (addr == 0xE0001000u) board.DWT_CTRL = value;
}

void nacre_io_write(uint32_t addr, uint32_t value)
{
    access();
    if (addr >= GPIO_FIRST && addr < GPIO_END) {
        gpio_write((addr - GPIO_FIRST) / 0x400u, addr % 0x400u / 4u, value);
    } else if (rcc_word(addr) != NULL) {
        *rcc_word(addr) = value;
    } else if (addr >= 0xE0000000u) {
        core_write(addr, value);
    } else if (addr >= I2C1 && addr < I2C1 + 0x400u) {
        if ((board.RCC[1] & RCC_I2C1) != 0) false_i2c_write(addr - I2C1, value);
    } else if (addr >= SPI4 && addr < SPI4 + 0x400u) {
        if ((board.RCC[2] & RCC_SPI4) != 0) false_spi_write(addr - SPI4, value);
    } else {
        fprintf(stderr, "false board: nothing answers at %08X\n", (unsigned)addr);
        abort();
    }
}

uint8_t nacre_io_read_byte(uint32_t addr)
{
    access();
    if (addr != SPI4 + 0x30u) abort();
    return false_spi_byte_read();
}

void nacre_io_write_byte(uint32_t addr, uint8_t value)
{
    access();
    if (addr != SPI4 + 0x20u) abort();
    false_spi_byte_write(value);
}

void nacre_io_modify(uint32_t addr, uint32_t mask, uint32_t value)
{
    nacre_io_write(addr, (nacre_io_read(addr) & ~mask) | value);
}

/* ---- for tests ---- */

static uint32_t now_us(void *context)
{
    (void)context;
    board.ns += FALSE_NS_PER_ACCESS;
    hold_up();
    return board.clock_stands ? 77u : (uint32_t)(board.ns / 1000u);
}

struct nacre_bus_time false_time(void)
{
    return (struct nacre_bus_time){.now_us = now_us};
}

void false_start(void)
{
    memset(&board, 0, sizeof board);
    for (uint32_t i = 0; i < FALSE_PORTS; i++) {
        board.gpio[i][MODER] = UINT32_MAX;
    }
    board.ns = 4294967000000u; /* the microseconds wrap soon */
    board.hold_up_at = UINT64_MAX;
    board.lines.sda_pattern = UINT32_MAX;
    board.lines.was_scl_high = true;
    board.lines.was_sda_high = true;
    board.memory.address = 0x50u;
    board.i2c.ISR = 1u;
    board.spi.CFG1 = 0x00070007u;
    for (uint32_t i = 0; i < FALSE_MEMORY_BYTES; i++) {
        board.memory.bytes[i] = (uint8_t)(i * 31u + 7u);
    }
}
