/*
 * The system calls of the medium in a file, wrapped by the linker (--wrap): counted, made to fail,
 * or served from a disk in memory that a power cut can spoil.
 *
 * The disk has two images: what a program reads, and what is durable. A write reaches the first; an
 * fdatasync that succeeds brings the second up to it. A power cut keeps, of each block that was
 * written since, the old bytes, the new ones or, where it may spoil them, noise.
 */
#ifndef TESTS_SUPPORT_FILE_DISK_H
#define TESTS_SUPPORT_FILE_DISK_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#define FILE_DISK_BYTES_MAX (1024u * 1024u)

enum file_fault {
    FILE_FAULT_NONE,
    FILE_FAULT_SHORT,   /* half of the bytes are moved, which is no error */
    FILE_FAULT_SIGNAL,  /* EINTR, nothing moved, which is no error either */
    FILE_FAULT_ENOSPC,
    FILE_FAULT_EIO,
    FILE_FAULT_NOTHING, /* 0 is returned */
    FILE_FAULTS,
};

struct file_disk {
    bool is_in_memory;
    bool skips_sync;      /* an fdatasync is not passed on */
    uint32_t block_bytes; /* what a cut keeps or loses as one */
    bool spoils;          /* a cut may leave noise in a block that was being written */
    uint32_t calls;       /* pread, pwrite and fdatasync, from 1 */
    uint32_t changes;     /* pwrite and fdatasync, from 1 */
    uint32_t syncs;
    uint64_t written;     /* bytes that pwrite moved */
    bool is_dirty;        /* something was written since the last fdatasync */
    uint32_t fault_at;    /* this call fails; 0: none */
    uint32_t fault_count; /* so many in a row */
    enum file_fault fault;
    uint32_t cut_at;      /* the power goes in this change; 0: never */
    jmp_buf jump;
    uint64_t seed;
    uint32_t dirty_from;  /* what was written since, */
    uint32_t dirty_to;    /* up to here */
    int open_error;       /* errno that each open ends with; 0: none */
    uint8_t *seen;        /* FILE_DISK_BYTES_MAX each */
    uint8_t *durable;
};

extern struct file_disk file_disk;

/* Real calls, nothing counted. */
void file_disk_reset(void);
/* A disk in memory, all FF. */
void file_disk_begin(uint32_t block_bytes, bool spoils);
void file_disk_end(void);

#endif
