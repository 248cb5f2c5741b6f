/*
 * The second controller of fake_second.h.
 */
#include "tests/support/fake_second.h"

#include "nacre/port.h"
#include "tests/support/fake_port.h"

#include <stdlib.h>
#include <string.h>

#define PROGRAM 0x12EDu
#define ERASE 0x21DEu
#define ARRAY_READ 0xEE11u
#define BUFFER_BEGIN 0x22DDu
#define BUFFER_DATA 0x24DBu
#define BUFFER_CONFIRM 0x31CEu
#define PAGE 256u
#define BANK_BITS 25u
#define WEL 0x02u

struct fake_second fake_second;

static struct {
    uint32_t page;
    uint32_t first; /* of the bytes that were filled in */
    uint32_t end;
    uint8_t bytes[PAGE];
} buffer;

void fake_second_start(void)
{
    memset(&fake_second, 0, sizeof(fake_second));
    fake_second.is_there = true;
    fake_second.frame_bytes = 16;
    fake_second.timeout_in = -1;
}

/* ---- the chip's write buffer ---- */

static void note_sent(const struct nacre_op *op)
{
    struct fake_sent *const sent = &fake.sent[fake.sent_count++];

    if (fake.sent_count == FAKE_SENT_MAX) abort();
    *sent = (struct fake_sent){op->opcode,    op->phases, op->dummy_clocks,
                               op->chip_addr, op->n,      {0},
                               fake.blackout_count};
    if ((op->phases & NACRE_PHASE_WRITE) != 0) memcpy(sent->data, op->data, op->n);
}

static void buffer_begin(const struct nacre_op *op)
{
    fake_second.buffer_is_open = (fake.status & WEL) != 0;
    buffer.page = op->chip_addr / PAGE * PAGE;
    buffer.first = PAGE;
    buffer.end = 0;
    memset(buffer.bytes, 0xFF, PAGE);
}

static void buffer_data(const struct nacre_op *op)
{
    const uint32_t at = op->chip_addr - buffer.page;

    if (!fake_second.buffer_is_open || at + op->n > PAGE) abort();
    memcpy(buffer.bytes + at, op->data, op->n);
    if (at < buffer.first) buffer.first = at;
    if (at + op->n > buffer.end) buffer.end = at + op->n;
}

/* The chip programs what was filled in: as one program of the same bytes. */
static enum nacre_err buffer_confirm(void)
{
    const uint32_t sent = fake.sent_count;
    uint32_t words[PAGE / 4u];
    struct nacre_op op = {.opcode = PROGRAM, .phases = NACRE_PHASE_ADDR | NACRE_PHASE_WRITE};

    if (!fake_second.buffer_is_open || buffer.end <= buffer.first) abort();
    fake_second.buffer_is_open = false;
    memcpy(words, buffer.bytes + buffer.first, buffer.end - buffer.first);
    op.chip_addr = buffer.page + buffer.first;
    op.data = words;
    op.n = (uint16_t)(buffer.end - buffer.first);
    nacre_ctrl_frame(NULL, &op);
    const enum nacre_err err = nacre_ctrl_send(NULL, &op);
    fake.sent_count = sent;
    return err;
}

static enum nacre_err chip_takes(const struct nacre_op *op)
{
    switch (op->opcode) {
    case BUFFER_BEGIN: note_sent(op); buffer_begin(op); return NACRE_OK;
    case BUFFER_DATA: note_sent(op); buffer_data(op); return NACRE_OK;
    case BUFFER_CONFIRM: {
        const enum nacre_err err = buffer_confirm();
        note_sent(op);
        return err;
    }
    default: return nacre_ctrl_send(NULL, op);
    }
}

/* ---- nacre/port.h ---- */

enum nacre_err nacre_port_second_adopt(struct nacre_port *port, uint32_t frame_bytes_min)
{
    if (!fake_second.is_there || fake_second.frame_bytes < frame_bytes_min) {
        port->mismatch = (struct nacre_mismatch){"XSPIM CR MUXEN", 0, 1, 1};
        return NACRE_CTRL_STATE;
    }
    port->second.frame_bytes = fake_second.frame_bytes;
    port->second.ctrl.wait_cycles = 20u * port->cycles_per_us;
    return NACRE_OK;
}

enum nacre_err nacre_port_second_take(struct nacre_port *port)
{
    (void)port;
    if (fake_second.refusals > 0) {
        fake_second.refusals--;
        return NACRE_TIMEOUT;
    }
    fake_second.is_taken = true;
    fake_second.taken++;
    return NACRE_OK;
}

void nacre_port_second_give(struct nacre_port *port)
{
    (void)port;
    fake_second.is_taken = false;
}

static void check_fence(const struct nacre_op *op)
{
    const bool makes_busy = op->opcode == PROGRAM || op->opcode == ERASE;
    const uint32_t bank = fake.fence_addr >> BANK_BITS;

    if (!makes_busy && op->opcode != BUFFER_BEGIN) return;
    if (fake.fence_bits != BANK_BITS || op->chip_addr >> BANK_BITS != bank) abort();
}

/* What the first controller does meanwhile is no affair of the chip's: it sees one command. */
enum nacre_err nacre_port_second_send(struct nacre_port *port, const struct nacre_op *op)
{
    if (!fake_second.is_taken || fake.is_closed || !fake.is_mapped) abort();
    if ((op->phases & NACRE_PHASE_WRITE) != 0 && op->n > fake_second.frame_bytes) abort();
    check_fence(op);
    fake_second.commands++;
    if (fake_second.masked_cycles > port->second.masked_cycles) {
        port->second.masked_cycles = fake_second.masked_cycles;
    }
    const bool is_lost = fake_second.timeout_in >= 0 && fake_second.timeout_in-- == 0;
    if (is_lost && !fake_second.timeout_is_late) return NACRE_TIMEOUT;
    fake.is_closed = true;
    fake.is_mapped = false;
    const enum nacre_err err = chip_takes(op);
    fake.is_closed = false;
    fake.is_mapped = true;
    if (op->opcode == ARRAY_READ && fake_second.reads_other_bytes) *op->data ^= 1u;
    return is_lost ? NACRE_TIMEOUT : err;
}

void nacre_port_second_fence(struct nacre_port *port, const struct nacre_fence *fence)
{
    nacre_port_fence(port, fence);
}
