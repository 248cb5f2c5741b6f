/*
 * Slices: an operation in the bank that runs the code. In one blackout it is started or resumed,
 * runs for at least the row's minimum, and is suspended when an interrupt waits or the budget is
 * used up; then the flash is mapped, handlers run, and the application has its share of the time.
 * And the whole operation at once, which is a slice without a suspend.
 *
 * When the flash is dark:
 *   start   write enable, status, program or erase; and the first slice
 *   poll    resume and another slice, but not before the share has passed
 *
 * The unit at work stays fenced between slices, for it reads as anything; all the rest can be read.
 *
 * Forward progress: a slice that was suspended ran for the row's minimum, so an operation ends
 * after as many slices as that goes into its longest time. Where it does not, NACRE_TIMEOUT is told
 * once and the operation stays suspended: the next call goes on with it.
 *
 * A slice in doubt (a command whose end the controller did not see, a register that could not be
 * read) is followed by one that sends nothing first: it finds the operation running, suspended or
 * ended.
 */
#include "nacre/media/nor_job.h"
#include "nacre/media/nor_live.h"
#include "nacre/media/nor_way.h"

#include <stddef.h>

#define SUSPEND_MARGIN_US 5u /* beyond the row's latency, until the chip is told again */
#define END_MARGIN 4u        /* an operation may take a quarter longer than the row says */

static uint32_t overhead_us(const struct nacre_nor *nor)
{
    const uint32_t wires_us = nor->chip->form.lines == 1u ? NACRE_SLICE_ONE_LINE_US : 0u;

    return NACRE_SLICE_OVERHEAD_US + wires_us + nor->quiet_us +
           NACRE_LIVE_GOES * nor->live_us;
}

uint32_t nacre_slice_us_min(const struct nacre_nor *nor, bool is_program, bool can_suspend)
{
    const struct nacre_chip *const chip = nor->chip;
    const uint32_t whole_us = is_program ? chip->program_us_max : chip->erase_us_max;
    const uint32_t slice_us = is_program ? chip->program_run_us_min + chip->program_suspend_us_max
                                         : chip->erase_run_us_min + chip->erase_suspend_us_max;
    const uint32_t opcode = is_program ? chip->program_suspend : chip->erase_suspend;

    return (can_suspend && opcode != 0 ? slice_us : whole_us) + overhead_us(nor);
}

void nacre_slice_prepare(struct nacre_nor *nor, const struct nacre_nor_feed *feed)
{
    struct nacre_slice *const slice = &nor->slice;
    const struct nacre_chip *const chip = nor->chip;

    nacre_live_stretch_waits(nor);
    nacre_nor_op_register(nor, &slice->status, chip->read_status, &nor->slice_answer[0]);
    nacre_nor_op_register(nor, &slice->security, chip->read_security, &nor->slice_answer[1]);
    slice->status.never = chip->status_never;
    slice->status.is_twice = chip->sends_registers_twice;
    slice->security.is_twice = chip->sends_registers_twice;
    nacre_ctrl_frame(&nor->blackout.port.ctrl, &slice->status);
    nacre_ctrl_frame(&nor->blackout.port.ctrl, &slice->security);
    slice->clear.opcode = chip->clear_failed;
    nacre_ctrl_frame(&nor->blackout.port.ctrl, &slice->clear);
    slice->failed = chip->status_program_failed | chip->status_erase_failed;
    slice->busy = chip->status_busy;
    slice->enabled = chip->status_enabled;
    slice->suspended = chip->security_suspended;
    slice->feed = feed->reg;
    slice->feed_word = feed->word;
    slice->feed_every = feed->every_us * nor->blackout.port.cycles_per_us;
    nor->feeds_max = feed->reg != NULL ? feed->count_max : 0;
}

/* The times of an operation; those that no clock can hold are cut by nacre_way_plan. */
static void prepare_operation(struct nacre_nor *nor, bool is_program)
{
    const struct nacre_chip *const chip = nor->chip;
    const uint32_t cycles_per_us = nor->blackout.port.cycles_per_us;
    const uint32_t opcode = is_program ? chip->program_suspend : chip->erase_suspend;
    const uint32_t run_us = is_program ? chip->program_run_us_min : chip->erase_run_us_min;
    const uint32_t suspend_us =
        is_program ? chip->program_suspend_us_max : chip->erase_suspend_us_max;
    const uint32_t longest_us = is_program ? chip->program_us_max : chip->erase_us_max;
    const uint32_t share_us = suspend_us + overhead_us(nor);
    struct nacre_slice *const slice = &nor->slice;

    slice->suspend.opcode = nor->op_way == NACRE_WAY_WHOLE ? 0 : (uint16_t)opcode;
    nacre_ctrl_frame(&nor->blackout.port.ctrl, &slice->suspend);
    slice->run_min = run_us * cycles_per_us;
    slice->run_max = nor->budget_us > share_us ? (nor->budget_us - share_us) * cycles_per_us : 0;
    slice->suspend_max = (suspend_us + SUSPEND_MARGIN_US + nor->live_us) * cycles_per_us;
    slice->end_max = (longest_us + longest_us / END_MARGIN) * cycles_per_us;
    slice->feeds_left = nor->feeds_max;
    slice->fed_at = nacre_port_now();
    nor->slices_max = run_us != 0 ? longest_us / run_us + 2u : 1u;
    nor->slices_left = nor->slices_max;
}

/* The unit, which is a power of two; not of an operation that is at work nobody knows where. */
static void fence_unit(struct nacre_nor *nor)
{
    const uint32_t unit_bytes = nor->chip->unit_bytes;
    uint32_t bits = 5;

    if (nor->op_bytes == 0) return;
    while (1u << bits < unit_bytes) {
        bits++;
    }
    nor->job.fence.chip_addr = nor->op_addr & ~(unit_bytes - 1u);
    nor->job.fence.bits = bits;
}

static void new_job(struct nacre_nor *nor)
{
    nacre_nor_job_new(nor);
    fence_unit(nor);
    nor->job.slice = &nor->slice;
    nor->job.discard_addr = nor->op_addr;
    nor->job.discard_bytes = nor->op_bytes;
}

/* What a slice came to, after it was begun. */
static void note_slice(struct nacre_nor *nor, enum nacre_err err)
{
    nor->has_ended = err == NACRE_OK;
    nor->is_in_doubt = err == NACRE_TIMEOUT || err == NACRE_CHIP_REFUSED;
    nor->stats.slices++;
    if (nor->slices_left != 0) nor->slices_left--;
    if (nor->slice.asked_count > 1u) {
        nor->stats.late_suspends++;
        if (err == NACRE_OK) nor->ignores_suspend = true;
    }
}

uint32_t nacre_slice_bound_us(const struct nacre_nor *nor)
{
    const uint32_t program_us = nacre_slice_us_min(nor, true, true);
    const uint32_t erase_us = nacre_slice_us_min(nor, false, true);

    return program_us > erase_us ? program_us : erase_us;
}

static bool can_slice(const struct nacre_nor *nor)
{
    return nor->chip->erase_suspend != 0 && nor->budget_us >= nacre_slice_bound_us(nor);
}

void nacre_slice_add_trial(struct nacre_nor *nor, bool is_program)
{
    prepare_operation(nor, is_program);
    if (!can_slice(nor)) nor->slice.suspend.opcode = 0;
    nor->job.slice = &nor->slice;
    nor->job.is_trial = true;
    nor->job.discard_addr = nor->op_addr;
    nor->job.discard_bytes = nor->op_bytes;
}

void nacre_slice_take_over(struct nacre_nor *nor, enum nacre_err err)
{
    nor->stats.trust = NACRE_TRUST_BROKEN;
    nor->is_auto = false;
    nor->has_no_way = !can_slice(nor);
    nor->way = nor->has_no_way ? NACRE_WAY_WHOLE : NACRE_WAY_SLICED;
    nor->op_way = nor->way;
    if (!nor->has_no_way) nor->stats.bound_us = nacre_slice_bound_us(nor);
    note_slice(nor, err);
}

/* Where it works is not known: its bank may be the image's, and there is nothing to fence. */
static bool foreign_has_ended(struct nacre_nor *nor, bool is_program)
{
    nor->state = is_program ? NACRE_NOR_PROGRAMS : NACRE_NOR_ERASES;
    nor->op_way = can_slice(nor) ? NACRE_WAY_SLICED : NACRE_WAY_WHOLE;
    nor->op_bytes = 0;
    nor->has_ended = false;
    nor->is_in_doubt = false;
    prepare_operation(nor, is_program);
    nor->poll_at = nacre_nor_now(nor);
    nor->poll_wait_us = 0;
    (void)nacre_way_wait(nor); /* that it failed is for whoever began it to find out */

    const bool has_ended = nor->state == NACRE_NOR_IDLE;
    nor->state = NACRE_NOR_CLOSED;
    return has_ended;
}

bool nacre_slice_finish_foreign(struct nacre_nor *nor)
{
    const struct nacre_chip *const chip = nor->chip;

    if (chip->erase_resume == 0) return false;
    if (foreign_has_ended(nor, false)) return true;
    return chip->program_resume != chip->erase_resume && chip->program_resume != 0 &&
           foreign_has_ended(nor, true);
}

enum nacre_err nacre_slice_start(struct nacre_nor *nor, uint32_t n)
{
    if (nor->has_no_way) return NACRE_NO_WAY;
    if (nor->ignores_suspend && nor->op_way == NACRE_WAY_SLICED) return NACRE_NO_SUSPEND;

    prepare_operation(nor, n != 0);
    new_job(nor);
    nacre_nor_job_add_operation(nor, nor->op_addr, n);

    const enum nacre_err err = nacre_nor_job_run(nor);
    const bool is_begun = nor->job.done_count == nor->job.op_count;
    if (err == NACRE_NOT_NOW || (err == NACRE_BUSY && !is_begun)) return err;
    nacre_way_note_started(nor, n != 0);
    note_slice(nor, err);
    return nor->is_in_doubt ? err : NACRE_OK;
}

enum nacre_err nacre_slice_poll(struct nacre_nor *nor)
{
    const bool is_program = nor->state == NACRE_NOR_PROGRAMS;
    const struct nacre_chip *const chip = nor->chip;

    if (nor->has_ended) return nacre_way_end(nor, nor->slice_answer[0], nor->slice_answer[1]);
    if (nor->slices_left == 0) {
        nor->slices_left = nor->slices_max;
        return NACRE_TIMEOUT;
    }
    new_job(nor);
    if (!nor->is_in_doubt) {
        (void)nacre_nor_job_add(nor, is_program ? chip->program_resume : chip->erase_resume);
    }
    const enum nacre_err err = nacre_nor_job_try(nor);
    if (err == NACRE_NOT_NOW) return NACRE_BUSY;
    note_slice(nor, err);
    if (!nor->has_ended) return NACRE_BUSY;
    return nacre_way_end(nor, nor->slice_answer[0], nor->slice_answer[1]);
}
