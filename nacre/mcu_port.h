/*
 * CONTRACT: flash inside the microcontroller, as a port gives it.
 *
 * It is one array of words, each with an error-correcting code of its own, in units that are erased
 * at once. A word is programmed once between two erases of its unit. A port answers for one word or
 * one unit; what belongs to a region, and what must not be written, is the medium's affair
 * (nacre/media/mcu_flash.h).
 *
 * An address is in bytes from the start of this flash. While a program or an erase is under way no
 * read may be made: the core would stand still until it has ended. The medium heeds that.
 */
#ifndef NACRE_MCU_PORT_H
#define NACRE_MCU_PORT_H

#include "nacre/check.h"
#include "nacre/err.h"
#include "nacre/port.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_MCU_WORD_BYTES 16u

struct nacre_mcu_port;

/* Since the port was opened; they wrap. */
struct nacre_mcu_counts {
    uint32_t corrected;      /* words that were read with one bad bit, which was mended */
    uint32_t broken;         /* words that were read as zeros: more bad bits than can be mended */
    uint32_t broken_addr;    /* the last one */
    uint32_t nmis;           /* of these, how many came as an NMI */
    uint32_t foreign;        /* bad words of others that were found noted, and whose note was
                                cleared: the controller keeps but one */
    uint32_t foreign_core_addr; /* the last one, as the core sees it */
};

struct nacre_mcu_port_ops {
    /*
     * May this range be programmed and erased, by what the hardware says?
     *
     * n        at least 1; inside the flash
     * Returns  NACRE_OK, also where it cannot be told
     *          NACRE_PART_PROTECTED   a unit of it is protected, or hidden
     *          NACRE_REGION_IN_IMAGE  code of this program, or its vectors, lie there
     *          NACRE_FLASH_CACHED     the core may not write there, or its cache would keep it
     *          NACRE_FLASH_RUNS_BLACKOUT  code of the blackout lies anywhere in this flash
     *          each told in port->mismatch
     */
    enum nacre_err (*check)(struct nacre_mcu_port *port, uint32_t flash_addr, uint32_t n);

    /*
     * Read one word, past any cache, and without a fault whatever it holds. A word with more bad
     * bits than its code can mend is zeros.
     *
     * flash_addr  a multiple of the word
     * Returns     NACRE_OK; NACRE_PART_PROTECTED: hidden; NACRE_IO: the bus did not answer
     */
    enum nacre_err (*read)(struct nacre_mcu_port *port, uint32_t flash_addr, uint8_t *word);

    /*
     * Program one word and wait for the end.
     *
     * Returns  NACRE_OK  the controller reports no error
     *          NACRE_FLASH_LOCKED; NACRE_NOT_NOW: somebody else uses it. Unchanged
     *          NACRE_PART_PROTECTED, NACRE_FLASH_SEQUENCE, NACRE_FLASH_STROBE,
     *          NACRE_FLASH_INCONSISTENT, NACRE_TIMEOUT: the word is in any state
     */
    enum nacre_err (*program)(struct nacre_mcu_port *port, uint32_t flash_addr,
                              const uint8_t *word);

    /*
     * Start to erase the unit at flash_addr.
     *
     * Returns  NACRE_OK: ask erase_poll; NACRE_FLASH_LOCKED, NACRE_NOT_NOW: unchanged
     */
    enum nacre_err (*erase_start)(struct nacre_mcu_port *port, uint32_t flash_addr);

    /*
     * Has it ended? Asked until it has, never after that.
     *
     * Returns  NACRE_OK; NACRE_BUSY, for no longer than an erase may take
     *          the errors of program: the unit is in any state
     */
    enum nacre_err (*erase_poll)(struct nacre_mcu_port *port);

    /* As in struct nacre_medium_ops. */
    bool (*can_access)(const struct nacre_mcu_port *port, const void *buf, uint32_t n, bool write);
};

/* First in the implementation's own struct. */
struct nacre_mcu_port {
    const struct nacre_mcu_port_ops *ops;
    uint32_t core_addr;  /* where the core sees the flash */
    uint32_t bytes;
    uint32_t unit_bytes;
    uint32_t boot_bytes; /* from its start: what the core runs after a reset, never written */
    struct nacre_mcu_counts counts;
    struct nacre_mismatch mismatch; /* of the last error that a field belongs to */
};

#endif
