/*
 * In a serial NOR flash on the SPI bus, which nothing runs from: the row that PLACE_CHIP names.
 */
#include "examples/brightness/buses.h"
#include "examples/brightness/place.h"
#include "nacre/chips/chips.h"
#include "nacre/chips/sfdp.h"
#include "nacre/media/spi_nor.h"

#include <stddef.h>

#define REGION_ADDR 0u
#define REGION_UNITS 8u
#define HZ_A_MHZ 1000000u

static struct nacre_spi_nor nor;
static uint8_t tables[NACRE_SFDP_BYTES_MAX];

static enum nacre_err open_place(struct place *place)
{
    const struct nacre_chip *const chip = &PLACE_CHIP;
    struct nacre_spi_nor_cfg cfg = {
        .chip = chip,
        .time = &buses_time,
        .region_addr = REGION_ADDR,
        .region_bytes = REGION_UNITS * chip->unit_bytes,
        .check_tables = nacre_spi_nor_check_tables,
        .tables = tables,
        .tables_bytes = sizeof(tables),
    };

    enum nacre_err err = buses_open_spi(chip->serial_mhz_max * HZ_A_MHZ, &cfg.spi);
    if (err == NACRE_OK) err = nacre_spi_nor_open(&nor, &cfg);
    if (err == NACRE_OK) *place = (struct place){&nor.medium, NACRE_ASSUME_NOTHING};
    return err;
}

static const struct nacre_mismatch *mismatch_of_place(void)
{
    static struct nacre_mismatch mismatch;

    if (nor.refused == NULL) return buses_mismatch();
    mismatch = (struct nacre_mismatch){nor.refused, nor.of_tables, nor.of_row, ~0u};
    return &mismatch;
}

static void show(void (*say)(const char *name, uint32_t value),
                 void (*say_us)(const char *name, uint64_t cycles))
{
    (void)say_us;
    say("programs", nor.stats.programs);
    say("erases", nor.stats.erases);
    say("suspends", nor.stats.suspends);
    say("retries", nor.stats.retries);
}

const struct place_ops place_spi_nor = {open_place, mismatch_of_place, show};
