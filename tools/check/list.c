/*
 * Arrays that grow to the next power of two.
 */
#include "tools/check/list.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_BAD_INPUT 3

static void *memory_or_end(void *memory)
{
    if (memory == NULL) {
        fputs("nacre-check: out of memory\n", stderr);
        exit(STATUS_BAD_INPUT);
    }
    return memory;
}

void *list_add(void *array, uint32_t *count, size_t size)
{
    char *items = NULL;
    memcpy(&items, array, sizeof items);
    const bool is_full = (*count & (*count - 1u)) == 0;
    if (is_full) {
        const size_t room = *count == 0 ? 1u : 2u * (size_t)*count;
        items = memory_or_end(realloc(items, room * size));
        memcpy(array, &items, sizeof items);
    }
    char *const item = items + *count * size;
    *count += 1u;
    return memset(item, 0, size);
}

char *list_text(const char *text)
{
    const size_t n = strlen(text) + 1u;
    return memcpy(memory_or_end(malloc(n)), text, n);
}
