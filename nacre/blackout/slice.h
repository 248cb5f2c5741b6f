/*
 * A slice: an operation that is under way goes on inside a blackout, and is suspended before its
 * end if that takes too long or if an interrupt waits.
 *
 * The bank that runs the code is the busy one, so nothing is mapped before the chip has said that
 * it is idle or suspended.
 */
#ifndef NACRE_BLACKOUT_SLICE_H
#define NACRE_BLACKOUT_SLICE_H

#include "nacre/check.h"
#include "nacre/ctrl.h"
#include "nacre/err.h"
#include "nacre/port.h"

#include <stdint.h>

/*
 * Times in cycles of the core. Lies in RAM, as everything that it points to. Commands come last,
 * for an instruction that reaches what lies before them is half as long.
 */
struct nacre_slice {
    uint8_t failed;           /* bits of the status: it has ended, but the chip says that it is busy
                                 until they are cleared; 0: it does not */
    uint8_t busy;             /* bits of the status */
    uint8_t enabled;
    uint8_t suspended;        /* bits of the security register, of either kind of operation */
    uint32_t run_min;         /* before that there is no suspend */
    uint32_t run_max;         /* from then on there is, even if nothing waits */
    uint32_t suspend_max;     /* then the chip is told once more */
    uint32_t end_max;         /* then the chip is given up */

    volatile uint32_t *feed;  /* a watchdog's register, and what it is fed with */
    uint32_t feed_word;
    uint32_t feed_every;
    uint32_t feeds_left;      /* a chip that never ends must not keep the watchdog from it */
    uint32_t fed_at;

    uint32_t asked_count;     /* out: suspends sent; more than one: the chip was late */

    struct nacre_op status;   /* reads the status; its checks of sense are made, its mask is not */
    struct nacre_op security; /* reads where the suspend bits are */
    struct nacre_op suspend;  /* opcode 0: the operation runs to its end, whatever waits */
    struct nacre_op clear;    /* of fail bits, if failed is not 0 */
};

/*
 * Let the operation run until it ends or is suspended. A status that does not come, or makes no
 * sense, counts as busy: it is asked again.
 *
 * Returns  NACRE_OK       it ended, or never began; the answers are those of the end, fail bits
 *                         that keep the chip busy are cleared
 *          NACRE_BUSY     it is suspended: the chip can be read, but not where it was at work
 *          NACRE_TIMEOUT  neither within end_max, or the security register cannot be read
 * Context  RAM, between nacre_ctrl_leave and nacre_ctrl_map
 */
NACRE_MUST_CHECK enum nacre_err nacre_slice_run(const struct nacre_port *port,
                                                struct nacre_slice *slice);

#endif
