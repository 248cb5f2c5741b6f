/*
 * Goal: every byte that a store programs is one that docs/format.md names: marks, records without a
 * gap between them, unused payload bytes FF, flags that are true, notes of the lengths there are.
 *
 * Method: a store is used without cuts; then its whole region is read unit by unit with a reader
 * that takes nothing for granted, written from sections 1 to 4.
 */
#include "tests/support/decode.h"
#include "tests/support/store_box.h"

#include "nacre/core/transaction.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define GRANULE 16u
#define SLOTS 256u
#define UNIT_BYTES 4096u
#define NOTE 0xffffu
#define REMOVED 2047u

struct reader {
    const uint8_t *bytes;
    uint32_t unit_count;
    uint32_t unit;
    uint32_t generation;
    uint32_t resets;
    uint32_t closings;
    uint32_t members;
    uint32_t removals;
    uint32_t clean_notes;
    uint32_t records;
    uint32_t commits;
    uint32_t tentative;
};

static struct box box;

static uint32_t le(const uint8_t *bytes, uint32_t n)
{
    uint32_t value = 0;
    for (uint32_t i = n; i > 0; i--) value = value << 8 | bytes[i - 1u];
    return value;
}

static const uint8_t *granule_at(const struct reader *reader, uint32_t unit, uint32_t slot)
{
    return reader->bytes + unit * UNIT_BYTES + slot * GRANULE;
}

static bool is_blank(const uint8_t *granule)
{
    for (uint32_t i = 0; i < GRANULE; i++) {
        if (granule[i] != 0xffu) return false;
    }
    return true;
}

static uint32_t seed_of(const struct reader *reader, uint32_t generation, uint32_t place)
{
    const uint8_t seed[8] = { (uint8_t)generation, (uint8_t)(generation >> 8),
                              (uint8_t)(generation >> 16), (uint8_t)(generation >> 24),
                              (uint8_t)place, (uint8_t)(place >> 8),
                              (uint8_t)reader->unit_count, 0 };
    return decode_crc(0, seed, sizeof seed);
}

/* The generation that a unit's mark names; 0 where it has none. */
static uint32_t mark_of(const struct reader *reader, uint32_t unit)
{
    const uint8_t *const mark = granule_at(reader, unit, 0);
    const uint32_t generation = le(mark, 4);
    if (is_blank(mark)) return 0;
    assert_int_equal((generation - 1u) % reader->unit_count, unit);
    assert_true(le(mark + 4, 4) <= generation);
    assert_int_equal(le(mark + 8, 3), box.sim->unit_wear[unit]);
    assert_int_equal(mark[11], 1);
    const uint32_t seed = seed_of(reader, generation, unit * SLOTS);
    assert_int_equal(le(mark + 12, 4), decode_crc(seed, mark, 12));
    return generation;
}

static void read_control(struct reader *reader, const uint8_t *control)
{
    const uint32_t from = le(control, 2);
    const uint32_t flags = control[3];
    assert_true(from == 0xffffu || (from & 0xfffu) != 0);
    assert_true(control[2] < reader->unit_count && control[2] <= reader->generation);
    assert_int_equal(flags & ~7u, 0);
    const uint32_t next = reader->generation % reader->unit_count;
    if ((flags & 1u) != 0) assert_true(mark_of(reader, next) > reader->generation);
    if ((flags & 4u) != 0) reader->clean_notes++;
}

/* A commit's value is the running CRC of all granules before it, not complemented. */
static void read_commit(struct reader *reader, uint32_t slot)
{
    const uint8_t *const value = granule_at(reader, reader->unit, slot) + 8;
    const uint8_t *const start = granule_at(reader, reader->unit, 1);
    const uint32_t digest = ~decode_crc(0, start, (slot - 1u) * GRANULE);
    assert_int_equal(le(value, 4), digest);
    reader->commits++;
}

static void read_note(struct reader *reader, uint32_t slot, uint32_t length, uint32_t kind)
{
    assert_true(kind == 0 || (kind == 1u && length != 4u)); /* a copy is tentative, no commit is */
    if (length == 4u) read_commit(reader, slot);
    assert_true(length <= 4u && length != 3u);
    if (length == 1u) reader->resets++;
    if (length == 2u) reader->closings++;
}

/* Read the record at a slot; the slot behind it. */
static uint32_t read_record(struct reader *reader, uint32_t slot)
{
    const uint8_t *const first = granule_at(reader, reader->unit, slot);
    const uint32_t key = le(first, 2);
    const uint32_t info = le(first + 2, 2);
    const uint32_t length = info & 0x7ffu;
    const uint32_t kind = info >> 11 & 3u;
    assert_true((info & 0x8000u) != 0 && (info & 0x2000u) == 0 && kind != 3u);
    assert_true(length <= 1024u || length == REMOVED);
    assert_true(key <= 0x7ffeu || key == NOTE);
    const bool has_control = (info & 0x4000u) != 0;
    const uint32_t payload = (length == REMOVED ? 0 : length) + (has_control ? 4u : 0);
    const uint32_t count = payload <= 8u ? 1u : 1u + (payload - 8u + 14u) / 15u;
    assert_true(slot + count <= SLOTS);
    const uint32_t seed = seed_of(reader, reader->generation, reader->unit * SLOTS + slot);
    uint32_t crc = decode_crc(seed, first, 12);
    crc = decode_crc(crc, first + GRANULE, (count - 1u) * GRANULE);
    assert_int_equal(le(first + 12, 4), crc);
    for (uint32_t i = payload; i < 8u; i++) assert_int_equal(first[4u + i], 0xff);
    for (uint32_t k = 1; k < count; k++) {
        assert_int_equal(first[k * GRANULE + 3u], 0);
        for (uint32_t i = 0; i < 15u; i++) {
            const uint32_t at = k * GRANULE + i + (i >= 3u ? 1u : 0);
            if (8u + (k - 1u) * 15u + i >= payload) assert_int_equal(first[at], 0xff);
        }
    }
    if (has_control) read_control(reader, first + 4);
    if (key == NOTE) read_note(reader, slot, length, kind);
    reader->tentative += kind == 1u ? 1u : 0;
    reader->members += kind == 2u ? 1u : 0;
    reader->removals += length == REMOVED ? 1u : 0;
    reader->records++;
    return slot + count;
}

static struct reader read_lane(uint32_t unit_count)
{
    struct reader reader = { .bytes = box.sim->data, .unit_count = unit_count };
    for (uint32_t unit = 0; unit < reader.unit_count; unit++) {
        reader.unit = unit;
        reader.generation = mark_of(&reader, unit);
        uint32_t slot = 1;
        while (slot < SLOTS && !is_blank(granule_at(&reader, unit, slot))) {
            if (reader.generation == 0) break; /* the start of the region: generation 0 */
            slot = read_record(&reader, slot);
        }
        for (; slot < SLOTS && reader.generation != 0; slot++) {
            assert_true(is_blank(granule_at(&reader, unit, slot)));
        }
    }
    return reader;
}

static struct reader read_all(void)
{
    return read_lane(box.sim->medium.geometry.unit_count);
}

static void use(uint32_t steps, uint32_t lengths)
{
    for (uint32_t i = 0; i < steps; i++) {
        const uint32_t key = i % 9u;
        if (i % 13u == 12u) {
            const enum nacre_err err = nacre_remove(&box.store, key);
            assert_true(err == NACRE_OK || err == NACRE_NOT_FOUND);
        } else {
            assert_int_equal(box_set(&box, key, i * 7u % lengths, i), NACRE_OK);
        }
        if (i % 31u == 30u) box_rest(&box);
    }
}

static void commit_three(uint32_t round)
{
    uint8_t buf[200];
    struct nacre_transaction tx = { .begun = 0 };
    const uint8_t value[20] = { (uint8_t)round, (uint8_t)(round >> 8) };
    assert_int_equal(nacre_begin(&tx, &box.store, buf, sizeof buf), NACRE_OK);
    assert_int_equal(nacre_stage_set(&tx, 1, value, 2), NACRE_OK);
    assert_int_equal(nacre_stage_set(&tx, 2, value, sizeof value), NACRE_OK);
    assert_int_equal(nacre_stage_set(&tx, 3, value, 9), NACRE_OK);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
}

static int open_box(void **state)
{
    (void)state;
    box_open(&box, 5);
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

static int close_box(void **state)
{
    (void)state;
    const uint32_t violations = box.sim->violations;
    box_close(&box);
    return violations == 0 ? 0 : -1;
}

static void test_core_bytes_of_sets_are_as_the_format_says(void **state)
{
    (void)state;
    uint32_t removals = 0;
    for (uint32_t round = 0; round < 40u; round++) {
        use(60, 9u + round * 5u);
        const struct reader reader = read_all();
        assert_true(reader.records >= 30u);
        removals += reader.removals;
        assert_int_equal(reader.resets + reader.closings + reader.members, 0);
    }
    assert_true(removals > 40u);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    assert_true(read_all().clean_notes >= 1u);
}

/* A reset is one note, said twice. */
static void test_core_bytes_of_a_reset_are_two_notes(void **state)
{
    (void)state;
    for (uint32_t round = 1; round < 9u; round++) {
        assert_int_equal(box_set(&box, 1, 4, round), NACRE_OK);
        assert_int_equal(nacre_reset(&box.store), NACRE_OK);
        assert_int_equal(read_all().resets, 2u * round);
        assert_int_equal(nacre_reset(&box.store), NACRE_OK); /* there is nothing to reset */
        assert_int_equal(read_all().resets, 2u * round);
    }
}

/* A transaction is its members and one closing; one change alone is a plain record. */
static void test_core_bytes_of_transactions_are_members_and_a_closing(void **state)
{
    (void)state;
    for (uint32_t round = 1; round < 12u; round++) {
        commit_three(round);
        const struct reader reader = read_all();
        assert_int_equal(reader.closings, round);
        assert_int_equal(reader.members, 3u * round);
        assert_int_equal(box_set(&box, 4, 5, round), NACRE_OK);
    }
    for (uint32_t round = 0; round < 300u; round++) {
        commit_three(round + 20u);
        (void)read_all();
    }
}

/* Where a cut spoils a unit, a boot begins a new one: tentative copies, a commit, in both lanes. */
static void test_core_bytes_of_fresh_units_are_vouched_for(void **state)
{
    (void)state;
    uint32_t commits = 0;
    uint32_t tentative = 0;
    box_close(&box);
    box_open(&box, 14);
    box.sim->medium.geometry.cut_bytes = UNIT_BYTES;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t round = 0; round < 60u; round++) {
        use(1u + round % 50u, 40);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        const struct reader reader = read_lane(7);
        assert_memory_equal(box.sim->data, box.sim->data + 7u * UNIT_BYTES, 7u * UNIT_BYTES);
        commits += reader.commits;
        tentative += reader.tentative;
    }
    assert_true(commits > 60u && tentative > 60u);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_box, close_box)
    const struct CMUnitTest tests[] = {
        CASE(test_core_bytes_of_sets_are_as_the_format_says),
        CASE(test_core_bytes_of_a_reset_are_two_notes),
        CASE(test_core_bytes_of_fresh_units_are_vouched_for),
        CASE(test_core_bytes_of_transactions_are_members_and_a_closing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
