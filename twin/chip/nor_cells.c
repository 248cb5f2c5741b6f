/*
 * Cells that a cut left doubtful: what a later program makes of them, and their new draws.
 */
#include <string.h>

#include "twin/chip/nor_internal.h"

static void bytes_and(uint8_t *bytes, const uint8_t *data)
{
    for (uint32_t i = 0; i < GRANULE_BYTES; i++) bytes[i] &= data[i];
}

/* A program onto doubtful cells: one time in two it takes, else bits go wrong or stay undecided. */
static void weak_program(struct nor *nor, struct nor_cell *cell, uint8_t *bytes,
                         const uint8_t *data)
{
    uint8_t before[GRANULE_BYTES];
    memcpy(before, bytes, GRANULE_BYTES);
    nor->state.counters.weak_programs++;
    bytes_and(bytes, data);
    if (cell->kind != CELL_WEAK) {
        bytes_and(cell->a, data);
        bytes_and(cell->b, data);
    }
    const uint32_t luck = nor_random_below(nor, 4);
    if (luck < 2) return;
    if (luck == 2) {
        const uint32_t wrong = 1u + nor_random_below(nor, 3);
        for (uint32_t i = 0; i < wrong; i++) {
            const uint32_t bit = nor_random_below(nor, GRANULE_BYTES * 8u);
            bytes[bit / 8u] ^= (uint8_t)(1u << (bit % 8u));
            bytes[bit / 8u] &= before[bit / 8u];
        }
        cell->kind = CELL_WEAK;
        return;
    }
    cell->kind = CELL_UNSTABLE;
    memcpy(cell->a, before, GRANULE_BYTES);
    memcpy(cell->b, bytes, GRANULE_BYTES);
}

void nor_cells_program(struct nor *nor, uint32_t granule, const uint8_t data[GRANULE_BYTES])
{
    struct nor_unit *info = nor_unit_touch(nor, granule / GRANULES_PER_UNIT);
    uint8_t *bytes = nor->array + (size_t)granule * GRANULE_BYTES;
    struct nor_cell *cell = NULL;
    if (info->cells != NULL) cell = &info->cells->cell[granule % GRANULES_PER_UNIT];
    if (cell == NULL || cell->kind == CELL_SOLID) {
        bytes_and(bytes, data);
    } else {
        weak_program(nor, cell, bytes, data);
    }
}

/* Draw one granule; true if its bytes differ from before. */
static bool cell_redraw(struct nor *nor, struct nor_cell *cell, uint8_t *bytes, bool is_boot)
{
    uint8_t view[GRANULE_BYTES];
    if (cell->kind == CELL_ALTERNATE) {
        if (is_boot) cell->phase ^= 1u;
        memcpy(view, cell->phase != 0 ? cell->b : cell->a, GRANULE_BYTES);
    } else if (cell->kind == CELL_UNSTABLE) {
        for (uint32_t i = 0; i < GRANULE_BYTES; i++) {
            const uint8_t pick = (uint8_t)(nor_random(nor) >> 56);
            view[i] = (uint8_t)((cell->a[i] & pick) | (cell->b[i] & (uint8_t)~pick));
        }
    } else {
        return false;
    }
    if (memcmp(view, bytes, GRANULE_BYTES) == 0) return false;
    memcpy(bytes, view, GRANULE_BYTES);
    return true;
}

static void unit_redraw(struct nor *nor, uint32_t unit, bool is_boot)
{
    struct nor_unit *info = nor_unit_touch(nor, unit);
    if (info->cells == NULL) return;
    bool differs = false;
    for (uint32_t i = 0; i < GRANULES_PER_UNIT; i++) {
        uint8_t *bytes = nor->array + (size_t)unit * UNIT_BYTES + (size_t)i * GRANULE_BYTES;
        if (cell_redraw(nor, &info->cells->cell[i], bytes, is_boot)) differs = true;
    }
    if (differs) nor_array_told(nor, unit * UNIT_BYTES, UNIT_BYTES);
}

void nor_cells_redraw(struct nor *nor, bool is_boot)
{
    const struct nor_state *state = &nor->state;
    if (state->doubtful_overflow) {
        for (uint32_t unit = 0; unit < nor->unit_count; unit++) {
            if (nor->units[unit] != NULL && nor->units[unit]->cells != NULL) {
                unit_redraw(nor, unit, is_boot);
            }
        }
        return;
    }
    for (uint32_t i = 0; i < state->doubtful_count; i++) {
        unit_redraw(nor, state->doubtful[i], is_boot);
    }
}

void nor_cells_redraw_range(struct nor *nor, uint32_t addr, uint32_t n)
{
    if (n == 0) return;
    for (uint32_t unit = addr / UNIT_BYTES; unit <= (addr + n - 1u) / UNIT_BYTES; unit++) {
        const struct nor_unit *info = nor->units[unit];
        if (info != NULL && info->cells != NULL) unit_redraw(nor, unit, false);
    }
}

bool nor_granule_is_doubtful(const struct nor *nor, uint32_t granule)
{
    const struct nor_unit *info = nor->units[granule / GRANULES_PER_UNIT];
    return info != NULL && info->cells != NULL &&
           info->cells->cell[granule % GRANULES_PER_UNIT].kind != CELL_SOLID;
}

uint32_t nor_granule_programs(const struct nor *nor, uint32_t granule)
{
    const struct nor_unit *info = nor->units[granule / GRANULES_PER_UNIT];
    return info == NULL ? 0 : info->programs[granule % GRANULES_PER_UNIT];
}
