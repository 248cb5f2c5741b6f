/*
 * Everything that the roots reach, function by function, each judged by what it does.
 */
#ifndef TOOLS_CHECK_CLOSURE_H
#define TOOLS_CHECK_CLOSURE_H

#include "tools/check/check.h"

/*
 * Add the functions that the configuration's roots name: a function, or each function of a
 * section. One that is missing or dark becomes a finding (root-gone).
 */
void closure_add_roots(struct check *check);

/* Walk every function that is reached and was not walked yet, and judge what it does. */
void closure_walk(struct check *check);

#endif
