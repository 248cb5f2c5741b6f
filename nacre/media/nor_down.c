/*
 * Going down and coming back. Whether nor is quiet is all the state: nacre_way_start looks at it.
 */
#include "nacre/media/nor_down.h"

#include "nacre/media/nor_call.h"
#include "nacre/media/nor_job.h"
#include "nacre/media/nor_way.h"

#include <stddef.h>

#define CORE_MHZ_MAX 1000u
#define POLL_GROWTH 3u /* read while write asks again a third later each time */

static uint32_t min(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* ---- down ---- */

static uint32_t left_of(const struct nacre_nor *nor, const struct nacre_moment *then, uint32_t us)
{
    const uint32_t passed = nacre_nor_us_since(nor, then);

    return passed < us ? us - passed : 0;
}

/* Until asking makes sense, but no longer than left_us. */
static void wait_to_ask(const struct nacre_nor *nor, uint32_t left_us)
{
    const uint32_t poll_us = left_of(nor, &nor->poll_at, nor->poll_wait_us);
    const uint32_t rest_us = left_of(nor, &nor->dark_at, nor->dark_rest_us);
    const struct nacre_moment now = nacre_nor_now(nor);

    if (nor->is_refused) {
        nacre_nor_job_pause(nor);
    } else {
        nacre_nor_wait_since(nor, &now, min(poll_us > rest_us ? poll_us : rest_us, left_us));
    }
}

static enum nacre_err finish(struct nacre_nor *nor, uint32_t us_max)
{
    const struct nacre_moment start = nacre_nor_now(nor);

    /* An erase may have run while the core slept, and the cycle counter with it: ask at once. */
    if (nor->state == NACRE_NOR_ERASES) nor->poll_wait_us = 0;
    nor->is_refused = false;
    for (;;) { /* ends: at us_max */
        const enum nacre_err err = nacre_nor_look(nor);
        if (err != NACRE_BUSY) return err;
        if (nacre_nor_job_is_late(nor)) return NACRE_NOT_NOW;

        const uint32_t left_us = left_of(nor, &start, us_max);
        if (left_us == 0) return NACRE_BUSY;
        wait_to_ask(nor, left_us);
    }
}

enum nacre_err nacre_nor_quiesce(struct nacre_nor *nor, uint32_t us_max)
{
    enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;

    err = finish(nor, min(us_max, NACRE_NOR_QUIESCE_US_MAX));
    if (err == NACRE_OK) nor->is_quiet = true;
    return nacre_nor_leave(nor, err);
}

uint32_t nacre_nor_quiesce_us(const struct nacre_nor *nor)
{
    if (nor == NULL || (nor->state != NACRE_NOR_PROGRAMS && nor->state != NACRE_NOR_ERASES)) {
        return 0;
    }
    const bool is_program = nor->state == NACRE_NOR_PROGRAMS;
    const uint32_t longest_us =
        is_program ? nor->chip->program_us_max : nor->chip->erase_us_max;
    const uint32_t dark_us = nor->budget_us;
    const uint32_t share_us = dark_us * nor->app_percent / (100u - nor->app_percent) + 1u;

    if (nor->op_way == NACRE_WAY_SLICED) {
        return nor->not_now_us + nor->slices_left * (dark_us + share_us);
    }
    return nor->not_now_us + longest_us + longest_us / POLL_GROWTH + nor->dark_rest_us + dark_us;
}

/* ---- back ---- */

static enum nacre_err differs(struct nacre_port *port, const char *name, uint32_t found,
                              uint32_t expected)
{
    if (found == expected) return NACRE_OK;
    port->mismatch = (struct nacre_mismatch){name, found, expected, ~0u};
    return NACRE_CTRL_STATE;
}

/* A second controller, if there was one, is still fit. */
static enum nacre_err check_second(struct nacre_port *now, const struct nacre_port *was)
{
    const uint32_t frame_bytes = was->second.frame_bytes;

    return frame_bytes != 0 ? nacre_port_second_adopt(now, frame_bytes) : NACRE_OK;
}

/* Is the board what was adopted? It is adopted once more to see, and that is thrown away. */
static enum nacre_err check_board(struct nacre_nor *nor)
{
    struct nacre_port *const port = &nor->blackout.port;
    const struct nacre_port_cfg cfg = {.core_mhz = port->cycles_per_us,
                                       .mpu_region = port->mpu_region};
    struct nacre_port now;

    enum nacre_err err = nacre_port_adopt(&now, &cfg, &nor->chip->form);
    if (err == NACRE_OK) err = check_second(&now, port);
    port->mismatch = now.mismatch;
    if (err == NACRE_OK) err = differs(port, "CR", now.ctrl.CR, port->ctrl.CR);
    if (err == NACRE_OK) err = differs(port, "CCR", now.ctrl.CCR, port->ctrl.CCR);
    if (err == NACRE_OK) err = differs(port, "TCR", now.ctrl.TCR, port->ctrl.TCR);
    if (err == NACRE_OK) err = differs(port, "IR", now.ctrl.IR, port->ctrl.IR);
    return err;
}

enum nacre_err nacre_nor_resume(struct nacre_nor *nor)
{
    enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;

    if (nor->is_quiet) err = check_board(nor);
    if (err == NACRE_OK) nor->is_quiet = false;
    return nacre_nor_leave(nor, err);
}

/* ---- clocks ---- */

struct ratio {
    uint32_t from_mhz;
    uint32_t to_mhz;
};

static void convert(uint32_t *cycles, struct ratio ratio)
{
    *cycles = (uint32_t)((uint64_t)*cycles * ratio.to_mhz / ratio.from_mhz);
}

/* What was measured goes on to say so many microseconds. */
static void convert_stats(struct nacre_nor_stats *stats, struct ratio ratio)
{
    stats->dark_cycles = stats->dark_cycles * ratio.to_mhz / ratio.from_mhz;
    convert(&stats->longest_cycles, ratio);
    convert(&stats->longest_masked_cycles, ratio);
    convert(&stats->last_save_dark_cycles, ratio);
    for (uint32_t i = 0; i < NACRE_WAY_COUNT; i++) {
        struct nacre_way_stats *const way = &stats->way[i];

        way->dark_cycles = way->dark_cycles * ratio.to_mhz / ratio.from_mhz;
        convert(&way->longest_cycles, ratio);
        convert(&way->longest_masked_cycles, ratio);
    }
}

/* The times of an operation are made when it starts; these are made once. */
static void change_clock(struct nacre_nor *nor, uint32_t core_mhz)
{
    struct nacre_port *const port = &nor->blackout.port;
    const struct ratio ratio = {port->cycles_per_us, core_mhz};

    /* By the old clock the rest has come so far; from here it goes on by the new one. */
    nor->dark_rest_us = left_of(nor, &nor->dark_at, nor->dark_rest_us);
    nor->dark_at = nacre_nor_now(nor);
    port->cycles_per_us = core_mhz;
    convert(&port->ctrl.wait_cycles, ratio);
    convert(&port->second.ctrl.wait_cycles, ratio);
    convert(&port->second.masked_cycles, ratio);
    convert(&nor->blackout.reset_cycles, ratio);
    convert(&nor->slice.feed_every, ratio);
    convert_stats(&nor->stats, ratio);
}

enum nacre_err nacre_nor_clock_tell(struct nacre_nor *nor, uint32_t core_mhz)
{
    if (core_mhz == 0 || core_mhz > CORE_MHZ_MAX) return NACRE_BAD_ARGUMENT;
    enum nacre_err err = nacre_nor_enter(nor);
    if (err != NACRE_OK) return err;

    if (nor->state != NACRE_NOR_IDLE) {
        err = NACRE_BUSY;
    } else {
        change_clock(nor, core_mhz);
    }
    return nacre_nor_leave(nor, err);
}
