/*
 * A part of the twin behind the library's bus callbacks, with virtual time. The bytes go at the
 * part's highest clock; between two of them nothing passes. Where the part has lost its power, or
 * was cut in this transfer, the call does not return: it goes where the test says.
 *
 * A fault here is one of the controller and of the wires: what it does of a transfer, and what it
 * says of it. Those of the part itself are injected into the part (twin/parts/part.h).
 */
#ifndef TESTS_SUPPORT_MEDIUM_BUS_H
#define TESTS_SUPPORT_MEDIUM_BUS_H

#include "nacre/bus.h"
#include "twin/parts/part.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

/* How much of a transfer that fails reaches the part. */
enum bus_reach { BUS_NOTHING, BUS_HALF, BUS_ALL };

struct bus_fault {
    uint64_t at;     /* the first transfer that is hit, counted as medium_bus.transfers */
    uint64_t count;  /* so many in a row; 0: none */
    enum bus_reach reach;
    int32_t answer;  /* what the callback returns; 0: one byte less than it was told to move */
};

struct medium_bus {
    struct part *part;
    struct nacre_i2c i2c;
    struct nacre_spi spi;
    struct nacre_bus_time time;
    uint64_t now_ps;
    uint64_t byte_ps;      /* with its acknowledge, on I2C */
    uint64_t pause_ps;
    uint64_t transfers;    /* calls of a callback */
    uint64_t failed;       /* of these, hit by a fault */
    uint64_t recoveries;
    struct bus_fault fault;
    uint64_t limit_ps;     /* when it is too late, */
    jmp_buf *hung;         /* and where to go on then; null: no limit */
    jmp_buf *jump;         /* null: a part without power does not answer, and that is all */
};

/* With the part's row's clock; hz 0. The part is not the bus's to destroy. */
void medium_bus_begin(struct medium_bus *bus, struct part *part, uint32_t hz);

/* Off, a moment, on, and the time until the part answers. */
void medium_bus_cycle(struct medium_bus *bus, uint64_t seed);

#endif
