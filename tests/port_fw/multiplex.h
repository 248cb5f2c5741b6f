/*
 * A set-up of the shared port that is wrong on the mapped controller's side.
 */
#ifndef TESTS_PORT_FW_MULTIPLEX_H
#define TESTS_PORT_FW_MULTIPLEX_H

#include <stdint.h>

/*
 * Write XSPI2's DCR3, which takes nothing while it is mapped and in use.
 *
 * Context  thread, the linker's section "early" was copied
 */
void multiplex_set_turns(uint32_t DCR3);

#endif
