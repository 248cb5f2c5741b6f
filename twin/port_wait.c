/*
 * What the arbiter of the shared port costs the core. Only where both controllers share one.
 */
#include "twin/port_wait.h"

#define XSPI2_INDEX 1u

bool port_wait(struct twin *t, uint32_t pc)
{
    if (!xspim_is_multiplexed(t->xspim)) return true;
    const uint64_t ready_ps = xspim_read_ps(t->xspim, t->xspi[XSPI2_INDEX], machine_now(t));
    if (ready_ps == FRAME_NEVER_PS) {
        violation_raise(t, TWIN_VIOLATION_CONTROLLER, pc,
                        "XSPI1 keeps the port for data that code in flash would have to bring");
        return false;
    }
    t->b.clock.now_ps = ready_ps;
    return true;
}
