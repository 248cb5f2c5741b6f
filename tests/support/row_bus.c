/*
 * See row_bus.h.
 */
#include "tests/support/row_bus.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define FRAME_PS 100000ULL
#define READ_DUMMY_CLOCKS 20 /* what a boot leaves in these chips; the port takes it from there */
#define DUMMY_CLOCKS_MAX 31 /* a controller's field of five bits */
#define BYTES_MAX 512u

static const struct frame_phase octal_dtr = {.lines = 8, .bytes = 4, .dtr = true};

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

static struct frame frame_of(uint16_t opcode)
{
    struct frame frame = {.instruction = octal_dtr, .instruction_value = opcode};

    frame.instruction.bytes = 2;
    return frame;
}

void row_command(struct row_bus *bus, uint16_t opcode)
{
    struct frame frame = frame_of(opcode);

    chip_frame(&bus->chip, &frame);
}

void row_command_at(struct row_bus *bus, uint16_t opcode, uint32_t addr)
{
    struct frame frame = frame_of(opcode);

    frame.address = octal_dtr;
    frame.address_value = addr;
    chip_frame(&bus->chip, &frame);
}

/* Pairs come with the odd byte first; the controller turns them (BFPT DW18 bit 31, MTYP). */
static void turn(uint8_t *to, const uint8_t *from, uint32_t n)
{
    assert_true(n % 2u == 0 && n <= BYTES_MAX);
    for (uint32_t i = 0; i < n; i++) to[i] = from[i ^ 1u];
}

static void read_frame(struct row_bus *bus, struct frame *frame, uint32_t addr, uint8_t *wire,
                       uint32_t n)
{
    frame->address = octal_dtr;
    frame->address_value = addr;
    frame->data = octal_dtr;
    frame->dqs = true;
    frame->dir = FRAME_READ;
    frame->in = wire;
    frame->n = n;
    chip_frame(&bus->chip, frame);
}

void row_register(struct row_bus *bus, uint16_t opcode, uint8_t dummy_clocks, uint8_t *bytes,
                  uint32_t n)
{
    struct frame frame = frame_of(opcode);
    uint8_t wire[BYTES_MAX];

    assert_in_range(dummy_clocks, 0, DUMMY_CLOCKS_MAX);
    frame.dummy_clocks = dummy_clocks;
    read_frame(bus, &frame, 0, wire, n);
    turn(bytes, wire, n);
}

bool row_read(struct row_bus *bus, uint32_t addr, uint8_t *bytes, uint32_t n)
{
    struct frame frame = frame_of(bus->row->read);
    uint8_t wire[BYTES_MAX];

    frame.dummy_clocks = READ_DUMMY_CLOCKS;
    read_frame(bus, &frame, addr, wire, n);
    turn(bytes, wire, n);
    return bus->chip.answer == FRAME_DRIVEN;
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
    struct frame frame = frame_of(bus->row->program);
    uint8_t wire[BYTES_MAX];

    row_command(bus, bus->row->write_enable);
    turn(wire, bytes, n);
    frame.address = octal_dtr;
    frame.address_value = addr;
    frame.data = octal_dtr;
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
