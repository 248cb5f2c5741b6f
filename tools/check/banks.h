/*
 * Which sections lie in the bank of the settings.
 */
#ifndef TOOLS_CHECK_BANKS_H
#define TOOLS_CHECK_BANKS_H

#include "tools/check/check.h"

/*
 * Judge each section against the banks that the settings region lies in: what is read at run time
 * must be in another one. Nothing is judged without `settings` in the configuration; without
 * `bank` lines the region itself counts.
 */
void banks_judge(struct check *check);

#endif
