/*
 * Going down with the NOR medium, and coming back: before Stop mode, a reset, a jump to another
 * image, or a change of clocks.
 *
 * What ends for good is closed (nacre_unmount, nacre_nor_close). What comes back is quiesced: the
 * store stays mounted, nothing is lost, and nothing is left busy, suspended or fenced.
 */
#ifndef NACRE_MEDIA_NOR_DOWN_H
#define NACRE_MEDIA_NOR_DOWN_H

#include "nacre/media/nor.h"

#define NACRE_NOR_QUIESCE_US_MAX 3000000u

/*
 * Bring to its end what is under way, and start nothing more until nacre_nor_resume. Gets and reads
 * go on; programs and erases answer NACRE_QUIET. An erase that the store had begun is not lost: its
 * result is told when the store asks.
 *
 * us_max   how long to wait, beside the medium's lock; more than NACRE_NOR_QUIESCE_US_MAX counts as
 *          that. nacre_nor_quiesce_us says what is always enough. Overrun by one blackout at most,
 *          and by what the callbacks take
 * Cost     the blackouts that the operation still takes; none if nothing is under way
 * Returns  NACRE_OK       nothing is busy, suspended or fenced, interrupts and vectors are as the
 *                         application has them. Also if nor was quiet already
 *          NACRE_BUSY     not ended within us_max: it goes on, nothing is quiet; try again
 *          NACRE_TIMEOUT  longer than the row's maximum: as NACRE_BUSY
 *          NACRE_NOT_NOW  another bus master did not let go within not_now_us: as NACRE_BUSY
 *          NACRE_NESTED, NACRE_FROM_INTERRUPT, NACRE_NOT_MOUNTED, NACRE_BAD_ARGUMENT: unchanged
 * Context  thread only. A set of another thread answers NACRE_QUIET meanwhile, and changes nothing:
 *          who wants it to wait instead holds the store's lock until after nacre_nor_resume
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_quiesce(struct nacre_nor *nor, uint32_t us_max);

/*
 * How long nacre_nor_quiesce may have to wait for what is under way now, in microseconds, if the
 * chip keeps its row: the row's longest time, the polls, between slices the application's share,
 * and the other bus masters' time to refuse. 0: nothing is under way, or nor is not open.
 *
 * Context  thread only
 */
uint32_t nacre_nor_quiesce_us(const struct nacre_nor *nor);

/*
 * Start operations again. The board is looked at as nacre_nor_open does, and the controller must be
 * as it was adopted: who changed it closes and opens.
 *
 * Returns  NACRE_OK; also if nor was not quiet
 *          NACRE_CTRL_STATE, NACRE_MPU_REGION_USED, NACRE_FLASH_WRITABLE, NACRE_NOT_IN_RAM,
 *          NACRE_CLOCK    the board has changed, see nacre_port_adopt; nor->blackout.port.mismatch
 *                         says how, and nor stays quiet
 *          NACRE_NESTED, NACRE_FROM_INTERRUPT, NACRE_NOT_MOUNTED, NACRE_BAD_ARGUMENT: unchanged
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_resume(struct nacre_nor *nor);

/*
 * The core has, or is about to have, another clock: core_mhz is the fastest that it may have from
 * now on, 1 to 1000. Tell a faster clock before it is set, a slower one after it. Bounds, waits and
 * what was counted are converted. The controller's own clock is not meant: who changes its
 * registers closes and opens.
 *
 * Never say less than the truth: minimum runs, resets and time limits would be too short by that
 * ratio, so that slices make no progress and a chip in order is given up. With more than the truth
 * everything is waited out longer, and slices, told in microseconds, are longer by the ratio than
 * budget_us and bound_us say; nothing else comes of it.
 *
 * Returns  NACRE_OK
 *          NACRE_BUSY     an operation is under way: unchanged; nacre_nor_quiesce first
 *          NACRE_NESTED, NACRE_FROM_INTERRUPT, NACRE_NOT_MOUNTED, NACRE_BAD_ARGUMENT: unchanged
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_clock_tell(struct nacre_nor *nor, uint32_t core_mhz);

#endif
