/*
 * GPIO ports: modes, outputs, inputs, and the wires of the serial buses that hang on them.
 *
 * An input without a wire reads by its pull, 0 without one; an analog pin reads 0. LCKR is a plain
 * register: nothing is locked. Reset values from the SVD file of the STM32H7S7.
 */
#include "twin/machine.h"

#include <string.h>

#define MODER 0x00u
#define OTYPER 0x04u
#define OSPEEDR 0x08u
#define PUPDR 0x0Cu
#define IDR 0x10u
#define ODR 0x14u
#define BSRR 0x18u
#define LCKR 0x1Cu
#define AFRL 0x20u
#define AFRH 0x24u
#define BRR 0x28u
#define PORT_BYTES 0x400u
#define MODE_OUTPUT 1u
#define MODE_ALTERNATE 2u
#define MODE_ANALOG 3u
#define PORT_B 1u
#define SCL_PIN 6u
#define SDA_PIN 9u

void gpio_reset(struct twin *t)
{
    struct gpio_port *const ports = t->b.serial.gpio;
    memset(ports, 0, sizeof t->b.serial.gpio);
    for (uint32_t i = 0; i < GPIO_PORTS; i++) {
        ports[i].moder = 0xFFFFFFFFu;
    }
    ports[0].moder = 0xABFFFFFFu;
    ports[0].ospeedr = 0x0C000000u;
    ports[0].pupdr = 0x64000000u;
    ports[PORT_B].moder = 0xFFFFFEBFu;
    ports[PORT_B].ospeedr = 0x000000C0u;
    ports[PORT_B].pupdr = 0x00000100u;
}

static uint32_t mode_of(const struct gpio_port *port, uint32_t pin)
{
    return port->moder >> (2u * pin) & 3u;
}

enum gpio_drive gpio_drives(const struct twin *t, struct gpio_pin pin)
{
    const struct gpio_port *const port = &t->b.serial.gpio[pin.port];
    const uint32_t mode = mode_of(port, pin.pin);
    if (mode == MODE_ALTERNATE) return GPIO_ALTERNATE;
    if (mode != MODE_OUTPUT) return GPIO_FLOATS;
    if ((port->odr >> pin.pin & 1u) == 0u) return GPIO_LOW;
    return gpio_is_open_drain(t, pin) ? GPIO_FLOATS : GPIO_HIGH;
}

bool gpio_has_function(const struct twin *t, struct gpio_pin pin, uint32_t function)
{
    const struct gpio_port *const port = &t->b.serial.gpio[pin.port];
    return mode_of(port, pin.pin) == MODE_ALTERNATE &&
           (port->afr[pin.pin / 8u] >> (4u * (pin.pin % 8u)) & 0xFu) == function;
}

bool gpio_is_open_drain(const struct twin *t, struct gpio_pin pin)
{
    return (t->b.serial.gpio[pin.port].otyper >> pin.pin & 1u) != 0u;
}

/* What IDR shows of a pin. */
static bool reads_high(const struct twin *t, struct gpio_pin pin)
{
    const struct gpio_port *const port = &t->b.serial.gpio[pin.port];
    const enum gpio_drive drive = gpio_drives(t, pin);
    if (mode_of(port, pin.pin) == MODE_ANALOG) return false;
    if (pin.port == PORT_B && pin.pin == SCL_PIN) return i2c_scl_is_high(t);
    if (pin.port == PORT_B && pin.pin == SDA_PIN) return i2c_sda_is_high(t);
    if (drive == GPIO_LOW || drive == GPIO_HIGH) return drive == GPIO_HIGH;
    return (port->pupdr >> (2u * pin.pin) & 3u) == 1u;
}

static uint32_t idr(const struct twin *t, uint32_t index)
{
    uint32_t value = 0;
    for (uint8_t pin = 0; pin < 16u; pin++) {
        if (reads_high(t, (struct gpio_pin){(uint8_t)index, pin})) value |= 1u << pin;
    }
    return value;
}

uint32_t gpio_read(struct twin *t, uint32_t offset)
{
    const uint32_t index = offset / PORT_BYTES;
    const struct gpio_port *const port = &t->b.serial.gpio[index];
    switch (offset % PORT_BYTES) {
    case MODER:
        return port->moder;
    case OTYPER:
        return port->otyper;
    case OSPEEDR:
        return port->ospeedr;
    case PUPDR:
        return port->pupdr;
    case IDR:
        return idr(t, index);
    case ODR:
        return port->odr;
    case LCKR:
        return port->lckr;
    case AFRL:
        return port->afr[0];
    case AFRH:
        return port->afr[1];
    default:
        return 0;
    }
}

static void store(struct gpio_port *port, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case MODER:
        port->moder = value;
        break;
    case OTYPER:
        port->otyper = value & 0xFFFFu;
        break;
    case OSPEEDR:
        port->ospeedr = value;
        break;
    case PUPDR:
        port->pupdr = value;
        break;
    case ODR:
        port->odr = value & 0xFFFFu;
        break;
    case BSRR: /* setting wins over resetting */
        port->odr = ((port->odr & ~(value >> 16)) | value) & 0xFFFFu;
        break;
    case LCKR:
        port->lckr = value;
        break;
    case AFRL:
    case AFRH:
        port->afr[(offset - AFRL) / 4u] = value;
        break;
    case BRR:
        port->odr &= ~value;
        break;
    default:
        break;
    }
}

void gpio_write(struct twin *t, uint32_t offset, uint32_t value)
{
    store(&t->b.serial.gpio[offset / PORT_BYTES], offset % PORT_BYTES, value);
    i2c_lines_changed(t);
    spi_select_changed(t);
}
