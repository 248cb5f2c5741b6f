/*
 * Settling. docs/format.md section 6 has the protocol, docs/guarantee.md why each step is needed.
 *
 * Where a cut spoils less than a unit, in the head, if it has room:
 *  1. The first copy starts clear of all that reads as programmed: no slot is programmed that
 *     the operation which was cut can have touched or spoiled.
 *  2. The second copy lies behind every slot that an earlier settling, cut in its first copy,
 *     can have touched or spoiled, whatever that boot read. And so far that the first copy of a
 *     later settling ends before it.
 * In the next unit, as in place, where the head has not, the next unit is vouched for, and another
 * dead one is behind it.
 *  3. It is entered behind a closing note of this boot, or where no settling of any boot can have
 *     found room in the head. So the head is never settled in place again.
 * In a fresh unit, where neither has room, or where a cut spoils a whole unit:
 *  4. The unit is erased in this boot, nothing vouches for it, and it counts only from its commit
 *     on: cut before, the next mount begins it anew, and nothing was used up.
 *  5. Where a cut spoils a whole unit, nothing more is programmed into the head's.
 * In all: a copy takes over the void range of the record that it replaces.
 */
#include "nacre/core/tail.h"

#include "nacre/core/bytes.h"
#include "nacre/core/crc.h"
#include "nacre/core/head.h"
#include "nacre/core/mark.h"
#include "nacre/core/next.h"
#include "nacre/core/room.h"

#include <stddef.h>
#include <string.h>

#define BACK_BYTES 2u
#define STEADY_READS 8u /* a newest record that flickers is found out before a unit is erased */

uint32_t nacre_tail_gap(const struct nacre_log *log)
{
    const uint32_t slot_bytes = log->lanes.granules * NACRE_GRANULE_BYTES;
    const uint32_t page = log->lanes.medium->geometry.page_bytes / slot_bytes;
    return log->lanes.cut < page ? NACRE_TAIL_GAP : 1u; /* a program never crosses a page */
}

static uint32_t round_up(uint32_t slots, uint32_t block)
{
    return (slots + block - 1u) / block * block;
}

uint32_t nacre_tail_clear_of(const struct nacre_log *log, uint32_t top)
{
    return round_up(top + nacre_tail_gap(log), log->lanes.cut);
}

/* Where the second copy starts: the first copy of any later settling ends before it. */
static uint32_t second_slot(const struct nacre_log *log, uint32_t first, uint32_t slots)
{
    const uint32_t longer = slots > NACRE_TAIL_GAP ? slots : NACRE_TAIL_GAP;
    return nacre_tail_clear_of(log, first + slots) + round_up(longer, log->lanes.cut);
}

/* The slot behind both copies, where top is what it is. */
static uint32_t pair_end(const struct nacre_log *log, uint32_t top, uint32_t slots)
{
    return second_slot(log, nacre_tail_clear_of(log, top), slots) + slots;
}

uint32_t nacre_tail_slots(const struct nacre_log *log)
{
    if (nacre_log_cut_spoils_unit(log)) return 0; /* it goes to a unit of its own */
    const uint32_t cut = log->lanes.cut;
    return pair_end(log, cut, log->longest) - cut + 2u * (cut - 1u); /* wherever top is */
}

enum nacre_err nacre_tail_find_top(const struct nacre_log *log, uint32_t generation, uint32_t *top)
{
    const uint32_t first = nacre_log_place(log, generation, 0);
    uint32_t slot = log->lanes.slots;
    for (; slot > 1u; slot--) {
        bool blank;
        const enum nacre_err err = nacre_granule_is_blank(&log->lanes, first + slot - 1u, &blank);
        if (err != NACRE_OK) return err;
        if (!blank) break;
    }
    *top = slot;
    return NACRE_OK;
}

/* The newest record as it shall be written again, and its value. */
struct again {
    struct nacre_record record;
    struct nacre_source source;
    uint8_t value[BACK_BYTES]; /* of a note */
};

static enum nacre_err newest(const struct nacre_log *log, struct again *again)
{
    memset(again, 0, sizeof *again);
    if (!log->newest.is_note) {
        const enum nacre_err err =
            nacre_log_read_to_copy(log, log->newest.place, &again->record, &again->source);
        if (err != NACRE_OK) return err;
    } else {
        again->record.key = NACRE_KEY_NOTE;
        again->record.length = log->newest.note;
        again->source.bytes = again->value;
    }
    again->record.has_control = true;
    return NACRE_OK;
}

/* Where the void range of the next copy starts, as seen from the head. */
static enum nacre_err void_start(const struct nacre_log *log, uint16_t *from)
{
    *from = 1; /* no record at all: the unit from its first slot */
    if (log->newest.place == 0u) return NACRE_OK;
    uint32_t back = log->generation - nacre_log_spot(log, log->newest.place).generation;
    uint32_t slot = log->newest.place % log->lanes.slots;
    if (log->newest.void_from != NACRE_VOID_NONE) {
        back += log->newest.void_from / NACRE_BACK;
        slot = log->newest.void_from & NACRE_BACK_SLOT;
    }
    if (back > NACRE_BACK_MAX) return NACRE_UNSETTLED;
    *from = (uint16_t)(slot + back * NACRE_BACK);
    return NACRE_OK;
}

static enum nacre_err write_copy(struct nacre_log *log, uint32_t slot, bool is_tentative)
{
    struct again again;
    const struct nacre_newest old = log->newest;
    uint32_t back = 0;
    uint16_t void_from;
    enum nacre_err err = newest(log, &again);
    if (err == NACRE_OK) err = void_start(log, &void_from);
    if (err == NACRE_OK && old.note == NACRE_NOTE_CLOSING) {
        err = nacre_log_back(log, old.start, &back);
    }
    if (err != NACRE_OK) return err;
    nacre_put_le16(again.value, back);
    again.record.control = nacre_log_control(log);
    again.record.control.void_from = void_from;
    again.record.kind = is_tentative ? NACRE_KIND_TENTATIVE : NACRE_KIND_PLAIN;
    err = nacre_log_write_at(log, slot, &again.record, &again.source);
    if (err != NACRE_OK) return err;
    log->newest.note = old.note; /* it says the same again, of the same start */
    return NACRE_OK;
}

/* Say that the unit counts, and by what it is known to be whole. */
static enum nacre_err commit(struct nacre_log *log)
{
    uint32_t digest = NACRE_CRC_START;
    const uint32_t first = nacre_log_place(log, log->generation, 1);
    const enum nacre_err err =
        nacre_granules_digest(&log->lanes, 0, first, log->top - 1u, &digest);
    if (err != NACRE_OK) return err;
    uint8_t value[NACRE_NOTE_COMMIT];
    nacre_put_le32(value, digest);
    struct nacre_source source = {.bytes = value};
    const struct nacre_record note = {
        .key = NACRE_KEY_NOTE,
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
    if (err == NACRE_OK) err = commit(log);
    if (err == NACRE_OK) return NACRE_OK;
    /* Only a committed unit counts; what the medium refused for now may begin anew. */
    log->read_only = nacre_medium_refuses(err) ? (uint8_t)err : (uint8_t)NACRE_UNSETTLED;
    return err;
}

enum nacre_err nacre_tail_erase_unit(const struct nacre_log *log, uint32_t place)
{
    struct nacre_medium *const medium = log->lanes.medium;
    const enum nacre_err before = medium->ops->erase_wait(medium); /* one that was put off */
    enum nacre_err err = nacre_medium_refuses(before) ? before : NACRE_OK;
    for (uint32_t lane = 0; lane < log->lanes.count && err == NACRE_OK; lane++) {
        err = medium->ops->erase_start(medium, nacre_granule_addr(&log->lanes, lane, place));
        if (err == NACRE_OK) err = medium->ops->erase_wait(medium);
        if (err == NACRE_OK) {
            err = nacre_granules_check_blank(&log->lanes, lane, place, log->lanes.slots);
        }
    }
    return err;
}

/*
 * A settling that was cut may have begun a unit ahead of where this one goes on. Its commit, not
 * read now, may be read some day: such units are erased before anything is settled, newest first.
 *
 * last  the generation up to which nothing need be swept
 */
static enum nacre_err sweep(struct nacre_log *log, uint32_t last)
{
    const uint32_t end = log->oldest + log->lanes.unit_count;
    const enum nacre_err wait_err = nacre_next_wait(log);
    if (wait_err != NACRE_OK) return wait_err;
    for (uint32_t generation = end - 1u; generation > last; generation--) {
        bool begun;
        enum nacre_err err = nacre_head_is_begun(log, generation, &begun);
        if (err != NACRE_OK) return err;
        if (begun) {
            err = nacre_tail_erase_unit(log, nacre_log_place(log, generation, 0));
        }
        /* One that does not erase any more was not committed either, as far as can be told. */
        const bool is_worn = err == NACRE_IO || err == NACRE_TIMEOUT || err == NACRE_VERIFY;
        if (err != NACRE_OK && !is_worn) return err;
    }
    return NACRE_OK;
}

static enum nacre_err settle_in_place(struct nacre_log *log, uint32_t slots)
{
    const uint32_t old_place = log->newest.place;
    const uint32_t slot = nacre_tail_clear_of(log, log->top);
    const uint32_t next = nacre_log_behind(log, log->generation);
    /* A vouched unit may have been entered by settlings in place: nothing in it is tentative. */
    const bool keeps_next = log->next >= NACRE_NEXT_ERASING;
    enum nacre_err err = sweep(log, keeps_next ? next : log->generation);
    if (err == NACRE_OK) err = write_copy(log, slot, false);
    if (err != NACRE_OK) return err;
    err = write_copy(log, second_slot(log, slot, slots), false);
    return err == NACRE_OK ? follow(log, old_place) : err;
}

/*
 * Say in the head that nothing vouches for the next unit any more, and which units are dead. A
 * closing note of an earlier boot is enough, unless more must be said with it.
 */
static enum nacre_err close_head(struct nacre_log *log, bool is_dead)
{
    const bool is_said = log->closed && is_dead && log->next != NACRE_NEXT_VOUCHED;
    log->next = NACRE_NEXT_UNKNOWN; /* from this note on nothing vouches for it */
    enum nacre_err err = is_said ? NACRE_OK : nacre_room_spare(log);
    if (err == NACRE_OK && !is_said) {
        err = nacre_log_close(log, nacre_tail_clear_of(log, log->top));
    }
    if (err != NACRE_OK) return err;
    log->durable_oldest = log->oldest; /* by that note; without room for it, by what stands */
    return NACRE_OK;
}

/* No erase is to be forgotten while it is under way: the medium would start no other. */
static enum nacre_err end_erase(struct nacre_log *log)
{
    const enum nacre_err err = nacre_next_wait(log);
    if (err != NACRE_OK || log->next != NACRE_NEXT_ERASING) return err;
    return nacre_next_step(log, true); /* it was refused, and is told as it is */
}

/*
 * Settle in a unit that is erased now.
 *
 * generation  of that unit: the next one, or the one behind it, if the next shall stay as it is
 * may_close   false: nothing may be programmed into the head's unit
 */
static enum nacre_err settle_in_fresh_unit(struct nacre_log *log, uint32_t generation,
                                           bool may_close)
{
    const uint32_t old_place = log->newest.place;
    const bool is_dead = log->durable_oldest + log->lanes.unit_count > generation;
    enum nacre_err err = end_erase(log);
    if (err != NACRE_OK) return err;
    if (may_close) {
        err = close_head(log, is_dead);
    } else if (!is_dead) {
        err = NACRE_FULL; /* and that it is cannot be said */
    }
    if (err != NACRE_OK) return err;
    err = sweep(log, generation); /* that one is erased anyway */
    if (err != NACRE_OK) return err;
    log->next = NACRE_NEXT_UNKNOWN;
    if (generation != nacre_log_behind(log, log->generation)) nacre_log_advance(log);
    err = nacre_log_go_on(log, log->lanes.slots); /* without a note */
    if (err != NACRE_OK) return err;
    err = fill_fresh_unit(log, old_place);
    if (err != NACRE_OK) return err;
    /* Bad bits in what the commit vouches for must not make the whole unit go. */
    log->doubtful = false;
    return log->top < log->lanes.slots ? nacre_log_note(log, 0) : NACRE_OK;
}

/* The next unit was made ready and not used, or only by settlings that were cut. */
static enum nacre_err settle_in_next_unit(struct nacre_log *log, uint32_t slots)
{
    uint32_t top;
    struct nacre_mark mark;
    const uint32_t next = nacre_log_behind(log, log->generation);
    enum nacre_err err = nacre_mark_read(&log->lanes, nacre_log_place(log, next, 0), &mark);
    if (err == NACRE_NOT_FOUND) return settle_in_fresh_unit(log, next, true);
    if (err == NACRE_OK) err = nacre_tail_find_top(log, next, &top);
    if (err != NACRE_OK) return err;
    if (pair_end(log, top, slots) > log->lanes.slots) {
        return settle_in_fresh_unit(log, nacre_log_behind(log, next), true); /* full of them */
    }
    err = nacre_log_go_on(log, nacre_tail_clear_of(log, log->top));
    if (err != NACRE_OK) return err;
    log->top = (uint16_t)top;
    return settle_in_place(log, slots);
}

/*
 * Nothing can be said in the head: a unit that it vouches for must stay as it is, but where a cut
 * spoils a whole unit and no mount believes it.
 */
static enum nacre_err settle_away(struct nacre_log *log, uint32_t next)
{
    const bool is_vouched =
        log->next == NACRE_NEXT_VOUCHED && !nacre_log_cut_spoils_unit(log);
    const bool can_skip = is_vouched && nacre_log_dead_units(log) > 1u;
    return settle_in_fresh_unit(log, can_skip ? nacre_log_behind(log, next) : next, false);
}

static enum nacre_err settle_once(struct nacre_log *log, bool away)
{
    struct again again;
    for (uint32_t i = 0; i < STEADY_READS; i++) {
        const enum nacre_err err = newest(log, &again);
        if (err != NACRE_OK) return err;
    }
    const uint32_t slots = nacre_record_slots(&log->lanes, &again.record);
    const uint32_t next = nacre_log_behind(log, log->generation);
    if (away) return settle_away(log, next);
    /* Where nothing vouches for the next unit, a note must still fit that says that it is dead. */
    const uint32_t note = log->next == NACRE_NEXT_VOUCHED ? 0u : 1u;
    const bool fits = pair_end(log, log->top, slots) + note <= log->lanes.slots;
    if (!log->closed && fits) return settle_in_place(log, slots);
    if (log->next == NACRE_NEXT_VOUCHED && nacre_log_dead_units(log) > 1u) {
        return settle_in_next_unit(log, slots);
    }
    return settle_in_fresh_unit(log, next, true);
}

enum nacre_err nacre_tail_settle(struct nacre_log *log, bool away)
{
    const enum nacre_err err = settle_once(log, away || nacre_log_cut_spoils_unit(log));
    if (err != NACRE_OK) return err;
    log->doubtful = false;
    log->count.settles++;
    return NACRE_OK;
}
