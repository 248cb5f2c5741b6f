/*
 * Goal: what cannot be a medium, or cannot be one any more, is refused with an error of its own;
 * nothing is written, and the values that were there are read once it is right again.
 *
 * Method: a store with values on the twin's model of a part; then the thing is wrong, the medium is
 * opened or the store is written, the part's bytes are compared, the thing is mended, and the
 * oracle judges. The internal flash is that of sim_mcu.h.
 */
#include "nacre/media/mcu_flash.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/medium_life.h"
#include "tests/support/medium_parts.h"
#include "tests/support/sim_mcu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 24u
#define FOR_GOOD 0x7fffffffu
#define KINDS 5u
#define LAST (KINDS - 1u)
#define FIRST_WITH_ID 3u

/* One of each bus and of each way to find a part. */
static const char *const names[KINDS] = {
    "24LC256", "25LC256", "MB85RC256V", "FM25V10", "W25Q128JV",
};

static struct medium_part_bed *const bed = &medium_part_bed;
static uint8_t *bytes_before;
static uint32_t bytes_count;

static int setup(void **state)
{
    const struct medium_kind *const kind = medium_kind_of(*state);
    if (kind == NULL || !life_begin(kind, 1)) return -1;
    for (uint32_t i = 0; i < STEPS; i++) {
        if (!life_step()) return -1;
    }
    bytes_count = part_row(bed->part)->size_bytes;
    bytes_before = malloc(bytes_count);
    if (bytes_before == NULL) return -1;
    memcpy(bytes_before, part_bytes(bed->part), bytes_count);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(bytes_before);
    life_end();
    return 0;
}

static void assert_untouched(void)
{
    assert_memory_equal(part_bytes(bed->part), bytes_before, bytes_count);
}

/* It is right again: the values are there, and the store goes on. */
static void assert_mended(void)
{
    const bool is_well = life_boot() && life_step() && life_step() && life_judge() && life_boot();
    if (!is_well) fail_msg("%s", medium_life.why);
}

static enum nacre_err open_now(void)
{
    struct nacre_medium *medium;
    return medium_part_open(&medium);
}

static bool is_i2c(void)
{
    return part_row(bed->part)->wire == PART_I2C;
}

static void test_medium_bad_region_beyond_the_part_is_refused(void **state)
{
    (void)state;
    struct medium_kind beyond = *bed->kind;
    const struct medium_kind *const kind = bed->kind;
    const uint32_t size = part_row(bed->part)->size_bytes;
    beyond.region_addr = size - medium_part_region_bytes() / 2u;
    beyond.region_addr -= beyond.region_addr % 4096u;
    beyond.unit_count += kind->unit_count;
    bed->kind = &beyond;
    assert_int_equal(open_now(), NACRE_REGION_OUTSIDE);
    beyond.region_addr = 0;
    beyond.unit_count = 1u + size / beyond.unit_bytes;
    assert_int_equal(open_now(), NACRE_REGION_OUTSIDE);
    bed->kind = kind;
    assert_untouched();
    assert_mended();
}

static void test_medium_bad_part_that_does_not_answer_is_named(void **state)
{
    (void)state;
    const struct part_fault gone = { .kind = PART_FAULT_DEAD };
    part_inject(bed->part, &gone);
    assert_int_equal(open_now(), is_i2c() ? NACRE_BUS_NO_ACK : NACRE_PART_SILENT);
    part_heal(bed->part);
    part_power_off(bed->part, bed->bus.now_ps, 1);
    assert_int_equal(open_now(), is_i2c() ? NACRE_BUS_NO_ACK : NACRE_PART_SILENT);
    assert_untouched();
    assert_mended();
}

static void test_medium_bad_id_of_another_part_is_refused(void **state)
{
    (void)state;
    const struct part_fault other = { .kind = PART_FAULT_WRONG_ID };
    assert_true(part_row(bed->part)->id_bytes != 0);
    part_inject(bed->part, &other);
    assert_int_equal(open_now(), NACRE_CHIP_UNKNOWN);
    part_heal(bed->part);
    assert_untouched();
    assert_mended();
}

/* Nothing has changed where it fails, so the oracle need not know of it. */
static enum nacre_err set_now(void)
{
    const uint32_t value = 0x5A5A1234u;
    return nacre_set(&medium_life.store, 3, &value, sizeof value);
}

static void spi_send(const uint8_t *bytes, uint32_t n)
{
    const struct nacre_spi_frame frame = { bytes, n, NULL, 0, NULL, 0 };
    assert_int_equal(bed->bus.spi.transfer(&bed->bus, &frame), n);
}

/* By the pin, or on SPI by the protection bits of the status. */
static void protect(bool is_protected)
{
    const uint8_t enable[] = { 0x06 };
    const uint8_t status[] = { 0x01, is_protected ? 0x0C : 0 };
    if (is_i2c()) {
        part_protect_pin(bed->part, is_protected);
        return;
    }
    spi_send(enable, sizeof enable);
    spi_send(status, sizeof status);
    bed->bus.now_ps += 20ull * 1000u * 1000u * 1000u; /* the status is written */
    part_advance(bed->part, bed->bus.now_ps);
}

static void test_medium_bad_write_protection_is_named(void **state)
{
    (void)state;
    protect(true);
    assert_int_equal(set_now(), NACRE_PART_PROTECTED);
    assert_true(life_judge());
    assert_untouched();
    protect(false);
    assert_mended();
}

static void test_medium_bad_callback_that_moves_less_is_named(void **state)
{
    (void)state;
    bed->bus.fault = (struct bus_fault){ 0, FOR_GOOD, BUS_HALF, 0 };
    assert_int_equal(open_now(), NACRE_BUS_SHORT);
    bed->bus.fault.count = 0;
    assert_untouched();
    assert_mended();
}

/* Each error of the controller is told as it is. */
static void test_medium_bad_bus_is_named(void **state)
{
    (void)state;
    static const enum nacre_err errors[] = { NACRE_BUS_LOST, NACRE_BUS_TIMEOUT, NACRE_BUS_STUCK,
                                             NACRE_BUS_FAILED };
    static const int32_t answers[] = { -NACRE_BUS_LOST, -NACRE_BUS_TIMEOUT, -NACRE_BUS_STUCK,
                                       -NACRE_IO };
    for (uint32_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        bed->bus.fault = (struct bus_fault){ 0, FOR_GOOD, BUS_NOTHING, answers[i] };
        assert_int_equal(open_now(), errors[i]);
        bed->bus.fault.count = 0;
        assert_untouched();
    }
    assert_mended();
}

/* A set of key 1, while from one of its transfers on each of so many fails. */
static void set_on_a_bad_bus(uint32_t from, uint32_t count, int32_t answer)
{
    const uint32_t fresh = 2;
    bool more;
    bed->bus.fault = (struct bus_fault){ bed->bus.transfers + from, count, BUS_NOTHING, answer };
    const enum nacre_err err = nacre_set(&medium_life.store, 1, &fresh, sizeof fresh);
    const enum nacre_err idle_err = nacre_idle(&medium_life.store, &more);
    bed->bus.fault.count = 0;
    assert_int_not_equal(err, NACRE_IO); /* that would be the part's */
    assert_int_not_equal(idle_err, NACRE_IO);
}

/* A store with one value, in a region three times as large, so that it could spare a unit. */
static void begin_large(const struct medium_kind *kind)
{
    static struct medium_kind large;
    const uint32_t value = 1;
    large = *kind;
    large.unit_count *= 3u;
    large.region_addr -= 2u * kind->unit_bytes * kind->unit_count;
    life_end();
    assert_true(life_begin(&large, 1));
    assert_int_equal(nacre_set(&medium_life.store, 1, &value, sizeof value), NACRE_OK);
}

/* A driver that fails says nothing of the part: no unit is given up for it, whatever it answers. */
static void test_medium_bad_bus_costs_no_unit(void **state)
{
    static const int32_t answers[] = {
        -NACRE_IO, -NACRE_VERIFY, -NACRE_TIMEOUT, -NACRE_BUS_TIMEOUT, -NACRE_BUS_LOST,
        -NACRE_BUS_STUCK, -NACRE_BUS_NO_ACK, -1, 0,
    };
    struct nacre_stats stats;
    uint64_t failed = 0;
    begin_large(medium_kind_of(*state));
    life_keep(0);
    for (uint32_t i = 0; i < sizeof answers / sizeof answers[0] * 12u; i++) {
        set_on_a_bad_bus(i % 3u, 3u * (1u + i / 3u % 4u), answers[i / 12u]);
        failed += bed->bus.failed;
        assert_int_equal(nacre_stats(&medium_life.store, &stats), NACRE_OK);
        assert_int_equal(stats.retired_units, 0);
        life_back(0);
    }
    assert_true(failed > 300u);
}

/* ---- the internal flash ---- */

static void test_medium_bad_internal_region_over_code_is_refused(void **state)
{
    (void)state;
    static struct sim_mcu sim;
    static struct nacre_mcu_flash flash;
    const struct nacre_mcu_range used[] = { { SIM_MCU_CORE_ADDR, 0x2000u },
                                            { SIM_MCU_CORE_ADDR + 0x6000u, 0x10u } };
    struct nacre_mcu_flash_cfg cfg = { .used = used, .used_count = 2 };
    sim_mcu_begin(&sim, SIM_MCU_BYTES_MAX, 8192, 1);
    cfg.region = (struct nacre_mcu_range){ SIM_MCU_CORE_ADDR, 3u * 8192u };
    assert_int_equal(nacre_mcu_flash_open(&flash, &sim.port, &cfg), NACRE_REGION_IN_IMAGE);
    cfg.region = (struct nacre_mcu_range){ SIM_MCU_CORE_ADDR + 0x2000u, 3u * 8192u };
    assert_int_equal(nacre_mcu_flash_open(&flash, &sim.port, &cfg), NACRE_REGION_IN_IMAGE);
    cfg.region = (struct nacre_mcu_range){ SIM_MCU_CORE_ADDR + 0xC000u, 3u * 8192u };
    assert_int_equal(nacre_mcu_flash_open(&flash, &sim.port, &cfg), NACRE_REGION_OUTSIDE);
    cfg.region = (struct nacre_mcu_range){ SIM_MCU_CORE_ADDR + 0x8000u, 3u * 8192u };
    assert_int_equal(nacre_mcu_flash_open(&flash, &sim.port, &cfg), NACRE_OK);
    assert_int_equal(sim.programs + sim.erases, 0);
}

int main(void)
{
    static const struct {
        const char *name;
        CMUnitTestFunction run;
        uint32_t first; /* names[first] to names[last] */
        uint32_t last;
    } checks[] = {
        { "region beyond the part", test_medium_bad_region_beyond_the_part_is_refused, 0, LAST },
        { "part that does not answer", test_medium_bad_part_that_does_not_answer_is_named,
          0, LAST },
        { "id of another part", test_medium_bad_id_of_another_part_is_refused,
          FIRST_WITH_ID, LAST },
        /* The model of the NOR writes no status: tests/test_spi_nor.c has its protection. */
        { "write protection", test_medium_bad_write_protection_is_named, 0, LAST - 1u },
        { "callback that moves less", test_medium_bad_callback_that_moves_less_is_named, 0, LAST },
        { "bus that fails", test_medium_bad_bus_is_named, 0, LAST },
        { "bus that fails in a set", test_medium_bad_bus_costs_no_unit, 0, LAST },
    };
    static struct CMUnitTest tests[64];
    static char labels[64][64];
    uint32_t count = 0;
    for (uint32_t k = 0; k < KINDS; k++) {
        for (uint32_t c = 0; c < sizeof checks / sizeof checks[0]; c++) {
            if (k < checks[c].first || k > checks[c].last) continue;
            (void)snprintf(labels[count], sizeof labels[0], "%s: %s", names[k], checks[c].name);
            tests[count] = (struct CMUnitTest){ labels[count], checks[c].run, setup, teardown,
                                                (void *)(uintptr_t)names[k] };
            count++;
        }
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(
        test_medium_bad_internal_region_over_code_is_refused);
    return _cmocka_run_group_tests("medium_bad", tests, count, NULL, NULL);
}
