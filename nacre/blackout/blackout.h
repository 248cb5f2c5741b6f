/*
 * The blackout: the only way to touch the flash that we run from.
 *
 * A job is a list of commands. It is sent by one function that runs from RAM, with the window
 * fenced, interrupts masked and the vectors in RAM, and the flash is mapped again before it
 * returns. There is no other way out, but for the dead end: where the flash does not answer any
 * more, it is reset, and then the system is.
 */
#ifndef NACRE_BLACKOUT_BLACKOUT_H
#define NACRE_BLACKOUT_BLACKOUT_H

#include "nacre/blackout/slice.h"
#include "nacre/ctrl.h"
#include "nacre/err.h"
#include "nacre/port.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_JOB_OPS_MAX 4u

/* What a blackout needs to know beside its job. Lies in RAM, filled once. */
struct nacre_blackout {
    struct nacre_port port;
    struct nacre_op known;        /* reads a word of the running image */
    uint32_t known_word;          /* what it must get */
    uint32_t known_got;
    struct nacre_op reset[2];     /* the dead end */
    uint32_t reset_cycles;        /* until the chip can be used after its reset */
};

/* The commands come last, as in struct nacre_slice. */
struct nacre_job {
    uint32_t op_count;
    struct nacre_slice *slice; /* NULL: the chip may be busy when the flash is mapped again */
    bool is_trial;             /* with a slice: the operation is begun, and a word of the image is
                                  read by a command. If it is as known, the flash is mapped while
                                  the chip is busy; if not, the slice runs */
    struct nacre_fence fence;  /* of what the job makes or finds busy; bits 0: none */
    bool makes_busy;           /* true: the fence stays if every command was sent; false: it stays
                                  if a check stopped the list. With a slice: false, it stays while
                                  the operation is suspended. It always stays in doubt */
    uint32_t discard_addr;     /* cache lines of this range go if every command was sent */
    uint32_t discard_bytes;
    uint32_t done_count;       /* out: commands whose check held */
    bool trial_failed;         /* out */
    uint32_t begun_at;         /* out: the cycle counter when interrupts were masked */
    uint32_t dark_cycles;      /* out: the flash could not be read */
    uint32_t masked_cycles;    /* out: interrupts were masked, the longest that one can be late */
    struct nacre_op op[NACRE_JOB_OPS_MAX];
};

/*
 * Send a job, and let its slice run. The flash can be read again when it returns.
 *
 * Cost     one blackout
 * Returns  NACRE_OK            every command was sent and every check held; a slice has ended the
 *                              operation
 *          NACRE_BUSY          a check did not hold: that of op[done_count], the list ended there;
 *                              with done_count == op_count: the operation is suspended
 *          NACRE_CHIP_REFUSED  a status that no chip gives came from op[done_count]; a known word
 *                              was then read as it should be
 *          NACRE_TIMEOUT       the controller did not end op[done_count]; a known word was then
 *                              read as it should be
 *          It does not return where the known word does not read: the flash is reset, then the
 *          system.
 * Context  thread only, privileged; job and blackout lie in RAM
 */
NACRE_MUST_CHECK enum nacre_err nacre_blackout_run(struct nacre_blackout *blackout,
                                                   struct nacre_job *job);

#endif
