/*
 * The second reader. It is slow and plain on purpose: each step is a sentence of docs/format.md.
 * Only its check sum is quick, eight bytes at a time, because it takes most of the time.
 */
#include "tests/support/decode.h"

#include <stddef.h>
#include <string.h>

#define GRANULE 16u
#define NOTE_KEY 65535u
#define USER_KEY_MAX 0x3dffu
#define FACTORY_KEY 0x4000u
#define RETIRED_KEY 0x7e00u
#define OWN_KEY 0x7f01u
#define REMOVED 2047u
#define KIND_TENTATIVE 1u
#define KIND_MEMBER 2u
#define RESET_BYTES 1u   /* the length of a note tells what it is */
#define CLOSING_BYTES 2u
#define COMMIT_BYTES 4u
#define BLOCKS_MIN 16u   /* cut blocks of a unit; fewer count as one */
#define TRACES_MAX 4u /* cut blocks that first mounts may have left */
#define PROGRAM 5u    /* granules of one program, at most */
#define PAGE 16u      /* granules */

struct record {
    const uint8_t *first; /* its first granule, in the lane where it is whole */
    uint32_t key;
    uint32_t length; /* of the value; 0 for a removal */
    uint32_t kind;
    bool is_removal;
    bool is_stale;
    bool has_control;
    uint32_t void_range;
    uint32_t behind;
    uint32_t flags;
    uint32_t granules;
};

static uint32_t le(const uint8_t *bytes, uint32_t n)
{
    uint32_t value = 0;
    for (uint32_t i = n; i > 0; i--) value = value << 8 | bytes[i - 1u];
    return value;
}

static void put(uint8_t *bytes, uint32_t value, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)(value >> (8u * i));
}

static uint32_t crc_table[8][256];

static void crc_prepare(void)
{
    for (uint32_t i = 0; i < 256u; i++) {
        uint32_t value = i;
        for (uint32_t bit = 0; bit < 8u; bit++) {
            value = value >> 1 ^ ((value & 1u) != 0 ? 0x82f63b78u : 0u);
        }
        crc_table[0][i] = value;
    }
    for (uint32_t k = 1; k < 8u; k++) {
        for (uint32_t i = 0; i < 256u; i++) {
            const uint32_t value = crc_table[k - 1u][i];
            crc_table[k][i] = value >> 8 ^ crc_table[0][value & 0xffu];
        }
    }
}

uint32_t decode_crc(uint32_t crc, const uint8_t *bytes, uint32_t n)
{
    if (crc_table[0][1] == 0) crc_prepare();
    crc = ~crc;
    for (; n >= 8u; n -= 8u, bytes += 8) {
        const uint32_t low = crc ^ le(bytes, 4);
        crc = crc_table[7][low & 0xffu] ^ crc_table[6][low >> 8 & 0xffu] ^
              crc_table[5][low >> 16 & 0xffu] ^ crc_table[4][low >> 24] ^
              crc_table[3][bytes[4]] ^ crc_table[2][bytes[5]] ^ crc_table[1][bytes[6]] ^
              crc_table[0][bytes[7]];
    }
    for (uint32_t i = 0; i < n; i++) crc = crc >> 8 ^ crc_table[0][(crc ^ bytes[i]) & 0xffu];
    return ~crc;
}

uint32_t decode_seed_crc(uint32_t generation, uint32_t place, uint32_t unit_count)
{
    uint8_t seed[8];
    put(seed, generation, 4);
    put(seed + 4, place, 2);
    put(seed + 6, unit_count, 2);
    return decode_crc(0, seed, sizeof seed);
}

void decode_make_mark(uint8_t *granule, const struct decode_mark *mark, uint32_t place,
                      uint32_t unit_count)
{
    put(granule, mark->generation, 4);
    put(granule + 4, mark->oldest, 4);
    put(granule + 8, mark->wear, 3);
    put(granule + 11, mark->version, 1);
    const uint32_t seed = decode_seed_crc(mark->generation, place, unit_count);
    put(granule + 12, decode_crc(seed, granule, 12), 4);
}

uint32_t decode_index(uint32_t key)
{
    if (key < DECODE_KEYS) return key;
    if (key >= FACTORY_KEY && key < FACTORY_KEY + DECODE_FACTORY_COUNT) {
        return DECODE_FACTORY + key - FACTORY_KEY;
    }
    if (key >= OWN_KEY && key < OWN_KEY + DECODE_OWN_COUNT) return DECODE_OWN + key - OWN_KEY;
    return DECODE_VALUES;
}

/* A place counts within its lane; the second lane is the second half of the region. */
static const uint8_t *granule_at(const struct decode *decode, uint32_t lane, uint32_t place)
{
    return decode->bytes + (lane * decode->unit_count * decode->slots + place) * decode->slot_bytes;
}

static uint32_t first_place(const struct decode *decode, uint32_t generation)
{
    const uint64_t unit = ((uint64_t)generation + decode->unit_count - 1u) % decode->unit_count;
    return (uint32_t)unit * decode->slots;
}

static bool mark_is_valid(const struct decode *decode, uint32_t lane, uint32_t unit,
                          struct decode_mark *mark)
{
    const uint32_t place = unit * decode->slots;
    const uint8_t *const granule = granule_at(decode, lane, place);
    mark->generation = le(granule, 4);
    mark->oldest = le(granule + 4, 4);
    mark->wear = le(granule + 8, 3);
    mark->version = granule[11];
    const uint32_t seed = decode_seed_crc(mark->generation, place, decode->unit_count);
    return decode_crc(seed, granule, 12) == le(granule + 12, 4);
}

/* Payload byte i of a record whose first granule is here: 8 bytes, then 15 a granule. */
static uint8_t payload_byte(const uint8_t *first, uint32_t i)
{
    if (i < 8u) return first[4u + i];
    const uint32_t in_granule = (i - 8u) % 15u;
    const uint8_t *const granule = first + (1u + (i - 8u) / 15u) * GRANULE;
    return granule[in_granule < 3u ? in_granule : in_granule + 1u];
}

static uint8_t value_byte(const struct record *record, uint32_t i)
{
    return payload_byte(record->first, i + (record->has_control ? 4u : 0u));
}

/* What the first granule says; false if it is none. */
static bool header_read(const uint8_t *first, struct record *record)
{
    const uint32_t info = le(first + 2, 2);
    const uint32_t length = info & 0x7ffu;
    if ((info & 0x8000u) == 0) return false;
    if (length > DECODE_VALUE_BYTES && length != REMOVED) return false;
    record->first = first;
    record->key = le(first, 2);
    record->kind = info >> 11 & 3u;
    record->is_removal = length == REMOVED;
    record->length = record->is_removal ? 0 : length;
    record->is_stale = (info & 0x2000u) != 0;
    record->has_control = (info & 0x4000u) != 0;
    const uint32_t payload = record->length + (record->has_control ? 4u : 0u);
    record->granules = payload <= 8u ? 1u : 1u + (payload - 8u + 14u) / 15u;
    record->void_range = record->has_control ? le(first + 4, 2) : 0xffffu;
    record->behind = record->has_control ? first[6] : 0;
    record->flags = record->has_control ? first[7] : 0;
    return record->kind <= KIND_MEMBER;
}

/* Do its check sum and its further granules fit, and does it end within so many slots? */
static bool record_is_whole(const struct decode *decode, uint32_t generation, uint32_t place,
                            uint32_t room, const struct record *record)
{
    const uint8_t *const first = record->first;
    if (record->granules > room * decode->slot_bytes / GRANULE) return false;
    for (uint32_t i = 1; i < record->granules; i++) {
        if (first[i * GRANULE + 3u] != 0) return false;
    }
    uint32_t crc = decode_crc(decode_seed_crc(generation, place, decode->unit_count), first, 12);
    crc = decode_crc(crc, first + GRANULE, (record->granules - 1u) * GRANULE);
    return crc == le(first + 12, 4);
}

/* The record at a slot of one lane, if it is whole and ends in its unit. */
static bool lane_read(const struct decode *decode, uint32_t lane, uint32_t generation,
                      uint32_t slot, struct record *record)
{
    const uint32_t place = first_place(decode, generation) + slot;
    return header_read(granule_at(decode, lane, place), record) &&
           record_is_whole(decode, generation, place, decode->slots - slot, record);
}

/* The same: good if either lane's is. */
static bool record_read(struct decode *decode, uint32_t generation, uint32_t slot,
                        struct record *record)
{
    struct record other;
    const bool in_a = lane_read(decode, 0, generation, slot, record);
    if (decode->lanes == 1u) return in_a;
    const bool in_b = lane_read(decode, 1, generation, slot, in_a ? &other : record);
    if (in_a != in_b) decode->one_lane++;
    return in_a || in_b;
}

/* A commit vouches for all granules before it in its unit, in its own lane. */
static bool commit_is_true(const struct decode *decode, const struct record *record,
                           uint32_t slot)
{
    uint8_t value[COMMIT_BYTES];
    for (uint32_t i = 0; i < sizeof value; i++) value[i] = value_byte(record, i);
    const uint32_t n = (slot - 1u) * decode->slot_bytes;
    return ~decode_crc(0, record->first - n, n) == le(value, 4);
}

static bool is_other_mark(const struct decode *decode, uint32_t generation)
{
    const uint32_t unit = first_place(decode, generation) / decode->slots;
    for (uint32_t lane = 0; lane < decode->lanes; lane++) {
        struct decode_mark mark;
        if (mark_is_valid(decode, lane, unit, &mark)) return mark.generation != generation;
    }
    return false;
}

/* Section 5, step 1: does the unit count? */
static bool unit_counts(const struct decode *decode, uint32_t generation)
{
    if (is_other_mark(decode, generation)) return false;
    for (uint32_t i = decode->lanes; i < decode->slots * decode->lanes; i++) {
        struct record record;
        const uint32_t slot = i / decode->lanes;
        if (!lane_read(decode, i % decode->lanes, generation, slot, &record)) continue;
        const bool is_commit = record.key == NOTE_KEY && record.length == COMMIT_BYTES;
        const bool is_plain = record.kind != KIND_TENTATIVE;
        if (is_commit ? commit_is_true(decode, &record, slot) : is_plain) return true;
    }
    return false;
}

/* In how many lanes is a slot blank? */
static uint32_t blank_lanes(const struct decode *decode, uint32_t place)
{
    uint32_t lanes = 0;
    for (uint32_t lane = 0; lane < decode->lanes; lane++) {
        const uint8_t *const granule = granule_at(decode, lane, place);
        uint32_t blank = 0;
        while (blank < decode->slot_bytes && granule[blank] == 0xffu) blank++;
        lanes += blank == decode->slot_bytes;
    }
    return lanes;
}

/* Section 5, step 1, where no unit has a record. */
static enum decode_state without_record(const struct decode *decode)
{
    const uint32_t last = (decode->unit_count - 1u) * decode->slots;
    const bool is_page = decode->cut >= PAGE || decode->slot_is_page;
    const uint32_t gap = is_page ? 1u : PROGRAM;
    const uint32_t start = (1u + gap + decode->cut - 1u) / decode->cut * decode->cut;
    const uint32_t end = start + TRACES_MAX * (decode->cut + gap);
    uint32_t traces = 0; /* slots */
    for (uint32_t place = 0; place < last + decode->slots; place++) {
        if (blank_lanes(decode, place) == decode->lanes) continue;
        if (place < last + start || place >= last + end) return DECODE_FOREIGN;
        if (++traces > TRACES_MAX * decode->cut) return DECODE_FOREIGN;
    }
    return DECODE_NEW;
}

/* The highest generation of a mark that is in its place; false if a newer version wrote one. */
static bool highest_mark(const struct decode *decode, uint32_t *highest)
{
    *highest = 0;
    for (uint32_t i = 0; i < decode->unit_count * decode->lanes; i++) {
        struct decode_mark mark;
        const uint32_t unit = i % decode->unit_count;
        if (!mark_is_valid(decode, i / decode->unit_count, unit, &mark)) continue;
        if (mark.version > 1u) return false;
        const bool in_place = first_place(decode, mark.generation) == unit * decode->slots;
        if (in_place && mark.generation > *highest) *highest = mark.generation;
    }
    return true;
}

static enum decode_state find_head(struct decode *decode)
{
    uint32_t highest;
    if (!highest_mark(decode, &highest)) return DECODE_NEWER;
    for (uint32_t i = 0; i < 2u * decode->unit_count - 1u; i++) {
        const uint32_t from = highest + decode->unit_count - 1u;
        if (i > from) break;
        decode->head = from - i;
        if (unit_counts(decode, decode->head)) return DECODE_STORE;
    }
    return without_record(decode);
}

struct walk {
    struct decode *decode;
    uint32_t limit; /* in the unit at hand, what is read lies before this slot */
    uint32_t skip;  /* units before the one at hand that a void range covers */
    bool control_is_known;
    bool is_reset;          /* a reset was met: what is older is void */
    bool has_closing;       /* one was met; its members begin here: */
    uint32_t start_generation;
    uint32_t start_slot;
};

static void take_value(const struct walk *walk, const struct record *record)
{
    struct decode *const decode = walk->decode;
    const uint32_t index = decode_index(record->key);
    if (walk->is_reset && record->key <= USER_KEY_MAX) return;
    if (record->key >= RETIRED_KEY && record->key < OWN_KEY && !record->is_removal) {
        decode->retired++;
    }
    if (index == DECODE_VALUES || decode->values[index].is_known) return;
    struct decode_value *const value = &decode->values[index];
    value->is_known = true;
    value->is_set = !record->is_removal;
    value->is_stale = record->is_stale;
    value->n = record->length;
    for (uint32_t i = 0; i < record->length; i++) value->bytes[i] = value_byte(record, i);
}

/* A note is what its length says. */
static void take_note(struct walk *walk, const struct record *record, uint32_t generation)
{
    if (record->length == RESET_BYTES) walk->is_reset = true;
    if (record->length != CLOSING_BYTES) return;
    const uint32_t start = (uint32_t)value_byte(record, 0) | (uint32_t)value_byte(record, 1) << 8;
    walk->has_closing = true;
    walk->start_generation = generation - (start >> 12);
    walk->start_slot = start & 0xfffu;
}

/* A member counts from the start that a closing names up to that closing. */
static bool is_loose_member(const struct walk *walk, const struct record *record,
                            uint32_t generation, uint32_t slot)
{
    if (record->kind != KIND_MEMBER) return false;
    if (!walk->has_closing || generation < walk->start_generation) return true;
    return generation == walk->start_generation && slot < walk->start_slot;
}

static void take_record(struct walk *walk, const struct record *record, uint32_t generation,
                        uint32_t slot)
{
    struct decode *const decode = walk->decode;
    if (decode->records++ == 0) {
        decode->newest_place = first_place(decode, generation) + slot;
        decode->is_clean = (record->flags & 4u) != 0;
    }
    if (record->has_control) {
        const uint32_t oldest = generation > record->behind ? generation - record->behind : 0u;
        if (oldest > decode->oldest) decode->oldest = oldest;
        if (!walk->control_is_known) {
            decode->next_is_marked = generation == decode->head && (record->flags & 1u) != 0;
        }
        walk->control_is_known = true;
    }
    if (record->key == NOTE_KEY) {
        take_note(walk, record, generation);
    } else if (is_loose_member(walk, record, generation, slot)) {
        decode->loose++;
    } else {
        decode->members += record->kind == KIND_MEMBER;
        take_value(walk, record);
    }
}

/* One unit, backwards. */
static void walk_unit(struct walk *walk, uint32_t generation)
{
    struct decode *const decode = walk->decode;
    const uint32_t limit = walk->limit;
    walk->limit = decode->slots;
    for (uint32_t slot = limit; slot-- > 1u;) {
        struct record record;
        if (!record_read(decode, generation, slot, &record)) continue;
        take_record(walk, &record, generation, slot);
        if (record.void_range == 0xffffu) continue;
        const uint32_t from = record.void_range & 0xfffu;
        if (record.void_range >> 12 != 0) {
            walk->limit = from;
            walk->skip = (record.void_range >> 12) - 1u;
            return;
        }
        if (from < slot) slot = from;
    }
}

static void take_marks(struct decode *decode, uint32_t generation)
{
    const uint32_t unit = first_place(decode, generation) / decode->slots;
    for (uint32_t lane = 0; lane < decode->lanes; lane++) {
        struct decode_mark mark;
        if (!mark_is_valid(decode, lane, unit, &mark) || mark.generation != generation) continue;
        if (mark.oldest > decode->oldest) decode->oldest = mark.oldest;
    }
}

static void decode_all(struct decode *decode)
{
    decode->state = find_head(decode);
    if (decode->state != DECODE_STORE) return;
    struct walk walk = { .decode = decode, .limit = decode->slots };
    for (uint32_t back = 0; back < decode->unit_count && back <= decode->head; back++) {
        const uint32_t generation = decode->head - back;
        if (generation < decode->oldest) break;
        if (walk.skip > 0) {
            walk.skip--;
            continue;
        }
        walk_unit(&walk, generation);
        take_marks(decode, generation);
    }
}

static void prepare(struct decode *decode)
{
    memset(decode, 0, offsetof(struct decode, values));
    for (uint32_t i = 0; i < DECODE_VALUES; i++) {
        decode->values[i].is_known = false;
        decode->values[i].is_set = false;
        decode->values[i].is_stale = false;
        decode->values[i].n = 0;
    }
}

void decode_region(struct decode *decode, const uint8_t *bytes, uint32_t unit_bytes,
                   uint32_t unit_count)
{
    prepare(decode);
    decode->bytes = bytes;
    decode->lanes = 1;
    decode->cut = 1;
    decode->slot_bytes = GRANULE;
    decode->slots = unit_bytes / GRANULE;
    decode->unit_count = unit_count;
    decode_all(decode);
}

void decode_two_lanes(struct decode *decode, const uint8_t *bytes, uint32_t unit_bytes,
                      uint32_t unit_count, uint32_t cut_bytes)
{
    prepare(decode);
    decode->bytes = bytes;
    decode->lanes = 2;
    decode->slot_bytes = GRANULE;
    decode->slots = unit_bytes / GRANULE;
    decode->cut = cut_bytes / GRANULE;
    if (decode->slots < decode->cut * BLOCKS_MIN) decode->cut = decode->slots;
    decode->unit_count = unit_count / 2u;
    decode_all(decode);
}

void decode_pages(struct decode *decode, const uint8_t *bytes, uint32_t unit_bytes,
                  uint32_t unit_count, uint32_t slot_bytes)
{
    prepare(decode);
    decode->bytes = bytes;
    decode->lanes = 1;
    decode->cut = 1;
    decode->slot_bytes = slot_bytes;
    decode->slot_is_page = true;
    decode->slots = unit_bytes / slot_bytes;
    decode->unit_count = unit_count;
    decode_all(decode);
}
