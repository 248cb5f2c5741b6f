/*
 * The way an operation takes through the blackout, inside the NOR medium.
 *
 * The medium knows addresses and pieces; a way knows when the flash may be dark. Today there is one
 * way: read while write. Others (slices, the whole operation at once, a second controller, a bus of
 * its own) keep to these calls.
 */
#ifndef NACRE_MEDIA_NOR_WAY_H
#define NACRE_MEDIA_NOR_WAY_H

#include "nacre/media/nor.h"

/*
 * Ask the chip what it is and how it is. nor->chip and nor->blackout are filled.
 *
 * Returns  NACRE_OK; NACRE_CHIP_UNKNOWN, NACRE_CHIP_SUSPENDED, NACRE_CHIP_REFUSED, NACRE_TIMEOUT
 */
NACRE_MUST_CHECK enum nacre_err nacre_way_identify(struct nacre_nor *nor);

/*
 * Start to program n bytes of nor->piece at chip_addr, or to erase the unit at chip_addr (n is 0).
 * Nothing is under way.
 *
 * Returns  NACRE_OK              under way: nacre_way_poll or nacre_way_wait
 *          NACRE_CHIP_SUSPENDED  the chip is busy by somebody else's doing; unchanged
 *          NACRE_CHIP_REFUSED    the chip did not take the write enable; unchanged
 *          NACRE_TIMEOUT         the controller did not end a command: the range is in any state;
 *                                what may be under way was waited out, or stays fenced
 */
NACRE_MUST_CHECK enum nacre_err nacre_way_start(struct nacre_nor *nor, uint32_t chip_addr,
                                                uint32_t n);

/*
 * Has it ended? Asks the chip only when it is likely to have, and never waits.
 *
 * Returns  NACRE_OK            it ended well, or nothing was under way
 *          NACRE_BUSY          it goes on, or it was too early to ask
 *          NACRE_IO            the chip says that it failed
 *          NACRE_CHIP_REFUSED  the chip never began it
 *          NACRE_TIMEOUT       longer than the row's maximum; it is still under way
 */
NACRE_MUST_CHECK enum nacre_err nacre_way_poll(struct nacre_nor *nor);

/* As nacre_way_poll, but waits; never NACRE_BUSY. */
enum nacre_err nacre_way_wait(struct nacre_nor *nor);


extern const struct nacre_medium_ops nacre_nor_ops;

#endif
