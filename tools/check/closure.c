/*
 * The work list of functions. A function is walked once; its events are judged when the walk of it
 * has ended, because whether it is a veneer is known only then.
 */
#include "tools/check/closure.h"

#include "tools/check/elf.h"
#include "tools/check/judge.h"
#include "tools/check/list.h"

#include <stdlib.h>
#include <string.h>

struct events {
    struct flow_event *items;
    uint32_t count;
};

static void note_event(void *context, const struct flow_event *event)
{
    struct events *const events = context;
    *LIST_ADD(events->items, events->count) = *event;
}

static void walk_one(struct check *check, uint32_t index)
{
    struct events events = {0};
    struct flow_result result = {0};
    const uint32_t entry = check->functions[index].entry;
    const bool is_walked = flow_walk(check->image, entry, note_event, &events, &result);
    check->functions[index].result = result;
    check->instruction_count += result.instructions;
    if (!is_walked) {
        const struct check_place place = {.function = index, .addr = entry};
        check_add(check, RULE_UNDECODABLE, CHECK_UNDECIDED, &place, "cannot be walked: %s",
                  result.why == NULL ? "no reason was given" : result.why);
    }
    for (uint32_t i = 0; i < events.count; i++) {
        judge_event(check, index, &events.items[i]);
    }
    free(events.items);
}

/* The list grows while it is walked; a firmware has a finite number of addresses. */
void closure_walk(struct check *check)
{
    for (uint32_t i = 0; i < check->function_count; i++) {
        if (check->functions[i].result.instructions == 0) {
            walk_one(check, i);
        }
    }
}

/* Each function of a section is a root; a section without functions has its first address. */
static void add_section(struct check *check, const struct elf_section *section)
{
    const struct elf_file *const elf = image_elf(check->image);
    const uint32_t before = check->function_count;
    for (uint32_t i = 0; i < elf->symbol_count; i++) {
        const struct elf_symbol *const symbol = &elf->symbols[i];
        if (symbol->kind == ELF_FUNCTION && symbol->section != ELF_NO_SECTION &&
            &elf->sections[symbol->section] == section && section->size != 0) {
            (void)check_reach(check, symbol->addr, CHECK_NO_FUNCTION, symbol->addr,
                              section->name);
        }
    }
    if (check->function_count == before && section->is_code && section->bytes != NULL) {
        (void)check_reach(check, section->addr, CHECK_NO_FUNCTION, section->addr, section->name);
    }
}

static void add_root(struct check *check, const char *name)
{
    const struct elf_file *const elf = image_elf(check->image);
    const struct elf_section *const section = elf_find_section(elf, name);
    const struct elf_symbol *const symbol = section == NULL ? elf_find(elf, name) : NULL;
    struct check_place place = {.function = CHECK_NO_FUNCTION};
    if (section == NULL && symbol == NULL) {
        check_add(check, RULE_ROOT_GONE, CHECK_REFUTED, &place,
                  "no function and no section %s is in the file: inlined, removed or renamed; "
                  "--root names what runs in the blackout", name);
        return;
    }
    place.addr = section != NULL ? section->addr : symbol->addr;
    if (image_place(check->image, place.addr) == IMAGE_DARK) {
        check_add(check, RULE_ROOT_GONE, CHECK_REFUTED, &place,
                  "%s lies at 0x%08x, which cannot be read: it is not in RAM", name, place.addr);
        return;
    }
    if (section != NULL) {
        add_section(check, section);
    } else {
        (void)check_reach(check, symbol->addr, CHECK_NO_FUNCTION, symbol->addr, name);
    }
}

void closure_add_roots(struct check *check)
{
    for (uint32_t i = 0; i < check->config->root_count; i++) {
        add_root(check, check->config->roots[i]);
    }
}
