/*
 * The bed of the microcontroller's own flash, over the false port of sim_mcu.h. Its tears are those
 * of a word and its code: broken, mended, marginal, and differing from boot to boot.
 */
#include "tests/support/medium_bed.h"

#include "nacre/media/mcu_flash.h"
#include "tests/support/sim_mcu.h"

#include <stddef.h>
#include <string.h>

#define FLASH_BYTES 0x10000u
#define UNIT_BYTES 8192u
#define BOOT_BYTES 0x2000u
#define WORD_BYTES 16u
#define PATTERN(addr) ((uint8_t)((addr) / WORD_BYTES * 37u + 11u))

struct moment {
    struct sim_mcu sim;
    struct nacre_mcu_flash flash;
};

static struct {
    const struct medium_kind *kind;
    struct sim_mcu sim;
    struct nacre_mcu_flash flash;
    struct moment moments[MEDIUM_LEVELS];
} bed;

static bool is_around(uint32_t addr)
{
    const uint32_t from = bed.kind->region_addr;
    return addr < from || addr >= from + bed.kind->unit_bytes * bed.kind->unit_count;
}

static bool begin(const struct medium_kind *kind, uint64_t seed)
{
    uint8_t word[WORD_BYTES];
    bed.kind = kind;
    sim_mcu_begin(&bed.sim, FLASH_BYTES, kind->unit_bytes, seed);
    for (uint32_t addr = 0; addr < FLASH_BYTES; addr += WORD_BYTES) {
        memset(word, PATTERN(addr), sizeof word);
        if (is_around(addr)) sim_mcu_put(&bed.sim, addr, word);
    }
    return true;
}

static void end(void)
{
}

static bool around_is_whole(void)
{
    uint8_t word[WORD_BYTES];
    for (uint32_t addr = 0; addr < FLASH_BYTES; addr += WORD_BYTES) {
        if (!is_around(addr)) continue;
        if (!sim_mcu_peek(&bed.sim, addr, word)) return false;
        for (uint32_t i = 0; i < sizeof word; i++) {
            if (word[i] != PATTERN(addr)) return false;
        }
    }
    return true;
}

static enum nacre_err open(struct nacre_medium **medium)
{
    const struct nacre_mcu_range used = { SIM_MCU_CORE_ADDR, BOOT_BYTES };
    const struct nacre_mcu_flash_cfg cfg = {
        .region = { SIM_MCU_CORE_ADDR + bed.kind->region_addr,
                    bed.kind->unit_bytes * bed.kind->unit_count },
        .used = &used,
        .used_count = 1,
    };
    sim_mcu_reboot(&bed.sim);
    *medium = &bed.flash.medium;
    return nacre_mcu_flash_open(&bed.flash, &bed.sim.port, &cfg);
}

static void count(struct medium_counts *counts)
{
    uint32_t wear = 0;
    for (uint32_t unit = 0; unit < FLASH_BYTES / bed.kind->unit_bytes; unit++) {
        if (bed.sim.wear[unit] > wear) wear = bed.sim.wear[unit];
    }
    *counts = (struct medium_counts){
        .places = bed.sim.places,
        .writes = bed.sim.places,
        .write_bytes = (uint64_t)bed.sim.programs * WORD_BYTES,
        .transfers = MEDIUM_NO_COUNT,
        .bus_bytes = MEDIUM_NO_COUNT,
        .now_ns = MEDIUM_NO_COUNT,
        .wear_max = wear,
        .violations = bed.sim.violations,
    };
}

static void cut_at(uint32_t place, uint32_t tear, uint64_t seed, jmp_buf *jump)
{
    sim_mcu_cut_at(&bed.sim, place, (enum sim_mcu_tear)tear, seed, jump);
}

static void keep(uint32_t level)
{
    bed.moments[level].sim = bed.sim;
    bed.moments[level].flash = bed.flash;
}

static void back(uint32_t level)
{
    bed.sim = bed.moments[level].sim;
    bed.flash = bed.moments[level].flash;
}

static const struct medium_bed_ops mcu_ops = {
    begin, end, open, count, cut_at, keep, back, around_is_whole,
};

/* Units of the real size, and smaller ones, which are written round sooner. */
const struct medium_kind medium_mcu_kinds[] = {
    { .name = "mcu_flash", .ops = &mcu_ops, .tears = sim_mcu_tears, .tear_count = SIM_MCU_TEARS,
      .share = 40, .unit_count = 3, .unit_bytes = UNIT_BYTES,
      .region_addr = FLASH_BYTES - 3u * UNIT_BYTES },
    { .name = "mcu_flash_1k", .ops = &mcu_ops, .tears = sim_mcu_tears, .tear_count = SIM_MCU_TEARS,
      .share = 4, .unit_count = 4, .unit_bytes = 1024, .region_addr = 0x4000 },
    { .name = NULL },
};
