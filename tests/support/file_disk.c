/*
 * See file_disk.h.
 */
#include "tests/support/file_disk.h"

#include "tests/support/cmocka_all.h"
#include "tests/support/rng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

struct file_disk file_disk;

ssize_t __real_pread(int fd, void *buf, size_t n, off_t at);
ssize_t __real_pwrite(int fd, const void *buf, size_t n, off_t at);
int __real_fdatasync(int fd);
ssize_t __wrap_pread(int fd, void *buf, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *buf, size_t n, off_t at);
int __wrap_fdatasync(int fd);
int __real_open(const char *path, int flags, mode_t mode);
int __wrap_open(const char *path, int flags, mode_t mode);

void file_disk_reset(void)
{
    memset(&file_disk, 0, sizeof file_disk);
    file_disk.dirty_from = FILE_DISK_BYTES_MAX;
}

void file_disk_begin(uint32_t block_bytes, bool spoils)
{
    file_disk_reset();
    file_disk.is_in_memory = true;
    file_disk.block_bytes = block_bytes;
    file_disk.spoils = spoils;
    file_disk.seen = malloc(FILE_DISK_BYTES_MAX);
    file_disk.durable = malloc(FILE_DISK_BYTES_MAX);
    assert_true(file_disk.seen != NULL && file_disk.durable != NULL);
    memset(file_disk.seen, 0xFF, FILE_DISK_BYTES_MAX);
    memset(file_disk.durable, 0xFF, FILE_DISK_BYTES_MAX);
}

void file_disk_end(void)
{
    free(file_disk.seen);
    free(file_disk.durable);
    file_disk_reset();
}

static void clean(void)
{
    file_disk.is_dirty = false;
    file_disk.dirty_from = FILE_DISK_BYTES_MAX;
    file_disk.dirty_to = 0;
}

/* ---- the power goes ---- */

static void settle_block(struct rng *rng, uint32_t at)
{
    uint8_t *const seen = file_disk.seen + at;
    uint8_t *const durable = file_disk.durable + at;
    const uint32_t n = file_disk.block_bytes;

    if (memcmp(seen, durable, n) == 0) return;
    const uint32_t how = rng_below(rng, file_disk.spoils ? 4u : 2u);
    if (how == 1u) memcpy(durable, seen, n);
    for (uint32_t i = 0; how >= 2u && i < n; i++) {
        if (how == 3u) durable[i] = (uint8_t)rng_below(rng, 256);
        if (how == 2u && rng_below(rng, 2) != 0) durable[i] = seen[i];
    }
}

static void cut(void)
{
    struct rng rng = {file_disk.seed};

    const uint32_t from = file_disk.dirty_from / file_disk.block_bytes * file_disk.block_bytes;

    for (uint32_t at = from; at < file_disk.dirty_to; at += file_disk.block_bytes) {
        settle_block(&rng, at);
        memcpy(file_disk.seen + at, file_disk.durable + at, file_disk.block_bytes);
    }
    clean();
    file_disk.cut_at = 0;
    longjmp(file_disk.jump, 1);
}

/* ---- calls ---- */

static bool is_hit(void)
{
    return file_disk.fault_at != 0 && file_disk.calls >= file_disk.fault_at &&
           file_disk.calls - file_disk.fault_at < file_disk.fault_count;
}

/* True: the call ends here, with *answer. *n is what it may move. */
static bool is_failed(size_t *n, ssize_t *answer)
{
    file_disk.calls++;
    *answer = -1;
    if (!is_hit()) return false;
    switch (file_disk.fault) {
    case FILE_FAULT_SHORT: *n = *n > 1u ? *n / 2u : *n; return false;
    case FILE_FAULT_SIGNAL: errno = EINTR; return true;
    case FILE_FAULT_ENOSPC: errno = ENOSPC; return true;
    case FILE_FAULT_EIO: errno = EIO; return true;
    case FILE_FAULT_NOTHING: *answer = 0; return true;
    default: return false;
    }
}

ssize_t __wrap_pread(int fd, void *buf, size_t n, off_t at)
{
    ssize_t answer;

    if (is_failed(&n, &answer)) return answer;
    if (!file_disk.is_in_memory) return __real_pread(fd, buf, n, at);
    memcpy(buf, file_disk.seen + at, n);
    return (ssize_t)n;
}

ssize_t __wrap_pwrite(int fd, const void *buf, size_t n, off_t at)
{
    ssize_t answer;

    if (is_failed(&n, &answer)) return answer;
    const uint32_t from = (uint32_t)at;
    const uint32_t to = from + (uint32_t)n;

    file_disk.changes++;
    file_disk.written += n;
    file_disk.is_dirty = true;
    if (from < file_disk.dirty_from) file_disk.dirty_from = from;
    if (to > file_disk.dirty_to) file_disk.dirty_to = to;
    if (!file_disk.is_in_memory) return __real_pwrite(fd, buf, n, at);
    memcpy(file_disk.seen + at, buf, n);
    if (file_disk.changes == file_disk.cut_at) cut();
    return (ssize_t)n;
}

/* One that fails leaves what the system says is clean, and is not. */
int __wrap_fdatasync(int fd)
{
    ssize_t answer;
    size_t none = 0;

    if (is_failed(&none, &answer) && answer != 0) return -1;
    file_disk.changes++;
    if (file_disk.changes == file_disk.cut_at) cut();
    const uint32_t from = file_disk.dirty_from;
    const uint32_t to = file_disk.dirty_to;

    file_disk.syncs++;
    clean();
    if (file_disk.skips_sync) return 0;
    if (!file_disk.is_in_memory) return __real_fdatasync(fd);
    if (to > from) memcpy(file_disk.durable + from, file_disk.seen + from, to - from);
    return 0;
}

/* Where no mode was given, none is looked at. */
int __wrap_open(const char *path, int flags, mode_t mode)
{
    if (file_disk.open_error == 0) return __real_open(path, flags, mode);
    errno = file_disk.open_error;
    return -1;
}
