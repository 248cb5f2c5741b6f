/*
 * The registers of the internal flash, spelt as in the manual.
 *
 * Source   CMSIS stm32h7s7xx.h (cmsis-device-h7rs v1.1.0), FLASH_TypeDef and the bits below it;
 *          stm32h7rsxx_hal_flash.h for the keys. HDPSR has nine bits a field in ST's SVD file
 */
#ifndef NACRE_PORTS_STM32H7RS_MCU_FLASH_REGISTERS_H
#define NACRE_PORTS_STM32H7RS_MCU_FLASH_REGISTERS_H

#define FLASH_KEYR 0x52002004u
#define FLASH_CR 0x52002010u
#define FLASH_SR 0x52002014u
#define FLASH_ISR 0x52002024u
#define FLASH_ICR 0x52002028u
#define FLASH_ECCSFADDR 0x52002040u
#define FLASH_ECCDFADDR 0x52002044u
#define FLASH_WRPSR 0x52002218u
#define FLASH_HDPSR 0x52002230u

#define FLASH_KEY1 0x45670123u
#define FLASH_KEY2 0xCDEF89ABu

#define FLASH_CR_LOCK 0x00000001u
#define FLASH_CR_PG 0x00000002u
#define FLASH_CR_SER 0x00000004u
#define FLASH_CR_START 0x00000020u
#define FLASH_CR_SSN_POS 6u

#define FLASH_SR_BUSY 0x00000001u
#define FLASH_SR_WBNE 0x00000002u
#define FLASH_SR_QW 0x00000004u

/* The same places in ISR and ICR. */
#define FLASH_ISR_EOPF 0x00010000u
#define FLASH_ISR_WRPERRF 0x00020000u
#define FLASH_ISR_PGSERRF 0x00040000u
#define FLASH_ISR_STRBERRF 0x00080000u
#define FLASH_ISR_INCERRF 0x00200000u
#define FLASH_ISR_RDSERRF 0x01000000u
#define FLASH_ISR_SNECCERRF 0x02000000u
#define FLASH_ISR_DBECCERRF 0x04000000u

#define FLASH_WRPSR_WRPS 0x000000FFu /* a bit a sector; 0: protected */
#define FLASH_HDPSR_START 0x000001FFu
#define FLASH_HDPSR_END_POS 16u
#define FLASH_HDP_BLOCK_BYTES 256u

#endif
