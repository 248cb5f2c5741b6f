/*
 * A bare bus with one NOR chip of the twin on it: frames as a correct controller would send them,
 * and what the chip told its listener. No controller model is in between.
 */
#ifndef TESTS_SUPPORT_CHIP_BUS_H
#define TESTS_SUPPORT_CHIP_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/chip/nor.h"

#define US 1000000ULL
#define MS 1000000000ULL

struct chip_bus {
    struct nor *nor;
    uint64_t now_ps;
    struct nor_event last;    /* newest NOR_EVENT_COMMAND */
    struct nor_event done;    /* newest other event */
    uint32_t done_count;
    uint32_t array_changes;
    uint32_t answers;
    uint32_t gate_asked;
    bool gate_is_shut;
    enum frame_answer answer; /* of the newest frame */
};

/* A powered chip that is ready, in SPI. cfg may be NULL: typical times, granule tears, seed 1. */
void chip_bus_open(struct chip_bus *bus, const struct nor_cfg *cfg);
struct nor_cfg chip_bus_cfg(void);
void chip_bus_close(struct chip_bus *bus);
void chip_bus_wait(struct chip_bus *bus, uint64_t ps);
/* Into octal DTR by 06 and 72h, as ST's boot does. */
void chip_bus_to_dopi(struct chip_bus *bus);
void chip_bus_to_sopi(struct chip_bus *bus);

/* op is the SPI opcode; the octal form is made from it. Frames in the chip's own protocol. */
void chip_command(struct chip_bus *bus, uint8_t op);
void chip_command_at(struct chip_bus *bus, uint8_t op, uint32_t addr);
void chip_write(struct chip_bus *bus, uint8_t op, uint32_t addr, const uint8_t *bytes, uint32_t n);
void chip_read(struct chip_bus *bus, uint8_t op, uint32_t addr, uint8_t *bytes, uint32_t n);
/* Any frame; time goes on by 100 ns. */
void chip_frame(struct chip_bus *bus, struct frame *frame);
/* The frame that the functions above would send. */
struct frame chip_frame_of(struct chip_bus *bus, uint8_t op);

uint8_t chip_status(struct chip_bus *bus);
uint8_t chip_security(struct chip_bus *bus);
/* WREN and PP4B / SE4B; no wait. */
void chip_program(struct chip_bus *bus, uint32_t addr, const uint8_t *bytes, uint32_t n);
void chip_erase(struct chip_bus *bus, uint32_t addr);
/* Until WIP is 0, by time alone. */
void chip_settle(struct chip_bus *bus);
void chip_cycle_power(struct chip_bus *bus);

#endif
