/*
 * The rest of the chip. Its state is nor->erasing, a range that is erased unit by unit; what ends a
 * unit is in nor_call.c.
 *
 * States of nor->erasing, and the step between them:
 *   none      -> under way  nacre_nor_erase_start; a cut leaves the first unit in any state
 *   under way -> under way  nacre_nor_erase_poll begins the next unit; a cut leaves it in any
 *                           state, those before it erased
 *   under way -> untold     the last unit has ended, or one has failed, seen by any call
 *   under way -> none       nacre_nor_erase_stop
 *   untold    -> none       nacre_nor_erase_poll tells it
 */
#include "nacre/media/nor_rest.h"

#include "nacre/media/nor_call.h"
#include "nacre/media/nor_job.h"
#include "nacre/media/nor_way.h"

#include <stddef.h>

#define PAUSE_US_MIN 20u   /* between two looks of who waits for an erase */
#define PAUSE_US_MAX 1000u

/* ---- what may be written ---- */

static bool overlap(uint32_t a, uint32_t a_bytes, uint32_t b, uint32_t b_bytes)
{
    return a < b + b_bytes && b < a + a_bytes;
}

static enum nacre_err check_in_chip(const struct nacre_nor *nor, uint32_t addr, uint32_t n)
{
    const uint32_t chip_bytes = nor->chip->chip_bytes;

    if (addr > chip_bytes || n > chip_bytes - addr) return NACRE_REGION_OUTSIDE;
    return addr + n > chip_bytes - nor->chip->last_bytes ? NACRE_REGION_LAST_BYTES : NACRE_OK;
}

/* A bank of the image: in slices, as far as configuration, chip and budget allow them. */
static enum nacre_err check_way(struct nacre_nor *nor, uint32_t addr, uint32_t n)
{
    const uint32_t needed_us = nacre_slice_bound_us(nor);

    if (!nacre_way_is_in_run_bank(nor, addr, n)) return NACRE_OK;
    if (nor->way == NACRE_WAY_SLICED || nor->way == NACRE_WAY_WHOLE) return NACRE_OK;
    if (!nor->is_auto || nor->chip->erase_suspend == 0) return NACRE_REGION_IN_RUN_BANK;
    if (nor->budget_us < needed_us) {
        nor->blackout.port.mismatch =
            (struct nacre_mismatch){"budget_us, rest of the chip", nor->budget_us, needed_us, ~0u};
        return NACRE_OUT_OF_LIMITS;
    }
    nor->way = NACRE_WAY_SLICED; /* of the image's banks; the region is in another one */
    return NACRE_OK;
}

/* Whose is it, and is there a way to write it? */
static enum nacre_err check_range(struct nacre_nor *nor, uint32_t addr, uint32_t n)
{
    const enum nacre_err err = check_in_chip(nor, addr, n);
    if (err != NACRE_OK) return err;
    if (overlap(addr, n, nor->run_addr, nor->run_bytes)) return NACRE_REGION_IN_IMAGE;
    if (overlap(addr, n, nor->region_addr, nacre_nor_region_bytes(nor))) {
        return NACRE_REGION_IN_STORE;
    }
    const enum nacre_err path = nacre_port_range_check(&nor->blackout.port, addr, n);
    if (path != NACRE_OK) return path;
    return check_way(nor, addr, n);
}

/* ---- read ---- */

static enum nacre_err read_inside(struct nacre_nor *nor, uint32_t addr, void *buf, uint32_t n)
{
    if (buf == NULL && n != 0) return NACRE_BAD_ARGUMENT;
    const enum nacre_err err = check_in_chip(nor, addr, n);
    if (err != NACRE_OK || n == 0) return err;
    if (!nacre_port_is_writable(buf, n)) return NACRE_BAD_BUFFER;
    return nacre_nor_copy(nor, addr, buf, n);
}

enum nacre_err nacre_nor_read(struct nacre_nor *nor, uint32_t chip_addr, void *buf, uint32_t n)
{
    const enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;
    return nacre_nor_leave(nor, read_inside(nor, chip_addr, buf, n));
}

/* ---- program ---- */

static enum nacre_err check_program(struct nacre_nor *nor, uint32_t addr, const void *buf,
                                    uint32_t n)
{
    const struct nacre_nor_range *const range = &nor->erasing;
    const uint32_t granule_bytes = nor->chip->granule_bytes;

    if (buf == NULL || n == 0) return NACRE_BAD_ARGUMENT;
    if (addr % granule_bytes != 0 || n % granule_bytes != 0) return NACRE_BAD_ARGUMENT;
    enum nacre_err err = check_range(nor, addr, n);
    if (err != NACRE_OK) return err;
    if (!nacre_port_is_readable(buf, n)) return NACRE_BAD_BUFFER;
    if (range->is_under_way && overlap(addr, n, range->at, range->end - range->at)) {
        return NACRE_BUSY;
    }
    err = nacre_nor_make_free(nor);
    if (err != NACRE_OK) return err;
    return nacre_nor_is_blank(nor, addr, n) ? NACRE_OK : NACRE_NOT_ERASED;
}

/* The store may have begun something since the last piece. */
static enum nacre_err program_inside(struct nacre_nor *nor, uint32_t addr, const void *buf,
                                     uint32_t n)
{
    const enum nacre_err err = nacre_nor_make_free(nor);
    return err == NACRE_OK ? nacre_nor_program_piece(nor, addr, buf, n) : err;
}

/* Up to the next multiple of a piece's size, or of a page if those are shorter. */
static uint32_t piece_bytes(const struct nacre_chip *chip, uint32_t addr, uint32_t n)
{
    const uint32_t longest = chip->page_bytes < NACRE_NOR_PIECE_BYTES ? chip->page_bytes
                                                                      : NACRE_NOR_PIECE_BYTES;
    const uint32_t piece = longest - addr % longest;

    return n < piece ? n : piece;
}

enum nacre_err nacre_nor_program(struct nacre_nor *nor, uint32_t chip_addr, const void *buf,
                                 uint32_t n)
{
    uint32_t piece;
    enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;

    err = nacre_nor_leave(nor, check_program(nor, chip_addr, buf, n));
    for (uint32_t at = 0; at < n && err == NACRE_OK; at += piece) {
        const uint8_t *const bytes = (const uint8_t *)buf + at;

        piece = piece_bytes(nor->chip, chip_addr + at, n - at);
        err = nacre_nor_enter(nor);
        if (err != NACRE_OK) return err;
        err = nacre_nor_leave(nor, program_inside(nor, chip_addr + at, bytes, piece));
    }
    return err;
}

/* ---- erase ---- */

/* It has ended early. What may still be under way is nobody's. */
static void give_up(struct nacre_nor *nor)
{
    nor->erasing.is_under_way = false;
    if (nor->owner == NACRE_NOR_REST) nor->owner = NACRE_NOR_NOBODY;
}

/* Nothing is under way: begin the unit that is next. */
static enum nacre_err begin_unit(struct nacre_nor *nor)
{
    nor->owner = NACRE_NOR_REST;
    return nacre_way_start(nor, nor->erasing.at, 0);
}

static enum nacre_err start_inside(struct nacre_nor *nor, uint32_t addr, uint32_t n)
{
    const uint32_t unit_bytes = nor->chip->unit_bytes;
    struct nacre_nor_range *const range = &nor->erasing;

    if (n == 0) return NACRE_BAD_ARGUMENT;
    if (addr % unit_bytes != 0 || n % unit_bytes != 0) return NACRE_REGION_UNALIGNED;
    const enum nacre_err err = check_range(nor, addr, n);
    if (err != NACRE_OK) return err;
    if (range->is_under_way || range->is_untold) return NACRE_BUSY;
    *range = (struct nacre_nor_range){.at = addr, .end = addr + n, .is_under_way = true};
    range->free_at = nacre_nor_now(nor);
    nor->is_refused = false;
    const enum nacre_err begun = nor->state == NACRE_NOR_IDLE ? begin_unit(nor) : NACRE_OK;
    if (begun != NACRE_OK) give_up(nor);
    return begun;
}

enum nacre_err nacre_nor_erase_start(struct nacre_nor *nor, uint32_t chip_addr, uint32_t n)
{
    const enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;
    return nacre_nor_leave(nor, start_inside(nor, chip_addr, n));
}

/* The store may have more to write, but it is not let in for ever. */
static bool gives_way(const struct nacre_nor *nor)
{
    return nacre_nor_us_since(nor, &nor->store_at) < NACRE_NOR_GIVE_WAY_US &&
           nacre_nor_us_since(nor, &nor->erasing.free_at) < NACRE_NOR_GIVE_WAY_US_MAX;
}

/* One step: ask the chip, whoever keeps it busy, and begin the next unit. */
static enum nacre_err step(struct nacre_nor *nor)
{
    const enum nacre_err err = nacre_nor_look(nor);
    if (err != NACRE_OK || !nor->erasing.is_under_way) return err;
    if (gives_way(nor)) return NACRE_BUSY;
    const enum nacre_err begun = begin_unit(nor);
    return begun == NACRE_OK ? NACRE_BUSY : begun;
}

static enum nacre_err poll_inside(struct nacre_nor *nor, uint32_t *left_bytes)
{
    struct nacre_nor_range *const range = &nor->erasing;
    enum nacre_err err = range->is_under_way ? step(nor) : NACRE_OK;

    if (err != NACRE_OK && err != NACRE_BUSY && err != NACRE_QUIET) give_up(nor);
    if (range->is_untold) {
        err = range->result;
        range->is_untold = false;
    }
    if (left_bytes != NULL) *left_bytes = range->end - range->at;
    return err;
}

enum nacre_err nacre_nor_erase_poll(struct nacre_nor *nor, uint32_t *left_bytes)
{
    const enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;
    return nacre_nor_leave(nor, poll_inside(nor, left_bytes));
}

static enum nacre_err stop_inside(struct nacre_nor *nor)
{
    struct nacre_nor_range *const range = &nor->erasing;
    const bool is_at_work = nor->state == NACRE_NOR_ERASES && nor->owner == NACRE_NOR_REST;
    const enum nacre_err err = is_at_work ? nacre_nor_settle(nor) : NACRE_OK;

    give_up(nor);
    *range = (struct nacre_nor_range){.is_under_way = false};
    return err;
}

enum nacre_err nacre_nor_erase_stop(struct nacre_nor *nor)
{
    const enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;
    return nacre_nor_leave(nor, stop_inside(nor));
}

/* The lock is free meanwhile. */
static void pause(const struct nacre_nor *nor, uint32_t us)
{
    const struct nacre_moment now = nacre_nor_now(nor);

    nacre_nor_wait_since(nor, &now, us);
}

/* Until it makes sense to ask again; short, for a saving thread may come in between. */
static uint32_t until_next_us(const struct nacre_nor *nor)
{
    const uint32_t passed_us = nacre_nor_us_since(nor, &nor->poll_at);
    const uint32_t left_us = passed_us < nor->poll_wait_us ? nor->poll_wait_us - passed_us : 0;

    if (nor->is_refused || left_us < PAUSE_US_MIN) return PAUSE_US_MIN;
    return left_us < PAUSE_US_MAX ? left_us : PAUSE_US_MAX;
}

/* The other bus masters have a deadline where somebody waits. */
static enum nacre_err wait_inside(struct nacre_nor *nor, uint32_t *pause_us)
{
    const enum nacre_err err = poll_inside(nor, NULL);

    *pause_us = until_next_us(nor);
    if (err == NACRE_QUIET) give_up(nor);
    if (err != NACRE_BUSY || !nacre_nor_job_is_late(nor)) return err;
    const bool is_begun = nor->state == NACRE_NOR_ERASES && nor->owner == NACRE_NOR_REST;
    give_up(nor);
    return is_begun ? NACRE_TIMEOUT : NACRE_NOT_NOW;
}

enum nacre_err nacre_nor_erase(struct nacre_nor *nor, uint32_t chip_addr, uint32_t n)
{
    enum nacre_err err = nacre_nor_erase_start(nor, chip_addr, n);
    if (err != NACRE_OK) return err;

    do { /* ends: each unit does, or takes longer than the row says; and so do the hooks */
        uint32_t pause_us = PAUSE_US_MIN;

        err = nacre_nor_enter(nor);
        if (err != NACRE_OK) return err;
        err = nacre_nor_leave(nor, wait_inside(nor, &pause_us));
        if (err == NACRE_BUSY) pause(nor, pause_us);
    } while (err == NACRE_BUSY);
    return err;
}
