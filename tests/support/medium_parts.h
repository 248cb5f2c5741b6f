/*
 * The live bed of a part on a serial bus, for tests that must reach into it: a pin, an id, a bus
 * that does as it should not.
 */
#ifndef TESTS_SUPPORT_MEDIUM_PARTS_H
#define TESTS_SUPPORT_MEDIUM_PARTS_H

#include "nacre/media/i2c_memory.h"
#include "nacre/media/spi_memory.h"
#include "nacre/media/spi_nor.h"
#include "tests/support/medium_bed.h"
#include "tests/support/medium_bus.h"

struct medium_part_bed;

/* What a kind's row is: the part's name in the twin, and the library's row of it. */
struct medium_part {
    const char *name;
    enum nacre_err (*open)(struct medium_part_bed *bed, struct nacre_medium **medium);
    const struct nacre_part *part; /* one of the two is null */
    const struct nacre_chip *chip;
    uint32_t hz;                   /* of the bus; 0: the part's highest */
};

union medium_of_part {
    struct nacre_i2c_memory i2c;
    struct nacre_spi_memory spi;
    struct nacre_spi_nor nor;
};

struct medium_part_bed {
    const struct medium_kind *kind;
    const struct medium_part *kind_row; /* the kind's */
    struct part *part;
    struct medium_bus bus;
    union medium_of_part medium;
    uint32_t boots;
};

extern struct medium_part_bed medium_part_bed;

/* The kinds' own parts: see medium_bed.h. */
extern const struct medium_bed_ops medium_part_ops;
extern const struct medium_bus_ops medium_i2c_ops;
extern const struct medium_bus_ops medium_spi_ops;

/* What a cut leaves of a write cycle; where cells take no time each byte is a place of its own. */
#define MEDIUM_CYCLE_TEARS 10u
#define MEDIUM_BYTE_TEARS 1u
extern const char *const medium_cycle_tears[MEDIUM_CYCLE_TEARS];
extern const char *const medium_byte_tears[MEDIUM_BYTE_TEARS];

uint32_t medium_part_region_bytes(void);

/* Open the medium of the live bed again without a restart of the part. */
enum nacre_err medium_part_open(struct nacre_medium **medium);

#endif
