/*
 * Marks and copies of a part's whole state.
 *
 * Which blocks have changed is known against the newest mark alone; to go back to it copies those,
 * to go back to an older one copies all. The memory of a mark that is dropped waits for the next.
 */
#include <stdlib.h>
#include <string.h>

#include "twin/parts/part_internal.h"

static uint32_t wear_count(const struct part *part)
{
    return part->wear == NULL ? 0 : part->row->size_bytes / part->row->group_bytes;
}

static void release_mark(struct part_mark_copy *mark)
{
    free(mark->bytes);
    free(mark->doubt);
    free(mark->wear);
    *mark = (struct part_mark_copy){0};
}

static bool allocate(const struct part *part, struct part_mark_copy *mark)
{
    const size_t size = part->row->size_bytes;
    if (mark->bytes != NULL) return true;
    *mark = (struct part_mark_copy){.bytes = malloc(size)};
    if (mark->bytes == NULL) return false;
    if (part->doubt == NULL) return true;
    mark->doubt = malloc(size);
    mark->wear = malloc(wear_count(part) * sizeof *mark->wear);
    if (mark->doubt != NULL && mark->wear != NULL) return true;
    release_mark(mark);
    return false;
}

/* All of the bytes, doubts and wear counts. */
static void copy_all(const struct part *part, struct part_mark_copy *to,
                     const struct part_mark_copy *from)
{
    memcpy(to->bytes, from->bytes, part->row->size_bytes);
    if (part->doubt == NULL) return;
    memcpy(to->doubt, from->doubt, part->row->size_bytes);
    memcpy(to->wear, from->wear, wear_count(part) * sizeof *to->wear);
}

static struct part_mark_copy arrays_of(const struct part *part)
{
    return (struct part_mark_copy){.bytes = part->bytes, .doubt = part->doubt, .wear = part->wear};
}

static void nothing_changed(struct part *part)
{
    memset(part->is_changed, 0, part->row->size_bytes / BLOCK_BYTES);
}

static void copy_block(struct part *part, const struct part_mark_copy *from, uint32_t block)
{
    const size_t at = (size_t)block * BLOCK_BYTES;
    memcpy(part->bytes + at, from->bytes + at, BLOCK_BYTES);
    if (part->doubt != NULL) memcpy(part->doubt + at, from->doubt + at, BLOCK_BYTES);
}

static void go_back(struct part *part, const struct part_mark_copy *mark, bool is_newest)
{
    if (is_newest) {
        for (uint32_t block = 0; block < part->row->size_bytes / BLOCK_BYTES; block++) {
            if (part->is_changed[block] != 0u) copy_block(part, mark, block);
        }
        if (part->wear != NULL) {
            memcpy(part->wear, mark->wear, wear_count(part) * sizeof *part->wear);
        }
    } else {
        struct part_mark_copy to = arrays_of(part);
        copy_all(part, &to, mark);
    }
    nothing_changed(part);
}

void part_marks_free(struct part *part)
{
    for (uint32_t i = 0; i < PART_MARKS; i++) release_mark(&part->mark[i]);
}

static void drop_from(struct part *part, uint32_t mark)
{
    if (part->mark_count > mark) part->mark_count = mark;
}

uint32_t part_mark(struct part *part)
{
    if (part->mark_count == PART_MARKS) return PART_MARKS;
    struct part_mark_copy *const mark = &part->mark[part->mark_count];
    if (part->nor != NULL) {
        if (nor_mark(part->nor) == NOR_MARKS) return PART_MARKS;
    } else {
        if (!allocate(part, mark)) return PART_MARKS;
        const struct part_mark_copy from = arrays_of(part);
        copy_all(part, mark, &from);
        nothing_changed(part);
    }
    mark->state = part->state;
    return part->mark_count++;
}

void part_rewind(struct part *part, uint32_t mark)
{
    if (mark >= part->mark_count) return;
    const bool is_newest = mark + 1u == part->mark_count;
    drop_from(part, mark + 1u);
    if (part->nor != NULL) {
        nor_rewind(part->nor, mark);
    } else {
        go_back(part, &part->mark[mark], is_newest);
    }
    part->state = part->mark[mark].state;
}

void part_forget(struct part *part, uint32_t mark)
{
    if (mark >= part->mark_count) return;
    drop_from(part, mark);
    if (part->nor != NULL) {
        nor_forget(part->nor, mark);
    } else {
        memset(part->is_changed, 1, part->row->size_bytes / BLOCK_BYTES);
    }
}

bool part_copy(struct part *to, const struct part *from)
{
    if (to->row != from->row || from->nor != NULL) return false;
    struct part_mark_copy arrays = arrays_of(to);
    const struct part_mark_copy source = arrays_of(from);
    copy_all(from, &arrays, &source);
    to->state = from->state;
    memset(to->is_changed, 1, to->row->size_bytes / BLOCK_BYTES);
    return true;
}
