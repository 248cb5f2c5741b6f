/*
 * The serial buses of the board: GPIO ports, I2C1, SPI4, the parts that hang on them, and what is
 * done to them on purpose. Plain data; the parts themselves are in struct twin.
 *
 * The wires are those of the board's Arduino connector (Zephyr, boards/st/stm32h7s78_dk: device
 * tree and arduino_r3_connector.dtsi):
 *     I2C1  SCL PB6, SDA PB9, AF4, open drain, pulled up
 *     SPI4  SCK PE12, MISO PE13, MOSI PE14, AF5; chip select by software: PE10, then PF8 for a
 *           second part. Nothing drives a select pin that is no output: it is pulled up
 *
 * Source: registers, bits, interrupts and instances from CMSIS stm32h7s7xx.h; what they do from the
 * SVD file of the STM32H7S7; values of clock multiplexers from the HAL's rcc_ex.h.
 *
 * Invariants:
 * 1. A step of a bus (a start, nine clocks, a stop, eight clocks) acts on the part at its end, and
 *    no step that ends at or behind a planned cut acts at all.
 * 2. Times that the parts are told never go back.
 */
#ifndef TWIN_SERIAL_H
#define TWIN_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/parts/part.h"
#include "twin/twin.h"

#define GPIO_PORTS 16u
#define SPI_FIFO 8u /* HAL, SPI_LOWEND_FIFO_SIZE: SPI4 is a limited instance */

struct gpio_port {
    uint32_t moder, otyper, ospeedr, pupdr, odr, lckr, afr[2];
};

/* A pin, and what it does to its wire. */
struct gpio_pin {
    uint8_t port; /* 0 for GPIOA */
    uint8_t pin;
};
enum gpio_drive { GPIO_FLOATS, GPIO_LOW, GPIO_HIGH, GPIO_ALTERNATE };

enum i2c_state {
    I2C_IDLE,      /* not the bus's master */
    I2C_PENDING,   /* START is asked for; the bus is not free yet */
    I2C_STARTING,  /* a start or repeated start under way */
    I2C_ADDRESS,   /* nine clocks of the address */
    I2C_SEND,      /* nine clocks of a byte */
    I2C_RECEIVE,
    I2C_WAIT_DATA, /* SCL is low until TXDR is written */
    I2C_WAIT_READ, /* until RXDR is read: a byte came before the last one was taken */
    I2C_WAIT_MORE, /* TCR: until NBYTES is written */
    I2C_WAIT_END,  /* TC: until START or STOP */
    I2C_STOPPING,
    I2C_HELD,      /* a wire is held low: nothing goes on until it is let go */
    I2C_FOREIGN,   /* another master has the bus */
    I2C_HUNG       /* injected: until PE is 0 */
};

struct i2c {
    uint32_t cr1, cr2, oar1, oar2, timingr, timeoutr;
    uint32_t flags;         /* of ISR: NACKF, STOPF, TC, TCR, BERR, ARLO, TIMEOUT */
    enum i2c_state state;
    enum i2c_state resume;  /* after I2C_HELD */
    uint64_t begin_ps;      /* of the step, or since when it waits */
    uint64_t end_ps;        /* CLOCK_NEVER: it waits */
    uint64_t free_ps;       /* no start before */
    uint32_t left;          /* of NBYTES */
    uint32_t at;            /* bytes of this transfer, the address is 0 */
    bool reads;
    bool bus_busy;          /* between a start and a stop */
    bool tx_full, rx_full;
    uint8_t txdr, rxdr, shift;
};

/* SCL and SDA as the GPIO ports see them, and what holds them. */
struct i2c_lines {
    bool gpio_scl_low, gpio_sda_low, sda_was_high;
    bool scl_is_held;
    uint64_t scl_until_ps;
    uint32_t sda_clocks;    /* SDA is held low for so many clocks; UINT32_MAX: for good */
};

struct spi {
    uint32_t cr1, cr2, cfg1, cfg2, ier, crcpoly, udrdr, i2scfgr;
    uint32_t flags;         /* of SR: EOT, TXTF, OVR, MODF, SUSP */
    uint8_t tx[SPI_FIFO], rx[SPI_FIFO];
    uint32_t tx_n, rx_n;
    uint32_t submitted, done; /* frames of this transfer */
    uint8_t frame[2];       /* received bytes of a frame of 16 bits */
    uint32_t frame_at;
    uint8_t shift;
    uint64_t begin_ps;
    uint64_t end_ps;        /* of the byte on the wire; CLOCK_NEVER: none */
    uint64_t ready_ps;      /* no byte before: the gap between frames */
    bool is_hung;           /* injected: until SPE is 0 */
    bool is_selected[TWIN_PARTS];
};

struct serial {
    struct gpio_port gpio[GPIO_PORTS];
    struct i2c i2c;
    struct i2c_lines lines;
    struct spi spi;
    uint64_t transfers, bytes, writes, busy_ps; /* since twin_create */
    uint64_t draws;         /* torn writes differ by it */
    uint64_t seed;
    bool was_disturbed;     /* a fault struck since the power came on */
    struct twin_bus_fault fault;
    struct twin_transfer transfer[TWIN_BUSES]; /* the one under way */
    struct part_counters seen[TWIN_PARTS];     /* when the last transfer ended */
};

struct twin;

/* ---- serial.c: parts, power, registers by address ---- */

/* The parts of cfg.part. False: t->error says which is wrong; serial_destroy frees the others. */
bool serial_create(struct twin *t);
/* What was never made is left out. */
void serial_destroy(struct twin *t);
/* The parts get their power. */
void serial_power_on(struct twin *t);
/* What is under way in them is torn. All that was due has been handled. */
void serial_power_off(struct twin *t, uint64_t at_ps);
/* The MCU is reset: transfers end where they are, registers to reset values, pins float. */
void serial_reset(struct twin *t);
/* Steps that end by now_ps, but for those behind a planned cut. */
void serial_advance(struct twin *t, uint64_t now_ps);
/* When the next step ends, into the clock's slots. Belongs after whatever may change it. */
void serial_schedule(struct twin *t);
/* Is a register of these blocks at addr? */
bool serial_at(uint32_t addr);
/* n is 1, 2 or 4. A block without clock reads 0; after a cut that is due nothing answers. */
uint32_t serial_read(struct twin *t, uint32_t addr, uint32_t n);
/* As serial_read: no effect then. A narrow write writes a register's other bytes as they read. */
void serial_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value);
/* RCC resets blocks whose bit rises: offset of the register in RCC, bits that are 1 now. */
void serial_rcc_reset(struct twin *t, uint32_t offset, uint32_t bits);
/* Is this part on that bus, and has it power? */
bool serial_has(const struct twin *t, uint32_t index, enum part_wire wire);
/* Marks of all parts for a snapshot. False: no room, and none is left behind. */
bool serial_mark(struct twin *t, uint32_t *marks);
/* Only marks of serial_mark. */
void serial_rewind(struct twin *t, const uint32_t *marks);
/* As serial_rewind. */
void serial_forget(struct twin *t, const uint32_t *marks);

/* ---- serial_trace.c: transfers, faults and cuts ---- */

/* A transfer begins: counted, and the fault that is planned for it looked up. */
void transfer_begin(struct twin *t, enum twin_bus bus, uint64_t at_ps);
/* A byte begins on the wire: counted, and a cut that is planned inside it gets its time. */
void transfer_byte(struct twin *t, enum twin_bus bus, uint64_t begin_ps, uint64_t end_ps);
/* It is over: write cycles and what the parts complain about are looked at, the event is sent. */
void transfer_end(struct twin *t, enum twin_bus bus, enum twin_transfer_end how, uint64_t at_ps);
/* Does a fault of this kind strike in the transfer under way, at its byte `at`? */
bool transfer_is_hit(struct twin *t, enum twin_bus bus, enum twin_bus_fault_kind kind, uint32_t at);

/* ---- gpio.c ---- */

/* All ports to reset values. */
void gpio_reset(struct twin *t);
/* offset from GPIOA, in whole words. */
uint32_t gpio_read(struct twin *t, uint32_t offset);
/* As gpio_read. The wires of the buses follow at once. */
void gpio_write(struct twin *t, uint32_t offset, uint32_t value);
/* What the port does to the pin's wire. */
enum gpio_drive gpio_drives(const struct twin *t, struct gpio_pin pin);
/* Is the pin given to that alternate function? */
bool gpio_has_function(const struct twin *t, struct gpio_pin pin, uint32_t function);
/* Does its output stage pull low only? */
bool gpio_is_open_drain(const struct twin *t, struct gpio_pin pin);

/* ---- i2c.c: registers ---- */

/* Registers to 0; a transfer under way ends where it is. */
void i2c_reset(struct twin *t);
/* offset in whole words. Reading RXDR takes the byte. */
uint32_t i2c_reg_read(struct twin *t, uint32_t offset);
/* As i2c_reg_read. */
void i2c_reg_write(struct twin *t, uint32_t offset, uint32_t value);
/* The interrupt lines follow the flags. */
void i2c_update(struct twin *t);

/* ---- i2c_wire.c: what happens on SCL and SDA ---- */

/* START was set. */
void i2c_ask_start(struct twin *t);
/* CR2 was written: NBYTES, START or STOP may be what a transfer waits for. */
void i2c_commanded(struct twin *t);
/* So may TXDR, RXDR or a line that is let go. */
void i2c_go_on(struct twin *t);
/* Both lines are let go, wherever the transfer is. */
void i2c_let_go(struct twin *t);
/* The step under way ends at at_ps. */
void i2c_step(struct twin *t, uint64_t at_ps);

/* ---- i2c_parts.c: as in part.h, to all parts of this bus ---- */

/* SDA is held by a part or on purpose. */
bool i2c_sda_is_held(const struct twin *t);
/* True: one acknowledges, and is the transfer's part from here on. */
bool i2c_parts_start(struct twin *t, uint8_t byte, uint64_t at_ps);
/* True: acknowledged. */
bool i2c_parts_write(struct twin *t, uint8_t byte, uint64_t at_ps);
/* FF if none drives SDA. */
uint8_t i2c_parts_read(struct twin *t, bool acknowledges, uint64_t at_ps);
/* A write cycle may begin. */
void i2c_parts_stop(struct twin *t, uint64_t at_ps);
/* The master went away within a byte, without a stop. */
void i2c_parts_abandon(struct twin *t, uint32_t clocks, uint64_t at_ps);

/* ---- i2c_time.c ---- */

/* i2c_ker_ck as RCC has it. */
uint32_t i2c_kernel_hz(const struct twin *t);
/* SCL low and high with what the wire and the filters add: one period is their sum. */
uint64_t i2c_low_ps(const struct twin *t);
/* As i2c_low_ps. */
uint64_t i2c_high_ps(const struct twin *t);

/* ---- i2c_lines.c: SCL and SDA by GPIO ---- */

/* Levels for IDR. */
bool i2c_scl_is_high(const struct twin *t);
/* As i2c_scl_is_high. */
bool i2c_sda_is_high(const struct twin *t);
/* A pin of the bus may have changed: clocks and stops that a recovery gives by hand. */
void i2c_lines_changed(struct twin *t);

/* ---- spi.c: registers ---- */

/* Registers to reset values; a byte under way is lost. */
void spi_reset(struct twin *t);
/* n is 1, 2 or 4; RXDR and TXDR move so many bytes. */
uint32_t spi_reg_read(struct twin *t, uint32_t offset, uint32_t n);
/* As spi_reg_read. */
void spi_reg_write(struct twin *t, uint32_t offset, uint32_t n, uint32_t value);
/* The interrupt line follows the flags. */
void spi_update(struct twin *t);
/* Bytes of a frame: 1 or 2. */
uint32_t spi_frame_bytes(const struct spi *spi);

/* ---- spi_wire.c ---- */

/* A byte goes out if there is one and the transfer runs. */
void spi_go_on(struct twin *t, uint64_t at_ps);
/* Eight clocks end at at_ps. */
void spi_step(struct twin *t, uint64_t at_ps);
/* A select pin may have changed. */
void spi_select_changed(struct twin *t);
/* The bus clock in Hz as RCC and CFG1 have it; 0 without a source. */
uint32_t spi_clock_hz(const struct twin *t);

#endif
