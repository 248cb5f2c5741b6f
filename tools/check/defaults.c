/*
 * Roots and dark ranges by what the image itself says.
 */
#include "tools/check/defaults.h"

#include <string.h>

#define OUR_SECTION ".nacre_ram"
#define OUR_FLASH "nacre_image_first"

/* What an XSPI, QUADSPI or FlexSPI window is at most, and what lines up with it. */
#define WINDOW_BYTES 0x10000000u
/* The code region's flash is below 0x10000000: 128 MB at 0 or at 0x08000000. */
#define INTERNAL_BYTES 0x08000000u
#define RAM_FIRST 0x20000000u
#define RAM_LAST 0x5FFFFFFFu

static struct image_range window_of(uint32_t addr)
{
    const uint32_t bytes = addr < WINDOW_BYTES ? INTERNAL_BYTES : WINDOW_BYTES;
    const uint32_t first = addr & ~(bytes - 1u);
    return (struct image_range) {first, first + (bytes - 1u)};
}

static bool has_dark(const struct config *config, uint32_t addr)
{
    for (uint32_t i = 0; i < config->range_count; i++) {
        const struct config_range *const range = &config->ranges[i];
        if (range->place == IMAGE_DARK && addr >= range->range.first &&
            addr <= range->range.last) {
            return true;
        }
    }
    return false;
}

static bool holds_root(const struct config *config, const struct elf_file *elf,
                       const struct elf_section *section)
{
    for (uint32_t i = 0; i < config->root_count; i++) {
        const struct elf_symbol *const symbol = elf_find(elf, config->roots[i]);
        if (strcmp(section->name, config->roots[i]) == 0 ||
            (symbol != NULL && symbol->addr - section->addr < section->size)) {
            return true;
        }
    }
    return false;
}

/* Code that runs where it is stored, outside RAM, and is no root: that is the flash. */
static bool section_is_flash(const struct config *config, const struct elf_file *elf,
                             const struct elf_section *section)
{
    const bool is_in_ram = section->addr >= RAM_FIRST && section->addr <= RAM_LAST;
    return section->is_code && section->bytes != NULL && section->size != 0 && !is_in_ram &&
           section->load_addr == section->addr && !holds_root(config, elf, section);
}

static bool add_dark(struct config *config, const struct elf_file *elf)
{
    const struct elf_symbol *const ours = elf_find(elf, OUR_FLASH);
    if (ours != NULL) {
        config_add_range(config, IMAGE_DARK, window_of(ours->addr));
        return true;
    }
    bool is_found = false;
    for (uint32_t i = 0; i < elf->section_count; i++) {
        const struct elf_section *const section = &elf->sections[i];
        if (section_is_flash(config, elf, section)) {
            is_found = true;
            if (!has_dark(config, section->addr)) {
                config_add_range(config, IMAGE_DARK, window_of(section->addr));
            }
        }
    }
    return is_found;
}

const char *defaults_add(struct config *config, const struct elf_file *elf)
{
    if (config->root_count == 0) {
        const struct elf_section *const section = elf_find_section(elf, OUR_SECTION);
        if (section == NULL || section->size == 0) {
            return "has no section .nacre_ram: nothing says what must run while the flash cannot "
                   "be read; name it with --root SYMBOL or --root SECTION";
        }
        config_add_root(config, OUR_SECTION);
    }
    for (uint32_t i = 0; i < config->range_count; i++) {
        if (config->ranges[i].place == IMAGE_DARK) {
            return NULL;
        }
    }
    return add_dark(config, elf) ? NULL
                                 : "shows no code that runs from flash: say what cannot be read "
                                   "with --dark FIRST-LAST";
}
