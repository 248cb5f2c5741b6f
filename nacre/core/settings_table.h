/*
 * The table: what an application declares of its settings, one row each, const, keys ascending.
 *
 *     static const struct nacre_setting table[] = {
 *         {NACRE_SETTING_U8(1, "display.brightness", 50, 0, 100), .flags = NACRE_COALESCED},
 *         {NACRE_SETTING_STRING(2, "unit.label", "", 16)},
 *     };
 *
 * A row's macro gives all members but the flags. What it can see, it refuses when it is compiled,
 * with a message that says what is wrong; the rest is refused when the table is opened.
 */
#ifndef NACRE_CORE_SETTINGS_TABLE_H
#define NACRE_CORE_SETTINGS_TABLE_H

#include "nacre/core/store.h"

#include <stdint.h>

/*
 * What a setting is. Of a number, the two low bits say its bytes (1, 2, 4, 8) and bit 2 whether it
 * has a sign.
 */
enum nacre_type {
    NACRE_TYPE_U8 = 0,
    NACRE_TYPE_U16 = 1,
    NACRE_TYPE_U32 = 2,
    NACRE_TYPE_U64 = 3,
    NACRE_TYPE_I8 = 4,
    NACRE_TYPE_I16 = 5,
    NACRE_TYPE_I32 = 6,
    NACRE_TYPE_I64 = 7,
    NACRE_TYPE_BOOL = 8,
    NACRE_TYPE_FLOAT = 10, /* 32 bits, IEEE 754 */
    NACRE_TYPE_STRING = 16,
    NACRE_TYPE_BLOB = 17,
};

/* Flags of a row. */
#define NACRE_COALESCED 1u /* saved on request: pending until a flush (settings_pending.h) */
#define NACRE_FACTORY 2u   /* a value made in the factory may stand for the default */
#define NACRE_SECRET 4u    /* encrypted and authenticated on the medium (secret.h) */

union nacre_number {
    uint64_t u; /* bool, u8 to u64 */
    int64_t i;  /* i8 to i64 */
    float f;    /* only ever moved as its four bytes */
};

struct nacre_setting {
    const char *name;  /* such as "display.brightness" */
    uint16_t key;      /* stable: it is what the medium knows of the setting */
    uint8_t type;      /* enum nacre_type */
    uint8_t flags;
    uint16_t size;     /* string: bytes with its end; blob: the most bytes; numbers: 0 */
    uint16_t count;    /* how many of list */
    const void *list;  /* string, blob: the default's bytes, an end not counted; numbers: the
                          allowed values, const int64_t, or null for all from least to most */
    union nacre_number value; /* the default of a number */
    union nacre_number least;
    union nacre_number most;
};

/* 0, or no compilation with this message. */
#define NACRE_PROVED(condition, message) \
    (0u * (uint32_t)sizeof(struct { _Static_assert(condition, message); char unused; }))

#define NACRE_ROW_START(key_, name_, type_, proved) \
    .name = "" name_, .type = (type_), \
    .key = (uint16_t)((key_) + (proved) + NACRE_PROVED((int64_t)(key_) >= 0 && \
                                                       (int64_t)(key_) <= (int64_t)NACRE_KEY_MAX, \
                                                       "the key is out of range"))

#define NACRE_ROW_WITHIN(value_, least_, most_, type_least, type_most) \
    (NACRE_PROVED((int64_t)(least_) >= (type_least) && (int64_t)(most_) <= (type_most), \
                  "a limit is outside the type") + \
     NACRE_PROVED((int64_t)(least_) <= (int64_t)(value_) && (int64_t)(value_) <= (int64_t)(most_), \
                  "the default is outside its limits"))

/* In the order of a u64, but with a sign: compilers warn of a comparison with 0 that has none. */
#define NACRE_RANK(value_) ((int64_t)((uint64_t)(value_) ^ 0x8000000000000000u))

#define NACRE_ROW_UNSIGNED(key_, name_, type_, value_, least_, most_, type_most) \
    NACRE_ROW_START(key_, name_, type_, \
                    NACRE_ROW_WITHIN(value_, least_, most_, 0, type_most)), \
    .value = {.u = (value_)}, .least = {.u = (least_)}, .most = {.u = (most_)}

#define NACRE_ROW_SIGNED(key_, name_, type_, value_, least_, most_, type_least, type_most) \
    NACRE_ROW_START(key_, name_, type_, \
                    NACRE_ROW_WITHIN(value_, least_, most_, type_least, type_most)), \
    .value = {.i = (value_)}, .least = {.i = (least_)}, .most = {.i = (most_)}

/* The rows of a table, one macro a type: both limits belong to the allowed values. */
#define NACRE_SETTING_BOOL(key, name, value) \
    NACRE_ROW_UNSIGNED(key, name, NACRE_TYPE_BOOL, value, 0, 1, 1)
#define NACRE_SETTING_U8(key, name, value, least, most) \
    NACRE_ROW_UNSIGNED(key, name, NACRE_TYPE_U8, value, least, most, UINT8_MAX)
#define NACRE_SETTING_U16(key, name, value, least, most) \
    NACRE_ROW_UNSIGNED(key, name, NACRE_TYPE_U16, value, least, most, UINT16_MAX)
#define NACRE_SETTING_U32(key, name, value, least, most) \
    NACRE_ROW_UNSIGNED(key, name, NACRE_TYPE_U32, value, least, most, UINT32_MAX)
#define NACRE_SETTING_U64(key, name, value_, least_, most_) \
    NACRE_ROW_START(key, name, NACRE_TYPE_U64, \
                    NACRE_PROVED(((least_) > 0 || (least_) == 0) && \
                                 ((value_) > 0 || (value_) == 0) && \
                                 ((most_) > 0 || (most_) == 0), "a limit is outside the type") + \
                    NACRE_PROVED(NACRE_RANK(least_) <= NACRE_RANK(value_) && \
                                 NACRE_RANK(value_) <= NACRE_RANK(most_), \
                                 "the default is outside its limits")), \
    .value = {.u = (value_)}, .least = {.u = (least_)}, .most = {.u = (most_)}
#define NACRE_SETTING_I8(key, name, value, least, most) \
    NACRE_ROW_SIGNED(key, name, NACRE_TYPE_I8, value, least, most, INT8_MIN, INT8_MAX)
#define NACRE_SETTING_I16(key, name, value, least, most) \
    NACRE_ROW_SIGNED(key, name, NACRE_TYPE_I16, value, least, most, INT16_MIN, INT16_MAX)
#define NACRE_SETTING_I32(key, name, value, least, most) \
    NACRE_ROW_SIGNED(key, name, NACRE_TYPE_I32, value, least, most, INT32_MIN, INT32_MAX)
#define NACRE_SETTING_I64(key, name, value, least, most) \
    NACRE_ROW_SIGNED(key, name, NACRE_TYPE_I64, value, least, most, INT64_MIN, INT64_MAX)

/* No compiler has to compare floats in a constant: they are checked when the table is opened. */
#define NACRE_SETTING_FLOAT(key, name, value_, least_, most_) \
    NACRE_ROW_START(key, name, NACRE_TYPE_FLOAT, 0u), \
    .value = {.f = (value_)}, .least = {.f = (least_)}, .most = {.f = (most_)}

/* One of the values named after the default: NACRE_SETTING_ONE_OF(NACRE_TYPE_U16, 3, "uart.kbaud",
   115, 9, 115, 921). Integers only. */
#define NACRE_SETTING_ONE_OF(type, key, name, value_, ...) \
    NACRE_ROW_START(key, name, type, 0u), .value = {.i = (value_)}, \
    .list = (const int64_t[]){__VA_ARGS__}, \
    .count = sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)

/* text: a string literal; size: bytes with its end, 2 to NACRE_VALUE_BYTES_MAX */
#define NACRE_SETTING_STRING(key, name, text, size_) \
    NACRE_ROW_START(key, name, NACRE_TYPE_STRING, \
                    NACRE_PROVED((size_) >= 2 && (size_) <= NACRE_VALUE_BYTES_MAX, \
                                 "a string has 2 to NACRE_VALUE_BYTES_MAX bytes") + \
                    NACRE_PROVED(sizeof("" text) <= (size_), \
                                 "the default is longer than the size")), \
    .list = "" text, .count = sizeof("" text) - 1u, .size = (size_)

/* size: the most bytes, 1 to NACRE_VALUE_BYTES_MAX; the default has none */
#define NACRE_SETTING_BLOB(key, name, size_) \
    NACRE_ROW_START(key, name, NACRE_TYPE_BLOB, \
                    NACRE_PROVED((size_) >= 1 && (size_) <= NACRE_VALUE_BYTES_MAX, \
                                 "a blob has 1 to NACRE_VALUE_BYTES_MAX bytes")), \
    .list = "", .count = 0, .size = (size_)

/* The same with a default: an array, all of it. */
#define NACRE_SETTING_BLOB_FROM(key, name, array, size_) \
    NACRE_ROW_START(key, name, NACRE_TYPE_BLOB, \
                    NACRE_PROVED((size_) >= 1 && (size_) <= NACRE_VALUE_BYTES_MAX, \
                                 "a blob has 1 to NACRE_VALUE_BYTES_MAX bytes") + \
                    NACRE_PROVED(sizeof(array) <= (size_), \
                                 "the default is longer than the size")), \
    .list = (array), .count = sizeof(array), .size = (size_)

/* What is wrong with a row. */
enum nacre_bad_row {
    NACRE_ROW_GOOD = 0,
    NACRE_ROW_NAME = 1,       /* it has none */
    NACRE_ROW_NAME_TWICE = 2, /* a row before has the same */
    NACRE_ROW_KEY = 3,        /* above NACRE_KEY_MAX */
    NACRE_ROW_ORDER = 4,      /* not above the key before: equal, or not sorted */
    NACRE_ROW_TYPE = 5,       /* none of enum nacre_type, or one that cannot be a list of values */
    NACRE_ROW_FLAGS = 6,      /* one that is not known; a secret that would be coalesced */
    NACRE_ROW_LIMITS = 7,     /* outside the type, the wrong way round, not a number; a list without
                                 its values */
    NACRE_ROW_SIZE = 8,       /* none, or above NACRE_VALUE_BYTES_MAX */
    NACRE_ROW_DEFAULT = 9,    /* outside its limits, not one of the allowed values, longer than its
                                 size, or a string with an end inside */
};

/*
 * Check a whole table.
 *
 * count    rows, 1 or more
 * bad      the first row that is wrong; written where the answer is not NACRE_ROW_GOOD
 * Cost     compares each name with each
 * Context  any
 */
enum nacre_bad_row nacre_settings_table_check(const struct nacre_setting *table, uint32_t count,
                                              uint32_t *bad);

#endif
