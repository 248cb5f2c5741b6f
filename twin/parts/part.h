/*
 * A memory on a serial bus, byte by byte: EEPROM, FRAM, MRAM, and a NOR flash on one data line.
 * What it answers, how long it works after a write, what is in it when its power fails.
 *
 * It knows no controller, no CPU and no clock: every entry that takes part in time is told it, in
 * picoseconds since any start; times never go back. Work runs in the background: a write cycle that
 * has been begun is over when an entry is told a time behind its end.
 *
 * What a part does comes from its row (part_row.h), each number with its source. Where no document
 * says what happens, the row says so and there is a choice here.
 */
#ifndef TWIN_PARTS_PART_H
#define TWIN_PARTS_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/parts/part_row.h"

#define PART_NEVER_PS UINT64_MAX

struct part;

enum part_time {
    PART_TIME_TYPICAL, /* the row's; its maximum if the row has no typical one */
    PART_TIME_MAX,
    PART_TIME_DRAWN,   /* from the seed: between the two */
};

/* What a write cycle that was cut leaves. FRAM and MRAM are cut between two bytes, always. */
enum part_torn {
    PART_TORN_DRAWN,    /* one of the others, from the seed */
    PART_TORN_NOTHING,  /* old bytes */
    PART_TORN_PREFIX,   /* new bytes up to a place, then old ones */
    PART_TORN_BYTES,    /* each byte old or new */
    PART_TORN_BITS,     /* each bit old or new */
    PART_TORN_ERASED,   /* the first half of a cycle: each byte of the page erased (FF), or old */
    PART_TORN_UNSTABLE, /* each bit that differs reads either way, each time, until written again */
    PART_TORN_ALTERNATE, /* old bytes in one boot, new ones in the next, until written again */
    PART_TORN_NOISE,    /* any bits */
    PART_TORN_COMPLETE, /* new bytes */
    PART_TORN_COUNT,
};

/* Which bytes a cut write cycle may spoil besides those that were sent. */
enum part_reach {
    PART_REACH_ROW,   /* what the part's source says; where it says nothing the whole page */
    PART_REACH_BYTES, /* the bytes sent, and the rest of their ECC groups */
    PART_REACH_PAGE,  /* the whole page: each byte of it may be spoiled */
};

struct part_cfg {
    const char *name;     /* of a row: "24LC256" */
    uint8_t pins;         /* I2C: levels of A2..A0, as far as the part has them */
    enum part_time time;
    enum part_reach reach;
    uint32_t endurance;   /* write cycles after which a cell fails; 0: never */
    uint64_t seed;
};

/*
 * A part without power, as it comes from its maker: all bytes FF, FRAM and MRAM all 00.
 *
 * Returns  NULL: no such name, or no memory
 */
struct part *part_create(const struct part_cfg *cfg);
/* NULL is allowed. */
void part_destroy(struct part *part);

/* Names of all rows, index from 0; NULL beyond the last one. */
const char *part_name(uint32_t index);
/* Of this part; lives as long as the program. */
const struct part_row *part_row(const struct part *part);

/* ---- power ---- */

/*
 * No effect if it is on. The part answers after the row's power-up time; the volatile state is that
 * after power up.
 */
void part_power_on(struct part *part, uint64_t now_ps);
/*
 * No effect if it is off. A write cycle under way is torn by seed; bytes sent whose cycle has not
 * begun are lost. Faults and marks stay. A part without power acknowledges nothing and reads FF.
 */
void part_power_off(struct part *part, uint64_t now_ps, uint64_t seed);
/* Is it on? A planned cut takes the power by itself. */
bool part_is_on(const struct part *part);

/*
 * The power fails by itself at write step `step`, counted as part_counters.steps: the cut is torn
 * by seed. A step is a write cycle that begins (EEPROM, registers that survive the power, NOR
 * program and erase), or a byte that is to be stored (FRAM, MRAM: this one is not). PART_NO_CUT as
 * the step: no cut.
 */
void part_plan_cut(struct part *part, uint64_t step, uint64_t seed);
#define PART_NO_CUT UINT64_MAX

/* The level of the WP (or W#) pin; false at the start: nothing is protected by it. */
void part_protect_pin(struct part *part, bool is_protected);

/* ---- bus ---- */

/*
 * The clock of the transfers from here on; above the row's maximum each of them is a violation. 0,
 * as at the start: one that the part allows.
 */
void part_bus_hz(struct part *part, uint32_t hz);

/* I2C. A part on another bus acknowledges nothing. */

/*
 * A start or repeated start and the address byte (bit 0: read).
 *
 * now_ps   end of its acknowledge clock
 * Returns  whether the part acknowledges. If not, it hears nothing until the next start
 */
bool part_i2c_start(struct part *part, uint8_t address_byte, uint64_t now_ps);
/* A byte from the master; true if it is acknowledged. now_ps: end of the acknowledge clock. */
bool part_i2c_write(struct part *part, uint8_t byte, uint64_t now_ps);
/*
 * A byte from the part, FF if it drives nothing. acknowledges: the master wants another one; after
 * a byte that it does not acknowledge the part sends no more.
 */
uint8_t part_i2c_read(struct part *part, bool acknowledges, uint64_t now_ps);
/* A write cycle begins here, if bytes to be written were sent. */
void part_i2c_stop(struct part *part, uint64_t now_ps);
/*
 * The master goes away (reset) after `clocks` clocks, 0 to 8, of the byte that would come next,
 * without a stop. A part that is sending holds SDA as its bit says; one that is receiving
 * acknowledges the byte after the eighth. A stop after 1 to 8 clocks of a byte to be written begins
 * no write cycle.
 */
void part_i2c_abandon(struct part *part, uint32_t clocks, uint64_t now_ps);
/* Does the part hold SDA low now, with nobody clocking? */
bool part_i2c_holds_sda(const struct part *part);
/* One clock of SCL outside a transfer, SDA released by the master: bus recovery. */
void part_i2c_clock(struct part *part, uint64_t now_ps);

/* SPI, mode 0 or 3. A part on another bus drives nothing. */

/* Chip select falls. */
void part_spi_select(struct part *part, uint64_t now_ps);
/* Eight clocks; now_ps is the end of them. Returns what the part drives, FF if nothing. */
uint8_t part_spi_exchange(struct part *part, uint8_t byte, uint64_t now_ps);
/* Chip select rises at a byte's end: what was sent is obeyed. */
void part_spi_deselect(struct part *part, uint64_t now_ps);
/* Chip select rises after `clocks`, 1 to 7, of a byte: a command or write cycle is not obeyed. */
void part_spi_deselect_early(struct part *part, uint32_t clocks, uint64_t now_ps);

/* ---- time ---- */

/* Let time pass; each entry above does this first. */
void part_advance(struct part *part, uint64_t now_ps);
/* When a write cycle ends; PART_NEVER_PS if none is under way. */
uint64_t part_next_event_ps(const struct part *part);
/* Is a write cycle under way? */
bool part_is_busy(const struct part *part);

/* ---- inside ---- */

/* The bytes, row.size_bytes of them. Bits that read differently each time show the last view. */
const uint8_t *part_bytes(const struct part *part);
/* Set bytes from outside the bus, solid. False: beyond the end, nothing is changed. */
bool part_load(struct part *part, uint32_t addr, const void *bytes, uint32_t n);
/* Turn bits of a stored byte around. Solid. */
void part_flip(struct part *part, uint32_t addr, uint8_t mask);
/* Does a bit of this byte read differently each time, or in the next boot? */
bool part_is_doubtful(const struct part *part, uint32_t addr);
/* Write cycles that the cell at addr has taken; 0 for FRAM and MRAM. */
uint32_t part_wear(const struct part *part, uint32_t addr);
/* The largest wear of all cells. */
uint32_t part_wear_max(const struct part *part);

/* What the next cuts leave; DRAWN at the start. */
void part_choose_torn(struct part *part, enum part_torn torn);
/* See enum part_reach; over the cfg's. */
void part_choose_reach(struct part *part, enum part_reach reach);
/* Of writes and erases that begin from here on; over the cfg's. A mark does not hold a NOR's. */
void part_choose_time(struct part *part, enum part_time time);

/* ---- faults ---- */

enum part_fault_kind {
    PART_FAULT_NO_ACK,      /* I2C: the address is not acknowledged. SPI: as DEAD */
    PART_FAULT_NO_ACK_BYTE, /* I2C: byte `at` behind the address (0: the first) is not acknowledged,
                               and what was sent is dropped */
    PART_FAULT_SDA_LOW,     /* I2C: from the address byte on it holds SDA low for `at` clocks, which
                               looks like an acknowledge; a byte is 9 of them */
    PART_FAULT_NOISE,       /* one bit of byte `at` of the transfer, of the part or of the master,
                               is turned around */
    PART_FAULT_BUSY,        /* a write cycle that begins never ends, until the power goes */
    PART_FAULT_WRONG_ID,    /* the id is another part's; no effect where the row has none */
    PART_FAULT_DEAD,        /* no answer at all */
    PART_FAULT_KINDS,
};

/* A transfer is a start with this part's address, repeated or not, or a chip select. */
struct part_fault {
    enum part_fault_kind kind;
    uint64_t after; /* transfers from now on that are left alone */
    uint64_t count; /* transfers that are hit then; 0: all of them */
    uint32_t at;    /* see above */
};

/* In place of an earlier one of this kind. */
void part_inject(struct part *part, const struct part_fault *fault);
/* No more faults; SDA is let go. A write cycle that hangs goes on hanging. */
void part_heal(struct part *part);

/* ---- counters ---- */

struct part_counters {
    uint64_t transfers;    /* addressed to this part: starts it recognised, chip selects */
    uint64_t bus_bytes;    /* address and opcode bytes included */
    uint64_t steps;        /* see part_plan_cut */
    uint64_t writes;       /* EEPROM, NOR: cycles begun. FRAM, MRAM: transfers that stored a byte */
    uint64_t write_bytes;  /* data bytes stored or to be stored by them */
    uint64_t erases;       /* NOR */
    uint64_t register_writes; /* of registers that survive the power */
    uint64_t polls;        /* not acknowledged, or read as busy, because of a write cycle */
    uint64_t cuts;         /* cycles torn */
    /* Violations: what no driver should do. */
    uint64_t wrapped;      /* writes that ran over the end of their page */
    uint64_t rolled_over;  /* transfers that ran over the end of the array */
    uint64_t busy;         /* commands other than a status read while a cycle was under way (SPI) */
    uint64_t not_enabled;  /* writes without write enable */
    uint64_t refused;      /* writes into protected bytes */
    uint64_t opcodes;      /* that the part does not have, or that were cut short */
    uint64_t too_fast;     /* transfers with a clock above the row's maximum */
    uint64_t too_early;    /* transfers before the power-up time was over */
};

/* A copy, counted since part_create; a rewind takes them back too. */
struct part_counters part_counters(const struct part *part);
/* Sum of the violations. */
uint64_t part_violations(const struct part *part);

/* ---- state ---- */

/*
 * Marks: part_mark notes the whole state, faults and plans included; part_rewind goes back to it,
 * as often as asked, and drops later marks; part_forget drops it and later ones and keeps the
 * state. Marks count from 0 upwards; PART_MARKS is returned if there are too many or no memory is
 * left. To go back to the newest mark costs what has changed since, as long as it is the newest.
 */
#define PART_MARKS 16u
uint32_t part_mark(struct part *part);
/* A mark that does not exist changes nothing. */
void part_rewind(struct part *part, uint32_t mark);
/* A mark that does not exist changes nothing. */
void part_forget(struct part *part, uint32_t mark);

/*
 * The whole state of another part of the same row, marks left out. Costs a copy of the array.
 *
 * Returns  false: not the same row, or a NOR, whose state only marks hold; nothing has changed
 */
bool part_copy(struct part *to, const struct part *from);

#endif
