/*
 * The one board of a test program, with the image twin_fw/faults.c.
 */
#ifndef TESTS_SUPPORT_FAULTS_FIXTURE_H
#define TESTS_SUPPORT_FAULTS_FIXTURE_H

#include "tests/support/board_bed.h"

extern struct board_bed bed;

/* cmocka fixture: the power is on and the image waits for its letters. */
int faults_begin(void **state);
/* cmocka fixture: gives the board back. */
int faults_end(void **state);
/* Power on, until the image waits for its letters; fails the test if it never does. */
void faults_power_on(void);

#endif
