/*
 * The ways and the chips as data for the firmware; see ways.h.
 */
#include "bench/ways.h"

#include "bench/fw/lock_cfg.h"
#include "tests/storm_fw/storm.h"

#include <stddef.h>

#define UNITS 17u        /* the store's, and one to erase */
#define UNITS_TO_END 32u /* the region begins so many before the end of its bank */
#define WHOLE_BUDGET_US 3000000u
#define US_PER_S 1000000u

const struct chip chips[] = {
    {"mx66uw1g45g", "MX66UW1G45G", 0x08000000, 0x02000000, 4096, STORM_MX66UW1G45G,
     LOCK_CHIP_MACRONIX_OCTAL, 520, 509, 20},
    {"mx25uw51245g", "MX25UW51245G", 0x04000000, 0x01000000, 4096, STORM_MX25UW51245G,
     LOCK_CHIP_MACRONIX_OCTAL, 520, 509, 5},
    {"mx25uw25645g", "MX25UW25645G", 0x02000000, 0x00800000, 4096, STORM_MX25UW25645G,
     LOCK_CHIP_MACRONIX_OCTAL, 520, 509, 5},
    {"mx25lm51245g", "MX25LM51245G", 0x04000000, 0x04000000, 4096, STORM_MX25LM51245G,
     LOCK_CHIP_MACRONIX_OCTAL, 520, 509, 5},
    {"w25q128jv", "W25Q128JV", 0x01000000, 0x01000000, 4096, STORM_W25Q128JV,
     LOCK_CHIP_WINBOND_SPI, 1100, 1055, 4},
    {"mt35xu512aba", "MT35XU512ABA", 0x04000000, 0x04000000, 4096, STORM_MT35XU512ABA,
     LOCK_CHIP_MICRON_OCTAL, 1150, 1105, 4},
    {"s28hs512t", "S28HS512T", 0x04000000, 0x04000000, 4096, STORM_S28HS512T,
     LOCK_CHIP_INFINEON_OCTAL, 1150, 1105, 4},
    {"gd25lx512me", "GD25LX512ME", 0x04000000, 0x04000000, 4096, STORM_GD25LX512ME,
     LOCK_CHIP_GIGADEVICE_OCTAL, 1150, 1105, 4},
};
const uint32_t chip_count = sizeof chips / sizeof chips[0];

/* The lock comes last, beside all others. */
const struct way ways[] = {
    {"two_controllers", .way = NACRE_WAY_TWO_CONTROLLERS, .has_own_bank = true, .irq_us = 50,
     .budget_us = NACRE_NOR_BUDGET_US_MIN},
    {"rww", .way = NACRE_WAY_READ_WHILE_WRITE, .has_own_bank = true, .irq_us = 50,
     .budget_us = NACRE_NOR_BUDGET_US_MIN},
    {"sliced", .way = NACRE_WAY_SLICED, .irq_us = 1000},
    {"sliced_live", .way = NACRE_WAY_SLICED, .is_live = true, .irq_us = 50},
    {"whole", .way = NACRE_WAY_WHOLE, .irq_us = 1000, .budget_us = WHOLE_BUDGET_US},
    {"lock", .is_lock = true, .irq_us = 1000},
};
const uint32_t way_count = sizeof ways / sizeof ways[0];

bool way_is_for(const struct way *way, const struct chip *chip)
{
    if (way->is_live && chip != &chips[0]) return false;
    return !way->has_own_bank || chip->bank_bytes < chip->bytes;
}

static uint32_t region_addr(const struct way_trial *trial)
{
    const struct chip *const chip = trial->chip;
    const uint32_t end = trial->way->has_own_bank ? chip->bytes : chip->bank_bytes;
    return end - UNITS_TO_END * chip->unit_bytes;
}

static struct subject_board board_of(const struct way_trial *trial)
{
    return (struct subject_board){.chip = trial->chip->part,
                                  .write_addr = region_addr(trial),
                                  .write_bytes = UNITS * trial->chip->unit_bytes,
                                  .tells_reads = trial->tells_reads};
}

static void start_lock(struct subject *subject, const char *elf, const struct way_trial *trial)
{
    const struct subject_image image = {elf, "lock_cfg", "lock_save", "lock_work", 0, "e", "s"};
    const struct lock_cfg cfg = {.chip = trial->chip->lock,
                                 .region_addr = region_addr(trial),
                                 .unit_bytes = trial->chip->unit_bytes,
                                 .irq_us = trial->irq_us};
    struct subject_board board = board_of(trial);
    board.cfg = &cfg;
    board.cfg_bytes = sizeof cfg;
    subject_start(subject, &image, &board);
}

static void start_writer(struct subject *subject, const char *elf, const struct way_trial *trial)
{
    const struct subject_image image = {
        elf, "storm_cfg", "nacre_set", "storm_seen", offsetof(struct storm_seen, work), "W", "s"};
    const struct way *const way = trial->way;
    struct subject_board board = board_of(trial);
    const struct storm_cfg cfg = {
        .magic = STORM_MAGIC,
        .mode = STORM_LETTERS,
        .chip = trial->chip->storm,
        .way = (uint32_t)way->way,
        .region_addr = board.write_addr,
        .region_bytes = board.write_bytes,
        .image_bytes = trial->chip->bank_bytes / 2u,
        .budget_us = way->budget_us != 0 ? way->budget_us : trial->chip->slice_us,
        .irq_hz = US_PER_S / trial->irq_us,
        .handler_in_ram = way->is_live,
        .seed = 1,
    };
    board.cfg = &cfg;
    board.cfg_bytes = sizeof cfg;
    subject_start(subject, &image, &board);
}

void way_start(struct subject *subject, const struct way_images *images,
               const struct way_trial *trial)
{
    if (trial->way->is_lock) {
        start_lock(subject, images->lock, trial);
    } else {
        start_writer(subject, images->writer, trial);
    }
}
