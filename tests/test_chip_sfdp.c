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

/* ---- tables made here, by the standard's bit positions ---- */

#define MADE_BASIC 16u
#define MADE_BYTES (MADE_BASIC + 16u * 4u)

struct field {
    uint8_t number; /* of the DWORD, from 1 */
    uint8_t low;
    uint8_t count;
    uint32_t value;
};

static void put_word(uint8_t *tables, uint32_t at, uint32_t word)
{
    for (uint32_t i = 0; i < 4; i++) tables[at + i] = (uint8_t)(word >> (8u * i));
}

/* A basic table of 16 DWORDs; all bits that no field names are alike. */
static void make_tables(uint8_t tables[MADE_BYTES], uint32_t others, const struct field *fields,
                        size_t count)
{
    memcpy(tables, "SFDP\x06\x01\x00\xFF\x00\x06\x01\x10\x10\x00\x00\xFF", MADE_BASIC);
    for (uint32_t number = 1; number <= 16; number++) {
        uint32_t word = others;

        for (size_t i = 0; i < count; i++) {
            const uint32_t mask = (uint32_t)(((uint64_t)1 << fields[i].count) - 1u);

            if (fields[i].number != number) continue;
            word = (word & ~(mask << fields[i].low)) | fields[i].value << fields[i].low;
        }
        put_word(tables, MADE_BASIC + 4u * (number - 1u), word);
    }
}

static const struct field made[] = {
    {2, 0, 32, 0x80000000u + 30u},               /* 2 to the power of 30 bits */
    {8, 0, 16, 0x520Fu},  {8, 16, 16, 0x200Cu},  /* 32 KB by 52h, 4 KB by 20h */
    {9, 0, 16, 0xD810u},  {9, 16, 16, 0},        /* 64 KB by D8h, no fourth */
    {10, 0, 4, 0},                               /* the longest is twice the typical time */
    {10, 4, 7, 0x21u},    {10, 11, 7, 0x5Fu},    /* 2 * 16 ms, 32 * 128 ms */
    {10, 18, 7, 0x62u},                          /* 3 * 1 s */
    {11, 0, 4, 2},        {11, 4, 4, 9},         /* 6 times, 512 bytes */
    {11, 8, 6, 0x21u},                           /* 2 * 64 us */
    {12, 9, 4, 7},        {12, 13, 7, 0x61u},    /* 8 * 64 us; 2 * 64 us */
    {12, 20, 4, 1},       {12, 24, 7, 0x1Fu},    /* 2 * 64 us; 32 * 128 ns, rounded up */
    {12, 31, 1, 0},
    {13, 0, 32, 0x757A757Au},
};

/* Three address bytes: the opcodes of the basic table itself. The same with all other bits set. */
static void test_chip_sfdp_each_field_is_where_the_standard_has_it(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct nacre_chip base = nacre_chip_w25q128jv;
        struct nacre_chip chip;
        uint8_t tables[MADE_BYTES];

        make_tables(tables, i == 0 ? 0 : UINT32_MAX, made, sizeof(made) / sizeof(made[0]));
        assert_int_equal(make(&chip, &base, tables, MADE_BYTES), NACRE_OK);
        assert_int_equal(chip.chip_bytes, 0x08000000);
        assert_int_equal(chip.page_bytes, 512);
        assert_int_equal(chip.program_us, 128);
        assert_int_equal(chip.program_us_max, 128 * 6);
        assert_int_equal(chip.erase_us, 4096000);
        assert_int_equal(chip.erase_us_max, 2 * 4096000);
        assert_int_equal(chip.program_run_us_min, 512);
        assert_int_equal(chip.program_suspend_us_max, 128);
        assert_int_equal(chip.erase_run_us_min, 128);
        assert_int_equal(chip.erase_suspend_us_max, 5);
        base.unit_bytes = 65536;
        base.erase = 0xD8;
        assert_int_equal(make(&chip, &base, tables, MADE_BYTES), NACRE_OK);
        assert_int_equal(chip.erase_us, 3000000);
        base.unit_bytes = 32768;
        base.erase = 0x52;
        assert_int_equal(make(&chip, &base, tables, MADE_BYTES), NACRE_OK);
        assert_int_equal(chip.erase_us, 32000);
    }
}

/* 2 GB and 32 KB are the ends of what is taken, in both ways to say it. */
static void test_chip_sfdp_sizes_have_ends(void **state)
{
    static const struct {
        uint32_t density;
        uint32_t chip_bytes; /* 0: refused */
    } sizes[] = {
        {0x80000000u + 34u, 0x80000000u}, {0x80000000u + 35u, 0}, {0x80000000u + 18u, 0x8000u},
        {0x80000000u + 17u, 0},           {0x7FFFFFFFu, 0x10000000u}, {0x3FFFFu, 0x8000u},
        {0x1FFFFu, 0},                    {0, 0},                 {0x0FFFFFFEu, 0},
        {0xFFFFFFFFu, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct nacre_chip chip;
        uint8_t tables[MADE_BYTES];

        make_tables(tables, 0, made, sizeof(made) / sizeof(made[0]));
        put_word(tables, MADE_BASIC + 4u, sizes[i].density);
        const enum nacre_err err = make(&chip, &nacre_chip_w25q128jv, tables, MADE_BYTES);
        assert_int_equal(err, sizes[i].chip_bytes != 0 ? NACRE_OK : NACRE_CHIP_UNKNOWN);
        if (err == NACRE_OK) assert_int_equal(chip.chip_bytes, sizes[i].chip_bytes);
    }
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
    none.bytes = blank;
    assert_int_equal(nacre_chip_from_sfdp(&chip, NULL, &none), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_chip_from_sfdp(NULL, &nacre_chip_mx66uw1g45g, &none),
                     NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_chip_from_sfdp(&chip, &nacre_chip_mx66uw1g45g, NULL),
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

/* ---- the row against the tables ---- */

static struct nacre_sfdp checked;

static enum nacre_err check(const struct nacre_chip *row)
{
    checked = (struct nacre_sfdp){.bytes = dump, .n = TABLE_BYTES};
    return nacre_chip_check_sfdp(row, &checked);
}

/* A member of the row, a value that the dump contradicts, and what the dump has. */
struct contradiction {
    const char *name;
    size_t member;
    uint32_t of_row;
    uint32_t of_tables;
};

#define CONTRADICTION(name, of_row, of_tables) \
    {#name, offsetof(struct nacre_chip, name), of_row, of_tables}

/* Typical program 152 us and erase 25 ms, latencies 25 and 56 us, intervals 192 and 448 us. */
static void test_chip_sfdp_names_the_number_that_is_contradicted(void **state)
{
    static const struct contradiction list[] = {
        CONTRADICTION(chip_bytes, 0x04000000, 0x08000000),
        CONTRADICTION(page_bytes, 512, 256),
        CONTRADICTION(program_us_max, 151, 152),
        CONTRADICTION(erase_us_max, 24999, 25000),
        CONTRADICTION(program_suspend_us_max, 24, 25),
        CONTRADICTION(erase_suspend_us_max, 55, 56),
        CONTRADICTION(program_run_us_min, 191, 192),
        CONTRADICTION(erase_run_us_min, 447, 448),
    };

    (void)state;
    assert_int_equal(check(&nacre_chip_mx66uw1g45g), NACRE_OK);
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        struct nacre_chip row = nacre_chip_mx66uw1g45g;

        memcpy((uint8_t *)&row + list[i].member, &list[i].of_row, sizeof(uint32_t));
        assert_int_equal(check(&row), NACRE_CHIP_TABLES);
        assert_string_equal(checked.refused, list[i].name);
        assert_int_equal(checked.of_row, list[i].of_row);
        assert_int_equal(checked.of_tables, list[i].of_tables);
    }
}

static void test_chip_sfdp_row_may_be_more_careful(void **state)
{
    struct nacre_chip row = nacre_chip_mx66uw1g45g;

    (void)state;
    row.page_bytes = 128;
    row.program_us_max = 2 * row.program_us_max;
    row.erase_us_max = 2 * row.erase_us_max;
    row.erase_suspend_us_max = 100;
    row.erase_run_us_min = 1000;
    assert_int_equal(check(&row), NACRE_OK);
    row.program_suspend = row.erase_suspend = 0;
    row.erase_suspend_us_max = 0;
    assert_int_equal(check(&row), NACRE_OK);
}

static void test_chip_sfdp_opcodes_and_byte_order_count_too(void **state)
{
    struct nacre_chip row = nacre_chip_mx66uw1g45g;

    (void)state;
    row.erase = 0x20DF;
    assert_int_equal(check(&row), NACRE_CHIP_TABLES);
    assert_string_equal(checked.refused, "erase opcode");
    row = nacre_chip_mx66uw1g45g;
    row.form.odd_byte_first = false;
    assert_int_equal(check(&row), NACRE_CHIP_TABLES);
    assert_string_equal(checked.refused, "byte order");
}

static void test_chip_sfdp_sample_without_tables_contradicts_nothing(void **state)
{
    uint8_t blank[TABLE_BYTES];

    (void)state;
    memset(blank, 0xFF, sizeof(blank));
    checked = (struct nacre_sfdp){.bytes = blank, .n = sizeof(blank)};
    assert_int_equal(nacre_chip_check_sfdp(&nacre_chip_mx66uw1g45g, &checked), NACRE_NOT_FOUND);
    assert_int_equal(nacre_chip_check_sfdp(NULL, &checked), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_chip_check_sfdp(&nacre_chip_mx66uw1g45g, NULL), NACRE_BAD_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chip_sfdp_dump_gives_the_rows_figures),
        cmocka_unit_test(test_chip_sfdp_row_agrees_with_its_tables),
        cmocka_unit_test(test_chip_sfdp_other_unit_takes_its_own_type),
        cmocka_unit_test(test_chip_sfdp_each_field_is_where_the_standard_has_it),
        cmocka_unit_test(test_chip_sfdp_sizes_have_ends),
        cmocka_unit_test(test_chip_sfdp_contradictions_are_refused),
        cmocka_unit_test(test_chip_sfdp_no_suspend_leaves_none),
        cmocka_unit_test(test_chip_sfdp_cut_off_is_refused),
        cmocka_unit_test(test_chip_sfdp_noise_never_makes_nonsense),
        cmocka_unit_test(test_chip_sfdp_names_the_number_that_is_contradicted),
        cmocka_unit_test(test_chip_sfdp_row_may_be_more_careful),
        cmocka_unit_test(test_chip_sfdp_opcodes_and_byte_order_count_too),
        cmocka_unit_test(test_chip_sfdp_sample_without_tables_contradicts_nothing),
    };
    return cmocka_run_group_tests(tests, read_tables, NULL);
}
