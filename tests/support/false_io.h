/*
 * A false board for the drivers of the port's serial buses: it answers where nacre/ports/stm32h7rs/
 * io.h stands. Time goes by with each access. An I2C controller with a memory on its bus and an SPI
 * controller with a recorder on its own, at register level, written from the reference manual's
 * description (RM0453 chapters 34 and 37, the same controllers) and from ST's HAL.
 *
 * It is strict: what a manual forbids is counted as a misuse, and the first is told in words.
 */
#ifndef TESTS_SUPPORT_FALSE_IO_H
#define TESTS_SUPPORT_FALSE_IO_H

#include "nacre/bus.h"

#include <stdbool.h>
#include <stdint.h>

#define FALSE_NS_PER_ACCESS 40u
#define FALSE_CORE_MHZ 600u
#define FALSE_PORTS 16u
#define FALSE_MEMORY_BYTES 4096u
#define FALSE_FRAME_BYTES 70000u

enum false_fault {
    FALSE_NO_FAULT,
    FALSE_NACK,       /* nobody acknowledges this byte */
    FALSE_NACK_STAYS, /* nor does the controller stop then */
    FALSE_ARLO,
    FALSE_BERR,
    FALSE_TIMEOUT_FLAG,
    FALSE_HANG,       /* no flag comes any more, the lines are high */
    FALSE_SDA_LOW,    /* a part holds SDA, for sda_clocks clocks; the controller hangs */
    FALSE_SCL_LOW,    /* a part holds SCL, until scl_low_until */
    FALSE_STRETCH,    /* the byte ends stretch_ns later */
    FALSE_OVR,        /* from here on of the SPI controller */
    FALSE_UDR,
    FALSE_TIFRE,
    FALSE_MODF,
    FALSE_SILENCE,    /* SCK stands still */
    FALSE_NO_EOT,
};

struct false_i2c {
    uint32_t CR1, CR2, TIMINGR, ISR;
    uint8_t TXDR, RXDR;
    bool is_tx_full;
    uint32_t phase;          /* what is on the wire */
    uint64_t due_ns;         /* when that ends */
    uint64_t byte_ns;        /* nine bits */
    uint32_t left;           /* of NBYTES */
    uint8_t shift;
    bool is_read;
    bool is_addressed;
    uint32_t disabled_looks; /* reads of CR1 since PE went low */
};

struct false_memory {
    uint32_t address;        /* seven bits */
    uint8_t bytes[FALSE_MEMORY_BYTES];
    uint32_t at;
    uint32_t head;           /* address bytes seen in this message */
};

/* Lines as parts hold them. */
struct false_lines {
    uint32_t sda_pattern;    /* bit 0 is what the part does now: 0 holds SDA low */
    bool sda_for_good;
    bool was_scl_high;       /* on the wire */
    bool was_sda_high;       /* as the pin drives it */
    uint64_t scl_low_until;  /* UINT64_MAX: for good */
    uint32_t stops, starts;  /* seen while the pins were driven by hand */
    uint32_t clocks;         /* and rising edges of SCL */
};

struct false_spi {
    uint32_t CR1, CR2, CFG1, CFG2, SR;
    uint8_t tx[8], rx[8];
    uint32_t tx_count, rx_count, left;
    uint8_t shift;
    bool is_running, is_shifting;
    uint64_t due_ns, byte_ns;
    uint64_t quiet_ns;       /* when SCK has fallen after the last bit */
    uint8_t mosi[FALSE_FRAME_BYTES];
    uint32_t mosi_count;     /* of all frames */
    uint32_t frames;         /* rising edges of chip select after bytes */
    uint32_t frame_ends[16]; /* mosi_count at each of the first */
    uint32_t frame_begin;
    uint32_t starts;         /* CSTART */
};

struct false_board {
    uint64_t ns;
    bool clock_stands;       /* now_us no longer moves */
    bool counter_stands;     /* nor does the cycle counter, or it is not there */
    bool counter_is_missing;
    uint32_t RCC[3];         /* AHB4ENR, APB1ENR1, APB2ENR */
    uint32_t gpio[FALSE_PORTS][11];
    uint32_t DEMCR, DWT_CTRL;
    struct false_i2c i2c;
    struct false_memory memory;
    struct false_lines lines;
    struct false_spi spi;
    enum false_fault fault;
    uint64_t stretch_ns;
    uint32_t fault_at;       /* which byte on the wire, from 0: addresses count on I2C */
    uint32_t wire_bytes;     /* so many have begun */
    uint64_t hold_up_at;     /* the next look at a status register or the clock lasts a second */
    uint32_t hold_ups;
    uint32_t misuses;
    const char *misuse;      /* the first */
};

extern struct false_board board;

/* As after a reset; clocks off, lines high, the memory at address 50h. */
void false_start(void);

void false_misuse(const char *what);

/* Does the fault hit the byte that begins now? Counts it. */
enum false_fault false_fault_here(void);

/* The clock for the drivers. */
struct nacre_bus_time false_time(void);

/* Levels of the two wires: PB6 and PB9. */
bool false_scl_is_high(void);
bool false_sda_is_high(void);

/* Is this pin what the controller needs? */
bool false_pin_is(uint32_t port, uint32_t pin, uint32_t moder, uint32_t alternate);

/* One controller each: registers by their offset, and what time brings. */
uint32_t false_i2c_read(uint32_t offset);
void false_i2c_write(uint32_t offset, uint32_t value);
void false_i2c_run(void);
uint32_t false_spi_read(uint32_t offset);
void false_spi_write(uint32_t offset, uint32_t value);
uint8_t false_spi_byte_read(void);
void false_spi_byte_write(uint8_t value);
void false_spi_select(bool is_high);
void false_spi_run(void);

#endif
