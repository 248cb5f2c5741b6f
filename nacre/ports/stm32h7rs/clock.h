/*
 * Time for the waits on a bus, from the core's cycle counter: no interrupt and no timer is needed.
 *
 * The counter stands while the core sleeps (WFI) and in Stop mode. Then time is told too short, and
 * a wait that slept lasts longer.
 */
#ifndef NACRE_PORTS_STM32H7RS_CLOCK_H
#define NACRE_PORTS_STM32H7RS_CLOCK_H

#include "nacre/bus.h"

#include <stdbool.h>
#include <stdint.h>

struct nacre_cycle_clock {
    uint32_t core_mhz;
    uint32_t at; /* the counter, when us was right */
    uint32_t us;
};

/*
 * Let the cycle counter run.
 *
 * Returns  false: there is none, or it stands still
 * Context  thread only
 */
NACRE_MUST_CHECK bool nacre_cycles_start(void);

/*
 * Make a clock of the cycle counter, and start that if need be.
 *
 * clock     outlives time. One for each thread that waits, as it has no lock. It must be asked once
 *           in 2^32 cycles (7 s at 600 MHz), or it loses what went by
 * core_mhz  the fastest clock that the core will have, 1 to 1000: with a slower one waits last
 *           longer
 * time      filled, without a pause
 * Returns   NACRE_OK; NACRE_BAD_ARGUMENT: core_mhz; NACRE_CLOCK: the counter does not run
 * Context   thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_cycle_clock_open(struct nacre_cycle_clock *clock,
                                                       uint32_t core_mhz,
                                                       struct nacre_bus_time *time);

#endif
