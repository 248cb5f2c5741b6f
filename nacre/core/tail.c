/*
 * Settling. docs/format.md section 6 has the protocol, docs/guarantee.md why each step is needed.
 *
 * In place, where the head has room:
 *  1. The first copy starts GAP granules behind all that reads as programmed, so that no granule
 *     is programmed that the operation which was cut can have touched.
 *  2. The second copy lies at least 2 GAP granules behind the first: behind every granule that an
 *     earlier settling, cut in its first copy, can have touched, whatever that boot read. And so
 *     far that the first copy of a later settling ends before it.
 * In the next unit, as in place, where the head has not, the next unit is vouched for, and another
 * dead one is behind it.
 *  3. It is entered behind a closing note of this boot, or where no settling of any boot can have
 *     found room in the head. So the head is never settled in place again.
 * In a fresh unit, where neither has room:
 *  4. The unit is erased in this boot, nothing vouches for it, and it counts only from its commit
 *     on: cut before, the next mount begins it anew, and nothing was used up.
 * In all: a copy takes over the void range of the record that it replaces.
 */
#include "nacre/core/tail.h"

#include "nacre/core/bytes.h"
#include "nacre/core/crc.h"
#include "nacre/core/room.h"

#include <stddef.h>
#include <string.h>

/* Granules from the start of the first copy to the start of the second. */
static uint32_t pair_distance(uint32_t granules)
{
    return granules + NACRE_TAIL_GAP + (granules > NACRE_TAIL_GAP ? granules : NACRE_TAIL_GAP);
}

/* Granules from the start of the first copy to the end of the second. */
static uint32_t pair_granules(uint32_t granules)
{
    return pair_distance(granules) + granules;
}

uint32_t nacre_tail_granules(const struct nacre_log *log)
{
    return NACRE_TAIL_GAP + pair_granules(log->longest);
}

enum nacre_err nacre_tail_find_top(const struct nacre_log *log, uint32_t generation, uint32_t *top)
{
    const uint32_t first = nacre_log_place(log, generation, 0);
    uint32_t slot = log->slots;
    for (; slot > 1u; slot--) {
        bool blank;
        const enum nacre_err err = nacre_granule_is_blank(log->medium, first + slot - 1u, &blank);
        if (err != NACRE_OK) return err;
        if (!blank) break;
    }
    *top = slot;
    return NACRE_OK;
}

/* The newest record as it shall be written again; a record of the log itself becomes a note. */
static enum nacre_err newest(const struct nacre_log *log, struct nacre_record *record,
                             struct nacre_source *source)
{
    record->key = NACRE_KEY_SYSTEM;
    record->length = 0;
    memset(source, 0, sizeof *source);
    source->bytes = (const uint8_t *)"";
    if (!log->newest.is_note) {
        const enum nacre_err err =
            nacre_log_read_to_copy(log, log->newest.place, record, source);
        if (err != NACRE_OK) return err;
    }
    record->has_control = true;
    return NACRE_OK;
}

/* Where the void range of the next copy starts, as seen from the head. */
static enum nacre_err void_start(const struct nacre_log *log, uint16_t *from)
{
    *from = 1; /* no record at all: the unit from its first slot */
    if (log->newest.place == 0u) return NACRE_OK;
    uint32_t back = log->generation - nacre_log_spot(log, log->newest.place).generation;
    uint32_t slot = log->newest.place % log->slots;
    if (log->newest.void_from != NACRE_VOID_NONE) {
        back += log->newest.void_from / NACRE_VOID_BACK;
        slot = log->newest.void_from & NACRE_VOID_SLOT_MASK;
    }
    if (back > NACRE_VOID_BACK_MAX) return NACRE_UNSETTLED;
    *from = (uint16_t)(slot + back * NACRE_VOID_BACK);
    return NACRE_OK;
}

static enum nacre_err write_copy(struct nacre_log *log, uint32_t slot, bool is_tentative)
{
    struct nacre_record record;
    struct nacre_source source;
    uint16_t void_from;
    enum nacre_err err = newest(log, &record, &source);
    if (err != NACRE_OK) return err;
    err = void_start(log, &void_from);
    if (err != NACRE_OK) return err;
    record.control = nacre_log_control(log);
    record.control.void_from = void_from;
    record.is_tentative = is_tentative;
    return nacre_log_write_at(log, slot, &record, &source);
}

/* Say that the unit counts, and by what it is known to be whole. */
static enum nacre_err commit(struct nacre_log *log)
{
    uint32_t digest = NACRE_CRC_START;
    const uint32_t first = nacre_log_place(log, log->generation, 1);
    const enum nacre_err err =
        nacre_granules_digest(log->medium, first, log->top - 1u, &digest);
    if (err != NACRE_OK) return err;
    uint8_t value[NACRE_DIGEST_BYTES];
    nacre_put_le32(value, digest);
    struct nacre_source source = {.bytes = value};
    const struct nacre_record note = {
        .key = NACRE_KEY_SYSTEM,
        .length = sizeof value,
        .has_control = true,
        .control = nacre_log_control(log),
    };
    return nacre_log_write_at(log, log->top, &note, &source);
}

/* The index follows the newest record to its copy. */
static enum nacre_err follow(struct nacre_log *log, uint32_t old_place)
{
    for (uint32_t i = 0; i < log->index.count; i++) {
        struct nacre_index_entry *const entry = &log->index.entries[i];
        if (entry->place == old_place) entry->place = log->newest.place;
    }
    return nacre_room_count(log);
}

/* The fresh unit's records: the newest first, for everything up to it is void. */
static enum nacre_err fill_fresh_unit(struct nacre_log *log, uint32_t old_place)
{
    enum nacre_err err = write_copy(log, log->top, true);
    if (err != NACRE_OK) return err;
    err = follow(log, old_place);
    if (err != NACRE_OK) return err;
    err = nacre_room_carry(log);
    return err == NACRE_OK ? commit(log) : err;
}

static enum nacre_err settle_in_place(struct nacre_log *log, uint32_t granules)
{
    const uint32_t old_place = log->newest.place;
    const uint32_t slot = log->top + NACRE_TAIL_GAP;
    enum nacre_err err = write_copy(log, slot, false);
    if (err != NACRE_OK) return err;
    err = write_copy(log, slot + pair_distance(granules), false);
    return err == NACRE_OK ? follow(log, old_place) : err;
}

/*
 * Settle in a unit that is erased now.
 *
 * skip  true: the next unit stays as it is, the one behind it is taken
 */
static enum nacre_err settle_in_fresh_unit(struct nacre_log *log, bool skip)
{
    const uint32_t old_place = log->newest.place;
    /* A closing note of an earlier boot is enough, unless more must be said with it. */
    const uint32_t generation = log->generation + (skip ? 2u : 1u);
    const bool is_dead = log->durable_oldest + log->unit_count > generation;
    const bool is_said = log->closed && is_dead && log->next != NACRE_NEXT_VOUCHED;
    log->next = NACRE_NEXT_UNKNOWN; /* from this note on nothing vouches for it */
    enum nacre_err err = NACRE_OK;
    if (!is_said) err = nacre_log_close(log, log->top + NACRE_TAIL_GAP);
    if (err != NACRE_OK) return err;
    log->durable_oldest = log->oldest; /* by that note; without room for it, by what stands */
    if (skip) nacre_log_advance(log);
    err = nacre_log_go_on(log, log->slots);
    if (err != NACRE_OK) return err;
    err = fill_fresh_unit(log, old_place);
    if (err != NACRE_OK) log->read_only = NACRE_UNSETTLED; /* only a committed unit counts */
    return err;
}

/* The next unit was made ready and not used, or only by settlings that were cut. */
static enum nacre_err settle_in_next_unit(struct nacre_log *log, uint32_t granules)
{
    uint32_t top;
    struct nacre_mark mark;
    const uint32_t first = nacre_log_place(log, log->generation + 1u, 0);
    enum nacre_err err = nacre_mark_read(log->medium, first, &mark);
    if (err == NACRE_NOT_FOUND) return settle_in_fresh_unit(log, false);
    if (err == NACRE_OK) err = nacre_tail_find_top(log, log->generation + 1u, &top);
    if (err != NACRE_OK) return err;
    if (top + NACRE_TAIL_GAP + pair_granules(granules) > log->slots) {
        return settle_in_fresh_unit(log, true); /* it is full of them: do without it */
    }
    err = nacre_log_go_on(log, log->top + NACRE_TAIL_GAP);
    if (err != NACRE_OK) return err;
    log->top = (uint16_t)top;
    return settle_in_place(log, granules);
}

static enum nacre_err settle_once(struct nacre_log *log)
{
    struct nacre_record record;
    struct nacre_source source;
    const enum nacre_err err = newest(log, &record, &source);
    if (err != NACRE_OK) return err;
    const uint32_t granules = nacre_record_granules(&record);
    const uint32_t end = log->top + NACRE_TAIL_GAP + pair_granules(granules);
    if (!log->closed && end <= log->slots) return settle_in_place(log, granules);
    if (log->next == NACRE_NEXT_VOUCHED && nacre_log_dead_units(log) > 1u) {
        return settle_in_next_unit(log, granules);
    }
    return settle_in_fresh_unit(log, false);
}

enum nacre_err nacre_tail_settle(struct nacre_log *log)
{
    const enum nacre_err err = settle_once(log);
    if (err != NACRE_OK) return err;
    log->doubtful = false;
    log->count.settles++;
    return NACRE_OK;
}
