/*
 * What leaves the function: registers, stack arguments and stored values that point into the dark,
 * and addresses in the function's own stack, after which anyone may write to it.
 */
#include "tools/check/flow_walk.h"

#define ARG_SLOTS 4u

static const char *const passed[] = {
    "passed in r0", "passed in r1", "passed in r2",  "passed in r3",  "passed in r4",
    "passed in r5", "passed in r6", "passed in r7",  "passed in r8",  "passed in r9",
    "passed in r10", "passed in r11", "passed in r12", "passed in sp", "passed in lr"};

void leave_value(struct walk *walk, const struct insn *insn, uint32_t value, const char *how,
                 uint32_t into)
{
    const uint32_t count = value_at(walk->values, value)->count;
    for (uint32_t i = 0; i < count; i++) {
        const struct entry entry = *value_entry(walk->values, value, i);
        if (entry.kind == ENTRY_STACK) {
            walk->state.is_shared = true;
            continue;
        }
        /* A base right below the dark counts where it is read from, not where it is a number. */
        const bool is_dark = image_place(walk->image, entry.v) == IMAGE_DARK;
        if (entry.is_masked || !is_dark) continue;
        walk_tell(walk, insn,
                  (struct flow_event){.kind = FLOW_POINTER, .target = entry.v, .from = entry.from,
                                      .is_known = entry.span == 0u, .how = how, .into = into});
    }
}

void leave_regs(struct walk *walk, const struct insn *insn, uint32_t mask, const char *how)
{
    for (uint32_t reg = 0; reg < 15u; reg++) {
        if ((mask >> reg & 1u) == 0u || reg == REG_SP) continue;
        leave_value(walk, insn, walk->state.regs[reg], how != NULL ? how : passed[reg], 0);
    }
}

/* Slots that a callee may see: all, when an address in the stack is known elsewhere. */
static void leave_slots(struct walk *walk, const struct insn *insn)
{
    int32_t top = 0;
    const bool is_exact = walk_stack(walk, &top);
    for (uint32_t i = 0; i < walk->state.slot_count; i++) {
        const struct slot slot = walk->state.slots[i];
        const bool is_argument = is_exact && slot.offset >= top &&
                                 slot.offset < top + (int32_t)(4u * ARG_SLOTS);
        if (!is_argument && !walk->state.is_shared) continue;
        leave_value(walk, insn, slot.value, "passed on the stack", 0);
    }
}

void leave_call(struct walk *walk, const struct insn *insn)
{
    /* The register that is called through is no argument. */
    const uint32_t through = insn->op == OP_BLX || insn->op == OP_BX ? 1u << insn->rm : 0u;
    leave_regs(walk, insn, 0xFu & ~through, NULL);
    leave_slots(walk, insn);
}
