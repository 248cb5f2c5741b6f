/*
 * What the MPU must look like before a blackout may rely on it.
 */
#ifndef NACRE_PORTS_STM32H7RS_MPU_H
#define NACRE_PORTS_STM32H7RS_MPU_H

#include "nacre/check.h"
#include "nacre/err.h"
#include "nacre/port.h"

#include <stdbool.h>

/*
 * Is the fence's region free, and will it win over all others inside the window?
 *
 * Returns  NACRE_OK; NACRE_MPU_REGION_USED, told in port->mismatch
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_mpu_check_fence(struct nacre_port *port);

/*
 * The same for another region, over the window of a controller that starts at first.
 */
NACRE_MUST_CHECK enum nacre_err nacre_mpu_check_region(struct nacre_port *port, uint32_t number,
                                                       uint32_t first);

/*
 * Is all that the controller maps read-only for the core? A store would become a dirty cache line,
 * and later a write on the bus.
 *
 * make_read_only  true: regions that lie wholly in the window are made so
 * Returns         NACRE_OK; NACRE_FLASH_WRITABLE, told in port->mismatch
 * Context         thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_mpu_check_read_only(struct nacre_port *port,
                                                          bool make_read_only);

/*
 * May the core execute all of first..last, as it runs in a blackout? ST's boot leaves the PSRAM
 * readable, but not executable.
 *
 * last     of the bytes that are asked about, not behind them
 * Returns  NACRE_OK; NACRE_NOT_IN_RAM, told in port->mismatch
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_mpu_check_runs(struct nacre_port *port, uint32_t first,
                                                     uint32_t last);

/*
 * Is first..last out of the core's reach, even for what it reads ahead of time? The MPU is on.
 *
 * last     of the bytes that are asked about, not behind them
 * Returns  false: told in port->mismatch
 * Context  thread only
 */
NACRE_MUST_CHECK bool nacre_mpu_denies(struct nacre_port *port, uint32_t first, uint32_t last);

/*
 * Does what privileged code stores anywhere in first..last reach the memory at once? Not where the
 * MPU forbids the store, nor where it makes the memory write-back: there it stays in the cache. By
 * the default map all below 20000000h is write-through.
 *
 * last      of the bytes that are asked about, not behind them; below 20000000h
 * mismatch  filled where not
 * Context   thread only
 */
NACRE_MUST_CHECK bool nacre_mpu_stores_through(uint32_t first, uint32_t last,
                                               struct nacre_mismatch *mismatch);

#endif
