/*
 * The checks of nacre/medium.h that any medium must pass, on a part that is blank: in a test of
 * this machine and in a firmware image alike, so that they need nothing but memory for a shadow.
 *
 * What must be read is kept in the shadow as a flash would hold it: blank is FF, a granule is
 * programmed once between two erases.
 */
#ifndef TESTS_SUPPORT_MEDIUM_SUITE_H
#define TESTS_SUPPORT_MEDIUM_SUITE_H

#include "nacre/medium.h"
#include "tests/support/rng.h"

#include <stdbool.h>
#include <stdint.h>

#define SUITE_PROGRAM_MAX 256u

struct medium_suite {
    struct nacre_medium *medium;
    /* Open the medium anew, as after a restart; null: it does not open. */
    struct nacre_medium *(*reopen)(void *context);
    void *context;
    uint8_t *shadow;           /* of the region's bytes */
    uint32_t shadow_bytes;
    struct nacre_geometry geometry; /* as it was at the start */
    uint32_t bytes;            /* of the region */
    uint32_t calls;            /* of any order; 0: as many as a quick model takes */
    struct rng rng;
    uint32_t failed_line;      /* of medium_suite.c; 0: all is well */
    uint32_t detail;           /* what was found there: an error, an address */
};

/*
 * Begin with a medium that was just opened, on a blank part.
 *
 * Returns  false: the shadow is too small for it
 */
bool suite_begin(struct medium_suite *suite, struct nacre_medium *medium);

struct medium_check {
    const char *name;
    bool (*run)(struct medium_suite *suite);
    bool is_of_addresses; /* worth its time on a region that is a whole part, too */
};

/* Ended by one whose name is null; each begins with a blank part. */
extern const struct medium_check medium_checks[];

/* What the checks are made of. Each returns false, with failed_line, if it went wrong. */
bool suite_reopen(struct medium_suite *suite);
bool suite_reads_all(struct medium_suite *suite);
bool suite_program(struct medium_suite *suite, uint32_t addr, uint32_t n);
bool suite_erase(struct medium_suite *suite, uint32_t unit);
void suite_fill(struct medium_suite *suite, uint8_t *bytes, uint32_t n);

/* From one place to the next: a page, or less where a unit has fewer than eight. */
uint32_t suite_stride(const struct medium_suite *suite);

/* The first byte outside of n bytes at addr that is not as the shadow says; UINT32_MAX: none. */
uint32_t suite_first_wrong(struct medium_suite *suite, uint32_t addr, uint32_t n);

#endif
