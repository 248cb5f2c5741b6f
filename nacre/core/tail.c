/*
 * Settling. docs/format.md section 6 has the protocol, docs/guarantee.md why each step is needed.
 *
 * Invariants:
 *  1. The first copy starts GAP granules behind all that reads as programmed, so that no granule
 *     is programmed that the operation which was cut can have touched.
 *  2. The second copy lies at least 2 GAP granules behind the first: behind every granule that an
 *     earlier settling, cut in its first copy, can have touched, whatever that boot read. And so
 *     far that the first copy of a later settling ends before it.
 *  3. The second unit is entered only behind a closing record of this boot, or where no settling
 *     of any boot can have found room in the first.
 *  4. Both copies take over the void range of the record that they replace.
 */
#include "nacre/core/tail.h"

#include "nacre/core/next.h"
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
    if (!log->last_is_note) {
        const enum nacre_err err = nacre_log_read(log, log->last, record, NULL, 0);
        if (err != NACRE_OK) return err;
        *source = nacre_record_source(log->last, record);
    }
    record->has_control = true;
    return NACRE_OK;
}

/* Where the void range of the next copy starts, as seen from the head. */
static enum nacre_err void_start(const struct nacre_log *log, uint16_t *from)
{
    *from = 1; /* no record at all: the unit from its first slot */
    if (log->last == 0u) return NACRE_OK;
    uint32_t back = log->generation - nacre_log_spot(log, log->last).generation;
    uint32_t slot = log->last % log->slots;
    if (log->last_void != NACRE_VOID_NONE) {
        back += log->last_void / NACRE_VOID_BACK;
        slot = log->last_void & NACRE_VOID_SLOT_MASK;
    }
    if (back > NACRE_VOID_BACK_MAX) return NACRE_UNSETTLED;
    *from = (uint16_t)(slot + back * NACRE_VOID_BACK);
    return NACRE_OK;
}

static enum nacre_err write_copy(struct nacre_log *log, uint32_t slot)
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
    return nacre_log_write_at(log, slot, &record, &source);
}

/* Enter the next unit behind what an earlier settling may have left in it. */
static enum nacre_err enter_next(struct nacre_log *log, uint32_t closing_slot, uint32_t granules)
{
    uint32_t top = 1;
    if (log->next == NACRE_NEXT_VOUCHED) {
        enum nacre_err err = nacre_tail_find_top(log, log->generation + 1u, &top);
        if (err != NACRE_OK) return err;
        if (top + NACRE_TAIL_GAP + pair_granules(granules) > log->slots) {
            log->next = NACRE_NEXT_UNKNOWN; /* full of cut settlings: begin it anew */
            top = 1;
        }
    }
    const enum nacre_err err = nacre_log_go_on(log, closing_slot);
    if (err != NACRE_OK) return err;
    log->top = (uint16_t)top;
    return NACRE_OK;
}

static enum nacre_err settle_once(struct nacre_log *log)
{
    struct nacre_record record;
    struct nacre_source source;
    enum nacre_err err = newest(log, &record, &source);
    if (err != NACRE_OK) return err;
    const uint32_t granules = nacre_record_granules(&record);
    uint32_t slot = log->top + NACRE_TAIL_GAP;
    if (log->closed || slot + pair_granules(granules) > log->slots) {
        err = enter_next(log, slot, granules);
        if (err != NACRE_OK) return err;
        slot = log->top + NACRE_TAIL_GAP;
    }
    err = write_copy(log, slot);
    if (err != NACRE_OK) return err;
    return write_copy(log, slot + pair_distance(granules));
}

/* The index follows the newest record to its second copy. */
static enum nacre_err follow(struct nacre_log *log, uint32_t old_place)
{
    for (uint32_t i = 0; i < log->index.count; i++) {
        if (log->index.entries[i].place == old_place) log->index.entries[i].place = log->last;
    }
    return nacre_room_count(log);
}

enum nacre_err nacre_tail_settle(struct nacre_log *log)
{
    const uint32_t old_place = log->last;
    enum nacre_err err = settle_once(log);
    if (err != NACRE_OK) return err;
    err = follow(log, old_place);
    if (err != NACRE_OK) return err;
    log->doubtful = false;
    log->count.settles++;
    return NACRE_OK;
}
