/*
 * A NOR chip of the twin at the end of a struct nacre_spi: bytes in, bytes out, and a clock. The
 * model makes of the bytes what it makes of a frame; nothing here knows the library's rows.
 *
 * Each transfer has a number, from 1. A fault can be had at some of them, and the power can go at
 * one.
 */
#ifndef TESTS_SUPPORT_SPI_NOR_BED_H
#define TESTS_SUPPORT_SPI_NOR_BED_H

#include "nacre/bus.h"
#include "tests/support/chip_bus.h"
#include "twin/chip/nor_row.h"

#include <setjmp.h>

/* What happens of a transfer that is answered with an error. */
enum spi_fault_reach {
    SPI_FAULT_NOTHING, /* chip select never fell */
    SPI_FAULT_HALF,    /* half of the bytes, then chip select rose */
    SPI_FAULT_ALL,     /* all of it; only the answer is wrong */
    SPI_FAULT_REACHES,
};

struct spi_fault {
    uint32_t at;    /* the first transfer that is hit; 0: none */
    uint32_t count; /* so many in a row */
    enum spi_fault_reach reach;
    int32_t answer; /* what the callback returns */
};

struct spi_nor_bed {
    struct chip_bus chip;
    const struct nor_row *row;
    struct nacre_spi spi;
    struct nacre_bus_time time;
    uint32_t transfers;
    uint64_t bytes;
    uint64_t ps_a_byte;
    uint64_t pause_ps;
    struct spi_fault fault;
    uint32_t cut_at;      /* the power goes in this transfer; 0: never */
    uint64_t cut_after_ps; /* and so long after it */
    uint32_t cut_of_sent; /* 0: nothing of it is sent; 1: all of it is */
    jmp_buf jump;
    uint8_t status_too;   /* bits that are set in each answer to 05h, */
    uint8_t second_too;   /* and to the other register that the test names */
    uint8_t second_opcode;
    bool is_silent;       /* nobody drives the line: */
    uint8_t silence;      /* what is read then */
};

/* A powered, blank chip by its typical times, 40 MHz. False: the twin has no such row. */
bool spi_nor_bed_open(struct spi_nor_bed *bed, const char *name, uint64_t seed);
void spi_nor_bed_close(struct spi_nor_bed *bed);

/* Frames that the chip refused, and granules programmed twice: what no driver should do. */
uint64_t spi_nor_bed_violations(const struct spi_nor_bed *bed);

/* Off and on again. */
void spi_nor_bed_cycle(struct spi_nor_bed *bed);

#endif
