/*
 * What a register or stack slot may hold, as a set.
 *
 * A value is a few entries and, where more is possible, a bound of what else: `has_more` says that
 * some other number up to `max` is possible. An entry is a number, or an offset from the stack
 * pointer at entry, that is exact (span 0) or the base of an address whose distance is not known.
 * Sets only grow where paths meet, and an entry in the dark is never dropped from one for want of
 * room: what may be a pointer into the dark stays one.
 *
 * Values are kept once each: two handles are equal just when the values are.
 */
#ifndef TOOLS_CHECK_FLOW_VALUE_H
#define TOOLS_CHECK_FLOW_VALUE_H

#include "tools/check/image.h"

#include <stdbool.h>
#include <stdint.h>

#define ENTRIES_MAX 256u /* of one value; a table with more entries is walked at its load */
#define JOINED_MAX 16u   /* of a value where paths meet, besides those in the dark */
#define SPAN_ANY UINT32_MAX
#define VALUE_ANY 0u /* the handle of the value that may be anything */

enum entry_kind { ENTRY_NUMBER, ENTRY_STACK };

struct entry {
    uint32_t v;
    uint32_t span; /* it may lie up to span above v; SPAN_ANY: either way, any distance */
    uint32_t step; /* in multiples of this */
    uint32_t from; /* the pool word or table entry it was read from, or 0 */
    enum entry_kind kind;
    bool is_masked; /* or-ed together: an address only if it is used as one */
};

struct value {
    uint32_t count;
    uint32_t first; /* in the pool of entries */
    uint32_t max;   /* of what else is possible */
    uint32_t step;
    uint32_t id; /* not 0: the value that one instruction made, the same wherever the id is */
    bool has_more;
};

/* A value in the making. */
struct draft {
    struct entry entries[ENTRIES_MAX];
    uint32_t count, max, step, id;
    bool has_more;
};

struct values; /* all values of one walk */

/*
 * Make the pool of values; VALUE_ANY is in it.
 *
 * image    which entries are dark, for what is kept when there is no room
 * Returns  NULL without memory
 */
struct values *values_open(const struct image *image);

/* Give a pool back; NULL is allowed. */
void values_close(struct values *values);

/* Whether memory ran out on the way: then every handle since may be VALUE_ANY. */
bool values_failed(const struct values *values);

/* Say that memory or room ran out: the walk must not be believed. */
void values_fail(struct values *values);

/* The value of a handle; good until the next value is made. */
const struct value *value_at(const struct values *values, uint32_t handle);

/* Entry i of a value; good until the next value is made. */
const struct entry *value_entry(const struct values *values, uint32_t handle, uint32_t i);

/* Begin a draft that holds nothing. */
void draft_start(struct draft *draft);

/* Add an entry; one that is there already is not added twice, too many make has_more. */
void draft_add(const struct values *values, struct draft *draft, const struct entry *entry);

/* Add that some number up to max, a multiple of step, is possible. */
void draft_add_more(struct draft *draft, uint32_t max, uint32_t step);

/* Add all that a value may be. */
void draft_add_value(const struct values *values, struct draft *draft, uint32_t handle);

/* Keep a draft. Without memory: VALUE_ANY. */
uint32_t draft_keep(struct values *values, const struct draft *draft);

/* An exact number; from: where it was read, or 0. */
uint32_t value_number(struct values *values, uint32_t number, uint32_t from);

/* An address offset bytes from the stack pointer at entry. */
uint32_t value_stack(struct values *values, int32_t offset);

/* Anything up to max; id as in struct value. */
uint32_t value_unknown(struct values *values, uint32_t max, uint32_t id);

/* The same value without its id. */
uint32_t value_anonymous(struct values *values, uint32_t handle);

/* Either of two; `is_widening` where a loop must come to an end: what still grows is let go of. */
uint32_t value_join(struct values *values, uint32_t a, uint32_t b, bool is_widening);

/* The same entries, and whatever else: something unknown may have been written over it. */
uint32_t value_blur(struct values *values, uint32_t handle);

/* Whether it is one exact number, which is then written. */
bool value_is_number(const struct values *values, uint32_t handle, uint32_t *number);

/* Whether an entry may point into the dark. */
bool entry_is_dark(const struct image *image, const struct entry *entry);

#endif
