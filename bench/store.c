/*
 * What the store costs on the simulated NOR: 4 KB units, 16-byte granules, 256-byte pages, 8 units
 * a lane; a program takes 20 us and 0.5 us a byte, an erase 25 ms, a read 0.3 us and 0.02 us a
 * byte.
 *
 * "With idle" calls nacre_idle once after each set and gives it time.
 */
#include "bench/bed.h"
#include "bench/instants.h"
#include "bench/mounts.h"
#include "bench/reads.h"
#include "bench/updates.h"

#define UNITS 8u
#define UNITS_1MB 255u /* the most that a lane has: 1 MB but for one */

/* What a cut may spoil decides how many lanes a store has. */
static const struct bed_kind one_lane = {
    .name = "store.one_lane.", .lane_count = 1, .unit_count = UNITS, .cut_bytes = 16,
    .has_limits = true};
static const struct bed_kind one_bank = {
    .name = "store.one_lane.one_bank.", .lane_count = 1, .unit_count = UNITS, .cut_bytes = 16,
    .waits_to_read = true};
static const struct bed_kind one_lane_1mb = {
    .name = "store.one_lane.1mb.", .lane_count = 1, .unit_count = UNITS_1MB, .cut_bytes = 16};

int main(void)
{
    updates_print_design(&one_lane);
    mounts_print_design(&one_lane);
    reads_print(&one_lane);
    updates_print_peers(&one_lane);
    mounts_print_peers(&one_lane);
    updates_print_lifetime(&one_lane);
    instants_print(&one_lane);
    instants_print(&one_bank);
    mounts_print_large(&one_lane_1mb);
    return 0;
}
