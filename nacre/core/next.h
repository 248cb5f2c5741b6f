/*
 * The next unit: erase it in one lane after the other, see that it is blank, mark it. One that
 * fails twice in a row is retired.
 */
#ifndef NACRE_CORE_NEXT_H
#define NACRE_CORE_NEXT_H

#include "nacre/core/log.h"

/*
 * Take the next unit one step further: start an erase, see whether it has ended, mark the unit.
 *
 * wait     true: wait for the end of the erase; false: ask once
 * Cost     one erase started, or one program a lane
 * Returns  NACRE_OK    one step was taken, or the unit is marked
 *          NACRE_BUSY  the erase goes on (never where wait is true)
 *          NACRE_FULL  it is not dead, or no record says so yet; unchanged
 *          NACRE_WORN_OUT  it failed again, and no unit can be spared: read-only from now on
 *          NACRE_VERIFY, what the medium answers: it will be erased again, or is retired
 * Cut      no unit that lives is touched
 */
NACRE_MUST_CHECK enum nacre_err nacre_next_step(struct nacre_log *log, bool wait);

/*
 * Make the next unit ready up to its mark, waiting for its erases; one that fails is tried again
 * and then retired.
 *
 * Cost     one erase and one program a lane; for each unit that is retired two erases more
 * Returns  NACRE_OK; NACRE_FULL, NACRE_WORN_OUT; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_next_prepare(struct nacre_log *log);

/*
 * May the next unit be erased: is there a record that says that it is dead?
 */
bool nacre_next_is_dead(const struct nacre_log *log);

/*
 * Wait for an erase that is under way, and count the wait.
 *
 * Returns  NACRE_OK, also where the erase failed: it will be done again
 */
NACRE_MUST_CHECK enum nacre_err nacre_next_wait(struct nacre_log *log);

#endif
