/*
 * The pins and clocks of a serial bus, as they are given to a driver.
 *
 * A driver switches on the clocks and sets up the pins that it was given, and touches no other bit.
 * Which source feeds the kernel clock (RCC CCIPR) is the application's, and told in Hz.
 */
#ifndef NACRE_PORTS_STM32H7RS_BUS_PINS_H
#define NACRE_PORTS_STM32H7RS_BUS_PINS_H

#include "nacre/bus.h"
#include "nacre/port.h"

#include <stdbool.h>
#include <stdint.h>

struct nacre_pin {
    uint32_t GPIO;      /* base address of its port: GPIOB_BASE */
    uint32_t number;    /* 0 to 15 */
    uint32_t alternate; /* 0 to 15, from the datasheet's table; not looked at where a pin is GPIO */
};

/* The bit that lets a peripheral have its clock: {RCC_AHB4ENR, RCC_AHB4ENR_GPIOBEN}. */
struct nacre_gate {
    uint32_t RCC;  /* address of the register */
    uint32_t mask;
};

struct nacre_gates {
    const struct nacre_gate *gates; /* of the controller and of the pins' ports; not kept */
    uint32_t count;                 /* 0: they are on already */
};

/* How a pin is driven, whether by its port or by a peripheral. */
enum nacre_drive {
    NACRE_DRIVE_PUSH_PULL,         /* an output that is fast */
    NACRE_DRIVE_OPEN_DRAIN,        /* pulled up by the board */
    NACRE_DRIVE_OPEN_DRAIN_PULLED, /* and by the chip's own 40 kilohms */
    NACRE_DRIVE_INPUT_PULLED,      /* what nobody drives reads as one */
};

/* Is this a pin? */
bool nacre_pin_is_sound(const struct nacre_pin *pin);

/*
 * Set up drive, speed, pull and alternate function. What the pin is at present stays as it is until
 * nacre_pin_be_gpio or nacre_pin_be_alternate.
 *
 * Context  thread only
 */
void nacre_pin_form(const struct nacre_pin *pin, enum nacre_drive drive);

/* From now on the pin is an output of its port: nacre_pin_drive says which level. */
void nacre_pin_be_gpio(const struct nacre_pin *pin);

/* From now on the pin is what its alternate function makes of it: the bus has it. */
void nacre_pin_be_alternate(const struct nacre_pin *pin);

/* What the port drives. Open drain: high lets go of the line. */
void nacre_pin_drive(const struct nacre_pin *pin, bool high);

/* The level on the wire, whoever drives it. */
bool nacre_pin_is_high(const struct nacre_pin *pin);

/* Switch clocks on, and wait until they are. */
void nacre_gates_open(const struct nacre_gates *gates);

/*
 * Does this clock run? Looks at it until it moves, at most for a few milliseconds.
 *
 * Returns  NACRE_OK; NACRE_CLOCK
 */
NACRE_MUST_CHECK enum nacre_err nacre_bus_time_check(const struct nacre_bus_time *time);

/* What an open checks, one row a fault. */
struct nacre_bus_check {
    struct nacre_mismatch mismatch; /* found & mask must be expected */
    enum nacre_err err;
};

/*
 * Find the first row that does not hold.
 *
 * mismatch  that row, if there is one
 * Returns   NACRE_OK; the row's error
 */
NACRE_MUST_CHECK enum nacre_err nacre_bus_checks(const struct nacre_bus_check *checks,
                                                 uint32_t count, struct nacre_mismatch *mismatch);

#endif
