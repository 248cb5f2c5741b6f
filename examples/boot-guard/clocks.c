/*
 * Power and clocks after a reset, in the order in which ST's Boot_XIP sets them (traced).
 *
 * Source   CMSIS stm32h7s7xx.h for addresses and bits
 */
#include "examples/boot-guard/stage.h"

#define RCC 0x58024400u
#define RCC_CR (RCC + 0x000u)
#define RCC_CFGR (RCC + 0x010u)
#define RCC_BMCFGR (RCC + 0x01Cu)
#define RCC_APBCFGR (RCC + 0x020u)
#define RCC_PLLCKSELR (RCC + 0x028u)
#define RCC_PLLCFGR (RCC + 0x02Cu)
#define RCC_PLL1DIVR1 (RCC + 0x030u)
#define RCC_PLL2DIVR1 (RCC + 0x038u)
#define RCC_CCIPR1 (RCC + 0x04Cu)
#define RCC_PLL1DIVR2 (RCC + 0x0C0u)
#define RCC_PLL2DIVR2 (RCC + 0x0C4u)
#define RCC_AHB5ENR (RCC + 0x134u)
#define RCC_AHB4ENR (RCC + 0x140u)
#define RCC_APB4ENR (RCC + 0x154u)
#define PWR_SR1 0x58024804u
#define PWR_CSR2 0x5802480Cu
#define PWR_CSR4 0x58024814u
#define SBS_CCCSR 0x58000510u
#define FLASH_ACR 0x52002000u
#define LOOKS 1000000u

/* Bits to clear and to set at an address, and then to wait for at another. */
struct step {
    uint32_t addr;
    uint32_t clear;
    uint32_t set;
    uint32_t ready_addr;
    uint32_t ready;
};

#define ALL 0xFFFFFFFFu

static const struct step steps[] = {
    {PWR_CSR2, 0x00000002u, 0x00000004u, PWR_SR1, 0x00000002u}, /* SMPS, no LDO */
    {RCC_APB4ENR, 0, 0x00000002u, 0, 0},                        /* SBS */
    {PWR_CSR2, 0, 0x0000C000u, 0, 0},                           /* supplies of both XSPI ports */
    {RCC_CR, 0, 0x00000080u, RCC_CR, 0x00000100u},              /* CSI, for the compensation */
    {SBS_CCCSR, ALL, 0x00060714u, SBS_CCCSR, 0x00000600u},
    {PWR_CSR4, 0, 0x00000001u, PWR_CSR4, 0x00000002u},          /* voltage for 600 MHz */
    {RCC_PLLCKSELR, ALL, 0x00004200u, 0, 0},                    /* HSI 64 MHz / 32 and / 4 */
    {RCC_PLLCFGR, ALL, 0x0000C028u, 0, 0},
    {RCC_PLL1DIVR1, ALL, 0x0101012Bu, 0, 0},                    /* times 300 */
    {RCC_PLL1DIVR2, ALL, 0x00000001u, 0, 0},
    {RCC_PLL2DIVR1, ALL, 0x01010218u, 0, 0},                    /* times 25 */
    {RCC_PLL2DIVR2, ALL, 0x00000101u, 0, 0},                    /* S: / 2, 200 MHz */
    {RCC_CR, 0, 0x05000000u, RCC_CR, 0x0A000000u},              /* both on, both locked */
    {RCC_PLLCFGR, 0, 0x00080000u, 0, 0},                        /* output S */
    {FLASH_ACR, ALL, 0x00000037u, 0, 0},                        /* 7 wait states */
    {RCC_APBCFGR, ALL, 0x00004444u, 0, 0},                      /* 150 MHz */
    {RCC_BMCFGR, ALL, 0x00000008u, 0, 0},                       /* 300 MHz */
    {RCC_CFGR, 0x00000007u, 0x00000003u, RCC_CFGR, 0x00000018u},
    {RCC_CCIPR1, 0x000000C0u, 0x00000040u, 0, 0},               /* XSPI2 from PLL2 S */
    {RCC_AHB4ENR, 0, 0x00002000u, 0, 0},                        /* GPION */
    {RCC_AHB5ENR, 0, 0x00005000u, 0, 0},                        /* XSPI2 and XSPIM */
};

void stage_start_clocks(void)
{
    for (uint32_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const struct step *const step = &steps[i];

        STAGE_REG(step->addr) = (STAGE_REG(step->addr) & ~step->clear) | step->set;
        if (step->ready == 0) continue;
        for (uint32_t k = 0; k < LOOKS; k++) {
            if ((STAGE_REG(step->ready_addr) & step->ready) == step->ready) break;
        }
    }
}
