/*
 * A read of the window while nothing is mapped: bus error, bytes, or no end at all?
 */
#ifndef EXAMPLES_BRING_UP_PROBE_OFF_H
#define EXAMPLES_BRING_UP_PROBE_OFF_H

#include "examples/bring-up/probe.h"

struct probe_off {
    const volatile uint32_t *word; /* of the window */
    bool was_rehearsed; /* out: the same read behind the fence faulted, and was survived */
    bool has_faulted;   /* out */
    uint32_t got;       /* out: if it has not */
    uint32_t CFSR;      /* out: why */
    uint32_t SR;        /* out: of XSPI2, after it */
};

/*
 * The read is tried behind the fence first, where it must fault; where it does not, nothing else is
 * done. If it has no end, only a watchdog that runs already helps.
 *
 * Context  thread on the main stack; board and off lie in RAM
 */
void probe_off(struct probe_board *board, struct probe_off *off);

#endif
