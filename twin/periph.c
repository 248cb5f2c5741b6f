/*
 * Peripherals by address. Blocks without behaviour of their own keep what is written, and show the
 * ready bits that ST's boot waits for (traced; CMSIS stm32h7s7xx.h for addresses).
 */
#include "twin/machine.h"

#include <stdio.h>
#include <string.h>

#define RCC_ADDR 0x58024400u
#define FLASH_ADDR 0x52002000u
#define HPDMA1_ADDR 0x52000000u
#define HPDMA1_BYTES 0x1000u
#define HPDMA1_RCC_OFFSET 0x134u
#define HPDMA1_RCC_BIT 0u
#define UART4_ADDR 0x40004C00u
#define UART4_RCC_OFFSET 0x148u
#define UART4_RCC_BIT 19u
#define BLOCK_BYTES 0x400u

enum plain_block {
    PLAIN_FLASH,
    PLAIN_PWR,
    PLAIN_SBS,
    PLAIN_IWDG,
    PLAIN_EXTI,
    PLAIN_MCE1,
    PLAIN_MCE2,
    PLAIN_MCE3,
    PLAIN_DBGMCU
};

static const uint32_t plain_addr[] = {
    [PLAIN_PWR] = 0x58024800u,  [PLAIN_SBS] = 0x58000400u,
    [PLAIN_IWDG] = 0x58004800u,  [PLAIN_EXTI] = 0x58000000u, [PLAIN_MCE1] = 0x5200B800u,
    [PLAIN_MCE2] = 0x5200BC00u,  [PLAIN_MCE3] = 0x5200C000u,
    [PLAIN_DBGMCU] = 0x5C001000u,
};
#define PLAIN_COUNT (sizeof plain_addr / sizeof plain_addr[0])

static bool plain_at(uint32_t addr, uint32_t *index)
{
    for (uint32_t i = 0; i < PLAIN_COUNT; i++) {
        if (addr - plain_addr[i] < BLOCK_BYTES) {
            *index = i;
            return true;
        }
    }
    return false;
}

static void not_modelled(struct twin *t, uint32_t addr)
{
    if (!t->b.in_app) return;
    violation_raise(t, TWIN_VIOLATION_UNMAPPED, addr, "a peripheral that the twin does not model");
}

/* Ready bits: PWR.SR1.ACTVOSRDY, PWR.CSR2 at reset, PWR.CSR4.VOSRDY, SBS.CCCSR cells ready. */
static uint32_t plain_read(const struct twin *t, uint32_t block, uint32_t offset)
{
    uint32_t value = t->b.periph.plain[block][offset / 4u];
    if (block == PLAIN_PWR && offset == 0x04u) value |= 2u;
    if (block == PLAIN_PWR && offset == 0x14u) value |= 2u;
    if (block == PLAIN_SBS && offset == 0x110u) value |= 0x600u;
    return value;
}

static void plain_write(struct twin *t, uint32_t block, uint32_t offset, uint32_t value)
{
    t->b.periph.plain[block][offset / 4u] = value;
}

static uint32_t read_word(struct twin *t, uint32_t addr)
{
    uint32_t index = 0;
    if (addr - RCC_ADDR < BLOCK_BYTES) return rcc_read(t, addr - RCC_ADDR);
    if (addr - UART4_ADDR < BLOCK_BYTES) {
        if (!rcc_is_enabled(t, UART4_RCC_OFFSET, UART4_RCC_BIT)) return 0;
        return uart_read(t, addr - UART4_ADDR);
    }
    if (addr - HPDMA1_ADDR < HPDMA1_BYTES) {
        const bool is_clocked = rcc_is_enabled(t, HPDMA1_RCC_OFFSET, HPDMA1_RCC_BIT);
        return is_clocked ? dma_read(t, addr - HPDMA1_ADDR) : 0;
    }
    if (timer_at(addr, &index)) {
        return timer_is_clocked(t, index) ? timer_read(t, index, addr & (BLOCK_BYTES - 1u)) : 0;
    }
    if (addr - FLASH_ADDR < BLOCK_BYTES) return internal_flash_register_read(t, addr - FLASH_ADDR);
    if (plain_at(addr, &index)) return plain_read(t, index, addr & (BLOCK_BYTES - 1u));
    not_modelled(t, addr);
    return 0;
}

static void write_word(struct twin *t, uint32_t addr, uint32_t value)
{
    uint32_t index = 0;
    if (addr - RCC_ADDR < BLOCK_BYTES) {
        rcc_write(t, addr - RCC_ADDR, value);
    } else if (addr - UART4_ADDR < BLOCK_BYTES) {
        if (rcc_is_enabled(t, UART4_RCC_OFFSET, UART4_RCC_BIT)) {
            uart_write(t, addr - UART4_ADDR, value);
        }
    } else if (addr - HPDMA1_ADDR < HPDMA1_BYTES) {
        if (rcc_is_enabled(t, HPDMA1_RCC_OFFSET, HPDMA1_RCC_BIT)) {
            dma_write(t, addr - HPDMA1_ADDR, value);
        }
    } else if (timer_at(addr, &index)) {
        if (timer_is_clocked(t, index)) timer_write(t, index, addr & (BLOCK_BYTES - 1u), value);
    } else if (addr - FLASH_ADDR < BLOCK_BYTES) {
        internal_flash_register_write(t, addr - FLASH_ADDR, value);
    } else if (plain_at(addr, &index)) {
        plain_write(t, index, addr & (BLOCK_BYTES - 1u), value);
    } else {
        not_modelled(t, addr);
    }
}

uint32_t periph_read(struct twin *t, uint32_t addr, uint32_t n)
{
    if (serial_at(addr)) return serial_read(t, addr, n);
    const uint32_t word = read_word(t, addr & ~3u) >> (8u * (addr & 3u));
    return n == 4u ? word : word & ((1u << (8u * n)) - 1u);
}

/* Narrow writes: the other bytes are written as they read, except data registers of the UART. */
void periph_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value)
{
    const uint32_t shift = 8u * (addr & 3u);
    if (serial_at(addr)) {
        serial_write(t, addr, n, value);
        return;
    }
    if (n == 4u || addr == UART4_ADDR + 0x28u) {
        write_word(t, addr & ~3u, value);
        return;
    }
    const uint32_t mask = ((1u << (8u * n)) - 1u) << shift;
    const uint32_t old = read_word(t, addr & ~3u);
    write_word(t, addr & ~3u, (old & ~mask) | (value << shift & mask));
}

void periph_reset(struct twin *t)
{
    struct periph *const periph = &t->b.periph;
    memset(periph->rcc, 0, sizeof periph->rcc);
    memset(periph->plain, 0, sizeof periph->plain);
    memset(periph->timer, 0, sizeof periph->timer);
    memset(periph->told, 0, sizeof periph->told);
    uart_reset(t);
    timer_reset(t);
    dma_reset(t);
    periph->rcc[0] = 0x21u; /* HSION, HSIDIVF */
    periph->plain[PLAIN_PWR][0x0Cu / 4u] = 0x6u; /* CSR2: LDOEN, SDEN */
    rcc_clocks(t);
}

/* Values at the jump of ST's Boot_XIP 1.3.0 (traced). */
void periph_start_state(struct twin *t)
{
    static const struct {
        uint16_t offset;
        uint32_t value;
    } rcc[] = {{0x000, 0x070001A5}, {0x004, 0x40000000}, {0x010, 0x00000003}, {0x01C, 0x00000008},
               {0x020, 0x00004444}, {0x028, 0x00004200}, {0x02C, 0x0008C028}, {0x030, 0x0101012B},
               {0x038, 0x01010218}, {0x04C, 0x00000050}, {0x0C0, 0x00000001}, {0x0C4, 0x00000101},
               {0x100, 0x00000001}, {0x134, 0x00005020}, {0x140, 0x0000E000}, {0x154, 0x00000002}};
    struct periph *const periph = &t->b.periph;
    for (uint32_t i = 0; i < sizeof rcc / sizeof rcc[0]; i++) {
        periph->rcc[rcc[i].offset / 4u] = rcc[i].value;
    }
    periph->plain[PLAIN_PWR][0x0Cu / 4u] = 0x0C01C004u;
    periph->plain[PLAIN_PWR][0x14u / 4u] = 0x00000003u;
    periph->plain[PLAIN_SBS][0x110u / 4u] = 0x00060714u;
    t->b.mcu_flash.acr = 0x37u;
    rcc_clocks(t);
}
