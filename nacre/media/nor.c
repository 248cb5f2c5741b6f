/*
 * The NOR medium: addresses and pieces; what the flash does with them is the way's affair.
 *
 * States of struct nacre_nor, and the step between them:
 *   CLOSED   -> IDLE      nacre_nor_open
 *   IDLE     -> PROGRAMS  nacre_way_start in nor_program; a cut: the granules named, in any state
 *   PROGRAMS -> IDLE      nacre_way_wait, before nor_program returns; a program that outlasted the
 *                         row's maximum stays PROGRAMS, and the next call asks again
 *   IDLE     -> ERASES    nacre_way_start in nor_erase_start; a cut: the unit, in any state
 *   ERASES   -> IDLE      nacre_way_poll, nacre_way_wait
 *   any      -> CLOSED    nacre_nor_close
 *
 * Nobody reads what is fenced: that would be a fault. With read while write it is the busy bank, so
 * a read waits for an erase to end. Of a sliced erase, which is suspended whenever this code runs,
 * only the unit is fenced, and a read of another one goes on.
 */
#include "nacre/media/nor.h"

#include "nacre/media/nor_way.h"

#include <stddef.h>
#include <string.h>

#define BLANK 0xFFu

static struct nacre_nor *to_nor(struct nacre_medium *medium)
{
    return (struct nacre_nor *)medium;
}

/* Each call enters here and leaves by clearing is_entered. */
static enum nacre_err enter(struct nacre_nor *nor)
{
    if (nor == NULL) return NACRE_BAD_ARGUMENT;
    if (nacre_port_in_interrupt()) return NACRE_FROM_INTERRUPT;
    if (nor->state == NACRE_NOR_CLOSED) return NACRE_NOT_MOUNTED;
    if (nor->is_entered) return NACRE_NESTED;
    nor->is_entered = true;
    return NACRE_OK;
}

static uint32_t region_bytes(const struct nacre_nor *nor)
{
    return nor->medium.geometry.unit_bytes * nor->medium.geometry.unit_count;
}

static bool is_inside(const struct nacre_nor *nor, uint32_t addr, uint32_t n)
{
    return addr <= region_bytes(nor) && n <= region_bytes(nor) - addr;
}

static const uint8_t *mapped(const struct nacre_nor *nor, uint32_t addr)
{
    return nor->blackout.port.window + nor->region_addr + addr;
}

static bool is_blank(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (bytes[i] != BLANK) return false;
    }
    return true;
}

/* The erase has ended with err: is the unit really blank? What is told is told once. */
static enum nacre_err erase_outcome(const struct nacre_nor *nor, enum nacre_err err)
{
    if (err == NACRE_TIMEOUT) return NACRE_TIMEOUT;
    if (err != NACRE_OK) return NACRE_IO;
    return is_blank(nor->blackout.port.window + nor->op_addr, nor->op_bytes) ? NACRE_OK : NACRE_IO;
}

/* Wait until nothing is under way. The result of an erase is kept for who started it. */
static enum nacre_err settle(struct nacre_nor *nor)
{
    const bool erases = nor->state == NACRE_NOR_ERASES;

    if (nor->state == NACRE_NOR_IDLE) return NACRE_OK;
    const enum nacre_err err = nacre_way_wait(nor);
    if (nor->state != NACRE_NOR_IDLE) return NACRE_TIMEOUT;
    if (erases) nor->erase_result = erase_outcome(nor, err);
    return NACRE_OK;
}

/* ---- read ---- */

/* Bytes at buf that are fenced can be read by nobody. */
static bool is_fenced(const struct nacre_nor *nor, const void *buf, uint32_t n)
{
    const struct nacre_fence *const fence = &nor->job.fence;
    const uintptr_t first = (uintptr_t)nor->blackout.port.window + fence->chip_addr;

    if (nor->state != NACRE_NOR_PROGRAMS && nor->state != NACRE_NOR_ERASES) return false;
    if (nor->has_ended) return false;
    return (uintptr_t)buf < first + (1u << fence->bits) && first < (uintptr_t)buf + n;
}

static enum nacre_err read_inside(struct nacre_nor *nor, uint32_t addr, void *buf, uint32_t n)
{
    if (buf == NULL || !is_inside(nor, addr, n)) return NACRE_BAD_ARGUMENT;
    if (!nacre_port_is_writable(buf, n)) return NACRE_BAD_BUFFER;

    const enum nacre_err err = is_fenced(nor, mapped(nor, addr), n) ? settle(nor) : NACRE_OK;
    if (err != NACRE_OK) return err;
    memcpy(buf, mapped(nor, addr), n);
    return NACRE_OK;
}

static enum nacre_err nor_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    struct nacre_nor *const nor = to_nor(medium);
    enum nacre_err err = enter(nor);
    if (err != NACRE_OK) return err;

    err = read_inside(nor, addr, buf, n);
    nor->is_entered = false;
    return err;
}

/* ---- program ---- */

static enum nacre_err check_program(const struct nacre_nor *nor, uint32_t addr, const void *buf,
                                    uint32_t n)
{
    const struct nacre_geometry *const geometry = &nor->medium.geometry;

    if (buf == NULL || n == 0 || !is_inside(nor, addr, n)) return NACRE_BAD_ARGUMENT;
    if (addr % geometry->granule_bytes != 0 || n % geometry->granule_bytes != 0) {
        return NACRE_BAD_ARGUMENT;
    }
    if (addr % geometry->page_bytes + n > geometry->page_bytes) return NACRE_BAD_ARGUMENT;
    if (!nacre_port_is_readable(buf, n)) return NACRE_BAD_BUFFER;
    return NACRE_OK;
}

/* One piece; what the source holds is copied to RAM first, for it may lie in the flash. */
static enum nacre_err program_piece(struct nacre_nor *nor, uint32_t addr, const void *buf,
                                    uint32_t n)
{
    memcpy(nor->piece, buf, n);
    enum nacre_err err = nacre_way_start(nor, nor->region_addr + addr, n);
    if (err != NACRE_OK) return err;
    err = nacre_way_wait(nor);
    if (err != NACRE_OK) return err;
    return memcmp(nor->piece, mapped(nor, addr), n) == 0 ? NACRE_OK : NACRE_VERIFY;
}

static enum nacre_err program_inside(struct nacre_nor *nor, uint32_t addr, const void *buf,
                                     uint32_t n)
{
    enum nacre_err err = check_program(nor, addr, buf, n);
    if (err != NACRE_OK) return err;
    if (nor->state == NACRE_NOR_ERASES) return NACRE_BUSY;
    err = settle(nor);
    if (err != NACRE_OK) return err;
    if (!is_blank(mapped(nor, addr), n)) return NACRE_NOT_ERASED;

    for (uint32_t at = 0; at < n; at += NACRE_NOR_PIECE_BYTES) {
        const uint32_t left = n - at;
        const uint32_t piece = left < NACRE_NOR_PIECE_BYTES ? left : NACRE_NOR_PIECE_BYTES;

        err = program_piece(nor, addr + at, (const uint8_t *)buf + at, piece);
        if (err != NACRE_OK) return at == 0 ? err : NACRE_IO;
    }
    return NACRE_OK;
}

static enum nacre_err nor_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                  uint32_t n)
{
    struct nacre_nor *const nor = to_nor(medium);
    enum nacre_err err = enter(nor);
    if (err != NACRE_OK) return err;

    err = program_inside(nor, addr, buf, n);
    nor->is_entered = false;
    return err;
}

/* ---- erase ---- */

static enum nacre_err erase_inside(struct nacre_nor *nor, uint32_t addr)
{
    const uint32_t unit_bytes = nor->medium.geometry.unit_bytes;

    if (!is_inside(nor, addr, unit_bytes) || addr % unit_bytes != 0) return NACRE_BAD_ARGUMENT;
    if (nor->state == NACRE_NOR_ERASES || nor->erase_result != NACRE_BUSY) return NACRE_BUSY;
    const enum nacre_err err = settle(nor);
    if (err != NACRE_OK) return err;
    return nacre_way_start(nor, nor->region_addr + addr, 0);
}

static enum nacre_err nor_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    struct nacre_nor *const nor = to_nor(medium);
    enum nacre_err err = enter(nor);
    if (err != NACRE_OK) return err;

    err = erase_inside(nor, addr);
    nor->is_entered = false;
    return err;
}

static enum nacre_err tell_erase(struct nacre_nor *nor, bool may_wait)
{
    if (nor->erase_result != NACRE_BUSY) {
        const enum nacre_err told = nor->erase_result;

        nor->erase_result = NACRE_BUSY;
        return told;
    }
    if (nor->state != NACRE_NOR_ERASES) return NACRE_OK;

    const enum nacre_err err = may_wait ? nacre_way_wait(nor) : nacre_way_poll(nor);
    if (nor->state != NACRE_NOR_IDLE) return err;
    return erase_outcome(nor, err);
}

static enum nacre_err nor_erase_poll(struct nacre_medium *medium)
{
    struct nacre_nor *const nor = to_nor(medium);
    enum nacre_err err = enter(nor);
    if (err != NACRE_OK) return err;

    err = tell_erase(nor, false);
    nor->is_entered = false;
    return err;
}

static enum nacre_err nor_erase_wait(struct nacre_medium *medium)
{
    struct nacre_nor *const nor = to_nor(medium);
    enum nacre_err err = enter(nor);
    if (err != NACRE_OK) return err;

    err = tell_erase(nor, true);
    nor->is_entered = false;
    return err;
}

/* ---- the rest ---- */

static bool nor_can_access(const struct nacre_medium *medium, const void *buf, uint32_t n,
                           bool write)
{
    const struct nacre_nor *const nor = (const struct nacre_nor *)medium;

    if (n == 0) return true;
    if (buf == NULL) return false;
    if (write) return nacre_port_is_writable(buf, n);
    return nacre_port_is_readable(buf, n) && !is_fenced(nor, buf, n);
}

const struct nacre_medium_ops nacre_nor_ops = {
    .read = nor_read,
    .program = nor_program,
    .erase_start = nor_erase_start,
    .erase_poll = nor_erase_poll,
    .erase_wait = nor_erase_wait,
    .can_access = nor_can_access,
};

enum nacre_err nacre_nor_close(struct nacre_nor *nor)
{
    enum nacre_err err = enter(nor);
    if (err != NACRE_OK) return err;

    err = nacre_way_wait(nor);
    if (nor->state == NACRE_NOR_IDLE) nor->state = NACRE_NOR_CLOSED;
    nor->is_entered = false;
    return err;
}

enum nacre_err nacre_nor_stats(const struct nacre_nor *nor, struct nacre_nor_stats *stats)
{
    if (nor == NULL || stats == NULL) return NACRE_BAD_ARGUMENT;
    if (nor->state == NACRE_NOR_CLOSED) return NACRE_NOT_MOUNTED;
    *stats = nor->stats;
    return NACRE_OK;
}
