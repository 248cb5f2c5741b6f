/*
 * The steps of a bed: what an application does with a store. Every random choice comes from
 * bed->rng.
 */
#include "tests/support/store_bed.h"

#include "nacre/core/transaction.h"

#include <stdio.h>
#include <string.h>

#define IDLE_PASS_US 30000u /* longer than an erase */
#define CALLS_MAX 8u        /* of a transaction */
#define FACTORY_BYTES 12u
#define OWN_BYTES_MAX 40u

/* Fill a value: random bytes mostly, else what a log could mistake for something of its own. */
static void choose_value(struct bed *bed, uint8_t *value, uint32_t n)
{
    const uint32_t kind = rng_below(&bed->rng, 20u);
    if (kind == 0) memset(value, 0xff, n);
    else if (kind == 1u) memset(value, 0, n);
    else if (kind == 2u && n >= 16u) {
        const uint32_t granules = (bed->sim->bytes - n) / 16u;
        const uint32_t addr = rng_below(&bed->rng, granules) * 16u;
        memcpy(value, bed->sim->data + addr + (bed->rng.state >> 63) * 8u, n - 8u);
        memset(value + n - 8u, 0x3c, 8u);
    } else {
        for (uint32_t i = 0; i < n; i++) value[i] = (uint8_t)rng_next(&bed->rng);
    }
}

static uint32_t choose_length(struct bed *bed)
{
    const uint32_t limit = rng_percent(&bed->rng, bed->scene->small_percent) ?
                           8u : bed->scene->value_max;
    return rng_below(&bed->rng, limit + 1u);
}

/* A call that changes something returned: is that right, by the oracle and by the chip? */
static bool ended(struct bed *bed, const char *what, enum nacre_err err)
{
    if (bed->tells && err != NACRE_OK) (void)printf("    answers %d\n", (int)err);
    if (!oracle_end(&bed->oracle, err)) return bed_wrong(bed, "%s: %s", what, bed->oracle.why);
    if (err == NACRE_OK) bed->update_count++;
    if (err == NACRE_OK || bed_excuses(bed, err)) return true;
    return bed_wrong(bed, "%s answered %d", what, (int)err);
}

static bool step_set(struct bed *bed, uint32_t key)
{
    uint8_t value[NACRE_VALUE_BYTES_MAX];
    const uint32_t n = choose_length(bed);
    choose_value(bed, value, n);
    if (bed->tells) (void)printf("  set key %u, %u bytes\n", key, n);
    oracle_begin(&bed->oracle, key, value, n);
    const enum nacre_err err = nacre_set(&bed->store, key, value, n);
    if (err != NACRE_FULL) return ended(bed, "set", err);
    bed->full_count++;
    return oracle_end(&bed->oracle, err);
}

static bool step_remove(struct bed *bed, uint32_t key)
{
    if (bed->tells) (void)printf("  remove key %u\n", key);
    oracle_begin(&bed->oracle, key, NULL, 0);
    const enum nacre_err err = nacre_remove(&bed->store, key);
    if (err != NACRE_NOT_FOUND) return ended(bed, "removal", err);
    return oracle_end(&bed->oracle, err) || bed_wrong(bed, "removal: %s", bed->oracle.why);
}

/* Stage some changes and tell the oracle of them. The values are shared by no two calls. */
static bool stage(struct bed *bed, struct nacre_transaction *tx, uint32_t calls)
{
    for (uint32_t i = 0; i < calls; i++) {
        uint8_t value[NACRE_VALUE_BYTES_MAX];
        const uint32_t key = rng_below(&bed->rng, bed->scene->key_count);
        const bool is_removal = rng_percent(&bed->rng, bed->scene->remove_percent);
        const uint32_t n = choose_length(bed) / (calls > 3u ? 2u : 1u);
        if (!is_removal) choose_value(bed, value, n);
        if (bed->tells) (void)printf("    stage key %u, %d bytes\n", key, is_removal ? -1 : (int)n);
        oracle_add(&bed->oracle, key, is_removal ? NULL : value, n);
        const enum nacre_err err = is_removal ? nacre_stage_remove(tx, key) :
                                                nacre_stage_set(tx, key, value, n);
        memset(value, 0x99, sizeof value);
        if (err != NACRE_OK) return bed_wrong(bed, "stage answered %d", (int)err);
    }
    return true;
}

static bool commit(struct bed *bed, struct nacre_transaction *tx)
{
    const struct sim_counters before = bed->sim->counters;
    oracle_go(&bed->oracle);
    const enum nacre_err err = nacre_commit(tx);
    if (err == NACRE_OK) bed->commit_count++;
    if (err != NACRE_FULL && err != NACRE_KEYS_FULL) return ended(bed, "commit", err);
    const struct sim_counters *const after = &bed->sim->counters;
    const bool is_idle = after->programs == before.programs && after->erases == before.erases;
    if (!is_idle && !bed->is_faulty) {
        return bed_wrong(bed, "a commit that does not fit programmed %u times, erased %u",
                         after->programs - before.programs, after->erases - before.erases);
    }
    return oracle_end(&bed->oracle, err);
}

/* A transaction, committed mostly. Abandoned, it must leave nothing: the oracle forgets it. */
static bool step_transaction(struct bed *bed)
{
    static uint8_t buf[NACRE_TRANSACTION_BYTES(CALLS_MAX, CALLS_MAX * NACRE_VALUE_BYTES_MAX)];
    struct nacre_transaction tx = { 0 };
    const uint32_t calls = 1u + rng_below(&bed->rng, CALLS_MAX);
    const bool is_abandoned = rng_percent(&bed->rng, 15u);
    if (bed->tells) (void)printf("  transaction%s\n", is_abandoned ? ", to be abandoned" : "");
    enum nacre_err err = nacre_begin(&tx, &bed->store, buf, sizeof buf);
    if (err != NACRE_OK) return bed_wrong(bed, "begin answered %d", (int)err);
    oracle_open(&bed->oracle);
    if (!stage(bed, &tx, calls)) return false;
    if (!is_abandoned) return commit(bed, &tx);
    oracle_open(&bed->oracle);
    err = nacre_abandon(&tx);
    return err == NACRE_OK || bed_wrong(bed, "abandon answered %d", (int)err);
}

static bool step_reset(struct bed *bed)
{
    if (bed->tells) (void)printf("  reset\n");
    oracle_begin_reset(&bed->oracle);
    return ended(bed, "reset", nacre_reset(&bed->store));
}

/* The first value of a key's factory slot stays; another one is refused, the same one is not. */
static bool step_factory(struct bed *bed)
{
    const uint32_t key = rng_below(&bed->rng, bed->scene->key_count) % ORACLE_FACTORY_COUNT;
    const struct oracle_value *const old = &bed->oracle.current[ORACLE_FACTORY + key];
    uint8_t value[FACTORY_BYTES];
    memset(value, (int)rng_below(&bed->rng, 2u), sizeof value);
    const bool is_other = old->is_set && memcmp(old->bytes, value, sizeof value) != 0;
    if (bed->tells) (void)printf("  factory value of key %u\n", key);
    oracle_begin(&bed->oracle, ORACLE_FACTORY + key, value, sizeof value);
    const enum nacre_err err = nacre_factory_set(&bed->store, key, value, sizeof value);
    if (err == NACRE_OK && is_other) return bed_wrong(bed, "a factory value was replaced");
    if (err != NACRE_WRITTEN_ONCE) return ended(bed, "factory set", err);
    oracle_open(&bed->oracle);
    const bool is_sure = bed->oracle.trust[ORACLE_FACTORY + key] == ORACLE_GOOD;
    return is_other || !is_sure || bed_wrong(bed, "a factory value was refused that is not there");
}

static bool step_own(struct bed *bed)
{
    const uint32_t slot = ORACLE_OWN + rng_below(&bed->rng, ORACLE_OWN_COUNT);
    const uint32_t n = rng_below(&bed->rng, OWN_BYTES_MAX);
    uint8_t value[OWN_BYTES_MAX];
    choose_value(bed, value, n);
    if (bed->tells) (void)printf("  own record %x, %u bytes\n", oracle_key(slot), n);
    oracle_begin(&bed->oracle, slot, value, n);
    return ended(bed, "own set", nacre_own_set(&bed->store, oracle_key(slot), value, n));
}

static bool step_rare(struct bed *bed)
{
    const uint32_t choice = rng_below(&bed->rng, 4u);
    if (choice == 0) return step_reset(bed);
    return choice == 1u ? step_factory(bed) : step_own(bed);
}

static bool step_idle(struct bed *bed)
{
    bool more = false;
    if (bed->tells) (void)printf("  idle\n");
    const enum nacre_err err = nacre_idle(&bed->store, &more);
    if (err != NACRE_OK && !bed_excuses(bed, err)) {
        return bed_wrong(bed, "idle answered %d", (int)err);
    }
    if (rng_percent(&bed->rng, 70u)) sim_nor_pass_us(bed->sim, IDLE_PASS_US);
    return true;
}

static bool step_reboot(struct bed *bed)
{
    if (bed->tells) (void)printf("  unmount and mount\n");
    const enum nacre_err err = nacre_unmount(&bed->store);
    bed->is_mounted = false;
    if (err != NACRE_OK && !bed_excuses(bed, err)) {
        return bed_wrong(bed, "unmount answered %d", (int)err);
    }
    sim_nor_power_on(bed->sim);
    const enum nacre_err again = bed_mount(bed);
    if (again != NACRE_OK && !bed_excuses(bed, again)) {
        return bed_wrong(bed, "mount after unmount answered %d", (int)again);
    }
    /* A clean note that an earlier cut left marginal may be read in one boot and not the next. */
    if (bed->mount_cost.programs == 0 || bed->sim->marginal != 0 || bed->is_faulty) return true;
    return bed_wrong(bed, "mount after unmount programmed %u times", bed->mount_cost.programs);
}

bool bed_step(struct bed *bed)
{
    const struct bed_scene *const scene = bed->scene;
    const uint32_t choice = rng_below(&bed->rng, 100u);
    const uint32_t key = rng_below(&bed->rng, scene->key_count);
    if (scene->rare_permille != 0 && rng_below(&bed->rng, 1000u) < scene->rare_permille) {
        return step_rare(bed);
    }
    uint32_t edge = scene->reboot_percent;
    if (choice < edge) return step_reboot(bed);
    edge += scene->idle_percent;
    if (choice < edge) return step_idle(bed);
    edge += scene->remove_percent;
    if (choice < edge) return step_remove(bed, key);
    edge += scene->transaction_percent;
    if (choice < edge) return step_transaction(bed);
    /* Half of the updates hit a quarter of the keys, so that some records grow old. */
    const uint32_t hot = 1u + scene->key_count / 4u;
    return step_set(bed, rng_percent(&bed->rng, 50u) ? key % hot : key);
}

