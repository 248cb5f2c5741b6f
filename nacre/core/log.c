/*
 * The log: where a record goes, and what its control block says. The invariants stand in log.h.
 */
#include "nacre/core/log.h"

#include "nacre/core/bytes.h"
#include "nacre/core/next.h"
#include "nacre/core/own.h"
#include "nacre/core/tail.h"

#include <stddef.h>

#define BACK_BYTES 2u
#define READS_AGAIN 8u

/* The unit of generation 1 is the first of the region; generation 0 is only a start (head.c). */
static uint32_t unit_of(const struct nacre_log *log, uint32_t generation)
{
    const uint32_t unit_count = log->lanes.unit_count;
    return (generation % unit_count + unit_count - 1u) % unit_count;
}

uint32_t nacre_log_place(const struct nacre_log *log, uint32_t generation, uint32_t slot)
{
    return unit_of(log, generation) * log->lanes.slots + slot;
}

struct nacre_spot nacre_log_spot(const struct nacre_log *log, uint32_t place)
{
    const uint32_t unit_count = log->lanes.unit_count;
    const uint32_t unit = place / log->lanes.slots;
    const uint32_t head = unit_of(log, log->generation);
    const uint32_t back = (head + unit_count - unit) % unit_count;
    const struct nacre_spot spot = {
        .lanes = &log->lanes,
        .generation = log->generation - back,
        .place = place,
        .end = (unit + 1u) * log->lanes.slots,
    };
    return spot;
}

bool nacre_log_cut_spoils_unit(const struct nacre_log *log)
{
    return log->lanes.cut >= log->lanes.slots;
}

uint32_t nacre_log_retired_key(const struct nacre_log *log, uint32_t generation)
{
    return NACRE_KEY_RETIRED + unit_of(log, generation);
}

static bool is_retired(const struct nacre_log *log, uint32_t generation)
{
    if (log->retired == 0u) return false;
    return nacre_index_find(&log->index, nacre_log_retired_key(log, generation)) != NULL;
}

uint32_t nacre_log_behind(const struct nacre_log *log, uint32_t generation)
{
    uint32_t behind = generation + 1u;
    for (uint32_t i = 0; i < log->lanes.unit_count && is_retired(log, behind); i++) {
        behind++;
    }
    return behind;
}

uint32_t nacre_log_dead_units(const struct nacre_log *log)
{
    uint32_t dead = log->lanes.unit_count - 1u - (log->generation - log->oldest);
    if (log->retired == 0u) return dead;
    const uint32_t end = log->oldest + log->lanes.unit_count;
    for (uint32_t generation = log->generation + 1u; generation < end; generation++) {
        if (is_retired(log, generation)) dead--;
    }
    return dead;
}

/*
 * A record did not read whole. If a wire misread it, it does now, as often as it is asked; one with
 * a bit that flickers does not.
 */
static enum nacre_err read_again(const struct nacre_spot *spot, struct nacre_record *record,
                                 uint8_t *buf, uint32_t size)
{
    enum nacre_err err = NACRE_OK;
    for (uint32_t i = 0; i < READS_AGAIN && err == NACRE_OK; i++) {
        err = nacre_record_read(spot, record, buf, size);
    }
    return err == NACRE_NOT_FOUND ? NACRE_DAMAGED : err;
}

enum nacre_err nacre_log_read(const struct nacre_log *log, uint32_t place,
                              struct nacre_record *record, uint8_t *buf, uint32_t size)
{
    if (place == NACRE_PLACE_OWED) return NACRE_DAMAGED;
    const struct nacre_spot spot = nacre_log_spot(log, place);
    const enum nacre_err err = nacre_record_read(&spot, record, buf, size);
    return err == NACRE_NOT_FOUND ? read_again(&spot, record, buf, size) : err;
}

enum nacre_err nacre_log_read_to_copy(const struct nacre_log *log, uint32_t place,
                                      struct nacre_record *record, struct nacre_source *source)
{
    if (place == NACRE_PLACE_OWED) return NACRE_DAMAGED;
    const struct nacre_spot spot = nacre_log_spot(log, place);
    enum nacre_err err = nacre_record_open(&spot, record, source);
    if (err != NACRE_NOT_FOUND) return err;
    err = read_again(&spot, record, NULL, 0);
    if (err == NACRE_OK) err = nacre_record_open(&spot, record, source);
    return err == NACRE_NOT_FOUND ? NACRE_DAMAGED : err;
}

static struct nacre_size size_of(const struct nacre_log *log, uint32_t place,
                                 const struct nacre_record *record)
{
    const struct nacre_size size = {
        .place = (uint16_t)place,
        .slots = (uint8_t)nacre_record_slots(&log->lanes, record),
        .is_removal = record->length == NACRE_LENGTH_REMOVED,
    };
    return size;
}

enum nacre_err nacre_log_size(const struct nacre_log *log, uint32_t place, struct nacre_size *size)
{
    struct nacre_record record;
    *size = log->written.place == place ? log->written : log->read;
    if (size->place == place && place != NACRE_PLACE_OWED) return NACRE_OK;
    const enum nacre_err err = nacre_log_read(log, place, &record, NULL, 0);
    if (err == NACRE_OK) *size = size_of(log, place, &record);
    return err;
}

void nacre_log_remember(struct nacre_log *log, uint32_t place, const struct nacre_record *record)
{
    log->read = size_of(log, place, record);
}

struct nacre_control nacre_log_control(const struct nacre_log *log)
{
    const struct nacre_control control = {
        .void_from = NACRE_VOID_NONE,
        .behind = (uint8_t)(log->generation - log->oldest),
        .flags = log->next == NACRE_NEXT_VOUCHED ? NACRE_FLAG_NEXT_MARKED : 0u,
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

static enum nacre_err slots_are_blank(const struct nacre_spot *spot, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        bool blank;
        const enum nacre_err err = nacre_granule_is_blank(spot->lanes, spot->place + k, &blank);
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
    const uint32_t slots = nacre_record_slots(&log->lanes, record);
    const bool was_doubtful = log->doubtful;
    const uint16_t top = log->top;
    const uint32_t programs = log->count.programs;
    if (slot + slots > log->lanes.slots) return NACRE_FULL; /* only forged bytes ask for it */
    log->top = (uint16_t)(slot + slots);
    log->doubtful = true;
    if (log->read.place == place) log->read.place = 0;
    if (!log->lanes.medium->is_overwritten) err = slots_are_blank(&spot, slots);
    if (err != NACRE_OK) return err;
    err = nacre_record_write(&spot, record, source, &log->count.programs);
    if (nacre_medium_refuses(err) && log->count.programs == programs) {
        log->doubtful = was_doubtful; /* nothing was touched */
        log->top = top;
        return err;
    }
    log->count.programmed_bytes +=
        nacre_record_granules(record) * log->lanes.count * NACRE_GRANULE_BYTES;
    if (err != NACRE_OK) return err;
    log->doubtful = was_doubtful;
    log->written = size_of(log, place, record);
    log->newest.place = (uint16_t)place;
    log->newest.is_note = record->key == NACRE_KEY_NOTE;
    log->newest.note = NACRE_NOTE_PLAIN;
    log->newest.void_from = record->has_control ? record->control.void_from : NACRE_VOID_NONE;
    if (record->has_control) control_took_hold(log, &record->control);
    return NACRE_OK;
}

/*
 * May a record of so many slots be the first to say that the next unit is marked? Which unit
 * that is must be on the medium first. And it must be settled in place, if a cut leaves it in
 * doubt, whether a mount sees it or not: else one mount would trust the next unit and another
 * erase it.
 */
static bool may_vouch(const struct nacre_log *log, uint32_t slots)
{
    if (log->next != NACRE_NEXT_MARKED || log->owes) return false;
    return log->top + slots + 2u * nacre_tail_slots(log) <= log->lanes.slots;
}

/* Let what is pending go with a record. */
static void add_control(const struct nacre_log *log, struct nacre_record *record)
{
    record->has_control = true;
    record->control = nacre_log_control(log);
    const bool vouches = may_vouch(log, nacre_record_slots(&log->lanes, record));
    if (vouches) record->control.flags |= NACRE_FLAG_NEXT_MARKED;
    record->has_control = vouches || log->durable_oldest != log->oldest;
}

static enum nacre_err note_at(struct nacre_log *log, uint32_t slot, uint8_t flags)
{
    struct nacre_source nothing = {.bytes = (const uint8_t *)""};
    struct nacre_record note = {
        .key = NACRE_KEY_NOTE,
        .has_control = true,
        .control = nacre_log_control(log),
    };
    /* Nothing could make good for a closing note that vouched for the next unit and was cut. */
    const bool vouches = (flags & NACRE_FLAG_CLOSED) == 0u && may_vouch(log, 1);
    if (vouches) note.control.flags |= NACRE_FLAG_NEXT_MARKED;
    note.control.flags = (uint8_t)(note.control.flags | flags);
    return nacre_log_write_at(log, slot, &note, &nothing);
}

/*
 * The head is to be left. If no record says yet that the next unit is dead, the last slot does: it
 * must be known before that unit is erased.
 */
static enum nacre_err leave_head(struct nacre_log *log)
{
    const bool must_say = !nacre_next_is_dead(log) && log->top < log->lanes.slots;
    const enum nacre_err err = must_say ? note_at(log, log->top, 0) : NACRE_OK;
    return err == NACRE_OK ? nacre_log_go_on(log, log->top) : err;
}

enum nacre_err nacre_log_append(struct nacre_log *log, struct nacre_record *record,
                                struct nacre_source *source)
{
    NACRE_ASSERT(!log->doubtful && !log->closed); /* a closed head is in doubt until it is left */
    add_control(log, record);
    if (log->top + nacre_record_slots(&log->lanes, record) > log->lanes.slots) {
        const enum nacre_err err = leave_head(log);
        if (err != NACRE_OK) return err;
        add_control(log, record);
    }
    return nacre_log_write_at(log, log->top, record, source);
}

/* A note takes one slot: is there one in the head? */
static enum nacre_err make_slot(struct nacre_log *log)
{
    NACRE_ASSERT(!log->doubtful && !log->closed);
    if (log->top < log->lanes.slots) return NACRE_OK;
    return nacre_log_go_on(log, log->top);
}

enum nacre_err nacre_log_note(struct nacre_log *log, uint8_t flags)
{
    const enum nacre_err err = make_slot(log);
    return err == NACRE_OK ? note_at(log, log->top, flags) : err;
}

enum nacre_err nacre_log_back(const struct nacre_log *log, uint32_t place, uint32_t *back)
{
    const uint32_t units = log->generation - nacre_log_spot(log, place).generation;
    *back = place % log->lanes.slots + units * NACRE_BACK;
    return units <= NACRE_BACK_MAX ? NACRE_OK : NACRE_UNSETTLED;
}

enum nacre_err nacre_log_say(struct nacre_log *log, enum nacre_note note, uint32_t start)
{
    uint8_t value[BACK_BYTES];
    uint32_t back = 0;
    enum nacre_err err = make_slot(log);
    if (err == NACRE_OK && note == NACRE_NOTE_CLOSING) err = nacre_log_back(log, start, &back);
    if (err != NACRE_OK) return err;
    nacre_put_le16(value, back);
    struct nacre_source source = {.bytes = value};
    struct nacre_record record = {.key = NACRE_KEY_NOTE, .length = (uint16_t)note};
    err = nacre_log_append(log, &record, &source);
    if (err != NACRE_OK) return err;
    log->newest.note = (uint8_t)note;
    log->newest.start = (uint16_t)start;
    return NACRE_OK;
}

enum nacre_err nacre_log_close(struct nacre_log *log, uint32_t slot)
{
    if (slot >= log->lanes.slots) return NACRE_OK;
    const struct nacre_newest newest = log->newest;
    const enum nacre_err err = note_at(log, slot, NACRE_FLAG_CLOSED);
    log->newest = newest;
    return err;
}

void nacre_log_advance(struct nacre_log *log)
{
    if (log->oldest == log->generation) log->oldest_live = (uint16_t)log->live;
    log->generation = nacre_log_behind(log, log->generation);
}

enum nacre_err nacre_log_go_on(struct nacre_log *log, uint32_t slot)
{
    enum nacre_err err = nacre_next_prepare(log);
    if (err == NACRE_OK) err = nacre_log_close(log, slot);
    if (err != NACRE_OK) return err;
    nacre_log_advance(log);
    log->top = 1;
    log->next = NACRE_NEXT_UNKNOWN;
    log->next_fails = 0;
    log->closed = false;
    return NACRE_OK;
}
