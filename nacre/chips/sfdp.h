/*
 * A row for a part that has none, of what its own parameter tables say.
 *
 * Its limits: the tables (JESD216) say neither what a cut spoils, nor whether a granule may be
 * programmed twice, nor where fail and suspend bits are, nor that a part has banks. So another row
 * of the same family is the base: what the tables say takes its place, what they contradict is
 * refused, and the chip counts as one bank. The tables' longest times are rounded up by their
 * encoding, their intervals between resume and suspend are typical ones.
 */
#ifndef NACRE_CHIPS_SFDP_H
#define NACRE_CHIPS_SFDP_H

#include "nacre/check.h"
#include "nacre/chips/chip.h"
#include "nacre/err.h"

#include <stdint.h>

#define NACRE_SFDP_BYTES_MAX 512u /* more than any part at hand has from its start on */

/* The tables as the chip sends them, from their address 0. */
struct nacre_sfdp {
    const uint8_t *bytes;
    uint32_t n;
    const char *refused; /* out: what made the tables useless; null if nothing did */
    uint32_t of_row;     /* out: where refused is a number of the row, the row's */
    uint32_t of_tables;
};

/*
 * Make a row of the tables and a base.
 *
 * chip     filled on NACRE_OK. Its name is the base's; its id is to be set by the caller from what
 *          the chip answers: the tables do not hold it
 * base     a row of the same family, which is kept to in everything that the tables leave open
 * sfdp     refused says why not
 * Cost     none beyond the call: the chip is not asked
 * Returns  NACRE_OK
 *          NACRE_CHIP_UNKNOWN  no tables, tables that are cut off or older than JESD216A, or tables
 *                              that contradict the base: another opcode, another byte order, no
 *                              erase of the base's unit, a size that is no power of two
 *          NACRE_BAD_ARGUMENT  a pointer is null
 * Context  any
 * Source   JESD216F, basic flash parameter table DWORDs 2, 8 to 13 and 18, and 4-byte address
 *          instruction table DWORD 2; checked against the dump of the MX66UW1G45G
 */
NACRE_MUST_CHECK enum nacre_err nacre_chip_from_sfdp(struct nacre_chip *chip,
                                                     const struct nacre_chip *base,
                                                     struct nacre_sfdp *sfdp);

/*
 * Do a chip's tables contradict its row? A row may be more careful than the tables, and know more.
 *
 * sfdp     refused, of_row and of_tables say in what
 * Cost     none beyond the call: the chip is not asked
 * Returns  NACRE_OK
 *          NACRE_CHIP_TABLES  another size, opcode or byte order; a longer page; a maximum below
 *                             the tables' typical time; a latency or a run shorter than theirs;
 *                             suspend in a chip that has none
 *          NACRE_NOT_FOUND    no tables, or too old ones: some samples have none, nothing is said
 *          NACRE_BAD_ARGUMENT a pointer is null
 * Context  any
 */
NACRE_MUST_CHECK enum nacre_err nacre_chip_check_sfdp(const struct nacre_chip *row,
                                                      struct nacre_sfdp *sfdp);

#endif
