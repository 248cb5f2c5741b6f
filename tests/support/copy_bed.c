/*
 * Two stores and their models; see copy_bed.h.
 */
#include "tests/support/copy_bed.h"

#include "nacre/core/own.h"
#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#define HIGHEST_USER_KEY 0x3DFFu /* docs/format.md section 3 */
#define FACTORY_KEYS 0x4000u
#define TABLE_VERSION_KEY 0x7F01u
#define STORE_ID_KEY 0x7F02u
#define EPOCH_KEY 0x7F04u
#define RECORDS_MAX 64u

struct copy_side from;
struct copy_side to;
struct nacre_copy_cfg copy_cfg;
char copy_why[COPY_WHY_BYTES];

static uint8_t work[COPY_VALUE_MAX];

uint32_t copy_key(uint32_t slot)
{
    static const uint32_t own[COPY_OWN] = {TABLE_VERSION_KEY, STORE_ID_KEY, EPOCH_KEY};
    if (slot + 1u == COPY_USER) return HIGHEST_USER_KEY;
    if (slot < COPY_USER) return slot * 3u;
    if (slot < COPY_USER + COPY_FACTORY) return FACTORY_KEYS + (slot - COPY_USER) * 3u;
    return own[slot - COPY_USER - COPY_FACTORY];
}

static void side_open(struct copy_side *side, const struct nacre_geometry *geometry)
{
    memset(side, 0, sizeof *side);
    side->model.doubt = COPY_SLOTS;
    box_open_geometry(&side->box, geometry);
    if (geometry->slot_bytes != 0) side->box.sim->lane_units = 0;
    assert_int_equal(box_reboot(&side->box), NACRE_OK);
}

void copy_bed_open(const struct nacre_geometry *of_from, const struct nacre_geometry *of_to)
{
    side_open(&from, of_from);
    side_open(&to, of_to);
    copy_cfg = (struct nacre_copy_cfg){
        .from = &from.box.store, .to = &to.box.store, .work = work, .work_bytes = sizeof work,
        .number = 1};
}

static uint32_t side_close(struct copy_side *side)
{
    const uint32_t violations = side->box.sim->violations;
    if (violations != 0) print_error("violation: %s\n", side->box.sim->violation);
    box_close(&side->box);
    return violations;
}

int copy_bed_close(void **state)
{
    (void)state;
    return side_close(&from) + side_close(&to) == 0 ? 0 : -1;
}

static enum nacre_err store_change(struct nacre_store *store, uint32_t key,
                                   const struct copy_value *value)
{
    const bool is_own = key > HIGHEST_USER_KEY;
    if (!value->is_set) return is_own ? nacre_own_remove(store, key) : nacre_remove(store, key);
    return is_own ? nacre_own_set(store, key, value->bytes, value->n) :
                    nacre_set(store, key, value->bytes, value->n);
}

enum nacre_err copy_change(struct copy_side *side, uint32_t slot, const struct copy_value *value)
{
    struct copy_model *const model = &side->model;
    model->doubt = slot;
    model->doubted = *value;
    const enum nacre_err err = store_change(&side->box.store, copy_key(slot), value);
    model->doubt = COPY_SLOTS;
    if (err == NACRE_OK) model->value[slot] = *value;
    return err;
}

enum nacre_err copy_change_any(struct copy_side *side, struct rng *rng)
{
    struct copy_value value = {.is_set = true};
    uint32_t slot = rng_below(rng, COPY_SLOTS);
    const bool is_factory = slot >= COPY_USER && slot < COPY_USER + COPY_FACTORY;
    if (is_factory && side->model.value[slot].is_set) slot -= COPY_FACTORY;
    const uint32_t n_max = rng_percent(rng, 70) ? 8u : COPY_VALUE_MAX;
    value.n = rng_below(rng, n_max + 1u);
    for (uint32_t i = 0; i < value.n; i++) value.bytes[i] = (uint8_t)rng_next(rng);
    if (slot < COPY_USER && side->model.value[slot].is_set && rng_percent(rng, 25)) {
        value = (struct copy_value){.is_set = false};
    }
    return copy_change(side, slot, &value);
}

/* The granules in which records of a key begin, by their bytes (docs/format.md section 3). */
static uint32_t records_of(const struct sim_nor *sim, uint32_t key, uint32_t *addrs)
{
    uint32_t count = 0;
    for (uint32_t addr = 0; addr < sim->bytes; addr += 16u) {
        const uint8_t *const granule = sim->data + addr;
        if (addr % sim->medium.geometry.unit_bytes == 0u) continue;
        if ((granule[3] & 0x80u) == 0u || granule[3] == 0xFFu) continue;
        if ((uint32_t)(granule[0] | granule[1] << 8) != key) continue;
        assert_true(count < RECORDS_MAX);
        addrs[count++] = addr;
    }
    return count;
}

void copy_spoil(struct copy_side *side, uint32_t key, uint32_t records)
{
    uint32_t addrs[RECORDS_MAX];
    const uint32_t count = records_of(side->box.sim, key, addrs);
    assert_true(count >= records);
    for (uint32_t i = 0; i < records; i++) {
        sim_nor_flip(side->box.sim, addrs[count - 1u - i] + 9u, 0x10);
    }
}

void copy_use(struct copy_side *side, struct rng *rng, uint32_t changes)
{
    for (uint32_t i = 0; i < changes; i++) {
        assert_int_equal(copy_change_any(side, rng), NACRE_OK);
    }
}

static bool wrong(const char *what, uint32_t key, uint32_t number)
{
    (void)snprintf(copy_why, sizeof copy_why, "key %04x: %s (%u)", key, what, number);
    return false;
}

static bool is_value(const struct copy_value *value, enum nacre_err err, const uint8_t *bytes,
                     uint32_t n)
{
    if (!value->is_set) return err == NACRE_NOT_FOUND;
    if (value->answer == NACRE_DAMAGED) return err == NACRE_DAMAGED;
    return err == value->answer && n == value->n && memcmp(bytes, value->bytes, n) == 0;
}

static bool judge_slot(struct nacre_store *store, struct copy_model *model, uint32_t slot)
{
    uint8_t bytes[NACRE_VALUE_BYTES_MAX];
    uint32_t n = 0;
    const uint32_t key = copy_key(slot);
    const enum nacre_err err = key > HIGHEST_USER_KEY ?
                                   nacre_own_get(store, key, bytes, sizeof bytes, &n) :
                                   nacre_get(store, key, bytes, sizeof bytes, &n);
    if (slot == model->doubt && is_value(&model->doubted, err, bytes, n)) {
        model->value[slot] = model->doubted;
        return true;
    }
    if (is_value(&model->value[slot], err, bytes, n)) return true;
    return wrong("answers another value, or another error", key, (uint32_t)err);
}

/* The user's keys that have a value, and no others. */
static bool judge_walk(struct nacre_store *store, const struct copy_model *model)
{
    uint32_t key = 0;
    for (uint32_t slot = 0; slot < COPY_USER; slot++) {
        if (!model->value[slot].is_set) continue;
        if (nacre_next(store, &key) != NACRE_OK) return wrong("not met", copy_key(slot), key);
        if (key != copy_key(slot)) return wrong("met instead of it", copy_key(slot), key);
        key++;
    }
    return nacre_next(store, &key) == NACRE_NOT_FOUND || wrong("met, and is not there", key, 0);
}

bool copy_judge(struct nacre_store *store, struct copy_model *model)
{
    for (uint32_t slot = 0; slot < COPY_SLOTS; slot++) {
        if (!judge_slot(store, model, slot)) return false;
    }
    model->doubt = COPY_SLOTS;
    return judge_walk(store, model);
}

void copy_holds(struct copy_side *side, struct copy_model *model)
{
    if (!copy_judge(&side->box.store, model)) fail_msg("%s", copy_why);
}

void copy_sets(struct copy_side *side, uint32_t slot, uint32_t n, uint8_t fill)
{
    struct copy_value value = {.is_set = true, .n = n};
    memset(value.bytes, fill, n);
    assert_int_equal(copy_change(side, slot, &value), NACRE_OK);
}

void copy_removes(struct copy_side *side, uint32_t slot)
{
    const struct copy_value value = {.is_set = false};
    assert_int_equal(copy_change(side, slot, &value), NACRE_OK);
}

enum nacre_copied copy_state_is(uint16_t number)
{
    enum nacre_copied state = NACRE_COPIED_PART;
    assert_int_equal(nacre_copy_state(copy_cfg.to, number, &state), NACRE_OK);
    return state;
}

void copy_whole(void)
{
    assert_int_equal(nacre_copy(&copy_cfg), NACRE_OK);
    assert_int_equal(copy_state_is(copy_cfg.number), NACRE_COPIED_WHOLE);
}

void copy_refuses(enum nacre_err err)
{
    box_remember(&from.box);
    box_remember(&to.box);
    assert_int_equal(nacre_copy(&copy_cfg), err);
    assert_true(box_is_unchanged(&from.box));
    assert_true(box_is_unchanged(&to.box));
}

/* An erase that is under way is torn, in a way that the number of commands chooses. */
static void side_power_off(struct copy_side *side)
{
    struct sim_tear tears[SIM_NOR_TEARS_MAX];
    struct sim_nor *const sim = side->box.sim;
    const uint32_t count = sim_nor_tears(sim, SIM_ERASE, 0, tears);
    sim_nor_power_off(sim, &tears[sim->commands % count]);
}

static void side_reboot(struct copy_side *side)
{
    const enum nacre_err err = box_reboot(&side->box);
    if (err != NACRE_OK) fail_msg("mount answers %s", nacre_err_name(err));
}

void copy_reboot(void)
{
    side_power_off(&from);
    side_power_off(&to);
    side_reboot(&from);
    side_reboot(&to);
}
