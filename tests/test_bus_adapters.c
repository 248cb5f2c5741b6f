/*
 * Goal: the adapters of examples/bus-adapters put on the bus what nacre/bus.h says, tell every
 * error for what it is, and fit the interfaces that they are for.
 *
 * Method: each system is a stand-in that writes down in words what would be on the wire. The words
 * wanted are the same for all of them. Linux's headers are the real ones; of ST's HAL and of Zephyr
 * what is used is stated in examples/bus-adapters/interface.
 */
#define _GNU_SOURCE

#include "examples/bus-adapters/hal.h"
#include "examples/bus-adapters/linux.h"
#include "tests/support/adapter_zephyr.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <linux/spi/spidev.h>
#include <sys/ioctl.h>

#include <cmocka.h>

char adapter_wire[ADAPTER_WIRE_BYTES];
int adapter_answer;

void adapter_say(const char *format, ...)
{
    const size_t n = strlen(adapter_wire);
    va_list list;
    va_start(list, format);
    (void)vsnprintf(adapter_wire + n, sizeof adapter_wire - n, format, list);
    va_end(list);
}

void adapter_bytes(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        adapter_say(" %02X", bytes[i]);
    }
}

void adapter_fill(uint8_t *bytes, uint32_t n)
{
    adapter_say(" r%u", (unsigned)n);
    for (uint32_t i = 0; i < n; i++) {
        bytes[i] = (uint8_t)(0xA0u + i);
    }
}

/* ---- ST's HAL ---- */

static uint32_t hal_error;

HAL_StatusTypeDef HAL_I2C_Master_Transmit(I2C_HandleTypeDef *hi2c, uint16_t DevAddress,
                                          uint8_t *pData, uint16_t Size, uint32_t Timeout)
{
    assert_non_null(hi2c);
    assert_in_range(Timeout, 1, 100);
    adapter_say("S%02Xw", DevAddress >> 1);
    adapter_bytes(pData, Size);
    adapter_say(" P");
    return (HAL_StatusTypeDef)adapter_answer;
}

/* The HAL sends the register's number, high byte first. */
HAL_StatusTypeDef HAL_I2C_Mem_Read(I2C_HandleTypeDef *hi2c, uint16_t DevAddress,
                                   uint16_t MemAddress, uint16_t MemAddSize, uint8_t *pData,
                                   uint16_t Size, uint32_t Timeout)
{
    const uint8_t number[2] = {(uint8_t)(MemAddress >> 8), (uint8_t)MemAddress};
    assert_non_null(hi2c);
    assert_in_range(Timeout, 1, 100);
    assert_in_range(MemAddSize, 1, 2);
    adapter_say("S%02Xw", DevAddress >> 1);
    adapter_bytes(number + (2u - MemAddSize), MemAddSize);
    adapter_say(" S%02Xr", DevAddress >> 1);
    adapter_fill(pData, Size);
    adapter_say(" P");
    return (HAL_StatusTypeDef)adapter_answer;
}

HAL_StatusTypeDef HAL_I2C_IsDeviceReady(I2C_HandleTypeDef *hi2c, uint16_t DevAddress,
                                        uint32_t Trials, uint32_t Timeout)
{
    assert_non_null(hi2c);
    assert_int_equal(Trials, 1);
    assert_in_range(Timeout, 1, 100);
    adapter_say("S%02Xw P", DevAddress >> 1);
    return (HAL_StatusTypeDef)adapter_answer;
}

uint32_t HAL_I2C_GetError(const I2C_HandleTypeDef *hi2c)
{
    (void)hi2c;
    return hal_error;
}

HAL_StatusTypeDef HAL_SPI_Transmit(SPI_HandleTypeDef *hspi, const uint8_t *pData, uint16_t Size,
                                   uint32_t Timeout)
{
    assert_non_null(hspi);
    assert_non_null(pData);
    assert_in_range(Size, 1, 1023); /* the HAL refuses 0 */
    assert_in_range(Timeout, 1, 100);
    adapter_bytes(pData, Size);
    return (HAL_StatusTypeDef)adapter_answer;
}

HAL_StatusTypeDef HAL_SPI_Receive(SPI_HandleTypeDef *hspi, uint8_t *pData, uint16_t Size,
                                  uint32_t Timeout)
{
    assert_non_null(hspi);
    assert_in_range(Size, 1, 1023);
    assert_in_range(Timeout, 1, 100);
    adapter_fill(pData, Size);
    return (HAL_StatusTypeDef)adapter_answer;
}

void HAL_GPIO_WritePin(GPIO_TypeDef *GPIOx, uint16_t GPIO_Pin, GPIO_PinState PinState)
{
    assert_non_null(GPIOx);
    assert_int_equal(GPIO_Pin, 1u << 10);
    adapter_say(PinState == GPIO_PIN_SET ? " ]" : "[");
}

uint32_t HAL_GetTick(void)
{
    return 4294968u; /* a millisecond after the microseconds have wrapped */
}

/* ---- Linux ---- */

static void linux_i2c(const struct i2c_rdwr_ioctl_data *all)
{
    for (uint32_t i = 0; i < all->nmsgs; i++) {
        const struct i2c_msg *const msg = &all->msgs[i];
        const bool is_read = (msg->flags & I2C_M_RD) != 0;
        adapter_say("%sS%02X%s", i == 0 ? "" : " ", msg->addr, is_read ? "r" : "w");
        if (is_read) {
            adapter_fill(msg->buf, msg->len);
        } else {
            adapter_bytes(msg->buf, msg->len);
        }
    }
    adapter_say(" P");
}

static int linux_spi(const struct spi_ioc_transfer *parts)
{
    uint32_t moved = 0;
    adapter_say("[");
    for (uint32_t i = 0; i < 3u; i++) {
        assert_int_equal(parts[i].cs_change, 0);
        if (parts[i].tx_buf != 0) adapter_bytes((const uint8_t *)parts[i].tx_buf, parts[i].len);
        if (parts[i].rx_buf != 0) adapter_fill((uint8_t *)parts[i].rx_buf, parts[i].len);
        moved += parts[i].len;
    }
    adapter_say(" ]");
    return (int)moved;
}

int ioctl(int file, unsigned long request, ...)
{
    va_list list;
    va_start(list, request);
    void *const argument = va_arg(list, void *);
    va_end(list);
    assert_int_equal(file, 42);
    errno = adapter_answer;
    if (request == I2C_RDWR) {
        linux_i2c(argument);
        return adapter_answer == 0 ? 2 : -1;
    }
    assert_int_equal(request, SPI_IOC_MESSAGE(3));
    const int moved = linux_spi(argument);
    return adapter_answer == 0 ? moved : -1;
}

/* ---- the same words from each ---- */

static int number = 42;
static int handle;
static struct hal_spi hal_part;

static const struct {
    const char *name;
    struct nacre_i2c i2c;
    struct nacre_spi spi;
} systems[] = {
    {"HAL", {hal_i2c_transfer, NULL, &handle}, {hal_spi_transfer, &hal_part}},
    {"Zephyr", {adapter_zephyr_i2c, adapter_zephyr_recover, NULL}, {adapter_zephyr_spi, NULL}},
    {"Linux", {linux_i2c_transfer, NULL, &number}, {linux_spi_transfer, &number}},
};
#define SYSTEMS (sizeof systems / sizeof systems[0])

static void forget(int answer)
{
    adapter_wire[0] = '\0';
    adapter_answer = answer;
    hal_error = 0;
    hal_part = (struct hal_spi){(SPI_HandleTypeDef *)&handle, (GPIO_TypeDef *)&handle, 1u << 10};
}

static int32_t send(uint32_t system, const struct nacre_i2c_message *message)
{
    return systems[system].i2c.transfer(systems[system].i2c.context, message);
}

static void test_bus_adapters_i2c_says_the_same_words(void **state)
{
    static const uint8_t out[] = {0x12, 0x34, 0x56, 0x78};
    static const uint8_t wanted[] = {0xA0, 0xA1, 0xA2, 0xA3, 0xA4};
    uint8_t in[5];
    const struct {
        const char *words;
        struct nacre_i2c_message message;
    } cases[] = {
        {"S50w 12 34 56 78 P", {0x50, out, 4, NULL, 0}},
        {"S57w 12 34 S57r r5 P", {0x57, out, 2, in, 5}},
        {"S50w 12 S50r r5 P", {0x50, out, 1, in, 5}},
        {"S50w P", {0x50, NULL, 0, NULL, 0}},
    };
    (void)state;
    for (uint32_t i = 0; i < SYSTEMS; i++) {
        for (uint32_t j = 0; j < sizeof cases / sizeof cases[0]; j++) {
            const struct nacre_i2c_message *const message = &cases[j].message;
            forget(0);
            memset(in, 0, sizeof in);
            assert_int_equal(send(i, message), message->out_bytes + message->in_bytes);
            assert_string_equal(adapter_wire, cases[j].words);
            if (message->in_bytes != 0) assert_memory_equal(in, wanted, sizeof in);
        }
    }
}

static void test_bus_adapters_spi_says_the_same_words(void **state)
{
    static const uint8_t out[] = {0x02, 0x01, 0x00};
    static const uint8_t more[] = {0xDE, 0xAD};
    uint8_t in[4];
    const struct {
        const char *words;
        struct nacre_spi_frame frame;
    } cases[] = {
        {"[ 02 ]", {out, 1, NULL, 0, NULL, 0}},
        {"[ 02 01 00 DE AD ]", {out, 3, more, 2, NULL, 0}},
        {"[ 02 01 00 r4 ]", {out, 3, NULL, 0, in, 4}},
        {"[ 02 DE r4 ]", {out, 1, more, 1, in, 4}},
    };
    (void)state;
    for (uint32_t i = 0; i < SYSTEMS; i++) {
        for (uint32_t j = 0; j < sizeof cases / sizeof cases[0]; j++) {
            const struct nacre_spi_frame *const frame = &cases[j].frame;
            forget(0);
            const int32_t moved = systems[i].spi.transfer(systems[i].spi.context, frame);
            assert_int_equal(moved, frame->out_bytes + frame->more_bytes + frame->in_bytes);
            /* a stand-in that says r0 of nothing to read is no fault of the adapter */
            char *const nothing = strstr(adapter_wire, " r0");
            if (nothing != NULL) memmove(nothing, nothing + 3, strlen(nothing + 3) + 1u);
            assert_string_equal(adapter_wire, cases[j].words);
        }
    }
}

static void test_bus_adapters_hal_splits_a_long_frame(void **state)
{
    static uint8_t in[2500];
    static const uint8_t out[1] = {0x03};
    const struct nacre_spi_frame frame = {out, 1, NULL, 0, in, sizeof in};
    (void)state;
    forget(0);
    assert_int_equal(hal_spi_transfer(&hal_part, &frame), 2501);
    assert_string_equal(adapter_wire, "[ 03 r1023 r1023 r454 ]");
}

/* ---- errors ---- */

static const uint8_t one[] = {0x77};
static const struct nacre_i2c_message writing = {0x50, one, 1, NULL, 0};
static const struct nacre_i2c_message asking = {0x50, NULL, 0, NULL, 0};
static const struct nacre_spi_frame framed = {one, 1, NULL, 0, NULL, 0};

static void test_bus_adapters_hal_tells_errors_apart(void **state)
{
    static const struct {
        uint32_t error;
        enum nacre_err err;
    } errors[] = {
        {HAL_I2C_ERROR_AF, NACRE_BUS_NO_ACK},
        {HAL_I2C_ERROR_ARLO, NACRE_BUS_LOST},
        {HAL_I2C_ERROR_TIMEOUT, NACRE_BUS_TIMEOUT},
        {HAL_I2C_ERROR_BERR, NACRE_IO},
    };
    uint8_t in[1];
    const struct nacre_i2c_message long_address = {0x50, "abc", 3, in, 1};
    (void)state;
    for (uint32_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        forget(HAL_ERROR);
        hal_error = errors[i].error;
        assert_int_equal(hal_i2c_transfer(&handle, &writing), -(int32_t)errors[i].err);
    }
    forget(HAL_BUSY);
    assert_int_equal(hal_i2c_transfer(&handle, &writing), -NACRE_BUS_TIMEOUT);
    forget(HAL_ERROR);
    hal_error = HAL_I2C_ERROR_TIMEOUT; /* what HAL_I2C_IsDeviceReady leaves when nobody answers */
    assert_int_equal(hal_i2c_transfer(&handle, &asking), -NACRE_BUS_NO_ACK);
    forget(0);
    assert_int_equal(hal_i2c_transfer(&handle, &long_address), -NACRE_IO);
    assert_string_equal(adapter_wire, "");
    forget(HAL_ERROR);
    assert_int_equal(hal_spi_transfer(&hal_part, &framed), -NACRE_IO);
    assert_string_equal(adapter_wire, "[ 77 ]");
    forget(HAL_TIMEOUT);
    assert_int_equal(hal_spi_transfer(&hal_part, &framed), -NACRE_BUS_TIMEOUT);
    assert_int_equal(hal_now_us(NULL), 4294968u * 1000u);
}

static void test_bus_adapters_linux_tells_errors_apart(void **state)
{
    static const struct {
        int error;
        enum nacre_err err;
    } errors[] = {
        {ENXIO, NACRE_BUS_NO_ACK},      {EREMOTEIO, NACRE_BUS_NO_ACK}, {EAGAIN, NACRE_BUS_LOST},
        {ETIMEDOUT, NACRE_BUS_TIMEOUT}, {EBUSY, NACRE_BUS_TIMEOUT},    {EIO, NACRE_IO},
        {ENODEV, NACRE_IO},
    };
    (void)state;
    for (uint32_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        forget(errors[i].error);
        assert_int_equal(linux_i2c_transfer(&number, &writing), -(int32_t)errors[i].err);
        assert_int_equal(linux_spi_transfer(&number, &framed), -(int32_t)errors[i].err);
    }
    const uint32_t from = linux_now_us(NULL);
    linux_pause(NULL);
    assert_in_range(linux_now_us(NULL) - from, 99, 5000000);
}

static void test_bus_adapters_zephyr_tells_errors_apart(void **state)
{
    static const struct {
        int error;
        enum nacre_err i2c;
        enum nacre_err spi;
    } errors[] = {
        {-EIO, NACRE_BUS_NO_ACK, NACRE_IO},
        {-ENXIO, NACRE_BUS_NO_ACK, NACRE_IO},
        {-ETIMEDOUT, NACRE_BUS_TIMEOUT, NACRE_BUS_TIMEOUT},
        {-EBUSY, NACRE_BUS_TIMEOUT, NACRE_IO},
        {-EAGAIN, NACRE_BUS_LOST, NACRE_IO},
    };
    (void)state;
    for (uint32_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        forget(errors[i].error);
        assert_int_equal(adapter_zephyr_i2c(NULL, &writing), -(int32_t)errors[i].i2c);
        assert_int_equal(adapter_zephyr_spi(NULL, &framed), -(int32_t)errors[i].spi);
    }
    forget(0);
    assert_int_equal(adapter_zephyr_recover(NULL), NACRE_OK);
    forget(-ENOSYS);
    assert_int_equal(adapter_zephyr_recover(NULL), NACRE_OK);
    forget(-EBUSY);
    assert_int_equal(adapter_zephyr_recover(NULL), NACRE_BUS_STUCK);
    assert_int_equal(adapter_zephyr_now_us(), 1234567u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bus_adapters_i2c_says_the_same_words),
        cmocka_unit_test(test_bus_adapters_spi_says_the_same_words),
        cmocka_unit_test(test_bus_adapters_hal_splits_a_long_frame),
        cmocka_unit_test(test_bus_adapters_hal_tells_errors_apart),
        cmocka_unit_test(test_bus_adapters_linux_tells_errors_apart),
        cmocka_unit_test(test_bus_adapters_zephyr_tells_errors_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
