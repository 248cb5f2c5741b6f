/*
 * Source lines through libdw. Units are tried one after the other: .debug_aranges, which would be
 * quicker, is left out by clang.
 */
#include "tools/check/dwarf.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

/* Deeper than compilers nest; what lies deeper is not looked at. */
#define DEPTH_MAX 256u

struct dwarf_lines {
    Dwarf *dwarf;
};

struct dwarf_lines *dwarf_open(const struct elf_file *elf)
{
    struct dwarf_lines *const lines = calloc(1, sizeof *lines);
    if (lines == NULL) {
        return NULL;
    }
    lines->dwarf = dwarf_begin_elf(elf->handle, DWARF_C_READ, NULL);
    if (lines->dwarf == NULL) {
        free(lines);
        return NULL;
    }
    return lines;
}

static bool line_in_unit(Dwarf_Die *unit, uint32_t addr, const char **file, int *line)
{
    Dwarf_Line *const found = dwarf_getsrc_die(unit, addr);
    if (found == NULL) {
        return false;
    }
    *file = dwarf_linesrc(found, NULL, NULL);
    return *file != NULL && dwarf_lineno(found, line) == 0;
}

bool dwarf_line_at(struct dwarf_lines *lines, uint32_t addr, const char **file, int *line)
{
    Dwarf_Off at = 0;
    Dwarf_Off next = 0;
    size_t header_bytes = 0;
    if (lines == NULL) {
        return false;
    }
    while (dwarf_nextcu(lines->dwarf, at, &next, &header_bytes, NULL, NULL, NULL) == 0) {
        Dwarf_Die unit;
        if (dwarf_offdie(lines->dwarf, at + header_bytes, &unit) != NULL &&
            dwarf_haspc(&unit, addr) == 1 && line_in_unit(&unit, addr, file, line)) {
            return true;
        }
        at = next;
    }
    return false;
}

/* What is looked for, and the way from the unit's entry down to the one that is looked at. */
struct search {
    const char *name;
    void (*tell)(void *context, uint32_t addr);
    void *context;
    Dwarf_Die way[DEPTH_MAX];
    unsigned depth;
};

static void look_at(const struct search *search, Dwarf_Die *entry)
{
    Dwarf_Attribute attribute;
    Dwarf_Addr base = 0;
    Dwarf_Addr first = 0;
    Dwarf_Addr end = 0;
    if (dwarf_tag(entry) != DW_TAG_inlined_subroutine) {
        return;
    }
    const char *const name =
        dwarf_formstring(dwarf_attr_integrate(entry, DW_AT_name, &attribute));
    if (name != NULL && strcmp(name, search->name) == 0 &&
        dwarf_ranges(entry, 0, &base, &first, &end) > 0) {
        search->tell(search->context, (uint32_t)first);
    }
}

/* To the first child, else to the next sibling of the entry or of one above it. */
static bool go_on(struct search *search)
{
    Dwarf_Die child;
    if (search->depth + 1u < DEPTH_MAX &&
        dwarf_child(&search->way[search->depth], &child) == 0) {
        search->way[++search->depth] = child;
        return true;
    }
    for (; search->depth > 0; search->depth--) {
        if (dwarf_siblingof(&search->way[search->depth], &search->way[search->depth]) == 0) {
            return true;
        }
    }
    return false;
}

void dwarf_find_inlined(struct dwarf_lines *lines, const char *name,
                        void (*tell)(void *context, uint32_t addr), void *context)
{
    struct search search = {.name = name, .tell = tell, .context = context};
    Dwarf_Off at = 0;
    Dwarf_Off next = 0;
    size_t header_bytes = 0;
    if (lines == NULL) {
        return;
    }
    while (dwarf_nextcu(lines->dwarf, at, &next, &header_bytes, NULL, NULL, NULL) == 0) {
        search.depth = 0;
        if (dwarf_offdie(lines->dwarf, at + header_bytes, &search.way[0]) != NULL) {
            do {
                look_at(&search, &search.way[search.depth]);
            } while (go_on(&search));
        }
        at = next;
    }
}

void dwarf_close(struct dwarf_lines *lines)
{
    if (lines != NULL) {
        (void)dwarf_end(lines->dwarf);
        free(lines);
    }
}
