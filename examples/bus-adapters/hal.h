/*
 * ST's HAL as buses and clock of nacre/bus.h.
 *
 *     const struct nacre_i2c i2c = {hal_i2c_transfer, NULL, &hi2c1};
 *     struct hal_spi part = {&hspi4, CS_GPIO_Port, CS_Pin};
 *     const struct nacre_spi spi = {hal_spi_transfer, &part};
 *     const struct nacre_bus_time time = {.now_us = hal_now_us};
 *
 * HAL frees no line that a part holds low: recover is left out, or is the board's own.
 */
#ifndef EXAMPLES_BUS_ADAPTERS_HAL_H
#define EXAMPLES_BUS_ADAPTERS_HAL_H

#include "nacre/bus.h"

#include <stm32h7rsxx_hal.h>

struct hal_spi {
    SPI_HandleTypeDef *handle; /* master, eight bits, mode 0, NSS by software */
    GPIO_TypeDef *cs_port;
    uint16_t cs_pin;
};

/* As struct nacre_i2c has it; context is the I2C_HandleTypeDef. A read sends 1 or 2 bytes first. */
int32_t hal_i2c_transfer(void *context, const struct nacre_i2c_message *message);

/* As struct nacre_spi has it; context is a struct hal_spi. */
int32_t hal_spi_transfer(void *context, const struct nacre_spi_frame *frame);

/* By HAL's tick, so in steps of a millisecond, and not where its interrupt is masked. */
uint32_t hal_now_us(void *context);

#endif
