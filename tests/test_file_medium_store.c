/*
 * Goal: a store in a file keeps its word when its process is killed at any instant, and when the
 * power fails at any write.
 *
 * Method: a child sets one number after the other and notes in shared memory which set has
 * returned; the parent kills it after a random time, and the file must hold that number or the next
 * one. Then a disk in memory (file_disk.h), cut at each write, with blocks of three sizes that a
 * cut may spoil as far as the medium was told.
 *
 * NACRE_CAMPAIGN=1 in the environment: each write and many kills, else a share.
 */
#include "nacre/core/store.h"
#include "nacre/ports/posix/file.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/file_disk.h"
#include "tests/support/rng.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEYS 5u

static char folder[] = "/tmp/nacre_file_XXXXXX";
static char path[64];
static struct nacre_file file;
static struct nacre_store store;
static struct nacre_index_entry entries[16];

static enum nacre_err mount_it(uint32_t unit_bytes, uint32_t cut_bytes)
{
    const struct nacre_file_cfg cfg = {.path = path, .unit_bytes = unit_bytes, .unit_count = 8,
                                       .cut_bytes = cut_bytes, .is_created = true};
    const struct nacre_store_cfg store_cfg = {
        .medium = &file.medium, .index = entries, .index_count = 16};

    const enum nacre_err err = nacre_file_open(&file, &cfg);
    return err == NACRE_OK ? nacre_mount(&store, &store_cfg) : err;
}

static uint32_t value_of(uint32_t key)
{
    uint32_t value = 0;
    uint32_t length = 0;
    const enum nacre_err err = nacre_get(&store, key, &value, sizeof value, &length);

    assert_true(err == NACRE_OK || err == NACRE_NOT_FOUND);
    return err == NACRE_OK ? value : 0;
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL) return -1;
    (void)snprintf(path, sizeof path, "%s/store", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static int end(void **state)
{
    (void)state;
    (void)nacre_file_close(&file);
    file_disk_end();
    return unlink(path) == 0 || errno == ENOENT ? 0 : -1;
}

static bool is_campaign(void)
{
    return getenv("NACRE_CAMPAIGN") != NULL;
}

/* ---- killed ---- */

/* Number i is the value of key i % KEYS: the store holds the newest number of each key. */
static void be_killed(volatile uint32_t *done)
{
    if (mount_it(8192, 16) != NACRE_OK) _exit(2);
    for (uint32_t i = *done + 1u; i != 0; i++) {
        if (nacre_set(&store, i % KEYS, &i, sizeof i) != NACRE_OK) _exit(3);
        *done = i;
    }
    _exit(4);
}

static void judge_killed(volatile uint32_t *done)
{
    const uint32_t last = *done;
    const uint32_t next = value_of((last + 1u) % KEYS);

    for (uint32_t back = 0; back + 1u < KEYS && back < last; back++) {
        assert_int_equal(value_of((last - back) % KEYS), last - back);
    }
    if (next == last + 1u) {
        *done = next; /* it had been written when the process died */
        return;
    }
    assert_int_equal(next, last + 1u >= KEYS ? last + 1u - KEYS : 0);
}

static void test_file_medium_store_killed_at_any_instant_old_or_new(void **state)
{
    (void)state;
    const uint32_t kills = is_campaign() ? 3000u : 60u;
    struct rng rng = {20};
    uint32_t *const done = mmap(NULL, sizeof *done, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(done != MAP_FAILED);
    file_disk_reset();
    file_disk.skips_sync = true; /* what is written outlives the process without it */
    for (uint32_t i = 0; i < kills; i++) {
        int status = 0;
        const pid_t child = fork();

        if (child == 0) be_killed(done);
        assert_true(child > 0);
        (void)usleep(rng_below(&rng, 12000));
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFSIGNALED(status)) fail_msg("kill %u: the child ended with %d", i, status);
        assert_int_equal(mount_it(8192, 16), NACRE_OK);
        judge_killed(done);
        (void)nacre_file_close(&file);
    }
    print_message("%u kills, %u sets\n", kills, *done);
    assert_true(*done > 20u * kills);
    assert_int_equal(munmap(done, sizeof *done), 0);
}

/* ---- the power ---- */

struct place {
    uint32_t unit_bytes;
    uint32_t cut_bytes;
    bool spoils;
    uint32_t before; /* sets until the log is about to turn to another unit */
};

static uint32_t truth[KEYS];
static uint32_t now; /* being set */
static uint32_t place_seed;

/* True: the power went. */
static bool is_cut(const struct place *place, uint32_t at)
{
    uint32_t i;

    file_disk.changes = 0;
    file_disk.cut_at = at;
    file_disk.seed = place_seed + at;
    if (setjmp(file_disk.jump) != 0) {
        (void)nacre_file_close(&file);
        return true;
    }
    assert_int_equal(mount_it(place->unit_bytes, place->cut_bytes), NACRE_OK);
    for (i = now + 1u; i < place->before + 60u; i++) {
        now = i;
        assert_int_equal(nacre_set(&store, i % KEYS, &i, sizeof i), NACRE_OK);
        truth[i % KEYS] = i;
    }
    file_disk.cut_at = 0;
    (void)nacre_file_close(&file);
    return false;
}

static void judge_cut(const struct place *place)
{
    assert_int_equal(mount_it(place->unit_bytes, place->cut_bytes), NACRE_OK);
    for (uint32_t key = 0; key < KEYS; key++) {
        const uint32_t value = value_of(key);

        if (key == now % KEYS && value == now) truth[key] = now;
        assert_int_equal(value, truth[key]);
    }
    (void)nacre_file_close(&file);
}

static void warm_up(const struct place *place)
{
    assert_int_equal(mount_it(place->unit_bytes, place->cut_bytes), NACRE_OK);
    for (uint32_t i = 1; i <= place->before; i++) {
        now = i;
        assert_int_equal(nacre_set(&store, i % KEYS, &i, sizeof i), NACRE_OK);
        truth[i % KEYS] = i;
    }
    (void)nacre_file_close(&file);
}

/* Of the right size: its bytes are in memory. */
static void make_file(uint32_t size)
{
    FILE *const stream = fopen(path, "wb");

    assert_non_null(stream);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(truncate(path, (off_t)size), 0);
}

static void cut_everywhere(const struct place *place)
{
    const uint32_t share = is_campaign() ? 1u : 3u;
    const uint32_t size = place->unit_bytes * 8u;
    uint8_t *const kept = malloc(size);
    uint32_t cuts = 0;

    assert_non_null(kept);
    make_file(size);
    file_disk_begin(place->cut_bytes, place->spoils);
    memset(truth, 0, sizeof truth);
    warm_up(place);
    const uint32_t then = now;
    uint32_t kept_truth[KEYS];
    memcpy(kept_truth, truth, sizeof truth);
    memcpy(kept, file_disk.durable, size);
    for (uint32_t at = 1; at < 100000u; at += share) {
        memcpy(file_disk.durable, kept, size);
        memcpy(file_disk.seen, kept, size);
        memcpy(truth, kept_truth, sizeof truth);
        now = then;
        if (!is_cut(place, at)) break;
        cuts++;
        judge_cut(place);
        if (is_cut(place, 1u + at % 50u)) {
            cuts++;
            judge_cut(place);
        }
    }
    print_message("blocks of %u: %u cuts\n", place->cut_bytes, cuts);
    assert_true(cuts > 100u / share);
    free(kept);
    file_disk_end();
    assert_int_equal(unlink(path), 0);
}

static void test_file_medium_store_cut_in_blocks_of_16_old_or_new(void **state)
{
    (void)state;
    const struct place place = {8192, 16, true, 485};

    place_seed = 1;
    cut_everywhere(&place);
}

static void test_file_medium_store_cut_in_blocks_of_512_old_or_new(void **state)
{
    (void)state;
    const struct place place = {8192, 512, true, 460};

    place_seed = 100001;
    cut_everywhere(&place);
}

static void test_file_medium_store_cut_in_blocks_of_4096_old_or_new(void **state)
{
    (void)state;
    const struct place place = {65536, 4096, true, 3800};

    place_seed = 200001;
    cut_everywhere(&place);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(test_file_medium_store_killed_at_any_instant_old_or_new, end),
    cmocka_unit_test_teardown(test_file_medium_store_cut_in_blocks_of_16_old_or_new, end),
    cmocka_unit_test_teardown(test_file_medium_store_cut_in_blocks_of_512_old_or_new, end),
    cmocka_unit_test_teardown(test_file_medium_store_cut_in_blocks_of_4096_old_or_new, end),
};

int main(void)
{
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
