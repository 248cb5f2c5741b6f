/*
 * Transfers of the serial buses: counted, told, disturbed on purpose, and cut.
 */
#include "twin/machine.h"

#include <string.h>

void transfer_begin(struct twin *t, enum twin_bus bus, uint64_t at_ps)
{
    struct serial *const serial = &t->b.serial;
    struct twin_transfer *const transfer = &serial->transfer[bus];
    memset(transfer, 0, sizeof *transfer);
    transfer->index = serial->transfers++;
    transfer->bus = bus;
    transfer->part = -1;
    transfer->begin_ps = at_ps;
    transfer->is_under_way = true;
}

bool transfer_is_hit(struct twin *t, enum twin_bus bus, enum twin_bus_fault_kind kind, uint32_t at)
{
    struct serial *const serial = &t->b.serial;
    const struct twin_bus_fault *const fault = &serial->fault;
    const struct twin_transfer *const transfer = &serial->transfer[bus];
    if (fault->kind != kind || !transfer->is_under_way) return false;
    if (transfer->index < fault->transfer) return false;
    if (fault->count != 0u && transfer->index - fault->transfer >= fault->count) return false;
    if (at != TWIN_FAULT_ANY && at != fault->at) return false;
    serial->was_disturbed = true;
    return true;
}

void transfer_byte(struct twin *t, enum twin_bus bus, uint64_t begin_ps, uint64_t end_ps)
{
    struct serial *const serial = &t->b.serial;
    const struct twin_cut *const cut = &t->b.cut;
    const uint64_t index = serial->bytes++;
    (void)bus;
    serial->busy_ps += end_ps - begin_ps;
    if (cut->kind != TWIN_CUT_AT_BUS_BYTE || cut->count != index) return;
    const double fraction = cut->fraction < 0.0 ? 0.0 : cut->fraction;
    clock_at(&t->b.clock, CLOCK_CUT,
             begin_ps + (uint64_t)((double)(end_ps - begin_ps) * fraction));
}

/* ---- what a part did ---- */

static uint64_t writes_of(const struct part_counters *counters)
{
    return counters->writes + counters->erases + counters->register_writes;
}

/* A write that began at at_ps: counted, and a cut inside it gets its time. */
static void write_began(struct twin *t, uint32_t index, uint64_t at_ps)
{
    struct serial *const serial = &t->b.serial;
    const struct twin_cut *const cut = &t->b.cut;
    const uint64_t end_ps = part_next_event_ps(t->part[index]);
    const uint64_t length_ps = end_ps == PART_NEVER_PS || end_ps < at_ps ? 0u : end_ps - at_ps;
    const uint64_t number = serial->writes++;
    for (uint32_t bus = 0; bus < TWIN_BUSES; bus++) {
        if (serial->transfer[bus].part == (int32_t)index) {
            serial->transfer[bus].write_ps = length_ps;
        }
    }
    if (cut->kind != TWIN_CUT_IN_PART_WRITE || cut->count != number) return;
    const double fraction = cut->fraction < 0.0 ? 0.0 : cut->fraction;
    clock_at(&t->b.clock, CLOCK_CUT, at_ps + (uint64_t)((double)length_ps * fraction));
}

/* What no sound driver does. After a fault on purpose much of it may be the fault's. */
static void complain(struct twin *t, uint32_t index, const struct part_counters *now)
{
    const struct part_counters *const before = &t->b.serial.seen[index];
    const char *why = NULL;
    if (now->wrapped != before->wrapped) why = "a write ran over the end of its page";
    if (now->rolled_over != before->rolled_over) why = "a transfer ran over the end of the part";
    if (now->too_fast != before->too_fast) why = "the bus is too fast for the part";
    if (now->too_early != before->too_early) why = "a transfer before the part had started";
    if (why == NULL || t->b.serial.was_disturbed) return;
    violation_raise(t, TWIN_VIOLATION_PART, index, why);
}

static void look_at_parts(struct twin *t, uint64_t at_ps)
{
    struct serial *const serial = &t->b.serial;
    for (uint32_t i = 0; i < t->part_count; i++) {
        const struct part_counters now = part_counters(t->part[i]);
        const uint64_t before = writes_of(&serial->seen[i]);
        for (uint64_t k = before; k < writes_of(&now); k++) {
            write_began(t, i, at_ps);
        }
        if (t->b.in_app) complain(t, i, &now);
        serial->seen[i] = now;
    }
}

void transfer_end(struct twin *t, enum twin_bus bus, enum twin_transfer_end how, uint64_t at_ps)
{
    struct twin_transfer *const transfer = &t->b.serial.transfer[bus];
    look_at_parts(t, at_ps);
    if (!transfer->is_under_way) return;
    struct twin_event event = event_new(t, TWIN_EVENT_TRANSFER);
    transfer->is_under_way = false;
    transfer->how = how;
    event.time_ps = at_ps;
    event.u.transfer = *transfer;
    event_send(t, &event);
}

/* ---- twin.h ---- */

void twin_bus_fault_plan(struct twin *t, const struct twin_bus_fault *fault)
{
    if (fault == NULL) {
        memset(&t->b.serial.fault, 0, sizeof t->b.serial.fault);
        memset(&t->b.serial.lines, 0, sizeof t->b.serial.lines);
        i2c_lines_changed(t);
        serial_schedule(t);
        return;
    }
    t->b.serial.fault = *fault;
}

void twin_bus_counts_get(const struct twin *t, struct twin_bus_counts *counts)
{
    const struct serial *const serial = &t->b.serial;
    counts->transfers = serial->transfers;
    counts->bytes = serial->bytes;
    counts->writes = serial->writes;
    counts->busy_ps = serial->busy_ps;
}

const char *twin_transfer_end_name(enum twin_transfer_end how)
{
    static const char *const names[] = {
        [TWIN_TRANSFER_DONE] = "done",           [TWIN_TRANSFER_NO_ACK] = "not acknowledged",
        [TWIN_TRANSFER_LOST] = "arbitration lost", [TWIN_TRANSFER_BUS_ERROR] = "bus error",
        [TWIN_TRANSFER_TIMEOUT] = "timeout",     [TWIN_TRANSFER_ABANDONED] = "abandoned",
        [TWIN_TRANSFER_BY_HAND] = "stop by hand", [TWIN_TRANSFER_CUT] = "cut"};
    return (size_t)how < sizeof names / sizeof names[0] ? names[how] : "?";
}
