/*
 * The model: see the header.
 */
#include "tests/fuzz/model.h"

#include "tests/support/decode.h"

#include <string.h>

void model_clear(struct model *model)
{
    memset(model, 0, sizeof *model);
}

void model_set(struct model *model, uint32_t entry, const uint8_t *value, uint32_t n)
{
    struct model_value *const to = &model->at[entry];
    memset(to, 0, sizeof *to);
    to->is_set = value != NULL;
    if (value == NULL) return;
    to->n = n;
    memcpy(to->bytes, value, n);
}

bool model_holds(const struct model *model, uint32_t entry, const uint8_t *value, uint32_t n)
{
    const struct model_value *const has = &model->at[entry];
    if (value == NULL) return !has->is_set;
    return has->is_set && has->n == n && memcmp(has->bytes, value, n) == 0;
}

bool model_equals(const struct model *a, const struct model *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

void model_past_add(struct model_past *past, uint32_t entry, const uint8_t *value, uint32_t n)
{
    if (past->count == MODEL_PAST_MAX) return;
    past->entry[past->count] = entry;
    past->crc[past->count++] = decode_crc(0, value, n) + n;
}

bool model_past_has(const struct model_past *past, uint32_t entry, const uint8_t *value, uint32_t n)
{
    const uint32_t crc = decode_crc(0, value, n) + n;
    for (uint32_t i = 0; i < past->count; i++) {
        if (past->entry[i] == entry && past->crc[i] == crc) return true;
    }
    return past->count == MODEL_PAST_MAX; /* it forgot some */
}
