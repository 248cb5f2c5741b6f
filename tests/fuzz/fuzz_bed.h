/*
 * A store on a chip that is as small as a store may be, so that a fuzzer's input is over in a
 * fraction of a millisecond. What goes wrong ends the process, which is how a fuzzer learns of it.
 *
 * The first byte of an input chooses the bed:
 *     bits 0..1  units of a lane, less three, or less five where a cut spoils the unit
 *     bits 2..3  0 one lane, a cut spoils a granule; 1 one lane, the milder assumption is named;
 *                2 two lanes, a cut spoils the page; 3 two lanes, a cut spoils the unit
 *     bit 4      the index is small
 */
#ifndef TESTS_FUZZ_FUZZ_BED_H
#define TESTS_FUZZ_FUZZ_BED_H

#include "nacre/core/store.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/sim_nor.h"

#define FUZZ_INDEX_MAX 48u
#define FUZZ_INDEX_SMALL 5u
#define FUZZ_UNIT_BYTES 1024u
#define FUZZ_PAGE_BYTES 256u
#define FUZZ_PAGE_SMALL 64u /* where a cut spoils it: units are small here, too */
#define FUZZ_BEDS 32u
#define FUZZ_REGION_MAX (2u * 8u * FUZZ_UNIT_BYTES)

struct fuzz_bed {
    struct sim_nor *sim;
    struct nacre_store store;
    struct nacre_store_cfg cfg;
    uint32_t kind;       /* below FUZZ_BEDS */
    uint32_t lane_count;
    uint32_t lane_units; /* of one lane */
    uint64_t reads_max;  /* bytes that one mount may read */
    struct nacre_index_entry index[FUZZ_INDEX_MAX];
};

/* A bed on a blank chip, not mounted. */
void fuzz_bed_open(struct fuzz_bed *bed, uint32_t kind);
void fuzz_bed_close(struct fuzz_bed *bed);

/*
 * Power on and mount. Ends the process where the mount reads more than it may, or answers what it
 * must not on a chip without faults.
 */
enum nacre_err fuzz_bed_mount(struct fuzz_bed *bed);

/* Lose the power in one of the next 16 commands, as two bytes of the input say. */
void fuzz_bed_cut_soon(struct fuzz_bed *bed, struct fuzz_input *input, jmp_buf *jump);

/* Make a call; recover where the power failed in it and came to this jump. */
void fuzz_call(void (*call)(void), void (*recover)(void), jmp_buf *jump);

/* Can a store be read after this answer of a mount? */
bool fuzz_is_readable(enum nacre_err err);

/* Does it say that what lies there is left as it was? */
bool fuzz_is_left(enum nacre_err err);

/* Everything that a store answers, in few bytes. */
struct fuzz_answer {
    uint32_t key;
    enum nacre_err err;
    uint32_t n;
    uint32_t crc;
};

#define FUZZ_ANSWERS_MAX 64u

struct fuzz_answers {
    uint32_t count;
    struct fuzz_answer at[FUZZ_ANSWERS_MAX];
};

/* Walk the keys and get each of them. */
void fuzz_answers_take(struct fuzz_bed *bed, struct fuzz_answers *answers);

/* End the process where the answers differ. */
void fuzz_answers_agree(const struct fuzz_answers *now, const struct fuzz_answers *before);

/* Say what is wrong and end the process. */
_Noreturn void fuzz_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* End the process if the chip saw a use that its contract forbids. */
void fuzz_bed_check_chip(const struct fuzz_bed *bed);

#endif
