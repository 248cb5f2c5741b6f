/*
 * Frames and waits of the serial NOR. A frame that the bus did not move is sent again a few times
 * where it may come twice; the callback has put the bus in order by then.
 */
#include "nacre/media/spi_nor_wire.h"

#include "nacre/media/bus_answer.h"

#include <stddef.h>
#include <string.h>

#define TRIES 3u
#define HEADER_BYTES_MAX 8u /* an opcode, four of an address, up to three of dummy clocks */
#define BYTE_CLOCKS 8u
#define SETTLE_ROUNDS 4u    /* resumes: of an erase, of a program, and again */

struct header {
    uint8_t bytes[HEADER_BYTES_MAX];
    uint32_t n;
};

void nacre_spi_nor_pause(const struct nacre_spi_nor *nor)
{
    if (nor->time->pause != NULL) nor->time->pause(nor->time->context);
}

/* ---- frames ---- */

static void add_opcode(struct header *header, uint32_t opcode)
{
    header->bytes[0] = (uint8_t)opcode;
    header->n = 1;
}

/* Most significant byte first. */
static void add_addr(struct header *header, uint32_t chip_addr, uint32_t addr_bytes)
{
    for (uint32_t i = addr_bytes; i-- > 0u;) {
        header->bytes[header->n++] = (uint8_t)(chip_addr >> (i * BYTE_CLOCKS));
    }
}

static void add_dummies(struct header *header, uint32_t clocks)
{
    for (uint32_t i = 0; i < clocks / BYTE_CLOCKS && header->n < HEADER_BYTES_MAX; i++) {
        header->bytes[header->n++] = 0;
    }
}

static enum nacre_err transfer(const struct nacre_spi_nor *nor,
                               const struct nacre_spi_frame *frame)
{
    return nacre_bus_answer(nor->spi->transfer(nor->spi->context, frame),
                            frame->out_bytes + frame->more_bytes + frame->in_bytes);
}

static enum nacre_err transfer_again(struct nacre_spi_nor *nor,
                                     const struct nacre_spi_frame *frame)
{
    enum nacre_err err = transfer(nor, frame);

    for (uint32_t i = 1; err != NACRE_OK && i < TRIES; i++) {
        nor->stats.retries++;
        err = transfer(nor, frame);
    }
    return err;
}

enum nacre_err nacre_spi_nor_send(struct nacre_spi_nor *nor, uint32_t opcode)
{
    struct header header;

    add_opcode(&header, opcode);
    const struct nacre_spi_frame frame = {.out = header.bytes, .out_bytes = header.n};
    return transfer_again(nor, &frame);
}

enum nacre_err nacre_spi_nor_operate(struct nacre_spi_nor *nor, uint32_t opcode,
                                     uint32_t chip_addr, const void *data, uint32_t n)
{
    struct header header;

    add_opcode(&header, opcode);
    add_addr(&header, chip_addr, nor->chip->form.addr_bytes);
    const struct nacre_spi_frame frame = {
        .out = header.bytes, .out_bytes = header.n, .more = data, .more_bytes = n};
    return transfer(nor, &frame);
}

enum nacre_err nacre_spi_nor_ask(struct nacre_spi_nor *nor, uint32_t opcode,
                                 uint32_t dummy_clocks, uint8_t *bytes, uint32_t n)
{
    struct header header;

    add_opcode(&header, opcode);
    add_dummies(&header, dummy_clocks);
    const struct nacre_spi_frame frame = {
        .out = header.bytes, .out_bytes = header.n, .in = bytes, .in_bytes = n};
    return transfer_again(nor, &frame);
}

enum nacre_err nacre_spi_nor_read_at(struct nacre_spi_nor *nor,
                                     const struct nacre_spi_nor_read *read, void *buf, uint32_t n)
{
    struct header header;

    add_opcode(&header, read->opcode);
    add_addr(&header, read->chip_addr, read->addr_bytes);
    add_dummies(&header, read->dummy_clocks);
    const struct nacre_spi_frame frame = {
        .out = header.bytes, .out_bytes = header.n, .in = buf, .in_bytes = n};
    return transfer_again(nor, &frame);
}

/* ---- what the chip says ---- */

bool nacre_spi_nor_all_are(const uint8_t *bytes, uint32_t n, uint8_t value)
{
    for (uint32_t i = 0; i < n; i++) {
        if (bytes[i] != value) return false;
    }
    return true;
}

enum nacre_err nacre_spi_nor_check_id(struct nacre_spi_nor *nor)
{
    const struct nacre_chip *const chip = nor->chip;
    uint8_t id[NACRE_CHIP_ID_BYTES];

    const enum nacre_err err =
        nacre_spi_nor_ask(nor, chip->read_id, chip->id_dummy_clocks, id, sizeof id);
    if (err != NACRE_OK) return err;
    if (nacre_spi_nor_all_are(id, sizeof id, 0xFF) || nacre_spi_nor_all_are(id, sizeof id, 0)) {
        return NACRE_PART_SILENT;
    }
    return memcmp(id, chip->id, sizeof id) == 0 ? NACRE_OK : NACRE_CHIP_UNKNOWN;
}

enum nacre_err nacre_spi_nor_ask_status(struct nacre_spi_nor *nor, uint8_t *status)
{
    for (uint32_t i = 0; i < 2u; i++) {
        const enum nacre_err err = nacre_spi_nor_ask(nor, nor->chip->read_status,
                                                     nor->chip->status_dummy_clocks, status, 1);
        if (err != NACRE_OK || *status != NACRE_SPI_NOR_SILENT) return err;
    }
    return NACRE_PART_SILENT;
}

enum nacre_err nacre_spi_nor_look(struct nacre_spi_nor *nor, struct nacre_spi_nor_status *seen)
{
    const struct nacre_chip *const chip = nor->chip;
    const enum nacre_err err = nacre_spi_nor_ask_status(nor, &seen->status);

    seen->security = 0;
    if (err != NACRE_OK || nacre_spi_nor_is_busy(nor, seen) || chip->read_security == 0) {
        return err;
    }
    return nacre_spi_nor_ask(nor, chip->read_security, chip->status_dummy_clocks,
                             &seen->security, 1);
}

bool nacre_spi_nor_is_busy(const struct nacre_spi_nor *nor,
                           const struct nacre_spi_nor_status *seen)
{
    const struct nacre_chip *const chip = nor->chip;
    const uint32_t failed = chip->status_program_failed | chip->status_erase_failed;

    return (seen->status & chip->status_busy) != 0 && (seen->status & failed) == 0;
}

bool nacre_spi_nor_is_suspended(const struct nacre_spi_nor *nor,
                                const struct nacre_spi_nor_status *seen)
{
    return (seen->security & nor->chip->security_suspended) != 0;
}

bool nacre_spi_nor_has_failed(const struct nacre_spi_nor *nor,
                              const struct nacre_spi_nor_status *seen)
{
    const struct nacre_chip *const chip = nor->chip;

    return (seen->status & (chip->status_program_failed | chip->status_erase_failed)) != 0 ||
           (seen->security &
            (chip->security_program_failed | chip->security_erase_failed)) != 0;
}

/* ---- waits ---- */

enum nacre_err nacre_spi_nor_wait(struct nacre_spi_nor *nor, uint32_t us,
                                  struct nacre_spi_nor_status *seen)
{
    const uint32_t begun_us = nacre_spi_nor_now_us(nor);

    for (uint32_t i = 0; i < NACRE_SPI_NOR_ASKED_MAX; i++) {
        /* Before the question: a thread that was kept away for long asks once more. */
        const bool is_late = nacre_spi_nor_now_us(nor) - begun_us > us;
        const enum nacre_err err = nacre_spi_nor_look(nor, seen);

        if (err != NACRE_OK) return err;
        if (!nacre_spi_nor_is_busy(nor, seen)) return NACRE_OK;
        if (is_late) return NACRE_TIMEOUT;
        nacre_spi_nor_pause(nor);
    }
    return NACRE_TIMEOUT;
}

/* Both kinds in turn where they have opcodes of their own: the bits do not always say which. */
static enum nacre_err resume(struct nacre_spi_nor *nor, uint32_t round)
{
    const struct nacre_chip *const chip = nor->chip;
    const bool is_program = round % 2u != 0 && chip->program_resume != 0;

    return nacre_spi_nor_send(nor, is_program ? chip->program_resume : chip->erase_resume);
}

enum nacre_err nacre_spi_nor_settle(struct nacre_spi_nor *nor, struct nacre_spi_nor_status *seen)
{
    const struct nacre_chip *const chip = nor->chip;
    const uint32_t longest_us = nacre_spi_nor_margin_us(chip->erase_us_max);
    enum nacre_err err = nacre_spi_nor_wait(nor, longest_us, seen);

    for (uint32_t i = 0; err == NACRE_OK && nacre_spi_nor_is_suspended(nor, seen); i++) {
        if (i == SETTLE_ROUNDS || chip->erase_resume == 0) return NACRE_CHIP_SUSPENDED;
        err = resume(nor, i);
        if (err == NACRE_OK) err = nacre_spi_nor_wait(nor, longest_us, seen);
    }
    if (err == NACRE_TIMEOUT) return NACRE_CHIP_SUSPENDED;
    if (err == NACRE_OK && chip->clear_failed != 0 && nacre_spi_nor_has_failed(nor, seen)) {
        err = nacre_spi_nor_send(nor, chip->clear_failed);
    }
    return err;
}
