/*
 * What the calls of the NOR medium share. Holds no state of its own: struct nacre_nor has the
 * invariants.
 */
#include "nacre/media/nor_call.h"

#include "nacre/media/nor_job.h"
#include "nacre/media/nor_way.h"

#include <stddef.h>
#include <string.h>

#define BLANK 0xFFu

void nacre_nor_lock(const struct nacre_nor *nor)
{
    if (nor->lock != NULL) nor->lock->lock(nor->lock->context);
}

void nacre_nor_unlock(const struct nacre_nor *nor)
{
    if (nor->lock != NULL) nor->lock->unlock(nor->lock->context);
}

static enum nacre_err refused(const struct nacre_nor *nor, enum nacre_err err)
{
    nacre_nor_unlock(nor);
    return err;
}

enum nacre_err nacre_nor_check_caller(struct nacre_nor *nor)
{
    if (nacre_port_has_debugger()) {
        nor->stats.had_debugger = true;
        if (nor->refuses_debugger) return NACRE_DEBUGGER;
    }
    return nacre_port_check_stacks(&nor->blackout.port);
}

enum nacre_err nacre_nor_enter(struct nacre_nor *nor)
{
    if (nor == NULL) return NACRE_BAD_ARGUMENT;
    if (nacre_port_in_interrupt()) return NACRE_FROM_INTERRUPT;
    nacre_nor_lock(nor);
    if (nor->state == NACRE_NOR_CLOSED) return refused(nor, NACRE_NOT_MOUNTED);
    if (nor->is_entered) return refused(nor, NACRE_NESTED);

    const enum nacre_err err = nacre_nor_check_caller(nor);
    if (err != NACRE_OK) return refused(nor, err);
    nor->is_entered = true;
    return NACRE_OK;
}

enum nacre_err nacre_nor_leave(struct nacre_nor *nor, enum nacre_err err)
{
    nor->is_entered = false;
    nacre_nor_unlock(nor);
    return err;
}

const uint8_t *nacre_nor_mapped(const struct nacre_nor *nor, uint32_t chip_addr)
{
    return nor->blackout.port.window + chip_addr;
}

uint32_t nacre_nor_region_bytes(const struct nacre_nor *nor)
{
    return nor->medium.geometry.unit_bytes * nor->medium.geometry.unit_count;
}

bool nacre_nor_is_blank(const struct nacre_nor *nor, uint32_t chip_addr, uint32_t n)
{
    const uint8_t *const bytes = nacre_nor_mapped(nor, chip_addr);

    for (uint32_t i = 0; i < n; i++) {
        if (bytes[i] != BLANK) return false;
    }
    return true;
}

/* The erase has ended with err: is the unit really blank? */
static enum nacre_err erase_outcome(const struct nacre_nor *nor, enum nacre_err err)
{
    if (err == NACRE_TIMEOUT) return NACRE_TIMEOUT;
    if (err != NACRE_OK) return NACRE_IO;
    return nacre_nor_is_blank(nor, nor->op_addr, nor->op_bytes) ? NACRE_OK : NACRE_IO;
}

/* Tell the result of an erase to whom it belongs. */
static void deliver(struct nacre_nor *nor, enum nacre_err result)
{
    struct nacre_nor_range *const range = &nor->erasing;

    if (nor->owner == NACRE_NOR_STORE) nor->erase_result = result;
    if (nor->owner != NACRE_NOR_REST) return;
    range->free_at = nacre_nor_now(nor);
    if (result == NACRE_OK) range->at += nor->op_bytes;
    if (result == NACRE_OK && range->at != range->end) return;
    range->is_under_way = false;
    range->is_untold = true;
    range->result = result;
}

/* err is what the way said of the operation that was under way. */
static void note_end(struct nacre_nor *nor, bool was_erase, enum nacre_err err)
{
    if (was_erase && nor->state == NACRE_NOR_IDLE) deliver(nor, erase_outcome(nor, err));
}

enum nacre_err nacre_nor_settle(struct nacre_nor *nor)
{
    const bool erases = nor->state == NACRE_NOR_ERASES;

    if (nor->state == NACRE_NOR_IDLE) return NACRE_OK;
    note_end(nor, erases, nacre_way_wait(nor));
    return nor->state == NACRE_NOR_IDLE ? NACRE_OK : NACRE_TIMEOUT;
}

enum nacre_err nacre_nor_make_free(struct nacre_nor *nor)
{
    const enum nacre_err err = nacre_nor_settle(nor);

    return err != NACRE_OK && nacre_nor_job_is_late(nor) ? NACRE_NOT_NOW : err;
}

enum nacre_err nacre_nor_look(struct nacre_nor *nor)
{
    const bool erases = nor->state == NACRE_NOR_ERASES;

    if (nor->state == NACRE_NOR_IDLE) return NACRE_OK;
    const enum nacre_err err = nacre_way_poll(nor);
    note_end(nor, erases, err);
    return nor->state == NACRE_NOR_IDLE ? NACRE_OK : err;
}

bool nacre_nor_is_fenced(const struct nacre_nor *nor, const void *bytes, uint32_t n)
{
    const struct nacre_fence *const fence = &nor->job.fence;
    const uintptr_t first = (uintptr_t)nor->blackout.port.window + fence->chip_addr;

    if (nor->state != NACRE_NOR_PROGRAMS && nor->state != NACRE_NOR_ERASES) return false;
    if (nor->has_ended) return false;
    return (uintptr_t)bytes < first + (1u << fence->bits) && first < (uintptr_t)bytes + n;
}

enum nacre_err nacre_nor_copy(struct nacre_nor *nor, uint32_t chip_addr, void *buf, uint32_t n)
{
    const uint8_t *const bytes = nacre_nor_mapped(nor, chip_addr);
    const enum nacre_err err =
        nacre_nor_is_fenced(nor, bytes, n) ? nacre_nor_settle(nor) : NACRE_OK;

    if (err == NACRE_OK) memcpy(buf, bytes, n);
    return err;
}

enum nacre_err nacre_nor_program_piece(struct nacre_nor *nor, uint32_t chip_addr, const void *buf,
                                       uint32_t n)
{
    memcpy(nor->piece, buf, n);
    enum nacre_err err = nacre_way_start(nor, chip_addr, n);
    if (err != NACRE_OK) return err;
    err = nacre_way_wait(nor);
    if (err != NACRE_OK) return err;
    return memcmp(nor->piece, nacre_nor_mapped(nor, chip_addr), n) == 0 ? NACRE_OK : NACRE_VERIFY;
}
