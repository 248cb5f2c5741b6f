/*
 * The serial buses of the board, by the port's drivers: I2C1 on PB6 and PB9, SPI4 on PE12, PE13 and
 * PE14 with chip select on PE10. These are on the Arduino connector of the STM32H7S78-DK
 * (Zephyr, stm32h7s78_dk-common.dtsi and arduino_r3_connector.dtsi).
 */
#ifndef EXAMPLES_BRIGHTNESS_BUSES_H
#define EXAMPLES_BRIGHTNESS_BUSES_H

#include "nacre/bus.h"
#include "nacre/err.h"
#include "nacre/port.h"

#include <stdint.h>

/* The board's counter as time; between two questions to a part the core sleeps. */
extern const struct nacre_bus_time buses_time;

/*
 * Open a bus for a part that takes a clock of hz; one that is open, anew. *bus is written on
 * NACRE_OK.
 *
 * Returns  as nacre_stm32_i2c_open and nacre_stm32_spi_open
 */
NACRE_MUST_CHECK enum nacre_err buses_open_i2c(uint32_t hz, const struct nacre_i2c **bus);
NACRE_MUST_CHECK enum nacre_err buses_open_spi(uint32_t hz, const struct nacre_spi **bus);

/* What the driver refused; name null if nothing. */
const struct nacre_mismatch *buses_mismatch(void);

#endif
