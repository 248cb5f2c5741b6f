/*
 * The internal flash of the STM32H7RS. See mcu_flash.h.
 *
 *     locked -> open    KEYR, both keys in order
 *     open -> locked    CR.LOCK written as 1; a reset
 *     any -> shut       a wrong key, or the keys once more while open; ends with a reset
 *     idle -> program   the sixteenth byte of a word is in the write buffer, or FW
 *     idle -> erase     CR.START with SER
 *     either -> idle    its time is over. A cut leaves the word, or the sector, torn
 */
#include "twin/mcu_flash.h"

#include <string.h>

#define ACR 0x000u
#define KEYR 0x004u
#define CR 0x010u
#define SR 0x014u
#define IER 0x020u
#define ISR 0x024u
#define ICR 0x028u
#define ECCSFADDR 0x040u
#define ECCDFADDR 0x044u
#define WRPSR 0x218u
#define HDPSR 0x230u
#define OPTIONS 0x100u /* the first register of the option bytes */

#define KEY_1 0x45670123u
#define KEY_2 0xCDEF89ABu

#define CR_LOCK 0x1u
#define CR_PG 0x2u
#define CR_SER 0x4u
#define CR_BER 0x8u
#define CR_FW 0x10u
#define CR_START 0x20u
#define CR_SSN_POS 6u
#define CR_KEPT 0x1C7u       /* LOCK, PG, SER, SSN */
#define CR_UNKNOWN 0x1030008u /* BER, PG_OTP, CRC_EN, ALL_BANKS */

#define SR_BUSY 0x01u
#define SR_WBNE 0x02u
#define SR_QW 0x04u
#define SR_IS_PROGRAM 0x10u
#define SR_IS_ERASE 0x20u

#define EOPF (1u << 16)
#define WRPERRF (1u << 17)
#define PGSERRF (1u << 18)
#define STRBERRF (1u << 19)
#define INCERRF (1u << 21)
#define SNECCERRF (1u << 25)
#define DBECCERRF (1u << 26)
#define FLAGS 0x1F3F0000u

#define NO_HIDDEN_AREA 0x000000FFu /* HDPSR: an end below the start hides nothing */

#define BUFFER_FULL 0xFFFFu
#define WORDS_PER_SECTOR (MCU_FLASH_SECTOR_BYTES / MCU_FLASH_WORD_BYTES)

/* splitmix64, by Steele, Lea and Flood. */
static uint64_t draw(struct mcu_flash *flash)
{
    flash->random += 0x9E3779B97F4A7C15ULL;
    uint64_t z = flash->random;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
    return z ^ z >> 31;
}

static uint32_t draw_below(struct mcu_flash *flash, uint32_t bound)
{
    return (uint32_t)((draw(flash) >> 32) * bound >> 32);
}

static uint8_t *word_bytes(const struct mcu_flash_at *at, uint32_t word)
{
    return at->bytes + (size_t)word * MCU_FLASH_WORD_BYTES;
}

static bool is_protected(const struct mcu_flash *flash, uint32_t addr)
{
    return (flash->unprotected >> (addr / MCU_FLASH_SECTOR_BYTES) & 1u) == 0u;
}

/* ---- programs ---- */

static void drop_buffer(struct mcu_flash *flash)
{
    flash->buffer_mask = 0;
    memset(flash->buffer, 0xFF, sizeof flash->buffer);
}

static void begin_program(const struct mcu_flash_at *at)
{
    struct mcu_flash *const flash = at->flash;
    /* One that is under way ends first: the bus holds the write. */
    const uint64_t from_ps =
        flash->work != MCU_FLASH_IDLE && flash->work_end_ps > at->now_ps ? flash->work_end_ps
                                                                         : at->now_ps;
    const struct mcu_flash_at then = {flash, at->bytes, from_ps};
    mcu_flash_advance(&then);
    flash->work = MCU_FLASH_PROGRAM;
    flash->work_addr = flash->buffer_addr;
    flash->work_end_ps = from_ps + flash->program_ps;
    memcpy(flash->work_bytes, flash->buffer, sizeof flash->work_bytes);
    flash->program_count++;
    drop_buffer(flash);
}

/*
 * A word that is programmed again: its check bits are those of neither value, so it is broken,
 * unless nothing changes (unmeasured).
 */
static void finish_program(const struct mcu_flash_at *at)
{
    struct mcu_flash *const flash = at->flash;
    const uint32_t word = flash->work_addr / MCU_FLASH_WORD_BYTES;
    uint8_t *const bytes = word_bytes(at, word);
    const bool is_same = memcmp(bytes, flash->work_bytes, MCU_FLASH_WORD_BYTES) == 0;
    if (flash->programs[word] != 0u) flash->double_programs++;
    if ((flash->programs[word] != 0u && !is_same) || flash->word[word] != MCU_FLASH_SOUND) {
        flash->word[word] = MCU_FLASH_BROKEN;
    }
    for (uint32_t i = 0; i < MCU_FLASH_WORD_BYTES; i++) bytes[i] &= flash->work_bytes[i];
    if (flash->programs[word] < UINT8_MAX) flash->programs[word]++;
    flash->isr |= EOPF;
}

/* ---- erases ---- */

static void begin_erase(const struct mcu_flash_at *at)
{
    struct mcu_flash *const flash = at->flash;
    const uint32_t sector = flash->cr >> CR_SSN_POS & (MCU_FLASH_SECTORS - 1u);
    const uint32_t addr = sector * MCU_FLASH_SECTOR_BYTES;
    if (is_protected(flash, addr)) {
        flash->isr |= WRPERRF;
        return;
    }
    const uint64_t from_ps = flash->work != MCU_FLASH_IDLE && flash->work_end_ps > at->now_ps
                                 ? flash->work_end_ps
                                 : at->now_ps;
    const struct mcu_flash_at then = {flash, at->bytes, from_ps};
    mcu_flash_advance(&then);
    flash->work = MCU_FLASH_ERASE;
    flash->work_addr = addr;
    flash->work_end_ps = from_ps + flash->erase_ps;
    flash->erases[sector]++;
    flash->erase_count++;
}

static void erase_word(const struct mcu_flash_at *at, uint32_t word)
{
    memset(word_bytes(at, word), 0xFF, MCU_FLASH_WORD_BYTES);
    at->flash->word[word] = MCU_FLASH_SOUND;
    at->flash->programs[word] = 0;
}

static void finish_erase(const struct mcu_flash_at *at)
{
    const uint32_t first = at->flash->work_addr / MCU_FLASH_WORD_BYTES;
    for (uint32_t i = 0; i < WORDS_PER_SECTOR; i++) erase_word(at, first + i);
    at->flash->isr |= EOPF;
}

/* ---- cuts: all of it unmeasured, as harsh as a word of 16 bytes with check bits can be ---- */

/* Some of the bits that were to fall have fallen. */
static void program_some(const struct mcu_flash_at *at, uint32_t word)
{
    uint8_t *const bytes = word_bytes(at, word);
    for (uint32_t i = 0; i < MCU_FLASH_WORD_BYTES; i++) {
        bytes[i] &= (uint8_t)(at->flash->work_bytes[i] | draw(at->flash) >> 56);
    }
}

static void tear_program(const struct mcu_flash_at *at, enum mcu_flash_torn torn)
{
    struct mcu_flash *const flash = at->flash;
    const uint32_t word = flash->work_addr / MCU_FLASH_WORD_BYTES;
    switch (torn) {
    case MCU_FLASH_TORN_COMPLETE: finish_program(at); break;
    case MCU_FLASH_TORN_CORRECTED:
        finish_program(at);
        if (flash->word[word] == MCU_FLASH_SOUND) flash->word[word] = MCU_FLASH_CORRECTED;
        break;
    case MCU_FLASH_TORN_BROKEN:
        program_some(at, word);
        flash->word[word] = MCU_FLASH_BROKEN;
        break;
    case MCU_FLASH_TORN_WEAK: flash->word[word] = MCU_FLASH_WEAK; break;
    case MCU_FLASH_TORN_UNSTABLE:
        finish_program(at);
        flash->word[word] = MCU_FLASH_UNSTABLE;
        break;
    default: break;
    }
}

/* One word of a sector whose erase was cut. */
static void tear_erased_word(const struct mcu_flash_at *at, enum mcu_flash_torn torn, uint32_t word)
{
    struct mcu_flash *const flash = at->flash;
    const uint32_t kind = draw_below(flash, MCU_FLASH_WORD_KINDS + 1u);
    switch (torn) {
    case MCU_FLASH_TORN_COMPLETE: erase_word(at, word); break;
    case MCU_FLASH_TORN_BROKEN:
        if (kind == MCU_FLASH_WORD_KINDS) break; /* as it was */
        erase_word(at, word);
        flash->word[word] = (uint8_t)kind;
        break;
    case MCU_FLASH_TORN_CORRECTED:
        if (word % WORDS_PER_SECTOR < WORDS_PER_SECTOR / 2u) erase_word(at, word);
        break;
    case MCU_FLASH_TORN_WEAK:
        erase_word(at, word);
        flash->word[word] = MCU_FLASH_WEAK;
        break;
    case MCU_FLASH_TORN_UNSTABLE: flash->word[word] = MCU_FLASH_UNSTABLE; break;
    default: break;
    }
}

static void tear(const struct mcu_flash_at *at)
{
    struct mcu_flash *const flash = at->flash;
    enum mcu_flash_torn torn = flash->torn;
    if (flash->work == MCU_FLASH_IDLE) return;
    if (torn == MCU_FLASH_TORN_DRAWN) {
        torn = (enum mcu_flash_torn)(1u + draw_below(flash, MCU_FLASH_TORN_COUNT - 1u));
    }
    if (flash->work == MCU_FLASH_PROGRAM) {
        tear_program(at, torn);
    } else {
        const uint32_t first = flash->work_addr / MCU_FLASH_WORD_BYTES;
        for (uint32_t i = 0; i < WORDS_PER_SECTOR; i++) tear_erased_word(at, torn, first + i);
    }
    flash->cut_count++;
    flash->work = MCU_FLASH_IDLE;
}

/* ---- life ---- */

static void registers_reset(struct mcu_flash *flash)
{
    flash->acr = 0;
    flash->cr = CR_LOCK;
    flash->ier = 0;
    flash->isr = 0;
    flash->corrected_addr = 0;
    flash->broken_addr = 0;
    flash->keys = 0;
    flash->is_shut = false;
    drop_buffer(flash);
}

void mcu_flash_init(struct mcu_flash *flash, uint64_t seed)
{
    memset(flash, 0, sizeof *flash);
    flash->random = seed;
    flash->unprotected = (1u << MCU_FLASH_SECTORS) - 1u;
    registers_reset(flash);
}

void mcu_flash_reset(const struct mcu_flash_at *at)
{
    mcu_flash_advance(at);
    tear(at);
    registers_reset(at->flash);
}

void mcu_flash_power_off(const struct mcu_flash_at *at)
{
    mcu_flash_reset(at);
}

void mcu_flash_advance(const struct mcu_flash_at *at)
{
    struct mcu_flash *const flash = at->flash;
    if (at->now_ps < mcu_flash_next_ps(flash)) return;
    if (flash->work == MCU_FLASH_PROGRAM) {
        finish_program(at);
    } else {
        finish_erase(at);
    }
    flash->work = MCU_FLASH_IDLE;
}

uint64_t mcu_flash_next_ps(const struct mcu_flash *flash)
{
    return flash->work == MCU_FLASH_IDLE ? MCU_FLASH_NEVER_PS : flash->work_end_ps;
}

bool mcu_flash_interrupts(const struct mcu_flash *flash)
{
    return (flash->isr & flash->ier) != 0u;
}

/* ---- registers ---- */

static uint32_t status(const struct mcu_flash *flash)
{
    uint32_t value = flash->buffer_mask != 0u ? SR_WBNE : 0u;
    if (flash->work == MCU_FLASH_PROGRAM) value |= SR_BUSY | SR_QW | SR_IS_PROGRAM;
    if (flash->work == MCU_FLASH_ERASE) value |= SR_BUSY | SR_QW | SR_IS_ERASE;
    return value;
}

enum mcu_flash_answer mcu_flash_register_read(const struct mcu_flash *flash, uint32_t offset,
                                              uint32_t *value)
{
    if (offset == CR && flash->is_shut) return MCU_FLASH_BUS_ERROR;
    *value = 0;
    switch (offset) {
    case ACR: *value = flash->acr; break;
    case CR: *value = flash->cr; break;
    case SR: *value = status(flash); break;
    case IER: *value = flash->ier; break;
    case ISR: *value = flash->isr; break;
    case ECCSFADDR: *value = flash->corrected_addr; break;
    case ECCDFADDR: *value = flash->broken_addr; break;
    case WRPSR: *value = flash->unprotected; break;
    case HDPSR: *value = NO_HIDDEN_AREA; break;
    default: break;
    }
    return MCU_FLASH_TAKEN;
}

static void write_key(struct mcu_flash *flash, uint32_t value)
{
    const bool is_open = (flash->cr & CR_LOCK) == 0u;
    const bool is_right = value == (flash->keys == 0u ? KEY_1 : KEY_2);
    if (is_open || !is_right || flash->is_shut) {
        flash->is_shut = true;
        flash->cr |= CR_LOCK;
        flash->keys = 0;
    } else if (++flash->keys == 2u) {
        flash->cr &= ~CR_LOCK;
        flash->keys = 0;
    }
}

static void force_write(const struct mcu_flash_at *at)
{
    if (at->flash->buffer_mask != 0u) begin_program(at); /* bytes not sent are FF */
}

static enum mcu_flash_answer write_control(const struct mcu_flash_at *at, uint32_t value)
{
    struct mcu_flash *const flash = at->flash;
    if (flash->is_shut) return MCU_FLASH_BUS_ERROR;
    if ((flash->cr & CR_LOCK) != 0u) return MCU_FLASH_TAKEN;
    if ((value & CR_UNKNOWN) != 0u) return MCU_FLASH_NOT_MODELLED;
    flash->cr = value & CR_KEPT;
    if ((value & CR_PG) == 0u) drop_buffer(flash);
    if ((value & CR_FW) != 0u) force_write(at);
    if ((value & CR_START) == 0u) return MCU_FLASH_TAKEN;
    if ((value & CR_SER) == 0u) {
        flash->isr |= PGSERRF; /* unmeasured */
    } else {
        begin_erase(at);
    }
    return MCU_FLASH_TAKEN;
}

static void clear_flags(struct mcu_flash *flash, uint32_t value)
{
    flash->isr &= ~(value & FLAGS);
    if ((value & SNECCERRF) != 0u) flash->corrected_addr = 0;
    if ((value & DBECCERRF) != 0u) flash->broken_addr = 0;
}

enum mcu_flash_answer mcu_flash_register_write(const struct mcu_flash_at *at, uint32_t offset,
                                               uint32_t value)
{
    struct mcu_flash *const flash = at->flash;
    mcu_flash_advance(at);
    if (offset >= OPTIONS) return MCU_FLASH_NOT_MODELLED;
    switch (offset) {
    case ACR: flash->acr = value & 0x3Fu; break;
    case KEYR: write_key(flash, value); break;
    case CR: return write_control(at, value);
    case IER:
        if ((flash->cr & CR_LOCK) == 0u) flash->ier = value & FLAGS;
        break;
    case ICR: clear_flags(flash, value); break;
    default: break;
    }
    return MCU_FLASH_TAKEN;
}

/* ---- loads and stores ---- */

enum mcu_flash_answer mcu_flash_load(const struct mcu_flash_at *at, uint32_t addr, uint32_t n,
                                     uint32_t *value)
{
    struct mcu_flash *const flash = at->flash;
    uint32_t kind = flash->word[addr / MCU_FLASH_WORD_BYTES];
    if (kind == MCU_FLASH_UNSTABLE) {
        kind = (draw(flash) >> 63) != 0u ? MCU_FLASH_BROKEN : MCU_FLASH_SOUND;
    }
    *value = 0;
    if (kind == MCU_FLASH_BROKEN) {
        if ((flash->isr & DBECCERRF) == 0u) flash->broken_addr = MCU_FLASH_ADDR + addr;
        flash->isr |= DBECCERRF;
        return MCU_FLASH_BUS_ERROR;
    }
    if (kind == MCU_FLASH_CORRECTED) {
        if ((flash->isr & SNECCERRF) == 0u) flash->corrected_addr = MCU_FLASH_ADDR + addr;
        flash->isr |= SNECCERRF;
    }
    for (uint32_t i = 0; i < n; i++) *value |= (uint32_t)at->bytes[addr + i] << 8u * i;
    return MCU_FLASH_TAKEN;
}

/* The flag that a store earns, 0 if it is fine. */
static uint32_t store_error(const struct mcu_flash *flash, uint32_t addr, uint32_t mask)
{
    const uint32_t word_addr = addr - addr % MCU_FLASH_WORD_BYTES;
    if ((flash->cr & (CR_LOCK | CR_PG)) != CR_PG) return PGSERRF;
    if (is_protected(flash, addr)) return WRPERRF;
    if (flash->buffer_mask == 0u) return 0;
    if (word_addr != flash->buffer_addr) return INCERRF;
    return (flash->buffer_mask & mask) != 0u ? STRBERRF : 0u;
}

void mcu_flash_store(const struct mcu_flash_at *at, uint32_t addr, uint32_t n, uint32_t value)
{
    struct mcu_flash *const flash = at->flash;
    const uint32_t offset = addr % MCU_FLASH_WORD_BYTES;
    const uint32_t mask = ((1u << n) - 1u) << offset;
    mcu_flash_advance(at);
    const uint32_t error = store_error(flash, addr, mask);
    if (error != 0u) {
        flash->isr |= error;
        drop_buffer(flash); /* unmeasured: a program that went wrong starts again */
        return;
    }
    flash->buffer_addr = addr - offset;
    flash->buffer_mask |= mask;
    for (uint32_t i = 0; i < n; i++) flash->buffer[offset + i] = (uint8_t)(value >> 8u * i);
    if (flash->buffer_mask == BUFFER_FULL) begin_program(at);
}

/* ---- from outside ---- */

static bool is_blank(const uint8_t *bytes)
{
    for (uint32_t i = 0; i < MCU_FLASH_WORD_BYTES; i++) {
        if (bytes[i] != 0xFFu) return false;
    }
    return true;
}

void mcu_flash_loaded(const struct mcu_flash_at *at, uint32_t addr, uint32_t n)
{
    for (uint32_t i = addr / MCU_FLASH_WORD_BYTES; i * MCU_FLASH_WORD_BYTES < addr + n; i++) {
        at->flash->word[i] = MCU_FLASH_SOUND;
        at->flash->programs[i] = is_blank(word_bytes(at, i)) ? 0 : 1;
    }
}

void mcu_flash_spoil(struct mcu_flash *flash, uint32_t addr, enum mcu_flash_word kind)
{
    flash->word[addr / MCU_FLASH_WORD_BYTES] = (uint8_t)kind;
}
