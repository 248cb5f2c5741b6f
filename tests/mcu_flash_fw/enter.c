/*
 * The tick's handler is where all code is.
 */
#include "tests/mcu_flash_fw/tick.h"

void __wrap_board_on_tick(void)
{
    tick_on_tick();
}
