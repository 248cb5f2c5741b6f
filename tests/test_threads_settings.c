/*
 * Threads on the settings: each call happens at one moment, a change is told before the next one
 * can be made, and whoever would make one from the callback, or beside it, is refused.
 *
 * Method: as test_threads.c, on ThreadSanitizer's build. Each row has one writer, which counts up
 * and tries again where it was refused with NACRE_NESTED. The callback reads the row that changed,
 * and others, and tries to change them; what it keeps has no lock of its own, so that two callbacks
 * at a time would be reported. The secrets have no lock either: the settings' covers them.
 *
 * usage: test_threads_settings [no-settings-lock]
 */
#include "nacre/core/secret.h"
#include "nacre/core/settings.h"
#include "nacre/core/settings_pending.h"
#include "nacre/core/settings_typed.h"
#include "nacre/media/ram.h"
#include "tests/support/threads.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define UNIT_BYTES 4096u
#define UNITS 12u
#define SETS 400u /* of each writer */
#define BLOB_BYTES 200u
#define SECRET_BYTES 64u

#define CHECK THREADS_CHECK

enum key { SAVED = 1, COALESCED = 2, BLOB = 3, LATE_BLOB = 4, SECRET = 5 };

static const struct nacre_setting table[] = {
    { NACRE_SETTING_U32(SAVED, "count.saved", 1, 0, UINT32_MAX) },
    { NACRE_SETTING_U32(COALESCED, "count.coalesced", 1, 0, UINT32_MAX),
      .flags = NACRE_COALESCED },
    { NACRE_SETTING_BLOB(BLOB, "blob.saved", BLOB_BYTES) },
    { NACRE_SETTING_BLOB(LATE_BLOB, "blob.coalesced", BLOB_BYTES), .flags = NACRE_COALESCED },
    { NACRE_SETTING_BLOB(SECRET, "blob.secret", SECRET_BYTES), .flags = NACRE_SECRET },
};

#define ROWS (sizeof table / sizeof table[0])

static uint8_t medium_bytes[UNIT_BYTES * UNITS];
static struct nacre_ram ram;
static struct nacre_store store;
static struct nacre_index_entry entries[64];
static struct nacre_secrets secrets;
static struct nacre_pending pending;
static struct nacre_settings settings;
static struct threads_lock store_lock;
static struct threads_lock settings_lock;
static atomic_uint clock_ms;
static atomic_uint refused;       /* beside a callback */
static uint32_t told[SECRET + 1]; /* the callback's own, without a lock */

/* ---- one number of each row ---- */

static uint32_t blob_bytes(uint32_t key)
{
    return key == SECRET ? SECRET_BYTES : BLOB_BYTES;
}

static bool row_is_blob(uint32_t key)
{
    return key == BLOB || key == LATE_BLOB || key == SECRET;
}

/* The number that a row says now; 1 before its first set. */
static uint32_t number_get(uint32_t key)
{
    uint8_t value[BLOB_BYTES];
    uint32_t number = 0;
    struct nacre_setting_state state;
    threads_calls++;
    if (!row_is_blob(key)) {
        CHECK(nacre_settings_get_u32(&settings, key, &number, &state) == NACRE_OK);
        return number;
    }
    CHECK(nacre_settings_get_blob(&settings, key, value, sizeof value, &state) == NACRE_OK);
    if (state.origin == NACRE_ORIGIN_DEFAULT) return 1;
    CHECK(state.length == blob_bytes(key));
    return threads_value_number(value, state.length, key);
}

static enum nacre_err number_try(uint32_t key, uint32_t number)
{
    uint8_t value[BLOB_BYTES];
    threads_calls++;
    if (!row_is_blob(key)) return nacre_settings_set_u32(&settings, key, number);
    threads_value_make(value, blob_bytes(key), key, number);
    return nacre_settings_set_blob(&settings, key, value, blob_bytes(key));
}

static void nap(void)
{
    static const struct timespec moment = { .tv_nsec = 100000 };
    CHECK(nanosleep(&moment, NULL) == 0);
}

static void number_set(uint32_t key, uint32_t number)
{
    enum nacre_err err;
    while ((err = number_try(key, number)) == NACRE_NESTED) {
        refused++;
        nap();
    }
    CHECK(err == NACRE_OK);
}

/* ---- the callback ---- */

static void on_change(uint32_t key, enum nacre_origin origin, void *context)
{
    bool more = false;
    (void)context;
    CHECK(origin == NACRE_ORIGIN_USER);
    CHECK(number_get(key) == told[key] + 1u); /* each change is told, before the next */
    told[key]++;
    CHECK(number_get(SAVED) >= told[SAVED]);
    CHECK(number_try(key, 7) == NACRE_NESTED);
    CHECK(number_try(SAVED, 7) == NACRE_NESTED);
    CHECK(nacre_settings_reset(&settings, key) == NACRE_NESTED);
    CHECK(nacre_flush(&settings) == NACRE_NESTED);
    CHECK(nacre_settings_idle(&settings, &more) == NACRE_NESTED);
    if (told[key] % 32u == 0) nap(); /* let others come in between */
}

/* ---- threads ---- */

static void *write_row(void *context)
{
    const uint32_t key = *(const uint32_t *)context;
    for (uint32_t number = 2; number <= SETS; number++) number_set(key, number);
    return NULL;
}

static void *read_rows(void *context)
{
    (void)context;
    uint32_t newest[SECRET + 1] = { 0 };
    while (!threads_over) {
        for (uint32_t key = SAVED; key <= SECRET; key++) {
            const uint32_t number = number_get(key);
            CHECK(number >= newest[key]);
            newest[key] = number;
        }
    }
    return NULL;
}

static void *walk(void *context)
{
    (void)context;
    while (!threads_over) {
        const struct nacre_setting *row = NULL;
        uint32_t count = 0;
        bool is_set = false;
        while (nacre_settings_next(&settings, &row, &is_set) == NACRE_OK) count++;
        threads_calls += count;
        CHECK(count == ROWS);
    }
    return NULL;
}

static void *save(void *context)
{
    (void)context;
    while (!threads_over) {
        bool more = false;
        const enum nacre_err err = nacre_settings_idle(&settings, &more);
        CHECK(err == NACRE_OK || err == NACRE_NESTED);
        const enum nacre_err flush_err = clock_ms % 5u == 0 ? nacre_flush(&settings) : NACRE_OK;
        CHECK(flush_err == NACRE_OK || flush_err == NACRE_NESTED);
        (void)nacre_settings_due_ms(&settings);
        threads_calls += 3;
        (void)sched_yield();
    }
    return NULL;
}

/* ---- the run ---- */

static struct threads_role roles[] = {
    { write_row, SAVED, true },     { write_row, COALESCED, true }, { write_row, BLOB, true },
    { write_row, LATE_BLOB, true }, { write_row, SECRET, true },    { read_rows, 0, false },
    { read_rows, 1, false },        { walk, 0, false },             { save, 0, false },
};

#define ROLES (sizeof roles / sizeof roles[0])

static uint32_t now_ms(void *context)
{
    (void)context;
    return clock_ms++;
}

static void open_store(void)
{
    const struct nacre_store_cfg cfg = { .medium = &ram.medium, .index = entries,
                                         .index_count = 64, .lock = &store_lock.lock };
    static uint8_t work[NACRE_SECRET_WORK_BYTES(SECRET_BYTES)];
    const struct nacre_secrets_cfg secrets_cfg = { .store = &store, .crypt = &threads_toy_crypt,
                                                   .work = work, .work_bytes = sizeof work,
                                                   .key_id = 1 };
    CHECK(nacre_mount(&store, &cfg) == NACRE_OK);
    CHECK(nacre_secrets_open(&secrets, &secrets_cfg) == NACRE_OK);
}

static void open_settings(bool is_locked)
{
    static uint8_t memory[NACRE_PENDING_BYTES(2, 4 + BLOB_BYTES)];
    static uint8_t work[512];
    const struct nacre_pending_cfg pending_cfg = { .memory = memory, .bytes = sizeof memory,
                                                   .quiet_ms = 3, .latest_ms = 20,
                                                   .now_ms = now_ms };
    const struct nacre_settings_cfg cfg = {
        .store = &store, .table = table, .count = ROWS, .pending = &pending, .secrets = &secrets,
        .lock = is_locked ? &settings_lock.lock : NULL, .work = work, .work_bytes = sizeof work,
        .on_change = on_change };
    CHECK(nacre_pending_open(&pending, &pending_cfg) == NACRE_OK);
    CHECK(nacre_settings_open(&settings, &cfg) == NACRE_OK);
}

int main(int count, char **words)
{
    memset(medium_bytes, 0xff, sizeof medium_bytes);
    threads_lock_make(&store_lock);
    threads_lock_make(&settings_lock);
    CHECK(nacre_ram_open(&ram, medium_bytes, UNIT_BYTES, UNITS) == NACRE_OK);
    open_store();
    open_settings(count < 2 || strcmp(words[1], "no-settings-lock") != 0);
    for (uint32_t key = SAVED; key <= SECRET; key++) told[key] = 1;
    threads_run(roles, ROLES);
    for (uint32_t key = SAVED; key <= SECRET; key++) CHECK(told[key] == SETS);
    CHECK(nacre_quiesce(&settings) == NACRE_OK);
    open_store();
    open_settings(true);
    for (uint32_t key = SAVED; key <= SECRET; key++) CHECK(number_get(key) == SETS);
    CHECK(refused > 0);
    printf("%u calls from %u threads, %u refused beside a callback\n", threads_calls,
           (unsigned)ROLES, refused);
    return 0;
}
