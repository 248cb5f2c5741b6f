/*
 * The rest of the chip: what is neither the running image nor the store's region. Update slots, a
 * boot stage's flags, a file system.
 *
 * The same chip, budget, ways and statistics as the store's medium: a bank of the image is written
 * in slices, if the budget allows them, any other bank while the image is read. Addresses are those
 * of the chip: an area that the window shows at 0x72000000 starts at 0x02000000.
 *
 * A chip does one thing at a time. A call here waits for what the store has under way, and a save
 * waits for what is under way here: a piece of a program or the erase of one unit, 25 ms typically
 * and the row's maximum at most. Neither is told the other's results.
 *
 * Threads: one that saves and one that calls this, with nacre_nor_cfg.lock given. What is written
 * is read by nacre_nor_read, not by the map: the bank may be busy, and is fenced then.
 */
#ifndef NACRE_MEDIA_NOR_REST_H
#define NACRE_MEDIA_NOR_REST_H

#include "nacre/check.h"
#include "nacre/err.h"
#include "nacre/media/nor.h"

#include <stdint.h>

/*
 * No unit of a longer erase is begun for so long after the store's last program or erase; but it is
 * if the store has kept the erase waiting for the second time.
 */
#define NACRE_NOR_GIVE_WAY_US 1000u
#define NACRE_NOR_GIVE_WAY_US_MAX 50000u

/*
 * Copy n bytes at chip_addr to buf. The image and the store's region may be read, too.
 *
 * chip_addr, n  no alignment; n may be 0
 * Cost     none; waits only where the bytes are fenced: until the operation that is under way there
 *          has ended, the row's maximum at most
 * Returns  NACRE_OK
 *          NACRE_REGION_OUTSIDE     it ends beyond the chip
 *          NACRE_REGION_LAST_BYTES  it reaches the chip's last bytes
 *          NACRE_BAD_ARGUMENT, NACRE_BAD_BUFFER, NACRE_NOT_MOUNTED, NACRE_FROM_INTERRUPT,
 *          NACRE_NESTED
 *          NACRE_TIMEOUT            the chip is busy for longer than its row says, or the hooks
 *                                   did not let go in time; buf unchanged
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_read(struct nacre_nor *nor, uint32_t chip_addr, void *buf,
                                               uint32_t n);

/*
 * Program n bytes at chip_addr, and return when they have been read back.
 *
 * chip_addr, n  multiples of the row's granule_bytes, n of any length; erased, all of it
 * buf      anywhere that the core can read, the flash included: it is copied in pieces
 * Cost     one program a piece: NACRE_NOR_PIECE_BYTES, and none crosses a page. Between two the
 *          lock is free
 * Returns  NACRE_OK
 *          NACRE_REGION_IN_IMAGE, NACRE_REGION_IN_STORE, NACRE_REGION_LAST_BYTES,
 *          NACRE_REGION_OUTSIDE     it overlaps the image, the store's region or the chip's last
 *                                   bytes, or ends beyond the chip; unchanged
 *          NACRE_REGION_IN_RUN_BANK it is in a bank of the image, and slices were not to be used
 *                                   or the chip cannot suspend; unchanged
 *          NACRE_OUT_OF_LIMITS      the same, and the budget is too short for slices:
 *                                   nor->blackout.port.mismatch says what they need; unchanged
 *          NACRE_NOT_ERASED         some of it is not blank; unchanged
 *          NACRE_BUSY               an erase begun by nacre_nor_erase_start is still to reach it;
 *                                   unchanged
 *          NACRE_CTRL_STATE         the bus path encrypts it; unchanged
 *          NACRE_BAD_ARGUMENT (alignment, too), NACRE_BAD_BUFFER, NACRE_NOT_MOUNTED,
 *          NACRE_FROM_INTERRUPT, NACRE_NESTED; unchanged
 *          NACRE_IO, NACRE_VERIFY, NACRE_TIMEOUT  a piece is in any state, those before it are
 *                                   programmed, those behind it untouched
 *          NACRE_NOT_NOW, NACRE_QUIET, NACRE_CHIP_REFUSED, NACRE_CHIP_SUSPENDED,
 *          NACRE_NO_SUSPEND, NACRE_NO_WAY  a piece was refused: it and those behind it are
 *                                   untouched, those before it programmed
 * Cut      the pieces before the cut are programmed, the one that it hit (with the cut_bytes blocks
 *          that it touches) is in any state, those behind are blank
 * Context  thread only, privileged
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_program(struct nacre_nor *nor, uint32_t chip_addr,
                                                  const void *buf, uint32_t n);

/*
 * Start to erase n bytes at chip_addr, unit by unit, and return. One such erase at a time.
 *
 * chip_addr, n  multiples of the row's unit_bytes
 * Cost     one blackout; a unit's erase each time that nacre_nor_erase_poll sees the last one end
 * Returns  NACRE_OK       under way: ask nacre_nor_erase_poll until it has ended
 *          NACRE_BUSY     one is under way, or its result untold; unchanged
 *          NACRE_REGION_UNALIGNED  no multiple of the unit; unchanged
 *          NACRE_TIMEOUT  the first unit is in any state
 *          the refusals of nacre_nor_program; unchanged
 * Cut      each unit is erased, as it was, or (one) in any state: one that reads blank may not be
 *          durably so. Erase again what was not seen to end
 * Context  thread only, privileged
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_erase_start(struct nacre_nor *nor, uint32_t chip_addr,
                                                      uint32_t n);

/*
 * Has it ended? Goes on with the next unit, and never waits for one. Its result is told once.
 *
 * left_bytes  may be null; written on NACRE_OK, NACRE_BUSY and the errors of the erase: what is not
 *             yet known to be erased, at the end of the range
 * Cost     a short blackout to ask, if it is likely to have ended; one to begin the next unit
 * Returns  NACRE_OK    all of it is blank, or none was under way
 *          NACRE_BUSY  it goes on; call again, in a millisecond or so
 *          NACRE_IO    the unit at the end of the range less left_bytes did not become blank; those
 *                      behind it are untouched, as after each of the following
 *          NACRE_TIMEOUT  it takes longer than its row says; it may still be under way
 *          NACRE_NOT_NOW, NACRE_CHIP_REFUSED, NACRE_CHIP_SUSPENDED, NACRE_NO_SUSPEND,
 *          NACRE_NO_WAY   that unit was not begun
 *          NACRE_QUIET    nacre_nor_quiesce was called: it goes on after nacre_nor_resume
 *          NACRE_NOT_MOUNTED, NACRE_FROM_INTERRUPT, NACRE_NESTED, NACRE_BAD_ARGUMENT: it goes on
 * Context  thread only, privileged
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_erase_poll(struct nacre_nor *nor, uint32_t *left_bytes);

/*
 * Erase no further: the unit under way is waited for, those behind it stay as they are.
 *
 * Returns  NACRE_OK, also if none was under way; NACRE_TIMEOUT: it may still be under way
 *          NACRE_NOT_MOUNTED, NACRE_FROM_INTERRUPT, NACRE_NESTED, NACRE_BAD_ARGUMENT: it goes on
 * Context  thread only
 */
enum nacre_err nacre_nor_erase_stop(struct nacre_nor *nor);

/*
 * Erase n bytes at chip_addr and wait for the end. Handlers run, and with a lock other threads
 * save.
 *
 * Returns  as nacre_nor_erase_start and nacre_nor_erase_poll, but not NACRE_BUSY of the latter;
 *          after NACRE_QUIET it is over, too
 * Context  thread only, privileged
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_erase(struct nacre_nor *nor, uint32_t chip_addr,
                                                uint32_t n);

#endif
