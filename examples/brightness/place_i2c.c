/*
 * In an EEPROM or FRAM on the I2C bus: the row that PLACE_PART names, at address 50h.
 */
#include "examples/brightness/buses.h"
#include "examples/brightness/place.h"
#include "examples/brightness/share.h"
#include "nacre/media/i2c_memory.h"
#include "nacre/parts/parts.h"

#define ADDRESS 0x50u

static struct nacre_i2c_memory memory;

static enum nacre_err open_place(struct place *place)
{
    const struct nacre_part *const part = &PLACE_PART;
    struct nacre_i2c_memory_cfg cfg = {
        .part = part, .time = &buses_time, .address = ADDRESS, .region_bytes = share_bytes(part)};

    enum nacre_err err = buses_open_i2c(part->clock_hz_max, &cfg.i2c);
    if (err == NACRE_OK) err = nacre_i2c_memory_open(&memory, &cfg);
    if (err == NACRE_OK) *place = (struct place){&memory.cells.medium, NACRE_ASSUME_NOTHING};
    return err;
}

static void show(void (*say)(const char *name, uint32_t value),
                 void (*say_us)(const char *name, uint64_t cycles))
{
    (void)say_us;
    say("retries", memory.retries);
}

const struct place_ops place_i2c = {open_place, buses_mismatch, show};
