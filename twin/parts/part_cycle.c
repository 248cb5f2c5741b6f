/*
 * Write cycles of an EEPROM: what is taken from the bus, how long it lasts, what is left of it when
 * the power fails in it.
 *
 * A cycle erases cells and then programs them. So a cut one may leave cells erased (FF), with old
 * or new bits, with bits that are neither, or with a charge that reads either way. No maker says
 * more than that the write is not guaranteed; the kinds of enum part_torn are ways in which it can
 * fail, a whole page of any bits included.
 */
#include <string.h>

#include "twin/parts/part_internal.h"

#define ERASED 0xFFu

/* The bytes that a cycle works on, beside those that were sent. */
static uint32_t reach_bytes(const struct part *part)
{
    return part->state.reach == PART_REACH_PAGE ? part->row->page_bytes : part->row->group_bytes;
}

/* With PART_REACH_BYTES a page that is refreshed as a whole is taken for one that is not. */
static bool is_reached(const struct part *part, uint32_t offset)
{
    const struct cycle *const cycle = &part->state.cycle;
    uint32_t n = reach_bytes(part);
    if (part->state.reach == PART_REACH_BYTES && !part->row->has_ecc) n = 1;
    const uint32_t first = offset - offset % n;
    for (uint32_t i = first; i < first + n; i++) {
        if (cycle->is_sent[i]) return true;
    }
    return false;
}

void part_cycle_drop(struct part *part)
{
    struct cycle *const cycle = &part->state.cycle;
    if (cycle->is_active) return;
    cycle->sent_count = 0;
    cycle->is_register = false;
    memset(cycle->is_sent, 0, sizeof cycle->is_sent);
}

void part_cycle_take(struct part *part, uint32_t addr, uint8_t byte)
{
    struct cycle *const cycle = &part->state.cycle;
    const uint32_t offset = addr % part->row->page_bytes;
    if (cycle->sent_count == 0u) cycle->page_addr = addr - offset;
    cycle->bytes[offset] = byte;
    cycle->is_sent[offset] = true;
    cycle->sent_count++;
}

static uint64_t duration_ps(struct part *part)
{
    const uint64_t max = part->row->write_us_max * PS_PER_US;
    uint64_t typical = part->row->write_us_typ * PS_PER_US;
    if (typical == 0u) typical = max;
    switch (part->state.time) {
    case PART_TIME_TYPICAL: return typical;
    case PART_TIME_MAX: return max;
    case PART_TIME_DRAWN: break;
    }
    /* Where no source has a typical time: from half of the maximum on. Unmeasured. */
    const uint64_t low = typical == max ? max / 2u : typical;
    return low + part_draw(part) % (max - low + 1u);
}

bool part_step_is_cut(struct part *part)
{
    const uint64_t step = part->state.counters.steps++;
    if (step != part->state.cut_step) return false;
    part_power_off(part, part->state.now_ps, part->state.cut_seed);
    return true;
}

static void begin(struct part *part)
{
    struct cycle *const cycle = &part->state.cycle;
    cycle->is_active = true;
    cycle->hangs = part->state.wire.hit[PART_FAULT_BUSY];
    cycle->end_ps = part->state.now_ps + duration_ps(part);
    (void)part_step_is_cut(part);
}

static void wear_groups(struct part *part)
{
    const struct cycle *const cycle = &part->state.cycle;
    const uint32_t group = part->row->group_bytes;
    for (uint32_t at = 0; at < part->row->page_bytes; at += group) {
        bool is_cycled = false;
        for (uint32_t i = at; i < at + group; i++) is_cycled = is_cycled || cycle->is_sent[i];
        if (is_cycled) part->wear[(cycle->page_addr + at) / group]++;
    }
}

void part_cycle_begin(struct part *part)
{
    struct part_counters *const counters = &part->state.counters;
    counters->writes++;
    for (uint32_t i = 0; i < part->row->page_bytes; i++) {
        counters->write_bytes += part->state.cycle.is_sent[i] ? 1u : 0u;
    }
    wear_groups(part);
    begin(part);
}

void part_cycle_begin_register(struct part *part, uint8_t value)
{
    part->state.cycle.is_register = true;
    part->state.cycle.register_value = value & part->row->status_nonvolatile;
    part->state.counters.register_writes++;
    begin(part);
}

/* A worn cell keeps bits that it should lose or gain. */
static uint8_t worn(struct part *part, uint32_t addr, uint8_t byte)
{
    if (part->endurance == 0u || part_wear(part, addr) <= part->endurance) return byte;
    const uint8_t stuck = (uint8_t)(part_draw(part) >> 56);
    return (uint8_t)((byte & ~stuck) | (part->bytes[addr] & stuck));
}

static void ended(struct part *part)
{
    part->state.cycle.is_active = false;
    part->state.is_enabled = false;
    part_cycle_drop(part);
}

void part_cycle_finish(struct part *part)
{
    const struct cycle *const cycle = &part->state.cycle;
    if (cycle->is_register) {
        part->state.status = cycle->register_value;
    } else {
        for (uint32_t i = 0; i < part->row->page_bytes; i++) {
            const uint32_t addr = cycle->page_addr + i;
            if (cycle->is_sent[i]) part_set(part, addr, worn(part, addr, cycle->bytes[i]));
        }
    }
    ended(part);
}

/* What a cut leaves in one byte that it may spoil. Bytes before `prefix` of the page are new. */
static void tear_byte(struct part *part, enum part_torn torn, uint32_t i, uint32_t prefix)
{
    const struct cycle *const cycle = &part->state.cycle;
    const uint32_t addr = cycle->page_addr + i;
    const uint8_t was = part->bytes[addr];
    const uint8_t new = cycle->is_sent[i] ? cycle->bytes[i] : was;
    const uint8_t drawn = (uint8_t)(part_draw(part) >> 56);
    const bool heads = (part_draw(part) >> 63) != 0u;
    /* A byte that was not sent goes through the erased state as well. */
    const uint8_t differs = cycle->is_sent[i] ? was ^ new : was ^ ERASED;
    switch (torn) {
    case PART_TORN_PREFIX: part_set(part, addr, i < prefix ? new : was); break;
    case PART_TORN_BYTES: part_set(part, addr, heads ? new : was); break;
    case PART_TORN_BITS: part_set(part, addr, (uint8_t)((was & drawn) | (new & ~drawn))); break;
    case PART_TORN_ERASED: part_set(part, addr, heads ? ERASED : was); break;
    case PART_TORN_UNSTABLE: part_set_doubtful(part, addr, was, differs); break;
    case PART_TORN_ALTERNATE: part_set_doubtful(part, addr, was, was ^ new); break;
    case PART_TORN_NOISE: part_set(part, addr, drawn); break;
    case PART_TORN_COMPLETE: part_set(part, addr, new); break;
    case PART_TORN_DRAWN:
    case PART_TORN_NOTHING:
    case PART_TORN_COUNT: break;
    }
}

/*
 * A group whose check bits do not fit its bytes: the correction may turn a good bit around. Every
 * other group, one bit.
 */
static void tear_group(struct part *part, uint32_t first)
{
    const uint32_t n = part->row->group_bytes;
    const uint64_t drawn = part_draw(part);
    if ((drawn & 1u) == 0u) return;
    const uint32_t addr = part->state.cycle.page_addr + first + (uint32_t)(drawn >> 8) % n;
    const uint8_t bit = (uint8_t)(1u << (drawn >> 32 & 7u));
    part_set_doubtful(part, addr, part->bytes[addr] ^ bit, part->doubt[addr]);
}

static void tear_page(struct part *part, enum part_torn torn)
{
    const uint32_t page = part->row->page_bytes;
    const uint32_t group = part->row->group_bytes;
    const uint32_t prefix = part_draw_below(part, page + 1u);
    for (uint32_t i = 0; i < page; i++) {
        if (is_reached(part, i)) tear_byte(part, torn, i, prefix);
    }
    if (torn == PART_TORN_UNSTABLE || torn == PART_TORN_ALTERNATE) {
        part->state.alternates = torn == PART_TORN_ALTERNATE;
        return;
    }
    if (!part->row->has_ecc || torn == PART_TORN_NOTHING || torn == PART_TORN_COMPLETE) return;
    for (uint32_t i = 0; i < page; i += group) {
        if (is_reached(part, i)) tear_group(part, i);
    }
}

/* The bits of the register that survive the power: old or new, or, torn as noise, any. */
static void tear_register(struct part *part, enum part_torn torn)
{
    const uint8_t mask = part->row->status_nonvolatile;
    const uint8_t new = part->state.cycle.register_value;
    const uint8_t drawn = (uint8_t)(part_draw(part) >> 56);
    const uint8_t was = part->state.status;
    if (torn == PART_TORN_NOTHING) return;
    uint8_t value = (uint8_t)((was & drawn) | (new & ~drawn));
    if (torn == PART_TORN_COMPLETE) value = new;
    if (torn == PART_TORN_NOISE) value = drawn;
    part->state.status = value & mask;
}

void part_cycle_tear(struct part *part)
{
    enum part_torn torn = part->state.torn;
    if (torn == PART_TORN_DRAWN) {
        torn = (enum part_torn)(1u + part_draw_below(part, PART_TORN_COUNT - 1u));
    }
    if (part->state.cycle.is_register) {
        tear_register(part, torn);
    } else {
        tear_page(part, torn);
    }
    part->state.counters.cuts++;
    ended(part);
}
