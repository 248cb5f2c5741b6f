/*
 * What one instruction does to the state of a walk.
 */
#ifndef TOOLS_CHECK_FLOW_STEP_H
#define TOOLS_CHECK_FLOW_STEP_H

#include "tools/check/flow_walk.h"

/* Do it, and tell what there is to tell. Returns whether the run goes on behind it. */
bool step_do(struct walk *walk, const struct insn *insn);

#endif
