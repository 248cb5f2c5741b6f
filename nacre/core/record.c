/*
 * Records to bytes and back. Holds no state.
 *
 * The first granule of a record is
 *     key 2 | info 2 | payload 8 | check sum 4
 * and each further one 15 bytes of payload around a zero in byte 3. Bit 15 of info is set, so that
 * byte 3 tells the two apart and no granule of a record reads blank, whatever the value is.
 */
#include "nacre/core/record.h"

#include "nacre/core/bytes.h"
#include "nacre/core/crc.h"

#include <stddef.h>
#include <string.h>

#define INFO_START 0x8000u
#define INFO_CONTROL 0x4000u
#define INFO_STALE 0x2000u
#define INFO_KIND_SHIFT 11u
#define INFO_KIND 3u
#define INFO_LENGTH 0x07FFu

#define KEY_AT 0u
#define INFO_AT 2u
#define PAYLOAD_AT 4u
#define CRC_AT 12u

#define FIRST_PAYLOAD_BYTES 8u
#define NEXT_PAYLOAD_BYTES 15u
#define CONTROL_BYTES 4u
#define VALUE_BYTES_MAX 1024u
#define HEAD_BITS 32u /* of key and info */
#define BLANK 0xFFu
#define READ_BACKS 3u
#define STEADY_READS 8u /* a cell that flickers in one lane: take the other */

/* The part of the payload that a granule holds, and where byte `at` of it lies there. */
struct part {
    uint32_t from; /* the first payload byte */
    uint32_t end;
    uint32_t shift; /* of the first byte; behind the tag one more */
};

static struct part part_of(uint32_t k)
{
    if (k == 0u) return (struct part){0, FIRST_PAYLOAD_BYTES, PAYLOAD_AT};
    const uint32_t from = FIRST_PAYLOAD_BYTES + (k - 1u) * NEXT_PAYLOAD_BYTES;
    return (struct part){from, from + NEXT_PAYLOAD_BYTES, 0};
}

static uint32_t offset_in(const struct part *part, uint32_t at)
{
    const uint32_t offset = at - part->from + part->shift;
    return part->shift == 0u && offset >= NACRE_TAG_AT ? offset + 1u : offset;
}

static uint32_t skip_bytes(const struct nacre_record *record)
{
    return record->has_control ? CONTROL_BYTES : 0u;
}

static uint32_t payload_bytes(const struct nacre_record *record)
{
    return nacre_record_value_bytes(record) + skip_bytes(record);
}

/* The granule of a record that holds a byte of its payload. */
static uint32_t granule_of(uint32_t at)
{
    return (at + NEXT_PAYLOAD_BYTES - FIRST_PAYLOAD_BYTES) / NEXT_PAYLOAD_BYTES;
}

uint32_t nacre_record_value_bytes(const struct nacre_record *record)
{
    return record->length == NACRE_LENGTH_REMOVED ? 0u : record->length;
}

uint32_t nacre_record_granules(const struct nacre_record *record)
{
    const uint32_t n = payload_bytes(record);
    return n == 0u ? 1u : granule_of(n - 1u) + 1u;
}

uint32_t nacre_record_slots(const struct nacre_lanes *lanes, const struct nacre_record *record)
{
    return (nacre_record_granules(record) + lanes->granules - 1u) / lanes->granules;
}

/* Take the fields from a first granule. False where it cannot be one. */
static bool record_decode(const uint8_t *granule, struct nacre_record *record)
{
    const uint32_t info = nacre_get_le16(granule + INFO_AT);
    if ((info & INFO_START) == 0u) return false;
    record->key = (uint16_t)nacre_get_le16(granule + KEY_AT);
    record->length = (uint16_t)(info & INFO_LENGTH);
    if (record->length > VALUE_BYTES_MAX && record->length != NACRE_LENGTH_REMOVED) return false;
    record->kind = (uint8_t)(info >> INFO_KIND_SHIFT & INFO_KIND);
    if (record->kind > NACRE_KIND_MEMBER) return false;
    record->is_stale = (info & INFO_STALE) != 0u;
    record->has_control = (info & INFO_CONTROL) != 0u;
    record->control.void_from = NACRE_VOID_NONE;
    if (record->has_control) {
        record->control.void_from = (uint16_t)nacre_get_le16(granule + PAYLOAD_AT);
        record->control.behind = granule[PAYLOAD_AT + 2u];
        record->control.flags = granule[PAYLOAD_AT + 3u];
    }
    return true;
}

/* What becomes of the value of a record that is read. */
struct sink {
    uint8_t *buf;    /* null, or room for size bytes: it is filled where the value fits */
    uint32_t size;
    uint32_t digest; /* running check sum, where it is wanted */
    bool wants_digest;
    const uint8_t *like; /* null, or like_bytes that the value is held against */
    uint32_t like_bytes;
    bool differs;
    uint32_t lane;
};

/* Take the part of the value that lies in granule k. */
static void value_take(const struct nacre_record *record, uint32_t k, const uint8_t *granule,
                       struct sink *sink)
{
    const uint32_t skip = skip_bytes(record);
    const uint32_t end = payload_bytes(record);
    const struct part part = part_of(k);
    const bool fits = end - skip <= sink->size;
    const bool is_like = sink->like != NULL && end - skip <= sink->like_bytes;
    if (!fits && !sink->wants_digest && !is_like) return;
    for (uint32_t at = part.from; at < part.end && at < end; at++) {
        if (at < skip) continue;
        const uint8_t *const byte = granule + offset_in(&part, at);
        if (sink->wants_digest) sink->digest = nacre_crc_update(sink->digest, byte, 1);
        if (fits) sink->buf[at - skip] = *byte;
        if (is_like && sink->like[at - skip] != *byte) sink->differs = true;
    }
}

/* Is the record whole in one lane, its first granule being what is given? */
static enum nacre_err read_from(const struct nacre_spot *spot, const uint8_t *first,
                                struct nacre_record *record, struct sink *sink)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    if (!record_decode(first, record)) return NACRE_NOT_FOUND;
    const uint32_t count = nacre_record_granules(record);
    if (nacre_record_slots(spot->lanes, record) > spot->end - spot->place) return NACRE_NOT_FOUND;
    sink->digest = NACRE_CRC_START;
    sink->differs = false;
    uint32_t crc = nacre_granule_seed(spot->lanes, spot->generation, spot->place);
    crc = nacre_crc_update(crc, first, CRC_AT);
    value_take(record, 0, first, sink);
    for (uint32_t k = 1; k < count; k++) {
        const enum nacre_err err =
            nacre_granule_read(spot->lanes, sink->lane, spot->place, k, granule);
        if (err != NACRE_OK) return err;
        if (granule[NACRE_TAG_AT] != 0u) return NACRE_NOT_FOUND;
        crc = nacre_crc_update(crc, granule, NACRE_GRANULE_BYTES);
        value_take(record, k, granule, sink);
    }
    record->lane = (uint8_t)sink->lane;
    return ~crc == nacre_get_le32(first + CRC_AT) ? NACRE_OK : NACRE_NOT_FOUND;
}

static enum nacre_err read_lane(const struct nacre_spot *spot, uint32_t lane,
                                struct nacre_record *record, struct sink *sink)
{
    uint8_t first[NACRE_GRANULE_BYTES];
    const enum nacre_err err = nacre_granule_read(spot->lanes, lane, spot->place, 0, first);
    sink->lane = lane;
    return err == NACRE_OK ? read_from(spot, first, record, sink) : err;
}

enum nacre_err nacre_record_lost_key(const struct nacre_spot *spot, uint32_t lane, uint32_t *key)
{
    uint8_t first[NACRE_GRANULE_BYTES];
    struct nacre_record record;
    struct sink sink = {.lane = lane};
    enum nacre_err err = nacre_granule_read(spot->lanes, lane, spot->place, 0, first);
    if (err != NACRE_OK) return err;
    for (uint32_t bit = 0; bit < HEAD_BITS; bit++) {
        uint8_t *const byte = first + bit / 8u;
        *byte ^= (uint8_t)(1u << bit % 8u);
        err = read_from(spot, first, &record, &sink);
        if (err == NACRE_OK) *key = record.key;
        if (err != NACRE_NOT_FOUND) return err;
        *byte ^= (uint8_t)(1u << bit % 8u);
    }
    *key = nacre_get_le16(first + KEY_AT);
    return (first[NACRE_TAG_AT] & NACRE_TAG_FIRST) != 0u ? NACRE_OK : NACRE_NOT_FOUND;
}

static enum nacre_err read_any(const struct nacre_spot *spot, struct nacre_record *record,
                               struct sink *sink)
{
    enum nacre_err result = NACRE_IO;
    for (uint32_t lane = 0; lane < spot->lanes->count; lane++) {
        const enum nacre_err err = read_lane(spot, lane, record, sink);
        if (err == NACRE_OK) return err;
        if (lane == 0u || err == NACRE_NOT_FOUND) result = err;
    }
    return result;
}

enum nacre_err nacre_record_read(const struct nacre_spot *spot, struct nacre_record *record,
                                 uint8_t *buf, uint32_t size)
{
    struct sink sink = {.buf = buf, .size = size};
    return read_any(spot, record, &sink);
}

enum nacre_err nacre_record_check_lane(const struct nacre_spot *spot, uint32_t lane)
{
    struct nacre_record record;
    struct sink sink = {.buf = NULL};
    return read_lane(spot, lane, &record, &sink);
}

/* The first lane in which the record reads whole as often as it is asked. */
static enum nacre_err read_steady(const struct nacre_spot *spot, struct nacre_record *record,
                                  struct sink *sink)
{
    const uint32_t lanes = spot->lanes->count;
    for (uint32_t lane = 0; lane < lanes && lanes > 1u; lane++) {
        enum nacre_err err = NACRE_OK;
        for (uint32_t i = 0; i < STEADY_READS && err == NACRE_OK; i++) {
            err = read_lane(spot, lane, record, sink);
        }
        if (err == NACRE_OK) return err;
    }
    return read_any(spot, record, sink);
}

enum nacre_err nacre_record_open(const struct nacre_spot *spot, struct nacre_record *record,
                                 struct nacre_source *source)
{
    struct sink sink = {.wants_digest = true};
    const enum nacre_err err = read_steady(spot, record, &sink);
    if (err != NACRE_OK) return err;
    memset(source, 0, sizeof *source);
    source->place = spot->place;
    source->skip = skip_bytes(record);
    source->digest = sink.digest;
    source->lane = record->lane;
    return NACRE_OK;
}

/* Byte i of a value, wherever it lies. */
static enum nacre_err source_byte(const struct nacre_lanes *lanes, struct nacre_source *source,
                                  uint32_t i, uint8_t *byte)
{
    if (source->bytes != NULL) {
        *byte = source->bytes[i];
        return NACRE_OK;
    }
    const uint32_t at = source->skip + i;
    const uint32_t k = granule_of(at);
    const struct part part = part_of(k);
    if (source->at_hand != k + 1u) {
        const enum nacre_err err =
            nacre_granule_read(lanes, source->lane, source->place, k, source->granule);
        if (err != NACRE_OK) return err;
        source->at_hand = k + 1u;
    }
    *byte = source->granule[offset_in(&part, at)];
    return NACRE_OK;
}

enum nacre_err nacre_record_compare(const struct nacre_spot *spot, struct nacre_record *record,
                                    const uint8_t *value, uint32_t n, bool *equals)
{
    struct sink sink = {.like = value, .like_bytes = n == NACRE_LENGTH_REMOVED ? 0u : n};
    const enum nacre_err err = read_any(spot, record, &sink);
    *equals = err == NACRE_OK && record->length == n && !sink.differs;
    return err;
}

static void head_build(const struct nacre_record *record, uint8_t *granule)
{
    const uint32_t info = INFO_START | (record->has_control ? INFO_CONTROL : 0u) |
                          (record->is_stale ? INFO_STALE : 0u) |
                          (uint32_t)record->kind << INFO_KIND_SHIFT | record->length;
    nacre_put_le16(granule + KEY_AT, record->key);
    nacre_put_le16(granule + INFO_AT, info);
    if (!record->has_control) return;
    nacre_put_le16(granule + PAYLOAD_AT, record->control.void_from);
    granule[PAYLOAD_AT + 2u] = record->control.behind;
    granule[PAYLOAD_AT + 3u] = record->control.flags;
}

/* Granule k of a record, its check sum left blank. */
static enum nacre_err granule_build(const struct nacre_lanes *lanes,
                                    const struct nacre_record *record,
                                    struct nacre_source *source, uint32_t k, uint8_t *granule)
{
    const uint32_t skip = skip_bytes(record);
    const uint32_t end = payload_bytes(record);
    const struct part part = part_of(k);
    memset(granule, BLANK, NACRE_GRANULE_BYTES);
    if (k == 0u) {
        head_build(record, granule);
    } else {
        granule[NACRE_TAG_AT] = 0u;
    }
    for (uint32_t at = part.from; at < part.end && at < end; at++) {
        if (at < skip) continue;
        uint8_t *const byte = granule + offset_in(&part, at);
        const enum nacre_err err = source_byte(lanes, source, at - skip, byte);
        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}

/*
 * The check sum of a record. Where the value comes from the medium, it is that of the value which
 * was once read whole: a bit that flickers must not get a good check sum.
 */
static enum nacre_err record_crc(const struct nacre_spot *spot, const struct nacre_record *record,
                                 struct nacre_source *source, uint32_t *result)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    struct sink sink = {.digest = NACRE_CRC_START, .wants_digest = true};
    const uint32_t count = nacre_record_granules(record);
    uint32_t crc = nacre_granule_seed(spot->lanes, spot->generation, spot->place);
    for (uint32_t k = 0; k < count; k++) {
        const enum nacre_err err = granule_build(spot->lanes, record, source, k, granule);
        if (err != NACRE_OK) return err;
        crc = nacre_crc_update(crc, granule, k == 0u ? CRC_AT : NACRE_GRANULE_BYTES);
        value_take(record, k, granule, &sink);
    }
    *result = ~crc;
    return source->bytes == NULL && sink.digest != source->digest ? NACRE_DAMAGED : NACRE_OK;
}

/* Granules that one program may write from an address on: a few, and never across a page. */
static uint32_t program_room(const struct nacre_lanes *lanes, uint32_t addr)
{
    const uint32_t page_bytes = lanes->medium->geometry.page_bytes;
    const uint32_t room = (page_bytes - addr % page_bytes) / NACRE_GRANULE_BYTES;
    return room < NACRE_PROGRAM_GRANULES ? room : NACRE_PROGRAM_GRANULES;
}

/* Program a record in one lane, and read it back: a granule left weak may read well once. */
static enum nacre_err write_lane(const struct nacre_spot *spot, uint32_t lane,
                                 const struct nacre_record *record, struct nacre_source *source,
                                 uint32_t *programs)
{
    uint8_t chunk[NACRE_PROGRAM_GRANULES * NACRE_GRANULE_BYTES];
    const uint32_t count = nacre_record_granules(record);
    uint32_t addr = nacre_granule_addr(spot->lanes, lane, spot->place);
    uint32_t crc = 0;
    enum nacre_err err = record_crc(spot, record, source, &crc);
    source->at_hand = 0; /* what is programmed is read anew: the check sum judges it */
    for (uint32_t done = 0; err == NACRE_OK && done < count;) {
        uint32_t n = program_room(spot->lanes, addr);
        if (n > count - done) n = count - done;
        for (uint32_t k = 0; k < n; k++) {
            err = granule_build(spot->lanes, record, source, done + k,
                                chunk + k * NACRE_GRANULE_BYTES);
            if (err != NACRE_OK) return err;
        }
        if (done == 0u) nacre_put_le32(chunk + CRC_AT, crc);
        err = nacre_granules_program(spot->lanes, addr, chunk, n);
        if (!nacre_medium_refuses(err)) *programs += 1u;
        done += n;
        addr += n * NACRE_GRANULE_BYTES;
    }
    /* What programmed it has seen it; of a copy, that each granule is what a read gave. */
    const bool is_seen = spot->lanes->medium->is_overwritten && source->bytes != NULL;
    for (uint32_t i = 0; !is_seen && i < READ_BACKS && err == NACRE_OK; i++) {
        err = nacre_record_check_lane(spot, lane);
    }
    return err == NACRE_NOT_FOUND ? NACRE_VERIFY : err;
}

enum nacre_err nacre_record_write(const struct nacre_spot *spot, const struct nacre_record *record,
                                  struct nacre_source *source, uint32_t *programs)
{
    enum nacre_err err = NACRE_OK;
    for (uint32_t lane = 0; lane < spot->lanes->count && err == NACRE_OK; lane++) {
        err = write_lane(spot, lane, record, source, programs);
    }
    return err;
}
