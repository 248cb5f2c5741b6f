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
 *
 * What nor_rest.h has under way is waited for by a program or an erase of the store, for a chip
 * does one thing at a time: the store never learns of it, and the result is kept for who asks
 * there.
 */
#include "nacre/media/nor.h"

#include "nacre/media/nor_call.h"
#include "nacre/media/nor_job.h"
#include "nacre/media/nor_way.h"

#include <stddef.h>

static struct nacre_nor *to_nor(struct nacre_medium *medium)
{
    return (struct nacre_nor *)medium;
}

static bool is_inside(const struct nacre_nor *nor, uint32_t addr, uint32_t n)
{
    const uint32_t region_bytes = nacre_nor_region_bytes(nor);

    return addr <= region_bytes && n <= region_bytes - addr;
}

/* An erase that the store started and has not been told the end of. */
static bool is_erasing(const struct nacre_nor *nor)
{
    return nor->state == NACRE_NOR_ERASES && nor->owner == NACRE_NOR_STORE;
}

/* Whoever uses the rest of the chip gives way for a moment: there may be more to write. */
static enum nacre_err used(struct nacre_nor *nor, enum nacre_err err)
{
    nor->store_at = nacre_nor_now(nor);
    return err;
}

/* ---- read ---- */

static enum nacre_err read_inside(struct nacre_nor *nor, uint32_t addr, void *buf, uint32_t n)
{
    if (buf == NULL || !is_inside(nor, addr, n)) return NACRE_BAD_ARGUMENT;
    if (!nacre_port_is_writable(buf, n)) return NACRE_BAD_BUFFER;
    return nacre_nor_copy(nor, nor->region_addr + addr, buf, n);
}

static enum nacre_err nor_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    struct nacre_nor *const nor = to_nor(medium);
    const enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;
    return nacre_nor_leave(nor, read_inside(nor, addr, buf, n));
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

static enum nacre_err program_inside(struct nacre_nor *nor, uint32_t addr, const void *buf,
                                     uint32_t n)
{
    enum nacre_err err = check_program(nor, addr, buf, n);
    if (err != NACRE_OK) return err;
    if (is_erasing(nor)) return NACRE_BUSY;
    err = nacre_nor_make_free(nor);
    if (err != NACRE_OK) return err;
    if (!nacre_nor_is_blank(nor, nor->region_addr + addr, n)) return NACRE_NOT_ERASED;

    for (uint32_t at = 0; at < n; at += NACRE_NOR_PIECE_BYTES) {
        const uint32_t left = n - at;
        const uint32_t piece = left < NACRE_NOR_PIECE_BYTES ? left : NACRE_NOR_PIECE_BYTES;

        err = nacre_nor_program_piece(nor, nor->region_addr + addr + at,
                                      (const uint8_t *)buf + at, piece);
        if (err != NACRE_OK) return at == 0 ? err : NACRE_IO;
    }
    return NACRE_OK;
}

static enum nacre_err nor_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                  uint32_t n)
{
    struct nacre_nor *const nor = to_nor(medium);
    const enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;
    return nacre_nor_leave(nor, used(nor, program_inside(nor, addr, buf, n)));
}

/* ---- erase ---- */

static enum nacre_err erase_inside(struct nacre_nor *nor, uint32_t addr)
{
    const uint32_t unit_bytes = nor->medium.geometry.unit_bytes;

    if (!is_inside(nor, addr, unit_bytes) || addr % unit_bytes != 0) return NACRE_BAD_ARGUMENT;
    if (is_erasing(nor) || nor->erase_result != NACRE_BUSY) return NACRE_BUSY;
    const enum nacre_err err = nacre_nor_make_free(nor);
    if (err != NACRE_OK) return err;
    nor->owner = NACRE_NOR_STORE;
    return nacre_way_start(nor, nor->region_addr + addr, 0);
}

static enum nacre_err nor_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    struct nacre_nor *const nor = to_nor(medium);
    const enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;
    return nacre_nor_leave(nor, used(nor, erase_inside(nor, addr)));
}

static enum nacre_err tell_erase(struct nacre_nor *nor, bool may_wait)
{
    enum nacre_err err = NACRE_OK;

    if (nor->erase_result == NACRE_BUSY) {
        if (!is_erasing(nor)) return NACRE_OK;
        err = may_wait ? nacre_nor_make_free(nor) : nacre_nor_look(nor);
        if (err != NACRE_OK) return err;
    }
    err = nor->erase_result;
    nor->erase_result = NACRE_BUSY;
    return err;
}

static enum nacre_err nor_erase_poll(struct nacre_medium *medium)
{
    struct nacre_nor *const nor = to_nor(medium);
    const enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;
    return nacre_nor_leave(nor, tell_erase(nor, false));
}

static enum nacre_err nor_erase_wait(struct nacre_medium *medium)
{
    struct nacre_nor *const nor = to_nor(medium);
    const enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;
    return nacre_nor_leave(nor, tell_erase(nor, true));
}

/* ---- the rest ---- */

static bool nor_can_access(const struct nacre_medium *medium, const void *buf, uint32_t n,
                           bool write)
{
    const struct nacre_nor *const nor = (const struct nacre_nor *)medium;

    if (n == 0) return true;
    if (buf == NULL) return false;
    if (write) return nacre_port_is_writable(buf, n);
    if (!nacre_port_is_readable(buf, n)) return false;
    nacre_nor_lock(nor);
    const bool is_fenced = nacre_nor_is_fenced(nor, buf, n);
    nacre_nor_unlock(nor);
    return !is_fenced;
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
    enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;

    err = nacre_way_wait(nor);
    if (nor->state == NACRE_NOR_IDLE) nor->state = NACRE_NOR_CLOSED;
    return nacre_nor_leave(nor, err);
}

enum nacre_err nacre_nor_stats(const struct nacre_nor *nor, struct nacre_nor_stats *stats)
{
    if (nor == NULL || stats == NULL) return NACRE_BAD_ARGUMENT;
    nacre_nor_lock(nor);
    const bool is_open = nor->state != NACRE_NOR_CLOSED;
    if (is_open) *stats = nor->stats;
    nacre_nor_unlock(nor);
    return is_open ? NACRE_OK : NACRE_NOT_MOUNTED;
}
