/*
 * The stage with the guard that reads in octal mode by DQS only.
 */
#include "examples/boot-guard/stage.h"

bool stage_guard(void)
{
    struct boot_guard_cfg cfg = BOOT_GUARD_MX66UW1G45G;

    cfg.takes = BOOT_GUARD_BY_STROBE;
    return boot_guard(&cfg, &stage_report) <= BOOT_GUARD_FORCED;
}
