/*
 * What a chip's answer is worth. Compiled into the files that run from RAM.
 */
#ifndef NACRE_BLACKOUT_ANSWER_H
#define NACRE_BLACKOUT_ANSWER_H

#include "nacre/ctrl.h"

#include <stdbool.h>
#include <stdint.h>

/* A status that the chip cannot have sent: bits that are never set, or a byte that differs. */
static inline bool nacre_answer_is_senseless(const struct nacre_op *op)
{
    if (op->never == 0 && !op->is_twice) return false;

    const uint32_t word = *op->data;
    if ((word & op->never) != 0) return true;
    return op->is_twice && (word & 0xFFu) != ((word >> 8) & 0xFFu);
}

#endif
