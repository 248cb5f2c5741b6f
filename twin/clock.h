/*
 * Virtual time: a counter of picoseconds and the times at which devices want to be called. No wall
 * time anywhere.
 */
#ifndef TWIN_CLOCK_H
#define TWIN_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_NEVER UINT64_MAX
#define CLOCK_PS_PER_S 1000000000000ULL

/* In the order in which events at the same time are handled. */
enum clock_slot {
    CLOCK_CUT,
    CLOCK_XSPI1,
    CLOCK_XSPI2,
    CLOCK_NOR,
    CLOCK_MCU_FLASH,
    CLOCK_I2C,
    CLOCK_SPI,
    CLOCK_DMA,
    CLOCK_SPECULATION,
    CLOCK_SYSTICK,
    CLOCK_TIMERS,
    CLOCK_UART_TX,
    CLOCK_UART_RX,
    CLOCK_STOP,
    CLOCK_SLOTS
};

struct clock {
    uint64_t now_ps;
    uint64_t insn;       /* instructions executed */
    uint64_t cycle_q20;  /* length of a core cycle in 2^-20 ps */
    uint64_t part_q20;   /* what is left over below one ps */
    uint64_t next_ps;    /* smallest of at_ps */
    uint64_t at_ps[CLOCK_SLOTS];
    uint32_t hz;
};

/* Time 0 and no event planned. No cycle takes time before clock_set_hz. */
void clock_init(struct clock *clock);
/* The core's frequency from here on; not 0. */
void clock_set_hz(struct clock *clock, uint32_t hz);

/* Let n core cycles pass. */
static inline void clock_cycles(struct clock *clock, uint64_t n)
{
    const uint64_t q20 = clock->part_q20 + n * clock->cycle_q20;
    clock->now_ps += q20 >> 20;
    clock->part_q20 = q20 & 0xFFFFFu;
}

/* The slot's event is due at at_ps, in place of its earlier time. CLOCK_NEVER: not at all. */
void clock_at(struct clock *clock, enum clock_slot slot, uint64_t at_ps);

/* The earliest slot that is due, or CLOCK_SLOTS. */
enum clock_slot clock_due(const struct clock *clock);

/* Ticks of hz that fit into ps. */
uint64_t clock_ticks(uint64_t ps, uint64_t hz);
/* The time that ticks take in ps, rounded up; hz is not 0. */
uint64_t clock_ps_of(uint64_t ticks, uint64_t hz);

#endif
