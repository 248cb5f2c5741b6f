/*
 * The bed of a store whose medium fails: see the header.
 */
#include "tests/support/cover_bed.h"

#include "nacre/core/transaction.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define UNIT_BYTES 1024u
#define INDEX_COUNT 32u
#define GRANULE 16u
#define PAGE 256u
#define SMALL_PAGE 64u

struct cover cover;

static void open_geometry(const struct nacre_geometry *geometry)
{
    memset(&cover, 0, sizeof cover);
    box_open_geometry(&cover.box, geometry);
    cover.start = sim_nor_create(geometry, geometry->unit_count);
    failing_open(&cover.failing, &cover.box.sim->medium);
    cover.box.cfg.medium = &cover.failing.medium;
    cover.box.cfg.index_count = INDEX_COUNT;
    for (uint32_t key = 0; key < COVER_KEYS; key++) cover_expect(key, NACRE_NOT_FOUND, 0, 0);
}

void cover_open(uint32_t unit_count, uint32_t cut_bytes)
{
    const uint32_t page_bytes = cut_bytes == SMALL_PAGE ? SMALL_PAGE : PAGE;
    const struct nacre_geometry geometry = { UNIT_BYTES, unit_count, 16, page_bytes, cut_bytes, 0 };
    open_geometry(&geometry);
}

void cover_open_pages(uint32_t unit_count, uint32_t slots, uint32_t slot_bytes)
{
    const struct nacre_geometry geometry = { slots * slot_bytes, unit_count, 16,
                                             slot_bytes, slot_bytes, slot_bytes };
    open_geometry(&geometry);
}

void cover_close(void)
{
    if (cover.box.sim->violations != 0) fail_msg("violation: %s", cover.box.sim->violation);
    sim_nor_destroy(cover.start);
    box_close(&cover.box);
}

int cover_begin_one(void **state)
{
    (void)state;
    cover_open(4, 16);
    return cover_boot() == NACRE_OK ? 0 : -1;
}

int cover_end(void **state)
{
    (void)state;
    cover_close();
    return 0;
}

enum nacre_err cover_boot(void)
{
    cover.failing.count = 0;
    return box_reboot(&cover.box);
}

void cover_expect(uint32_t key, enum nacre_err err, uint32_t n, uint32_t seed)
{
    cover.new.at[key] = (struct cover_answer){ err, n, seed };
    cover.old.at[key] = cover.new.at[key];
}

void cover_set(uint32_t key, uint32_t n, uint32_t seed)
{
    assert_int_equal(box_set(&cover.box, key, n, seed), NACRE_OK);
    cover_expect(key, NACRE_OK, n, seed);
}

void cover_remove(uint32_t key)
{
    assert_int_equal(nacre_remove(&cover.box.store, key), NACRE_OK);
    cover_expect(key, NACRE_NOT_FOUND, 0, 0);
}

enum nacre_err cover_commit(uint32_t first, uint32_t count, uint32_t n, uint32_t seed)
{
    static uint8_t buf[NACRE_TRANSACTION_BYTES(COVER_KEYS, COVER_KEYS * 256u)];
    struct nacre_transaction tx = { .begun = 0 };
    uint8_t value[256];
    assert_int_equal(nacre_begin(&tx, &cover.box.store, buf, sizeof buf), NACRE_OK);
    for (uint32_t key = first; key < first + count; key++) {
        box_value(value, key, n, seed);
        assert_int_equal(nacre_stage_set(&tx, key, value, n), NACRE_OK);
    }
    return nacre_commit(&tx);
}

bool cover_cut(enum nacre_err (*call)(void), uint32_t command, enum sim_tear_kind kind)
{
    const struct sim_tear tear = { kind, 0, command };
    jmp_buf jump;
    if (setjmp(jump) != 0) return true;
    sim_nor_cut_at(cover.box.sim, command, &tear, &jump);
    (void)call(); /* it may fail; where it does not come to the command it ends */
    sim_nor_power_off(cover.box.sim, &tear);
    return false;
}

static bool answers(uint32_t key, const struct cover_answer *answer)
{
    if (answer->err == NACRE_OK) return box_holds(&cover.box, key, answer->n, answer->seed);
    if (answer->err == NACRE_STALE) return box_is_stale(&cover.box, key, answer->n, answer->seed);
    return box_get(&cover.box, key) == answer->err;
}

bool cover_answers(const struct cover_values *values, uint32_t *key)
{
    for (*key = 0; *key < COVER_KEYS; *key += 1u) {
        if (!answers(*key, &values->at[*key])) return false;
    }
    return true;
}

void cover_judge(const char *when)
{
    uint32_t key;
    if (cover_answers(&cover.new, &key)) return;
    fail_msg("%s: key %u answers %d, point %u", when, key, (int)box_get(&cover.box, key),
             cover.point);
}

static bool may_answer(const struct cover_call *call, enum nacre_err err)
{
    return err == NACRE_OK || err == call->err || err == NACRE_VERIFY || err == NACRE_UNSETTLED ||
           err == NACRE_WORN_OUT || err == NACRE_READ_ONLY;
}

/* The answers after the call, in its own boot and in the next one, on a chip that works. */
static void judge(const struct cover_call *call, enum nacre_err err)
{
    uint32_t key;
    const struct cover_values *const now = err == NACRE_OK ? &cover.new : &cover.old;
    struct nacre_stats stats;
    const bool is_mounted = nacre_stats(&cover.box.store, &stats) == NACRE_OK;
    if (!may_answer(call, err)) {
        fail_msg("the call answers %d, point %u of kinds %u, %u times %d", (int)err, cover.point,
                 call->kinds, call->count, (int)call->err);
    }
    if (is_mounted && !cover_answers(now, &key)) {
        fail_msg("after %d, in the same boot: key %u answers %d, point %u of kinds %u, %u times %d",
                 (int)err, key, (int)box_get(&cover.box, key), cover.point, call->kinds,
                 call->count, (int)call->err);
    }
    const enum nacre_err mounted = cover_boot();
    if (mounted != NACRE_OK) fail_msg("mount answers %d, point %u", (int)mounted, cover.point);
    if (err == NACRE_UNSETTLED && cover_answers(&cover.new, &key)) return;
    if (!cover_answers(now, &key)) {
        fail_msg("after %d, in the next boot: key %u answers %d, point %u", (int)err, key,
                 (int)box_get(&cover.box, key), cover.point);
    }
}

/* One run; false where the call was over before any call of the medium failed. */
static bool run(const struct cover_call *call, bool is_healthy)
{
    struct failing *const failing = &cover.failing;
    sim_nor_copy(cover.box.sim, cover.start);
    failing->count = 0;
    if (call->mounts) sim_nor_power_on(cover.box.sim);
    else assert_int_equal(cover_boot(), NACRE_OK);
    failing->calls = 0;
    failing->at = cover.point;
    failing->kinds = call->kinds;
    failing->err = call->err;
    failing->count = is_healthy ? 0 : call->count;
    const enum nacre_err err = call->call();
    const bool has_failed = !is_healthy && failing->calls > cover.point;
    failing->count = 0;
    if (!has_failed) assert_int_equal(err, NACRE_OK);
    judge(call, err);
    if (has_failed && err != NACRE_OK && call->is_repeated) {
        assert_int_equal(call->call(), NACRE_OK);
        judge(call, NACRE_OK);
    }
    return has_failed;
}

uint32_t cover_every(const struct cover_call *call)
{
    sim_nor_copy(cover.start, cover.box.sim);
    cover.point = 0;
    (void)run(call, true);
    while (run(call, false)) cover.point++;
    sim_nor_copy(cover.box.sim, cover.start);
    return cover.point;
}

uint32_t cover_every_way(enum nacre_err (*call)(void), bool mounts, bool is_repeated)
{
    static const struct cover_call ways[] = {
        { .kinds = FAILING_READS, .count = 1, .err = NACRE_IO },
        { .kinds = FAILING_READS, .count = COVER_FOR_EVER, .err = NACRE_TIMEOUT },
        { .kinds = FAILING_PROGRAMS, .count = 1, .err = NACRE_IO },
        { .kinds = FAILING_PROGRAMS, .count = 2, .err = NACRE_TIMEOUT },
        { .kinds = FAILING_PROGRAMS, .count = COVER_FOR_EVER, .err = NACRE_IO },
        { .kinds = FAILING_PROGRAMS, .count = COVER_FOR_EVER, .err = NACRE_CHIP_REFUSED },
        { .kinds = FAILING_ERASES, .count = 1, .err = NACRE_TIMEOUT },
        { .kinds = FAILING_ERASES, .count = COVER_FOR_EVER, .err = NACRE_CHIP_REFUSED },
        { .kinds = FAILING_ENDS, .count = 1, .err = NACRE_IO },
        { .kinds = FAILING_ENDS, .count = COVER_FOR_EVER, .err = NACRE_IO },
    };
    uint32_t runs = 0;
    for (uint32_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct cover_call way = ways[i];
        way.call = call;
        way.mounts = mounts;
        way.is_repeated = is_repeated && way.count <= 2u;
        runs += cover_every(&way);
    }
    return runs;
}

static uint32_t unit_bytes(void)
{
    return cover.box.sim->medium.geometry.unit_bytes;
}

/* The generation that the mark of a unit in lane A names; 0 where it has none. */
static uint32_t generation_of(uint32_t unit)
{
    const uint8_t *const mark = cover.box.sim->data + unit * unit_bytes();
    const uint32_t generation = mark[0] | (uint32_t)mark[1] << 8 | (uint32_t)mark[2] << 16;
    return mark[11] == 1u ? generation : 0u;
}

/* The last granule of a unit that begins a record of a key, or SIM_NOR_NO_COMMAND. */
static uint32_t find_in_unit(uint32_t unit, uint32_t key)
{
    uint32_t found = SIM_NOR_NO_COMMAND;
    for (uint32_t at = GRANULE; at < unit_bytes(); at += GRANULE) {
        const uint8_t *const granule = cover.box.sim->data + unit * unit_bytes() + at;
        const bool is_first = granule[3] >= 0x80u && granule[3] != 0xffu;
        if (is_first && granule[0] + 256u * granule[1] == key) found = unit * unit_bytes() + at;
    }
    return found;
}

uint32_t cover_find(uint32_t key)
{
    const uint32_t lanes = cover.box.sim->lane_units == 0 ? 1u : 2u;
    uint32_t found = SIM_NOR_NO_COMMAND;
    for (uint32_t unit = 0; unit < cover.box.sim->bytes / unit_bytes() / lanes; unit++) {
        const uint32_t at = find_in_unit(unit, key);
        if (at == SIM_NOR_NO_COMMAND) continue;
        const bool is_newer = found == SIM_NOR_NO_COMMAND ||
                              generation_of(unit) > generation_of(found / unit_bytes());
        if (is_newer) found = at;
    }
    if (found == SIM_NOR_NO_COMMAND) fail_msg("key %u has no record", key);
    return found;
}
