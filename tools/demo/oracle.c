/*
 * Old value or new value: the judge of the demo.
 */
#include "tools/demo/oracle.h"

void oracle_init(struct oracle *oracle)
{
    *oracle = (struct oracle){.settled = ORACLE_DEFAULT};
}

void oracle_typed(struct oracle *oracle, unsigned value)
{
    oracle->wanted = value;
    oracle->is_pending = true;
}

void oracle_saved(struct oracle *oracle)
{
    if (oracle->is_pending) oracle->settled = oracle->wanted;
    oracle->is_pending = false;
}

void oracle_refused(struct oracle *oracle)
{
    oracle->is_pending = false;
}

unsigned oracle_allowed(const struct oracle *oracle, unsigned allowed[ORACLE_ALLOWED_MAX])
{
    allowed[0] = oracle->settled;
    allowed[1] = oracle->wanted;
    return oracle->is_pending && oracle->wanted != oracle->settled ? 2u : 1u;
}

bool oracle_found(struct oracle *oracle, unsigned value)
{
    const bool ok = value == oracle->settled || (oracle->is_pending && value == oracle->wanted);
    oracle->settled = value;
    oracle->is_pending = false;
    return ok;
}
