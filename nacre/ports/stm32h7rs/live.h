/*
 * Interrupts that stay live in a blackout: what they must look like, and their vectors.
 */
#ifndef NACRE_PORTS_STM32H7RS_LIVE_H
#define NACRE_PORTS_STM32H7RS_LIVE_H

#include "nacre/check.h"
#include "nacre/err.h"
#include "nacre/port.h"

/*
 * Choose what masks interrupts in a blackout and where the vectors are, and fill the table of live
 * ones: the given handlers, and the library's own for the faults and for all that must not come.
 *
 * port     its window is known
 * live     not kept, but the table is
 * Returns  NACRE_OK
 *          NACRE_BAD_ARGUMENT   handlers without a count, or the reverse
 *          NACRE_LIVE_PRIORITY, NACRE_LIVE_VECTORS, NACRE_LIVE_HANDLER  as nacre_port_adopt, told
 *                               in port->mismatch; the table may be half filled
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_live_prepare(struct nacre_port *port,
                                                   const struct nacre_live *live);

#endif
