/*
 * Bits of SPI4 that its registers and its wires both need (CMSIS stm32h7s7xx.h).
 */
#ifndef TWIN_SPI_BITS_H
#define TWIN_SPI_BITS_H

#define CR1_SPE 1u
#define CR1_MASRX (1u << 8)
#define CR1_CSTART (1u << 9)
#define CR1_CSUSP (1u << 10)
#define CR1_SSI (1u << 12)
#define CR1_STORED 0x0001F900u /* MASRX, HDDIR, SSI, CRC33_17, RCRCINI, TCRCINI, IOLOCK */
#define CFG1_FTHLV_AT 5u
#define CFG1_MBR_AT 28u
#define CFG1_BPASS (1u << 31)
#define CFG2_MIDI_AT 4u
#define CFG2_COMM 0x00060000u
#define CFG2_SENDS_ONLY 0x00020000u
#define CFG2_RECEIVES_ONLY 0x00040000u
#define CFG2_MASTER (1u << 22)
#define CFG2_CPHA (1u << 24)
#define CFG2_CPOL (1u << 25)
#define CFG2_SSM (1u << 26)
#define CFG2_SSIOP (1u << 28)
/* Ready signal, swapped pins, TI mode, least significant bit first, select by hardware. */
#define CFG2_NOT_MODELLED 0x20B8E000u
#define SR_RXP 1u
#define SR_TXP (1u << 1)
#define SR_DXP (1u << 2)
#define SR_EOT (1u << 3)
#define SR_TXTF (1u << 4)
#define SR_UDR (1u << 5)
#define SR_OVR (1u << 6)
#define SR_CRCE (1u << 7)
#define SR_TIFRE (1u << 8)
#define SR_MODF (1u << 9)
#define SR_SUSP (1u << 11)
#define SR_TXC (1u << 12)
#define SR_RXPLVL_AT 13u
#define SR_RXWNE (1u << 15)

#endif
