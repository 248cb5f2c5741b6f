/*
 * The serial NOR as a medium.
 *
 * States, and what a cut leaves: IDLE, nothing. ERASES, from erase_start until erase_poll or a read
 * saw the end: the unit in any state, suspended or not. ERASED, until the result is told: nothing
 * more than the erase left. A program begins and ends inside its call.
 *
 * Invariants
 * 1. In IDLE and ERASED without is_in_doubt the chip is neither at work nor suspended.
 * 2. An erase runs for the row's erase_run_us_min at least between a start or resume and a suspend,
 *    or it might make no progress.
 * 3. A program or an erase is sent again only when the chip shows that it did not begin: still
 *    enabled, not busy. A granule is never programmed twice.
 */
#include "nacre/media/spi_nor.h"

#include "nacre/media/spi_nor_wire.h"

#include <stddef.h>

#define TRIES 3u

static struct nacre_spi_nor *to_nor(struct nacre_medium *medium)
{
    return (struct nacre_spi_nor *)medium;
}

static bool is_inside(const struct nacre_spi_nor *nor, uint32_t addr, uint32_t n)
{
    const struct nacre_geometry *const geometry = &nor->medium.geometry;
    const uint32_t size_bytes = geometry->unit_bytes * geometry->unit_count;

    return addr <= size_bytes && n <= size_bytes - addr;
}

/* ---- an operation ---- */

/* Nothing may be under way that this code does not know of. */
static enum nacre_err clear_doubt(struct nacre_spi_nor *nor)
{
    struct nacre_spi_nor_status seen;

    if (!nor->is_in_doubt) return NACRE_OK;
    const enum nacre_err err = nacre_spi_nor_settle(nor, &seen);
    if (err == NACRE_OK) nor->is_in_doubt = false;
    return err;
}

/* A part that has lost its power, or its select line, answers ones or zeros. */
static enum nacre_err enable(struct nacre_spi_nor *nor)
{
    const struct nacre_chip *const chip = nor->chip;
    uint8_t status;

    enum nacre_err err = nacre_spi_nor_send(nor, chip->write_enable);
    if (err != NACRE_OK) return err;
    err = nacre_spi_nor_ask_status(nor, &status);
    if (err != NACRE_OK) return err;
    if ((status & chip->status_busy) != 0) return NACRE_CHIP_SUSPENDED;
    return (status & chip->status_enabled) != 0 ? NACRE_OK : NACRE_CHIP_REFUSED;
}

/* After an error of the bus: did the chip not even begin? */
static bool is_untouched(struct nacre_spi_nor *nor)
{
    uint8_t status;

    return nacre_spi_nor_ask_status(nor, &status) == NACRE_OK &&
           (status & nor->chip->status_busy) == 0 &&
           (status & nor->chip->status_enabled) != 0;
}

/*
 * Enable and send; n 0 is an erase. is_sent: the chip may have begun, whatever is returned.
 */
static enum nacre_err start(struct nacre_spi_nor *nor, uint32_t addr, const void *buf, uint32_t n,
                            bool *is_sent)
{
    const uint32_t opcode = n != 0 ? nor->chip->program : nor->chip->erase;
    enum nacre_err err = clear_doubt(nor);

    *is_sent = false;
    if (err != NACRE_OK) return err;
    for (uint32_t i = 0; i < TRIES; i++) {
        err = enable(nor);
        if (err != NACRE_OK) return err;
        err = nacre_spi_nor_operate(nor, opcode, nor->region_addr + addr, buf, n);
        if (err == NACRE_OK || !is_untouched(nor)) {
            *is_sent = true;
            return err;
        }
        nor->stats.retries++;
    }
    return err;
}

/* What the chip says when it is not busy any more. What it says for good is cleared. */
static enum nacre_err outcome(struct nacre_spi_nor *nor, const struct nacre_spi_nor_status *seen)
{
    if (nacre_spi_nor_has_failed(nor, seen)) {
        nor->is_in_doubt = nor->chip->clear_failed != 0 &&
                           nacre_spi_nor_send(nor, nor->chip->clear_failed) != NACRE_OK;
        return NACRE_IO;
    }
    return (seen->status & nor->chip->status_enabled) != 0 ? NACRE_CHIP_REFUSED : NACRE_OK;
}

/* ---- program ---- */

static enum nacre_err check_program(const struct nacre_spi_nor *nor, uint32_t addr,
                                    const void *buf, uint32_t n)
{
    const struct nacre_geometry *const geometry = &nor->medium.geometry;

    if (buf == NULL || n == 0 || !is_inside(nor, addr, n)) return NACRE_BAD_ARGUMENT;
    if (addr % geometry->granule_bytes != 0 || n % geometry->granule_bytes != 0) {
        return NACRE_BAD_ARGUMENT;
    }
    if (addr % geometry->page_bytes + n > geometry->page_bytes) return NACRE_BAD_ARGUMENT;
    return nor->state == NACRE_SPI_NOR_ERASES ? NACRE_BUSY : NACRE_OK;
}

static enum nacre_err spi_nor_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                      uint32_t n)
{
    struct nacre_spi_nor *const nor = to_nor(medium);
    struct nacre_spi_nor_status seen;
    bool is_sent;

    enum nacre_err err = check_program(nor, addr, buf, n);
    if (err != NACRE_OK) return err;
    const enum nacre_err started = start(nor, addr, buf, n, &is_sent);
    if (!is_sent) return started;
    nor->stats.programs++;
    err = nacre_spi_nor_wait(nor, nacre_spi_nor_margin_us(nor->chip->program_us_max), &seen);
    if (err != NACRE_OK) {
        nor->is_in_doubt = true;
        return started != NACRE_OK ? started : err;
    }
    err = outcome(nor, &seen);
    return started != NACRE_OK ? started : err;
}

/* ---- erase ---- */

static void note_running(struct nacre_spi_nor *nor)
{
    nor->run_us = nacre_spi_nor_now_us(nor);
}

static void note_end(struct nacre_spi_nor *nor, enum nacre_err result)
{
    nor->state = NACRE_SPI_NOR_ERASED;
    nor->result = result;
}

static bool erase_is_late(const struct nacre_spi_nor *nor)
{
    const uint32_t all_us = nor->ran_us + (nacre_spi_nor_now_us(nor) - nor->run_us);

    return all_us > nacre_spi_nor_margin_us(nor->chip->erase_us_max);
}

static enum nacre_err spi_nor_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    struct nacre_spi_nor *const nor = to_nor(medium);
    const uint32_t unit_bytes = medium->geometry.unit_bytes;
    struct nacre_spi_nor_status seen;
    bool is_sent;

    if (!is_inside(nor, addr, unit_bytes) || addr % unit_bytes != 0) return NACRE_BAD_ARGUMENT;
    if (nor->state != NACRE_SPI_NOR_IDLE) return NACRE_BUSY;
    enum nacre_err err = start(nor, addr, NULL, 0, &is_sent);
    if (!is_sent) return err;
    /* The bus failed, but the chip works: under way. */
    if (err != NACRE_OK) {
        nor->is_in_doubt = true;
        if (nacre_spi_nor_look(nor, &seen) != NACRE_OK) return err;
        if (!nacre_spi_nor_is_busy(nor, &seen)) return err;
        nor->is_in_doubt = false;
    }
    nor->state = NACRE_SPI_NOR_ERASES;
    nor->ran_us = 0;
    nor->stats.erases++;
    note_running(nor);
    return NACRE_OK;
}

/* A resume that the chip did not hear is told again by the next question. */
static void resume(struct nacre_spi_nor *nor)
{
    const enum nacre_err err = nacre_spi_nor_send(nor, nor->chip->erase_resume);

    (void)err; /* the chip goes on standing still, and the next question says so */
    note_running(nor);
}

/* Ask once. Too late: no more is known of it, and whoever comes next waits. */
static void look_at_erase(struct nacre_spi_nor *nor)
{
    struct nacre_spi_nor_status seen;
    const bool is_late = erase_is_late(nor);
    const enum nacre_err err = nacre_spi_nor_look(nor, &seen);

    if (err != NACRE_OK || nacre_spi_nor_is_busy(nor, &seen)) {
        if (!is_late && err != NACRE_PART_SILENT) return;
        nor->is_in_doubt = true;
        note_end(nor, err != NACRE_OK ? err : NACRE_TIMEOUT);
    } else if (!nacre_spi_nor_is_suspended(nor, &seen)) {
        note_end(nor, outcome(nor, &seen));
    } else if (is_late) {
        nor->is_in_doubt = true;
        note_end(nor, NACRE_TIMEOUT);
    } else {
        resume(nor);
    }
}

static void wait_for_erase(struct nacre_spi_nor *nor)
{
    for (uint32_t i = 0; i < NACRE_SPI_NOR_ASKED_MAX; i++) {
        look_at_erase(nor);
        if (nor->state != NACRE_SPI_NOR_ERASES) return;
        nacre_spi_nor_pause(nor);
    }
    nor->is_in_doubt = true;
    note_end(nor, NACRE_TIMEOUT);
}

static enum nacre_err tell_erase(struct nacre_spi_nor *nor)
{
    if (nor->state == NACRE_SPI_NOR_ERASES) return NACRE_BUSY;
    if (nor->state == NACRE_SPI_NOR_IDLE) return NACRE_OK;
    nor->state = NACRE_SPI_NOR_IDLE;
    return nor->result;
}

static enum nacre_err spi_nor_erase_poll(struct nacre_medium *medium)
{
    struct nacre_spi_nor *const nor = to_nor(medium);

    if (nor->state == NACRE_SPI_NOR_ERASES) look_at_erase(nor);
    return tell_erase(nor);
}

static enum nacre_err spi_nor_erase_wait(struct nacre_medium *medium)
{
    struct nacre_spi_nor *const nor = to_nor(medium);

    if (nor->state == NACRE_SPI_NOR_ERASES) wait_for_erase(nor);
    return tell_erase(nor);
}

/* ---- read ---- */

/* Invariant 2. */
static void let_erase_run(const struct nacre_spi_nor *nor)
{
    for (uint32_t i = 0; i < NACRE_SPI_NOR_ASKED_MAX; i++) {
        if (nacre_spi_nor_now_us(nor) - nor->run_us >= nor->chip->erase_run_us_min) return;
        nacre_spi_nor_pause(nor);
    }
}

/*
 * Make the erase stand still. It may also end meanwhile, and a chip may hear the command too late
 * to obey: both are seen by waiting until it is not busy.
 */
static enum nacre_err suspend(struct nacre_spi_nor *nor)
{
    const uint32_t longest_us = nacre_spi_nor_margin_us(nor->chip->erase_us_max);
    struct nacre_spi_nor_status seen;

    let_erase_run(nor);
    nor->ran_us += nacre_spi_nor_now_us(nor) - nor->run_us;
    enum nacre_err err = nacre_spi_nor_send(nor, nor->chip->erase_suspend);
    if (err == NACRE_OK) err = nacre_spi_nor_wait(nor, longest_us, &seen);
    note_running(nor);
    if (err != NACRE_OK) return err;
    if (nacre_spi_nor_is_suspended(nor, &seen)) {
        nor->stats.suspends++;
    } else {
        note_end(nor, outcome(nor, &seen));
    }
    return NACRE_OK;
}

static enum nacre_err read_once(struct nacre_spi_nor *nor, uint32_t addr, void *buf, uint32_t n)
{
    const struct nacre_spi_nor_read read = {
        .opcode = nor->chip->serial_read,
        .chip_addr = nor->region_addr + addr,
        .addr_bytes = nor->chip->form.addr_bytes,
    };

    return nacre_spi_nor_read_at(nor, &read, buf, n);
}

/*
 * A line that nobody drives reads as ones, or as zeros, and so does flash: before that is believed
 * the part must answer something else, and read the same again. Zeros are a status, too: the id
 * tells, or, while an erase stands still, that it does.
 */
static enum nacre_err check_presence(struct nacre_spi_nor *nor, bool reads_ones)
{
    struct nacre_spi_nor_status seen;
    uint8_t status;

    if (reads_ones) return nacre_spi_nor_ask_status(nor, &status);
    if (nor->state != NACRE_SPI_NOR_ERASES) return nacre_spi_nor_check_id(nor);
    const enum nacre_err err = nacre_spi_nor_look(nor, &seen);
    if (err != NACRE_OK) return err;
    return nacre_spi_nor_is_suspended(nor, &seen) ? NACRE_OK : NACRE_PART_SILENT;
}

static enum nacre_err read_now(struct nacre_spi_nor *nor, uint32_t addr, void *buf, uint32_t n)
{
    enum nacre_err err = read_once(nor, addr, buf, n);
    if (err != NACRE_OK) return err;

    const bool reads_ones = nacre_spi_nor_all_are(buf, n, 0xFF);
    if (!reads_ones && !nacre_spi_nor_all_are(buf, n, 0)) return NACRE_OK;
    err = check_presence(nor, reads_ones);
    return err == NACRE_OK ? read_once(nor, addr, buf, n) : err;
}

static enum nacre_err spi_nor_read(struct nacre_medium *medium, uint32_t addr, void *buf,
                                   uint32_t n)
{
    struct nacre_spi_nor *const nor = to_nor(medium);
    enum nacre_err err = NACRE_OK;

    if ((buf == NULL && n != 0) || !is_inside(nor, addr, n)) return NACRE_BAD_ARGUMENT;
    if (n == 0) return NACRE_OK;
    if (nor->state == NACRE_SPI_NOR_ERASES && nor->chip->erase_suspend != 0) {
        err = suspend(nor);
    } else if (nor->state == NACRE_SPI_NOR_ERASES) {
        wait_for_erase(nor);
    }
    if (err == NACRE_OK) err = clear_doubt(nor);
    if (err == NACRE_CHIP_SUSPENDED) err = NACRE_TIMEOUT; /* by this medium itself */
    if (err == NACRE_OK) err = read_now(nor, addr, buf, n);
    if (nor->state == NACRE_SPI_NOR_ERASES) resume(nor);
    return err;
}

/* ---- the rest ---- */

static bool spi_nor_can_access(const struct nacre_medium *medium, const void *buf, uint32_t n,
                               bool write)
{
    (void)medium;
    (void)write;
    return buf != NULL || n == 0u;
}

const struct nacre_medium_ops nacre_spi_nor_ops = {
    .read = spi_nor_read,
    .program = spi_nor_program,
    .erase_start = spi_nor_erase_start,
    .erase_poll = spi_nor_erase_poll,
    .erase_wait = spi_nor_erase_wait,
    .can_access = spi_nor_can_access,
};

enum nacre_err nacre_spi_nor_close(struct nacre_spi_nor *nor)
{
    if (nor == NULL || nor->medium.ops != &nacre_spi_nor_ops) return NACRE_BAD_ARGUMENT;
    return spi_nor_erase_wait(&nor->medium);
}
