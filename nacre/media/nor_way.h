/*
 * The way an operation takes through the blackout, inside the NOR medium.
 *
 * The medium knows addresses and pieces; a way knows when the flash may be dark. nor_way.c chooses
 * it for each target and holds what the ways share; nor_rww.c is read while write, nor_slice.c are
 * slices and the whole operation at once.
 */
#ifndef NACRE_MEDIA_NOR_WAY_H
#define NACRE_MEDIA_NOR_WAY_H

#include "nacre/media/nor.h"

/* What each slice costs beside the row's minimum run and suspend latency, rounded up. */
#define NACRE_SLICE_OVERHEAD_US 10u

/* ---- for the medium ---- */

/*
 * Can this chip be written that way, there, within the budget? Fills the ways' part of nor.
 *
 * Returns  NACRE_OK
 *          NACRE_REGION_IN_RUN_BANK  read while write, but the region shares a bank with the image;
 *                                    or slices, and the chip cannot suspend
 *          NACRE_OUT_OF_LIMITS       a number of cfg is less than the row's; port->mismatch says
 *                                    which
 *          NACRE_BAD_ARGUMENT
 */
NACRE_MUST_CHECK enum nacre_err nacre_way_plan(struct nacre_nor *nor,
                                               const struct nacre_nor_cfg *cfg);

/* Does [chip_addr, chip_addr + n) share a bank with the image? nor->chip and the image are known. */
bool nacre_way_is_in_run_bank(const struct nacre_nor *nor, uint32_t chip_addr, uint32_t n);

/*
 * Ask the chip what it is and how it is. nor->chip and nor->blackout are filled.
 *
 * Returns  NACRE_OK; NACRE_CHIP_UNKNOWN, NACRE_CHIP_SUSPENDED, NACRE_CHIP_REFUSED, NACRE_TIMEOUT;
 *          NACRE_NOT_NOW
 */
NACRE_MUST_CHECK enum nacre_err nacre_way_identify(struct nacre_nor *nor);

/*
 * Start to program n bytes of nor->piece at chip_addr, or to erase the unit at chip_addr (n is 0).
 * Nothing is under way.
 *
 * Returns  NACRE_OK              under way: nacre_way_poll or nacre_way_wait
 *          NACRE_CHIP_SUSPENDED  the chip is busy by somebody else's doing; unchanged
 *          NACRE_CHIP_REFUSED    the chip did not take the write enable; unchanged
 *          NACRE_NOT_NOW         another bus master did not let go in time; unchanged
 *          NACRE_NO_SUSPEND      the chip ignored a suspend before: not started
 *          NACRE_QUIET           nacre_nor_quiesce was called: not started
 *          NACRE_NO_WAY          read while write does not work here, and slices are too long for
 *                                the budget: not started
 *          NACRE_TIMEOUT         the controller did not end a command: the range is in any state;
 *                                what may be under way was waited out, or stays fenced
 */
NACRE_MUST_CHECK enum nacre_err nacre_way_start(struct nacre_nor *nor, uint32_t chip_addr,
                                                uint32_t n);

/*
 * Has it ended? Asks the chip only when it is likely to have, and never waits. A sliced operation
 * goes on in these calls: each is one slice at most.
 *
 * Returns  NACRE_OK            it ended well, or nothing was under way
 *          NACRE_BUSY          it goes on, or it was too early to ask
 *          NACRE_IO            the chip says that it failed
 *          NACRE_CHIP_REFUSED  the chip never began it
 *          NACRE_TIMEOUT       longer than the row's maximum; it is still under way
 */
NACRE_MUST_CHECK enum nacre_err nacre_way_poll(struct nacre_nor *nor);

/*
 * As nacre_way_poll, but waits; never NACRE_BUSY. NACRE_TIMEOUT also where another bus master did
 * not let go in time: it is still under way.
 */
enum nacre_err nacre_way_wait(struct nacre_nor *nor);

/* ---- for the ways ---- */

/* The operation has begun, or may have. */
void nacre_way_note_started(struct nacre_nor *nor, bool is_program);

/* Nothing is under way any more; status and security are what the chip said then. */
NACRE_MUST_CHECK enum nacre_err nacre_way_end(struct nacre_nor *nor, uint32_t status,
                                              uint32_t security);

/* As nacre_way_start and nacre_way_poll, of one way. */
NACRE_MUST_CHECK enum nacre_err nacre_rww_start(struct nacre_nor *nor, uint32_t n);
NACRE_MUST_CHECK enum nacre_err nacre_rww_poll(struct nacre_nor *nor);
NACRE_MUST_CHECK enum nacre_err nacre_slice_start(struct nacre_nor *nor, uint32_t n);
NACRE_MUST_CHECK enum nacre_err nacre_slice_poll(struct nacre_nor *nor);

/* The job, which starts an operation, is to be the trial of read while write. */
void nacre_slice_add_trial(struct nacre_nor *nor, bool is_program);

/*
 * The trial failed, and err is what its slice came to: read while write is given up. Slices take
 * over if the budget allows them.
 */
void nacre_slice_take_over(struct nacre_nor *nor, enum nacre_err err);

/* Make the commands and times of nor->slice that no operation changes. */
void nacre_slice_prepare(struct nacre_nor *nor, const struct nacre_nor_feed *feed);

/*
 * The shortest blackout that a slice of an operation can promise, in microseconds: the row's
 * minimum run, its suspend latency and the overhead; without suspend all of the operation.
 */
uint32_t nacre_slice_us_min(const struct nacre_chip *chip, bool is_program, bool can_suspend);

/* The longer one of both operations, on a chip that can suspend. */
uint32_t nacre_slice_bound_us(const struct nacre_nor *nor);

extern const struct nacre_medium_ops nacre_nor_ops;

#endif
