/*
 * Put: changes of values on their way to the log. One record for one key; a reset for all; a
 * transaction for several.
 */
#ifndef NACRE_CORE_PUT_H
#define NACRE_CORE_PUT_H

#include "nacre/core/log.h"

/* A change of one key. */
struct nacre_change {
    uint32_t key;
    uint32_t length; /* of value, or NACRE_LENGTH_REMOVED */
    const void *value;
};

/* What changes take, beyond what lives. */
struct nacre_need {
    uint32_t slots;
    uint32_t longest; /* of one record */
    uint32_t keys;    /* that the index does not hold yet */
};

/*
 * Has a key a value, as nacre_next sees it? A damaged one counts.
 */
bool nacre_put_has_value(const struct nacre_log *log, uint32_t key);

/*
 * Is the value of a key this one already, and good? Where it cannot be read, it is not.
 */
bool nacre_put_is_equal(struct nacre_log *log, const struct nacre_change *change);

/*
 * Add what a change takes to a need.
 */
void nacre_put_add_need(const struct nacre_log *log, const struct nacre_change *change,
                        struct nacre_need *need);

/*
 * Is there room for what is needed, all old values kept?
 *
 * Returns  NACRE_OK; NACRE_KEYS_FULL; NACRE_FULL
 */
NACRE_MUST_CHECK enum nacre_err nacre_put_check(const struct nacre_log *log,
                                                const struct nacre_need *need);

/*
 * Make a change durable. Where a program fails, it is tried once more, in another place.
 *
 * Cost, Returns, Cut  as nacre_set
 */
NACRE_MUST_CHECK enum nacre_err nacre_put(struct nacre_log *log,
                                          const struct nacre_change *change);

/*
 * Write the value of a key anew.
 *
 * Cost, Returns, Cut  as nacre_renew
 */
NACRE_MUST_CHECK enum nacre_err nacre_put_renew(struct nacre_log *log, uint32_t key);

/*
 * Remove the user's values.
 *
 * Cost, Returns, Cut  as nacre_reset
 */
NACRE_MUST_CHECK enum nacre_err nacre_put_reset(struct nacre_log *log);

#endif
