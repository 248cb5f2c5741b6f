/*
 * What the calls of the NOR medium share: how each begins and ends, whose an operation is, and what
 * is waited for. For the medium's own files.
 */
#ifndef NACRE_MEDIA_NOR_CALL_H
#define NACRE_MEDIA_NOR_CALL_H

#include "nacre/media/nor.h"

/*
 * Begin a call: take the lock, if there is one.
 *
 * Returns  NACRE_OK: end the call by nacre_nor_leave
 *          NACRE_BAD_ARGUMENT    nor is null
 *          NACRE_FROM_INTERRUPT  this is a handler
 *          NACRE_NOT_MOUNTED     nor is not open
 *          NACRE_NESTED          another call is under way, and no lock keeps it out
 *          NACRE_STACK, NACRE_DEBUGGER  see nacre_nor_check_caller
 *          After an error the lock is not held.
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_enter(struct nacre_nor *nor);

/*
 * May this thread go into a blackout? Notes a debugger.
 *
 * Returns  NACRE_OK; NACRE_STACK, told in port->mismatch; NACRE_DEBUGGER
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_check_caller(struct nacre_nor *nor);

/* The lock alone, for a look at nor: nothing of it is read without. Thread only. */
void nacre_nor_lock(const struct nacre_nor *nor);

/* The end of that look, by the thread that took the lock; nothing without a lock. */
void nacre_nor_unlock(const struct nacre_nor *nor);

/* End a call: give the lock back, and answer. */
enum nacre_err nacre_nor_leave(struct nacre_nor *nor, enum nacre_err err);

/*
 * Wait until nothing is under way. The result of an erase is kept for who started it.
 *
 * Returns  NACRE_OK; NACRE_TIMEOUT: longer than the row's maximum, or another bus master did not
 *          let go in time: it is still under way
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_settle(struct nacre_nor *nor);

/*
 * Before an operation: wait for what somebody else has under way.
 *
 * Returns  NACRE_OK; NACRE_TIMEOUT: the chip stays busy; NACRE_NOT_NOW: another bus master did not
 *          let go in time. Nothing of the operation was sent
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_make_free(struct nacre_nor *nor);

/*
 * As nacre_nor_settle, without waiting.
 *
 * Returns  NACRE_OK: nothing is under way any more; NACRE_BUSY; NACRE_TIMEOUT
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_look(struct nacre_nor *nor);

/* Would a read of [bytes, bytes + n) touch what is fenced? That can be read by nobody. */
bool nacre_nor_is_fenced(const struct nacre_nor *nor, const void *bytes, uint32_t n);

/* Does all of it read as erased? It is not fenced. */
bool nacre_nor_is_blank(const struct nacre_nor *nor, uint32_t chip_addr, uint32_t n);

/* Where chip_addr is mapped. */
const uint8_t *nacre_nor_mapped(const struct nacre_nor *nor, uint32_t chip_addr);

/* The bytes of the store's region, which starts at nor->region_addr. */
uint32_t nacre_nor_region_bytes(const struct nacre_nor *nor);

/*
 * Copy n bytes at chip_addr to buf, which can be written; wait only if they are fenced.
 *
 * Returns  as nacre_nor_settle
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_copy(struct nacre_nor *nor, uint32_t chip_addr, void *buf,
                                               uint32_t n);

/*
 * Program at most NACRE_NOR_PIECE_BYTES inside a page, wait for the end, and compare. Nothing is
 * under way. buf may lie in the flash: it is copied first.
 *
 * Returns  NACRE_OK; NACRE_VERIFY; as nacre_way_start and nacre_way_wait
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_program_piece(struct nacre_nor *nor, uint32_t chip_addr,
                                                        const void *buf, uint32_t n);

#endif
