/*
 * Pins and clocks of the serial buses. Runs from flash.
 */
#include "nacre/ports/stm32h7rs/bus_pins.h"

#include "nacre/ports/stm32h7rs/bus_registers.h"
#include "nacre/ports/stm32h7rs/io.h"

#include <stddef.h>

#define PINS 16u
#define PINS_OF_AN_AFR 8u
/* A clock that counts milliseconds moves within this many looks: a look takes 10 cycles or more. */
#define CLOCK_LOOKS_MAX 200000u

static void field_set(uint32_t addr, uint32_t index, uint32_t bits, uint32_t value)
{
    const uint32_t ones = (1u << bits) - 1u;

    nacre_io_modify(addr, ones << (index * bits), value << (index * bits));
}

bool nacre_pin_is_sound(const struct nacre_pin *pin)
{
    const bool is_low = pin->GPIO >= GPIOA_BASE && pin->GPIO <= GPIOH_BASE;
    const bool is_high = pin->GPIO >= GPIOM_BASE && pin->GPIO <= GPIOP_BASE;

    return (is_low || is_high) && pin->GPIO % GPIO_STEP == 0 && pin->number < PINS &&
           pin->alternate < PINS;
}

void nacre_pin_form(const struct nacre_pin *pin, enum nacre_drive drive)
{
    const bool is_open_drain =
        drive == NACRE_DRIVE_OPEN_DRAIN || drive == NACRE_DRIVE_OPEN_DRAIN_PULLED;
    const bool is_pulled =
        drive == NACRE_DRIVE_INPUT_PULLED || drive == NACRE_DRIVE_OPEN_DRAIN_PULLED;
    const uint32_t afr = pin->GPIO + GPIO_AFRL + pin->number / PINS_OF_AN_AFR * 4u;

    field_set(pin->GPIO + GPIO_OTYPER, pin->number, 1, is_open_drain ? 1 : 0);
    field_set(pin->GPIO + GPIO_OSPEEDR, pin->number, 2,
              is_open_drain ? GPIO_OSPEEDR_LOW : GPIO_OSPEEDR_HIGH);
    field_set(pin->GPIO + GPIO_PUPDR, pin->number, 2, is_pulled ? GPIO_PUPDR_UP : GPIO_PUPDR_NONE);
    field_set(afr, pin->number % PINS_OF_AN_AFR, 4, pin->alternate);
}

void nacre_pin_be_gpio(const struct nacre_pin *pin)
{
    field_set(pin->GPIO + GPIO_MODER, pin->number, 2, GPIO_MODER_OUTPUT);
}

void nacre_pin_be_alternate(const struct nacre_pin *pin)
{
    field_set(pin->GPIO + GPIO_MODER, pin->number, 2, GPIO_MODER_ALTERNATE);
}

void nacre_pin_drive(const struct nacre_pin *pin, bool high)
{
    nacre_io_write(pin->GPIO + GPIO_BSRR, 1u << (high ? pin->number : pin->number + PINS));
}

bool nacre_pin_is_high(const struct nacre_pin *pin)
{
    return (nacre_io_read(pin->GPIO + GPIO_IDR) >> pin->number & 1u) != 0;
}

void nacre_gates_open(const struct nacre_gates *gates)
{
    for (uint32_t i = 0; i < gates->count; i++) {
        const struct nacre_gate *const gate = &gates->gates[i];

        nacre_io_modify(gate->RCC, gate->mask, gate->mask);
        (void)nacre_io_read(gate->RCC); /* the clock is there when this has been answered */
    }
}

enum nacre_err nacre_bus_time_check(const struct nacre_bus_time *time)
{
    const uint32_t first = time->now_us(time->context);

    for (uint32_t i = 0; i < CLOCK_LOOKS_MAX; i++) {
        if (time->now_us(time->context) != first) return NACRE_OK;
    }
    return NACRE_CLOCK;
}

enum nacre_err nacre_bus_checks(const struct nacre_bus_check *checks, uint32_t count,
                                struct nacre_mismatch *mismatch)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct nacre_mismatch *const row = &checks[i].mismatch;

        if ((row->found & row->mask) == row->expected) continue;
        *mismatch = *row;
        return checks[i].err;
    }
    return NACRE_OK;
}
