/*
 * The serial buses as one: the parts by name, power, time, and registers by address.
 */
#include "twin/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GPIO_ADDR 0x58020000u
#define GPIO_BYTES 0x4000u
#define I2C1_ADDR 0x40005400u
#define SPI4_ADDR 0x42003400u
#define BLOCK_BYTES 0x400u
#define TXDR_OFFSET 0x20u
#define RXDR_OFFSET 0x30u
#define SPI_PARTS_MAX 2u

#define RCC_AHB4RSTR 0x088u
#define RCC_APB1RSTR1 0x090u
#define RCC_APB2RSTR 0x098u
#define RCC_AHB4ENR 0x140u
#define RCC_APB1ENR1 0x148u
#define RCC_APB2ENR 0x150u
#define I2C1_BIT 21u
#define SPI4_BIT 13u
#define GPIO_BITS 0xF0FFu

/* ---- parts ---- */

/* "NAME" or "NAME@PINS", PINS the levels of A2..A0 as a number. */
static bool parse_part(const char *text, char *name, size_t room, uint8_t *pins)
{
    const char *const at = strchr(text, '@');
    const size_t n = at == NULL ? strlen(text) : (size_t)(at - text);
    *pins = 0;
    if (n >= room) return false;
    memcpy(name, text, n);
    name[n] = '\0';
    if (at == NULL) return true;
    *pins = (uint8_t)(at[1] - '0');
    return at[1] >= '0' && at[1] <= '7' && at[2] == '\0';
}

static struct part *create_part(const struct twin *t, uint32_t index)
{
    static const enum part_time times[] = {[TWIN_BUSY_TYPICAL] = PART_TIME_TYPICAL,
                                           [TWIN_BUSY_MAX] = PART_TIME_MAX,
                                           [TWIN_BUSY_DRAWN] = PART_TIME_DRAWN};
    char name[32];
    struct part_cfg cfg;
    memset(&cfg, 0, sizeof cfg);
    if (!parse_part(t->cfg.part[index], name, sizeof name, &cfg.pins)) return NULL;
    cfg.name = name;
    cfg.time = times[t->cfg.busy];
    cfg.seed = t->cfg.seed + index;
    return part_create(&cfg);
}

bool serial_create(struct twin *t)
{
    uint32_t on_spi = 0;
    t->b.serial.seed = t->cfg.seed;
    for (uint32_t i = 0; i < TWIN_PARTS && t->cfg.part[i] != NULL; i++) {
        t->part[i] = create_part(t, i);
        if (t->part[i] == NULL) {
            (void)snprintf(t->error, sizeof t->error, "no such part: %.40s", t->cfg.part[i]);
            return false;
        }
        t->cfg.part[i] = NULL; /* the caller's string */
        t->part_count++;
        if (part_row(t->part[i])->wire == PART_SPI && ++on_spi > SPI_PARTS_MAX) {
            (void)snprintf(t->error, sizeof t->error, "more than two parts on SPI4");
            return false;
        }
    }
    gpio_reset(t);
    i2c_reset(t);
    spi_reset(t);
    return true;
}

void serial_destroy(struct twin *t)
{
    for (uint32_t i = 0; i < t->part_count; i++) {
        part_destroy(t->part[i]);
    }
}

bool serial_has(const struct twin *t, uint32_t index, enum part_wire wire)
{
    return part_row(t->part[index])->wire == wire && part_is_on(t->part[index]);
}

struct part *twin_part(const struct twin *t, uint32_t index)
{
    if (index >= t->part_count) return NULL;
    if (!t->in_run) part_advance(t->part[index], machine_now(t));
    return t->part[index];
}

bool serial_mark(struct twin *t, uint32_t *marks)
{
    for (uint32_t i = 0; i < t->part_count; i++) {
        marks[i] = part_mark(t->part[i]);
        if (marks[i] != PART_MARKS) continue;
        while (i > 0u) {
            i--;
            part_forget(t->part[i], marks[i]);
        }
        return false;
    }
    return true;
}

void serial_rewind(struct twin *t, const uint32_t *marks)
{
    for (uint32_t i = 0; i < t->part_count; i++) {
        part_rewind(t->part[i], marks[i]);
    }
}

void serial_forget(struct twin *t, const uint32_t *marks)
{
    for (uint32_t i = 0; i < t->part_count; i++) {
        part_forget(t->part[i], marks[i]);
    }
}

/* ---- power and time ---- */

/* Another one each time: xorshift. */
static uint64_t draw_seed(struct serial *serial)
{
    uint64_t value = (serial->seed + ++serial->draws) * 0x9E3779B97F4A7C15ULL;
    value ^= value >> 31;
    return value * 0xBF58476D1CE4E5B9ULL;
}

void serial_power_on(struct twin *t)
{
    struct serial *const serial = &t->b.serial;
    memset(&serial->lines, 0, sizeof serial->lines);
    serial->lines.sda_was_high = true;
    serial->was_disturbed = false;
    for (uint32_t i = 0; i < t->part_count; i++) {
        part_power_on(t->part[i], machine_now(t));
        serial->seen[i] = part_counters(t->part[i]);
    }
    gpio_reset(t);
    i2c_reset(t);
    spi_reset(t);
    serial_schedule(t);
}

void serial_power_off(struct twin *t, uint64_t at_ps)
{
    struct serial *const serial = &t->b.serial;
    serial_advance(t, at_ps);
    for (uint32_t bus = 0; bus < TWIN_BUSES; bus++) {
        transfer_end(t, (enum twin_bus)bus, TWIN_TRANSFER_CUT, at_ps);
    }
    for (uint32_t i = 0; i < t->part_count; i++) {
        part_power_off(t->part[i], at_ps, draw_seed(serial));
        serial->spi.is_selected[i] = false;
    }
    serial->i2c.state = I2C_IDLE;
    serial->i2c.end_ps = CLOCK_NEVER;
    serial->spi.end_ps = CLOCK_NEVER;
    serial_schedule(t);
}

void serial_reset(struct twin *t)
{
    serial_advance(t, machine_now(t));
    i2c_reset(t);
    gpio_reset(t);
    i2c_lines_changed(t);
    spi_select_changed(t);
    spi_reset(t);
    serial_schedule(t);
}

void serial_schedule(struct twin *t)
{
    const struct serial *const serial = &t->b.serial;
    uint64_t next_ps = serial->i2c.end_ps;
    if (serial->lines.scl_is_held && serial->lines.scl_until_ps < next_ps) {
        next_ps = serial->lines.scl_until_ps;
    }
    clock_at(&t->b.clock, CLOCK_I2C, next_ps);
    clock_at(&t->b.clock, CLOCK_SPI, serial->spi.end_ps);
}

/* A line that was held on purpose is let go, and nobody was the bus's master. */
static void let_line_go(struct twin *t, uint64_t now_ps)
{
    struct i2c_lines *const lines = &t->b.serial.lines;
    if (!lines->scl_is_held || lines->scl_until_ps > now_ps) return;
    if (t->b.serial.i2c.state == I2C_HELD) return; /* its own step does it */
    lines->scl_is_held = false;
    i2c_go_on(t);
}

void serial_advance(struct twin *t, uint64_t now_ps)
{
    const struct serial *const serial = &t->b.serial;
    for (;;) {
        const uint64_t i2c_ps = serial->i2c.end_ps;
        const uint64_t spi_ps = serial->spi.end_ps;
        const uint64_t next_ps = i2c_ps < spi_ps ? i2c_ps : spi_ps;
        const uint64_t cut_ps = t->b.clock.at_ps[CLOCK_CUT];
        if (next_ps > now_ps || next_ps >= cut_ps || t->stopping) break;
        if (i2c_ps <= spi_ps) {
            i2c_step(t, i2c_ps);
        } else {
            spi_step(t, spi_ps);
        }
    }
    let_line_go(t, now_ps);
    serial_schedule(t);
}

/* ---- registers ---- */

bool serial_at(uint32_t addr)
{
    return addr - GPIO_ADDR < GPIO_BYTES || addr - I2C1_ADDR < BLOCK_BYTES ||
           addr - SPI4_ADDR < BLOCK_BYTES;
}

/* Is the block's clock on, and the power still there? */
static bool answers(const struct twin *t, uint32_t addr)
{
    if (t->b.clock.at_ps[CLOCK_CUT] <= machine_now(t)) return false;
    if (addr - I2C1_ADDR < BLOCK_BYTES) return rcc_is_enabled(t, RCC_APB1ENR1, I2C1_BIT);
    if (addr - SPI4_ADDR < BLOCK_BYTES) return rcc_is_enabled(t, RCC_APB2ENR, SPI4_BIT);
    return rcc_is_enabled(t, RCC_AHB4ENR, (addr - GPIO_ADDR) / BLOCK_BYTES);
}

static uint32_t read_word(struct twin *t, uint32_t addr)
{
    if (addr - GPIO_ADDR < GPIO_BYTES) return gpio_read(t, addr - GPIO_ADDR);
    if (addr - I2C1_ADDR < BLOCK_BYTES) return i2c_reg_read(t, addr - I2C1_ADDR);
    return spi_reg_read(t, addr - SPI4_ADDR, 4);
}

/* Registers where a narrow access is something else than a part of a word. */
static bool is_data(uint32_t addr)
{
    return addr == SPI4_ADDR + TXDR_OFFSET || addr == SPI4_ADDR + RXDR_OFFSET;
}

uint32_t serial_read(struct twin *t, uint32_t addr, uint32_t n)
{
    serial_advance(t, machine_now(t));
    if (!answers(t, addr)) return 0;
    uint32_t value = 0;
    if (is_data(addr)) {
        value = spi_reg_read(t, addr - SPI4_ADDR, n);
    } else {
        value = read_word(t, addr & ~3u) >> (8u * (addr & 3u));
    }
    serial_schedule(t);
    return n == 4u ? value : value & ((1u << (8u * n)) - 1u);
}

static void write_word(struct twin *t, uint32_t addr, uint32_t value)
{
    if (addr - GPIO_ADDR < GPIO_BYTES) {
        gpio_write(t, addr - GPIO_ADDR, value);
    } else if (addr - I2C1_ADDR < BLOCK_BYTES) {
        i2c_reg_write(t, addr - I2C1_ADDR, value);
    } else {
        spi_reg_write(t, addr - SPI4_ADDR, 4, value);
    }
}

static uint32_t widen(struct twin *t, uint32_t addr, uint32_t n, uint32_t value)
{
    if (n == 4u) return value;
    const uint32_t shift = 8u * (addr & 3u);
    const uint32_t mask = ((1u << (8u * n)) - 1u) << shift;
    return (read_word(t, addr & ~3u) & ~mask) | (value << shift & mask);
}

void serial_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value)
{
    serial_advance(t, machine_now(t));
    if (!answers(t, addr)) return;
    if (is_data(addr)) {
        spi_reg_write(t, addr - SPI4_ADDR, n, value);
    } else {
        write_word(t, addr & ~3u, widen(t, addr, n, value));
    }
    serial_schedule(t);
}

void serial_rcc_reset(struct twin *t, uint32_t offset, uint32_t bits)
{
    serial_advance(t, machine_now(t));
    if (offset == RCC_APB1RSTR1 && (bits >> I2C1_BIT & 1u) != 0u) i2c_reset(t);
    if (offset == RCC_APB2RSTR && (bits >> SPI4_BIT & 1u) != 0u) spi_reset(t);
    if (offset == RCC_AHB4RSTR && (bits & GPIO_BITS) == GPIO_BITS) {
        gpio_reset(t);
        i2c_lines_changed(t);
        spi_select_changed(t);
    }
    serial_schedule(t);
}
