/*
 * How late the tick comes: see the header.
 */
#include "tests/mcu_flash_fw/tick.h"

#define CYCCNT (*(const volatile uint32_t *)0xE0001004u)

static volatile uint32_t last;
static volatile uint32_t longest;

void tick_on_tick(void)
{
    const uint32_t now = CYCCNT;

    if (last != 0 && now - last > longest) longest = now - last;
    last = now;
}

uint32_t tick_longest(void)
{
    const uint32_t cycles = longest;

    longest = 0;
    return cycles;
}
