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
#include "tests/fuzz/image.h"
#include "tests/fuzz/session.h"

#include <string.h>

#define CALLS_MAX 200u
#define ERASE_US 30000u

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
    case CALL_SET: return nacre_set(store, s->entry, s->value, s->n);
    case CALL_REMOVE: return nacre_remove(store, s->entry);
    case CALL_FACTORY_SET:
        return nacre_factory_set(store, s->entry - MODEL_KEYS, s->value, s->n);
    case CALL_RESET: return nacre_reset(store);
    case CALL_COMMIT: return nacre_commit(&s->tx);
    case CALL_FORMAT: return nacre_format(store, &s->bed.cfg);
    case CALL_UNMOUNT: return nacre_unmount(store);
    default: return nacre_idle(store, &more);
    }
}

static bool is_refusal(enum nacre_err err)
{
    return err == NACRE_FULL || err == NACRE_KEYS_FULL || err == NACRE_NOT_FOUND ||
           err == NACRE_BUSY || err == NACRE_WRITTEN_ONCE;
}

static bool is_failure(enum nacre_err err)
{
    return err == NACRE_IO || err == NACRE_VERIFY || err == NACRE_READ_ONLY ||
           err == NACRE_WORN_OUT || err == NACRE_NOT_ERASED || err == NACRE_DAMAGED ||
           err == NACRE_STALE;
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
    memset(&s->tx, 0, sizeof s->tx);
    memset(s->is_staged, 0, sizeof s->is_staged);
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
    const bool may_fail = s->has_faults || session_is_weak(s);
    if (err != NACRE_OK && !(may_fail && fuzz_is_readable(err))) {
        fuzz_wrong("the mount after a cut answers %d", (int)err);
    }
    session_judge(s);
}

/* The call returned. */
static void settle_call(struct session *s, enum nacre_err err)
{
    const bool may_fail = s->has_faults || s->has_flips;
    if (err == NACRE_OK) {
        s->now = s->next;
    } else if (err == NACRE_UNSETTLED && may_fail) {
        s->in_doubt = true; /* the old value is read until the next mount */
    } else if (is_refusal(err) || (may_fail && is_failure(err))) {
        s->next = s->now;
    } else {
        fuzz_wrong("call %d of key %u answers %d", (int)s->call, s->entry, (int)err);
    }
}

/*
 * A format on a chip that fails may have found a store that cannot be settled, and be in the middle
 * of it: what is left then is anything, but on a chip that obeys the next format ends it.
 */
static void format_again(struct session *s)
{
    sim_nor_cut_never(s->bed.sim);
    forget_faults(s);
    (void)fuzz_bed_mount(&s->bed);
    const enum nacre_err err = nacre_format(&s->bed.store, &s->bed.cfg);
    if (err != NACRE_OK) fuzz_wrong("a format that is done again answers %d", (int)err);
    s->now = s->next;
    recover(s, false);
}

/* Run the call of the session, perhaps into a cut. */
static void run_call(struct session *s)
{
    const bool may_be_lost = s->call == CALL_FORMAT && (s->has_faults || s->has_flips);
    if (setjmp(s->jump) != 0) {
        if (may_be_lost) {
            format_again(s);
            return;
        }
        s->in_doubt = true;
        s->was_cut = true;
        recover(s, true);
        return;
    }
    const enum nacre_err err = make_call(s);
    if (may_be_lost && err != NACRE_OK) format_again(s);
    else settle_call(s, err);
}

static void change_next(struct session *s, bool is_removal)
{
    model_set(&s->next, s->entry, is_removal ? NULL : s->value, s->n);
    if (!is_removal) model_past_add(&s->past, s->entry, s->value, s->n);
}

static void call_write(struct session *s, bool is_removal)
{
    s->call = is_removal ? CALL_REMOVE : CALL_SET;
    s->entry = fuzz_byte(&s->input) % MODEL_KEYS;
    if (!is_removal) make_value(s);
    change_next(s, is_removal);
    run_call(s);
}

static void call_factory_set(struct session *s)
{
    s->call = CALL_FACTORY_SET;
    s->entry = MODEL_KEYS + fuzz_byte(&s->input) % MODEL_FACTORY_KEYS;
    make_value(s);
    if (!s->now.at[s->entry].is_set) change_next(s, false);
    run_call(s);
}

static void call_other(struct session *s, enum session_call call)
{
    s->call = call;
    if (call == CALL_FORMAT) model_clear(&s->next);
    for (uint32_t i = 0; call == CALL_RESET && i < MODEL_KEYS; i++) {
        model_set(&s->next, i, NULL, 0);
    }
    run_call(s);
}

static void stage(struct session *s)
{
    struct nacre_store *const store = &s->bed.store;
    const uint32_t choice = fuzz_byte(&s->input);
    enum nacre_err err = nacre_begin(&s->tx, store, s->staged_bytes, SESSION_STAGED_BYTES);
    if (err != NACRE_OK && err != NACRE_ALREADY_BEGUN) fuzz_wrong("begin answers %d", (int)err);
    s->entry = choice % MODEL_KEYS;
    if (choice < 0xc0u) make_value(s);
    err = choice < 0xc0u ? nacre_stage_set(&s->tx, s->entry, s->value, s->n) :
                           nacre_stage_remove(&s->tx, s->entry);
    if (err == NACRE_TRANSACTION_FULL) return;
    if (err != NACRE_OK) fuzz_wrong("stage answers %d", (int)err);
    s->is_staged[s->entry] = true;
    model_set(&s->staged, s->entry, choice < 0xc0u ? s->value : NULL, s->n);
}

static void commit(struct session *s)
{
    if (s->tx.begun == 0) {
        if (nacre_commit(&s->tx) != NACRE_NOT_BEGUN) fuzz_wrong("a commit without begin");
        return;
    }
    s->call = CALL_COMMIT;
    for (uint32_t i = 0; i < MODEL_KEYS; i++) {
        const struct model_value *const value = &s->staged.at[i];
        if (!s->is_staged[i]) continue;
        s->next.at[i] = *value;
        if (value->is_set) model_past_add(&s->past, i, value->bytes, value->n);
    }
    memset(s->is_staged, 0, sizeof s->is_staged);
    run_call(s);
}

static void abandon(struct session *s)
{
    const bool is_begun = s->tx.begun != 0;
    const enum nacre_err err = nacre_abandon(&s->tx);
    if (err != (is_begun ? NACRE_OK : NACRE_NOT_BEGUN)) fuzz_wrong("abandon: %d", (int)err);
    memset(s->is_staged, 0, sizeof s->is_staged);
}

/* The power fails between two calls; an erase under way is torn. */
static void power_off(struct session *s)
{
    struct sim_tear tears[SIM_NOR_TEARS_MAX];
    const uint32_t count = sim_nor_tears(s->bed.sim, SIM_ERASE, FUZZ_UNIT_BYTES, tears);
    const uint32_t byte = fuzz_byte(&s->input);
    struct sim_tear tear = tears[byte % count];
    tear.seed = byte;
    s->was_cut = true;
    sim_nor_power_off(s->bed.sim, &tear);
    recover(s, true);
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
    faults->fail_count = 1u + byte / 64u;
    if (byte % 2u != 0) faults->program_fails = byte / 2u % 16u;
    else faults->erase_fails = byte / 2u % 4u;
}

/*
 * One bit flips, behind the newest record: of that one nobody can tell a flip from a cut. One flip
 * a session; what more of them do to one record is not promised.
 */
static void flip(struct session *s)
{
    const uint32_t lane_bytes = s->bed.lane_units * FUZZ_UNIT_BYTES;
    const uint32_t at = fuzz_16(&s->input);
    const uint32_t newest = s->bed.store.log.newest.place * 16u;
    const uint32_t bit = fuzz_byte(&s->input);
    const uint32_t lane = bit / 8u % s->bed.lane_count;
    if (s->has_flips || newest < FUZZ_UNIT_BYTES) return;
    s->has_flips = true;
    s->may_mend = s->bed.lane_count > 1u;
    const uint32_t addr = (newest + lane_bytes - 1u - at % (2u * FUZZ_UNIT_BYTES)) % lane_bytes;
    sim_nor_flip(s->bed.sim, lane * lane_bytes + addr, (uint8_t)(1u << bit % 8u));
}

static void step_rarely(struct session *s, uint32_t choice)
{
    if (choice < 0xe4u) make_fault(s);
    else if (choice < 0xecu) flip(s);
    else if (choice < 0xf2u) call_factory_set(s);
    else if (choice < 0xf6u) call_other(s, CALL_RESET);
    else if (choice < 0xf8u) call_other(s, CALL_FORMAT);
    else abandon(s);
}

static void step(struct session *s)
{
    const uint32_t choice = fuzz_byte(&s->input);
    if (choice >= 0xc0u && choice < 0xd0u) power_off(s);
    else if (s->in_doubt) return; /* read-only until the next mount */
    else if (choice < 0x50u) call_write(s, false);
    else if (choice < 0x60u) call_write(s, true);
    else if (choice < 0x78u) stage(s);
    else if (choice < 0x88u) commit(s);
    else if (choice < 0x98u) call_other(s, CALL_IDLE);
    else if (choice < 0xa8u) sim_nor_pass_us(s->bed.sim, ERASE_US);
    else if (choice < 0xc0u) arm_cut(s);
    else if (choice < 0xd8u) {
        call_other(s, CALL_UNMOUNT);
        recover(s, false);
    } else {
        step_rarely(s, choice);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct session *const s = &session;
    memset(s, 0, sizeof *s);
    s->input = (struct fuzz_input){ bytes, n };
    fuzz_bed_open(&s->bed, fuzz_byte(&s->input));
    recover(s, false);
    for (uint32_t i = 0; i < CALLS_MAX && s->input.left != 0; i++) step(s);
    sim_nor_cut_never(s->bed.sim);
    recover(s, false);
    recover(s, false);
    fuzz_bed_close(&s->bed);
    return 0;
}
