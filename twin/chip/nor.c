/*
 * A NOR chip's life: made, powered, reset, loaded, hurt on purpose. Frames are nor_frame.c's.
 */
#include "twin/chip/nor.h"

#include <stdlib.h>
#include <string.h>

#include "twin/chip/nor_internal.h"

void nor_tell(struct nor *nor, const struct nor_event *event)
{
    if (nor->cfg.listener.event != NULL) nor->cfg.listener.event(nor->cfg.listener.ctx, event);
}

void nor_tell_answers(struct nor *nor)
{
    if (nor->cfg.listener.answers != NULL) {
        nor->cfg.listener.answers(nor->cfg.listener.ctx, nor->state.now_ps);
    }
}

static void window_opened(void *ctx, uint64_t now_ps)
{
    struct nor *nor = ctx;
    nor_advance(nor, now_ps);
    if (nor->state.is_powered) nor_cells_redraw(nor, false);
}

static uint64_t next_event_ps(void *ctx)
{
    return nor_next_event_ps(ctx);
}

struct nor *nor_create(const struct nor_cfg *cfg)
{
    struct nor *nor = calloc(1, sizeof *nor);
    if (nor == NULL) return NULL;
    nor->cfg = *cfg;
    nor->row = cfg->row;
    nor->unit_count = nor->row->size_bytes / UNIT_BYTES;
    nor->array = nor_array_map(nor->row->size_bytes);
    nor->units = calloc(nor->unit_count, sizeof(struct nor_unit *));
    nor->marks = calloc(NOR_MARKS, sizeof *nor->marks);
    if (nor->array == NULL || nor->units == NULL || nor->marks == NULL) {
        nor_destroy(nor);
        return NULL;
    }
    memset(nor->state.nonvolatile_cr2, 0xFF, sizeof nor->state.nonvolatile_cr2);
    nor->state.tear = cfg->tear;
    nor_seed(nor, cfg->seed);
    nor_reg_defaults(nor);
    nor->device = (struct frame_device){.ctx = nor,
                                        .transfer = nor_frame_transfer,
                                        .window = nor_frame_window,
                                        .window_opened = window_opened,
                                        .next_event_ps = next_event_ps,
                                        .array = nor->array,
                                        .array_bytes = nor->row->size_bytes,
                                        .bank_count = nor->row->bank_count,
                                        .wire_swaps = nor->row->wire_swaps};
    return nor;
}

void nor_destroy(struct nor *nor)
{
    if (nor == NULL) return;
    nor_undo_free(nor);
    for (uint32_t unit = 0; nor->units != NULL && unit < nor->unit_count; unit++) {
        if (nor->units[unit] == NULL) continue;
        free(nor->units[unit]->cells);
        free(nor->units[unit]);
    }
    free(nor->units);
    free(nor->marks);
    nor_array_unmap(nor->array, nor->row->size_bytes);
    free(nor);
}

const struct frame_device *nor_device(struct nor *nor)
{
    return &nor->device;
}

const uint8_t *nor_array(const struct nor *nor)
{
    return nor->array;
}

uint32_t nor_size_bytes(const struct nor *nor)
{
    return nor->row->size_bytes;
}

enum nor_protocol nor_protocol(const struct nor *nor)
{
    return nor->state.protocol;
}

struct nor_counters nor_counters(const struct nor *nor)
{
    return nor->state.counters;
}

static uint64_t recovery_ps(const struct nor *nor)
{
    const struct nor_op *op = &nor->state.op;
    const struct nor_family *family = nor->row->family;
    switch (op->work) {
    case NOR_PROGRAM: return family->reset_program_ps;
    case NOR_ERASE:
        return op->n == UNIT_BYTES ? family->reset_erase_unit_ps : family->reset_erase_block_ps;
    case NOR_ERASE_CHIP: return family->reset_erase_chip_ps;
    case NOR_WRITE_REGISTER: return family->reset_write_status_ps;
    case NOR_IDLE: break;
    }
    return family->reset_idle_ps;
}

void nor_restart(struct nor *nor)
{
    struct nor_state *state = &nor->state;
    const uint64_t recovery = recovery_ps(nor);
    nor_work_tear(nor);
    nor_reg_defaults(nor);
    state->is_reset_armed = false;
    state->is_asleep = false;
    state->buffer_is_open = false;
    state->ready_ps = state->now_ps + recovery;
    state->is_recovering = true;
    nor_tell_answers(nor);
}

void nor_power_on(struct nor *nor, uint64_t now_ps)
{
    struct nor_state *state = &nor->state;
    if (state->is_powered) return;
    state->now_ps = now_ps;
    state->is_powered = true;
    state->is_asleep = false;
    state->is_reset_armed = false;
    state->is_recovering = false;
    state->buffer_is_open = false;
    state->boots++;
    nor_reg_defaults(nor);
    nor_cells_redraw(nor, true);
    state->ready_ps = now_ps + nor->row->family->power_up_ps;
    nor_tell_answers(nor);
}

void nor_power_off(struct nor *nor, uint64_t now_ps)
{
    struct nor_state *state = &nor->state;
    if (!state->is_powered) return;
    nor_advance(nor, now_ps);
    nor_work_tear(nor);
    state->is_powered = false;
    state->ready_ps = 0;
    nor_reg_defaults(nor);
    nor_tell_answers(nor);
}

void nor_reset_pin(struct nor *nor, uint64_t now_ps)
{
    nor_advance(nor, now_ps);
    if (nor->state.is_powered) nor_restart(nor);
}

bool nor_load(struct nor *nor, uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    const uint32_t size = nor->row->size_bytes;
    if (addr > size || n > size - addr) return false;
    for (uint32_t i = 0; i < n;) {
        const uint32_t granule = (addr + i) / GRANULE_BYTES;
        const uint32_t end = (granule + 1u) * GRANULE_BYTES - addr;
        const uint32_t to = end < n ? end : n;
        struct nor_unit *info = nor_unit_touch(nor, granule / GRANULES_PER_UNIT);
        bool is_blank = true;
        memcpy(nor->array + addr + i, bytes + i, to - i);
        for (uint32_t k = 0; k < GRANULE_BYTES; k++) {
            is_blank = is_blank && nor->array[granule * GRANULE_BYTES + k] == 0xFF;
        }
        info->programs[granule % GRANULES_PER_UNIT] = is_blank ? 0 : 1;
        if (info->cells != NULL) {
            info->cells->cell[granule % GRANULES_PER_UNIT].kind = CELL_SOLID;
        }
        i = to;
    }
    if (n > 0) nor_array_told(nor, addr, n);
    return true;
}

void nor_choose_torn(struct nor *nor, enum nor_torn_program program, enum nor_torn_erase erase)
{
    nor->state.torn_program = program;
    nor->state.torn_erase = erase;
}

void nor_choose_tear(struct nor *nor, enum nor_tear tear)
{
    nor->state.tear = tear;
}

void nor_choose_time(struct nor *nor, enum nor_time time)
{
    nor->cfg.time = time;
}

void nor_fail_unit(struct nor *nor, uint32_t unit, bool program_fails, bool erase_fails)
{
    struct nor_unit *info = nor_unit_touch(nor, unit);
    info->program_fails = program_fails;
    info->erase_fails = erase_fails;
}

void nor_protect_unit(struct nor *nor, uint32_t unit, bool is_protected)
{
    nor_unit_touch(nor, unit)->is_protected = is_protected;
}

void nor_flip(struct nor *nor, uint32_t addr, uint8_t mask)
{
    (void)nor_unit_touch(nor, addr / UNIT_BYTES);
    nor->array[addr] ^= mask;
    nor_array_told(nor, addr, 1);
}

uint32_t nor_wear(const struct nor *nor, uint32_t unit)
{
    const struct nor_unit *info = nor->units[unit];
    return nor->state.chip_erases + (info == NULL ? 0 : info->wear);
}

void nor_set_wear(struct nor *nor, uint32_t unit, uint32_t erases)
{
    nor_unit_touch(nor, unit)->wear = erases;
}

void nor_as_left_by_boot(struct nor *nor, uint64_t now_ps)
{
    nor_advance(nor, now_ps);
    struct nor_state *state = &nor->state;
    nor_reg_defaults(nor);
    /* Traced: 01h {00 02}, 72h @0 02, 728Dh @300h 00; CR2 200h is not touched. */
    static const uint8_t status[2] = {0x00, 0x02};
    static const uint8_t octal_dtr[2] = {0x02, 0};
    if (nor->row->family->has_octal) {
        nor_reg_apply(nor, NOR_REG_SR_CR, status);
        nor_reg_apply(nor, 0, octal_dtr);
    }
    state->is_asleep = false;
    state->ready_ps = state->now_ps;
    nor_tell_answers(nor);
}

const struct nor_left *nor_left(const struct nor *nor)
{
    return &nor->row->family->left;
}

const char *nor_refusal_name(enum nor_refusal refusal)
{
    static const char *const names[] = {
        [NOR_ACCEPTED] = "accepted",
        [NOR_REFUSED_OFF] = "no power",
        [NOR_REFUSED_RECOVERING] = "recovering from a reset or sleep",
        [NOR_REFUSED_ASLEEP] = "deep power down",
        [NOR_REFUSED_PROTOCOL] = "other protocol",
        [NOR_REFUSED_INVERSE] = "second opcode byte is not the inverse",
        [NOR_REFUSED_OPCODE] = "no such opcode in this protocol",
        [NOR_REFUSED_NOT_MODELLED] = "opcode not modelled",
        [NOR_REFUSED_ADDRESS] = "address missing or wrong",
        [NOR_REFUSED_LENGTH] = "length zero or odd",
        [NOR_REFUSED_ODD_ADDRESS] = "odd address in DTR",
        [NOR_REFUSED_BUSY] = "busy",
        [NOR_REFUSED_BANK_BUSY] = "bank busy",
        [NOR_REFUSED_NOT_ENABLED] = "no write enable",
        [NOR_REFUSED_SUSPENDED] = "an operation is suspended",
        [NOR_REFUSED_NOT_SUSPENDED] = "nothing is suspended",
        [NOR_REFUSED_NOTHING_RUNS] = "nothing that can be suspended runs",
        [NOR_REFUSED_TOO_LATE] = "too late to suspend",
        [NOR_REFUSED_ORDER] = "out of order",
        [NOR_REFUSED_VALUE] = "register value not taken",
        [NOR_REFUSED_PROTECTED] = "protected",
        [NOR_REFUSED_CUT_OFF] = "the power failed",
    };
    return names[refusal];
}
