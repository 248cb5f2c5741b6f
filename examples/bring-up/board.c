/*
 * Registers as CMSIS stm32h7s7xx.h has them.
 */
#include "examples/bring-up/board.h"

#define WORD_AT(addr) (*(volatile uint32_t *)(addr))

#define RCC_CR WORD_AT(0x58024400u)
#define RCC_CFGR WORD_AT(0x58024410u)
#define RCC_CDCFGR WORD_AT(0x58024418u)
#define RCC_BMCFGR WORD_AT(0x5802441Cu)
#define RCC_APBCFGR WORD_AT(0x58024420u)
#define RCC_PLLCKSELR WORD_AT(0x58024428u)
#define RCC_PLL1DIVR1 WORD_AT(0x58024430u)
#define RCC_PLL2DIVR1 WORD_AT(0x58024438u)
#define RCC_CCIPR1 WORD_AT(0x5802444Cu)
#define RCC_PLL2DIVR2 WORD_AT(0x580244C4u)
#define RCC_AHB4ENR WORD_AT(0x58024540u)
#define RCC_APB1ENR1 WORD_AT(0x58024548u)
#define PLL1ON 0x01000000u
#define PLL1RDY 0x02000000u
#define SW 0x00000007u
#define SW_IS_PLL1 3u
#define SWS 0x00000038u
#define DIVN_AND_DIVP 0x0000FFFFu
#define DIVP_IS_2 0x00000200u
#define CLOCK_LOOKS 1000000u
#define GPIODEN 0x00000008u
#define UART4EN 0x00080000u
#define SWS_IS_PLL1 0x18u
#define PLLSRC_IS_HSI 0u
#define SOURCE_IS_PLL2_S 1u
#define BUS_BY_2 8u  /* the only value of BMPRE that a boot sets */
#define APB_BY_2 4u
#define HSI_MHZ 64u

#define XSPI1_CR WORD_AT(0x52005000u)
#define XSPI1_DCR2 WORD_AT(0x5200500Cu)
#define XSPI2_DCR2 WORD_AT(0x5200A00Cu)
#define XSPIM_MANAGER WORD_AT(0x5200B400u)
#define MAPPED_AND_ON 0x30000001u
#define MUXEN 1u

#define GPIOD_MODER WORD_AT(0x58020C00u)
#define GPIOD_AFRL WORD_AT(0x58020C20u)
#define PD0_PD1_ALTERNATE 0xAu
#define PD0_PD1_UART4 0x88u

#define UART_CR1 WORD_AT(0x40004C00u)
#define UART_BRR WORD_AT(0x40004C0Cu)
#define UART_ISR WORD_AT(0x40004C1Cu)
#define UART_TDR WORD_AT(0x40004C28u)
#define UE_TE 0x00000009u
#define TCIE 0x00000040u
#define TXEIE 0x00000080u
#define TC 0x00000040u
#define TXE 0x00000080u
#define BAUD 115200u
#define UART4_IRQ 85u

#define NVIC_ISER2 WORD_AT(0xE000E108u)
#define NVIC_ICPR2 WORD_AT(0xE000E288u)
#define UART4_IN_WORD_2 (1u << (UART4_IRQ % 32u))
#define CONFIGURATION_AND_CONTROL WORD_AT(0xE000ED14u)
#define DATA_CACHE_ON 0x00010000u

#define IWDG_KR WORD_AT(0x58004800u)
#define IWDG_PR WORD_AT(0x58004804u)
#define IWDG_RLR WORD_AT(0x58004808u)
#define IWDG_SR WORD_AT(0x5800480Cu)
#define IWDG_START 0xCCCCu
#define IWDG_UNLOCK 0x5555u
#define IWDG_FEED 0xAAAAu
#define IWDG_BY_256 6u
#define IWDG_STEPS 1000u /* of 32 kHz / 256: 8 s */

#define STEP_MAGIC 0x53544550u

/* Not cleared by the start-up code: it outlives a reset, as long as the supply does. */
__attribute__((section(".noinit"))) static struct {
    volatile uint32_t magic;
    volatile uint32_t step;
    volatile uint32_t step_inverse;
} kept;

/* ---- clocks ---- */

static uint32_t core_mhz(void)
{
    const uint32_t divisor = (RCC_PLLCKSELR >> 4) & 0x3Fu;
    const uint32_t times = (RCC_PLL1DIVR1 & 0x1FFu) + 1u;
    const uint32_t by = ((RCC_PLL1DIVR1 >> 9) & 0x7Fu) + 1u;

    if ((RCC_CFGR & 0x38u) != SWS_IS_PLL1 || (RCC_CDCFGR & 0xFu) != 0) return 0;
    if ((RCC_PLLCKSELR & 3u) != PLLSRC_IS_HSI || divisor == 0) return 0;
    return (HSI_MHZ >> ((RCC_CR >> 3) & 3u)) * times / divisor / by;
}

static uint32_t xspi_mhz(uint32_t source, uint32_t dcr2)
{
    const uint32_t divisor = (RCC_PLLCKSELR >> 12) & 0x3Fu;
    const uint32_t times = (RCC_PLL2DIVR1 & 0x1FFu) + 1u;
    const uint32_t by = (RCC_PLL2DIVR2 & 7u) + 1u;

    if (source != SOURCE_IS_PLL2_S || divisor == 0) return 0;
    if ((RCC_PLLCKSELR & 3u) != PLLSRC_IS_HSI) return 0;
    return (HSI_MHZ >> ((RCC_CR >> 3) & 3u)) * times / divisor / by / ((dcr2 & 0xFFu) + 1u);
}

static uint32_t uart_hz(uint32_t core)
{
    const uint32_t bus = (RCC_BMCFGR & 0xFu) == BUS_BY_2 ? core / 2u : core;

    return ((RCC_APBCFGR & 7u) == APB_BY_2 ? bus / 2u : bus) * 1000000u;
}

struct board_clocks board_clocks(void)
{
    const uint32_t core = core_mhz();

    return (struct board_clocks){
        .core_mhz = core,
        .xspi1_mhz = xspi_mhz((RCC_CCIPR1 >> 4) & 3u, XSPI1_DCR2),
        .xspi2_mhz = xspi_mhz((RCC_CCIPR1 >> 6) & 3u, XSPI2_DCR2),
        .uart_hz = uart_hz(core != 0 ? core : HSI_MHZ),
    };
}

static bool comes(volatile uint32_t *reg, uint32_t mask, uint32_t wanted)
{
    for (uint32_t i = 0; i < CLOCK_LOOKS; i++) {
        if ((*reg & mask) == wanted) return true;
    }
    return false;
}

/* On HSI meanwhile. The switch is without glitches, and XSPI2's own clock goes on. */
static bool restart_PLL1(uint32_t divr1)
{
    RCC_CFGR &= ~SW;
    if (!comes(&RCC_CFGR, SWS, 0)) return false;
    RCC_CR &= ~PLL1ON;
    if (!comes(&RCC_CR, PLL1RDY, 0)) return false;
    RCC_PLL1DIVR1 = divr1;
    RCC_CR |= PLL1ON;
    if (!comes(&RCC_CR, PLL1RDY, PLL1RDY)) return false;
    RCC_CFGR |= SW_IS_PLL1;
    return comes(&RCC_CFGR, SWS, SWS_IS_PLL1);
}

static uint32_t boot_PLL1DIVR1;

bool board_set_core_mhz(uint32_t mhz)
{
    const uint32_t divisor = (RCC_PLLCKSELR >> 4) & 0x3Fu;

    boot_PLL1DIVR1 = RCC_PLL1DIVR1;
    if (core_mhz() == 0) return false;
    const uint32_t times = 2u * mhz * divisor / (HSI_MHZ >> ((RCC_CR >> 3) & 3u));
    return restart_PLL1((boot_PLL1DIVR1 & ~DIVN_AND_DIVP) | DIVP_IS_2 | (times - 1u));
}

bool board_restore_core_mhz(void)
{
    return restart_PLL1(boot_PLL1DIVR1);
}

/* ---- console ---- */

/*
 * An interrupt that is pending ends the sleep although it is masked, and is never taken. That is
 * kinder to a simulator than to ask again and again.
 */
static void wait_for(uint32_t flag, uint32_t enable)
{
    while ((UART_ISR & flag) == 0) {
        UART_CR1 = UE_TE | enable;
        __asm volatile("dsb\n\twfi" ::: "memory");
        UART_CR1 = UE_TE;
        NVIC_ICPR2 = UART4_IN_WORD_2;
    }
}

void board_start_console(uint32_t hz)
{
    RCC_AHB4ENR |= GPIODEN;
    RCC_APB1ENR1 |= UART4EN;
    (void)RCC_APB1ENR1;
    GPIOD_AFRL = (GPIOD_AFRL & ~0xFFu) | PD0_PD1_UART4;
    GPIOD_MODER = (GPIOD_MODER & ~0xFu) | PD0_PD1_ALTERNATE;
    UART_CR1 = 0;
    UART_BRR = hz / BAUD;
    UART_CR1 = UE_TE;
    NVIC_ISER2 = UART4_IN_WORD_2;
}

void board_send(const char *text)
{
    for (; *text != '\0'; text++) {
        wait_for(TXE, TXEIE);
        UART_TDR = (uint8_t)*text;
    }
}

void board_flush(void)
{
    wait_for(TC, TCIE);
}

/* ---- watchdog ---- */

static bool has_watchdog;

void board_start_watchdog(void)
{
    has_watchdog = true;
    IWDG_KR = IWDG_START;
    IWDG_KR = IWDG_UNLOCK;
    IWDG_PR = IWDG_BY_256;
    IWDG_RLR = IWDG_STEPS;
    (void)comes(&IWDG_SR, ~0u, 0);
    IWDG_KR = IWDG_FEED;
}

bool board_has_watchdog(void)
{
    return has_watchdog;
}

void board_feed_watchdog(void)
{
    IWDG_KR = IWDG_FEED;
}

/* ---- the rest ---- */

bool board_has_data_cache(void)
{
    return (CONFIGURATION_AND_CONTROL & DATA_CACHE_ON) != 0;
}

bool board_has_psram(void)
{
    return (XSPI1_CR & MAPPED_AND_ON) == MAPPED_AND_ON && (XSPIM_MANAGER & MUXEN) == 0;
}

void board_step_set(uint32_t step)
{
    kept.magic = STEP_MAGIC;
    kept.step = step;
    kept.step_inverse = ~step;
}

uint32_t board_step_take(void)
{
    const bool is_kept = kept.magic == STEP_MAGIC && kept.step_inverse == ~kept.step;
    const uint32_t step = is_kept ? kept.step : 0;

    board_step_set(0);
    return step;
}
