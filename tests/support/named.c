/*
 * A row of a table by its name, see named.h.
 */
#include "tests/support/named.h"

#include <string.h>

const void *named_row(const void *rows, size_t count, size_t row_bytes, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        const void *const row = (const char *)rows + i * row_bytes;
        const char *row_name;
        memcpy(&row_name, row, sizeof row_name);
        if (strcmp(name, row_name) == 0) return row;
    }
    return NULL;
}
