/*
 * SysTick (ARMv7-M Architecture Reference Manual, B3.3). Its state is in struct scb.
 */
#include "twin/machine.h"

#define SYST_ENABLE 1u
#define SYST_TICKINT 2u
#define SYST_CLKSOURCE 4u
#define SYST_COUNTFLAG (1u << 16)

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint64_t hz_of(const struct twin *t)
{
    const bool core = (t->b.scb.systick_ctrl & SYST_CLKSOURCE) != 0u;
    return core ? t->b.clock.hz : t->b.periph.hclk_hz / 8u;
}

static void schedule(struct twin *t)
{
    const bool runs = (t->b.scb.systick_ctrl & SYST_ENABLE) != 0u && t->b.scb.systick_load != 0u;
    clock_at(&t->b.clock, CLOCK_SYSTICK, runs ? t->b.scb.systick_zero_ps : CLOCK_NEVER);
}

uint32_t systick_value(const struct twin *t)
{
    const struct scb *const scb = &t->b.scb;
    if ((scb->systick_ctrl & SYST_ENABLE) == 0u) return scb->systick_value;
    if (scb->systick_zero_ps <= machine_now(t)) return 0;
    const uint64_t left = clock_ticks(scb->systick_zero_ps - machine_now(t), hz_of(t));
    return min_u32((uint32_t)left, scb->systick_load);
}

/* The counter reloads at the tick after it was 0. */
static void start(struct twin *t, uint32_t from)
{
    t->b.scb.systick_zero_ps = machine_now(t) + clock_ps_of(from, hz_of(t));
    schedule(t);
}

void systick_event(struct twin *t)
{
    struct scb *const scb = &t->b.scb;
    scb->systick_flag = true;
    scb->systick_zero_ps += clock_ps_of((uint64_t)scb->systick_load + 1u, hz_of(t));
    schedule(t);
    if ((scb->systick_ctrl & SYST_TICKINT) == 0u) return;
    exception_request(t, EXC_SYSTICK);
    exception_pend(t, EXC_SYSTICK);
}

uint32_t systick_ctrl_read(struct twin *t)
{
    const uint32_t value = t->b.scb.systick_ctrl | (t->b.scb.systick_flag ? SYST_COUNTFLAG : 0u);
    t->b.scb.systick_flag = false;
    return value;
}

void systick_ctrl_write(struct twin *t, uint32_t value)
{
    struct scb *const scb = &t->b.scb;
    const uint32_t was = systick_value(t);
    scb->systick_ctrl = value & 7u;
    scb->systick_value = was;
    if ((value & SYST_ENABLE) != 0u) {
        start(t, was == 0u ? scb->systick_load + 1u : was);
    } else {
        schedule(t);
    }
}

void systick_value_clear(struct twin *t)
{
    struct scb *const scb = &t->b.scb;
    scb->systick_value = 0;
    scb->systick_flag = false;
    if ((scb->systick_ctrl & SYST_ENABLE) != 0u) start(t, scb->systick_load + 1u);
}
