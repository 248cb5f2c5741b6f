/*
 * The box: see the header.
 */
#include "tests/support/store_box.h"

#include <string.h>

void box_open(struct box *box, uint32_t unit_count)
{
    box_open_lanes(box, unit_count, 16);
}

void box_open_lanes(struct box *box, uint32_t unit_count, uint32_t cut_bytes)
{
    const struct nacre_geometry geometry = { 4096, unit_count, 16, 256, cut_bytes, 0 };
    box_open_geometry(box, &geometry);
}

void box_open_geometry(struct box *box, const struct nacre_geometry *geometry)
{
    memset(box, 0, sizeof *box);
    box->sim = sim_nor_create(geometry, geometry->unit_count);
    const bool has_pages = geometry->slot_bytes == geometry->cut_bytes;
    const bool is_double = geometry->cut_bytes > 16u && !has_pages;
    box->sim->lane_units = is_double ? geometry->unit_count / 2u : 0;
    box->cfg = (struct nacre_store_cfg){ .medium = &box->sim->medium, .index = box->index,
                                         .index_count = 64 };
}

void box_close(struct box *box)
{
    sim_nor_destroy(box->sim);
    box->sim = NULL;
}

enum nacre_err box_reboot(struct box *box)
{
    sim_nor_power_on(box->sim);
    memset(&box->store, 0xa5, sizeof box->store);
    memset(box->index, 0x5a, sizeof box->index);
    return nacre_mount(&box->store, &box->cfg);
}

void box_value(uint8_t *value, uint32_t key, uint32_t n, uint32_t seed)
{
    struct rng rng = { rng_mix(seed * 65537u + key) };
    for (uint32_t i = 0; i < n; i++) value[i] = (uint8_t)rng_next(&rng);
}

enum nacre_err box_set(struct box *box, uint32_t key, uint32_t n, uint32_t seed)
{
    uint8_t value[NACRE_VALUE_BYTES_MAX];
    box_value(value, key, n, seed);
    return nacre_set(&box->store, key, value, n);
}

static bool box_answers(struct box *box, uint32_t key, uint32_t n, uint32_t seed,
                        enum nacre_err err)
{
    uint8_t value[NACRE_VALUE_BYTES_MAX];
    uint8_t found[NACRE_VALUE_BYTES_MAX];
    uint32_t length = 0;
    box_value(value, key, n, seed);
    return nacre_get(&box->store, key, found, sizeof found, &length) == err && length == n &&
           memcmp(found, value, n) == 0;
}

bool box_holds(struct box *box, uint32_t key, uint32_t n, uint32_t seed)
{
    return box_answers(box, key, n, seed, NACRE_OK);
}

bool box_is_stale(struct box *box, uint32_t key, uint32_t n, uint32_t seed)
{
    return box_answers(box, key, n, seed, NACRE_STALE);
}

enum nacre_err box_get(struct box *box, uint32_t key)
{
    uint8_t found[NACRE_VALUE_BYTES_MAX];
    uint32_t length = 0;
    return nacre_get(&box->store, key, found, sizeof found, &length);
}

bool box_lacks(struct box *box, uint32_t key)
{
    uint8_t found[NACRE_VALUE_BYTES_MAX];
    uint32_t length = 0;
    return nacre_get(&box->store, key, found, sizeof found, &length) == NACRE_NOT_FOUND;
}

void box_rest(struct box *box)
{
    bool more = true;
    for (uint32_t i = 0; i < 2000u && more; i++) {
        if (nacre_idle(&box->store, &more) != NACRE_OK) return;
        sim_nor_pass_us(box->sim, 30000u);
    }
}

void box_remember(struct box *box)
{
    memcpy(box->image, box->sim->data, box->sim->bytes);
}

bool box_is_unchanged(const struct box *box)
{
    return memcmp(box->image, box->sim->data, box->sim->bytes) == 0;
}
