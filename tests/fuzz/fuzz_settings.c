/*
 * Fuzz target: the calls of the settings in any order, with cuts and migrations, against a model
 * written from docs/settings.md.
 *
 * The model has each key's bytes: saved, pending, and the factory's. A call that a cut hit leaves
 * each saved value as it was, as it would be, or as it was pending; a factory reset and a migration
 * leave all of them alike. A get is held against what the page says of those bytes: fit or not, and
 * which comes first. Values are any bytes, of any length and type; keys are written past the
 * settings, too.
 *
 * Input: a byte for the bed (fuzz_bed.h), then calls.
 */
#include "nacre/core/settings_move.h"
#include "nacre/core/settings_pending.h"
#include "nacre/core/settings_typed.h"
#include "tests/fuzz/fuzz_bed.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/rows.h"
#include "tests/support/rng.h"

#include <setjmp.h>
#include <string.h>

#define CALLS_MAX 200u
#define ERASE_US 30000u
#define MOVES_MAX 4u

/* What lies under the key of each row. */
struct model {
    struct cell user[ROWS];
    struct cell factory[ROWS];
    struct cell pending[ROWS];
};

struct move {
    uint32_t kind; /* 0 set, 1 remove, else rename */
    uint32_t row;
    uint32_t to;
    struct cell cell;
};

static struct {
    struct fuzz_bed bed;
    struct fuzz_input input;
    struct nacre_settings settings;
    struct nacre_pending pending;
    uint8_t memory[NACRE_PENDING_BYTES(2, 20)];
    uint8_t work[NACRE_TRANSACTION_BYTES(6, 60)];
    uint8_t scratch[20];
    struct model now;
    struct model next;   /* where the call under way leads */
    struct move moves[MOVES_MAX];
    uint32_t moves_count;
    uint32_t version;    /* that the store has */
    uint32_t next_version;
    uint32_t ms;
    bool must_be_alike;  /* the call under way changes all or nothing */
    jmp_buf jump;
} s;

static struct cell answer_of(uint32_t row, struct nacre_setting_state *state)
{
    state->state = NACRE_STATE_GOOD;
    state->origin = NACRE_ORIGIN_USER;
    if (s.now.pending[row].is_set) {
        state->state = NACRE_STATE_PENDING;
        return s.now.pending[row];
    }
    if (s.now.user[row].is_set) {
        if (is_fit(row, &s.now.user[row])) return s.now.user[row];
        state->state = NACRE_STATE_UNFIT;
    }
    state->origin = NACRE_ORIGIN_FACTORY;
    if ((table[row].flags & NACRE_FACTORY) != 0 && s.now.factory[row].is_set) {
        if (is_fit(row, &s.now.factory[row])) return s.now.factory[row];
        state->state = NACRE_STATE_UNFIT;
    }
    state->origin = NACRE_ORIGIN_DEFAULT;
    return default_of(row);
}

/* ---- what the settings and the store say ---- */

static struct cell raw_get(uint32_t key)
{
    struct cell cell = {.is_set = true};
    const enum nacre_err err =
        key > NACRE_KEY_MAX
            ? nacre_own_get(&s.bed.store, key, cell.bytes, sizeof cell.bytes, &cell.n)
            : nacre_get(&s.bed.store, key, cell.bytes, sizeof cell.bytes, &cell.n);
    if (err != NACRE_OK && err != NACRE_NOT_FOUND) fuzz_wrong("key %u: %d", key, (int)err);
    cell.is_set = err == NACRE_OK;
    return cell;
}

static bool is_number(uint32_t row)
{
    return table[row].type < NACRE_TYPE_STRING;
}

static enum nacre_err ask(uint32_t row, uint8_t *buf, uint32_t size,
                          struct nacre_setting_state *state)
{
    const uint32_t key = table[row].key;
    const enum nacre_type type = (enum nacre_type)table[row].type;
    if (is_number(row)) return nacre_settings_get(&s.settings, key, type, buf, state);
    if (type == NACRE_TYPE_BLOB) {
        return nacre_settings_get_blob(&s.settings, key, buf, size, state);
    }
    return nacre_settings_get_string(&s.settings, key, (char *)buf, size, state);
}

/* A row in which a flush, or another row's set, found the pending value's place saves it. */
static void note_saved(uint32_t row)
{
    struct cell *const pending = &s.now.pending[row];
    if (!pending->is_set || nacre_settings_is_pending(&s.settings, table[row].key)) return;
    const struct cell raw = raw_get(table[row].key);
    if (!cells_agree(&raw, pending)) fuzz_wrong("row %u: pending no more, and not saved", row);
    s.now.user[row] = *pending;
    pending->is_set = false;
}

static void judge_row(uint32_t row)
{
    struct nacre_setting_state state;
    struct nacre_setting_state found = {99, 99, 99};
    uint8_t buf[CELL_MAX];
    const struct cell raw = raw_get(table[row].key);
    if (!cells_agree(&raw, &s.now.user[row])) fuzz_wrong("row %u: the store has another", row);
    struct cell want = answer_of(row, &state);
    if (table[row].type == NACRE_TYPE_STRING) {
        const uint8_t *const end = memchr(want.bytes, 0, want.n);
        if (end != NULL) want.n = (uint32_t)(end - want.bytes);
    }
    const enum nacre_err err = ask(row, buf, sizeof buf, &found);
    if (err != NACRE_OK) fuzz_wrong("row %u: a get answers %d", row, (int)err);
    if (found.length != want.n || memcmp(buf, want.bytes, want.n) != 0) {
        fuzz_wrong("row %u: another value", row);
    }
    if (found.origin != state.origin || found.state != state.state) {
        fuzz_wrong("row %u: origin %d state %d", row, (int)found.origin, (int)found.state);
    }
    if (is_number(row)) return;
    const enum nacre_err small = ask(row, buf, want.n > 0 ? want.n - 1u : 0, &found);
    if (small != (want.n > 0 ? NACRE_TOO_SMALL : small) || found.length < want.n) {
        fuzz_wrong("row %u: a small buffer: %d", row, (int)small);
    }
}

static void judge(void)
{
    fuzz_bed_check_chip(&s.bed);
    for (uint32_t row = 0; row < ROWS; row++) {
        note_saved(row);
        judge_row(row);
    }
}

/* ---- calls ---- */

static uint32_t now_ms(void *context)
{
    (void)context;
    return s.ms;
}

/* A step as the input wants it. */
static enum nacre_err step_run(struct nacre_move *move, void *context)
{
    (void)context;
    enum nacre_err err = NACRE_OK;
    for (uint32_t i = 0; i < s.moves_count && err == NACRE_OK; i++) {
        const struct move *const one = &s.moves[i];
        const uint32_t key = table[one->row].key;
        if (one->kind == 0) err = nacre_move_set_bytes(move, key, one->cell.bytes, one->cell.n);
        if (one->kind == 1u) err = nacre_move_remove(move, key);
        if (one->kind > 1u) err = nacre_move_rename(move, key, table[one->to].key);
    }
    return err;
}

static enum nacre_err open_settings(void)
{
    const struct nacre_step step = {s.version, step_run};
    const struct nacre_moves moves = {
        .run = nacre_settings_move, .version = s.next_version, .steps = &step,
        .count = s.next_version > s.version ? 1u : 0u,
        .scratch = s.scratch, .scratch_bytes = sizeof s.scratch};
    const struct nacre_pending_cfg pending_cfg = {
        .memory = s.memory, .bytes = sizeof s.memory, .quiet_ms = 500, .latest_ms = 2000,
        .now_ms = now_ms};
    const struct nacre_settings_cfg cfg = {
        .store = &s.bed.store, .table = table, .count = ROWS, .moves = &moves,
        .pending = &s.pending, .work = s.work, .work_bytes = sizeof s.work};
    const enum nacre_err err = nacre_pending_open(&s.pending, &pending_cfg);
    return err == NACRE_OK ? nacre_settings_open(&s.settings, &cfg) : err;
}

static bool is_refusal(enum nacre_err err)
{
    return err == NACRE_FULL || err == NACRE_KEYS_FULL;
}

/* Each saved value is as before, as after, or what was pending; of some calls, all alike. */
static void accept_row(uint32_t row, bool *is_before, bool *is_after)
{
    const struct cell user = raw_get(table[row].key);
    const struct cell factory = raw_get(NACRE_KEY_FACTORY | table[row].key);
    const bool as_before = cells_agree(&user, &s.now.user[row]) &&
                           cells_agree(&factory, &s.now.factory[row]);
    const bool as_after = cells_agree(&user, &s.next.user[row]) &&
                          cells_agree(&factory, &s.next.factory[row]);
    const bool was_pending = cells_agree(&user, &s.now.pending[row]) ||
                             cells_agree(&user, &s.next.pending[row]);
    if (!as_before) *is_before = false;
    if (!as_after) *is_after = false;
    if (!as_before && !as_after && !was_pending) fuzz_wrong("row %u: neither old nor new", row);
    s.now.user[row] = user;
    s.now.factory[row] = factory;
    s.now.pending[row].is_set = false;
}

/* Power on after a cut: what the store has now is true. */
static void recover(void)
{
    bool is_before = true;
    bool is_after = true;
    sim_nor_cut_never(s.bed.sim);
    const enum nacre_err err = fuzz_bed_mount(&s.bed);
    if (err != NACRE_OK) fuzz_wrong("the mount after a cut answers %d", (int)err);
    for (uint32_t row = 0; row < ROWS; row++) accept_row(row, &is_before, &is_after);
    const struct cell version = raw_get(NACRE_OWN_TABLE_VERSION);
    const uint32_t found = version.is_set ? (uint32_t)number_of(&version, 4, false) : 0;
    if (found != s.version) is_before = false;
    if (found != s.next_version) is_after = false;
    if (s.must_be_alike && !is_before && !is_after) fuzz_wrong("half of it");
    if (found != s.version && found != s.next_version) fuzz_wrong("version %u", found);
    s.version = found != 0 ? found : 1u; /* none: a new store */
    s.next_version = s.version;
    s.next = s.now;
    s.must_be_alike = false;
    const enum nacre_err open_err = open_settings();
    if (open_err != NACRE_OK && !is_refusal(open_err)) fuzz_wrong("open: %d", (int)open_err);
    if (open_err == NACRE_OK) judge();
}

/* The call has returned. */
static void settle(enum nacre_err err, enum nacre_err want)
{
    if (err != want && !(want == NACRE_OK && is_refusal(err))) {
        fuzz_wrong("a call answers %d, not %d", (int)err, (int)want);
    }
    if (err == NACRE_OK) s.now = s.next;
    s.next = s.now;
    s.must_be_alike = false;
    judge();
    s.next = s.now;
}

static struct cell make_cell(void)
{
    struct rng rng = {rng_mix(fuzz_byte(&s.input))};
    struct cell cell = {.is_set = true, .n = fuzz_byte(&s.input) % (CELL_MAX - 1u)};
    const uint32_t kind = fuzz_byte(&s.input);
    for (uint32_t i = 0; i < cell.n; i++) cell.bytes[i] = (uint8_t)rng_next(&rng);
    if (kind % 4u == 0) memset(cell.bytes, 0, sizeof cell.bytes);
    if (kind % 4u == 1u) cell.bytes[0] = fuzz_byte(&s.input);
    return cell;
}

static void model_put(uint32_t row, const struct cell *cell)
{
    const bool is_coalesced = (table[row].flags & NACRE_COALESCED) != 0;
    if (!is_coalesced) s.next.user[row] = *cell;
    if (!is_coalesced || cells_agree(&s.now.pending[row], cell)) return;
    if (!s.now.pending[row].is_set && cells_agree(&s.now.user[row], cell)) return;
    s.next.pending[row] = *cell;
    /* One that never fits is saved at once; note_saved sees that. */
}

static void call_set(uint32_t row)
{
    const uint32_t key = table[row].key;
    struct cell cell = make_cell();
    enum nacre_err want = NACRE_OK;
    enum nacre_err err;
    if (is_number(row)) {
        const enum nacre_type type = (enum nacre_type)table[row].type;
        cell.n = default_of(row).n;
        if (!is_fit(row, &cell)) want = NACRE_OUT_OF_LIMITS;
        if (want == NACRE_OK) model_put(row, &cell);
        err = nacre_settings_set(&s.settings, key, type, cell.bytes);
    } else if (table[row].type == NACRE_TYPE_BLOB) {
        if (cell.n > 20u) want = NACRE_TOO_LARGE;
        if (want == NACRE_OK) model_put(row, &cell);
        err = nacre_settings_set_blob(&s.settings, key, cell.bytes, cell.n);
    } else {
        const uint8_t *const end = memchr(cell.bytes, 0, table[row].size);
        if (end == NULL) want = NACRE_UNTERMINATED;
        if (end != NULL) cell.n = (uint32_t)(end - cell.bytes);
        if (want == NACRE_OK) model_put(row, &cell);
        err = nacre_settings_set_string(&s.settings, key, (const char *)cell.bytes);
    }
    settle(err, want);
}

/* Past the settings, as another firmware would: any bytes. */
static void call_raw(uint32_t row)
{
    const struct cell cell = make_cell();
    s.next.user[row] = cell;
    settle(nacre_set(&s.bed.store, table[row].key, cell.bytes, cell.n), NACRE_OK);
}

static void call_reset(uint32_t row)
{
    s.next.user[row].is_set = false;
    s.next.pending[row].is_set = false;
    settle(nacre_settings_reset(&s.settings, table[row].key), NACRE_OK);
}

static void call_factory(uint32_t row)
{
    struct cell cell = make_cell();
    enum nacre_err want = NACRE_OK;
    if (is_number(row)) cell.n = default_of(row).n;
    if (!is_fit(row, &cell)) want = is_number(row) ? NACRE_OUT_OF_LIMITS : NACRE_TOO_LARGE;
    if (want == NACRE_OK && s.now.factory[row].is_set &&
        !cells_agree(&s.now.factory[row], &cell)) {
        want = NACRE_WRITTEN_ONCE;
    }
    if ((table[row].flags & NACRE_FACTORY) == 0) want = NACRE_BAD_TYPE;
    if (want == NACRE_OK) s.next.factory[row] = cell;
    settle(nacre_settings_set_factory(&s.settings, table[row].key, cell.bytes, cell.n), want);
}

static void call_factory_reset(void)
{
    memset(s.next.user, 0, sizeof s.next.user);
    memset(s.next.pending, 0, sizeof s.next.pending);
    s.must_be_alike = true;
    settle(nacre_factory_reset(&s.settings), NACRE_OK);
}

static void call_flush(bool is_all)
{
    bool more;
    for (uint32_t row = 0; is_all && row < ROWS; row++) {
        if (s.now.pending[row].is_set) s.next.user[row] = s.now.pending[row];
        s.next.pending[row].is_set = false;
    }
    settle(is_all ? nacre_flush(&s.settings) : nacre_settings_idle(&s.settings, &more), NACRE_OK);
}

static void call_quiesce(void)
{
    const enum nacre_err err = nacre_quiesce(&s.settings);
    if (err != NACRE_OK && !is_refusal(err)) fuzz_wrong("quiesce answers %d", (int)err);
    for (uint32_t row = 0; row < ROWS; row++) {
        if (s.now.pending[row].is_set && err == NACRE_OK) s.now.user[row] = s.now.pending[row];
    }
    s.next = s.now;
    recover();
}

static void model_rename(uint32_t row, uint32_t to)
{
    if (s.next.user[row].is_set) s.next.user[to] = s.next.user[row];
    if (s.next.factory[row].is_set) s.next.factory[to] = s.next.factory[row];
    s.next.user[row].is_set = false;
    s.next.factory[row].is_set = false;
}

/* The next start has a newer table. */
static void call_move(void)
{
    bool is_short = false; /* of scratch */
    memset(s.now.pending, 0, sizeof s.now.pending);
    s.next = s.now;
    s.moves_count = 1u + fuzz_byte(&s.input) % MOVES_MAX;
    for (uint32_t i = 0; i < s.moves_count; i++) {
        struct move *const one = &s.moves[i];
        one->kind = fuzz_byte(&s.input) % 4u;
        one->row = fuzz_byte(&s.input) % ROWS;
        one->to = (one->row + 1u + fuzz_byte(&s.input) % (ROWS - 1u)) % ROWS;
        one->cell = make_cell();
        const struct cell *const user = &s.next.user[one->row];
        const struct cell *const factory = &s.next.factory[one->row];
        if (one->kind > 1u) {
            is_short = is_short || (user->is_set && user->n > sizeof s.scratch) ||
                       (factory->is_set && factory->n > sizeof s.scratch);
            model_rename(one->row, one->to);
        } else {
            s.next.user[one->row] = one->cell;
            s.next.user[one->row].is_set = one->kind == 0;
        }
    }
    s.next_version = s.version + 1u;
    s.must_be_alike = true;
    const enum nacre_err err = open_settings();
    if (err == NACRE_OK && is_short) fuzz_wrong("moved through too short a scratch");
    if (err == NACRE_OK) s.version = s.next_version;
    if (err != NACRE_OK) {
        const bool is_known = is_refusal(err) || err == NACRE_TRANSACTION_FULL ||
                              (err == NACRE_TOO_SMALL && is_short);
        if (!is_known) fuzz_wrong("a migration answers %d", (int)err);
        s.next = s.now;
        s.next_version = s.version;
        const enum nacre_err again = open_settings();
        if (again != NACRE_OK) fuzz_wrong("open after a migration that failed: %d", (int)again);
    }
    s.now = s.next;
    s.must_be_alike = false;
    judge();
    s.next = s.now;
}

static void make_call(void)
{
    const uint32_t choice = fuzz_byte(&s.input);
    const uint32_t row = choice % ROWS;
    s.ms += choice * 4u;
    if (choice < 0x60u) call_set(row);
    else if (choice < 0x70u) call_reset(row);
    else if (choice < 0x80u) call_flush(true);
    else if (choice < 0xa0u) call_flush(false);
    else if (choice < 0xa8u) sim_nor_pass_us(s.bed.sim, ERASE_US);
    else if (choice < 0xb8u) call_raw(row);
    else if (choice < 0xc4u) call_factory(row);
    else if (choice < 0xc8u) call_factory_reset();
    else if (choice < 0xd0u) call_quiesce();
    else if (choice < 0xe0u) call_move();
    else fuzz_bed_cut_soon(&s.bed, &s.input, &s.jump);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    memset(&s, 0, sizeof s);
    s.input = (struct fuzz_input){bytes, n};
    s.ms = UINT32_MAX - 20000u; /* it wraps on the way */
    fuzz_bed_open(&s.bed, fuzz_byte(&s.input) & 0x0fu); /* an index of the full size */
    recover();
    for (uint32_t i = 0; i < CALLS_MAX && s.input.left != 0; i++) {
        if (s.settings.opened != 0) fuzz_call(make_call, recover, &s.jump);
        if (s.settings.opened == 0) break; /* the store has no room for the version */
    }
    s.next = s.now;
    recover();
    fuzz_bed_close(&s.bed);
    return 0;
}
