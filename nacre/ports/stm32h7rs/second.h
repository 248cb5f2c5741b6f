/*
 * The first controller, XSPI1, next to the one that the chip is mapped by.
 */
#ifndef NACRE_PORTS_STM32H7RS_SECOND_H
#define NACRE_PORTS_STM32H7RS_SECOND_H

#include "nacre/check.h"
#include "nacre/err.h"
#include "nacre/port.h"

/*
 * Where both controllers share the wires (MUXEN), the other one must want nothing of them: it would
 * split our frames.
 *
 * Returns  NACRE_OK; NACRE_CTRL_STATE, told in port->mismatch
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_second_check_idle(struct nacre_port *port);

#endif
