/*
 * What live interrupts cost a blackout.
 *
 * A chip goes on while a handler runs, so its times are not stretched; our own code is. In a time w
 * a handler with the period p and the longest time c takes up to ceil(w / p) * c. So what needs 20
 * us of our code has ended after the smallest w with w = 20 + the sum of these: the response time
 * of a task under more urgent ones (Joseph and Pandya, The Computer Journal 29, 1986). Found by
 * going up from below.
 */
#include "nacre/media/nor_live.h"

#include <stddef.h>

#define LIVE_US_MAX 1000u
#define TIME_US_MAX 1000000u /* of a row: sums of 32 fit a word */
#define HANDLERS_MAX 32u

static uint32_t taken_us(const struct nacre_live *live, uint32_t in_us)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < live->handler_count; i++) {
        const struct nacre_live_handler *const handler = &live->handlers[i];
        const uint32_t runs = (in_us + handler->period_us - 1u) / handler->period_us;

        sum += runs * handler->longest_us > LIVE_US_MAX ? LIVE_US_MAX + 1u
                                                        : runs * handler->longest_us;
    }
    return sum;
}

static bool are_times_sound(const struct nacre_live *live)
{
    for (uint32_t i = 0; i < live->handler_count; i++) {
        const struct nacre_live_handler *const handler = &live->handlers[i];

        if (handler->longest_us == 0 || handler->longest_us > TIME_US_MAX) return false;
        if (handler->period_us == 0 || handler->period_us > TIME_US_MAX) return false;
    }
    return true;
}

enum nacre_err nacre_live_plan(struct nacre_nor *nor, const struct nacre_live *live)
{
    uint32_t taken = 0;

    nor->live_us = 0;
    if (live->handlers == NULL) return live->handler_count == 0 ? NACRE_OK : NACRE_BAD_ARGUMENT;
    if (live->handler_count == 0 || live->handler_count > HANDLERS_MAX) return NACRE_BAD_ARGUMENT;
    if (!are_times_sound(live)) return NACRE_BAD_ARGUMENT;

    do { /* ends: taken grows by 1 or more, up to the limit */
        nor->live_us = taken;
        taken = taken_us(live, NACRE_LIVE_WORK_US + taken);
        if (taken > LIVE_US_MAX) {
            nor->blackout.port.mismatch = (struct nacre_mismatch){
                "live.handlers longest_us", taken, LIVE_US_MAX, ~0u};
            return NACRE_LIVE_TIME;
        }
    } while (taken != nor->live_us);
    return NACRE_OK;
}

void nacre_live_stretch_waits(struct nacre_nor *nor)
{
    struct nacre_port *const port = &nor->blackout.port;

    port->ctrl.wait_cycles += nor->live_us * port->cycles_per_us;
}
