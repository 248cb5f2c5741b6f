/*
 * A twin with the image tests/twin_bus_fw and parts on its serial buses: one request at a time.
 */
#ifndef TESTS_SUPPORT_BUS_BED_H
#define TESTS_SUPPORT_BUS_BED_H

#include "tests/support/board_bed.h"
#include "tests/twin_bus_fw/box.h"
#include "twin/parts/part.h"

struct bus_bed {
    struct board_bed board;
    struct box box; /* as the firmware left it */
};

/* PRESC 2, SCLH 39, SCLL 73 of 150 MHz: 2,566.67 ns a clock with filter and edges. */
#define BUS_BED_TIMING 0x20002749u
/* SCK 150 MHz / 4. */
#define BUS_BED_MBR 1u

/* The board with the parts, NULL for none, at the image's prompt; no clock of a bus is on. */
void bus_open(struct bus_bed *bed, const char *part, const char *second);
/* Clocks on, pins given to the buses, both enabled as above. */
void bus_enable(struct bus_bed *bed);
void bus_close(struct bus_bed *bed);
/* Off if it is on, then on, and to the prompt; the buses are as after a reset. */
void bus_reboot(struct bus_bed *bed);

/* Put a request into the box; bus_wait runs until it was served, and how that ended. */
void bus_ask(struct bus_bed *bed, enum box_op op, uint32_t address, uint32_t out_n, uint32_t in_n);
enum twin_stop bus_wait(struct bus_bed *bed);
/* Both; fails the test if the run stops otherwise. The box's result. */
uint32_t bus_do(struct bus_bed *bed, enum box_op op, uint32_t address, uint32_t out_n,
                uint32_t in_n);

/* A word of a register, and into one. */
uint32_t bus_get(struct bus_bed *bed, uint32_t address);
void bus_put(struct bus_bed *bed, uint32_t address, uint32_t value);

/* I2C: the memory address in two bytes, then n bytes that count up from `from`. */
uint32_t bus_i2c_store(struct bus_bed *bed, uint32_t device, uint32_t addr, uint8_t from,
                       uint32_t n);
/* I2C: n bytes from addr into box.in. */
uint32_t bus_i2c_load(struct bus_bed *bed, uint32_t device, uint32_t addr, uint32_t n);
/* SPI, on the first select pin: out_n bytes of box.out, then in_n bytes. */
uint32_t bus_spi(struct bus_bed *bed, uint32_t out_n, uint32_t in_n);

/* The newest transfer that ended. */
struct twin_transfer bus_transfer(const struct bus_bed *bed);
/* From its begin to its end. */
uint64_t bus_transfer_ps(const struct bus_bed *bed);
struct twin_bus_counts bus_counts(const struct bus_bed *bed);
struct part *bus_part(const struct bus_bed *bed, uint32_t index);
/* The kind from the next transfer on, `count` of them, at byte `at`. */
void bus_disturb(struct bus_bed *bed, enum twin_bus_fault_kind kind, uint32_t at, uint32_t length);

#endif
