/*
 * A serial NOR flash chip: what it does with frames, how long it is busy, what is in it when its
 * power fails. It knows no controller, no CPU and no clock: every entry is told the time.
 *
 * The array is plain memory of the host. Nothing but this model writes to it. Cells that a cut
 * left doubtful are drawn anew into it at power on, when a mapped window is opened and when they
 * are read by a frame, so that plain memory is what a mapped read may see.
 */
#ifndef TWIN_CHIP_NOR_H
#define TWIN_CHIP_NOR_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/chip/frame.h"

struct nor;
struct nor_left;
struct nor_row;

/* Rows: what is known of a part, each number with its source, in the files nor_row*.c. */
extern const struct nor_row nor_row_mx66uw1g45g;
extern const struct nor_row nor_row_mx25uw51245g;
extern const struct nor_row nor_row_mx25uw25645g;
extern const struct nor_row nor_row_mx25lm51245g; /* one bank */
extern const struct nor_row nor_row_w25q128jv;    /* one bank, SPI with a quad read */
extern const struct nor_row nor_row_mt35xu512aba; /* one bank, octal DTR of its own */
extern const struct nor_row nor_row_gd25lx512me;  /* one bank, opcodes at single rate */
extern const struct nor_row nor_row_s28hs512t;    /* the same; no second program of a granule */

/* The row of this name; NULL if there is none. */
const struct nor_row *nor_row_find(const char *name);
/* The row of this number, from 0; NULL beyond the last one. */
const struct nor_row *nor_row_at(uint32_t index);

enum nor_time {
    NOR_TIME_TYPICAL,
    NOR_TIME_MAX,
    NOR_TIME_DRAWN, /* from the seed: three in four near the typical time, one up to the maximum */
};

/* How far a cut program reaches. What happens inside is nor_torn_program's. */
enum nor_tear {
    NOR_TEAR_PAGE,    /* every 1 bit of the 256-byte page (the vendor's model); the default */
    NOR_TEAR_GRANULE, /* the granules that the command named: a milder assumption */
    NOR_TEAR_UNIT,    /* every 1 bit of the 4 KB unit: a harsher one */
};

/* What a cut program leaves in the cells that it may touch. */
enum nor_torn_program {
    NOR_PROGRAM_DRAWN,     /* one of the others, from the seed */
    NOR_PROGRAM_NOTHING,   /* old bytes, solid */
    NOR_PROGRAM_PREFIX,    /* whole granules up to a place, part of one (weak), then nothing */
    NOR_PROGRAM_BITS,      /* some of the bits, solid */
    NOR_PROGRAM_BLANK,     /* reads as before, but is weak: a later program takes wrong bits */
    NOR_PROGRAM_UNSTABLE,  /* each bit that was to change reads either way, each time */
    NOR_PROGRAM_ALTERNATE, /* old in one boot, new in the next */
    NOR_PROGRAM_COMPLETE,  /* new bytes, solid */
    NOR_PROGRAM_COUNT,
};

/* What a cut erase leaves in its unit. */
enum nor_torn_erase {
    NOR_ERASE_DRAWN,
    NOR_ERASE_NOTHING,
    NOR_ERASE_HALF,      /* the first or second half erased, the seam weak */
    NOR_ERASE_PATCHY,    /* each granule old, erased, zero or noise */
    NOR_ERASE_ZEROED,    /* the first phase: all bits 0 */
    NOR_ERASE_WEAK,      /* reads erased, programs badly */
    NOR_ERASE_MARK,      /* the first granule or two survive, the rest reads erased and is weak */
    NOR_ERASE_UNSTABLE,  /* each bit that was to change reads either way, each time */
    NOR_ERASE_ALTERNATE, /* old in one boot, erased in the next */
    NOR_ERASE_COMPLETE,  /* erased, solid */
    NOR_ERASE_COUNT,
};

enum nor_protocol { NOR_SPI, NOR_SOPI, NOR_DOPI };

/* Why a frame was refused. The chip itself says nothing of it. */
enum nor_refusal {
    NOR_ACCEPTED,
    NOR_REFUSED_OFF,           /* no power, or not yet tVSL after it */
    NOR_REFUSED_RECOVERING,    /* in the recovery time of a reset */
    NOR_REFUSED_ASLEEP,        /* deep power down */
    NOR_REFUSED_PROTOCOL,      /* lines or rate of another protocol */
    NOR_REFUSED_INVERSE,       /* second opcode byte is not the first one inverted */
    NOR_REFUSED_OPCODE,        /* not an opcode in this protocol */
    NOR_REFUSED_NOT_MODELLED,  /* an opcode of the part that this model leaves out */
    NOR_REFUSED_ADDRESS,       /* address phase missing, too short, or not this register */
    NOR_REFUSED_LENGTH,        /* no data, or an odd number of bytes in DTR */
    NOR_REFUSED_ODD_ADDRESS,   /* DTR array access at an odd address */
    NOR_REFUSED_BUSY,          /* WIP */
    NOR_REFUSED_BANK_BUSY,     /* array read of the bank that works */
    NOR_REFUSED_NOT_ENABLED,   /* WEL is 0 */
    NOR_REFUSED_SUSPENDED,     /* not while an operation is suspended */
    NOR_REFUSED_NOT_SUSPENDED, /* resume of nothing */
    NOR_REFUSED_NOTHING_RUNS,  /* suspend of nothing, or of what cannot be suspended */
    NOR_REFUSED_TOO_LATE,      /* suspend in the last moments of an operation */
    NOR_REFUSED_ORDER,         /* 99 without 66, write buffer data without WRBI */
    NOR_REFUSED_VALUE,         /* register value that the chip does not take */
    NOR_REFUSED_PROTECTED,     /* by parts that do not even begin */
    NOR_REFUSED_CUT_OFF,       /* the gate said that the power fails here */
};

/* A few words for a log. The text is static. */
const char *nor_refusal_name(enum nor_refusal refusal);

enum nor_event_kind {
    NOR_EVENT_COMMAND,   /* a frame came; accepted or refused */
    NOR_EVENT_DONE,      /* an operation ended; failed says how */
    NOR_EVENT_SUSPENDED, /* an operation stands still */
    NOR_EVENT_TORN,      /* an operation was cut by power off or reset; torn says what is left */
};

enum nor_work { NOR_IDLE, NOR_PROGRAM, NOR_ERASE, NOR_ERASE_CHIP, NOR_WRITE_REGISTER };

struct nor_event {
    enum nor_event_kind kind;
    uint64_t now_ps;
    uint16_t opcode; /* SPI opcode, also for its octal form */
    uint16_t raw;    /* as it came */
    enum nor_protocol protocol;
    enum nor_refusal refusal;
    enum nor_work work; /* that this command starts, or that ended */
    uint32_t addr;
    uint32_t n;          /* data bytes, or bytes that an erase clears */
    const uint8_t *data; /* of a write frame, while the callback runs; else NULL */
    uint64_t busy_ps;    /* how long the started work will take */
    uint32_t double_programs;    /* granules of this program that had been programmed before */
    uint32_t not_erased_bits;    /* bits that it asks for as 1 and that are 0 */
    bool nonvolatile_register;   /* writes a register that survives the power */
    bool failed;
    uint8_t torn;        /* enum nor_torn_program or nor_torn_erase */
};

/*
 * What the owner wants to know. Any function may be NULL; ctx is given to all of them.
 *
 * event          the log
 * gate           asked at the end of each frame that the chip hears, before it is obeyed; false:
 *                the power fails here, the command has not happened, the owner calls nor_power_off
 * array_changed  bytes of the array changed (code translated from them is stale)
 * answers        what a window may read changed: busy, suspended, protocol, dummies, power
 */
struct nor_listener {
    void *ctx;
    void (*event)(void *ctx, const struct nor_event *event);
    bool (*gate)(void *ctx, const struct nor_event *event);
    void (*array_changed)(void *ctx, uint32_t addr, uint32_t n);
    void (*answers)(void *ctx, uint64_t now_ps);
};

struct nor_cfg {
    const struct nor_row *row;
    enum nor_time time;
    enum nor_tear tear;
    uint64_t seed;
    uint8_t undriven;              /* what floating lines read as; 0 boots all of ST's releases */
    uint32_t endurance;            /* erases after which a unit fails; 0: never */
    bool lacks_read_while_write;   /* the row's banks are claimed, by id and bank status, and no
                                      bank answers while one is busy */
    struct nor_listener listener;
};

/* NULL: no memory for the array. The chip has no power yet; its array is erased. */
struct nor *nor_create(const struct nor_cfg *cfg);
/* Frees the chip, its array and all marks. NULL is allowed. */
void nor_destroy(struct nor *nor);

/* For the controller. Lives as long as the chip. */
const struct frame_device *nor_device(struct nor *nor);

/*
 * The stored bytes, nor_size_bytes of them; lives as long as the chip. Cells that read differently
 * each time show what was drawn last.
 */
const uint8_t *nor_array(const struct nor *nor);
/* Bytes of the array, by the row. */
uint32_t nor_size_bytes(const struct nor *nor);

/* Power. Off at any time: work under way is torn by the rules in force. */
void nor_power_on(struct nor *nor, uint64_t now_ps);
/* Suspended work is torn too. Volatile registers are lost. No effect if it is off. */
void nor_power_off(struct nor *nor, uint64_t now_ps);
/* The RESET# pin held low for long enough. Array survives; work under way is torn. */
void nor_reset_pin(struct nor *nor, uint64_t now_ps);

/* Let time pass. Every other entry that is told the time does this first. */
void nor_advance(struct nor *nor, uint64_t now_ps);
/* When nor_advance has something to do; FRAME_NEVER_PS if nothing is under way. */
uint64_t nor_next_event_ps(const struct nor *nor);

/* The work under way or suspended; work is NOR_IDLE otherwise. */
struct nor_operation {
    enum nor_work work;
    bool is_suspended;
    uint32_t addr;
    uint32_t n;
    uint64_t start_ps; /* of the part that runs now */
    uint64_t end_ps;   /* if it is not suspended before */
    uint64_t total_ps;
};

/* A copy. All other members are 0 if work is NOR_IDLE. */
struct nor_operation nor_operation(const struct nor *nor);
/* Does the work under way keep this bank from being read? Suspended work does not. */
bool nor_bank_is_busy(const struct nor *nor, uint32_t bank_index);

/* Set bytes of the array from outside the bus: solid, and programmed once if not blank. */
bool nor_load(struct nor *nor, uint32_t addr, const uint8_t *bytes, uint32_t n);

/* What the next cut leaves; DRAWN is the start value. Stays until changed. */
void nor_choose_torn(struct nor *nor, enum nor_torn_program program, enum nor_torn_erase erase);
/* How far beyond the granules that a program names a cut may spoil, from the next cut on. */
void nor_choose_tear(struct nor *nor, enum nor_tear tear);
/* How long what begins from here on takes, over the cfg's. No part of a mark. */
void nor_choose_time(struct nor *nor, enum nor_time time);
/* The seed of all later draws. */
void nor_seed(struct nor *nor, uint64_t seed);

/* Faults. unit is addr / 4096. */
void nor_fail_unit(struct nor *nor, uint32_t unit, bool program_fails, bool erase_fails);
/* Programs and erases of a protected unit end with P_FAIL or E_FAIL and change nothing. */
void nor_protect_unit(struct nor *nor, uint32_t unit, bool is_protected);
/* Bits of one byte that flip past the chip's own error correction. */
void nor_flip(struct nor *nor, uint32_t addr, uint8_t mask);
/* Erases that the unit has taken, torn ones too. */
uint32_t nor_wear(const struct nor *nor, uint32_t unit);
/* Pretend that the unit was erased so often; cfg.endurance is held against this number. */
void nor_set_wear(struct nor *nor, uint32_t unit, uint32_t erases);
/* Whether a cut left this granule (addr / 16) weak, unstable or alternating. */
bool nor_granule_is_doubtful(const struct nor *nor, uint32_t granule);

/*
 * Programs of the granule (addr / 16) since its erase, at most 255; a torn one counts if it left a
 * trace.
 */
uint32_t nor_granule_programs(const struct nor *nor, uint32_t granule);

struct nor_counters {
    uint64_t commands;
    uint64_t refused;
    uint64_t programs;
    uint64_t program_bytes;
    uint64_t erases;
    uint64_t suspends;
    uint64_t double_programs;      /* granules */
    uint64_t not_erased_programs;  /* programs that asked for a 1 where a 0 was */
    uint64_t weak_programs;        /* granules programmed though a cut had left them doubtful */
    uint64_t nonvolatile_writes;   /* of registers */
    uint64_t cuts;                 /* operations torn */
};

/* A copy of what was counted since nor_create. A rewind takes the counters back too. */
struct nor_counters nor_counters(const struct nor *nor);

/*
 * Marks: nor_mark notes the whole state; nor_rewind goes back to it, as often as asked, and drops
 * later marks; nor_forget drops it and later ones and keeps the state. Between marks only units
 * that change are copied (4 KB each), so a rewind costs what was changed. Marks count from 0
 * upwards; at most NOR_MARKS at a time. nor_mark returns NOR_MARKS if there are too many or no
 * memory is left.
 */
#define NOR_MARKS 16u
uint32_t nor_mark(struct nor *nor);
/* A mark that does not exist changes nothing. The listener is told of each unit that goes back. */
void nor_rewind(struct nor *nor, uint32_t mark);
/* A mark that does not exist changes nothing. */
void nor_forget(struct nor *nor, uint32_t mark);

/*
 * Octal DTR, no block protection: what ST's boot stage leaves (traced). A part without octal
 * protocol is left in SPI.
 */
void nor_as_left_by_boot(struct nor *nor, uint64_t now_ps);
/* How the boot reads the part then. Lives as long as the program. */
const struct nor_left *nor_left(const struct nor *nor);

/* What the chip listens to now. NOR_SPI after power on and reset. */
enum nor_protocol nor_protocol(const struct nor *nor);

#endif
