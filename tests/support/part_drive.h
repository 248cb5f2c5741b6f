/*
 * A bus master for the part models, as slow as the bus: it sends what it is told to, wrong things
 * too, and knows nothing of any driver.
 */
#ifndef TESTS_SUPPORT_PART_DRIVE_H
#define TESTS_SUPPORT_PART_DRIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/parts/part.h"

struct drive {
    struct part *part;
    uint64_t now_ps;
    uint64_t byte_ps;  /* of a byte on the bus, its acknowledge included */
    uint64_t pause_ps; /* between two polls of a status */
};

#define DRIVE_US 1000000ULL
#define DRIVE_MS 1000000000ULL

/* A part of this name with power, ready; fails the test if there is none. */
struct drive drive_new(const char *name);
/* The same, as cfg says. */
struct drive drive_new_cfg(const struct part_cfg *cfg);
/* Frees the part. */
void drive_end(struct drive *drive);
/* Let time pass. */
void drive_wait(struct drive *drive, uint64_t ps);
/* Off and on again; torn by seed. The power-up time passes. */
void drive_power_cycle(struct drive *drive, uint64_t seed);
/* The same, after the part lost its power by itself. */
void drive_power_on(struct drive *drive);

/* Start, address byte, bytes, without a stop: how many of the bytes were acknowledged, -1: none,
 * nor was the address. */
int drive_i2c_send(struct drive *drive, uint8_t address_byte, const uint8_t *bytes, uint32_t n);
/* A stop. */
void drive_i2c_stop(struct drive *drive);
/* A write with a stop: address of two bytes, then n data bytes. True: all acknowledged. */
bool drive_i2c_write(struct drive *drive, uint8_t device, uint32_t addr, const void *bytes,
                     uint32_t n);
/* A random read with a stop. False: not acknowledged. */
bool drive_i2c_read(struct drive *drive, uint8_t device, uint32_t addr, void *bytes, uint32_t n);
/* Asks for an acknowledge until there is one; the time that it took in ps. */
uint64_t drive_i2c_poll(struct drive *drive, uint8_t device);

/* One frame: out, then in. */
void drive_spi(struct drive *drive, const uint8_t *out, uint32_t out_n, uint8_t *in, uint32_t in_n);
/* A frame of one byte. */
void drive_spi_command(struct drive *drive, uint8_t opcode);
/* Opcode, address as the row has it, data. */
void drive_spi_write(struct drive *drive, uint32_t addr, const void *bytes, uint32_t n);
/* Opcode 03h. */
void drive_spi_read(struct drive *drive, uint32_t addr, void *bytes, uint32_t n);
/* RDSR. */
uint8_t drive_spi_status(struct drive *drive);
/* Reads the status until WIP is 0; the time that it took in ps. */
uint64_t drive_spi_poll(struct drive *drive);

#endif
