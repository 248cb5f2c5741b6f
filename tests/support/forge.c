/*
 * The forge: see the header. Each step is a sentence of docs/format.md.
 */
#include "tests/support/forge.h"

#include "tests/support/decode.h"
#include "tests/support/store_box.h"

#include <string.h>

#define GRANULE FORGE_GRANULE
#define RECORD_GRANULES_MAX 69u
#define COMMIT_BYTES 4u

static void put_le(uint8_t *to, uint32_t value, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++, value >>= 8) to[i] = (uint8_t)value;
}

static uint32_t get_le(const uint8_t *from, uint32_t n)
{
    uint32_t value = 0;
    while (n-- > 0) value = value * 256u + from[n];
    return value;
}

static uint32_t unit_of(const struct forge *forge, uint32_t generation)
{
    return (generation + forge->unit_count - 1u) % forge->unit_count;
}

uint32_t forge_addr(const struct forge *forge, uint32_t lane, uint32_t generation, uint32_t slot)
{
    const uint32_t unit = lane * forge->unit_count + unit_of(forge, generation);
    return (unit * forge->slots + slot) * GRANULE;
}

/* CRC of the seed that a mark or record at a slot has. */
static uint32_t crc_of_seed(const struct forge *forge, uint32_t generation, uint32_t slot)
{
    uint8_t seed[8];
    put_le(seed, generation, 4);
    put_le(seed + 4, unit_of(forge, generation) * forge->slots + slot, 2);
    put_le(seed + 6, forge->unit_count, 2);
    return decode_crc(0, seed, sizeof seed);
}

static void put_granules(const struct forge *forge, uint32_t slot, const uint8_t *granules,
                         uint32_t count)
{
    for (uint32_t lane = 0; lane < forge->lane_count; lane++) {
        if ((forge->lanes >> lane & 1u) == 0) continue;
        sim_nor_poke(forge->sim, forge_addr(forge, lane, forge->generation, slot), granules,
                     count * GRANULE);
    }
}

void forge_open(struct forge *forge, struct sim_nor *sim)
{
    const struct nacre_geometry *const geometry = &sim->medium.geometry;
    memset(forge, 0, sizeof *forge);
    forge->sim = sim;
    forge->lane_count = sim->lane_units != 0 ? 2u : 1u;
    forge->unit_count = geometry->unit_count / forge->lane_count;
    forge->slots = geometry->unit_bytes / GRANULE;
    forge->lanes = FORGE_LANE_A | FORGE_LANE_B;
}

void forge_bare_unit(struct forge *forge, uint32_t generation)
{
    uint8_t blank[GRANULE];
    memset(blank, 0xff, sizeof blank);
    forge->generation = generation;
    for (uint32_t slot = 0; slot < forge->slots; slot++) put_granules(forge, slot, blank, 1);
    forge->slot = 1;
}

void forge_unit(struct forge *forge, uint32_t generation, uint32_t oldest)
{
    const struct decode_mark mark = { generation, oldest, 1, 1 };
    uint8_t granule[GRANULE];
    forge_bare_unit(forge, generation);
    decode_make_mark(granule, &mark, unit_of(forge, generation) * forge->slots,
                     forge->unit_count);
    put_granules(forge, 0, granule, 1);
}

/* Where byte i of a payload lies in a record. */
static uint32_t payload_at(uint32_t i)
{
    if (i < 8u) return 4u + i;
    const uint32_t inside = (i - 8u) % 15u;
    return (1u + (i - 8u) / 15u) * GRANULE + inside + (inside < 3u ? 0u : 1u);
}

static uint32_t granules_of(uint32_t payload)
{
    return payload <= 8u ? 1u : 1u + (payload - 8u + 14u) / 15u;
}

void forge_put(struct forge *forge, const struct forge_record *record)
{
    uint8_t granules[RECORD_GRANULES_MAX * GRANULE];
    uint8_t value[NACRE_VALUE_BYTES_MAX + FORGE_GRANULE]; /* and what is too long */
    const uint32_t n = record->length == FORGE_REMOVED ? 0 : record->length;
    const uint32_t skip = record->has_control ? 4u : 0;
    const uint32_t count = granules_of(skip + n);
    memset(granules, 0xff, sizeof granules);
    put_le(granules, record->key, 2);
    put_le(granules + 2, (record->lacks_start ? 0 : 0x8000u) | skip << 12 |
                             (record->is_stale ? 0x2000u : 0) | record->kind << 11 |
                             record->length, 2);
    for (uint32_t k = 1; k < count; k++) granules[k * GRANULE + 3u] = 0;
    put_le(granules + 4, record->void_from, skip / 2u);
    if (skip != 0) granules[6] = (uint8_t)record->behind;
    if (skip != 0) granules[7] = (uint8_t)record->flags;
    box_value(value, record->key, n, record->seed);
    if (record->value != NULL) memcpy(value, record->value, n);
    for (uint32_t i = 0; i < n; i++) granules[payload_at(skip + i)] = value[i];
    const uint32_t seed = crc_of_seed(forge, forge->generation, forge->slot);
    const uint32_t crc = decode_crc(seed, granules, 12);
    put_le(granules + 12, decode_crc(crc, granules + GRANULE, (count - 1u) * GRANULE), 4);
    put_granules(forge, forge->slot, granules, count);
    forge->slot += count;
}

void forge_value(struct forge *forge, uint32_t key, uint32_t n, uint32_t seed)
{
    const struct forge_record record = { .key = key, .length = n, .seed = seed };
    forge_put(forge, &record);
}

void forge_note(struct forge *forge, uint32_t length, uint32_t behind, uint32_t flags)
{
    const struct forge_record note = { .key = FORGE_NOTE, .length = length, .has_control = true,
                                       .void_from = FORGE_NO_VOID, .behind = behind,
                                       .flags = flags };
    forge_put(forge, &note);
}

void forge_commit(struct forge *forge, uint32_t behind)
{
    uint8_t digest[COMMIT_BYTES];
    const uint8_t *const start = forge->sim->data + forge_addr(forge, 0, forge->generation, 1);
    put_le(digest, ~decode_crc(0, start, (forge->slot - 1u) * GRANULE), 4);
    const struct forge_record commit = { .key = FORGE_NOTE, .length = COMMIT_BYTES,
                                         .value = digest, .has_control = true,
                                         .void_from = FORGE_NO_VOID, .behind = behind };
    forge_put(forge, &commit);
}

bool forge_read(const struct forge *forge, uint32_t lane, uint32_t generation, uint32_t slot,
                struct forge_record *record)
{
    uint8_t granules[RECORD_GRANULES_MAX * GRANULE];
    const uint32_t addr = forge_addr(forge, lane, generation, slot);
    memset(record, 0, sizeof *record);
    sim_nor_peek(forge->sim, addr, granules, GRANULE);
    const uint32_t info = get_le(granules + 2, 2);
    record->key = get_le(granules, 2);
    record->length = info & 0x7ffu;
    record->kind = info >> 11 & 3u;
    record->is_stale = (info & 0x2000u) != 0;
    record->has_control = (info & 0x4000u) != 0;
    record->void_from = record->has_control ? get_le(granules + 4, 2) : FORGE_NO_VOID;
    record->behind = record->has_control ? granules[6] : 0;
    record->flags = record->has_control ? granules[7] : 0;
    const uint32_t n = record->length == FORGE_REMOVED ? 0 : record->length;
    const uint32_t skip = record->has_control ? 4u : 0;
    record->granules = granules_of(n + skip);
    if ((info & 0x8000u) == 0 || n > FORGE_VALUE_MAX) return false;
    if (slot + record->granules > forge->slots) return false;
    sim_nor_peek(forge->sim, addr, granules, record->granules * GRANULE);
    for (uint32_t i = 0; i < n; i++) record->bytes[i] = granules[payload_at(skip + i)];
    const uint32_t crc = decode_crc(crc_of_seed(forge, generation, slot), granules, 12);
    return decode_crc(crc, granules + GRANULE, (record->granules - 1u) * GRANULE) ==
           get_le(granules + 12, 4);
}

uint32_t forge_mark(const struct forge *forge, uint32_t unit)
{
    uint8_t granule[GRANULE];
    sim_nor_peek(forge->sim, unit * forge->slots * GRANULE, granule, GRANULE);
    const uint32_t generation = get_le(granule, 4);
    const uint32_t crc = decode_crc(crc_of_seed(forge, generation, 0), granule, 12);
    return unit_of(forge, generation) == unit && crc == get_le(granule + 12, 4) ? generation : 0;
}

bool forge_is_blank(const struct forge *forge, uint32_t generation, uint32_t slot)
{
    for (uint32_t lane = 0; lane < forge->lane_count; lane++) {
        uint8_t granule[GRANULE];
        sim_nor_peek(forge->sim, forge_addr(forge, lane, generation, slot), granule, GRANULE);
        for (uint32_t i = 0; i < GRANULE; i++) {
            if (granule[i] != 0xffu) return false;
        }
    }
    return true;
}

uint32_t forge_top(const struct forge *forge, uint32_t generation)
{
    uint32_t slot = forge->slots;
    while (slot > 1u && forge_is_blank(forge, generation, slot - 1u)) slot--;
    return slot;
}
