/*
 * Bits of I2C1 that its registers and its wires both need (CMSIS stm32h7s7xx.h).
 */
#ifndef TWIN_I2C_BITS_H
#define TWIN_I2C_BITS_H

#define CR1_PE 1u
#define CR1_TXIE (1u << 1)
#define CR1_RXIE (1u << 2)
#define CR1_NACKIE (1u << 4)
#define CR1_STOPIE (1u << 5)
#define CR1_TCIE (1u << 6)
#define CR1_ERRIE (1u << 7)
#define CR1_DNF 0xF00u
#define CR1_ANFOFF (1u << 12)
#define CR1_SWRST (1u << 13)
#define CR2_SADD 0x3FFu
#define CR2_RD_WRN (1u << 10)
#define CR2_START (1u << 13)
#define CR2_STOP (1u << 14)
#define CR2_NBYTES_AT 16u
#define CR2_NBYTES 0x00FF0000u
#define CR2_RELOAD (1u << 24)
#define CR2_AUTOEND (1u << 25)
/* Not to be changed while START is set: address, direction, NBYTES. */
#define CR2_FIXED (CR2_SADD | CR2_RD_WRN | CR2_NBYTES)
#define CR2_STORED (CR2_FIXED | CR2_RELOAD | CR2_AUTOEND | 0x8000u)
#define ISR_TXE 1u
#define ISR_TXIS (1u << 1)
#define ISR_RXNE (1u << 2)
#define ISR_NACKF (1u << 4)
#define ISR_STOPF (1u << 5)
#define ISR_TC (1u << 6)
#define ISR_TCR (1u << 7)
#define ISR_BERR (1u << 8)
#define ISR_ARLO (1u << 9)
#define ISR_TIMEOUT (1u << 12)
#define ISR_BUSY (1u << 15)
#define ISR_ERRORS 0x3F00u
#define TIMEOUTR_TIDLE (1u << 12)
#define TIMEOUTR_TIMOUTEN (1u << 15)

#endif
