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
 * The status after the write enable says all that must be known before an operation: busy would
 * mean that somebody else's is under way, and without the write-enable bit the chip would ignore
 * ours in silence. That bit is gone when the operation has ended: if it is still there, the chip
 * never began.
 */
#include "nacre/media/nor_way.h"

#include <stddef.h>

#define WINDOW_US 1000u      /* any such time */
#define DARK_IN_WINDOW_US 20u /* is dark for no longer than this */
#define BUDGET_US_MAX 10u    /* a longer budget is not counted on for the rest */

/* ---- commands ---- */

static struct nacre_op *next_op(struct nacre_nor *nor, uint32_t opcode)
{
    struct nacre_op *const op = &nor->job.op[nor->job.op_count];

    NACRE_ASSERT(nor->job.op_count < NACRE_JOB_OPS_MAX);
    *op = (struct nacre_op){.opcode = (uint16_t)opcode};
    nor->job.op_count++;
    return op;
}

/* Registers are read with an address of 0 in octal mode. */
static struct nacre_op *add_register_read(struct nacre_nor *nor, uint32_t opcode, uint32_t n)
{
    uint32_t *const answer = nor->answer[nor->job.op_count];
    struct nacre_op *const op = next_op(nor, opcode);

    op->phases = NACRE_PHASE_ADDR | NACRE_PHASE_READ;
    op->dummy_clocks = nor->chip->status_dummy_clocks;
    op->data = answer;
    op->n = (uint16_t)n;
    return op;
}

static void add_status(struct nacre_nor *nor, uint32_t mask, uint32_t want)
{
    struct nacre_op *const op = add_register_read(nor, nor->chip->read_status, 2);

    op->check_mask = (uint8_t)mask;
    op->check_want = (uint8_t)want;
    op->never = nor->chip->status_never;
    op->is_twice = nor->chip->sends_registers_twice;
}

static void new_job(struct nacre_nor *nor, bool makes_busy)
{
    const uint32_t bank_bits = nor->chip->bank_bits;

    nor->job = (struct nacre_job){.makes_busy = makes_busy};
    nor->job.fence.chip_addr = nor->op_addr >> bank_bits << bank_bits;
    nor->job.fence.bits = bank_bits;
}

/* ---- time ---- */

static struct nacre_moment now(const struct nacre_nor *nor)
{
    return (struct nacre_moment){
        .cycles = nacre_port_now(),
        .ticks = nor->tick != NULL ? *nor->tick : 0,
    };
}

/* A tick may have been about to end: of n that were seen to end, n - 1 have passed for sure. */
static uint32_t tick_us_since(const struct nacre_nor *nor, const struct nacre_moment *then)
{
    const uint32_t ticks = nor->tick != NULL ? *nor->tick - then->ticks : 0;

    if (ticks < 2u) return 0;
    return ticks - 1u > UINT32_MAX / nor->tick_us ? UINT32_MAX : (ticks - 1u) * nor->tick_us;
}

/* At least so long ago: both clocks may have stopped, neither runs too fast. */
static uint32_t us_since(const struct nacre_nor *nor, const struct nacre_moment *then)
{
    const uint32_t by_cycles =
        (nacre_port_now() - then->cycles) / nor->blackout.port.cycles_per_us;
    const uint32_t by_ticks = tick_us_since(nor, then);

    return by_ticks > by_cycles ? by_ticks : by_cycles;
}

static void wait_since(const struct nacre_nor *nor, const struct nacre_moment *then, uint32_t us)
{
    const uint32_t passed = us_since(nor, then);

    if (passed >= us) return;
    nacre_port_wait(nacre_port_now(), (us - passed) * nor->blackout.port.cycles_per_us);
}

/*
 * With blackouts of d, each followed by f * d of rest, a window W is dark for (W + f * d) / (1 + f)
 * at most, and d is at most the budget: solved for f.
 */
static uint32_t rest_factor(const struct nacre_nor *nor)
{
    const uint32_t budget_us =
        nor->budget_us < BUDGET_US_MAX ? nor->budget_us : BUDGET_US_MAX;

    return (WINDOW_US - DARK_IN_WINDOW_US) / (DARK_IN_WINDOW_US - budget_us) + 1u;
}

static enum nacre_err run_job(struct nacre_nor *nor)
{
    wait_since(nor, &nor->dark_at, nor->dark_rest_us);
    const enum nacre_err err = nacre_blackout_run(&nor->blackout, &nor->job);
    const uint32_t cycles = nor->job.dark_cycles;

    nor->dark_at = now(nor);
    nor->dark_rest_us = cycles * rest_factor(nor) / nor->blackout.port.cycles_per_us + 1u;
    nor->op_dark_cycles += cycles;
    nor->stats.blackouts++;
    nor->stats.dark_cycles += cycles;
    if (cycles > nor->stats.longest_cycles) nor->stats.longest_cycles = cycles;
    if (nor->job.masked_cycles > nor->stats.longest_masked_cycles) {
        nor->stats.longest_masked_cycles = nor->job.masked_cycles;
    }
    if (cycles > nor->budget_us * nor->blackout.port.cycles_per_us) nor->stats.over_budget++;
    return err;
}

/* ---- the calls ---- */

static bool is_known(const struct nacre_nor *nor, const uint32_t *words)
{
    const uint8_t *const bytes = (const uint8_t *)words;
    const uint32_t step = nor->chip->sends_registers_twice ? 2u : 1u;

    for (uint32_t i = 0; i < NACRE_CHIP_ID_BYTES; i++) {
        if (bytes[i * step] != nor->chip->id[i]) return false;
    }
    return true;
}

enum nacre_err nacre_way_identify(struct nacre_nor *nor)
{
    new_job(nor, false);
    nor->job.fence.bits = 0;
    add_status(nor, nor->chip->status_busy, 0);
    add_register_read(nor, nor->chip->read_security, 2)->check_mask =
        nor->chip->security_suspended;
    add_register_read(nor, nor->chip->read_id, 2u * 4u)->dummy_clocks =
        nor->chip->id_dummy_clocks;

    const enum nacre_err err = run_job(nor);
    if (err == NACRE_BUSY) return NACRE_CHIP_SUSPENDED;
    if (err != NACRE_OK) return err;
    return is_known(nor, nor->answer[2]) ? NACRE_OK : NACRE_CHIP_UNKNOWN;
}

static void begin_operation(struct nacre_nor *nor, uint32_t chip_addr, uint32_t n)
{
    nor->op_addr = chip_addr;
    nor->op_bytes = n != 0 ? n : nor->chip->unit_bytes;
    nor->op_dark_cycles = 0;
    new_job(nor, true);
    (void)next_op(nor, nor->chip->write_enable);
    add_status(nor, nor->chip->status_busy | nor->chip->status_enabled,
               nor->chip->status_enabled);

    struct nacre_op *const op = next_op(nor, n != 0 ? nor->chip->program : nor->chip->erase);
    op->chip_addr = chip_addr;
    op->phases = n != 0 ? NACRE_PHASE_ADDR | NACRE_PHASE_WRITE : NACRE_PHASE_ADDR;
    op->data = n != 0 ? nor->piece : NULL;
    op->n = (uint16_t)n;
}

static void note_started(struct nacre_nor *nor, bool is_program)
{
    nor->state = is_program ? NACRE_NOR_PROGRAMS : NACRE_NOR_ERASES;
    nor->op_started = now(nor);
    nor->poll_at = nor->op_started;
    nor->poll_wait_us = is_program ? nor->chip->program_us : nor->chip->erase_us;
    if (is_program) {
        nor->stats.programs++;
        nor->stats.programmed_bytes += nor->op_bytes;
    } else {
        nor->stats.erases++;
    }
}

enum nacre_err nacre_way_start(struct nacre_nor *nor, uint32_t chip_addr, uint32_t n)
{
    NACRE_ASSERT(nor->state == NACRE_NOR_IDLE);
    begin_operation(nor, chip_addr, n);

    const enum nacre_err err = run_job(nor);
    if (err == NACRE_BUSY) {
        return (nor->answer[1][0] & nor->chip->status_busy) != 0 ? NACRE_CHIP_SUSPENDED
                                                                 : NACRE_CHIP_REFUSED;
    }
    note_started(nor, n != 0);
    if (err != NACRE_OK) {
        (void)nacre_way_wait(nor); /* in doubt: what it says is less than what went wrong */
        return err;
    }
    return NACRE_OK;
}

/* The status was read and says that nothing is under way: what came of it? */
static enum nacre_err end_operation(struct nacre_nor *nor)
{
    const uint32_t failed = nor->state == NACRE_NOR_PROGRAMS
                                ? nor->chip->security_program_failed
                                : nor->chip->security_erase_failed;

    nor->state = NACRE_NOR_IDLE;
    nor->stats.last_save_dark_cycles = nor->op_dark_cycles;
    if ((nor->answer[1][0] & failed) != 0) return NACRE_IO;
    if ((nor->answer[0][0] & nor->chip->status_enabled) != 0) return NACRE_CHIP_REFUSED;
    return NACRE_OK;
}

/* It goes on: the next poll is at the typical time, or a third later than this one. */
static enum nacre_err ask_again(struct nacre_nor *nor)
{
    const bool is_program = nor->state == NACRE_NOR_PROGRAMS;
    const uint32_t typical_us = is_program ? nor->chip->program_us : nor->chip->erase_us;
    const uint32_t longest_us =
        is_program ? nor->chip->program_us_max : nor->chip->erase_us_max;
    const uint32_t elapsed_us = us_since(nor, &nor->op_started);

    nor->poll_at = now(nor);
    nor->poll_wait_us = (elapsed_us < longest_us ? elapsed_us : longest_us) / 3u;
    if (elapsed_us < typical_us) nor->poll_wait_us = typical_us - elapsed_us;
    return elapsed_us > longest_us ? NACRE_TIMEOUT : NACRE_BUSY;
}

enum nacre_err nacre_way_poll(struct nacre_nor *nor)
{
    if (nor->state == NACRE_NOR_IDLE) return NACRE_OK;
    if (us_since(nor, &nor->poll_at) < nor->poll_wait_us) return NACRE_BUSY;
    if (us_since(nor, &nor->dark_at) < nor->dark_rest_us) return NACRE_BUSY;

    new_job(nor, false);
    nor->job.discard_addr = nor->op_addr;
    nor->job.discard_bytes = nor->op_bytes;
    add_status(nor, nor->chip->status_busy, 0);
    (void)add_register_read(nor, nor->chip->read_security, 2);
    if (run_job(nor) == NACRE_OK) return end_operation(nor);

    return ask_again(nor);
}

enum nacre_err nacre_way_wait(struct nacre_nor *nor)
{
    enum nacre_err err;

    /* An erase may have run while the core slept, and the cycle counter with it: ask at once. */
    if (nor->state == NACRE_NOR_ERASES) nor->poll_wait_us = 0;

    do { /* ends: nacre_way_poll answers NACRE_TIMEOUT after the row's maximum */
        if (nor->state != NACRE_NOR_IDLE) {
            wait_since(nor, &nor->poll_at, nor->poll_wait_us);
            wait_since(nor, &nor->dark_at, nor->dark_rest_us);
        }
        err = nacre_way_poll(nor);
    } while (err == NACRE_BUSY);
    return err;
}
