/*
 * The journal: see the header.
 */
#include "tests/support/journal.h"

#include "tests/support/box_fixture.h"
#include "tests/support/decode.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define UNIT_BYTES 4096u
#define PAGE 16u   /* granules */
#define PROGRAM 5u /* granules of one program, at most */
#define GAP 5u

struct journal journal;

static void take_event(const struct sim_event *event, void *context)
{
    (void)context;
    if (event->command == SIM_READ) return;
    assert_true(journal.event_count < JOURNAL_EVENTS_MAX);
    journal.events[journal.event_count++] = *event;
}

uint32_t journal_granules_of(uint32_t payload)
{
    return payload <= 8u ? 1u : 1u + (payload - 8u + 14u) / 15u;
}

/* K of section 6, Room. */
static uint32_t settling(void)
{
    const uint32_t s = journal.longest;
    return 2u * s + 2u * GAP + (s > GAP ? s : GAP);
}

/* What slack must be left, beside what the record takes. */
static uint32_t reserve(void)
{
    return JOURNAL_SLOTS - 1u + settling() + journal.longest;
}

static uint32_t dead_units(uint32_t oldest)
{
    return JOURNAL_UNITS - 1u - (journal.generation - oldest);
}

uint32_t journal_live_in(uint32_t generation)
{
    uint32_t live = 0;
    for (uint32_t key = 0; key < JOURNAL_KEYS; key++) {
        const struct journal_place *const kept = &journal.keys[key];
        const bool lives = kept->is_known && !kept->is_removed;
        if (lives && kept->generation == generation) live += kept->granules;
    }
    return live;
}

static int32_t slack(uint32_t top, uint32_t oldest)
{
    const uint32_t free = JOURNAL_SLOTS - top + dead_units(oldest) * (JOURNAL_SLOTS - 1u);
    const uint32_t live = oldest == journal.generation ? 0 : journal_live_in(oldest);
    return (int32_t)free - (int32_t)live;
}

/* Nothing lives before a generation that is said to be the oldest; removals there are forgotten. */
static void take_oldest(uint32_t oldest)
{
    assert_true(oldest >= journal.oldest && oldest <= journal.generation);
    for (uint32_t key = 0; key < JOURNAL_KEYS; key++) {
        struct journal_place *const kept = &journal.keys[key];
        if (!kept->is_known || kept->generation >= oldest) continue;
        assert_true(kept->is_removed);
        kept->is_known = false;
    }
    journal.oldest = oldest;
}

/* The control block of a record, or that it has none. */
static void take_control(const struct forge_record *record, uint32_t slot)
{
    const uint32_t value = record->length == FORGE_REMOVED ? 0 : record->length;
    const bool is_closing = (record->flags & FORGE_CLOSED) != 0;
    const uint32_t end = slot + journal_granules_of(value + 4u) + 2u * settling();
    const bool may_vouch = journal.is_marked && !journal.is_vouched && !is_closing &&
                           end <= JOURNAL_SLOTS;
    if (!record->has_control) {
        assert_false(may_vouch);
        return;
    }
    const uint32_t oldest = journal.generation - record->behind;
    const bool is_needed = record->key == FORGE_NOTE || may_vouch || oldest != journal.oldest;
    assert_true(is_needed);
    assert_int_equal(record->void_from, FORGE_NO_VOID);
    assert_int_equal((record->flags & FORGE_MARKED) != 0, may_vouch || journal.is_vouched);
    assert_int_equal(record->flags & FORGE_CLEAN, 0);
    if (may_vouch) journal.vouched_all++;
    journal.is_vouched = journal.is_vouched || may_vouch;
    take_oldest(oldest);
}

/* The record of the call: was there room enough, and the next unit ready in time? */
static void take_set(const struct forge_record *record, uint32_t slot)
{
    const bool is_first = slot == 1u;
    const uint32_t before = is_first ? journal.left_at : slot;
    const uint32_t need = 2u * settling() + 1u + journal.granules + journal.longest;
    assert_false(journal.has_set);
    assert_int_equal(record->length == FORGE_REMOVED, journal.is_removal);
    if (is_first) journal.generation--;
    assert_true(slack(before, journal.oldest) >= (int32_t)(reserve() + journal.granules));
    if (!is_first && dead_units(journal.oldest) > 0 && JOURNAL_SLOTS - slot < need) {
        assert_true(journal.is_marked);
    }
    if (is_first) journal.generation++;
    journal.has_set = true;
}

/* A copy: of what lives in the oldest unit, the same value, plain; and it was due. */
static void take_copy(const struct forge_record *record, uint32_t slot)
{
    static struct forge_record source;
    const struct journal_place *const kept = &journal.keys[record->key];
    assert_true(kept->is_known && !kept->is_removed);
    assert_true(kept->generation < journal.generation);
    for (uint32_t generation = journal.oldest; generation < kept->generation; generation++) {
        assert_int_equal(journal_live_in(generation), 0);
    }
    assert_true(forge_read(&journal.forge, 0, kept->generation, kept->slot, &source));
    assert_int_equal(record->length, source.length);
    assert_memory_equal(record->bytes, source.bytes, source.length);
    assert_int_equal(record->kind, 0);
    const uint32_t sets = journal_live_in(kept->generation) / 2u + 2u;
    const uint32_t before = slot == 1u ? journal.left_at : slot;
    const uint32_t back = slot == 1u ? 1u : 0;
    journal.generation -= back;
    const int32_t left = slack(before, kept->generation);
    journal.generation += back;
    assert_true(left < (int32_t)(reserve() + sets * journal.longest));
    if (journal.copies >= 2u) assert_true(left < (int32_t)(reserve() + journal.granules));
    journal.copies++;
    journal.copies_all++;
    if (journal.set_key != JOURNAL_NO_KEY) journal.copies_in_sets++;
}

static void keep(struct journal_place *kept, const struct forge_record *record, uint32_t slot)
{
    *kept = (struct journal_place){ true, record->length == FORGE_REMOVED, journal.generation, slot,
                           record->granules };
}

static void take_member(const struct forge_record *record, uint32_t slot)
{
    assert_true(journal.member_count < JOURNAL_MEMBERS_MAX);
    journal.members[journal.member_count] = record->key;
    keep(&journal.places[journal.member_count++], record, slot);
}

/* A closing says where its first member lies; from now on its members are what lives. */
static void take_closing(const struct forge_record *record)
{
    const struct journal_place *const first = &journal.places[0];
    const uint32_t start = (uint32_t)record->bytes[0] | (uint32_t)record->bytes[1] << 8;
    assert_true(journal.member_count > 1u);
    assert_int_equal(start, first->slot + (journal.generation - first->generation) * 0x1000u);
    for (uint32_t i = 0; i < journal.member_count; i++) {
        journal.keys[journal.members[i]] = journal.places[i];
    }
    journal.member_count = 0;
}

static void take_note(const struct forge_record *record, uint32_t slot)
{
    assert_true(record->length <= 2u);
    assert_false(record->length == 0 && !record->has_control);
    if (record->length == 2u) take_closing(record);
    if ((record->flags & FORGE_CLOSED) != 0) journal.closing_at = slot;
    for (uint32_t key = 0; record->length == 1u && key < JOURNAL_KEYS; key++) {
        journal.keys[key].is_known = false;
    }
}

/* A closing note was written, or nothing where the unit was full: was there no room for this? */
static void enter_unit(const struct forge_record *record)
{
    const uint32_t value = record->length == FORGE_REMOVED ? 0 : record->length;
    const uint32_t end = journal.closing_at != 0 ? journal.closing_at : JOURNAL_SLOTS;
    assert_true(journal.is_marked);
    assert_true(journal.top == JOURNAL_SLOTS || journal.closing_at != 0);
    assert_true(end + journal_granules_of(value + 4u) > JOURNAL_SLOTS);
    journal.left_at = end;
    journal.closing_at = 0;
    journal.generation++;
    journal.top = 1;
    journal.is_marked = false;
    journal.is_vouched = false;
    journal.heads++;
}

/* One program writes as much as it can: 5 granules, but not across a page. */
static void take_programs(uint32_t slot, uint32_t granules)
{
    for (uint32_t done = 0; done < granules; journal.at++) {
        const struct sim_event *const event = &journal.events[journal.at];
        uint32_t n = PAGE - (slot + done) % PAGE;
        if (n > PROGRAM) n = PROGRAM;
        if (n > granules - done) n = granules - done;
        assert_true(journal.at < journal.event_count && event->command == SIM_PROGRAM);
        assert_int_equal(event->addr % UNIT_BYTES, (slot + done) * FORGE_GRANULE);
        assert_int_equal(event->n, n * FORGE_GRANULE);
        done += n;
    }
}

static void take_record(uint32_t slot)
{
    static struct forge_record record;
    const uint32_t unit = journal.events[journal.at].addr / UNIT_BYTES;
    const bool is_new = unit != (journal.generation - 1u) % JOURNAL_UNITS;
    const uint32_t generation = journal.generation + (is_new ? 1u : 0);
    assert_int_equal(unit, (generation - 1u) % JOURNAL_UNITS);
    assert_true(forge_read(&journal.forge, 0, generation, slot, &record));
    if (is_new) enter_unit(&record);
    assert_int_equal(slot, journal.top);
    assert_int_equal(journal.closing_at, 0);
    assert_false(record.is_stale);
    const bool is_set = record.key == journal.set_key && record.kind == 0;
    take_control(&record, slot);
    if (is_set) take_set(&record, slot);
    if (record.key == FORGE_NOTE) take_note(&record, slot);
    else if (record.kind == FORGE_MEMBER) take_member(&record, slot);
    else if (!is_set) take_copy(&record, slot);
    if (record.key < JOURNAL_KEYS && record.kind == 0) {
        keep(&journal.keys[record.key], &record, slot);
    }
    take_programs(slot, record.granules);
    journal.top = slot + record.granules;
}

static void take_mark(void)
{
    uint8_t expected[FORGE_GRANULE];
    uint8_t found[FORGE_GRANULE];
    const struct sim_event *const event = &journal.events[journal.at++];
    const uint32_t unit = journal.generation % JOURNAL_UNITS;
    sim_nor_peek(box.sim, event->addr, found, sizeof found);
    const uint32_t oldest = found[4]; /* it may be ahead of what records say */
    assert_true(oldest >= journal.oldest && oldest <= journal.generation);
    for (uint32_t i = journal.oldest; i < oldest; i++) assert_int_equal(journal_live_in(i), 0);
    const uint32_t wear = box.sim->unit_wear[unit];
    const struct decode_mark mark = { journal.generation + 1u, oldest, wear, 1 };
    decode_make_mark(expected, &mark, unit * JOURNAL_SLOTS, JOURNAL_UNITS);
    assert_int_equal(event->addr, unit * UNIT_BYTES);
    assert_memory_equal(found, expected, sizeof found);
    journal.is_marked = true;
}

/* Only a unit that a record says to be dead is erased; in a set, only where its time has come. */
static void take_erase(void)
{
    const struct sim_event *const event = &journal.events[journal.at++];
    const uint32_t need = 2u * settling() + 1u + journal.granules + journal.longest;
    assert_int_equal(event->addr, journal.generation % JOURNAL_UNITS * UNIT_BYTES);
    assert_true(journal.oldest + JOURNAL_UNITS > journal.generation + 1u);
    assert_false(journal.is_marked);
    if (journal.set_key != JOURNAL_NO_KEY) assert_true(JOURNAL_SLOTS - journal.top < need);
}

void journal_follow(uint32_t key, uint32_t granules, bool is_removal)
{
    journal.set_key = key;
    journal.granules = granules;
    journal.is_removal = is_removal;
    journal.copies = 0;
    journal.has_set = false;
    if (granules > journal.longest) journal.longest = granules;
    for (journal.at = 0; journal.at < journal.event_count;) {
        const struct sim_event *const event = &journal.events[journal.at];
        const uint32_t slot = event->addr % UNIT_BYTES / FORGE_GRANULE;
        if (event->command == SIM_ERASE) take_erase();
        else if (slot == 0) take_mark();
        else take_record(slot);
    }
    journal.event_count = 0;
    assert_true(key != JOURNAL_NO_KEY || journal.copies <= 2u);
    assert_true(key == JOURNAL_NO_KEY || journal.has_set);
}

/* Of removals, those in the oldest unit are not counted. */
void journal_compare(void)
{
    struct nacre_stats stats;
    uint32_t live = 0;
    uint32_t removed = 0;
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    assert_int_equal(stats.generation, journal.generation);
    for (uint32_t key = 0; key < JOURNAL_KEYS; key++) {
        const struct journal_place *const kept = &journal.keys[key];
        if (kept->is_known && kept->is_removed) removed++;
        else if (kept->is_known) live += kept->granules;
    }
    assert_in_range(stats.live_granules, live, live + removed);
}

void journal_begin(void)
{
    struct nacre_stats stats;
    memset(&journal, 0, sizeof journal);
    forge_open(&journal.forge, box.sim);
    box.cfg.index_count = JOURNAL_KEYS + 10u;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    journal.generation = stats.generation;
    journal.top = forge_top(&journal.forge, stats.generation);
    journal.longest = 1;
    box.sim->trace = take_event;
}
