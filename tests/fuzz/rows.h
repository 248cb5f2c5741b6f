/*
 * The table that fuzz_settings.c uses, and what docs/settings.md says of the bytes under its keys.
 */
#ifndef TESTS_FUZZ_ROWS_H
#define TESTS_FUZZ_ROWS_H

#include "nacre/core/settings_table.h"

#include <stdbool.h>
#include <stdint.h>

#define ROWS 9u
#define CELL_MAX 32u

extern const struct nacre_setting table[ROWS];

struct cell {
    bool is_set;
    uint32_t n;
    uint8_t bytes[CELL_MAX];
};

bool cells_agree(const struct cell *a, const struct cell *b);
struct cell cell_of(const void *bytes, uint32_t n);

/* The number that the first bytes of a cell are. */
int64_t number_of(const struct cell *cell, uint32_t bytes, bool has_sign);

/* Do the bytes of a cell fit a row? */
bool is_fit(uint32_t row, const struct cell *cell);

/* The default of a row, as it would be stored. */
struct cell default_of(uint32_t row);

#endif
