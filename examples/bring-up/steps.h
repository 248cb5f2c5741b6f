/*
 * The measurements, in the order of what they could upset.
 */
#ifndef EXAMPLES_BRING_UP_STEPS_H
#define EXAMPLES_BRING_UP_STEPS_H

#include "nacre/err.h"

/*
 * Id, SFDP, dummy clocks of register reads. Writes nothing.
 *
 * Returns  NACRE_OK            a row fits, and is used from here on
 *          NACRE_CHIP_UNKNOWN  none does: nothing may be written
 *          NACRE_CTRL_STATE    the controller maps another size than the row's
 */
enum nacre_err step_chip(void);

/* Cost of a mode change, first read after it, calibration. Writes nothing. */
void step_mode(void);

/* Program and erase times. */
void step_times(void);

/* Suspend latency, minimum run, reads while suspended. */
void step_slices(void);

/* Reads of other banks while one is busy. */
void step_rww(void);

/*
 * Programs and erases with the core at 380 MHz, and reads of the PSRAM throughout, as they were at
 * the boot's clock: a user has seen them go wrong there.
 */
void step_clock(void);

/* Reads of the bank that is busy; leaves the scratch units erased. */
void step_busy_bank(void);

/* A read of the window with the mapped mode off. A watchdog runs from here on. */
void step_off(void);

#endif
