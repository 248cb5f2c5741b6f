/*
 * Goal: a copy from one store to another, cut anywhere in either store, and cut again in the
 * recovery, never leaves both or neither of them to count: the one that does holds all values, and
 * a copy that is begun again from the start ends whole and right.
 *
 * Method: a seed fills the source, and the destination where the scene says so; the copy is run in
 * steps with changes of the source between them. That run is done again with the power failing in
 * each command of either chip, in each tear. After each: mount both, judge; begin again, some of
 * these runs cut too; judge; begin again without a cut; judge, restart, judge. The models know only
 * what was set.
 *
 * "--point SCENE:SIDE:COMMAND:TEAR:SECOND" runs one point again. NACRE_TEST_SHARE=20 in the
 * environment, or "--share 20", runs one in 20.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/copy_bed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 1024u
#define STEPS_MAX 400u
#define CHANGES 6u
#define SEED 77u

struct scene {
    const char *name;
    struct nacre_geometry from, to;
    uint32_t use_from, use_to; /* changes before */
    bool replace;
    bool is_damaged; /* values of the source are stale, or lost */
};

static const struct scene scenes[] = {
    {"one lane to a blank one", {4096, 4, 16, 256, 16, 0}, {4096, 4, 16, 256, 16, 0}, 60, 0,
     false, false},
    {"to two lanes", {4096, 4, 16, 256, 16, 0}, {4096, 8, 16, 256, 256, 0}, 60, 0, false, false},
    {"from two lanes, over others", {4096, 8, 16, 256, 256, 0}, {4096, 4, 16, 256, 16, 0}, 60, 90,
     true, false},
    {"to pages of slots, over others", {4096, 4, 16, 256, 16, 0}, {2880, 8, 16, 48, 48, 48}, 60, 60,
     true, false},
    {"from pages of slots to units", {3840, 8, 16, 80, 80, 80}, {4096, 16, 16, 256, 4096, 0}, 60,
     0, false, false},
    {"of lost values, to two lanes", {4096, 4, 16, 256, 16, 0}, {4096, 8, 16, 256, 256, 0}, 40, 0,
     false, true},
};

enum { SIDE_FROM, SIDE_TO, SIDES };

struct point {
    uint32_t scene, side, command;
    struct sim_tear tear;
    uint32_t second; /* seed of the cut in the recovery; 0: none */
};

struct events {
    struct sim_event event[EVENTS_MAX];
    uint32_t count;
};

static struct sim_nor *kept_chip[SIDES];
static struct copy_model kept_model;
static struct copy_model told; /* what the destination holds once it counts */
static struct events events[SIDES];
static jmp_buf jump;
static uint32_t share = 1;
static bool was_whole;
static struct point now;
static uint32_t point_count, second_count;

static struct copy_side *side_of(uint32_t number)
{
    return number == SIDE_FROM ? &from : &to;
}

static void fail_here(const char *when, const char *what)
{
    char name[24];
    fail_msg("%s, %s: %s\n  test_copy_cuts --point %u:%u:%u:%s:%u", scenes[now.scene].name, when,
             what, now.scene, now.side, now.command, sim_tear_name(&now.tear, name), now.second);
}

static void expect(const char *when, enum nacre_err err)
{
    if (err != NACRE_OK) fail_here(when, nacre_err_name(err));
}

/* ---- the run ---- */

/* In steps, with changes of the source and idle time between them. */
static void run_steps(uint32_t seed)
{
    struct nacre_copy copy;
    struct rng rng = {seed};
    uint32_t changes = CHANGES;
    bool more = true;
    expect("begin", nacre_copy_begin(&copy, &copy_cfg));
    for (uint32_t i = 0; i < STEPS_MAX && more; i++) {
        bool has_more;
        expect("step", nacre_copy_step(&copy, &more));
        if (!more) break;
        if (changes > 0u && rng_percent(&rng, 15)) {
            expect("change", copy_change_any(&from, &rng));
            changes--;
        }
        if (rng_percent(&rng, 20)) expect("idle", nacre_idle(&to.box.store, &has_more));
        sim_nor_pass_us(to.box.sim, 10000u);
    }
    if (more) fail_here("steps", "they do not end");
    told = from.model;
}

/* ---- before and after ---- */

/* What the source tells of a slot from now on; the copy is to tell the same. */
static void learn(uint32_t slot)
{
    struct copy_value *const value = &from.model.value[slot];
    uint8_t *const bytes = value->bytes;
    value->answer =
        nacre_get(copy_cfg.from, copy_key(slot), bytes, COPY_VALUE_MAX, &value->n);
}

/* One slot falls back to an older value, one that is new has none. */
static void lose_values(void)
{
    const struct copy_value none = {.is_set = false};
    (void)copy_change(&from, 1, &none);
    copy_sets(&from, 1, 8, 0x11);
    copy_sets(&from, 1, 8, 0x12);
    copy_sets(&from, 2, 8, 0x13);
    copy_sets(&from, 3, 8, 0x14);
    copy_spoil(&from, copy_key(1), 1);
    copy_spoil(&from, copy_key(2), 1);
    learn(1);
    learn(2);
    assert_int_equal(from.model.value[1].answer, NACRE_STALE);
    assert_true(from.model.value[2].answer != NACRE_OK);
}

static int begin_scene(uint32_t number)
{
    const struct scene *const scene = &scenes[number];
    struct rng rng = {SEED + number};
    copy_bed_open(&scene->from, &scene->to);
    copy_cfg.replace = scene->replace;
    copy_use(&from, &rng, scene->use_from);
    copy_use(&to, &rng, scene->use_to);
    if (scene->is_damaged) lose_values();
    assert_int_equal(nacre_unmount(&from.box.store), NACRE_OK);
    assert_int_equal(nacre_unmount(&to.box.store), NACRE_OK);
    for (uint32_t i = 0; i < SIDES; i++) {
        struct sim_nor *const sim = side_of(i)->box.sim;
        kept_chip[i] = sim_nor_create(&sim->medium.geometry, 1);
        sim_nor_copy(kept_chip[i], sim);
    }
    kept_model = from.model;
    return 0;
}

static void go_back(void)
{
    for (uint32_t i = 0; i < SIDES; i++) sim_nor_copy(side_of(i)->box.sim, kept_chip[i]);
    from.model = kept_model;
    was_whole = false;
    copy_reboot();
}

static void note(const struct sim_event *event, void *context)
{
    struct events *const list = context;
    if (event->command == SIM_READ) return;
    assert_true(list->count < EVENTS_MAX);
    list->event[list->count++] = *event;
}

/* Both stores were mounted: does the one that counts hold all of it? */
static void judge(const char *when)
{
    enum nacre_copied state;
    expect(when, nacre_copy_state(copy_cfg.to, copy_cfg.number, &state));
    if (!copy_judge(&from.box.store, &from.model)) fail_here(when, copy_why);
    if (was_whole && state != NACRE_COPIED_WHOLE) fail_here(when, "it was whole, and is not");
    if (state != NACRE_COPIED_WHOLE) return;
    if (!was_whole) told = from.model;
    was_whole = true;
    if (!copy_judge(&to.box.store, &told)) fail_here(when, copy_why);
}

/* What is set in the destination from now on is never copied over. */
static void live_on(void)
{
    const struct copy_value value = {.is_set = true, .n = 3, .bytes = {1, 2, now.command & 0xffu}};
    const uint32_t slot = now.command % COPY_USER;
    to.model = told;
    to.model.doubt = COPY_SLOTS;
    expect("a set in the destination", copy_change(&to, slot, &value));
    told = to.model;
    expect("the copy again", nacre_copy(&copy_cfg));
    judge("after the copy again");
    copy_reboot();
    judge("at the last boot");
}

/* The power failed: from here on nothing is known but the bytes. */
static void recover(void)
{
    copy_reboot();
    judge("after the cut");
    if (now.second != 0u) {
        struct rng rng = {now.second};
        const struct sim_tear tear = {.kind = SIM_TEAR_ANY, .seed = rng_next(&rng)};
        const uint32_t side = rng_percent(&rng, 75) ? SIDE_TO : SIDE_FROM;
        if (setjmp(jump) == 0) {
            sim_nor_cut_at(side_of(side)->box.sim, rng_below(&rng, 24), &tear, &jump);
            run_steps(now.second);
        } else {
            second_count++;
        }
        copy_reboot();
        judge("after the second cut");
    }
    expect("the copy", nacre_copy(&copy_cfg));
    judge("after the copy");
    if (!was_whole) fail_here("after the copy", "it is not whole");
    copy_reboot();
    judge("at the next boot");
    live_on();
}

static void run_point(const struct point *point)
{
    now = *point;
    go_back();
    point_count++;
    if (setjmp(jump) == 0) {
        sim_nor_cut_at(side_of(now.side)->box.sim, now.command, &now.tear, &jump);
        run_steps(SEED);
        fail_here("the run", "ended without its cut");
    }
    recover();
}

/* ---- all points of a scene ---- */

static void run_once(void)
{
    memset(events, 0, sizeof events);
    go_back();
    for (uint32_t i = 0; i < SIDES; i++) {
        side_of(i)->box.sim->trace = note;
        side_of(i)->box.sim->trace_context = &events[i];
    }
    run_steps(SEED);
    judge("without a cut");
    assert_true(was_whole);
    for (uint32_t i = 0; i < SIDES; i++) side_of(i)->box.sim->trace = NULL;
    assert_true(events[SIDE_FROM].count > CHANGES / 2u && events[SIDE_TO].count > COPY_SLOTS / 2u);
}

static void run_commands(uint32_t scene, uint32_t side)
{
    uint32_t number = 0;
    for (uint32_t c = 0; c < events[side].count; c++) {
        struct sim_tear tears[SIM_NOR_TEARS_MAX];
        const struct sim_event *const event = &events[side].event[c];
        const uint32_t count =
            sim_nor_tears(side_of(side)->box.sim, event->command, event->n, tears);
        for (uint32_t i = 0; i < count; i++) {
            struct point point = {scene, side, c, tears[i], 0};
            if (number++ % share != 0u) continue;
            point.tear.seed = rng_mix(c);
            if (i % 2u == 1u) point.second = c * SIM_NOR_TEARS_MAX + i + 1u;
            run_point(&point);
        }
    }
}

static void run_scene(uint32_t scene)
{
    now = (struct point){.scene = scene};
    point_count = 0;
    second_count = 0;
    run_once();
    run_commands(scene, SIDE_FROM);
    run_commands(scene, SIDE_TO);
    print_message("%s: %u commands of the source, %u of the destination; %u cuts, %u second cuts\n",
                  scenes[scene].name, events[SIDE_FROM].count, events[SIDE_TO].count, point_count,
                  second_count);
    assert_true(point_count * share > 200u && second_count * share > 60u);
}

static int end_scene(void **state)
{
    for (uint32_t i = 0; i < SIDES; i++) sim_nor_destroy(kept_chip[i]);
    return copy_bed_close(state);
}

#define SCENE(number, name) \
    static int begin_##name(void **state) \
    { \
        (void)state; \
        return begin_scene(number); \
    } \
    static void test_copy_cuts_##name##_leave_one_that_counts(void **state) \
    { \
        (void)state; \
        run_scene(number); \
    }
SCENE(0, one_lane_to_blank)
SCENE(1, to_two_lanes)
SCENE(2, from_two_lanes_over_others)
SCENE(3, to_slots_over_others)
SCENE(4, from_slots_to_units)
SCENE(5, of_lost_values)

#define TEST(function, name) cmocka_unit_test_setup_teardown(function, begin_##name, end_scene)

static struct point replayed;

static int begin_replayed(void **state)
{
    (void)state;
    return begin_scene(replayed.scene);
}

static void replay(void **state)
{
    (void)state;
    run_point(&replayed);
}

static int replay_point(const char *text)
{
    char name[24] = "";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(replay, begin_replayed, end_scene)};
    const int found = sscanf(text, "%u:%u:%u:%23[^:]:%u", &replayed.scene, &replayed.side,
                             &replayed.command, name, &replayed.second);
    if (found != 5 || replayed.scene >= sizeof scenes / sizeof scenes[0] ||
        replayed.side >= SIDES || !sim_tear_parse(name, &replayed.tear)) {
        (void)printf("not a point: %s\n", text);
        return 2;
    }
    replayed.tear.seed = rng_mix(replayed.command);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    const char *const text = getenv("NACRE_TEST_SHARE");
    if (argc == 3 && strcmp(argv[1], "--point") == 0) return replay_point(argv[2]);
    if (text != NULL) share = (uint32_t)strtoul(text, NULL, 10);
    if (argc == 3 && strcmp(argv[1], "--share") == 0) {
        share = (uint32_t)strtoul(argv[2], NULL, 10);
    }
    if (share == 0u) share = 1;
    const struct CMUnitTest tests[] = {
        TEST(test_copy_cuts_one_lane_to_blank_leave_one_that_counts, one_lane_to_blank),
        TEST(test_copy_cuts_to_two_lanes_leave_one_that_counts, to_two_lanes),
        TEST(test_copy_cuts_from_two_lanes_over_others_leave_one_that_counts,
             from_two_lanes_over_others),
        TEST(test_copy_cuts_to_slots_over_others_leave_one_that_counts, to_slots_over_others),
        TEST(test_copy_cuts_from_slots_to_units_leave_one_that_counts, from_slots_to_units),
        TEST(test_copy_cuts_of_lost_values_leave_one_that_counts, of_lost_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
