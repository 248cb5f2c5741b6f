/*
 * CONTRACT: a flash command as data, and what a controller does with it.
 *
 * Code that runs from flash builds commands; the code that sends them runs from RAM while the flash
 * cannot be read. So a command is data in RAM, and everything that it points to lies in RAM, too.
 *
 * One controller is compiled into the blackout and called directly, never through a pointer: that
 * is what makes it provable that nothing in a blackout touches the flash. Its registers are adopted
 * as the boot left them: read, checked, saved, and restored bit for bit.
 */
#ifndef NACRE_CTRL_H
#define NACRE_CTRL_H

#include "nacre/check.h"
#include "nacre/err.h"

#include <stdbool.h>
#include <stdint.h>

/* The parts of a frame after the opcode. READ and WRITE exclude each other. */
#define NACRE_PHASE_ADDR 1u
#define NACRE_PHASE_READ 2u
#define NACRE_PHASE_WRITE 4u

#define NACRE_OP_BYTES_MAX 128u /* data of one command */

/*
 * One command. A command that reads may carry a check of the first byte that it gets: a list of
 * commands stops after a check that does not hold.
 */
struct nacre_op {
    uint32_t chip_addr;   /* sent if NACRE_PHASE_ADDR; a register's address is 0 on many chips */
    uint32_t *data;       /* n bytes in RAM, from or for the chip */
    uint16_t n;           /* even, 2 to NACRE_OP_BYTES_MAX; 0 without data */
    uint16_t opcode;      /* as the wires carry it, both bytes where the protocol has two */
    uint8_t phases;
    uint8_t dummy_clocks; /* between address and data of a read */
    uint8_t check_mask;   /* bits of the first byte read that are checked; 0: none */
    uint8_t check_want;
    uint8_t never;        /* bits that no answer of the chip has in its first byte */
    bool is_twice;        /* the first byte must come twice, as registers do in octal DTR */
};

/* The adopted controller. The register names are ST's; other controllers use them as they like. */
struct nacre_ctrl {
    uint32_t base;         /* CPU address of the registers */
    uint32_t CR;           /* as adopted, to be restored */
    uint32_t CCR;
    uint32_t TCR;
    uint32_t IR;
    uint32_t idle;         /* CR with the mapped mode, its timeout and DMA off */
    uint32_t wait_cycles;  /* bound of each wait inside a command */
    uint16_t read_opcode;  /* what the mapped mode reads with */
    uint8_t read_dummy_clocks;
};

/*
 * Leave the mapped mode, so that commands can be sent. The window is fenced already.
 *
 * Returns  NACRE_OK; NACRE_TIMEOUT: the controller did not let go
 * Context  RAM, interrupts masked
 */
enum nacre_err nacre_ctrl_leave(const struct nacre_ctrl *ctrl);

/*
 * Send one command and wait for its end on the bus. The check in op is not looked at.
 *
 * Returns  NACRE_OK       data that was read is in op->data
 *          NACRE_TIMEOUT  the controller did not end it in time; nacre_ctrl_leave before the next
 * Context  RAM, between nacre_ctrl_leave and nacre_ctrl_map
 */
enum nacre_err nacre_ctrl_send(const struct nacre_ctrl *ctrl, const struct nacre_op *op);

/*
 * Restore the registers as adopted and map the flash again.
 *
 * Returns  NACRE_OK; NACRE_TIMEOUT: a register does not read back as written
 * Context  RAM, interrupts masked, the window still fenced
 */
enum nacre_err nacre_ctrl_map(const struct nacre_ctrl *ctrl);

#endif
