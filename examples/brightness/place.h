/*
 * Where the product can keep what it remembers. The build says which one it is (PLACE); the rest of
 * the product is the same source, whatever that is.
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
    struct nacre_medium *medium; /* its address is always the same */
    enum nacre_assume assume;
};

struct place_ops {
    /*
     * Open the medium; one that is open, anew.
     *
     * place    written on NACRE_OK
     * Returns  as the medium's own call that opens it, and the port's below it
     */
    enum nacre_err (*open)(struct place *place);

    /* Which register, number or configuration was refused; name null if nothing. */
    const struct nacre_mismatch *(*mismatch)(void);

    /*
     * Tell what the medium has cost so far.
     *
     * say, say_us  a number; a time in cycles of the core
     */
    void (*show)(void (*say)(const char *name, uint32_t value),
                 void (*say_us)(const char *name, uint64_t cycles));
};

/* Each in the file of its name. Those on a bus are for the part or chip that the build says. */
extern const struct place_ops place_running_flash;
extern const struct place_ops place_mcu_flash;
extern const struct place_ops place_i2c;
extern const struct place_ops place_spi;
extern const struct place_ops place_spi_nor;

#endif
