/*
 * The flash of a microcontroller for tests, as a port of nacre/mcu_port.h: words of 128 bits with a
 * code of 9 bits that mends one bad bit and tells two, programmed once between two erases of their
 * unit. The code is of this file's own choice: no document tells the real one. A word that was
 * erased is all ones, its code, too.
 *
 * It loses its power at any program or erase; see enum sim_mcu_tear. What a cut left marginal stays
 * so until an erase of its unit has ended. What nacre/mcu_port.h forbids (a read, or a second
 * operation, while one is under way; a word programmed twice) is a violation: the first is kept as
 * text.
 *
 * It knows nacre/mcu_port.h and nothing else of the library.
 */
#ifndef TESTS_SUPPORT_SIM_MCU_H
#define TESTS_SUPPORT_SIM_MCU_H

#include "nacre/mcu_port.h"
#include "tests/support/rng.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#define SIM_MCU_CORE_ADDR 0x08000000u
#define SIM_MCU_BYTES_MAX 0x10000u
#define SIM_MCU_WORDS_MAX (SIM_MCU_BYTES_MAX / 16u)
#define SIM_MCU_CELL_BYTES 18u /* 137 bits */
#define SIM_MCU_NEVER 0xffffffffu
#define SIM_MCU_ERASE_POLLS 3u

/* What a cut leaves of the word, or of each word of the unit, that it hit. */
enum sim_mcu_tear {
    SIM_MCU_NONE,    /* as before */
    SIM_MCU_DONE,    /* as it was to be */
    SIM_MCU_BROKEN,  /* two bits beside the code: it cannot be mended */
    SIM_MCU_MENDED,  /* one bit is wrong: it is mended at each read */
    SIM_MCU_BITS,    /* a random half of the bits that change has changed */
    SIM_MCU_WEAK,    /* reads as erased; a program of it takes badly */
    SIM_MCU_FLICKER, /* each bit that changes reads differently each time */
    SIM_MCU_ALT_OLD, /* as before in the next boot, as it was to be in the one after it, ... */
    SIM_MCU_ALT_NEW, /* the other way round */
    SIM_MCU_ALT_BROKEN, /* broken in the next boot, as it was to be in the one after it, ... */
    SIM_MCU_PATCHY,  /* of an erase: each word one of the above. Of a program: one of them */
    SIM_MCU_TEARS
};
extern const char *const sim_mcu_tears[SIM_MCU_TEARS];

struct sim_mcu_cell {
    uint8_t now[SIM_MCU_CELL_BYTES];
    uint8_t other[SIM_MCU_CELL_BYTES]; /* what it also may read as */
    uint8_t mode;                      /* 0: as now; else a tear */
    bool is_programmed;
    bool is_torn;                      /* a program of it takes badly */
};

/* Each at the n-th call of its kind from now, SIM_MCU_NEVER for never. */
struct sim_mcu_faults {
    uint32_t program_in;
    uint32_t erase_in; /* told by the poll that sees its end */
    uint32_t start_in; /* an erase that is refused */
    uint32_t read_in;
    enum nacre_err err;
};

struct sim_mcu {
    struct nacre_mcu_port port; /* first: the medium sees only this */
    struct sim_mcu_cell cells[SIM_MCU_WORDS_MAX];
    uint32_t wear[SIM_MCU_BYTES_MAX / 512u];
    uint32_t boot;
    uint32_t polls;       /* left of the erase under way; 0: none */
    uint32_t erase_addr;
    enum nacre_err erase_err;
    uint32_t places;      /* programs and erases, since the start */
    uint32_t programs;
    uint32_t erases;
    uint32_t cut_in;
    enum sim_mcu_tear tear;
    struct rng tear_rng;
    jmp_buf *jump;
    struct rng rng;
    struct sim_mcu_faults faults;
    enum nacre_err check_err; /* what check answers */
    uint32_t checked_addr;    /* what it was asked about */
    uint32_t checked_bytes;
    const void *unreadable;
    uint32_t violations;
    char violation[120];
};

/* A flash as it comes from its maker: bytes, of units of unit_bytes. */
void sim_mcu_begin(struct sim_mcu *sim, uint32_t bytes, uint32_t unit_bytes, uint64_t seed);

/* Power off and on. What a cut planned stays planned. */
void sim_mcu_reboot(struct sim_mcu *sim);

/*
 * Lose the power at a program or an erase.
 *
 * place  0 is the next; SIM_MCU_NEVER: none
 * jump   where to go on when it has happened
 */
void sim_mcu_cut_at(struct sim_mcu *sim, uint32_t place, enum sim_mcu_tear tear, uint64_t seed,
                    jmp_buf *jump);

/* Put a word there as if it had been programmed, or break count of its bits. */
void sim_mcu_put(struct sim_mcu *sim, uint32_t flash_addr, const uint8_t *word);
void sim_mcu_flip(struct sim_mcu *sim, uint32_t flash_addr, uint32_t count);

/* What a debugger would see, without time and without a count; false: it cannot be mended. */
bool sim_mcu_peek(struct sim_mcu *sim, uint32_t flash_addr, uint8_t *word);

#endif
