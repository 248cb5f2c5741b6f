/*
 * What the core calls: at the start of each block time passes, events happen and exceptions are
 * entered; traps and faults end here too.
 */
#include "twin/machine.h"
#include "twin/mpu.h"
#include "twin/port_wait.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define WALL_CHECK_BLOCKS 65536u
#define EXC_RETURN_FIRST 0xFFFFFF00u

/* Instructions in n bytes of Thumb code: the top five bits of a half word tell its length. */
static uint32_t count_instructions(const uint8_t *code, uint32_t n)
{
    uint32_t count = 0;
    for (uint32_t at = 0; at + 1u < n; count++) {
        at += code[at + 1u] >= 0xE8u ? 4u : 2u;
    }
    return count;
}

/* The same for code in flash, which is counted once. */
static uint32_t count_in_flash(struct twin *t, uint32_t pc, uint32_t n)
{
    struct block_count *const known = &t->block_count[pc / 2u % BLOCK_COUNTS];
    if (known->pc != pc || known->n != n) {
        known->pc = pc;
        known->n = n;
        known->count = count_instructions(t->nor_device->array + (pc - FLASH_WINDOW), n);
    }
    return known->count;
}

static uint32_t count_in_ram(const struct twin *t, uint32_t pc, uint32_t n)
{
    const uint8_t *const code = bus_host(t, pc, n);
    return code == NULL ? n / 2u : count_instructions(code, n);
}

static uint64_t wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static void check_wall(struct twin *t)
{
    if (++t->wall_blocks < WALL_CHECK_BLOCKS) return;
    t->wall_blocks = 0;
    if (t->wall_end_ms != 0u && wall_ms() >= t->wall_end_ms) machine_stop(t, TWIN_STOP_WALL);
}

/* ---- watched functions ---- */

static void call_returned(struct twin *t, uint32_t index)
{
    struct twin_event event = event_new(t, TWIN_EVENT_RETURN);
    event.u.call.symbol = t->watch[t->b.calls.frame[index].watch].symbol;
    event.u.call.result = cpu_reg(t->cpu, 0);
    event.u.call.call_ps = t->b.calls.frame[index].call_ps;
    t->b.calls.depth = index;
    event_send(t, &event);
}

static void call_entered(struct twin *t, uint32_t watch)
{
    struct call_stack *const calls = &t->b.calls;
    struct twin_event event = event_new(t, TWIN_EVENT_CALL);
    if (calls->depth < CALL_DEPTH) {
        calls->frame[calls->depth].watch = watch;
        calls->frame[calls->depth].return_pc = cpu_reg(t->cpu, 14) & ~1u;
        calls->frame[calls->depth].sp = cpu_reg(t->cpu, 13);
        calls->frame[calls->depth].call_ps = machine_now(t);
        calls->depth++;
    }
    event.u.call.symbol = t->watch[watch].symbol;
    event.u.call.call_ps = machine_now(t);
    for (uint32_t i = 0; i < 4u; i++) {
        event.u.call.args[i] = cpu_reg(t->cpu, i);
    }
    event_send(t, &event);
}

static void check_calls(struct twin *t, uint32_t pc)
{
    const struct call_stack *const calls = &t->b.calls;
    if (calls->depth > 0u && calls->frame[calls->depth - 1u].return_pc == pc &&
        calls->frame[calls->depth - 1u].sp == cpu_reg(t->cpu, 13)) {
        call_returned(t, calls->depth - 1u);
    }
    if (t->call_bucket[pc / 2u % CALL_BUCKETS] == 0u) return;
    for (uint32_t i = 0; i < t->watch_count; i++) {
        if (t->watch[i].addr == pc) call_entered(t, i);
    }
}

/* ---- blocks ---- */

static bool fetch_may_open(struct twin *t, uint32_t pc)
{
    if (!t->bank_runs[(pc - FLASH_WINDOW) / (t->flash_bytes / BANK_COUNT)] &&
        !window_open(t, pc)) {
        violation_raise(t, TWIN_VIOLATION_FETCH, pc, window_why(t, pc));
        return false;
    }
    if (!t->b.in_app) {
        t->b.in_app = true;
        if (t->until.app_entry) {
            machine_stop(t, TWIN_STOP_ENTRY);
            return false;
        }
    }
    return true;
}

/* Code in PSRAM: its window is open, and the MPU lets it run. ST's boot does not. */
static bool psram_may_run(struct twin *t, uint32_t pc)
{
    if (!window_open(t, pc)) {
        violation_raise(t, TWIN_VIOLATION_FETCH, pc, window_why(t, pc));
    } else if (mpu_forbids_fetch(t, pc)) {
        violation_raise(t, TWIN_VIOLATION_FETCH, pc, "the MPU keeps the PSRAM from being executed");
    }
    return !t->stopping;
}

static inline bool fetch_is_fine(struct twin *t, uint32_t pc)
{
    if (pc - PSRAM_WINDOW < PSRAM_APS256_BYTES) return psram_may_run(t, pc);
    if (pc - FLASH_WINDOW >= t->flash_bytes) {
        if (internal_flash_holds(pc)) internal_flash_fetch(t);
        return true;
    }
    return (t->all_banks_run && t->b.in_app) || fetch_may_open(t, pc);
}

/* False if this block shall not run now. */
static bool block_may_run(struct twin *t, uint32_t pc)
{
    struct board *const b = &t->b;
    if (t->stopping) return false;
    if (b->clock.now_ps >= b->clock.next_ps) machine_events(t);
    if (b->clock.insn >= t->run_insn) machine_stop(t, TWIN_STOP_INSN);
    if (b->cut.kind == TWIN_CUT_AT_INSN && b->clock.insn >= b->cut.count) b->cut_now = true;
    if (b->cut_now) machine_stop(t, TWIN_STOP_CUT);
    if (b->reset_asked) machine_stop(t, TWIN_STOP_ASKED);
    if (t->stopping) return false;
    if (!b->irq_check) return fetch_is_fine(t, pc);
    return !exception_check(t) && !t->stopping && fetch_is_fine(t, pc);
}

static void on_block(void *ctx, uint32_t pc, uint32_t n)
{
    struct twin *const t = ctx;
    t->block_pc = pc;
    if (!block_may_run(t, pc) || (pc - FLASH_WINDOW < t->flash_bytes && !port_wait(t, pc))) {
        if (t->stopping) cpu_halt(t->cpu);
        return;
    }
    bus_executed(t, pc);
    if (t->watch_count != 0u) check_calls(t, pc);
    if (t->until_call == pc && t->until.call != NULL && t->b.clock.insn != t->run_from_insn) {
        machine_stop(t, TWIN_STOP_CALL);
        cpu_halt(t->cpu);
        return;
    }
    const uint32_t count =
        pc - FLASH_WINDOW < t->flash_bytes ? count_in_flash(t, pc, n) : count_in_ram(t, pc, n);
    t->b.clock.insn += count;
    clock_cycles(&t->b.clock, count);
    check_wall(t);
}

static void on_instruction(void *ctx, uint32_t pc)
{
    struct twin *const t = ctx;
    t->exact_pc = pc;
}

/* ---- traps and faults ---- */

static bool on_trap(void *ctx, enum cpu_trap trap, uint32_t pc)
{
    struct twin *const t = ctx;
    if (trap == CPU_TRAP_SVC) {
        exception_svc(t);
    } else if (trap == CPU_TRAP_RETURN && pc >= EXC_RETURN_FIRST - 1u) {
        exception_return(t, pc | 1u);
    } else if (trap == CPU_TRAP_RETURN) {
        violation_raise(t, TWIN_VIOLATION_UNMAPPED, pc, "nothing can be executed at this address");
    } else {
        violation_raise(t, TWIN_VIOLATION_UNDEFINED, pc,
                        trap == CPU_TRAP_BREAKPOINT ? "breakpoint without a debugger"
                                                    : "the core does not know this instruction");
    }
    return !t->stopping;
}

/* What the MPU forbids goes to the firmware if asked for. True if it was taken care of. */
static bool mpu_fault(struct twin *t, enum cpu_access access, uint32_t addr)
{
    static const uint32_t status[] = {[CPU_FETCH] = 0x01, [CPU_LOAD] = 0x82, [CPU_STORE] = 0x82};
    if (!mpu_forbids(t, addr, access == CPU_STORE)) return false;
    if (!t->cfg.deliver_faults) {
        violation_raise(t, TWIN_VIOLATION_MPU, addr, window_why(t, addr));
        return true;
    }
    t->fault_taken = true;
    t->fault_exception = EXC_MEMMANAGE;
    t->fault_status = status[access];
    t->fault_addr = addr;
    machine_stop(t, TWIN_STOP_ASKED);
    return true;
}

static void window_fault(struct twin *t, enum cpu_access access, uint32_t addr)
{
    static const enum twin_violation_kind kinds[] = {[CPU_FETCH] = TWIN_VIOLATION_FETCH,
                                                     [CPU_LOAD] = TWIN_VIOLATION_LOAD,
                                                     [CPU_STORE] = TWIN_VIOLATION_STORE};
    if (mpu_fault(t, access, addr)) return;
    violation_raise(t, kinds[access], addr,
                    access == CPU_STORE ? "store into the mapped flash" : window_why(t, addr));
}

static bool on_fault(void *ctx, enum cpu_access access, enum cpu_fault why, uint32_t addr,
                     uint32_t n, uint32_t value)
{
    struct twin *const t = ctx;
    (void)n;
    (void)value;
    if (t->stopping) return false;
    if (why == CPU_FORBIDDEN && window_holds(addr)) {
        if (access != CPU_STORE && window_open(t, addr)) {
            /* A fetch starts again: nothing of its block has run. */
            t->fetch_again = access == CPU_FETCH;
            return access == CPU_LOAD;
        }
        window_fault(t, access, addr);
    } else if (addr - 0x25000000u < 0x01000000u) {
        violation_raise(t, TWIN_VIOLATION_UNMAPPED, addr, "GFXMMU buffers: the bus hangs there");
    } else if (why == CPU_FORBIDDEN) {
        violation_raise(t, TWIN_VIOLATION_UNMAPPED, addr,
                        access == CPU_FETCH ? "code in internal flash that was blank at the start"
                                            : "store into memory that is read-only");
    } else {
        violation_raise(t, TWIN_VIOLATION_UNMAPPED, addr, "nothing answers at this address");
    }
    return !t->stopping;
}

static uint32_t on_mmio_read(void *ctx, uint32_t addr, uint32_t n)
{
    struct twin *const t = ctx;
    t->in_access = true;
    const uint32_t value = bus_mmio_read(t, addr, n);
    t->in_access = false;
    return value;
}

static void on_mmio_write(void *ctx, uint32_t addr, uint32_t n, uint32_t value)
{
    struct twin *const t = ctx;
    t->in_access = true;
    bus_mmio_write(t, addr, n, value);
    t->in_access = false;
}

void core_callbacks(struct twin *t, struct cpu_callbacks *callbacks)
{
    callbacks->ctx = t;
    callbacks->block = on_block;
    callbacks->instruction = on_instruction;
    callbacks->mmio_read = on_mmio_read;
    callbacks->mmio_write = on_mmio_write;
    callbacks->fault = on_fault;
    callbacks->trap = on_trap;
}

/* Sleep until the next event. False if nothing will ever happen. */
bool core_sleep(struct twin *t)
{
    struct clock *const clock = &t->b.clock;
    if (clock->next_ps == CLOCK_NEVER) return false;
    if (clock->next_ps > clock->now_ps) {
        scb_slept(t, clock->next_ps - clock->now_ps);
        clock->now_ps = clock->next_ps;
    }
    machine_events(t);
    if (exception_wakes(t)) t->b.sleeps = false;
    return true;
}
