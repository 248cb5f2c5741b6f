/*
 * Whether what must run from RAM was also inlined into code that cannot be read.
 */
#ifndef TOOLS_CHECK_INLINED_H
#define TOOLS_CHECK_INLINED_H

#include "tools/check/check.h"
#include "tools/check/dwarf.h"

/*
 * Judge the roots: the symbols that are named, and each function of a named section that only
 * code outside the closure calls. One with an inlined copy in the dark is not what runs
 * (root-gone). Nothing is judged without DWARF, which alone tells of such copies.
 */
void inlined_judge(struct check *check, struct dwarf_lines *lines);

#endif
