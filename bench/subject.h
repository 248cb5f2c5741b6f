/*
 * One way on one chip: firmware on the twin that writes when a letter is typed, and what is seen of
 * it from outside.
 */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include "bench/times.h"
#include "twin/twin.h"

#include <stdbool.h>
#include <stdint.h>

#define SUBJECT_IRQ (16u + 55u) /* TIM6, CMSIS stm32h7s7xx.h: its handler is watched */

/* A firmware image, and how it is asked. */
struct subject_image {
    const char *elf;
    const char *cfg_symbol;  /* in flash: written over before the power comes on */
    const char *save_symbol; /* one save is a call of it */
    const char *work_symbol; /* a word behind it counts what the application does meanwhile */
    uint32_t work_offset;
    const char *erase;       /* the letter that erases a unit and works meanwhile */
    const char *save;
};

struct subject_board {
    const char *chip;        /* as the twin names it */
    const void *cfg;         /* cfg_bytes for cfg_symbol */
    uint32_t cfg_bytes;
    uint32_t write_addr;     /* nothing else of the chip may be written */
    uint32_t write_bytes;
    bool tells_reads;        /* status polls are events, too */
};

/* Sums since subject_clear. */
struct subject_seen {
    struct times latency;         /* of the watched handler, pended to taken */
    struct times saves;           /* from call to return, of those without an erase */
    uint64_t save_longest_ps;     /* of all */
    uint64_t save_dark_ps;        /* of those without an erase */
    uint64_t erase_ps;            /* in the chip, from start to end */
    uint64_t erase_busy_ps;       /* what that takes undisturbed */
    uint32_t erases;
    uint32_t work;                /* counted while an erase was under way, */
    uint64_t work_ps;             /* in so much time */
    uint64_t begin_ps;
};

struct subject {
    struct twin *twin;
    struct subject_image image;
    struct subject_seen seen;
    uint32_t work_addr;
    uint64_t erase_begin_ps;
    uint32_t erase_begin_work;
    uint64_t call_dark_ps;        /* in the save that is under way */
    bool erases_in_call;
    bool erases_now;
    bool stops_at_handler;
    twin_event_fn *also;          /* told of each event, may be NULL */
    void *also_context;
};

/* Build the board and run it to its first prompt. Ends the program where that fails. */
void subject_start(struct subject *subject, const struct subject_image *image,
                   const struct subject_board *board);
void subject_end(struct subject *subject);

/* Forget what was seen and what the twin counted. */
void subject_clear(struct subject *subject);

/* Type letters and run until each was answered by a prompt. Ends the program where that fails. */
void subject_type(struct subject *subject, const char *letter, uint32_t count);

/* Let time pass until the watched handler has run. */
void subject_wait_handler(struct subject *subject);

/* Let time pass. */
void subject_wait(struct subject *subject, uint64_t ps);

/* What the application has done so far; wraps. */
uint32_t subject_work(const struct subject *subject);

#endif
