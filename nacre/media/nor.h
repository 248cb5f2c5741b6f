/*
 * A medium on the NOR flash that the processor executes from.
 *
 * A region of the chip, in another bank than the running image, is programmed and erased while the
 * image goes on running. The flash cannot be read for a few microseconds at a time; everything else
 * happens with interrupts on.
 *
 * struct nacre_nor is the caller's. It lies in RAM, is filled by nacre_nor_open, and must not be
 * moved or copied afterwards.
 */
#ifndef NACRE_MEDIA_NOR_H
#define NACRE_MEDIA_NOR_H

#include "nacre/blackout/blackout.h"
#include "nacre/check.h"
#include "nacre/chips/chip.h"
#include "nacre/err.h"
#include "nacre/medium.h"
#include "nacre/port.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_NOR_PIECE_BYTES NACRE_OP_BYTES_MAX /* sent in one blackout */
#define NACRE_NOR_BUDGET_US_MIN 5u               /* what read while write keeps to */

struct nacre_nor_cfg {
    const struct nacre_chip *chip;
    struct nacre_port_cfg port;
    uint32_t region_addr;  /* chip address, a multiple of the chip's unit */
    uint32_t region_bytes; /* a multiple of the chip's unit */
    uint32_t image_addr;   /* chip range that is executed and read while the region is written: */
    uint32_t image_bytes;  /* its banks stay readable. Give whole banks to be free inside them */
    uint32_t budget_us;    /* longest time that the flash may be out of reach. Up to 10, no
                              millisecond is dark for longer than 20 us as long as it is kept */
    const volatile uint32_t *tick; /* may be null: a counter that goes on while the core sleeps and
                              its cycle counter stops. No bound rests on it, but after a sleep
                              less is waited for */
    uint32_t tick_us;      /* of one step of it */
};

/* A point in time, by both clocks. */
struct nacre_moment {
    uint32_t cycles;
    uint32_t ticks;
};

enum nacre_nor_state {
    NACRE_NOR_CLOSED = 0,
    NACRE_NOR_IDLE,        /* nothing under way, the region can be read */
    NACRE_NOR_PROGRAMS,    /* a program is under way, its bank is fenced */
    NACRE_NOR_ERASES,      /* an erase is under way, its bank is fenced */
};

/* Since nacre_nor_open. Times in core cycles; cycles_per_us is in the port. */
struct nacre_nor_stats {
    uint32_t blackouts;
    uint32_t longest_cycles;  /* of one blackout */
    uint32_t longest_masked_cycles; /* by this much an interrupt was late at most */
    uint32_t over_budget;     /* blackouts longer than budget_us */
    uint64_t dark_cycles;     /* in all */
    uint32_t programs;        /* commands sent */
    uint32_t programmed_bytes;
    uint32_t erases;
    uint32_t last_save_dark_cycles; /* of the last program or erase that ended */
};

/*
 * Invariants
 *   1. state is PROGRAMS or ERASES exactly while the fence stands on the bank of op_addr.
 *   2. erase_result is told once: NACRE_BUSY while there is none to tell.
 *   3. no blackout starts before the rest after the last one has passed.
 */
struct nacre_nor {
    struct nacre_medium medium; /* first: a pointer to it is a pointer to this */
    struct nacre_blackout blackout;
    struct nacre_job job;
    const struct nacre_chip *chip;
    uint32_t region_addr;
    uint32_t budget_us;

    enum nacre_nor_state state;
    bool is_entered;            /* a call is under way */
    uint32_t op_addr;           /* chip range of the operation under way */
    uint32_t op_bytes;
    struct nacre_moment op_started;
    uint32_t op_dark_cycles;
    struct nacre_moment poll_at; /* of the last poll, or of the start */
    uint32_t poll_wait_us;      /* from poll_at until the next one */
    struct nacre_moment dark_at; /* of the last blackout's end */
    uint32_t dark_rest_us;      /* from dark_at until the next may start */
    const volatile uint32_t *tick;
    uint32_t tick_us;
    enum nacre_err erase_result; /* of an erase that a read waited out */

    uint32_t piece[NACRE_NOR_PIECE_BYTES / 4u]; /* data on its way to the chip */
    uint32_t answer[NACRE_JOB_OPS_MAX][2];      /* what the commands of a job read */
    struct nacre_nor_stats stats;
};

/*
 * Adopt what the boot left, check the chip, and make a medium of the region.
 *
 * nor      filled; nor->medium is what a store is mounted on. nor->blackout.port.mismatch says
 *          what was refused where the error says so
 * cfg      not kept
 * Cost     one blackout; writes nothing to the chip
 * Returns  NACRE_OK
 *          NACRE_NO_REGION            region_bytes is 0
 *          NACRE_REGION_UNALIGNED     region_addr or region_bytes is no multiple of the unit
 *          NACRE_REGION_OUTSIDE       it ends beyond the chip
 *          NACRE_REGION_LAST_BYTES    it holds the chip's last bytes, which some controllers
 *                                     cannot read
 *          NACRE_REGION_IN_IMAGE      it overlaps the image
 *          NACRE_REGION_IN_RUN_BANK   a bank of the image would be busy
 *          NACRE_OUT_OF_LIMITS        budget_us is less than this chip and way can keep
 *          NACRE_CTRL_STATE, NACRE_MPU_REGION_USED, NACRE_FLASH_WRITABLE, NACRE_NOT_IN_RAM,
 *          NACRE_CLOCK                the board, see nacre_port_adopt
 *          NACRE_CHIP_UNKNOWN         the chip's id is not the row's
 *          NACRE_CHIP_SUSPENDED       the chip is busy or suspended: an operation that was begun
 *                                     before a reset; try again later
 *          NACRE_CHIP_REFUSED, NACRE_TIMEOUT  the chip's status makes no sense
 *          NACRE_FROM_INTERRUPT, NACRE_BAD_ARGUMENT
 *          After any error nor is closed, and the board is as it was, but that the cycle counter
 *          may run and MPU regions may have become read-only.
 * Cut      changes nothing
 * Context  thread only, privileged
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_open(struct nacre_nor *nor,
                                               const struct nacre_nor_cfg *cfg);

/*
 * Wait until nothing is under way, and close: before a reset, a jump or a sleep that stops clocks.
 *
 * Returns  NACRE_OK; what the operation that was under way ended with: closed all the same, but
 *          NACRE_TIMEOUT: the chip stays busy and fenced, nor stays open
 *          NACRE_NOT_MOUNTED  nor was not open
 * Context  thread only
 */
enum nacre_err nacre_nor_close(struct nacre_nor *nor);

/*
 * What nor has measured since it was opened.
 *
 * Returns  NACRE_OK; NACRE_BAD_ARGUMENT; NACRE_NOT_MOUNTED: nor is not open
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_stats(const struct nacre_nor *nor,
                                                struct nacre_nor_stats *stats);

#endif
