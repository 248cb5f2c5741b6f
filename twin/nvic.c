/*
 * The interrupt controller's rules on plain data, see nvic.h (ARMv7-M Architecture Reference
 * Manual, B1.5 and B3.4).
 */
#include "twin/nvic.h"

#include <string.h>

/* Four priority bits are implemented (CMSIS stm32h7s7xx.h, __NVIC_PRIO_BITS). */
#define PRIORITY_BITS 0xF0u

void nvic_bit_set(uint32_t *words, uint32_t exception, bool value)
{
    const uint32_t bit = 1u << (exception % 32u);
    if (value) {
        words[exception / 32u] |= bit;
    } else {
        words[exception / 32u] &= ~bit;
    }
}

void nvic_reset(struct nvic *nvic)
{
    memset(nvic, 0, sizeof *nvic);
    /* System exceptions are always enabled; whether a fault has its own handler is SHCSR's. */
    nvic->enabled[0] = 0xFFFFu;
}

int nvic_group(const struct nvic *nvic, uint32_t priority)
{
    const uint32_t sub_bits = (2u << nvic->prigroup) - 1u;
    return (int)(priority & PRIORITY_BITS & ~sub_bits);
}

int nvic_urgency(const struct nvic *nvic, uint32_t exception)
{
    if (exception == EXC_NMI) return -2;
    if (exception == EXC_HARDFAULT) return -1;
    return nvic_group(nvic, nvic->priority[exception]);
}

/* Urgency with the sub-priority, for choosing among those that wait. */
static int full_urgency(const struct nvic *nvic, uint32_t exception)
{
    if (exception == EXC_NMI) return -2;
    if (exception == EXC_HARDFAULT) return -1;
    return nvic->priority[exception] & PRIORITY_BITS;
}

uint32_t nvic_most_urgent(const struct nvic *nvic)
{
    uint32_t best = 0;
    int best_urgency = NVIC_IDLE;
    for (uint32_t word = 0; word < NVIC_WORDS; word++) {
        uint32_t bits = nvic->pending[word] & nvic->enabled[word];
        while (bits != 0u) {
            const uint32_t exception = word * 32u + (uint32_t)__builtin_ctz(bits);
            const int urgency = full_urgency(nvic, exception);
            bits &= bits - 1u;
            if (urgency < best_urgency) {
                best = exception;
                best_urgency = urgency;
            }
        }
    }
    return best;
}

int nvic_active_urgency(const struct nvic *nvic)
{
    int urgency = NVIC_IDLE;
    for (uint32_t i = 0; i < nvic->active_count; i++) {
        const int one = nvic_urgency(nvic, nvic->active[i]);
        if (one < urgency) urgency = one;
    }
    return urgency;
}

bool nvic_is_active(const struct nvic *nvic, uint32_t exception)
{
    for (uint32_t i = 0; i < nvic->active_count; i++) {
        if (nvic->active[i] == exception) return true;
    }
    return false;
}

uint32_t nvic_current(const struct nvic *nvic)
{
    return nvic->active_count == 0u ? 0u : nvic->active[nvic->active_count - 1u];
}

void nvic_enter(struct nvic *nvic, uint32_t exception)
{
    nvic_bit_set(nvic->pending, exception, false);
    if (nvic->active_count < NVIC_NESTING) nvic->active[nvic->active_count++] = (uint16_t)exception;
}

bool nvic_leave(struct nvic *nvic, uint64_t now_ps, uint64_t dark_ps)
{
    if (nvic->active_count == 0u) return false;
    const uint32_t exception = nvic->active[--nvic->active_count];
    if (nvic_bit(nvic->line, exception) && !nvic_bit(nvic->pending, exception)) {
        nvic_bit_set(nvic->pending, exception, true);
        nvic->pended_ps[exception] = now_ps;
        nvic->pended_dark_ps[exception] = dark_ps;
    }
    return true;
}
