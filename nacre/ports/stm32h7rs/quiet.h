/*
 * The RAM behind the other controller, kept quiet while the flash programs or erases.
 */
#ifndef NACRE_PORTS_STM32H7RS_QUIET_H
#define NACRE_PORTS_STM32H7RS_QUIET_H

#include "nacre/check.h"
#include "nacre/err.h"
#include "nacre/port.h"

/*
 * Can it be kept so? port->live_basepri and the fence are set.
 *
 * Returns  NACRE_OK, also where it was not asked for
 *          NACRE_QUIET_RAM, NACRE_MPU_REGION_USED  as nacre_port_adopt, told in port->mismatch
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_quiet_prepare(struct nacre_port *port,
                                                    const struct nacre_port_cfg *cfg);

#endif
