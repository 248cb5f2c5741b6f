/*
 * The next unit, from dead to marked. The states and what a cut leaves stand in log.h.
 *
 * Invariants:
 *  1. The erase of a unit starts only while durable_oldest is beyond the generation that lies in
 *     it, and ends in a mark only in the boot that saw it end.
 *  2. Lane B's erase starts when lane A's has ended and the unit reads blank there.
 */
#include "nacre/core/next.h"

#include "nacre/core/mark.h"
#include "nacre/core/repair.h"

#define FAILS_MAX 2u   /* in a row: then the unit is retired */
#define FAILS_WORN 8u  /* in a row, of one that cannot be spared: then there is no way on */
#define STEPS_A_TRY 5u /* two erases with their ends, the mark */

static uint32_t next_place(const struct nacre_log *log)
{
    return nacre_log_place(log, nacre_log_behind(log, log->generation), 0);
}

bool nacre_next_is_dead(const struct nacre_log *log)
{
    /* The unit holds the generation unit_count before the next one. */
    const uint32_t next = nacre_log_behind(log, log->generation);
    return log->durable_oldest + log->lanes.unit_count > next;
}

/* Erases of the unit, this one included. */
static enum nacre_err count_wear(struct nacre_log *log, uint32_t place)
{
    struct nacre_mark mark;
    enum nacre_err err = nacre_mark_read(&log->lanes, place, &mark);
    log->next_wear = mark.wear < NACRE_WEAR_MAX ? mark.wear + 1u : NACRE_WEAR_MAX;
    if (err != NACRE_NOT_FOUND) return err;
    /* Its own count is lost or never was: wear is even, so the head's stands for it. */
    err = nacre_mark_read(&log->lanes, nacre_log_place(log, log->generation, 0), &mark);
    log->next_wear = err == NACRE_OK ? mark.wear : 1u;
    return err == NACRE_NOT_FOUND ? NACRE_OK : err;
}

static enum nacre_err start_erase(struct nacre_log *log, uint32_t lane)
{
    struct nacre_medium *const medium = log->lanes.medium;
    const uint32_t place = next_place(log);
    enum nacre_err err = NACRE_OK;
    if (!nacre_next_is_dead(log)) return NACRE_FULL;
    if (lane == 0u) err = count_wear(log, place);
    if (err != NACRE_OK) return err;
    err = medium->ops->erase_start(medium, nacre_granule_addr(&log->lanes, lane, place));
    if (err != NACRE_OK) return err;
    log->count.erases++;
    log->next = NACRE_NEXT_ERASING;
    log->next_lane = (uint8_t)lane;
    return NACRE_OK;
}

static enum nacre_err end_erase(struct nacre_log *log, bool wait)
{
    struct nacre_medium *const medium = log->lanes.medium;
    const enum nacre_err err =
        wait ? medium->ops->erase_wait(medium) : medium->ops->erase_poll(medium);
    if (err == NACRE_OK) log->next = NACRE_NEXT_ERASED;
    return err;
}

static enum nacre_err write_mark(struct nacre_log *log)
{
    const struct nacre_mark mark = {
        .generation = nacre_log_behind(log, log->generation),
        .oldest = log->oldest,
        .wear = log->next_wear,
        .version = NACRE_FORMAT_VERSION,
    };
    const enum nacre_err err =
        nacre_mark_write(&log->lanes, next_place(log), &mark, &log->count.programs);
    if (nacre_medium_refuses(err)) return err;
    log->count.programmed_bytes += log->lanes.count * NACRE_GRANULE_BYTES;
    if (err == NACRE_OK) log->next = NACRE_NEXT_MARKED;
    return err;
}

/* A lane of the unit was erased: see that it is blank, then the other lane, then the mark. */
static enum nacre_err go_on_erased(struct nacre_log *log)
{
    const enum nacre_err err = nacre_granules_check_blank(&log->lanes, log->next_lane,
                                                          next_place(log), log->lanes.slots);
    if (err != NACRE_OK) return err;
    const uint32_t lane = log->next_lane + 1u;
    return lane < log->lanes.count ? start_erase(log, lane) : write_mark(log);
}

/* It could not be made ready: from the start again, or do without it. */
static enum nacre_err give_up(struct nacre_log *log, enum nacre_err err)
{
    const bool is_worn = err == NACRE_IO || err == NACRE_VERIFY || err == NACRE_TIMEOUT;
    log->next = NACRE_NEXT_UNKNOWN;
    if (!is_worn) return err; /* it was refused: another unit would be, too */
    log->next_fails++;
    if (log->next_fails < FAILS_MAX) return err;
    if (nacre_repair_retire(log, nacre_log_behind(log, log->generation))) {
        log->next_fails = 0;
        return err;
    }
    if (log->next_fails < FAILS_WORN) return err;
    log->read_only = NACRE_WORN_OUT;
    return NACRE_WORN_OUT;
}

enum nacre_err nacre_next_step(struct nacre_log *log, bool wait)
{
    const uint32_t programs = log->count.programs;
    enum nacre_err err = NACRE_OK;
    if (log->next == NACRE_NEXT_UNKNOWN) {
        err = start_erase(log, 0);
    } else if (log->next == NACRE_NEXT_ERASING) {
        err = end_erase(log, wait);
    } else {
        NACRE_ASSERT(log->next == NACRE_NEXT_ERASED);
        err = go_on_erased(log);
    }
    if (err == NACRE_OK || err == NACRE_BUSY || err == NACRE_FULL) return err;
    if (nacre_medium_refuses(err) && log->count.programs == programs) return err;
    return give_up(log, err);
}

enum nacre_err nacre_next_prepare(struct nacre_log *log)
{
    const uint32_t steps = (log->lanes.unit_count * FAILS_MAX + FAILS_WORN) * STEPS_A_TRY;
    enum nacre_err err = NACRE_OK;
    for (uint32_t i = 0; log->next < NACRE_NEXT_MARKED && i < steps; i++) {
        err = nacre_next_step(log, true);
        if (err == NACRE_FULL || err == NACRE_WORN_OUT) return err;
    }
    return log->next >= NACRE_NEXT_MARKED ? NACRE_OK : err;
}

enum nacre_err nacre_next_wait(struct nacre_log *log)
{
    if (log->next != NACRE_NEXT_ERASING) return NACRE_OK;
    enum nacre_err err = nacre_next_step(log, false);
    if (err == NACRE_BUSY) {
        log->count.erase_waits++;
        err = nacre_next_step(log, true);
    }
    return err == NACRE_WORN_OUT ? err : NACRE_OK; /* one that failed is done again */
}
