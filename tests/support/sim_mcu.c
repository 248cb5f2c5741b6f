/*
 * The simulated flash: its code, its calls, and what a cut leaves.
 *
 * The code: each of the 128 data bits has a column of 9 bits, all different, all with an odd number
 * of ones, three or more; each bit of the code has one of its own. A single bad bit gives its
 * column as the syndrome; two give an even number of ones. The code is stored with its bits turned
 * so that a word of ones has a code of ones.
 */
#include "tests/support/sim_mcu.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORD_BYTES NACRE_MCU_WORD_BYTES
#define DATA_BITS 128u
#define CODE_BITS 9u
#define ALL_BITS (DATA_BITS + CODE_BITS)
#define COLUMNS 512u

const char *const sim_mcu_tears[SIM_MCU_TEARS] = {
    "none",    "done",    "broken",  "mended",     "bits",   "weak",
    "flicker", "alt_old", "alt_new", "alt_broken", "patchy",
};

static struct sim_mcu *sim_of(struct nacre_mcu_port *port)
{
    return (struct sim_mcu *)(void *)port;
}

__attribute__((format(printf, 2, 3))) static void violate(struct sim_mcu *sim, const char *format,
                                                          ...)
{
    va_list args;
    va_start(args, format);
    if (sim->violations++ == 0) {
        (void)vsnprintf(sim->violation, sizeof sim->violation, format, args);
    }
    va_end(args);
}

/* ---- the code ---- */

static bool bit_of(const uint8_t *bits, uint32_t i)
{
    return ((uint32_t)bits[i / 8u] >> (i % 8u) & 1u) != 0;
}

static void bit_flip(uint8_t *bits, uint32_t i)
{
    bits[i / 8u] ^= (uint8_t)(1u << (i % 8u));
}

static const uint32_t *columns(void)
{
    static uint32_t column[DATA_BITS];
    uint32_t count = 0;
    for (uint32_t value = 0; column[DATA_BITS - 1u] == 0 && value < COLUMNS; value++) {
        const int ones = __builtin_popcount(value);
        if (ones % 2 == 1 && ones >= 3 && count < DATA_BITS) column[count++] = value;
    }
    return column;
}

static uint32_t code_of(const uint8_t *word)
{
    const uint32_t *const column = columns();
    uint32_t code = 0;
    uint32_t of_ones = 0;
    for (uint32_t i = 0; i < DATA_BITS; i++) {
        if (bit_of(word, i)) code ^= column[i];
        of_ones ^= column[i];
    }
    return code ^ of_ones ^ (COLUMNS - 1u);
}

static void encode(uint8_t *bits, const uint8_t *word)
{
    const uint32_t code = code_of(word);
    memset(bits, 0, SIM_MCU_CELL_BYTES);
    memcpy(bits, word, WORD_BYTES);
    for (uint32_t i = 0; i < CODE_BITS; i++) {
        if ((code >> i & 1u) != 0) bit_flip(bits, DATA_BITS + i);
    }
}

enum decoded { WHOLE, MENDED, BROKEN };

static enum decoded decode(const uint8_t *bits, uint8_t *word)
{
    const uint32_t *const column = columns();
    memcpy(word, bits, WORD_BYTES);
    uint32_t syndrome = code_of(word);
    for (uint32_t i = 0; i < CODE_BITS; i++) {
        if (bit_of(bits, DATA_BITS + i)) syndrome ^= 1u << i;
    }
    if (syndrome == 0) return WHOLE;
    if (__builtin_popcount(syndrome) == 1) return MENDED;
    for (uint32_t i = 0; i < DATA_BITS; i++) {
        if (column[i] != syndrome) continue;
        bit_flip(word, i);
        return MENDED;
    }
    return BROKEN;
}

/* ---- cells ---- */

static struct sim_mcu_cell *cell_at(struct sim_mcu *sim, uint32_t flash_addr)
{
    return &sim->cells[flash_addr / WORD_BYTES];
}

static void mix(struct rng *rng, uint8_t *bits, const uint8_t *other)
{
    for (uint32_t i = 0; i < SIM_MCU_CELL_BYTES; i++) {
        const uint8_t choice = (uint8_t)rng_next(rng);
        bits[i] = (uint8_t)((bits[i] & ~choice) | (other[i] & choice));
    }
}

/* The bits that a read finds now. */
static void sense(struct sim_mcu *sim, const struct sim_mcu_cell *cell, uint8_t *bits)
{
    const bool is_odd = sim->boot % 2u != 0;
    memcpy(bits, cell->now, SIM_MCU_CELL_BYTES);
    if (cell->mode == SIM_MCU_FLICKER) mix(&sim->rng, bits, cell->other);
    if (cell->mode == SIM_MCU_ALT_OLD && is_odd) memcpy(bits, cell->other, SIM_MCU_CELL_BYTES);
}

static void make_blank(struct sim_mcu_cell *cell)
{
    memset(cell, 0, sizeof *cell);
    memset(cell->now, 0xFF, WORD_BYTES);
    for (uint32_t i = 0; i < CODE_BITS; i++) bit_flip(cell->now, DATA_BITS + i);
}

static void flip_some(struct rng *rng, uint8_t *bits, uint32_t count)
{
    const uint32_t first = rng_below(rng, ALL_BITS);
    for (uint32_t i = 0; i < count; i++) bit_flip(bits, (first + i * 29u) % ALL_BITS);
}

/* The cell reads as one in the boots of one parity, as the other in those of the other. */
static void alternate(const struct sim_mcu *sim, struct sim_mcu_cell *cell, const uint8_t *next,
                      const uint8_t *after)
{
    const bool is_next_odd = sim->boot % 2u == 0;
    uint8_t in_odd[SIM_MCU_CELL_BYTES];
    memcpy(in_odd, is_next_odd ? next : after, SIM_MCU_CELL_BYTES);
    memmove(cell->now, is_next_odd ? after : next, SIM_MCU_CELL_BYTES);
    memcpy(cell->other, in_odd, SIM_MCU_CELL_BYTES);
    cell->mode = SIM_MCU_ALT_OLD;
}

static void tear_cell(struct sim_mcu *sim, struct sim_mcu_cell *cell, const uint8_t *fresh,
                      bool is_erase)
{
    struct rng *const rng = &sim->tear_rng;
    enum sim_mcu_tear tear = sim->tear;
    uint8_t old[SIM_MCU_CELL_BYTES];
    uint8_t broken[SIM_MCU_CELL_BYTES];
    if (tear == SIM_MCU_PATCHY) tear = (enum sim_mcu_tear)rng_below(rng, SIM_MCU_PATCHY);
    memcpy(old, cell->now, sizeof old);
    memcpy(broken, fresh, sizeof broken);
    flip_some(rng, broken, 2);
    if (tear == SIM_MCU_NONE) return;
    cell->mode = 0;
    cell->is_programmed = tear != SIM_MCU_DONE || !is_erase;
    cell->is_torn = tear != SIM_MCU_DONE;
    switch (tear) {
    case SIM_MCU_DONE:
    case SIM_MCU_MENDED:
        memcpy(cell->now, fresh, sizeof old);
        if (tear == SIM_MCU_MENDED) flip_some(rng, cell->now, 1);
        break;
    case SIM_MCU_BROKEN:
        memcpy(cell->now, broken, sizeof old);
        break;
    case SIM_MCU_BITS:
        mix(rng, cell->now, fresh);
        break;
    case SIM_MCU_WEAK:
        make_blank(cell);
        cell->is_torn = true;
        break;
    case SIM_MCU_FLICKER:
        memcpy(cell->other, fresh, sizeof old);
        cell->mode = SIM_MCU_FLICKER;
        break;
    case SIM_MCU_ALT_OLD:
        alternate(sim, cell, old, fresh);
        break;
    case SIM_MCU_ALT_NEW:
        alternate(sim, cell, fresh, old);
        break;
    case SIM_MCU_ALT_BROKEN:
        alternate(sim, cell, broken, fresh);
        break;
    default:
        break;
    }
}

/* Does the power fail at this program or erase? */
static bool is_cut(struct sim_mcu *sim)
{
    sim->places++;
    if (sim->cut_in == SIM_MCU_NEVER) return false;
    return sim->cut_in-- == 0;
}

static bool is_due(uint32_t *in)
{
    if (*in == SIM_MCU_NEVER) return false;
    return (*in)-- == 0;
}

/* ---- the port's calls ---- */

static enum nacre_err sim_check(struct nacre_mcu_port *port, uint32_t flash_addr, uint32_t n)
{
    struct sim_mcu *const sim = sim_of(port);
    sim->checked_addr = flash_addr;
    sim->checked_bytes = n;
    return sim->check_err;
}

static void demand_word(struct sim_mcu *sim, const char *what, uint32_t flash_addr)
{
    if (sim->polls != 0) violate(sim, "%s at %x in an erase", what, (unsigned)flash_addr);
    if (flash_addr % WORD_BYTES != 0 || flash_addr > sim->port.bytes - WORD_BYTES) {
        violate(sim, "%s at %x", what, (unsigned)flash_addr);
    }
}

static enum nacre_err sim_read(struct nacre_mcu_port *port, uint32_t flash_addr, uint8_t *word)
{
    struct sim_mcu *const sim = sim_of(port);
    uint8_t bits[SIM_MCU_CELL_BYTES];
    demand_word(sim, "read", flash_addr);
    if (is_due(&sim->faults.read_in)) return sim->faults.err;
    sense(sim, cell_at(sim, flash_addr), bits);
    const enum decoded decoded = decode(bits, word);
    if (decoded == MENDED) port->counts.corrected++;
    if (decoded == BROKEN) {
        port->counts.broken++;
        port->counts.broken_addr = flash_addr;
        memset(word, 0, WORD_BYTES);
    }
    return NACRE_OK;
}

static enum nacre_err sim_program(struct nacre_mcu_port *port, uint32_t flash_addr,
                                  const uint8_t *word)
{
    struct sim_mcu *const sim = sim_of(port);
    struct sim_mcu_cell *const cell = cell_at(sim, flash_addr);
    uint8_t fresh[SIM_MCU_CELL_BYTES];
    demand_word(sim, "program", flash_addr);
    if (cell->is_programmed && !cell->is_torn) {
        violate(sim, "word %x programmed twice", (unsigned)flash_addr);
    }
    encode(fresh, word);
    if (is_cut(sim)) {
        tear_cell(sim, cell, fresh, false);
        longjmp(*sim->jump, 1);
    }
    sim->programs++;
    const bool fails = is_due(&sim->faults.program_in);
    if (fails || cell->is_torn) {
        mix(&sim->rng, cell->now, fresh);
    } else {
        for (uint32_t i = 0; i < SIM_MCU_CELL_BYTES; i++) cell->now[i] &= fresh[i];
    }
    cell->mode = 0;
    cell->is_programmed = true;
    return fails ? sim->faults.err : NACRE_OK;
}

static void erase_unit(struct sim_mcu *sim, uint32_t flash_addr)
{
    for (uint32_t i = 0; i < sim->port.unit_bytes; i += WORD_BYTES) {
        make_blank(cell_at(sim, flash_addr + i));
    }
    sim->wear[flash_addr / sim->port.unit_bytes]++;
}

static void tear_unit(struct sim_mcu *sim, uint32_t flash_addr)
{
    struct sim_mcu_cell blank;
    make_blank(&blank);
    for (uint32_t i = 0; i < sim->port.unit_bytes; i += WORD_BYTES) {
        tear_cell(sim, cell_at(sim, flash_addr + i), blank.now, true);
    }
}

static enum nacre_err sim_erase_start(struct nacre_mcu_port *port, uint32_t flash_addr)
{
    struct sim_mcu *const sim = sim_of(port);
    demand_word(sim, "erase", flash_addr);
    if (flash_addr % port->unit_bytes != 0) violate(sim, "erase at %x", (unsigned)flash_addr);
    if (is_due(&sim->faults.start_in)) return sim->faults.err;
    if (is_cut(sim)) {
        tear_unit(sim, flash_addr);
        longjmp(*sim->jump, 1);
    }
    sim->erases++;
    sim->polls = SIM_MCU_ERASE_POLLS;
    sim->erase_addr = flash_addr;
    sim->erase_err = is_due(&sim->faults.erase_in) ? sim->faults.err : NACRE_OK;
    return NACRE_OK;
}

static enum nacre_err sim_erase_poll(struct nacre_mcu_port *port)
{
    struct sim_mcu *const sim = sim_of(port);
    if (sim->polls == 0) violate(sim, "poll without an erase");
    if (sim->polls > 1u) {
        sim->polls--;
        return NACRE_BUSY;
    }
    sim->polls = 0;
    if (sim->erase_err == NACRE_OK) erase_unit(sim, sim->erase_addr);
    return sim->erase_err;
}

static bool sim_can_access(const struct nacre_mcu_port *port, const void *buf, uint32_t n,
                           bool write)
{
    (void)n;
    (void)write;
    const struct sim_mcu *const sim = (const struct sim_mcu *)(const void *)port;
    return sim->unreadable == NULL || buf != sim->unreadable; /* there is memory at address 0 */
}

static const struct nacre_mcu_port_ops sim_ops = {
    sim_check, sim_read, sim_program, sim_erase_start, sim_erase_poll, sim_can_access,
};

/* ---- the test's calls ---- */

void sim_mcu_begin(struct sim_mcu *sim, uint32_t bytes, uint32_t unit_bytes, uint64_t seed)
{
    memset(sim, 0, sizeof *sim);
    sim->port.ops = &sim_ops;
    sim->port.core_addr = SIM_MCU_CORE_ADDR;
    sim->port.bytes = bytes;
    sim->port.unit_bytes = unit_bytes;
    sim->port.boot_bytes = unit_bytes;
    sim->rng.state = rng_mix(seed);
    sim->cut_in = SIM_MCU_NEVER;
    sim->faults = (struct sim_mcu_faults){SIM_MCU_NEVER, SIM_MCU_NEVER, SIM_MCU_NEVER,
                                          SIM_MCU_NEVER, NACRE_IO};
    for (uint32_t i = 0; i < bytes / WORD_BYTES; i++) make_blank(&sim->cells[i]);
}

void sim_mcu_reboot(struct sim_mcu *sim)
{
    sim->boot++;
    sim->polls = 0;
}

void sim_mcu_cut_at(struct sim_mcu *sim, uint32_t place, enum sim_mcu_tear tear, uint64_t seed,
                    jmp_buf *jump)
{
    sim->cut_in = place;
    sim->tear = tear;
    sim->tear_rng.state = rng_mix(seed);
    sim->jump = jump;
}

void sim_mcu_put(struct sim_mcu *sim, uint32_t flash_addr, const uint8_t *word)
{
    struct sim_mcu_cell *const cell = cell_at(sim, flash_addr);
    encode(cell->now, word);
    cell->mode = 0;
    cell->is_programmed = true;
}

void sim_mcu_flip(struct sim_mcu *sim, uint32_t flash_addr, uint32_t count)
{
    flip_some(&sim->rng, cell_at(sim, flash_addr)->now, count);
}

bool sim_mcu_peek(struct sim_mcu *sim, uint32_t flash_addr, uint8_t *word)
{
    return decode(cell_at(sim, flash_addr)->now, word) != BROKEN;
}
