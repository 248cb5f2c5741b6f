/*
 * Marks and records to bytes and back. Holds no state.
 *
 * The first granule of a record is
 *     key 2 | info 2 | payload 8 | check sum 4
 * and each further one 15 bytes of payload around a zero in byte 3. Bit 15 of info is set, so that
 * byte 3 tells the two apart and no granule of a record reads blank, whatever the value is.
 */
#include "nacre/core/record.h"

#include "nacre/core/bytes.h"
#include "nacre/core/crc.h"

#include <string.h>

#define INFO_START 0x8000u
#define INFO_CONTROL 0x4000u
#define INFO_TENTATIVE 0x2000u
#define INFO_RESERVED 0x1800u
#define INFO_LENGTH 0x07FFu

#define KEY_AT 0u
#define INFO_AT 2u
#define TAG_AT 3u /* the high byte of info, and of a further granule the zero */
#define PAYLOAD_AT 4u
#define CRC_AT 12u

#define FIRST_PAYLOAD_BYTES 8u
#define NEXT_PAYLOAD_BYTES 15u
#define CONTROL_BYTES 4u
#define VALUE_BYTES_MAX 1024u
#define BLANK 0xFFu
#define NO_PAYLOAD UINT32_MAX
#define READ_BACKS 3u

#define MARK_OLDEST_AT 4u
#define MARK_WEAR_AT 8u
#define MARK_VERSION_AT 11u

static uint32_t seeded_crc(const struct nacre_medium *medium, uint32_t generation, uint32_t place)
{
    uint8_t seed[8];
    nacre_put_le32(seed, generation);
    nacre_put_le16(seed + 4, place);
    nacre_put_le16(seed + 6, medium->geometry.unit_count);
    return nacre_crc_update(NACRE_CRC_START, seed, sizeof seed);
}

static enum nacre_err granule_read(struct nacre_medium *medium, uint32_t place, uint8_t *granule)
{
    return medium->ops->read(medium, place * NACRE_GRANULE_BYTES, granule, NACRE_GRANULE_BYTES);
}

static uint32_t payload_bytes(const struct nacre_record *record)
{
    return nacre_record_value_bytes(record) + (record->has_control ? CONTROL_BYTES : 0u);
}

/* Where payload byte `at` lies, counted in bytes from the start of the record. */
static uint32_t payload_offset(uint32_t at)
{
    if (at < FIRST_PAYLOAD_BYTES) return PAYLOAD_AT + at;
    const uint32_t granule = 1u + (at - FIRST_PAYLOAD_BYTES) / NEXT_PAYLOAD_BYTES;
    const uint32_t inside = (at - FIRST_PAYLOAD_BYTES) % NEXT_PAYLOAD_BYTES;
    return granule * NACRE_GRANULE_BYTES + inside + (inside >= TAG_AT ? 1u : 0u);
}

/* The other way: which payload byte is byte j of granule k? */
static uint32_t payload_index(uint32_t k, uint32_t j)
{
    if (k == 0u) return j >= PAYLOAD_AT && j < CRC_AT ? j - PAYLOAD_AT : NO_PAYLOAD;
    if (j == TAG_AT) return NO_PAYLOAD;
    return FIRST_PAYLOAD_BYTES + (k - 1u) * NEXT_PAYLOAD_BYTES + j - (j > TAG_AT ? 1u : 0u);
}

uint32_t nacre_record_value_bytes(const struct nacre_record *record)
{
    return record->length == NACRE_LENGTH_REMOVED ? 0u : record->length;
}

uint32_t nacre_record_granules(const struct nacre_record *record)
{
    const uint32_t n = payload_bytes(record);
    if (n <= FIRST_PAYLOAD_BYTES) return 1u;
    return 1u + (n - FIRST_PAYLOAD_BYTES + NEXT_PAYLOAD_BYTES - 1u) / NEXT_PAYLOAD_BYTES;
}

/* Take the fields from a first granule. False where it cannot be one. */
static bool record_decode(const uint8_t *granule, struct nacre_record *record)
{
    const uint32_t info = nacre_get_le16(granule + INFO_AT);
    if ((info & INFO_START) == 0u || (info & INFO_RESERVED) != 0u) return false;
    record->key = (uint16_t)nacre_get_le16(granule + KEY_AT);
    record->length = (uint16_t)(info & INFO_LENGTH);
    if (record->length > VALUE_BYTES_MAX && record->length != NACRE_LENGTH_REMOVED) return false;
    record->is_tentative = (info & INFO_TENTATIVE) != 0u;
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
    uint8_t *buf;     /* null, or room for the value */
    uint32_t *digest; /* null, or a running check sum */
};

/* Take the part of the value that lies in granule k. */
static void value_take(const struct nacre_record *record, uint32_t k, const uint8_t *granule,
                       const struct sink *sink)
{
    const uint32_t skip = record->has_control ? CONTROL_BYTES : 0u;
    const uint32_t end = payload_bytes(record);
    for (uint32_t j = 0; j < NACRE_GRANULE_BYTES; j++) {
        const uint32_t at = payload_index(k, j);
        if (at < skip || at >= end) continue;
        if (sink->digest != NULL) *sink->digest = nacre_crc_update(*sink->digest, granule + j, 1);
        if (sink->buf != NULL) sink->buf[at - skip] = granule[j];
    }
}

/* All granules of a record whose first was decoded: is it whole? */
static enum nacre_err record_pass(const struct nacre_spot *spot, const struct nacre_record *record,
                                  uint8_t *granule, const struct sink *sink)
{
    const bool sinks = sink->buf != NULL || sink->digest != NULL;
    const uint32_t count = nacre_record_granules(record);
    const uint32_t expected = nacre_get_le32(granule + CRC_AT);
    uint32_t crc = seeded_crc(spot->medium, spot->generation, spot->place);
    crc = nacre_crc_update(crc, granule, CRC_AT);
    for (uint32_t k = 0; k < count; k++) {
        if (k > 0u) {
            const enum nacre_err err = granule_read(spot->medium, spot->place + k, granule);
            if (err != NACRE_OK) return err;
            if (granule[TAG_AT] != 0u) return NACRE_NOT_FOUND;
            crc = nacre_crc_update(crc, granule, NACRE_GRANULE_BYTES);
        }
        if (sinks) value_take(record, k, granule, sink);
    }
    return ~crc == expected ? NACRE_OK : NACRE_NOT_FOUND;
}

static enum nacre_err first_read(const struct nacre_spot *spot, struct nacre_record *record,
                                 uint8_t *granule)
{
    const enum nacre_err err = granule_read(spot->medium, spot->place, granule);
    if (err != NACRE_OK) return err;
    if (!record_decode(granule, record)) return NACRE_NOT_FOUND;
    const uint32_t room = spot->end - spot->place;
    return nacre_record_granules(record) <= room ? NACRE_OK : NACRE_NOT_FOUND;
}

enum nacre_err nacre_record_read(const struct nacre_spot *spot, struct nacre_record *record,
                                 uint8_t *buf, uint32_t size)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    const enum nacre_err err = first_read(spot, record, granule);
    if (err != NACRE_OK) return err;
    const bool fits = nacre_record_value_bytes(record) <= size;
    const struct sink sink = {fits ? buf : NULL, NULL};
    return record_pass(spot, record, granule, &sink);
}

enum nacre_err nacre_record_peek(const struct nacre_spot *spot, struct nacre_record *record)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    return first_read(spot, record, granule);
}

enum nacre_err nacre_record_open(const struct nacre_spot *spot, struct nacre_record *record,
                                 struct nacre_source *source)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    const enum nacre_err err = first_read(spot, record, granule);
    if (err != NACRE_OK) return err;
    memset(source, 0, sizeof *source);
    source->place = spot->place;
    source->skip = record->has_control ? CONTROL_BYTES : 0u;
    source->digest = NACRE_CRC_START;
    const struct sink sink = {NULL, &source->digest};
    return record_pass(spot, record, granule, &sink);
}

/* Byte i of a value, wherever it lies. */
static enum nacre_err source_byte(struct nacre_medium *medium, struct nacre_source *source,
                                  uint32_t i, uint8_t *byte)
{
    if (source->bytes != NULL) {
        *byte = source->bytes[i];
        return NACRE_OK;
    }
    const uint32_t offset = payload_offset(source->skip + i);
    const uint32_t place = source->place + offset / NACRE_GRANULE_BYTES;
    if (source->at_hand != place) {
        const enum nacre_err err = granule_read(medium, place, source->granule);
        if (err != NACRE_OK) return err;
        source->at_hand = place;
    }
    *byte = source->granule[offset % NACRE_GRANULE_BYTES];
    return NACRE_OK;
}

bool nacre_record_equals(const struct nacre_spot *spot, const struct nacre_record *record,
                         const uint8_t *value)
{
    struct nacre_source source = {.place = spot->place,
                                  .skip = record->has_control ? CONTROL_BYTES : 0u};
    const uint32_t value_bytes = nacre_record_value_bytes(record);
    for (uint32_t i = 0; i < value_bytes; i++) {
        uint8_t byte;
        if (source_byte(spot->medium, &source, i, &byte) != NACRE_OK) return false;
        if (byte != value[i]) return false;
    }
    return true;
}

static void control_encode(const struct nacre_control *control, uint8_t *bytes)
{
    nacre_put_le16(bytes, control->void_from);
    bytes[2] = control->behind;
    bytes[3] = control->flags;
}

/* Granule k of a record, its check sum left blank. */
static enum nacre_err granule_build(struct nacre_medium *medium, const struct nacre_record *record,
                                    struct nacre_source *source, uint32_t k, uint8_t *granule)
{
    const uint32_t skip = record->has_control ? CONTROL_BYTES : 0u;
    const uint32_t end = payload_bytes(record);
    memset(granule, BLANK, NACRE_GRANULE_BYTES);
    if (k == 0u) {
        nacre_put_le16(granule + KEY_AT, record->key);
        nacre_put_le16(granule + INFO_AT,
                       INFO_START | (skip != 0u ? INFO_CONTROL : 0u) |
                           (record->is_tentative ? INFO_TENTATIVE : 0u) | record->length);
        if (skip != 0u) control_encode(&record->control, granule + PAYLOAD_AT);
    } else {
        granule[TAG_AT] = 0u;
    }
    for (uint32_t j = 0; j < NACRE_GRANULE_BYTES; j++) {
        const uint32_t at = payload_index(k, j);
        if (at < skip || at >= end) continue;
        const enum nacre_err err = source_byte(medium, source, at - skip, granule + j);
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
    uint32_t digest = NACRE_CRC_START;
    const struct sink sink = {NULL, &digest};
    const uint32_t count = nacre_record_granules(record);
    uint32_t crc = seeded_crc(spot->medium, spot->generation, spot->place);
    for (uint32_t k = 0; k < count; k++) {
        const enum nacre_err err = granule_build(spot->medium, record, source, k, granule);
        if (err != NACRE_OK) return err;
        crc = nacre_crc_update(crc, granule, k == 0u ? CRC_AT : NACRE_GRANULE_BYTES);
        if (source->bytes == NULL) value_take(record, k, granule, &sink);
    }
    *result = ~crc;
    return source->bytes == NULL && digest != source->digest ? NACRE_DAMAGED : NACRE_OK;
}

/* Program count granules and see that they read as they should. */
static enum nacre_err program_checked(struct nacre_medium *medium, uint32_t place,
                                      const uint8_t *granules, uint32_t count)
{
    uint8_t seen[NACRE_GRANULE_BYTES];
    const enum nacre_err err = medium->ops->program(medium, place * NACRE_GRANULE_BYTES, granules,
                                                    count * NACRE_GRANULE_BYTES);
    if (err != NACRE_OK) return err;
    for (uint32_t k = 0; k < count; k++) {
        const enum nacre_err read_err = granule_read(medium, place + k, seen);
        if (read_err != NACRE_OK) return read_err;
        if (memcmp(seen, granules + k * NACRE_GRANULE_BYTES, sizeof seen) != 0) return NACRE_VERIFY;
    }
    return NACRE_OK;
}

/* Granules that one program may write from a place on: a few, and never across a page. */
static uint32_t program_room(const struct nacre_medium *medium, uint32_t place)
{
    const uint32_t page = medium->geometry.page_bytes / NACRE_GRANULE_BYTES;
    const uint32_t room = page - place % page;
    return room < NACRE_PROGRAM_GRANULES ? room : NACRE_PROGRAM_GRANULES;
}

enum nacre_err nacre_record_write(const struct nacre_spot *spot, const struct nacre_record *record,
                                  struct nacre_source *source, uint32_t *programs)
{
    uint8_t chunk[NACRE_PROGRAM_GRANULES * NACRE_GRANULE_BYTES];
    const uint32_t count = nacre_record_granules(record);
    uint32_t crc;
    enum nacre_err err = record_crc(spot, record, source, &crc);
    source->at_hand = 0; /* what is programmed is read anew: the check sum judges it */
    if (err != NACRE_OK) return err;
    for (uint32_t done = 0; done < count;) {
        uint32_t n = program_room(spot->medium, spot->place + done);
        if (n > count - done) n = count - done;
        for (uint32_t k = 0; k < n; k++) {
            err = granule_build(spot->medium, record, source, done + k,
                                chunk + k * NACRE_GRANULE_BYTES);
            if (err != NACRE_OK) return err;
        }
        if (done == 0u) nacre_put_le32(chunk + CRC_AT, crc);
        err = program_checked(spot->medium, spot->place + done, chunk, n);
        *programs += 1u;
        if (err != NACRE_OK) return err;
        done += n;
    }
    /* A granule that a cut left weak may read well once. */
    for (uint32_t i = 0; i < READ_BACKS && err == NACRE_OK; i++) {
        struct nacre_record seen;
        err = nacre_record_read(spot, &seen, NULL, 0);
    }
    return err == NACRE_NOT_FOUND ? NACRE_VERIFY : err;
}

enum nacre_err nacre_mark_read(struct nacre_medium *medium, uint32_t place, struct nacre_mark *mark)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    const enum nacre_err err = granule_read(medium, place, granule);
    if (err != NACRE_OK) return err;
    mark->generation = nacre_get_le32(granule);
    mark->oldest = nacre_get_le32(granule + MARK_OLDEST_AT);
    mark->wear = nacre_get_le32(granule + MARK_WEAR_AT) & 0xFFFFFFu;
    mark->version = granule[MARK_VERSION_AT];
    const uint32_t crc =
        nacre_crc_update(seeded_crc(medium, mark->generation, place), granule, CRC_AT);
    return ~crc == nacre_get_le32(granule + CRC_AT) ? NACRE_OK : NACRE_NOT_FOUND;
}

enum nacre_err nacre_mark_write(struct nacre_medium *medium, uint32_t place,
                                const struct nacre_mark *mark)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    nacre_put_le32(granule, mark->generation);
    nacre_put_le32(granule + MARK_OLDEST_AT, mark->oldest);
    nacre_put_le32(granule + MARK_WEAR_AT, mark->wear);
    granule[MARK_VERSION_AT] = mark->version;
    const uint32_t crc =
        nacre_crc_update(seeded_crc(medium, mark->generation, place), granule, CRC_AT);
    nacre_put_le32(granule + CRC_AT, ~crc);
    const enum nacre_err err = program_checked(medium, place, granule, 1u);
    if (err != NACRE_OK) return err;
    struct nacre_mark seen;
    const enum nacre_err seen_err = nacre_mark_read(medium, place, &seen);
    return seen_err == NACRE_NOT_FOUND ? NACRE_VERIFY : seen_err;
}

enum nacre_err nacre_granules_digest(struct nacre_medium *medium, uint32_t place, uint32_t count,
                                     uint32_t *digest)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    for (uint32_t k = 0; k < count; k++) {
        const enum nacre_err err = granule_read(medium, place + k, granule);
        if (err != NACRE_OK) return err;
        *digest = nacre_crc_update(*digest, granule, NACRE_GRANULE_BYTES);
    }
    return NACRE_OK;
}

enum nacre_err nacre_granule_is_blank(struct nacre_medium *medium, uint32_t place, bool *blank)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    const enum nacre_err err = granule_read(medium, place, granule);
    if (err != NACRE_OK) return err;
    uint32_t all = BLANK;
    for (uint32_t i = 0; i < sizeof granule; i++) {
        all &= granule[i];
    }
    *blank = all == BLANK;
    return NACRE_OK;
}
