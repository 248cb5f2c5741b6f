/*
 * What a power cut leaves in the part models, and going back to a mark.
 *
 * Goal: each kind of tear leaves what part.h says and nothing else, a cut reaches as far as the
 * part's source says, a draw repeats by its seed and covers all kinds, and a mark brings back
 * everything. Method: a page of old bytes, a write of new ones that is cut, a look at each byte.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/part_drive.h"

#define DEVICE 0xA0u
#define PAGE 0x100u
#define OLD 0x33u
#define NEW 0x5Cu

/* A part with a page of old bytes; n bytes at PAGE + offset are being written. */
static struct drive under_way(const char *name, uint32_t offset, uint32_t n)
{
    struct drive drive = drive_new(name);
    uint8_t bytes[512];
    memset(bytes, OLD, sizeof bytes);
    assert_true(part_load(drive.part, PAGE - 128u, bytes, sizeof bytes));
    memset(bytes, NEW, sizeof bytes);
    assert_true(drive_i2c_write(&drive, DEVICE, PAGE + offset, bytes, n));
    drive_wait(&drive, DRIVE_MS);
    return drive;
}

static uint8_t at(const struct drive *drive, uint32_t offset)
{
    return part_bytes(drive->part)[PAGE + offset];
}

static void check_around(const struct drive *drive, uint32_t page)
{
    for (uint32_t i = 1; i <= 128; i++) {
        assert_int_equal(part_bytes(drive->part)[PAGE - i], OLD);
        assert_int_equal(part_bytes(drive->part)[PAGE + page + i - 1], OLD);
    }
}

static void cut(struct drive *drive, enum part_torn torn, uint64_t seed)
{
    part_choose_torn(drive->part, torn);
    part_power_off(drive->part, drive->now_ps, seed);
    assert_false(part_is_on(drive->part));
    assert_false(part_is_busy(drive->part));
    assert_int_equal(part_counters(drive->part).cuts, 1);
}

static void test_eeprom_torn_kinds_leave_what_they_are_named_for(void **state)
{
    (void)state;
    for (uint32_t torn = PART_TORN_NOTHING; torn < PART_TORN_COUNT; torn++) {
        struct drive drive = under_way("24LC256", 0, 64);
        cut(&drive, (enum part_torn)torn, 77);
        uint32_t old = 0, new = 0, erased = 0, doubtful = 0, mixed = 0;
        for (uint32_t i = 0; i < 64; i++) {
            const uint8_t byte = at(&drive, i);
            old += byte == OLD;
            new += byte == NEW;
            erased += byte == 0xFF;
            doubtful += part_is_doubtful(drive.part, PAGE + i);
            mixed += ((byte ^ OLD) & ~(OLD ^ NEW)) == 0 && byte != OLD && byte != NEW;
        }
        switch (torn) {
        case PART_TORN_NOTHING: assert_int_equal(old, 64); break;
        case PART_TORN_COMPLETE: assert_int_equal(new, 64); break;
        case PART_TORN_PREFIX:
            assert_int_equal(old + new, 64);
            for (uint32_t i = 0; i < new; i++) assert_int_equal(at(&drive, i), NEW);
            break;
        case PART_TORN_BYTES:
            assert_int_equal(old + new, 64);
            assert_in_range(old, 10, 54);
            break;
        case PART_TORN_BITS:
            assert_int_equal(old + new + mixed, 64);
            assert_true(mixed > 20);
            break;
        case PART_TORN_ERASED:
            assert_int_equal(old + erased, 64);
            assert_in_range(old, 10, 54);
            break;
        case PART_TORN_UNSTABLE:
        case PART_TORN_ALTERNATE: assert_int_equal(doubtful, 64); break;
        default: assert_true(old + new + mixed < 40); break;
        }
        if (torn != PART_TORN_UNSTABLE && torn != PART_TORN_ALTERNATE) {
            assert_int_equal(doubtful, 0);
        }
        check_around(&drive, 64);
        drive_end(&drive);
    }
}

static void test_eeprom_unstable_byte_reads_differently_until_it_is_written(void **state)
{
    (void)state;
    struct drive drive = under_way("24LC256", 0, 8);
    cut(&drive, PART_TORN_UNSTABLE, 3);
    drive_power_on(&drive);
    uint8_t first[8], in[8];
    uint32_t differs = 0;
    assert_true(drive_i2c_read(&drive, DEVICE, PAGE, first, 8));
    for (uint32_t i = 0; i < 8; i++) {
        assert_true(drive_i2c_read(&drive, DEVICE, PAGE, in, 8));
        differs += memcmp(in, first, 8) != 0;
        for (uint32_t k = 0; k < 8; k++) assert_int_equal((in[k] ^ OLD) & ~(OLD ^ NEW), 0);
    }
    assert_true(differs > 6);
    uint8_t out[8];
    memset(out, 0x12, sizeof out);
    assert_true(drive_i2c_write(&drive, DEVICE, PAGE, out, 8));
    (void)drive_i2c_poll(&drive, DEVICE);
    for (uint32_t i = 0; i < 8; i++) {
        assert_true(drive_i2c_read(&drive, DEVICE, PAGE, in, 8));
        assert_memory_equal(in, out, 8);
    }
    drive_end(&drive);
}

static void test_eeprom_alternating_page_changes_with_the_boot(void **state)
{
    (void)state;
    struct drive drive = under_way("M24C64", 0, 8);
    cut(&drive, PART_TORN_ALTERNATE, 3);
    drive_power_on(&drive);
    uint8_t in[8], out[8];
    for (uint32_t boot = 0; boot < 4; boot++) {
        memset(out, boot % 2 == 0 ? NEW : OLD, sizeof out);
        for (uint32_t i = 0; i < 3; i++) {
            assert_true(drive_i2c_read(&drive, DEVICE, PAGE, in, 8));
            assert_memory_equal(in, out, 8);
        }
        assert_int_equal(at(&drive, 8), OLD);
        drive_power_cycle(&drive, boot);
    }
    memset(out, 0x12, sizeof out);
    assert_true(drive_i2c_write(&drive, DEVICE, PAGE, out, 8));
    (void)drive_i2c_poll(&drive, DEVICE);
    drive_power_cycle(&drive, 1);
    assert_true(drive_i2c_read(&drive, DEVICE, PAGE, in, 8));
    assert_memory_equal(in, out, 8);
    drive_end(&drive);
}

/* How far noise goes from a write of bytes 5 and 6 of a page. */
static void check_reach(const char *name, enum part_reach reach, uint32_t first, uint32_t n)
{
    const uint32_t page = 256;
    bool is_spoiled[256] = {false};
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct drive drive = under_way(name, 5, 2);
        part_choose_reach(drive.part, reach);
        cut(&drive, PART_TORN_NOISE, seed);
        for (uint32_t i = 0; i < page; i++) {
            is_spoiled[i] = is_spoiled[i] || at(&drive, i) != OLD;
        }
        drive_end(&drive);
    }
    for (uint32_t i = 0; i < page; i++) assert_int_equal(is_spoiled[i], i - first < n);
}

static void test_eeprom_tear_reaches_what_the_source_says(void **state)
{
    (void)state;
    check_reach("24LC256", PART_REACH_ROW, 0, 64);  /* the page is refreshed as a whole */
    check_reach("24LC256", PART_REACH_BYTES, 5, 2);
    check_reach("24LC256", PART_REACH_PAGE, 0, 64);
    check_reach("M24C64", PART_REACH_ROW, 4, 4);    /* an ECC group */
    check_reach("M24C64", PART_REACH_PAGE, 0, 32);
    check_reach("M24M01", PART_REACH_BYTES, 4, 4);
    check_reach("AT24CM01", PART_REACH_ROW, 0, 256);
}

static void test_ecc_group_of_a_torn_byte_may_lose_a_bit_of_another(void **state)
{
    (void)state;
    uint32_t spoiled = 0;
    for (uint64_t seed = 0; seed < 64; seed++) {
        struct drive drive = under_way("M24C64", 4, 1);
        cut(&drive, PART_TORN_BYTES, seed);
        for (uint32_t i = 5; i < 8; i++) spoiled += at(&drive, i) != OLD;
        for (uint32_t i = 8; i < 32; i++) assert_int_equal(at(&drive, i), OLD);
        drive_end(&drive);
    }
    assert_in_range(spoiled, 8, 50);
}

static void test_drawn_tear_repeats_by_its_seed_and_is_of_every_kind(void **state)
{
    (void)state;
    uint32_t untouched = 0, complete = 0, doubtful = 0, other = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct drive drive = under_way("24LC256", 0, 64);
        cut(&drive, PART_TORN_DRAWN, seed);
        struct drive again = under_way("24LC256", 0, 64);
        cut(&again, PART_TORN_DRAWN, seed);
        assert_memory_equal(part_bytes(drive.part), part_bytes(again.part), 0x8000);
        uint32_t old = 0, new = 0;
        for (uint32_t i = 0; i < 64; i++) old += at(&drive, i) == OLD;
        for (uint32_t i = 0; i < 64; i++) new += at(&drive, i) == NEW;
        const bool is_doubtful = part_is_doubtful(drive.part, PAGE);
        doubtful += is_doubtful;
        untouched += old == 64 && !is_doubtful;
        complete += new == 64;
        other += old != 64 && new != 64 && !is_doubtful;
        drive_end(&drive);
        drive_end(&again);
    }
    assert_true(untouched > 2 && complete > 2 && doubtful > 2 && other > 30);
}

static void test_bytes_sent_without_a_stop_are_lost(void **state)
{
    (void)state;
    struct drive drive = drive_new("24LC256");
    const uint8_t out[] = {0x01, 0x00, 1, 2, 3};
    assert_int_equal(drive_i2c_send(&drive, DEVICE, out, sizeof out), sizeof out);
    drive_power_cycle(&drive, 1);
    drive_wait(&drive, 10 * DRIVE_MS);
    for (uint32_t i = 0; i < 64; i++) assert_int_equal(at(&drive, i), 0xFF);
    assert_int_equal(part_counters(drive.part).cuts, 0);
    drive_end(&drive);
}

static void test_planned_cut_strikes_at_its_step(void **state)
{
    (void)state;
    struct drive drive = drive_new("24LC256");
    part_plan_cut(drive.part, 2, 9);
    part_choose_torn(drive.part, PART_TORN_NOTHING);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(part_is_on(drive.part));
        assert_true(drive_i2c_write(&drive, DEVICE, PAGE + i, "x", 1));
        if (i < 2) (void)drive_i2c_poll(&drive, DEVICE);
    }
    assert_false(part_is_on(drive.part));
    drive_power_on(&drive);
    assert_memory_equal(part_bytes(drive.part) + PAGE, "xx\xFF", 3);
    assert_int_equal(part_counters(drive.part).steps, 3);
    assert_true(drive_i2c_write(&drive, DEVICE, PAGE + 2, "x", 1)); /* no second cut */
    assert_true(part_is_on(drive.part));
    drive_end(&drive);
}

static void test_fram_is_cut_between_two_bytes(void **state)
{
    (void)state;
    static const char *const names[] = {"FM25V10", "MB85RS64V", "MR25H40"};
    for (uint32_t i = 0; i < 3; i++) {
        for (uint32_t n = 0; n < 8; n++) {
            struct drive drive = drive_new(names[i]);
            drive_spi_command(&drive, 0x06);
            part_plan_cut(drive.part, n, 5);
            drive_spi_write(&drive, 0x40, "abcdefgh", 8);
            assert_false(part_is_on(drive.part));
            drive_power_on(&drive);
            uint8_t expected[8] = {0};
            memcpy(expected, "abcdefgh", n);
            assert_memory_equal(part_bytes(drive.part) + 0x40, expected, 8);
            assert_int_equal(part_bytes(drive.part)[0], 0);
            drive_end(&drive);
        }
    }
    struct drive drive = drive_new("MB85RC256V");
    part_plan_cut(drive.part, 3, 5);
    assert_false(drive_i2c_write(&drive, DEVICE, 0x40, "abcdefgh", 8));
    assert_memory_equal(part_bytes(drive.part) + 0x40, "abc\0\0\0\0\0", 8);
    drive_end(&drive);
}

static void test_torn_status_write_leaves_protection_bits_of_either(void **state)
{
    (void)state;
    uint32_t seen = 0;
    for (uint64_t seed = 0; seed < 64; seed++) {
        struct drive drive = drive_new("M95M01");
        drive_spi_command(&drive, 0x06);
        part_plan_cut(drive.part, 0, seed);
        part_choose_torn(drive.part, PART_TORN_BITS);
        const uint8_t out[] = {0x01, 0x0C};
        drive_spi(&drive, out, sizeof out, NULL, 0);
        drive_power_on(&drive);
        const uint8_t status = drive_spi_status(&drive);
        assert_int_equal(status & ~0x0Cu, 0);
        seen |= 1u << (status >> 2);
        drive_end(&drive);
    }
    assert_int_equal(seen, 0xF);
}

static void test_worn_cell_keeps_bits(void **state)
{
    (void)state;
    const struct part_cfg cfg = {.name = "24LC256", .endurance = 20, .seed = 4};
    struct drive drive = drive_new_cfg(&cfg);
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < 60; i++) {
        const uint8_t byte = (uint8_t)(i % 2 == 0 ? 0x00 : 0xFF);
        assert_true(drive_i2c_write(&drive, DEVICE, PAGE, &byte, 1));
        (void)drive_i2c_poll(&drive, DEVICE);
        if (i < 20) {
            assert_int_equal(at(&drive, 0), byte);
        } else {
            wrong += at(&drive, 0) != byte;
        }
    }
    assert_true(wrong > 30);
    drive_end(&drive);
}

/* All that can be seen of two parts is the same. */
static void check_same(struct part *a, struct part *b)
{
    const struct part_counters x = part_counters(a), y = part_counters(b);
    assert_memory_equal(&x, &y, sizeof x);
    assert_memory_equal(part_bytes(a), part_bytes(b), part_row(a)->size_bytes);
    assert_int_equal(part_next_event_ps(a), part_next_event_ps(b));
    for (uint32_t i = 0; i < part_row(a)->size_bytes; i++) {
        assert_int_equal(part_wear(a, i), part_wear(b, i));
        assert_int_equal(part_is_doubtful(a, i), part_is_doubtful(b, i));
    }
}

static void test_mark_brings_back_everything(void **state)
{
    (void)state;
    struct drive drive = under_way("24LC256", 3, 20);
    struct drive twin = under_way("24LC256", 3, 20);
    const uint64_t now_ps = drive.now_ps;
    assert_int_equal(part_mark(drive.part), 0);
    for (uint32_t round = 0; round < 4; round++) {
        cut(&drive, PART_TORN_UNSTABLE, round);
        drive_power_on(&drive);
        assert_int_equal(part_mark(drive.part), 1);
        assert_true(drive_i2c_write(&drive, DEVICE, 0x700, "later", 5));
        (void)drive_i2c_poll(&drive, DEVICE);
        if (round % 2 == 0) part_forget(drive.part, 1);
        part_rewind(drive.part, 0);
        drive.now_ps = now_ps;
        check_same(drive.part, twin.part);
    }
    (void)drive_i2c_poll(&drive, DEVICE);
    (void)drive_i2c_poll(&twin, DEVICE);
    check_same(drive.part, twin.part);
    drive_end(&drive);
    drive_end(&twin);
}

static void test_copy_is_the_same_part(void **state)
{
    (void)state;
    struct drive from = under_way("M24C64", 3, 20);
    struct drive to = drive_new("M24C64");
    assert_true(part_copy(to.part, from.part));
    check_same(to.part, from.part);
    cut(&from, PART_TORN_DRAWN, 6);
    cut(&to, PART_TORN_DRAWN, 6);
    check_same(to.part, from.part);
    assert_int_equal(part_mark(to.part), 0);
    struct drive fresh = drive_new("M24C64");
    assert_true(part_copy(to.part, fresh.part));
    part_rewind(to.part, 0);
    check_same(to.part, from.part);
    drive_end(&fresh);
    struct drive other = drive_new("24LC256");
    assert_false(part_copy(other.part, from.part));
    drive_end(&other);
    drive_end(&from);
    drive_end(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eeprom_torn_kinds_leave_what_they_are_named_for),
        cmocka_unit_test(test_eeprom_unstable_byte_reads_differently_until_it_is_written),
        cmocka_unit_test(test_eeprom_alternating_page_changes_with_the_boot),
        cmocka_unit_test(test_eeprom_tear_reaches_what_the_source_says),
        cmocka_unit_test(test_ecc_group_of_a_torn_byte_may_lose_a_bit_of_another),
        cmocka_unit_test(test_drawn_tear_repeats_by_its_seed_and_is_of_every_kind),
        cmocka_unit_test(test_bytes_sent_without_a_stop_are_lost),
        cmocka_unit_test(test_planned_cut_strikes_at_its_step),
        cmocka_unit_test(test_fram_is_cut_between_two_bytes),
        cmocka_unit_test(test_torn_status_write_leaves_protection_bits_of_either),
        cmocka_unit_test(test_worn_cell_keeps_bits),
        cmocka_unit_test(test_mark_brings_back_everything),
        cmocka_unit_test(test_copy_is_the_same_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
