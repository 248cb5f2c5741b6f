/*
 * A part: making it, its power, its time, and what is told about it. See part.h.
 */
#include "twin/parts/part.h"

#include <stdlib.h>
#include <string.h>

#include "twin/parts/part_internal.h"

/* An EEPROM leaves its maker erased. What FRAM and MRAM leave it with no source says: zeros. */
static bool make_arrays(struct part *part)
{
    const struct part_row *const row = part->row;
    part->bytes = malloc(row->size_bytes);
    part->is_changed = calloc(row->size_bytes / BLOCK_BYTES, 1);
    if (part->bytes == NULL || part->is_changed == NULL) return false;
    memset(part->bytes, row->kind == PART_EEPROM ? 0xFF : 0, row->size_bytes);
    if (row->kind != PART_EEPROM) return true;
    part->doubt = calloc(row->size_bytes, 1);
    part->wear = calloc(row->size_bytes / row->group_bytes, sizeof *part->wear);
    return part->doubt != NULL && part->wear != NULL;
}

struct part *part_create(const struct part_cfg *cfg)
{
    const struct part_row *const row = part_row_find(cfg->name);
    struct part *const part = row == NULL ? NULL : calloc(1, sizeof *part);
    if (part == NULL) return NULL;
    part->row = row;
    part->pins = cfg->pins;
    part->endurance = cfg->endurance;
    part->state.random = cfg->seed;
    part->state.time = cfg->time;
    part->state.reach = cfg->reach;
    part->state.cut_step = PART_NO_CUT;
    if (row->kind == PART_NOR ? part_nor_create(part, cfg) : make_arrays(part)) return part;
    part_destroy(part);
    return NULL;
}

void part_destroy(struct part *part)
{
    if (part == NULL) return;
    part_marks_free(part);
    nor_destroy(part->nor);
    free(part->bytes);
    free(part->doubt);
    free(part->wear);
    free(part->is_changed);
    free(part);
}

void part_power_on(struct part *part, uint64_t now_ps)
{
    part_advance(part, now_ps);
    if (part->state.is_on) return;
    part->state.is_on = true;
    part_alternate(part);
    part->state.ready_ps = part->state.now_ps + part->row->power_up_us * PS_PER_US;
    if (part->nor != NULL) nor_power_on(part->nor, part->state.now_ps);
}

void part_power_off(struct part *part, uint64_t now_ps, uint64_t seed)
{
    part_advance(part, now_ps);
    struct part_state *const state = &part->state;
    if (!state->is_on) return;
    state->random = seed;
    if (state->cycle.is_active) part_cycle_tear(part);
    if (part->nor != NULL) part_nor_power_off(part);
    part_cycle_drop(part);
    state->is_on = false;
    state->is_enabled = false;
    state->addr = 0;
    state->sda_clocks = 0;
    state->nor_hangs = false;
    state->wire = (struct wire){0};
}

bool part_is_on(const struct part *part)
{
    return part->state.is_on;
}

void part_plan_cut(struct part *part, uint64_t step, uint64_t seed)
{
    part->state.cut_step = step;
    part->state.cut_seed = seed;
}

void part_protect_pin(struct part *part, bool is_protected)
{
    part->state.is_protected = is_protected;
}

void part_bus_hz(struct part *part, uint32_t hz)
{
    part->state.hz = hz;
}

void part_advance(struct part *part, uint64_t now_ps)
{
    struct part_state *const state = &part->state;
    if (now_ps > state->now_ps) state->now_ps = now_ps;
    if (part->nor != NULL) {
        nor_advance(part->nor, state->now_ps);
    } else if (state->now_ps >= part_next_event_ps(part)) {
        part_cycle_finish(part);
    }
}

uint64_t part_next_event_ps(const struct part *part)
{
    const struct cycle *const cycle = &part->state.cycle;
    if (part->nor != NULL) return nor_next_event_ps(part->nor);
    return cycle->is_active && !cycle->hangs ? cycle->end_ps : PART_NEVER_PS;
}

bool part_is_busy(const struct part *part)
{
    if (part->nor == NULL) return part->state.cycle.is_active;
    const struct nor_operation operation = nor_operation(part->nor);
    return part->state.nor_hangs || (operation.work != NOR_IDLE && !operation.is_suspended);
}

void part_choose_torn(struct part *part, enum part_torn torn)
{
    part->state.torn = torn;
}

void part_choose_reach(struct part *part, enum part_reach reach)
{
    part->state.reach = reach;
}

void part_choose_time(struct part *part, enum part_time time)
{
    part->state.time = time;
    if (part->nor != NULL) part_nor_choose_time(part, time);
}

struct part_counters part_counters(const struct part *part)
{
    return part->state.counters;
}

uint64_t part_violations(const struct part *part)
{
    const struct part_counters *const c = &part->state.counters;
    return c->wrapped + c->rolled_over + c->busy + c->not_enabled + c->refused + c->opcodes +
           c->too_fast + c->too_early;
}
