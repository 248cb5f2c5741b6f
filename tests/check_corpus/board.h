/*
 * The board of the corpus, as far as a source needs it: where things can be placed, and the
 * words through which it speaks to the oracle (tests/check_oracle.c).
 */
#ifndef TESTS_CHECK_CORPUS_BOARD_H
#define TESTS_CHECK_CORPUS_BOARD_H

#include <stdbool.h>
#include <stdint.h>

/* Code in RAM. Nothing else in a source says so: what lacks this lies in flash. */
#define RAM __attribute__((section(".ramfunc"), noinline))
#define RAM_INLINABLE __attribute__((section(".ramfunc")))
#define RAM_CONST __attribute__((section(".ramconst")))
#define FLASH __attribute__((noinline))

#define REG(addr) (*(volatile uint32_t *)(addr))
/* Not 0: the flash is dark. Set by sources whose root may be inlined away. */
#define MARK REG(0x50000000u)
#define INPUT REG(0x50000004u)
#define OUTPUT REG(0x50000010u)
#define STATUS REG(0x50000014u)
#define VTOR REG(0xE000ED08u)

/*
 * The blackout. start.c calls it with the input from main, which lies in flash.
 *
 * Returns anything; the value keeps the work alive
 */
int root(int input);

#endif
