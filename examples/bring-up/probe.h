/*
 * Measurements that the flash cannot be read during. They run from RAM, with interrupts masked and
 * the window fenced, from the first command until the chip is idle again: nothing here rests on
 * read while write, nor on anything else that is to be found out.
 *
 * Every wait is bounded. Where the chip or the controller does not come back, the flash is reset
 * and then the system; the step that was under way is told by the next start.
 */
#ifndef EXAMPLES_BRING_UP_PROBE_H
#define EXAMPLES_BRING_UP_PROBE_H

#include "examples/bring-up/report.h"
#include "nacre/ctrl.h"
#include "nacre/port.h"

#include <stdbool.h>
#include <stdint.h>

#define PROBE_READ_WORDS 4u
#define PROBE_OPS_MAX 4u

/* Words in the PSRAM that are read over and over while the NOR chip works. */
struct probe_canary {
    volatile uint32_t *words;
    uint32_t count;       /* 0: there is no PSRAM */
    uint32_t at;          /* of the next one */
    uint32_t reads;
    uint32_t errors;      /* words that were not as written */
    uint32_t stays_wrong; /* of these, so many read wrong at once again: the PSRAM changed */
    uint32_t first_index; /* of the first error */
    uint32_t first_got;
};

/* The board and what every measurement needs of it. Lies in RAM. */
struct probe_board {
    struct nacre_port port;
    struct nacre_op known;      /* reads a word of the running image */
    uint32_t known_word;
    uint32_t known_got;
    struct nacre_op reset[2];   /* the dead end */
    uint32_t reset_cycles;
    uint32_t wait_max_cycles;   /* longest time that the chip may be busy */
    struct probe_canary canary;
};

/* Words of the array that a command reads while the chip works, against what the map gave. */
struct probe_read {
    struct nacre_op op;              /* its data is got */
    uint32_t want[PROBE_READ_WORDS];
    uint32_t got[PROBE_READ_WORDS];  /* of the newest answer */
    uint32_t equal;
    uint32_t different;
    uint32_t timeouts;
};

enum probe_end {
    PROBE_DONE = 0,
    PROBE_NOT_READY, /* the chip was busy, or a command before the work did not end */
    PROBE_REFUSED,   /* the write enable, or the work, was not taken */
};

/* One program or erase, and what is done while it is under way. */
struct probe_work {
    struct nacre_op write_enable;
    struct nacre_op status;     /* reads into status_word */
    struct nacre_op security;   /* reads into security_word */
    struct nacre_op work;
    struct nacre_op suspend;
    struct nacre_op resume;
    uint32_t status_word;
    uint32_t security_word;     /* as it ended */
    uint32_t busy;              /* bits of the status */
    uint32_t enabled;
    uint32_t suspended;         /* bits of security_word */
    uint32_t poll_cycles;       /* between two looks at the status */

    uint32_t slice_cycles;      /* it is suspended so long after its start, and each resume */
    uint32_t slice_count;       /* so often; 0: never */
    struct report_times *latency; /* of each suspend; not null if slice_count is not 0 */

    struct probe_read *reads;   /* while it is busy, or, if it is suspended at all, then */
    uint32_t read_count;
    uint32_t read_rounds;

    uint32_t sent_cycles;       /* out: from the fence until the work was sent */
    uint32_t busy_cycles;       /* out: from then until the status said idle */
    uint32_t left_cycles;       /* out: from the last resume */
    uint32_t suspends;          /* out: the security register said suspended */
    bool ended_by_itself;       /* out: idle, and not suspended */
    bool resume_lost;           /* out: a resume did not make it busy */
};

/* What it costs to leave the mapped mode and to come back; the last one measured. */
struct probe_mode {
    const volatile uint32_t *word; /* of the window, to be read first */
    uint32_t leave_cycles;
    uint32_t map_cycles;
    uint32_t first_read_cycles;
    uint32_t next_read_cycles;
    uint32_t whole_cycles;         /* from the fence until it is taken away */
};

/* A status read, started in different ways. */
enum probe_start {
    PROBE_START_AR,  /* only the address is written: what starts it */
    PROBE_START_TCR, /* TCR before it, with what it held */
    PROBE_START_CCR, /* CCR before it, with what it held */
    PROBE_START_COUNT
};

struct probe_start_times {
    struct nacre_op status;
    uint32_t cycles[PROBE_START_COUNT];
    uint32_t busy_after_CCR; /* times that SR said BUSY after the write of CCR */
    uint32_t idle_SR;        /* with the mapped mode off, and nothing under way */
    uint32_t CALFCR[2];      /* before and after */
};

/*
 * Send a list of commands that leave the chip idle.
 *
 * Returns  NACRE_OK; NACRE_TIMEOUT: the controller did not end one of them
 * Context  thread; board, op and what op points to lie in RAM
 */
enum nacre_err probe_send(struct probe_board *board, const struct nacre_op *op, uint32_t count);

/*
 * One program or erase, until the chip is idle again.
 *
 * Context  as probe_send
 */
enum probe_end probe_work(struct probe_board *board, struct probe_work *work);

/*
 * For other measurements: fence, mask, and leave the mapped mode; and back, if the flash answers.
 * Between the two nothing reads the flash.
 *
 * Returns  false: the controller did not leave it
 * Context  RAM; probe_go_light follows in any case
 */
bool probe_go_dark(struct probe_board *board);
void probe_go_light(struct probe_board *board);

void probe_mode(struct probe_board *board, struct probe_mode *mode);
void probe_starts(struct probe_board *board, struct probe_start_times *times);

/* The word that belongs at a place of the canary, and the place. They are far apart. */
uint32_t probe_canary_word(uint32_t index);
volatile uint32_t *probe_canary_place(const struct probe_canary *canary, uint32_t index);
/* Read count words of it. Any context. */
void probe_canary_look(struct probe_canary *canary, uint32_t count);

#endif
