/*
 * The medium in a file. It has no state but the file: each call ends what it began.
 */
#include "nacre/ports/posix/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define GRANULE_BYTES 16u
#define BLANK 0xFFu
#define REGION_BYTES_MAX 0x7FFFFFFFu
#define PATH_BYTES_MAX 4096u
#define INTERRUPTED_MAX 1000u /* signals that one transfer outlives */
#define OPEN_MODE 0644

static struct nacre_file *file_of(struct nacre_medium *medium)
{
    return (struct nacre_file *)medium;
}

static bool range_is_inside(const struct nacre_medium *medium, uint32_t addr, uint32_t n)
{
    const uint32_t size_bytes = medium->geometry.unit_bytes * medium->geometry.unit_count;
    return addr <= size_bytes && n <= size_bytes - addr;
}

static enum nacre_err failed(struct nacre_file *file, int32_t error)
{
    file->system_error = error;
    return NACRE_IO;
}

/* ---- transfers ---- */

/*
 * What a transfer of n bytes at done comes to: true, go on. A signal before the first byte is no
 * failure; a transfer that moves nothing is one.
 */
static bool is_moved(struct nacre_file *file, ssize_t moved, uint32_t *done, uint32_t *interrupted)
{
    if (moved > 0) {
        *done += (uint32_t)moved;
        return true;
    }
    if (moved < 0 && errno == EINTR && *interrupted < INTERRUPTED_MAX) {
        *interrupted += 1u;
        return true;
    }
    file->system_error = moved < 0 ? errno : EIO;
    return false;
}

static enum nacre_err read_bytes(struct nacre_file *file, uint32_t addr, uint8_t *bytes,
                                 uint32_t n)
{
    uint32_t interrupted = 0;

    for (uint32_t done = 0; done < n;) {
        const ssize_t moved = pread(file->fd, bytes + done, n - done, (off_t)addr + (off_t)done);
        if (!is_moved(file, moved, &done, &interrupted)) return NACRE_IO;
    }
    return NACRE_OK;
}

static enum nacre_err write_bytes(struct nacre_file *file, uint32_t addr, const uint8_t *bytes,
                                  uint32_t n)
{
    uint32_t interrupted = 0;

    for (uint32_t done = 0; done < n;) {
        const ssize_t moved = pwrite(file->fd, bytes + done, n - done, (off_t)addr + (off_t)done);
        if (!is_moved(file, moved, &done, &interrupted)) return NACRE_IO;
    }
    return NACRE_OK;
}

/* Not again after a failure: the system may call pages clean that never reached the disk. */
static enum nacre_err make_durable(struct nacre_file *file)
{
    return fdatasync(file->fd) == 0 ? NACRE_OK : failed(file, errno);
}

static enum nacre_err write_blank(struct nacre_file *file, uint32_t addr, uint32_t n)
{
    uint8_t blank[NACRE_FILE_PAGE_BYTES];
    enum nacre_err err = NACRE_OK;

    memset(blank, BLANK, sizeof blank);
    for (uint32_t done = 0; err == NACRE_OK && done < n;) {
        const uint32_t left = n - done;
        const uint32_t part = left < sizeof blank ? left : (uint32_t)sizeof blank;

        err = write_bytes(file, addr + done, blank, part);
        done += part;
    }
    return err == NACRE_OK ? make_durable(file) : err;
}

static enum nacre_err check_blank(struct nacre_file *file, uint32_t addr, uint32_t n)
{
    uint8_t found[NACRE_FILE_PAGE_BYTES];

    for (uint32_t done = 0; done < n;) {
        const uint32_t left = n - done;
        const uint32_t part = left < sizeof found ? left : (uint32_t)sizeof found;

        const enum nacre_err err = read_bytes(file, addr + done, found, part);
        if (err != NACRE_OK) return err;
        for (uint32_t i = 0; i < part; i++) {
            if (found[i] != BLANK) return NACRE_NOT_ERASED;
        }
        done += part;
    }
    return NACRE_OK;
}

/* ---- the medium ---- */

static enum nacre_err file_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    if (!range_is_inside(medium, addr, n)) return NACRE_BAD_ARGUMENT;
    return read_bytes(file_of(medium), addr, buf, n);
}

static enum nacre_err file_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                   uint32_t n)
{
    struct nacre_file *const file = file_of(medium);

    if (!range_is_inside(medium, addr, n) || n == 0u) return NACRE_BAD_ARGUMENT;
    if (addr % GRANULE_BYTES != 0u || n % GRANULE_BYTES != 0u) return NACRE_BAD_ARGUMENT;
    if (addr / NACRE_FILE_PAGE_BYTES != (addr + n - 1u) / NACRE_FILE_PAGE_BYTES) {
        return NACRE_BAD_ARGUMENT;
    }
    enum nacre_err err = check_blank(file, addr, n);
    if (err != NACRE_OK) return err;
    err = write_bytes(file, addr, buf, n);
    return err == NACRE_OK ? make_durable(file) : err;
}

static enum nacre_err file_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    const uint32_t unit_bytes = medium->geometry.unit_bytes;

    if (!range_is_inside(medium, addr, unit_bytes)) return NACRE_BAD_ARGUMENT;
    if (addr % unit_bytes != 0u) return NACRE_BAD_ARGUMENT;
    return write_blank(file_of(medium), addr, unit_bytes);
}

/* No erase is ever under way. */
static enum nacre_err file_erase_ended(struct nacre_medium *medium)
{
    (void)medium;
    return NACRE_OK;
}

static bool file_can_access(const struct nacre_medium *medium, const void *buf, uint32_t n,
                            bool write)
{
    (void)medium;
    (void)write;
    return buf != NULL || n == 0u;
}

static const struct nacre_medium_ops file_ops = {
    .read = file_read,
    .program = file_program,
    .erase_start = file_erase_start,
    .erase_poll = file_erase_ended,
    .erase_wait = file_erase_ended,
    .can_access = file_can_access,
};

/* ---- open ---- */

static enum nacre_err check_cfg(const struct nacre_file_cfg *cfg)
{
    if (cfg->unit_bytes == 0u || cfg->unit_count == 0u) return NACRE_NO_REGION;
    if (cfg->unit_bytes % NACRE_FILE_PAGE_BYTES != 0u) return NACRE_REGION_UNALIGNED;
    if (cfg->cut_bytes < GRANULE_BYTES || cfg->cut_bytes > NACRE_FILE_PAGE_BYTES ||
        (cfg->cut_bytes & (cfg->cut_bytes - 1u)) != 0u) {
        return NACRE_REGION_UNALIGNED;
    }
    return cfg->unit_count > REGION_BYTES_MAX / cfg->unit_bytes ? NACRE_REGION_TOO_LARGE
                                                                : NACRE_OK;
}

static enum nacre_err open_path(struct nacre_file *file, const struct nacre_file_cfg *cfg)
{
    const int32_t create = cfg->is_created ? O_CREAT : 0;

    file->fd = open(cfg->path, O_RDWR | O_CLOEXEC | create, OPEN_MODE);
    if (file->fd >= 0) return NACRE_OK;
    file->system_error = errno;
    if (errno == ENOENT) return NACRE_NO_REGION;
    if (errno == EISDIR || errno == ENXIO) return NACRE_BAD_ARGUMENT;
    return errno == EACCES || errno == EROFS || errno == EPERM ? NACRE_PART_PROTECTED : NACRE_IO;
}

static enum nacre_err lock(struct nacre_file *file)
{
    if (flock(file->fd, LOCK_EX | LOCK_NB) == 0) return NACRE_OK;
    file->system_error = errno;
    return errno == EWOULDBLOCK ? NACRE_NOT_NOW : NACRE_IO;
}

/* A new file is there after a power cut only if its directory's entry is. */
static enum nacre_err make_entry_durable(struct nacre_file *file, const char *path)
{
    char copy[PATH_BYTES_MAX];

    if (strlen(path) >= sizeof copy) return NACRE_BAD_ARGUMENT;
    memcpy(copy, path, strlen(path) + 1u);
    const int32_t fd = open(dirname(copy), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed(file, errno);
    const bool is_durable = fsync(fd) == 0 || errno == EINVAL; /* a system that cannot, need not */
    if (!is_durable) file->system_error = errno;
    (void)close(fd);
    return is_durable ? NACRE_OK : NACRE_IO;
}

/* A file that is shorter and all FF was being made when something ended that. */
static enum nacre_err check_size(struct nacre_file *file, const struct nacre_file_cfg *cfg)
{
    const uint32_t size_bytes = cfg->unit_bytes * cfg->unit_count;
    struct stat found;

    if (fstat(file->fd, &found) != 0) return failed(file, errno);
    if (!S_ISREG(found.st_mode)) return NACRE_BAD_ARGUMENT;
    if (found.st_size == (off_t)size_bytes) return NACRE_OK;
    if (found.st_size > (off_t)size_bytes || !cfg->is_created) return NACRE_OTHER_GEOMETRY;
    const uint32_t made_bytes = (uint32_t)found.st_size;
    enum nacre_err err = check_blank(file, 0, made_bytes);
    if (err == NACRE_NOT_ERASED) return NACRE_OTHER_GEOMETRY;
    if (err == NACRE_OK) err = write_blank(file, made_bytes, size_bytes - made_bytes);
    return err == NACRE_OK ? make_entry_durable(file, cfg->path) : err;
}

enum nacre_err nacre_file_open(struct nacre_file *file, const struct nacre_file_cfg *cfg)
{
    if (file == NULL || cfg == NULL || cfg->path == NULL) return NACRE_BAD_ARGUMENT;
    *file = (struct nacre_file){.fd = -1};
    enum nacre_err err = check_cfg(cfg);
    if (err != NACRE_OK) return err;
    err = open_path(file, cfg);
    if (err != NACRE_OK) return err;
    err = lock(file);
    if (err == NACRE_OK) err = check_size(file, cfg);
    if (err != NACRE_OK) {
        (void)nacre_file_close(file);
        return err;
    }
    file->medium = (struct nacre_medium){
        &file_ops,
        {cfg->unit_bytes, cfg->unit_count, GRANULE_BYTES, NACRE_FILE_PAGE_BYTES, cfg->cut_bytes,
         0},
        false};
    return NACRE_OK;
}

enum nacre_err nacre_file_close(struct nacre_file *file)
{
    if (file == NULL) return NACRE_BAD_ARGUMENT;
    if (file->fd >= 0) (void)close(file->fd);
    file->fd = -1;
    return NACRE_OK;
}
