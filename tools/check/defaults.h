/*
 * What is checked when nobody says: our own sections, and the flash that they were moved out of.
 */
#ifndef TOOLS_CHECK_DEFAULTS_H
#define TOOLS_CHECK_DEFAULTS_H

#include "tools/check/config.h"
#include "tools/check/elf.h"

/*
 * Fill in the roots and the dark ranges that the configuration does not name.
 *
 * Returns  NULL, or what is missing and which option gives it
 */
const char *defaults_add(struct config *config, const struct elf_file *elf);

#endif
