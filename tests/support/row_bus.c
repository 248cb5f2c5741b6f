/*
 * See row_bus.h.
 */
#include "tests/support/row_bus.h"

#include "tests/support/cmocka_all.h"
#include "twin/chip/nor_row.h"

#include <string.h>

#define FRAME_PS 100000ULL
#define DUMMY_CLOCKS_MAX 31 /* a controller's field of five bits */
#define BYTES_MAX 512u

bool row_bus_open(struct row_bus *bus, const struct nacre_chip *row, enum nor_time time)
{
    struct nor_cfg cfg = chip_bus_cfg();

    cfg.row = nor_row_find(row->name);
    cfg.time = time;
    cfg.tear = NOR_TEAR_PAGE;
    bus->row = row;
    if (cfg.row == NULL) return false;
    chip_bus_open(&bus->chip, &cfg);
    nor_as_left_by_boot(bus->chip.nor, bus->chip.now_ps);
    return true;
}

void row_bus_close(struct row_bus *bus)
{
    chip_bus_close(&bus->chip);
}

/* A phase of a command: all on one line, or all on eight in DTR. */
static struct frame_phase phase_of(const struct row_bus *bus, uint8_t bytes)
{
    return (struct frame_phase){
        .lines = bus->row->form.lines, .bytes = bytes, .dtr = bus->row->form.lines == 8};
}

static struct frame frame_of(const struct row_bus *bus, uint16_t opcode)
{
    const uint8_t bytes = bus->row->form.opcode_bytes;
    struct frame frame = {.instruction = phase_of(bus, bytes), .instruction_value = opcode};

    frame.instruction.dtr = bytes == 2u;
    return frame;
}

static void with_address(const struct row_bus *bus, struct frame *frame, uint32_t addr)
{
    frame->address = phase_of(bus, bus->row->form.addr_bytes);
    frame->address_value = addr;
}

void row_command(struct row_bus *bus, uint16_t opcode)
{
    struct frame frame = frame_of(bus, opcode);

    chip_frame(&bus->chip, &frame);
}

void row_command_at(struct row_bus *bus, uint16_t opcode, uint32_t addr)
{
    struct frame frame = frame_of(bus, opcode);

    with_address(bus, &frame, addr);
    chip_frame(&bus->chip, &frame);
}

/* Pairs may come with the odd byte first in octal DTR; the controller turns them. */
static void turn(const struct row_bus *bus, uint8_t *to, const uint8_t *from, uint32_t n)
{
    const uint32_t odd = bus->row->form.odd_byte_first ? 1u : 0u;

    assert_true(n <= BYTES_MAX && (n % 2u == 0 || bus->row->form.lines == 1));
    for (uint32_t i = 0; i < n; i++) to[i] = from[i ^ odd];
}

static void read_frame(struct row_bus *bus, struct frame *frame, uint8_t *bytes, uint32_t n)
{
    uint8_t wire[BYTES_MAX];

    frame->dqs = bus->row->form.lines == 8;
    frame->dir = FRAME_READ;
    frame->in = wire;
    frame->n = n;
    chip_frame(&bus->chip, frame);
    turn(bus, bytes, wire, n);
}

void row_register(struct row_bus *bus, uint16_t opcode, uint8_t dummy_clocks, uint8_t *bytes,
                  uint32_t n)
{
    struct frame frame = frame_of(bus, opcode);

    assert_in_range(dummy_clocks, 0, DUMMY_CLOCKS_MAX);
    if (bus->row->registers_have_addr) with_address(bus, &frame, 0);
    frame.dummy_clocks = dummy_clocks;
    frame.data = phase_of(bus, 0);
    read_frame(bus, &frame, bytes, n);
}

/* The first mapped read of the row; its clocks are the affair of the boot. */
bool row_read(struct row_bus *bus, uint32_t addr, uint8_t *bytes, uint32_t n)
{
    const struct nacre_form_read *const read = &bus->row->form.read[0];
    struct frame frame = frame_of(bus, read->opcode);

    with_address(bus, &frame, addr);
    frame.address.lines = read->addr_lines;
    frame.data = phase_of(bus, 0);
    frame.data.lines = read->data_lines;
    frame.dummy_clocks = nor_left(bus->chip.nor)->read.dummy_clocks;
    if (read->has_mode) {
        frame.alternate = (struct frame_phase){.lines = read->addr_lines, .bytes = 1};
        frame.alternate_value = 0xFF; /* the next read has an opcode again */
    }
    read_frame(bus, &frame, bytes, n);
    return bus->chip.answer == FRAME_DRIVEN;
}

void row_tables(struct row_bus *bus, uint8_t *bytes, uint32_t n)
{
    struct frame frame = frame_of(bus, bus->row->read_sfdp);

    with_address(bus, &frame, 0);
    frame.dummy_clocks = bus->row->sfdp_dummy_clocks;
    frame.data = phase_of(bus, 0);
    read_frame(bus, &frame, bytes, n);
}

static uint8_t first_of(struct row_bus *bus, uint16_t opcode)
{
    uint8_t bytes[2] = {0x5A, 0xA5};

    row_register(bus, opcode, bus->row->status_dummy_clocks, bytes, 2);
    assert_int_equal(bus->chip.answer, FRAME_DRIVEN);
    if (bus->row->sends_registers_twice) assert_int_equal(bytes[0], bytes[1]);
    return bytes[0];
}

uint8_t row_status(struct row_bus *bus)
{
    const uint8_t status = first_of(bus, bus->row->read_status);

    assert_int_equal(status & bus->row->status_never, 0);
    return status;
}

uint8_t row_security(struct row_bus *bus)
{
    return first_of(bus, bus->row->read_security);
}

void row_program(struct row_bus *bus, uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    struct frame frame = frame_of(bus, bus->row->program);
    uint8_t wire[BYTES_MAX];

    row_command(bus, bus->row->write_enable);
    turn(bus, wire, bytes, n);
    with_address(bus, &frame, addr);
    frame.data = phase_of(bus, 0);
    frame.dir = FRAME_WRITE;
    frame.out = wire;
    frame.n = n;
    chip_frame(&bus->chip, &frame);
}

void row_erase(struct row_bus *bus, uint32_t addr)
{
    row_command(bus, bus->row->write_enable);
    row_command_at(bus, bus->row->erase, addr);
}

void row_wait_us(struct row_bus *bus, uint32_t us)
{
    chip_bus_wait(&bus->chip, us * US - FRAME_PS);
}
