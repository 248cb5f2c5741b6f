/*
 * A NOR flash for tests, fast and mean: a struct nacre_medium in RAM.
 *
 * It programs by AND, each granule once between two erases, erases a unit in the background of a
 * virtual clock, counts everything, and can lose its power at any command. What a cut leaves is a
 * tear: see enum sim_tear. A cell that a cut left marginal (weak, unstable, alternating) stays so
 * over any number of cuts, until an erase of its unit runs to its end.
 *
 * A use that the medium's contract forbids (a granule programmed twice, a page crossed, an address
 * out of range) is a violation: it is counted, its first one kept as text, and the test fails. So
 * is, where lane_units says that there are two lanes, a program or erase in a unit while the same
 * unit of the other lane holds something that was programmed or erased in this boot and not read
 * since.
 *
 * It knows nacre/medium.h and nothing else of the library.
 */
#ifndef TESTS_SUPPORT_SIM_NOR_H
#define TESTS_SUPPORT_SIM_NOR_H

#include "nacre/medium.h"
#include "tests/support/rng.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#define SIM_NOR_UNITS_MAX 512u
#define SIM_NOR_TEARS_MAX 32u
#define SIM_NOR_NO_COMMAND 0xffffffffu

/* What a cut leaves of the command that it hit. */
enum sim_tear_kind {
    SIM_TEAR_NONE,         /* nothing: the power failed before the command */
    SIM_TEAR_DONE,         /* everything: the power failed before the call returned */
    /* A program. */
    SIM_TEAR_PREFIX,       /* the first arg granules are right, the rest is blank but weak */
    SIM_TEAR_BYTES,        /* bytes up to a random one, within a granule too */
    SIM_TEAR_BITS,         /* a random half of the bits */
    SIM_TEAR_MOST,         /* seven bits of eight */
    SIM_TEAR_SUFFIX,       /* the second half only */
    SIM_TEAR_WEAK,         /* reads blank; a later program takes badly */
    SIM_TEAR_UNSTABLE,     /* each bit that changes reads differently each time */
    SIM_TEAR_FLICKER,      /* all there, but one to three bits flicker */
    SIM_TEAR_ALT_OLD,      /* old in the next boot, new in the one after it, and so on */
    SIM_TEAR_ALT_NEW,      /* new in the next boot, old in the one after it, and so on */
    SIM_TEAR_ALT_MIXED,    /* each granule old or new in each boot, as it likes */
    /* A program, beyond the granules that it names: only where cut_bytes says so. */
    SIM_TEAR_PAGE,          /* 1 bits of the whole page are lost, a few or most */
    SIM_TEAR_PAGE_UNSTABLE, /* 1 bits of the whole page read differently each time */
    SIM_TEAR_PAGE_ALT,      /* each granule of the page spoilt in some boots, as before in others */
    SIM_TEAR_UNIT,          /* 1 bits of the whole unit are lost */
    SIM_TEAR_UNIT_UNSTABLE, /* 1 bits of the whole unit read differently each time */
    SIM_TEAR_UNIT_ALT,      /* each granule of the unit spoilt in some boots */
    /* An erase. */
    SIM_TEAR_E_LOW,        /* the first half is erased */
    SIM_TEAR_E_HIGH,       /* the second half is erased */
    SIM_TEAR_E_ZERO,       /* all zero: the phase before the erase proper */
    SIM_TEAR_E_PATCHY,     /* each granule old, erased, zero or something between */
    SIM_TEAR_E_SPARE,      /* patchy, but granule 0 and half of the records stand */
    SIM_TEAR_E_OLDER,      /* the first granules stand up to a random one, the rest is erased */
    SIM_TEAR_E_MARK,       /* only granule 0 stands */
    SIM_TEAR_E_HEAD,       /* granules 0 to 2 stand */
    SIM_TEAR_E_HOLE,       /* all stands but one granule */
    SIM_TEAR_E_WEAK,       /* reads erased; a later program takes badly */
    SIM_TEAR_E_UNSTABLE,   /* each bit that was programmed reads differently each time */
    SIM_TEAR_E_FLICKER,    /* erased, but a few bits flicker */
    SIM_TEAR_E_ALT_OLD,    /* old in the next boot, erased in the one after it, and so on */
    SIM_TEAR_E_ALT_NEW,    /* erased in the next boot, old in the one after it, and so on */
    SIM_TEAR_E_ALT_MIXED,  /* each granule old or erased in each boot, as it likes */
    SIM_TEAR_ANY,          /* one of those that the command can have, by the seed */
    SIM_TEAR_KINDS
};

struct sim_tear {
    enum sim_tear_kind kind;
    uint32_t arg;  /* SIM_TEAR_PREFIX: granules */
    uint64_t seed; /* what is random in it */
};

/* What a command is, for the trace and for the choice of a tear. */
enum sim_command { SIM_READ, SIM_PROGRAM, SIM_ERASE };

struct sim_event {
    enum sim_command command;
    uint32_t addr;
    uint32_t n;
    uint64_t now_ns;
    uint32_t number; /* commands (programs and erases) before this one, since power on */
    bool torn;
};

typedef void (*sim_nor_trace)(const struct sim_event *event, void *context);

struct sim_counters {
    uint32_t programs;
    uint32_t erases;
    uint32_t reads;
    uint64_t programmed_bytes;
    uint64_t read_bytes;
    uint32_t weak_programs; /* granules programmed that a cut had left marginal */
    uint32_t unerased_programs; /* of these, granules of a unit whose last erase was cut */
    uint32_t near_programs; /* granules programmed into a block of cut_bytes that holds data, and
                               in whose twin, in the other lane, a program had been cut */
    uint32_t double_programs;
    uint32_t failed; /* programs and erases that went wrong without a cut */
    uint32_t reads_in_erase;
};

/* What is wrong with a unit for good. */
#define SIM_STUCK_ERASE 1u   /* each erase reports NACRE_IO and leaves it patchy */
#define SIM_STUCK_PROGRAM 2u /* each program reports NACRE_IO and leaves random bits */
#define SIM_STUCK_SILENT 4u  /* each erase reports success, but one granule keeps a zero bit */

/* What has happened to a unit. */
#define SIM_HURT_CUT 1u
#define SIM_HURT_FLIP 2u

#define SIM_RECENT 16u /* programs */

/* Faults: each at the n-th command of its kind from now, SIM_NOR_NO_COMMAND for never. */
struct sim_faults {
    uint32_t program_fails;   /* reports NACRE_IO, the granules are in a random state */
    uint32_t program_wrong;   /* reports success, one bit is wrong */
    uint32_t erase_fails;     /* reports NACRE_IO, the unit is patchy */
    uint32_t erase_wrong;     /* reports success, the unit is patchy */
    uint32_t fail_count;      /* how many in a row */
    enum nacre_err read_fails; /* what each read answers; NACRE_OK: reads work */
};

struct sim_nor {
    struct nacre_medium medium; /* first: the library sees only this */
    uint32_t bytes;
    uint32_t granules;
    uint8_t *data;     /* what a solid cell holds */
    uint8_t *alt;      /* bits that differ in the boots that pattern names */
    uint8_t *unstable; /* bits that read at random */
    uint8_t *flags;    /* a granule: programmed, touched by a cut */
    uint32_t *pattern; /* a granule: bit b says whether alt applies in boot b (mod 32) */
    uint32_t unit_marginal[SIM_NOR_UNITS_MAX]; /* granules of the unit with alt or unstable bits */
    uint32_t unit_wear[SIM_NOR_UNITS_MAX];
    uint8_t unit_stuck[SIM_NOR_UNITS_MAX]; /* SIM_STUCK_... */
    uint8_t unit_hurt[SIM_NOR_UNITS_MAX]; /* since its last good erase: SIM_HURT_... */
    uint64_t unit_stamp[SIM_NOR_UNITS_MAX]; /* two units of one stamp hold the same */
    uint32_t lane_units; /* 0: one lane; else the second lane begins at this unit */
    uint16_t unit_unread[SIM_NOR_UNITS_MAX]; /* granules programmed or erased and not yet read */
    uint32_t unread;     /* their sum */
    uint32_t marginal;
    uint32_t boot;
    uint32_t commands; /* programs and erases since power on */
    uint64_t now_ns;
    uint64_t erase_end_ns;
    uint32_t erase_addr; /* SIM_NOR_NO_COMMAND: none is under way */
    enum nacre_err erase_result; /* of the erase that ended and was not yet told */
    bool is_untold; /* an erase was started, and what became of it was not asked */
    bool erase_fails;    /* the erase under way will */
    bool erase_lies;
    uint32_t cut_in;     /* commands before the one that the power fails in */
    struct sim_tear cut_tear;
    bool is_fair;        /* no cut in a boot in which an operation has failed */
    jmp_buf *cut_jump;
    struct sim_counters counters;
    struct sim_faults faults;
    uint32_t recent[SIM_RECENT]; /* the addresses of the last programs, a ring */
    const void *unreadable; /* memory that the medium keeps from the store */
    uint32_t unreadable_bytes;
    uint32_t violations;
    char violation[160]; /* the first one */
    struct rng rng;
    sim_nor_trace trace;
    void *trace_context;
};

/*
 * Make a blank chip.
 *
 * Returns  the chip; sim_nor_destroy frees it. Never null: the test ends when memory does
 */
struct sim_nor *sim_nor_create(const struct nacre_geometry *geometry, uint64_t seed);

void sim_nor_destroy(struct sim_nor *sim);

/*
 * Make to the same as from; both of one geometry. The trace of to is kept. Copies only the units
 * that differ by their stamp: whoever writes data by hand calls sim_nor_touch.
 */
void sim_nor_copy(struct sim_nor *to, const struct sim_nor *from);

/*
 * Lose the power at a command.
 *
 * command  0 is the next program or erase
 * jump     where to go on when it happens
 */
void sim_nor_cut_at(struct sim_nor *sim, uint32_t command, const struct sim_tear *tear,
                    jmp_buf *jump);

/* Bytes were changed other than by the calls here: give their units a new stamp. */
void sim_nor_touch(struct sim_nor *sim, uint32_t addr, uint32_t n);

/* Forget a cut that has not happened. */
void sim_nor_cut_never(struct sim_nor *sim);

/* Lose the power now, between two calls; an erase that is under way is torn. */
void sim_nor_power_off(struct sim_nor *sim, const struct sim_tear *tear);

/* Give the power back: the next boot. */
void sim_nor_power_on(struct sim_nor *sim);

/* Does any cell read differently from one read to the next? */
bool sim_nor_flickers(const struct sim_nor *sim);

/* Let time pass; an erase may end in it. */
void sim_nor_pass_us(struct sim_nor *sim, uint32_t us);

/* Turn bits of a byte around, as a worn or disturbed cell does. */
void sim_nor_flip(struct sim_nor *sim, uint32_t addr, uint8_t bits);

/* Was this address, or one close behind it, programmed a short while ago? */
bool sim_nor_is_recent(const struct sim_nor *sim, uint32_t addr);

/* Have both lanes of the unit at an address come to harm, one of them by a flip? */
bool sim_nor_both_hurt(const struct sim_nor *sim, uint32_t addr);

/* The same of any unit: the cut may come after the flip. */
bool sim_nor_any_both_hurt(const struct sim_nor *sim);

/* No fault is to come. */
void sim_faults_none(struct sim_faults *faults);

/* Copy bytes out as this boot reads them, without cost and without a trace. */
void sim_nor_peek(struct sim_nor *sim, uint32_t addr, void *buf, uint32_t n);

/* Put bytes in, as if they had always been there. For images of foreign or older content. */
void sim_nor_poke(struct sim_nor *sim, uint32_t addr, const void *buf, uint32_t n);

/*
 * List the tears that a command can have, each once.
 *
 * n        bytes of a program
 * tears    SIM_NOR_TEARS_MAX of them
 * Returns  how many
 */
uint32_t sim_nor_tears(const struct sim_nor *sim, enum sim_command command, uint32_t n,
                       struct sim_tear *tears);

/* The name of a tear, such as "prefix2"; in buf, which holds 24 bytes. */
const char *sim_tear_name(const struct sim_tear *tear, char *buf);

/* The tear of a name. Returns false if there is none. */
bool sim_tear_parse(const char *name, struct sim_tear *tear);

#endif
