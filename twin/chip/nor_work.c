/*
 * Operations in time: program, erase, register write; suspend and resume; what a cut tears.
 *
 * An operation is idle, runs, is suspending (runs no more, WIP is still 1), or suspended.
 * nor_advance takes the steps that time alone takes; the array changes when an operation ends, or
 * is torn.
 */
#include <string.h>

#include "twin/chip/nor_internal.h"

static bool is_stuck(const struct nor *nor)
{
    return nor->row->family->status_has_fails && (nor->state.p_fail || nor->state.e_fail);
}

bool nor_work_is_busy(const struct nor *nor)
{
    const struct nor_op *op = &nor->state.op;
    return (op->work != NOR_IDLE && !op->is_suspended) || is_stuck(nor);
}

uint64_t nor_work_end_ps(const struct nor *nor)
{
    const struct nor_op *op = &nor->state.op;
    if (op->work == NOR_IDLE || op->is_suspended) return FRAME_NEVER_PS;
    if (op->is_suspending) return op->suspend_at_ps;
    return op->run_start_ps + (op->total_ps - op->done_ps);
}

bool nor_bank_refuses(const struct nor *nor, uint32_t bank_index)
{
    const struct nor_op *op = &nor->state.op;
    if (!nor_work_is_busy(nor)) return false;
    if (is_stuck(nor)) return true;
    if (op->work == NOR_ERASE_CHIP || op->work == NOR_WRITE_REGISTER) return true;
    if (nor->cfg.lacks_read_while_write) return true;
    return op->addr / (nor->row->size_bytes / nor->row->bank_count) == bank_index;
}

static bool unit_is_protected(const struct nor *nor, uint32_t addr)
{
    const struct nor_unit *info = nor->units[addr / UNIT_BYTES];
    return (info != NULL && info->is_protected) || nor_reg_protects(nor, addr);
}

static bool range_is_protected(const struct nor *nor, uint32_t addr, uint32_t n)
{
    if (nor_reg_protects(nor, addr) || nor_reg_protects(nor, addr + n - 1u)) return true;
    for (uint32_t at = addr; at - addr < n; at += UNIT_BYTES) {
        if (unit_is_protected(nor, at)) return true;
    }
    return false;
}

bool nor_work_ignores(const struct nor *nor, uint32_t addr, uint32_t n)
{
    return nor->row->family->ignores_protected && range_is_protected(nor, addr, n);
}

static bool unit_is_worn(const struct nor *nor, const struct nor_unit *info)
{
    const uint32_t wear = nor->state.chip_erases + (info == NULL ? 0 : info->wear);
    return nor->cfg.endurance != 0 && wear >= nor->cfg.endurance;
}

static void op_start(struct nor *nor, const struct nor_op *op)
{
    nor->state.op = *op;
    nor->state.op.run_start_ps = nor->state.now_ps;
    nor_tell_answers(nor);
}

uint32_t nor_program_double(const struct nor *nor, uint32_t page, const uint8_t *data,
                            uint32_t *not_erased_bits)
{
    const struct nor_unit *info = nor->units[page / UNIT_BYTES];
    uint32_t doubles = 0;
    *not_erased_bits = 0;
    for (uint32_t i = 0; i < PAGE_BYTES; i++) {
        if (data[i] == 0xFF) continue; /* not sent, or asks for nothing */
        uint8_t lost = (uint8_t)(data[i] & (uint8_t)~nor->array[page + i]);
        for (; lost != 0; lost &= (uint8_t)(lost - 1u)) (*not_erased_bits)++;
    }
    for (uint32_t i = 0; info != NULL && i < GRANULES_PER_PAGE; i++) {
        uint8_t all = 0xFF;
        for (uint32_t k = 0; k < GRANULE_BYTES; k++) all &= data[i * GRANULE_BYTES + k];
        const uint32_t granule = page / GRANULE_BYTES % GRANULES_PER_UNIT + i;
        if (all != 0xFF && info->programs[granule] > 0) doubles++;
    }
    return doubles;
}

/* Parts with error correction that cannot be given up end such a program with an error. */
static bool is_second(const struct nor *nor, uint32_t page, const uint8_t *data)
{
    uint32_t not_erased_bits;
    return !nor->row->has_double_program &&
           nor_program_double(nor, page, data, &not_erased_bits) > 0;
}

void nor_work_program(struct nor *nor, uint32_t page, const uint8_t data[PAGE_BYTES],
                      uint16_t named)
{
    const struct nor_unit *info = nor->units[page / UNIT_BYTES];
    struct nor_op op = {.work = NOR_PROGRAM, .addr = page, .n = PAGE_BYTES, .named = named};
    memcpy(op.data, data, PAGE_BYTES);
    op.is_refused = unit_is_protected(nor, page) || is_second(nor, page, data);
    op.fails = op.is_refused || unit_is_worn(nor, info) || (info != NULL && info->program_fails);
    op.total_ps = op.is_refused ? nor->row->family->protected_program_ps
                                : nor_random_span(nor, &nor->row->times.program);
    if (!nor->row->family->fails_stay) nor->state.p_fail = false;
    op_start(nor, &op);
}

void nor_work_erase(struct nor *nor, enum nor_work work, uint32_t addr, uint32_t n)
{
    const struct nor_row *row = nor->row;
    const struct nor_span *span = &row->times.erase_chip;
    if (work == NOR_ERASE && n == UNIT_BYTES) span = &row->times.erase_unit;
    if (work == NOR_ERASE && n != UNIT_BYTES) span = &row->times.erase_block;
    struct nor_op op = {.work = work, .addr = addr, .n = n};
    op.is_refused = range_is_protected(nor, addr, n);
    op.fails = op.is_refused;
    for (uint32_t at = addr; at - addr < n; at += UNIT_BYTES) {
        const struct nor_unit *info = nor->units[at / UNIT_BYTES];
        if (unit_is_worn(nor, info) || (info != NULL && info->erase_fails)) op.fails = true;
    }
    op.total_ps = op.is_refused ? row->family->protected_erase_ps : nor_random_span(nor, span);
    if (!nor->row->family->fails_stay) nor->state.e_fail = false;
    op_start(nor, &op);
}

void nor_work_register(struct nor *nor, uint32_t reg, const uint8_t value[2],
                       const struct nor_span *span)
{
    struct nor_op op = {.work = NOR_WRITE_REGISTER, .reg = reg};
    memcpy(op.data, value, 2);
    op.total_ps = nor_random_span(nor, span);
    op_start(nor, &op);
}

static void program_finish(struct nor *nor)
{
    const struct nor_op *op = &nor->state.op;
    if (op->is_refused) return;
    struct nor_unit *info = nor_unit_touch(nor, op->addr / UNIT_BYTES);
    for (uint32_t i = 0; i < GRANULES_PER_PAGE; i++) {
        const uint8_t *data = op->data + i * GRANULE_BYTES;
        uint8_t thinned[GRANULE_BYTES];
        uint8_t all = 0xFF;
        for (uint32_t k = 0; k < GRANULE_BYTES; k++) {
            /* A worn cell does not take: some bits stay 1. */
            thinned[k] = op->fails ? (uint8_t)(data[k] | (uint8_t)nor_random(nor)) : data[k];
            all &= data[k];
        }
        if (all == 0xFF) continue;
        const uint32_t granule = op->addr / GRANULE_BYTES + i;
        nor_cells_program(nor, granule, thinned);
        uint8_t *programs = &info->programs[granule % GRANULES_PER_UNIT];
        if (*programs < UINT8_MAX) (*programs)++;
    }
    nor_array_told(nor, op->addr, PAGE_BYTES);
}

static void unit_erase_finish(struct nor *nor, uint32_t unit)
{
    struct nor_unit *info = nor_unit_touch(nor, unit);
    if (info->erase_fails || unit_is_worn(nor, info)) {
        nor_tear_erase_unit(nor, unit, NOR_ERASE_PATCHY);
        return;
    }
    nor_unit_blank(nor, unit);
    if (nor->state.op.work != NOR_ERASE_CHIP) info->wear++; /* that is counted for all at once */
    nor_array_told(nor, unit * UNIT_BYTES, UNIT_BYTES);
}

static void erase_finish(struct nor *nor)
{
    const struct nor_op *op = &nor->state.op;
    if (op->is_refused) return;
    for (uint32_t at = op->addr; at - op->addr < op->n; at += UNIT_BYTES) {
        /* A unit that nobody touched is blank already; its wear is counted for the whole chip. */
        if (op->work == NOR_ERASE_CHIP && nor->units[at / UNIT_BYTES] == NULL) continue;
        unit_erase_finish(nor, at / UNIT_BYTES);
    }
}

static void work_finish(struct nor *nor)
{
    struct nor_state *state = &nor->state;
    const struct nor_op op = state->op;
    if (op.work == NOR_PROGRAM) {
        program_finish(nor);
        state->p_fail = state->p_fail || op.fails;
    } else if (op.work == NOR_WRITE_REGISTER) {
        nor_reg_apply(nor, op.reg, op.data);
    } else {
        erase_finish(nor);
        state->e_fail = state->e_fail || op.fails;
        if (op.work == NOR_ERASE_CHIP) state->chip_erases++;
    }
    state->op = (struct nor_op){.work = NOR_IDLE};
    state->wel = op.fails && nor->row->family->fails_stay;
    const struct nor_event event = {.kind = NOR_EVENT_DONE, .now_ps = state->now_ps,
                                    .opcode = op.opcode, .work = op.work, .addr = op.addr,
                                    .n = op.n, .protocol = state->protocol, .failed = op.fails};
    nor_tell(nor, &event);
    nor_tell_answers(nor);
}

static void suspend_finish(struct nor *nor)
{
    struct nor_op *op = &nor->state.op;
    op->is_suspending = false;
    op->is_suspended = true;
    nor->state.wel = false;
    const struct nor_event event = {.kind = NOR_EVENT_SUSPENDED, .now_ps = nor->state.now_ps,
                                    .opcode = op->opcode, .work = op->work, .addr = op->addr,
                                    .n = op->n, .protocol = nor->state.protocol};
    nor_tell(nor, &event);
    nor_tell_answers(nor);
}

void nor_advance(struct nor *nor, uint64_t now_ps)
{
    struct nor_state *state = &nor->state;
    if (now_ps <= state->now_ps) return;
    while (nor_work_end_ps(nor) <= now_ps) {
        state->now_ps = nor_work_end_ps(nor);
        if (state->op.is_suspending) {
            suspend_finish(nor);
        } else {
            work_finish(nor);
        }
    }
    if (state->ready_ps > state->now_ps && state->ready_ps <= now_ps) {
        state->now_ps = state->ready_ps;
        state->is_recovering = false;
        nor_tell_answers(nor);
    }
    state->now_ps = now_ps;
}

uint64_t nor_next_event_ps(const struct nor *nor)
{
    const struct nor_state *state = &nor->state;
    uint64_t next = nor_work_end_ps(nor);
    if (state->ready_ps > state->now_ps && state->ready_ps < next) next = state->ready_ps;
    return next;
}

enum nor_refusal nor_work_suspend(struct nor *nor)
{
    struct nor_op *op = &nor->state.op;
    const struct nor_row *row = nor->row;
    const struct nor_times *times = &row->times;
    const bool is_program = op->work == NOR_PROGRAM;
    if (op->work == NOR_IDLE || op->work == NOR_ERASE_CHIP || op->work == NOR_WRITE_REGISTER) {
        return NOR_REFUSED_NOTHING_RUNS;
    }
    if (op->is_suspended || op->is_suspending) return NOR_REFUSED_SUSPENDED;
    const uint64_t now = nor->state.now_ps;
    if (nor_work_end_ps(nor) - now <= row->family->suspend_tail_ps) return NOR_REFUSED_TOO_LATE;
    const uint64_t run = now - op->run_start_ps;
    const uint64_t min_run = is_program ? times->min_run_program_ps : times->min_run_erase_ps;
    /* A run that was too short after a resume is as if it had not been. */
    if (!op->was_resumed || run >= min_run) op->done_ps += run;
    op->is_suspending = true;
    op->suspend_at_ps = now + (is_program ? times->suspend_program_ps : times->suspend_erase_ps);
    nor->state.counters.suspends++;
    return NOR_ACCEPTED;
}

enum nor_refusal nor_work_resume(struct nor *nor)
{
    struct nor_op *op = &nor->state.op;
    if (nor_work_is_busy(nor)) return NOR_REFUSED_BUSY;
    if (!op->is_suspended) return NOR_REFUSED_NOT_SUSPENDED;
    op->is_suspended = false;
    op->was_resumed = true;
    op->run_start_ps = nor->state.now_ps;
    nor->state.wel = true;
    nor_tell_answers(nor);
    return NOR_ACCEPTED;
}

void nor_work_tear(struct nor *nor)
{
    struct nor_state *state = &nor->state;
    const struct nor_op op = state->op;
    if (op.work == NOR_IDLE) return;
    struct nor_event event = {.kind = NOR_EVENT_TORN, .now_ps = state->now_ps, .opcode = op.opcode,
                              .work = op.work, .addr = op.addr, .n = op.n,
                              .protocol = state->protocol};
    if (op.work == NOR_WRITE_REGISTER) {
        nor_reg_tear(nor, op.reg, op.data);
    } else if (!op.is_refused) {
        if (op.work == NOR_PROGRAM) nor_tear_program(nor, &event);
        if (op.work != NOR_PROGRAM) nor_tear_erase(nor, &event);
    }
    state->op = (struct nor_op){.work = NOR_IDLE};
    state->wel = false;
    state->counters.cuts++;
    nor_tell(nor, &event);
}

struct nor_operation nor_operation(const struct nor *nor)
{
    const struct nor_op *op = &nor->state.op;
    struct nor_operation result = {.work = op->work};
    if (op->work == NOR_IDLE) return result;
    result.is_suspended = op->is_suspended;
    result.addr = op->addr;
    result.n = op->n;
    result.start_ps = op->run_start_ps;
    result.end_ps = nor_work_end_ps(nor);
    result.total_ps = op->total_ps;
    return result;
}

bool nor_bank_is_busy(const struct nor *nor, uint32_t bank_index)
{
    return nor_bank_refuses(nor, bank_index);
}
