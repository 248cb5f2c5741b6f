/*
 * The life of a store on a bed. One is live; the others are copies that are only ever copied back,
 * so that what the store points at stays where it is.
 */
#include "tests/support/medium_life.h"

#include "nacre/core/transaction.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define STEPS_MAX 20000u
#define STAGED 3u
#define FIRST_MIDDLE_KEY 7u /* keys below it hold up to 8 bytes, */
#define LARGE_KEY 9u        /* this one up to LIFE_VALUE_MAX, those between up to 60 */
#define IDLE_CALLS 4u

struct medium_life medium_life;
static struct medium_life kept[MEDIUM_LEVELS];
static struct medium_life *const life = &medium_life;

bool life_wrong(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int at = snprintf(life->why, sizeof life->why, "step %u: ", life->step);
    (void)vsnprintf(life->why + at, sizeof life->why - (size_t)at, format, args);
    va_end(args);
    return false;
}

bool life_error_is_of_bus(enum nacre_err err)
{
    switch (err) {
    case NACRE_IO:
    case NACRE_TIMEOUT:
    case NACRE_VERIFY:
    case NACRE_CHIP_UNKNOWN:
    case NACRE_CHIP_REFUSED:
    case NACRE_CHIP_SUSPENDED:
    case NACRE_BUS_NO_ACK:
    case NACRE_BUS_LOST:
    case NACRE_BUS_TIMEOUT:
    case NACRE_BUS_STUCK:
    case NACRE_BUS_SHORT:
    case NACRE_BUS_FAILED:
    case NACRE_PART_SILENT:
    case NACRE_PART_PROTECTED:
        return true;
    default:
        return false;
    }
}

/* What a store may answer for as long as a fault that made it read-only was not left by a mount. */
static bool is_consequence(enum nacre_err err)
{
    return err == NACRE_UNSETTLED || err == NACRE_READ_ONLY || err == NACRE_WORN_OUT;
}

static bool is_excused(enum nacre_err err)
{
    if (!life->is_faulty || (!life_error_is_of_bus(err) && !is_consequence(err))) return false;
    life->error_count++;
    return true;
}

/* A call that changes something has returned. */
static bool ended(const char *what, enum nacre_err err)
{
    const bool excused = is_excused(err);
    /* To the oracle the errors of a bus are one. */
    const enum nacre_err told = life_error_is_of_bus(err) ? NACRE_IO : err;
    if (life->tells && err != NACRE_OK) (void)printf("    %s\n", nacre_err_name(err));
    if (!oracle_end(&life->oracle, told)) return life_wrong("%s: %s", what, life->oracle.why);
    if (err == NACRE_OK) life->updates++;
    if (err == NACRE_FULL) life->full_count++;
    if (err == NACRE_OK || err == NACRE_FULL || err == NACRE_NOT_FOUND || excused) return true;
    return life_wrong("%s answered %s", what, nacre_err_name(err));
}

/* ---- steps ---- */

static uint32_t choose_length(uint32_t key)
{
    const uint32_t limit = key < FIRST_MIDDLE_KEY ? 8u : key < LARGE_KEY ? 60u : LIFE_VALUE_MAX;
    return 1u + rng_below(&life->rng, limit);
}

static void choose_value(uint8_t *value, uint32_t n)
{
    const uint32_t kind = rng_below(&life->rng, 16u);
    for (uint32_t i = 0; i < n; i++) value[i] = (uint8_t)rng_next(&life->rng);
    if (kind == 0) memset(value, 0xFF, n);
    if (kind == 1u) memset(value, 0, n);
}

static bool step_set(void)
{
    uint8_t value[LIFE_VALUE_MAX];
    const uint32_t key = rng_below(&life->rng, LIFE_KEYS);
    const uint32_t n = choose_length(key);
    choose_value(value, n);
    if (life->tells) (void)printf("  set key %u, %u bytes\n", key, n);
    oracle_begin(&life->oracle, key, value, n);
    return ended("set", nacre_set(&life->store, key, value, n));
}

static bool step_remove(void)
{
    const uint32_t key = rng_below(&life->rng, LIFE_KEYS);
    if (life->tells) (void)printf("  remove key %u\n", key);
    oracle_begin(&life->oracle, key, NULL, 0);
    return ended("removal", nacre_remove(&life->store, key));
}

static bool step_transaction(void)
{
    static uint8_t buf[NACRE_TRANSACTION_BYTES(STAGED, STAGED * LIFE_VALUE_MAX)];
    struct nacre_transaction tx = { 0 };
    if (life->tells) (void)printf("  transaction\n");
    enum nacre_err err = nacre_begin(&tx, &life->store, buf, sizeof buf);
    if (err != NACRE_OK) return is_excused(err) || life_wrong("begin: %s", nacre_err_name(err));
    oracle_open(&life->oracle);
    for (uint32_t i = 0; i < STAGED; i++) {
        uint8_t value[LIFE_VALUE_MAX];
        const uint32_t key = (life->step + i * 3u) % LIFE_KEYS;
        const uint32_t n = choose_length(key);
        choose_value(value, n);
        oracle_add(&life->oracle, key, i == 1u ? NULL : value, n);
        err = i == 1u ? nacre_stage_remove(&tx, key) : nacre_stage_set(&tx, key, value, n);
        if (err != NACRE_OK) return life_wrong("stage answered %s", nacre_err_name(err));
    }
    oracle_go(&life->oracle);
    return ended("commit", nacre_commit(&tx));
}

static bool step_idle(void)
{
    bool more = true;
    if (life->tells) (void)printf("  idle\n");
    for (uint32_t i = 0; more && i < IDLE_CALLS; i++) {
        const enum nacre_err err = nacre_idle(&life->store, &more);
        if (err != NACRE_OK) return is_excused(err) || life_wrong("idle: %s", nacre_err_name(err));
    }
    return true;
}

static bool mount(void)
{
    const struct nacre_store_cfg cfg = {
        .medium = life->medium, .index = life->index, .index_count = LIFE_INDEX,
    };
    const enum nacre_err err = nacre_mount(&life->store, &cfg);
    life->is_mounted = err == NACRE_OK || is_consequence(err);
    if (life->is_mounted) oracle_boot(&life->oracle);
    if (life->tells) (void)printf("    mount: %s\n", nacre_err_name(err));
    return err == NACRE_OK || is_excused(err) || life_wrong("mount: %s", nacre_err_name(err));
}

static bool open_and_mount(void)
{
    life->is_mounted = false;
    const enum nacre_err err = life->kind->ops->open(&life->medium);
    if (life->tells) (void)printf("  power on, open: %s\n", nacre_err_name(err));
    if (err != NACRE_OK) return is_excused(err) || life_wrong("open: %s", nacre_err_name(err));
    return mount();
}

static bool step_restart(void)
{
    if (life->tells) (void)printf("  unmount\n");
    const enum nacre_err err = nacre_unmount(&life->store);
    life->is_mounted = false;
    if (err != NACRE_OK && !is_excused(err)) {
        return life_wrong("unmount: %s", nacre_err_name(err));
    }
    return open_and_mount();
}

bool life_step(void)
{
    const uint32_t choice = life->step++ % 16u;
    if (choice == 5u) return step_remove();
    if (choice == 8u) return step_transaction();
    if (choice == 11u) return step_restart();
    if (choice == 13u) return step_idle();
    return step_set();
}

/* ---- judging ---- */

bool life_judge(void)
{
    if (oracle_judge(&life->oracle, &life->store)) return true;
    return life_wrong("%s", life->oracle.why);
}

bool life_judge_values(void)
{
    for (uint32_t key = 0; life->is_mounted && key < LIFE_KEYS; key++) {
        uint8_t value[LIFE_VALUE_MAX];
        uint32_t n = 0;
        const enum nacre_err err = nacre_get(&life->store, key, value, sizeof value, &n);
        const bool is_told = err == NACRE_DAMAGED || err == NACRE_STALE;
        if (life_error_is_of_bus(err) || (life->is_misread && is_told)) {
            life->error_count++;
            continue;
        }
        if (!oracle_judge_answer(&life->oracle, key, err, value, n)) {
            return life_wrong("a get while the bus fails: %s", life->oracle.why);
        }
    }
    return true;
}

bool life_boot(void)
{
    if (!open_and_mount()) return false;
    return life->is_mounted ? life_judge() : true;
}

/* ---- from its start ---- */

uint32_t life_generation(void)
{
    struct nacre_stats stats;
    return nacre_stats(&life->store, &stats) == NACRE_OK ? stats.generation : 0;
}

bool life_begin(const struct medium_kind *kind, uint64_t seed)
{
    memset(&life->store, 0, sizeof life->store);
    life->kind = kind;
    life->rng.state = rng_mix(seed);
    life->step = 0;
    life->updates = 0;
    life->full_count = 0;
    life->error_count = 0;
    life->is_faulty = false;
    life->is_misread = false;
    life->tells = false;
    life->why[0] = '\0';
    oracle_init(&life->oracle, LIFE_KEYS);
    if (!kind->ops->begin(kind, seed)) return life_wrong("the bed does not begin");
    return life_boot();
}

void life_end(void)
{
    life->kind->ops->end();
}

bool life_go_to_generation(uint32_t generation)
{
    for (uint32_t i = 0; i < STEPS_MAX; i++) {
        if (life_generation() >= generation) return life_judge();
        if (!life_step()) return false;
    }
    return life_wrong("%u steps do not lead to generation %u", STEPS_MAX, generation);
}

static void copy_life(struct medium_life *to, const struct medium_life *from)
{
    to->kind = from->kind;
    to->medium = from->medium;
    to->store = from->store;
    memcpy(to->index, from->index, sizeof to->index);
    oracle_copy(&to->oracle, &from->oracle);
    to->rng = from->rng;
    to->step = from->step;
    to->updates = from->updates;
    to->full_count = from->full_count;
    to->error_count = from->error_count;
    to->is_mounted = from->is_mounted;
    to->is_faulty = from->is_faulty;
    to->is_misread = from->is_misread;
    memcpy(to->why, from->why, sizeof to->why);
}

void life_keep(uint32_t level)
{
    copy_life(&kept[level], life);
    life->kind->ops->keep(level);
}

void life_back(uint32_t level)
{
    copy_life(life, &kept[level]);
    life->kind->ops->back(level);
}
