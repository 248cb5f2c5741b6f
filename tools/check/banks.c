/*
 * The bank map: a section counts by where it runs, for what is only stored in a bank is read at
 * start-up, before the first blackout.
 */
#include "tools/check/banks.h"

#include "tools/check/elf.h"

static bool ranges_meet(struct image_range a, struct image_range b)
{
    return a.first <= b.last && b.first <= a.last;
}

static void judge_range(struct check *check, struct image_range range, const char *what,
                        uint32_t number)
{
    const struct elf_file *const elf = image_elf(check->image);
    for (uint32_t i = 0; i < elf->section_count; i++) {
        const struct elf_section *const section = &elf->sections[i];
        if (section->size == 0) {
            continue;
        }
        const struct image_range runs = {section->addr, section->addr + section->size - 1u};
        const struct check_place place = {.function = CHECK_NO_FUNCTION, .addr = section->addr};
        if (ranges_meet(runs, range)) {
            check_add(check, RULE_BANK_SHARED, CHECK_REFUTED, &place,
                      "%s (0x%08x-0x%08x) lies in %s %u, which the settings write", section->name,
                      runs.first, runs.last, what, number);
        }
    }
}

void banks_judge(struct check *check)
{
    const struct config *const config = check->config;
    if (!config->has_settings) {
        return;
    }
    judge_range(check, config->settings, "the settings region", 0);
    for (uint32_t i = 0; i < config->bank_count; i++) {
        if (ranges_meet(config->banks[i].range, config->settings)) {
            judge_range(check, config->banks[i].range, "bank", config->banks[i].number);
        }
    }
}
