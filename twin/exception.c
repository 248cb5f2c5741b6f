/*
 * Exception entry and return by hand, as the manual has them (ARMv7-M Architecture Reference
 * Manual, B1.5): the emulator knows nothing of them.
 */
#include "twin/machine.h"

#include <string.h>

/*
 * Cycles with zero wait states (Cortex-M7 Technical Reference Manual; ARM's figures for the core).
 */
#define ENTRY_CYCLES 12u
#define RETURN_CYCLES 10u

#define CONTROL_NPRIV 1u
#define CONTROL_SPSEL 2u
#define CONTROL_FPCA 4u
#define XPSR_THUMB (1u << 24)
#define XPSR_PADDED (1u << 9)
#define XPSR_IT 0x0600FC00u

#define EXC_RETURN_BASE 0xFFFFFFE1u
#define EXC_RETURN_THREAD 8u
#define EXC_RETURN_PSP 4u
#define EXC_RETURN_NO_FLOAT 16u

#define CORE_WORDS 8u
#define FRAME_WORDS_MAX 26u

#define SHCSR_MEMFAULTENA (1u << 16)
#define SHCSR_BUSFAULTENA (1u << 17)
#define SHCSR_USGFAULTENA (1u << 18)
#define HFSR_FORCED (1u << 30)

static void float_to_words(const struct cpu_float_regs *regs, uint32_t *words)
{
    memcpy(words, regs->s, sizeof regs->s);
    words[16] = regs->fpscr;
    words[17] = 0;
}

static void words_to_float(const uint32_t *words, struct cpu_float_regs *regs)
{
    memcpy(regs->s, words, sizeof regs->s);
    regs->fpscr = words[16];
}

/* Writes the frame below the stack in use and returns EXC_RETURN; 0 if the stack is not memory. */
static uint32_t push_frame(struct twin *t, const struct cpu_regs *regs)
{
    const uint32_t current = nvic_current(&t->b.nvic);
    const bool has_float = (regs->control & CONTROL_FPCA) != 0u;
    const bool on_psp = current == 0u && (regs->control & CONTROL_SPSEL) != 0u;
    const uint32_t count = has_float ? FRAME_WORDS_MAX : CORE_WORDS;
    const uint32_t pad = regs->sp & 4u;
    const uint32_t sp = regs->sp - pad - count * 4u;
    uint32_t words[FRAME_WORDS_MAX] = {regs->r0, regs->r1, regs->r2,  regs->r3,
                                       regs->r12, regs->lr, regs->pc & ~1u, 0};
    words[7] = regs->xpsr | XPSR_THUMB | current | (pad != 0u ? XPSR_PADDED : 0u);
    if (has_float) {
        struct cpu_float_regs floats;
        cpu_float_get(t->cpu, &floats);
        float_to_words(&floats, &words[CORE_WORDS]);
    }
    if (!bus_stack_write(t, sp, words, count)) return 0;
    cpu_set_sp_of(t->cpu, on_psp, sp);
    return EXC_RETURN_BASE | (current == 0u ? EXC_RETURN_THREAD : 0u) |
           (on_psp ? EXC_RETURN_PSP : 0u) | (has_float ? 0u : EXC_RETURN_NO_FLOAT);
}

static void tell_taken(struct twin *t, uint32_t exception)
{
    const struct nvic *const nvic = &t->b.nvic;
    struct twin_event event = event_new(t, TWIN_EVENT_IRQ_TAKEN);
    const uint64_t latency = machine_now(t) - nvic->pended_ps[exception];
    const uint64_t dark = window_dark_ps(t) - nvic->pended_dark_ps[exception];
    t->b.irq_counts.taken[exception]++;
    if (exception == t->cfg.watch_exception && exception != 0u) {
        times_add(&t->b.times[TWIN_TIMES_WATCHED_LATENCY], latency);
    }
    if (exception >= EXC_PENDSV) {
        t->b.counters.irqs++;
        times_add(&t->b.times[TWIN_TIMES_LATENCY], latency);
        if (latency > t->b.counters.longest_latency_ps) t->b.counters.longest_latency_ps = latency;
        if (dark > t->b.counters.latency_dark_ps) t->b.counters.latency_dark_ps = dark;
    }
    event.u.irq.exception = (uint16_t)exception;
    event.u.irq.pended_ps = nvic->pended_ps[exception];
    event.u.irq.latency_ps = latency;
    event.u.irq.dark_ps = dark;
    event_send(t, &event);
}

static bool changes_mpu(uint32_t exception)
{
    return exception == EXC_NMI || exception == EXC_HARDFAULT;
}

/* The registers are as at the instruction to come back to. */
static void enter(struct twin *t, uint32_t exception, struct cpu_regs *regs)
{
    uint32_t vector = 0;
    const uint32_t exc_return = push_frame(t, regs);
    if (exc_return == 0u) return;
    if (!bus_vector_read(t, t->b.scb.vtor + exception * 4u, &vector)) return;
    tell_taken(t, exception);
    nvic_enter(&t->b.nvic, exception);
    cpu_set_mode(t->cpu, exception, regs->control & CONTROL_NPRIV);
    regs->lr = exc_return;
    regs->sp = cpu_sp_of(t->cpu, false);
    regs->pc = vector & ~1u;
    regs->xpsr &= ~XPSR_IT;
    cpu_regs_set(t->cpu, regs);
    clock_cycles(&t->b.clock, ENTRY_CYCLES);
    if (changes_mpu(exception)) window_update(t, machine_now(t));
    if ((vector & 1u) == 0u) {
        violation_raise(t, TWIN_VIOLATION_UNDEFINED, vector, "a vector without the Thumb bit");
    }
}

static int masked_urgency(const struct twin *t, int active, bool with_primask)
{
    struct cpu_masks masks;
    int urgency = active;
    cpu_masks_get(t->cpu, &masks);
    const int base = nvic_group(&t->b.nvic, masks.basepri);
    if (masks.basepri != 0u && base < urgency) urgency = base;
    if (with_primask && (masks.primask & 1u) != 0u && urgency > 0) urgency = 0;
    if ((masks.faultmask & 1u) != 0u && urgency > -1) urgency = -1;
    return urgency;
}

uint32_t exception_waiting(const struct twin *t)
{
    const uint32_t exception = nvic_most_urgent(&t->b.nvic);
    if (exception == 0u) return 0;
    const int limit = masked_urgency(t, NVIC_IDLE, false);
    return nvic_urgency(&t->b.nvic, exception) < limit ? exception : 0u;
}

bool exception_check(struct twin *t)
{
    struct cpu_regs regs;
    const uint32_t exception = nvic_most_urgent(&t->b.nvic);
    const int active = nvic_active_urgency(&t->b.nvic);
    const int urgency = exception == 0u ? NVIC_IDLE : nvic_urgency(&t->b.nvic, exception);
    if (urgency >= active) {
        /* Until something pends, or the one that runs ends. */
        t->b.irq_check = false;
        return false;
    }
    if (urgency >= masked_urgency(t, active, true)) return false;
    cpu_regs_get(t->cpu, &regs);
    regs.pc = t->block_pc;
    enter(t, exception, &regs);
    return true;
}

bool exception_wakes(struct twin *t)
{
    struct cpu_masks masks;
    const uint32_t exception = nvic_most_urgent(&t->b.nvic);
    if (exception == 0u) return false;
    cpu_masks_get(t->cpu, &masks);
    const int urgency = nvic_urgency(&t->b.nvic, exception);
    const int base = masks.basepri == 0u ? NVIC_IDLE : nvic_group(&t->b.nvic, masks.basepri);
    /* PRIMASK keeps from entering, not from waking. */
    return urgency < nvic_active_urgency(&t->b.nvic) && urgency < base;
}

void exception_pend(struct twin *t, uint32_t exception)
{
    struct nvic *const nvic = &t->b.nvic;
    if (!nvic_bit(nvic->pending, exception)) {
        nvic->pended_ps[exception] = machine_now(t);
        nvic->pended_dark_ps[exception] = window_dark_ps(t);
    }
    nvic_bit_set(nvic->pending, exception, true);
    t->b.irq_check = true;
}

void exception_request(struct twin *t, uint32_t exception)
{
    t->b.irq_counts.requests[exception]++;
    if (nvic_bit(t->b.nvic.pending, exception) || nvic_bit(t->b.nvic.line, exception)) {
        t->b.irq_counts.merged[exception]++;
    }
}

void irq_line(struct twin *t, uint32_t irq, bool level)
{
    struct nvic *const nvic = &t->b.nvic;
    const uint32_t exception = EXC_IRQ0 + irq;
    const bool was = nvic_bit(nvic->line, exception);
    nvic_bit_set(nvic->line, exception, level);
    if (level && !was) exception_pend(t, exception);
}

void exception_svc(struct twin *t)
{
    struct cpu_regs regs;
    const int active = nvic_active_urgency(&t->b.nvic);
    cpu_regs_get(t->cpu, &regs);
    if (nvic_urgency(&t->b.nvic, EXC_SVCALL) >= masked_urgency(t, active, true)) {
        exception_fault(t, EXC_HARDFAULT, 0, 0);
        return;
    }
    t->b.nvic.pended_ps[EXC_SVCALL] = machine_now(t);
    t->b.nvic.pended_dark_ps[EXC_SVCALL] = window_dark_ps(t);
    enter(t, EXC_SVCALL, &regs);
}

static bool has_own_handler(const struct twin *t, uint32_t exception)
{
    switch (exception) {
    case EXC_MEMMANAGE:
        return (t->b.scb.shcsr & SHCSR_MEMFAULTENA) != 0u;
    case EXC_BUSFAULT:
        return (t->b.scb.shcsr & SHCSR_BUSFAULTENA) != 0u;
    case EXC_USAGEFAULT:
        return (t->b.scb.shcsr & SHCSR_USGFAULTENA) != 0u;
    default:
        return false;
    }
}

void exception_fault(struct twin *t, uint32_t exception, uint32_t status, uint32_t addr)
{
    struct cpu_regs regs;
    uint32_t target = exception;
    const int urgency = masked_urgency(t, nvic_active_urgency(&t->b.nvic), true);
    t->b.scb.cfsr |= status;
    if (exception == EXC_MEMMANAGE) t->b.scb.mmfar = addr;
    if (!has_own_handler(t, exception) || nvic_urgency(&t->b.nvic, exception) >= urgency) {
        target = EXC_HARDFAULT;
        t->b.scb.hfsr |= HFSR_FORCED;
    }
    if (target == EXC_HARDFAULT && urgency <= -1) {
        violation_raise(t, TWIN_VIOLATION_LOCKUP, addr, "a fault inside a fault handler");
        return;
    }
    cpu_regs_get(t->cpu, &regs);
    if (t->is_exact && exception != EXC_HARDFAULT) regs.pc = t->exact_pc;
    t->b.nvic.pended_ps[target] = machine_now(t);
    t->b.nvic.pended_dark_ps[target] = window_dark_ps(t);
    enter(t, target, &regs);
}

void exception_return(struct twin *t, uint32_t exc_return)
{
    uint32_t words[FRAME_WORDS_MAX];
    struct cpu_regs regs;
    const uint32_t left = nvic_current(&t->b.nvic);
    const bool has_float = (exc_return & EXC_RETURN_NO_FLOAT) == 0u;
    const bool on_psp = (exc_return & EXC_RETURN_PSP) != 0u;
    const uint32_t count = has_float ? FRAME_WORDS_MAX : CORE_WORDS;
    const uint32_t sp = cpu_sp_of(t->cpu, on_psp);
    if (!nvic_leave(&t->b.nvic, machine_now(t), window_dark_ps(t))) {
        violation_raise(t, TWIN_VIOLATION_UNDEFINED, exc_return, "return from no exception");
        return;
    }
    if (!bus_stack_read(t, sp, words, count)) return;
    if (left != EXC_NMI) cpu_faultmask_clear(t->cpu);
    cpu_regs_get(t->cpu, &regs);
    const uint32_t control = (regs.control & CONTROL_NPRIV) | (on_psp ? CONTROL_SPSEL : 0u) |
                             (has_float ? CONTROL_FPCA : 0u);
    const uint32_t back_to = (exc_return & EXC_RETURN_THREAD) != 0u ? 0u : nvic_current(&t->b.nvic);
    cpu_set_mode(t->cpu, back_to, control);
    if (has_float) {
        struct cpu_float_regs floats;
        words_to_float(&words[CORE_WORDS], &floats);
        cpu_float_set(t->cpu, &floats);
        cpu_set_mode(t->cpu, back_to, control);
    }
    regs = (struct cpu_regs){words[0], words[1], words[2], words[3], words[4],
                             words[5], words[6], 0,        words[7], control};
    regs.sp = sp + count * 4u + ((words[7] & XPSR_PADDED) != 0u ? 4u : 0u);
    cpu_set_sp_of(t->cpu, on_psp, regs.sp);
    cpu_regs_set(t->cpu, &regs);
    clock_cycles(&t->b.clock, RETURN_CYCLES);
    t->b.irq_check = true;
    if (changes_mpu(left)) window_update(t, machine_now(t));
}
