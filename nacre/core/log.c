/*
 * The log: where a record goes, and what its control block says. The invariants stand in log.h.
 */
#include "nacre/core/log.h"

#include "nacre/core/next.h"

#include <stddef.h>

/* The unit of generation 1 is the first of the region; generation 0 is only a start (scan.c). */
static uint32_t unit_of(const struct nacre_log *log, uint32_t generation)
{
    return (generation % log->unit_count + log->unit_count - 1u) % log->unit_count;
}

uint32_t nacre_log_place(const struct nacre_log *log, uint32_t generation, uint32_t slot)
{
    return unit_of(log, generation) * log->slots + slot;
}

struct nacre_spot nacre_log_spot(const struct nacre_log *log, uint32_t place)
{
    const uint32_t unit = place / log->slots;
    const uint32_t head = unit_of(log, log->generation);
    const uint32_t back = (head + log->unit_count - unit) % log->unit_count;
    const struct nacre_spot spot = {
        .medium = log->medium,
        .generation = log->generation - back,
        .place = place,
        .end = (unit + 1u) * log->slots,
    };
    return spot;
}

uint32_t nacre_log_dead_units(const struct nacre_log *log)
{
    return log->unit_count - 1u - (log->generation - log->oldest);
}

enum nacre_err nacre_log_read(const struct nacre_log *log, uint32_t place,
                              struct nacre_record *record, uint8_t *buf, uint32_t size)
{
    const struct nacre_spot spot = nacre_log_spot(log, place);
    const enum nacre_err err = nacre_record_read(&spot, record, buf, size);
    return err == NACRE_NOT_FOUND ? NACRE_DAMAGED : err;
}

enum nacre_err nacre_log_read_to_copy(const struct nacre_log *log, uint32_t place,
                                      struct nacre_record *record, struct nacre_source *source)
{
    const struct nacre_spot spot = nacre_log_spot(log, place);
    const enum nacre_err err = nacre_record_open(&spot, record, source);
    return err == NACRE_NOT_FOUND ? NACRE_DAMAGED : err;
}

struct nacre_control nacre_log_control(const struct nacre_log *log)
{
    const struct nacre_control control = {
        .void_from = NACRE_VOID_NONE,
        .behind = (uint8_t)(log->generation - log->oldest),
        .flags = log->next >= NACRE_NEXT_MARKED ? NACRE_FLAG_NEXT_MARKED : 0u,
    };
    return control;
}

/* What a record with a control block has made durable. */
static void control_took_hold(struct nacre_log *log, const struct nacre_control *control)
{
    log->durable_oldest = log->generation - control->behind;
    if ((control->flags & NACRE_FLAG_NEXT_MARKED) != 0u) log->next = NACRE_NEXT_VOUCHED;
    log->closed = (control->flags & NACRE_FLAG_CLOSED) != 0u;
}

static enum nacre_err granules_are_blank(const struct nacre_spot *spot, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        bool blank;
        const enum nacre_err err = nacre_granule_is_blank(spot->medium, spot->place + k, &blank);
        if (err != NACRE_OK) return err;
        if (!blank) return NACRE_NOT_ERASED;
    }
    return NACRE_OK;
}

enum nacre_err nacre_log_write_at(struct nacre_log *log, uint32_t slot,
                                  const struct nacre_record *record,
                                  struct nacre_source *source)
{
    enum nacre_err err = nacre_next_wait(log);
    if (err != NACRE_OK) return err;
    const uint32_t place = nacre_log_place(log, log->generation, slot);
    const struct nacre_spot spot = nacre_log_spot(log, place);
    const uint32_t granules = nacre_record_granules(record);
    const bool was_doubtful = log->doubtful;
    log->top = (uint16_t)(slot + granules);
    log->count.programmed_bytes += granules * NACRE_GRANULE_BYTES;
    log->doubtful = true;
    err = granules_are_blank(&spot, granules);
    if (err != NACRE_OK) return err;
    err = nacre_record_write(&spot, record, source, &log->count.programs);
    if (err != NACRE_OK) return err;
    log->doubtful = was_doubtful;
    log->newest.place = (uint16_t)place;
    log->newest.is_note = record->key == NACRE_KEY_SYSTEM;
    log->newest.void_from = record->has_control ? record->control.void_from : NACRE_VOID_NONE;
    if (record->has_control) control_took_hold(log, &record->control);
    return NACRE_OK;
}

/* Let what is pending go with a record. */
static void add_control(const struct nacre_log *log, struct nacre_record *record)
{
    record->has_control =
        log->durable_oldest != log->oldest || log->next == NACRE_NEXT_MARKED;
    record->control = nacre_log_control(log);
    record->is_tentative = false;
}

enum nacre_err nacre_log_append(struct nacre_log *log, struct nacre_record *record,
                                struct nacre_source *source)
{
    NACRE_ASSERT(!log->doubtful);
    add_control(log, record);
    if (log->closed || log->top + nacre_record_granules(record) > log->slots) {
        const enum nacre_err err = nacre_log_go_on(log, log->top);
        if (err != NACRE_OK) return err;
        add_control(log, record);
    }
    return nacre_log_write_at(log, log->top, record, source);
}

static enum nacre_err note_at(struct nacre_log *log, uint32_t slot, uint8_t flags)
{
    struct nacre_source nothing = {.bytes = (const uint8_t *)""};
    struct nacre_record note = {
        .key = NACRE_KEY_SYSTEM,
        .has_control = true,
        .control = nacre_log_control(log),
    };
    /* Nothing could make good for a closing note that vouched for the next unit and was cut. */
    const bool may_vouch = log->next == NACRE_NEXT_VOUCHED || (flags & NACRE_FLAG_CLOSED) == 0u;
    note.control.flags = (uint8_t)((may_vouch ? note.control.flags : 0u) | flags);
    return nacre_log_write_at(log, slot, &note, &nothing);
}

enum nacre_err nacre_log_note(struct nacre_log *log, uint8_t flags)
{
    NACRE_ASSERT(!log->doubtful);
    if (log->closed || log->top == log->slots) {
        const enum nacre_err err = nacre_log_go_on(log, log->top);
        if (err != NACRE_OK) return err;
    }
    return note_at(log, log->top, flags);
}

enum nacre_err nacre_log_close(struct nacre_log *log, uint32_t slot)
{
    if (slot >= log->slots) return NACRE_OK;
    const struct nacre_newest newest = log->newest;
    const enum nacre_err err = note_at(log, slot, NACRE_FLAG_CLOSED);
    log->newest = newest;
    return err;
}

void nacre_log_advance(struct nacre_log *log)
{
    if (log->oldest == log->generation) log->oldest_live = (uint16_t)log->live;
    log->generation++;
}

enum nacre_err nacre_log_go_on(struct nacre_log *log, uint32_t slot)
{
    for (uint32_t step = 0; log->next < NACRE_NEXT_MARKED && step < 3u; step++) {
        const enum nacre_err err = nacre_next_step(log, true);
        if (err != NACRE_OK) return err;
    }
    const enum nacre_err err = nacre_log_close(log, slot);
    if (err != NACRE_OK) return err;
    nacre_log_advance(log);
    log->top = 1;
    log->next = NACRE_NEXT_UNKNOWN;
    log->closed = false;
    return NACRE_OK;
}
