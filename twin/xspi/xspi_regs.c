/*
 * Register accesses: what BUSY protects, what starts a command, what each write does besides.
 */
#include "twin/xspi/xspi_internal.h"

struct register_rule {
    uint32_t offset;
    uint32_t writable;
    bool is_held_busy; /* writes are ignored while BUSY is 1 */
};

/*
 * Fields by CMSIS stm32h7s7xx.h. CALFCR and SR are read-only; FCR, CR and DR have code of their
 * own.
 */
static const struct register_rule rules[] = {
    {DCR1, 0x071F3F03u, true},  {DCR2, 0x000700FFu, true},  {DCR3, 0x001F00FFu, true},
    {DCR4, 0xFFFFFFFFu, true},  {DLR, 0xFFFFFFFFu, true},   {AR, 0xFFFFFFFFu, true},
    {PSMKR, 0xFFFFFFFFu, true}, {PSMAR, 0xFFFFFFFFu, true}, {PIR, 0x0000FFFFu, true},
    {CCR, 0x2F3F3F3Fu, true},   {TCR, 0x5000001Fu, true},   {IR, 0xFFFFFFFFu, true},
    {ABR, 0xFFFFFFFFu, true},   {LPTR, 0x0000FFFFu, true},  {WPCCR, 0x2F3F3F3Fu, true},
    {WPTCR, 0x5000001Fu, true}, {WPIR, 0xFFFFFFFFu, true},  {WPABR, 0xFFFFFFFFu, true},
    {WCCR, 0x2F3F3F3Fu, true},  {WTCR, 0x0000001Fu, true},  {WIR, 0xFFFFFFFFu, true},
    {WABR, 0xFFFFFFFFu, true},  {HLCR, 0x00FFFF03u, true},  {CALMR, 0x001F007Fu, true},
    {CALSOR, 0x001F007Fu, true}, {CALSIR, 0x001F007Fu, true},
};

static const struct register_rule *rule_find(uint32_t offset)
{
    for (uint32_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].offset == offset) return &rules[i];
    }
    return NULL;
}

static bool is_busy(const struct xspi *xspi)
{
    return xspi->s.phase != PHASE_IDLE;
}

static void wedge(struct xspi *xspi)
{
    xspi_tell_flag(xspi, XSPI_FLAG_ABORT_IDLE, 0);
    if (!xspi->cfg.abort_idle_wedges) return;
    xspi->s.phase = PHASE_WEDGED;
    xspi_tell_flag(xspi, XSPI_FLAG_WEDGED, 0);
}

static void disable(struct xspi *xspi)
{
    if (is_busy(xspi)) xspi_tell_flag(xspi, XSPI_FLAG_DISABLED_BUSY, 0);
    xspi_window_end_write(xspi);
    xspi_drop(xspi);
}

static void cr_write(struct xspi *xspi, uint32_t value)
{
    struct xspi_state *s = &xspi->s;
    const uint32_t old = xspi_get(xspi, CR);
    uint32_t next = value & CR_WRITABLE;
    if (is_busy(xspi)) {
        if (((next ^ old) & CR_FMODE) != 0) xspi_tell_flag(xspi, XSPI_FLAG_FMODE_IGNORED, value);
        next = (next & ~CR_HELD_BUSY) | (old & CR_HELD_BUSY);
    }
    if ((value & CR_ABORT) != 0 && (old & CR_EN) != 0) {
        if (is_busy(xspi)) {
            xspi_abort(xspi);
        } else {
            wedge(xspi);
        }
    }
    if ((old & CR_EN) != 0 && (next & CR_EN) == 0) disable(xspi);
    if (((next ^ old) & CR_FMODE) != 0) {
        s->was_aborted_mapped = false;
        s->is_touched = false;
        s->poll_is_fresh = false;
        s->fifo_level = 0;
    }
    s->reg[CR / 4u] = next;
}

/* Whether a write to AR (or else IR) is what starts a command now. */
static bool starts(const struct xspi *xspi, uint32_t offset)
{
    const uint32_t fmode = xspi_fmode(xspi);
    const uint32_t ccr = xspi_get(xspi, CCR);
    const bool has_address = (ccr >> 8 & 7u) != 0;
    if ((xspi_get(xspi, CR) & CR_EN) == 0 || fmode == FMODE_MAP) return false;
    if (fmode == FMODE_WRITE && (ccr & CCR_DMODE) != 0) return false;
    return offset == (has_address ? AR : IR);
}

static void plain_write(struct xspi *xspi, const struct register_rule *rule, uint32_t value)
{
    struct xspi_state *s = &xspi->s;
    const uint32_t offset = rule->offset;
    if (offset == AR && xspi_fmode(xspi) == FMODE_MAP) {
        xspi_tell_flag(xspi, XSPI_FLAG_AR_IGNORED_MAPPED, value);
        return;
    }
    if (rule->is_held_busy && is_busy(xspi)) {
        xspi_tell_flag(xspi, XSPI_FLAG_IGNORED_BUSY, offset);
        return;
    }
    s->reg[offset / 4u] = value & rule->writable;
    if (offset == DCR2 || (offset == CCR && xspi->cfg.calibrates_on_ccr)) {
        s->is_calibration_armed = true;
    }
    if (offset == CALSOR || offset == CALSIR) s->is_calibration_armed = false;
    if ((offset == AR || offset == IR) && starts(xspi, offset)) xspi_trigger(xspi, s->now_ps);
}

static struct xspi_access done(const struct xspi *xspi, struct xspi_access access)
{
    access.done_ps += xspi->cfg.access_ps;
    return access;
}

struct xspi_access xspi_reg_write(struct xspi *xspi, uint64_t now_ps, uint32_t offset,
                                  uint32_t size, uint32_t value)
{
    xspi_advance(xspi, now_ps);
    struct xspi_access access = {.done_ps = now_ps, .outcome = XSPI_OK};
    const struct register_rule *rule = rule_find(offset);
    if (offset == DR) {
        access = xspi_dr_push(xspi, value, size);
    } else if (size != 4) {
        xspi_tell_flag(xspi, XSPI_FLAG_ACCESS, offset);
    } else if (offset == CR) {
        cr_write(xspi, value);
    } else if (offset == FCR) {
        xspi->s.flags &= ~(value & (SR_TEF | SR_TCF | SR_SMF | SR_TOF));
    } else if (rule != NULL) {
        plain_write(xspi, rule, value);
    } else {
        xspi_tell_flag(xspi, XSPI_FLAG_ACCESS, offset);
    }
    xspi_irq_update(xspi);
    xspi_window_refresh(xspi, xspi->s.now_ps);
    return done(xspi, access);
}

struct xspi_access xspi_reg_read(struct xspi *xspi, uint64_t now_ps, uint32_t offset,
                                 uint32_t size)
{
    xspi_advance(xspi, now_ps);
    struct xspi_access access = {.done_ps = now_ps, .outcome = XSPI_OK};
    if (offset == DR) {
        access = xspi_dr_pop(xspi, size);
    } else if (offset % 4u + size <= 4u && offset < REGISTER_BYTES) {
        access.value = xspi_peek(xspi, offset & ~3u) >> (8u * (offset % 4u));
        if (size < 4u) access.value &= (1u << (8u * size)) - 1u;
    } else {
        xspi_tell_flag(xspi, XSPI_FLAG_ACCESS, offset);
    }
    xspi_irq_update(xspi);
    return done(xspi, access);
}
