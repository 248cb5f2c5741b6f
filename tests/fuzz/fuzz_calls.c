/*
 * Fuzz target: the store's calls in any order, with cuts, flipped bits and failing units, against a
 * model that knows nothing but docs/guarantee.md.
 *
 * The model is every key's value. A call that a cut hit makes two of it, before and after; what the
 * next mount answers must be one of them as a whole, so that half a transaction is seen; from then
 * on that one is true. Values are made to be mistaken: records with good check sums, granules of
 * the medium, blank and zero bytes.
 *
 * Input: a byte for the bed (fuzz_bed.h), then calls.
 */
#include "tests/fuzz/fuzz_bed.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/image.h"
#include "tests/fuzz/model.h"

#include <setjmp.h>
#include <string.h>

#define CALLS_MAX 200u
#define ERASE_US 30000u

enum call {
    CALL_SET,
    CALL_REMOVE,
    CALL_FORMAT,
    CALL_UNMOUNT,
    CALL_IDLE,
};

struct session {
    struct fuzz_bed bed;
    struct fuzz_input input;
    struct model now;    /* what is true */
    struct model next;   /* what the call under way would make of it */
    bool in_doubt;       /* either is true: the next mount decides */
    bool has_faults;     /* units fail: errors are excused, wrong values are not */
    bool cut_is_armed;
    enum call call;
    uint32_t entry;      /* of now and next */
    uint32_t n;
    bool is_removal;
    uint8_t value[MODEL_VALUE_MAX];
    jmp_buf jump;
};

static struct session session;

static void make_value(struct session *s)
{
    static const uint32_t limits[] = { 9u, 9u, 40u, MODEL_VALUE_MAX };
    const uint32_t kind = fuzz_byte(&s->input);
    const uint32_t seed = fuzz_byte(&s->input);
    const struct nacre_log *const log = &s->bed.store.log;
    struct rng rng = { rng_mix(seed) };
    s->n = fuzz_byte(&s->input) % limits[kind / 8u % 4u];
    for (uint32_t i = 0; i < s->n; i++) s->value[i] = (uint8_t)rng_next(&rng);
    if (kind % 8u == 0) memset(s->value, 0xff, s->n);
    if (kind % 8u == 1u) memset(s->value, 0, s->n);
    if (kind % 8u == 2u) {
        /* Granules of the medium, from about where the log is being written. */
        const uint32_t place = (log->newest.place + seed) * 16u % (s->bed.sim->bytes - s->n);
        sim_nor_peek(s->bed.sim, place, s->value, s->n);
    }
    if (kind % 8u == 3u) {
        /* Records that would be good at the places where the value will lie. */
        for (uint32_t i = 0; i + 16u <= s->n; i += 16u) {
            image_make_granule(s->value + i, seed % MODEL_KEYS, log->generation + seed / 128u,
                               log->newest.place + i / 16u + seed / 16u % 8u, s->bed.lane_units);
        }
    }
}

/* The call of the session, as it is made of the store. */
static enum nacre_err make_call(struct session *s)
{
    struct nacre_store *const store = &s->bed.store;
    bool more;
    switch (s->call) {
    case CALL_SET:
        return nacre_set(store, s->entry, s->value, s->n);
    case CALL_REMOVE:
        return nacre_remove(store, s->entry);
    case CALL_FORMAT:
        return nacre_format(store, &s->bed.cfg);
    case CALL_UNMOUNT:
        return nacre_unmount(store);
    default:
        return nacre_idle(store, &more);
    }
}

static bool is_refusal(enum nacre_err err)
{
    return err == NACRE_FULL || err == NACRE_KEYS_FULL || err == NACRE_NOT_FOUND ||
           err == NACRE_BUSY;
}

static bool is_failure(enum nacre_err err)
{
    return err == NACRE_IO || err == NACRE_VERIFY || err == NACRE_UNSETTLED ||
           err == NACRE_READ_ONLY || err == NACRE_WORN_OUT || err == NACRE_NOT_ERASED;
}

/* What one key answers: null with *found false where it has no value. */
static const uint8_t *ask(struct session *s, uint32_t entry, uint8_t *buf, uint32_t *n)
{
    const enum nacre_err err = nacre_get(&s->bed.store, entry, buf, MODEL_VALUE_MAX, n);
    if (err == NACRE_NOT_FOUND) return NULL;
    if (err != NACRE_OK) fuzz_wrong("key %u answers %d", entry, (int)err);
    return buf;
}

/* The store answers for each key, and lists those that have a value. */
static void read_all(struct session *s, struct model *found)
{
    uint8_t buf[MODEL_VALUE_MAX];
    uint32_t key = 0;
    model_clear(found);
    for (uint32_t entry = 0; entry < MODEL_KEYS; entry++) {
        uint32_t n = 0;
        const uint8_t *const value = ask(s, entry, buf, &n);
        model_set(found, entry, value, n);
        if (value == NULL) continue;
        const enum nacre_err err = nacre_next(&s->bed.store, &key);
        if (err != NACRE_OK || key != entry) fuzz_wrong("walk: %d, %u", (int)err, key);
        key++;
    }
    const enum nacre_err err = nacre_next(&s->bed.store, &key);
    if (err != NACRE_NOT_FOUND) fuzz_wrong("walk: %d, %u after the last key", (int)err, key);
}

static void tell_difference(const struct model *found, const struct model *allowed)
{
    for (uint32_t i = 0; i < MODEL_ENTRIES; i++) {
        const struct model_value *const a = &found->at[i];
        const struct model_value *const b = &allowed->at[i];
        if (memcmp(a, b, sizeof *a) == 0) continue;
        fuzz_wrong("key %u: found %d, %u bytes %02x.., allowed %d, %u bytes %02x..", i, a->is_set,
                   a->n, a->bytes[0], b->is_set, b->n, b->bytes[0]);
    }
}

static void judge(struct session *s)
{
    static struct model found;
    read_all(s, &found);
    fuzz_bed_check_chip(&s->bed);
    if (s->in_doubt && model_equals(&found, &s->next)) s->now = s->next;
    s->in_doubt = false;
    if (!model_equals(&found, &s->now)) tell_difference(&found, &s->now);
}

static struct sim_tear any_tear(struct session *s)
{
    const struct sim_tear tear = { SIM_TEAR_ANY, 0, rng_mix(fuzz_byte(&s->input)) };
    return tear;
}

/* A unit that failed works again. */
static void forget_faults(struct session *s)
{
    s->bed.sim->faults.program_fails = SIM_NOR_NO_COMMAND;
    s->bed.sim->faults.erase_fails = SIM_NOR_NO_COMMAND;
}

/*
 * Power on and mount after a cut; the input says whether the power fails once more in the mount.
 * Three in a row are not promised to be survived.
 */
static void recover(struct session *s, bool may_cut)
{
    const uint32_t again = may_cut ? fuzz_byte(&s->input) : 0u;
    if (again >= 0x80u && setjmp(s->jump) == 0) {
        const struct sim_tear tear = any_tear(s);
        sim_nor_cut_at(s->bed.sim, again % 16u, &tear, &s->jump);
        (void)fuzz_bed_mount(&s->bed);
    }
    sim_nor_cut_never(s->bed.sim);
    enum nacre_err err = fuzz_bed_mount(&s->bed);
    if (err != NACRE_OK && s->has_faults) {
        forget_faults(s);
        err = fuzz_bed_mount(&s->bed);
    }
    if (err != NACRE_OK && !(s->has_faults && fuzz_is_readable(err))) {
        fuzz_wrong("the mount after a cut answers %d", (int)err);
    }
    judge(s);
}

/* The call returned. */
static void settle_call(struct session *s, enum nacre_err err)
{
    if (err == NACRE_OK) {
        s->now = s->next;
    } else if (err == NACRE_UNSETTLED && s->has_faults) {
        s->in_doubt = true; /* the old value is read until the next mount */
    } else if (!is_refusal(err) && !(s->has_faults && is_failure(err))) {
        fuzz_wrong("call %d of key %u answers %d", (int)s->call, s->entry, (int)err);
    }
}

/* Run the call of the session, perhaps into a cut. */
static void run_call(struct session *s)
{
    if (s->in_doubt) return; /* read-only, until the next mount */
    if (setjmp(s->jump) != 0) {
        s->cut_is_armed = false;
        s->in_doubt = true;
        recover(s, true);
        return;
    }
    settle_call(s, make_call(s));
}

static void call_write(struct session *s, bool is_removal)
{
    s->call = is_removal ? CALL_REMOVE : CALL_SET;
    s->entry = fuzz_byte(&s->input) % MODEL_KEYS;
    s->next = s->now;
    if (!is_removal) make_value(s);
    model_set(&s->next, s->entry, is_removal ? NULL : s->value, s->n);
    run_call(s);
}

static void call_other(struct session *s, enum call call)
{
    s->call = call;
    s->next = s->now;
    if (call == CALL_FORMAT) model_clear(&s->next);
    run_call(s);
}

/* The power fails between two calls; an erase under way is torn. */
static void power_off(struct session *s)
{
    struct sim_tear tears[SIM_NOR_TEARS_MAX];
    const uint32_t count = sim_nor_tears(s->bed.sim, SIM_ERASE, FUZZ_UNIT_BYTES, tears);
    const uint32_t byte = fuzz_byte(&s->input);
    struct sim_tear tear = tears[byte % count];
    tear.seed = byte;
    sim_nor_power_off(s->bed.sim, &tear);
    recover(s, true);
}

static void clean_restart(struct session *s)
{
    call_other(s, CALL_UNMOUNT);
    recover(s, false);
}

static void arm_cut(struct session *s)
{
    const uint32_t command = fuzz_byte(&s->input) % 32u;
    const struct sim_tear tear = any_tear(s);
    sim_nor_cut_at(s->bed.sim, command, &tear, &s->jump);
}

static void make_fault(struct session *s)
{
    struct sim_faults *const faults = &s->bed.sim->faults;
    const uint32_t byte = fuzz_byte(&s->input);
    s->has_faults = true;
    faults->fail_count = 1u;
    if (byte % 2u != 0) faults->program_fails = byte / 2u % 16u;
    else faults->erase_fails = byte / 2u % 4u;
}

static void step(struct session *s)
{
    const uint32_t choice = fuzz_byte(&s->input);
    if (choice < 0x70u) call_write(s, false);
    else if (choice < 0x90u) call_write(s, true);
    else if (choice < 0xa8u) call_other(s, CALL_IDLE);
    else if (choice < 0xb8u) sim_nor_pass_us(s->bed.sim, ERASE_US);
    else if (choice < 0xd0u) arm_cut(s);
    else if (choice < 0xe0u) power_off(s);
    else if (choice < 0xe8u) clean_restart(s);
    else if (choice < 0xf0u) make_fault(s);
    else if (choice < 0xf4u) call_other(s, CALL_FORMAT);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct session *const s = &session;
    memset(s, 0, sizeof *s);
    s->input = (struct fuzz_input){ bytes, n };
    fuzz_bed_open(&s->bed, fuzz_byte(&s->input) & 15u); /* TEMPORARY until KEYS_FULL is mended */
    recover(s, false);
    for (uint32_t i = 0; i < CALLS_MAX && s->input.left != 0; i++) step(s);
    sim_nor_cut_never(s->bed.sim);
    recover(s, false);
    recover(s, false);
    fuzz_bed_close(&s->bed);
    return 0;
}
