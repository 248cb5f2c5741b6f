/*
 * Code in flash waits while the other controller has the wires.
 */
#ifndef TWIN_PORT_WAIT_H
#define TWIN_PORT_WAIT_H

#include <stdbool.h>

#include "twin/machine.h"

/*
 * A block of code in flash is about to run: time goes on until it could be fetched. Nothing is
 * taken to be in a cache. False: it never could, which is a violation.
 */
bool port_wait(struct twin *t, uint32_t pc);

#endif
