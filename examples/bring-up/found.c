/*
 * Registers as the boot left them: both controllers and their manager, clocks, compensation cells,
 * ciphers, and what of the core decides about memory. Data registers are left out: to read one
 * with an empty FIFO stalls the bus.
 *
 * Source   CMSIS stm32h7s7xx.h for names and addresses
 */
#include "examples/bring-up/found.h"

#include "examples/bring-up/report.h"

#include <stdint.h>

#define WORD_AT(addr) (*(volatile uint32_t *)(addr))
#define RCC_AHB5ENR 0x58024534u
#define XSPI1EN 0x00000020u
#define XSPI1 0x52005000u
#define XSPI2 0x5200A000u
#define MPU_RNR 0xE000ED98u
#define MPU_RBAR 0xE000ED9Cu
#define MPU_RASR 0xE000EDA0u
#define MPU_REGIONS 16u

struct named {
    const char *name;
    uint32_t at; /* offset, or address */
};

static const struct named of_xspi[] = {
    {"CR", 0x000},   {"DCR1", 0x008},  {"DCR2", 0x00C},  {"DCR3", 0x010},   {"DCR4", 0x014},
    {"SR", 0x020},   {"DLR", 0x040},   {"AR", 0x048},    {"PSMKR", 0x080},  {"PSMAR", 0x088},
    {"PIR", 0x090},  {"CCR", 0x100},   {"TCR", 0x108},   {"IR", 0x110},     {"ABR", 0x120},
    {"LPTR", 0x130}, {"WPCCR", 0x140}, {"WPTCR", 0x148}, {"WPIR", 0x150},   {"WPABR", 0x160},
    {"WCCR", 0x180}, {"WTCR", 0x188},  {"WIR", 0x190},   {"WABR", 0x1A0},   {"HLCR", 0x200},
    {"CALFCR", 0x210}, {"CALMR", 0x218}, {"CALSOR", 0x220}, {"CALSIR", 0x228},
};
#define XSPI_COUNT (sizeof(of_xspi) / sizeof(of_xspi[0]))

static const struct named of_chip[] = {
    {"XSPIM_CR", 0x5200B400u},     {"MCE1_REGCR1", 0x5200B840u}, {"MCE2_REGCR1", 0x5200BC40u},
    {"MCE2_REGCR2", 0x5200BC50u},  {"MCE2_REGCR3", 0x5200BC60u}, {"MCE2_REGCR4", 0x5200BC70u},
    {"RCC_CR", 0x58024400u},       {"RCC_CFGR", 0x58024410u},    {"RCC_CDCFGR", 0x58024418u},
    {"RCC_BMCFGR", 0x5802441Cu},   {"RCC_APBCFGR", 0x58024420u}, {"RCC_PLLCKSELR", 0x58024428u},
    {"RCC_PLLCFGR", 0x5802442Cu},  {"RCC_PLL1DIVR1", 0x58024430u},
    {"RCC_PLL2DIVR1", 0x58024438u}, {"RCC_CCIPR1", 0x5802444Cu}, {"RCC_PLL2DIVR2", 0x580244C4u},
    {"RCC_CKPROTR", 0x58024500u},  {"RCC_RSR", 0x58024530u},     {"RCC_AHB5ENR", 0x58024534u},
    {"SBS_CCCSR", 0x58000510u},    {"SBS_CCVALR", 0x58000514u},  {"SBS_CCSWVALR", 0x58000518u},
    {"PWR_CSR2", 0x5802480Cu},     {"PWR_CSR4", 0x58024814u},    {"FLASH_ACR", 0x52002000u},
    {"DBGMCU_IDCODE", 0x5C001000u}, {"SYST_CSR", 0xE000E010u},   {"SYST_RVR", 0xE000E014u},
    {"SCB_CPUID", 0xE000ED00u},    {"SCB_VTOR", 0xE000ED08u},    {"SCB_CCR", 0xE000ED14u},
    {"SCB_SHCSR", 0xE000ED24u},    {"MPU_TYPE", 0xE000ED90u},    {"MPU_CTRL", 0xE000ED94u},
};
#define CHIP_COUNT (sizeof(of_chip) / sizeof(of_chip[0]))

static uint32_t xspi1[XSPI_COUNT];
static uint32_t xspi2[XSPI_COUNT];
static uint32_t chip[CHIP_COUNT];
static uint32_t rbar[MPU_REGIONS];
static uint32_t rasr[MPU_REGIONS];

void found_take(void)
{
    const uint32_t rnr = WORD_AT(MPU_RNR);

    for (uint32_t i = 0; i < CHIP_COUNT; i++) {
        chip[i] = WORD_AT(of_chip[i].at);
    }
    for (uint32_t i = 0; i < XSPI_COUNT; i++) {
        xspi2[i] = WORD_AT(XSPI2 + of_xspi[i].at);
        if ((WORD_AT(RCC_AHB5ENR) & XSPI1EN) != 0) xspi1[i] = WORD_AT(XSPI1 + of_xspi[i].at);
    }
    for (uint32_t i = 0; i < MPU_REGIONS; i++) {
        WORD_AT(MPU_RNR) = i;
        rbar[i] = WORD_AT(MPU_RBAR);
        rasr[i] = WORD_AT(MPU_RASR);
    }
    WORD_AT(MPU_RNR) = rnr;
}

void found_report(void)
{
    for (uint32_t i = 0; i < XSPI_COUNT; i++) {
        report_hex("found.XSPI1", of_xspi[i].name, xspi1[i], "hex");
    }
    for (uint32_t i = 0; i < XSPI_COUNT; i++) {
        report_hex("found.XSPI2", of_xspi[i].name, xspi2[i], "hex");
    }
    for (uint32_t i = 0; i < CHIP_COUNT; i++) {
        report_hex("found", of_chip[i].name, chip[i], "hex");
    }
    for (uint32_t i = 0; i < MPU_REGIONS; i++) {
        if (rasr[i] == 0) continue;
        report_numbered("found", "MPU_RBAR", i, rbar[i]);
        report_numbered("found", "MPU_RASR", i, rasr[i]);
    }
}
