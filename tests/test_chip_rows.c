/*
 * Does the library's row of a chip agree with the twin's model of it?
 *
 * Method: the two were written apart, each from the documents that it names. Here the row's opcodes
 * and bits are sent to the model on a bare bus, and what happens is compared with what the row
 * promises: it is never asked what the model's own row says. Where the row gives a limit, the model
 * is made as slow as it can be.
 */
#include "nacre/chips/chips.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/row_bus.h"

#include <stdio.h>
#include <string.h>

static const struct nacre_chip *const rows[] = {
    &nacre_chip_mx66uw1g45g,
    &nacre_chip_mx25uw51245g,
    &nacre_chip_mx25uw25645g,
    &nacre_chip_mx25lm51245g,
    &nacre_chip_w25q128jv,
    &nacre_chip_mt35xu512aba,
    &nacre_chip_s28hs512t,
    &nacre_chip_gd25lx512me,
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))
#define SOMEWHERE 0x00140000u /* in the first bank of each */
#define AT unit_addr

static struct row_bus bus;
static uint32_t unit_addr; /* of a unit that can be erased, as its neighbours can */
static uint8_t data[256]; /* each value once */
static const uint8_t zeros[16];

static const struct nacre_chip *row_of(void **state)
{
    return *state;
}

static int begin_as(const struct nacre_chip *row, enum nor_time time)
{
    unit_addr = row->unit_area_bytes != 0 ? row->unit_area_addr + 4u * row->unit_bytes : SOMEWHERE;
    return row_bus_open(&bus, row, time) ? 0 : -1;
}

static int begin(void **state)
{
    return begin_as(row_of(state), NOR_TIME_MAX);
}

static int begin_typical(void **state)
{
    return begin_as(row_of(state), NOR_TIME_TYPICAL);
}

static int end(void **state)
{
    (void)state;
    row_bus_close(&bus);
    return 0;
}

/* Nothing of the twin is left unjudged. */
static void test_chip_rows_each_model_has_a_row(void **state)
{
    (void)state;
    for (uint32_t i = 0; nor_row_at(i) != NULL; i++) assert_true(i < ROWS);
    assert_null(nor_row_at(ROWS));
    for (uint32_t i = 0; i < ROWS; i++) assert_non_null(nor_row_find(rows[i]->name));
}

static void test_chip_rows_id_is_the_models(void **state)
{
    const struct nacre_chip *const row = row_of(state);
    const uint32_t step = row->sends_registers_twice ? 2u : 1u;
    uint8_t bytes[8];

    row_register(&bus, row->read_id, row->id_dummy_clocks, bytes, sizeof(bytes));
    assert_int_equal(bus.chip.answer, FRAME_DRIVEN);
    for (uint32_t i = 0; i < NACRE_CHIP_ID_BYTES; i++) {
        assert_int_equal(bytes[i * step], row->id[i]);
    }
}

static void test_chip_rows_size_is_the_models(void **state)
{
    assert_int_equal(row_of(state)->chip_bytes, nor_size_bytes(bus.chip.nor));
}

/* JESD216: the tables begin with these letters; parts whose tables the twin lacks give FFh. */
static void test_chip_rows_tables_are_read_as_the_row_says(void **state)
{
    const struct nacre_chip *const row = row_of(state);
    uint8_t bytes[4];

    if (row->read_sfdp == 0) return; /* no document says how, in the row's protocol */
    row_tables(&bus, bytes, sizeof(bytes));
    assert_int_equal(bus.chip.answer, FRAME_DRIVEN);
    if (bytes[0] != 0xFF) assert_memory_equal(bytes, "SFDP", 4);
    if (row == &nacre_chip_mx66uw1g45g) assert_int_equal(bytes[0], 'S');
}

/* While one bank works, the row says of each other address whether it can be read. */
static void test_chip_rows_banks_answer_as_the_row_says(void **state)
{
    const struct nacre_chip *const row = row_of(state);
    const uint32_t bank_bytes = 1u << row->bank_bits;

    assert_int_equal(row->chip_bytes % bank_bytes, 0);
    for (uint32_t busy = 0; busy < row->chip_bytes; busy += bank_bytes) {
        row_erase(&bus, busy + bank_bytes - row->unit_bytes);
        for (uint32_t at = 0; at < row->chip_bytes; at += bank_bytes) {
            uint8_t bytes[2];

            assert_int_equal(row_read(&bus, at, bytes, 2), at != busy);
            assert_int_equal(row_read(&bus, at + bank_bytes - 2u, bytes, 2), at != busy);
        }
        chip_settle(&bus.chip);
    }
}

static void test_chip_rows_write_enable_shows_in_the_status(void **state)
{
    const struct nacre_chip *const row = row_of(state);
    const uint8_t both = row->status_busy | row->status_enabled;

    assert_true(row->status_busy != 0 && row->status_enabled != 0);
    assert_int_equal(row_status(&bus) & both, 0);
    row_command(&bus, row->write_enable);
    assert_int_equal(row_status(&bus) & row->status_busy, 0);
    assert_int_equal(row_status(&bus) & row->status_enabled, row->status_enabled);
    row_program(&bus, AT, data, 16);
    assert_int_equal(row_status(&bus) & row->status_busy, row->status_busy);
    chip_settle(&bus.chip);
    assert_int_equal(row_status(&bus) & both, 0);
}

/* Bits that the row calls impossible stay 0 with everything else of the status set. */
static void test_chip_rows_impossible_bits_are_never_set(void **state)
{
    const struct nacre_chip *const row = row_of(state);
    const uint8_t protect_all[2] = {0x3C, 0x3C}; /* BP3..0, by ST's drivers */

    if (row->status_never == 0) skip(); /* nothing is claimed */
    row_command(&bus, row->write_enable);
    chip_write(&bus.chip, 0x01, 0, protect_all, 2);
    chip_settle(&bus.chip);
    row_command(&bus, row->write_enable);
    row_command_at(&bus, row->erase, AT);
    assert_int_equal(row_status(&bus), protect_all[0] | row->status_busy | row->status_enabled);
}

static void test_chip_rows_program_puts_the_bytes_there(void **state)
{
    const struct nacre_chip *const row = row_of(state);
    uint8_t got[256];

    row_program(&bus, AT + row->page_bytes, data, row->page_bytes);
    row_wait_us(&bus, row->program_us_max);
    assert_int_equal(row_status(&bus) & row->status_busy, 0);
    assert_true(row_read(&bus, AT + row->page_bytes, got, sizeof(got)));
    assert_memory_equal(got, data, sizeof(got));
}

/* What goes beyond the page comes down at its start. */
static void test_chip_rows_page_is_the_models(void **state)
{
    const struct nacre_chip *const row = row_of(state);

    row_program(&bus, AT + row->page_bytes - 2u, data, 4);
    chip_settle(&bus.chip);
    assert_memory_equal(nor_array(bus.chip.nor) + AT + row->page_bytes - 2u, data, 2);
    assert_memory_equal(nor_array(bus.chip.nor) + AT, data + 2, 2);
    assert_int_equal(nor_array(bus.chip.nor)[AT + row->page_bytes], 0xFF);
}

/* The row's granule can be programmed alone; a part of one has taken all of it. */
static void test_chip_rows_granule_is_the_models(void **state)
{
    const struct nacre_chip *const row = row_of(state);

    row_program(&bus, AT, zeros, 2);
    chip_settle(&bus.chip);
    row_program(&bus, AT + row->granule_bytes, zeros, 2);
    chip_settle(&bus.chip);
    assert_int_equal(nor_counters(bus.chip.nor).double_programs, 0);
    row_program(&bus, AT + row->granule_bytes - 2u, zeros, 2);
    chip_settle(&bus.chip);
    assert_int_equal(nor_counters(bus.chip.nor).double_programs, 1);
}

/* A cut program reaches to the ends of the cut_bytes round it, and no further. */
static void test_chip_rows_cut_spoils_no_more_than_the_row_says(void **state)
{
    const struct nacre_chip *const row = row_of(state);
    uint32_t furthest = 0;

    for (uint32_t seed = 0; seed < 16; seed++) {
        const uint32_t first = SOMEWHERE + 2u * seed * row->unit_bytes;
        uint32_t lowest = UINT32_MAX;

        nor_as_left_by_boot(bus.chip.nor, bus.chip.now_ps);
        nor_seed(bus.chip.nor, seed);
        nor_choose_torn(bus.chip.nor, NOR_PROGRAM_UNSTABLE, NOR_ERASE_DRAWN);
        row_program(&bus, first + 2u * row->granule_bytes, zeros, sizeof(zeros));
        row_wait_us(&bus, row->program_us / 2u);
        chip_cycle_power(&bus.chip);
        for (uint32_t at = first - row->unit_bytes; at < first + row->unit_bytes; at += 16u) {
            if (!nor_granule_is_doubtful(bus.chip.nor, at / 16u)) continue;
            assert_in_range(at, first, first + row->cut_bytes - 16u);
            if (lowest == UINT32_MAX) lowest = at;
            if (at - lowest > furthest) furthest = at - lowest;
        }
    }
    assert_int_equal(furthest, row->cut_bytes - 16u);
}

static void test_chip_rows_erase_clears_one_unit(void **state)
{
    const struct nacre_chip *const row = row_of(state);
    const uint8_t *const array = nor_array(bus.chip.nor);
    const uint32_t unit = row->unit_bytes;

    for (uint32_t at = AT - unit; at < AT + 2u * unit; at += 256u) {
        assert_true(nor_load(bus.chip.nor, at, data, 256));
    }
    row_erase(&bus, AT);
    row_wait_us(&bus, row->erase_us_max);
    assert_int_equal(row_status(&bus) & (row->status_busy | row->status_enabled), 0);
    assert_int_equal(array[AT - 1u], data[255]);
    assert_int_equal(array[AT + unit], data[0]);
    for (uint32_t i = 0; i < unit; i++) assert_int_equal(array[AT + i], 0xFF);
}

#define PROGRAM_FAILED 1u
#define ERASE_FAILED 2u

/* What the row's two registers say of failures. */
static uint32_t failures(const struct nacre_chip *row)
{
    const uint8_t status = row_status(&bus);
    const uint8_t security = row_security(&bus);
    const bool program = (status & row->status_program_failed) != 0 ||
                         (security & row->security_program_failed) != 0;
    const bool erase = (status & row->status_erase_failed) != 0 ||
                       (security & row->security_erase_failed) != 0;

    return (program ? PROGRAM_FAILED : 0) | (erase ? ERASE_FAILED : 0);
}

static void work_on(uint32_t addr, bool is_erase)
{
    if (is_erase) row_erase(&bus, addr);
    if (!is_erase) row_program(&bus, addr, data, 16);
    chip_settle(&bus.chip);
}

/* Fail bits go with the next operation, or, where the row has an opcode for it, by that alone. */
static void test_chip_rows_fail_bits_are_the_models(void **state)
{
    const struct nacre_chip *const row = row_of(state);
    const bool has_bits = (row->security_program_failed | row->status_program_failed) != 0;

    nor_fail_unit(bus.chip.nor, AT / 4096u, true, true);
    for (uint32_t i = 0; i < 2; i++) {
        const bool is_erase = i == 1;
        const uint32_t expected = is_erase ? ERASE_FAILED : PROGRAM_FAILED;

        assert_int_equal(failures(row), 0);
        work_on(AT, is_erase);
        assert_int_equal(failures(row), has_bits ? expected : 0);
        if (row->clear_failed != 0) {
            work_on(AT + row->unit_bytes, is_erase);
            assert_int_equal(failures(row), expected);
            row_command(&bus, row->clear_failed);
            assert_int_equal(failures(row), 0);
        }
        work_on(AT + row->unit_bytes + 16u, is_erase);
    }
    assert_int_equal(failures(row), 0);
    if (!has_bits) assert_memory_not_equal(nor_array(bus.chip.nor) + AT, data, 16);
}

/* The row's typical times, where polls begin, are the model's within a tenth. */
static void test_chip_rows_typical_times_are_the_models(void **state)
{
    const struct nacre_chip *const row = row_of(state);

    row_program(&bus, AT, data, 16);
    const uint64_t program_ps = bus.chip.last.busy_ps;
    assert_in_range(row->program_us * US, program_ps * 9u / 10u, program_ps * 11u / 10u);
    chip_settle(&bus.chip);
    row_erase(&bus, AT);
    const uint64_t erase_ps = bus.chip.last.busy_ps;
    assert_in_range(row->erase_us * US, erase_ps * 9u / 10u, erase_ps * 11u / 10u);
}

/* ---- suspend ---- */

static void start(const struct nacre_chip *row, bool is_erase)
{
    if (is_erase) row_erase(&bus, AT);
    if (!is_erase) row_program(&bus, AT, zeros, sizeof(zeros));
    assert_int_equal(row_status(&bus) & row->status_busy, row->status_busy);
}

static void suspend(const struct nacre_chip *row, bool is_erase)
{
    row_command(&bus, is_erase ? row->erase_suspend : row->program_suspend);
    row_wait_us(&bus, is_erase ? row->erase_suspend_us_max : row->program_suspend_us_max);
}

/* After the row's latency the chip can be read, says that it stands still, and goes on. */
static void test_chip_rows_suspend_and_resume(void **state)
{
    const struct nacre_chip *const row = row_of(state);
    uint8_t bytes[2];

    for (uint32_t i = 0; i < 2; i++) {
        const bool is_erase = i == 1;

        start(row, is_erase);
        assert_int_equal(row_security(&bus) & row->security_suspended, 0);
        suspend(row, is_erase);
        assert_true(row_read(&bus, AT + row->unit_bytes, bytes, 2));
        assert_int_equal(row_status(&bus) & row->status_busy, 0);
        assert_int_not_equal(row_security(&bus) & row->security_suspended, 0);
        row_command(&bus, is_erase ? row->erase_resume : row->program_resume);
        assert_int_equal(row_status(&bus) & row->status_busy, row->status_busy);
        assert_int_equal(row_security(&bus) & row->security_suspended, 0);
        chip_settle(&bus.chip);
        assert_int_equal(nor_array(bus.chip.nor)[AT], is_erase ? 0xFF : 0x00);
    }
}

/* Runs of the row's minimum, from start or resume to suspend, end the longest operation. */
static void test_chip_rows_shortest_runs_make_progress(void **state)
{
    const struct nacre_chip *const row = row_of(state);

    for (uint32_t i = 0; i < 2; i++) {
        const bool is_erase = i == 1;
        const uint32_t run_us = is_erase ? row->erase_run_us_min : row->program_run_us_min;
        const uint32_t longest_us = is_erase ? row->erase_us_max : row->program_us_max;
        uint32_t runs = 1;

        start(row, is_erase);
        for (;; runs++) {
            assert_in_range(runs, 1, longest_us / run_us + 1u);
            row_wait_us(&bus, run_us);
            suspend(row, is_erase);
            if ((row_security(&bus) & row->security_suspended) == 0) break;
            row_command(&bus, is_erase ? row->erase_resume : row->program_resume);
        }
        assert_int_equal(row_status(&bus) & row->status_busy, 0);
        assert_int_equal(nor_operation(bus.chip.nor).work, NOR_IDLE);
        assert_int_equal(nor_array(bus.chip.nor)[AT], is_erase ? 0xFF : 0x00);
    }
}

/* ---- reset ---- */

/* In whatever it does, the chip obeys the reset and takes commands after the row's time. */
static void test_chip_rows_reset_ends_what_it_does(void **state)
{
    const struct nacre_chip *const row = row_of(state);

    for (uint32_t i = 0; i < 3; i++) {
        uint8_t id[3];

        nor_as_left_by_boot(bus.chip.nor, bus.chip.now_ps);
        if (i != 0) start(row, i == 2);
        row_command(&bus, row->reset_enable);
        row_command(&bus, row->reset);
        assert_int_equal(bus.chip.last.refusal, NOR_ACCEPTED);
        assert_int_equal(nor_operation(bus.chip.nor).work, NOR_IDLE);
        row_wait_us(&bus, row->reset_us_max);
        chip_read(&bus.chip, 0x9F, 0, id, sizeof(id)); /* it speaks SPI again */
        assert_memory_equal(id, row->id, sizeof(id));
    }
}

struct check {
    const char *name;
    CMUnitTestFunction run;
    CMFixtureFunction begin;
};

#define CHECK(name, begin) {#name, test_chip_rows_##name, begin}
#define NAME_BYTES 80u

static const struct check checks[] = {
    CHECK(id_is_the_models, begin),
    CHECK(size_is_the_models, begin),
    CHECK(tables_are_read_as_the_row_says, begin),
    CHECK(banks_answer_as_the_row_says, begin),
    CHECK(write_enable_shows_in_the_status, begin),
    CHECK(impossible_bits_are_never_set, begin),
    CHECK(program_puts_the_bytes_there, begin),
    CHECK(page_is_the_models, begin),
    CHECK(granule_is_the_models, begin),
    CHECK(cut_spoils_no_more_than_the_row_says, begin),
    CHECK(erase_clears_one_unit, begin),
    CHECK(fail_bits_are_the_models, begin),
    CHECK(typical_times_are_the_models, begin_typical),
    CHECK(suspend_and_resume, begin),
    CHECK(shortest_runs_make_progress, begin),
    CHECK(reset_ends_what_it_does, begin),
};

#define CHECKS (sizeof(checks) / sizeof(checks[0]))

int main(void)
{
    static char names[ROWS * CHECKS][NAME_BYTES];
    struct CMUnitTest tests[ROWS * CHECKS + 1u] = {
        cmocka_unit_test(test_chip_rows_each_model_has_a_row)};

    for (uint32_t i = 0; i < sizeof(data); i++) data[i] = (uint8_t)(i ^ 0x40u);
    for (size_t i = 0; i < ROWS * CHECKS; i++) {
        const struct nacre_chip *const row = rows[i / CHECKS];
        const struct check *const check = &checks[i % CHECKS];

        (void)snprintf(names[i], NAME_BYTES, "%s %s", row->name, check->name);
        tests[i + 1u] = (struct CMUnitTest){names[i], check->run, check->begin, end,
                                            (void *)(uintptr_t)row};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
