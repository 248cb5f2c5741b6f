/*
 * The pool of values: each is kept once, found again by its hash.
 */
#include "tools/check/flow_value.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64u
/* How far beside an object compilers put a base that they add an index to. */
#define BESIDE 255u
#define NEAR_BASE 0x1000u

#define JOINED_KEPT 1024u

/* A join that was made before: loops make the same ones again and again. */
struct joined {
    uint32_t a, b, result;
    bool is_there, is_widening;
};

struct values {
    const struct image *image;
    struct value *items;
    struct entry *entries;
    uint32_t *table; /* handle + 1, or 0 */
    uint32_t count, room, entry_count, entry_room, table_room;
    struct joined joined[JOINED_KEPT];
    bool failed;
};

struct values *values_open(const struct image *image)
{
    struct values *const values = calloc(1, sizeof *values);
    if (values == NULL) return NULL;
    values->image = image;
    struct draft draft;
    draft_start(&draft);
    draft_add_more(&draft, UINT32_MAX, 1);
    (void)draft_keep(values, &draft);
    if (!values->failed) return values;
    values_close(values);
    return NULL;
}

void values_close(struct values *values)
{
    if (values == NULL) return;
    free(values->items);
    free(values->entries);
    free(values->table);
    free(values);
}

bool values_failed(const struct values *values)
{
    return values->failed;
}

void values_fail(struct values *values)
{
    values->failed = true;
}

const struct value *value_at(const struct values *values, uint32_t handle)
{
    return &values->items[handle];
}

const struct entry *value_entry(const struct values *values, uint32_t handle, uint32_t i)
{
    return &values->entries[values->items[handle].first + i];
}

bool entry_is_dark(const struct image *image, const struct entry *entry)
{
    if (entry->kind != ENTRY_NUMBER) return false;
    if (image_place(image, entry->v) == IMAGE_DARK) return true;
    if (entry->span == 0u) return false;
    const uint32_t end = entry->span == SPAN_ANY ? entry->v + BESIDE : entry->v + entry->span;
    return image_place(image, end) == IMAGE_DARK ||
           (entry->span == SPAN_ANY && image_place(image, entry->v - BESIDE) == IMAGE_DARK);
}

/* ---- drafts ---- */

void draft_start(struct draft *draft)
{
    draft->count = 0;
    draft->max = 0;
    draft->step = 0;
    draft->id = 0;
    draft->has_more = false;
}

static uint32_t common_step(uint32_t a, uint32_t b)
{
    while (b != 0u) {
        const uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

void draft_add_more(struct draft *draft, uint32_t max, uint32_t step)
{
    draft->step = common_step(step, draft->has_more ? draft->step : 0u);
    draft->has_more = true;
    if (draft->max < max) draft->max = max;
}

static bool is_same_place(const struct entry *a, const struct entry *b)
{
    return a->kind == b->kind && a->v == b->v && a->span == b->span && a->step == b->step;
}

/* The place of an entry that is not dark, to be given to one that is; count where there is none. */
static uint32_t find_lit(const struct values *values, const struct draft *draft)
{
    for (uint32_t i = 0; i < draft->count; i++) {
        if (!entry_is_dark(values->image, &draft->entries[i])) return i;
    }
    return draft->count;
}

void draft_add(const struct values *values, struct draft *draft, const struct entry *entry)
{
    for (uint32_t i = 0; i < draft->count; i++) {
        if (!is_same_place(&draft->entries[i], entry)) continue;
        draft->entries[i].is_masked = draft->entries[i].is_masked && entry->is_masked;
        return;
    }
    if (draft->count < ENTRIES_MAX) {
        draft->entries[draft->count++] = *entry;
        return;
    }
    draft_add_more(draft, UINT32_MAX, 1);
    if (!entry_is_dark(values->image, entry)) return;
    const uint32_t place = find_lit(values, draft);
    if (place < draft->count) draft->entries[place] = *entry;
}

void draft_add_value(const struct values *values, struct draft *draft, uint32_t handle)
{
    const struct value *const value = value_at(values, handle);
    if (value->has_more) draft_add_more(draft, value->max, value->step);
    for (uint32_t i = 0; i < value->count; i++) {
        draft_add(values, draft, &values->entries[value->first + i]);
    }
}

/* ---- the pool ---- */

static uint32_t hash_word(uint32_t hash, uint32_t word)
{
    return (hash ^ word) * 0x01000193u ^ hash >> 15;
}

static uint32_t hash_of(const struct value *value, const struct entry *entries)
{
    uint32_t hash = hash_word(0x811C9DC5u, value->max);
    hash = hash_word(hash, value->id);
    hash = hash_word(hash, value->count * 2u + value->has_more);
    for (uint32_t i = 0; i < value->count; i++) {
        hash = hash_word(hash, entries[i].v);
        hash = hash_word(hash, entries[i].span + (uint32_t)entries[i].kind);
    }
    return hash ^ hash >> 16;
}

static bool is_equal(const struct values *values, const struct value *a, const struct value *b,
                     const struct entry *entries)
{
    if (a->count != b->count || a->max != b->max || a->step != b->step || a->id != b->id ||
        a->has_more != b->has_more) {
        return false;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        const struct entry *const own = &values->entries[a->first + i];
        if (!is_same_place(own, &entries[i])) return false;
        if (own->is_masked != entries[i].is_masked) return false;
    }
    return true;
}

static bool grow(void **items, uint32_t *room, uint32_t need, size_t size)
{
    if (need <= *room) return true;
    uint32_t wanted = *room == 0u ? FIRST_ROOM : *room;
    while (wanted < need) wanted *= 2u;
    void *const more = realloc(*items, wanted * size);
    if (more == NULL) return false;
    *items = more;
    *room = wanted;
    return true;
}

static void enter(struct values *values, uint32_t handle)
{
    const struct value *const value = &values->items[handle];
    uint32_t slot = hash_of(value, &values->entries[value->first]);
    while (values->table[slot & (values->table_room - 1u)] != 0u) slot++;
    values->table[slot & (values->table_room - 1u)] = handle + 1u;
}

static bool grow_table(struct values *values)
{
    if (values->table_room > values->count * 2u) return true;
    const uint32_t room = values->table_room == 0u ? 4u * FIRST_ROOM : values->table_room * 2u;
    uint32_t *const table = calloc(room, sizeof *table);
    if (table == NULL) return false;
    free(values->table);
    values->table = table;
    values->table_room = room;
    for (uint32_t i = 0; i < values->count; i++) enter(values, i);
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct entry *const left = a;
    const struct entry *const right = b;
    if (left->kind != right->kind) return left->kind < right->kind ? -1 : 1;
    if (left->v != right->v) return left->v < right->v ? -1 : 1;
    if (left->span != right->span) return left->span < right->span ? -1 : 1;
    if (left->step != right->step) return left->step < right->step ? -1 : 1;
    return 0;
}

static bool find(const struct values *values, const struct value *value,
                 const struct entry *entries, uint32_t *handle)
{
    uint32_t slot = hash_of(value, entries);
    for (;; slot++) {
        const uint32_t found = values->table[slot & (values->table_room - 1u)];
        if (found == 0u) return false;
        if (is_equal(values, &values->items[found - 1u], value, entries)) {
            *handle = found - 1u;
            return true;
        }
    }
}

static bool make_room(struct values *values, uint32_t entries)
{
    return grow((void **)&values->items, &values->room, values->count + 1u,
                sizeof *values->items) &&
           grow((void **)&values->entries, &values->entry_room, values->entry_count + entries + 1u,
                sizeof *values->entries) &&
           grow_table(values);
}

uint32_t draft_keep(struct values *values, const struct draft *draft)
{
    struct entry sorted[ENTRIES_MAX];
    if (draft->count != 0u) memcpy(sorted, draft->entries, draft->count * sizeof sorted[0]);
    qsort(sorted, draft->count, sizeof sorted[0], compare);
    struct value value = {.count = draft->count, .has_more = draft->has_more, .id = draft->id,
                          .max = draft->has_more ? draft->max : 0u,
                          .step = draft->has_more ? draft->step : 0u};
    if (value.step == 0u && value.has_more) value.step = 1;
    if (!make_room(values, draft->count)) {
        values->failed = true;
        return VALUE_ANY;
    }
    uint32_t handle;
    if (find(values, &value, sorted, &handle)) return handle;
    value.first = values->entry_count;
    if (draft->count != 0u) {
        memcpy(&values->entries[value.first], sorted, draft->count * sizeof sorted[0]);
    }
    values->entry_count += draft->count;
    values->items[values->count] = value;
    enter(values, values->count);
    return values->count++;
}

/* ---- values by what they are ---- */

static uint32_t keep_one(struct values *values, const struct entry *entry)
{
    struct draft draft;
    draft_start(&draft);
    draft_add(values, &draft, entry);
    return draft_keep(values, &draft);
}

uint32_t value_number(struct values *values, uint32_t number, uint32_t from)
{
    const struct entry entry = {.kind = ENTRY_NUMBER, .v = number, .from = from};
    return keep_one(values, &entry);
}

uint32_t value_stack(struct values *values, int32_t offset)
{
    const struct entry entry = {.kind = ENTRY_STACK, .v = (uint32_t)offset};
    return keep_one(values, &entry);
}

uint32_t value_unknown(struct values *values, uint32_t max, uint32_t id)
{
    struct draft draft;
    draft_start(&draft);
    draft_add_more(&draft, max, 1);
    draft.id = id;
    return draft_keep(values, &draft);
}

uint32_t value_anonymous(struct values *values, uint32_t handle)
{
    if (value_at(values, handle)->id == 0u) return handle;
    struct draft draft;
    draft_start(&draft);
    draft_add_value(values, &draft, handle);
    return draft_keep(values, &draft);
}

uint32_t value_blur(struct values *values, uint32_t handle)
{
    struct draft draft;
    draft_start(&draft);
    draft_add_value(values, &draft, handle);
    draft_add_more(&draft, UINT32_MAX, 1);
    return draft_keep(values, &draft);
}

bool value_is_number(const struct values *values, uint32_t handle, uint32_t *number)
{
    const struct value *const value = value_at(values, handle);
    if (value->count != 1u || value->has_more) return false;
    const struct entry *const entry = value_entry(values, handle, 0);
    if (entry->kind != ENTRY_NUMBER || entry->span != 0u) return false;
    *number = entry->v;
    return true;
}

/* ---- where paths meet ---- */

static bool is_near_one(const struct draft *kept, const struct entry *entry)
{
    for (uint32_t i = 0; i < kept->count; i++) {
        const struct entry *const other = &kept->entries[i];
        if (other->kind == entry->kind && entry->v - other->v < NEAR_BASE) return true;
    }
    return false;
}

/*
 * Keep what a set must keep: what points into the stack, and what is dark, at any distance. Of
 * bases close to one another the lowest stands for all.
 */
static void widen(const struct values *values, const struct draft *full, struct draft *kept)
{
    draft_start(kept);
    draft_add_more(kept, UINT32_MAX, 1);
    for (uint32_t i = 0; i < 2u * full->count; i++) {
        struct entry entry = full->entries[i % full->count];
        const bool is_stack = entry.kind == ENTRY_STACK;
        const bool is_turn = is_stack == (i < full->count);
        if (!is_turn || kept->count >= JOINED_MAX) continue;
        if (!is_stack && !entry_is_dark(values->image, &entry)) continue;
        entry.span = SPAN_ANY;
        entry.step = 1;
        if (!is_near_one(kept, &entry)) draft_add(values, kept, &entry);
    }
}

static uint32_t join(struct values *values, uint32_t a, uint32_t b, bool is_widening)
{
    struct draft draft;
    draft_start(&draft);
    draft_add_value(values, &draft, a);
    draft_add_value(values, &draft, b);
    const uint32_t joined = draft_keep(values, &draft);
    if (joined == a || values_failed(values)) return joined;
    const struct value *const old = value_at(values, a);
    const bool has_grown = is_widening && (draft.count > old->count || draft.max > old->max);
    if (draft.count <= JOINED_MAX && !has_grown) return joined;
    struct draft kept;
    widen(values, &draft, &kept);
    return draft_keep(values, &kept);
}

uint32_t value_join(struct values *values, uint32_t a, uint32_t b, bool is_widening)
{
    if (a == b) return a;
    struct joined *const known = &values->joined[(a * 31u + b) % JOINED_KEPT];
    const bool is_same = known->is_there && known->a == a && known->b == b &&
                         known->is_widening == is_widening;
    if (is_same) return known->result;
    const uint32_t result = join(values, a, b, is_widening);
    *known = (struct joined){.a = a, .b = b, .result = result, .is_there = true,
                             .is_widening = is_widening};
    return result;
}
