/*
 * Read while write: an operation is started in one short blackout, and asked after in others; in
 * between, the image runs from the chip's other banks.
 *
 * When the flash is dark:
 *   start   write enable, status, program or erase
 *   poll    status and, where it has ended, the fail bits. The first poll comes after the row's
 *           typical time, each other one a third later than the one before, so that an operation
 *           that takes the row's maximum costs a dozen polls.
 *   rest    after a blackout there is none for so many times its length that no millisecond is
 *           dark for more than a fiftieth, however operations follow on each other.
 *
 * Nothing on trust: the first operation is a trial. With its bank busy, and before the flash is
 * mapped, a word of the image is read by a command. If it is not as known, the operation goes on as
 * a slice does, and so do all others.
 *
 * The status after the write enable says all that must be known before an operation: busy would
 * mean that somebody else's is under way, and without the write-enable bit the chip would ignore
 * ours in silence. That bit is gone when the operation has ended: if it is still there, the chip
 * never began.
 */
#include "nacre/media/nor_job.h"
#include "nacre/media/nor_way.h"

static void new_job(struct nacre_nor *nor, bool makes_busy)
{
    const uint32_t bank_bits = nor->chip->bank_bits;

    nacre_nor_job_new(nor);
    nor->job.makes_busy = makes_busy;
    nor->job.fence.chip_addr = nor->op_addr >> bank_bits << bank_bits;
    nor->job.fence.bits = bank_bits;
}

enum nacre_err nacre_rww_start(struct nacre_nor *nor, uint32_t n)
{
    new_job(nor, true);
    nacre_nor_job_add_operation(nor, nor->op_addr, n);
    if (nor->stats.trust == NACRE_TRUST_UNTRIED) nacre_slice_add_trial(nor, n != 0);

    const enum nacre_err err = nacre_nor_job_run(nor);
    if (err == NACRE_NOT_NOW || (err == NACRE_BUSY && !nor->job.trial_failed)) return err;
    nacre_way_note_started(nor, n != 0);
    if (nor->job.trial_failed) {
        nacre_slice_take_over(nor, err);
        return nor->is_in_doubt ? err : NACRE_OK;
    }
    nor->is_trial = nor->job.is_trial && err == NACRE_OK;
    nor->poll_wait_us = n != 0 ? nor->chip->program_us : nor->chip->erase_us;
    return err;
}

/* It goes on: the next poll is at the typical time, or a third later than this one. */
static enum nacre_err ask_again(struct nacre_nor *nor)
{
    const bool is_program = nor->state == NACRE_NOR_PROGRAMS;
    const uint32_t typical_us = is_program ? nor->chip->program_us : nor->chip->erase_us;
    const uint32_t longest_us =
        is_program ? nor->chip->program_us_max : nor->chip->erase_us_max;
    const uint32_t elapsed_us = nacre_nor_us_since(nor, &nor->op_started);

    nor->poll_at = nacre_nor_now(nor);
    nor->poll_wait_us = (elapsed_us < longest_us ? elapsed_us : longest_us) / 3u;
    if (elapsed_us < typical_us) nor->poll_wait_us = typical_us - elapsed_us;
    return elapsed_us > longest_us ? NACRE_TIMEOUT : NACRE_BUSY;
}

enum nacre_err nacre_rww_poll(struct nacre_nor *nor)
{
    new_job(nor, false);
    nor->job.discard_addr = nor->op_addr;
    nor->job.discard_bytes = nor->op_bytes;
    nacre_nor_job_add_status(nor, nor->chip->status_busy, 0);
    (void)nacre_nor_job_add_register(nor, nor->chip->read_security, 2);

    const enum nacre_err err = nacre_nor_job_try(nor);
    if (err == NACRE_OK) return nacre_way_end(nor, nor->answer[0][0], nor->answer[1][0]);
    if (err == NACRE_NOT_NOW) return NACRE_BUSY;
    return ask_again(nor);
}
