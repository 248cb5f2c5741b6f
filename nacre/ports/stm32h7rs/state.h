/*
 * Is the controller as a boot leaves it for a chip of a form? Runs from flash, and only reads.
 *
 * What is checked is what a blackout relies on: that the chip is mapped by a read that its row
 * knows, in lines, rates and address bytes, for that says which protocol the chip is in; that pairs
 * of bytes are turned as the chip sends them; no interrupt and no DMA; and nothing that would split
 * a program into two frames. Clocks are the boot's affair: with wrong ones nothing would run.
 */
#ifndef NACRE_PORTS_STM32H7RS_STATE_H
#define NACRE_PORTS_STM32H7RS_STATE_H

#include "nacre/check.h"
#include "nacre/ctrl.h"
#include "nacre/err.h"
#include "nacre/port.h"

/*
 * Returns  NACRE_OK; NACRE_CTRL_STATE, the register and its field told in port->mismatch
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_state_check(struct nacre_port *port,
                                                  const struct nacre_form *form);

#endif
