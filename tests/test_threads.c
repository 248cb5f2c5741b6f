/*
 * Threads: what the lock callbacks promise, with real threads on the medium in RAM, under
 * ThreadSanitizer.
 *
 * Promised is that each call happens at one moment between its start and its end, as if no other
 * call were under way: a get copies one whole value, never half of an older one; a reader never
 * sees time go back; a transaction is there for the get after its commit with all its keys. Between
 * two calls of a thread anything may happen.
 *
 * Method: each value says which one it is and repeats that in 300 bytes. Each key has one writer,
 * which counts up; readers check the pattern, and that no number falls. Of two keys that are only
 * ever set in one transaction, the one read later is never the older one, in either order.
 *
 * usage: test_threads [no-store-lock | no-secrets-lock]
 *
 * With an argument a lock is left out: ThreadSanitizer must find that. tests/check_threads.sh runs
 * it so, as proof that the test can see.
 */
#include "nacre/core/check_store.h"
#include "nacre/core/secret.h"
#include "nacre/core/store.h"
#include "nacre/core/transaction.h"
#include "nacre/media/ram.h"
#include "tests/support/rng.h"
#include "tests/support/threads.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define UNIT_BYTES 4096u
#define UNITS 12u
#define VALUE_BYTES 300u
#define SETS 1200u         /* of each writer */
#define KEYS_A_WRITER 3u   /* the last one is removed now and then */
#define READS_MIN 300u     /* of each reader of single keys, however late it comes */
#define WRITERS 2u
#define WRITER_KEYS (KEYS_A_WRITER * WRITERS)
#define LEFT_KEY 20u       /* the two keys of the transactions */
#define RIGHT_KEY 21u
#define SECRET_KEY 30u     /* and the one after it */
#define SECRET_BYTES 100u

#define CHECK THREADS_CHECK

static uint8_t medium_bytes[UNIT_BYTES * UNITS];
static struct nacre_ram ram;
static struct nacre_store store;
static struct nacre_index_entry entries[64];
static struct nacre_secrets secrets;
static struct threads_lock store_lock;
static struct threads_lock secrets_lock;
static atomic_uint answers[64]; /* how often each writer's key was read whole */

/* ---- threads on the store ---- */

/* The number that a key has now; 0 where it has none. */
static uint32_t number_get(uint32_t key)
{
    uint8_t value[VALUE_BYTES];
    uint32_t length = 0;
    const enum nacre_err err = nacre_get(&store, key, value, sizeof value, &length);
    threads_calls++;
    CHECK(err == NACRE_OK || err == NACRE_NOT_FOUND);
    if (err != NACRE_OK) return 0;
    CHECK(length == VALUE_BYTES);
    answers[key]++;
    return threads_value_number(value, length, key);
}

static void number_set(uint32_t key, uint32_t number)
{
    uint8_t value[VALUE_BYTES];
    threads_value_make(value, sizeof value, key, number);
    CHECK(nacre_set(&store, key, value, sizeof value) == NACRE_OK);
    threads_calls++;
}

static bool key_comes_and_goes(uint32_t key)
{
    return key < WRITER_KEYS && key % KEYS_A_WRITER == KEYS_A_WRITER - 1u;
}

static void *write_keys(void *context)
{
    const uint32_t first = *(const uint32_t *)context * KEYS_A_WRITER;
    struct rng rng = { first };
    for (uint32_t number = 2; number <= SETS; number++) {
        const uint32_t key = first + rng_below(&rng, KEYS_A_WRITER);
        number_set(key, number);
        if (!key_comes_and_goes(key) || !rng_percent(&rng, 50)) continue;
        CHECK(nacre_remove(&store, key) == NACRE_OK);
        threads_calls++;
    }
    return NULL;
}

static void *read_keys(void *context)
{
    struct rng rng = { 100u + *(const uint32_t *)context };
    uint32_t newest[WRITER_KEYS] = { 0 };
    for (uint32_t count = 0; !threads_over || count < READS_MIN; count++) {
        const uint32_t key = rng_below(&rng, WRITER_KEYS);
        const uint32_t number = number_get(key);
        if (number == 0) {
            CHECK(key_comes_and_goes(key));
            continue;
        }
        CHECK(number >= newest[key]);
        newest[key] = number;
    }
    return NULL;
}

static void *commit_pairs(void *context)
{
    (void)context;
    for (uint32_t number = 2; number <= SETS / 2u; number++) {
        static uint8_t buf[NACRE_TRANSACTION_BYTES(2, 2u * VALUE_BYTES)];
        uint8_t value[VALUE_BYTES];
        struct nacre_transaction tx = { 0 };
        CHECK(nacre_begin(&tx, &store, buf, sizeof buf) == NACRE_OK);
        threads_value_make(value, sizeof value, LEFT_KEY, number);
        CHECK(nacre_stage_set(&tx, LEFT_KEY, value, sizeof value) == NACRE_OK);
        threads_value_make(value, sizeof value, RIGHT_KEY, number);
        CHECK(nacre_stage_set(&tx, RIGHT_KEY, value, sizeof value) == NACRE_OK);
        CHECK((number % 8u == 0 ? nacre_abandon(&tx) : nacre_commit(&tx)) == NACRE_OK);
        threads_calls += 4;
    }
    return NULL;
}

static void *read_pairs(void *context)
{
    (void)context;
    uint32_t newest = 0;
    while (!threads_over) {
        const uint32_t left = number_get(LEFT_KEY);
        const uint32_t right = number_get(RIGHT_KEY);
        const uint32_t left_again = number_get(LEFT_KEY);
        CHECK(newest <= left && left <= right && right <= left_again);
        CHECK(left > 0 && left_again % 8u != 0);
        newest = left_again;
    }
    return NULL;
}

static void look_at_everything(void)
{
    struct nacre_check_summary summary;
    CHECK(nacre_check_store(&store, &summary, NULL, NULL) == NACRE_OK);
    CHECK(summary.records > 0 && summary.damaged == 0 && summary.stale == 0);
    threads_calls++;
}

/* Walks meet the keys in order, and each that has a value all the time. */
static void *walk(void *context)
{
    (void)context;
    for (uint32_t round = 0; !threads_over; round++) {
        if (round % 50u == 0) look_at_everything();
        struct nacre_stats stats;
        uint32_t steady = 0;
        uint32_t key = 0;
        for (uint32_t last = 0;; last = key, key++) {
            const enum nacre_err err = nacre_next(&store, &key);
            threads_calls++;
            CHECK(err == NACRE_OK || err == NACRE_NOT_FOUND);
            if (err == NACRE_NOT_FOUND) break;
            CHECK(key >= last && key <= SECRET_KEY + 1u);
            steady += !key_comes_and_goes(key) && key < SECRET_KEY;
        }
        CHECK(steady == WRITER_KEYS - WRITERS + 2u);
        CHECK(nacre_stats(&store, &stats) == NACRE_OK);
        CHECK(stats.read_only == NACRE_OK);
    }
    return NULL;
}

static void *give_idle_time(void *context)
{
    (void)context;
    while (!threads_over) {
        bool more = false;
        CHECK(nacre_idle(&store, &more) == NACRE_OK);
        threads_calls++;
        if (!more) (void)sched_yield();
    }
    return NULL;
}

/* ---- threads on the secrets ---- */

static void secret_number_set(uint32_t key, uint32_t number)
{
    uint8_t value[SECRET_BYTES];
    threads_value_make(value, sizeof value, key, number);
    CHECK(nacre_secret_set(&secrets, key, value, sizeof value) == NACRE_OK);
    threads_calls++;
}

/* Each sets a secret of its own and reads both. */
static void *use_secrets(void *context)
{
    const uint32_t own = SECRET_KEY + *(const uint32_t *)context;
    uint32_t newest[2] = { 0 };
    for (uint32_t number = 2; number <= SETS / 4u; number++) {
        secret_number_set(own, number);
        for (uint32_t i = 0; i < 2; i++) {
            uint8_t found[SECRET_BYTES];
            uint32_t length = 0;
            CHECK(nacre_secret_get(&secrets, SECRET_KEY + i, found, sizeof found, &length) ==
                  NACRE_OK);
            threads_calls++;
            CHECK(length == SECRET_BYTES);
            const uint32_t got = threads_value_number(found, length, SECRET_KEY + i);
            CHECK(got >= newest[i]);
            newest[i] = got;
        }
        CHECK(newest[own - SECRET_KEY] == number);
    }
    return NULL;
}

/* ---- the run ---- */

static struct threads_role roles[] = {
    { write_keys, 0, true },  { write_keys, 1, true },   { commit_pairs, 0, true },
    { use_secrets, 0, true }, { use_secrets, 1, true },  { read_keys, 0, false },
    { read_keys, 1, false },  { read_pairs, 0, false },  { walk, 0, false },
    { give_idle_time, 0, false },
};

#define ROLES (sizeof roles / sizeof roles[0])

static const struct nacre_store_cfg store_cfg = {
    .medium = &ram.medium, .index = entries, .index_count = 64, .lock = &store_lock.lock };

static void open_all(bool store_is_locked, bool secrets_are_locked)
{
    static uint8_t work[NACRE_SECRET_WORK_BYTES(SECRET_BYTES)];
    struct nacre_store_cfg cfg = store_cfg;
    memset(medium_bytes, 0xff, sizeof medium_bytes);
    threads_lock_make(&store_lock);
    threads_lock_make(&secrets_lock);
    if (!store_is_locked) cfg.lock = NULL;
    CHECK(nacre_ram_open(&ram, medium_bytes, UNIT_BYTES, UNITS) == NACRE_OK);
    CHECK(nacre_mount(&store, &cfg) == NACRE_OK);
    const struct nacre_secrets_cfg secrets_cfg = {
        .store = &store, .crypt = &threads_toy_crypt,
        .lock = secrets_are_locked ? &secrets_lock.lock : NULL,
        .work = work, .work_bytes = sizeof work, .key_id = 1 };
    CHECK(nacre_secrets_open(&secrets, &secrets_cfg) == NACRE_OK);
    for (uint32_t key = 0; key < WRITER_KEYS; key++) number_set(key, 1);
    number_set(LEFT_KEY, 1);
    number_set(RIGHT_KEY, 1);
    secret_number_set(SECRET_KEY, 1);
    secret_number_set(SECRET_KEY + 1u, 1);
}

/* What was there when the threads ended is there after a boot. */
static void check_boot(void)
{
    uint32_t numbers[RIGHT_KEY + 1u];
    for (uint32_t key = 0; key <= RIGHT_KEY; key++) numbers[key] = number_get(key);
    CHECK(nacre_mount(&store, &store_cfg) == NACRE_OK);
    for (uint32_t key = 0; key <= RIGHT_KEY; key++) CHECK(number_get(key) == numbers[key]);
    CHECK(numbers[LEFT_KEY] == SETS / 2u - (SETS / 2u % 8u == 0));
    CHECK(numbers[RIGHT_KEY] == numbers[LEFT_KEY]);
}

int main(int count, char **words)
{
    const char *const without = count > 1 ? words[1] : "";
    struct nacre_stats stats;
    open_all(strcmp(without, "no-store-lock") != 0, strcmp(without, "no-secrets-lock") != 0);
    threads_run(roles, ROLES);
    CHECK(nacre_stats(&store, &stats) == NACRE_OK);
    check_boot();
    uint32_t read = 0;
    for (uint32_t key = 0; key <= RIGHT_KEY; key++) read += answers[key];
    CHECK(read > READS_MIN);
    CHECK(stats.generation > 2u * UNITS);
    printf("%u calls from %u threads, %u values read whole, %u units used\n", threads_calls,
           (unsigned)ROLES, read, stats.generation);
    return 0;
}
