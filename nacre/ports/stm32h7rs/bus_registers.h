/*
 * The registers of the serial buses and of their pins, spelt as in the manual: offsets and bits.
 *
 * Source   CMSIS stm32h7s7xx.h (cmsis-device-h7rs v1.1.0)
 */
#ifndef NACRE_PORTS_STM32H7RS_BUS_REGISTERS_H
#define NACRE_PORTS_STM32H7RS_BUS_REGISTERS_H

/* ---- where they are ---- */

#define I2C1_BASE 0x40005400u
#define I2C2_BASE 0x40005800u
#define I2C3_BASE 0x40005C00u
#define SPI1_BASE 0x42003000u
#define SPI2_BASE 0x40003800u
#define SPI3_BASE 0x40003C00u
#define SPI4_BASE 0x42003400u
#define SPI5_BASE 0x42005000u
#define SPI6_BASE 0x58001400u
#define GPIOA_BASE 0x58020000u /* and so on to H, 400h apart */
#define GPIOB_BASE 0x58020400u
#define GPIOC_BASE 0x58020800u
#define GPIOD_BASE 0x58020C00u
#define GPIOE_BASE 0x58021000u
#define GPIOF_BASE 0x58021400u
#define GPIOG_BASE 0x58021800u
#define GPIOH_BASE 0x58021C00u
#define GPIOM_BASE 0x58023000u
#define GPION_BASE 0x58023400u
#define GPIOO_BASE 0x58023800u
#define GPIOP_BASE 0x58023C00u
#define GPIO_STEP 0x400u

/* ---- RCC: which bit lets a peripheral have its clock ---- */

#define RCC_AHB4ENR 0x58024540u
#define RCC_AHB4ENR_GPIOBEN 0x00000002u
#define RCC_AHB4ENR_GPIOEEN 0x00000010u
#define RCC_AHB4ENR_GPIOFEN 0x00000020u
#define RCC_APB1ENR1 0x58024548u
#define RCC_APB1ENR1_I2C1_I3C1EN 0x00200000u
#define RCC_APB1ENR1_I2C2EN 0x00400000u
#define RCC_APB1ENR1_I2C3EN 0x00800000u
#define RCC_APB2ENR 0x58024550u
#define RCC_APB2ENR_SPI1EN 0x00001000u
#define RCC_APB2ENR_SPI4EN 0x00002000u
#define RCC_APB2ENR_SPI5EN 0x00100000u

/* ---- GPIO ---- */

#define GPIO_MODER 0x00u /* two bits a pin */
#define GPIO_MODER_OUTPUT 1u
#define GPIO_MODER_ALTERNATE 2u
#define GPIO_OTYPER 0x04u /* a bit a pin: 1 is open drain */
#define GPIO_OSPEEDR 0x08u
#define GPIO_OSPEEDR_LOW 0u
#define GPIO_OSPEEDR_HIGH 2u
#define GPIO_PUPDR 0x0Cu
#define GPIO_PUPDR_NONE 0u
#define GPIO_PUPDR_UP 1u
#define GPIO_IDR 0x10u
#define GPIO_BSRR 0x18u /* the low half sets, the high half resets */
#define GPIO_AFRL 0x20u /* four bits a pin, AFRH the next word */

/* ---- I2C ---- */

#define I2C_CR1 0x00u
#define I2C_CR1_PE 0x00000001u
#define I2C_CR1_FMP 0x01000000u /* outputs strong enough for 1 MHz */
#define I2C_CR2 0x04u
#define I2C_CR2_SADD_POS 1u /* of an address of seven bits */
#define I2C_CR2_RD_WRN 0x00000400u
#define I2C_CR2_START 0x00002000u
#define I2C_CR2_NBYTES_POS 16u
#define I2C_CR2_NBYTES_MAX 255u
#define I2C_CR2_RELOAD 0x01000000u
#define I2C_CR2_AUTOEND 0x02000000u
#define I2C_TIMINGR 0x10u
#define I2C_TIMINGR_SCLH_POS 8u
#define I2C_TIMINGR_SDADEL_POS 16u
#define I2C_TIMINGR_SCLDEL_POS 20u
#define I2C_TIMINGR_PRESC_POS 28u
#define I2C_TIMINGR_RESERVED 0x0F000000u
#define I2C_ISR 0x18u
#define I2C_ISR_TXE 0x00000001u
#define I2C_ISR_TXIS 0x00000002u
#define I2C_ISR_RXNE 0x00000004u
#define I2C_ISR_NACKF 0x00000010u
#define I2C_ISR_STOPF 0x00000020u
#define I2C_ISR_TC 0x00000040u
#define I2C_ISR_TCR 0x00000080u
#define I2C_ISR_BERR 0x00000100u
#define I2C_ISR_ARLO 0x00000200u
#define I2C_ISR_TIMEOUT 0x00001000u
#define I2C_ISR_BUSY 0x00008000u
#define I2C_ICR 0x1Cu
#define I2C_ICR_NACKCF 0x00000010u
#define I2C_ICR_ALL 0x00003F38u
#define I2C_RXDR 0x24u
#define I2C_TXDR 0x28u

/* ---- SPI ---- */

#define SPI_CR1 0x00u
#define SPI_CR1_SPE 0x00000001u
#define SPI_CR1_CSTART 0x00000200u
#define SPI_CR1_SSI 0x00001000u
#define SPI_CR2 0x04u /* TSIZE */
#define SPI_CFG1 0x08u
#define SPI_CFG1_DSIZE_8 0x00000007u
#define SPI_CFG1_CRCSIZE_8 0x00070000u /* as after reset */
#define SPI_CFG1_MBR_POS 28u
#define SPI_CFG1_MBR_MAX 7u
#define SPI_CFG2 0x0Cu
#define SPI_CFG2_MASTER 0x00400000u
#define SPI_CFG2_SSM 0x04000000u
#define SPI_CFG2_AFCNTR 0x80000000u /* the pins stay driven between two frames */
#define SPI_SR 0x14u
#define SPI_SR_RXP 0x00000001u
#define SPI_SR_TXP 0x00000002u
#define SPI_SR_EOT 0x00000008u
#define SPI_SR_UDR 0x00000020u
#define SPI_SR_OVR 0x00000040u
#define SPI_SR_TIFRE 0x00000100u
#define SPI_SR_MODF 0x00000200u
#define SPI_IFCR 0x18u
#define SPI_IFCR_ALL 0x00000BF8u
#define SPI_TXDR 0x20u
#define SPI_RXDR 0x30u

#endif
