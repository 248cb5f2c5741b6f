/*
 * Which way an operation takes, and what the ways share.
 */
#include "nacre/media/nor_way.h"

#include "nacre/media/nor_job.h"
#include "nacre/media/nor_live.h"

#include <stddef.h>

#define APP_PERCENT_DEFAULT 50u
#define APP_PERCENT_MAX 99u
#define BUSY_PAUSE_US 1000u /* until a chip that was found busy is asked again */
#define OP_US_MAX 3000000u /* with its margin it fits the cycle counter at 1000 MHz */

/* ---- the plan ---- */

bool nacre_way_is_in_run_bank(const struct nacre_nor *nor, uint32_t chip_addr, uint32_t n)
{
    const uint32_t bits = nor->chip->bank_bits;

    return chip_addr >> bits <= (nor->run_addr + nor->run_bytes - 1u) >> bits &&
           nor->run_addr >> bits <= (chip_addr + n - 1u) >> bits;
}

/* A number of the configuration that the chip's row cannot keep. */
static enum nacre_err check_limit(struct nacre_nor *nor, const char *name, uint32_t found,
                                  uint32_t needed)
{
    if (found >= needed) return NACRE_OK;
    nor->blackout.port.mismatch = (struct nacre_mismatch){name, found, needed, ~0u};
    return NACRE_OUT_OF_LIMITS;
}

static uint32_t max(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Does the way need the bank of its target for itself? */
static bool is_beside_the_image(enum nacre_way way)
{
    return way == NACRE_WAY_READ_WHILE_WRITE || way == NACRE_WAY_TWO_CONTROLLERS;
}

/* Is the region in the image's bank at all? Then the way there, else read while write. */
static enum nacre_err choose(struct nacre_nor *nor, const struct nacre_nor_cfg *cfg)
{
    const bool is_shared = nacre_way_is_in_run_bank(nor, cfg->region_addr, cfg->region_bytes);

    nor->way = cfg->way;
    nor->is_auto = cfg->way == NACRE_WAY_AUTO && !cfg->port.quiet_ram;
    if (cfg->port.quiet_ram) { /* at work in blackouts alone */
        if (cfg->way == NACRE_WAY_AUTO) nor->way = NACRE_WAY_SLICED;
        if (is_beside_the_image(nor->way)) {
            nor->blackout.port.mismatch = (struct nacre_mismatch){
                "quiet_ram way", nor->way, NACRE_WAY_SLICED, ~0u};
            return NACRE_QUIET_RAM;
        }
    }
    if (nor->is_auto) {
        nor->way = is_shared ? NACRE_WAY_SLICED : NACRE_WAY_READ_WHILE_WRITE;
    }
    if (is_beside_the_image(nor->way)) {
        return is_shared ? NACRE_REGION_IN_RUN_BANK : NACRE_OK;
    }
    if (nor->way == NACRE_WAY_SLICED && cfg->chip->erase_suspend == 0) {
        return NACRE_REGION_IN_RUN_BANK;
    }
    return NACRE_OK;
}

/* The least budget, and by how much the way can hold up an interrupt. */
static enum nacre_err check_budget(struct nacre_nor *nor, const struct nacre_nor_cfg *cfg)
{
    const bool is_sliced = nor->way == NACRE_WAY_SLICED;

    if (is_beside_the_image(nor->way)) {
        nor->stats.bound_us = cfg->budget_us;
        return check_limit(nor, "budget_us", cfg->budget_us,
                           NACRE_NOR_BUDGET_US_MIN + nor->live_us);
    }
    const uint32_t program_us = nacre_slice_us_min(nor, true, is_sliced);
    const uint32_t erase_us = nacre_slice_us_min(nor, false, is_sliced);
    enum nacre_err err = check_limit(nor, "budget_us, program", cfg->budget_us, program_us);
    if (err != NACRE_OK) return err;
    err = check_limit(nor, "budget_us, erase", cfg->budget_us, erase_us);
    nor->stats.bound_us = max(program_us, erase_us);
    return err;
}

enum nacre_err nacre_way_plan(struct nacre_nor *nor, const struct nacre_nor_cfg *cfg)
{
    if ((uint32_t)cfg->way >= NACRE_WAY_COUNT || cfg->app_percent > APP_PERCENT_MAX ||
        cfg->chip->erase_us_max > OP_US_MAX || cfg->chip->program_us_max > OP_US_MAX ||
        cfg->budget_us > OP_US_MAX) {
        return NACRE_BAD_ARGUMENT;
    }
    nor->chip = cfg->chip;
    nor->run_addr = cfg->image_addr;
    nor->run_bytes = cfg->image_bytes;
    enum nacre_err err = choose(nor, cfg);
    if (err != NACRE_OK) return err;
    nor->quiet_us = cfg->port.quiet_ram ? NACRE_QUIET_US : 0;
    err = nacre_live_plan(nor, &cfg->port.live);
    if (err != NACRE_OK) return err;
    err = check_budget(nor, cfg);
    if (err != NACRE_OK) return err;
    if (cfg->latency_us != 0) {
        err = check_limit(nor, "latency_us", cfg->latency_us, nor->stats.bound_us);
        if (err != NACRE_OK) return err;
    }
    nor->app_percent = cfg->app_percent != 0 ? cfg->app_percent : APP_PERCENT_DEFAULT;
    nor->hooks = cfg->hooks;
    nor->not_now_us = cfg->not_now_us;
    return NACRE_OK;
}

/* ---- what the chip is ---- */

static bool is_known(const struct nacre_nor *nor, const uint32_t *words)
{
    const uint8_t *const bytes = (const uint8_t *)words;
    const uint32_t step = nor->chip->sends_registers_twice ? 2u : 1u;

    for (uint32_t i = 0; i < NACRE_CHIP_ID_BYTES; i++) {
        if (bytes[i * step] != nor->chip->id[i]) return false;
    }
    return true;
}

static void ask_for_identity(struct nacre_nor *nor)
{
    nacre_nor_job_new(nor);
    nacre_nor_job_add_status(nor, nor->chip->status_busy, 0);
    nacre_nor_job_add_register(nor, nor->chip->read_security, 2)->check_mask =
        nor->chip->security_suspended;
    nacre_nor_job_add_register(nor, nor->chip->read_id, 2u * 4u)->dummy_clocks =
        nor->chip->id_dummy_clocks;
}

/* Of an operation before a reset of the MCU alone; of either kind. */
static bool shows_failure(const struct nacre_nor *nor, uint32_t status, uint32_t security)
{
    const struct nacre_chip *const chip = nor->chip;

    return chip->clear_failed != 0 &&
           ((status & (chip->status_program_failed | chip->status_erase_failed)) != 0 ||
            (security & (chip->security_program_failed | chip->security_erase_failed)) != 0);
}

/* A second controller that does not reach the chip is left alone, unless it was asked for. */
static enum nacre_err identify(struct nacre_nor *nor)
{
    enum nacre_err err = NACRE_CTRL_STATE;

    ask_for_identity(nor);
    if (nor->is_auto || nor->way == NACRE_WAY_TWO_CONTROLLERS) err = nacre_two_identify(nor);
    if (err == NACRE_CTRL_STATE || err == NACRE_TIMEOUT) {
        if (nor->way == NACRE_WAY_TWO_CONTROLLERS) return err;
        nor->blackout.port.mismatch = (struct nacre_mismatch){.name = NULL};
        err = nacre_nor_job_run(nor);
    }
    if (err != NACRE_OK) return err;
    if (!is_known(nor, nor->answer[2])) return NACRE_CHIP_UNKNOWN;
    nor->has_failed = shows_failure(nor, nor->answer[0][0], nor->answer[1][0]);
    return NACRE_OK;
}

/* Else it is suspended. */
static bool was_busy(const struct nacre_nor *nor)
{
    return (nor->answer[0][0] & nor->chip->status_busy) != 0;
}

/* As long as it is busy: in another bank than the image's, or this would not run. */
static enum nacre_err identify_when_idle(struct nacre_nor *nor)
{
    const uint32_t longest_us = nor->chip->erase_us_max + nor->chip->erase_us_max / 4u;
    const struct nacre_moment first = nacre_nor_now(nor);

    for (;;) { /* ends: after longest_us */
        const enum nacre_err err = identify(nor);
        const struct nacre_moment now = nacre_nor_now(nor);

        if (err != NACRE_BUSY || !was_busy(nor)) return err;
        if (nacre_nor_us_since(nor, &first) > longest_us) return err;
        nacre_nor_wait_since(nor, &now, BUSY_PAUSE_US);
    }
}

enum nacre_err nacre_way_identify(struct nacre_nor *nor)
{
    enum nacre_err err = identify_when_idle(nor);

    if (err == NACRE_BUSY && !was_busy(nor)) {
        (void)nacre_slice_finish_foreign(nor);
        err = identify(nor);
    }
    return err == NACRE_BUSY ? NACRE_CHIP_SUSPENDED : err;
}

/* ---- an operation ---- */

void nacre_way_note_started(struct nacre_nor *nor, bool is_program)
{
    nor->state = is_program ? NACRE_NOR_PROGRAMS : NACRE_NOR_ERASES;
    nor->has_failed = false;
    nor->op_started = nacre_nor_now(nor);
    nor->poll_at = nor->op_started;
    nor->poll_wait_us = 0;
    if (is_program) {
        nor->stats.programs++;
        nor->stats.programmed_bytes += nor->op_bytes;
    } else {
        nor->stats.erases++;
    }
}

/* Sleep is held off from before the start until nothing is under way. */
static void hold_awake(struct nacre_nor *nor, bool is_busy)
{
    if (nor->os == NULL || nor->is_awake == is_busy) return;
    nor->is_awake = is_busy;
    nor->os->stay_awake(nor->os->context, is_busy);
}

/* For this target. Two controllers wait for the trial, which goes as read while write. */
static enum nacre_way way_of(const struct nacre_nor *nor)
{
    const bool is_beside = !nacre_way_is_in_run_bank(nor, nor->op_addr, nor->op_bytes);
    const enum nacre_way way =
        nor->is_auto && is_beside ? NACRE_WAY_READ_WHILE_WRITE : nor->way;

    if (!is_beside_the_image(way)) return way;
    return nor->has_second && nor->stats.trust == NACRE_TRUST_SHOWN ? NACRE_WAY_TWO_CONTROLLERS
                                                                    : NACRE_WAY_READ_WHILE_WRITE;
}

static enum nacre_err start(struct nacre_nor *nor, uint32_t n)
{
    if (nor->op_way == NACRE_WAY_TWO_CONTROLLERS) return nacre_two_start(nor, n);
    if (nor->op_way != NACRE_WAY_READ_WHILE_WRITE) return nacre_slice_start(nor, n);

    const enum nacre_err err = nacre_rww_start(nor, n);
    const bool goes_on = err == NACRE_OK && nor->op_way == NACRE_WAY_READ_WHILE_WRITE;
    if (goes_on && nor->has_second) nacre_two_take_over(nor);
    return err;
}

enum nacre_err nacre_way_start(struct nacre_nor *nor, uint32_t chip_addr, uint32_t n)
{
    NACRE_ASSERT(nor->state == NACRE_NOR_IDLE);
    if (nor->is_quiet) return NACRE_QUIET;
    nor->op_addr = chip_addr;
    nor->op_bytes = n != 0 ? n : nor->chip->unit_bytes;
    nor->op_dark_cycles = 0;
    nor->op_way = way_of(nor);
    nor->has_ended = false;
    nor->is_trial = false;
    hold_awake(nor, true);

    const enum nacre_err err = start(nor, n);
    if (nor->state == NACRE_NOR_IDLE) hold_awake(nor, false);
    if (err == NACRE_BUSY) {
        const uint32_t status = nor->answer[nor->has_failed ? 2u : 1u][0];

        return (status & nor->chip->status_busy) != 0 ? NACRE_CHIP_SUSPENDED : NACRE_CHIP_REFUSED;
    }
    if (nor->state != NACRE_NOR_IDLE && err != NACRE_OK) {
        (void)nacre_way_wait(nor); /* in doubt: what it says is less than what went wrong */
    }
    return err;
}

/* Did the operation fail? Fail bits that stay are cleared before the next one. */
static bool has_failed(struct nacre_nor *nor, uint32_t status, uint32_t security)
{
    const struct nacre_chip *const chip = nor->chip;
    const bool is_program = nor->state == NACRE_NOR_PROGRAMS;
    const uint32_t of_status =
        is_program ? chip->status_program_failed : chip->status_erase_failed;
    const uint32_t of_security =
        is_program ? chip->security_program_failed : chip->security_erase_failed;
    const bool is_failed = (status & of_status) != 0 || (security & of_security) != 0;

    nor->has_failed = is_failed && chip->clear_failed != 0;
    return is_failed;
}

enum nacre_err nacre_way_end(struct nacre_nor *nor, uint32_t status, uint32_t security)
{
    const bool is_failed = has_failed(nor, status, security);

    nor->state = NACRE_NOR_IDLE;
    hold_awake(nor, false);
    nor->stats.last_save_dark_cycles = nor->op_dark_cycles;
    if (is_failed) return NACRE_IO;
    if ((status & nor->chip->status_enabled) != 0) return NACRE_CHIP_REFUSED;
    /* It was busy when the image was read: what ends well has begun. */
    if (nor->is_trial) nor->stats.trust = NACRE_TRUST_SHOWN;
    return NACRE_OK;
}

enum nacre_err nacre_way_poll(struct nacre_nor *nor)
{
    if (nor->state == NACRE_NOR_IDLE) return NACRE_OK;
    if (nor->has_ended) return nacre_slice_poll(nor);
    if (nacre_nor_us_since(nor, &nor->poll_at) < nor->poll_wait_us) return NACRE_BUSY;
    if (nor->op_way == NACRE_WAY_TWO_CONTROLLERS) return nacre_two_poll(nor);
    if (nacre_nor_us_since(nor, &nor->dark_at) < nor->dark_rest_us) return NACRE_BUSY;
    return nor->op_way == NACRE_WAY_READ_WHILE_WRITE ? nacre_rww_poll(nor)
                                                     : nacre_slice_poll(nor);
}

/* The other masters' deadline is over. Nothing is wrong with a unit whose erase goes on later. */
static enum nacre_err given_up(const struct nacre_nor *nor)
{
    return nor->state == NACRE_NOR_ERASES ? NACRE_NOT_NOW : NACRE_TIMEOUT;
}

enum nacre_err nacre_way_wait(struct nacre_nor *nor)
{
    enum nacre_err err;

    /* An erase may have run while the core slept, and the cycle counter with it: ask at once. */
    if (nor->state == NACRE_NOR_ERASES) nor->poll_wait_us = 0;
    nor->is_refused = false;

    do { /* ends: nacre_way_poll answers NACRE_TIMEOUT after the row's maximum, or the deadline */
        if (nor->state != NACRE_NOR_IDLE && !nor->has_ended) {
            nacre_nor_wait_since(nor, &nor->poll_at, nor->poll_wait_us);
            if (nor->op_way != NACRE_WAY_TWO_CONTROLLERS) {
                nacre_nor_wait_since(nor, &nor->dark_at, nor->dark_rest_us);
            }
        }
        err = nacre_way_poll(nor);
        if (nacre_nor_job_is_late(nor)) return given_up(nor);
        if (nor->is_refused) nacre_nor_job_pause(nor);
    } while (err == NACRE_BUSY);
    return err;
}
