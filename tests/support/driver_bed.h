/*
 * A board on the twin that runs tests/bus_fw: the port's bus drivers in an image, over parts.
 */
#ifndef TESTS_SUPPORT_DRIVER_BED_H
#define TESTS_SUPPORT_DRIVER_BED_H

#include "tests/bus_fw/box.h"
#include "twin/twin.h"

#include <stdint.h>

#define DRIVER_TRANSFERS 64u

struct driver_bed {
    struct twin *twin;
    struct twin_snapshot *snapshot;
    uint32_t box_addr;
    struct box box;                 /* what goes in with the next letter, and what came out */
    struct twin_transfer transfers[DRIVER_TRANSFERS]; /* on the buses since the last letter */
    uint32_t transfer_count;
};

/* A board with this part (and one more, or NULL), at the prompt, the driver open at speed. */
void driver_bed_open(struct driver_bed *bed, const char *part, const char *other,
                     const char *letter, uint32_t speed);
void driver_bed_close(struct driver_bed *bed);

/* Do one letter and wait for its end; ends the test if the run stops. Returns box.result. */
int32_t driver_bed_do(struct driver_bed *bed, const char *letter);

/* Remember the board as it is; go back there. */
void driver_bed_mark(struct driver_bed *bed);
void driver_bed_rewind(struct driver_bed *bed);

/*
 * A message of out_bytes, of which the first two are at, high byte first, and the others lie in
 * box.out; then in_bytes. Returns box.result.
 */
int32_t driver_bed_message(struct driver_bed *bed, uint32_t address, uint32_t at,
                           uint32_t out_bytes, uint32_t in_bytes);

#endif
