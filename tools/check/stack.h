/*
 * How much stack the closure needs, and whether that has a bound.
 */
#ifndef TOOLS_CHECK_STACK_H
#define TOOLS_CHECK_STACK_H

#include "tools/check/check.h"

/*
 * Find chains of calls that come back to themselves, and the deepest of all others. The deepest
 * root counts, plus each live handler with its frame, for one may come on top of another.
 * Written: stack_bytes, stack_known; findings recursion and stack-bound.
 */
void stack_judge(struct check *check);

#endif
