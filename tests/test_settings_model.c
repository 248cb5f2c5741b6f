/*
 * Goal: whatever calls come in whatever order, a get answers as a model does that was written from
 * docs/settings.md alone: user, else factory, else default; pending until due or flushed; lost with
 * the power where it was not saved.
 *
 * Method: thousands of random calls on seven rows of the bed's table, by seed; after each, all rows
 * are asked for value, origin, state and length. Values outside the limits are among them.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/settings_bed.h"

#include <string.h>

#define STEPS 6000u
#define SEEDS 6u
#define VALUE_MAX 40u

struct value {
    bool is_there;
    uint32_t n;
    char bytes[VALUE_MAX];
};

/* A row of the model; numbers are kept as text, too, so that all rows are alike. */
struct row {
    uint32_t key;
    int32_t least;  /* of a number; of a string 0 */
    int32_t most;   /* of a number; of a string its longest */
    const char *value;
    bool is_number;
    bool is_coalesced;
    bool has_factory;
    struct value user;
    struct value pending;
    struct value factory;
    uint32_t first_ms;
    uint32_t last_ms;
};

static struct row rows[] = {
    {BED_U8, 0, 100, "50", true, false, false, {0}, {0}, {0}, 0, 0},
    {BED_I16, -30000, -5, "-5", true, false, false, {0}, {0}, {0}, 0, 0},
    {BED_TRIM, -1000, 1000, "0", true, false, true, {0}, {0}, {0}, 0, 0},
    {BED_NAME, 0, 15, "nacre", false, false, true, {0}, {0}, {0}, 0, 0},
    {BED_VOLUME, 0, 255, "10", true, true, false, {0}, {0}, {0}, 0, 0},
    {BED_TITLE, 0, 31, "", false, true, false, {0}, {0}, {0}, 0, 0},
    {BED_BALANCE, INT16_MIN, INT16_MAX, "0", true, true, true, {0}, {0}, {0}, 0, 0},
};

#define ROWS (sizeof rows / sizeof rows[0])

static struct rng rng;

static struct value value_of(const char *text)
{
    struct value value = {.is_there = true, .n = (uint32_t)strlen(text)};
    memcpy(value.bytes, text, value.n + 1u);
    return value;
}

static const char *text_of(int32_t number)
{
    static char text[16];
    char *at = &text[15];
    uint32_t rest = number < 0 ? 0u - (uint32_t)number : (uint32_t)number;
    do {
        *--at = (char)('0' + rest % 10u);
        rest /= 10u;
    } while (rest != 0u);
    if (number < 0) *--at = '-';
    return at;
}

/* The typed calls of a row's key. */
static enum nacre_err number_set(uint32_t key, int32_t number)
{
    switch (key) {
    case BED_U8: return nacre_settings_set_u8(&bed.settings, key, (uint8_t)number);
    case BED_VOLUME: return nacre_settings_set_u8(&bed.settings, key, (uint8_t)number);
    case BED_TRIM: return nacre_settings_set_i32(&bed.settings, key, number);
    default: return nacre_settings_set_i16(&bed.settings, key, (int16_t)number);
    }
}

static int32_t number_get(uint32_t key, struct nacre_setting_state *state)
{
    uint8_t u8 = 0;
    int16_t i16 = 0;
    int32_t i32 = 0;
    if (key == BED_TRIM) {
        assert_int_equal(nacre_settings_get_i32(&bed.settings, key, &i32, state), NACRE_OK);
        return i32;
    }
    if (key == BED_I16 || key == BED_BALANCE) {
        assert_int_equal(nacre_settings_get_i16(&bed.settings, key, &i16, state), NACRE_OK);
        return i16;
    }
    assert_int_equal(nacre_settings_get_u8(&bed.settings, key, &u8, state), NACRE_OK);
    return u8;
}

static void judge(const struct row *row)
{
    struct nacre_setting_state state;
    char found[VALUE_MAX];
    const struct value fallback = value_of(row->value);
    const struct value *want = &fallback;
    enum nacre_origin origin = NACRE_ORIGIN_DEFAULT;
    if (row->factory.is_there) {
        want = &row->factory;
        origin = NACRE_ORIGIN_FACTORY;
    }
    if (row->pending.is_there || row->user.is_there) {
        want = row->pending.is_there ? &row->pending : &row->user;
        origin = NACRE_ORIGIN_USER;
    }
    if (row->is_number) {
        assert_string_equal(text_of(number_get(row->key, &state)), want->bytes);
    } else {
        assert_int_equal(nacre_settings_get_string(&bed.settings, row->key, found, VALUE_MAX,
                                                   &state),
                         NACRE_OK);
        assert_string_equal(found, want->bytes);
        assert_int_equal(state.length, want->n);
    }
    assert_int_equal(state.origin, origin);
    assert_int_equal(state.state,
                     row->pending.is_there ? NACRE_STATE_PENDING : NACRE_STATE_GOOD);
}

static bool is_same(const struct value *value, const struct value *other)
{
    return value->is_there && strcmp(value->bytes, other->bytes) == 0;
}

static void model_set(struct row *row, const struct value *value)
{
    if (!row->is_coalesced) {
        row->user = *value;
        return;
    }
    if (is_same(&row->pending, value)) return;
    if (!row->pending.is_there && is_same(&row->user, value)) return;
    if (!row->pending.is_there) row->first_ms = bed.now_ms;
    row->last_ms = bed.now_ms;
    row->pending = *value;
}

static void step_set_number(struct row *row)
{
    /* Inside the limits mostly; outside them, as far as the C type of the call goes. */
    const bool is_bad = row->key != BED_VOLUME && row->key != BED_BALANCE && rng_percent(&rng, 15);
    const uint32_t span = (uint32_t)(row->most - row->least) + 1u;
    int32_t number = row->least + (int32_t)rng_below(&rng, span > 8u ? 8u : span);
    if (rng_percent(&rng, 20)) number = row->most;
    if (is_bad) number = row->most + 1;
    const struct value value = value_of(text_of(number));
    assert_int_equal(number_set(row->key, number), is_bad ? NACRE_OUT_OF_LIMITS : NACRE_OK);
    if (!is_bad) model_set(row, &value);
}

static void step_set_string(struct row *row)
{
    char text[VALUE_MAX] = "";
    const uint32_t n = rng_below(&rng, (uint32_t)row->most + 3u);
    for (uint32_t i = 0; i < n; i++) text[i] = (char)('a' + rng_below(&rng, 2));
    const struct value value = value_of(text);
    const bool is_bad = n > (uint32_t)row->most;
    assert_int_equal(nacre_settings_set_string(&bed.settings, row->key, text),
                     is_bad ? NACRE_UNTERMINATED : NACRE_OK);
    if (!is_bad) model_set(row, &value);
}

static void step_reset(struct row *row)
{
    assert_int_equal(nacre_settings_reset(&bed.settings, row->key), NACRE_OK);
    row->user.is_there = false;
    row->pending.is_there = false;
}

static void save(struct row *row)
{
    row->user = row->pending;
    row->pending.is_there = false;
}

static void step_time(void)
{
    bool more;
    bed.now_ms += 100u * rng_below(&rng, 4); /* now and then just due */
    assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_OK);
    sim_nor_pass_us(box.sim, 30000);
    for (uint32_t i = 0; i < ROWS; i++) {
        struct row *const row = &rows[i];
        const bool is_quiet = bed.now_ms - row->last_ms >= 500u;
        const bool is_old = bed.now_ms - row->first_ms >= 3000u;
        if (row->pending.is_there && (is_quiet || is_old)) save(row);
    }
}

static void step_flush(void)
{
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    for (uint32_t i = 0; i < ROWS; i++) {
        if (rows[i].pending.is_there) save(&rows[i]);
    }
}

static void step_reboot(void)
{
    if (rng_percent(&rng, 50)) {
        step_flush();
        assert_int_equal(nacre_quiesce(&bed.settings), NACRE_OK);
    }
    settings_reboot();
    for (uint32_t i = 0; i < ROWS; i++) rows[i].pending.is_there = false;
}

static void step_factory_reset(void)
{
    assert_int_equal(nacre_factory_reset(&bed.settings), NACRE_OK);
    for (uint32_t i = 0; i < ROWS; i++) {
        rows[i].user.is_there = false;
        rows[i].pending.is_there = false;
    }
}

/* Only the trim and the name have factory values here; once written they stay. */
static void step_set_factory(struct row *row)
{
    const int32_t number = (int32_t)rng_below(&rng, 3) - 1;
    const struct value value = value_of(row->is_number ? text_of(number) : "made");
    const bool is_trim = row->key == BED_TRIM;
    if (!is_trim && row->key != BED_NAME) return;
    const enum nacre_err err =
        is_trim ? nacre_settings_set_factory(&bed.settings, row->key, &number, sizeof number)
                : nacre_settings_set_factory(&bed.settings, row->key, "made", 4);
    const bool is_free = !row->factory.is_there || is_same(&row->factory, &value);
    assert_int_equal(err, is_free ? NACRE_OK : NACRE_WRITTEN_ONCE);
    if (is_free) row->factory = value;
}

/* Sliders that move and move: what is due at its latest time. */
static void step_busy(void)
{
    struct row *const row = &rows[ROWS - 1u - rng_below(&rng, 3)];
    if (rng_percent(&rng, 40)) {
        step_time();
    } else if (row->is_number) {
        step_set_number(row);
    } else {
        step_set_string(row);
    }
}

static void step(void)
{
    struct row *const row = &rows[rng_below(&rng, ROWS)];
    const uint32_t choice = rng_below(&rng, 100);
    if (choice < 60u) {
        if (row->is_number) step_set_number(row);
        if (!row->is_number) step_set_string(row);
    } else if (choice < 68u) {
        step_reset(row);
    } else if (choice < 88u) {
        step_time();
    } else if (choice < 93u) {
        step_flush();
    } else if (choice < 96u) {
        step_reboot();
    } else if (choice < 98u) {
        step_set_factory(row);
    } else {
        step_factory_reset();
    }
}

static void test_settings_answer_as_the_model_does(void **state)
{
    static uint8_t memory[NACRE_PENDING_BYTES(3, 34)]; /* never full */
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        assert_int_equal(settings_begin(state), 0);
        rng.state = seed;
        for (uint32_t i = 0; i < ROWS; i++) {
            rows[i].user.is_there = false;
            rows[i].pending.is_there = false;
            rows[i].factory.is_there = false;
        }
        bed.now_ms = UINT32_MAX - 100000u; /* it wraps on the way */
        bed.pending_cfg.memory = memory;
        bed.pending_cfg.bytes = sizeof memory;
        if (seed % 2u == 0u) bed.cfg.work = NULL;
        if (seed % 2u == 0u) bed.cfg.work_bytes = 0;
        settings_reboot();
        for (uint32_t i = 0; i < STEPS; i++) {
            if (i % 600u < 300u) step();
            if (i % 600u >= 300u) step_busy();
            for (uint32_t k = 0; k < ROWS; k++) judge(&rows[k]);
        }
        assert_int_equal(settings_end(state), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings_answer_as_the_model_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
