/*
 * Memories on I2C. It has no state but a count of what went wrong: a part is asked whether it is
 * ready, never assumed to be.
 */
#include "nacre/media/i2c_memory.h"

#include "nacre/media/bus_answer.h"

#include <stddef.h>
#include <string.h>

#define TRIES 3u           /* of a message that may be sent twice */
#define POLLS_MAX 65536u   /* a bound where the clock stands still: over a second at 1 MHz */
#define ADDR_BYTES_MAX 3u
#define ADDRESS_MAX 0x7Fu
#define ID_ADDRESS 0x7Cu   /* reserved by the I2C specification (NXP UM10204) for device ids */
#define ID_BYTES 3u

static struct nacre_i2c_memory *memory_of(struct nacre_cells *cells)
{
    return (struct nacre_i2c_memory *)cells;
}

static enum nacre_err message_send(const struct nacre_i2c_memory *memory,
                                   const struct nacre_i2c_message *message)
{
    const struct nacre_i2c *const i2c = memory->cfg.i2c;
    return nacre_bus_answer(i2c->transfer(i2c->context, message),
                            message->out_bytes + message->in_bytes);
}

/* After an error that says something of the bus, and not of the part alone. */
static void bus_recover(const struct nacre_i2c_memory *memory, enum nacre_err err)
{
    const struct nacre_i2c *const i2c = memory->cfg.i2c;
    if (err == NACRE_BUS_NO_ACK || i2c->recover == NULL) return;
    (void)i2c->recover(i2c->context); /* where it fails the next message tells */
}

/* The part's address, with the bits of addr that lie in it. */
static uint32_t address_of(const struct nacre_i2c_memory *memory, uint32_t addr)
{
    const struct nacre_part *const part = memory->cfg.part;
    return memory->cfg.address | addr >> (8u * part->addr_bytes) << part->block_shift;
}

/*
 * Wait until the part acknowledges its address; twice as long as its row says, for a clock that is
 * off or counts in milliseconds.
 *
 * Returns  NACRE_OK; NACRE_BUS_NO_ACK: it does not; what the bus answers TRIES times
 */
static enum nacre_err part_wait(struct nacre_i2c_memory *memory)
{
    const struct nacre_bus_time *const time = memory->cfg.time;
    const struct nacre_i2c_message message = {address_of(memory, 0), NULL, 0, NULL, 0};
    const uint32_t start_us = time->now_us(time->context);
    const uint32_t limit_us = 2u * memory->cfg.part->write_us_max;
    uint32_t failed = 0;
    for (uint32_t k = 0; k < POLLS_MAX; k++) {
        const bool is_late = time->now_us(time->context) - start_us > limit_us;
        const enum nacre_err err = message_send(memory, &message);
        if (err == NACRE_OK) return NACRE_OK;
        if (err != NACRE_BUS_NO_ACK && ++failed == TRIES) return err;
        if (err == NACRE_BUS_NO_ACK && is_late) return err;
        bus_recover(memory, err);
        if (time->pause != NULL) time->pause(time->context);
    }
    return NACRE_BUS_NO_ACK;
}

/* One message, again where it failed: behind a recovery, and once the part answers. */
static enum nacre_err message_insist(struct nacre_i2c_memory *memory,
                                     const struct nacre_i2c_message *message)
{
    enum nacre_err err = message_send(memory, message);
    for (uint32_t k = 1; err != NACRE_OK && k < TRIES; k++) {
        memory->retries++;
        bus_recover(memory, err);
        const enum nacre_err found = part_wait(memory);
        if (found != NACRE_OK) return found;
        err = message_send(memory, message);
    }
    return err;
}

static uint32_t addr_put(const struct nacre_i2c_memory *memory, uint32_t addr, uint8_t *bytes)
{
    const uint32_t n = memory->cfg.part->addr_bytes;
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)(addr >> (8u * (n - 1u - i)));
    return n;
}

/* How many of n bytes at addr one message moves. */
static uint32_t piece_of(const struct nacre_i2c_memory *memory, uint32_t addr, uint32_t n)
{
    const struct nacre_part *const part = memory->cfg.part;
    if (!part->wraps_in_block) return n;
    const uint32_t block_bytes = 1u << (8u * part->addr_bytes);
    const uint32_t left = block_bytes - addr % block_bytes;
    return n < left ? n : left;
}

static enum nacre_err memory_read(struct nacre_cells *cells, uint32_t addr, uint8_t *buf,
                                  uint32_t n)
{
    struct nacre_i2c_memory *const memory = memory_of(cells);
    uint32_t done;
    for (uint32_t at = 0; at < n; at += done) {
        uint8_t out[ADDR_BYTES_MAX];
        done = piece_of(memory, addr + at, n - at);
        const struct nacre_i2c_message message = {address_of(memory, addr + at), out,
                                                  addr_put(memory, addr + at, out), buf + at, done};
        const enum nacre_err err = message_insist(memory, &message);
        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}

/*
 * A part that answers to its address, but does not acknowledge what is to be written, however often
 * it is asked, is protected. One that acknowledges and writes nothing is found by nacre_cells.
 */
static enum nacre_err piece_write(struct nacre_i2c_memory *memory, uint32_t addr,
                                  const uint8_t *buf, uint32_t n)
{
    uint8_t out[ADDR_BYTES_MAX + NACRE_CELLS_WRITE_BYTES_MAX];
    const uint32_t head = addr_put(memory, addr, out);
    memcpy(out + head, buf, n);
    const struct nacre_i2c_message message = {address_of(memory, addr), out, head + n, NULL, 0};
    enum nacre_err err = message_insist(memory, &message);
    if (err == NACRE_BUS_NO_ACK) {
        return part_wait(memory) == NACRE_OK ? NACRE_PART_PROTECTED : NACRE_BUS_NO_ACK;
    }
    if (err != NACRE_OK || memory->cfg.part->write_us_max == 0u) return err;
    err = part_wait(memory);
    return err == NACRE_BUS_NO_ACK ? NACRE_TIMEOUT : err;
}

static enum nacre_err memory_write(struct nacre_cells *cells, uint32_t addr, const uint8_t *buf,
                                   uint32_t n)
{
    struct nacre_i2c_memory *const memory = memory_of(cells);
    uint32_t done;
    for (uint32_t at = 0; at < n; at += done) {
        done = piece_of(memory, addr + at, n - at);
        const enum nacre_err err = piece_write(memory, addr + at, buf + at, done);
        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}

static enum nacre_err memory_find(struct nacre_cells *cells)
{
    return part_wait(memory_of(cells));
}

static const struct nacre_cells_ops memory_ops = {memory_read, memory_write, memory_find};

/* The id is asked of the reserved address, with the part's own address as what is written. */
static enum nacre_err id_check(struct nacre_i2c_memory *memory)
{
    const struct nacre_part *const part = memory->cfg.part;
    const uint8_t address = (uint8_t)(memory->cfg.address << 1);
    uint8_t id[ID_BYTES];
    const struct nacre_i2c_message message = {ID_ADDRESS, &address, 1, id, ID_BYTES};
    if (part->id_bytes == 0u) return NACRE_OK;
    const enum nacre_err err = message_insist(memory, &message);
    if (err == NACRE_BUS_NO_ACK) return NACRE_CHIP_UNKNOWN;
    if (err != NACRE_OK) return err;
    return memcmp(id, part->id, ID_BYTES) == 0 ? NACRE_OK : NACRE_CHIP_UNKNOWN;
}

static enum nacre_err cfg_check(const struct nacre_i2c_memory_cfg *cfg)
{
    if (cfg == NULL || cfg->part == NULL || cfg->i2c == NULL || cfg->time == NULL) {
        return NACRE_NO_REGION;
    }
    const struct nacre_part *const part = cfg->part;
    const uint32_t own = ((1u << part->block_bits) - 1u) << part->block_shift;
    if (part->bus != NACRE_PART_I2C || cfg->address > ADDRESS_MAX || (cfg->address & own) != 0u) {
        return NACRE_BAD_ARGUMENT;
    }
    const bool is_inside = cfg->region_addr <= part->part_bytes &&
                           cfg->region_bytes <= part->part_bytes - cfg->region_addr;
    return is_inside ? NACRE_OK : NACRE_REGION_OUTSIDE;
}

enum nacre_err nacre_i2c_memory_open(struct nacre_i2c_memory *memory,
                                     const struct nacre_i2c_memory_cfg *cfg)
{
    enum nacre_err err = memory == NULL ? NACRE_NO_REGION : cfg_check(cfg);
    if (err != NACRE_OK) return err;
    memory->cfg = *cfg;
    memory->retries = 0;
    err = part_wait(memory);
    if (err == NACRE_OK) err = id_check(memory);
    if (err != NACRE_OK) return err;
    const struct nacre_cells_area area = {cfg->region_addr, cfg->region_bytes,
                                          cfg->part->page_bytes};
    return nacre_cells_open(&memory->cells, &memory_ops, &area);
}
