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
#define REGFILE_COUNT 26u

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
    uint32_t hclk_hz, pclk_hz, timer_hz;
};

struct twin;

void periph_reset(struct twin *t);

/* The registers that ST's boot leaves. */
void periph_start_state(struct twin *t);
uint32_t periph_read(struct twin *t, uint32_t addr, uint32_t n);
void periph_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value);

/* rcc.c */
uint32_t rcc_read(struct twin *t, uint32_t offset);
void rcc_write(struct twin *t, uint32_t offset, uint32_t value);
void rcc_clocks(struct twin *t);
bool rcc_is_enabled(const struct twin *t, uint32_t offset, uint32_t bit);

/* timer.c */
bool timer_at(uint32_t addr, uint32_t *index);
void timer_reset(struct twin *t);
bool timer_is_clocked(const struct twin *t, uint32_t index);
uint32_t timer_read(struct twin *t, uint32_t index, uint32_t offset);
void timer_write(struct twin *t, uint32_t index, uint32_t offset, uint32_t value);
void timer_events(struct twin *t, uint64_t now_ps);
void timer_schedule(struct twin *t);

/* uart.c */
void uart_reset(struct twin *t);
uint32_t uart_read(struct twin *t, uint32_t offset);
void uart_write(struct twin *t, uint32_t offset, uint32_t value);
void uart_events(struct twin *t, uint64_t now_ps);
void uart_type_bytes(struct twin *t, const char *text);

#endif
