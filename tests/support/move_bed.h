/*
 * A table in its third version, and the steps from the first one to it.
 *
 * The store of version 1 is made with plain calls of the store, and what must come of it is written
 * down beside it: the steps are never asked.
 */
#ifndef TESTS_SUPPORT_MOVE_BED_H
#define TESTS_SUPPORT_MOVE_BED_H

#include "nacre/core/settings_move.h"
#include "tests/support/settings_bed.h"

/* Version 1. */
#define OLD_PERCENT 1u /* u8 */
#define OLD_NAME 2u    /* string */
#define OLD_LEGACY 3u  /* u16 */
#define OLD_TRIM 4u    /* i32, with a factory value */
#define KEPT 5u        /* u8, the same in all versions */
#define UNKNOWN 700u   /* in no table */
/* Version 2: the name has key 12, legacy is gone. Version 3, which bed.cfg.table is set to: */
#define NEW_PERMILLE 11u
#define NEW_NAME 12u
#define NEW_TRIM 14u

#define FILLER 3000u /* a key that is_version_1 and is_version_3 do not look at */

extern uint32_t move_runs[2];        /* of each step */
extern enum nacre_err move_step_err; /* what step 2 answers at its end */
extern uint8_t move_scratch[16];
extern struct nacre_moves moves;

/* Each step that is there, for other moves. */
enum nacre_err move_step_1(struct nacre_move *move, void *context);
enum nacre_err move_step_2(struct nacre_move *move, void *context);

/* Let bed.cfg have the table of version 3 and its moves; the settings are not opened. */
void move_bed_set(void);

/* cmocka fixture: settings_begin, then move_bed_set; settings_end ends it. */
int move_bed_begin(void **state);
/* The same on a chip whose cuts spoil a page: two lanes. */
int move_bed_begin_two_lanes(void **state);

/* Plain calls of the store that must work. */
void set_raw(uint32_t key, const void *value, uint32_t n);
void set_version(uint8_t version);
void make_version_1(void);

/* Does the store hold this value? Are these all its keys, ascending, each followed by a blank? */
bool holds(uint32_t key, const void *value, uint32_t n);
bool has_keys(const char *keys);

/* Is all of it as version 1 was made, or as version 3 must be? */
bool is_version_1(void);
bool is_version_3(void);

#endif
