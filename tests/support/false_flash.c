/*
 * The false flash: see the header. Everything the port calls below itself is here.
 */
#include "tests/support/false_flash.h"

#include "nacre/ports/stm32h7rs/clock.h"
#include "nacre/ports/stm32h7rs/io.h"
#include "nacre/ports/stm32h7rs/mcu_flash_core.h"
#include "nacre/ports/stm32h7rs/mpu.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Source: CMSIS stm32h7s7xx.h. Written here again on purpose: the port's may be wrong. */
#define AT_KEYR 0x52002004u
#define AT_CR 0x52002010u
#define AT_SR 0x52002014u
#define AT_ISR 0x52002024u
#define AT_ICR 0x52002028u
#define AT_ECCSFADDR 0x52002040u
#define AT_ECCDFADDR 0x52002044u
#define AT_WRPSR 0x52002218u
#define AT_HDPSR 0x52002230u
#define AT_VTOR 0xE000ED08u
#define AT_CYCCNT 0xE0001004u
#define LOCK 1u
#define PG 2u
#define SER 4u
#define START 0x20u
#define EOPF (1u << 16)
#define WRPERRF (1u << 17)
#define PGSERRF (1u << 18)
#define STRBERRF (1u << 19)
#define INCERRF (1u << 21)
#define RDSERRF (1u << 24)
#define SNECCERRF (1u << 25)
#define DBECCERRF (1u << 26)
#define WORD 16u
#define LINE 32u
#define SECTOR 0x2000u
#define A_PROGRAM 8u

struct false_flash false_flash;

static struct false_flash *const f = &false_flash;

static void misuse(const char *what)
{
    if (f->misuses++ == 0) f->misuse = what;
}

/* ---- time, and what it ends ---- */

static void end_program(void)
{
    for (uint32_t i = 0; i < WORD; i++) f->bytes[f->buffer_addr + i] &= f->buffer[i];
    f->programs++;
}

static void end_erase(void)
{
    const uint32_t first = f->erase_sector * SECTOR;
    memset(f->bytes + first, 0xFF, SECTOR);
    for (uint32_t i = 0; i < SECTOR / WORD; i++) f->state[first / WORD + i] = FALSE_WHOLE;
    f->erases++;
}

static void end_work(void)
{
    if (!f->is_working || (int32_t)(f->cycles - f->done_at) < 0) return;
    f->is_working = false;
    f->buffer_mask = 0;
    if (f->error_next != 0) {
        f->ISR |= f->error_next;
        f->error_next = 0;
    } else if (f->erase_sector == A_PROGRAM) {
        end_program();
        f->ISR |= EOPF;
    } else {
        end_erase();
        f->ISR |= EOPF;
    }
}

void false_flash_pass(uint32_t cycles)
{
    if (!f->clock_stands) f->cycles += cycles;
    end_work();
}

static void begin_work(uint32_t sector)
{
    const uint32_t at = sector == A_PROGRAM ? f->buffer_addr / SECTOR : sector;
    if ((f->WRPSR >> at & 1u) == 0) f->error_next = WRPERRF;
    f->is_working = true;
    f->erase_sector = sector;
    f->done_at = f->cycles + f->work_cycles * (sector == A_PROGRAM ? 1u : 10u);
}

/* ---- registers ---- */

static void write_key(uint32_t value)
{
    static const uint32_t right[] = {0x45670123u, 0xCDEF89ABu};
    if ((f->CR & LOCK) == 0 || f->is_dead_locked || value != right[f->keys]) {
        f->is_dead_locked = true;
        f->CR |= LOCK;
        return;
    }
    if (++f->keys < 2u) return;
    f->keys = 0;
    f->CR &= ~LOCK;
    f->unlocks++;
}

static void write_CR(uint32_t value)
{
    if ((f->CR & LOCK) != 0) {
        misuse("CR written while it is locked");
        return;
    }
    if ((value & 0x01030018u) != 0) misuse("a mass erase, OTP, FW or CRC");
    if (f->is_working && (value & START) != 0) misuse("START while it works");
    if ((f->CR & PG) != 0 && (value & PG) == 0) f->buffer_mask = 0;
    f->CR = value & ~START;
    if ((value & START) == 0) return;
    if ((value & SER) == 0) misuse("START without SER");
    begin_work(value >> 6 & 7u);
}

uint32_t nacre_io_read(uint32_t addr)
{
    false_flash_pass(FALSE_FLASH_CYCLES);
    switch (addr) {
    case AT_CR:
        if (!f->is_dead_locked) return f->CR;
        f->has_faulted = true;
        if (f->shields == 0) f->unshielded_faults++;
        return 0;
    case AT_SR:
        return (f->is_working ? 5u : 0) | (f->buffer_mask != 0 && !f->is_working ? 2u : 0);
    case AT_ISR:
        return f->ISR;
    case AT_ECCSFADDR:
        return f->ECCSFADDR;
    case AT_ECCDFADDR:
        return f->ECCDFADDR;
    case AT_WRPSR:
        return f->WRPSR;
    case AT_HDPSR:
        return f->HDPSR;
    case AT_VTOR:
        return f->VTOR;
    case AT_CYCCNT:
        return f->cycles;
    default:
        (void)fprintf(stderr, "false flash: nothing to be read at %08X\n", (unsigned)addr);
        abort();
    }
}

void nacre_io_write(uint32_t addr, uint32_t value)
{
    false_flash_pass(FALSE_FLASH_CYCLES);
    if (addr == AT_KEYR) {
        write_key(value);
    } else if (addr == AT_CR) {
        write_CR(value);
    } else if (addr == AT_ICR) {
        f->ISR &= ~value;
        if ((value & DBECCERRF) != 0) f->ECCDFADDR = 0;
        if ((value & SNECCERRF) != 0) f->ECCSFADDR = 0;
    } else {
        (void)fprintf(stderr, "false flash: nothing to be written at %08X\n", (unsigned)addr);
        abort();
    }
}

/* ---- the core ---- */

bool nacre_cycles_start(void)
{
    return !f->clock_stands;
}

bool nacre_mpu_stores_through(uint32_t first, uint32_t last, struct nacre_mismatch *mismatch)
{
    if (last <= first) misuse("an empty range");
    if (!f->stores_are_kept) return true;
    *mismatch = (struct nacre_mismatch){"MPU_RASR", first, 0, 0};
    return false;
}

bool nacre_port_is_readable(const void *buf, uint32_t n)
{
    return buf != NULL || n == 0;
}

bool nacre_port_is_writable(const void *buf, uint32_t n)
{
    return buf != NULL || n == 0;
}

struct nacre_shield nacre_shield_begin(void)
{
    f->shields++;
    f->has_faulted = false;
    return (struct nacre_shield){0, 0};
}

bool nacre_shield_end(const struct nacre_shield *shield)
{
    (void)shield;
    f->shields--;
    return f->has_faulted;
}

static void note(uint32_t flag, uint32_t *fail_addr, uint32_t addr)
{
    if ((f->ISR & flag) == 0) *fail_addr = FALSE_FLASH_CORE + addr; /* the first alone */
    f->ISR |= flag;
}

/* What reading this word does, but for its data. is_wanted: it is the one that the core loads. */
static void sense(uint32_t addr, bool is_wanted)
{
    const enum false_word state = f->state[addr / WORD];
    if (state == FALSE_MENDED) note(SNECCERRF, &f->ECCSFADDR, addr);
    if (state == FALSE_HIDDEN) f->ISR |= RDSERRF;
    if (state == FALSE_BROKEN) note(DBECCERRF, &f->ECCDFADDR, addr);
    if (!is_wanted || state == FALSE_WHOLE || state == FALSE_MENDED) return;
    if (state == FALSE_BROKEN && f->noted_silently) return;
    if (state == FALSE_BROKEN && f->noted_by_nmi) {
        if (f->nmi == NULL || !f->nmi()) misuse("an NMI that nobody took");
        return;
    }
    f->has_faulted = true;
    if (f->shields == 0) f->unshielded_faults++;
}

static void fill_line(uint32_t addr)
{
    const uint32_t line = addr - addr % LINE;
    if (f->is_cached[line / LINE]) return;
    for (uint32_t at = line; f->whole_lines != 0 && at < addr - addr % WORD; at += WORD) {
        sense(at, false);
    }
    if (f->whole_lines != 0) f->whole_lines--;
    sense(addr - addr % WORD, true);
    memcpy(f->cache + line, f->bytes + line, LINE);
    const bool is_sound = f->state[line / WORD] == FALSE_WHOLE &&
                          f->state[line / WORD + 1u] == FALSE_WHOLE;
    f->is_cached[line / LINE] = f->has_cache && is_sound;
}

void nacre_shield_load(uint32_t core_addr, uint32_t *words)
{
    const uint32_t addr = core_addr - FALSE_FLASH_CORE;
    if (f->is_working) misuse("a load while it works");
    if (addr % WORD != 0 || addr >= FALSE_FLASH_BYTES) abort();
    fill_line(addr);
    memcpy(words, f->cache + addr, WORD);
    if (f->state[addr / WORD] == FALSE_BROKEN) words[1] ^= 0x00100400u;
}

static void store_half(uint32_t addr, const uint8_t *half)
{
    const uint32_t bits = 3u << addr % WORD;
    if ((f->CR & (LOCK | PG)) != PG || f->is_working) {
        f->ISR |= PGSERRF;
        return;
    }
    if (f->buffer_mask != 0 && f->buffer_addr != addr - addr % WORD) f->ISR |= INCERRF;
    if ((f->buffer_mask & bits) != 0) f->ISR |= STRBERRF;
    f->buffer_addr = addr - addr % WORD;
    memcpy(f->buffer + addr % WORD, half, 2);
    f->buffer_mask |= bits;
    if (f->buffer_mask == 0xFFFFu) begin_work(A_PROGRAM);
}

void nacre_flash_store(uint32_t core_addr, const uint8_t *word)
{
    const uint32_t addr = core_addr - FALSE_FLASH_CORE;
    const uint32_t n = f->store_is_lost ? WORD / 2u : WORD;
    for (uint32_t i = 0; i < n; i += 2u) store_half(addr + i, word + i);
}

void nacre_flash_discard(uint32_t core_addr, uint32_t n)
{
    const uint32_t first = core_addr - FALSE_FLASH_CORE;
    for (uint32_t i = first / LINE; i * LINE < first + n; i++) f->is_cached[i] = false;
}

void nacre_flash_barrier(void)
{
}

void false_flash_start(void)
{
    memset(f, 0, sizeof *f);
    memset(f->bytes, 0xFF, sizeof f->bytes);
    f->CR = LOCK;
    f->WRPSR = 0xFFu;
    f->HDPSR = 0x000000FFu; /* from the last block to the first: none */
    f->VTOR = 0x70000000u;
    f->cycles = 0xFFFFF000u; /* wraps soon */
    f->work_cycles = 60000u;
    f->has_cache = true;
}
