/*
 * TIMINGR. Runs from flash.
 *
 * The controller adds to each half of SCL: the delay of the analog filter and two to three clocks
 * until it has seen the edge. The rest of the period is shared between low and high as the least of
 * each demands.
 *
 * All times are counted in clocks of the kernel, rounded to the safe side.
 */
#include "nacre/ports/stm32h7rs/i2c_timing.h"

#include "nacre/ports/stm32h7rs/bus_registers.h"

#include <stdbool.h>
#include <stddef.h>

#define KERNEL_HZ_MIN 1000000u
#define KERNEL_HZ_MAX 300000000u /* 10 us are 3000 clocks then, and their product fits 32 bits */
#define KHZ 1000u
#define PRESC_COUNT 16u
#define DELAY_MAX 15u /* SDADEL, SCLDEL */
#define SCL_COUNT_MAX 256u
#define FILTER_NS 50u   /* the least that the analog filter delays an edge */
#define SYNC_CLOCKS 2u  /* the least until an edge is seen */
#define HOLD_CLOCKS 3u  /* the same, as SDADEL's formula has it */

/* In nanoseconds. Source: UM10204 revision 7, table 10 and 11 */
struct mode {
    uint32_t scl_khz;
    uint32_t period;
    uint32_t low_min;
    uint32_t high_min;
    uint32_t fall_max;
    uint32_t rise_max;
    uint32_t setup_min; /* of data */
};

static const struct mode modes[] = {
    {100, 10000, 4700, 4000, 300, 1000, 250},
    {400, 2500, 1300, 600, 300, 300, 100},
    {1000, 1000, 500, 260, 120, 120, 50},
};

/* Nanoseconds in clocks, rounded up. */
static uint32_t clocks_of(uint32_t ns, uint32_t kernel_khz)
{
    return (ns * kernel_khz + (KHZ * KHZ - 1u)) / (KHZ * KHZ);
}

static uint32_t divided_up(uint32_t value, uint32_t by)
{
    return (value + by - 1u) / by;
}

static const struct mode *mode_of(uint32_t scl_khz)
{
    for (uint32_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (modes[i].scl_khz == scl_khz) return &modes[i];
    }
    return NULL;
}

/* What a prescaler gives: each field as counted, not yet as written. */
struct fields {
    uint32_t low;
    uint32_t high;
    uint32_t hold;  /* SDADEL */
    uint32_t setup; /* SCLDEL + 1 */
};

static struct fields fields_of(const struct mode *mode, uint32_t kernel_khz, uint32_t prescaler)
{
    const uint32_t low_min = clocks_of(mode->low_min, kernel_khz);
    const uint32_t high_min = clocks_of(mode->high_min, kernel_khz);
    const uint32_t added = 2u * (FILTER_NS * kernel_khz / (KHZ * KHZ) + SYNC_CLOCKS);
    const uint32_t period = clocks_of(mode->period, kernel_khz);
    const uint32_t least = low_min + high_min;
    const uint32_t rest = period > added + least ? period - added : least;
    const uint32_t low = low_min + (rest - least) * low_min / least;
    const uint32_t fall = clocks_of(mode->fall_max - FILTER_NS, kernel_khz);
    const uint32_t setup = clocks_of(mode->rise_max + mode->setup_min, kernel_khz);

    return (struct fields){
        .low = divided_up(low, prescaler),
        .high = divided_up(rest - low, prescaler),
        .hold = fall > HOLD_CLOCKS ? divided_up(fall - HOLD_CLOCKS, prescaler) : 0,
        .setup = divided_up(setup, prescaler),
    };
}

static bool fits(const struct fields *fields)
{
    return fields->low <= SCL_COUNT_MAX && fields->high <= SCL_COUNT_MAX &&
           fields->hold <= DELAY_MAX && fields->setup <= DELAY_MAX + 1u;
}

/*
 * The controller holds SCL low for hold and setup anyway: a slow clock, which rounds each of them
 * up, may need more than the low half for them.
 */
static bool is_fast_enough(const struct mode *mode, uint32_t kernel_khz)
{
    const uint32_t period = clocks_of(mode->period, kernel_khz);
    const struct fields fields = fields_of(mode, kernel_khz, 1u);

    return fields.low + fields.high + 2u * SYNC_CLOCKS <= period + period / 4u &&
           fields.hold + fields.setup <= fields.low;
}

enum nacre_err nacre_i2c_timing(uint32_t kernel_hz, uint32_t scl_khz, uint32_t *TIMINGR)
{
    const struct mode *const mode = mode_of(scl_khz);
    const uint32_t kernel_khz = kernel_hz / KHZ;

    if (mode == NULL || kernel_hz < KERNEL_HZ_MIN || kernel_hz > KERNEL_HZ_MAX) {
        return NACRE_BAD_ARGUMENT;
    }
    if (!is_fast_enough(mode, kernel_khz)) return NACRE_BAD_ARGUMENT;
    for (uint32_t prescaler = 1; prescaler <= PRESC_COUNT; prescaler++) {
        const struct fields fields = fields_of(mode, kernel_khz, prescaler);

        if (!fits(&fields)) continue;
        *TIMINGR = (prescaler - 1u) << I2C_TIMINGR_PRESC_POS |
                   (fields.setup - 1u) << I2C_TIMINGR_SCLDEL_POS |
                   fields.hold << I2C_TIMINGR_SDADEL_POS |
                   (fields.high - 1u) << I2C_TIMINGR_SCLH_POS | (fields.low - 1u);
        return NACRE_OK;
    }
    return NACRE_BAD_ARGUMENT;
}
