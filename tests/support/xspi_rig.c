/*
 * See xspi_rig.h. The driver in here is written from the register descriptions, for the tests
 * alone.
 */
#include "tests/support/xspi_rig.h"

#include <stddef.h>
#include <string.h>

static void on_event(void *ctx, const struct nor_event *event)
{
    struct rig *rig = ctx;
    if (event->kind != NOR_EVENT_COMMAND) return;
    rig->commands++;
    rig->last = *event;
    rig->last.data = NULL;
}

static void on_answers(void *ctx, uint64_t now_ps)
{
    struct rig *rig = ctx;
    if (rig->m != NULL) xspim_device_changed(rig->m, now_ps);
}

static void on_flag(void *ctx, struct xspi *xspi, enum xspi_flag flag, uint64_t now_ps,
                    uint32_t value)
{
    struct rig *rig = ctx;
    (void)xspi;
    (void)now_ps;
    (void)value;
    rig->flags[flag]++;
}

static void on_window(void *ctx, struct xspi *xspi, uint64_t now_ps)
{
    struct rig *rig = ctx;
    (void)xspi;
    (void)now_ps;
    rig->window_changes++;
}

static void on_irq(void *ctx, struct xspi *xspi, bool is_raised)
{
    struct rig *rig = ctx;
    (void)xspi;
    if (is_raised) rig->irqs++;
}

struct xspi_cfg rig_xspi_cfg(void)
{
    return xspi_cfg_default();
}

void rig_open(struct rig *rig, const struct xspi_cfg *cfg)
{
    struct xspi_cfg own = cfg == NULL ? xspi_cfg_default() : *cfg;
    memset(rig, 0, sizeof *rig);
    own.listener = (struct xspi_listener){.ctx = rig, .window_changed = on_window,
                                          .flag = on_flag, .irq = on_irq};
    const struct nor_cfg nor_cfg = {.row = &nor_row_mx66uw1g45g, .tear = NOR_TEAR_GRANULE,
                                    .seed = 1,
                                    .listener = {.ctx = rig, .event = on_event,
                                                 .answers = on_answers}};
    rig->nor = nor_create(&nor_cfg);
    rig->psram = psram_create(PSRAM_APS256_BYTES);
    rig->x1 = xspi_create(&own);
    rig->x2 = xspi_create(&own);
    rig->m = xspim_create();
    xspim_connect(rig->m, 0, rig->x1);
    xspim_connect(rig->m, 1, rig->x2);
    xspim_attach(rig->m, 0, 0, psram_device(rig->psram));
    xspim_attach(rig->m, 1, 0, nor_device(rig->nor));
    nor_power_on(rig->nor, 0);
    psram_power_on(rig->psram);
    rig_wait(rig, 2 * MS);
}

void rig_boot(struct rig *rig, enum boot_state state)
{
    const struct boot_state_board board = {.xspi1 = rig->x1, .xspi2 = rig->x2, .xspim = rig->m,
                                           .nor = rig->nor, .psram = rig->psram};
    boot_state_apply(state, &board, rig->now_ps);
}

void rig_close(struct rig *rig)
{
    xspi_destroy(rig->x1);
    xspi_destroy(rig->x2);
    xspim_destroy(rig->m);
    rig->m = NULL;
    nor_destroy(rig->nor);
    psram_destroy(rig->psram);
}

static uint32_t take(struct rig *rig, const struct xspi_access *access)
{
    rig->outcome = access->outcome;
    rig->cost_ps = access->done_ps - rig->now_ps;
    rig->now_ps = access->done_ps;
    return access->value;
}

uint32_t rig_read(struct rig *rig, struct xspi *x, uint32_t offset, uint32_t size)
{
    const struct xspi_access access = xspi_reg_read(x, rig->now_ps, offset, size);
    return take(rig, &access);
}

void rig_write(struct rig *rig, struct xspi *x, uint32_t offset, uint32_t value)
{
    const struct xspi_access access = xspi_reg_write(x, rig->now_ps, offset, 4, value);
    (void)take(rig, &access);
}

void rig_write_dr(struct rig *rig, struct xspi *x, uint32_t value, uint32_t size)
{
    const struct xspi_access access = xspi_reg_write(x, rig->now_ps, R_DR, size, value);
    (void)take(rig, &access);
}

void rig_wait(struct rig *rig, uint64_t ps)
{
    rig->now_ps += ps;
    xspi_advance(rig->x1, rig->now_ps);
    xspi_advance(rig->x2, rig->now_ps);
    nor_advance(rig->nor, rig->now_ps);
}

uint32_t rd(struct rig *rig, uint32_t offset)
{
    return rig_read(rig, rig->x2, offset, 4);
}

void wr(struct rig *rig, uint32_t offset, uint32_t value)
{
    rig_write(rig, rig->x2, offset, value);
}

bool rig_wait_flag(struct rig *rig, uint32_t bit, bool is_set)
{
    const uint64_t end = rig->now_ps + 10 * MS;
    while (rig->now_ps < end) {
        if (((rd(rig, R_SR) & bit) != 0) == is_set) return true;
    }
    return false;
}

void rig_leave_mapped(struct rig *rig)
{
    const uint32_t cr = rd(rig, R_CR);
    if ((rd(rig, R_SR) & B_BUSY) != 0) {
        wr(rig, R_CR, cr | B_ABORT);
        (void)rig_wait_flag(rig, B_BUSY, false);
        wr(rig, R_FCR, B_TCF);
    }
    wr(rig, R_CR, cr & ~MODE_MAP);
}

void rig_map(struct rig *rig)
{
    wr(rig, R_CCR, 0x2C003C1C);
    wr(rig, R_TCR, 20);
    wr(rig, R_IR, 0xEE11);
    wr(rig, R_CR, (rd(rig, R_CR) & ~MODE_MAP) | MODE_MAP);
}

static void finish(struct rig *rig)
{
    (void)rig_wait_flag(rig, B_TCF, true);
    wr(rig, R_FCR, B_TCF);
    (void)rig_wait_flag(rig, B_BUSY, false);
}

void rig_command(struct rig *rig, uint16_t opcode)
{
    wr(rig, R_TCR, 0);
    wr(rig, R_CCR, 0x0000001C);
    wr(rig, R_IR, opcode);
    finish(rig);
}

void rig_command_at(struct rig *rig, uint16_t opcode, uint32_t addr)
{
    wr(rig, R_TCR, 0);
    wr(rig, R_CCR, 0x00003C1C);
    wr(rig, R_IR, opcode);
    wr(rig, R_AR, addr);
    finish(rig);
}

void rig_fetch(struct rig *rig, uint16_t opcode, uint32_t addr, uint8_t *bytes, uint32_t n)
{
    const uint32_t cr = rd(rig, R_CR);
    wr(rig, R_CR, cr | MODE_READ);
    wr(rig, R_DLR, n - 1u);
    wr(rig, R_TCR, 20);
    wr(rig, R_CCR, 0x2C003C1C);
    wr(rig, R_IR, opcode);
    wr(rig, R_AR, addr);
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)rig_read(rig, rig->x2, R_DR, 1);
    finish(rig);
    wr(rig, R_CR, cr);
}

uint8_t rig_status(struct rig *rig, uint16_t opcode)
{
    uint8_t bytes[2] = {0};
    rig_fetch(rig, opcode, 0, bytes, 2);
    return bytes[0];
}

void rig_send(struct rig *rig, uint16_t opcode, uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    wr(rig, R_DLR, n - 1u);
    wr(rig, R_TCR, 0);
    wr(rig, R_CCR, 0x0C003C1C);
    wr(rig, R_IR, opcode);
    wr(rig, R_AR, addr);
    for (uint32_t i = 0; i < n; i += 2) {
        rig_write_dr(rig, rig->x2, bytes[i] | (uint32_t)bytes[i + 1u] << 8, 2);
    }
    finish(rig);
}
