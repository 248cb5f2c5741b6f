/*
 * XSPI2 and the flash behind it: from SPI mode to the mapped read in octal DTR.
 *
 * Source   CMSIS stm32h7s7xx.h for addresses and bits; RM0456 28.4 (same controller) for what
 *          starts a command
 */
#include "examples/boot-guard/stage.h"

#include "examples/boot-guard/xspi2.h"

#define GPION(offset) STAGE_REG(0x58023400u + (offset))
#define XSPIM_CR STAGE_REG(0x5200B400u)
#define XSPI2_ADDR 0x5200A000u
#define XSPI2(offset) STAGE_REG(XSPI2_ADDR + (offset))
#define CR_IDLE 0x00000301u
#define CR_MAPPED 0x30400301u
#define DCR2_QUARTER 3u /* 50 MHz */
#define LOOKS 100000u
#define WRITE_ENABLE 0x06u
#define WRITE_CR2 0x72u
#define CR2_OCTAL_DTR 0x02u

static void wait_ended(void)
{
    for (uint32_t i = 0; i < LOOKS && (XSPI2(SR) & SR_TCF) == 0; i++) {
    }
    XSPI2(FCR) = FCR_ALL;
    for (uint32_t i = 0; i < LOOKS && (XSPI2(SR) & SR_BUSY) != 0; i++) {
    }
}

/* PN0 to PN6 and PN8 to PN11 as function 9, very fast. */
static void start_pins(void)
{
    GPION(0x08u) = 0x00FF3FFFu;
    GPION(0x20u) = 0x09999999u;
    GPION(0x24u) = 0x00009999u;
    GPION(0x00u) = (GPION(0x00u) & ~0x00FF3FFFu) | 0x00AA2AAAu;
}

static void start_controller(void)
{
    XSPIM_CR = 0x00000010u; /* each controller on its own port, first chip select */
    XSPI2(DCR1) = 0x011A0100u;
    XSPI2(DCR2) = DCR2_QUARTER;
    XSPI2(CR) = CR_IDLE;
}

static void to_octal_dtr(void)
{
    XSPI2(TCR) = 0;
    XSPI2(CCR) = 0x00000001u;
    XSPI2(IR) = WRITE_ENABLE;
    wait_ended();
    XSPI2(DLR) = 0;
    XSPI2(CCR) = 0x01003101u; /* one line: opcode, 32-bit address, data */
    XSPI2(IR) = WRITE_CR2;
    XSPI2(AR) = 0;
    *(volatile uint8_t *)(XSPI2_ADDR + DR) = CR2_OCTAL_DTR;
    wait_ended();
}

void stage_map_flash(void)
{
    start_controller();
    start_pins();
    to_octal_dtr();
    XSPI2(DCR2) = 0;
    for (uint32_t i = 0; i < LOOKS && (XSPI2(SR) & SR_BUSY) != 0; i++) {
    }
    XSPI2(TCR) = 0x00000014u;
    XSPI2(CCR) = 0x2C003C1Cu;
    XSPI2(IR) = 0x0000EE11u;
    XSPI2(CR) = CR_MAPPED;
}
