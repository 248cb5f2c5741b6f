/*
 * Lost records: which keys have records held that no lane holds whole any more?
 *
 * A first granule names its key; where a single wrong bit in key or info would explain the damage,
 * the check sum tells which. Where no first granule can be told, it may have been any key. Only
 * keys without a newer record are concerned.
 */
#ifndef NACRE_CORE_LOST_H
#define NACRE_CORE_LOST_H

#include "nacre/core/walk.h"

#define NACRE_LOST_MAX 8u /* more than so many: any key */

struct nacre_lost {
    uint16_t keys[NACRE_LOST_MAX];
    uint32_t count;
    bool is_any;
};

/*
 * A record of a key was lost.
 */
void nacre_lost_add(struct nacre_lost *lost, uint32_t key);

/*
 * The granules that the walk found damaged: whose were they?
 *
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_lost_add_damage(struct nacre_lost *lost,
                                                      const struct nacre_walk *walk);

/*
 * Was a record of this key lost, for all that is known?
 */
bool nacre_lost_concerns(const struct nacre_lost *lost, uint32_t key);

#endif
