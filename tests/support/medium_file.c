/*
 * The bed of the medium in a file, on the disk in memory of file_disk.h: what was written and not
 * yet made durable is kept, lost or spoiled by the block when the power goes. The file itself is
 * there for its name, its lock and its size.
 */
#include "tests/support/medium_bed.h"

#include "nacre/ports/posix/file.h"
#include "tests/support/file_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BYTES_MAX 65536u
#define PATH_BYTES 64u

/* What a cut may spoil, and what of a write is kept or lost as one. */
struct disk {
    uint32_t cut_bytes;
    uint32_t block_bytes;
    bool spoils;
};

/* The same cut leaves something else with each. */
static const char *const tears[] = { "a", "b", "c", "d", "e" };

struct moment {
    uint8_t seen[BYTES_MAX];
    uint8_t durable[BYTES_MAX];
    struct nacre_file file;
    struct file_disk disk;
};

static struct {
    const struct medium_kind *kind;
    struct nacre_file file;
    char path[PATH_BYTES];
    uint32_t n;
    int fd; /* that is open; -1: none */
    struct moment moments[MEDIUM_LEVELS];
} bed;

static const struct disk *disk(void)
{
    return bed.kind->row;
}

static void close_file(void)
{
    if (bed.fd >= 0) (void)close(bed.fd);
    bed.fd = -1;
}

static bool begin(const struct medium_kind *kind, uint64_t seed)
{
    (void)seed;
    bed.kind = kind;
    bed.n = kind->unit_bytes * kind->unit_count;
    file_disk_begin(disk()->block_bytes, disk()->spoils);
    (void)snprintf(bed.path, sizeof bed.path, "/tmp/nacre_medium_XXXXXX");
    const int fd = mkstemp(bed.path);
    const bool is_sized = fd >= 0 && ftruncate(fd, (off_t)bed.n) == 0;
    if (fd >= 0) (void)close(fd);
    bed.fd = -1;
    return is_sized && bed.n <= BYTES_MAX;
}

static void end(void)
{
    close_file();
    (void)unlink(bed.path);
    file_disk_end();
}

static enum nacre_err open_file(struct nacre_medium **medium)
{
    const struct nacre_file_cfg cfg = {
        .path = bed.path, .unit_bytes = bed.kind->unit_bytes,
        .unit_count = bed.kind->unit_count, .cut_bytes = disk()->cut_bytes,
    };
    close_file();
    const enum nacre_err err = nacre_file_open(&bed.file, &cfg);
    if (err == NACRE_OK) bed.fd = bed.file.fd;
    *medium = &bed.file.medium;
    return err;
}

static void count(struct medium_counts *counts)
{
    *counts = (struct medium_counts){
        .places = file_disk.changes, .writes = file_disk.syncs, .write_bytes = file_disk.written,
        .transfers = MEDIUM_NO_COUNT, .bus_bytes = MEDIUM_NO_COUNT, .now_ns = MEDIUM_NO_COUNT,
        .wear_max = MEDIUM_NO_COUNT,
    };
}

static void cut_at(uint32_t place, uint32_t tear, uint64_t seed, jmp_buf *jump)
{
    file_disk.cut_at = place == MEDIUM_NO_CUT ? 0 : file_disk.changes + 1u + place;
    file_disk.seed = seed + tear;
    if (jump != NULL) memcpy(file_disk.jump, *jump, sizeof file_disk.jump);
}

static void keep(uint32_t level)
{
    struct moment *const moment = &bed.moments[level];
    memcpy(moment->seen, file_disk.seen, bed.n);
    memcpy(moment->durable, file_disk.durable, bed.n);
    moment->file = bed.file;
    moment->disk = file_disk;
}

static void back(uint32_t level)
{
    const struct moment *const moment = &bed.moments[level];
    memcpy(file_disk.seen, moment->seen, bed.n);
    memcpy(file_disk.durable, moment->durable, bed.n);
    bed.file = moment->file;
    bed.file.fd = bed.fd;
    file_disk = moment->disk;
    file_disk.cut_at = 0;
}

static bool around_is_whole(void)
{
    for (uint32_t i = bed.n; i < FILE_DISK_BYTES_MAX; i++) {
        if (file_disk.seen[i] != 0xFF || file_disk.durable[i] != 0xFF) return false;
    }
    return true;
}

static const struct medium_bed_ops file_ops = {
    begin, end, open_file, count, cut_at, keep, back, around_is_whole,
};

/* A process that is killed, and a disk whose sectors a cut may spoil. */
static const struct disk killed = { 16, 1, false };
static const struct disk sectors = { 512, 512, true };

#define TEARS .tears = tears, .tear_count = sizeof tears / sizeof tears[0]
const struct medium_kind medium_file_kinds[] = {
    { .name = "file", .ops = &file_ops, TEARS, .share = 8, .unit_count = 4, .unit_bytes = 4096,
      .row = &killed },
    { .name = "file_sectors", .ops = &file_ops, TEARS, .share = 16, .unit_count = 6,
      .unit_bytes = 8192, .row = &sectors },
    { .name = NULL },
};
