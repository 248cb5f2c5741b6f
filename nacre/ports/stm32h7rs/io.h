/*
 * One access to one register. A file of its own, so that a driver can be tried on a false board.
 */
#ifndef NACRE_PORTS_STM32H7RS_IO_H
#define NACRE_PORTS_STM32H7RS_IO_H

#include <stdint.h>

/*
 * addr     of a register, a multiple of 4
 * Context  any
 */
uint32_t nacre_io_read(uint32_t addr);
void nacre_io_write(uint32_t addr, uint32_t value);

/* The same by one byte: for a FIFO that takes and gives as much as is accessed. */
uint8_t nacre_io_read_byte(uint32_t addr);
void nacre_io_write_byte(uint32_t addr, uint8_t value);

/*
 * Change the bits of mask, and no other, to those of value. Interrupts are masked for the three
 * instructions that it takes: others change other bits of the same register.
 */
void nacre_io_modify(uint32_t addr, uint32_t mask, uint32_t value);

#endif
