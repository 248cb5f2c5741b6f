/*
 * A store on one of two media, and the console of a product that has both.
 */
#ifndef EXAMPLES_TWO_MEDIA_SHELF_H
#define EXAMPLES_TWO_MEDIA_SHELF_H

#include "examples/brightness/place.h"
#include "nacre/core/store.h"

#include <stdbool.h>
#include <stdint.h>

#define SHELF_KEYS 16u

struct shelf {
    const char *name;
    const struct place_ops *place;
    struct nacre_store store;
    struct nacre_index_entry entries[SHELF_KEYS];
    bool has_work; /* for idle calls */
};

/*
 * Open the medium, and mount the store, formatted if the part was new.
 *
 * shelf    its name and place are filled
 * Returns  as the place's open, nacre_mount and nacre_format
 */
enum nacre_err shelf_open(struct shelf *shelf);

/* "NAME WHAT ERROR" and "NAME NUMBER" on a line. */
void shelf_tell(const struct shelf *shelf, const char *what, enum nacre_err err);
void shelf_tell_number(const struct shelf *shelf, uint32_t number);

/* Prompt, and do letter after letter; in between the stores get idle calls, and the core sleeps. */
_Noreturn void shelf_serve(struct shelf *one, struct shelf *other, void (*do_letter)(char letter));

#endif
