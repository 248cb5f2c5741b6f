/*
 * The way an operation takes through the blackout, inside the NOR medium.
 *
 * The medium knows addresses and pieces; a way knows when the flash may be dark. nor_way.c chooses
 * it for each target and holds what the ways share; nor_rww.c is read while write, nor_slice.c are
 * slices and the whole operation at once, nor_two.c is two controllers.
 */
#ifndef NACRE_MEDIA_NOR_WAY_H
#define NACRE_MEDIA_NOR_WAY_H

#include "nacre/media/nor.h"

/* What each slice costs beside the row's minimum run and suspend latency, rounded up. */
#define NACRE_SLICE_OVERHEAD_US 10u
/* And beyond that on one line, where 132 bytes take 21 us at the 50 MHz that ST's boot begins with.
   A slower clock shows in nacre_nor_stats.over_budget. */
#define NACRE_SLICE_ONE_LINE_US 25u

/* ---- for the medium ---- */

/*
 * Can this chip be written that way, there, within the budget? Fills the ways' part of nor.
 *
 * Returns  NACRE_OK
 *          NACRE_REGION_IN_RUN_BANK  read while write or two controllers, but the region shares a
 *                                    bank with the image; or slices, and the chip cannot suspend
 *          NACRE_OUT_OF_LIMITS       a number of cfg is less than the row's; port->mismatch says
 *                                    which
 *          NACRE_BAD_ARGUMENT
 */
NACRE_MUST_CHECK enum nacre_err nacre_way_plan(struct nacre_nor *nor,
                                               const struct nacre_nor_cfg *cfg);

/* Does [chip_addr, chip_addr + n) share a bank with the image? */
bool nacre_way_is_in_run_bank(const struct nacre_nor *nor, uint32_t chip_addr, uint32_t n);

/*
 * Ask the chip what it is and how it is: by the second controller, if there is one that the way
 * may use. nor->chip and nor->blackout are filled. What was begun before a reset is waited for, up
 * to the row's longest time, and resumed if it is suspended.
 *
 * Returns  NACRE_OK; NACRE_CHIP_UNKNOWN, NACRE_CHIP_SUSPENDED, NACRE_CHIP_REFUSED, NACRE_TIMEOUT;
 *          NACRE_NOT_NOW; NACRE_CTRL_STATE: two controllers were asked for, and port->mismatch says
 *          what of them is missing
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
 * As nacre_way_poll, but waits; never NACRE_BUSY. Where another bus master did not let go in time
 * it is still under way: NACRE_NOT_NOW of an erase, NACRE_TIMEOUT of a program.
 */
enum nacre_err nacre_way_wait(struct nacre_nor *nor);

/* ---- for the ways ---- */

/* The operation has begun, or may have. */
void nacre_way_note_started(struct nacre_nor *nor, bool is_program);

/* Nothing is under way any more; status and security are what the chip said then. */
NACRE_MUST_CHECK enum nacre_err nacre_way_end(struct nacre_nor *nor, uint32_t status,
                                              uint32_t security);

/*
 * Start an operation by read while write: nor->op_addr and what follows it are set, and nothing is
 * under way. The first one of all is the trial; if that fails, a slice of it has run.
 *
 * n        bytes of nor->piece to program; 0: erase the unit
 * Cost     one blackout of NACRE_NOR_BUDGET_US_MIN and what live handlers take; a trial that fails
 *          costs a slice, or where none fits the budget all of the operation
 * Returns  NACRE_OK            under way, its bank is fenced; or has_ended after a trial
 *          NACRE_BUSY          the status before it was not as it must be: nothing was started;
 *                              nor->answer[1] holds that status
 *          NACRE_NOT_NOW       nothing was sent
 *          NACRE_TIMEOUT, NACRE_CHIP_REFUSED  a command's end was not seen, or a status made no
 *                              sense: it may be under way, nor->state says so, its bank is fenced
 * Cut      the range named, in any state
 */
NACRE_MUST_CHECK enum nacre_err nacre_rww_start(struct nacre_nor *nor, uint32_t n);

/*
 * Ask the chip whether the operation has ended. Sets when it is worth to ask again.
 *
 * Cost     one blackout of NACRE_NOR_BUDGET_US_MIN and what live handlers take
 * Returns  NACRE_BUSY     not yet, or the other bus masters said "not now"
 *          NACRE_TIMEOUT  not yet, and the row's maximum has passed; it stays under way
 *          else as nacre_way_end: it has ended, nothing is fenced
 * Cut      what a cut of the operation leaves
 */
NACRE_MUST_CHECK enum nacre_err nacre_rww_poll(struct nacre_nor *nor);

/*
 * Start an operation by slices, and run the first one; or all of it, if nor->op_way is whole.
 *
 * n        bytes of nor->piece to program; 0: erase the unit
 * Cost     one blackout of nor->budget_us at most, whole: of the row's maximum
 * Returns  NACRE_OK          suspended, its unit is fenced; or has_ended, nothing is
 *          NACRE_BUSY, NACRE_NOT_NOW  as nacre_rww_start
 *          NACRE_NO_WAY, NACRE_NO_SUSPEND  an earlier operation found out that this one cannot
 *                            keep to the budget: nothing was sent
 *          NACRE_TIMEOUT, NACRE_CHIP_REFUSED  is_in_doubt: it runs, is suspended, or has ended;
 *                            its unit is fenced
 * Cut      the range named, in any state
 */
NACRE_MUST_CHECK enum nacre_err nacre_slice_start(struct nacre_nor *nor, uint32_t n);

/*
 * Resume the operation and run one slice more. After a slice in doubt none is resumed: what goes on
 * is waited for.
 *
 * Cost     one blackout of nor->budget_us at most; none if has_ended
 * Returns  NACRE_BUSY     suspended again, or in doubt, or the other bus masters said "not now"
 *          NACRE_TIMEOUT  it had as many slices as the row's maximum takes: it stays suspended, and
 *                         the next call goes on, with as many again
 *          else as nacre_way_end: it has ended, nothing is fenced
 * Cut      what a cut of the operation leaves
 */
NACRE_MUST_CHECK enum nacre_err nacre_slice_poll(struct nacre_nor *nor);

/*
 * Start an operation by the second controller, while the first one keeps the flash mapped. What
 * that controller does not let through goes the way of read while write from then on.
 *
 * n        bytes of nor->piece to program; 0: erase the unit
 * Cost     no blackout; interrupts are masked for each command that writes
 * Returns  NACRE_OK       under way, its bank is fenced
 *          NACRE_BUSY     the status before it was not as it must be: nothing was started;
 *                         nor->answer[1] holds that status
 *          NACRE_CHIP_REFUSED  a status made no sense: nothing was started
 *          NACRE_TIMEOUT  a command's end was not seen, and the second controller is given up: it
 *                         is under way if nor->state says so, and its bank is fenced then
 *          A second controller that is not free is given up, too: then as nacre_rww_start.
 * Cut      the range named, in any state
 */
NACRE_MUST_CHECK enum nacre_err nacre_two_start(struct nacre_nor *nor, uint32_t n);

/*
 * Ask the chip by the second controller whether the operation has ended. Sets when it is worth to
 * ask again.
 *
 * Cost     no blackout: two commands that read
 * Returns  NACRE_BUSY     not yet; or its status was not had, and read while write asks from now on
 *          NACRE_TIMEOUT  not yet, and the row's maximum has passed; it stays under way
 *          else as nacre_way_end: it has ended, nothing is fenced
 * Cut      what a cut of the operation leaves
 */
NACRE_MUST_CHECK enum nacre_err nacre_two_poll(struct nacre_nor *nor);

/*
 * Look for the second controller, and send nor->job by it: commands that only read.
 *
 * Returns  NACRE_OK; nor->has_second is set
 *          NACRE_CTRL_STATE  there is none, told in port->mismatch
 *          NACRE_TIMEOUT     it does not reach the chip
 *          NACRE_BUSY, NACRE_CHIP_REFUSED, by a check of the job
 */
NACRE_MUST_CHECK enum nacre_err nacre_two_identify(struct nacre_nor *nor);

/* An operation that was started as read while write, with success, is polled by two controllers. */
void nacre_two_take_over(struct nacre_nor *nor);

/* The job, which starts an operation, is to be the trial of read while write. */
void nacre_slice_add_trial(struct nacre_nor *nor, bool is_program);

/*
 * The trial failed, and err is what its slice came to: read while write is given up. Slices take
 * over if the budget allows them.
 */
void nacre_slice_take_over(struct nacre_nor *nor, enum nacre_err err);

/*
 * The chip is suspended in an operation that was begun before a reset: resume it and bring it to
 * its end, in slices, or in one blackout where the budget has no room for them. Nothing of ours is
 * under way.
 *
 * Cost     as of one operation; over the budget if not in slices
 * Returns  false: it did not end, and stays suspended
 */
bool nacre_slice_finish_foreign(struct nacre_nor *nor);

/* Make the commands and times of nor->slice that no operation changes. */
void nacre_slice_prepare(struct nacre_nor *nor, const struct nacre_nor_feed *feed);

/*
 * The shortest blackout that a slice of an operation can promise, in microseconds: the row's
 * minimum run, its suspend latency, the overhead and what live handlers take meanwhile; without
 * suspend all of the operation. nor->chip and nor->live_us are filled.
 */
uint32_t nacre_slice_us_min(const struct nacre_nor *nor, bool is_program, bool can_suspend);

/* The longer one of both operations, on a chip that can suspend. */
uint32_t nacre_slice_bound_us(const struct nacre_nor *nor);

extern const struct nacre_medium_ops nacre_nor_ops;

#endif
