/*
 * The next unit: erase it, see that it is blank, mark it.
 */
#ifndef NACRE_CORE_NEXT_H
#define NACRE_CORE_NEXT_H

#include "nacre/core/log.h"

/*
 * Take the next unit one step further: start its erase, see whether it has ended, mark it.
 *
 * wait     true: wait for the end of the erase; false: ask once
 * Cost     one erase started, or one program
 * Returns  NACRE_OK    one step was taken, or the unit is marked
 *          NACRE_BUSY  the erase goes on (never where wait is true)
 *          NACRE_FULL  it is not dead, or no record says so yet; unchanged
 *          NACRE_VERIFY, what the medium answers: it will be erased again
 * Cut      no unit that lives is touched
 */
NACRE_MUST_CHECK enum nacre_err nacre_next_step(struct nacre_log *log, bool wait);

/*
 * May the next unit be erased: is there a record that says that it is dead?
 */
bool nacre_next_is_dead(const struct nacre_log *log);

/*
 * Wait for an erase that is under way, and count the wait.
 *
 * Returns  as nacre_next_step
 */
NACRE_MUST_CHECK enum nacre_err nacre_next_wait(struct nacre_log *log);

#endif
