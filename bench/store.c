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
#define UNITS_1MB 256u
#define GRANULE 16u
#define PAGE 256u
#define UNIT 4096u

/* What a cut may spoil decides how many lanes a store has. */
static const struct bed_kind one_lane = {
    .name = "store.one_lane.", .lane_count = 1, .unit_count = UNITS, .cut_bytes = GRANULE,
    .has_limits = true};
static const struct bed_kind two_lanes = {
    .name = "store.two_lanes.", .lane_count = 2, .unit_count = UNITS, .cut_bytes = PAGE,
    .has_limits = true};
static const struct bed_kind two_lanes_cut_unit = {
    .name = "store.two_lanes.cut_unit.", .lane_count = 2, .unit_count = UNITS, .cut_bytes = UNIT};

/* Nothing can be read while the chip erases, as on the first chip until an erase is suspended. */
static const struct bed_kind one_lane_one_bank = {
    .name = "store.one_lane.one_bank.", .lane_count = 1, .unit_count = UNITS,
    .cut_bytes = GRANULE, .waits_to_read = true};
static const struct bed_kind two_lanes_one_bank = {
    .name = "store.two_lanes.one_bank.", .lane_count = 2, .unit_count = UNITS,
    .cut_bytes = PAGE, .waits_to_read = true};

static const struct bed_kind one_lane_1mb = {
    .name = "store.one_lane.1mb.", .lane_count = 1, .unit_count = UNITS_1MB,
    .cut_bytes = GRANULE};
static const struct bed_kind two_lanes_1mb = {
    .name = "store.two_lanes.2_x_1mb.", .lane_count = 2, .unit_count = UNITS_1MB,
    .cut_bytes = PAGE};

static void print_all(const struct bed_kind *kind)
{
    updates_print_design(kind);
    mounts_print_design(kind);
    reads_print(kind);
    updates_print_peers(kind);
    mounts_print_peers(kind);
    updates_print_lifetime(kind);
    instants_print(kind);
}

int main(void)
{
    print_all(&one_lane);
    instants_print(&one_lane_one_bank);
    mounts_print_large(&one_lane_1mb);
    print_all(&two_lanes);
    instants_print(&two_lanes_one_bank);
    mounts_print_large(&two_lanes_1mb);
    updates_print_design(&two_lanes_cut_unit);
    mounts_print_design(&two_lanes_cut_unit);
    return 0;
}
