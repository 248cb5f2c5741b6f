/*
 * Frames and waits of the serial NOR: what opening it and using it share.
 */
#ifndef NACRE_MEDIA_SPI_NOR_WIRE_H
#define NACRE_MEDIA_SPI_NOR_WIRE_H

#include "nacre/media/spi_nor.h"

/* Questions in one wait, of a microsecond or more: an end where the clock stands still. */
#define NACRE_SPI_NOR_ASKED_MAX 0x100000u

/* A status that no part has: busy, and all of it protected. Nobody drives the line. */
#define NACRE_SPI_NOR_SILENT 0xFFu

/* The longest that an operation may take, with a margin for a clock that is fast. */
static inline uint32_t nacre_spi_nor_margin_us(uint32_t us)
{
    return us + us / 4u;
}

static inline uint32_t nacre_spi_nor_now_us(const struct nacre_spi_nor *nor)
{
    return nor->time->now_us(nor->time->context);
}

/* The calls of the medium, for nacre_spi_nor_open. */
extern const struct nacre_medium_ops nacre_spi_nor_ops;

/* Between two questions. */
void nacre_spi_nor_pause(const struct nacre_spi_nor *nor);

/* An opcode alone; sent again after an error of the bus, so of those that may come twice. */
NACRE_MUST_CHECK enum nacre_err nacre_spi_nor_send(struct nacre_spi_nor *nor, uint32_t opcode);

/* Write enable, a program or an erase: an address and n bytes at data. Sent once. */
NACRE_MUST_CHECK enum nacre_err nacre_spi_nor_operate(struct nacre_spi_nor *nor, uint32_t opcode,
                                                      uint32_t chip_addr, const void *data,
                                                      uint32_t n);

/* n bytes of a register or an id behind dummy clocks; asked again after an error of the bus. */
NACRE_MUST_CHECK enum nacre_err nacre_spi_nor_ask(struct nacre_spi_nor *nor, uint32_t opcode,
                                                  uint32_t dummy_clocks, uint8_t *bytes,
                                                  uint32_t n);

/* A read with an address. */
struct nacre_spi_nor_read {
    uint32_t opcode;
    uint32_t chip_addr;
    uint32_t addr_bytes;
    uint32_t dummy_clocks;
};

/* n bytes of it to buf; read again after an error of the bus. */
NACRE_MUST_CHECK enum nacre_err nacre_spi_nor_read_at(struct nacre_spi_nor *nor,
                                                      const struct nacre_spi_nor_read *read,
                                                      void *buf, uint32_t n);

/* Three bytes of id. Returns  also NACRE_PART_SILENT, NACRE_CHIP_UNKNOWN: not the row's */
NACRE_MUST_CHECK enum nacre_err nacre_spi_nor_check_id(struct nacre_spi_nor *nor);

/* Are n bytes all of this value? */
bool nacre_spi_nor_all_are(const uint8_t *bytes, uint32_t n, uint8_t value);

/* Asked twice before nobody is believed to answer: then NACRE_PART_SILENT. */
NACRE_MUST_CHECK enum nacre_err nacre_spi_nor_ask_status(struct nacre_spi_nor *nor,
                                                         uint8_t *status);

/* What the chip's registers showed. */
struct nacre_spi_nor_status {
    uint8_t status;
    uint8_t security;
};

/*
 * Look once: at the status and, when it is not busy, at the register with the suspend and fail
 * bits; else that is 0.
 *
 * seen     written on NACRE_OK
 * Returns  NACRE_OK; NACRE_PART_SILENT: nobody answers; NACRE_BUS_*
 */
NACRE_MUST_CHECK enum nacre_err nacre_spi_nor_look(struct nacre_spi_nor *nor,
                                                   struct nacre_spi_nor_status *seen);

/* At work? Some parts stay busy when they have failed: those are not. */
bool nacre_spi_nor_is_busy(const struct nacre_spi_nor *nor,
                           const struct nacre_spi_nor_status *seen);

/* Does it show a program or an erase that is held up? Never, of a chip without suspend. */
bool nacre_spi_nor_is_suspended(const struct nacre_spi_nor *nor,
                                const struct nacre_spi_nor_status *seen);

/* Does it show that an operation failed? Of either kind: one at a time is under way. */
bool nacre_spi_nor_has_failed(const struct nacre_spi_nor *nor,
                              const struct nacre_spi_nor_status *seen);

/*
 * Ask until the chip is not busy, and for us at most.
 *
 * Returns  NACRE_OK, with what was seen last; NACRE_TIMEOUT; NACRE_PART_SILENT: nobody answers;
 *          NACRE_BUS_*
 */
NACRE_MUST_CHECK enum nacre_err nacre_spi_nor_wait(struct nacre_spi_nor *nor, uint32_t us,
                                                   struct nacre_spi_nor_status *seen);

/*
 * Bring the chip to rest, whatever it does: wait, resume what is suspended, clear what has failed.
 *
 * Returns  NACRE_OK; NACRE_CHIP_SUSPENDED: it stays busy or suspended; NACRE_PART_SILENT;
 *          NACRE_BUS_*
 */
NACRE_MUST_CHECK enum nacre_err nacre_spi_nor_settle(struct nacre_spi_nor *nor,
                                                     struct nacre_spi_nor_status *seen);

#endif
