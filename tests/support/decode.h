/*
 * A second reader of a store's bytes, written from docs/format.md sections 1 to 5 and from nothing
 * else. What it finds must be what the store answers.
 */
#ifndef TESTS_SUPPORT_DECODE_H
#define TESTS_SUPPORT_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#define DECODE_KEYS 64u
#define DECODE_FACTORY DECODE_KEYS /* values of the keys 0x4000 and on follow the user's */
#define DECODE_FACTORY_COUNT 8u
#define DECODE_OWN (DECODE_FACTORY + DECODE_FACTORY_COUNT) /* and those of 0x7F01 and on */
#define DECODE_OWN_COUNT 4u
#define DECODE_VALUES (DECODE_OWN + DECODE_OWN_COUNT)
#define DECODE_VALUE_BYTES 1024u

enum decode_state { DECODE_STORE, DECODE_NEW, DECODE_FOREIGN, DECODE_NEWER };

struct decode_value {
    bool is_known; /* a record of the key was seen, or a reset that voids what came before */
    bool is_set;   /* and it is not a removal */
    bool is_stale; /* the record says so: an older value, or without one, a lost one */
    uint32_t n;
    uint8_t bytes[DECODE_VALUE_BYTES];
};

struct decode {
    const uint8_t *bytes;
    uint32_t lanes;      /* 1 or 2; the second one is the second half of the bytes */
    uint32_t slots;
    uint32_t slot_bytes; /* a granule's, or those of the pages that a record has to itself */
    bool slot_is_page;
    uint32_t unit_count; /* of a lane */
    uint32_t cut;        /* the cut block, in slots */
    enum decode_state state;
    uint32_t head;   /* generation */
    uint32_t oldest; /* generation */
    bool next_is_marked;
    bool is_clean;   /* the newest record says so */
    uint32_t newest_place;
    uint32_t records;
    uint32_t members;      /* records of transactions that were accepted */
    uint32_t loose;        /* records of transactions without a closing */
    uint32_t one_lane;     /* records that only one lane of two holds */
    uint32_t retired;      /* units that are said to be retired */
    struct decode_value values[DECODE_VALUES];
};

/* Read a region of one lane of so many units; keys that have no place in values are left out. */
void decode_region(struct decode *decode, const uint8_t *bytes, uint32_t unit_bytes,
                   uint32_t unit_count);

/* The same for two lanes of unit_count / 2 units each, where a cut spoils cut_bytes. */
void decode_two_lanes(struct decode *decode, const uint8_t *bytes, uint32_t unit_bytes,
                      uint32_t unit_count, uint32_t cut_bytes);

/* One lane in which a record takes whole slots of slot_bytes, which are the medium's pages. */
void decode_pages(struct decode *decode, const uint8_t *bytes, uint32_t unit_bytes,
                  uint32_t unit_count, uint32_t slot_bytes);

/* The place in values of a key, or DECODE_VALUES. */
uint32_t decode_index(uint32_t key);

/* CRC-32C of bytes behind a message whose CRC-32C is crc (0 for an empty one). */
uint32_t decode_crc(uint32_t crc, const uint8_t *bytes, uint32_t n);

/* The CRC of the seed of a mark or record. */
uint32_t decode_seed_crc(uint32_t generation, uint32_t place, uint32_t unit_count);

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
