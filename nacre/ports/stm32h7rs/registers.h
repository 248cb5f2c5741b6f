/*
 * The registers that this port touches, spelt as in the manual.
 *
 * Source   CMSIS stm32h7s7xx.h (cmsis-device-h7rs v1.1.0) for the addresses, offsets and bits of
 *          XSPI, XSPIM and MCE; Armv7-M Architecture Reference Manual for SCB, MPU, DWT and cache
 */
#ifndef NACRE_PORTS_STM32H7RS_REGISTERS_H
#define NACRE_PORTS_STM32H7RS_REGISTERS_H

#include <stdint.h>

#define NACRE_REG(addr) (*(volatile uint32_t *)(addr))

/* ---- XSPI ---- */

struct nacre_xspi {
    volatile uint32_t CR;      /* 000 */
    uint32_t reserved_004;
    volatile uint32_t DCR1;    /* 008 */
    volatile uint32_t DCR2;    /* 00C */
    volatile uint32_t DCR3;    /* 010 */
    volatile uint32_t DCR4;    /* 014 */
    uint32_t reserved_018[2];
    volatile uint32_t SR;      /* 020 */
    volatile uint32_t FCR;     /* 024 */
    uint32_t reserved_028[6];
    volatile uint32_t DLR;     /* 040 */
    uint32_t reserved_044;
    volatile uint32_t AR;      /* 048 */
    uint32_t reserved_04C;
    volatile uint32_t DR;      /* 050 */
    uint32_t reserved_054[43];
    volatile uint32_t CCR;     /* 100 */
    uint32_t reserved_104;
    volatile uint32_t TCR;     /* 108 */
    uint32_t reserved_10C;
    volatile uint32_t IR;      /* 110 */
    uint32_t reserved_114[3];
    volatile uint32_t ABR;     /* 120 */
};
_Static_assert(sizeof(struct nacre_xspi) == 0x124, "offsets of the XSPI registers");
#define XSPI_DR_OFFSET 0x50u

#define XSPI2_BASE 0x5200A000u
#define XSPI2_WINDOW 0x70000000u
#define XSPI_WINDOW_BITS 28u /* the controller decodes 256 MB */

#define XSPI_CR_EN 0x00000001u
#define XSPI_CR_ABORT 0x00000002u
#define XSPI_CR_DMAEN 0x00000004u
#define XSPI_CR_TCEN 0x00000008u
#define XSPI_CR_DMM 0x00000040u
#define XSPI_CR_FTHRES 0x00001F00u
#define XSPI_CR_FTHRES_16 0x00000F00u /* FTF: 16 bytes free, or 16 bytes there */
#define XSPI_CR_IE 0x001F0000u        /* TEIE, TCIE, FTIE, SMIE, TOIE */
#define XSPI_CR_FMODE 0x30000000u
#define XSPI_CR_FMODE_READ 0x10000000u
#define XSPI_CR_FMODE_MAPPED 0x30000000u
#define XSPI_CR_MSEL 0xC0000000u

#define XSPI_DCR1_DEVSIZE 0x001F0000u
#define XSPI_DCR1_DEVSIZE_POS 16u
#define XSPI_DCR1_MTYP 0x07000000u
#define XSPI_DCR1_MTYP_MACRONIX 0x01000000u /* D1 before D0 in octal DTR; 0 and 2: D0 before D1 */
#define XSPI_DCR1_MTYP_STANDARD 0x02000000u /* above it: RAM and HyperBus */

#define XSPI_DCR3_CSBOUND 0x001F0000u

#define XSPI_SR_TEF 0x00000001u
#define XSPI_SR_TCF 0x00000002u
#define XSPI_SR_FTF 0x00000004u
#define XSPI_SR_BUSY 0x00000020u
#define XSPI_FCR_CTEF 0x00000001u
#define XSPI_FCR_CTCF 0x00000002u
#define XSPI_FCR_ALL 0x0000001Bu

#define XSPI_CCR_INSTRUCTION 0x0000003Fu /* IMODE, IDTR, ISIZE */
#define XSPI_CCR_ADDRESS 0x00003F00u     /* ADMODE, ADDTR, ADSIZE */
#define XSPI_CCR_ADDRESS_POS 8u
#define XSPI_CCR_ALTERNATE 0x003F0000u   /* ABMODE, ABDTR, ABSIZE */
#define XSPI_CCR_ALTERNATE_POS 16u
#define XSPI_CCR_DATA 0x0F000000u        /* DMODE, DDTR */
#define XSPI_CCR_DATA_POS 24u
#define XSPI_CCR_DQSE 0x20000000u
#define XSPI_CCR_PHASE_DTR 0x08u         /* of a phase: MODE 0 to 2, DTR 3, SIZE 4 to 5 */
#define XSPI_CCR_PHASE_SIZE_POS 4u

#define XSPI_TCR_DCYC 0x0000001Fu
#define XSPI_TCR_DHQC 0x10000000u
#define XSPI_TCR_SSHIFT 0x40000000u

/* ---- XSPIM, MCE ---- */

#define XSPIM_CR 0x5200B400u
#define XSPIM_CR_MUXEN 0x00000001u
#define XSPIM_CR_CSSEL_OVR_EN 0x00000010u
#define XSPIM_CR_CSSEL_OVR_O1 0x00000020u
#define XSPIM_CR_CSSEL_OVR_O2 0x00000040u

/* The second controller. */
#define XSPI1_BASE 0x52005000u
#define XSPI1_WINDOW 0x90000000u
#define XSPI1_WINDOW_LAST 0x9FFFFFFFu
#define XSPI_CR_CSSEL 0x01000000u
#define XSPI_DCR2_PRESCALER 0x000000FFu
#define XSPI_DCR3_MAXTRAN 0x000000FFu
#define RCC_CCIPR1 0x5802444Cu
#define RCC_CCIPR1_XSPI1SEL 0x00000030u
#define RCC_CCIPR1_XSPI2SEL 0x000000C0u

#define MCE2_REGION1 0x5200BC40u /* REGCR, SADDR, EADDR, ATTR; four regions, 10h apart */
#define MCE_REGION_COUNT 4u
#define MCE_REGION_STEP 0x10u
#define MCE_ADDR_LOW 0xFFFu /* regions start and end at 4 KB */
#define MCE_REGCR_BREN 0x00000001u

/* ---- core ---- */

#define NVIC_ICTR 0xE000E004u
#define NVIC_ICTR_INTLINESNUM 0x0000000Fu
#define NVIC_ISER 0xE000E100u
#define NVIC_IPR 0xE000E400u
#define SYST_CSR 0xE000E010u
#define SYST_CSR_TICKING 0x00000007u /* CLKSOURCE the core's, TICKINT, ENABLE */
#define SYST_CSR_TICKINT 0x00000002u
#define SYST_RVR 0xE000E014u
#define SYST_CVR 0xE000E018u

#define SCB_ICSR 0xE000ED04u
#define SCB_ICSR_NMIPENDSET 0x80000000u
#define SCB_ICSR_VECTPENDING 0x001FF000u
#define SCB_VTOR 0xE000ED08u
#define SCB_AIRCR 0xE000ED0Cu
#define SCB_AIRCR_SYSRESETREQ 0x05FA0004u /* with the key */
#define SCB_AIRCR_PRIGROUP_POS 8u
#define SCB_CCR 0xE000ED14u
#define SCB_SHPR1 0xE000ED18u /* a byte for each exception from 4 on */
#define SCB_CCR_DC 0x00010000u
#define SCB_CCSIDR 0xE000ED80u
#define SCB_CSSELR 0xE000ED84u
#define SCB_DCCSW 0xE000EF6Cu /* write back one line by way and set */
#define SCB_ICIALLU 0xE000EF50u /* discard the whole instruction cache */
#define SCB_DCIMVAC 0xE000EF5Cu /* discard one line by address */
#define SCB_DCCMVAU 0xE000EF64u /* write back one line to where instructions are fetched from */
#define DCACHE_LINE_BYTES 32u

#define MPU_TYPE 0xE000ED90u
#define MPU_CTRL 0xE000ED94u
#define MPU_CTRL_ENABLE 0x1u
#define MPU_CTRL_HFNMIENA 0x2u
#define MPU_CTRL_PRIVDEFENA 0x4u
#define MPU_RNR 0xE000ED98u
#define MPU_RBAR 0xE000ED9Cu
#define MPU_RASR 0xE000EDA0u
#define MPU_RASR_ENABLE 0x00000001u
#define MPU_RASR_SIZE_POS 1u
#define MPU_RASR_SRD 0x0000FF00u
#define MPU_RASR_SRD_POS 8u
#define MPU_RASR_AP 0x07000000u
#define MPU_RASR_AP_POS 24u
#define MPU_RASR_XN 0x10000000u

#define FPCCR 0xE000EF34u
#define FPCCR_LSPACT 0x00000001u
#define FPCAR 0xE000EF38u

#define DHCSR 0xE000EDF0u
#define DHCSR_C_DEBUGEN 0x00000001u
#define DEMCR 0xE000EDFCu
#define DEMCR_TRCENA 0x01000000u
#define DWT_CTRL 0xE0001000u
#define DWT_CTRL_CYCCNTENA 0x00000001u
#define DWT_CTRL_NOCYCCNT 0x02000000u
#define DWT_CYCCNT 0xE0001004u
#define DWT_LAR 0xE0001FB0u
#define DWT_LAR_KEY 0xC5ACCE55u

#endif
