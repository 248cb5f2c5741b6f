/*
 * Marks of the NOR model: going back gives the same chip, bytes and future alike. And the PSRAM.
 *
 * Method: random work with cuts, a copy of the touched units kept beside it; after a rewind the
 * copy must be found again, and the same calls must give the same bytes.
 */
#include <string.h>

#include "tests/support/chip_fixture.h"
#include "tests/support/cmocka_all.h"
#include "twin/chip/psram.h"

#define REGION 0x07FE0000u
#define REGION_BYTES 0x8000u

static uint32_t noise;

static uint32_t next_random(void)
{
    noise = noise * 1664525u + 1013904223u;
    return noise >> 8;
}

static int setup(void **state)
{
    noise = 12345;
    return chip_begin(state);
}

/* One step of a made-up application: program, erase, or a cut inside either. */
static void step(void)
{
    uint8_t bytes[32];
    for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)next_random();
    const uint32_t addr = REGION + next_random() % (REGION_BYTES - 32);
    const uint32_t kind = next_random() % 8;
    if (kind < 5) {
        chip_program(&bus, addr, bytes, 1 + next_random() % 32);
    } else {
        chip_erase(&bus, addr);
    }
    if (kind == 4 || kind == 7) {
        nor_power_off(bus.nor, bus.now_ps + 50 * US);
        bus.now_ps += MS;
        nor_power_on(bus.nor, bus.now_ps);
        chip_bus_wait(&bus, 2 * MS);
    }
    chip_settle(&bus);
}

static void steps(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) step();
}

struct picture {
    uint8_t bytes[REGION_BYTES];
    struct nor_counters counters;
    uint32_t wear[REGION_BYTES / 4096];
    uint8_t doubtful[REGION_BYTES / 16];
    uint8_t programs[REGION_BYTES / 16];
};

static void picture_take(struct picture *picture)
{
    memset(picture, 0, sizeof *picture);
    memcpy(picture->bytes, nor_array(bus.nor) + REGION, REGION_BYTES);
    picture->counters = nor_counters(bus.nor);
    for (uint32_t i = 0; i < REGION_BYTES / 4096; i++) {
        picture->wear[i] = nor_wear(bus.nor, REGION / 4096 + i);
    }
    for (uint32_t i = 0; i < REGION_BYTES / 16; i++) {
        picture->doubtful[i] = nor_granule_is_doubtful(bus.nor, REGION / 16 + i);
        picture->programs[i] = (uint8_t)nor_granule_programs(bus.nor, REGION / 16 + i);
    }
}

static struct picture before;
static struct picture after;
static struct picture again;

static void picture_check(const struct picture *expected)
{
    picture_take(&again);
    assert_memory_equal(&again, expected, sizeof again);
}

static void test_chip_marks_rewind_gives_bytes_wear_doubt_and_counters(void **state)
{
    (void)state;
    steps(40);
    picture_take(&before);
    const uint64_t then = bus.now_ps;
    const uint32_t mark = nor_mark(bus.nor);
    assert_int_equal(mark, 0);
    for (uint32_t i = 0; i < 20; i++) {
        steps(1 + i * 3);
        const uint32_t told = bus.array_changes;
        nor_rewind(bus.nor, mark);
        bus.now_ps = then;
        assert_true(bus.array_changes > told);
        picture_check(&before);
    }
}

static void test_chip_marks_same_calls_after_a_rewind_do_the_same(void **state)
{
    (void)state;
    steps(25);
    const uint64_t then = bus.now_ps;
    const uint32_t seed = noise;
    const uint32_t mark = nor_mark(bus.nor);
    steps(60);
    picture_take(&after);
    nor_rewind(bus.nor, mark);
    bus.now_ps = then;
    noise = seed;
    steps(60);
    picture_check(&after);
    nor_rewind(bus.nor, mark);
    bus.now_ps = then;
    noise = seed;
    nor_seed(bus.nor, 4711);
    steps(60);
    picture_take(&again);
    assert_memory_not_equal(again.bytes, after.bytes, REGION_BYTES);
}

static void test_chip_marks_nest_and_are_forgotten_in_order(void **state)
{
    (void)state;
    steps(10);
    picture_take(&before);
    const uint32_t outer = nor_mark(bus.nor);
    steps(15);
    picture_take(&after);
    const uint32_t inner = nor_mark(bus.nor);
    assert_int_equal(inner, outer + 1);
    steps(15);
    nor_rewind(bus.nor, inner);
    picture_check(&after);
    steps(5);
    nor_forget(bus.nor, inner);
    steps(5);
    assert_int_equal(nor_mark(bus.nor), inner);
    steps(5);
    nor_rewind(bus.nor, outer);
    picture_check(&before);
    nor_forget(bus.nor, outer);
    picture_check(&before);
    for (uint32_t i = 0; i < NOR_MARKS; i++) assert_int_equal(nor_mark(bus.nor), i);
    assert_int_equal(nor_mark(bus.nor), NOR_MARKS);
    nor_forget(bus.nor, 0);
    nor_rewind(bus.nor, 0);
    picture_check(&before);
}

static void test_chip_marks_work_under_way_comes_back(void **state)
{
    (void)state;
    const uint8_t bytes[16] = {0};
    chip_program(&bus, REGION, bytes, 16);
    const uint64_t end = nor_next_event_ps(bus.nor);
    const uint32_t mark = nor_mark(bus.nor);
    chip_settle(&bus);
    assert_int_equal(nor_array(bus.nor)[REGION], 0);
    nor_rewind(bus.nor, mark);
    assert_int_equal(nor_array(bus.nor)[REGION], 0xFF);
    assert_int_equal(nor_next_event_ps(bus.nor), end);
    nor_choose_torn(bus.nor, NOR_PROGRAM_NOTHING, NOR_ERASE_NOTHING);
    nor_power_off(bus.nor, end - 1);
    assert_int_equal(nor_array(bus.nor)[REGION], 0xFF);
}

/* Faults are part of the state too. */
static void test_chip_marks_faults_are_taken_back(void **state)
{
    (void)state;
    const uint32_t mark = nor_mark(bus.nor);
    nor_fail_unit(bus.nor, REGION / 4096, true, true);
    nor_flip(bus.nor, REGION + 5, 0x10);
    assert_int_equal(nor_array(bus.nor)[REGION + 5], 0xEF);
    nor_set_wear(bus.nor, REGION / 4096, 77);
    assert_int_equal(nor_wear(bus.nor, REGION / 4096), 77);
    nor_rewind(bus.nor, mark);
    assert_int_equal(nor_array(bus.nor)[REGION + 5], 0xFF);
    assert_int_equal(nor_wear(bus.nor, REGION / 4096), 0);
    const uint8_t bytes[16] = {0};
    chip_program(&bus, REGION, bytes, 16);
    chip_settle(&bus);
    assert_int_equal(chip_security(&bus), 0);
}

/* ---- PSRAM: commands as traced from ST's boot; content is lost with the power ---- */

static enum frame_answer psram_frame(struct psram *psram, uint8_t op, uint32_t addr,
                                     uint8_t *bytes, uint8_t lines)
{
    struct frame frame = {.instruction = {.lines = 8, .bytes = 1}, .instruction_value = op,
                          .address = {.lines = 8, .bytes = 4, .dtr = true}, .address_value = addr,
                          .data = {.lines = lines, .dtr = true}, .dqs = true, .n = 4};
    frame.dir = op == 0x40 || op == 0x20 ? FRAME_READ : FRAME_WRITE;
    frame.in = bytes;
    frame.out = bytes;
    const struct frame_device *device = psram_device(psram);
    return device->transfer(device->ctx, 0, &frame);
}

static void test_chip_marks_psram_registers_and_array(void **state)
{
    (void)state;
    struct psram *psram = psram_create(PSRAM_APS256_BYTES);
    uint8_t mr8[4] = {0x46};
    uint8_t bytes[4] = {1, 2, 3, 4};
    uint8_t back[4] = {0};
    assert_int_equal(psram_frame(psram, 0x20, 0, back, 8), FRAME_UNDRIVEN);
    psram_power_on(psram);
    assert_int_equal(psram_frame(psram, 0xA0, 64, bytes, 16), FRAME_TAKEN);
    assert_int_equal(psram_frame(psram, 0x20, 64, back, 16), FRAME_UNDRIVEN);
    (void)psram_frame(psram, 0xC0, 8, mr8, 8);
    assert_int_equal(psram_mode_register(psram, 8), 0x46);
    (void)psram_frame(psram, 0xA0, 64, bytes, 16);
    assert_int_equal(psram_frame(psram, 0x20, 64, back, 16), FRAME_DRIVEN);
    assert_memory_equal(back, bytes, 4);
    assert_memory_equal(psram_array(psram) + 64, bytes, 4);
    uint8_t saved[16];
    psram_save(psram, saved);
    psram_power_off(psram);
    psram_power_on(psram);
    assert_memory_not_equal(psram_array(psram) + 64, bytes, 4);
    assert_int_equal(psram_mode_register(psram, 8), 0);
    psram_load(psram, saved);
    assert_int_equal(psram_mode_register(psram, 8), 0x46);
    psram_destroy(psram);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_chip_marks_##name, setup, chip_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rewind_gives_bytes_wear_doubt_and_counters),
        TEST(same_calls_after_a_rewind_do_the_same),
        TEST(nest_and_are_forgotten_in_order),
        TEST(work_under_way_comes_back),
        TEST(faults_are_taken_back),
        TEST(psram_registers_and_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
