/*
 * A second reader of a store's bytes, written from docs/format.md sections 1 to 5 and from nothing
 * else. What it finds must be what the store answers.
 */
#ifndef TESTS_SUPPORT_DECODE_H
#define TESTS_SUPPORT_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#define DECODE_KEYS 64u
#define DECODE_VALUE_BYTES 1024u

enum decode_state { DECODE_STORE, DECODE_NEW, DECODE_FOREIGN, DECODE_NEWER };

struct decode_value {
    bool is_known; /* a record of the key was seen */
    bool is_set;   /* and it is not a removal */
    uint32_t n;
    uint8_t bytes[DECODE_VALUE_BYTES];
};

struct decode {
    const uint8_t *bytes;
    uint32_t slots;
    uint32_t unit_count;
    enum decode_state state;
    uint32_t head;   /* generation */
    uint32_t oldest; /* generation */
    bool next_is_marked;
    bool is_clean;   /* the newest record says so */
    uint32_t newest_place;
    uint32_t records;
    struct decode_value values[DECODE_KEYS];
};

/* Read a region of so many units; keys from DECODE_KEYS on are left out. */
void decode_region(struct decode *decode, const uint8_t *bytes, uint32_t unit_bytes,
                   uint32_t unit_count);

/* CRC-32C of bytes behind a message whose CRC-32C is crc (0 for an empty one). */
uint32_t decode_crc(uint32_t crc, const uint8_t *bytes, uint32_t n);

/*
 * Write a mark into a granule, for images that no store has written.
 */
struct decode_mark {
    uint32_t generation;
    uint32_t oldest;
    uint32_t wear;
    uint32_t version;
};
void decode_make_mark(uint8_t *granule, const struct decode_mark *mark, uint32_t place,
                      uint32_t unit_count);

#endif
