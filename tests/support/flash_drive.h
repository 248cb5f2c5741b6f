/*
 * The model of the internal flash, driven by hand: registers and bits from CMSIS stm32h7s7xx.h once
 * more, and one flash for all tests of a program.
 */
#ifndef TESTS_SUPPORT_FLASH_DRIVE_H
#define TESTS_SUPPORT_FLASH_DRIVE_H

#include <stdint.h>

#include "twin/mcu_flash.h"

#define KEYR 0x04u
#define CR 0x10u
#define SR 0x14u
#define IER 0x20u
#define ISR 0x24u
#define ICR 0x28u
#define ECCSFADDR 0x40u
#define ECCDFADDR 0x44u

#define LOCK 0x1u
#define PG 0x2u
#define SER 0x4u
#define BER 0x8u
#define FW 0x10u
#define START 0x20u
#define BUSY 0x1u
#define WBNE 0x2u
#define QW 0x4u
#define EOP (1u << 16)
#define WRPERR (1u << 17)
#define PGSERR (1u << 18)
#define STRBERR (1u << 19)
#define INCERR (1u << 21)
#define SNECCERR (1u << 25)
#define DBECCERR (1u << 26)

#define PROGRAM_PS 100000000ULL
#define ERASE_PS 5000000000ULL

extern struct mcu_flash flash;
extern uint8_t bytes[MCU_FLASH_BYTES];
extern struct mcu_flash_at at;

/* cmocka fixture: blank, locked, with the times above. */
int set_up(void **state);
/* A register at the time of at; fails the test where it is not taken. */
uint32_t rd(uint32_t offset);
/* The same. */
void wr(uint32_t offset, uint32_t value);
/* Both keys. */
void unlock(void);
/* Four stores of four bytes; the buffer must be open. */
void store_word(uint32_t addr, const void *word);
/* Time goes on until nothing is under way. */
void wait_idle(void);
/* A whole word, and its time. */
void program(uint32_t addr, const char *word);
/* SER and START. */
void start_erase(uint32_t sector);
/* The stored bytes from addr on are these. */
void check_bytes(uint32_t addr, const char *expected);
/* How many of so many loads at addr met a bus error. */
uint32_t broken_of(uint32_t addr, uint32_t tries);

#define TEST(name) cmocka_unit_test_setup(name, set_up)

#endif
