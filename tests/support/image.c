/*
 * What the stored images hold. Values follow from their key and a number.
 */
#include "tests/support/image.h"

#include "nacre/core/transaction.h"
#include "tests/support/store_box.h"

#include <string.h>

#define KEYS 10u       /* user keys 0 to 9; of these, key 3 and key 7 are removed at the end */
#define FACTORY_KEYS 3u
#define ROUNDS 900u
#define LONG_KEY 9u
#define LONG_BYTES 200u
#define STALE_KEY 11u  /* its newest value was lost */
#define LOST_KEY 12u   /* its only value was */
#define LAPS_SETS 400u /* three laps of the units */

const struct image_kind image_kinds[IMAGE_KINDS] = {
    { "v1_one_lane", 1024, 6, 16, true, false, false },
    { "v1_one_lane_cut", 1024, 6, 16, false, false, false },
    { "v1_one_lane_worn", 1024, 8, 16, true, true, false },
    { "v1_page_lanes", 1024, 16, 256, false, false, false },
    { "v1_unit_lanes", 1024, 20, 1024, false, false, false },
    { "v1_one_lane_stale", 1024, 8, 16, true, false, true },
};

struct sim_nor *image_chip(const struct image_kind *kind)
{
    const struct nacre_geometry geometry = { kind->unit_bytes, kind->unit_count, 16, 256,
                                             kind->cut_bytes, 0 };
    struct sim_nor *const sim = sim_nor_create(&geometry, 1);
    sim->lane_units = kind->cut_bytes > 16u ? kind->unit_count / 2u : 0;
    return sim;
}

struct nacre_store_cfg image_cfg(struct sim_nor *sim, struct nacre_index_entry *index)
{
    const struct nacre_store_cfg cfg = { .medium = &sim->medium, .index = index,
                                         .index_count = IMAGE_INDEX_COUNT };
    return cfg;
}

static uint32_t bytes_of(uint32_t key)
{
    return key == LONG_KEY ? LONG_BYTES : key * key;
}

static bool set(struct nacre_store *store, uint32_t key, uint32_t seed)
{
    uint8_t value[NACRE_VALUE_BYTES_MAX];
    box_value(value, key, bytes_of(key), seed);
    return nacre_set(store, key, value, bytes_of(key)) == NACRE_OK;
}

static bool set_factory(struct nacre_store *store)
{
    for (uint32_t key = 0; key < FACTORY_KEYS; key++) {
        uint8_t value[32];
        box_value(value, key, 4u + key * 13u, 77);
        if (nacre_factory_set(store, key, value, 4u + key * 13u) != NACRE_OK) return false;
    }
    static const uint8_t version[4] = { 5, 0, 0, 0 };
    return nacre_own_set(store, NACRE_OWN_TABLE_VERSION, version, sizeof version) == NACRE_OK;
}

/* Keys 4 to 6, at once. */
static bool commit(struct nacre_store *store, uint32_t seed)
{
    static uint8_t buf[NACRE_TRANSACTION_BYTES(3, 100)];
    struct nacre_transaction tx = { 0 };
    if (nacre_begin(&tx, store, buf, sizeof buf) != NACRE_OK) return false;
    for (uint32_t key = 4; key < 7u; key++) {
        uint8_t value[64];
        box_value(value, key, bytes_of(key), seed);
        if (nacre_stage_set(&tx, key, value, bytes_of(key)) != NACRE_OK) return false;
    }
    return nacre_commit(&tx) == NACRE_OK;
}

bool image_fill(struct nacre_store *store)
{
    if (!set_factory(store)) return false;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (!set(store, i % KEYS, i)) return false;
        if (i == ROUNDS - 40u && nacre_reset(store) != NACRE_OK) return false;
    }
    /* Key 2 is old by then: nothing else sets it after the reset. */
    if (!set(store, 2, 1)) return false;
    for (uint32_t i = 0; i < 60u; i++) {
        if (!set(store, 1u, i)) return false;
    }
    for (uint32_t key = 0; key < KEYS; key++) {
        if (key != 2u && !set(store, key, 9)) return false;
    }
    if (nacre_remove(store, 3) != NACRE_OK || nacre_remove(store, 7) != NACRE_OK) return false;
    return commit(store, 10);
}

/* Set a key and spoil the record of it, which is the newest. */
static bool set_spoilt(struct nacre_store *store, struct sim_nor *sim, uint32_t key)
{
    if (!set(store, key, 2)) return false;
    sim_nor_flip(sim, store->log.newest.place * 16u + 5u, 0x11);
    return true;
}

bool image_lose(struct nacre_store *store, const struct nacre_store_cfg *cfg)
{
    struct sim_nor *const sim = (struct sim_nor *)(void *)cfg->medium;
    if (!set(store, STALE_KEY, 1) || !set_spoilt(store, sim, STALE_KEY)) return false;
    if (!set_spoilt(store, sim, LOST_KEY)) return false;
    if (!set(store, 1, 5) || nacre_unmount(store) != NACRE_OK) return false;
    sim_nor_power_on(sim);
    if (nacre_mount(store, cfg) != NACRE_OK) return false;
    for (uint32_t i = 0; i < LAPS_SETS; i++) {
        if (!set(store, 9, i)) return false;
    }
    return set(store, 9, 9) && set(store, 1, 9);
}

static bool is_there(struct nacre_store *store, uint32_t key, uint32_t seed)
{
    uint8_t value[NACRE_VALUE_BYTES_MAX];
    uint8_t found[NACRE_VALUE_BYTES_MAX];
    uint32_t n = 0;
    box_value(value, key, bytes_of(key), seed);
    return nacre_get(store, key, found, sizeof found, &n) == NACRE_OK && n == bytes_of(key) &&
           memcmp(found, value, n) == 0;
}

static const char *factory_fault(struct nacre_store *store)
{
    uint8_t found[32];
    uint32_t n = 0;
    for (uint32_t key = 0; key < FACTORY_KEYS; key++) {
        uint8_t value[32];
        const uint32_t bytes = 4u + key * 13u;
        box_value(value, key, bytes, 77);
        if (nacre_factory_get(store, key, found, sizeof found, &n) != NACRE_OK || n != bytes ||
            memcmp(found, value, n) != 0) {
            return "a factory value";
        }
    }
    if (nacre_own_get(store, NACRE_OWN_TABLE_VERSION, found, sizeof found, &n) != NACRE_OK ||
        n != 4u || found[0] != 5u) {
        return "the table's version";
    }
    return NULL;
}

static const char *stale_fault(struct nacre_store *store)
{
    uint8_t older[NACRE_VALUE_BYTES_MAX];
    uint8_t found[NACRE_VALUE_BYTES_MAX];
    uint32_t n = 0;
    box_value(older, STALE_KEY, bytes_of(STALE_KEY), 1);
    if (nacre_get(store, STALE_KEY, found, sizeof found, &n) != NACRE_STALE ||
        n != bytes_of(STALE_KEY) || memcmp(found, older, n) != 0) {
        return "the stale key";
    }
    return nacre_get(store, LOST_KEY, found, sizeof found, &n) == NACRE_DAMAGED ? NULL :
                                                                                  "the lost key";
}

const char *image_fault(const struct image_kind *kind, struct nacre_store *store)
{
    uint32_t count = 0;
    for (uint32_t key = 0; nacre_next(store, &key) == NACRE_OK; key++) {
        if (kind->is_stale && (key == STALE_KEY || key == LOST_KEY)) continue;
        if (key >= KEYS || key == 3u || key == 7u) return "a key that was never set, or removed";
        count++;
    }
    if (count != KEYS - 2u) return "the number of keys";
    for (uint32_t key = 0; key < KEYS; key++) {
        if (key == 3u || key == 7u) continue;
        const uint32_t seed = key >= 4u && key < 7u ? 10u : key == 2u ? 1u : 9u;
        if (!is_there(store, key, seed)) return "a value";
    }
    const char *const fault = factory_fault(store);
    return fault == NULL && kind->is_stale ? stale_fault(store) : fault;
}
