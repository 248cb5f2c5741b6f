/*
 * TIMINGR of an I2C controller, from its kernel clock.
 */
#ifndef NACRE_PORTS_STM32H7RS_I2C_TIMING_H
#define NACRE_PORTS_STM32H7RS_I2C_TIMING_H

#include "nacre/check.h"
#include "nacre/err.h"

#include <stdint.h>

/*
 * The fastest TIMINGR that keeps every limit of its mode, also with the slowest edges that the mode
 * allows. The analog filter is on, the digital one off. What the controller adds by itself is
 * counted with its least, so that SCL is at most as fast as was asked.
 *
 * kernel_hz  of the controller's kernel clock, at most 300 MHz
 * scl_khz    100, 400 or 1000: the mode
 * Returns    NACRE_OK; NACRE_BAD_ARGUMENT: no such mode, or not with this clock
 * Source     RM0453 revision 5, pages 1069 to 1071 and its table of the bus's limits, which is that
 *            of UM10204: the controller is the same. Not measured with a scope
 */
NACRE_MUST_CHECK enum nacre_err nacre_i2c_timing(uint32_t kernel_hz, uint32_t scl_khz,
                                                 uint32_t *TIMINGR);

#endif
