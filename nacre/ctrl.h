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
#define NACRE_PHASE_MAPPED 8u /* with ADDR and READ: the frame by which the chip is mapped */

#define NACRE_OP_BYTES_MAX 128u /* data of one command */

#define NACRE_FORM_READS 4u /* that a row may list */

/* A read of the array that a boot may have mapped the chip by. */
struct nacre_form_read {
    uint16_t opcode;    /* as the wires carry it; 0: no more of them */
    uint8_t addr_lines; /* of a mode byte that follows, too */
    uint8_t data_lines;
    bool has_mode;
    uint8_t mode_mask;  /* with these bits of the mode byte as in mode_never the chip would take */
    uint8_t mode_never; /* no opcode the next time */
};

/*
 * How a chip takes its commands. On 8 lines address and data go at double rate, and what is read
 * comes with a strobe; on 1 line all goes at single rate.
 */
struct nacre_form {
    uint8_t lines;        /* of a command: 1 or 8. A mapped read has its own */
    uint8_t opcode_bytes; /* 1, at single rate; 2, at double rate */
    uint8_t addr_bytes;   /* 3 or 4 */
    bool odd_byte_first;  /* of each pair at double rate */
    struct nacre_form_read read[NACRE_FORM_READS]; /* one at least */
};

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
    uint32_t CCR;         /* the frame, by nacre_ctrl_frame */
    uint32_t TCR;
};

/*
 * The adopted controller. The register names are ST's, here and in a command; other controllers use
 * them as they like.
 */
struct nacre_ctrl {
    uint32_t base;         /* CPU address of the registers */
    uint32_t CR;           /* as adopted, to be restored */
    uint32_t CCR;
    uint32_t TCR;
    uint32_t IR;
    uint32_t idle;         /* CR with the mapped mode, its timeout and DMA off */
    uint32_t wait_cycles;  /* bound of each wait inside a command */
    uint32_t command;      /* CCR of a command that has every part */
    uint16_t read_opcode;  /* what the mapped mode reads with */
};

/*
 * Work out op's frame, CCR and TCR, of its opcode, phases, n and dummy_clocks. To be done before a
 * command is sent for the first time, and after any change of these.
 *
 * ctrl     adopted
 * Context  any, from flash; not in a blackout
 */
void nacre_ctrl_frame(const struct nacre_ctrl *ctrl, struct nacre_op *op);

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
 * op       its frame is worked out
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
