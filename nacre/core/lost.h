/*
 * Lost records: which keys can a record have held that no lane holds whole any more?
 *
 * The key that its first granule names, or one that differs from it in one bit. Where no first
 * granule can be told, any. Only keys without a newer record are concerned.
 */
#ifndef NACRE_CORE_LOST_H
#define NACRE_CORE_LOST_H

#include "nacre/core/walk.h"

#define NACRE_LOST_MAX 8u /* more than so many: any key */

struct nacre_lost {
    uint16_t keys[NACRE_LOST_MAX];
    bool is_sure[NACRE_LOST_MAX]; /* it was this key, and no neighbour */
    uint32_t count;
    bool is_any;
};

/*
 * A record of a key was lost.
 *
 * is_sure  the key was read from a whole record
 */
void nacre_lost_add(struct nacre_lost *lost, uint32_t key, bool is_sure);

/*
 * The granules that the walk found damaged: whose were they?
 *
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_lost_add_damage(struct nacre_lost *lost,
                                                      const struct nacre_walk *walk);

/*
 * May a record of this key be lost?
 */
bool nacre_lost_concerns(const struct nacre_lost *lost, uint32_t key);

#endif
