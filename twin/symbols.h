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

bool symbols_add(struct symbols *symbols, const struct symbol *symbol);
void symbols_sort(struct symbols *symbols);
void symbols_free(struct symbols *symbols);
bool symbols_find(const struct symbols *symbols, const char *name, uint32_t *addr);
void symbols_at(const struct symbols *symbols, uint32_t addr, char *text, size_t room);

#endif
