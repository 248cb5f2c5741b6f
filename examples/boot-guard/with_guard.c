/*
 * The stage with the guard, for the flash of the STM32H7S78-DK.
 */
#include "examples/boot-guard/stage.h"

bool stage_guard(void)
{
    static const struct boot_guard_cfg cfg = BOOT_GUARD_MX66UW1G45G;

    return boot_guard(&cfg, &stage_report) <= BOOT_GUARD_FORCED;
}
