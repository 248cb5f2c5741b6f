/*
 * The address space of one firmware image.
 */
#include "tools/check/image.h"

#include "tools/check/elf.h"

#include <stdlib.h>
#include <string.h>

#define RANGES_MAX 32u

/* The Armv7-M Architecture Reference Manual, B3.1: SRAM, peripherals, the private bus and the
   vendor's system space. The code region and external RAM are what the file says of them. */
#define SRAM_FIRST 0x20000000u
#define PERIPHERAL_LAST 0x5FFFFFFFu
#define PRIVATE_FIRST 0xE0000000u

struct image {
    const struct elf_file *elf;
    struct image_range ranges[RANGES_MAX];
    enum image_place places[RANGES_MAX];
    uint32_t range_count;
};

struct image *image_open(const struct elf_file *elf)
{
    struct image *const image = calloc(1, sizeof *image);
    if (image != NULL) {
        image->elf = elf;
    }
    return image;
}

void image_close(struct image *image)
{
    free(image);
}

bool image_add_range(struct image *image, enum image_place place, struct image_range range)
{
    if (image->range_count == RANGES_MAX) {
        return false;
    }
    image->ranges[image->range_count] = range;
    image->places[image->range_count++] = place;
    return true;
}

const struct elf_file *image_elf(const struct image *image)
{
    return image->elf;
}

enum image_place image_place(const struct image *image, uint32_t addr)
{
    enum image_place said = IMAGE_NOWHERE;
    for (uint32_t i = 0; i < image->range_count; i++) {
        if (addr < image->ranges[i].first || addr > image->ranges[i].last) {
            continue;
        }
        if (image->places[i] == IMAGE_LIT) {
            return IMAGE_LIT;
        }
        said = image->places[i];
    }
    if (said != IMAGE_NOWHERE) {
        return said;
    }
    if ((addr >= SRAM_FIRST && addr <= PERIPHERAL_LAST) || addr >= PRIVATE_FIRST) {
        return IMAGE_LIT;
    }
    return elf_section_at(image->elf, addr) != NULL ? IMAGE_LIT : IMAGE_NOWHERE;
}

/* The section that holds all n bytes, or NULL. */
static const struct elf_section *section_of(const struct image *image, uint32_t addr, uint32_t n)
{
    const struct elf_section *const section = elf_section_at(image->elf, addr);
    if (section == NULL || n > section->size - (addr - section->addr)) {
        return NULL;
    }
    return section;
}

bool image_read(const struct image *image, uint32_t addr, void *buf, uint32_t n)
{
    const struct elf_section *const section = section_of(image, addr, n);
    if (section == NULL || section->bytes == NULL) {
        return false;
    }
    memcpy(buf, section->bytes + (addr - section->addr), n);
    return true;
}

bool image_is_constant(const struct image *image, uint32_t addr, uint32_t n)
{
    const struct elf_section *const section = section_of(image, addr, n);
    return section != NULL && section->bytes != NULL && !section->is_written;
}

/* How many symbols begin at or before an address; they are sorted. */
static uint32_t symbols_up_to(const struct elf_file *elf, uint32_t addr)
{
    uint32_t low = 0;
    uint32_t high = elf->symbol_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2u;
        if (elf->symbols[middle].addr <= addr) {
            low = middle + 1u;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Where a symbol without a size ends: at the next one, or with its section. */
static uint32_t size_until_next(const struct elf_file *elf, uint32_t index)
{
    const struct elf_symbol *const symbol = &elf->symbols[index];
    const struct elf_section *const section = &elf->sections[symbol->section];
    uint32_t end = section->addr + section->size;
    for (uint32_t i = index + 1u; i < elf->symbol_count; i++) {
        if (elf->symbols[i].addr > symbol->addr) {
            end = elf->symbols[i].addr < end ? elf->symbols[i].addr : end;
            break;
        }
    }
    return end - symbol->addr;
}

/* Whether a symbol covers an address with a size of its own. */
static bool symbol_covers(const struct elf_symbol *symbol, uint32_t addr)
{
    return symbol->section != ELF_NO_SECTION && addr - symbol->addr < symbol->size;
}

/* The index of the symbol that counts for an address; `count` of them begin before or at it. */
static uint32_t index_for(const struct elf_file *elf, uint32_t addr, uint32_t count)
{
    enum { STEPS_MAX = 64 }; /* a function holds few symbols of parts of it */
    const struct elf_section *const section = elf_section_at(elf, addr);
    uint32_t nearest = elf->symbol_count;
    for (uint32_t i = count; i > 0 && count - i < STEPS_MAX; i--) {
        const struct elf_symbol *const symbol = &elf->symbols[i - 1u];
        if (symbol->section == ELF_NO_SECTION || &elf->sections[symbol->section] != section) {
            continue;
        }
        if (symbol_covers(symbol, addr)) {
            /* Of several at one address the first in order is the function. */
            while (i > 1 && elf->symbols[i - 2u].addr == symbol->addr &&
                   symbol_covers(&elf->symbols[i - 2u], addr)) {
                i--;
            }
            return i - 1u;
        }
        const bool is_better = nearest == elf->symbol_count ||
                               elf->symbols[nearest].addr == symbol->addr;
        if (symbol->size == 0 && is_better) {
            nearest = i - 1u;
        }
    }
    return nearest;
}

bool image_symbol_at(const struct image *image, uint32_t addr, struct image_symbol *symbol)
{
    const struct elf_file *const elf = image->elf;
    const uint32_t index = index_for(elf, addr, symbols_up_to(elf, addr));
    if (index == elf->symbol_count) {
        return false;
    }
    const struct elf_symbol *const found = &elf->symbols[index];
    *symbol = (struct image_symbol) {
        .name = found->name, .addr = found->addr,
        .size = found->size != 0 ? found->size : size_until_next(elf, index),
        .is_function = found->kind == ELF_FUNCTION,
    };
    return true;
}

bool image_is_code(const struct image *image, uint32_t addr)
{
    const struct elf_file *const elf = image->elf;
    const struct elf_section *const section = elf_section_at(elf, addr);
    if (section == NULL || section->bytes == NULL) {
        return false;
    }
    uint32_t low = 0;
    uint32_t high = elf->mark_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2u;
        if (elf->marks[middle].addr <= addr) {
            low = middle + 1u;
        } else {
            high = middle;
        }
    }
    const bool has_mark = low > 0 && elf->marks[low - 1u].addr >= section->addr;
    return has_mark ? elf->marks[low - 1u].kind == 't' : section->is_code;
}
