/*
 * See settings_bed.h.
 */
#include "tests/support/settings_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

static const uint8_t curve[] = {1, 2, 3};

const struct nacre_setting bed_table[BED_ROWS] = {
    {NACRE_SETTING_U8(BED_U8, "display.brightness", 50, 0, 100)},
    {NACRE_SETTING_U16(BED_U16, "unit.period", 1000, 10, 60000)},
    {NACRE_SETTING_U32(BED_U32, "unit.serial", 7, 0, UINT32_MAX)},
    {NACRE_SETTING_U64(BED_U64, "unit.id", 0x8000000000000000u, 0, UINT64_MAX)},
    {NACRE_SETTING_I8(BED_I8, "display.offset", -3, INT8_MIN, INT8_MAX)},
    {NACRE_SETTING_I16(BED_I16, "unit.shift", -5, -30000, -5)},
    {NACRE_SETTING_I32(BED_I32, "unit.zero", 0, INT32_MIN, INT32_MAX)},
    {NACRE_SETTING_I64(BED_I64, "unit.epoch", -1, INT64_MIN, INT64_MAX)},
    {NACRE_SETTING_BOOL(BED_BOOL, "display.on", true)},
    {NACRE_SETTING_FLOAT(BED_FLOAT, "unit.gain", 0.5f, -1.5f, 2.25f)},
    {NACRE_SETTING_ONE_OF(NACRE_TYPE_U32, BED_BAUD, "uart.baud", 115200, 9600, 115200, 921600)},
    {NACRE_SETTING_ONE_OF(NACRE_TYPE_I8, BED_STEP, "unit.step", 0, -5, 0, 5)},
    {NACRE_SETTING_STRING(BED_NAME, "unit.name", "nacre", 16), .flags = NACRE_FACTORY},
    {NACRE_SETTING_BLOB(BED_KEY, "unit.key", 32), .flags = NACRE_FACTORY},
    {NACRE_SETTING_BLOB_FROM(BED_CURVE, "display.curve", curve, 8)},
    {NACRE_SETTING_I32(BED_TRIM, "unit.trim", 0, -1000, 1000), .flags = NACRE_FACTORY},
    {NACRE_SETTING_U8(BED_VOLUME, "audio.volume", 10, 0, 255), .flags = NACRE_COALESCED},
    {NACRE_SETTING_STRING(BED_TITLE, "audio.title", "", 32), .flags = NACRE_COALESCED},
    {NACRE_SETTING_I16(BED_BALANCE, "audio.balance", 0, INT16_MIN, INT16_MAX),
     .flags = NACRE_COALESCED | NACRE_FACTORY},
    {NACRE_SETTING_BOOL(BED_LAST, "unit.last", false)},
};

struct settings_bed bed;

static uint32_t bed_now(void *context)
{
    return ((const struct settings_bed *)context)->now_ms;
}

static void bed_changed(uint32_t key, enum nacre_origin origin, void *context)
{
    struct settings_bed *const to = context;
    assert_int_equal(to->lock_depth, 0); /* no lock is held while it is told */
    to->changes++;
    to->changed_key = key;
    to->changed_origin = origin;
}

static void bed_lock(void *context)
{
    struct settings_bed *const of = context;
    assert_int_equal(of->lock_depth, 0); /* it is not recursive */
    of->lock_depth++;
    of->locks++;
}

static void bed_unlock(void *context)
{
    struct settings_bed *const of = context;
    assert_int_equal(of->lock_depth, 1);
    of->lock_depth--;
}

enum nacre_err settings_reopen(void)
{
    memset(&bed.settings, 0xA5, sizeof bed.settings);
    return nacre_settings_open(&bed.settings, &bed.cfg);
}

int settings_begin(void **state)
{
    (void)state;
    memset(&bed, 0, sizeof bed);
    box_open(&box, 8);
    if (box_reboot(&box) != NACRE_OK) return -1;
    bed.lock = (struct nacre_lock){bed_lock, bed_unlock, &bed};
    bed.pending_cfg = (struct nacre_pending_cfg){
        .memory = bed.memory, .bytes = sizeof bed.memory,
        .quiet_ms = 500, .latest_ms = 3000, .now_ms = bed_now, .context = &bed,
    };
    if (nacre_pending_open(&bed.pending, &bed.pending_cfg) != NACRE_OK) return -1;
    bed.cfg = (struct nacre_settings_cfg){
        .store = &box.store, .table = bed_table, .count = BED_ROWS,
        .pending = &bed.pending, .lock = &bed.lock,
        .work = bed.work, .work_bytes = sizeof bed.work,
        .on_change = bed_changed, .context = &bed,
    };
    return settings_reopen() == NACRE_OK ? 0 : -1;
}

int settings_end(void **state)
{
    const bool is_free = bed.lock_depth == 0u;
    return box_end(state) == 0 && is_free ? 0 : -1;
}

void settings_remount(void)
{
    bed.lock_depth = 0; /* memory, lost with the power */
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(nacre_pending_open(&bed.pending, &bed.pending_cfg), NACRE_OK);
}

void settings_reboot(void)
{
    settings_remount();
    assert_int_equal(settings_reopen(), NACRE_OK);
}

/* docs/format.md section 3: the key in bytes 0 and 1, its place behind all others of the key. */
static uint32_t newest_granule(uint32_t key, uint32_t from, uint32_t to)
{
    uint32_t found = SIM_NOR_NO_COMMAND;
    for (uint32_t addr = from; addr < to; addr += 16u) {
        const uint8_t *const granule = &box.sim->data[addr];
        const bool is_first = (granule[3] & 0x80u) != 0u && granule[12] != 0xFFu;
        if (is_first && granule[0] == (uint8_t)key && granule[1] == (uint8_t)(key >> 8)) {
            found = addr;
        }
    }
    return found;
}

void settings_damage(uint32_t key)
{
    const struct nacre_geometry *const geometry = &box.sim->medium.geometry;
    const uint32_t lanes = geometry->cut_bytes > 16u ? 2u : 1u;
    const uint32_t lane_bytes = geometry->unit_bytes * geometry->unit_count / lanes;
    for (uint32_t lane = 0; lane < lanes; lane++) {
        const uint32_t from = lane * lane_bytes;
        const uint32_t addr = newest_granule(key, from, from + lane_bytes);
        assert_int_not_equal(addr, SIM_NOR_NO_COMMAND);
        sim_nor_flip(box.sim, addr + 5u, 0x24);
    }
}

bool settings_cut(uint32_t command, const struct sim_tear *tear, void (*act)(void))
{
    static jmp_buf jump;
    static bool is_cut;
    is_cut = true;
    if (setjmp(jump) == 0) {
        sim_nor_cut_at(box.sim, command, tear, &jump);
        act();
        is_cut = false;
    }
    sim_nor_cut_never(box.sim);
    settings_remount();
    return is_cut;
}

struct sim_nor *settings_keep(void)
{
    struct sim_nor *const kept = sim_nor_create(&box.sim->medium.geometry, 1);
    sim_nor_copy(kept, box.sim);
    return kept;
}

void settings_rewind(const struct sim_nor *kept)
{
    sim_nor_copy(box.sim, kept);
    settings_remount();
}

void set_volume(uint8_t value)
{
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_VOLUME, value), NACRE_OK);
}

void set_three(uint8_t volume, const char *title, int16_t balance)
{
    set_volume(volume);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, title), NACRE_OK);
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_BALANCE, balance), NACRE_OK);
}

void idle(void)
{
    bool more;
    assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_OK);
}

void expect_state(const struct nacre_setting_state *found, enum nacre_origin origin,
                  enum nacre_state state)
{
    assert_int_equal(found->origin, origin);
    assert_int_equal(found->state, state);
}

void expect_volume(uint8_t value, enum nacre_origin origin, enum nacre_state how)
{
    uint8_t found = 0;
    struct nacre_setting_state state;
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_VOLUME, &found, &state), NACRE_OK);
    assert_int_equal(found, value);
    expect_state(&state, origin, how);
    assert_int_equal(nacre_settings_is_pending(&bed.settings, BED_VOLUME),
                     how == NACRE_STATE_PENDING);
}

void expect_stored(uint32_t key, const void *bytes, uint32_t n)
{
    uint8_t found[64];
    uint32_t length;
    assert_int_equal(nacre_get(&box.store, key, found, sizeof found, &length), NACRE_OK);
    assert_int_equal(length, n);
    assert_memory_equal(found, bytes, n);
}

void expect_not_stored(uint32_t key)
{
    uint32_t length;
    assert_int_equal(nacre_get(&box.store, key, NULL, 0, &length), NACRE_NOT_FOUND);
}
