/*
 * The second reader. It is slow and plain on purpose: each step is a sentence of docs/format.md.
 */
#include "tests/support/decode.h"

#include <string.h>

#define GRANULE 16u
#define NOTE_KEY 65535u
#define REMOVED 2047u
#define NEW_TRACES 4u /* in these slots of the last unit */
#define FIRST_TRACE 6u
#define LAST_TRACE 30u

struct record {
    uint32_t key;
    uint32_t length; /* of the value; 0 for a removal or a note */
    bool is_removal;
    bool is_tentative;
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

uint32_t decode_crc(uint32_t crc, const uint8_t *bytes, uint32_t n)
{
    static uint32_t table[256];
    if (table[1] == 0) {
        for (uint32_t i = 0; i < 256u; i++) {
            uint32_t value = i;
            for (uint32_t bit = 0; bit < 8u; bit++) {
                value = value >> 1 ^ ((value & 1u) != 0 ? 0x82f63b78u : 0u);
            }
            table[i] = value;
        }
    }
    crc = ~crc;
    for (uint32_t i = 0; i < n; i++) crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xffu];
    return ~crc;
}

static uint32_t seed_crc(uint32_t generation, uint32_t place, uint32_t unit_count)
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
    put(granule + 12, decode_crc(seed_crc(mark->generation, place, unit_count), granule, 12), 4);
}

static const uint8_t *granule_at(const struct decode *decode, uint32_t place)
{
    return decode->bytes + place * GRANULE;
}

static uint32_t first_place(const struct decode *decode, uint32_t generation)
{
    const uint64_t unit = ((uint64_t)generation + decode->unit_count - 1u) % decode->unit_count;
    return (uint32_t)unit * decode->slots;
}

static bool mark_is_valid(const struct decode *decode, uint32_t unit, struct decode_mark *mark)
{
    const uint8_t *const granule = granule_at(decode, unit * decode->slots);
    mark->generation = le(granule, 4);
    mark->oldest = le(granule + 4, 4);
    mark->wear = le(granule + 8, 3);
    mark->version = granule[11];
    const uint32_t crc = decode_crc(
        seed_crc(mark->generation, unit * decode->slots, decode->unit_count), granule, 12);
    return crc == le(granule + 12, 4);
}

/* Payload byte i of a record whose first granule is here: 8 bytes, then 15 a granule. */
static uint8_t payload_byte(const uint8_t *first, uint32_t i)
{
    if (i < 8u) return first[4u + i];
    const uint32_t in_granule = (i - 8u) % 15u;
    const uint8_t *const granule = first + (1u + (i - 8u) / 15u) * GRANULE;
    return granule[in_granule < 3u ? in_granule : in_granule + 1u];
}

/* The record at a slot that ends at or before the slot "end". */
static bool record_read(const struct decode *decode, uint32_t generation, uint32_t slot,
                        uint32_t end, struct record *record)
{
    const uint32_t place = first_place(decode, generation) + slot;
    const uint8_t *const first = granule_at(decode, place);
    const uint32_t info = le(first + 2, 2);
    const uint32_t length = info & 0x7ffu;
    if ((info & 0x8000u) == 0 || (info & 0x1800u) != 0) return false;
    if (length > DECODE_VALUE_BYTES && length != REMOVED) return false;
    record->key = le(first, 2);
    record->is_removal = length == REMOVED;
    record->length = record->is_removal ? 0 : length;
    record->is_tentative = (info & 0x2000u) != 0;
    record->has_control = (info & 0x4000u) != 0;
    const uint32_t payload = record->length + (record->has_control ? 4u : 0u);
    record->granules = payload <= 8u ? 1u : 1u + (payload - 8u + 14u) / 15u;
    if (slot + record->granules > end) return false;
    uint32_t crc = decode_crc(seed_crc(generation, place, decode->unit_count), first, 12);
    crc = decode_crc(crc, first + GRANULE, (record->granules - 1u) * GRANULE);
    if (crc != le(first + 12, 4)) return false;
    record->void_range = record->has_control ? le(first + 4, 2) : 0xffffu;
    record->behind = record->has_control ? first[6] : 0;
    record->flags = record->has_control ? first[7] : 0;
    return true;
}

/* A note with a value vouches for all granules before it in its unit. */
static bool commit_is_true(const struct decode *decode, uint32_t generation, uint32_t slot,
                           const struct record *record)
{
    uint8_t value[4];
    const uint8_t *const first = granule_at(decode, first_place(decode, generation) + slot);
    const uint8_t *const start = granule_at(decode, first_place(decode, generation) + 1u);
    if (record->length != sizeof value) return false;
    for (uint32_t i = 0; i < sizeof value; i++) {
        value[i] = payload_byte(first, i + (record->has_control ? 4u : 0u));
    }
    return ~decode_crc(0, start, (slot - 1u) * GRANULE) == le(value, 4);
}

/* Section 5, step 1: does the unit count? */
static bool unit_counts(const struct decode *decode, uint32_t generation)
{
    struct record record;
    for (uint32_t slot = 1; slot < decode->slots; slot++) {
        if (!record_read(decode, generation, slot, decode->slots, &record)) continue;
        if (record.is_tentative) continue;
        const bool is_commit = record.key == NOTE_KEY && record.length != 0;
        if (!is_commit || commit_is_true(decode, generation, slot, &record)) return true;
    }
    return false;
}

static bool is_blank(const struct decode *decode, uint32_t place)
{
    const uint8_t *const granule = granule_at(decode, place);
    for (uint32_t i = 0; i < GRANULE; i++) {
        if (granule[i] != 0xffu) return false;
    }
    return true;
}

/* Section 5, step 1, where no unit has a record. */
static enum decode_state without_record(const struct decode *decode)
{
    const uint32_t last = (decode->unit_count - 1u) * decode->slots;
    uint32_t traces = 0;
    for (uint32_t place = 0; place < last + decode->slots; place++) {
        if (is_blank(decode, place)) continue;
        const bool may_be_trace = place >= last + FIRST_TRACE && place <= last + LAST_TRACE;
        if (!may_be_trace || ++traces > NEW_TRACES) return DECODE_FOREIGN;
    }
    return DECODE_NEW;
}

static enum decode_state find_head(struct decode *decode)
{
    uint32_t highest = 0;
    for (uint32_t unit = 0; unit < decode->unit_count; unit++) {
        struct decode_mark mark;
        if (!mark_is_valid(decode, unit, &mark)) continue;
        if (mark.version > 1u) return DECODE_NEWER;
        const bool in_place = first_place(decode, mark.generation) == unit * decode->slots;
        if (in_place && mark.generation > highest) highest = mark.generation;
    }
    for (uint32_t back = 0; back < decode->unit_count && back <= highest; back++) {
        decode->head = highest - back;
        if (!unit_counts(decode, decode->head)) continue;
        for (uint32_t i = 0; i < decode->unit_count; i++) {
            if (!unit_counts(decode, decode->head + 1u)) break;
            decode->head++;
        }
        return DECODE_STORE;
    }
    return without_record(decode);
}

static void take_value(struct decode *decode, const struct record *record, uint32_t place)
{
    if (record->key == NOTE_KEY || record->key >= DECODE_KEYS) return;
    struct decode_value *const value = &decode->values[record->key];
    if (value->is_known) return;
    const uint32_t skip = record->has_control ? 4u : 0u;
    value->is_known = true;
    value->is_set = !record->is_removal;
    value->n = record->length;
    for (uint32_t i = 0; i < record->length; i++) {
        value->bytes[i] = payload_byte(granule_at(decode, place), skip + i);
    }
}

struct walk {
    struct decode *decode;
    uint32_t limit; /* in the unit at hand, records end at or before this slot */
    uint32_t skip;  /* units before the one at hand that a void range covers */
    bool oldest_is_known;
};

static void take_oldest(struct walk *walk, uint32_t oldest)
{
    if (!walk->oldest_is_known) walk->decode->oldest = oldest;
    walk->oldest_is_known = true;
}

static void take_record(struct walk *walk, const struct record *record, uint32_t generation,
                        uint32_t slot)
{
    struct decode *const decode = walk->decode;
    const uint32_t place = first_place(decode, generation) + slot;
    if (decode->records++ == 0) {
        decode->newest_place = place;
        decode->is_clean = (record->flags & 4u) != 0;
    }
    if (record->has_control && !walk->oldest_is_known) {
        take_oldest(walk, generation > record->behind ? generation - record->behind : 0u);
        decode->next_is_marked = generation == decode->head && (record->flags & 1u) != 0;
    }
    take_value(decode, record, place);
}

/* One unit, backwards. */
static void walk_unit(struct walk *walk, uint32_t generation)
{
    struct decode *const decode = walk->decode;
    uint32_t end = walk->limit;
    walk->limit = decode->slots;
    for (uint32_t slot = end; slot-- > 1u;) {
        struct record record;
        if (!record_read(decode, generation, slot, end, &record)) continue;
        take_record(walk, &record, generation, slot);
        end = slot;
        if (record.void_range == 0xffffu) continue;
        const uint32_t from = record.void_range & 0xfffu;
        if (record.void_range >> 12 != 0) {
            walk->limit = from;
            walk->skip = (record.void_range >> 12) - 1u;
            return;
        }
        if (from < slot) {
            end = from;
            slot = from;
        }
    }
}

void decode_region(struct decode *decode, const uint8_t *bytes, uint32_t unit_bytes,
                   uint32_t unit_count)
{
    for (uint32_t i = 0; i < DECODE_KEYS; i++) {
        decode->values[i].is_known = false;
        decode->values[i].is_set = false;
        decode->values[i].n = 0;
    }
    decode->bytes = bytes;
    decode->slots = unit_bytes / GRANULE;
    decode->unit_count = unit_count;
    decode->next_is_marked = false;
    decode->is_clean = false;
    decode->records = 0;
    decode->state = find_head(decode);
    if (decode->state != DECODE_STORE) return;
    struct walk walk = { decode, decode->slots, 0, false };
    for (uint32_t back = 0; back < unit_count && back <= decode->head; back++) {
        const uint32_t generation = decode->head - back;
        if (walk.oldest_is_known && generation < decode->oldest) break;
        if (walk.skip > 0) {
            walk.skip--;
            continue;
        }
        walk_unit(&walk, generation);
        struct decode_mark mark;
        const uint32_t unit = first_place(decode, generation) / decode->slots;
        if (mark_is_valid(decode, unit, &mark)) take_oldest(&walk, mark.oldest);
    }
}
