/*
 * Branches back, and whether a bound of the loop is visible.
 */
#include "tools/check/flow_walk.h"

void loop_tell(struct walk *walk)
{
    for (uint32_t i = 0; i < walk->edge_count; i++) {
        const struct edge edge = walk->edges[i];
        const uint32_t to = walk->leaders[edge.to].at;
        if (to > edge.at) continue;
        const struct insn insn = {.at = edge.at};
        walk_tell(walk, &insn, (struct flow_event){.kind = FLOW_LOOP, .target = to,
                                                   .how = "no visible bound"});
    }
}
