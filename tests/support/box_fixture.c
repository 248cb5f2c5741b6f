/*
 * See box_fixture.h.
 */
#include "tests/support/box_fixture.h"

#include "tests/support/cmocka_all.h"

struct box box;

int box_begin_four(void **state)
{
    (void)state;
    box_open(&box, 4);
    return 0;
}

int box_end(void **state)
{
    (void)state;
    const uint32_t violations = box.sim->violations;
    if (violations != 0) print_error("violation: %s\n", box.sim->violation);
    box_close(&box);
    return violations == 0 ? 0 : -1;
}
