/*
 * Speculation: reads of the flash that no instruction asks for. A Cortex-M7 may do one at any time
 * and address of Normal memory that the MPU lets it read; here it does so at random.
 *
 * One that the MPU keeps from the bus is harmless. One that it lets through must find flash that
 * answers: on the bus there is no telling it from any other read. It touches a window that was only
 * mapped, as any read does.
 *
 * Source: Armv7-M Architecture Reference Manual, A3.5 on speculative accesses to Normal memory.
 */
#include "twin/machine.h"
#include "twin/mpu.h"

#define RARE 20u /* so much rarer where the image can be read */
#define LINE_BYTES 32u

static uint32_t draw(struct twin *t, uint32_t limit)
{
    uint64_t state = t->b.speculation.state;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    t->b.speculation.state = state;
    return (uint32_t)((uint64_t)(uint32_t)(state >> 16) * limit >> 32);
}

static void plan(struct twin *t)
{
    struct speculation *const speculation = &t->b.speculation;
    uint64_t mean_ps = t->cfg.speculation_ns * TWIN_PS_PER_NS;
    speculation->next_ps = CLOCK_NEVER;
    if (mean_ps != 0u) {
        if (!t->b.dark.is_dark) mean_ps *= RARE;
        speculation->next_ps = machine_now(t) + 1u + mean_ps * draw(t, 1024u) / 512u;
    }
    clock_at(&t->b.clock, CLOCK_SPECULATION, speculation->next_ps);
}

void speculation_seed(struct twin *t, uint64_t seed)
{
    t->b.speculation.state = (seed + 1u) * 0x9E3779B97F4A7C15ULL | 1u;
}

void speculation_start(struct twin *t)
{
    plan(t);
}

/* The image, what is written, or anywhere. */
static uint32_t pick(struct twin *t)
{
    const uint32_t bank_bytes = t->flash_bytes / BANK_COUNT;
    uint32_t first = 0;
    uint32_t n = t->flash_bytes;
    switch (draw(t, 4u)) {
    case 0:
        first = t->app_entry - FLASH_WINDOW;
        n = bank_bytes - first % bank_bytes;
        break;
    case 1:
        if (t->cfg.write_bytes == 0u) break;
        first = t->cfg.write_addr;
        n = t->cfg.write_bytes;
        break;
    default:
        break;
    }
    return FLASH_WINDOW + first + draw(t, n / LINE_BYTES) * LINE_BYTES;
}

void speculation_event(struct twin *t)
{
    const uint32_t addr = pick(t);
    if (t->b.in_app && !t->b.sleeps) {
        t->b.counters.speculations++;
        if (!mpu_rights(t, addr).can_speculate) {
            t->b.counters.speculations_fenced++;
        } else if (!window_answers(t, addr)) {
            violation_raise(t, TWIN_VIOLATION_SPECULATION, addr, window_why(t, addr));
        }
    }
    plan(t);
}

void masters_catch_up(struct twin *t)
{
    const uint64_t now_ps = machine_now(t);
    if (t->b.dma.next_ps <= now_ps) dma_events(t, now_ps);
    if (t->b.speculation.next_ps <= now_ps && !t->stopping) speculation_event(t);
}
