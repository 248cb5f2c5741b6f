/*
 * Memories on SPI. It has no state but a count of what went wrong: a part is asked for its status
 * before and behind each write, never assumed to be ready.
 */
#include "nacre/media/spi_memory.h"

#include "nacre/media/bus_answer.h"

#include <stddef.h>
#include <string.h>

#define WRITE 0x02u /* the commands that all parts have: nacre/parts/part.h */
#define READ 0x03u
#define WRDI 0x04u
#define RDSR 0x05u
#define WREN 0x06u
#define RDID 0x9Fu

#define STATUS_WIP 0x01u
#define STATUS_WEL 0x02u
#define STATUS_BP 0x0Cu
#define STATUS_NOBODY 0xFFu

#define TRIES 3u         /* of what may be sent twice */
#define POLLS_MAX 65536u /* a bound where the clock stands still: 26 ms at 40 MHz */
#define HEAD_BYTES_MAX 4u

static struct nacre_spi_memory *memory_of(struct nacre_cells *cells)
{
    return (struct nacre_spi_memory *)cells;
}

static enum nacre_err frame_send(struct nacre_spi_memory *memory,
                                 const struct nacre_spi_frame *frame)
{
    const struct nacre_spi *const spi = memory->cfg.spi;
    return nacre_bus_answer(spi->transfer(spi->context, frame),
                            frame->out_bytes + frame->more_bytes + frame->in_bytes);
}

/* A frame that changes nothing when it comes twice. */
static enum nacre_err frame_insist(struct nacre_spi_memory *memory,
                                   const struct nacre_spi_frame *frame)
{
    enum nacre_err err = frame_send(memory, frame);
    for (uint32_t k = 1; err != NACRE_OK && k < TRIES; k++) {
        memory->retries++;
        err = frame_send(memory, frame);
    }
    return err;
}

/* A command alone, or one that is answered by in_bytes. */
static enum nacre_err command_send(struct nacre_spi_memory *memory, uint8_t opcode, uint8_t *in,
                                   uint32_t in_bytes)
{
    const struct nacre_spi_frame frame = {&opcode, 1, NULL, 0, in, in_bytes};
    return frame_insist(memory, &frame);
}

/* Status: NACRE_PART_SILENT where it is all ones; a part has bits that are always 0. */
static enum nacre_err status_read(struct nacre_spi_memory *memory, uint8_t *status)
{
    enum nacre_err err = command_send(memory, RDSR, status, 1);
    for (uint32_t k = 1; err == NACRE_OK && *status == STATUS_NOBODY && k < TRIES; k++) {
        memory->retries++;
        err = command_send(memory, RDSR, status, 1);
    }
    if (err != NACRE_OK) return err;
    return *status == STATUS_NOBODY ? NACRE_PART_SILENT : NACRE_OK;
}

/* Wait until WIP is gone; twice as long as the row says, for a clock that is off or coarse. */
static enum nacre_err part_wait(struct nacre_spi_memory *memory, uint8_t *status)
{
    const struct nacre_bus_time *const time = memory->cfg.time;
    const uint32_t limit_us = 2u * memory->cfg.part->write_us_max;
    const uint32_t start_us = time->now_us(time->context);
    for (uint32_t k = 0; k < POLLS_MAX; k++) {
        const bool is_late = time->now_us(time->context) - start_us > limit_us;
        const enum nacre_err err = status_read(memory, status);
        if (err != NACRE_OK) return err;
        if ((*status & STATUS_WIP) == 0u) return NACRE_OK;
        if (is_late) return NACRE_TIMEOUT;
        if (time->pause != NULL) time->pause(time->context);
    }
    return NACRE_TIMEOUT;
}

/* A status without the bit that was asked for: zeros may be nobody. */
static enum nacre_err status_refuses(uint8_t status)
{
    return status == 0u ? NACRE_PART_SILENT : NACRE_CHIP_REFUSED;
}

/* A part that is at work hears no WREN, and still has the latch of that work. */
static enum nacre_err write_enable(struct nacre_spi_memory *memory, uint8_t *status)
{
    enum nacre_err err = command_send(memory, WREN, NULL, 0);
    if (err == NACRE_OK) err = status_read(memory, status);
    if (err == NACRE_OK && (*status & STATUS_WIP) != 0u) {
        err = part_wait(memory, status);
        if (err == NACRE_OK) err = command_send(memory, WREN, NULL, 0);
        if (err == NACRE_OK) err = status_read(memory, status);
    }
    if (err != NACRE_OK) return err;
    return (*status & STATUS_WEL) != 0u ? NACRE_OK : status_refuses(*status);
}

/* The latch is set and cleared: nobody does that but a part. */
static enum nacre_err latch_check(struct nacre_spi_memory *memory)
{
    uint8_t status;
    enum nacre_err err = write_enable(memory, &status);
    if (err == NACRE_OK) err = command_send(memory, WRDI, NULL, 0);
    if (err == NACRE_OK) err = status_read(memory, &status);
    if (err != NACRE_OK) return err;
    return (status & STATUS_WEL) == 0u ? NACRE_OK : NACRE_CHIP_REFUSED;
}

static bool bytes_are(const uint8_t *bytes, uint32_t n, uint8_t value)
{
    for (uint32_t i = 0; i < n; i++) {
        if (bytes[i] != value) return false;
    }
    return true;
}

static enum nacre_err id_check(struct nacre_spi_memory *memory)
{
    const struct nacre_part *const part = memory->cfg.part;
    const uint32_t n = part->id_bytes;
    uint8_t id[NACRE_PART_ID_BYTES_MAX];
    NACRE_ASSERT(n <= sizeof id);
    const enum nacre_err err = command_send(memory, RDID, id, n);
    if (err != NACRE_OK) return err;
    if (memcmp(id, part->id, n) == 0) return NACRE_OK;
    return bytes_are(id, n, 0) || bytes_are(id, n, 0xFF) ? NACRE_PART_SILENT : NACRE_CHIP_UNKNOWN;
}

/* From this byte on the part is protected: BP1, BP0 say none, the upper quarter, half, or all. */
static uint32_t protected_addr(const struct nacre_part *part, uint8_t status)
{
    const uint32_t quarter = part->part_bytes / 4u;
    switch ((status & STATUS_BP) >> 2) {
    case 0: return part->part_bytes;
    case 1: return 3u * quarter;
    case 2: return 2u * quarter;
    default: return 0;
    }
}

static uint32_t head_put(const struct nacre_spi_memory *memory, uint8_t opcode, uint32_t addr,
                         uint8_t *head)
{
    const uint32_t n = memory->cfg.part->addr_bytes;
    head[0] = opcode;
    for (uint32_t i = 0; i < n; i++) head[1u + i] = (uint8_t)(addr >> (8u * (n - 1u - i)));
    return 1u + n;
}

static enum nacre_err memory_read(struct nacre_cells *cells, uint32_t addr, uint8_t *buf,
                                  uint32_t n)
{
    struct nacre_spi_memory *const memory = memory_of(cells);
    uint8_t head[HEAD_BYTES_MAX];
    const uint32_t head_bytes = head_put(memory, READ, addr, head);
    const struct nacre_spi_frame frame = {head, head_bytes, NULL, 0, buf, n};
    return frame_insist(memory, &frame);
}

/*
 * What ends a write. A part that clears the enable by itself and still has it has not begun; one
 * that keeps it is told to let it go, so that nothing on the bus can write by mistake.
 */
static enum nacre_err write_end(struct nacre_spi_memory *memory)
{
    const struct nacre_part *const part = memory->cfg.part;
    uint8_t status;
    if (part->keeps_enable) return command_send(memory, WRDI, NULL, 0);
    if (part->write_us_max == 0u) return NACRE_OK;
    const enum nacre_err err = part_wait(memory, &status);
    if (err != NACRE_OK) return err;
    return (status & STATUS_WEL) == 0u ? NACRE_OK : NACRE_CHIP_REFUSED;
}

/* One try: the enable, what the status says, the bytes, the end. */
static enum nacre_err write_once(struct nacre_spi_memory *memory,
                                 const struct nacre_spi_frame *frame, uint32_t end_addr)
{
    uint8_t status;
    enum nacre_err err = write_enable(memory, &status);
    if (err != NACRE_OK) return err;
    if (end_addr > protected_addr(memory->cfg.part, status)) return NACRE_PART_PROTECTED;
    err = frame_send(memory, frame);
    const enum nacre_err ended = write_end(memory); /* also where half of it was moved */
    return err != NACRE_OK ? err : ended;
}

static enum nacre_err memory_write(struct nacre_cells *cells, uint32_t addr, const uint8_t *buf,
                                   uint32_t n)
{
    struct nacre_spi_memory *const memory = memory_of(cells);
    uint8_t head[HEAD_BYTES_MAX];
    const uint32_t head_bytes = head_put(memory, WRITE, addr, head);
    const struct nacre_spi_frame frame = {head, head_bytes, buf, n, NULL, 0};
    enum nacre_err err = write_once(memory, &frame, addr + n);
    for (uint32_t k = 1; err != NACRE_OK && err != NACRE_PART_PROTECTED && k < TRIES; k++) {
        if (err == NACRE_TIMEOUT) return err;
        memory->retries++;
        err = write_once(memory, &frame, addr + n);
    }
    if (err == NACRE_PART_PROTECTED) (void)command_send(memory, WRDI, NULL, 0); /* as it was */
    return err;
}

static enum nacre_err memory_find(struct nacre_cells *cells)
{
    struct nacre_spi_memory *const memory = memory_of(cells);
    uint8_t status;
    const enum nacre_err err = part_wait(memory, &status); /* at work it reads all ones */
    if (err != NACRE_OK) return err;
    return memory->cfg.part->id_bytes != 0u ? id_check(memory) : latch_check(memory);
}

static const struct nacre_cells_ops memory_ops = {memory_read, memory_write, memory_find};

static enum nacre_err cfg_check(const struct nacre_spi_memory_cfg *cfg)
{
    if (cfg == NULL || cfg->part == NULL || cfg->spi == NULL || cfg->time == NULL) {
        return NACRE_NO_REGION;
    }
    if (cfg->part->bus != NACRE_PART_SPI) return NACRE_BAD_ARGUMENT;
    const uint32_t part_bytes = cfg->part->part_bytes;
    const bool is_inside = cfg->region_addr <= part_bytes &&
                           cfg->region_bytes <= part_bytes - cfg->region_addr;
    return is_inside ? NACRE_OK : NACRE_REGION_OUTSIDE;
}

enum nacre_err nacre_spi_memory_open(struct nacre_spi_memory *memory,
                                     const struct nacre_spi_memory_cfg *cfg)
{
    enum nacre_err err = memory == NULL ? NACRE_NO_REGION : cfg_check(cfg);
    if (err != NACRE_OK) return err;
    memory->cfg = *cfg;
    memory->retries = 0;
    err = memory_find(&memory->cells);
    if (err != NACRE_OK) return err;
    const struct nacre_cells_area area = {cfg->region_addr, cfg->region_bytes,
                                          cfg->part->page_bytes};
    return nacre_cells_open(&memory->cells, &memory_ops, &area);
}
