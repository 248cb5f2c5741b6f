/*
 * Transactions: several changes that are all there or not there, at every cut.
 *
 * Changes are staged in the caller's buffer and programmed at commit only, one behind the other,
 * ended by one granule that closes them. Gets see what is committed.
 */
#ifndef NACRE_CORE_TRANSACTION_H
#define NACRE_CORE_TRANSACTION_H

#include "nacre/core/store.h"

#define NACRE_STAGED_BYTES 6u /* of a change, beside its value */

/* The buffer that holds so many changes, whose values have so many bytes in all. */
#define NACRE_TRANSACTION_BYTES(calls, value_bytes) \
    ((calls) * NACRE_STAGED_BYTES + (value_bytes))

struct nacre_transaction {
    struct nacre_store *store;
    uint8_t *buf;
    uint32_t size;
    uint32_t used;
    uint32_t begun; /* a number that memory does not hold by chance, or 0 */
};

/*
 * Begin a transaction. Any number may be under way on a store: each is only staged.
 *
 * tx       any content but that of one that was begun and neither committed nor abandoned
 * buf      size bytes (NACRE_TRANSACTION_BYTES), the transaction's until it is ended
 * Cost     none
 * Returns  NACRE_OK; NACRE_ALREADY_BEGUN: unchanged; NACRE_NOT_MOUNTED; NACRE_BAD_ARGUMENT
 * Context  thread only; a transaction belongs to one thread
 */
NACRE_MUST_CHECK enum nacre_err nacre_begin(struct nacre_transaction *tx,
                                            struct nacre_store *store, void *buf, uint32_t size);

/*
 * Stage a set. Staged twice, the last one counts.
 *
 * value    n bytes, copied
 * Cost     none
 * Returns  NACRE_OK; NACRE_TRANSACTION_FULL: the buffer holds no more; NACRE_NOT_BEGUN,
 *          NACRE_TOO_LARGE, NACRE_BAD_ARGUMENT, NACRE_BAD_BUFFER: what was staged stays
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_stage_set(struct nacre_transaction *tx, uint32_t key,
                                                const void *value, uint32_t n);

/*
 * Stage a removal. A key that has no value is left out at commit.
 *
 * Cost, Returns, Context  as nacre_stage_set
 */
NACRE_MUST_CHECK enum nacre_err nacre_stage_remove(struct nacre_transaction *tx, uint32_t key);

/*
 * Make all that is staged durable, all or nothing, and end the transaction.
 *
 * Cost     as many programs as the sets would take, and one; with compaction as nacre_set, in
 *          proportion; erases where it goes beyond the next unit. What changes nothing is left out
 * Returns  NACRE_OK         every later mount finds all of it
 *          NACRE_FULL, NACRE_KEYS_FULL  too large beside what lives, or longer than some nine units
 *                           (less the retired ones): refused before the first program. The
 *                           transaction is ended, as after each error below
 *          NACRE_NOT_BEGUN, NACRE_NOT_MOUNTED, NACRE_READ_ONLY, NACRE_BUSY: unchanged
 *          what else nacre_set answers: every key keeps its old value
 * Cut      every key old or every key new, at every later mount the same
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_commit(struct nacre_transaction *tx);

/*
 * End a transaction without a trace.
 *
 * Returns  NACRE_OK; NACRE_NOT_BEGUN
 */
enum nacre_err nacre_abandon(struct nacre_transaction *tx);

/*
 * For the layers of Nacre: as nacre_stage_set, for any key below NACRE_KEY_OWN_MAX.
 */
NACRE_MUST_CHECK enum nacre_err nacre_own_stage_set(struct nacre_transaction *tx, uint32_t key,
                                                    const void *value, uint32_t n);

/*
 * For the layers of Nacre: as nacre_stage_remove, for any key below NACRE_KEY_OWN_MAX.
 */
NACRE_MUST_CHECK enum nacre_err nacre_own_stage_remove(struct nacre_transaction *tx, uint32_t key);

/*
 * For the layers of Nacre: what is staged for a key.
 *
 * value    of n bytes, in the transaction's buffer; null for a removal. Written on NACRE_OK
 * Returns  NACRE_OK; NACRE_NOT_FOUND: nothing is; NACRE_NOT_BEGUN
 */
NACRE_MUST_CHECK enum nacre_err nacre_own_staged(const struct nacre_transaction *tx, uint32_t key,
                                                 const uint8_t **value, uint32_t *n);

#endif
