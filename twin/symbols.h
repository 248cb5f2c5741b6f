/*
 * Symbols of an ELF: names to addresses and back.
 */
#ifndef TWIN_SYMBOLS_H
#define TWIN_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbol {
    uint32_t addr; /* without the Thumb bit */
    uint32_t n;
    char *name;
    bool is_function;
};

struct symbols {
    struct symbol *list; /* by address */
    size_t count;
    size_t room;
};

/* Adds a copy, its name too. False: no memory, and the list is as before. */
bool symbols_add(struct symbols *symbols, const struct symbol *symbol);
/* After the last symbols_add, before symbols_at. */
void symbols_sort(struct symbols *symbols);
/* Frees names and list; an empty list is left. */
void symbols_free(struct symbols *symbols);
/* The first of that name. False: there is none, and *addr is untouched. */
bool symbols_find(const struct symbols *symbols, const char *name, uint32_t *addr);
/* Writes "name", "name+0x12" or "?" into text of room bytes, cut if it has to be. */
void symbols_at(const struct symbols *symbols, uint32_t addr, char *text, size_t room);

#endif
