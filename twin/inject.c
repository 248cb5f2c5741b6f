/*
 * Faults that no instruction of the firmware asks for.
 */
#include "twin/machine.h"

#define CFSR_IMPRECISERR (1u << 10)

bool twin_bus_fault(struct twin *t)
{
    if (!t->b.is_on) return false;
    t->is_exact = false;
    exception_fault(t, EXC_BUSFAULT, CFSR_IMPRECISERR, 0);
    return true;
}
