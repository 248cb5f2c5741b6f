/*
 * Source lines of addresses, where the image has DWARF.
 */
#ifndef TOOLS_CHECK_DWARF_H
#define TOOLS_CHECK_DWARF_H

#include "tools/check/elf.h"

#include <stdbool.h>
#include <stdint.h>

struct dwarf_lines;

/* Begin to look up lines; NULL where the image has no DWARF that can be read. */
struct dwarf_lines *dwarf_open(const struct elf_file *elf);

/*
 * Find the source line of an instruction.
 *
 * lines    NULL is allowed: then nothing is found
 * file     lives until dwarf_close
 */
bool dwarf_line_at(struct dwarf_lines *lines, uint32_t addr, const char **file, int *line);

/*
 * Find where a function was inlined.
 *
 * lines    NULL is allowed: then nothing is found
 * tell     is given the first address of each copy
 */
void dwarf_find_inlined(struct dwarf_lines *lines, const char *name,
                        void (*tell)(void *context, uint32_t addr), void *context);

/* Give back what dwarf_open took; NULL is allowed. */
void dwarf_close(struct dwarf_lines *lines);

#endif
