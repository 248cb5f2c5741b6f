/*
 * SCL and SDA by GPIO: what a recovery of the bus sees and does. A line is low if the port, a part
 * or somebody on purpose pulls it.
 *
 * A clock counts where SCL falls with SDA let go; SDA that rises while SCL is high is a stop. Bytes
 * by hand are not modelled: a start by GPIO and a bit of 0 mean nothing to a part.
 */
#include "twin/machine.h"

static const struct gpio_pin scl_pin = {1, 6};
static const struct gpio_pin sda_pin = {1, 9};

bool i2c_scl_is_high(const struct twin *t)
{
    const struct serial *const serial = &t->b.serial;
    const enum i2c_state state = serial->i2c.state;
    const bool is_stretched = state >= I2C_WAIT_DATA && state <= I2C_WAIT_END;
    return !serial->lines.gpio_scl_low && !serial->lines.scl_is_held && !is_stretched;
}

bool i2c_sda_is_high(const struct twin *t)
{
    return !t->b.serial.lines.gpio_sda_low && !i2c_sda_is_held(t);
}

static bool pulls_low(struct twin *t, struct gpio_pin pin)
{
    const enum gpio_drive drive = gpio_drives(t, pin);
    if (drive == GPIO_HIGH) {
        violation_raise(t, TWIN_VIOLATION_CONTROLLER, 0x58020400u,
                        "a line of I2C1 is driven high: parts pull it low");
    }
    return drive == GPIO_LOW;
}

static void clock_fell(struct twin *t)
{
    struct i2c_lines *const lines = &t->b.serial.lines;
    if (lines->sda_clocks != 0u && lines->sda_clocks != UINT32_MAX) lines->sda_clocks--;
    if (lines->gpio_sda_low) return;
    for (uint32_t i = 0; i < t->part_count; i++) {
        if (serial_has(t, i, PART_I2C)) part_i2c_clock(t->part[i], machine_now(t));
    }
}

static void stop_seen(struct twin *t)
{
    i2c_parts_stop(t, machine_now(t));
    transfer_end(t, TWIN_BUS_I2C1, TWIN_TRANSFER_BY_HAND, machine_now(t));
}

void i2c_lines_changed(struct twin *t)
{
    struct i2c_lines *const lines = &t->b.serial.lines;
    const bool scl_was_low = lines->gpio_scl_low;
    lines->gpio_scl_low = pulls_low(t, scl_pin);
    lines->gpio_sda_low = pulls_low(t, sda_pin);
    if (lines->gpio_scl_low && !scl_was_low && !lines->scl_is_held) clock_fell(t);
    const bool sda_is_high = i2c_sda_is_high(t);
    const bool rises = sda_is_high && !lines->sda_was_high;
    lines->sda_was_high = sda_is_high;
    if (rises && !scl_was_low && i2c_scl_is_high(t)) stop_seen(t);
    i2c_go_on(t);
}
