/*
 * State of the peripherals that are the machine's own: UART4, general timers, and the blocks that
 * are little more than registers. Plain data.
 */
#ifndef TWIN_PERIPH_H
#define TWIN_PERIPH_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/twin.h"

#define TIMER_COUNT 15u
#define TIMER_CHANNELS 4u
#define UART_QUEUE 8192u
#define UART_FIFO 8u
#define REGFILE_WORDS 256u
#define REGFILE_COUNT 9u

struct scb {
    uint32_t vtor, scr, ccr, shcsr, cfsr, hfsr, mmfar, bfar, cpacr, csselr, demcr, fpccr, fpcar;
    uint32_t actlr;
    uint32_t systick_ctrl, systick_load;
    uint64_t systick_zero_ps;  /* when it reaches 0 next, if it runs */
    uint32_t systick_value;    /* if it stands */
    bool systick_flag;
    uint32_t dwt_ctrl;
    uint32_t cyccnt_base;
    uint64_t cyccnt_from_ps;
    uint64_t slept_ps;
    uint64_t cyccnt_slept_ps;
};

struct timer {
    uint32_t cr1, cr2, dier, sr, ccmr1, ccmr2, ccer, bdtr, smcr, rcr;
    uint32_t psc, arr;             /* as written */
    uint32_t psc_now, arr_now;     /* in force */
    uint32_t ccr[TIMER_CHANNELS];
    uint32_t count;                /* at from_ps, or while it stands */
    uint64_t from_ps;
    uint64_t update_ps;
};

struct uart {
    uint32_t cr1, cr2, cr3, brr, rtor, presc;
    uint64_t tx_done_ps;           /* the last byte has left */
    uint32_t rx_fifo_count;
    uint8_t rx_fifo[UART_FIFO];
    bool overrun;
    bool tx_complete_cleared;
    uint64_t rx_next_ps;
    uint32_t queue_from, queue_count;
    uint8_t queue[UART_QUEUE];
};

/* A block of plain registers: what is written is read. */
struct periph {
    uint32_t rcc[REGFILE_WORDS];
    uint32_t plain[REGFILE_COUNT][REGFILE_WORDS];
    struct timer timer[TIMER_COUNT];
    struct twin_pwm told[TIMER_COUNT][TIMER_CHANNELS]; /* to the listener */
    struct uart uart;
    uint32_t hclk_hz, pclk_hz, pclk2_hz, timer_hz;
};

struct twin;

/* All of struct periph to reset values; the clocks follow. Typed text on its way is lost. */
void periph_reset(struct twin *t);

/* The registers that ST's boot leaves. */
void periph_start_state(struct twin *t);

/*
 * n is 1, 2 or 4. A timer or UART without clock reads 0. An address that nobody models reads 0,
 * and is a violation once the application runs.
 */
uint32_t periph_read(struct twin *t, uint32_t addr, uint32_t n);
/* A narrow write writes the word's other bytes as they read. No effect without clock. */
void periph_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value);

/* rcc.c */

/* offset in bytes, in whole words. Clocks are ready as soon as they are on. */
uint32_t rcc_read(struct twin *t, uint32_t offset);
/* Takes effect at once: see rcc_clocks. */
void rcc_write(struct twin *t, uint32_t offset, uint32_t value);
/* Works out hclk_hz, pclk_hz, pclk2_hz, timer_hz and the core's frequency from the registers. */
void rcc_clocks(struct twin *t);
/* Is the bit set in the enable register at this offset? */
bool rcc_is_enabled(const struct twin *t, uint32_t offset, uint32_t bit);

/* timer.c */

/* Which timer has a register at addr? False: none, and *index is untouched. */
bool timer_at(uint32_t addr, uint32_t *index);
/* Reload values to their maximum, no update planned. The caller has cleared the rest. */
void timer_reset(struct twin *t);
/* Is its clock enabled in RCC? */
bool timer_is_clocked(const struct twin *t, uint32_t index);
/* CNT is worked out for now. What is not modelled reads 0. */
uint32_t timer_read(struct twin *t, uint32_t index, uint32_t offset);
/* Next update, interrupt line and PWM follow at once; a changed output is an event. */
void timer_write(struct twin *t, uint32_t index, uint32_t offset, uint32_t value);
/* Updates that are due by now_ps: counters begin again, flags and interrupt lines rise. */
void timer_events(struct twin *t, uint64_t now_ps);
/* The next update of all timers into CLOCK_TIMERS. */
void timer_schedule(struct twin *t);

/* uart.c */

/* Registers to 0; what was typed and not received is lost. */
void uart_reset(struct twin *t);
/* RDR takes the oldest byte that was received, 0 if there is none. */
uint32_t uart_read(struct twin *t, uint32_t offset);

/*
 * TDR sends: into the console's text and by an event at once, the wire's time counts for the flags
 * only. The byte is lost if there is no room or the transmitter is off.
 */
void uart_write(struct twin *t, uint32_t offset, uint32_t value);
/* Typed bytes whose stop bit is over by now_ps are received; the interrupt line follows. */
void uart_events(struct twin *t, uint64_t now_ps);

/*
 * Type at cfg.uart_baud, after what still waits. text is copied; what goes beyond UART_QUEUE bytes
 * is dropped.
 */
void uart_type_bytes(struct twin *t, const char *text);

#endif
