/*
 * Whether start-up copies to RAM what the blackout runs there.
 */
#ifndef TOOLS_CHECK_COPIED_H
#define TOOLS_CHECK_COPIED_H

#include "tools/check/check.h"

/*
 * Judge each section that holds a function that is reached and is stored elsewhere than it runs:
 * a copy that the linker's symbols describe covers it, from where it is stored, and code outside
 * the dark part names those addresses.
 */
void copied_judge(struct check *check);

#endif
