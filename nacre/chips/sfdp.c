/*
 * Parameter tables: found by their headers, read by DWORD, never beyond what was given.
 */
#include "nacre/chips/sfdp.h"

#include <stddef.h>

#define SIGNATURE 0x50444653u /* "SFDP" */
#define HEADER_BYTES 8u
#define TABLE_BASIC 0xFF00u
#define TABLE_FOUR_BYTE 0xFF84u
#define BASIC_DWORDS_MIN 16u /* JESD216A; before it, nothing on suspend */
#define ERASE_TYPES 4u
#define BIT_31 0x80000000u

struct table {
    uint32_t at; /* of its DWORD 1 */
    uint32_t dwords;
};

static uint32_t bits(uint32_t word, uint32_t low, uint32_t count)
{
    return word >> low & ((1u << count) - 1u);
}

static uint32_t word_at(const struct nacre_sfdp *sfdp, uint32_t at)
{
    const uint8_t *const bytes = sfdp->bytes + at;

    NACRE_ASSERT(at <= sfdp->n && sfdp->n - at >= 4u);
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* DWORDs are counted from 1, as in the standard. */
static uint32_t dword(const struct nacre_sfdp *sfdp, const struct table *table, uint32_t number)
{
    return word_at(sfdp, table->at + 4u * (number - 1u));
}

/* The newest header of that table; false if there is none, or it is cut off. */
static bool find(const struct nacre_sfdp *sfdp, uint32_t id, struct table *table)
{
    bool is_found = false;

    if (sfdp->n < HEADER_BYTES || word_at(sfdp, 0) != SIGNATURE) return false;
    const uint32_t count = bits(word_at(sfdp, 4), 16, 8) + 1u;
    for (uint32_t i = 1; i <= count && (i + 1u) * HEADER_BYTES <= sfdp->n; i++) {
        const uint32_t first = word_at(sfdp, i * HEADER_BYTES);
        const uint32_t second = word_at(sfdp, i * HEADER_BYTES + 4u);
        const uint32_t at = bits(second, 0, 24);
        const uint32_t dwords = bits(first, 24, 8);

        if ((bits(second, 24, 8) << 8 | bits(first, 0, 8)) != id) continue;
        if (at > sfdp->n || dwords > (sfdp->n - at) / 4u) continue;
        *table = (struct table){at, dwords};
        is_found = true;
    }
    return is_found;
}

/* The opcode's first byte, which is all that the tables know. */
static uint32_t opcode_of(const struct nacre_chip *chip, uint16_t opcode)
{
    return chip->form.lines == 8 ? (uint32_t)opcode >> 8 : opcode;
}

static uint32_t count_times(uint32_t count, uint32_t unit)
{
    return (count + 1u) * unit;
}

/* ---- what is taken ---- */

static const char *take_size(struct nacre_chip *chip, uint32_t density)
{
    uint32_t size_bits = density & ~BIT_31; /* as a power of two of the number of bits */

    if ((density & BIT_31) == 0) {
        const uint64_t all = (uint64_t)density + 1u;

        for (size_bits = 0; size_bits < 32u && (uint64_t)1 << size_bits < all; size_bits++) {
        }
        if ((uint64_t)1 << size_bits != all) return "size is no power of two";
    }
    if (size_bits < 15u + 3u || size_bits > 31u + 3u) return "size";
    chip->bank_bits = size_bits - 3u;
    chip->chip_bytes = 1u << chip->bank_bits;
    return NULL;
}

static void take_program(struct nacre_chip *chip, uint32_t word)
{
    chip->page_bytes = 1u << bits(word, 4, 4);
    chip->program_us = count_times(bits(word, 8, 5), bits(word, 13, 1) != 0 ? 64u : 8u);
    chip->program_us_max = chip->program_us * 2u * (bits(word, 0, 4) + 1u);
}

/* Which of the four types clears the base's unit? ERASE_TYPES if none does. */
static uint32_t erase_type(const struct nacre_sfdp *sfdp, const struct table *basic,
                           uint32_t unit_bytes)
{
    for (uint32_t type = 0; type < ERASE_TYPES; type++) {
        const uint32_t exponent = bits(dword(sfdp, basic, 8u + type / 2u), type % 2u * 16u, 8);

        if (exponent != 0 && exponent < 32u && 1u << exponent == unit_bytes) return type;
    }
    return ERASE_TYPES;
}

static const char *take_erase(struct nacre_chip *chip, const struct nacre_sfdp *sfdp,
                              const struct table *basic)
{
    static const uint32_t unit_ms[4] = {1, 16, 128, 1000};
    const uint32_t times = dword(sfdp, basic, 10);
    const uint32_t type = erase_type(sfdp, basic, chip->unit_bytes);
    struct table four;

    if (type == ERASE_TYPES) return "no erase of that unit";
    uint32_t opcode = bits(dword(sfdp, basic, 8u + type / 2u), type % 2u * 16u + 8u, 8);
    if (chip->form.addr_bytes == 4u) {
        if (!find(sfdp, TABLE_FOUR_BYTE, &four) || four.dwords < 2u) return "no 4-byte opcodes";
        opcode = bits(dword(sfdp, &four, 2), type * 8u, 8);
    }
    if (opcode != opcode_of(chip, chip->erase)) return "erase opcode";
    const uint32_t time = bits(times, 4u + type * 7u, 7);
    const uint32_t erase_ms = count_times(bits(time, 0, 5), unit_ms[bits(time, 5, 2)]);
    chip->erase_us = erase_ms * 1000u;
    chip->erase_us_max = erase_ms * 2u * (bits(times, 0, 4) + 1u) * 1000u;
    return NULL;
}

/* Latencies come in units of 128 ns, 1, 8 or 64 us; rounded up. */
static uint32_t latency_us(uint32_t count, uint32_t unit)
{
    static const uint32_t unit_ns[4] = {128, 1000, 8000, 64000};

    return (count_times(count, unit_ns[unit]) + 999u) / 1000u;
}

static const char *take_suspend(struct nacre_chip *chip, uint32_t times, uint32_t opcodes)
{
    if (chip->program_suspend == 0 && chip->erase_suspend == 0) return NULL; /* nor shall it */
    if ((times & BIT_31) != 0) { /* the chip cannot */
        chip->program_suspend = 0;
        chip->erase_suspend = 0;
        chip->security_suspended = 0;
        return NULL;
    }
    if (bits(opcodes, 0, 8) != opcode_of(chip, chip->program_resume) ||
        bits(opcodes, 8, 8) != opcode_of(chip, chip->program_suspend) ||
        bits(opcodes, 16, 8) != opcode_of(chip, chip->erase_resume) ||
        bits(opcodes, 24, 8) != opcode_of(chip, chip->erase_suspend)) {
        return "suspend opcodes";
    }
    chip->program_run_us_min = count_times(bits(times, 9, 4), 64);
    chip->program_suspend_us_max = latency_us(bits(times, 13, 5), bits(times, 18, 2));
    chip->erase_run_us_min = count_times(bits(times, 20, 4), 64);
    chip->erase_suspend_us_max = latency_us(bits(times, 24, 5), bits(times, 29, 2));
    return NULL;
}

/* In octal DTR: byte order, and whether the second opcode byte is the first one or its inverse. */
static const char *check_octal(const struct nacre_chip *chip, const struct nacre_sfdp *sfdp,
                               const struct table *basic)
{
    const uint32_t second = (chip->write_enable ^ (uint32_t)chip->write_enable >> 8) & 0xFFu;

    if (chip->form.lines != 8) return NULL;
    if (basic->dwords < 18u) return "nothing on octal";
    const uint32_t word = dword(sfdp, basic, 18);
    if (((word & BIT_31) != 0) != chip->form.odd_byte_first) return "byte order";
    return bits(word, 29, 2) == (second == 0xFFu ? 1u : 0u) ? NULL : "second opcode byte";
}

static const char *take_all(struct nacre_chip *chip, const struct nacre_sfdp *sfdp)
{
    struct table basic;

    if (!find(sfdp, TABLE_BASIC, &basic)) return "no tables";
    if (basic.dwords < BASIC_DWORDS_MIN) return "tables older than JESD216A";
    const char *refused = take_size(chip, dword(sfdp, &basic, 2));
    if (refused == NULL) refused = take_erase(chip, sfdp, &basic);
    if (refused == NULL) refused = check_octal(chip, sfdp, &basic);
    if (refused == NULL) {
        refused = take_suspend(chip, dword(sfdp, &basic, 12), dword(sfdp, &basic, 13));
    }
    take_program(chip, dword(sfdp, &basic, 11));
    if (refused == NULL && chip->page_bytes < chip->granule_bytes) refused = "page";
    return refused;
}

enum nacre_err nacre_chip_from_sfdp(struct nacre_chip *chip, const struct nacre_chip *base,
                                    struct nacre_sfdp *sfdp)
{
    if (chip == NULL || base == NULL || sfdp == NULL || sfdp->bytes == NULL) {
        return NACRE_BAD_ARGUMENT;
    }
    struct nacre_chip made = *base;

    sfdp->refused = take_all(&made, sfdp);
    if (sfdp->refused != NULL) return NACRE_CHIP_UNKNOWN;
    *chip = made;
    return NACRE_OK;
}

/* ---- what contradicts a row ---- */

struct number {
    const char *name;
    uint32_t of_row;
    uint32_t of_tables;
    bool is_wrong;
};

static bool has_tables(const struct nacre_sfdp *sfdp)
{
    struct table basic;

    return find(sfdp, TABLE_BASIC, &basic) && basic.dwords >= BASIC_DWORDS_MIN;
}

static enum nacre_err check_numbers(const struct number *numbers, uint32_t count,
                                    struct nacre_sfdp *sfdp)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!numbers[i].is_wrong) continue;
        sfdp->refused = numbers[i].name;
        sfdp->of_row = numbers[i].of_row;
        sfdp->of_tables = numbers[i].of_tables;
        return NACRE_CHIP_TABLES;
    }
    return NACRE_OK;
}

static struct number at_least(const char *name, uint32_t of_row, uint32_t of_tables)
{
    return (struct number){name, of_row, of_tables, of_row < of_tables};
}

static enum nacre_err check_suspend(const struct nacre_chip *row, const struct nacre_chip *made,
                                    struct nacre_sfdp *sfdp)
{
    if (row->erase_suspend == 0) return NACRE_OK;

    const struct number numbers[] = {
        {"erase_suspend", row->erase_suspend, made->erase_suspend, made->erase_suspend == 0},
        at_least("program_suspend_us_max", row->program_suspend_us_max,
                 made->program_suspend_us_max),
        at_least("erase_suspend_us_max", row->erase_suspend_us_max, made->erase_suspend_us_max),
        at_least("program_run_us_min", row->program_run_us_min, made->program_run_us_min),
        at_least("erase_run_us_min", row->erase_run_us_min, made->erase_run_us_min),
    };
    return check_numbers(numbers, sizeof(numbers) / sizeof(numbers[0]), sfdp);
}

enum nacre_err nacre_chip_check_sfdp(const struct nacre_chip *row, struct nacre_sfdp *sfdp)
{
    struct nacre_chip made;

    if (row == NULL || sfdp == NULL || sfdp->bytes == NULL) return NACRE_BAD_ARGUMENT;
    sfdp->of_row = 0;
    sfdp->of_tables = 0;
    if (!has_tables(sfdp)) {
        sfdp->refused = "no tables";
        return NACRE_NOT_FOUND;
    }
    if (nacre_chip_from_sfdp(&made, row, sfdp) != NACRE_OK) return NACRE_CHIP_TABLES;

    const struct number numbers[] = {
        {"chip_bytes", row->chip_bytes, made.chip_bytes, row->chip_bytes != made.chip_bytes},
        {"page_bytes", row->page_bytes, made.page_bytes, row->page_bytes > made.page_bytes},
        at_least("program_us_max", row->program_us_max, made.program_us),
        at_least("erase_us_max", row->erase_us_max, made.erase_us),
    };
    const enum nacre_err err = check_numbers(numbers, sizeof(numbers) / sizeof(numbers[0]), sfdp);
    return err != NACRE_OK ? err : check_suspend(row, &made, sfdp);
}
