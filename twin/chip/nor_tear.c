/*
 * What a cut leaves in the cells, and how such cells behave until they are erased.
 *
 * Sources: the vendor's model of the sibling part MX66UM1G45G (rev 1.6) makes every 1 bit of the
 * page unknown after a program that did not end, and the whole sector after such an erase.
 * Infineon KBA218817: any stable or unstable state is possible, one that looks right included, and
 * stays so until the next complete erase. The named kinds are ways in which that can happen.
 */
#include <string.h>

#include "twin/chip/nor_internal.h"

static uint8_t *granule_bytes(struct nor *nor, uint32_t granule)
{
    return nor->array + (size_t)granule * GRANULE_BYTES;
}

static void cell_set(struct nor *nor, uint32_t granule, const struct nor_cell *cell)
{
    struct nor_cells *cells = nor_unit_cells(nor, granule / GRANULES_PER_UNIT);
    cells->cell[granule % GRANULES_PER_UNIT] = *cell;
}

/* The bits of one byte that a partly finished change has reached: each with chance 2^-rarity. */
static uint8_t some_bits(struct nor *nor, uint32_t rarity)
{
    uint64_t bits = nor_random(nor);
    for (uint32_t i = 1; i < rarity; i++) bits &= nor_random(nor);
    return (uint8_t)bits;
}

/* What the granule reads as now, drawn from its two images. */
static void cell_view(struct nor *nor, const struct nor_cell *cell, uint8_t view[GRANULE_BYTES])
{
    for (uint32_t i = 0; i < GRANULE_BYTES; i++) {
        if (cell->kind == CELL_ALTERNATE) {
            view[i] = cell->phase != 0 ? cell->b[i] : cell->a[i];
        } else {
            const uint8_t pick = (uint8_t)(nor_random(nor) >> 56);
            view[i] = (uint8_t)((cell->a[i] & pick) | (cell->b[i] & (uint8_t)~pick));
        }
    }
}

/*
 * Make a granule weak, unstable or alternating between a and b, and put a first view in the array.
 */
static void granule_doubt(struct nor *nor, uint32_t granule, const struct nor_cell *cell)
{
    cell_set(nor, granule, cell);
    if (cell->kind == CELL_WEAK) return;
    cell_view(nor, cell, granule_bytes(nor, granule));
}

static struct nor_cell cell_of(enum cell_kind kind, const uint8_t *a, const uint8_t *b,
                               uint8_t phase)
{
    struct nor_cell cell = {.kind = (uint8_t)kind, .phase = phase};
    memcpy(cell.a, a, GRANULE_BYTES);
    memcpy(cell.b, b, GRANULE_BYTES);
    return cell;
}

static void granule_weaken(struct nor *nor, uint32_t granule)
{
    const uint8_t *now = granule_bytes(nor, granule);
    const struct nor_cell cell = cell_of(CELL_WEAK, now, now, 0);
    cell_set(nor, granule, &cell);
}

static void programs_count(struct nor *nor, uint32_t granule)
{
    struct nor_unit *info = nor_unit_touch(nor, granule / GRANULES_PER_UNIT);
    uint8_t *programs = &info->programs[granule % GRANULES_PER_UNIT];
    if (*programs < UINT8_MAX) (*programs)++;
}

/* Program some of the bits that data asks for. Bits that are 0 stay 0. */
static void granule_program_some(struct nor *nor, uint32_t granule, const uint8_t *data,
                                 uint32_t rarity)
{
    uint8_t *bytes = granule_bytes(nor, granule);
    bool differs = false;
    for (uint32_t i = 0; i < GRANULE_BYTES; i++) {
        const uint8_t after = bytes[i] & (uint8_t)(data[i] | (uint8_t)~some_bits(nor, rarity));
        differs = differs || after != bytes[i];
        bytes[i] = after;
    }
    /* What left no trace is not held against a program that comes later. */
    if (differs) programs_count(nor, granule);
}

static void granule_program_all(struct nor *nor, uint32_t granule, const uint8_t *data)
{
    programs_count(nor, granule);
    uint8_t *bytes = granule_bytes(nor, granule);
    for (uint32_t i = 0; i < GRANULE_BYTES; i++) bytes[i] &= data[i];
}

static void granule_between(struct nor *nor, uint32_t granule, const uint8_t *data,
                            enum cell_kind kind, uint8_t phase)
{
    uint8_t after[GRANULE_BYTES];
    const uint8_t *before = granule_bytes(nor, granule);
    for (uint32_t i = 0; i < GRANULE_BYTES; i++) after[i] = before[i] & data[i];
    const struct nor_cell cell = cell_of(kind, before, after, phase);
    granule_doubt(nor, granule, &cell);
}

struct torn_program {
    enum nor_torn_program kind;
    uint32_t stop;   /* PREFIX: ordinal of the granule that is half done */
    uint32_t rarity; /* BITS, PREFIX */
    uint8_t phase;   /* ALTERNATE: one coin for the whole command */
};

static void named_granule_tear(struct nor *nor, const struct torn_program *torn, uint32_t granule,
                               uint32_t ordinal, const uint8_t *data)
{
    switch (torn->kind) {
    case NOR_PROGRAM_PREFIX:
        if (ordinal < torn->stop) granule_program_all(nor, granule, data);
        if (ordinal == torn->stop) {
            granule_program_some(nor, granule, data, torn->rarity);
            granule_weaken(nor, granule);
        }
        break;
    case NOR_PROGRAM_BITS: granule_program_some(nor, granule, data, torn->rarity); break;
    case NOR_PROGRAM_BLANK: granule_weaken(nor, granule); break;
    case NOR_PROGRAM_UNSTABLE: granule_between(nor, granule, data, CELL_UNSTABLE, 0); break;
    case NOR_PROGRAM_ALTERNATE:
        granule_between(nor, granule, data, CELL_ALTERNATE, torn->phase);
        break;
    case NOR_PROGRAM_COMPLETE: granule_program_all(nor, granule, data); break;
    case NOR_PROGRAM_DRAWN:
    case NOR_PROGRAM_NOTHING:
    case NOR_PROGRAM_COUNT: break;
    }
}

enum spoil { SPOIL_NOTHING, SPOIL_BITS, SPOIL_UNSTABLE, SPOIL_WEAK, SPOIL_COUNT };

static void granule_spoil(struct nor *nor, uint32_t granule, enum spoil spoil, uint32_t rarity)
{
    static const uint8_t zero[GRANULE_BYTES];
    static const uint8_t ones[GRANULE_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                                0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    switch (spoil) {
    case SPOIL_BITS: granule_program_some(nor, granule, zero, rarity); break;
    case SPOIL_UNSTABLE: granule_between(nor, granule, zero, CELL_UNSTABLE, 0); break;
    case SPOIL_WEAK:
        if (memcmp(granule_bytes(nor, granule), ones, GRANULE_BYTES) == 0) {
            granule_weaken(nor, granule);
        }
        break;
    case SPOIL_NOTHING:
    case SPOIL_COUNT: break;
    }
}

/* The harsher assumptions: cells that the command did not name suffer as well. */
static void neighbours_tear(struct nor *nor, uint32_t addr, uint16_t named)
{
    if (nor->state.tear == NOR_TEAR_GRANULE) return;
    const uint32_t range = nor->state.tear == NOR_TEAR_PAGE ? PAGE_BYTES : UNIT_BYTES;
    const uint32_t first = addr / range * range / GRANULE_BYTES;
    const uint32_t page = addr / GRANULE_BYTES;
    const enum spoil spoil = (enum spoil)nor_random_below(nor, SPOIL_COUNT);
    const uint32_t rarity = 1u + nor_random_below(nor, 8);
    for (uint32_t granule = first; granule < first + range / GRANULE_BYTES; granule++) {
        const bool in_page = granule - page < GRANULES_PER_PAGE;
        if (in_page && ((uint32_t)named >> (granule - page) & 1u) != 0) continue;
        granule_spoil(nor, granule, spoil, rarity);
    }
}

void nor_tear_program(struct nor *nor, struct nor_event *event)
{
    const struct nor_op *op = &nor->state.op;
    uint32_t count = 0;
    for (uint32_t i = 0; i < GRANULES_PER_PAGE; i++) count += (uint32_t)op->named >> i & 1u;
    struct torn_program torn = {.kind = nor->state.torn_program};
    if (torn.kind == NOR_PROGRAM_DRAWN) {
        torn.kind = (enum nor_torn_program)(1u + nor_random_below(nor, NOR_PROGRAM_COUNT - 1u));
    }
    torn.stop = nor_random_below(nor, count + 1u);
    torn.rarity = 1u + nor_random_below(nor, 3);
    torn.phase = (uint8_t)nor_random_below(nor, 2);
    (void)nor_unit_touch(nor, op->addr / UNIT_BYTES);
    uint32_t ordinal = 0;
    for (uint32_t i = 0; i < GRANULES_PER_PAGE; i++) {
        if (((uint32_t)op->named >> i & 1u) == 0) continue;
        named_granule_tear(nor, &torn, op->addr / GRANULE_BYTES + i, ordinal++,
                           op->data + i * GRANULE_BYTES);
    }
    neighbours_tear(nor, op->addr, op->named);
    event->torn = (uint8_t)torn.kind;
    nor_array_told(nor, op->addr / UNIT_BYTES * UNIT_BYTES, UNIT_BYTES);
}

static void granule_zero(struct nor *nor, uint32_t granule)
{
    memset(granule_bytes(nor, granule), 0, GRANULE_BYTES);
    nor->units[granule / GRANULES_PER_UNIT]->programs[granule % GRANULES_PER_UNIT] = 1;
}

static void granule_keep(struct nor *nor, uint32_t granule, const uint8_t *old, uint8_t programs)
{
    memcpy(granule_bytes(nor, granule), old, GRANULE_BYTES);
    nor->units[granule / GRANULES_PER_UNIT]->programs[granule % GRANULES_PER_UNIT] = programs;
}

static void granule_patch(struct nor *nor, uint32_t granule, const uint8_t *old, uint8_t programs)
{
    switch (nor_random_below(nor, 4)) {
    case 0: granule_keep(nor, granule, old, programs); break;
    case 1: granule_weaken(nor, granule); break;
    case 2: granule_zero(nor, granule); break;
    default:
        granule_keep(nor, granule, old, programs);
        for (uint32_t i = 0; i < GRANULE_BYTES; i++) {
            granule_bytes(nor, granule)[i] ^= (uint8_t)nor_random(nor);
        }
        granule_weaken(nor, granule);
        break;
    }
}

struct torn_erase {
    enum nor_torn_erase kind;
    uint32_t from; /* HALF: first granule that is erased; MARK: first that does not survive */
    uint32_t to;
    bool is_weak;  /* HALF: the erased part is weak, not only the seam */
    uint8_t phase;
};

/* The unit reads erased and is solid when this is called; old is what was there. */
static void erased_granule_tear(struct nor *nor, const struct torn_erase *torn, uint32_t granule,
                                const uint8_t *old, uint8_t programs)
{
    const uint32_t i = granule % GRANULES_PER_UNIT;
    const uint8_t *erased = granule_bytes(nor, granule);
    struct nor_cell cell;
    switch (torn->kind) {
    case NOR_ERASE_HALF:
    case NOR_ERASE_MARK:
        if (i < torn->from || i >= torn->to) {
            granule_keep(nor, granule, old, programs);
        } else if (torn->is_weak || i == torn->from || i + 1u == torn->to) {
            granule_weaken(nor, granule);
        }
        break;
    case NOR_ERASE_PATCHY: granule_patch(nor, granule, old, programs); break;
    case NOR_ERASE_ZEROED: granule_zero(nor, granule); break;
    case NOR_ERASE_WEAK: granule_weaken(nor, granule); break;
    case NOR_ERASE_UNSTABLE:
        cell = cell_of(CELL_UNSTABLE, old, erased, 0);
        granule_doubt(nor, granule, &cell);
        break;
    case NOR_ERASE_ALTERNATE:
        cell = cell_of(CELL_ALTERNATE, old, erased, torn->phase);
        granule_doubt(nor, granule, &cell);
        break;
    case NOR_ERASE_DRAWN:
    case NOR_ERASE_NOTHING:
    case NOR_ERASE_COMPLETE:
    case NOR_ERASE_COUNT: break;
    }
}

static struct torn_erase torn_erase_draw(struct nor *nor, enum nor_torn_erase kind)
{
    const uint32_t half = GRANULES_PER_UNIT / 2u;
    struct torn_erase torn = {.kind = kind, .from = 0, .to = GRANULES_PER_UNIT};
    if (kind == NOR_ERASE_DRAWN) {
        torn.kind = (enum nor_torn_erase)(1u + nor_random_below(nor, NOR_ERASE_COUNT - 1u));
    }
    const bool is_first = nor_random_below(nor, 2) == 0;
    torn.phase = (uint8_t)nor_random_below(nor, 2);
    torn.is_weak = nor_random_below(nor, 2) == 0;
    if (torn.kind == NOR_ERASE_HALF) {
        torn.from = is_first ? 0 : half;
        torn.to = is_first ? half : GRANULES_PER_UNIT;
    } else if (torn.kind == NOR_ERASE_MARK) {
        torn.from = is_first ? 1 : 2;
        torn.is_weak = true;
    }
    return torn;
}

static enum nor_torn_erase unit_tear(struct nor *nor, uint32_t unit, enum nor_torn_erase kind)
{
    const struct torn_erase torn = torn_erase_draw(nor, kind);
    struct nor_unit *info = nor_unit_touch(nor, unit);
    info->wear++;
    if (torn.kind == NOR_ERASE_NOTHING) return torn.kind;
    uint8_t old[UNIT_BYTES];
    uint8_t programs[GRANULES_PER_UNIT];
    memcpy(old, nor->array + (size_t)unit * UNIT_BYTES, UNIT_BYTES);
    memcpy(programs, info->programs, sizeof programs);
    nor_unit_blank(nor, unit);
    for (uint32_t i = 0; i < GRANULES_PER_UNIT; i++) {
        erased_granule_tear(nor, &torn, unit * GRANULES_PER_UNIT + i, old + i * GRANULE_BYTES,
                            programs[i]);
    }
    nor_array_told(nor, unit * UNIT_BYTES, UNIT_BYTES);
    return torn.kind;
}

void nor_tear_erase_unit(struct nor *nor, uint32_t unit, enum nor_torn_erase kind)
{
    (void)unit_tear(nor, unit, kind);
}

void nor_tear_erase(struct nor *nor, struct nor_event *event)
{
    const struct nor_op *op = &nor->state.op;
    const uint32_t first = op->addr / UNIT_BYTES;
    for (uint32_t unit = first; unit < first + op->n / UNIT_BYTES; unit++) {
        /*
         * A unit that was never written is left alone in a large erase: it would cost 32,768
         * units.
         */
        if (op->work == NOR_ERASE_CHIP && nor->units[unit] == NULL) continue;
        event->torn = (uint8_t)unit_tear(nor, unit, nor->state.torn_erase);
    }
}
