/*
 * The inside of a part model: what its files share. Not for anybody outside twin/parts.
 *
 * struct part_state is plain data without pointers: all but the bytes themselves, so that a mark is
 * a copy of it and of what has changed in the bytes.
 *
 * Invariants:
 * 1. doubt and wear are there for an EEPROM alone; a NOR has nothing but the model of twin/chip.
 * 2. cycle.is_active is false while the part has no power.
 * 3. state.now_ps never goes back but by part_rewind.
 */
#ifndef TWIN_PARTS_PART_INTERNAL_H
#define TWIN_PARTS_PART_INTERNAL_H

#include <stddef.h>

#include "twin/chip/nor.h"
#include "twin/parts/part.h"

#define PS_PER_US 1000000ULL
#define PAGE_BYTES_MAX 256u
#define BLOCK_BYTES 256u /* what is copied at a time between a part and its mark */
#define DEVICE_ADDRESS 0x50u /* of every memory on I2C: 1010 and three bits */

enum wire_phase {
    WIRE_IDLE,    /* not addressed: nothing is heard until the next start or select */
    WIRE_ADDRESS, /* address bytes come */
    WIRE_WRITE,   /* data bytes come */
    WIRE_READ,
    WIRE_ID_ADDRESS, /* I2C: the address of the part whose id is asked for */
    WIRE_ID,
    WIRE_OPCODE,
    WIRE_DUMMY,
    WIRE_STATUS_READ,
    WIRE_STATUS_WRITE,
    WIRE_COMMAND, /* SPI: an opcode that is obeyed when chip select rises */
    WIRE_IGNORED, /* SPI: nothing is obeyed, nothing is driven */
};

/* The transfer under way. */
struct wire {
    enum wire_phase phase;
    uint32_t position;      /* bytes behind the address or chip select */
    uint32_t left;          /* address bytes that are still to come */
    uint32_t data_bytes;    /* written or read in it */
    bool is_selected;
    bool is_abandoned;
    uint32_t abandoned_clocks;
    uint8_t abandoned_byte; /* what the part was sending */
    uint8_t opcode;
    uint8_t status;         /* received by WRSR */
    bool is_refused;        /* bytes come, but are not to be stored */
    bool is_stored;         /* FRAM: a byte was */
    bool has_wrapped;
    bool hit[PART_FAULT_KINDS]; /* faults of this transfer */
};

/* Bytes sent, and then the write cycle that stores them. */
struct cycle {
    bool is_active;
    bool hangs;
    bool is_register;
    uint8_t register_value;
    uint32_t page_addr;
    uint32_t sent_count;
    uint8_t bytes[PAGE_BYTES_MAX];
    bool is_sent[PAGE_BYTES_MAX];
    uint64_t end_ps;
};

struct armed_fault {
    bool is_armed;
    uint64_t seen;
    struct part_fault fault;
};

struct part_state {
    uint64_t now_ps;
    uint64_t ready_ps; /* the power-up time is over */
    uint64_t random;
    uint32_t hz;
    bool is_on;
    bool is_protected;
    bool is_enabled; /* WEL */
    uint8_t status;  /* bits that survive the power */
    uint32_t addr;   /* the address counter */
    uint32_t sda_clocks; /* that the part still holds SDA low, by a fault */
    struct wire wire;
    struct cycle cycle;
    struct armed_fault faults[PART_FAULT_KINDS];
    uint64_t cut_step;
    uint64_t cut_seed;
    enum part_torn torn;
    enum part_reach reach;
    enum part_time time;
    struct part_counters counters;
    bool alternates; /* bits in doubt change with the boot; else with each read */
    bool nor_hangs; /* a fault: WIP stays */
    bool nor_cut;   /* the planned step has begun */
};

struct part_mark_copy {
    struct part_state state;
    uint8_t *bytes;
    uint8_t *doubt;
    uint32_t *wear;
};

struct part {
    struct part_state state;
    const struct part_row *row;
    uint32_t endurance;
    uint8_t pins;
    uint8_t *bytes;
    uint8_t *doubt;     /* bits that read either way, a byte for each byte */
    uint32_t *wear;     /* a count for each group */
    uint8_t *is_changed; /* a byte for each block: since the newest mark */
    struct nor *nor;
    struct part_mark_copy mark[PART_MARKS];
    uint32_t mark_count;
};

/* part_row.c */

/* NULL beyond the last one. */
const struct part_row *part_row_at(uint32_t index);
/* NULL: there is none of this name. */
const struct part_row *part_row_find(const char *name);

extern const struct part_row part_rows_i2c_eeprom[];
extern const uint32_t part_rows_i2c_eeprom_count;
extern const struct part_row part_rows_spi_eeprom[];
extern const uint32_t part_rows_spi_eeprom_count;
extern const struct part_row part_rows_fram[];
extern const uint32_t part_rows_fram_count;
extern const struct part_row part_rows_mram[];
extern const uint32_t part_rows_mram_count;
extern const struct part_row part_rows_nor[];
extern const uint32_t part_rows_nor_count;

/* part_draw.c: draws by splitmix64 (Steele, Lea, Flood); the state is part of a mark. */

uint64_t part_draw(struct part *part);
/* 0 to bound - 1; bound is not 0. */
uint32_t part_draw_below(struct part *part, uint32_t bound);

/* part_store.c: bytes, doubt, wear. */

/* What a read of the byte gives now: bits in doubt may be drawn anew. addr inside the array. */
uint8_t part_view(struct part *part, uint32_t addr);
/* Store a byte, solid. addr inside the array. */
void part_set(struct part *part, uint32_t addr, uint8_t byte);
/* A boot: bits in doubt that alternate turn around. */
void part_alternate(struct part *part);
/* As part_set, with bits that read either way. Only for an EEPROM. */
void part_set_doubtful(struct part *part, uint32_t addr, uint8_t byte, uint8_t doubt);
/* Does a block protection of the status register, or the WP pin on I2C, cover addr? */
bool part_covers(const struct part *part, uint32_t addr);

/* part_wire.c: what the buses share. */

/* One of wire.left address bytes, the upper one first; true: it was the last one. */
bool part_take_address(struct part *part, uint8_t byte);
/* The address counter goes on, within the aligned span that it is in. */
void part_next_addr(struct part *part, uint32_t span);
/* A byte at a counter that has gone over an end just before counts once. */
void part_count_wrap(struct part *part, uint64_t *counter);
/* Data at the address counter: into the cycle's bytes, or stored. False: protected, or cut. */
bool part_take_data(struct part *part, uint8_t byte);
/* The byte at the address counter, which goes on. */
uint8_t part_send_data(struct part *part);

/* part_cycle.c: write cycles. */

/* Take a byte for the page of addr; the first one after part_cycle_drop decides the page. */
void part_cycle_take(struct part *part, uint32_t addr, uint8_t byte);
/* Forget what was taken, unless it is being written. */
void part_cycle_drop(struct part *part);
/* A cycle with what was taken. A planned cut may strike: then the part is off. */
void part_cycle_begin(struct part *part);
/* The same, of the status register. */
void part_cycle_begin_register(struct part *part, uint8_t value);
/* The cycle under way ends well. */
void part_cycle_finish(struct part *part);
/* The cycle under way is torn: no power. */
void part_cycle_tear(struct part *part);
/* FRAM, MRAM: is the step that begins now the one that is cut? Then the part is off. */
bool part_step_is_cut(struct part *part);

/* part_mark.c: only when the part goes. */
void part_marks_free(struct part *part);

/* part_fault.c */

/* A transfer begins: which faults hit it, and is the part there at all? */
bool part_transfer_begins(struct part *part);
/* Byte `position` of the transfer as it arrives, by the fault that is noise. */
uint8_t part_noise(struct part *part, uint8_t byte);
/* Byte i of the id, or of another part's id by the fault. */
uint8_t part_id_byte(const struct part *part, uint32_t i);

/* spi_nor.c: bytes on one line as frames for the model in twin/chip. */

/* False: no memory. */
bool part_nor_create(struct part *part, const struct part_cfg *cfg);
void part_nor_choose_time(struct part *part, enum part_time time);
/* What is under way is torn by state.random. */
void part_nor_power_off(struct part *part);
/* As part_spi_exchange, behind the faults. */
uint8_t part_nor_exchange(struct part *part, uint8_t byte);
/* Chip select rises. is_whole: at a byte's end. */
void part_nor_deselect(struct part *part, bool is_whole);

#endif
