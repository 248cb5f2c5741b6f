/*
 * The private peripheral bus: system control block, NVIC and MPU registers, SysTick, cycle counter
 * (ARMv7-M Architecture Reference Manual, B3; Cortex-M7 Technical Reference Manual for reset
 * values).
 */
#include "twin/machine.h"

#include <string.h>

#define PPB 0xE0000000u
#define DWT_CTRL 0xE0001000u
#define DWT_CYCCNT 0xE0001004u
#define ICTR 0xE000E004u
#define ACTLR 0xE000E008u
#define SYST_CSR 0xE000E010u
#define SYST_RVR 0xE000E014u
#define SYST_CVR 0xE000E018u
#define SYST_CALIB 0xE000E01Cu
#define NVIC_ISER 0xE000E100u
#define NVIC_ICER 0xE000E180u
#define NVIC_ISPR 0xE000E200u
#define NVIC_ICPR 0xE000E280u
#define NVIC_IABR 0xE000E300u
#define NVIC_IPR 0xE000E400u
#define CPUID 0xE000ED00u
#define ICSR 0xE000ED04u
#define VTOR 0xE000ED08u
#define AIRCR 0xE000ED0Cu
#define SCR 0xE000ED10u
#define CCR 0xE000ED14u
#define SHPR1 0xE000ED18u
#define SHPR3_END 0xE000ED24u
#define SHCSR 0xE000ED24u
#define CFSR 0xE000ED28u
#define HFSR 0xE000ED2Cu
#define DFSR 0xE000ED30u
#define MMFAR 0xE000ED34u
#define BFAR 0xE000ED38u
#define CLIDR 0xE000ED78u
#define CTR 0xE000ED7Cu
#define CCSIDR 0xE000ED80u
#define CSSELR 0xE000ED84u
#define CPACR 0xE000ED88u
#define MPU_TYPE 0xE000ED90u
#define MPU_CTRL 0xE000ED94u
#define MPU_RNR 0xE000ED98u
#define MPU_RBAR 0xE000ED9Cu
#define MPU_RASR 0xE000EDA0u
#define MPU_LAST 0xE000EDB8u
#define DEMCR 0xE000EDFCu
#define STIR 0xE000EF00u
#define FPCCR 0xE000EF34u
#define FPCAR 0xE000EF38u

#define RBAR_VALID (1u << 4)
#define TRCENA (1u << 24)
#define AIRCR_KEY 0x05FAu
#define AIRCR_KEY_READ 0xFA050000u

/* ---- cycle counter: stands while the core sleeps ---- */

uint32_t scb_cyccnt(const struct twin *t)
{
    const struct scb *const scb = &t->b.scb;
    if ((scb->dwt_ctrl & 1u) == 0u || (scb->demcr & TRCENA) == 0u) return scb->cyccnt_base;
    const uint64_t slept = scb->slept_ps - scb->cyccnt_slept_ps;
    const uint64_t ran = machine_now(t) - scb->cyccnt_from_ps - slept;
    return scb->cyccnt_base + (uint32_t)clock_ticks(ran, t->b.clock.hz);
}

static void cyccnt_restart(struct twin *t, uint32_t value)
{
    t->b.scb.cyccnt_base = value;
    t->b.scb.cyccnt_from_ps = machine_now(t);
    t->b.scb.cyccnt_slept_ps = t->b.scb.slept_ps;
}

void scb_slept(struct twin *t, uint64_t ps)
{
    t->b.scb.slept_ps += ps;
}

/* ---- NVIC ---- */

static uint32_t irq_word(const uint32_t *words, uint32_t index)
{
    uint32_t value = 0;
    for (uint32_t bit = 0; bit < 32u; bit++) {
        const uint32_t exception = EXC_IRQ0 + index * 32u + bit;
        if (exception < NVIC_EXCEPTIONS && nvic_bit(words, exception)) value |= 1u << bit;
    }
    return value;
}

static void irq_enable(struct twin *t, uint32_t exception, bool enable)
{
    struct nvic *const nvic = &t->b.nvic;
    if (enable && !nvic_bit(nvic->enabled, exception)) {
        /* What waited while it was switched off is not latency. */
        nvic->pended_ps[exception] = machine_now(t);
        nvic->pended_dark_ps[exception] = window_dark_ps(t);
    }
    nvic_bit_set(nvic->enabled, exception, enable);
}

static void irq_unpend(struct twin *t, uint32_t exception)
{
    nvic_bit_set(t->b.nvic.pending, exception, false);
    if (nvic_bit(t->b.nvic.line, exception) && !nvic_is_active(&t->b.nvic, exception)) {
        exception_pend(t, exception);
    }
}

static void nvic_bits_write(struct twin *t, uint32_t addr, uint32_t value)
{
    const uint32_t block = (addr - NVIC_ISER) / 0x80u;
    const uint32_t index = (addr & 0x7Fu) / 4u;
    for (uint32_t bit = 0; bit < 32u; bit++) {
        const uint32_t exception = EXC_IRQ0 + index * 32u + bit;
        if ((value >> bit & 1u) == 0u || exception >= NVIC_EXCEPTIONS) continue;
        if (block <= 1u) {
            irq_enable(t, exception, block == 0u);
        } else if (block == 2u) {
            exception_pend(t, exception);
        } else if (block == 3u) {
            irq_unpend(t, exception);
        }
    }
    t->b.irq_check = true;
}

static uint32_t nvic_bits_read(const struct twin *t, uint32_t addr)
{
    const struct nvic *const nvic = &t->b.nvic;
    const uint32_t index = (addr & 0x7Fu) / 4u;
    uint32_t value = 0;
    if (addr < NVIC_ISPR) return irq_word(nvic->enabled, index);
    if (addr < NVIC_IABR) return irq_word(nvic->pending, index);
    for (uint32_t i = 0; i < nvic->active_count; i++) {
        const uint32_t irq = nvic->active[i] - EXC_IRQ0;
        if (nvic->active[i] >= EXC_IRQ0 && irq / 32u == index) value |= 1u << (irq % 32u);
    }
    return value;
}

/* Priorities are bytes: those of interrupts, and SHPR1 to 3 for exceptions 4 to 15. */
static bool priority_at(uint32_t addr, uint32_t *exception)
{
    if (addr >= NVIC_IPR && addr < NVIC_IPR + NVIC_LINES) {
        *exception = EXC_IRQ0 + (addr - NVIC_IPR);
        return true;
    }
    *exception = 4u + (addr - SHPR1);
    return addr >= SHPR1 && addr < SHPR3_END;
}

static uint32_t priority_read(const struct twin *t, uint32_t exception, uint32_t n)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < n && exception + i < NVIC_EXCEPTIONS; i++) {
        value |= (uint32_t)t->b.nvic.priority[exception + i] << (8u * i);
    }
    return value;
}

static void priority_write(struct twin *t, uint32_t exception, uint32_t n, uint32_t value)
{
    for (uint32_t i = 0; i < n && exception + i < NVIC_EXCEPTIONS; i++) {
        t->b.nvic.priority[exception + i] = (uint8_t)(value >> (8u * i) & 0xF0u);
    }
    t->b.irq_check = true;
}

/* ---- system control block ---- */

static uint32_t icsr_read(const struct twin *t)
{
    const struct nvic *const nvic = &t->b.nvic;
    uint32_t value = nvic_current(nvic) | exception_waiting(t) << 12;
    if (nvic->active_count <= 1u) value |= 1u << 11;
    for (uint32_t word = 0; word < NVIC_WORDS; word++) {
        if ((nvic->pending[word] & (word == 0u ? 0xFFFF0000u : 0xFFFFFFFFu)) != 0u) {
            value |= 1u << 22;
        }
    }
    if (nvic_bit(nvic->pending, EXC_SYSTICK)) value |= 1u << 26;
    if (nvic_bit(nvic->pending, EXC_PENDSV)) value |= 1u << 28;
    if (nvic_bit(nvic->pending, EXC_NMI)) value |= 1u << 31;
    return value;
}

static void icsr_write(struct twin *t, uint32_t value)
{
    if ((value & 1u << 25) != 0u) nvic_bit_set(t->b.nvic.pending, EXC_SYSTICK, false);
    if ((value & 1u << 26) != 0u) exception_pend(t, EXC_SYSTICK);
    if ((value & 1u << 27) != 0u) nvic_bit_set(t->b.nvic.pending, EXC_PENDSV, false);
    if ((value & 1u << 28) != 0u) exception_pend(t, EXC_PENDSV);
    if ((value & 1u << 31) != 0u) exception_pend(t, EXC_NMI);
}

static void aircr_write(struct twin *t, uint32_t value)
{
    if (value >> 16 != AIRCR_KEY) return;
    t->b.nvic.prigroup = value >> 8 & 7u;
    t->b.irq_check = true;
    if ((value & 4u) != 0u) t->b.reset_asked = true;
}

static uint32_t shcsr_read(const struct twin *t)
{
    const struct nvic *const nvic = &t->b.nvic;
    uint32_t value = t->b.scb.shcsr;
    if (nvic_is_active(nvic, EXC_MEMMANAGE)) value |= 1u;
    if (nvic_is_active(nvic, EXC_BUSFAULT)) value |= 2u;
    if (nvic_is_active(nvic, EXC_USAGEFAULT)) value |= 8u;
    if (nvic_is_active(nvic, EXC_SVCALL)) value |= 0x80u;
    if (nvic_is_active(nvic, EXC_PENDSV)) value |= 0x400u;
    if (nvic_is_active(nvic, EXC_SYSTICK)) value |= 0x800u;
    return value;
}

/* Plain registers: where each is kept; NULL if it is none of them. */
static uint32_t *plain_register(struct twin *t, uint32_t addr)
{
    struct scb *const scb = &t->b.scb;
    switch (addr) {
    case ACTLR:
        return &scb->actlr;
    case SYST_RVR:
        return &scb->systick_load;
    case VTOR:
        return &scb->vtor;
    case SCR:
        return &scb->scr;
    case CCR:
        return &scb->ccr;
    case MMFAR:
        return &scb->mmfar;
    case BFAR:
        return &scb->bfar;
    case CSSELR:
        return &scb->csselr;
    case CPACR:
        return &scb->cpacr;
    case FPCCR:
        return &scb->fpccr;
    case FPCAR:
        return &scb->fpcar;
    case DEMCR:
        return &scb->demcr;
    case MPU_CTRL:
        return &t->b.mpu.ctrl;
    case MPU_RNR:
        return &t->b.mpu.rnr;
    default:
        return NULL;
    }
}

static uint32_t fixed_register(const struct twin *t, uint32_t addr)
{
    switch (addr) {
    case CPUID:
        return 0x411FC272u; /* Cortex-M7 r1p2 */
    case ICTR:
        return NVIC_LINES / 32u - 1u;
    case SYST_CALIB:
        return 0x40000000u;
    case CLIDR:
        return 0x09000003u;
    case CTR:
        return 0x8303C003u;
    case CCSIDR:
        /* 32 KB each: 4 ways and 256 sets of data, 2 ways and 512 sets of instructions. */
        return (t->b.scb.csselr & 1u) == 0u ? 0xF01FE019u : 0xF03FE009u;
    case MPU_TYPE:
        return MPU_REGIONS << 8;
    case AIRCR:
        return AIRCR_KEY_READ | t->b.nvic.prigroup << 8;
    case ICSR:
        return icsr_read(t);
    case SHCSR:
        return shcsr_read(t);
    case CFSR:
        return t->b.scb.cfsr;
    case HFSR:
        return t->b.scb.hfsr;
    case DWT_CTRL:
        return 0x40000000u | t->b.scb.dwt_ctrl;
    case DWT_CYCCNT:
        return scb_cyccnt(t);
    case SYST_CVR:
        return systick_value(t);
    default:
        return 0;
    }
}

/* ---- MPU ---- */

/* RBAR and RASR and their three aliases. */
static bool mpu_pair(uint32_t addr, bool *is_rbar)
{
    *is_rbar = (addr & 4u) != 0u;
    return addr >= MPU_RBAR && addr <= MPU_LAST;
}

static void mpu_write(struct twin *t, bool is_rbar, uint32_t value)
{
    struct mpu *const mpu = &t->b.mpu;
    if (is_rbar) {
        if ((value & RBAR_VALID) != 0u) mpu->rnr = value & 0xFu;
        mpu->rbar[mpu->rnr % MPU_REGIONS] = value & 0xFFFFFFE0u;
    } else {
        mpu->rasr[mpu->rnr % MPU_REGIONS] = value;
    }
    window_update(t, machine_now(t));
}

static uint32_t mpu_read(const struct twin *t, bool is_rbar)
{
    const uint32_t region = t->b.mpu.rnr % MPU_REGIONS;
    return is_rbar ? t->b.mpu.rbar[region] | region : t->b.mpu.rasr[region];
}

/* ---- the bus ---- */

uint32_t scb_read(struct twin *t, uint32_t addr, uint32_t n)
{
    uint32_t exception = 0;
    bool is_rbar = false;
    if (priority_at(addr, &exception)) return priority_read(t, exception, n);
    if (n != 4u) return scb_read(t, addr & ~3u, 4) >> (8u * (addr & 3u));
    const uint32_t *const plain = plain_register(t, addr);
    if (plain != NULL) return *plain;
    if (mpu_pair(addr, &is_rbar)) return mpu_read(t, is_rbar);
    if (addr >= NVIC_ISER && addr < NVIC_IPR) return nvic_bits_read(t, addr);
    if (addr == SYST_CSR) return systick_ctrl_read(t);
    return fixed_register(t, addr);
}

/* Registers whose write does something beyond keeping the value. */
static void acting_write(struct twin *t, uint32_t addr, uint32_t value)
{
    struct scb *const scb = &t->b.scb;
    switch (addr) {
    case SYST_CSR:
        systick_ctrl_write(t, value);
        break;
    case SYST_CVR:
        systick_value_clear(t);
        break;
    case ICSR:
        icsr_write(t, value);
        break;
    case AIRCR:
        aircr_write(t, value);
        break;
    case SHCSR:
        scb->shcsr = value & 0x00070000u;
        break;
    case CFSR:
        scb->cfsr &= ~value;
        break;
    case HFSR:
        scb->hfsr &= ~value;
        break;
    case DWT_CTRL:
        cyccnt_restart(t, scb_cyccnt(t));
        scb->dwt_ctrl = value & 0x0FFFFFFFu;
        break;
    case DWT_CYCCNT:
        cyccnt_restart(t, value);
        break;
    case STIR:
        if ((value & 0x1FFu) < NVIC_LINES) exception_pend(t, EXC_IRQ0 + (value & 0x1FFu));
        break;
    default:
        dcache_maintain(t, addr, value); /* nothing depends on trace and debug registers */
        break;
    }
}

static void plain_write(struct twin *t, uint32_t addr, uint32_t *plain, uint32_t value)
{
    if (addr == DEMCR) cyccnt_restart(t, scb_cyccnt(t));
    *plain = value;
    if (addr == SYST_RVR) *plain = value & 0x00FFFFFFu;
    if (addr == VTOR) *plain = value & 0xFFFFFF80u;
    if (addr == CCR) dcache_switched(t);
    if (addr == MPU_CTRL) window_update(t, machine_now(t));
}

void scb_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value)
{
    uint32_t exception = 0;
    bool is_rbar = false;
    if (priority_at(addr, &exception)) {
        priority_write(t, exception, n, value);
        return;
    }
    if (n != 4u) return;
    uint32_t *const plain = plain_register(t, addr);
    if (plain != NULL) {
        plain_write(t, addr, plain, value);
    } else if (mpu_pair(addr, &is_rbar)) {
        mpu_write(t, is_rbar, value);
    } else if (addr >= NVIC_ISER && addr < NVIC_IABR) {
        nvic_bits_write(t, addr, value);
    } else {
        acting_write(t, addr, value);
    }
}

void scb_reset(struct twin *t)
{
    memset(&t->b.scb, 0, sizeof t->b.scb);
    memset(&t->b.mpu, 0, sizeof t->b.mpu);
    nvic_reset(&t->b.nvic);
    t->b.scb.ccr = 0x00040200u; /* branch prediction and stack alignment read as one */
    t->b.scb.fpccr = 0xC0000000u;
    t->b.irq_check = false;
    clock_at(&t->b.clock, CLOCK_SYSTICK, CLOCK_NEVER);
}
