/*
 * A journal of what a store of one lane, of the box of a test program, writes: it follows each
 * command of the chip, keeps account of heads, tops and live records itself, and fails the test
 * where docs/format.md section 6 says otherwise.
 *
 * Each record at the top; control blocks where something is to be said and nowhere else; a unit
 * vouched for as soon as that can be settled; copies of what lives in the oldest unit alone, none
 * before it is due; and always the room that a settling and a new unit take. Without cuts and
 * damage the costs of the headers hold to the granule.
 */
#ifndef TESTS_SUPPORT_JOURNAL_H
#define TESTS_SUPPORT_JOURNAL_H

#include "tests/support/forge.h"

#define JOURNAL_UNITS 4u
#define JOURNAL_SLOTS 256u
#define JOURNAL_KEYS 200u
#define JOURNAL_NO_KEY 0xfffffu
#define JOURNAL_EVENTS_MAX 2000u
#define JOURNAL_MEMBERS_MAX 16u

struct journal_place {
    bool is_known;
    bool is_removed;
    uint32_t generation;
    uint32_t slot;
    uint32_t granules;
};

struct journal {
    struct forge forge;
    struct sim_event events[JOURNAL_EVENTS_MAX];
    uint32_t event_count;
    uint32_t at;         /* the event being read */
    struct journal_place keys[JOURNAL_KEYS];
    uint32_t generation;
    uint32_t top;
    uint32_t oldest;     /* as the medium says */
    uint32_t longest;
    bool is_marked;      /* the next unit */
    bool is_vouched;
    uint32_t closing_at; /* the slot of the head's closing note; 0: none */
    uint32_t left_at;    /* where the unit before the head had no room any more */
    uint32_t set_key;    /* of the call under way; JOURNAL_NO_KEY: none */
    uint32_t granules;   /* of its record, counted with a control block */
    bool is_removal;
    uint32_t copies;     /* in this call */
    bool has_set;        /* its record was met */
    uint32_t members[JOURNAL_MEMBERS_MAX];
    struct journal_place places[JOURNAL_MEMBERS_MAX];
    uint32_t member_count;
    uint32_t copies_all;
    uint32_t copies_in_sets;
    uint32_t vouched_all;
    uint32_t heads;
};

extern struct journal journal;

/* Follow the store of the box from here on: mounted on a blank region, and nothing set. */
void journal_begin(void);

/*
 * A call has returned: see what it did.
 *
 * key      that it set or removed, or JOURNAL_NO_KEY
 * granules of its record, counted with a control block
 */
void journal_follow(uint32_t key, uint32_t granules, bool is_removal);

/* What the store counts is what the journal does. */
void journal_compare(void);

/* Granules of what lives in a generation: what is removed does not. */
uint32_t journal_live_in(uint32_t generation);

/* Granules of a record of so much payload. */
uint32_t journal_granules_of(uint32_t payload);

#endif
