/*
 * The public interface of the twin as far as its serial buses go: parts, transfers, and what goes
 * wrong on purpose. Comes with twin.h.
 */
#ifndef TWIN_TWIN_BUS_H
#define TWIN_TWIN_BUS_H

#include <stdbool.h>
#include <stdint.h>

#define TWIN_PARTS 4u /* at most */
#define TWIN_FAULT_ANY UINT32_MAX

struct twin;
struct part;

enum twin_bus { TWIN_BUS_I2C1, TWIN_BUS_SPI4 };
#define TWIN_BUSES 2u

enum twin_transfer_end {
    TWIN_TRANSFER_DONE,
    TWIN_TRANSFER_NO_ACK,    /* the address or a byte was not acknowledged, then a stop */
    TWIN_TRANSFER_LOST,      /* arbitration */
    TWIN_TRANSFER_BUS_ERROR, /* a misplaced stop */
    TWIN_TRANSFER_TIMEOUT,   /* by TIMEOUTR */
    TWIN_TRANSFER_ABANDONED, /* PE was cleared, or the MCU was reset */
    TWIN_TRANSFER_BY_HAND,   /* a stop by GPIO ended it */
    TWIN_TRANSFER_CUT
};

/* I2C: from a start to the stop. SPI: while chip select is low. */
struct twin_transfer {
    uint64_t index;    /* transfers on both buses since twin_create, from 0 */
    enum twin_bus bus;
    enum twin_transfer_end how;
    int32_t part;      /* index of the one that answered or was selected; -1: none */
    uint8_t first;     /* the newest address byte, or the first byte of a frame */
    bool is_under_way;
    uint32_t out, in;  /* data bytes; of a frame all are counted as out */
    uint64_t begin_ps;
    uint64_t write_ps; /* length of the write cycle that it started, 0 if none */
};

/*
 * A part by its place in cfg.part, for the functions of twin/parts/part.h that look inside, set
 * bytes, choose tears and inject faults; never those of power, bus or marks. In a callback only
 * those that look, and a write cycle that has ended may still be seen as under way. NULL: no such
 * part.
 */
struct part *twin_part(const struct twin *twin, uint32_t index);

/* Since twin_create; a restore takes them back. */
struct twin_bus_counts {
    uint64_t transfers;
    uint64_t bytes;   /* begun on both buses, addresses included */
    uint64_t writes;  /* write cycles, erases and register writes that the parts began; of FRAM and
                         MRAM frames that stored something */
    uint64_t busy_ps; /* sum of the bytes' times */
};

/* Counts and times so far. In a callback, too; of a transfer under way, what it has done. */
void twin_bus_counts_get(const struct twin *twin, struct twin_bus_counts *counts);

/* What goes wrong on a wire or in a controller; what a part does wrong is part_inject's. */
enum twin_bus_fault_kind {
    TWIN_FAULT_NONE,
    TWIN_FAULT_NO_ACK,    /* I2C: the acknowledge of byte .at is lost. The address then reaches no
                             part; a data byte does */
    TWIN_FAULT_LOST,      /* I2C: another master wins at byte .at and has the bus for 30 clocks */
    TWIN_FAULT_BUS_ERROR, /* I2C: a stop in the middle of byte .at */
    TWIN_FAULT_SDA_LOW,   /* I2C: SDA is held low from byte .at on for .length clocks */
    TWIN_FAULT_SCL_LOW,   /* I2C: SCL is held low before byte .at for .length us */
    TWIN_FAULT_HANG,      /* before byte .at the controller stops and changes no flag until it is
                             disabled */
    TWIN_FAULT_MISO_LOW,  /* SPI: MISO reads 0 in the whole transfer */
    TWIN_FAULT_MISO_HIGH
};

struct twin_bus_fault {
    enum twin_bus_fault_kind kind;
    uint64_t transfer; /* the first one that is hit, as twin_transfer.index */
    uint64_t count;    /* how many are; 0: all from there on */
    uint32_t at;       /* byte of the transfer; 0 is the address, or a frame's first byte */
    uint32_t length;   /* 0: for good, or until the power goes */
};

/* One plan at a time; NULL: none, and lines that are held are let go. Part of a snapshot. */
void twin_bus_fault_plan(struct twin *twin, const struct twin_bus_fault *fault);
/* A word or two for a message. The text is static. */
const char *twin_transfer_end_name(enum twin_transfer_end how);

#endif
