/*
 * How much of a part the product's settings take: a few kilobytes, so that a start is short. The
 * rest is the product's to use.
 */
#ifndef EXAMPLES_BRIGHTNESS_SHARE_H
#define EXAMPLES_BRIGHTNESS_SHARE_H

#include "nacre/parts/part.h"

#include <stdint.h>

#define SHARE_PAGES 96u         /* of an EEPROM: a record has a page to itself */
#define SHARE_BYTES 4096u       /* where there are no pages */

static inline uint32_t share_bytes(const struct nacre_part *part)
{
    return part->page_bytes != 0 ? SHARE_PAGES * part->page_bytes : SHARE_BYTES;
}

#endif
