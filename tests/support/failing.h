/*
 * A medium in front of another one that fails at a call: what the library answers then, and what it
 * leaves, can be tried for each call in turn. Which calls are concerned can be said by their kind
 * and by their address; the others are not counted.
 */
#ifndef TESTS_SUPPORT_FAILING_H
#define TESTS_SUPPORT_FAILING_H

#include "nacre/medium.h"

#include <stdbool.h>
#include <stdint.h>

/* Kinds of calls, for failing.kinds. */
#define FAILING_READS 1u
#define FAILING_PROGRAMS 2u
#define FAILING_ERASES 4u /* their start */
#define FAILING_ENDS 8u   /* erase_poll and erase_wait, where the erase has ended */
#define FAILING_ALL 15u

struct failing {
    struct nacre_medium medium; /* first: the library sees only this */
    struct nacre_medium *under;
    uint32_t calls;       /* so far */
    uint32_t at;          /* the first call that fails */
    uint32_t count;       /* how many fail in a row; 0: none */
    enum nacre_err err;   /* what they answer */
    bool acts;            /* they do their work all the same */
    bool puts_off;        /* ends of erases: the erase stays under way, nobody has asked after it */
    bool turns;           /* reads answer NACRE_OK, but with the first byte's lowest bit turned */
    uint32_t kinds;       /* of the calls that are concerned: FAILING_... */
    uint32_t from;        /* reads, programs and erases that begin here are concerned, */
    uint32_t to;          /* but not from here on */
    uint32_t writes;      /* programs and erases asked for so far */
    bool hit_a_read;      /* the first that failed was a read, before the first write */
};

/* Nothing fails. */
void failing_open(struct failing *failing, struct nacre_medium *under);

#endif
