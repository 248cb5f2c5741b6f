/*
 * The kinds of media of this build, family by family.
 */
#include "tests/support/medium_bed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct medium_kind *const families[] = {
    medium_memory_kinds, medium_mcu_kinds, medium_file_kinds, medium_nor_kinds,
    medium_cells_kinds,
};

const struct medium_kind *medium_kind_at(uint32_t index)
{
    for (uint32_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        for (const struct medium_kind *kind = families[i]; kind->name != NULL; kind++) {
            if (index-- == 0) return kind;
        }
    }
    return NULL;
}

const struct medium_kind *medium_kind_of(const char *name)
{
    for (uint32_t i = 0; medium_kind_at(i) != NULL; i++) {
        if (strcmp(medium_kind_at(i)->name, name) == 0) return medium_kind_at(i);
    }
    return NULL;
}

struct nacre_medium *medium_open(const struct medium_kind *kind)
{
    struct nacre_medium *medium = NULL;
    const enum nacre_err err = kind->ops->open(&medium);
    if (err == NACRE_OK && medium != NULL) return medium;
    (void)fprintf(stderr, "%s: the medium does not open: %s\n", kind->name, nacre_err_name(err));
    abort();
}
