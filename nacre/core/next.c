/*
 * The next unit, from dead to marked. The states and what a cut leaves stand in log.h.
 *
 * Invariant: the erase of a unit starts only while durable_oldest is beyond the generation that
 * lies in it, and ends in a mark only in the boot that saw it end.
 */
#include "nacre/core/next.h"

#define WEAR_MAX 0xFFFFFFu

bool nacre_next_is_dead(const struct nacre_log *log)
{
    /* The unit holds the generation unit_count before the next one. */
    return log->durable_oldest + log->unit_count > log->generation + 1u;
}

static enum nacre_err start_erase(struct nacre_log *log)
{
    if (!nacre_next_is_dead(log)) return NACRE_FULL;
    struct nacre_medium *const medium = log->medium;
    const uint32_t place = nacre_log_place(log, log->generation + 1u, 0);
    struct nacre_mark mark;
    enum nacre_err err = nacre_mark_read(medium, place, &mark);
    log->next_wear = mark.wear < WEAR_MAX ? mark.wear + 1u : WEAR_MAX;
    if (err == NACRE_NOT_FOUND) {
        /* Its own count is lost or never was: wear is even, so the head's stands for it. */
        err = nacre_mark_read(medium, nacre_log_place(log, log->generation, 0), &mark);
        log->next_wear = err == NACRE_OK ? mark.wear : 1u;
    }
    err = medium->ops->erase_start(medium, place * NACRE_GRANULE_BYTES);
    if (err != NACRE_OK) return err;
    log->count.erases++;
    log->next = NACRE_NEXT_ERASING;
    return NACRE_OK;
}

static enum nacre_err end_erase(struct nacre_log *log, bool wait)
{
    struct nacre_medium *const medium = log->medium;
    const enum nacre_err err =
        wait ? medium->ops->erase_wait(medium) : medium->ops->erase_poll(medium);
    if (err == NACRE_BUSY) return err;
    log->next = err == NACRE_OK ? NACRE_NEXT_ERASED : NACRE_NEXT_UNKNOWN;
    return err;
}

static enum nacre_err unit_is_blank(struct nacre_log *log, uint32_t first)
{
    for (uint32_t slot = 0; slot < log->slots; slot++) {
        bool blank;
        const enum nacre_err err = nacre_granule_is_blank(log->medium, first + slot, &blank);
        if (err != NACRE_OK) return err;
        if (!blank) return NACRE_VERIFY;
    }
    return NACRE_OK;
}

static enum nacre_err write_mark(struct nacre_log *log)
{
    const struct nacre_mark mark = {
        .generation = log->generation + 1u,
        .oldest = log->oldest,
        .wear = log->next_wear,
        .version = NACRE_FORMAT_VERSION,
    };
    const uint32_t place = nacre_log_place(log, mark.generation, 0);
    log->next = NACRE_NEXT_UNKNOWN; /* unless all goes well, it is erased again */
    enum nacre_err err = unit_is_blank(log, place);
    if (err != NACRE_OK) return err;
    log->count.programs++;
    log->count.programmed_bytes += NACRE_GRANULE_BYTES;
    err = nacre_mark_write(log->medium, place, &mark);
    if (err != NACRE_OK) return err;
    log->next = NACRE_NEXT_MARKED;
    return NACRE_OK;
}

enum nacre_err nacre_next_step(struct nacre_log *log, bool wait)
{
    if (log->next == NACRE_NEXT_UNKNOWN) return start_erase(log);
    if (log->next == NACRE_NEXT_ERASING) return end_erase(log, wait);
    if (log->next == NACRE_NEXT_ERASED) return write_mark(log);
    return NACRE_OK;
}

enum nacre_err nacre_next_wait(struct nacre_log *log)
{
    if (log->next != NACRE_NEXT_ERASING) return NACRE_OK;
    const enum nacre_err err = end_erase(log, false);
    if (err != NACRE_BUSY) return err;
    log->count.erase_waits++;
    return end_erase(log, true);
}
