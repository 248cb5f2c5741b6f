/*
 * Two controllers: the image runs mapped over one, and commands go over the other one, on the same
 * wires. The flash is never dark: whoever reads it waits while a command has the wires, half a
 * microsecond at most.
 *
 * What there is instead of a blackout:
 *   start   the busy bank is fenced, and the mapped controller led away from it by a read of the
 *           image, for it reads ahead of what it was last asked for; then write enable, status,
 *           program or erase
 *   poll    status; where it has ended the fail bits. The first one comes early, for it costs the
 *           application nothing but its turn on the wires
 *   end     the fence goes, and the cache lines of the range
 *
 * A program longer than what surely goes in one frame is put into the chip's write buffer, frame by
 * frame, and programmed as a whole by the command that confirms it.
 *
 * The first operation of a start is the trial of read while write, and goes that way: only code in
 * RAM can find out a chip that cannot be read while it is busy.
 *
 * Where the second controller does not end a command, it is given up: what is under way goes on as
 * read while write, whose blackouts know what to do with a chip that does not answer, and so do all
 * others.
 */
#include "nacre/blackout/answer.h"
#include "nacre/media/nor_job.h"
#include "nacre/media/nor_way.h"

#include <stddef.h>

#define FIRST_POLL_PART 4u  /* of the typical time: a short program may be much quicker */
#define NEXT_POLL_PART 8u   /* of the time that has passed */
#define NEXT_POLL_US_MIN 10u

/* ---- commands ---- */

static enum nacre_err send_one(struct nacre_nor *nor, struct nacre_op *op)
{
    nacre_ctrl_frame(&nor->blackout.port.ctrl, op);
    const enum nacre_err err = nacre_port_second_send(&nor->blackout.port, op);

    if (err != NACRE_OK) return err;
    if (nacre_answer_is_senseless(op)) return NACRE_CHIP_REFUSED;
    if (op->check_mask != 0 && (*op->data & op->check_mask) != op->check_want) return NACRE_BUSY;
    return NACRE_OK;
}

/* As nacre_blackout_run, of a job without a slice. */
static enum nacre_err send_job(struct nacre_nor *nor)
{
    struct nacre_job *const job = &nor->job;

    for (job->done_count = 0; job->done_count < job->op_count; job->done_count++) {
        const enum nacre_err err = send_one(nor, &job->op[job->done_count]);

        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}

/* ---- what the chip is ---- */

static bool reads_the_image(struct nacre_nor *nor)
{
    struct nacre_blackout *const blackout = &nor->blackout;

    blackout->known_got = ~blackout->known_word;
    return send_one(nor, &blackout->known) == NACRE_OK &&
           blackout->known_got == blackout->known_word;
}

enum nacre_err nacre_two_identify(struct nacre_nor *nor)
{
    struct nacre_port *const port = &nor->blackout.port;

    const uint32_t frame_bytes_min =
        nor->chip->buffer_begin != 0 ? nor->chip->granule_bytes : NACRE_NOR_PIECE_BYTES;
    enum nacre_err err = nacre_port_second_adopt(port, frame_bytes_min);
    if (err != NACRE_OK) return err;
    err = nacre_port_second_take(port);
    if (err == NACRE_OK) err = send_job(nor);
    if (err == NACRE_OK && !reads_the_image(nor)) err = NACRE_TIMEOUT;
    nacre_port_second_give(port);
    nor->has_second = err == NACRE_OK;
    return err;
}

/* ---- an operation ---- */

static void fence_bank(struct nacre_nor *nor)
{
    const uint32_t bank_bits = nor->chip->bank_bits;

    nor->job.fence.chip_addr = nor->op_addr >> bank_bits << bank_bits;
    nor->job.fence.bits = bank_bits;
    nacre_port_second_fence(&nor->blackout.port, &nor->job.fence);
}

/* The word may be in the cache, where it would not be read from the chip. */
static void lead_away(const struct nacre_nor *nor)
{
    const struct nacre_port *const port = &nor->blackout.port;
    const uint32_t chip_addr = nor->blackout.known.chip_addr;

    nacre_port_discard(port, chip_addr, sizeof(uint32_t));
    (void)*(const volatile uint32_t *)(const void *)(port->window + chip_addr);
}

static void unfence(struct nacre_nor *nor)
{
    struct nacre_port *const port = &nor->blackout.port;

    nacre_port_second_fence(port, NULL);
    nacre_port_discard(port, nor->op_addr, nor->op_bytes);
    nacre_port_second_give(port);
}

static void note(struct nacre_nor *nor)
{
    struct nacre_way_stats *const way = &nor->stats.way[NACRE_WAY_TWO_CONTROLLERS];
    const uint32_t cycles = nor->blackout.port.second.masked_cycles;

    if (cycles > way->longest_masked_cycles) way->longest_masked_cycles = cycles;
    if (cycles > nor->stats.longest_masked_cycles) nor->stats.longest_masked_cycles = cycles;
}

/* What is under way goes on as read while write, and so does all that follows. */
static void give_up_second(struct nacre_nor *nor)
{
    (void)nacre_port_second_take(&nor->blackout.port);
    nacre_port_second_give(&nor->blackout.port);
    nor->has_second = false;
    nor->op_way = NACRE_WAY_READ_WHILE_WRITE;
}

/* The page's buffer, piece by piece; none of these frames is split. */
static enum nacre_err fill_buffer(struct nacre_nor *nor, uint32_t n)
{
    const uint32_t granule_bytes = nor->chip->granule_bytes;
    const uint32_t frame_bytes = nor->blackout.port.second.frame_bytes;
    const uint32_t piece_bytes = frame_bytes - frame_bytes % granule_bytes;
    struct nacre_op op = {
        .chip_addr = nor->op_addr, .opcode = nor->chip->buffer_begin, .phases = NACRE_PHASE_ADDR};

    enum nacre_err err = send_one(nor, &op);
    for (uint32_t at = 0; at < n && err == NACRE_OK; at += piece_bytes) {
        op.opcode = nor->chip->buffer_data;
        op.phases = NACRE_PHASE_ADDR | NACRE_PHASE_WRITE;
        op.chip_addr = nor->op_addr + at;
        op.data = &nor->piece[at / 4u];
        op.n = (uint16_t)(n - at < piece_bytes ? n - at : piece_bytes);
        err = send_one(nor, &op);
    }
    return err;
}

/* Write enable and status; then all but what begins it. It is the job's last command. */
static enum nacre_err send_all_but_last(struct nacre_nor *nor, uint32_t n)
{
    struct nacre_job *const job = &nor->job;

    nacre_nor_job_add_operation(nor, nor->op_addr, n);
    job->op_count--;
    const enum nacre_err err = send_job(nor);
    job->op_count++;
    if (err != NACRE_OK || n <= nor->blackout.port.second.frame_bytes) return err;
    job->op[job->op_count - 1u] = (struct nacre_op){.opcode = nor->chip->buffer_confirm};
    return fill_buffer(nor, n);
}

static void set_first_poll(struct nacre_nor *nor)
{
    const uint32_t typical_us =
        nor->state == NACRE_NOR_PROGRAMS ? nor->chip->program_us : nor->chip->erase_us;

    nor->poll_wait_us = typical_us / FIRST_POLL_PART;
}

enum nacre_err nacre_two_start(struct nacre_nor *nor, uint32_t n)
{
    if (nacre_port_second_take(&nor->blackout.port) != NACRE_OK) {
        give_up_second(nor);
        return nacre_rww_start(nor, n);
    }
    nacre_nor_job_new(nor);
    fence_bank(nor);
    lead_away(nor);
    enum nacre_err err = send_all_but_last(nor, n);
    if (err != NACRE_OK) {
        unfence(nor);
        if (err == NACRE_TIMEOUT) give_up_second(nor);
        note(nor);
        return err;
    }
    err = send_one(nor, &nor->job.op[nor->job.op_count - 1u]);
    nacre_way_note_started(nor, n != 0);
    set_first_poll(nor);
    if (err != NACRE_OK) give_up_second(nor);
    note(nor);
    return err;
}

void nacre_two_take_over(struct nacre_nor *nor)
{
    if (nacre_port_second_take(&nor->blackout.port) != NACRE_OK) {
        give_up_second(nor);
        return;
    }
    nor->op_way = NACRE_WAY_TWO_CONTROLLERS;
    set_first_poll(nor);
}

static enum nacre_err ask_again(struct nacre_nor *nor)
{
    const uint32_t longest_us = nor->state == NACRE_NOR_PROGRAMS ? nor->chip->program_us_max
                                                                 : nor->chip->erase_us_max;
    const uint32_t elapsed_us = nacre_nor_us_since(nor, &nor->op_started);

    nor->poll_at = nacre_nor_now(nor);
    nor->poll_wait_us = (elapsed_us < longest_us ? elapsed_us : longest_us) / NEXT_POLL_PART;
    if (nor->poll_wait_us < NEXT_POLL_US_MIN) nor->poll_wait_us = NEXT_POLL_US_MIN;
    return elapsed_us > longest_us ? NACRE_TIMEOUT : NACRE_BUSY;
}

enum nacre_err nacre_two_poll(struct nacre_nor *nor)
{
    const struct nacre_fence fence = nor->job.fence;

    nacre_nor_job_new(nor);
    nor->job.fence = fence;
    nacre_nor_job_add_status(nor, nor->chip->status_busy, 0);
    (void)nacre_nor_job_add_register(nor, nor->chip->read_security, 2);

    const enum nacre_err err = send_job(nor);
    note(nor);
    if (err == NACRE_TIMEOUT) {
        give_up_second(nor);
        return NACRE_BUSY;
    }
    if (err != NACRE_OK) return ask_again(nor);
    unfence(nor);
    return nacre_way_end(nor, nor->answer[0][0], nor->answer[1][0]);
}
