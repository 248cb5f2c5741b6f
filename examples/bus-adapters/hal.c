/*
 * ST's HAL behind nacre/bus.h.
 */
#include "examples/bus-adapters/hal.h"

#include <stddef.h>

#define TIMEOUT_MS 50u
#define SPI_BYTES_MAX 1023u /* TSIZE of SPI4 and SPI5 has ten bits */

static int32_t i2c_error(I2C_HandleTypeDef *handle, HAL_StatusTypeDef status)
{
    const uint32_t error = HAL_I2C_GetError(handle);

    if ((error & HAL_I2C_ERROR_AF) != 0) return -NACRE_BUS_NO_ACK;
    if ((error & HAL_I2C_ERROR_ARLO) != 0) return -NACRE_BUS_LOST;
    if ((error & HAL_I2C_ERROR_TIMEOUT) != 0) return -NACRE_BUS_TIMEOUT;
    return status == HAL_ERROR ? -NACRE_IO : -NACRE_BUS_TIMEOUT;
}

int32_t hal_i2c_transfer(void *context, const struct nacre_i2c_message *message)
{
    const uint16_t address = (uint16_t)(message->address << 1);
    const uint16_t out_bytes = (uint16_t)message->out_bytes;
    const uint16_t in_bytes = (uint16_t)message->in_bytes;
    uint8_t *const out = (uint8_t *)message->out; /* HAL writes nothing there, but has no const */
    HAL_StatusTypeDef status;

    if (in_bytes != 0 && (out_bytes == 1u || out_bytes == 2u)) {
        const uint16_t from = (uint16_t)(out_bytes == 1u ? out[0] : out[0] << 8 | out[1]);
        status = HAL_I2C_Mem_Read(context, address, from, out_bytes, message->in, in_bytes,
                                  TIMEOUT_MS);
    } else if (in_bytes != 0) {
        return -NACRE_IO; /* HAL has no polled call for that */
    } else if (out_bytes != 0) {
        status = HAL_I2C_Master_Transmit(context, address, out, out_bytes, TIMEOUT_MS);
    } else {
        status = HAL_I2C_IsDeviceReady(context, address, 1, TIMEOUT_MS);
        if (status == HAL_ERROR) return -NACRE_BUS_NO_ACK; /* HAL calls that a timeout */
    }
    return status == HAL_OK ? (int32_t)out_bytes + in_bytes : i2c_error(context, status);
}

static HAL_StatusTypeDef spi_send(SPI_HandleTypeDef *handle, const uint8_t *bytes, uint32_t n)
{
    HAL_StatusTypeDef status = HAL_OK;

    for (uint32_t done = 0; done < n && status == HAL_OK; done += SPI_BYTES_MAX) {
        const uint32_t left = n - done < SPI_BYTES_MAX ? n - done : SPI_BYTES_MAX;

        status = HAL_SPI_Transmit(handle, bytes + done, (uint16_t)left, TIMEOUT_MS);
    }
    return status;
}

static HAL_StatusTypeDef spi_receive(SPI_HandleTypeDef *handle, uint8_t *bytes, uint32_t n)
{
    HAL_StatusTypeDef status = HAL_OK;

    for (uint32_t done = 0; done < n && status == HAL_OK; done += SPI_BYTES_MAX) {
        const uint32_t left = n - done < SPI_BYTES_MAX ? n - done : SPI_BYTES_MAX;

        status = HAL_SPI_Receive(handle, bytes + done, (uint16_t)left, TIMEOUT_MS);
    }
    return status;
}

int32_t hal_spi_transfer(void *context, const struct nacre_spi_frame *frame)
{
    const struct hal_spi *const spi = context;
    HAL_StatusTypeDef status;

    HAL_GPIO_WritePin(spi->cs_port, spi->cs_pin, GPIO_PIN_RESET);
    status = spi_send(spi->handle, frame->out, frame->out_bytes);
    if (status == HAL_OK) status = spi_send(spi->handle, frame->more, frame->more_bytes);
    if (status == HAL_OK) status = spi_receive(spi->handle, frame->in, frame->in_bytes);
    HAL_GPIO_WritePin(spi->cs_port, spi->cs_pin, GPIO_PIN_SET);
    if (status == HAL_OK) return (int32_t)(frame->out_bytes + frame->more_bytes + frame->in_bytes);
    return status == HAL_ERROR ? -NACRE_IO : -NACRE_BUS_TIMEOUT;
}

uint32_t hal_now_us(void *context)
{
    (void)context;
    return HAL_GetTick() * 1000u;
}
