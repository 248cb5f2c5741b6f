/*
 * Boards with any chip that there is a row of. The image finds out which: a row of another chip is
 * refused before anything is written.
 *
 * A budget of slices is what the shortest slice of an erase takes: its run, its suspend latency,
 * and what the commands round it need on eight lines or on one.
 */
#include "examples/brightness/region.h"
#include "nacre/media/nor_tables.h"

#include <stddef.h>

#define UNITS 16u
#define SLICED_UNITS 8u /* an erase takes long there: the first start is to be short */

static const struct region w25q128jv = {
    .chip = &nacre_chip_w25q128jv,
    .image_bytes = 0x00800000,
    .budget_us = 1100,
    .addr = 0x00FE0000,
    .bytes = SLICED_UNITS * 4096u,
    .assume = NACRE_ASSUME_NOTHING,
    .check_tables = nacre_tables_check,
};

static const struct region mt35xu512aba = {
    .chip = &nacre_chip_mt35xu512aba,
    .image_bytes = 0x02000000,
    .budget_us = 1150,
    .addr = 0x03FE0000,
    .bytes = SLICED_UNITS * 4096u,
    .assume = NACRE_ASSUME_NOTHING,
    .next = &w25q128jv,
};

/* Where the part has units of 4 KB. */
static const struct region s28hs512t = {
    .chip = &nacre_chip_s28hs512t,
    .image_bytes = 0x02000000,
    .budget_us = 1150,
    .addr = 0x03FE0000,
    .bytes = SLICED_UNITS * 4096u,
    .assume = NACRE_ASSUME_NOTHING,
    .next = &mt35xu512aba,
};

static const struct region gd25lx512me = {
    .chip = &nacre_chip_gd25lx512me,
    .image_bytes = 0x02000000,
    .budget_us = 1150,
    .addr = 0x03FE0000,
    .bytes = SLICED_UNITS * 4096u,
    .assume = NACRE_ASSUME_NOTHING,
    .next = &s28hs512t,
};

const struct region region = {
    .chip = &nacre_chip_mx66uw1g45g,
    .image_bytes = REGION_BANK_0,
    .budget_us = REGION_BUDGET_US,
    .addr = REGION_ADDR,
    .bytes = UNITS * 4096u,
    .assume = NACRE_ASSUME_NOTHING,
    .check_tables = nacre_tables_check,
    .next = &gd25lx512me,
};
