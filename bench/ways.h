/*
 * The ways through the blackout and the chips they are tried on, and the one lock beside them.
 */
#ifndef BENCH_WAYS_H
#define BENCH_WAYS_H

#include "bench/subject.h"
#include "nacre/media/nor.h"

#include <stdbool.h>
#include <stdint.h>

struct chip {
    const char *name;        /* in figures */
    const char *part;        /* as the twin names it */
    uint32_t bytes;
    uint32_t bank_bytes;
    uint32_t unit_bytes;
    uint32_t storm;          /* STORM_, of tests/storm_fw */
    uint32_t lock;           /* LOCK_CHIP_ */
    uint32_t slice_us;       /* the least budget of a slice */
    double latency_limit_us; /* of slices: the row's run and suspend latency, and 5 us */
    uint32_t erases;         /* so many are measured */
};

struct way {
    const char *name;
    enum nacre_way way;
    bool is_lock;       /* not the library's */
    bool is_live;       /* the handler lies in RAM and is not masked; on the first chip only */
    bool has_own_bank;  /* the image lies in another bank than what is written */
    uint32_t irq_us;    /* the period of the handler that it is measured with */
    uint32_t budget_us; /* 0: the chip's slice */
};

struct way_images {
    const char *writer;
    const char *lock;
};

/* How a way is tried on a chip. */
struct way_trial {
    const struct way *way;
    const struct chip *chip;
    uint32_t irq_us;
    bool tells_reads; /* see subject.h */
};

extern const struct chip chips[];
extern const uint32_t chip_count;
extern const struct way ways[];
extern const uint32_t way_count;

/* Is there such a way on this chip? */
bool way_is_for(const struct way *way, const struct chip *chip);

/* Start the firmware that writes this way, as subject_start. */
void way_start(struct subject *subject, const struct way_images *images,
               const struct way_trial *trial);

#endif
