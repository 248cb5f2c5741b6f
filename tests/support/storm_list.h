/*
 * The combinations of storms as data: ways, chips, and places of the blackout's code.
 */
#ifndef TESTS_SUPPORT_STORM_LIST_H
#define TESTS_SUPPORT_STORM_LIST_H

#include "tests/support/storm_bed.h"

#include <stdbool.h>
#include <stdint.h>

struct storm_way {
    const char *name;
    uint32_t number;    /* as the firmware takes it */
    bool in_run_bank;   /* the region shares its bank with the image */
    bool needs_banks;
    uint32_t irq_hz;
    bool is_live;       /* the handler lies in RAM and runs in blackouts, too */
    bool is_twofold;    /* both controllers on the chip, and no PSRAM */
};

struct storm_part {
    const char *name;      /* on the twin */
    uint32_t index;        /* in the firmware's table */
    uint32_t bank_bytes;   /* 0: it has one */
    uint32_t apart_addr;   /* of the region, in its last bank */
    uint32_t beside_addr;  /* in the image's */
    uint32_t run_us;       /* shortest run of an erase between suspends */
    uint32_t suspend_us;   /* until it stands still, longest */
    uint32_t longest_us;   /* of an erase */
    uint32_t overhead_us;  /* what a blackout takes beside the chip's times */
    uint32_t unit_bytes;   /* what an erase clears */
};

struct storm_place {
    const char *name;      /* of the image */
    bool is_psram;
};

/* What one seed of all storms makes of this one. */
uint64_t storm_seed(const struct storm *storm, uint64_t seed);
/* Of the region: sixteen units. */
uint32_t storm_region_bytes(const struct storm *storm);
/* How long a blackout may be: what the firmware is told. */
uint32_t storm_budget_us(const struct storm *storm);
/* How late the timer's handler may be. */
uint32_t storm_bound_us(const struct storm *storm);
/* The same of handlers in flash; where the timer's is one of them, the same. */
uint32_t storm_masked_us(const struct storm *storm);

#endif
