/*
 * A medium on an ordinary serial NOR flash on a bus of its own, behind struct nacre_spi.
 *
 * The program does not run from this flash: nothing is masked, nothing is dark, and the code may
 * lie anywhere. The part is a row of nacre/chips that says how it is read on one line; commands,
 * address and data all go that way.
 *
 * struct nacre_spi_nor is the caller's. It lies in RAM, is filled by nacre_spi_nor_open, and must
 * not be moved or copied afterwards. All calls come from one thread, or under the store's lock.
 */
#ifndef NACRE_MEDIA_SPI_NOR_H
#define NACRE_MEDIA_SPI_NOR_H

#include "nacre/bus.h"
#include "nacre/check.h"
#include "nacre/chips/chip.h"
#include "nacre/err.h"
#include "nacre/medium.h"

#include <stdbool.h>
#include <stdint.h>

struct nacre_spi_nor;

struct nacre_spi_nor_cfg {
    const struct nacre_chip *chip;     /* with serial_read */
    const struct nacre_spi *spi;       /* both outlive the medium */
    const struct nacre_bus_time *time;
    uint32_t region_addr;  /* chip address, a multiple of the chip's unit */
    uint32_t region_bytes; /* a multiple of the chip's unit */
    bool accepts_protection; /* true: protection bits that are set are of other parts of the chip,
                                as the caller knows from its data sheet; false: none may be set */
    /* nacre_spi_nor_check_tables; null: the row is not compared with the chip's tables */
    enum nacre_err (*check_tables)(struct nacre_spi_nor *nor, const struct nacre_spi_nor_cfg *cfg);
    uint8_t *tables;       /* RAM for them; not used after the call */
    uint32_t tables_bytes; /* at most NACRE_SFDP_BYTES_MAX; that is enough for any part */
};

enum nacre_spi_nor_state {
    NACRE_SPI_NOR_IDLE = 0,
    NACRE_SPI_NOR_ERASES, /* an erase is under way */
    NACRE_SPI_NOR_ERASED, /* it has ended, its result is untold */
};

struct nacre_spi_nor_stats {
    uint32_t programs;
    uint32_t erases;
    uint32_t suspends; /* erases that stood still for a read */
    uint32_t retries;  /* transfers that were sent again after an error of the bus */
};

struct nacre_spi_nor {
    struct nacre_medium medium; /* first: the store sees only this */
    const struct nacre_chip *chip;
    const struct nacre_spi *spi;
    const struct nacre_bus_time *time;
    uint32_t region_addr;
    uint32_t run_us;  /* when the erase began, or went on */
    uint32_t ran_us;  /* what it ran before that */
    enum nacre_spi_nor_state state;
    enum nacre_err result; /* of the erase, in NACRE_SPI_NOR_ERASED */
    bool is_in_doubt; /* the end of the last operation was not seen: ask before the next one */
    struct nacre_spi_nor_stats stats;
    const char *refused; /* NACRE_CHIP_TABLES: in which number the chip's tables contradict */
    uint32_t of_row;
    uint32_t of_tables;
};

/*
 * Ask the chip who it is, and make a medium of a region of it. A chip that is found at work, or
 * suspended, by somebody that a reset interrupted, is given the time to end, and told to go on.
 * Nothing is written.
 *
 * nor      *nor is in any state after an error, but for what is named
 * Cost     a few transfers; the row's longest erase where the chip was at work
 * Returns  NACRE_OK
 *          NACRE_BAD_ARGUMENT    a pointer is null; the row does not say how to read it serially
 *          NACRE_NO_REGION, NACRE_REGION_UNALIGNED, NACRE_REGION_OUTSIDE
 *          NACRE_PART_SILENT     the bus reads only ones, or only zeros
 *          NACRE_CHIP_UNKNOWN    another id than the row's
 *          NACRE_CHIP_SUSPENDED  it stays busy or suspended
 *          NACRE_CHIP_TABLES     its tables contradict the row: nor->refused, of_row, of_tables
 *          NACRE_PART_PROTECTED  protection bits are set, and were not accepted
 *          NACRE_BUS_*           what the bus answered to the last of several tries
 * Through the medium, besides NACRE_BUS_*, and NACRE_IO where the chip says that it failed:
 *          NACRE_PART_SILENT     nobody answers any more; a program or an erase that was under way
 *                                is in any state
 *          NACRE_CHIP_REFUSED    the write enable was not taken, or the operation did not begin.
 *                                Unchanged
 *          NACRE_CHIP_SUSPENDED  it was found at work and does not end. Unchanged
 *          NACRE_TIMEOUT         it does not end what it began
 * Context  thread only, as all that is called through the medium
 */
NACRE_MUST_CHECK enum nacre_err nacre_spi_nor_open(struct nacre_spi_nor *nor,
                                                   const struct nacre_spi_nor_cfg *cfg);

/*
 * For cfg.check_tables: compare the row with the chip's parameter tables. A part whose tables
 * cannot be read, or that has none, passes.
 *
 * Returns  NACRE_OK; NACRE_CHIP_TABLES; NACRE_BAD_ARGUMENT: no place for the tables; NACRE_BUS_*
 * Context  called by nacre_spi_nor_open
 */
NACRE_MUST_CHECK enum nacre_err nacre_spi_nor_check_tables(struct nacre_spi_nor *nor,
                                                           const struct nacre_spi_nor_cfg *cfg);

/*
 * Wait for an erase under way, so that the part can be switched off, or the bus given away.
 *
 * Cost     the row's longest erase
 * Returns  as erase_wait of nacre/medium.h
 */
NACRE_MUST_CHECK enum nacre_err nacre_spi_nor_close(struct nacre_spi_nor *nor);

#endif
