/*
 * One access to one register. A file of its own, so that a driver can be tried on a false board.
 */
#ifndef NACRE_PORTS_STM32H7RS_IO_H
#define NACRE_PORTS_STM32H7RS_IO_H

#include <stdint.h>

/*
 * One load of 32 bits.
 *
 * addr     of a register, a multiple of 4
 * Context  any
 */
uint32_t nacre_io_read(uint32_t addr);

/*
 * One store of 32 bits; it may be under way still when the call returns.
 *
 * addr     of a register, a multiple of 4
 * Context  any
 */
void nacre_io_write(uint32_t addr, uint32_t value);

/* One load of 8 bits: for a FIFO that gives as much as is accessed. */
uint8_t nacre_io_read_byte(uint32_t addr);

/* One store of 8 bits: for a FIFO that takes as much as is accessed. */
void nacre_io_write_byte(uint32_t addr, uint8_t value);

/*
 * Change the bits of mask, and no other, to those of value. Interrupts are masked for the three
 * instructions that it takes: others change other bits of the same register.
 */
void nacre_io_modify(uint32_t addr, uint32_t mask, uint32_t value);

#endif
