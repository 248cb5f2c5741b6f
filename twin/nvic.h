/*
 * The interrupt controller's state: what is enabled, pending, active and how urgent. Exceptions are
 * counted as in the manual: 2 NMI, 3 HardFault, 11 SVCall, 14 PendSV, 15 SysTick, 16 + n interrupt
 * n.
 *
 * Plain data; no time and no core. Lower numbers are more urgent.
 */
#ifndef TWIN_NVIC_H
#define TWIN_NVIC_H

#include <stdbool.h>
#include <stdint.h>

#define EXC_RESET 1u
#define EXC_NMI 2u
#define EXC_HARDFAULT 3u
#define EXC_MEMMANAGE 4u
#define EXC_BUSFAULT 5u
#define EXC_USAGEFAULT 6u
#define EXC_SVCALL 11u
#define EXC_DEBUGMON 12u
#define EXC_PENDSV 14u
#define EXC_SYSTICK 15u
#define EXC_IRQ0 16u

#define NVIC_LINES 160u
#define NVIC_EXCEPTIONS (EXC_IRQ0 + NVIC_LINES)
#define NVIC_WORDS ((NVIC_EXCEPTIONS + 31u) / 32u)
#define NVIC_NESTING 64u

/* Urgency of thread mode with no mask: below every exception. */
#define NVIC_IDLE 256

struct nvic {
    uint32_t enabled[NVIC_WORDS];
    uint32_t pending[NVIC_WORDS];
    uint32_t line[NVIC_WORDS]; /* level of the request */
    uint8_t priority[NVIC_EXCEPTIONS];
    uint16_t active[NVIC_NESTING]; /* innermost last */
    uint32_t active_count;
    uint32_t prigroup;
    uint64_t pended_ps[NVIC_EXCEPTIONS];
    uint64_t pended_dark_ps[NVIC_EXCEPTIONS];
};

/* Counted for reports; no reset of the core clears it. */
struct nvic_counts {
    uint32_t requests[NVIC_EXCEPTIONS];
    uint32_t merged[NVIC_EXCEPTIONS];
    uint32_t taken[NVIC_EXCEPTIONS];
};

static inline bool nvic_bit(const uint32_t *words, uint32_t exception)
{
    return (words[exception / 32u] >> (exception % 32u) & 1u) != 0u;
}

/* Set or clear an exception's bit in one of the arrays of NVIC_WORDS. */
void nvic_bit_set(uint32_t *words, uint32_t exception, bool value);
/* Nothing pends, is active or asks; priorities 0; of all exceptions 0 to 15 are enabled. */
void nvic_reset(struct nvic *nvic);

/* -2, -1 or the group priority. */
int nvic_urgency(const struct nvic *nvic, uint32_t exception);
/* The part of a priority that decides who interrupts whom, by prigroup. */
int nvic_group(const struct nvic *nvic, uint32_t priority);

/* The most urgent exception that is pending and enabled; 0 if there is none. */
uint32_t nvic_most_urgent(const struct nvic *nvic);

/* Of what is active alone; NVIC_IDLE in thread mode. */
int nvic_active_urgency(const struct nvic *nvic);
/* Was it entered and not left yet, however deep? */
bool nvic_is_active(const struct nvic *nvic, uint32_t exception);

/* The exception that runs; 0 in thread mode. */
uint32_t nvic_current(const struct nvic *nvic);

/* It stops pending and is the one that runs. Beyond NVIC_NESTING it is not noted. */
void nvic_enter(struct nvic *nvic, uint32_t exception);

/* Ends the exception that runs. False if none does. A line that is still raised pends again. */
bool nvic_leave(struct nvic *nvic, uint64_t now_ps, uint64_t dark_ps);

#endif
