/*
 * Goal: the medium in a file keeps the rules of a flash, is durable when a call returns, and tells
 * what the system refuses.
 *
 * Method: real files in a directory of this run; the system calls are wrapped, so that each can be
 * counted and made to fail.
 */
#include "nacre/ports/posix/file.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/file_disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNIT 8192u
#define UNITS 8u

static char folder[] = "/tmp/nacre_file_XXXXXX";
static char path[64];
static struct nacre_file file;

static struct nacre_file_cfg cfg_of(void)
{
    return (struct nacre_file_cfg){.path = path, .unit_bytes = UNIT, .unit_count = UNITS,
                                   .cut_bytes = 512, .is_created = true};
}

static enum nacre_err open_it(void)
{
    const struct nacre_file_cfg cfg = cfg_of();

    return nacre_file_open(&file, &cfg);
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

static int begin(void **state)
{
    (void)state;
    file_disk_reset();
    return 0;
}

static int end(void **state)
{
    (void)state;
    file_disk_reset();
    (void)nacre_file_close(&file);
    return unlink(path) == 0 || errno == ENOENT ? 0 : -1;
}

static enum nacre_err program(uint32_t addr, const void *buf, uint32_t n)
{
    return file.medium.ops->program(&file.medium, addr, buf, n);
}

static enum nacre_err read_at(uint32_t addr, void *buf, uint32_t n)
{
    return file.medium.ops->read(&file.medium, addr, buf, n);
}

static enum nacre_err erase(uint32_t addr)
{
    const enum nacre_err err = file.medium.ops->erase_start(&file.medium, addr);

    assert_int_equal(file.medium.ops->erase_poll(&file.medium), NACRE_OK);
    assert_int_equal(file.medium.ops->erase_wait(&file.medium), NACRE_OK);
    return err;
}

/* By the file itself, not by the medium. */
static uint32_t count_of_file(uint8_t value)
{
    FILE *const stream = fopen(path, "rb");
    uint32_t count = 0;
    int byte;

    assert_non_null(stream);
    while ((byte = getc(stream)) != EOF) count += byte == value ? 1u : 0u;
    (void)fclose(stream);
    return count;
}

static void write_file(uint32_t n, int value)
{
    FILE *const stream = fopen(path, "wb");

    assert_non_null(stream);
    for (uint32_t i = 0; i < n; i++) assert_int_equal(putc(value, stream), value);
    assert_int_equal(fclose(stream), 0);
}

static off_t size_of_file(void)
{
    struct stat found;

    assert_int_equal(stat(path, &found), 0);
    return found.st_size;
}

/* ---- opening ---- */

static void test_file_medium_open_refuses_what_is_no_region(void **state)
{
    (void)state;
    struct nacre_file_cfg cfg = cfg_of();

    assert_int_equal(nacre_file_open(NULL, &cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_file_open(&file, NULL), NACRE_BAD_ARGUMENT);
    cfg.unit_count = 0;
    assert_int_equal(nacre_file_open(&file, &cfg), NACRE_NO_REGION);
    cfg = cfg_of();
    cfg.unit_bytes = UNIT + 512u;
    assert_int_equal(nacre_file_open(&file, &cfg), NACRE_REGION_UNALIGNED);
    cfg = cfg_of();
    cfg.cut_bytes = 24;
    assert_int_equal(nacre_file_open(&file, &cfg), NACRE_REGION_UNALIGNED);
    cfg.cut_bytes = 8192;
    assert_int_equal(nacre_file_open(&file, &cfg), NACRE_REGION_UNALIGNED);
    cfg = cfg_of();
    cfg.unit_count = 0x80000000u / UNIT;
    assert_int_equal(nacre_file_open(&file, &cfg), NACRE_REGION_TOO_LARGE);
    cfg = cfg_of();
    cfg.path = folder;
    assert_int_equal(nacre_file_open(&file, &cfg), NACRE_BAD_ARGUMENT);
    cfg.path = "/dev/null";
    assert_int_equal(nacre_file_open(&file, &cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(file.fd, -1);
    assert_int_equal(access(path, F_OK), -1); /* nothing was made */
}

static void test_file_medium_open_makes_a_file_only_if_told(void **state)
{
    (void)state;
    struct nacre_file_cfg cfg = cfg_of();

    cfg.is_created = false;
    assert_int_equal(nacre_file_open(&file, &cfg), NACRE_NO_REGION);
    assert_int_equal(file.system_error, ENOENT);
    assert_int_equal(open_it(), NACRE_OK);
    assert_false(file_disk.is_dirty);
    assert_int_equal(count_of_file(0xFF), UNIT * UNITS);
    assert_int_equal(nacre_file_close(&file), NACRE_OK);
    assert_int_equal(nacre_file_open(&file, &cfg), NACRE_OK);
}

static void test_file_medium_open_refuses_another_size(void **state)
{
    (void)state;
    struct nacre_file_cfg cfg = cfg_of();

    assert_int_equal(open_it(), NACRE_OK);
    (void)nacre_file_close(&file);
    cfg.unit_count--;
    assert_int_equal(nacre_file_open(&file, &cfg), NACRE_OTHER_GEOMETRY);
    write_file(UNIT, 'x'); /* something else of the user's */
    assert_int_equal(open_it(), NACRE_OTHER_GEOMETRY);
    assert_int_equal(count_of_file('x'), UNIT);
    write_file(UNIT, 0xFF); /* one that was being made */
    cfg = cfg_of();
    cfg.is_created = false;
    assert_int_equal(nacre_file_open(&file, &cfg), NACRE_OTHER_GEOMETRY);
    assert_int_equal(open_it(), NACRE_OK);
    assert_int_equal(count_of_file(0xFF), UNIT * UNITS);
}

static void test_file_medium_open_says_what_the_system_says(void **state)
{
    (void)state;
    static const struct { int error; enum nacre_err err; } rows[] = {
        {EACCES, NACRE_PART_PROTECTED}, {EROFS, NACRE_PART_PROTECTED},
        {EPERM, NACRE_PART_PROTECTED},  {EMFILE, NACRE_IO}, {ENOSPC, NACRE_IO},
        {ENOENT, NACRE_NO_REGION},
    };

    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        file_disk.open_error = rows[i].error;
        assert_int_equal(open_it(), rows[i].err);
        assert_int_equal(file.system_error, rows[i].error);
    }
}

static void test_file_medium_open_locks_out_a_second_one(void **state)
{
    (void)state;
    struct nacre_file other;
    const struct nacre_file_cfg cfg = cfg_of();
    int status = 0;

    assert_int_equal(open_it(), NACRE_OK);
    assert_int_equal(nacre_file_open(&other, &cfg), NACRE_NOT_NOW);
    const pid_t child = fork();
    if (child == 0) _exit(nacre_file_open(&other, &cfg) == NACRE_NOT_NOW ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    (void)nacre_file_close(&file);
    assert_int_equal(nacre_file_open(&other, &cfg), NACRE_OK);
    assert_int_equal(nacre_file_close(&other), NACRE_OK);
    assert_int_equal(nacre_file_close(&other), NACRE_OK);
}

/* ---- bytes ---- */

static void test_file_medium_programs_a_granule_once_and_durably(void **state)
{
    (void)state;
    static const uint8_t data[32] = {1, 2, 3};
    uint8_t found[32];

    assert_int_equal(open_it(), NACRE_OK);
    const uint32_t syncs = file_disk.syncs;
    assert_int_equal(program(16, data, 32), NACRE_OK);
    assert_false(file_disk.is_dirty);
    assert_int_equal(file_disk.syncs, syncs + 1u);
    assert_int_equal(read_at(16, found, 32), NACRE_OK);
    assert_memory_equal(found, data, 32);
    assert_int_equal(count_of_file(1), 1);
    assert_int_equal(program(32, data, 16), NACRE_NOT_ERASED);
    assert_int_equal(program(0, data, 32), NACRE_NOT_ERASED);
    assert_int_equal(count_of_file(1), 1); /* refused as a whole */
    assert_int_equal(erase(0), NACRE_OK);
    assert_false(file_disk.is_dirty);
    assert_int_equal(count_of_file(0xFF), UNIT * UNITS);
    assert_int_equal(program(32, data, 16), NACRE_OK);
}

static void test_file_medium_refuses_what_a_flash_cannot_do(void **state)
{
    (void)state;
    static const uint8_t data[8192];
    uint8_t found[4];

    assert_int_equal(open_it(), NACRE_OK);
    assert_int_equal(program(8, data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(16, data, 8), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(16, data, 0), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(4080, data, 32), NACRE_BAD_ARGUMENT); /* two pages */
    assert_int_equal(program(UNIT * UNITS, data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(0xFFFFFFF0u, data, 32), NACRE_BAD_ARGUMENT);
    assert_int_equal(read_at(UNIT * UNITS - 2u, found, 4), NACRE_BAD_ARGUMENT);
    assert_int_equal(erase(16), NACRE_BAD_ARGUMENT);
    assert_int_equal(erase(UNIT * UNITS), NACRE_BAD_ARGUMENT);
    assert_false(file.medium.ops->can_access(&file.medium, NULL, 1, true));
    assert_int_equal(count_of_file(0xFF), UNIT * UNITS);
}

/* ---- what the system refuses ---- */

/* Fresh granules, then an erase of the unit beside them, then a read. */
static enum nacre_err do_job(void)
{
    static const uint8_t data[64] = {0x5A};
    uint8_t found[64];

    enum nacre_err err = program(0, data, 64);
    if (err == NACRE_OK) err = erase(UNIT);
    if (err == NACRE_OK) err = read_at(0, found, 64);
    if (err == NACRE_OK) assert_memory_equal(found, data, 64);
    return err;
}

static void test_file_medium_tells_a_failure_of_each_call(void **state)
{
    (void)state;
    static const int errors[FILE_FAULTS] = {
        [FILE_FAULT_ENOSPC] = ENOSPC, [FILE_FAULT_EIO] = EIO, [FILE_FAULT_NOTHING] = EIO};

    assert_int_equal(open_it(), NACRE_OK);
    uint32_t calls = file_disk.calls;
    assert_int_equal(do_job(), NACRE_OK);
    calls = file_disk.calls - calls;
    assert_int_equal(calls, 7); /* look, write, sync; two writes and a sync; read */
    for (uint32_t at = 1; at <= calls; at++) {
        for (uint32_t fault = FILE_FAULT_SHORT; fault < FILE_FAULTS; fault++) {
            const bool is_sync = at == 3 || at == 6;
            file_disk.fault_at = 0;
            assert_int_equal(erase(0), NACRE_OK);
            file_disk.fault = (enum file_fault)fault;
            file_disk.fault_at = file_disk.calls + at;
            file_disk.fault_count = 1;
            file.system_error = 0;
            const uint32_t before = file_disk.calls;
            const enum nacre_err err = do_job();
            if (errors[fault] == 0 || (is_sync && fault == FILE_FAULT_NOTHING)) {
                /* A signal ends no write, and an fdatasync is not asked twice. */
                assert_int_equal(err, is_sync && fault == FILE_FAULT_SIGNAL ? NACRE_IO : NACRE_OK);
                continue;
            }
            assert_int_equal(err, NACRE_IO);
            assert_int_equal(file.system_error, errors[fault]);
            assert_int_equal(file_disk.calls - before, at); /* nothing more was tried */
        }
    }
}

static void test_file_medium_ends_where_signals_never_do(void **state)
{
    (void)state;
    static const uint8_t data[16] = {0x5A};

    assert_int_equal(open_it(), NACRE_OK);
    file_disk.fault = FILE_FAULT_SIGNAL;
    file_disk.fault_at = file_disk.calls + 2u;
    file_disk.fault_count = 0xFFFFFFFFu;
    assert_int_equal(program(0, data, 16), NACRE_IO);
    assert_int_equal(file.system_error, EINTR);
}

/* A full disk while the file is made: it goes on when there is room. */
static void test_file_medium_open_goes_on_with_a_file_half_made(void **state)
{
    (void)state;
    const uint32_t pages = UNIT * UNITS / NACRE_FILE_PAGE_BYTES;

    for (uint32_t at = 1; at <= pages + 1u; at++) {
        file_disk_reset();
        file_disk.fault = FILE_FAULT_ENOSPC;
        file_disk.fault_at = at;
        file_disk.fault_count = 1;
        assert_int_equal(open_it(), NACRE_IO);
        assert_int_equal(file.system_error, ENOSPC);
        assert_int_equal(file.fd, -1);
        if (at <= pages) {
            assert_int_equal(size_of_file(), (at - 1u) * NACRE_FILE_PAGE_BYTES);
        }
        assert_int_equal(open_it(), NACRE_OK);
        assert_int_equal(count_of_file(0xFF), UNIT * UNITS);
        (void)nacre_file_close(&file);
        assert_int_equal(unlink(path), 0);
    }
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
    FILE_TEST(test_file_medium_open_refuses_what_is_no_region),
    FILE_TEST(test_file_medium_open_makes_a_file_only_if_told),
    FILE_TEST(test_file_medium_open_refuses_another_size),
    FILE_TEST(test_file_medium_open_says_what_the_system_says),
    FILE_TEST(test_file_medium_open_locks_out_a_second_one),
    FILE_TEST(test_file_medium_programs_a_granule_once_and_durably),
    FILE_TEST(test_file_medium_refuses_what_a_flash_cannot_do),
    FILE_TEST(test_file_medium_tells_a_failure_of_each_call),
    FILE_TEST(test_file_medium_ends_where_signals_never_do),
    FILE_TEST(test_file_medium_open_goes_on_with_a_file_half_made),
};

int main(void)
{
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
