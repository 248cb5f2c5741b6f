/*
 * How late the tick comes, with a handler that lies in one memory or another.
 */
#ifndef TESTS_MCU_FLASH_FW_TICK_H
#define TESTS_MCU_FLASH_FW_TICK_H

#include <stdint.h>

/* The handler of SysTick, in one file or another, by the linker's --wrap; and what it does. */
void __wrap_board_on_tick(void);
void tick_on_tick(void);

/* Cycles from one entry of it to the next, the most since this was asked last. */
uint32_t tick_longest(void);

#endif
