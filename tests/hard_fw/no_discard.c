/*
 * A port that leaves old lines in the data cache: what the tests must not let pass.
 */
#include "nacre/port.h"

void __wrap_nacre_port_discard(const struct nacre_port *port, uint32_t chip_addr, uint32_t n);

/* In place of the port's own, by the linker. */
void __wrap_nacre_port_discard(const struct nacre_port *port, uint32_t chip_addr, uint32_t n)
{
    (void)port;
    (void)chip_addr;
    (void)n;
}
