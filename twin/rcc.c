/*
 * RCC: clocks are ready as soon as they are switched on; what matters is which clock the core, the
 * timers and the UART get (CMSIS stm32h7s7xx.h for offsets and fields).
 */
#include "twin/machine.h"

#define RCC_CR 0x000u
#define RCC_CFGR 0x010u
#define RCC_CDCFGR 0x018u
#define RCC_BMCFGR 0x01Cu
#define RCC_APBCFGR 0x020u
#define RCC_PLLCKSELR 0x028u
#define RCC_PLL1DIVR1 0x030u
#define RCC_AHB5RSTR 0x07Cu
#define RCC_CKPROTR 0x100u
#define RCC_RSR 0x130u
#define CKPROTR_XSPICKP 1u
#define HSI_HZ 64000000u
#define HSE_HZ 24000000u
#define BOARD_PLL1_HZ 600000000u /* as ST's boot sets it: cfg.cpu_hz stands for that */
#define SWS_PLL1 3u
#define SWS_HSE 2u

/*
 * ON bits and the ready bits that follow them: HSI 0>2, CSI 7>8, HSI48 12>13, HSE 16>17, PLL1..3.
 */
static const struct {
    uint8_t on, ready;
} ready_bits[] = {{0, 2}, {7, 8}, {12, 13}, {16, 17}, {24, 25}, {26, 27}, {28, 29}};

/* Prescalers with the upper bit set divide by 2 to 512, leaving 32 out. */
static uint32_t divide_4bit(uint32_t hz, uint32_t field)
{
    static const uint16_t by[8] = {2, 4, 8, 16, 64, 128, 256, 512};
    return (field & 8u) == 0u ? hz : hz / by[field & 7u];
}

static uint32_t divide_3bit(uint32_t hz, uint32_t field)
{
    return (field & 4u) == 0u ? hz : hz >> ((field & 3u) + 1u);
}

/* From HSI, by the registers; unset ones are the boot's. Above 600 MHz nothing is sure to run. */
static uint32_t pll1_hz(const struct twin *t)
{
    const uint32_t *const rcc = t->b.periph.rcc;
    const uint32_t divider = rcc[RCC_PLLCKSELR / 4u] >> 4 & 0x3Fu;
    const uint32_t dividers = rcc[RCC_PLL1DIVR1 / 4u];
    if (divider == 0u || dividers == 0u) return t->cfg.cpu_hz;
    const uint64_t vco_hz = (uint64_t)(HSI_HZ / divider) * ((dividers & 0x1FFu) + 1u);
    return (uint32_t)(vco_hz / ((dividers >> 9 & 0x7Fu) + 1u) * t->cfg.cpu_hz / BOARD_PLL1_HZ);
}

static uint32_t system_hz(const struct twin *t)
{
    const uint32_t *const rcc = t->b.periph.rcc;
    const uint32_t source = rcc[RCC_CFGR / 4u] & 7u;
    if (source == SWS_PLL1) return pll1_hz(t);
    if (source == SWS_HSE) return HSE_HZ;
    return HSI_HZ >> (rcc[RCC_CR / 4u] >> 3 & 3u);
}

void rcc_clocks(struct twin *t)
{
    struct periph *const periph = &t->b.periph;
    const uint32_t ppre1 = periph->rcc[RCC_APBCFGR / 4u] & 7u;
    const uint32_t ppre2 = periph->rcc[RCC_APBCFGR / 4u] >> 4 & 7u;
    const uint32_t cpu_hz =
        divide_4bit(system_hz(t), periph->rcc[RCC_CDCFGR / 4u] & 0xFu);
    periph->hclk_hz = divide_4bit(cpu_hz, periph->rcc[RCC_BMCFGR / 4u] & 0xFu);
    periph->pclk_hz = divide_3bit(periph->hclk_hz, ppre1);
    periph->pclk2_hz = divide_3bit(periph->hclk_hz, ppre2);
    periph->timer_hz = (ppre1 & 4u) == 0u ? periph->hclk_hz : periph->pclk_hz * 2u;
    if (cpu_hz != t->b.clock.hz) clock_set_hz(&t->b.clock, cpu_hz);
}

bool rcc_is_enabled(const struct twin *t, uint32_t offset, uint32_t bit)
{
    return (t->b.periph.rcc[offset / 4u] >> bit & 1u) != 0u;
}

uint32_t rcc_read(struct twin *t, uint32_t offset)
{
    uint32_t value = t->b.periph.rcc[offset / 4u];
    if (offset == RCC_CR) {
        for (uint32_t i = 0; i < sizeof ready_bits / sizeof ready_bits[0]; i++) {
            value &= ~(1u << ready_bits[i].ready); /* read-only: what was written does not count */
            if ((value >> ready_bits[i].on & 1u) != 0u) value |= 1u << ready_bits[i].ready;
        }
        value |= 1u << 5; /* HSIDIVF: the divider is stable */
    }
    if (offset == RCC_CFGR) value = (value & ~0x38u) | (value & 7u) << 3;
    return value;
}

/* While CKPROTR.XSPICKP is 1 the resets of the controllers do nothing (SVD of the STM32H7RS). */
static void ahb5_reset(struct twin *t, uint32_t value)
{
    static const uint8_t xspi_bit[2] = {5, 12};
    if ((t->b.periph.rcc[RCC_CKPROTR / 4u] & CKPROTR_XSPICKP) != 0u) return;
    for (uint32_t i = 0; i < 2u; i++) {
        if ((value >> xspi_bit[i] & 1u) != 0u) chips_reset_xspi(t, i);
    }
}

void rcc_write(struct twin *t, uint32_t offset, uint32_t value)
{
    if (offset == RCC_AHB5RSTR) ahb5_reset(t, value);
    serial_rcc_reset(t, offset, value & ~t->b.periph.rcc[offset / 4u]);
    t->b.periph.rcc[offset / 4u] = value;
    rcc_clocks(t);
}
