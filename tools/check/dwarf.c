/*
 * Source lines through libdw. Units are tried one after the other: .debug_aranges, which would be
 * quicker, is left out by clang.
 */
#include "tools/check/dwarf.h"

#include <elfutils/libdw.h>
#include <stdlib.h>

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

void dwarf_close(struct dwarf_lines *lines)
{
    if (lines != NULL) {
        (void)dwarf_end(lines->dwarf);
        free(lines);
    }
}
