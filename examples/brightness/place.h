/*
 * Where the product keeps what it remembers: the place_*.c that is linked. The rest of the product
 * is the same source, whatever that is.
 */
#ifndef EXAMPLES_BRIGHTNESS_PLACE_H
#define EXAMPLES_BRIGHTNESS_PLACE_H

#include "nacre/core/store.h"
#include "nacre/err.h"
#include "nacre/medium.h"
#include "nacre/port.h"

#include <stdint.h>

/* What the rest of the product is given. */
struct place {
    struct nacre_medium *medium;
    enum nacre_assume assume;
};

/* Open the medium. *place is written on NACRE_OK. */
enum nacre_err place_open(struct place *place);

/* Which register, number or configuration was refused; name null if nothing. */
const struct nacre_mismatch *place_mismatch(void);

/* Tell what the medium has cost so far. */
void place_show(void (*say)(const char *name, uint32_t value),
                void (*say_us)(const char *name, uint64_t cycles));

#endif
