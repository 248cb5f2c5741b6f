/*
 * In an EEPROM, FRAM or MRAM on the SPI bus: the row that PLACE_PART names.
 */
#include "examples/brightness/buses.h"
#include "examples/brightness/place.h"
#include "examples/brightness/share.h"
#include "nacre/media/spi_memory.h"
#include "nacre/parts/parts.h"

static struct nacre_spi_memory memory;

static enum nacre_err open_place(struct place *place)
{
    const struct nacre_part *const part = &PLACE_PART;
    struct nacre_spi_memory_cfg cfg = {
        .part = part, .time = &buses_time, .region_bytes = share_bytes(part)};

    enum nacre_err err = buses_open_spi(part->clock_hz_max, &cfg.spi);
    if (err == NACRE_OK) err = nacre_spi_memory_open(&memory, &cfg);
    if (err == NACRE_OK) *place = (struct place){&memory.cells.medium, NACRE_ASSUME_NOTHING};
    return err;
}

static void show(void (*say)(const char *name, uint32_t value),
                 void (*say_us)(const char *name, uint64_t cycles))
{
    (void)say_us;
    say("retries", memory.retries);
}

const struct place_ops place_spi = {open_place, buses_mismatch, show};
