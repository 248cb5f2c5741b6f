/*
 * XSPIM and both controllers, from one chip each to one chip for both.
 *
 * RUNS FROM ITCM: the linker script places this file as a whole, and the flash is not mapped while
 * it works. It calls nothing.
 *
 * Registers     CMSIS stm32h7s7xx.h
 * Order         HAL_XSPIM_Config: both controllers off, then the manager, then both on. Off only
 *               while they are idle, and nobody can ask for the window (ES0620 2.4.10, 2.4.11)
 * Values        ST's read-while-write example for the STM32H7S78-DK: MAXTRAN 22 in both, so that a
 *               parked read gives the port away; 10 clocks between two owners (REQ2ACK_TIME 9)
 */
#include "examples/two-controllers/multiplex.h"

#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))

#define XSPI1 0x52005000u
#define XSPI2 0x5200A000u
#define CR 0x000u
#define CR_EN 0x00000001u
#define CR_ABORT 0x00000002u
#define CR_FTHRES_4 0x00000300u
#define CR_FMODE 0x30000000u
#define DCR1 0x008u
#define DCR2 0x00Cu
#define DCR3 0x010u
#define DCR3_MAXTRAN_22 0x00000016u
#define DCR4 0x014u
#define SR 0x020u
#define SR_BUSY 0x00000020u
#define FCR 0x024u
#define FCR_ALL 0x0000001Bu
#define TCR 0x108u
#define IDLE_READS 10000u /* 0.4 ms: a transfer ends in a microsecond */

#define XSPIM_CR REG(0x5200B400u)
#define XSPIM_CR_MUXEN 0x00000001u
#define XSPIM_CR_PORT_2_FOR_BOTH 0x00090003u /* MUXEN, MODE, REQ2ACK_TIME 9 */

#define MPU_CTRL REG(0xE000ED94u)
#define MPU_ENABLE_WITH_DEFAULT_MAP 5u
#define MPU_RNR REG(0xE000ED98u)
#define MPU_RBAR REG(0xE000ED9Cu)
#define MPU_RASR REG(0xE000EDA0u)
#define FENCE_REGION 15u
#define FLASH_WINDOW 0x70000000u
#define NO_ACCESS_256_MB 0x10000037u
#define PSRAM_REGION 2u /* of the product, see examples/brightness/board.c */

static void barrier(void)
{
    __asm volatile("dsb\n\tisb" ::: "memory");
}

static void set_region(uint32_t region, uint32_t base, uint32_t rasr)
{
    MPU_RNR = region;
    MPU_RASR = 0;
    MPU_RBAR = base;
    MPU_RASR = rasr;
    barrier();
}

/* ABORT only while BUSY: on an idle controller it leaves BUSY stuck. */
static bool stop(uint32_t xspi)
{
    if ((REG(xspi + SR) & SR_BUSY) != 0) REG(xspi + CR) |= CR_ABORT;
    for (uint32_t i = 0; i < IDLE_READS; i++) {
        if ((REG(xspi + SR) & SR_BUSY) != 0) continue;
        REG(xspi + FCR) = FCR_ALL;
        REG(xspi + CR) &= ~CR_FMODE;
        return (REG(xspi + CR) & CR_FMODE) == 0;
    }
    return false;
}

/* Both are off. The frames that XSPI1 sends are the business of who sends them. */
static void join(void)
{
    REG(XSPI1 + DCR1) = REG(XSPI2 + DCR1);
    REG(XSPI1 + DCR2) = REG(XSPI2 + DCR2);
    REG(XSPI1 + DCR3) = DCR3_MAXTRAN_22;
    REG(XSPI1 + DCR4) = 0;
    REG(XSPI1 + TCR) = REG(XSPI2 + TCR);
    REG(XSPI2 + DCR3) = DCR3_MAXTRAN_22;
    XSPIM_CR = XSPIM_CR_PORT_2_FOR_BOTH;
}

/* The window is fenced. What XSPI2 needs to map again it has kept. */
static bool exchange(void)
{
    const uint32_t mapped = REG(XSPI2 + CR);
    const bool is_idle = stop(XSPI2) && stop(XSPI1);

    if (is_idle) {
        REG(XSPI2 + CR) &= ~CR_EN;
        REG(XSPI1 + CR) &= ~CR_EN;
        join();
        REG(XSPI1 + CR) = CR_EN | CR_FTHRES_4;
    }
    REG(XSPI2 + CR) = mapped & ~CR_FMODE;
    REG(XSPI2 + CR) = mapped;
    return is_idle;
}

bool multiplex_ports(void)
{
    uint32_t primask;

    set_region(PSRAM_REGION, 0, 0); /* not even ahead: XSPI1 has something else to do */
    if ((XSPIM_CR & XSPIM_CR_MUXEN) != 0) return true;
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(primask) :: "memory");
    set_region(FENCE_REGION, FLASH_WINDOW, NO_ACCESS_256_MB);
    const bool is_done = exchange();
    set_region(FENCE_REGION, 0, 0);
    __asm volatile("msr primask, %0\n\tisb" :: "r"(primask) : "memory");
    return is_done;
}
