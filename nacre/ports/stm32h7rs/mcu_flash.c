/*
 * The internal flash: programs, erases, and reads that cannot fault. Runs from anywhere; while it
 * waits in this flash it merely stands still.
 *
 * Between operations CR is as it was found: locked, or unlocked where somebody else had opened it.
 * The keys are written only while CR.LOCK is set, for a second time they lock it until a reset; and
 * after a wrong key an access to CR is a bus error, so that the first access is shielded.
 *
 * Waits ask QW and BUSY: BUSY alone pulses within one operation. The source of both sentences is
 * ST's SVD file of the STM32H7RS, FLASH KEYR and SR.
 */
#include "nacre/ports/stm32h7rs/mcu_flash.h"

#include "nacre/ports/stm32h7rs/clock.h"
#include "nacre/ports/stm32h7rs/io.h"
#include "nacre/ports/stm32h7rs/mcu_flash_core.h"
#include "nacre/ports/stm32h7rs/mcu_flash_registers.h"
#include "nacre/ports/stm32h7rs/mpu.h"
#include "nacre/ports/stm32h7rs/registers.h"

#include <stddef.h>
#include <string.h>

#define FLASH_CORE_ADDR 0x08000000u
#define FLASH_BYTES 0x10000u
#define SECTOR_BYTES 0x2000u
#define WORD_BYTES NACRE_MCU_WORD_BYTES
#define CORE_MHZ_MAX 1000u
#define US_MAX 4000000u
#define READ_TRIES 3u
#define SR_WORKING (FLASH_SR_QW | FLASH_SR_BUSY)
#define ISR_READ_FLAGS (FLASH_ISR_DBECCERRF | FLASH_ISR_SNECCERRF | FLASH_ISR_RDSERRF)
#define ISR_WRITE_ERRORS \
    (FLASH_ISR_WRPERRF | FLASH_ISR_PGSERRF | FLASH_ISR_STRBERRF | FLASH_ISR_INCERRF)

/*
 * Code of this program that may lie in this flash: what nacre_image.ld and nacre_ram.ld say, where
 * the linker script has them. Null without.
 */
extern const uint8_t nacre_image_first[] __attribute__((weak));
extern const uint8_t nacre_image_last[] __attribute__((weak));
extern const uint8_t nacre_ram_start[] __attribute__((weak));
extern const uint8_t nacre_ram_end[] __attribute__((weak));
extern const uint8_t nacre_ram_code_start[] __attribute__((weak));

static struct nacre_stm32_flash *flash_of(struct nacre_mcu_port *port)
{
    return (struct nacre_stm32_flash *)(void *)port;
}

static void refuse(struct nacre_stm32_flash *flash, const struct nacre_mismatch *mismatch)
{
    flash->port.mismatch = *mismatch;
}

/* ---- programs and erases ---- */

/* False: a bus error, which a wrong key leaves behind until the next reset. */
static bool look_at_CR(uint32_t *CR)
{
    const struct nacre_shield shield = nacre_shield_begin();

    *CR = nacre_io_read(FLASH_CR);
    return !nacre_shield_end(&shield);
}

static enum nacre_err unlock(struct nacre_stm32_flash *flash)
{
    uint32_t CR = FLASH_CR_LOCK;
    bool is_there = look_at_CR(&CR);

    flash->found_CR = CR;
    if (is_there && (CR & FLASH_CR_LOCK) != 0) {
        nacre_io_write(FLASH_KEYR, FLASH_KEY1);
        nacre_io_write(FLASH_KEYR, FLASH_KEY2);
        nacre_flash_barrier();
        is_there = look_at_CR(&CR);
    }
    if (is_there && (CR & FLASH_CR_LOCK) == 0) return NACRE_OK;
    refuse(flash, &(struct nacre_mismatch){"FLASH CR LOCK", CR, 0, FLASH_CR_LOCK});
    return NACRE_FLASH_LOCKED;
}

/* The write that locks may change the other bits. */
static void lock(const struct nacre_stm32_flash *flash)
{
    nacre_io_write(FLASH_CR, flash->found_CR);
    nacre_flash_barrier();
}

static bool is_over(uint32_t from, uint32_t cycles)
{
    return nacre_io_read(DWT_CYCCNT) - from >= cycles;
}

/* The flag is looked at after the clock: a thread that was away too long may still find it done. */
static bool wait_idle(uint32_t from, uint32_t cycles)
{
    bool late;

    do {
        late = is_over(from, cycles);
        if ((nacre_io_read(FLASH_SR) & SR_WORKING) == 0) return true;
    } while (!late);
    return false;
}

/* Open CR for one operation, where nobody else is in the middle of one. */
static enum nacre_err begin(struct nacre_stm32_flash *flash)
{
    const uint32_t from = nacre_io_read(DWT_CYCCNT);

    if (!wait_idle(from, flash->erase_cycles) || (nacre_io_read(FLASH_SR) & FLASH_SR_WBNE) != 0) {
        refuse(flash, &(struct nacre_mismatch){"FLASH SR", nacre_io_read(FLASH_SR), 0,
                                               SR_WORKING | FLASH_SR_WBNE});
        return NACRE_NOT_NOW;
    }
    const enum nacre_err err = unlock(flash);
    if (err != NACRE_OK) return err;
    nacre_io_write(FLASH_ICR, ISR_WRITE_ERRORS | FLASH_ISR_EOPF);
    return NACRE_OK;
}

/* What the operation came to, its flags cleared, CR as before. */
static enum nacre_err end(struct nacre_stm32_flash *flash, bool in_time)
{
    const uint32_t ISR = nacre_io_read(FLASH_ISR) & ISR_WRITE_ERRORS;

    nacre_io_write(FLASH_ICR, ISR | FLASH_ISR_EOPF);
    lock(flash);
    if (ISR != 0) refuse(flash, &(struct nacre_mismatch){"FLASH ISR", ISR, 0, ISR_WRITE_ERRORS});
    if ((ISR & FLASH_ISR_WRPERRF) != 0) return NACRE_PART_PROTECTED;
    if ((ISR & FLASH_ISR_PGSERRF) != 0) return NACRE_FLASH_SEQUENCE;
    if ((ISR & FLASH_ISR_STRBERRF) != 0) return NACRE_FLASH_STROBE;
    if ((ISR & FLASH_ISR_INCERRF) != 0) return NACRE_FLASH_INCONSISTENT;
    return in_time ? NACRE_OK : NACRE_TIMEOUT;
}

static enum nacre_err flash_program(struct nacre_mcu_port *port, uint32_t flash_addr,
                                    const uint8_t *word)
{
    struct nacre_stm32_flash *const flash = flash_of(port);
    const uint32_t core_addr = port->core_addr + flash_addr;
    enum nacre_err err = begin(flash);

    if (err != NACRE_OK) return err;
    nacre_io_write(FLASH_CR, FLASH_CR_PG);
    nacre_flash_barrier();
    nacre_flash_store(core_addr, word);
    const bool in_time = wait_idle(nacre_io_read(DWT_CYCCNT), flash->program_cycles);
    const bool is_left = (nacre_io_read(FLASH_SR) & FLASH_SR_WBNE) != 0;
    err = end(flash, in_time);
    nacre_flash_discard(core_addr, WORD_BYTES);
    return err == NACRE_OK && is_left ? NACRE_FLASH_INCONSISTENT : err;
}

static enum nacre_err flash_erase_start(struct nacre_mcu_port *port, uint32_t flash_addr)
{
    struct nacre_stm32_flash *const flash = flash_of(port);
    const uint32_t CR = FLASH_CR_SER | flash_addr / SECTOR_BYTES << FLASH_CR_SSN_POS;
    const enum nacre_err err = begin(flash);

    if (err != NACRE_OK) return err;
    nacre_io_write(FLASH_CR, CR);
    nacre_io_write(FLASH_CR, CR | FLASH_CR_START);
    nacre_flash_barrier();
    flash->erase_from = nacre_io_read(DWT_CYCCNT);
    flash->erase_addr = flash_addr;
    return NACRE_OK;
}

static enum nacre_err flash_erase_poll(struct nacre_mcu_port *port)
{
    struct nacre_stm32_flash *const flash = flash_of(port);
    const bool late = is_over(flash->erase_from, flash->erase_cycles);
    const bool ended = (nacre_io_read(FLASH_SR) & SR_WORKING) == 0;

    if (!ended && !late) return NACRE_BUSY;
    const enum nacre_err err = end(flash, ended);
    nacre_flash_discard(port->core_addr + flash->erase_addr, SECTOR_BYTES);
    return err;
}

/* ---- reads ---- */

static bool is_in_word(uint32_t addr, uint32_t core_addr)
{
    return addr - core_addr < WORD_BYTES;
}

/*
 * The controller notes the first bad word alone, so what others left must go. It may be a word next
 * to this one, in the same line, or one that the core looked at ahead of time.
 */
static void forget_flags(struct nacre_stm32_flash *flash)
{
    const uint32_t ISR = nacre_io_read(FLASH_ISR);

    if ((ISR & FLASH_ISR_DBECCERRF) != 0) {
        flash->port.counts.foreign++;
        flash->port.counts.foreign_core_addr = nacre_io_read(FLASH_ECCDFADDR);
    }
    nacre_io_write(FLASH_ICR, ISR & ISR_READ_FLAGS);
}

struct outcome {
    bool has_faulted;
    bool is_broken;  /* this word */
    bool is_mended;  /* this word */
    bool is_hidden;
    bool is_other;   /* a word is noted as broken, and it is not this one */
};

static struct outcome load(struct nacre_stm32_flash *flash, uint32_t core_addr, uint32_t *words)
{
    forget_flags(flash);
    nacre_flash_discard(core_addr, WORD_BYTES);
    flash->has_nmi_come = false;
    flash->reading = core_addr;
    const struct nacre_shield shield = nacre_shield_begin();
    nacre_shield_load(core_addr, words);
    const uint32_t ISR = nacre_io_read(FLASH_ISR);
    const uint32_t broken = nacre_io_read(FLASH_ECCDFADDR);
    const uint32_t mended = nacre_io_read(FLASH_ECCSFADDR);
    const bool has_faulted = nacre_shield_end(&shield);

    flash->reading = 0;
    nacre_io_write(FLASH_ICR, ISR & ISR_READ_FLAGS);
    const bool is_noted = (ISR & FLASH_ISR_DBECCERRF) != 0;
    const bool is_this = is_noted && is_in_word(broken, core_addr);
    return (struct outcome){
        .has_faulted = has_faulted,
        .is_broken = is_this || flash->has_nmi_come || (is_noted && has_faulted),
        .is_mended = (ISR & FLASH_ISR_SNECCERRF) != 0 && is_in_word(mended, core_addr),
        .is_hidden = (ISR & FLASH_ISR_RDSERRF) != 0,
        .is_other = is_noted && !is_this,
    };
}

static enum nacre_err flash_read(struct nacre_mcu_port *port, uint32_t flash_addr, uint8_t *word)
{
    struct nacre_stm32_flash *const flash = flash_of(port);
    const uint32_t core_addr = port->core_addr + flash_addr;
    uint32_t words[NACRE_SHIELD_WORDS];
    struct outcome outcome = load(flash, core_addr, words);

    for (uint32_t i = 1; i < READ_TRIES && outcome.is_other && !outcome.is_broken; i++) {
        outcome = load(flash, core_addr, words);
    }
    if (outcome.is_hidden) return NACRE_PART_PROTECTED;
    if (outcome.has_faulted && !outcome.is_broken) return NACRE_IO;
    if (outcome.is_mended) port->counts.corrected++;
    if (outcome.is_broken) {
        port->counts.broken++;
        port->counts.broken_addr = flash_addr;
        memset(words, 0, sizeof words);
    }
    memcpy(word, words, WORD_BYTES);
    return NACRE_OK;
}

/* ---- what must not be written ---- */

struct code {
    const char *name;
    uint32_t first;
    uint32_t end;
};

static uint32_t addr_of(const uint8_t *symbol)
{
    return (uint32_t)(uintptr_t)symbol;
}

/* Code may lie anywhere: these are addresses of the core. */
static enum nacre_err check_code(struct nacre_stm32_flash *flash, uint32_t core_addr, uint32_t n)
{
    const uint32_t VTOR = nacre_io_read(SCB_VTOR);
    const uint32_t here = (uint32_t)(uintptr_t)&check_code;
    const struct code codes[] = {
        {"nacre_image_first", addr_of(nacre_image_first), addr_of(nacre_image_last)},
        {"nacre_ram_start", addr_of(nacre_ram_start), addr_of(nacre_ram_end)},
        {"VTOR", VTOR, VTOR + 1u},
        {"PC", here, here + 1u},
    };

    for (uint32_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].first >= core_addr + n || core_addr >= codes[i].end) continue;
        refuse(flash, &(struct nacre_mismatch){codes[i].name, codes[i].first, 0, 0});
        return NACRE_REGION_IN_IMAGE;
    }
    return NACRE_OK;
}

/*
 * A blackout whose code lies in this flash, in any sector of it, would last as long as an erase
 * that is under way: it would stand still with the other flash unreadable and interrupts masked.
 */
static enum nacre_err check_blackout(struct nacre_stm32_flash *flash)
{
    const uint32_t first = addr_of(nacre_ram_code_start);
    const bool is_linked = first < addr_of(nacre_ram_end);

    if (!is_linked || first - flash->port.core_addr >= FLASH_BYTES) return NACRE_OK;
    refuse(flash, &(struct nacre_mismatch){"nacre_ram_code_start", first, 0, 0});
    return NACRE_FLASH_RUNS_BLACKOUT;
}

/*
 * Of the hidden area, in blocks: start beyond end, none; the same, all. Source: ST's SVD file of
 * the STM32H7RS, FLASH HDPSR
 */
static bool is_hidden(uint32_t HDPSR, uint32_t flash_addr, uint32_t n)
{
    const uint32_t first = HDPSR & FLASH_HDPSR_START;
    const uint32_t last = HDPSR >> FLASH_HDPSR_END_POS & FLASH_HDPSR_START;

    if (first == last) return true;
    if (last < first) return false;
    return first * FLASH_HDP_BLOCK_BYTES < flash_addr + n &&
           flash_addr < (last + 1u) * FLASH_HDP_BLOCK_BYTES;
}

static enum nacre_err check_options(struct nacre_stm32_flash *flash, uint32_t flash_addr,
                                    uint32_t n)
{
    const uint32_t WRPSR = nacre_io_read(FLASH_WRPSR);
    const uint32_t HDPSR = nacre_io_read(FLASH_HDPSR);
    const uint32_t first = flash_addr / SECTOR_BYTES;
    const uint32_t count = n / SECTOR_BYTES;
    const uint32_t sectors = ((1u << count) - 1u) << first;

    if ((WRPSR & sectors) != sectors) {
        refuse(flash, &(struct nacre_mismatch){"FLASH WRPSR", WRPSR, sectors, sectors});
        return NACRE_PART_PROTECTED;
    }
    if (is_hidden(HDPSR, flash_addr, n)) {
        refuse(flash, &(struct nacre_mismatch){"FLASH HDPSR", HDPSR, FLASH_HDPSR_START,
                                               FLASH_HDPSR_START});
        return NACRE_PART_PROTECTED;
    }
    return NACRE_OK;
}

static enum nacre_err flash_check(struct nacre_mcu_port *port, uint32_t flash_addr, uint32_t n)
{
    struct nacre_stm32_flash *const flash = flash_of(port);
    const uint32_t core_addr = port->core_addr + flash_addr;

    port->mismatch = (struct nacre_mismatch){0};
    enum nacre_err err = check_code(flash, core_addr, n);
    if (err == NACRE_OK) err = check_blackout(flash);
    if (err == NACRE_OK) err = check_options(flash, flash_addr, n);
    if (err != NACRE_OK) return err;
    return nacre_mpu_stores_through(core_addr, core_addr + n - 1u, &port->mismatch)
               ? NACRE_OK
               : NACRE_FLASH_CACHED;
}

static bool flash_can_access(const struct nacre_mcu_port *port, const void *buf, uint32_t n,
                             bool write)
{
    (void)port;
    return write ? nacre_port_is_writable(buf, n) : nacre_port_is_readable(buf, n);
}

static const struct nacre_mcu_port_ops flash_ops = {
    flash_check, flash_read, flash_program, flash_erase_start, flash_erase_poll, flash_can_access,
};

enum nacre_err nacre_stm32_flash_open(struct nacre_stm32_flash *flash,
                                      const struct nacre_stm32_flash_cfg *cfg)
{
    if (flash == NULL || cfg == NULL) return NACRE_BAD_ARGUMENT;
    if (cfg->core_mhz == 0 || cfg->core_mhz > CORE_MHZ_MAX) return NACRE_BAD_ARGUMENT;
    if (cfg->program_us_max > US_MAX || cfg->erase_us_max > US_MAX) return NACRE_BAD_ARGUMENT;
    if (!nacre_cycles_start()) return NACRE_CLOCK;

    const uint32_t program_us =
        cfg->program_us_max != 0 ? cfg->program_us_max : NACRE_STM32_FLASH_US_MAX;
    const uint32_t erase_us = cfg->erase_us_max != 0 ? cfg->erase_us_max : NACRE_STM32_FLASH_US_MAX;

    memset(flash, 0, sizeof *flash);
    flash->port.ops = &flash_ops;
    flash->port.core_addr = FLASH_CORE_ADDR;
    flash->port.bytes = FLASH_BYTES;
    flash->port.unit_bytes = SECTOR_BYTES;
    flash->port.boot_bytes = SECTOR_BYTES;
    flash->program_cycles = program_us * cfg->core_mhz;
    flash->erase_cycles = erase_us * cfg->core_mhz;
    return NACRE_OK;
}

bool nacre_stm32_flash_nmi(struct nacre_stm32_flash *flash)
{
    const uint32_t reading = flash->reading;

    if (reading == 0 || (nacre_io_read(FLASH_ISR) & FLASH_ISR_DBECCERRF) == 0) return false;
    if (!is_in_word(nacre_io_read(FLASH_ECCDFADDR), reading)) return false;
    nacre_io_write(FLASH_ICR, FLASH_ISR_DBECCERRF);
    if (!flash->has_nmi_come) flash->port.counts.nmis++; /* each of its four loads may bring one */
    flash->has_nmi_come = true;
    return true;
}
