/*
 * Memory that is overwritten in place, as nacre/media/cells.h reaches it: pages or none, a power
 * that can be cut in a write, and what such a write leaves.
 *
 * It also looks on: a stamp (the last 4 of 20 bytes) that is written at one address again after an
 * erase was begun in between is counted, for that is what would let something old come back.
 */
#ifndef TESTS_SUPPORT_CELL_BOX_H
#define TESTS_SUPPORT_CELL_BOX_H

#include "nacre/media/cells.h"
#include "tests/support/rng.h"

#include <stdbool.h>
#include <stdint.h>

#define BOX_BYTES 32768u
#define BOX_NO_CUT UINT32_MAX
#define BOX_STAMPS 16384u

enum box_tear {
    BOX_NOTHING,
    BOX_PREFIX,   /* the first `keep` bytes are new */
    BOX_COMPLETE,
    BOX_BITS,     /* each bit of the bytes sent is old or new */
    BOX_UNSTABLE, /* those bits read either way, each time, until written again */
    BOX_PAGE,     /* each byte of the page is old, new, FF or anything; needs pages */
    BOX_TEARS,
};

struct box_stamp {
    uint32_t addr;
    uint32_t stamp;
    uint32_t epoch;
};

struct cell_box {
    struct nacre_cells cells; /* first */
    struct nacre_cells_area area;
    uint8_t bytes[BOX_BYTES];
    uint8_t unstable[BOX_BYTES];
    struct rng rng;
    bool is_on;
    bool is_protected;  /* takes writes and does nothing */
    bool is_gone;       /* reads zeros, and says so when it is looked for */
    uint32_t blink;     /* so many reads from now on answer all ones; `find` sees nothing wrong */
    uint32_t cut_at;    /* write from now on; BOX_NO_CUT */
    enum box_tear tear;
    uint32_t keep;
    uint32_t writes;
    uint32_t reads;
    uint32_t crossed;   /* writes over the end of a page, or outside of the area */
    uint32_t epoch;     /* raised by the test at each erase that it begins */
    uint32_t repeated;  /* stamps used again in a later epoch */
    uint32_t stamp_count;
    struct box_stamp stamps[BOX_STAMPS];
};

/* A box with power, filled with one byte. The area is given. */
void box_begin(struct cell_box *box, uint32_t addr, uint32_t bytes, uint32_t page_bytes,
               uint8_t fill);
/* Give the power back, and open the medium anew. */
enum nacre_err box_open(struct cell_box *box);
/* The power fails in write `write`, 0 is the next one. */
void box_cut(struct cell_box *box, uint32_t write, enum box_tear tear, uint32_t keep);

/* Erase a unit to its end; program; read. */
enum nacre_err box_erase(struct cell_box *box, uint32_t unit);
enum nacre_err box_program(struct cell_box *box, uint32_t addr, const void *buf, uint32_t n);
enum nacre_err box_read(struct cell_box *box, uint32_t addr, void *buf, uint32_t n);

#endif
