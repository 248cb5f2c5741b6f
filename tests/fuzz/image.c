/*
 * Images: marks, records and commits made from docs/format.md sections 2 to 4, with the tests' own
 * check sum.
 */
#include "tests/fuzz/image.h"

#include "tests/support/decode.h"

#include <stdlib.h>
#include <string.h>

#define GRANULE 16u
#define SLOTS (FUZZ_UNIT_BYTES / GRANULE)
#define RECORD_GRANULES_MAX 69u
#define NOTE_KEY 0xffffu
#define REMOVED 2047u
#define KIND_MEMBER 2u
#define INFO_START 0x8000u
#define INFO_CONTROL 0x4000u
#define LENGTH_MASK 0x07ffu
#define KEYS_USED 12u
#define VALUE_USED_MAX 80u
#define COMMANDS_MAX 400u
#define BASES 64u

struct image {
    struct fuzz_bed *bed;
    uint8_t *bytes;
    uint32_t lane_bytes;
    uint32_t places;     /* of a lane */
    uint32_t lanes;      /* bit 0: lane A, bit 1: lane B */
    uint32_t generation; /* of the unit at hand */
    uint32_t unit;
    uint32_t slot;
    uint32_t spoilt; /* granules, about */
    bool is_used;    /* a store was here */
    bool is_wild;    /* something was said that no store can say */
};

static void put(uint8_t *bytes, uint32_t value, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)(value >> (8u * i));
}

static uint32_t get(const uint8_t *bytes, uint32_t n)
{
    uint32_t value = 0;
    for (uint32_t i = n; i > 0; i--) value = value << 8 | bytes[i - 1u];
    return value;
}

/* Bytes of a lane from a place on; count is cut down to what the lane holds. */
static uint8_t *lane_at(const struct image *image, uint32_t lane, uint32_t place, uint32_t *count)
{
    const uint32_t at = place % image->places;
    if (*count > image->places - at) *count = image->places - at;
    return image->bytes + lane * image->lane_bytes + at * GRANULE;
}

static bool has_lane(const struct image *image, uint32_t lane)
{
    return lane < image->bed->lane_count && (image->lanes & (1u << lane)) != 0;
}

static void granules_put(struct image *image, uint32_t place, const uint8_t *granules,
                         uint32_t count)
{
    for (uint32_t lane = 0; lane < 2u; lane++) {
        uint32_t n = count;
        if (!has_lane(image, lane)) continue;
        uint8_t *const to = lane_at(image, lane, place, &n);
        memcpy(to, granules, n * GRANULE);
    }
}

static void go_to_unit(struct image *image, uint32_t unit, uint32_t lap)
{
    image->unit = unit % image->bed->lane_units;
    image->generation = lap * image->bed->lane_units + image->unit + 1u;
    image->slot = 1u;
}

static void command_mark(struct image *image, struct fuzz_input *input, uint32_t flags)
{
    uint8_t granule[GRANULE];
    const uint32_t unit = fuzz_byte(input);
    go_to_unit(image, unit, fuzz_byte(input));
    if ((flags & 0x20u) != 0) image->generation = fuzz_32(input);
    const uint32_t place = image->unit * SLOTS;
    const uint32_t behind = fuzz_byte(input);
    const uint32_t version = fuzz_byte(input);
    put(granule, image->generation, 4);
    put(granule + 4, image->generation - behind, 4);
    put(granule + 8, version * 257u, 3);
    granule[11] = (uint8_t)(version < 0xc0u ? 1u : version - 0xc0u);
    const uint32_t seed = decode_seed_crc(image->generation, place, image->bed->lane_units);
    put(granule + 12, decode_crc(seed, granule, 12) ^ (flags & 0x10u), 4);
    granules_put(image, place, granule, 1);
    /* Beside the marks of a store, or in one lane alone, it contradicts others. */
    image->is_wild = image->is_wild || image->is_used || image->lanes != 3u ||
                     (flags & 0x20u) != 0 || behind > image->generation ||
                     behind >= image->bed->lane_units;
}

/* Lay out a record: payload p starts in the first granule, the rest in 15 bytes a granule. */
static uint32_t record_lay(uint8_t *granules, const uint8_t *payload, uint32_t n)
{
    const uint32_t count = n <= 8u ? 1u : 1u + (n - 8u + 14u) / 15u;
    memset(granules + 4, 0xff, count * GRANULE - 4u);
    for (uint32_t k = 1; k < count; k++) granules[k * GRANULE + 3u] = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t inside = i < 8u ? 4u + i : (i - 8u) % 15u;
        const uint32_t k = i < 8u ? 0 : 1u + (i - 8u) / 15u;
        granules[k * GRANULE + inside + (k != 0 && inside >= 3u ? 1u : 0)] = payload[i];
    }
    return count;
}

static void record_seal(uint8_t *granules, uint32_t count, uint32_t seed)
{
    uint32_t crc = decode_crc(seed, granules, 12);
    crc = decode_crc(crc, granules + GRANULE, (count - 1u) * GRANULE);
    put(granules + 12, crc, 4);
}

void image_make_granule(uint8_t *granule, uint32_t key, uint32_t generation, uint32_t place,
                        uint32_t unit_count)
{
    static const uint8_t value[2] = { 0xbe, 0xef };
    put(granule, key, 2);
    put(granule + 2, INFO_START | sizeof value, 2);
    const uint32_t count = record_lay(granule, value, sizeof value);
    record_seal(granule, count, decode_seed_crc(generation, place, unit_count));
}

static void record_write(struct image *image, uint8_t *granules, uint32_t count, uint32_t flags)
{
    const uint32_t place = image->unit * SLOTS + image->slot;
    record_seal(granules, count, decode_seed_crc(image->generation, place, image->bed->lane_units));
    granules[12] ^= (uint8_t)(flags & 0x10u);
    granules_put(image, place, granules, count);
    image->slot = (image->slot + count) % SLOTS;
}

/* Keys of every sort: the application's, factory values, retired units, own ones, notes. */
static uint32_t key_of(uint32_t byte)
{
    static const uint16_t keys[] = { 0xffffu, 0x7f01u, 0x7f02u, 0x7e00u, 0x7e01u, 0x7e07u, 0x4000u,
                                     0x4001u, 0x3dffu, 0x3e00u, 0x7fffu, 0x8000u, 0xfffeu };
    if (byte < 0xb0u) return byte % 16u;
    return keys[byte % (sizeof keys / sizeof keys[0])];
}

static uint32_t length_of(uint32_t byte)
{
    if (byte == 255u) return REMOVED;
    return byte < 200u ? byte : (byte - 199u) * 20u;
}

/* A store says of a void range that it starts before the record, and of the oldest unit that it is
 * there. */
static void judge_control(struct image *image, const uint8_t *control)
{
    const uint32_t from = get(control, 2);
    const uint32_t back = from >> 12;
    const uint32_t slot = from & 0xfffu;
    if (control[2] >= image->bed->lane_units || control[2] > image->generation) {
        image->is_wild = true;
    }
    if (from == 0xffffu) return;
    if (slot == 0 || slot >= SLOTS || back >= image->bed->lane_units ||
        (back == 0 && slot >= image->slot)) {
        image->is_wild = true;
    }
}

static void command_record(struct image *image, struct fuzz_input *input, uint32_t flags)
{
    uint8_t payload[4u + 1100u];
    uint8_t granules[(RECORD_GRANULES_MAX + 8u) * GRANULE];
    if ((flags & 0x20u) != 0) image->slot = fuzz_byte(input) % SLOTS;
    const uint32_t key = key_of(fuzz_byte(input));
    const uint32_t kind = fuzz_byte(input);
    const uint32_t length = length_of(fuzz_byte(input));
    const uint32_t fill = fuzz_byte(input);
    uint32_t n = 0;
    put(granules, key, 2);
    put(granules + 2, INFO_START | (flags & 0x40u) << 8 | (kind & 7u) << 11 | length, 2);
    if ((flags & 0x40u) != 0) {
        put(payload, (kind & 8u) != 0 ? fuzz_16(input) : 0xffffu, 2);
        payload[2] = fuzz_byte(input);
        payload[3] = fuzz_byte(input);
        n = 4;
        judge_control(image, payload);
    }
    const uint32_t bytes = length == REMOVED ? 0 : length;
    for (uint32_t i = 0; i < bytes; i++) payload[n + i] = (uint8_t)(fill + i);
    if (key == NOTE_KEY && (kind & 3u) == KIND_MEMBER) image->is_wild = true;
    /* A note of two bytes names the place where its transaction began. */
    if (key == NOTE_KEY && length == 2u) put(payload + n, fuzz_16(input), 2);
    const uint32_t count = record_lay(granules, payload, n + bytes);
    record_write(image, granules, count, flags);
}

static void command_commit(struct image *image, struct fuzz_input *input, uint32_t flags)
{
    uint8_t granules[GRANULE];
    uint8_t payload[8];
    uint32_t count = image->slot == 0 ? 0 : image->slot - 1u;
    const uint32_t lane = (image->lanes & 1u) != 0 ? 0 : image->bed->lane_count - 1u;
    const uint8_t *const start = lane_at(image, lane, image->unit * SLOTS + 1u, &count);
    put(payload, 0xffffu, 2);
    payload[2] = fuzz_byte(input);
    payload[3] = fuzz_byte(input);
    put(payload + 4, ~decode_crc(0, start, count * GRANULE) ^ (flags & 0x20u), 4);
    put(granules, NOTE_KEY, 2);
    put(granules + 2, INFO_START | INFO_CONTROL | 4u, 2);
    record_write(image, granules, record_lay(granules, payload, sizeof payload), flags);
}

static void command_fill(struct image *image, struct fuzz_input *input)
{
    const uint32_t place = fuzz_16(input);
    const uint32_t count = fuzz_byte(input) + 1u;
    const uint32_t byte = fuzz_byte(input);
    for (uint32_t lane = 0; lane < 2u; lane++) {
        uint32_t n = count;
        if (!has_lane(image, lane)) continue;
        uint8_t *const to = lane_at(image, lane, place, &n);
        memset(to, byte == 0 ? 0xff : (int)byte, n * GRANULE);
    }
}

static void command_granule(struct image *image, struct fuzz_input *input)
{
    uint8_t granule[GRANULE];
    const uint32_t place = fuzz_16(input);
    for (uint32_t i = 0; i < GRANULE; i++) granule[i] = fuzz_byte(input);
    granules_put(image, place, granule, 1);
}

static void command_flip(struct image *image, struct fuzz_input *input)
{
    const uint32_t place = fuzz_16(input);
    const uint32_t bit = fuzz_byte(input);
    for (uint32_t lane = 0; lane < 2u; lane++) {
        uint32_t n = 1;
        if (has_lane(image, lane)) {
            lane_at(image, lane, place, &n)[bit / 8u % GRANULE] ^= (uint8_t)(1u << bit % 8u);
        }
    }
}

static void command_copy(struct image *image, struct fuzz_input *input)
{
    const uint32_t to = fuzz_16(input);
    const uint32_t from = fuzz_16(input);
    const uint32_t count = fuzz_byte(input) + 1u;
    for (uint32_t lane = 0; lane < 2u; lane++) {
        uint32_t n = count;
        if (!has_lane(image, lane)) continue;
        const uint8_t *const source = lane_at(image, lane, from, &n);
        uint8_t *const target = lane_at(image, lane, to, &n);
        memmove(target, source, n * GRANULE);
    }
}

/* Make the check sum right of whatever stands at a place, as if of its unit's generation. */
static void command_reseal(struct image *image, struct fuzz_input *input)
{
    const uint32_t place = fuzz_16(input) % image->places;
    for (uint32_t lane = 0; lane < 2u; lane++) {
        uint32_t n = RECORD_GRANULES_MAX;
        uint32_t one = 1;
        if (!has_lane(image, lane)) continue;
        const uint8_t *const mark = lane_at(image, lane, place / SLOTS * SLOTS, &one);
        const uint32_t seed = decode_seed_crc(get(mark, 4), place, image->bed->lane_units);
        uint8_t *const at = lane_at(image, lane, place, &n);
        const uint32_t info = get(at + 2, 2);
        const uint32_t length = (info & LENGTH_MASK) == REMOVED ? 0 : info & LENGTH_MASK;
        const uint32_t payload = length + ((info & INFO_CONTROL) != 0 ? 4u : 0);
        const uint32_t count = payload <= 8u ? 1u : 1u + (payload - 8u + 14u) / 15u;
        if (place % SLOTS == 0) record_seal(at, 1, seed);
        else record_seal(at, count < n ? count : n, seed);
    }
}

static void command_run(struct image *image, struct fuzz_input *input, uint32_t command)
{
    const uint32_t flags = command & 0xf0u;
    const uint32_t what = command & 0x0fu;
    if (what == IMAGE_MARK) command_mark(image, input, flags);
    else if (what == IMAGE_RECORD) command_record(image, input, flags);
    else if (what == IMAGE_COMMIT) command_commit(image, input, flags);
    else if (what == IMAGE_GRANULE) command_granule(image, input);
    else if (what == IMAGE_FILL) command_fill(image, input);
    else if (what == IMAGE_FLIP) command_flip(image, input);
    else if (what == IMAGE_COPY) command_copy(image, input);
    else if (what == IMAGE_RESEAL) command_reseal(image, input);
    else if (what == IMAGE_LANE) image->lanes = flags >> 4 & 3u;
    else if (what == IMAGE_UNIT) {
        const uint32_t unit = fuzz_byte(input);
        go_to_unit(image, unit, fuzz_byte(input));
    }
    const bool is_light = what == IMAGE_FLIP || what == IMAGE_GRANULE;
    if (what == IMAGE_RESEAL) image->is_wild = true;
    image->spoilt += is_light ? 1u : 2u * (what != IMAGE_LANE && what != IMAGE_UNIT);
}

static void use_once(struct fuzz_bed *bed, struct rng *rng)
{
    uint8_t value[VALUE_USED_MAX];
    bool more;
    const uint32_t choice = rng_below(rng, 100u);
    const uint32_t key = rng_below(rng, KEYS_USED);
    const uint32_t n = rng_below(rng, choice < 50u ? 5u : VALUE_USED_MAX);
    for (uint32_t i = 0; i < n; i++) value[i] = (uint8_t)rng_next(rng);
    enum nacre_err err = NACRE_OK; /* a full store is as good as any other */
    if (choice < 70u) err = nacre_set(&bed->store, key, value, n);
    else if (choice < 80u) err = nacre_remove(&bed->store, key);
    else if (choice < 98u) err = nacre_idle(&bed->store, &more);
    else err = fuzz_bed_mount(bed);
    (void)err;
    if (choice % 4u == 0) sim_nor_pass_us(bed->sim, 30000u);
}

/* The bytes of a region that a store used for a while; made once. */
static const uint8_t *used_region(uint32_t kind, uint32_t base)
{
    static uint8_t *regions[FUZZ_BEDS][BASES];
    static struct fuzz_bed bed;
    uint8_t **const region = &regions[kind][base];
    if (*region != NULL) return *region;
    struct rng rng = { rng_mix(kind * BASES + base) };
    fuzz_bed_open(&bed, kind);
    (void)fuzz_bed_mount(&bed);
    for (uint32_t i = 0; i < 1u + base * base / 2u; i++) use_once(&bed, &rng);
    if (base % 2u != 0) (void)nacre_unmount(&bed.store);
    *region = malloc(bed.sim->bytes);
    if (*region == NULL) abort();
    sim_nor_power_on(bed.sim);
    sim_nor_peek(bed.sim, 0, *region, bed.sim->bytes);
    fuzz_bed_close(&bed);
    return *region;
}

static bool is_blank(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (bytes[i] != 0xffu) return false;
    }
    return true;
}

/* Records without a mark: no store leaves that, and no bit that flips. */
static bool lacks_a_mark(const struct image *image)
{
    for (uint32_t unit = 0; unit < image->bed->lane_units * image->bed->lane_count; unit++) {
        const uint8_t *const bytes = image->bytes + unit * FUZZ_UNIT_BYTES;
        if (is_blank(bytes, GRANULE) && !is_blank(bytes, FUZZ_UNIT_BYTES)) return true;
    }
    return false;
}

uint32_t image_build(struct fuzz_bed *bed, struct fuzz_input *input)
{
    static uint8_t bytes[FUZZ_REGION_MAX];
    struct image image = { .bed = bed, .bytes = bytes, .lanes = 3u };
    const uint32_t base = fuzz_byte(input);
    image.lane_bytes = bed->lane_units * FUZZ_UNIT_BYTES;
    image.places = image.lane_bytes / GRANULE;
    memset(bytes, 0xff, sizeof bytes);
    go_to_unit(&image, 0, 0);
    if (base == IMAGE_RAW) {
        const size_t n = input->left < bed->sim->bytes ? input->left : bed->sim->bytes;
        memcpy(bytes, input->bytes, n);
        image.spoilt = image.places;
        input->bytes += n;
        input->left -= n;
    } else {
        if (base != IMAGE_BLANK) {
            image.is_used = true;
            memcpy(bytes, used_region(bed->kind, base % BASES), bed->sim->bytes);
        }
        for (uint32_t i = 0; i < COMMANDS_MAX && input->left != 0; i++) {
            const uint32_t command = fuzz_byte(input);
            if ((command & 0x0fu) == IMAGE_END) break;
            command_run(&image, input, command);
        }
    }
    sim_nor_poke(bed->sim, 0, bytes, bed->sim->bytes);
    return image.is_wild || lacks_a_mark(&image) ? IMAGE_WILD : image.spoilt;
}
