/*
 * A twin with one of the small images of tests/twin_fw, for the tests of the machine.
 */
#ifndef TESTS_SUPPORT_BOARD_BED_H
#define TESTS_SUPPORT_BOARD_BED_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/twin.h"

struct board_bed {
    struct twin_cfg cfg;
    struct twin *twin;
    uint64_t event_hash; /* over every event's fields, in order */
    uint64_t events;
    uint64_t of_kind[32];
    struct twin_event last[32]; /* the last event of each kind */
};

/* The configuration with the image and the bed's listener; change it, then bed_open. */
void bed_prepare(struct board_bed *bed, const char *image);
void bed_open(struct board_bed *bed);
/* Both, and the power on. */
void bed_start(struct board_bed *bed, const char *image);
void bed_close(struct board_bed *bed);

/* Run until the text, at most ms of virtual time; fails the test if it does not come. */
void bed_wait(struct board_bed *bed, const char *text, uint32_t ms);
enum twin_stop bed_run_ms(struct board_bed *bed, uint32_t ms);
enum twin_stop bed_type(struct board_bed *bed, const char *text, uint32_t ms);

/* The number of the last line "name=number" on the console; fails the test if there is none. */
uint32_t bed_value(const struct board_bed *bed, const char *name);
struct twin_violation bed_violation(const struct board_bed *bed);
uint32_t bed_symbol(const struct board_bed *bed, const char *name);

#endif
