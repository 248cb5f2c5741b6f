/*
 * Arrays that grow: the checker does not know beforehand how much a file holds.
 */
#ifndef TOOLS_CHECK_LIST_H
#define TOOLS_CHECK_LIST_H

#include <stddef.h>
#include <stdint.h>

/*
 * Add one zeroed item to the end of an array.
 *
 * array    the address of the pointer to the array, which is NULL when nothing is in it
 * count    items in it; one more afterwards
 * size     bytes of one item
 * Returns  the new item, until the next one is added. Without memory the program ends with
 *          status 3
 */
void *list_add(void *array, uint32_t *count, size_t size);

/* The same with the types that the array has. */
#define LIST_ADD(items, count) \
    ((__typeof__(items))list_add(&(items), &(count), sizeof *(items)))

/* A copy of a text in memory of its own; as list_add without memory. */
char *list_text(const char *text);

#endif
