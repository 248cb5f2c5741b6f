/*
 * Threads: one that saves, one that reads and one that writes an update to the rest of the chip,
 * with the locks of the store and of the medium, under ThreadSanitizer.
 *
 * Promised is that both make progress, that no call answers anything but NACRE_OK or (a poll)
 * NACRE_BUSY, and that each finds what it wrote.
 *
 * Method: the false board of fake_port.h, whose state is guarded by nothing but the medium's lock.
 * The update is erased by polling and read back after each round; a reader never sees the saved
 * number fall. The one that saves does so without a rest until the update is done.
 *
 * usage: test_threads_rest [no-nor-lock]
 *
 * With the argument the medium's lock is left out: ThreadSanitizer must find that.
 */
#include "nacre/core/store.h"
#include "nacre/media/nor_rest.h"
#include "tests/support/fake_port.h"
#include "tests/support/nor_bed.h"
#include "tests/support/threads.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define UNIT 4096u
#define SLOT 0x02000000u
#define SLOT_UNITS 3u
#define KEY 1u
#define KEYS 8u
#define SAVES 400u
#define ROUNDS 6u
#define SENT_MANY (FAKE_SENT_MAX / 2)
#define CYCLES_PER_CALL 500u /* so that an erase ends after some polls */

#define CHECK THREADS_CHECK

static struct nacre_store store;
static struct nacre_index_entry entries[KEYS];
static struct threads_lock store_lock;
static struct threads_lock nor_lock;
static uint8_t update[SLOT_UNITS * UNIT];
static uint8_t got[SLOT_UNITS * UNIT];
static uint32_t polls;
static uint32_t saves_done;
static atomic_uint rounds_done;

/* The false board keeps all that was sent: forget it in time. */
static void unlock_and_forget(void *context)
{
    if (fake.sent_count > SENT_MANY || fake.blackout_count > SENT_MANY) {
        fake_forget();
        fake.blackout_count = 0;
    }
    nor_lock.lock.unlock(context);
}

static void open_all(bool has_nor_lock)
{
    static struct nacre_nor_lock lock;
    struct nacre_nor_cfg cfg = nor_bed_cfg(5);
    threads_lock_make(&store_lock);
    threads_lock_make(&nor_lock);
    lock = (struct nacre_nor_lock){nor_lock.lock.lock, unlock_and_forget, nor_lock.lock.context};
    if (has_nor_lock) cfg.lock = &lock;
    CHECK(nor_bed_open_as(&cfg) == 0);
    fake.cycles_per_call = CYCLES_PER_CALL;
    memset(fake.chip + SLOT, 0, sizeof update);
    const struct nacre_store_cfg store_cfg = {
        .medium = nor_bed.medium,
        .index = entries,
        .index_count = KEYS,
        .assume = NACRE_ASSUME_CUT_GRANULE,
        .lock = &store_lock.lock,
    };
    CHECK(nacre_format(&store, &store_cfg) == NACRE_OK);
}

static void *save(void *number)
{
    (void)number;
    for (uint32_t i = 1; i <= SAVES || rounds_done < ROUNDS; i++) {
        bool more;
        CHECK(nacre_set(&store, KEY, &i, sizeof i) == NACRE_OK);
        if (i % 4u == 0) CHECK(nacre_idle(&store, &more) == NACRE_OK);
        saves_done = i;
        threads_calls++;
    }
    return NULL;
}

static void *read_on(void *number)
{
    uint32_t seen = 0;
    (void)number;
    while (!threads_over) {
        uint32_t value, length;
        const enum nacre_err err = nacre_get(&store, KEY, &value, sizeof value, &length);
        CHECK(err == NACRE_OK || (err == NACRE_NOT_FOUND && seen == 0));
        if (err != NACRE_OK) continue;
        CHECK(value >= seen);
        seen = value;
        CHECK(nor_bed.medium->ops->can_access(nor_bed.medium, &value, sizeof value, false));
        threads_calls++;
        sched_yield();
    }
    return NULL;
}

static void erase_slot(void)
{
    uint32_t left;
    enum nacre_err err = nacre_nor_erase_start(&nor_bed.nor, SLOT, sizeof update);
    CHECK(err == NACRE_OK);
    while ((err = nacre_nor_erase_poll(&nor_bed.nor, &left)) == NACRE_BUSY) {
        polls++;
        sched_yield();
    }
    CHECK(err == NACRE_OK && left == 0);
}

static void *write_updates(void *number)
{
    (void)number;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < sizeof update; i++) update[i] = (uint8_t)(i * 13u + round);
        erase_slot();
        CHECK(nacre_nor_program(&nor_bed.nor, SLOT, update, sizeof update) == NACRE_OK);
        CHECK(nacre_nor_read(&nor_bed.nor, SLOT, got, sizeof got) == NACRE_OK);
        CHECK(memcmp(got, update, sizeof got) == 0);
        rounds_done++;
        threads_calls++;
    }
    return NULL;
}

int main(int count, char **words)
{
    struct threads_role roles[] = {{save, 0, true}, {write_updates, 0, true}, {read_on, 0, false}};
    struct nacre_nor_stats stats;
    uint32_t value, length;
    open_all(count < 2 || strcmp(words[1], "no-nor-lock") != 0);
    threads_run(roles, 3);
    CHECK(nacre_get(&store, KEY, &value, sizeof value, &length) == NACRE_OK);
    CHECK(value == saves_done && rounds_done == ROUNDS);
    CHECK(nacre_nor_stats(&nor_bed.nor, &stats) == NACRE_OK);
    CHECK(stats.erases >= ROUNDS * SLOT_UNITS);
    printf("%u calls from 3 threads, %u saves, %u polls, %u erases, %u programs\n",
           (unsigned)threads_calls, saves_done, polls, stats.erases, stats.programs);
    return 0;
}
