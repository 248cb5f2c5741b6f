/*
 * One blackout of the NOR medium, for all ways: its commands, its cost, its time, and who else must
 * agree to it.
 */
#include "nacre/media/nor_job.h"

#include <stddef.h>

#define NOT_NOW_PAUSE_US 20u  /* until another master is asked again */

/* What no millisecond is darker than with read while write. */
#define WINDOW_US 1000u
#define DARK_IN_WINDOW_US 20u
#define BUDGET_US_MAX 10u     /* a longer budget is not counted on for the rest */

/* ---- commands ---- */

static void set_op(struct nacre_op *op, uint32_t opcode)
{
    *op = (struct nacre_op){.opcode = (uint16_t)opcode};
}

void nacre_nor_job_new(struct nacre_nor *nor)
{
    nor->job = (struct nacre_job){.op_count = 0};
}

struct nacre_op *nacre_nor_job_add(struct nacre_nor *nor, uint32_t opcode)
{
    struct nacre_op *const op = &nor->job.op[nor->job.op_count];

    NACRE_ASSERT(nor->job.op_count < NACRE_JOB_OPS_MAX);
    set_op(op, opcode);
    nor->job.op_count++;
    return op;
}

/* Of a read without an address the controller sends none, whatever chip_addr is. */
void nacre_nor_op_register(const struct nacre_nor *nor, struct nacre_op *op, uint32_t opcode,
                           uint32_t *answer)
{
    set_op(op, opcode);
    op->phases = nor->chip->registers_have_addr ? NACRE_PHASE_ADDR | NACRE_PHASE_READ
                                                : NACRE_PHASE_READ;
    op->dummy_clocks = nor->chip->status_dummy_clocks;
    op->data = answer;
    op->n = 2;
}

struct nacre_op *nacre_nor_job_add_register(struct nacre_nor *nor, uint32_t opcode, uint32_t n)
{
    uint32_t *const answer = nor->answer[nor->job.op_count];
    struct nacre_op *const op = nacre_nor_job_add(nor, opcode);

    nacre_nor_op_register(nor, op, opcode, answer);
    op->n = (uint16_t)n;
    return op;
}

void nacre_nor_job_add_status(struct nacre_nor *nor, uint32_t mask, uint32_t want)
{
    struct nacre_op *const op = nacre_nor_job_add_register(nor, nor->chip->read_status, 2);

    op->check_mask = (uint8_t)mask;
    op->check_want = (uint8_t)want;
    op->never = nor->chip->status_never;
    op->is_twice = nor->chip->sends_registers_twice;
}

void nacre_nor_job_add_operation(struct nacre_nor *nor, uint32_t chip_addr, uint32_t n)
{
    const struct nacre_chip *const chip = nor->chip;

    if (nor->has_failed) (void)nacre_nor_job_add(nor, chip->clear_failed);
    (void)nacre_nor_job_add(nor, chip->write_enable);
    nacre_nor_job_add_status(nor, chip->status_busy | chip->status_enabled, chip->status_enabled);

    struct nacre_op *const op = nacre_nor_job_add(nor, n != 0 ? chip->program : chip->erase);
    op->chip_addr = chip_addr;
    op->phases = n != 0 ? NACRE_PHASE_ADDR | NACRE_PHASE_WRITE : NACRE_PHASE_ADDR;
    op->data = n != 0 ? nor->piece : NULL;
    op->n = (uint16_t)n;
}

/* ---- time ---- */

struct nacre_moment nacre_nor_now(const struct nacre_nor *nor)
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

uint32_t nacre_nor_us_since(const struct nacre_nor *nor, const struct nacre_moment *then)
{
    const uint32_t by_cycles =
        (nacre_port_now() - then->cycles) / nor->blackout.port.cycles_per_us;
    const uint32_t by_ticks = tick_us_since(nor, then);

    return by_ticks > by_cycles ? by_ticks : by_cycles;
}

void nacre_nor_wait_since(const struct nacre_nor *nor, const struct nacre_moment *then,
                          uint32_t us)
{
    uint32_t passed = nacre_nor_us_since(nor, then);

    if (passed >= us) return;
    if (nor->os != NULL) {
        nor->os->wait(nor->os->context, us - passed);
        passed = nacre_nor_us_since(nor, then);
        if (passed >= us) return;
    }
    nacre_port_wait(nacre_port_now(), (us - passed) * nor->blackout.port.cycles_per_us);
}

/* ---- cost ---- */

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

/* Slices are too long for that: between them the application has its share. */
static uint32_t rest_us(const struct nacre_nor *nor, uint32_t cycles)
{
    const uint32_t cycles_per_us = nor->blackout.port.cycles_per_us;

    if (nor->job.slice == NULL || (nor->job.is_trial && !nor->job.trial_failed)) {
        return cycles * rest_factor(nor) / cycles_per_us + 1u;
    }
    return cycles / cycles_per_us * nor->app_percent / (100u - nor->app_percent) + 1u;
}

static void note_max(uint32_t *longest, uint32_t cycles)
{
    if (cycles > *longest) *longest = cycles;
}

static void count(struct nacre_nor *nor)
{
    struct nacre_way_stats *const way = &nor->stats.way[nor->op_way];
    const uint32_t dark = nor->job.dark_cycles;

    nor->dark_at = nacre_nor_now(nor);
    nor->dark_rest_us = rest_us(nor, dark);
    nor->op_dark_cycles += dark;
    nor->stats.blackouts++;
    nor->stats.dark_cycles += dark;
    note_max(&nor->stats.longest_cycles, dark);
    note_max(&nor->stats.longest_masked_cycles, nor->job.masked_cycles);
    way->blackouts++;
    way->dark_cycles += dark;
    note_max(&way->longest_cycles, dark);
    note_max(&way->longest_masked_cycles, nor->job.masked_cycles);
    nor->stats.ticks_lost += nacre_port_ticks_lost(&nor->blackout.port, nor->job.begun_at,
                                                   nor->job.masked_cycles);
    if (dark > nor->budget_us * nor->blackout.port.cycles_per_us) nor->stats.over_budget++;
}

/* ---- send ---- */

/* The hooks have their say, and the RAM behind the other controller must let go. */
static bool is_dark_allowed(const struct nacre_nor *nor, struct nacre_port *port)
{
    if (nor->hooks != NULL && !nor->hooks->before(nor->hooks->context)) return false;
    if (!port->is_ram_quiet || nacre_port_quiet_begin(port) == NACRE_OK) return true;
    if (nor->hooks != NULL) nor->hooks->after(nor->hooks->context);
    return false;
}

/* False: not now. The first refusal in a row starts the deadline. */
static bool may_be_dark(struct nacre_nor *nor)
{
    if (is_dark_allowed(nor, &nor->blackout.port)) {
        nor->is_refused = false;
        return true;
    }
    nor->stats.not_now++;
    if (!nor->is_refused) nor->refused_at = nacre_nor_now(nor);
    nor->is_refused = true;
    return false;
}

static void frame_all(struct nacre_nor *nor)
{
    for (uint32_t i = 0; i < nor->job.op_count; i++) {
        nacre_ctrl_frame(&nor->blackout.port.ctrl, &nor->job.op[i]);
    }
}

enum nacre_err nacre_nor_job_try(struct nacre_nor *nor)
{
    frame_all(nor);
    if (!may_be_dark(nor)) return NACRE_NOT_NOW;

    const enum nacre_err err = nacre_blackout_run(&nor->blackout, &nor->job);
    if (nor->blackout.port.is_ram_quiet &&
        !nacre_port_quiet_end(&nor->blackout.port, &nor->job.masked_cycles)) {
        nor->stats.disturbed++;
    }
    if (nor->hooks != NULL) nor->hooks->after(nor->hooks->context);
    count(nor);
    return err;
}

enum nacre_err nacre_nor_job_run(struct nacre_nor *nor)
{
    enum nacre_err err;

    nor->is_refused = false;
    nacre_nor_wait_since(nor, &nor->dark_at, nor->dark_rest_us);
    do { /* ends: at the deadline */
        err = nacre_nor_job_try(nor);
        if (err != NACRE_NOT_NOW || nacre_nor_job_is_late(nor)) return err;
        nacre_nor_job_pause(nor);
    } while (true);
}

void nacre_nor_job_pause(const struct nacre_nor *nor)
{
    const struct nacre_moment now = nacre_nor_now(nor);

    nacre_nor_wait_since(nor, &now, NOT_NOW_PAUSE_US);
}

bool nacre_nor_job_is_late(const struct nacre_nor *nor)
{
    return nor->is_refused && nacre_nor_us_since(nor, &nor->refused_at) >= nor->not_now_us;
}
