/*
 * A row of a table by its name: which of its runs a test program was asked for.
 */
#ifndef TESTS_SUPPORT_NAMED_H
#define TESTS_SUPPORT_NAMED_H

#include <stddef.h>

/* The row called name; NULL if there is none. Each row begins with a pointer to its name. */
const void *named_row(const void *rows, size_t count, size_t row_bytes, const char *name);

#endif
