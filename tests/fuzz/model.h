/*
 * What a store holds, as far as docs/guarantee.md says: a value or none for each key. It is copied
 * to make the one of after a call, and compared as a whole.
 */
#ifndef TESTS_FUZZ_MODEL_H
#define TESTS_FUZZ_MODEL_H

#include "nacre/core/store.h"

#include <stdbool.h>
#include <stdint.h>

#define MODEL_KEYS 16u       /* the application's keys 0.. */
#define MODEL_FACTORY_KEYS 4u /* of these, with a factory value: entries MODEL_KEYS.. */
#define MODEL_ENTRIES (MODEL_KEYS + MODEL_FACTORY_KEYS)
#define MODEL_VALUE_MAX 200u
#define MODEL_PAST_MAX 600u

struct model_value {
    bool is_set;
    uint32_t n;
    uint8_t bytes[MODEL_VALUE_MAX];
};

struct model {
    struct model_value at[MODEL_ENTRIES];
};

/* Every value that a key ever was given: what a damaged record may fall back to, if it says so. */
struct model_past {
    uint32_t count;
    uint32_t entry[MODEL_PAST_MAX];
    uint32_t crc[MODEL_PAST_MAX];
};

void model_clear(struct model *model);

/* value null: no value */
void model_set(struct model *model, uint32_t entry, const uint8_t *value, uint32_t n);

bool model_holds(const struct model *model, uint32_t entry, const uint8_t *value, uint32_t n);

bool model_equals(const struct model *a, const struct model *b);

void model_past_add(struct model_past *past, uint32_t entry, const uint8_t *value, uint32_t n);

bool model_past_has(const struct model_past *past, uint32_t entry, const uint8_t *value,
                    uint32_t n);

#endif
