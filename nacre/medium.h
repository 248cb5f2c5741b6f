/*
 * CONTRACT: bytes that outlive the power, as the store sees them.
 *
 * A medium is one region: its addresses run from 0 to unit_bytes * unit_count. It is erased by the
 * unit and programmed by the granule, each granule once between two erases. An implementation puts
 * struct nacre_medium first in its own struct and fills it; the store calls through the table.
 *
 * Buffers belong to the caller and may lie anywhere that the core can read, flash included: an
 * implementation that cannot read the flash while it writes copies first.
 *
 * What a cut may leave: a program may leave any bits of the cut_bytes-aligned blocks that it
 * touches in any state, also one that reads differently each time; an erase may leave its unit in
 * any state, one that reads erased included. Nothing else changes.
 */
#ifndef NACRE_MEDIUM_H
#define NACRE_MEDIUM_H

#include "nacre/check.h"
#include "nacre/err.h"

#include <stdbool.h>
#include <stdint.h>

struct nacre_medium;

struct nacre_geometry {
    uint32_t unit_bytes;    /* what one erase clears; a multiple of page_bytes */
    uint32_t unit_count;    /* units in the region */
    uint32_t granule_bytes; /* programmed once between erases; a power of two, 1 to 16 */
    uint32_t page_bytes;    /* one program never crosses a multiple of this */
    uint32_t cut_bytes;     /* the aligned block that a cut program may spoil; >= granule_bytes */
    uint32_t slot_bytes;    /* a record begins at a multiple of this, and shares none with another:
                               0 for 16. Where it is cut_bytes, a cut spoils nothing but what was
                               being written, and one lane is enough; 16 to 80, and page_bytes */
};

struct nacre_medium_ops {
    /*
     * Copy n bytes at addr into buf. While an erase is under way it is suspended or waited out.
     *
     * addr, n  inside the region; no alignment
     * Returns  NACRE_OK; NACRE_IO, NACRE_TIMEOUT, NACRE_BUS_*: buf undefined, medium unchanged. A
     *          granule that the part knows to be broken (a word with more bad bits than its ECC can
     *          mend) is no error: it reads as zeros, which no record holds
     */
    enum nacre_err (*read)(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n);

    /*
     * Program n bytes at addr, and return when the operation has ended.
     *
     * addr, n  multiples of granule_bytes, n >= 1 granule, inside one page, in erased granules
     * Cost     one program
     * Returns  NACRE_OK     the chip reports success; whoever needs to know reads back
     *          NACRE_BUSY   an erase is under way; unchanged
     *          NACRE_IO, NACRE_TIMEOUT, NACRE_VERIFY, NACRE_BUS_*  the granules named are in any
     *                       state
     *          any other    refused before the first command; unchanged
     * Cut      the granules named, or the cut_bytes blocks they lie in, are in any state
     */
    enum nacre_err (*program)(struct nacre_medium *medium, uint32_t addr, const void *buf,
                              uint32_t n);

    /*
     * Start to erase the unit at addr, and return.
     *
     * addr     a multiple of unit_bytes
     * Cost     one erase
     * Returns  NACRE_OK    under way: ask erase_poll or erase_wait until it has ended
     *          NACRE_BUSY  one is under way already; unchanged
     *          any other   refused; unchanged
     * Cut      from now until it has ended the unit is in any state
     */
    enum nacre_err (*erase_start)(struct nacre_medium *medium, uint32_t addr);

    /*
     * Has the erase ended? Never waits. Its result is told once, by this call or by erase_wait.
     *
     * Returns  NACRE_OK    it ended well, or none was under way
     *          NACRE_BUSY  it goes on
     *          NACRE_IO, NACRE_TIMEOUT  it failed; the unit is in any state
     *          one that nacre_medium_refuses  it goes on, or stands still: ask again
     */
    enum nacre_err (*erase_poll)(struct nacre_medium *medium);

    /*
     * Wait until the erase has ended; at most the row's maximum.
     *
     * Returns  as erase_poll, but never NACRE_BUSY
     */
    enum nacre_err (*erase_wait)(struct nacre_medium *medium);

    /*
     * May the store read (or, with write true, write) n bytes at buf for a caller? False for memory
     * that does not exist, or that this medium keeps from being read.
     *
     * buf      any pointer; null is no memory, whatever the core has at address 0, but with n 0 all
     *          is right
     */
    bool (*can_access)(const struct nacre_medium *medium, const void *buf, uint32_t n, bool write);
};

struct nacre_medium {
    const struct nacre_medium_ops *ops;
    struct nacre_geometry geometry;
    bool is_overwritten; /* a granule that is not blank can be programmed, too, and what reads back
                            once as it should stays so: the store asks neither twice */
};

/*
 * Does this error of a program or an erase say that the medium refused it for the time being? Then
 * nothing has changed, and no unit is to blame.
 */
static inline bool nacre_medium_refuses(enum nacre_err err)
{
    return err == NACRE_NOT_NOW || err == NACRE_QUIET || err == NACRE_NO_SUSPEND ||
           err == NACRE_NO_WAY || err == NACRE_NESTED || err == NACRE_FROM_INTERRUPT ||
           err == NACRE_PART_PROTECTED || err == NACRE_FLASH_LOCKED;
}

#endif
