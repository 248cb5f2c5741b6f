/*
 * Goal: a settling goes where docs/format.md section 6 (a) to (d) says, to the slot: in the head,
 * in the next unit behind what cut settlings left there, or in the unit behind that one; what a cut
 * settling began ahead is erased first; and whatever fails on the way, no value is lost, and no
 * good value is called stale later.
 *
 * Method: heads, next units and traces are made by hand (forge.h); after the mount the copies are
 * looked for where the document puts them. Faults of the chip are set at each command in turn.
 */
#include "tests/support/box_fixture.h"
#include "tests/support/forge.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define SLOTS 256u
#define UNIT_BYTES 4096u
#define GAP 5u
#define ERASES_MAX 16u
#define NEWEST 7u /* the key of the newest record */

static struct forge forge;
static uint32_t erases[ERASES_MAX]; /* addresses, in their order */
static uint32_t erase_count;

static void take_event(const struct sim_event *event, void *context)
{
    (void)context;
    if (event->command != SIM_ERASE || erase_count == ERASES_MAX) return;
    erases[erase_count++] = event->addr;
}

static void reopen(uint32_t unit_count, uint32_t cut_bytes)
{
    box_close(&box);
    box_open_lanes(&box, unit_count, cut_bytes);
    forge_open(&forge, box.sim);
    erase_count = 0;
    box.sim->trace = take_event;
}

static int begin(void **state)
{
    const int result = box_begin_four(state);
    reopen(4, 16);
    return result;
}

static struct nacre_stats stats_now(void)
{
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    return stats;
}

/* The first slot clear of a program at top, where the cut block is so many granules. */
static uint32_t clear_of(uint32_t top, uint32_t cut)
{
    const uint32_t gap = cut < 16u ? GAP : 1u;
    return (top + gap + cut - 1u) / cut * cut;
}

static uint32_t round_up(uint32_t n, uint32_t block)
{
    return (n + block - 1u) / block * block;
}

/* Is there a copy of the newest record at a slot, void from there on? */
static void assert_copy(uint32_t generation, uint32_t slot, uint32_t kind, uint32_t void_from)
{
    static struct forge_record record;
    for (uint32_t lane = 0; lane < forge.lane_count; lane++) {
        assert_true(forge_read(&forge, lane, generation, slot, &record));
        assert_int_equal(record.key, NEWEST);
        assert_int_equal(record.kind, kind);
        assert_true(record.has_control);
        assert_int_equal(record.void_from, void_from);
    }
}

/* Fill the unit at hand up to a slot with values of keys that are not counted. */
static void fill_to(uint32_t slot)
{
    for (uint32_t i = 0; forge.slot < slot; i++) forge_value(&forge, 20u + i % 5u, 4, i);
}

/* Both copies in the head, for values of some lengths and tops, in each kind of lanes. */
static void settle_in_head(uint32_t cut, uint32_t n, uint32_t top)
{
    const uint32_t granules = n + 4u <= 8u ? 1u : 1u + (n - 4u + 14u) / 15u;
    if (top + granules > SLOTS) return;
    reopen(cut == 1u ? 4u : 8u, cut * FORGE_GRANULE);
    forge_unit(&forge, 1, 1);
    fill_to(top);
    const uint32_t place = forge.slot;
    forge_value(&forge, NEWEST, n, 1);
    const uint32_t first = clear_of(forge.slot, cut);
    const uint32_t longer = granules > GAP ? granules : GAP;
    const uint32_t second = clear_of(first + granules, cut) + round_up(longer, cut);
    const uint32_t end = second + granules;
    const uint32_t programs = box.sim->counters.programs;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, NEWEST, n, 1));
    if (end >= SLOTS) { /* a slot must be left, to say that the next unit is dead */
        assert_int_equal(stats_now().generation, 2);
        return;
    }
    assert_copy(1, first, 0, place);
    assert_copy(1, second, 0, place);
    assert_int_equal(forge_top(&forge, 1), end);
    assert_int_equal(erase_count, 0);
    const uint32_t each = (granules + 4u) / 5u;
    assert_in_range(box.sim->counters.programs - programs, 2u * forge.lane_count * each,
                    2u * forge.lane_count * (each + (granules + 14u) / 16u));
}

static void test_mutant_settle_in_the_head(void **state)
{
    (void)state;
    static const uint32_t cuts[] = { 1, 4, 16 };
    static const uint32_t lengths[] = { 4, 30, 70, 90, 200 };
    for (uint32_t c = 0; c < 3u; c++) {
        for (uint32_t i = 0; i < 5u; i++) {
            for (uint32_t top = 1; top < 250u; top += 3u) settle_in_head(cuts[c], lengths[i], top);
        }
    }
}

/* The old record of the newest value is of no account any more: its copy answers. */
static void assert_followed(uint32_t slot)
{
    sim_nor_flip(box.sim, forge_addr(&forge, 0, 4, slot) + 5u, 1);
    assert_true(box_holds(&box, NEWEST, 4, 1));
}

/* What lies behind the entries in use is not touched, even where it looks like the newest. */
static void test_mutant_settle_touches_no_entry_too_many(void **state)
{
    (void)state;
    reopen(4, 16);
    forge_unit(&forge, 1, 1);
    forge_value(&forge, 1, 4, 1);
    forge_value(&forge, NEWEST, 4, 1);
    for (uint32_t i = 0; i < BOX_INDEX_MAX; i++) box.index[i].place = 2; /* NEWEST's */
    assert_int_equal(nacre_mount(&box.store, &box.cfg), NACRE_OK);
    assert_int_equal(stats_now().index_used, 2);
    assert_int_equal(stats_now().settles, 1);
    for (uint32_t i = 2; i < BOX_INDEX_MAX; i++) assert_int_equal(box.index[i].place, 2);
    assert_true(box_holds(&box, NEWEST, 4, 1));
}

/* Units 1 to 4 of which 4 is the head; its newest record stands before the slot top. */
static void make_head(uint32_t top, uint32_t oldest, bool is_vouched)
{
    for (uint32_t generation = oldest; generation < 4u; generation++) {
        forge_unit(&forge, generation, oldest);
        forge_value(&forge, generation, 4, 1);
    }
    forge_unit(&forge, 4, oldest);
    forge_note(&forge, 0, 4u - oldest, is_vouched ? FORGE_MARKED : 0);
    fill_to(top - 1u);
    forge_value(&forge, NEWEST, 4, 1);
}

static void assert_all_hold(uint32_t oldest)
{
    for (uint32_t key = oldest; key < 4u; key++) assert_true(box_holds(&box, key, 4, 1));
    assert_true(box_holds(&box, NEWEST, 4, 1));
}

/* (c): the next unit is vouched for, another one is dead; traces of cut settlings lie in it. */
static void settle_in_next(uint32_t traces)
{
    static const uint8_t junk[FORGE_GRANULE] = { 1, 2, 3 };
    reopen(6, 16);
    make_head(250, 2, true);
    forge_unit(&forge, 5, 2);
    for (uint32_t slot = 1; slot <= traces; slot++) {
        sim_nor_poke(box.sim, forge_addr(&forge, 0, 5, slot), junk, sizeof junk);
    }
    assert_int_equal(box_reboot(&box), NACRE_OK);
    const uint32_t first = clear_of(traces + 1u, 1);
    const uint32_t second = clear_of(first + 1u, 1) + GAP;
    if (second + 1u > SLOTS) return;
    assert_int_equal(stats_now().generation, 5);
    assert_copy(5, first, 0, 0x1000u + 249u);
    assert_copy(5, second, 0, 0x1000u + 249u);
    assert_int_equal(erase_count, 0);
    struct forge_record note;
    assert_true(forge_read(&forge, 0, 4, clear_of(250, 1), &note));
    assert_int_equal(note.key, FORGE_NOTE);
    assert_int_equal(note.flags, FORGE_CLOSED | FORGE_MARKED);
    assert_followed(249);
    assert_all_hold(2);
}

static void test_mutant_settle_in_the_next_unit(void **state)
{
    (void)state;
    for (uint32_t traces = 0; traces < 240u; traces += traces < 210u ? 3u : 1u) {
        settle_in_next(traces);
    }
}

/* (c), its end: a next unit that is full of cut settlings stays, the one behind it is taken. */
static void test_mutant_settle_behind_a_full_next_unit(void **state)
{
    (void)state;
    static const uint8_t junk[FORGE_GRANULE] = { 1, 2, 3 };
    uint8_t before[UNIT_BYTES];
    reopen(6, 16);
    make_head(250, 2, true);
    forge_unit(&forge, 5, 2);
    sim_nor_poke(box.sim, forge_addr(&forge, 0, 5, 244), junk, sizeof junk);
    memcpy(before, box.sim->data + forge_addr(&forge, 0, 5, 0), UNIT_BYTES);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(stats_now().generation, 6);
    assert_memory_equal(before, box.sim->data + forge_addr(&forge, 0, 5, 0), UNIT_BYTES);
    assert_copy(6, 1, FORGE_TENTATIVE, 0x2000u + 249u);
    assert_int_equal(erase_count, 1);
    assert_int_equal(erases[0], forge_addr(&forge, 0, 6, 0));
    assert_all_hold(2);
}

/* The newest control block counts: one before it may have vouched for what this one does not. */
static void test_mutant_settle_by_the_newest_control_block(void **state)
{
    (void)state;
    for (uint32_t is_last = 0; is_last < 2u; is_last++) {
        reopen(6, 16);
        make_head(200, 2, is_last == 0);
        forge_note(&forge, 0, 2, is_last != 0 ? FORGE_MARKED : 0);
        fill_to(249);
        forge_value(&forge, NEWEST, 4, 1);
        forge_unit(&forge, 5, 2);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(stats_now().generation, 5);
        assert_int_equal(erase_count, is_last != 0 ? 0 : 1);
        assert_all_hold(2);
    }
}

/* A next unit that is vouched for but lost its mark is begun anew, behind a note in the head. */
static void test_mutant_settle_where_the_next_unit_lost_its_mark(void **state)
{
    (void)state;
    static const uint8_t junk[FORGE_GRANULE] = { 1, 2, 3 };
    for (uint32_t is_blank = 0; is_blank < 2u; is_blank++) {
        struct forge_record note;
        reopen(6, 16);
        make_head(250, 2, true);
        if (is_blank == 0) {
            sim_nor_poke(box.sim, forge_addr(&forge, 0, 5, 0), junk, sizeof junk);
        }
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(stats_now().generation, 5);
        assert_int_equal(erase_count, 1);
        assert_int_equal(erases[0], forge_addr(&forge, 0, 5, 0));
        assert_true(forge_read(&forge, 0, 4, clear_of(250, 1), &note));
        assert_int_equal(note.flags, FORGE_CLOSED);
        assert_copy(5, 1, FORGE_TENTATIVE, 0x1000u + 249u);
        assert_all_hold(2);
    }
}

/* (d): nothing vouches for the next unit. One copy, the commit, a note. */
static void settle_in_fresh(uint32_t top, bool is_closed)
{
    struct forge_record record;
    reopen(6, 16);
    make_head(top, 2, false);
    if (is_closed) forge_note(&forge, 0, 2, FORGE_CLOSED);
    const uint32_t closing = clear_of(forge.slot, 1);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(stats_now().generation, 5);
    const bool has_note = !is_closed && closing < SLOTS;
    assert_int_equal(forge_top(&forge, 4), has_note ? closing + 1u : forge.slot);
    if (has_note) {
        assert_true(forge_read(&forge, 0, 4, closing, &record));
        assert_int_equal(record.flags, FORGE_CLOSED);
    }
    assert_copy(5, 1, FORGE_TENTATIVE, 0x1000u + top - 1u);
    assert_true(forge_read(&forge, 0, 5, 2, &record));
    assert_int_equal(record.length, 4);
    assert_int_equal(record.key, FORGE_NOTE);
    assert_int_equal(erase_count, 1);
    assert_followed(top - 1u);
    assert_all_hold(2);
}

static void test_mutant_settle_in_a_fresh_unit(void **state)
{
    (void)state;
    for (uint32_t top = 245; top <= 256u; top++) settle_in_fresh(top, false);
    for (uint32_t top = 100; top <= 255u; top += 31u) settle_in_fresh(top, true);
}

/* What a cut settling began ahead is erased before anything else, newest first. */
static void test_mutant_settle_sweeps_what_lies_ahead(void **state)
{
    (void)state;
    for (uint32_t is_vouched = 0; is_vouched < 2u; is_vouched++) {
        const struct forge_record copy = { .key = NEWEST, .length = 4, .kind = FORGE_TENTATIVE,
                                           .has_control = true, .void_from = 0x1000u + 99u };
        reopen(8, 16);
        make_head(100, 2, is_vouched != 0);
        for (uint32_t generation = 5; generation <= 7u; generation++) {
            forge_unit(&forge, generation, 2);
            if (generation > 5u || is_vouched == 0) forge_put(&forge, &copy);
        }
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(stats_now().generation, 4);
        assert_int_equal(erase_count, is_vouched != 0 ? 2 : 3);
        for (uint32_t i = 0; i < erase_count; i++) {
            assert_int_equal(erases[i], forge_addr(&forge, 0, 7u - i, 0));
        }
        assert_int_equal(box.sim->counters.reads_in_erase, 0); /* seen blank when it has ended */
        assert_copy(4, 105, 0, 99);
        assert_all_hold(2);
    }
}

/* Where a head's unit takes no program, a vouched unit is used if it is the last dead one. */
static void test_mutant_settle_away_from_a_broken_head(void **state)
{
    (void)state;
    for (uint32_t dead = 1; dead <= 3u; dead++) {
        reopen(3u + dead, 16);
        make_head(100, 2, true);
        forge_unit(&forge, 5, 2);
        box.sim->unit_stuck[3u % (3u + dead)] = SIM_STUCK_PROGRAM;
        const enum nacre_err err = box_reboot(&box);
        assert_int_equal(err, NACRE_OK);
        assert_int_equal(stats_now().generation, dead == 1u ? 5 : 6);
        assert_all_hold(2);
        memset(box.sim->unit_stuck, 0, sizeof box.sim->unit_stuck);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_all_hold(2);
    }
}

/* One fault of a kind at the n-th command; then the chip is well again. */
static void settle_with_fault(uint32_t kind, uint32_t n, uint32_t count)
{
    struct sim_faults *const faults = &box.sim->faults;
    sim_faults_none(faults);
    if (kind == 0) faults->program_fails = n;
    if (kind == 1u) faults->program_wrong = n;
    if (kind == 2u) faults->erase_fails = n;
    if (kind == 3u) faults->erase_wrong = n;
    faults->fail_count = count;
    const enum nacre_err err = box_reboot(&box);
    assert_true(err == NACRE_OK || err == NACRE_UNSETTLED || err == NACRE_WORN_OUT);
    assert_all_hold(2);
    const bool is_set = box_set(&box, 9, 4, 1) == NACRE_OK;
    assert_true(is_set == (err == NACRE_OK) || box.sim->faults.fail_count != 0);
    sim_faults_none(faults);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_all_hold(2);
    assert_true(!is_set || box_holds(&box, 9, 4, 1));
    assert_int_equal(box_set(&box, 9, 4, 2), NACRE_OK);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_all_hold(2);
    assert_true(box_holds(&box, 9, 4, 2));
    assert_int_equal(stats_now().stale_keys, 0);
}

static void faults_in_a_settling(uint32_t units, uint32_t top, bool is_vouched)
{
    reopen(units, 16);
    make_head(top, 2, is_vouched);
    if (is_vouched) forge_unit(&forge, 5, 2);
    box_remember(&box);
    for (uint32_t kind = 0; kind < 4u; kind++) {
        const uint32_t commands = kind < 2u ? 9u : 3u;
        for (uint32_t n = 0; n < commands; n++) {
            for (uint32_t count = 1; count <= 3u; count++) {
                sim_nor_poke(box.sim, 0, box.image, box.sim->bytes);
                settle_with_fault(kind, n, count);
            }
        }
    }
}

static void test_mutant_settle_keeps_all_whatever_fails(void **state)
{
    (void)state;
    faults_in_a_settling(6, 100, false);
    faults_in_a_settling(6, 250, true);
    faults_in_a_settling(6, 250, false);
    faults_in_a_settling(4, 250, false);
    faults_in_a_settling(5, 256, false);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, box_end)
    const struct CMUnitTest tests[] = {
        CASE(test_mutant_settle_in_the_head),
        CASE(test_mutant_settle_touches_no_entry_too_many),
        CASE(test_mutant_settle_in_the_next_unit),
        CASE(test_mutant_settle_behind_a_full_next_unit),
        CASE(test_mutant_settle_by_the_newest_control_block),
        CASE(test_mutant_settle_where_the_next_unit_lost_its_mark),
        CASE(test_mutant_settle_in_a_fresh_unit),
        CASE(test_mutant_settle_sweeps_what_lies_ahead),
        CASE(test_mutant_settle_away_from_a_broken_head),
        CASE(test_mutant_settle_keeps_all_whatever_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
