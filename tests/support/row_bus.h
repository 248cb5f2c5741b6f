/*
 * The library's row of a chip on a bare bus with the twin's model of the same part: each frame is
 * made of what the row says, as a controller in the row's protocol would send it.
 */
#ifndef TESTS_SUPPORT_ROW_BUS_H
#define TESTS_SUPPORT_ROW_BUS_H

#include "nacre/chips/chip.h"
#include "tests/support/chip_bus.h"

struct row_bus {
    const struct nacre_chip *row;
    struct chip_bus chip;
};

/* The model of the part of the row's name, as a boot leaves it. False: the twin has none. */
bool row_bus_open(struct row_bus *bus, const struct nacre_chip *row, enum nor_time time);
void row_bus_close(struct row_bus *bus);

/* An opcode alone, or with an address. Time goes on by 100 ns, as for all that follow. */
void row_command(struct row_bus *bus, uint16_t opcode);
void row_command_at(struct row_bus *bus, uint16_t opcode, uint32_t addr);
/* A register, n bytes as they come. */
void row_register(struct row_bus *bus, uint16_t opcode, uint8_t dummy_clocks, uint8_t *bytes,
                  uint32_t n);
/* The array; bytes in the array's order. False: nobody drove. */
bool row_read(struct row_bus *bus, uint32_t addr, uint8_t *bytes, uint32_t n);

/* The parameter tables from their address 0, n bytes. */
void row_tables(struct row_bus *bus, uint8_t *bytes, uint32_t n);

/* First byte of each register; what the row says of it coming twice is asserted. */
uint8_t row_status(struct row_bus *bus);
uint8_t row_security(struct row_bus *bus);

/* Write enable, then a program of n bytes, or an erase of a unit; no wait. */
void row_program(struct row_bus *bus, uint32_t addr, const uint8_t *bytes, uint32_t n);
void row_erase(struct row_bus *bus, uint32_t addr);

/* From the newest frame's start until us later. */
void row_wait_us(struct row_bus *bus, uint32_t us);

#endif
