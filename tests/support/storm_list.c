/*
 * Which storms there are; see storm_list.h.
 *
 * Source of the chips' figures: their SFDP dumps as in the Linux kernel's log of these parts, and
 * where there is none Macronix's model of the MX66UW1G45G; docs/chips.md has them with their pages.
 * Runs of 1000 us are unmeasured.
 */
#include "tests/support/storm_list.h"

#include "tests/support/rng.h"

#include <string.h>

/* What the library says it takes beside the chip, on eight lines and on one: docs/blackout.md. */
#define ON_EIGHT_US 10u
#define ON_ONE_US 35u
#define RWW_US 5u
/* Long enough for a slice that does not end for an interrupt to be seen. */
#define SLICES_US 4000u

/* A handler that stays live waits only for the instants in which vectors and masks change. */
#define LIVE_US 3u
#define LIVE_TAKES_US 6u /* of a slice: three goes of 20 us, one run of 2 us in each */

enum { WAY_READ_WHILE_WRITE = 1, WAY_SLICED = 2, WAY_WHOLE = 3, WAY_TWO_CONTROLLERS = 4 };

static const struct storm_way ways[] = {
    {"read-while-write", WAY_READ_WHILE_WRITE, false, true, 20000, false, false},
    {"sliced", WAY_SLICED, true, false, 1000, false, false},
    {"sliced-live", WAY_SLICED, true, false, 20000, true, false},
    {"whole", WAY_WHOLE, true, false, 1000, false, false},
    {"two-controllers", WAY_TWO_CONTROLLERS, false, true, 20000, false, true},
};

static const struct storm_part parts[] = {
    {"MX66UW1G45G", 0, 0x02000000, 0x07FE0000, 0x01FE0000, 448, 56, 600000, ON_EIGHT_US, 4096},
    {"MX25UW51245G", 1, 0x01000000, 0x03FE0000, 0x00FE0000, 448, 56, 600000, ON_EIGHT_US, 4096},
    {"MX25UW25645G", 2, 0x00800000, 0x01FE0000, 0x007E0000, 448, 56, 500000, ON_EIGHT_US, 4096},
    {"MX25LM51245G", 3, 0, 0, 0x03FE0000, 448, 56, 600000, ON_EIGHT_US, 4096},
    {"W25Q128JV", 4, 0, 0, 0x00FE0000, 1000, 20, 400000, ON_ONE_US, 4096},
    {"MT35XU512ABA", 5, 0, 0, 0x03FE0000, 1000, 100, 400000, ON_EIGHT_US, 4096},
    {"S28HS512T", 6, 0, 0, 0x03FE0000, 1000, 100, 335000, ON_EIGHT_US, 4096},
    {"GD25LX512ME", 7, 0, 0, 0x03FE0000, 1000, 100, 400000, ON_EIGHT_US, 4096},
};

static const struct storm_place places[] = {
    {"itcm", false}, {"axi_sram", false}, {"internal_flash", false}, {"psram", true}};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool is_valid(const struct storm_way *way, const struct storm_part *part,
                     const struct storm_place *place)
{
    if (way->is_twofold && place->is_psram) return false;
    return part->bank_bytes != 0 || !way->needs_banks;
}

/* The index-th that is valid, or the number of those that are. */
static uint32_t walk(uint32_t index, struct storm *storm)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < COUNT(ways) * COUNT(parts) * COUNT(places); i++) {
        const struct storm_way *const way = &ways[i / (COUNT(parts) * COUNT(places))];
        const struct storm_part *const part = &parts[i / COUNT(places) % COUNT(parts)];
        const struct storm_place *const place = &places[i % COUNT(places)];
        if (!is_valid(way, part, place)) continue;
        if (count++ == index) *storm = (struct storm){way, part, place};
    }
    return count;
}

uint32_t storm_count(void)
{
    struct storm none;
    return walk(UINT32_MAX, &none);
}

struct storm storm_at(uint32_t index)
{
    struct storm storm = {0};
    (void)walk(index, &storm);
    return storm;
}

void storm_name(const struct storm *storm, char *name)
{
    (void)snprintf(name, STORM_NAME_BYTES, "%s %s %s", storm->way->name, storm->part->name,
                   storm->place->name);
}

static bool is_name(const char *wanted, const char *name)
{
    return wanted == NULL || strcmp(wanted, name) == 0;
}

bool storm_fits(const struct storm *storm, const char *way, const char *part, const char *place)
{
    return is_name(way, storm->way->name) && is_name(part, storm->part->name) &&
           is_name(place, storm->place->name);
}

bool storm_is_drawn(const struct storm *storm, uint32_t one_in, uint64_t seed)
{
    const uint64_t chip = (uint64_t)(storm->part - parts);
    const uint64_t place = (uint64_t)(storm->place - places);
    const uint64_t way = (uint64_t)(storm->way - ways);
    return (chip + 2u * place + 3u * way + seed) % one_in == 0;
}

uint64_t storm_seed(const struct storm *storm, uint64_t seed)
{
    const uint64_t way = (uint64_t)(storm->way - ways);
    const uint64_t chip = (uint64_t)(storm->part - parts);
    const uint64_t place = (uint64_t)(storm->place - places);
    return rng_mix(rng_mix(seed) + (way * COUNT(parts) + chip) * COUNT(places) + place);
}

uint32_t storm_region_bytes(const struct storm *storm)
{
    return 16u * storm->part->unit_bytes;
}

uint32_t storm_budget_us(const struct storm *storm)
{
    switch (storm->way->number) {
    case WAY_READ_WHILE_WRITE:
    case WAY_TWO_CONTROLLERS:
        return RWW_US;
    case WAY_SLICED:
        return SLICES_US;
    default:
        return storm->part->longest_us + storm->part->overhead_us;
    }
}

uint32_t storm_masked_us(const struct storm *storm)
{
    if (storm->way->number != WAY_SLICED) return storm_budget_us(storm);
    return storm->part->run_us + storm->part->suspend_us + storm->part->overhead_us +
           (storm->way->is_live ? LIVE_TAKES_US : 0u);
}

uint32_t storm_bound_us(const struct storm *storm)
{
    return storm->way->is_live ? LIVE_US : storm_masked_us(storm);
}
