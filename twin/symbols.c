/*
 * Symbols of an ELF, see symbols.h.
 */
#include "twin/symbols.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool symbols_add(struct symbols *symbols, const struct symbol *symbol)
{
    if (symbols->count == symbols->room) {
        const size_t room = symbols->room * 2u + 256u;
        struct symbol *const list = realloc(symbols->list, room * sizeof *list);
        if (list == NULL) return false;
        symbols->list = list;
        symbols->room = room;
    }
    const size_t n = strlen(symbol->name) + 1u;
    char *const name = malloc(n);
    if (name == NULL) return false;
    memcpy(name, symbol->name, n);
    symbols->list[symbols->count] = *symbol;
    symbols->list[symbols->count].name = name;
    symbols->count++;
    return true;
}

static int by_addr(const void *a, const void *b)
{
    const struct symbol *const one = a;
    const struct symbol *const other = b;
    if (one->addr != other->addr) return one->addr < other->addr ? -1 : 1;
    return (int)other->is_function - (int)one->is_function;
}

void symbols_sort(struct symbols *symbols)
{
    if (symbols->count != 0u) {
        qsort(symbols->list, symbols->count, sizeof *symbols->list, by_addr);
    }
}

void symbols_free(struct symbols *symbols)
{
    for (size_t i = 0; i < symbols->count; i++) {
        free(symbols->list[i].name);
    }
    free(symbols->list);
    memset(symbols, 0, sizeof *symbols);
}

bool symbols_find(const struct symbols *symbols, const char *name, uint32_t *addr)
{
    for (size_t i = 0; i < symbols->count; i++) {
        if (strcmp(symbols->list[i].name, name) == 0) {
            *addr = symbols->list[i].addr;
            return true;
        }
    }
    return false;
}

/* The function or object that holds addr; among those without a size, the nearest one below. */
static const struct symbol *holder(const struct symbols *symbols, uint32_t addr)
{
    const struct symbol *best = NULL;
    for (size_t i = 0; i < symbols->count && symbols->list[i].addr <= addr; i++) {
        const struct symbol *const symbol = &symbols->list[i];
        const bool holds = symbol->n == 0u ? addr - symbol->addr < 4096u
                                           : addr - symbol->addr < symbol->n;
        const bool is_better = best == NULL || symbol->n != 0u || best->n == 0u;
        if (holds && is_better && (best == NULL || best->addr != symbol->addr)) best = symbol;
    }
    return best;
}

void symbols_at(const struct symbols *symbols, uint32_t addr, char *text, size_t room)
{
    const struct symbol *const symbol = holder(symbols, addr & ~1u);
    if (symbol == NULL) {
        (void)snprintf(text, room, "?");
    } else if ((addr & ~1u) == symbol->addr) {
        (void)snprintf(text, room, "%s", symbol->name);
    } else {
        (void)snprintf(text, room, "%s+0x%x", symbol->name, (addr & ~1u) - symbol->addr);
    }
}
