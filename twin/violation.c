/*
 * Violations: what no sound firmware does. The first one since power on is kept and ends the run.
 */
#include "twin/machine.h"

#include <stdio.h>
#include <string.h>

const char *twin_violation_name(enum twin_violation_kind kind)
{
    static const char *const names[] = {
        [TWIN_VIOLATION_NONE] = "none",
        [TWIN_VIOLATION_FETCH] = "fetch",
        [TWIN_VIOLATION_LOAD] = "load",
        [TWIN_VIOLATION_VECTOR] = "vector read",
        [TWIN_VIOLATION_STORE] = "store",
        [TWIN_VIOLATION_DOUBLE_PROGRAM] = "double program",
        [TWIN_VIOLATION_NOT_ERASED] = "program without erase",
        [TWIN_VIOLATION_OUTSIDE] = "write outside the range",
        [TWIN_VIOLATION_CONTROLLER] = "controller",
        [TWIN_VIOLATION_UNMAPPED] = "unmapped address",
        [TWIN_VIOLATION_LOCKUP] = "lock-up",
        [TWIN_VIOLATION_UNDEFINED] = "undefined instruction",
        [TWIN_VIOLATION_MPU] = "MPU",
        [TWIN_VIOLATION_MASTER] = "bus master",
        [TWIN_VIOLATION_SPECULATION] = "speculative read",
        [TWIN_VIOLATION_PART] = "part"};
    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : "?";
}

static void keep(struct twin *t, enum twin_violation_kind kind, uint32_t addr, const char *detail)
{
    struct twin_violation *const violation = &t->b.violation;
    memset(violation, 0, sizeof *violation);
    violation->kind = kind;
    violation->time_ps = machine_now(t);
    violation->insn = t->b.clock.insn;
    /* A fetch that fails is where the core wanted to go; its own register access is not. */
    const bool is_target = kind == TWIN_VIOLATION_FETCH && !t->in_access;
    violation->pc_is_exact = t->is_exact || is_target;
    violation->pc = t->is_exact ? t->exact_pc : t->block_pc;
    if (is_target) violation->pc = addr;
    violation->addr = addr;
    symbols_at(&t->symbols, violation->pc, violation->symbol, sizeof violation->symbol);
    (void)snprintf(violation->detail, sizeof violation->detail, "%s", detail);
}

void violation_raise(struct twin *t, enum twin_violation_kind kind, uint32_t addr,
                     const char *detail)
{
    if (t->b.cut_now) { /* the power is gone: what the rest of this block does is nobody's fault */
        machine_stop(t, TWIN_STOP_CUT);
        return;
    }
    t->b.counters.violations++;
    if (t->b.violation.kind == TWIN_VIOLATION_NONE) keep(t, kind, addr, detail);
    if (t->cfg.keep_going && kind != TWIN_VIOLATION_FETCH && kind != TWIN_VIOLATION_LOCKUP) {
        struct twin_event event = event_new(t, TWIN_EVENT_VIOLATION);
        event_send(t, &event);
        return;
    }
    machine_stop(t, TWIN_STOP_VIOLATION);
}
