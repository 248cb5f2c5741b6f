/*
 * The tick's handler begins in the internal flash.
 */
#include "tests/mcu_flash_fw/tick.h"

__attribute__((section(".text_internal"))) void __wrap_board_on_tick(void)
{
    tick_on_tick();
}
