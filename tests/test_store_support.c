/*
 * Goal: the simulated NOR that the store is judged on does what its comments say.
 *
 * Method: each rule of sim_nor.h tried on bare cells.
 */
#include "tests/support/sim_nor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

static struct sim_nor *sim;
static jmp_buf jump;

static int open_sim(void **state)
{
    (void)state;
    const struct nacre_geometry geometry = { 4096, 4, 16, 256, 256, 0 };
    sim = sim_nor_create(&geometry, 5);
    return 0;
}

static int close_sim(void **state)
{
    (void)state;
    sim_nor_destroy(sim);
    return 0;
}

static enum nacre_err program(uint32_t addr, uint8_t byte, uint32_t n)
{
    uint8_t bytes[512];
    memset(bytes, byte, sizeof bytes);
    return sim->medium.ops->program(&sim->medium, addr, bytes, n);
}

static bool reads(uint32_t addr, uint8_t byte, uint32_t n)
{
    uint8_t bytes[4096];
    assert_int_equal(sim->medium.ops->read(&sim->medium, addr, bytes, n), NACRE_OK);
    for (uint32_t i = 0; i < n; i++) {
        if (bytes[i] != byte) return false;
    }
    return true;
}

static void erase(uint32_t addr)
{
    assert_int_equal(sim->medium.ops->erase_start(&sim->medium, addr), NACRE_OK);
    assert_int_equal(sim->medium.ops->erase_wait(&sim->medium), NACRE_OK);
}

/* Program or erase with a cut in it. */
static void cut(enum sim_command command, uint32_t addr, const struct sim_tear *tear)
{
    if (setjmp(jump) == 0) {
        sim_nor_cut_at(sim, 0, tear, &jump);
        if (command == SIM_PROGRAM) (void)program(addr, 0x0f, 32);
        else (void)sim->medium.ops->erase_start(&sim->medium, addr);
        fail_msg("no cut");
    }
    sim_nor_power_on(sim);
}

static void test_store_support_misuse_is_a_violation(void **state)
{
    (void)state;
    uint8_t buf[32];
    uint32_t expected = 0;
    assert_int_equal(program(0, 0x55, 16), NACRE_OK);
    assert_int_equal(sim->violations, expected);
    assert_int_equal(program(0, 0x55, 16), NACRE_OK);
    assert_int_equal(sim->violations, ++expected);
    assert_int_equal(program(240, 0x55, 32), NACRE_BAD_ARGUMENT);
    assert_int_equal(sim->violations, ++expected);
    assert_int_equal(program(8, 0x55, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(sim->violations, ++expected);
    assert_int_equal(program(32, 0x55, 8), NACRE_BAD_ARGUMENT);
    assert_int_equal(sim->violations, ++expected);
    assert_int_equal(program(16384, 0x55, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(sim->violations, ++expected);
    assert_int_equal(sim->medium.ops->read(&sim->medium, 16380, buf, 8), NACRE_BAD_ARGUMENT);
    assert_int_equal(sim->violations, ++expected);
    assert_int_equal(sim->medium.ops->erase_start(&sim->medium, 100), NACRE_BAD_ARGUMENT);
    assert_int_equal(sim->violations, ++expected);
}

static void test_store_support_blank_payload_counts_as_programmed(void **state)
{
    (void)state;
    assert_int_equal(program(0, 0xff, 16), NACRE_OK);
    assert_int_equal(program(0, 0x55, 16), NACRE_OK);
    assert_int_equal(sim->violations, 1);
}

static void test_store_support_time_and_counters(void **state)
{
    (void)state;
    const uint64_t start = sim->now_ns;
    assert_int_equal(program(0, 0, 80), NACRE_OK);
    assert_int_equal(sim->now_ns - start, 20000 + 80 * 500);
    assert_true(reads(0, 0, 80));
    assert_int_equal(sim->now_ns - start, 60000 + 300 + 80 * 20);
    assert_int_equal(sim->counters.programmed_bytes, 80);
    assert_int_equal(sim->counters.read_bytes, 80);
}

static void test_store_support_erase_takes_its_time(void **state)
{
    (void)state;
    assert_int_equal(program(0, 0, 16), NACRE_OK);
    assert_int_equal(sim->medium.ops->erase_start(&sim->medium, 0), NACRE_OK);
    assert_int_equal(sim->medium.ops->erase_poll(&sim->medium), NACRE_BUSY);
    assert_int_equal(program(4096, 0, 16), NACRE_BUSY);
    assert_int_equal(sim->medium.ops->erase_start(&sim->medium, 4096), NACRE_BUSY);
    sim_nor_pass_us(sim, 26000);
    assert_int_equal(sim->medium.ops->erase_poll(&sim->medium), NACRE_OK);
    assert_true(reads(0, 0xff, 4096));
    assert_int_equal(program(0, 0, 16), NACRE_OK);
    assert_int_equal(sim->violations, 0);
    assert_int_equal(sim->unit_wear[0], 1);
}

static void test_store_support_program_tears_leave_what_they_say(void **state)
{
    (void)state;
    struct sim_tear tear = { SIM_TEAR_NONE, 0, 3 };
    cut(SIM_PROGRAM, 0, &tear);
    assert_true(reads(0, 0xff, 32));
    tear.kind = SIM_TEAR_DONE;
    cut(SIM_PROGRAM, 256, &tear);
    assert_true(reads(256, 0x0f, 32));
    tear = (struct sim_tear){ SIM_TEAR_PREFIX, 1, 3 };
    cut(SIM_PROGRAM, 512, &tear);
    assert_true(reads(512, 0x0f, 16) && reads(528, 0xff, 16));
    tear.kind = SIM_TEAR_SUFFIX;
    cut(SIM_PROGRAM, 768, &tear);
    assert_true(reads(768, 0xff, 16) && reads(784, 0x0f, 16));
    tear.kind = SIM_TEAR_BITS;
    cut(SIM_PROGRAM, 1024, &tear);
    assert_false(reads(1024, 0x0f, 32));
    assert_false(reads(1024, 0xff, 32));
}

/* A neighbour of a torn program at 0x180: what it reads next, over 40 seeds. */
static void neighbours(enum sim_tear_kind kind, uint32_t addr, uint32_t *spoilt, uint32_t *flicker)
{
    *spoilt = 0;
    *flicker = 0;
    for (uint64_t seed = 0; seed < 40u; seed++) {
        const struct sim_tear tear = { kind, 0, seed };
        bool once = true;
        erase(addr - addr % 4096u);
        assert_int_equal(program(addr, 0x33, 16), NACRE_OK);
        cut(SIM_PROGRAM, 0x180, &tear);
        uint32_t whole = 0;
        for (uint32_t i = 0; i < 12u; i++) {
            const bool now = reads(addr, 0x33, 16);
            *flicker += i != 0 && now != once;
            whole += now;
            once = now;
            sim_nor_power_on(sim);
        }
        *spoilt += whole != 12u;
        erase(0);
    }
}

static void test_store_support_page_and_unit_tears_reach_so_far(void **state)
{
    (void)state;
    static const struct {
        enum sim_tear_kind kind;
        bool reaches_unit;
        bool changes;
    } cases[] = {
        { SIM_TEAR_PAGE, false, false },         { SIM_TEAR_PAGE_UNSTABLE, false, true },
        { SIM_TEAR_PAGE_ALT, false, true },      { SIM_TEAR_UNIT, true, false },
        { SIM_TEAR_UNIT_UNSTABLE, true, true },  { SIM_TEAR_UNIT_ALT, true, true },
        { SIM_TEAR_BITS, false, false },
    };
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t spoilt;
        uint32_t flicker;
        neighbours(cases[i].kind, 0x110, &spoilt, &flicker);
        if (cases[i].kind == SIM_TEAR_BITS) assert_int_equal(spoilt, 0);
        else assert_in_range(spoilt, 20, 39);
        assert_int_equal(flicker != 0, cases[i].changes);
        neighbours(cases[i].kind, 0xe00, &spoilt, &flicker);
        assert_int_equal(spoilt != 0, cases[i].reaches_unit);
        neighbours(cases[i].kind, 0x1110, &spoilt, &flicker);
        assert_int_equal(spoilt, 0);
    }
}

static void test_store_support_tears_follow_the_cut_bytes(void **state)
{
    (void)state;
    static const uint32_t cut_bytes[] = { 16, 256, 4096 };
    struct sim_tear tears[SIM_NOR_TEARS_MAX];
    uint32_t counts[3];
    for (uint32_t i = 0; i < 3u; i++) {
        sim->medium.geometry.cut_bytes = cut_bytes[i];
        counts[i] = sim_nor_tears(sim, SIM_PROGRAM, 80, tears);
        assert_in_range(counts[i], 10, SIM_NOR_TEARS_MAX);
    }
    assert_int_equal(counts[1], counts[0] + 3u);
    assert_int_equal(counts[2], counts[1] + 3u);
}

/* Two lanes of two units: lane B is the third and fourth. */
static void test_store_support_two_dirty_lanes_are_a_violation(void **state)
{
    (void)state;
    uint8_t buf[4096];
    sim->lane_units = 2;
    assert_int_equal(program(0, 0x55, 32), NACRE_OK);
    assert_int_equal(program(0x40, 0x55, 16), NACRE_OK);
    assert_true(reads(0, 0x55, 32));
    assert_int_equal(sim->violations, 0);
    assert_int_equal(program(0x2000, 0x55, 16), NACRE_OK);
    assert_int_equal(sim->violations, 1);
    assert_non_null(strstr(sim->violation, "lane B"));
    assert_true(reads(0x40, 0x55, 16));
    assert_int_equal(program(0x2010, 0x55, 16), NACRE_OK);
    assert_int_equal(sim->violations, 1);
    assert_int_equal(program(0x60, 0x55, 16), NACRE_OK);
    assert_int_equal(sim->violations, 2);
    sim_nor_power_on(sim);
    assert_int_equal(program(0x80, 0x55, 16), NACRE_OK);
    assert_true(reads(0x80, 0x55, 16));
    erase(0x1000);
    assert_int_equal(sim->violations, 2);
    assert_int_equal(sim->medium.ops->read(&sim->medium, 0x1000, buf, 4080), NACRE_OK);
    erase(0x3000);
    assert_int_equal(sim->violations, 3);
    assert_int_equal(sim->medium.ops->read(&sim->medium, 0x1000, buf, 4096), NACRE_OK);
    assert_int_equal(sim->medium.ops->read(&sim->medium, 0x3000, buf, 4096), NACRE_OK);
    assert_int_equal(program(0xa0, 0x55, 16), NACRE_OK);
    assert_int_equal(sim->violations, 3);
    assert_int_equal(program(0x3000, 0x55, 16), NACRE_OK);
    assert_int_equal(sim->violations, 3);
}

static void test_store_support_programs_near_a_cut_are_counted(void **state)
{
    (void)state;
    const struct sim_tear tear = { SIM_TEAR_WEAK, 0, 1 };
    sim->lane_units = 2;
    cut(SIM_PROGRAM, 0x110, &tear);
    assert_int_equal(program(0x200, 0, 16), NACRE_OK);
    assert_true(reads(0x200, 0, 16));
    assert_int_equal(program(0x2200, 0, 16), NACRE_OK);
    assert_true(reads(0x2200, 0, 16));
    assert_int_equal(sim->counters.near_programs, 0);
    assert_int_equal(program(0x1f0, 0, 16), NACRE_OK);
    assert_true(reads(0x1f0, 0, 16));
    assert_int_equal(sim->counters.near_programs, 0);
    /* An empty block has nothing to lose; a record of two programs is one thing. */
    assert_int_equal(program(0x2100, 0, 16), NACRE_OK);
    assert_int_equal(program(0x2110, 0, 16), NACRE_OK);
    assert_true(reads(0x2100, 0, 32));
    assert_int_equal(sim->counters.near_programs, 0);
    assert_int_equal(program(0x2120, 0, 16), NACRE_OK);
    assert_int_equal(sim->counters.near_programs, 1);
    assert_true(reads(0x2120, 0, 16));
    erase(0);
    assert_int_equal(program(0x2130, 0, 16), NACRE_OK);
    assert_int_equal(sim->counters.near_programs, 1);
}

static void test_store_support_stuck_units_stay_stuck(void **state)
{
    (void)state;
    sim->unit_stuck[1] = SIM_STUCK_ERASE;
    sim->unit_stuck[2] = SIM_STUCK_PROGRAM;
    sim->unit_stuck[3] = SIM_STUCK_SILENT;
    for (uint32_t i = 0; i < 3u; i++) {
        assert_int_equal(sim->medium.ops->erase_start(&sim->medium, 0x1000), NACRE_OK);
        assert_int_equal(sim->medium.ops->erase_wait(&sim->medium), NACRE_IO);
        assert_int_equal(program(0x2000 + 16u * i, 0, 16), NACRE_IO);
        erase(0x3000);
        assert_false(reads(0x3000, 0xff, 4096));
        assert_int_equal(program(16u * i, 0, 16), NACRE_OK);
    }
}

static bool chips_are_equal(struct sim_nor *a, struct sim_nor *b)
{
    return memcmp(a->data, b->data, a->bytes) == 0 &&
           memcmp(a->flags, b->flags, a->granules) == 0 && memcmp(a->alt, b->alt, a->bytes) == 0 &&
           memcmp(a->unstable, b->unstable, a->bytes) == 0 &&
           memcmp(a->unit_marginal, b->unit_marginal, sizeof a->unit_marginal) == 0;
}

/* Do something to the chip at hand that a run might. */
static void disturb(struct rng *rng, uint64_t seed)
{
    static const uint8_t zero[16] = { 0 };
    const uint32_t addr = rng_below(rng, 64u) * 256u;
    const struct sim_tear tear = { SIM_TEAR_ANY, 0, seed };
    switch (rng_below(rng, 5u)) {
    case 0:
        cut(SIM_PROGRAM, addr, &tear);
        break;
    case 1:
        cut(SIM_ERASE, addr - addr % 4096u, &tear);
        break;
    case 2:
        sim_nor_flip(sim, addr, 1);
        break;
    case 3:
        sim_nor_poke(sim, addr, zero, sizeof zero);
        break;
    default:
        (void)program(addr + 16u, 0x7f, 16);
        break;
    }
}

/* A copy that looks at the units' stamps leaves out nothing, whatever was done to both chips. */
static void test_store_support_copy_leaves_nothing_out(void **state)
{
    (void)state;
    struct sim_nor *const first = sim;
    struct sim_nor *const second = sim_nor_create(&sim->medium.geometry, 6);
    struct rng rng = { 9 };
    first->lane_units = 2;
    for (uint64_t round = 0; round < 400u; round++) {
        sim = rng_percent(&rng, 50u) ? first : second;
        disturb(&rng, round);
        if (round % 3u != 0) continue;
        struct sim_nor *const other = sim == first ? second : first;
        sim_nor_copy(other, sim);
        assert_true(chips_are_equal(other, sim));
    }
    sim = first;
    sim_nor_destroy(second);
}

static void test_store_support_marginal_cells_stay_so_until_erased(void **state)
{
    (void)state;
    struct sim_tear tear = { SIM_TEAR_ALT_OLD, 0, 3 };
    cut(SIM_PROGRAM, 0, &tear);
    for (uint32_t boot = 0; boot < 6u; boot++) {
        assert_true(reads(0, boot % 2u == 0 ? 0xff : 0x0f, 32));
        assert_true(reads(0, boot % 2u == 0 ? 0xff : 0x0f, 32));
        sim_nor_power_on(sim);
    }
    tear.kind = SIM_TEAR_UNSTABLE;
    cut(SIM_PROGRAM, 256, &tear);
    uint8_t once[32];
    uint32_t different = 0;
    sim_nor_peek(sim, 256, once, sizeof once);
    for (uint32_t i = 0; i < 20u; i++) {
        uint8_t again[32];
        sim_nor_peek(sim, 256, again, sizeof again);
        different += memcmp(once, again, sizeof once) != 0;
    }
    assert_in_range(different, 15, 20);
    assert_true(sim_nor_flickers(sim));
    erase(0);
    assert_false(sim_nor_flickers(sim));
    assert_true(reads(0, 0xff, 4096));
    assert_int_equal(program(0, 0x0f, 32), NACRE_OK);
    assert_true(reads(0, 0x0f, 32));
    assert_int_equal(sim->counters.weak_programs, 0);
}

static void test_store_support_weak_cells_take_badly(void **state)
{
    (void)state;
    uint32_t bad = 0;
    for (uint32_t i = 0; i < 64u; i++) {
        const struct sim_tear tear = { SIM_TEAR_WEAK, 0, i };
        cut(SIM_PROGRAM, i * 256u, &tear);
        assert_true(reads(i * 256u, 0xff, 32));
        assert_int_equal(program(i * 256u, 0x0f, 32), NACRE_OK);
        bad += reads(i * 256u, 0x0f, 32) && reads(i * 256u, 0x0f, 32) ? 0 : 1u;
    }
    assert_in_range(bad, 32, 64);
    assert_int_equal(sim->counters.weak_programs, 128);
    assert_int_equal(sim->violations, 0);
}

static void test_store_support_erase_tears_leave_what_they_say(void **state)
{
    (void)state;
    static const enum sim_tear_kind kinds[] = { SIM_TEAR_E_LOW, SIM_TEAR_E_MARK, SIM_TEAR_E_ZERO,
                                                SIM_TEAR_E_WEAK };
    for (uint32_t i = 0; i < 4u; i++) {
        const struct sim_tear tear = { kinds[i], 0, 7 };
        for (uint32_t page = 0; page < 16u; page++) {
            assert_int_equal(program(i * 4096u + page * 256u, 0x0f, 256), NACRE_OK);
        }
        cut(SIM_ERASE, i * 4096u, &tear);
    }
    assert_true(reads(0, 0xff, 2048) && reads(2048, 0x0f, 2048));
    assert_true(reads(4096, 0x0f, 16) && reads(4112, 0xff, 4080));
    assert_true(reads(8192, 0x00, 4096));
    assert_true(reads(12288, 0xff, 4096));
    assert_int_equal(program(12288, 0x0f, 16), NACRE_OK);
    assert_int_equal(sim->counters.unerased_programs, 1);
    erase(12288);
    assert_int_equal(program(12288, 0x0f, 16), NACRE_OK);
    assert_int_equal(sim->counters.unerased_programs, 1);
}

static void test_store_support_every_tear_has_a_name(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < SIM_TEAR_KINDS; kind++) {
        const struct sim_tear tear = { (enum sim_tear_kind)kind, kind == SIM_TEAR_PREFIX ? 3 : 0,
                                       0 };
        char name[24];
        struct sim_tear again;
        assert_true(sim_tear_parse(sim_tear_name(&tear, name), &again));
        assert_int_equal(again.kind, tear.kind);
        assert_int_equal(again.arg, tear.arg);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_sim, close_sim)
    const struct CMUnitTest tests[] = {
        CASE(test_store_support_misuse_is_a_violation),
        CASE(test_store_support_blank_payload_counts_as_programmed),
        CASE(test_store_support_time_and_counters),
        CASE(test_store_support_erase_takes_its_time),
        CASE(test_store_support_program_tears_leave_what_they_say),
        CASE(test_store_support_page_and_unit_tears_reach_so_far),
        CASE(test_store_support_tears_follow_the_cut_bytes),
        CASE(test_store_support_two_dirty_lanes_are_a_violation),
        CASE(test_store_support_programs_near_a_cut_are_counted),
        CASE(test_store_support_stuck_units_stay_stuck),
        CASE(test_store_support_copy_leaves_nothing_out),
        CASE(test_store_support_marginal_cells_stay_so_until_erased),
        CASE(test_store_support_weak_cells_take_badly),
        CASE(test_store_support_erase_tears_leave_what_they_say),
        CASE(test_store_support_every_tear_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
