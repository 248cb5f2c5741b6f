/*
 * A store of small units behind a medium that fails, what each key must answer, and one call of the
 * store that is run again and again, each time with another call of the medium failing.
 *
 * What is promised then: the call answers an error that it may answer; an error leaves every value
 * as it was; and on a chip that works again a mount finds the values that the answer stands for.
 */
#ifndef TESTS_SUPPORT_COVER_BED_H
#define TESTS_SUPPORT_COVER_BED_H

#include "tests/support/failing.h"
#include "tests/support/store_box.h"

#define COVER_KEYS 24u
#define COVER_FOR_EVER 0x7fffffffu

/* What a key answers, and with which value (box_value of n and seed). */
struct cover_answer {
    enum nacre_err err; /* NACRE_OK, NACRE_STALE, NACRE_DAMAGED or NACRE_NOT_FOUND */
    uint32_t n;
    uint32_t seed;
};

struct cover_values {
    struct cover_answer at[COVER_KEYS];
};

struct cover {
    struct box box;
    struct failing failing;
    struct sim_nor *start;   /* what each run begins with */
    struct cover_values old; /* before the call */
    struct cover_values new; /* after it */
    uint32_t point;
};

/* The one bed of a test program. */
extern struct cover cover;

/* One call of the store, and how it is tried. */
struct cover_call {
    enum nacre_err (*call)(void);
    bool mounts;          /* the call begins with a mount: none is done before it */
    bool is_repeated;     /* after a call that failed the same one is tried again, healthy */
    uint32_t kinds;       /* of the medium's calls that fail: FAILING_... */
    uint32_t count;       /* how many in a row; COVER_FOR_EVER: all from there on */
    enum nacre_err err;
};

/*
 * A blank chip of 1 KB units. A cut spoils 16 bytes (one lane), 64 (two, of small pages) or 1024
 * (two).
 */
void cover_open(uint32_t unit_count, uint32_t cut_bytes);

/* A blank chip of units of so many slots, each a page of slot_bytes, which is what a cut spoils. */
void cover_open_pages(uint32_t unit_count, uint32_t slots, uint32_t slot_bytes);

/* Fails the test if the store broke a rule of the chip. */
void cover_close(void);

/* As set-up and tear-down of a cmocka test: a store on a chip of 4 units in one lane; its end. */
int cover_begin_one(void **state);
int cover_end(void **state);

/* The next boot: the power is back, nothing fails, the store is mounted again. */
enum nacre_err cover_boot(void);

/* Set such a value; it must answer NACRE_OK and is what the key holds from now on. */
void cover_set(uint32_t key, uint32_t n, uint32_t seed);

/* Remove a key that is there. */
void cover_remove(uint32_t key);

/* Set count keys from first on at once, each to a value of n bytes; what the commit answers. */
enum nacre_err cover_commit(uint32_t first, uint32_t count, uint32_t n, uint32_t seed);

/*
 * Run a call of the store and lose the power at a command of it, or when it is over. The power is
 * off then.
 *
 * command  0 is its first program or erase
 * Returns  false if it had not so many
 */
bool cover_cut(enum nacre_err (*call)(void), uint32_t command, enum sim_tear_kind kind);

/* From now on a key answers so. */
void cover_expect(uint32_t key, enum nacre_err err, uint32_t n, uint32_t seed);

/* Do all keys answer as values says? Tells the first that does not through key. */
bool cover_answers(const struct cover_values *values, uint32_t *key);

/* Fails the test where a key does not answer as it must. */
void cover_judge(const char *when);

/*
 * Run a call from the chip as it is now (and is left), first with nothing failing, then with each
 * call of the medium failing in turn. cover.new says what the keys hold after it.
 *
 * Returns  how many runs there were in which one failed
 */
uint32_t cover_every(const struct cover_call *call);

/*
 * The same for reads, programs and erases, once or from then on, as broken or as refused.
 *
 * is_repeated  after a passing failure the call is tried again
 */
uint32_t cover_every_way(enum nacre_err (*call)(void), bool mounts, bool is_repeated);

/* The address in lane A of the newest granule that begins a record of a key; fails if none does. */
uint32_t cover_find(uint32_t key);

#endif
