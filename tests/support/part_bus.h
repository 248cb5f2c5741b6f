/*
 * One part of the twin on a bus of its own, with power: what the tests of the library's memories on
 * I2C and SPI begin with.
 */
#ifndef TESTS_SUPPORT_PART_BUS_H
#define TESTS_SUPPORT_PART_BUS_H

#include "nacre/medium.h"
#include "nacre/parts/part.h"
#include "tests/support/medium_bus.h"

struct part_bus {
    struct part *part;
    struct medium_bus bus;
};

/* name: of the twin's row; pins: levels of A2..A0 on I2C. */
void part_bus_begin(struct part_bus *bed, const char *name, uint8_t pins);
void part_bus_end(struct part_bus *bed);

/* Take the power away and give it back. */
void part_bus_restart(struct part_bus *bed);

/* The next `count` transfers behind `after` others answer `answer`; see struct bus_fault. */
void part_bus_fail(struct part_bus *bed, uint64_t after, uint64_t count, enum bus_reach reach,
                   int32_t answer);

/* Erase a unit, to its end. */
enum nacre_err part_bus_erase(struct nacre_medium *medium, uint32_t unit);

/* Fill n bytes from a seed. */
void part_bus_pattern(uint8_t *bytes, uint32_t n, uint32_t seed);

/*
 * Erase each unit, write a page or 64 bytes at its start and at its end, and read all of it back.
 * Leaves each unit with that; ends the test where something differs.
 */
void part_bus_use_all(struct nacre_medium *medium);
/* An address in the first unit that this leaves blank. */
uint32_t part_bus_middle(const struct nacre_medium *medium);
/* See that it is still there. */
void part_bus_check_all(struct nacre_medium *medium);

/* The library's row of the part says what the twin's says; ends the test where it does not. */
void part_bus_check_row(const struct part_bus *bed, const struct nacre_part *part);

/* Where a region may lie: at the part's start, at its end, and across its border of 64 KB. */
#define PART_BUS_PLACES 3u
uint32_t part_bus_place(const struct nacre_part *part, uint32_t region_bytes, uint32_t place);

/* Open, use all, restart, open, check all; the part's rules are kept. Else ends the test. */
void part_bus_keeps_all(struct part_bus *bed, struct nacre_medium *medium,
                        enum nacre_err (*open)(void));

#endif
