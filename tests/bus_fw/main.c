/*
 * The drivers of the serial buses, by the letter that is typed; with what, and what came of it,
 * is in the box. Everything runs from the flash.
 *
 *   i  open I2C1     m  send a message     r  recover     I  close
 *   s  open SPI4     f  send a frame                      S  close
 */
#include "examples/brightness/board.h"
#include "nacre/ports/stm32h7rs/bus_registers.h"
#include "nacre/ports/stm32h7rs/clock.h"
#include "nacre/ports/stm32h7rs/i2c.h"
#include "nacre/ports/stm32h7rs/spi.h"
#include "tests/bus_fw/box.h"

#define KERNEL_HZ 150000000u /* PCLK1 and PCLK2 as ST's boot leaves them */

extern struct box box;
struct box box;
extern const char in_flash[];
const char in_flash[] = "These bytes lie in the flash that the drivers run from, 64 of them.";

static struct nacre_stm32_i2c i2c;
static struct nacre_stm32_spi spi;
static struct nacre_cycle_clock clock;
static struct nacre_bus_time bus_time;

int main(void);
void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);

void SVC_Handler(void)
{
}

void PendSV_Handler(void)
{
}

void SysTick_Handler(void)
{
    board_on_tick();
}

static int32_t i2c_open(void)
{
    static const struct nacre_gate gates[] = {{RCC_APB1ENR1, RCC_APB1ENR1_I2C1_I3C1EN},
                                              {RCC_AHB4ENR, RCC_AHB4ENR_GPIOBEN}};
    const struct nacre_stm32_i2c_cfg cfg = {
        .I2C = I2C1_BASE, .gates = {gates, 2}, .kernel_hz = KERNEL_HZ, .scl_khz = box.speed,
        .SCL = {GPIOB_BASE, 6, 4}, .SDA = {GPIOB_BASE, 9, 4}, .time = bus_time,
    };
    return (int32_t)nacre_stm32_i2c_open(&i2c, &cfg);
}

static int32_t spi_open(void)
{
    static const struct nacre_gate gates[] = {
        {RCC_APB2ENR, RCC_APB2ENR_SPI4EN},
        {RCC_AHB4ENR, RCC_AHB4ENR_GPIOEEN | RCC_AHB4ENR_GPIOFEN}};
    struct nacre_stm32_spi_cfg cfg = {
        .SPI = SPI4_BASE, .gates = {gates, 2}, .kernel_hz = KERNEL_HZ, .sck_hz_max = box.speed,
        .SCK = {GPIOE_BASE, 12, 5}, .MISO = {GPIOE_BASE, 13, 5}, .MOSI = {GPIOE_BASE, 14, 5},
        .CS = {GPIOE_BASE, 10, 0}, .time = bus_time,
    };
    if (box.cs_is_pf8 != 0) cfg.CS = (struct nacre_pin){GPIOF_BASE, 8, 0};
    return (int32_t)nacre_stm32_spi_open(&spi, &cfg);
}

static int32_t message_send(void)
{
    const struct nacre_i2c_message message = {
        .address = box.address,
        .out = box.is_in_flash != 0 ? (const uint8_t *)in_flash : box.out,
        .out_bytes = box.out_bytes,
        .in = box.in,
        .in_bytes = box.in_bytes,
    };
    return i2c.bus.transfer(i2c.bus.context, &message);
}

static int32_t frame_send(void)
{
    const struct nacre_spi_frame frame = {
        .out = box.out,
        .out_bytes = box.out_bytes,
        .more = box.is_in_flash != 0 ? (const uint8_t *)in_flash : box.out + box.out_bytes,
        .more_bytes = box.more_bytes,
        .in = box.in,
        .in_bytes = box.in_bytes,
    };
    return spi.bus.transfer(spi.bus.context, &frame);
}

static int32_t do_letter(char letter)
{
    switch (letter) {
    case 'i': return i2c_open();
    case 'm': return message_send();
    case 'r': return (int32_t)i2c.bus.recover(i2c.bus.context);
    case 'I': nacre_stm32_i2c_close(&i2c); return 0;
    case 's': return spi_open();
    case 'f': return frame_send();
    case 'S': nacre_stm32_spi_close(&spi); return 0;
    default: return -1000;
    }
}

int main(void)
{
    board_start();
    if (nacre_cycle_clock_open(&clock, BOARD_CORE_MHZ, &bus_time) != NACRE_OK) return 1;
    board_write("> ");
    for (;;) {
        char letter;

        if (board_read(&letter)) {
            const uint32_t from = bus_time.now_us(bus_time.context);

            box.result = do_letter(letter);
            box.us = bus_time.now_us(bus_time.context) - from;
            board_write("> ");
        } else {
            board_sleep();
        }
    }
}
