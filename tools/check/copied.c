/*
 * Code that is stored in flash and runs in RAM: is it copied, whole and from the right place?
 *
 * What start-up code does is seen in the numbers that it works with. A linker script describes a
 * copy by three symbols; their values must fit the section, and each must be in the firmware's
 * code or constants, as a word or as a movw/movt pair, or nobody makes the copy.
 */
#include "tools/check/copied.h"

#include "tools/check/elf.h"

#include <string.h>

/* What is commonly found: ours, the examples', ST's, CMSIS', the pico-sdk's, Zephyr's. */
static const struct config_copy usual[] = {
    {"nacre_ram_load", "nacre_ram_start", "nacre_ram_copy_end"},
    {"nacre_ram_load", "nacre_ram_start", "nacre_ram_end"},
    {"ram_code_load", "ram_code_start", "ram_code_end"},
    {"data_load", "data_start", "data_end"},
    {"_sidata", "_sdata", "_edata"},
    {"__etext", "__data_start__", "__data_end__"},
    {"_siramfunc", "_sramfunc", "_eramfunc"},
    {"__ramfunc_load_start", "__ramfunc_start", "__ramfunc_end"},
};

struct copy {
    uint32_t load, start, end;
};

static bool copy_read(const struct elf_file *elf, const struct config_copy *names,
                      struct copy *copy)
{
    const struct elf_symbol *const load = elf_find(elf, names->load);
    const struct elf_symbol *const start = elf_find(elf, names->start);
    const struct elf_symbol *const end = elf_find(elf, names->end);
    if (load == NULL || start == NULL || end == NULL) {
        return false;
    }
    *copy = (struct copy) {load->addr, start->addr, end->addr};
    return true;
}

/* Whether a copy begins in the section or before it and ends after its first byte. */
static bool copy_touches(const struct copy *copy, const struct elf_section *section)
{
    return copy->start < section->addr + section->size && copy->end > section->addr;
}

static bool copy_next(const struct check *check, uint32_t *index, struct copy *copy)
{
    const struct elf_file *const elf = image_elf(check->image);
    const uint32_t usual_count = sizeof usual / sizeof usual[0];
    const uint32_t named_count = check->config->copy_count;
    while (*index < named_count + usual_count) {
        const uint32_t i = (*index)++;
        const struct config_copy *const names =
            i < named_count ? &check->config->copies[i] : &usual[i - named_count];
        if (copy_read(elf, names, copy)) {
            return true;
        }
    }
    return false;
}

/* The 16 bits of a movw or movt (Armv7-M Architecture Reference Manual, A7.7.76 and A7.7.79). */
static bool move_read(const uint8_t *bytes, uint32_t opcode, uint32_t *imm, uint32_t *rd)
{
    const uint32_t first = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
    const uint32_t second = (uint32_t)bytes[2] | (uint32_t)bytes[3] << 8;
    if ((first & 0xFBF0u) != opcode || (second & 0x8000u) != 0) {
        return false;
    }
    *imm = (first & 0xFu) << 12 | (first & 0x400u) << 1 | (second & 0x7000u) >> 4 |
           (second & 0xFFu);
    *rd = (second >> 8) & 0xFu;
    return true;
}

/* Whether a movw at `at` and a movt of the same register soon after it make a value. */
static bool pair_makes(const struct elf_section *section, uint32_t at, uint32_t value)
{
    enum { WITHIN = 64, MOVW = 0xF240, MOVT = 0xF2C0 };
    uint32_t low = 0;
    uint32_t rd = 0;
    if (!move_read(section->bytes + at, MOVW, &low, &rd) || low != (value & 0xFFFFu)) {
        return false;
    }
    for (uint32_t next = at + 4u; next + 4u <= section->size && next < at + WITHIN; next += 2u) {
        uint32_t high = 0;
        uint32_t other = 0;
        if (move_read(section->bytes + next, MOVT, &high, &other) && other == rd) {
            return high == value >> 16;
        }
    }
    return false;
}

static bool section_names(const struct elf_section *section, uint32_t value)
{
    for (uint32_t at = 0; at + 4u <= section->size; at += 2u) {
        uint32_t word = 0;
        memcpy(&word, section->bytes + at, sizeof word);
        if (word == value || pair_makes(section, at, value)) {
            return true;
        }
    }
    return false;
}

/* Whether anything but the section itself has a value in it. */
static bool is_named(const struct elf_file *elf, const struct elf_section *but, uint32_t value)
{
    for (uint32_t i = 0; i < elf->section_count; i++) {
        const struct elf_section *const section = &elf->sections[i];
        if (section != but && section->bytes != NULL && section_names(section, value)) {
            return true;
        }
    }
    return false;
}

/* Where the first function or object of a section lies; what is before it is padding. */
static uint32_t first_used(const struct elf_file *elf, const struct elf_section *section)
{
    for (uint32_t i = 0; i < elf->symbol_count; i++) {
        const struct elf_symbol *const symbol = &elf->symbols[i];
        if (symbol->kind != ELF_OTHER && symbol->section != ELF_NO_SECTION &&
            &elf->sections[symbol->section] == section) {
            return symbol->addr;
        }
    }
    return section->addr;
}

static void judge_copy(struct check *check, const struct elf_section *section,
                       const struct copy *copy)
{
    const struct elf_file *const elf = image_elf(check->image);
    const struct check_place place = {.function = CHECK_NO_FUNCTION, .addr = section->addr};
    const uint32_t load = section->load_addr + (copy->start - section->addr);
    const uint32_t used = first_used(elf, section);
    if (copy->start > used || copy->end < section->addr + section->size) {
        const uint32_t first = copy->start > used ? used : copy->end;
        check_add(check, RULE_NOT_COPIED, CHECK_REFUTED, &place,
                  "%s runs at 0x%08x+0x%x, and start-up copies 0x%08x-0x%08x: 0x%08x is left out",
                  section->name, section->addr, section->size, copy->start, copy->end, first);
    } else if (copy->load != load) {
        check_add(check, RULE_NOT_COPIED, CHECK_REFUTED, &place,
                  "%s is stored at 0x%08x, and start-up copies from 0x%08x", section->name, load,
                  copy->load);
    } else if (!is_named(elf, section, copy->load) || !is_named(elf, section, copy->start)) {
        check_add(check, RULE_NOT_COPIED, CHECK_REFUTED, &place,
                  "%s is stored at 0x%08x and runs at 0x%08x, and no code has both addresses: "
                  "nothing copies it", section->name, copy->load, copy->start);
    } else if (!is_named(elf, section, copy->end) &&
               !is_named(elf, section, copy->end - copy->start)) {
        check_add(check, RULE_NOT_COPIED, CHECK_UNDECIDED, &place,
                  "%s ends at 0x%08x, and no code has this address or its length 0x%x: how much "
                  "is copied is not known", section->name, copy->end, copy->end - copy->start);
    }
}

static void judge_section(struct check *check, const struct elf_section *section)
{
    struct copy copy;
    for (uint32_t index = 0; copy_next(check, &index, &copy);) {
        if (copy_touches(&copy, section)) {
            judge_copy(check, section, &copy);
            return;
        }
    }
    const struct check_place place = {.function = CHECK_NO_FUNCTION, .addr = section->addr};
    check_add(check, RULE_NOT_COPIED, CHECK_UNDECIDED, &place,
              "%s is stored at 0x%08x and runs at 0x%08x, and no copy of it is known: "
              "copy LOAD START END names the linker's symbols", section->name,
              section->load_addr, section->addr);
}

void copied_judge(struct check *check)
{
    const struct elf_file *const elf = image_elf(check->image);
    for (uint32_t i = 0; i < elf->section_count; i++) {
        const struct elf_section *const section = &elf->sections[i];
        bool is_reached = false;
        for (uint32_t j = 0; j < check->function_count && !is_reached; j++) {
            is_reached = check->functions[j].entry - section->addr < section->size;
        }
        if (is_reached && section->bytes != NULL && section->load_addr != section->addr) {
            judge_section(check, section);
        }
    }
}
