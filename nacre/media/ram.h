/*
 * A medium in RAM: for trying things on a desk, for tests, and for memory that keeps its content
 * while the processor restarts.
 *
 * It keeps the rules of a flash: blank is FF, a granule of 16 bytes is programmed once between two
 * erases, and what breaks a rule is refused. Programs and erases end before their call returns.
 */
#ifndef NACRE_MEDIA_RAM_H
#define NACRE_MEDIA_RAM_H

#include "nacre/medium.h"

#include <stdint.h>

struct nacre_ram {
    struct nacre_medium medium; /* first: the store sees only this */
    uint8_t *bytes;
};

/*
 * Make a medium of memory. Its content stays: what was left there by an earlier store is mounted.
 * To begin anew fill it with FF before.
 *
 * ram        the caller's; must not be moved afterwards
 * bytes      unit_bytes * unit_count of them
 * unit_bytes a multiple of 256
 * Returns    NACRE_OK; NACRE_NO_REGION: no bytes; NACRE_REGION_UNALIGNED: unit_bytes is no such
 *            multiple; *ram unchanged after these
 * Context    thread only, as all that is called through the medium
 */
NACRE_MUST_CHECK enum nacre_err nacre_ram_open(struct nacre_ram *ram, uint8_t *bytes,
                                               uint32_t unit_bytes, uint32_t unit_count);

#endif
