/*
 * A medium in front of another one that fails at a call: what the library answers then, and what it
 * leaves, can be tried for each call in turn.
 */
#ifndef TESTS_SUPPORT_FAILING_H
#define TESTS_SUPPORT_FAILING_H

#include "nacre/medium.h"

#include <stdbool.h>
#include <stdint.h>

struct failing {
    struct nacre_medium medium; /* first: the library sees only this */
    struct nacre_medium *under;
    uint32_t calls;       /* so far */
    uint32_t at;          /* the first call that fails */
    uint32_t count;       /* how many fail in a row; 0: none */
    enum nacre_err err;   /* what they answer */
    bool acts;            /* they do their work all the same */
    uint32_t writes;      /* programs and erases asked for so far */
    bool hit_a_read;      /* the first that failed was a read, before the first write */
};

/* Nothing fails. */
void failing_open(struct failing *failing, struct nacre_medium *under);

#endif
