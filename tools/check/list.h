/*
 * Arrays that grow: the checker does not know beforehand how much a file holds.
 */
#ifndef TOOLS_CHECK_LIST_H
#define TOOLS_CHECK_LIST_H

#include <stddef.h>
#include <stdint.h>

/*
 * Make room for one more item at the end of an array.
 *
 * items    the array, or NULL when nothing is in it
 * count    items in it
 * size     bytes of one item
 * Returns  the array, perhaps elsewhere; item `count` in it is zeroed. Without memory the program
 *          ends with status 3
 */
void *list_grow(void *items, uint32_t count, size_t size);

/* A copy of a text in memory of its own; as list_grow without memory. */
char *list_text(const char *text);

#endif
