/*
 * General timers, counting up: update event and interrupt, preloads, PWM outputs as numbers. Input
 * capture, down counting, slaves and DMA are not modelled (RM0477, general-purpose timers;
 * addresses and interrupt numbers from CMSIS stm32h7s7xx.h).
 */
#include "twin/machine.h"

#include <string.h>

#define CR1_CEN 1u
#define CR1_UDIS 2u
#define CR1_URS 4u
#define CR1_OPM 8u
#define CR1_ARPE 0x80u
#define SR_UIF 1u
#define DIER_UIE 1u
#define EGR_UG 1u
#define TIM1_UP_IRQ 48u

struct timer_row {
    uint8_t number;
    uint8_t irq;
    uint32_t addr;
    uint16_t rcc_offset;
    uint8_t rcc_bit;
    bool is_wide;
};

static const struct timer_row rows[TIMER_COUNT] = {
    {1, TIM1_UP_IRQ, 0x42000000u, 0x150, 0, false}, {2, 51, 0x40000000u, 0x148, 0, true},
    {3, 52, 0x40000400u, 0x148, 1, true},           {4, 53, 0x40000800u, 0x148, 2, true},
    {5, 54, 0x40000C00u, 0x148, 3, true},           {6, 55, 0x40001000u, 0x148, 4, false},
    {7, 56, 0x40001400u, 0x148, 5, false},          {9, 57, 0x42004C00u, 0x150, 19, false},
    {12, 113, 0x40001800u, 0x148, 6, false},        {13, 114, 0x40001C00u, 0x148, 7, false},
    {14, 115, 0x40002000u, 0x148, 8, false},        {15, 116, 0x42004000u, 0x150, 16, false},
    {16, 117, 0x42004400u, 0x150, 17, false},       {17, 118, 0x42004800u, 0x150, 18, false},
    {0, 0, 0, 0, 0, false}};

bool timer_at(uint32_t addr, uint32_t *index)
{
    for (uint32_t i = 0; i < TIMER_COUNT; i++) {
        if (rows[i].number != 0u && addr - rows[i].addr < 0x400u) {
            *index = i;
            return true;
        }
    }
    return false;
}

void timer_reset(struct twin *t)
{
    for (uint32_t i = 0; i < TIMER_COUNT; i++) {
        struct timer *const timer = &t->b.periph.timer[i];
        timer->arr = rows[i].is_wide ? UINT32_MAX : 0xFFFFu;
        timer->arr_now = timer->arr;
        timer->update_ps = CLOCK_NEVER;
    }
    clock_at(&t->b.clock, CLOCK_TIMERS, CLOCK_NEVER);
}

bool timer_is_clocked(const struct twin *t, uint32_t index)
{
    return rcc_is_enabled(t, rows[index].rcc_offset, rows[index].rcc_bit);
}

static bool runs(const struct timer *timer)
{
    return (timer->cr1 & CR1_CEN) != 0u && timer->arr_now != 0u;
}

static uint64_t ticks_to_ps(const struct twin *t, const struct timer *timer, uint64_t ticks)
{
    return clock_ps_of(ticks * ((uint64_t)timer->psc_now + 1u), t->b.periph.timer_hz);
}

static uint32_t count_now(const struct twin *t, const struct timer *timer)
{
    if (!runs(timer) || machine_now(t) < timer->from_ps) return timer->count;
    const uint64_t ps = machine_now(t) - timer->from_ps;
    const uint64_t ticks = clock_ticks(ps, t->b.periph.timer_hz) / ((uint64_t)timer->psc_now + 1u);
    const uint64_t count = timer->count + ticks;
    return count > timer->arr_now ? timer->arr_now : (uint32_t)count;
}

/* Counting goes on from count at from_ps; the next update is when it passes arr. */
static void restart(struct twin *t, struct timer *timer, uint32_t count, uint64_t from_ps)
{
    timer->count = count;
    timer->from_ps = from_ps;
    timer->update_ps = CLOCK_NEVER;
    if (!runs(timer)) return;
    const uint64_t left = count > timer->arr_now ? 1u : (uint64_t)timer->arr_now + 1u - count;
    timer->update_ps = from_ps + ticks_to_ps(t, timer, left);
}

void timer_schedule(struct twin *t)
{
    uint64_t next = CLOCK_NEVER;
    for (uint32_t i = 0; i < TIMER_COUNT; i++) {
        if (runs(&t->b.periph.timer[i]) && t->b.periph.timer[i].update_ps < next) {
            next = t->b.periph.timer[i].update_ps;
        }
    }
    clock_at(&t->b.clock, CLOCK_TIMERS, next);
}

static void update_line(struct twin *t, uint32_t index)
{
    const struct timer *const timer = &t->b.periph.timer[index];
    irq_line(t, rows[index].irq, (timer->sr & timer->dier & 0x1Fu) != 0u);
}

static void update_event(struct twin *t, uint32_t index, uint64_t at_ps, bool sets_flag)
{
    struct timer *const timer = &t->b.periph.timer[index];
    timer->psc_now = timer->psc;
    timer->arr_now = timer->arr;
    if (sets_flag && (timer->cr1 & CR1_UDIS) == 0u) {
        timer->sr |= SR_UIF;
        if ((timer->dier & DIER_UIE) != 0u) exception_request(t, EXC_IRQ0 + rows[index].irq);
    }
    if ((timer->cr1 & CR1_OPM) != 0u && at_ps == timer->update_ps) timer->cr1 &= ~CR1_CEN;
    restart(t, timer, 0, at_ps);
    update_line(t, index);
}

void timer_events(struct twin *t, uint64_t now_ps)
{
    for (uint32_t i = 0; i < TIMER_COUNT; i++) {
        struct timer *const timer = &t->b.periph.timer[i];
        if (runs(timer) && timer->update_ps <= now_ps) update_event(t, i, timer->update_ps, true);
    }
    timer_schedule(t);
}

/* ---- registers ---- */

static uint32_t *timer_register(struct timer *timer, uint32_t offset)
{
    switch (offset) {
    case 0x04u:
        return &timer->cr2;
    case 0x08u:
        return &timer->smcr;
    case 0x0Cu:
        return &timer->dier;
    case 0x18u:
        return &timer->ccmr1;
    case 0x1Cu:
        return &timer->ccmr2;
    case 0x20u:
        return &timer->ccer;
    case 0x28u:
        return &timer->psc;
    case 0x2Cu:
        return &timer->arr;
    case 0x30u:
        return &timer->rcr;
    case 0x34u:
    case 0x38u:
    case 0x3Cu:
    case 0x40u:
        return &timer->ccr[(offset - 0x34u) / 4u];
    case 0x44u:
        return &timer->bdtr;
    default:
        return NULL;
    }
}

uint32_t timer_read(struct twin *t, uint32_t index, uint32_t offset)
{
    struct timer *const timer = &t->b.periph.timer[index];
    if (offset == 0x00u) return timer->cr1;
    if (offset == 0x10u) return timer->sr;
    if (offset == 0x24u) return count_now(t, timer);
    const uint32_t *const plain = timer_register(timer, offset);
    return plain == NULL ? 0 : *plain;
}

static struct twin_pwm pwm_of(const struct timer *timer, uint32_t index, uint32_t channel)
{
    struct twin_pwm pwm;
    const bool needs_moe = rows[index].number == 1u || rows[index].number >= 15u;
    const bool moe = !needs_moe || (timer->bdtr >> 15 & 1u) != 0u;
    memset(&pwm, 0, sizeof pwm);
    pwm.timer = rows[index].number;
    pwm.channel = (uint8_t)(channel + 1u);
    pwm.enabled = runs(timer) && moe && (timer->ccer >> (4u * channel) & 1u) != 0u;
    pwm.duty = timer->ccr[channel];
    pwm.period = timer->arr_now + 1u;
    return pwm;
}

static void tell_pwm(struct twin *t, uint32_t index)
{
    for (uint32_t channel = 0; channel < TIMER_CHANNELS; channel++) {
        const struct twin_pwm pwm = pwm_of(&t->b.periph.timer[index], index, channel);
        struct twin_pwm *const told = &t->b.periph.told[index][channel];
        if (memcmp(&pwm, told, sizeof pwm) == 0) continue;
        const bool matters = pwm.enabled || told->enabled;
        *told = pwm;
        if (!matters) continue;
        struct twin_event event = event_new(t, TWIN_EVENT_PWM);
        event.u.pwm = pwm;
        event_send(t, &event);
    }
}

static void cr1_write(struct twin *t, struct timer *timer, uint32_t value)
{
    const uint32_t count = count_now(t, timer);
    timer->cr1 = value;
    restart(t, timer, count, machine_now(t));
}

void timer_write(struct twin *t, uint32_t index, uint32_t offset, uint32_t value)
{
    struct timer *const timer = &t->b.periph.timer[index];
    const uint32_t count = count_now(t, timer);
    uint32_t *const plain = timer_register(timer, offset);
    if (plain != NULL) *plain = value;
    if ((offset == 0x2Cu || offset >= 0x34u) && offset <= 0x40u && !rows[index].is_wide) {
        *plain = value & 0xFFFFu;
    }
    if (offset == 0x00u) cr1_write(t, timer, value);
    if (offset == 0x10u) timer->sr &= value;
    if (offset == 0x14u && (value & EGR_UG) != 0u) {
        update_event(t, index, machine_now(t), (timer->cr1 & CR1_URS) == 0u);
    }
    if (offset == 0x24u) restart(t, timer, value, machine_now(t));
    if (offset == 0x2Cu && (timer->cr1 & CR1_ARPE) == 0u) {
        timer->arr_now = timer->arr;
        restart(t, timer, count, machine_now(t));
    }
    update_line(t, index);
    timer_schedule(t);
    tell_pwm(t, index);
}

bool twin_pwm_get(const struct twin *t, uint8_t number, uint8_t channel, struct twin_pwm *pwm)
{
    for (uint32_t i = 0; i < TIMER_COUNT; i++) {
        if (number != 0u && rows[i].number == number && channel >= 1u &&
            channel <= TIMER_CHANNELS) {
            *pwm = pwm_of(&t->b.periph.timer[i], i, channel - 1u);
            return true;
        }
    }
    return false;
}

int twin_backlight_percent(const struct twin *t)
{
    for (uint32_t i = 0; i < TIMER_COUNT; i++) {
        for (uint32_t channel = 0; channel < TIMER_CHANNELS; channel++) {
            const struct twin_pwm pwm = pwm_of(&t->b.periph.timer[i], i, channel);
            if (!pwm.enabled) continue;
            const uint64_t percent = ((uint64_t)pwm.duty * 100u + pwm.period / 2u) / pwm.period;
            return percent > 100u ? 100 : (int)percent;
        }
    }
    return -1;
}
