/*
 * A slice of an operation, inside a blackout.
 *
 * RUNS FROM RAM: this file is placed by the linker as a whole, and keeps to the rules of
 * blackout.c.
 *
 * States of the operation, and the step between them:
 *   runs      -> idle       by itself; a cut leaves what its cut leaves. Some chips that failed
 *                           stay busy until they are told that it was seen
 *   runs      -> asked      the suspend is sent, not before run_min: a chip that is suspended
 *                           sooner after a resume may make no progress at all
 *   asked     -> suspended  within the row's latency
 *   asked     -> idle       it ended before the chip took the suspend
 *   asked     -> asked      the chip did not take it: it is told again, and the end is waited for
 */
#include "nacre/blackout/slice.h"

#include "nacre/blackout/answer.h"
#include "nacre/port.h"

#include <stdbool.h>

#define OUTCOME_TRIES 4u

/* Send a command; false if it was not sent, or the answer makes no sense. */
static bool is_sent(const struct nacre_ctrl *ctrl, const struct nacre_op *op)
{
    if (nacre_ctrl_send(ctrl, op) == NACRE_OK) return !nacre_answer_is_senseless(op);
    (void)nacre_ctrl_leave(ctrl);
    return false;
}

static bool has_stopped(const struct nacre_ctrl *ctrl, const struct nacre_slice *slice,
                        uint32_t ran)
{
    if (!is_sent(ctrl, &slice->status)) return false;

    const uint32_t status = *slice->status.data;
    if ((status & slice->failed) != 0) return true;
    if ((status & slice->busy) != 0) return false;
    /* Write-enabled and idle: perhaps the busy bit is only late. */
    return (status & slice->enabled) == 0 || slice->asked_count != 0 || ran >= slice->run_min;
}

static bool should_suspend(const struct nacre_port *port, const struct nacre_slice *slice,
                           uint32_t ran)
{
    if (slice->suspend.opcode == 0 || ran < slice->run_min) return false;
    return ran >= slice->run_max || nacre_port_interrupt_waits(port);
}

static void feed(struct nacre_slice *slice, uint32_t now)
{
    if (slice->feeds_left == 0 || now - slice->fed_at < slice->feed_every) return;
    *slice->feed = slice->feed_word;
    slice->fed_at = now;
    slice->feeds_left--;
}

static enum nacre_err read_outcome(const struct nacre_ctrl *ctrl, const struct nacre_slice *slice)
{
    for (uint32_t i = 0; i < OUTCOME_TRIES; i++) {
        if (!is_sent(ctrl, &slice->security)) continue;
        if ((*slice->status.data & slice->failed) != 0) (void)is_sent(ctrl, &slice->clear);
        return (*slice->security.data & slice->suspended) != 0 ? NACRE_BUSY : NACRE_OK;
    }
    return NACRE_TIMEOUT;
}

enum nacre_err nacre_slice_run(const struct nacre_port *port, struct nacre_slice *slice)
{
    const struct nacre_ctrl *const ctrl = &port->ctrl;
    const uint32_t start = nacre_port_cycles();
    uint32_t asked_at = start;

    slice->asked_count = 0;
    for (;;) { /* ends: at end_max */
        const uint32_t now = nacre_port_cycles();
        const uint32_t ran = now - start;

        if (has_stopped(ctrl, slice, ran)) {
            const enum nacre_err err = read_outcome(ctrl, slice);

            /* Suspended, but not by us: perhaps it is about to resume, and must not be mapped. */
            if (err != NACRE_BUSY || slice->asked_count != 0 || ran >= slice->run_min) return err;
        }
        if (ran > slice->end_max) return NACRE_TIMEOUT;
        feed(slice, now);
        if (slice->asked_count == 0 ? !should_suspend(port, slice, ran)
                                    : now - asked_at < slice->suspend_max) {
            continue;
        }
        asked_at = now;
        slice->asked_count++;
        if (nacre_ctrl_send(ctrl, &slice->suspend) != NACRE_OK) (void)nacre_ctrl_leave(ctrl);
    }
}
