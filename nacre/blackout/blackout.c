/*
 * The blackout: send a list of commands while the flash cannot be read.
 *
 * RUNS FROM RAM: this file is placed by the linker as a whole. It calls only its own functions,
 * those of the controller and the RAM functions of the port, directly. No library, no table, no
 * string, no division, no struct copy.
 *
 * States, and the step between them:
 *   mapped   -> fenced    nacre_port_close; a cut leaves the chip untouched
 *   fenced   -> direct    nacre_ctrl_leave; a cut leaves the chip untouched
 *   direct   -> direct    nacre_ctrl_send; a cut leaves what the command's cut leaves
 *   direct   -> direct    nacre_slice_run, see slice.c
 *   direct   -> fenced    nacre_ctrl_map; the chip may be busy
 *   fenced   -> mapped    open_window
 *   any      -> dead end  nacre_blackout_dead_end; the chip is reset, what is under way is torn
 *   any      -> mapped    nacre_blackout_fault, for the application's handler of the fault; what is
 *                         under way goes on
 */
#include "nacre/blackout/blackout.h"

#include "nacre/blackout/answer.h"

#include <stdbool.h>
#include <stddef.h>

/* Times that a controller is asked to let go before it is given up. */
#define RECOVER_TRIES 2u

/* The blackout under way, and what it is about, for a fault inside it. */
static struct nacre_blackout *under_way;
static const struct nacre_job *job_under_way;

static void pause_cycles(uint32_t cycles)
{
    const uint32_t start = nacre_port_cycles();
    while (nacre_port_cycles() - start < cycles) {
    }
}

_Noreturn void nacre_blackout_dead_end(void)
{
    const struct nacre_blackout *const blackout = under_way;

    (void)nacre_ctrl_leave(&blackout->port.ctrl);
    (void)nacre_ctrl_send(&blackout->port.ctrl, &blackout->reset[0]);
    (void)nacre_ctrl_send(&blackout->port.ctrl, &blackout->reset[1]);
    pause_cycles(blackout->reset_cycles);
    nacre_port_reset();
}

/* Read a word of the image by a command: that cannot stall the core, as a mapped read can. */
static bool is_word_known(struct nacre_blackout *blackout)
{
    blackout->known_got = ~blackout->known_word;
    return nacre_ctrl_send(&blackout->port.ctrl, &blackout->known) == NACRE_OK &&
           blackout->known_got == blackout->known_word;
}

/* May the flash be mapped? */
static bool flash_answers(struct nacre_blackout *blackout)
{
    for (uint32_t i = 0; i < RECOVER_TRIES; i++) {
        if (nacre_ctrl_leave(&blackout->port.ctrl) == NACRE_OK && is_word_known(blackout)) {
            return true;
        }
    }
    return false;
}

static enum nacre_err send_all(const struct nacre_ctrl *ctrl, struct nacre_job *job)
{
    for (uint32_t i = 0; i < job->op_count; i++) {
        const struct nacre_op *const op = &job->op[i];

        job->done_count = i;
        if (nacre_ctrl_send(ctrl, op) != NACRE_OK) return NACRE_TIMEOUT;
        if (nacre_answer_is_senseless(op)) return NACRE_CHIP_REFUSED;
        if (op->check_mask != 0 && (*op->data & op->check_mask) != op->check_want) {
            return NACRE_BUSY;
        }
    }
    job->done_count = job->op_count;
    return NACRE_OK;
}

/* The last command may have been taken although its end was not seen: then it is under way. */
static bool may_be_begun(const struct nacre_job *job, enum nacre_err err)
{
    return err == NACRE_OK || (err == NACRE_TIMEOUT && job->done_count + 1u == job->op_count);
}

/* Is the operation to go on inside this blackout? With a trial only if the image cannot be read. */
static bool goes_on(struct nacre_blackout *blackout, struct nacre_job *job, enum nacre_err err)
{
    if (job->slice == NULL) return false;
    if (!job->is_trial) return may_be_begun(job, err);
    job->trial_failed = err == NACRE_OK && !is_word_known(blackout);
    return job->trial_failed;
}

static enum nacre_err send_job(struct nacre_blackout *blackout, struct nacre_job *job)
{
    const struct nacre_ctrl *const ctrl = &blackout->port.ctrl;
    const enum nacre_err err = send_all(ctrl, job);

    if (!goes_on(blackout, job, err)) return err;
    (void)nacre_ctrl_leave(ctrl);
    job->done_count = job->op_count;
    return nacre_slice_run(&blackout->port, job->slice);
}

/* What is busy, suspended, or may be either, stays fenced. */
static bool is_fence_kept(const struct nacre_job *job, enum nacre_err err)
{
    if (err == NACRE_OK) return job->makes_busy && !job->trial_failed;
    if (err != NACRE_BUSY) return true;
    return job->slice != NULL ? job->done_count == job->op_count : !job->makes_busy;
}

static void map_again(const struct nacre_port *port)
{
    if (nacre_ctrl_map(&port->ctrl) != NACRE_OK) nacre_blackout_dead_end();
}

static void open_window(const struct nacre_port *port, const struct nacre_job *job,
                        enum nacre_err err)
{
    const bool is_fenced = is_fence_kept(job, err) && job->fence.bits != 0;

    nacre_port_fence(port, is_fenced ? &job->fence : NULL);
    if (err == NACRE_OK && !is_fenced) {
        nacre_port_discard(port, job->discard_addr, job->discard_bytes);
    }
}

void nacre_blackout_fault(void)
{
    struct nacre_blackout *const blackout = under_way;

    if (!flash_answers(blackout)) nacre_blackout_dead_end();
    map_again(&blackout->port);
    open_window(&blackout->port, job_under_way, NACRE_TIMEOUT);
    nacre_port_release(&blackout->port);
}

enum nacre_err nacre_blackout_run(struct nacre_blackout *blackout, struct nacre_job *job)
{
    struct nacre_port *const port = &blackout->port;
    const uint32_t start = nacre_port_cycles();

    under_way = blackout;
    job_under_way = job;
    job->begun_at = start;
    job->done_count = 0;
    job->trial_failed = false;
    nacre_port_close(port);
    const uint32_t dark = nacre_port_cycles();
    enum nacre_err err = nacre_ctrl_leave(&port->ctrl);
    if (err == NACRE_OK) err = send_job(blackout, job);
    if ((err == NACRE_TIMEOUT || err == NACRE_CHIP_REFUSED) && !flash_answers(blackout)) {
        nacre_blackout_dead_end();
    }
    map_again(port);
    job->dark_cycles = nacre_port_cycles() - dark;
    open_window(port, job, err);
    job->masked_cycles = nacre_port_cycles() - start;
    nacre_port_release(port);
    return err;
}
