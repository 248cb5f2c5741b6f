/*
 * The small functions of twin.h: what can be asked, typed, planned and counted.
 */
#include "twin/machine.h"

#include <stdio.h>
#include <string.h>

void twin_cfg_default(struct twin_cfg *cfg)
{
    memset(cfg, 0, sizeof *cfg);
    cfg->leftover = TWIN_LEFTOVER_1_3_0;
    cfg->tear = TWIN_TEAR_PAGE;
    cfg->busy = TWIN_BUSY_TYPICAL;
    cfg->seed = 1;
    cfg->mcu_program_us = 100;
    cfg->mcu_erase_us = 5000;
    cfg->write_addr = 0x07FE0000u;
    cfg->write_bytes = 0x10000u;
    cfg->cpu_hz = 600000000u;
    cfg->register_ns = 40;
    cfg->uart_baud = 115200;
}

void twin_power_on(struct twin *t)
{
    if (!t->b.is_on) machine_power_on(t);
}

void twin_power_off(struct twin *t)
{
    if (t->b.is_on) machine_power_off(t, machine_now(t));
}

void twin_reset(struct twin *t)
{
    if (!t->b.is_on) return;
    memset(&t->b.violation, 0, sizeof t->b.violation);
    machine_reset(t);
}

bool twin_is_on(const struct twin *t)
{
    return t->b.is_on;
}

const char *twin_error(const struct twin *t)
{
    return t->error;
}

bool twin_pend(struct twin *t, uint16_t exception)
{
    const bool can_pend = exception == EXC_NMI ||
                          (exception >= EXC_PENDSV && exception < NVIC_EXCEPTIONS);
    if (!t->b.is_on || !can_pend) return false;
    exception_pend(t, exception);
    return true;
}

void twin_stop(struct twin *t)
{
    machine_stop(t, TWIN_STOP_ASKED);
}

uint64_t twin_now_ps(const struct twin *t)
{
    return machine_now(t);
}

uint64_t twin_insn_count(const struct twin *t)
{
    return t->b.clock.insn;
}

void twin_cut_plan(struct twin *t, const struct twin_cut *cut)
{
    t->b.cut = *cut;
    t->b.cut_is_reset = false;
    t->b.cut_now = false;
    clock_at(&t->b.clock, CLOCK_CUT,
             cut->kind == TWIN_CUT_AT_TIME ? cut->time_ps : CLOCK_NEVER);
}

void twin_reset_plan(struct twin *t, const struct twin_cut *when)
{
    twin_cut_plan(t, when);
    t->b.cut_is_reset = true;
}

uint64_t twin_command_count(const struct twin *t)
{
    return t->b.commands;
}

uint64_t twin_operation_count(const struct twin *t)
{
    return t->b.operations;
}

void twin_seed(struct twin *t, uint64_t seed)
{
    nor_seed(t->nor, seed);
    t->b.mcu_flash.random = seed;
    t->b.serial.seed = seed;
    speculation_seed(t, seed);
}

void twin_chip_silence(struct twin *t)
{
    t->b.chip_is_silent = true;
    machine_wire_chip(t);
    machine_schedule(t);
}

void twin_uart_type(struct twin *t, const char *text)
{
    if (t->b.is_on) uart_type_bytes(t, text);
}

const char *twin_uart_text(const struct twin *t, size_t *n)
{
    if (n != NULL) *n = t->b.uart_text_n;
    return t->uart_text == NULL ? "" : t->uart_text;
}

bool twin_chip_read(const struct twin *t, uint32_t addr, void *buf, uint32_t n)
{
    if (addr > t->nor_device->array_bytes || n > t->nor_device->array_bytes - addr) return false;
    memcpy(buf, t->nor_device->array + addr, n);
    return true;
}

bool twin_chip_write(struct twin *t, uint32_t addr, const void *buf, uint32_t n)
{
    if (addr > t->nor_device->array_bytes || n > t->nor_device->array_bytes - addr) return false;
    return load_into_chip(t, addr, buf, n);
}

bool twin_memory_read(const struct twin *t, uint32_t addr, void *buf, uint32_t n)
{
    const uint8_t *const host = bus_host(t, addr, n);
    if (host == NULL) return false;
    memcpy(buf, host, n);
    return true;
}

bool twin_memory_write(struct twin *t, uint32_t addr, const void *buf, uint32_t n)
{
    return bus_poke(t, addr, buf, n);
}

bool twin_symbol_find(const struct twin *t, const char *name, uint32_t *addr)
{
    return symbols_find(&t->symbols, name, addr);
}

const char *twin_symbol_at(const struct twin *t, uint32_t addr)
{
    /* The text belongs to the caller's view of the twin, not to its state. */
    struct twin *const owner = (struct twin *)(uintptr_t)t;
    symbols_at(&t->symbols, addr, owner->symbol_text, sizeof owner->symbol_text);
    return owner->symbol_text;
}

bool twin_watch(struct twin *t, const char *symbol)
{
    uint32_t addr = 0;
    if (t->watch_count == WATCH_MAX || !symbols_find(&t->symbols, symbol, &addr)) return false;
    (void)snprintf(t->watch[t->watch_count].symbol, sizeof t->watch[0].symbol, "%s", symbol);
    t->watch[t->watch_count].addr = addr;
    t->watch_count++;
    t->call_bucket[addr / 2u % CALL_BUCKETS] = 1;
    return true;
}

void twin_counters_get(const struct twin *t, struct twin_counters *counters)
{
    *counters = t->b.counters;
}

void twin_counters_clear(struct twin *t)
{
    memset(&t->b.counters, 0, sizeof t->b.counters);
    memset(t->b.times, 0, sizeof t->b.times);
    memset(&t->b.irq_counts, 0, sizeof t->b.irq_counts);
}

bool twin_irq_counts_get(const struct twin *t, uint16_t exception, struct twin_irq_counts *counts)
{
    const struct nvic_counts *const all = &t->b.irq_counts;
    if (exception >= NVIC_EXCEPTIONS) return false;
    counts->requests = all->requests[exception];
    counts->merged = all->merged[exception];
    counts->taken = all->taken[exception];
    return true;
}

void twin_violation_get(const struct twin *t, struct twin_violation *violation)
{
    *violation = t->b.violation;
}

const char *twin_boot_state(struct twin *t)
{
    static const char *const names[] = {[TWIN_LEFTOVER_1_3_0] = "as ST's boot 1.3.0 leaves it",
                                        [TWIN_LEFTOVER_1_2_0] = "as ST's boot 1.2.0 leaves it",
                                        [TWIN_LEFTOVER_1_0_0] = "as ST's boot 1.0.0 leaves it",
                                        [TWIN_LEFTOVER_RWW] = "as ST's RWW example leaves it",
                                        [TWIN_LEFTOVER_BETWEEN] = "as ST's boot before 1.3.0 does"};
    const struct xspi *const xspi = t->xspi[1];
    (void)snprintf(t->boot_text, sizeof t->boot_text,
                   "XSPI2 CR %08X DCR1 %08X CCR %08X TCR %08X IR %08X WIR %08X, XSPIM %08X; %s",
                   xspi_peek(xspi, 0x000), xspi_peek(xspi, 0x008), xspi_peek(xspi, 0x100),
                   xspi_peek(xspi, 0x108), xspi_peek(xspi, 0x110), xspi_peek(xspi, 0x190),
                   xspim_cr(t->xspim),
                   t->boot_path != NULL ? "left by the boot image" : names[t->cfg.leftover]);
    return t->boot_text;
}

const char *const *twin_not_modelled(void)
{
    static const char *const lines[] = {
        "caches, but for stale lines of the settings range if asked for (dcache)",
        "prefetch of the core, speculative reads but those that are asked for (speculation_ns)",
        "instruction timing: one cycle an instruction; no wait states, no dual issue",
        "bus masters besides the core, but copies by HPDMA1, whose speed is a guess",
        "MPU outside the two XSPI windows; unprivileged thread mode; regions below 4 KB",
        "UsageFault for unaligned access or division by zero; FPU enable in CPACR",
        "lazy stacking of floating point registers (always stacked at once)",
        "the exclusive monitor's clearing by an exception",
        "MCE encryption, HyperBus, XSPI DMA",
        "watchdogs, low-power modes below Sleep, brown-out thresholds",
        "peripherals other than UART4, timers (up-counting), I2C1, SPI4, RCC, PWR, SBS, FLASH_ACR, "
        "GPIO, EXTI",
        "I2C1 as a slave, SMBus, ten-bit addresses, bytes by GPIO; SPI4 but as a master with "
        "frames of 8 or 16 bits; DMA for both; kernel clocks from PLL2 and PLL3",
        "mass erase, option bytes, OTP and CRC of the internal flash; code in what was blank of "
        "it; its ECC as DMA reads it",
        "turns on a shared port but for code in flash: loads from it and DMA do not wait",
        "what a mapped controller reads ahead, and where it goes on after a turn",
        "electrical effects: signal integrity, compensation cells, temperature",
        NULL};
    return lines;
}
