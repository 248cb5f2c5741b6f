/*
 * The models of chip/ and xspi/ wired to the machine: who hangs on what, what their callbacks mean
 * for the run (events, cuts, violations), and which registers they serve.
 */
#include "twin/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XSPI1_ADDR 0x52005000u
#define XSPI2_ADDR 0x5200A000u
#define XSPIM_ADDR 0x5200B400u
#define XSPI1_IRQ 105u
#define XSPI2_IRQ 106u
#define NS_OF_PS 1000u
#define UNIT_BYTES 4096u

/* ---- NOR ---- */

static bool is_status_read(uint16_t opcode)
{
    return opcode == 0x05u || opcode == 0x15u || opcode == 0x2Bu || opcode == 0x9Fu ||
           opcode == 0x71u || opcode == 0x5Au || opcode == 0x85u || opcode == 0x35u ||
           opcode == 0x70u || opcode == 0x07u;
}

static bool is_array_read(uint16_t opcode)
{
    return opcode == 0x03u || opcode == 0x0Bu || opcode == 0x13u || opcode == 0x0Cu ||
           opcode == 0xECu || opcode == 0xEEu || opcode == 0xEBu || opcode == 0x6Bu ||
           opcode == 0xFDu;
}

static enum twin_command_class class_of(const struct nor_event *event)
{
    if (event->refusal != NOR_ACCEPTED) return TWIN_COMMAND_IGNORED;
    switch (event->work) {
    case NOR_PROGRAM:
        return TWIN_COMMAND_PROGRAM;
    case NOR_ERASE:
    case NOR_ERASE_CHIP:
        return TWIN_COMMAND_ERASE;
    case NOR_WRITE_REGISTER:
        return TWIN_COMMAND_REGISTER;
    default:
        return is_array_read(event->opcode) ? TWIN_COMMAND_READ : TWIN_COMMAND_OTHER;
    }
}

static void check_range(struct twin *t, const struct nor_event *event)
{
    const uint64_t end = (uint64_t)event->addr + (event->n == 0u ? 1u : event->n);
    if (t->cfg.write_bytes == 0u || !t->b.in_app) return;
    if (event->addr >= t->cfg.write_addr &&
        end <= (uint64_t)t->cfg.write_addr + t->cfg.write_bytes) {
        return;
    }
    violation_raise(t, TWIN_VIOLATION_OUTSIDE, event->addr,
                    "a program or erase outside the allowed range of the chip");
}

/* What the chip did not refuse but a sound driver never does. */
static void check_work(struct twin *t, const struct nor_event *event)
{
    if (event->work == NOR_WRITE_REGISTER) {
        if (event->nonvolatile_register && t->b.in_app) {
            violation_raise(t, TWIN_VIOLATION_OUTSIDE, event->addr,
                            "a register that outlives the power was written");
        }
        return;
    }
    check_range(t, event);
    if (event->work == NOR_PROGRAM && event->double_programs != 0u) {
        violation_raise(t, TWIN_VIOLATION_DOUBLE_PROGRAM, event->addr,
                        "a granule was programmed twice between erases");
    }
    if (event->work == NOR_PROGRAM && event->not_erased_bits != 0u) {
        violation_raise(t, TWIN_VIOLATION_NOT_ERASED, event->addr,
                        "a program asks for bits that only an erase can give");
    }
}

static void count_work(struct twin *t, const struct nor_event *event)
{
    struct twin_cut *const cut = &t->b.cut;
    struct twin_counters *const counters = &t->b.counters;
    if (cut->kind == TWIN_CUT_IN_OPERATION && cut->count == t->b.operations) {
        const double fraction = cut->fraction < 0.0 ? 0.0 : cut->fraction;
        t->b.cut_time_ps = event->now_ps + (uint64_t)((double)event->busy_ps * fraction);
        clock_at(&t->b.clock, CLOCK_CUT, t->b.cut_time_ps);
    }
    t->b.operations++;
    if (event->work == NOR_PROGRAM) {
        counters->programs++;
        counters->programmed_bytes += event->n;
    }
    if (event->work == NOR_ERASE || event->work == NOR_ERASE_CHIP) counters->erases++;
}

static void tell_command(struct twin *t, const struct nor_event *event, uint64_t index)
{
    struct twin_event out = event_new(t, TWIN_EVENT_COMMAND);
    const enum twin_command_class class = class_of(event);
    if (!t->cfg.trace_chip_reads &&
        (class == TWIN_COMMAND_READ || is_status_read(event->opcode))) {
        return;
    }
    out.time_ps = event->now_ps;
    out.u.command.index = index;
    out.u.command.class = class;
    out.u.command.opcode = event->raw;
    out.u.command.addr = event->addr;
    out.u.command.bytes = event->n;
    out.u.command.busy_ps = event->busy_ps;
    event_send(t, &out);
}

static void on_command(struct twin *t, const struct nor_event *event)
{
    const struct twin_cut *const cut = &t->b.cut;
    const uint64_t index = t->b.commands++;
    const bool cuts_here =
        (cut->kind == TWIN_CUT_BEFORE_COMMAND || cut->kind == TWIN_CUT_AFTER_COMMAND) &&
        cut->count == index;
    if (cuts_here) t->b.cut_now = true;
    tell_command(t, event, index);
    if (event->refusal != NOR_ACCEPTED || event->work == NOR_IDLE) return;
    count_work(t, event);
    check_work(t, event);
}

static void on_nor_event(void *ctx, const struct nor_event *event)
{
    struct twin *const t = ctx;
    if (t->restoring) return;
    if (event->kind == NOR_EVENT_COMMAND) on_command(t, event);
    if (event->kind != NOR_EVENT_DONE) return;
    struct twin_event out = event_new(t, TWIN_EVENT_BUSY_END);
    out.time_ps = event->now_ps;
    out.u.command.opcode = event->raw;
    out.u.command.addr = event->addr;
    out.u.command.bytes = event->n;
    event_send(t, &out);
}

static bool on_nor_gate(void *ctx, const struct nor_event *event)
{
    struct twin *const t = ctx;
    (void)event;
    if (t->b.cut.kind != TWIN_CUT_BEFORE_COMMAND || t->b.cut.count != t->b.commands) return true;
    t->b.cut_now = true;
    return false;
}

static void on_array_changed(void *ctx, uint32_t addr, uint32_t n)
{
    if (n != 0u) window_array_changed(ctx, addr, n);
}

static void on_answers(void *ctx, uint64_t now_ps)
{
    struct twin *const t = ctx;
    if (t->xspim != NULL) xspim_device_changed(t->xspim, now_ps);
}

/* ---- XSPI ---- */

static void on_window_changed(void *ctx, struct xspi *xspi, uint64_t now_ps)
{
    struct twin *const t = ctx;
    (void)xspi;
    if (t->piece_count != 0u && !t->restoring) window_update(t, now_ps);
}

/* What the controller takes in silence although a sound driver never does it. */
static bool flag_is_violation(enum xspi_flag flag)
{
    return flag == XSPI_FLAG_ABORT_IDLE || flag == XSPI_FLAG_WEDGED ||
           flag == XSPI_FLAG_DISABLED_BUSY || flag == XSPI_FLAG_NO_STROBE ||
           flag == XSPI_FLAG_SPLIT_WRITE || flag == XSPI_FLAG_ROUTE_CHANGED ||
           flag == XSPI_FLAG_FMODE_IGNORED || flag == XSPI_FLAG_IGNORED_BUSY;
}

static void on_flag(void *ctx, struct xspi *xspi, enum xspi_flag flag, uint64_t now_ps,
                    uint32_t value)
{
    struct twin *const t = ctx;
    const uint32_t base = xspi == t->xspi[0] ? XSPI1_ADDR : XSPI2_ADDR;
    char text[120];
    (void)now_ps;
    if (t->restoring) return;
    if (!t->b.in_app) {
        t->b.boot_failures |= 1u << flag;
        return;
    }
    if (!flag_is_violation(flag)) return;
    (void)snprintf(text, sizeof text, "XSPI%u: %s", xspi == t->xspi[0] ? 1u : 2u,
                   xspi_flag_name(flag));
    violation_raise(t, TWIN_VIOLATION_CONTROLLER, base + value % 0x400u, text);
}

static void on_xspi_irq(void *ctx, struct xspi *xspi, bool is_raised)
{
    struct twin *const t = ctx;
    if (t->restoring) return;
    irq_line(t, xspi == t->xspi[0] ? XSPI1_IRQ : XSPI2_IRQ, is_raised);
}

/* ---- building and power ---- */

static bool create_nor(struct twin *t)
{
    static const enum nor_time times[] = {[TWIN_BUSY_TYPICAL] = NOR_TIME_TYPICAL,
                                          [TWIN_BUSY_MAX] = NOR_TIME_MAX,
                                          [TWIN_BUSY_DRAWN] = NOR_TIME_DRAWN};
    struct nor_cfg cfg;
    memset(&cfg, 0, sizeof cfg);
    cfg.row = t->cfg.chip == NULL ? &nor_row_mx66uw1g45g : nor_row_find(t->cfg.chip);
    t->cfg.chip = NULL; /* the caller's string */
    if (cfg.row == NULL) {
        (void)snprintf(t->error, sizeof t->error, "no such chip");
        return false;
    }
    cfg.lacks_read_while_write = t->cfg.lacks_read_while_write;
    cfg.time = times[t->cfg.busy];
    cfg.tear = t->cfg.tear == TWIN_TEAR_GRANULE ? NOR_TEAR_GRANULE : NOR_TEAR_PAGE;
    cfg.seed = t->cfg.seed;
    cfg.listener.ctx = t;
    cfg.listener.event = on_nor_event;
    cfg.listener.gate = on_nor_gate;
    cfg.listener.array_changed = on_array_changed;
    cfg.listener.answers = on_answers;
    t->nor = nor_create(&cfg);
    if (t->nor == NULL) return false;
    t->nor_device = nor_device(t->nor);
    return true;
}

static struct xspi *create_xspi(struct twin *t, const char *name)
{
    struct xspi_cfg cfg = xspi_cfg_default();
    cfg.name = name;
    cfg.access_ps = (uint64_t)t->cfg.register_ns * NS_OF_PS;
    cfg.calibration_ps = (uint64_t)t->cfg.calibration_ns * NS_OF_PS;
    cfg.listener.ctx = t;
    cfg.listener.window_changed = on_window_changed;
    cfg.listener.flag = on_flag;
    cfg.listener.irq = on_xspi_irq;
    return xspi_create(&cfg);
}

bool chips_create(struct twin *t)
{
    t->psram = psram_create(PSRAM_APS256_BYTES);
    t->xspi[0] = create_xspi(t, "XSPI1");
    t->xspi[1] = create_xspi(t, "XSPI2");
    if (t->psram == NULL || t->xspi[0] == NULL || t->xspi[1] == NULL || !create_nor(t)) {
        return false;
    }
    t->xspim = xspim_create();
    if (t->xspim == NULL) return false;
    xspim_attach(t->xspim, 0, 0, psram_device(t->psram));
    xspim_attach(t->xspim, 1, 0, t->nor_device);
    xspim_connect(t->xspim, 0, t->xspi[0]);
    xspim_connect(t->xspim, 1, t->xspi[1]);
    psram_power_on(t->psram);
    psram_save(t->psram, t->psram_registers_at_power_on);
    return true;
}

void chips_destroy(struct twin *t)
{
    if (t->xspim != NULL) xspim_destroy(t->xspim);
    if (t->xspi[0] != NULL) xspi_destroy(t->xspi[0]);
    if (t->xspi[1] != NULL) xspi_destroy(t->xspi[1]);
    if (t->psram != NULL) psram_destroy(t->psram);
    if (t->nor != NULL) nor_destroy(t->nor);
}

/* Only what was written to is put back: filling 32 MB anew costs too much. */
static void psram_lose(struct twin *t)
{
    uint8_t *const array = psram_array(t->psram);
    (void)pages_find_changed(array, PSRAM_PAGES, t->psram_changed);
    for (uint32_t page = 0; page < PSRAM_PAGES; page++) {
        if (t->psram_changed[page] != 0u) pages_drop(array, page);
    }
    psram_load(t->psram, t->psram_registers_at_power_on);
    t->psram_forget_pending = t->psram_ran;
}

void chips_let_go(struct twin *t)
{
    chips_advance(t, machine_now(t));
    xspi_let_go(t->xspi[0]);
    xspi_let_go(t->xspi[1]);
}

void chips_reset(struct twin *t)
{
    xspim_reset(t->xspim, machine_now(t));
    xspi_reset(t->xspi[0], machine_now(t));
    xspi_reset(t->xspi[1], machine_now(t));
}

void chips_reset_xspi(struct twin *t, uint32_t index)
{
    chips_advance(t, machine_now(t));
    xspi_let_go(t->xspi[index]);
    xspi_reset(t->xspi[index], machine_now(t));
    machine_schedule(t);
}

void chips_power_on(struct twin *t)
{
    psram_lose(t);
    nor_power_on(t->nor, machine_now(t));
    chips_reset(t);
}

void chips_start_state(struct twin *t)
{
    static const enum boot_state states[] = {[TWIN_LEFTOVER_1_3_0] = BOOT_STATE_1_3_0,
                                             [TWIN_LEFTOVER_1_2_0] = BOOT_STATE_1_2_0,
                                             [TWIN_LEFTOVER_1_0_0] = BOOT_STATE_1_0_0,
                                             [TWIN_LEFTOVER_RWW] = BOOT_STATE_RWW,
                                             [TWIN_LEFTOVER_BETWEEN] = BOOT_STATE_BETWEEN};
    const struct boot_state_board board = {t->xspi[0], t->xspi[1], t->xspim, t->nor, t->psram};
    boot_state_apply(states[t->cfg.leftover], &board, machine_now(t));
}

bool twin_chip_fail(struct twin *t, uint32_t addr, bool programs_fail, bool erases_fail)
{
    if (addr >= nor_size_bytes(t->nor)) return false;
    nor_fail_unit(t->nor, addr / UNIT_BYTES, programs_fail, erases_fail);
    return true;
}

void chips_advance(struct twin *t, uint64_t now_ps)
{
    xspi_advance(t->xspi[0], now_ps);
    xspi_advance(t->xspi[1], now_ps);
    nor_advance(t->nor, now_ps);
}

/* ---- registers ---- */

static uint32_t finish(struct twin *t, const struct xspi_access *access, uint32_t addr)
{
    if (access->outcome == XSPI_HANG) {
        violation_raise(t, TWIN_VIOLATION_CONTROLLER, addr, "a register access never ends");
    } else if (access->outcome == XSPI_BUS_ERROR) {
        violation_raise(t, TWIN_VIOLATION_CONTROLLER, addr, "a register access is a bus error");
    } else if (access->done_ps > machine_now(t)) {
        t->b.clock.now_ps = access->done_ps;
    }
    machine_schedule(t);
    return access->value;
}

uint32_t chips_read(struct twin *t, uint32_t addr, uint32_t n)
{
    struct xspi_access access;
    if (addr - XSPI1_ADDR < 0x400u) {
        access = xspi_reg_read(t->xspi[0], machine_now(t), addr - XSPI1_ADDR, n);
    } else if (addr - XSPI2_ADDR < 0x400u) {
        access = xspi_reg_read(t->xspi[1], machine_now(t), addr - XSPI2_ADDR, n);
    } else {
        access = xspim_reg_read(t->xspim, machine_now(t), addr - XSPIM_ADDR, n);
    }
    return finish(t, &access, addr);
}

void chips_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value)
{
    struct xspi_access access;
    if (addr - XSPI1_ADDR < 0x400u) {
        access = xspi_reg_write(t->xspi[0], machine_now(t), addr - XSPI1_ADDR, n, value);
    } else if (addr - XSPI2_ADDR < 0x400u) {
        access = xspi_reg_write(t->xspi[1], machine_now(t), addr - XSPI2_ADDR, n, value);
    } else {
        access = xspim_reg_write(t->xspim, machine_now(t), addr - XSPIM_ADDR, n, value);
    }
    (void)finish(t, &access, addr);
}
