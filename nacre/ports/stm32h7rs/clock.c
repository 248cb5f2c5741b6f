/*
 * The cycle counter as a clock. Runs from flash.
 */
#include "nacre/ports/stm32h7rs/clock.h"

#include "nacre/ports/stm32h7rs/io.h"
#include "nacre/ports/stm32h7rs/registers.h"

#include <stddef.h>

#define CLOCK_READS 100u
#define CORE_MHZ_MAX 1000u

bool nacre_cycles_start(void)
{
    nacre_io_write(DEMCR, nacre_io_read(DEMCR) | DEMCR_TRCENA);
    nacre_io_write(DWT_LAR, DWT_LAR_KEY);
    const uint32_t CTRL = nacre_io_read(DWT_CTRL);
    if ((CTRL & DWT_CTRL_NOCYCCNT) != 0) return false;
    nacre_io_write(DWT_CTRL, CTRL | DWT_CTRL_CYCCNTENA);

    const uint32_t start = nacre_io_read(DWT_CYCCNT);
    for (uint32_t i = 0; i < CLOCK_READS; i++) {
        if (nacre_io_read(DWT_CYCCNT) != start) return true;
    }
    return false;
}

static uint32_t now_us(void *context)
{
    struct nacre_cycle_clock *const clock = context;
    const uint32_t us = (nacre_io_read(DWT_CYCCNT) - clock->at) / clock->core_mhz;

    clock->at += us * clock->core_mhz;
    clock->us += us;
    return clock->us;
}

enum nacre_err nacre_cycle_clock_open(struct nacre_cycle_clock *clock, uint32_t core_mhz,
                                      struct nacre_bus_time *time)
{
    if (clock == NULL || time == NULL || core_mhz == 0 || core_mhz > CORE_MHZ_MAX) {
        return NACRE_BAD_ARGUMENT;
    }
    if (!nacre_cycles_start()) return NACRE_CLOCK;
    *clock = (struct nacre_cycle_clock){.core_mhz = core_mhz, .at = nacre_io_read(DWT_CYCCNT)};
    *time = (struct nacre_bus_time){.now_us = now_us, .context = clock};
    return NACRE_OK;
}
