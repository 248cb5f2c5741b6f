/*
 * Runs: until something stops them. A run that meets a fault is rewound to its start and run again
 * with a look at each instruction, so that the fault is told, or delivered, at the very
 * instruction.
 */
#include "twin/machine.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const char *twin_stop_name(enum twin_stop stop)
{
    static const char *const names[] = {
        [TWIN_STOP_TIME] = "time",           [TWIN_STOP_INSN] = "instruction count",
        [TWIN_STOP_TEXT] = "text",           [TWIN_STOP_CALL] = "call",
        [TWIN_STOP_ENTRY] = "entry",         [TWIN_STOP_ASKED] = "asked",
        [TWIN_STOP_CUT] = "power cut",       [TWIN_STOP_RESET] = "reset",
        [TWIN_STOP_VIOLATION] = "violation",
        [TWIN_STOP_WALL] = "host time",      [TWIN_STOP_OFF] = "power is off",
        [TWIN_STOP_BROKEN] = "broken"};
    return (size_t)stop < sizeof names / sizeof names[0] ? names[stop] : "?";
}

static uint64_t wall_now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static enum twin_stop broken(struct twin *t, const char *what)
{
    (void)snprintf(t->error, sizeof t->error, "%s", what);
    t->stopping = true;
    t->stop = TWIN_STOP_BROKEN;
    return TWIN_STOP_BROKEN;
}

/* The core stands because of something that goes on: a fault to deliver, a reset. */
static void go_on(struct twin *t)
{
    if (t->fault_taken && t->is_exact) {
        t->fault_taken = false;
        t->stopping = false;
        exception_fault(t, t->fault_exception, t->fault_status, t->fault_addr);
    } else if (t->b.reset_asked && t->stop == TWIN_STOP_ASKED) {
        machine_reset(t);
    }
}

static bool goes_on(const struct twin *t)
{
    return (t->fault_taken && t->is_exact) || (t->b.reset_asked && t->stop == TWIN_STOP_ASKED);
}

static void run_core(struct twin *t)
{
    t->fetch_again = false;
    const enum cpu_end end = cpu_run(t->cpu);
    if (t->fetch_again && !t->stopping) return;
    if (end == CPU_END_SLEEP) t->b.sleeps = true;
    if (end == CPU_END_BROKEN && !t->stopping) (void)broken(t, cpu_problem(t->cpu));
    if (goes_on(t)) go_on(t);
}

static void run_until_stop(struct twin *t)
{
    while (!t->stopping) {
        if (t->b.sleeps) {
            if (!core_sleep(t)) (void)broken(t, "the core sleeps and nothing will wake it");
        } else {
            run_core(t);
        }
    }
    if (t->b.cut_now && t->stop == TWIN_STOP_CUT) machine_cut(t);
}

static void prepare(struct twin *t)
{
    const struct twin_until *const until = &t->until;
    uint64_t end = CLOCK_NEVER;
    t->stopping = false;
    t->stop = TWIN_STOP_ASKED;
    t->fault_taken = false;
    t->text_from = t->b.uart_text_n;
    t->run_insn = until->insn == 0u ? UINT64_MAX : until->insn;
    t->run_from_insn = t->b.clock.insn;
    if (until->time_ps != 0u) end = until->time_ps;
    if (until->for_ps != 0u && machine_now(t) + until->for_ps < end) {
        end = machine_now(t) + until->for_ps;
    }
    clock_at(&t->b.clock, CLOCK_STOP, end);
}

/* A violation or fault whose instruction is not known yet. */
static bool needs_replay(const struct twin *t)
{
    if (t->is_exact) return false;
    if (t->fault_taken) return true;
    return t->stop == TWIN_STOP_VIOLATION && !t->b.violation.pc_is_exact;
}

static void replay(struct twin *t)
{
    const struct twin_violation first = t->b.violation;
    const bool was_fault = t->fault_taken;
    t->mute_until_event = t->b.events;
    snapshot_rewind_run(t);
    cpu_set_exact(t->cpu, true);
    t->is_exact = true;
    prepare(t);
    run_until_stop(t);
    t->is_exact = false;
    cpu_set_exact(t->cpu, false);
    if (was_fault || t->stop != TWIN_STOP_VIOLATION) return;
    if (t->b.violation.kind != first.kind || t->b.violation.addr != first.addr) {
        t->b.violation.pc_is_exact = false;
    }
}

static void tell_violation(struct twin *t)
{
    struct twin_event event = event_new(t, TWIN_EVENT_VIOLATION);
    event.pc = t->b.violation.pc;
    event_send(t, &event);
}

enum twin_stop twin_run(struct twin *t, const struct twin_until *until)
{
    if (!t->b.is_on) return TWIN_STOP_OFF;
    if (t->b.violation.kind != TWIN_VIOLATION_NONE && !t->cfg.keep_going) {
        return TWIN_STOP_VIOLATION;
    }
    t->until = *until;
    t->mute_until_event = 0;
    t->until_call = 0;
    if (until->call != NULL && !twin_symbol_find(t, until->call, &t->until_call)) {
        return broken(t, "no such symbol");
    }
    t->wall_end_ms = until->wall_ms == 0u ? 0u : wall_now_ms() + until->wall_ms;
    if (!snapshot_before_run(t)) return broken(t, "no room for the run's snapshot");
    t->in_run = true;
    prepare(t);
    run_until_stop(t);
    if (needs_replay(t)) replay(t);
    if (t->stop == TWIN_STOP_VIOLATION) tell_violation(t);
    snapshot_after_run(t);
    clock_at(&t->b.clock, CLOCK_STOP, CLOCK_NEVER);
    memset(&t->until, 0, sizeof t->until);
    t->in_run = false;
    return t->stop;
}
