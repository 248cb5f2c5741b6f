/*
 * What one event of a function means in a blackout.
 */
#ifndef TOOLS_CHECK_JUDGE_H
#define TOOLS_CHECK_JUDGE_H

#include "tools/check/check.h"

/*
 * Judge one event: add what it reaches, or a finding.
 *
 * function     the index of the function that it was told of, whose result is written
 */
void judge_event(struct check *check, uint32_t function, const struct flow_event *event);

#endif
