/*
 * A row out of a chip's parameter tables.
 *
 * Method: the tables of the MX66UW1G45G are read off the twin's chip, whose dump is Macronix' (LKML
 * 20240722064922.606172-4, checked by its md5 in test_twin_chip_protocol). Expected figures are
 * those that this dump decodes to by JESD216, worked out by hand. Then the tables are cut, changed
 * bit by bit, and replaced by noise; nothing is read beyond their end (the sanitizers watch).
 */
#include "nacre/chips/chips.h"
#include "nacre/chips/sfdp.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/row_bus.h"

#include <stdlib.h>
#include <string.h>

#define TABLE_BYTES 316u
#define BASIC 0x40u /* of the dump: the basic table, the 4-byte opcodes */
#define FOUR_BYTE 0x134u

static uint8_t dump[TABLE_BYTES];

static int read_tables(void **state)
{
    struct row_bus bus;

    (void)state;
    if (!row_bus_open(&bus, &nacre_chip_mx66uw1g45g, NOR_TIME_TYPICAL)) return -1;
    for (uint32_t at = 0; at < TABLE_BYTES; at += 4u) chip_read(&bus.chip, 0x5A, at, dump + at, 4);
    row_bus_close(&bus);
    return 0;
}

/* On a heap block of just n bytes, so that a read beyond it is caught. */
static enum nacre_err make(struct nacre_chip *chip, const struct nacre_chip *base,
                           const uint8_t *bytes, uint32_t n)
{
    uint8_t *const exact = malloc(n == 0 ? 1u : n);
    struct nacre_sfdp sfdp = {.bytes = exact, .n = n};

    assert_non_null(exact);
    memcpy(exact, bytes, n);
    const enum nacre_err err = nacre_chip_from_sfdp(chip, base, &sfdp);
    assert_int_equal(err == NACRE_OK, sfdp.refused == NULL);
    free(exact);
    return err;
}

/* DW2 3FFFFFFF, DW10 0001798B, DW11 E200128F, DW12 466704CC. */
static void test_chip_sfdp_dump_gives_the_rows_figures(void **state)
{
    struct nacre_chip base = nacre_chip_mx66uw1g45g;
    struct nacre_chip chip;

    (void)state;
    base.chip_bytes = base.page_bytes = base.program_us = base.program_us_max = 1;
    base.erase_us = base.erase_us_max = base.program_suspend_us_max = 1;
    base.erase_suspend_us_max = base.program_run_us_min = base.erase_run_us_min = 1;
    assert_int_equal(make(&chip, &base, dump, TABLE_BYTES), NACRE_OK);
    assert_int_equal(chip.chip_bytes, 128u * 1024u * 1024u);
    assert_int_equal(chip.bank_bits, 27); /* banks are not believed */
    assert_int_equal(chip.page_bytes, 256);
    assert_int_equal(chip.program_us, 152);
    assert_int_equal(chip.program_us_max, 152 * 32);
    assert_int_equal(chip.erase_us, 25000);
    assert_int_equal(chip.erase_us_max, 25000 * 24);
    assert_int_equal(chip.program_suspend_us_max, 25);
    assert_int_equal(chip.erase_suspend_us_max, 56);
    assert_int_equal(chip.program_run_us_min, 192);
    assert_int_equal(chip.erase_run_us_min, 448);
    assert_int_equal(chip.program, base.program);
    assert_int_equal(chip.cut_bytes, base.cut_bytes);
}

/* The library's own row of the part says what the part's tables say. */
static void test_chip_sfdp_row_agrees_with_its_tables(void **state)
{
    const struct nacre_chip *const row = &nacre_chip_mx66uw1g45g;
    struct nacre_chip chip;

    (void)state;
    assert_int_equal(make(&chip, row, dump, TABLE_BYTES), NACRE_OK);
    assert_int_equal(chip.chip_bytes, row->chip_bytes);
    assert_int_equal(chip.page_bytes, row->page_bytes);
    assert_int_equal(chip.program_us, row->program_us);
    assert_int_equal(chip.program_us_max, row->program_us_max);
    assert_int_equal(chip.erase_us, row->erase_us);
    assert_int_equal(chip.erase_us_max, row->erase_us_max);
    assert_int_equal(chip.program_suspend_us_max, row->program_suspend_us_max);
    assert_int_equal(chip.erase_suspend_us_max, row->erase_suspend_us_max);
    assert_int_equal(chip.program_run_us_min, row->program_run_us_min);
    assert_int_equal(chip.erase_run_us_min, row->erase_run_us_min);
}

/* The bigger unit of the dump: 10h at D8h, DCh with four bytes; 16 times 16 ms. */
static void test_chip_sfdp_other_unit_takes_its_own_type(void **state)
{
    struct nacre_chip base = nacre_chip_mx66uw1g45g;
    struct nacre_chip chip;

    (void)state;
    base.unit_bytes = 65536;
    base.erase = 0xDC23;
    assert_int_equal(make(&chip, &base, dump, TABLE_BYTES), NACRE_OK);
    assert_int_equal(chip.erase_us, 256000);
    assert_int_equal(chip.erase_us_max, 256000 * 24);
}

/* Each table that was meant for another chip, or another protocol, is named and refused. */
static void test_chip_sfdp_contradictions_are_refused(void **state)
{
    static const struct {
        uint32_t at;
        uint8_t mask; /* bits that are turned */
    } changes[] = {
        {0, 0x01},                      /* signature */
        {0x06, 0x04},                   /* one header only */
        {0x06, 0x07},                   /* four: the 4-byte opcodes are the fifth */
        {0x0F, 0x01},                   /* id of the basic table */
        {0x0B, 0x1F},                   /* its length: 11 DWORDs */
        {BASIC + 4u, 0x01},             /* DW2: no power of two */
        {BASIC + 7u * 4u, 0x01},        /* DW8: no erase of 4 KB */
        {FOUR_BYTE + 4u, 0x01},         /* the opcode of that erase */
        {BASIC + 12u * 4u, 0x01},       /* DW13: each of four opcodes */
        {BASIC + 12u * 4u + 1u, 0x01},
        {BASIC + 12u * 4u + 2u, 0x01},
        {BASIC + 12u * 4u + 3u, 0x01},
        {BASIC + 17u * 4u + 3u, 0x80},  /* DW18: byte order */
        {BASIC + 17u * 4u + 3u, 0x20},  /* the second opcode byte repeats */
        {BASIC + 10u * 4u, 0x80},       /* DW11: a page of one byte */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct nacre_chip chip = {.chip_bytes = 77};
        uint8_t tables[TABLE_BYTES];

        memcpy(tables, dump, sizeof(tables));
        tables[changes[i].at] ^= changes[i].mask;
        assert_int_equal(make(&chip, &nacre_chip_mx66uw1g45g, tables, TABLE_BYTES),
                         NACRE_CHIP_UNKNOWN);
        assert_int_equal(chip.chip_bytes, 77);
    }
}

/* DW12 bit 31: the chip cannot suspend. */
static void test_chip_sfdp_no_suspend_leaves_none(void **state)
{
    struct nacre_chip chip;
    uint8_t tables[TABLE_BYTES];

    (void)state;
    memcpy(tables, dump, sizeof(tables));
    tables[BASIC + 11u * 4u + 3u] |= 0x80u;
    assert_int_equal(make(&chip, &nacre_chip_mx66uw1g45g, tables, TABLE_BYTES), NACRE_OK);
    assert_int_equal(chip.program_suspend, 0);
    assert_int_equal(chip.erase_suspend, 0);
    assert_int_equal(chip.security_suspended, 0);
}

/* Tables that end too early, and samples with none at all. */
static void test_chip_sfdp_cut_off_is_refused(void **state)
{
    struct nacre_chip chip;
    uint8_t blank[TABLE_BYTES];

    (void)state;
    for (uint32_t n = 0; n < TABLE_BYTES; n++) {
        assert_int_equal(make(&chip, &nacre_chip_mx66uw1g45g, dump, n), NACRE_CHIP_UNKNOWN);
    }
    memset(blank, 0xFF, sizeof(blank));
    assert_int_equal(make(&chip, &nacre_chip_mx66uw1g45g, blank, TABLE_BYTES), NACRE_CHIP_UNKNOWN);
    struct nacre_sfdp none = {0};
    assert_int_equal(nacre_chip_from_sfdp(&chip, &nacre_chip_mx66uw1g45g, &none),
                     NACRE_BAD_ARGUMENT);
}

/* Whatever the tables say, a row that comes of them makes sense. */
static void test_chip_sfdp_noise_never_makes_nonsense(void **state)
{
    uint64_t random = 1;
    uint32_t accepted = 0;

    (void)state;
    for (uint32_t round = 0; round < 20000u; round++) {
        struct nacre_chip chip;
        uint8_t tables[TABLE_BYTES];

        memcpy(tables, dump, sizeof(tables));
        for (uint32_t i = 0; i < 1u + round % 8u; i++) {
            random = random * 6364136223846793005ULL + 1442695040888963407ULL;
            tables[(random >> 33) % TABLE_BYTES] ^= (uint8_t)(random >> 56);
        }
        if (make(&chip, &nacre_chip_mx66uw1g45g, tables, TABLE_BYTES) != NACRE_OK) continue;
        accepted++;
        assert_int_equal(chip.chip_bytes, 1u << chip.bank_bits);
        assert_true(chip.program_us != 0 && chip.program_us_max >= 2u * chip.program_us);
        assert_true(chip.erase_us != 0 && chip.erase_us_max >= 2u * chip.erase_us);
        assert_true(chip.page_bytes >= chip.granule_bytes);
        assert_true(chip.erase_suspend == 0 || chip.erase_suspend_us_max != 0);
    }
    assert_in_range(accepted, 1, 19999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chip_sfdp_dump_gives_the_rows_figures),
        cmocka_unit_test(test_chip_sfdp_row_agrees_with_its_tables),
        cmocka_unit_test(test_chip_sfdp_other_unit_takes_its_own_type),
        cmocka_unit_test(test_chip_sfdp_contradictions_are_refused),
        cmocka_unit_test(test_chip_sfdp_no_suspend_leaves_none),
        cmocka_unit_test(test_chip_sfdp_cut_off_is_refused),
        cmocka_unit_test(test_chip_sfdp_noise_never_makes_nonsense),
    };
    return cmocka_run_group_tests(tests, read_tables, NULL);
}
