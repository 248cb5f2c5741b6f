/*
 * The board as the measurements see it, and how they build commands for its chip.
 */
#ifndef EXAMPLES_BRING_UP_LAB_H
#define EXAMPLES_BRING_UP_LAB_H

#include "examples/bring-up/probe.h"
#include "nacre/chips/chip.h"
#include "nacre/err.h"

#include <stdbool.h>
#include <stdint.h>

#define LAB_WINDOW 0x70000000u
#define LAB_PIECE_BYTES 128u

/* Steps, as a start after a reset tells them. */
enum lab_step {
    LAB_STEP_NONE = 0,
    LAB_STEP_CHIP = 1,     /* id, SFDP, register reads */
    LAB_STEP_MODE = 2,     /* mode change, first read, calibration */
    LAB_STEP_TIMES = 3,    /* programs and erases */
    LAB_STEP_SLICES = 4,   /* suspend and resume */
    LAB_STEP_RWW = 5,      /* reads of other banks while one is busy */
    LAB_STEP_BUSY_BANK = 6, /* reads of the busy bank */
    LAB_STEP_CLOCK = 7,    /* the canary with a slower core */
    LAB_STEP_OFF = 8       /* a read with the mapped mode off */
};

struct lab {
    const struct nacre_chip *chip;
    struct probe_board board;
    uint32_t mhz;            /* core cycles a microsecond */
    uint32_t image_bytes;
    uint32_t unit_a;         /* chip addresses: programmed and erased over and over */
    uint32_t unit_b;         /* holds a pattern while unit_a works */
    uint32_t next_blank;     /* in unit_a */
    uint32_t bad_programs;   /* bytes that did not read back, or the chip said failed */
    uint32_t bad_erases;
    uint32_t refused;        /* operations that did not begin */
    uint32_t map_cycles;     /* typical, to come back to the mapped mode */
    uint32_t look_cycles;    /* typical, one look at the status */
    uint32_t erase_cycles;   /* typical */
    uint32_t program_cycles; /* typical, of a whole piece */
};

extern struct lab lab;

/*
 * Adopt the board.
 *
 * Returns  NACRE_OK, or what nacre_port_adopt refused; told in the report
 */
enum nacre_err lab_open(uint32_t core_mhz);

/* From here on the chip is this one. */
void lab_use(const struct nacre_chip *chip);

/* Say what is about to be done, on the console and to the next start. */
void lab_step(enum lab_step step, const char *name);

/* What the canary has seen, as group.*, and the verdict on it. */
void lab_tell_canary(const char *group, const char *verdict);

/* "verdict.name holds -", or differs. */
void lab_verdict(const char *name, bool holds);

struct nacre_op lab_command(uint16_t opcode);
struct nacre_op lab_register_read(uint16_t opcode, uint32_t *data, uint16_t n,
                                  uint8_t dummy_clocks);
struct nacre_op lab_array_read(uint32_t chip_addr, uint32_t *data, uint16_t n);

/* Words that the map gives at chip_addr are what read shall find there by a command. */
void lab_read_of(struct probe_read *read, uint32_t chip_addr);

/* Program n bytes of a pattern at the next blank place of unit_a, which is erased if it is full. */
void lab_program(struct probe_work *work, uint32_t n);
/* Erase a unit. work tells how; its members that concern slices and reads are the caller's. */
void lab_erase(struct probe_work *work, uint32_t unit);
/* Something that an erase has to clear. */
void lab_fill(void);

#endif
