/*
 * Both XSPI controllers on the port of the flash: what ST's boot does in its read-while-write
 * example, done by an application that a boot of the other kind has started.
 */
#ifndef EXAMPLES_TWO_CONTROLLERS_MULTIPLEX_H
#define EXAMPLES_TWO_CONTROLLERS_MULTIPLEX_H

#include <stdbool.h>

/*
 * Give XSPI1, which the PSRAM hangs on, to the flash that XSPI2 has mapped. What was in the PSRAM
 * is out of reach from then on. Nothing happens where it was done already.
 *
 * Cost     the flash cannot be read for some microseconds, once, with interrupts masked
 * Returns  false: a controller did not let go of what it did; as before
 * Context  once, before anything reads the PSRAM and before other bus masters run; the flash is
 *          mapped over XSPI2. Runs from ITCM
 */
bool multiplex_ports(void);

#endif
