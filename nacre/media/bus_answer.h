/*
 * What a bus callback answered, as an error.
 */
#ifndef NACRE_MEDIA_BUS_ANSWER_H
#define NACRE_MEDIA_BUS_ANSWER_H

#include "nacre/bus.h"

#include <stdint.h>

/*
 * answer   of a callback that was told to move n bytes
 * Returns  NACRE_OK; one of the errors that nacre/bus.h names; NACRE_BUS_SHORT for anything else.
 *          None of them blames the part: NACRE_IO of a medium would cost the store a unit
 */
static inline enum nacre_err nacre_bus_answer(int32_t answer, uint32_t n)
{
    static const enum nacre_err errors[] = {NACRE_BUS_NO_ACK, NACRE_BUS_LOST, NACRE_BUS_TIMEOUT,
                                            NACRE_BUS_STUCK};
    if (answer >= 0 && (uint32_t)answer == n) return NACRE_OK;
    for (uint32_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (answer == -(int32_t)errors[i]) return errors[i];
    }
    return answer == -(int32_t)NACRE_IO ? NACRE_BUS_FAILED : NACRE_BUS_SHORT;
}

#endif
