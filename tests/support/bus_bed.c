/*
 * Requests to the image tests/twin_bus_fw, see bus_bed.h.
 */
#include "tests/support/bus_bed.h"

#include <string.h>

#include "tests/support/cmocka_all.h"

#define SELECT_0 0x58021018u
#define GO_SERVE 1u
#define GO_ENABLE 2u

void bus_open(struct bus_bed *bed, const char *part, const char *second)
{
    memset(&bed->box, 0, sizeof bed->box);
    bed_prepare(&bed->board, "bus");
    bed->board.cfg.part[0] = part;
    bed->board.cfg.part[1] = second;
    bed_open(&bed->board);
    bus_reboot(bed);
}

void bus_reboot(struct bus_bed *bed)
{
    if (twin_is_on(bed->board.twin)) twin_power_off(bed->board.twin);
    twin_power_on(bed->board.twin);
    bed_wait(&bed->board, "ready\n", 10);
}

void bus_close(struct bus_bed *bed)
{
    bed_close(&bed->board);
}

static uint32_t box_addr(const struct bus_bed *bed)
{
    return bed_symbol(&bed->board, "box");
}

static void put_box(struct bus_bed *bed, uint32_t go)
{
    bed->box.go = go;
    assert_true(twin_memory_write(bed->board.twin, box_addr(bed), &bed->box, sizeof bed->box));
}

void bus_ask(struct bus_bed *bed, enum box_op op, uint32_t address, uint32_t out_n, uint32_t in_n)
{
    bed->box.op = op;
    bed->box.address = address;
    bed->box.out_n = out_n;
    bed->box.in_n = in_n;
    bed->box.result = UINT32_MAX;
    put_box(bed, GO_SERVE);
}

enum twin_stop bus_wait(struct bus_bed *bed)
{
    struct twin_until until;
    memset(&until, 0, sizeof until);
    until.text = "k\n";
    until.for_ps = 200u * TWIN_PS_PER_MS;
    const enum twin_stop stop = twin_run(bed->board.twin, &until);
    assert_true(twin_memory_read(bed->board.twin, box_addr(bed), &bed->box, sizeof bed->box));
    return stop;
}

static void served(struct bus_bed *bed)
{
    const enum twin_stop stop = bus_wait(bed);
    if (stop == TWIN_STOP_TEXT) return;
    fail_msg("request %u: %s: %s", bed->box.op, twin_stop_name(stop),
             bed_violation(&bed->board).detail);
}

uint32_t bus_do(struct bus_bed *bed, enum box_op op, uint32_t address, uint32_t out_n,
                uint32_t in_n)
{
    bus_ask(bed, op, address, out_n, in_n);
    served(bed);
    return bed->box.result;
}

void bus_enable(struct bus_bed *bed)
{
    bed->box.address = BUS_BED_TIMING;
    bed->box.out_n = BUS_BED_MBR;
    put_box(bed, GO_ENABLE);
    served(bed);
}

uint32_t bus_get(struct bus_bed *bed, uint32_t address)
{
    return bus_do(bed, BOX_READ, address, 4, 0);
}

void bus_put(struct bus_bed *bed, uint32_t address, uint32_t value)
{
    (void)bus_do(bed, BOX_WRITE, address, 4, value);
}

static void put_address(struct bus_bed *bed, uint32_t addr)
{
    bed->box.out[0] = (uint8_t)(addr >> 8);
    bed->box.out[1] = (uint8_t)addr;
}

uint32_t bus_i2c_store(struct bus_bed *bed, uint32_t device, uint32_t addr, uint8_t from,
                       uint32_t n)
{
    put_address(bed, addr);
    for (uint32_t i = 0; i < n; i++) {
        bed->box.out[2u + i] = (uint8_t)(from + i);
    }
    return bus_do(bed, BOX_I2C, device, 2u + n, 0);
}

uint32_t bus_i2c_load(struct bus_bed *bed, uint32_t device, uint32_t addr, uint32_t n)
{
    put_address(bed, addr);
    return bus_do(bed, BOX_I2C, device, 2, n);
}

uint32_t bus_spi(struct bus_bed *bed, uint32_t out_n, uint32_t in_n)
{
    return bus_do(bed, BOX_SPI, SELECT_0, out_n, in_n);
}

struct twin_transfer bus_transfer(const struct bus_bed *bed)
{
    assert_true(bed->board.of_kind[TWIN_EVENT_TRANSFER] != 0u);
    return bed->board.last[TWIN_EVENT_TRANSFER].u.transfer;
}

uint64_t bus_transfer_ps(const struct bus_bed *bed)
{
    return bed->board.last[TWIN_EVENT_TRANSFER].time_ps - bus_transfer(bed).begin_ps;
}

struct twin_bus_counts bus_counts(const struct bus_bed *bed)
{
    struct twin_bus_counts counts;
    twin_bus_counts_get(bed->board.twin, &counts);
    return counts;
}

struct part *bus_part(const struct bus_bed *bed, uint32_t index)
{
    struct part *const part = twin_part(bed->board.twin, index);
    assert_non_null(part);
    return part;
}

void bus_disturb(struct bus_bed *bed, enum twin_bus_fault_kind kind, uint32_t at, uint32_t length)
{
    struct twin_bus_fault fault;
    memset(&fault, 0, sizeof fault);
    fault.kind = kind;
    fault.transfer = bus_counts(bed).transfers;
    fault.count = 1;
    fault.at = at;
    fault.length = length;
    twin_bus_fault_plan(bed->board.twin, &fault);
}
