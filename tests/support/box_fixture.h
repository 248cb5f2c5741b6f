/*
 * The one box of a test program. What opens it is the program's own, but for a blank region of four
 * units; what closes it is not.
 */
#ifndef TESTS_SUPPORT_BOX_FIXTURE_H
#define TESTS_SUPPORT_BOX_FIXTURE_H

#include "tests/support/store_box.h"

extern struct box box;

/* cmocka fixture: a chip of four units, the store not yet mounted. */
int box_begin_four(void **state);
/* Fails the test, and says why, if the store ever broke a rule of the chip. */
int box_end(void **state);

#endif
