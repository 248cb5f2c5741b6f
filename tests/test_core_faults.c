/*
 * Goal: whichever call of the medium fails, the store answers with an error that it may answer, and
 * every key keeps its old value or gets its new one as the answer says; on a chip that works again
 * a mount finds exactly that.
 *
 * Method: a session of all calls of the store, on regions in many states, run again and again with
 * the n-th call of the medium failing: once, three times in a row, or from then on.
 */
#include "nacre/core/check_store.h"
#include "nacre/core/transaction.h"
#include "tests/fuzz/model.h"
#include "tests/support/failing.h"
#include "tests/support/sim_nor.h"

#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#define KEYS 10u
#define UNIT_BYTES 1024u
#define INDEX_COUNT 32u
#define WORK_BYTES 300u
#define FIRST_CALLS 6u    /* of these each one fails; of the others, one in STRIDE */
#define STRIDE 3u
#define FOR_EVER 0x7fffffffu

struct kind {
    uint32_t units;
    uint32_t page_bytes;
    uint32_t cut_bytes;
};

static const struct kind kinds[] = { { 4, 256, 16 }, { 10, 64, 64 }, { 12, 256, 1024 } };

struct bench {
    struct sim_nor *sim;
    struct sim_nor *start; /* what each run begins with */
    struct failing failing;
    struct nacre_store store;
    struct nacre_index_entry index[INDEX_COUNT];
    struct nacre_store_cfg cfg;
    struct model begun; /* what start holds */
    struct model now;
    struct model next;  /* what the call under way makes of it */
    struct model open;  /* true, too, at the next mount: a call answered that it is unsettled */
    bool is_open;
    struct rng rng;
    uint32_t point;
    uint32_t variant;
    uint32_t mount_calls; /* of a mount where nothing fails */
    char story[400]; /* calls that did not answer NACRE_OK */
};

static struct bench bench;

static enum nacre_err mount(void)
{
    memset(&bench.store, 0xa5, sizeof bench.store);
    return nacre_mount(&bench.store, &bench.cfg);
}

static bool may_answer(enum nacre_err err)
{
    return err == bench.failing.err || err == NACRE_READ_ONLY || err == NACRE_UNSETTLED ||
           err == NACRE_WORN_OUT || err == NACRE_FULL || err == NACRE_NOT_FOUND ||
           err == NACRE_VERIFY || err == NACRE_NOT_MOUNTED || err == NACRE_WRITTEN_ONCE;
}

static void tell(const char *call, enum nacre_err err)
{
    const size_t n = strlen(bench.story);
    (void)snprintf(bench.story + n, sizeof bench.story - n, " %s %d", call, (int)err);
}

/* A call that would make next of now has returned. */
static void take(const char *call, enum nacre_err err)
{
    if (err == NACRE_OK) bench.now = bench.next;
    else tell(call, err);
    if (err != NACRE_OK && !may_answer(err)) {
        fail_msg("%s answers %d, point %u.%u", call, (int)err, bench.point, bench.variant);
    }
    if (err == NACRE_UNSETTLED && !bench.is_open) {
        bench.open = bench.next;
        bench.is_open = true;
    }
    bench.next = bench.now;
}

static void set(uint32_t key, uint32_t n)
{
    uint8_t value[MODEL_VALUE_MAX];
    for (uint32_t i = 0; i < n; i++) value[i] = (uint8_t)rng_next(&bench.rng);
    model_set(&bench.next, key, value, n);
    take("set", nacre_set(&bench.store, key, value, n));
}

static void remove_key(uint32_t key)
{
    model_set(&bench.next, key, NULL, 0);
    take("remove", nacre_remove(&bench.store, key));
}

static void set_factory(uint32_t key, uint8_t value)
{
    if (bench.now.at[MODEL_KEYS + key].is_set) return;
    model_set(&bench.next, MODEL_KEYS + key, &value, 1);
    take("factory set", nacre_factory_set(&bench.store, key, &value, 1));
}

static void commit(void)
{
    static uint8_t work[WORK_BYTES];
    struct nacre_transaction tx = { .begun = 0 };
    uint8_t value[60];
    if (nacre_begin(&tx, &bench.store, work, sizeof work) != NACRE_OK) return;
    for (uint32_t i = 0; i < sizeof value; i++) value[i] = (uint8_t)rng_next(&bench.rng);
    assert_int_equal(nacre_stage_set(&tx, 4, value, 3), NACRE_OK);
    assert_int_equal(nacre_stage_set(&tx, 5, value, sizeof value), NACRE_OK);
    assert_int_equal(nacre_stage_remove(&tx, 6), NACRE_OK);
    model_set(&bench.next, 4, value, 3);
    model_set(&bench.next, 5, value, sizeof value);
    model_set(&bench.next, 6, NULL, 0);
    take("commit", nacre_commit(&tx));
}

static void reset_all(void)
{
    for (uint32_t key = 0; key < MODEL_KEYS; key++) model_set(&bench.next, key, NULL, 0);
    take("reset", nacre_reset(&bench.store));
}

static void format(void)
{
    model_clear(&bench.next);
    const enum nacre_err err = nacre_format(&bench.store, &bench.cfg);
    take("format", err);
    if (err == NACRE_OK) bench.is_open = false;
    if (err == NACRE_OK || bench.is_open) return;
    /* It may have begun: old or empty, the next mount says. */
    model_clear(&bench.open);
    bench.is_open = true;
}

static enum nacre_err ask(uint32_t entry, uint8_t *buf, uint32_t *n)
{
    struct nacre_store *const store = &bench.store;
    if (entry < MODEL_KEYS) return nacre_get(store, entry, buf, MODEL_VALUE_MAX, n);
    return nacre_factory_get(store, entry - MODEL_KEYS, buf, MODEL_VALUE_MAX, n);
}

/* What a key answers with, where it answers. */
static void judge_key(uint32_t entry, bool is_healthy)
{
    uint8_t buf[MODEL_VALUE_MAX];
    uint32_t n = 0;
    const enum nacre_err err = ask(entry, buf, &n);
    if (!is_healthy && (err == bench.failing.err || err == NACRE_NOT_MOUNTED)) return;
    const uint8_t *const value = err == NACRE_OK ? buf : NULL;
    const bool is_answer = err == NACRE_OK || err == NACRE_NOT_FOUND;
    if (is_answer && model_holds(&bench.now, entry, value, n)) return;
    fail_msg("key %u answers %d, %u bytes, point %u.%u, after%s", entry, (int)err, n, bench.point,
             bench.variant, bench.story);
}

static void read_all(void)
{
    uint32_t key = 0;
    struct nacre_stats stats;
    struct nacre_check_summary summary;
    for (uint32_t entry = 0; entry < MODEL_ENTRIES; entry++) judge_key(entry, false);
    for (uint32_t i = 0; i < MODEL_KEYS; i++) {
        if (nacre_next(&bench.store, &key) != NACRE_OK) break;
        key++;
    }
    take("stats", nacre_stats(&bench.store, &stats));
    take("check", nacre_check_store(&bench.store, &summary, NULL, NULL));
}

static void rest(void)
{
    bool more;
    for (uint32_t i = 0; i < 5u; i++) {
        take("idle", nacre_idle(&bench.store, &more));
        sim_nor_pass_us(bench.sim, 15000u);
    }
}

/* Every call of the store, on a store that is mounted or not. */
static void session(uint32_t variant)
{
    read_all();
    set(1, 4);
    set(2, 90);
    remove_key(3);
    commit();
    rest();
    set_factory(1, 7);
    for (uint32_t i = 0; i < 12u; i++) set(7u + i % 3u, 5u + 17u * (i % 2u));
    commit();
    if (variant % 3u == 1u) reset_all();
    if (variant % 3u == 2u) format();
    set(1, 8);
    rest();
    read_all();
    take("unmount", nacre_unmount(&bench.store));
}

static void open_bench(const struct kind *kind)
{
    const struct nacre_geometry geometry = { UNIT_BYTES, kind->units, 16, kind->page_bytes,
                                             kind->cut_bytes, 0 };
    memset(&bench, 0, sizeof bench);
    bench.sim = sim_nor_create(&geometry, 1);
    bench.start = sim_nor_create(&geometry, 1);
    failing_open(&bench.failing, &bench.sim->medium);
    bench.cfg = (struct nacre_store_cfg){ .medium = &bench.failing.medium, .index = bench.index,
                                          .index_count = INDEX_COUNT };
}

static void close_bench(void)
{
    if (bench.sim->violations != 0) fail_msg("violation: %s", bench.sim->violation);
    sim_nor_destroy(bench.sim);
    sim_nor_destroy(bench.start);
}

/* A region that was used for so many steps. */
static void prepare(uint32_t steps)
{
    bench.rng.state = steps;
    sim_nor_power_on(bench.sim);
    assert_int_equal(mount(), NACRE_OK);
    for (uint32_t i = 0; i < steps; i++) {
        if (i % 11u == 10u) rest();
        else if (i % 7u == 6u) remove_key(i % KEYS);
        else set(i * 3u % KEYS, i * 5u % 40u);
    }
    if (steps % 4u == 1u) assert_int_equal(nacre_unmount(&bench.store), NACRE_OK);
    bench.begun = bench.now;
    sim_nor_copy(bench.start, bench.sim);
}

/* On a chip that works again the store holds what its answers said. */
static void judge_healthy(void)
{
    bench.failing.count = 0;
    sim_nor_power_on(bench.sim);
    const enum nacre_err err = mount();
    const bool is_mounted = err == NACRE_OK || err == NACRE_WORN_OUT || err == NACRE_UNSETTLED;
    if (!is_mounted) {
        fail_msg("mount answers %d, point %u.%u, after%s", (int)err, bench.point, bench.variant,
                 bench.story);
    }
    uint8_t buf[MODEL_VALUE_MAX];
    bool is_other = bench.is_open; /* all of it, or all of now */
    for (uint32_t entry = 0; entry < MODEL_ENTRIES; entry++) {
        uint32_t n = 0;
        const uint8_t *const value = ask(entry, buf, &n) == NACRE_OK ? buf : NULL;
        is_other = is_other && model_holds(&bench.open, entry, value, n);
    }
    if (is_other) bench.now = bench.open;
    for (uint32_t entry = 0; entry < MODEL_ENTRIES; entry++) judge_key(entry, true);
}

/*
 * A read failed before anything was written. The mount says so, or has begun anew: it does not go
 * on as if it knew. Of two lanes the other one may serve.
 */
static void judge_mount(enum nacre_err err)
{
    const bool is_anew = bench.failing.calls >= bench.point + bench.mount_calls * 3u / 4u;
    const bool goes_on = err == NACRE_OK && !is_anew && bench.cfg.medium->geometry.cut_bytes <= 16u;
    const bool has_written = bench.failing.count == FOR_EVER && bench.failing.writes != 0;
    if (!goes_on && !has_written) return;
    fail_msg("a mount that cannot read answers %d, %u calls of %u, %u writes, point %u.%u",
             (int)err, bench.failing.calls, bench.mount_calls, bench.failing.writes, bench.point,
             bench.variant);
}

/* Run the session with a call failing. Returns how many calls there were. */
static uint32_t run(uint32_t point, uint32_t variant)
{
    static const uint32_t counts[] = { 1, 3, FOR_EVER };
    static const enum nacre_err errs[] = { NACRE_IO, NACRE_TIMEOUT };
    sim_nor_copy(bench.sim, bench.start);
    sim_nor_power_on(bench.sim);
    bench.now = bench.begun;
    bench.next = bench.begun;
    bench.is_open = false;
    bench.rng.state = 77;
    bench.point = point;
    bench.variant = variant;
    bench.story[0] = '\0';
    bench.failing.calls = 0;
    bench.failing.writes = 0;
    bench.failing.hit_a_read = false;
    bench.failing.at = point;
    bench.failing.count = counts[variant % 3u];
    bench.failing.err = errs[variant / 3u % 2u];
    bench.failing.acts = variant / 6u % 2u != 0;
    const enum nacre_err err = mount();
    if (err != NACRE_OK) tell("mount", err);
    if (point == FOR_EVER) bench.mount_calls = bench.failing.calls;
    if (bench.failing.hit_a_read) judge_mount(err);
    if (err != NACRE_OK && !may_answer(err)) fail_msg("mount answers %d", (int)err);
    session(variant / 12u);
    const uint32_t calls = bench.failing.calls;
    judge_healthy();
    return calls;
}

static void every_call_fails(const struct kind *kind)
{
    uint32_t points = 0;
    for (uint32_t state = 0; state < 9u; state++) {
        open_bench(kind);
        prepare(state * state * 9u);
        const uint32_t calls = run(FOR_EVER, 24u + 12u * state);
        for (uint32_t point = 0; point < calls; point += 1u + state / 3u) {
            if (point > FIRST_CALLS && point % STRIDE != state % STRIDE) continue;
            (void)run(point, (uint32_t)rng_mix(point * 9u + state) % 36u);
            points++;
        }
        close_bench();
    }
    print_message("calls that failed: %u\n", points);
    assert_true(points > 500u);
}

static void test_core_faults_one_lane_answers_and_keeps(void **state)
{
    (void)state;
    every_call_fails(&kinds[0]);
}

static void test_core_faults_page_lanes_answer_and_keep(void **state)
{
    (void)state;
    every_call_fails(&kinds[1]);
}

static void test_core_faults_unit_lanes_answer_and_keep(void **state)
{
    (void)state;
    every_call_fails(&kinds[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_core_faults_one_lane_answers_and_keeps),
        cmocka_unit_test(test_core_faults_page_lanes_answer_and_keep),
        cmocka_unit_test(test_core_faults_unit_lanes_answer_and_keep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
