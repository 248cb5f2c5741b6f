/*
 * A medium in a file, for programs on POSIX: what firmware keeps in its flash, the same code keeps
 * in a file, with the same promises.
 *
 * A granule is durable when the call that programmed it has returned: the bytes are written and
 * fdatasync has ended. An erase writes FF. What a killed process leaves is a part of one write;
 * what a power cut leaves is up to the file system and the disk: cut_bytes says how much of what
 * lies round a write it may spoil.
 *
 * After a failed write or fdatasync nobody knows what is on the disk, whatever is read back: the
 * medium answers NACRE_IO, and the store settles it elsewhere.
 *
 * struct nacre_file is the caller's, is filled by nacre_file_open, and must not be moved or copied
 * afterwards.
 */
#ifndef NACRE_PORTS_POSIX_FILE_H
#define NACRE_PORTS_POSIX_FILE_H

#include "nacre/check.h"
#include "nacre/err.h"
#include "nacre/medium.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_FILE_PAGE_BYTES 4096u /* of most file systems and disks */

struct nacre_file_cfg {
    const char *path;
    uint32_t unit_bytes; /* a multiple of 4096; 65536 where cut_bytes is 4096 */
    uint32_t unit_count;
    uint32_t cut_bytes;  /* 4096: a power cut may spoil the block that was being written, two lanes
                            are kept; 512: a sector of it; 16: none, as where only the process dies
                            and never the power. A power of two, up to 4096 */
    bool is_created;     /* true: make the file if there is none, all FF */
};

struct nacre_file {
    struct nacre_medium medium; /* first: the store sees only this */
    int32_t fd;                 /* -1: closed */
    int32_t system_error;       /* errno of the newest failure, for a log; 0: none yet */
};

/*
 * Open the file and lock it, so that no other process has the same store open.
 *
 * file     after an error closed; file->system_error says more
 * Cost     none; where the file is made, a write of all of it
 * Returns  NACRE_OK
 *          NACRE_BAD_ARGUMENT     a pointer is null, or the path names no regular file
 *          NACRE_REGION_UNALIGNED unit_bytes or cut_bytes are none of those above
 *          NACRE_NO_REGION        no units; or there is no file, and it was not to be made
 *          NACRE_REGION_TOO_LARGE 2 GB or more
 *          NACRE_OTHER_GEOMETRY   the file has another size; unchanged
 *          NACRE_NOT_NOW          another open of it holds the lock: try again when that is closed
 *          NACRE_PART_PROTECTED   the file or its file system cannot be written
 *          NACRE_IO               anything else. A file that could not be made to its end is
 *                                 left as it is; the next open goes on with it
 * Cut      a file that was being made is shorter and all FF: the next open goes on with it. Where
 *          the file system shows zeros for what never reached the disk, the store finds something
 *          foreign: remove the file
 * Context  thread only, as all that is called through the medium
 */
NACRE_MUST_CHECK enum nacre_err nacre_file_open(struct nacre_file *file,
                                                const struct nacre_file_cfg *cfg);

/*
 * Unlock and close the file. All that was programmed is durable already.
 *
 * Returns  NACRE_OK, closed before too; NACRE_BAD_ARGUMENT
 */
enum nacre_err nacre_file_close(struct nacre_file *file);

#endif
