/*
 * What passes on SCL and SDA, told to every part that hangs on them: each finds out by itself
 * whether it is meant.
 */
#include "twin/machine.h"

bool i2c_sda_is_held(const struct twin *t)
{
    if (t->b.serial.lines.sda_clocks != 0u) return true;
    for (uint32_t i = 0; i < t->part_count; i++) {
        if (serial_has(t, i, PART_I2C) && part_i2c_holds_sda(t->part[i])) return true;
    }
    return false;
}

bool i2c_parts_start(struct twin *t, uint8_t byte, uint64_t at_ps)
{
    const uint32_t hz = (uint32_t)(CLOCK_PS_PER_S / (i2c_low_ps(t) + i2c_high_ps(t)));
    bool is_acknowledged = false;
    for (uint32_t i = 0; i < t->part_count; i++) {
        if (!serial_has(t, i, PART_I2C)) continue;
        part_bus_hz(t->part[i], hz);
        if (!part_i2c_start(t->part[i], byte, at_ps)) continue;
        is_acknowledged = true;
        t->b.serial.transfer[TWIN_BUS_I2C1].part = (int32_t)i;
    }
    t->b.serial.transfer[TWIN_BUS_I2C1].first = byte;
    return is_acknowledged;
}

bool i2c_parts_write(struct twin *t, uint8_t byte, uint64_t at_ps)
{
    bool is_acknowledged = false;
    for (uint32_t i = 0; i < t->part_count; i++) {
        if (!serial_has(t, i, PART_I2C)) continue;
        if (part_i2c_write(t->part[i], byte, at_ps)) is_acknowledged = true;
    }
    return is_acknowledged;
}

uint8_t i2c_parts_read(struct twin *t, bool acknowledges, uint64_t at_ps)
{
    uint8_t byte = 0xFF;
    for (uint32_t i = 0; i < t->part_count; i++) {
        if (serial_has(t, i, PART_I2C)) {
            byte &= part_i2c_read(t->part[i], acknowledges, at_ps);
        }
    }
    return byte;
}

void i2c_parts_stop(struct twin *t, uint64_t at_ps)
{
    for (uint32_t i = 0; i < t->part_count; i++) {
        if (serial_has(t, i, PART_I2C)) part_i2c_stop(t->part[i], at_ps);
    }
}

void i2c_parts_abandon(struct twin *t, uint32_t clocks, uint64_t at_ps)
{
    for (uint32_t i = 0; i < t->part_count; i++) {
        if (serial_has(t, i, PART_I2C)) part_i2c_abandon(t->part[i], clocks, at_ps);
    }
}
