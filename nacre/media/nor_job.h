/*
 * One blackout of the NOR medium: build its commands, send them, count what it cost, and keep time.
 * Shared by the ways.
 */
#ifndef NACRE_MEDIA_NOR_JOB_H
#define NACRE_MEDIA_NOR_JOB_H

#include "nacre/media/nor.h"

/* ---- commands ---- */

/* Begin a job: no commands yet, nothing fenced but the whole window while it is dark. */
void nacre_nor_job_new(struct nacre_nor *nor);

/* One more command without address and data. */
struct nacre_op *nacre_nor_job_add(struct nacre_nor *nor, uint32_t opcode);

/* One more that reads n bytes of a register to nor->answer, at the place of its number. */
struct nacre_op *nacre_nor_job_add_register(struct nacre_nor *nor, uint32_t opcode, uint32_t n);

/* One more that reads the status: the list goes on only if its bits in mask are as in want. */
void nacre_nor_job_add_status(struct nacre_nor *nor, uint32_t mask, uint32_t want);

/* Write enable, status, and the program of n bytes of nor->piece or, with n 0, the erase. */
void nacre_nor_job_add_operation(struct nacre_nor *nor, uint32_t chip_addr, uint32_t n);

/* Make a command that reads a register to answer: two bytes, so that each comes twice in octal. */
void nacre_nor_op_register(const struct nacre_nor *nor, struct nacre_op *op, uint32_t opcode,
                           uint32_t *answer);

/* ---- time ---- */

struct nacre_moment nacre_nor_now(const struct nacre_nor *nor);

/* At least so long ago: both clocks may have stopped, neither runs too fast. */
uint32_t nacre_nor_us_since(const struct nacre_nor *nor, const struct nacre_moment *then);

/* Let time pass until then is us ago; interrupts go on. */
void nacre_nor_wait_since(const struct nacre_nor *nor, const struct nacre_moment *then,
                          uint32_t us);

/* ---- send ---- */

/*
 * Ask the other bus masters, send nor->job once, and count it for nor->op_way. The rest after the
 * last blackout has passed.
 *
 * Returns  as nacre_blackout_run; NACRE_NOT_NOW: another master needs the flash, nothing was sent
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_job_try(struct nacre_nor *nor);

/* The same after the rest, and again until the other masters' deadline. */
NACRE_MUST_CHECK enum nacre_err nacre_nor_job_run(struct nacre_nor *nor);

/* Let the other masters be for a moment. */
void nacre_nor_job_pause(const struct nacre_nor *nor);

/* Have the other masters refused for longer than they may? */
bool nacre_nor_job_is_late(const struct nacre_nor *nor);

#endif
